// Effects of items seen before, in bounded memory: shards, each with its lock, its table and its bytes.
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "fleet.h"

#define SHARDS 64u // power of two
#define BYTES_A_SLOT 128u // a record has about as many: a full shard's table is then half full

struct record {
	_Alignas(struct fleet_part) uint32_t key_n; // what follows it is aligned too
	uint32_t parts_n, marks_n;
	uint32_t number[FLEET_NUMBERS];
	// parts, marks, key
};

struct slot {
	uint64_t hash;
	uint32_t at; // of the record, in units of 8 bytes, + 1; 0: free
};

struct shard {
	pthread_mutex_t lock;
	struct slot *slots;
	uint8_t *bytes;
	size_t used, entries;
};

struct fleet_cache {
	struct shard shards[SHARDS];
	size_t slots, bytes; // of each; slots: a power of two
	uint8_t hash_key[crypto_shorthash_KEYBYTES];
};

struct fleet_cache *fleet_cache_new(size_t bytes)
{
	struct fleet_cache *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	crypto_shorthash_keygen(c->hash_key);
	c->bytes = bytes / SHARDS;
	for (c->slots = 4; c->slots < c->bytes / BYTES_A_SLOT; c->slots *= 2)
		;
	bool good = true;
	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *s = &c->shards[i];
		pthread_mutex_init(&s->lock, NULL);
		s->slots = calloc(c->slots, sizeof *s->slots);
		s->bytes = malloc(c->bytes);
		good &= s->slots != NULL && s->bytes != NULL;
	}
	if (good)
		return c;
	fleet_cache_free(c);
	return NULL;
}

void fleet_cache_free(struct fleet_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < SHARDS; i++) {
		pthread_mutex_destroy(&c->shards[i].lock);
		free(c->shards[i].slots);
		free(c->shards[i].bytes);
	}
	free(c);
}

static struct shard *shard_of(struct fleet_cache *c, uint64_t place)
{
	return &c->shards[place >> 58 & (SHARDS - 1)];
}

static const struct fleet_part *parts_of(const struct record *r)
{
	return (const struct fleet_part *)(const void *)(r + 1);
}

static const uint16_t *marks_of(const struct record *r)
{
	return (const uint16_t *)(const void *)(parts_of(r) + r->parts_n);
}

static const uint8_t *key_of(const struct record *r)
{
	return (const uint8_t *)(marks_of(r) + r->marks_n);
}

static const struct record *record_at(const struct shard *s, const struct slot *slot)
{
	return (const struct record *)(const void *)(s->bytes + (size_t)(slot->at - 1) * 8);
}

// The slot of the key, or the free one where it belongs: at most half of them are taken.
static struct slot *slot_of(const struct fleet_cache *c, const struct shard *s, uint64_t hash, struct slice key)
{
	for (size_t i = hash & (c->slots - 1);; i = (i + 1) & (c->slots - 1)) {
		struct slot *slot = &s->slots[i];
		if (slot->at == 0)
			return slot;
		if (slot->hash != hash)
			continue;
		const struct record *r = record_at(s, slot);
		if (r->key_n == key.n && memcmp(key_of(r), key.p, key.n) == 0)
			return slot;
	}
}

bool fleet_cache_find(struct fleet_cache *c, struct slice key, uint64_t *place, struct fleet_effect *e)
{
	crypto_shorthash((uint8_t *)place, key.p, key.n, c->hash_key);
	struct shard *s = shard_of(c, *place);
	pthread_mutex_lock(&s->lock);
	const struct slot *slot = slot_of(c, s, *place, key);
	if (slot->at == 0) {
		pthread_mutex_unlock(&s->lock);
		return false;
	}
	const struct record *r = record_at(s, slot);
	memcpy(e->number, r->number, sizeof e->number);
	e->parts_n = r->parts_n;
	e->marks_n = r->marks_n;
	e->parts = parts_of(r);
	e->marks = marks_of(r);
	return true;
}

void fleet_cache_leave(struct fleet_cache *c, uint64_t place)
{
	pthread_mutex_unlock(&shard_of(c, place)->lock);
}

void fleet_cache_put(struct fleet_cache *c, struct slice key, uint64_t place, const struct fleet_effect *e)
{
	struct shard *s = shard_of(c, place);
	size_t n = sizeof(struct record) + e->parts_n * sizeof *e->parts + e->marks_n * sizeof *e->marks + key.n;
	n = (n + 7) / 8 * 8;
	if (n > c->bytes / 4)
		return;
	pthread_mutex_lock(&s->lock);
	if (s->used + n > c->bytes || s->entries == c->slots / 2) {
		memset(s->slots, 0, c->slots * sizeof *s->slots);
		s->used = s->entries = 0;
	}
	struct slot *slot = slot_of(c, s, place, key);
	if (slot->at == 0) { // else another thread was faster
		struct record *r = (struct record *)(void *)(s->bytes + s->used);
		*slot = (struct slot){place, (uint32_t)(s->used / 8) + 1};
		*r = (struct record){(uint32_t)key.n, e->parts_n, e->marks_n, {0}};
		memcpy(r->number, e->number, sizeof r->number);
		if (e->parts_n > 0)
			memcpy((void *)(uintptr_t)parts_of(r), e->parts, e->parts_n * sizeof *e->parts);
		if (e->marks_n > 0)
			memcpy((void *)(uintptr_t)marks_of(r), e->marks, e->marks_n * sizeof *e->marks);
		memcpy((void *)(uintptr_t)key_of(r), key.p, key.n);
		s->used += n;
		s->entries++;
	}
	pthread_mutex_unlock(&s->lock);
}
