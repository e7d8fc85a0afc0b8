#include "member/accreditation.h"

#include <stdlib.h>

#include "base/num.h"
#include "charter/field.h"
#include "ledger/tree.h"

static const char *const tlp_names[TLP_COUNT] = {"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"};
static const char *const role_names[] = {"file", "analyse", "declare", "inspect", "sector"};
#define ROLE_COUNT (sizeof role_names / sizeof *role_names)

const char *tlp_text(enum tlp tlp)
{
	INVARIANT((unsigned)tlp < TLP_COUNT);
	return tlp_names[tlp];
}

bool tlp_parse(struct slice text, enum tlp *tlp)
{
	if (slice_starts_letters(text, "TLP:"))
		text = slice_part(text, 4, text.n);
	for (unsigned i = 0; i < TLP_COUNT; i++)
		if (slice_same_letters(text, slice_text(tlp_names[i] + 4))) {
			*tlp = (enum tlp)i;
			return true;
		}
	if (!slice_same_letters(text, SLICE_LITERAL("WHITE"))) // TLP 1.0's name
		return false;
	*tlp = TLP_CLEAR;
	return true;
}

void roles_print(uint16_t roles, char text[static 64])
{
	text[0] = 0;
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (roles >> i & 1) {
			if (text[0] != 0)
				strcat(text, ",");
			strcat(text, role_names[i]); // all five and their commas are 36 bytes
		}
}

bool roles_parse(struct slice text, uint16_t *roles)
{
	uint16_t found = 0;
	for (size_t at = 0; at <= text.n;) {
		size_t comma = slice_find(text, ',', at);
		struct slice word = slice_trim(slice_part(text, at, comma - at));
		unsigned i = 0;
		while (i < ROLE_COUNT && !slice_is_text(word, role_names[i]))
			i++;
		if (i == ROLE_COUNT || found >> i & 1)
			return false;
		found |= (uint16_t)(1u << i);
		at = comma + 1;
	}
	*roles = found;
	return true;
}

static void item_put(const struct item *i, struct buf *out)
{
	buf_put(out, i->card, CARD_ID);
	buf_put(out, i->signing, SIGN_PUBLIC);
	buf_put_u16(out, i->roles);
	buf_put_u16(out, i->team);
	buf_put_u8(out, (uint8_t)i->ceiling);
	buf_put_u64(out, i->from);
	buf_put_u64(out, i->until);
}

void item_encode(const struct item *i, uint8_t out[static ITEM_BYTES])
{
	struct buf b;
	buf_init(&b, ITEM_BYTES);
	item_put(i, &b);
	INVARIANT(buf_status(&b) == ERR_OK && b.n == ITEM_BYTES);
	memcpy(out, b.p, ITEM_BYTES);
	buf_free(&b);
}

static void item_read(struct field_reader *f, struct item *i)
{
	wire_copy(&f->wire, i->card, CARD_ID);
	wire_copy(&f->wire, i->signing, SIGN_PUBLIC);
	i->roles = wire_u16(&f->wire);
	i->team = wire_u16(&f->wire);
	unsigned ceiling = wire_u8(&f->wire);
	i->ceiling = (enum tlp)ceiling;
	i->from = wire_u64(&f->wire);
	i->until = wire_u64(&f->wire);
	if (i->roles == 0 || (i->roles & ~ROLES_ALL) != 0)
		field_refuse(f, ERR_INPUT, "roles 0x%04x are none or unknown", i->roles);
	if (((i->roles & ROLE_ANALYSE) != 0) != (i->team != 0))
		field_refuse(f, ERR_INPUT, "team %u: an analyst has one, nobody else", i->team);
	if (ceiling >= TLP_COUNT)
		field_refuse(f, ERR_INPUT, "ceiling %u is no marking", ceiling);
	if (i->until <= i->from || i->until > DOCUMENT_TIME_MAX)
		field_refuse(f, ERR_INPUT, "it ends before it begins, or after year 9999");
}

