// CPE names: the 2.3 formatted string (NISTIR 7695 section 6.2) and the 2.2 URI ("cpe:/o:vendor:product:version", section 6.1),
// read into one canonical form, the 2.3 formatted string in lower case.
//
// As the lists that exist write them, and not only as the specification does: attributes missing at the end are any
// ("cpe:2.3:a:apache:ant"), and a punctuation mark that ought to be escaped is ("g++" is "g\\+\\+"). Refused are an attribute
// left empty in a formatted string, a wildcard in the middle, an escaped letter or digit, blanks, what is not ASCII.
#ifndef TOCSIN_PRODUCT_CPE_H
#define TOCSIN_PRODUCT_CPE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define CPE_MAX 1024

enum cpe_attribute {
	CPE_PART, CPE_VENDOR, CPE_PRODUCT, CPE_VERSION, CPE_UPDATE, CPE_EDITION, CPE_LANGUAGE, CPE_SW_EDITION, CPE_TARGET_SW, CPE_TARGET_HW,
	CPE_OTHER, CPE_ATTRIBUTES
};

struct cpe {
	struct slice at[CPE_ATTRIBUTES]; // as in the formatted string, escapes kept; "*": any, "-": not applicable
};

// The attributes live in `room` or are constants; why says place, value and rule. ERR_INPUT; ERR_LIMIT: over CPE_MAX bytes.
MUST_USE enum err cpe_parse(struct slice text, char room[static CPE_MAX], struct cpe *c, struct why *why);
void cpe_print(const struct cpe *c, struct buf *out);
// The attribute without its escapes ("1\\.2" is "1.2").
void cpe_plain(struct slice attribute, struct buf *out);
// "cpe:2.3:a:vendor:product:*:…": what names the product whatever its version.
void cpe_product(const struct cpe *c, struct buf *out);
// NISTIR 7696, section 6: every attribute of `pattern` is ANY or equal or a wildcard that covers that of `name`.
bool cpe_covers(const struct cpe *pattern, const struct cpe *name);

// vendor and product as a person or a feed writes them, folded for an exact lookup: lower case (ASCII), trimmed, runs of blanks,
// '_' and '-' as one '_'. Never longer than the text. *folded lies in room; false: it is longer than max.
bool product_fold(struct slice text, char *room, size_t max, struct slice *folded);

#endif
