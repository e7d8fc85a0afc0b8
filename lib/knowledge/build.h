// Making the knowledge file: from what was known before and from new facts. A record is replaced by a later statement of the same
// source about it, never by an earlier one; a source marked `whole` replaces all it said, unless it is dated before what is held. The
// same facts in the same order over the same file give the same bytes.
//
// Records. A flaw's fact opens the record (source, id); the affected facts with that id belong to it, whenever they come. An affected
// fact whose id has no flaw's fact opens a record without a statement of its own. Within one `whole` feed a second flaw's fact of the
// same id adds to the record; in a feed of records it replaces it when `modified` is not earlier. So a document that speaks of several
// flaws, each of which other documents of that source speak of too, names its records apart ("SSA-123456/CVE-2024-1") and gives the
// CVE as their alias. A rejected record keeps no rows.
//
// A fact that fact_check() refuses, or whose CPE is none, is counted (`refused`) with the first reason, and passed over.
//
// Memory: three to five times the file that comes out, the file itself included (300,000 CVE records with four million rows: 0.5 GB
// where products and versions come back, as they do, 1.3 GB where every record has names of its own); each table at most 1 GiB, then
// ERR_LIMIT.
#ifndef TOCSIN_KNOWLEDGE_BUILD_H
#define TOCSIN_KNOWLEDGE_BUILD_H

#include "knowledge/fact.h"
#include "knowledge/knowledge.h"

struct knowledge_build;

struct knowledge_change { // of one source, after the build
	struct slice source; // valid until the next fact is taken
	uint64_t added, replaced, older, removed, refused; // records, exploited, scored, products, bans, providers, aliases alike
	struct slice refusal;                              // the first one; empty: none
	bool outdated;                                     // a whole feed dated before what is held: ignored as a whole
};

// before: NULL, or an open knowledge; it is read here and may be closed afterwards.
MUST_USE enum err knowledge_build_new(const struct knowledge *before, struct knowledge_build **b, struct why *why);
// A fact_sink. The first fact must be a source; refusals may come before it. ERR_SYSTEM, ERR_LIMIT: the build cannot go on.
MUST_USE enum err knowledge_build_take(void *build, const struct fact *f, struct why *why);
// Writes the file durably under another name and renames it to `path`. `taken`: the time of the build, Unix seconds.
MUST_USE enum err knowledge_build_write(struct knowledge_build *b, const char *path, int64_t taken, struct why *why);
// The same file as bytes, into an empty buffer.
MUST_USE enum err knowledge_build_bytes(struct knowledge_build *b, int64_t taken, struct buf *out, struct why *why);
// Of the sources that facts were taken of, in the order in which they came first.
size_t knowledge_build_changes(struct knowledge_build *b, const struct knowledge_change **changes);
void knowledge_build_free(struct knowledge_build *b);

#endif
