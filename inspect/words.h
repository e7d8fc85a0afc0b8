// What is said to people, in English and French, in one table.
#ifndef TOCSIN_INSPECT_WORDS_H
#define TOCSIN_INSPECT_WORDS_H

#include "regime/regime.h"

enum word {
	WORD_INSPECTION, WORD_REGIME, WORD_VERDICT, WORD_FAVOURABLE, WORD_FAVOURABLE_SO_FAR, WORD_REINSPECTION, WORD_REFUSED,
	WORD_REFUSED_SOME, WORD_CRITICAL, WORD_MAJOR, WORD_MINOR, WORD_DEROGATED, WORD_TO_DO, WORD_NOTHING, WORD_TODAY, WORD_BY,
	WORD_CURES_ONE, WORD_CURES, WORD_EXPLOITED, WORD_AND_MORE, WORD_MORE_STEPS, WORD_UPDATE, WORD_UPDATE_ALL, WORD_REPLACE, WORD_WAS_LAST,
	WORD_REPLACE_BY, WORD_REMOVE, WORD_RESTART, WORD_REBOOT, WORD_CREDENTIAL, WORD_CARETAKER, WORD_MITIGATE, WORD_ANSWER,
	WORD_UNDECIDED, WORD_UNCOMPUTED, WORD_DOUBTFUL, WORD_SILENCED, WORD_PASSED_OVER, WORD_INDICATORS, WORD_OF, WORD_DATA,
	WORD_DATED, WORD_DAYS, WORD_STALE, WORD_NO_CERTIFICATE, WORD_ITEMS, WORD_EXTENDED, WORD_FUTURE, WORD_MACHINES,
	WORD_UNREAD, WORD_ANSWERS, WORD_TO_DO_FLEET, WORD_ON_MACHINES, WORD_MORE_KINDS, WORD_WORST, WORD_SHORT_REINSPECTION,
	WORD_SHORT_REFUSED, WORD_COLON, WORD_SEMICOLON, WORD_FOR, WORD_REPLACE_SOON, WORD_ENDED, WORD_AGAIN, WORD_CHANGES_ONLY,
	WORD_UNANSWERED, WORD_ANSWERED, WORDS
};

const char *word(enum language l, enum word w);
const char *word_say(enum language l, const char *en, const char *fr); // of two, for what is said in one place alone
// The language of that name; name NULL: that of the environment. False: it is none.
bool word_language(const char *name, enum language *l);
// At most `most` bytes of what others wrote, cut at a character with "…" behind it, as a part of a line: each of its
// control characters is a '?', and where it is not UTF-8 each byte that is not ASCII.
void word_put(struct buf *out, struct slice text, size_t most);
// A number in groups of three, as the language writes it. Of the last four calls.
const char *word_count(enum language l, uint64_t n);
// " (95.4 %)"; nothing of nothing.
void word_share(struct buf *out, enum language l, uint64_t part, uint64_t whole);
// What lib/finding gives as a reason, or lib/feed as the name of a list, in the language; itself where there is no other wording.
struct slice word_reason(enum language l, struct slice reason);

#endif
