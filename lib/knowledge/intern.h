// Inside the builder: each distinct run of bytes once, with a word of the caller's beside it.
#ifndef TOCSIN_KNOWLEDGE_INTERN_H
#define TOCSIN_KNOWLEDGE_INTERN_H

#include "base/buf.h"

#define INTERN_BYTES_MAX (1ull << 30) // of one table's items
#define INTERN_NONE UINT32_MAX

struct intern_slot {
	uint32_t hash, ref; // ref + 1; 0: empty
};

struct intern {
	struct buf items; // {bytes, value} and the bytes, padded to 4
	struct intern_slot *slots;
	size_t room, count; // room: a power of two
	uint64_t seed;      // secret: a feed cannot prepare collisions
};

// Reference 0 is the empty run. False: no memory.
bool intern_init(struct intern *t);
void intern_free(struct intern *t);
// The reference of these bytes, made when they are new; INTERN_NONE: no memory or over INTERN_BYTES_MAX (t->items.status says which).
uint32_t intern_put(struct intern *t, struct slice s);
// Announces that these bytes will be looked up soon: several lookups then wait for memory together instead of one after the other.
void intern_hint(const struct intern *t, struct slice s);
uint32_t intern_find(const struct intern *t, struct slice s); // INTERN_NONE: not there
struct slice intern_bytes(const struct intern *t, uint32_t ref); // valid until the next put
uint32_t *intern_value(struct intern *t, uint32_t ref);          // 0 at first; valid until the next put
void intern_clear_values(struct intern *t);

#endif
