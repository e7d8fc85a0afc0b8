// Machines of one house carry the same packages: what a subject's hits are is weighed once.
#include <sodium.h>
#include <stdlib.h>

#include "inside.h"

#define CACHE_SLOTS (1u << 17)            // power of two
#define CACHE_ENTRIES (CACHE_SLOTS / 2)
#define CACHE_HITS_MAX (1u << 19)         // of all entries
#define CACHE_TEXT_MAX (16u << 20)        // of all keys

struct entry {
	uint64_t hash;
	uint32_t key, key_n; // in the text
	uint32_t first, n;   // in the hits
	bool used;
};

struct cache {
	struct entry slots[CACHE_SLOTS];
	uint8_t hash_key[crypto_shorthash_KEYBYTES];
	struct buf text, key;
	struct hits kept, weighed;
	struct hits view;
	size_t entries;
	bool off;
};

struct cache *cache_new(bool off)
{
	struct cache *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	c->off = off;
	crypto_shorthash_keygen(c->hash_key);
	buf_init(&c->text, CACHE_TEXT_MAX);
	buf_init(&c->key, 9 * INVENTORY_TEXT_MAX);
	return c;
}

void cache_free(struct cache *c)
{
	if (c == NULL)
		return;
	buf_free(&c->text);
	buf_free(&c->key);
	free(c->kept.of);
	free(c->weighed.of);
	free(c);
}

static void forget(struct cache *c)
{
	memset(c->slots, 0, sizeof c->slots);
	buf_clear(&c->text);
	c->kept.n = 0;
	c->entries = 0;
}

static enum err key_of(struct cache *c, const struct subject *s, struct why *why)
{
	const struct slice parts[] = {s->ecosystem, s->name, s->version, s->source, s->source_version, s->vendor, s->cpe, s->arch};
	buf_clear(&c->key);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		buf_put_vec16(&c->key, parts[i]);
	buf_put_u8(&c->key, s->distributed);
	buf_put_u8(&c->key, s->alone);
	return buf_status(&c->key) == ERR_OK ? ERR_OK : why_set(why, ERR_LIMIT, "%.*s: names too long", SLICE_ARGS(slice_part(s->name, 0, 40)));
}

// The entry of the key, or the free slot where it belongs.
static struct entry *find(struct cache *c, uint64_t hash)
{
	for (size_t i = hash & (CACHE_SLOTS - 1);; i = (i + 1) & (CACHE_SLOTS - 1)) {
		struct entry *e = &c->slots[i];
		if (!e->used || (e->hash == hash && slice_equal(slice_part(buf_slice(&c->text), e->key, e->key_n), buf_slice(&c->key))))
			return e;
	}
}

static bool keep(struct cache *c, uint64_t hash)
{
	const struct hits *w = &c->weighed;
	if (w->n > CACHE_HITS_MAX / 4)
		return false; // too large to be worth it
	if (c->entries == CACHE_ENTRIES || c->kept.n + w->n > CACHE_HITS_MAX || c->text.n + c->key.n > CACHE_TEXT_MAX)
		forget(c);
	if (c->kept.n + w->n > c->kept.room) {
		size_t room = c->kept.room == 0 ? 4096 : c->kept.room;
		while (room < c->kept.n + w->n)
			room *= 2;
		struct hit *more = reallocarray(c->kept.of, room, sizeof *more);
		if (more == NULL)
			return false;
		c->kept.of = more;
		c->kept.room = room;
	}
	size_t at = c->text.n;
	struct entry *e = find(c, hash);
	buf_put_slice(&c->text, buf_slice(&c->key));
	if (buf_status(&c->text) != ERR_OK) {
		forget(c);
		return false;
	}
	*e = (struct entry){hash, (uint32_t)at, (uint32_t)c->key.n, (uint32_t)c->kept.n, (uint32_t)w->n, true};
	if (w->n > 0)
		memcpy(c->kept.of + c->kept.n, w->of, w->n * sizeof *w->of);
	c->kept.n += w->n;
	c->entries++;
	return true;
}

enum err cache_hits(struct cache *c, const struct knowledge *k, const struct subject *s, const struct hits **hits, struct why *why)
{
	if (c->off) {
		*hits = &c->weighed;
		return weigh(k, s, &c->weighed, why);
	}
	enum err e = key_of(c, s, why);
	if (e != ERR_OK)
		return e;
	uint64_t hash = 0;
	crypto_shorthash((uint8_t *)&hash, c->key.p, c->key.n, c->hash_key);
	const struct entry *known = find(c, hash);
	if (!known->used) {
		e = weigh(k, s, &c->weighed, why);
		if (e != ERR_OK)
			return e;
		if (!keep(c, hash)) {
			*hits = &c->weighed;
			return ERR_OK;
		}
		known = find(c, hash);
	}
	c->view = (struct hits){c->kept.of + known->first, known->n, known->n};
	*hits = &c->view;
	return ERR_OK;
}
