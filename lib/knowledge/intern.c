#include "knowledge/intern.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "knowledge/layout.h"

#define FIRST_ROOM 4096u
#define HUGE_PAGE ((size_t)2 << 20)

struct item {
	uint32_t n, value;
};

static struct item *item_at(const struct intern *t, uint32_t ref)
{
	return (struct item *)(void *)(t->items.p + (size_t)ref * 4);
}

bool intern_init(struct intern *t)
{
	*t = (struct intern){0};
	buf_init(&t->items, INTERN_BYTES_MAX);
	randombytes_buf(&t->seed, sizeof t->seed);
	t->room = FIRST_ROOM;
	t->slots = calloc(t->room, sizeof *t->slots);
	return t->slots != NULL && intern_put(t, slice_of("", 0)) == 0;
}

void intern_free(struct intern *t)
{
	buf_free(&t->items);
	free(t->slots);
	t->slots = NULL;
}

static size_t look(const struct intern *t, uint32_t hash, struct slice s)
{
	size_t at = hash & (t->room - 1);
	for (; t->slots[at].ref != 0; at = (at + 1) & (t->room - 1)) {
		if (t->slots[at].hash != hash)
			continue;
		const struct item *i = item_at(t, t->slots[at].ref - 1);
		if (i->n == s.n && (s.n == 0 || memcmp(i + 1, s.p, s.n) == 0))
			break;
	}
	return at;
}

// Lookups hit one place each of a large table: with small pages, most of their time goes into finding the page.
static struct intern_slot *slots_new(size_t room)
{
	size_t n = room * sizeof(struct intern_slot);
	struct intern_slot *slots = aligned_alloc(n < HUGE_PAGE ? 4096 : HUGE_PAGE, n);
	if (slots == NULL)
		return NULL;
	(void)madvise(slots, n, n < HUGE_PAGE ? MADV_NORMAL : MADV_HUGEPAGE); // a hint: it may fail
	memset(slots, 0, n);
	return slots;
}

static bool grow(struct intern *t)
{
	size_t room = 2 * t->room;
	struct intern_slot *slots = slots_new(room);
	if (slots == NULL) {
		t->items.status = ERR_SYSTEM;
		return false;
	}
	for (size_t i = 0; i < t->room; i++) {
		if (t->slots[i].ref == 0)
			continue;
		size_t at = t->slots[i].hash & (room - 1);
		while (slots[at].ref != 0)
			at = (at + 1) & (room - 1);
		slots[at] = t->slots[i];
	}
	free(t->slots);
	t->slots = slots;
	t->room = room;
	return true;
}

void intern_hint(const struct intern *t, struct slice s)
{
	__builtin_prefetch(&t->slots[(uint32_t)hash_bytes(t->seed, s.p, s.n) & (t->room - 1)]);
}

uint32_t intern_find(const struct intern *t, struct slice s)
{
	size_t at = look(t, (uint32_t)hash_bytes(t->seed, s.p, s.n), s);
	return t->slots[at].ref != 0 ? t->slots[at].ref - 1 : INTERN_NONE;
}

uint32_t intern_put(struct intern *t, struct slice s)
{
	uint32_t hash = (uint32_t)hash_bytes(t->seed, s.p, s.n);
	size_t at = look(t, hash, s);
	if (t->slots[at].ref != 0)
		return t->slots[at].ref - 1;
	if (2 * (t->count + 1) > t->room) {
		if (!grow(t))
			return INTERN_NONE;
		at = look(t, hash, s);
	}
	uint32_t ref = (uint32_t)(t->items.n / 4);
	size_t padded = (s.n + 3) / 4 * 4;
	uint8_t *p = buf_add(&t->items, sizeof(struct item) + padded);
	if (p == NULL)
		return INTERN_NONE;
	memset(p, 0, sizeof(struct item) + padded);
	memcpy(p, &(uint32_t){(uint32_t)s.n}, 4);
	if (s.n > 0)
		memcpy(p + sizeof(struct item), s.p, s.n);
	t->slots[at] = (struct intern_slot){hash, ref + 1};
	t->count++;
	return ref;
}

struct slice intern_bytes(const struct intern *t, uint32_t ref)
{
	const struct item *i = item_at(t, ref);
	return slice_of(i + 1, i->n);
}

uint32_t *intern_value(struct intern *t, uint32_t ref)
{
	return &item_at(t, ref)->value;
}

void intern_clear_values(struct intern *t)
{
	for (size_t at = 0; at < t->items.n;) {
		struct item *i = (struct item *)(void *)(t->items.p + at);
		i->value = 0;
		at += sizeof *i + ((size_t)i->n + 3) / 4 * 4;
	}
}
