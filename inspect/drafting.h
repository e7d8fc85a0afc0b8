// Inside the certificates: the body in the making, and whether it may be made.
#ifndef TOCSIN_INSPECT_DRAFTING_H
#define TOCSIN_INSPECT_DRAFTING_H

#include "certificate.h"
#include "json/write.h"

struct drafting {
	const struct certificate_ask *ask;
	struct json result, defects, findings;
	struct json before, before_defects; // absent: a first inspection
	struct json_writer w;
	struct why *why;
	int64_t day, first; // of the result; of the full inspection it completes
	int64_t last;       // of a re-inspection: the day by which the full one wants it
	bool partial;       // only points of `before` were looked at
	bool official;
	enum verdict verdict;
};

// The file's document; c: of a certificate, which is verified first; NULL: the file is the document.
MUST_USE enum err draft_read(const char *path, struct buf *bytes, struct json *root, struct certificate *c, struct why *why);
// A date, a verdict, as a certificate has them. ERR_INPUT with the path.
MUST_USE enum err draft_day(const struct json *object, const char *name, int64_t *day, struct why *why);
MUST_USE enum err draft_verdict(const struct json *object, enum verdict *v, struct why *why);
// The result is one, fresh, of something that was read to the last line, of these days, and whole or the re-inspection of the
// certificate before: then its day, the day of the full inspection and its verdict are in d. ERR_DENIED: no certificate, and why.
MUST_USE enum err draft_may(struct drafting *d);

#endif
