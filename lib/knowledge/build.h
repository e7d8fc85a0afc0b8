// Making the knowledge file: from what was known before and from new facts. A record is replaced by a later statement of the same
// source about it, never by an earlier one; a source marked `whole` replaces all it said. The same facts in the same order over the
// same file give the same bytes.
#ifndef TOCSIN_KNOWLEDGE_BUILD_H
#define TOCSIN_KNOWLEDGE_BUILD_H

#include "knowledge/fact.h"
#include "knowledge/knowledge.h"

struct knowledge_build;

struct knowledge_change { // of one source, after the build
	struct slice source; // valid until knowledge_build_free
	uint64_t added, replaced, older, removed, refused;
};

// before: NULL, or an open knowledge that stays open until the build is freed.
MUST_USE enum err knowledge_build_new(const struct knowledge *before, struct knowledge_build **b, struct why *why);
// A fact_sink. The first fact must be a source.
MUST_USE enum err knowledge_build_take(void *build, const struct fact *f, struct why *why);
// Writes the file durably under another name and renames it to `path`. `taken`: the time of the build, Unix seconds.
MUST_USE enum err knowledge_build_write(struct knowledge_build *b, const char *path, int64_t taken, struct why *why);
size_t knowledge_build_changes(const struct knowledge_build *b, const struct knowledge_change **changes);
void knowledge_build_free(struct knowledge_build *b);

#endif
