// Entries found by a 32-byte key: open addressing over indices into one array. Entries are never removed. Keys are hashes, so the
// first bytes of a key are its place; who grinds keys that collide still needs officers to sign them.
#ifndef TOCSIN_CHARTER_TABLE_H
#define TOCSIN_CHARTER_TABLE_H

#include "base/err.h"
#include "base/slice.h"

#define TABLE_KEY 32

struct table {
	size_t entry;    // bytes of one entry; its first TABLE_KEY bytes are the key
	uint32_t n, max; // entries in use, and never more than
	uint32_t room;   // entries there is memory for: half of the slots
	uint8_t *entries;
	uint32_t *slot;  // 2 * room of them: index + 1, 0 for empty
};

void table_init(struct table *t, size_t entry, uint32_t max);
void table_free(struct table *t);
// The entry, valid until the next table_add; NULL when there is none.
void *table_find(const struct table *t, const uint8_t key[static TABLE_KEY]);
// A new entry, zeroed behind its key, which must not be there. ERR_LIMIT: the table is full; ERR_SYSTEM: no memory.
MUST_USE enum err table_add(struct table *t, const uint8_t key[static TABLE_KEY], void **entry);

#endif
