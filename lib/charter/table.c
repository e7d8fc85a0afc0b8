#include "charter/table.h"

#include <stdlib.h>

#define FIRST_ROOM 64 // entries; a power of two

void table_init(struct table *t, size_t entry, uint32_t max)
{
	INVARIANT(entry >= TABLE_KEY && max <= UINT32_MAX / 4);
	*t = (struct table){.entry = entry, .max = max};
}

void table_free(struct table *t)
{
	free(t->entries);
	free(t->slot);
	table_init(t, t->entry, t->max);
}

// The slot that holds the key, or the empty one where it would go: half of the slots are always empty.
static uint32_t *probe(const struct table *t, const uint8_t *key)
{
	uint32_t mask = 2 * t->room - 1, at;
	memcpy(&at, key, sizeof at);
	for (;; at++) {
		uint32_t *slot = &t->slot[at & mask];
		if (*slot == 0 || memcmp(t->entries + (*slot - 1) * t->entry, key, TABLE_KEY) == 0)
			return slot;
	}
}

void *table_find(const struct table *t, const uint8_t key[static TABLE_KEY])
{
	uint32_t *slot = t->room != 0 ? probe(t, key) : NULL;
	return slot != NULL && *slot != 0 ? t->entries + (*slot - 1) * t->entry : NULL;
}

static enum err grow(struct table *t)
{
	uint32_t room = t->room != 0 ? 2 * t->room : FIRST_ROOM;
	uint32_t *slot = calloc(2 * (size_t)room, sizeof *slot);
	uint8_t *entries = slot != NULL ? realloc(t->entries, room * t->entry) : NULL;
	if (entries == NULL) {
		free(slot);
		return ERR_SYSTEM;
	}
	free(t->slot);
	t->entries = entries;
	t->slot = slot;
	t->room = room;
	for (uint32_t i = 0; i < t->n; i++)
		*probe(t, entries + i * t->entry) = i + 1;
	return ERR_OK;
}

enum err table_add(struct table *t, const uint8_t key[static TABLE_KEY], void **entry)
{
	if (t->n == t->max)
		return ERR_LIMIT;
	enum err e = t->n == t->room ? grow(t) : ERR_OK;
	if (e != ERR_OK)
		return e;
	uint32_t *slot = probe(t, key);
	INVARIANT(*slot == 0);
	uint8_t *made = t->entries + t->n * t->entry;
	memset(made, 0, t->entry);
	memcpy(made, key, TABLE_KEY);
	*slot = ++t->n;
	*entry = made;
	return ERR_OK;
}
