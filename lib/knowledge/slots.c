// The tables in which names are looked up: of flaws, products, keys and aliases.
#include "knowledge/building.h"

struct product_name {
	text_ref text;
	uint32_t product;
	uint8_t rank; // 0 name, 1 title, 2 further name, 3 identifier that ends with its name, 4 identifier
	bool shared;  // of several products: nobody's
};

static struct slice file_text(const struct emit *e, text_ref at)
{
	uint16_t n;
	memcpy(&n, e->strings.p + at, sizeof n);
	return slice_of(e->strings.p + at + sizeof n, n);
}

// "cpe:a:redhat:ansible" names two products of the end-of-life data; it is that of the one called "ansible".
static bool ends_with_name(struct slice identifier, struct slice name)
{
	if (identifier.n <= name.n)
		return false;
	const uint8_t *end = identifier.p + identifier.n - name.n;
	for (size_t i = 0; i < name.n; i++)
		if (end[i] != name.p[i] && !(end[i] == '_' && name.p[i] == '-'))
			return false;
	return end[-1] == ':' || end[-1] == '/';
}

static void add_product_name(struct emit *e, struct slice written, uint32_t product, uint8_t rank, struct slice own)
{
	struct folded *fold = &e->b->fold;
	bool identifier;
	if (written.n == 0 || !fold_product(written, fold, &identifier))
		return;
	rank = !identifier ? rank : ends_with_name(folded_slice(fold), own) ? 3 : 4;
	struct slice folded = folded_slice(fold);
	uint32_t ref = build_intern(e->b, &e->product_names, folded), text = build_text(e->b, folded);
	if (emit_status(e) != ERR_OK)
		return;
	uint32_t *value = intern_value(&e->product_names, ref);
	struct product_name *all = (struct product_name *)(void *)e->products.p, *old = *value == 0 ? NULL : &all[*value - 1];
	if (old == NULL) {
		struct product_name made = {text, product, rank, false};
		*value = (uint32_t)(e->products.n / sizeof made) + 1;
		buf_put(&e->products, &made, sizeof made);
	} else if (old->product != product && rank < old->rank) {
		old->product = product;
		old->rank = rank;
		old->shared = false;
	} else if (old->product != product && rank == old->rank && rank > 0) {
		old->shared = true;
	}
}

void emit_product_names(struct emit *e)
{
	const struct file_section *s = &e->head.sections[SECTION_PRODUCTS];
	for (uint32_t i = 0; i < s->bytes / sizeof(struct file_product); i++) {
		struct file_product p;
		memcpy(&p, e->out->p + s->offset + i * sizeof p, sizeof p);
		struct slice own = file_text(e, p.name);
		add_product_name(e, own, i, 0, own);
		add_product_name(e, file_text(e, p.title), i, 1, own);
		uint32_t n = p.names == 0 ? 0 : ((const uint32_t *)(const void *)e->lists.p)[p.names];
		for (uint32_t a = 0; a < n; a++)
			add_product_name(e, file_text(e, ((const uint32_t *)(const void *)e->lists.p)[p.names + 1 + a]), i, 2, own);
	}
	struct product_name *all = (struct product_name *)(void *)e->products.p;
	for (size_t i = 0; i < e->products.n / sizeof *all; i++)
		all[i].text = emit_text(e, all[i].text);
}

// NULL: there is no room for them.
static struct file_slot *slots_begin(struct emit *e, enum section s, size_t entries, uint64_t *n)
{
	*n = entries + entries / 2 + 1;
	emit_begin(e, s);
	struct file_slot *slots = (struct file_slot *)(void *)buf_add(e->out, *n * sizeof *slots);
	if (slots != NULL)
		memset(slots, 0, *n * sizeof *slots);
	emit_end(e, s);
	return slots;
}

static void slot_put(struct file_slot *slots, uint64_t n, uint64_t hash, uint32_t tag, uint32_t ref)
{
	uint64_t at = slot_first(hash, n);
	while (slots[at].ref != 0)
		at = at + 1 == n ? 0 : at + 1;
	slots[at] = (struct file_slot){tag, ref};
}

// Of the slots with one tag no more than KNOWLEDGE_NAMESAKES_MAX: a name that all the world uses must not fill the table.
static void slot_put_name(struct file_slot *slots, uint64_t n, uint64_t hash, uint32_t ref)
{
	uint64_t at = slot_first(hash, n);
	size_t same = 0;
	for (; slots[at].ref != 0; at = at + 1 == n ? 0 : at + 1)
		same += slots[at].tag == (uint32_t)hash;
	if (same < KNOWLEDGE_NAMESAKES_MAX)
		slots[at] = (struct file_slot){(uint32_t)hash, ref};
}

void emit_name_slots(struct emit *e)
{
	uint64_t n, seed = e->head.seed;
	struct file_slot *slots = slots_begin(e, SECTION_NAMES, e->o->names_n, &n);
	for (size_t i = 0; slots != NULL && i < e->o->names_n; i++) {
		struct slice s = intern_bytes(&e->b->strings, e->o->names[i].tag);
		slot_put(slots, n, hash_bytes(seed, s.p, s.n), *intern_value(&e->b->strings, e->o->names[i].tag), e->o->names[i].ref + 1);
	}
	struct product_name *all = (struct product_name *)(void *)e->products.p;
	size_t count = e->products.n / sizeof *all;
	slots = slots_begin(e, SECTION_PRODUCT_SLOTS, count, &n);
	for (size_t i = 0; slots != NULL && i < count; i++) {
		struct slice s = file_text(e, all[i].text);
		if (!all[i].shared)
			slot_put(slots, n, hash_bytes(seed, s.p, s.n), all[i].text, all[i].product + 1);
	}
}

static struct file_key key_at(const struct emit *e, size_t i)
{
	struct file_key k;
	memcpy(&k, e->out->p + e->head.sections[SECTION_KEYS].offset + i * sizeof k, sizeof k);
	return k;
}

void emit_key_slots(struct emit *e)
{
	uint64_t n, seed = e->head.seed;
	size_t products = 0;
	for (size_t i = 0; i < e->o->keys_n; i++)
		products += key_at(e, i).row >> KEY_NAMES == NAMES_PRODUCT;
	struct file_slot *slots = slots_begin(e, SECTION_KEY_SLOTS, e->o->keys_n + products, &n);
	for (size_t i = 0; slots != NULL && i < e->o->keys_n; i++) {
		struct file_key k = key_at(e, i);
		uint64_t hash = hash_key(seed, k.row >> KEY_NAMES, file_text(e, k.space), file_text(e, k.name));
		slot_put(slots, n, hash, (uint32_t)hash, (uint32_t)i + 1);
	}
	for (size_t i = 0; slots != NULL && i < e->o->keys_n; i++) {
		struct file_key k = key_at(e, i);
		if (k.row >> KEY_NAMES == NAMES_PRODUCT)
			slot_put_name(slots, n, hash_name(seed, file_text(e, k.name)), (uint32_t)i + 1);
	}
	size_t count = e->head.sections[SECTION_ALIASES].bytes / sizeof(struct file_alias);
	slots = slots_begin(e, SECTION_ALIAS_SLOTS, count, &n);
	for (size_t i = 0; slots != NULL && i < count; i++) {
		struct file_alias a;
		memcpy(&a, e->out->p + e->head.sections[SECTION_ALIASES].offset + i * sizeof a, sizeof a);
		uint64_t hash = hash_key(seed, 0, file_text(e, a.vendor), file_text(e, a.product));
		slot_put(slots, n, hash, (uint32_t)hash, (uint32_t)i + 1);
	}
}