enum err item_decode(struct slice bytes, struct item *i, struct why *why)
{
	struct field_reader f = field_reader_of(bytes, "item", why);
	struct item d = {0};
	item_read(&f, &d);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*i = d;
	return e;
}

void credential_encode(const struct credential *c, struct buf *out)
{
	INVARIANT(c->path <= CREDENTIAL_PATH_MAX);
	item_put(&c->item, out);
	buf_put_u32(out, c->index);
	buf_put_u32(out, c->count);
	buf_put_u8(out, (uint8_t)c->path);
	buf_put(out, c->hash, sizeof c->hash[0] * c->path);
}

enum err credential_decode(struct slice bytes, struct credential *c, struct why *why)
{
	struct field_reader f = field_reader_of(bytes, "credential", why);
	struct credential d = {0};
	item_read(&f, &d.item);
	d.index = wire_u32(&f.wire);
	d.count = wire_u32(&f.wire);
	d.path = wire_u8(&f.wire);
	if (d.index >= d.count)
		field_refuse(&f, ERR_INPUT, "place %u of a batch of %u", d.index, d.count);
	if (d.path > CREDENTIAL_PATH_MAX)
		field_refuse(&f, ERR_LIMIT, "a path of %u hashes, at most %d", d.path, CREDENTIAL_PATH_MAX);
	else
		wire_copy(&f.wire, d.hash, sizeof d.hash[0] * d.path);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*c = d;
	return e;
}

static void item_leaf(const struct item *i, uint8_t hash[static TREE_HASH])
{
	uint8_t bytes[ITEM_BYTES];
	item_encode(i, bytes);
	tree_leaf_hash(slice_of(bytes, sizeof bytes), hash);
}

enum err batch_root(const struct item *items, uint32_t count, uint8_t root[static 32])
{
	struct tree_frontier f = {0};
	if (count == 0)
		return ERR_INPUT;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t leaf[TREE_HASH];
		item_leaf(&items[i], leaf);
		enum err e = tree_append(&f, leaf, NULL, NULL);
		if (e != ERR_OK)
			return e;
	}
	tree_root(&f, root);
	return ERR_OK;
}

// A node of the batch's tree is the root of its own items: they are all at hand, so nothing is stored.
static enum err batch_node(void *items, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH])
{
	INVARIANT(level < 32);
	return batch_root((const struct item *)items + (index << level), 1u << level, hash);
}

static enum err credential_of(const struct item *items, uint32_t count, uint32_t index, tree_read *read, void *context,
                              struct credential *c)
{
	struct tree_proof proof;
	enum err e = tree_inclusion(index, count, read, context, &proof); // refuses an index that is none
	if (e != ERR_OK)
		return e;
	INVARIANT(proof.n <= CREDENTIAL_PATH_MAX);
	*c = (struct credential){.item = items[index], .index = index, .count = count, .path = (unsigned)proof.n};
	memcpy(c->hash, proof.hash, sizeof c->hash[0] * proof.n);
	return ERR_OK;
}

enum err batch_credential(const struct item *items, uint32_t count, uint32_t index, struct credential *c)
{
	return credential_of(items, count, index, batch_node, (void *)items, c);
}

// Every node of a batch's tree: level l has count >> l of them.
struct batch_nodes {
	uint64_t level[33]; // where each begins
	uint8_t (*hash)[TREE_HASH];
};

static enum err nodes_write(void *context, unsigned level, uint64_t index, const uint8_t hash[static TREE_HASH])
{
	struct batch_nodes *n = context;
	memcpy(n->hash[n->level[level] + index], hash, TREE_HASH);
	return ERR_OK;
}

static enum err nodes_read(void *context, unsigned level, uint64_t index, uint8_t hash[static TREE_HASH])
{
	const struct batch_nodes *n = context;
	memcpy(hash, n->hash[n->level[level] + index], TREE_HASH);
	return ERR_OK;
}

