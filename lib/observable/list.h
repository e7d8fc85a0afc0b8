// The observables of one report, each once, and beside them what was not understood: nothing is silently dropped.
#ifndef TOCSIN_OBSERVABLE_LIST_H
#define TOCSIN_OBSERVABLE_LIST_H

#include "observable/observable.h"

#define OBSERVABLES_MAX 20000u           // entries, derived ones included
#define OBSERVABLE_REFUSALS_MAX 20000u   // refusals kept in full; more are counted
#define OBSERVABLE_LIST_BYTES (64u << 20) // text of one list

struct observable_entry {
	enum observable_type type;
	bool derived;        // came only out of other entries (observable_derive)
	bool background;     // the source says: not for detection (MISP to_ids false)
	unsigned times;      // how often it was found, derivations not counted
	struct slice value;  // canonical
	struct slice written; // as first written; for a derived entry the value it came from
	struct slice place;  // where first: "line 12", "Event.Attribute[3].value"
};

// A value that gave no token, or something the reader did that one should know (`note`).
struct observable_refusal {
	bool note;
	struct slice place, value, rule;
};

struct observable_list {
	struct observable_entry *entries;
	size_t count;
	struct observable_refusal *refusals;
	size_t refused;      // refusals kept, notes included
	size_t refused_more; // counted after OBSERVABLE_REFUSALS_MAX
	// Private: index of entries by value, and the memory of all text.
	size_t entries_room, refusals_room, slots;
	uint32_t *slot;
	struct observable_text *text;
	size_t text_bytes;
};

void observable_list_init(struct observable_list *list);
void observable_list_free(struct observable_list *list); // may be called twice

// Adds a copy, or counts it on the entry that is there (a value found directly is no longer marked derived; background stays only
// if every finding says so). ERR_LIMIT when the list is full, ERR_SYSTEM without memory.
MUST_USE enum err observable_list_add(struct observable_list *list, const struct observable *o, bool background,
                                      struct slice written, struct slice place, struct why *why);
// Adds what the entries give besides themselves, marked derived. An existing entry is left as it is.
MUST_USE enum err observable_list_derive(struct observable_list *list, struct why *why);
// ERR_SYSTEM or ERR_LIMIT only: over OBSERVABLE_REFUSALS_MAX it is counted and that is no error.
MUST_USE enum err observable_list_refuse(struct observable_list *list, bool note, struct slice place, struct slice value,
                                         const char *rule, struct why *why);
// The entry with this canonical value, or NULL.
const struct observable_entry *observable_list_find(const struct observable_list *list, enum observable_type type,
                                                    struct slice value);
// A copy of `text` that lives as long as the list; NULL bytes when the list's text is full or memory is short.
struct slice observable_list_keep(struct observable_list *list, struct slice text);

#endif