enum err batch_each(const struct item *items, uint32_t count, credential_each *each, void *context)
{
	struct batch_nodes n = {.hash = malloc(2 * (size_t)count * TREE_HASH)};
	struct tree_frontier f = {0};
	struct credential c;
	enum err e = count == 0 ? ERR_INPUT : n.hash == NULL ? ERR_SYSTEM : ERR_OK;
	for (unsigned l = 0; l < 32; l++)
		n.level[l + 1] = n.level[l] + (count >> l);
	for (uint32_t i = 0; i < count && e == ERR_OK; i++) {
		uint8_t leaf[TREE_HASH];
		item_leaf(&items[i], leaf);
		e = tree_append(&f, leaf, nodes_write, &n);
	}
	for (uint32_t i = 0; i < count && e == ERR_OK; i++) {
		e = credential_of(items, count, i, nodes_read, &n, &c);
		if (e == ERR_OK)
			e = each(context, &c);
	}
	free(n.hash);
	return e;
}

// The batch that the credential's path leads to, in the ledger and of the size it says.
static enum err batch_check(const struct credential *c, const struct governance *g, struct why *why)
{
	uint8_t leaf[TREE_HASH], root[TREE_HASH];
	struct tree_proof proof = {.n = c->path};
	struct why inner;
	INVARIANT(c->path <= CREDENTIAL_PATH_MAX);
	memcpy(proof.hash, c->hash, sizeof c->hash[0] * c->path);
	item_leaf(&c->item, leaf);
	if (tree_inclusion_root(c->index, c->count, leaf, &proof, root, &inner) != ERR_OK)
		return why_set(why, ERR_AUTH, "credential: %s", inner.text);
	const struct accreditation *batch = governance_batch(g, root);
	if (batch == NULL || batch->count != c->count)
		return why_set(why, ERR_AUTH, "credential: officers signed no such batch");
	return ERR_OK;
}

enum err credential_check(const struct credential *c, const struct governance *g, uint16_t roles, uint64_t now, struct why *why)
{
	char text[64];
	uint64_t until;
	enum err e = batch_check(c, g, why);
	if (e != ERR_OK)
		return e;
	enum member_state state = governance_standing(g, c->item.card, now, &until);
	if (state == MEMBER_EXPELLED)
		return why_set(why, ERR_DENIED, "credential: the member was expelled");
	if (state == MEMBER_SUSPENDED) {
		time_print(until, text);
		return why_set(why, ERR_DENIED, "credential: suspended until %s", text);
	}
	if (now < c->item.from) {
		time_print(c->item.from, text);
		return why_set(why, ERR_DENIED, "credential: valid from %s only", text);
	}
	if (now >= c->item.until) {
		time_print(c->item.until < DOCUMENT_TIME_MAX ? c->item.until : DOCUMENT_TIME_MAX - 1, text);
		return why_set(why, ERR_DENIED, "credential: expired at %s", text);
	}
	uint16_t missing = roles & (uint16_t)~c->item.roles;
	if (missing != 0) {
		roles_print(missing, text);
		return why_set(why, ERR_DENIED, "credential: not accredited to %s", text);
	}
	return ERR_OK;
}

enum err credential_check_analyst(const struct credential *c, const struct governance *g, uint16_t team, enum tlp tlp,
                                  uint64_t now, struct why *why)
{
	enum err e = credential_check(c, g, ROLE_ANALYSE, now, why);
	if (e != ERR_OK)
		return e;
	if (governance_team(g, team) == NULL)
		return why_set(why, ERR_DENIED, "credential: there is no team %u", team);
	if (c->item.team != team)
		return why_set(why, ERR_DENIED, "credential: analyst of team %u, not of %u", c->item.team, team);
	if (tlp > c->item.ceiling)
		return why_set(why, ERR_DENIED, "credential: may open up to %s, not %s", tlp_text(c->item.ceiling), tlp_text(tlp));
	return ERR_OK;
}
