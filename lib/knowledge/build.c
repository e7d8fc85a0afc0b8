#include "knowledge/building.h"

#include <stdlib.h>

#include "product/cpe.h"

uint32_t build_intern(struct knowledge_build *b, struct intern *t, struct slice s)
{
	uint32_t ref = intern_put(t, s);
	if (ref != INTERN_NONE)
		return ref;
	if (b->status == ERR_OK)
		b->status = t->items.status != ERR_OK ? t->items.status : ERR_SYSTEM;
	return 0;
}

uint32_t build_text(struct knowledge_build *b, struct slice s)
{
	return s.n == 0 ? 0 : build_intern(b, &b->strings, s);
}

uint32_t build_texts(struct knowledge_build *b, const struct slice *list, size_t n)
{
	buf_clear(&b->words);
	for (size_t i = 0; i < n; i++) {
		uint32_t text = build_text(b, list[i]);
		build_append(b, &b->words, &text, sizeof text);
	}
	return build_intern(b, &b->name_lists, buf_slice(&b->words));
}

uint32_t build_range_of(struct knowledge_build *b, const struct fact_range *r)
{
	struct build_range range = {build_text(b, r->from), build_text(b, r->to), (uint8_t)r->status, (uint8_t)r->scheme, r->single,
	                            r->closed};
	return build_intern(b, &b->ranges, slice_of(&range, sizeof range));
}

uint32_t build_extra_of(struct knowledge_build *b, struct slice platform, struct slice fixed, struct slice justification, uint32_t cpe)
{
	struct build_extra extra = {build_text(b, platform), build_text(b, fixed), build_text(b, justification), cpe};
	if (extra.platform == 0 && extra.fixed == 0 && extra.justification == 0 && extra.cpe == 0)
		return 0;
	return build_intern(b, &b->extras, slice_of(&extra, sizeof extra));
}

uint32_t build_key_of(struct knowledge_build *b, enum names names, struct slice space, struct slice name)
{
	struct build_key key = {(uint32_t)names, build_text(b, space), build_text(b, name)};
	return build_intern(b, &b->keys, slice_of(&key, sizeof key));
}

void build_append(struct knowledge_build *b, struct buf *table, const void *p, size_t n)
{
	buf_put(table, p, n);
	if (buf_status(table) != ERR_OK && b->status == ERR_OK)
		b->status = buf_status(table);
}

bool build_live(const struct knowledge_build *b, const struct held *h)
{
	return !h->dead && h->round >= SOURCES(b)[h->source].floor;
}

void build_enter(struct knowledge_build *b, struct entry_key key, uint32_t index, uint32_t *before)
{
	uint32_t ref = build_intern(b, &b->entries, slice_of(&key, sizeof key));
	uint32_t *value = intern_value(&b->entries, ref);
	*before = *value == 0 ? INTERN_NONE : *value - 1;
	*value = index + 1;
}

static uint32_t find_record(const struct knowledge_build *b, uint32_t id)
{
	struct entry_key key = {ENTRY_RECORD, (uint32_t)b->source, id, 0, 0};
	uint32_t ref = intern_find(&b->entries, slice_of(&key, sizeof key));
	return ref == INTERN_NONE ? INTERN_NONE : *intern_value((struct intern *)&b->entries, ref) - 1;
}

size_t build_source_of(struct knowledge_build *b, enum source_kind kind, struct slice name)
{
	uint32_t text = build_text(b, name);
	for (size_t i = 0; i < SOURCE_COUNT(b); i++)
		if (SOURCES(b)[i].said.kind == kind && SOURCES(b)[i].name == text)
			return i;
	if (SOURCE_COUNT(b) == KNOWLEDGE_SOURCES_MAX) {
		b->status = ERR_LIMIT;
		return SIZE_MAX;
	}
	struct build_source s = {.said = {.kind = kind, .dated = FACT_NO_DATE}, .name = text, .taken = INT64_MIN};
	build_append(b, &b->sources, &s, sizeof s);
	return b->status == ERR_OK ? SOURCE_COUNT(b) - 1 : SIZE_MAX;
}

enum err knowledge_build_new(const struct knowledge *before, struct knowledge_build **build, struct why *why)
{
	struct knowledge_build *b = calloc(1, sizeof *b);
	if (b == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	struct intern *const interns[] = {&b->strings, &b->name_lists, &b->ranges, &b->range_lists, &b->extras, &b->keys, &b->entries};
	struct buf *const tables[] = {&b->sources, &b->records, &b->rows, &b->kevs, &b->epss, &b->products, &b->cycles, &b->banned,
	                              &b->providers, &b->aliases, &b->touched, &b->changes, &b->words};
	bool ok = true;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		buf_init(tables[i], BUILD_TABLE_MAX);
	for (size_t i = 0; i < sizeof interns / sizeof *interns; i++)
		ok = intern_init(interns[i]) && ok;
	b->source = SIZE_MAX;
	b->current = INTERN_NONE;
	enum err e = ok ? ERR_OK : why_set(why, ERR_SYSTEM, "no memory");
	if (e == ERR_OK && before != NULL)
		e = build_load(b, before, why);
	if (e != ERR_OK) {
		knowledge_build_free(b);
		return e;
	}
	*build = b;
	return ERR_OK;
}

void knowledge_build_free(struct knowledge_build *b)
{
	if (b == NULL)
		return;
	struct intern *const interns[] = {&b->strings, &b->name_lists, &b->ranges, &b->range_lists, &b->extras, &b->keys, &b->entries};
	struct buf *const tables[] = {&b->sources, &b->records, &b->rows, &b->kevs, &b->epss, &b->products, &b->cycles, &b->banned,
	                              &b->providers, &b->aliases, &b->touched, &b->changes, &b->words};
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		buf_free(tables[i]);
	for (size_t i = 0; i < sizeof interns / sizeof *interns; i++)
		intern_free(interns[i]);
	free(b);
}

// A new entry of the present source, in the place of the one that has the same name.
static struct held enter(struct knowledge_build *b, enum entry entry, uint32_t k1, uint32_t k2, uint32_t k3, struct buf *table,
                         size_t size)
{
	struct held h = {.source = (uint16_t)b->source, .round = SOURCES(b)[b->source].round};
	uint32_t before;
	build_enter(b, (struct entry_key){entry, (uint32_t)b->source, k1, k2, k3}, (uint32_t)(table->n / size), &before);
	if (before != INTERN_NONE && before < table->n / size) {
		struct held *old = (struct held *)(void *)(table->p + before * size);
		old->dead = true;
		h.loaded = old->loaded;
	}
	return h;
}

static void take_source(struct knowledge_build *b, const struct fact_source *f)
{
	size_t i = build_source_of(b, f->kind, f->name);
	if (i == SIZE_MAX)
		return;
	struct build_source *s = &SOURCES(b)[i];
	b->source = i;
	b->current = INTERN_NONE;
	if (!s->touched) {
		s->touched = true;
		uint32_t index = (uint32_t)i;
		build_append(b, &b->touched, &index, sizeof index);
	}
	s->skip = f->whole && f->dated != FACT_NO_DATE && s->said.dated != FACT_NO_DATE && f->dated < s->said.dated;
	s->outdated = s->skip;
	if (s->skip)
		return;
	s->round++;
	if (f->whole)
		s->floor = s->round;
	if (f->whole || f->dated > s->said.dated)
		s->said.dated = f->dated;
	s->taken = INT64_MIN;
	uint32_t author = build_text(b, f->author);
	SOURCES(b)[i].author = author;
}

static uint32_t new_record(struct knowledge_build *b, uint32_t id)
{
	struct build_record r = {.id = id, .published = FACT_NO_DATE, .modified = FACT_NO_DATE, .bare = true};
	r.held = enter(b, ENTRY_RECORD, id, 0, 0, &b->records, sizeof r);
	build_append(b, &b->records, &r, sizeof r);
	return (uint32_t)RECORD_COUNT(b) - 1;
}

static bool stated_now(const struct knowledge_build *b, uint32_t record)
{
	return record != INTERN_NONE && build_live(b, &RECORDS(b)[record].held) && RECORDS(b)[record].held.round > 0;
}

static void take_flaw(struct knowledge_build *b, const struct fact_flaw *f)
{
	uint32_t id = build_text(b, f->id), at = find_record(b, id);
	bool live = at != INTERN_NONE && build_live(b, &RECORDS(b)[at].held);
	const struct build_record *old = live ? &RECORDS(b)[at] : NULL;
	bool earlier = live && f->modified != FACT_NO_DATE && f->modified < old->modified;
	bool joins = stated_now(b, at) && (old->bare || SOURCES(b)[b->source].floor > 0);
	if (earlier && !joins) {
		SOURCES(b)[b->source].older++;
		RECORDS(b)[at].shut = true;
		b->current = at;
		return;
	}
	if (!joins)
		at = new_record(b, id);
	b->current = at;
	if (joins && earlier)
		return;
	uint32_t title = build_text(b, fact_title(f->title)), aliases = build_texts(b, f->aliases, f->aliases_n);
	if (b->status != ERR_OK)
		return;
	struct build_record *r = &RECORDS(b)[at];
	r->title = title;
	r->aliases = aliases;
	r->published = f->published;
	r->modified = f->modified;
	r->score10 = f->score10;
	r->cvss = f->cvss;
	r->rejected = f->rejected;
	r->bare = false;
}

// The record that an affected fact belongs to; INTERN_NONE: what it says does not count.
static uint32_t record_of(struct knowledge_build *b, uint32_t id)
{
	uint32_t at = b->current;
	if (at == INTERN_NONE || RECORDS(b)[at].id != id)
		at = find_record(b, id);
	if (at != INTERN_NONE && RECORDS(b)[at].shut)
		return INTERN_NONE;
	if (!stated_now(b, at))
		at = new_record(b, id);
	if (b->status != ERR_OK)
		return INTERN_NONE;
	b->current = at;
	return RECORDS(b)[at].rejected ? INTERN_NONE : at;
}

// Only what a pattern says beyond part, vendor and product is kept: those are the key's, and without them products share the rest.
static uint32_t pattern_of(struct knowledge_build *b, const struct fact_affected *f)
{
	static const char any[] = ":*:*:*:*:*:*:*:*";
	char room[CPE_MAX];
	struct cpe c;
	size_t n = sizeof any - 1;
	if (f->names != NAMES_CPE || (f->name.n > n && memcmp(f->name.p + f->name.n - n, any, n) == 0) || cpe_parse(f->name, room, &c, NULL) != ERR_OK)
		return 0;
	c.at[CPE_PART] = c.at[CPE_VENDOR] = c.at[CPE_PRODUCT] = SLICE_LITERAL("*");
	buf_clear(&b->words);
	cpe_print(&c, &b->words);
	if (buf_status(&b->words) != ERR_OK && b->status == ERR_OK)
		b->status = buf_status(&b->words);
	return build_text(b, buf_slice(&b->words));
}

static enum err row_key(struct knowledge_build *b, const struct fact_affected *f, uint32_t *key, struct why *why)
{
	struct slice space, product;
	if (f->names == NAMES_CPE) {
		if (!fold_cpe(f->name, &b->fold, &space, &product))
			return why_set(why, ERR_INPUT, "%.*s: \"%.*s\" is no CPE name", SLICE_ARGS(f->flaw), SLICE_ARGS(slice_part(f->name, 0, 100)));
		*key = build_key_of(b, f->names, space, product);
	} else if (f->names == NAMES_PRODUCT) {
		if (!fold_name(f->vendor, &b->fold))
			return why_set(why, ERR_LIMIT, "%.*s: the vendor is too long", SLICE_ARGS(f->flaw));
		uint32_t vendor = build_text(b, folded_slice(&b->fold));
		if (!fold_name(f->name, &b->fold) || b->fold.n == 0)
			return why_set(why, ERR_INPUT, "%.*s: the product's name is empty or too long", SLICE_ARGS(f->flaw));
		struct build_key made = {(uint32_t)f->names, vendor, build_text(b, folded_slice(&b->fold))};
		*key = build_intern(b, &b->keys, slice_of(&made, sizeof made));
	} else {
		*key = build_key_of(b, f->names, f->ecosystem, f->name);
	}
	return ERR_OK;
}

#define HINTS 16u // lookups announced at a time

static void hint(const struct knowledge_build *b, const struct fact_range *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		intern_hint(&b->strings, r[i].from);
		intern_hint(&b->strings, r[i].to);
	}
}

static enum err take_affected(struct knowledge_build *b, const struct fact_affected *f, struct why *why)
{
	struct build_row row = {.otherwise = (uint8_t)f->otherwise, .negligible = f->negligible};
	row.record = record_of(b, build_text(b, f->flaw));
	if (row.record == INTERN_NONE)
		return ERR_OK;
	enum err e = row_key(b, f, &row.key, why);
	if (e != ERR_OK)
		return e;
	buf_clear(&b->words);
	for (size_t i = 0; i < f->ranges_n; i++) {
		if (i % HINTS == 0)
			hint(b, f->ranges + i, f->ranges_n - i < HINTS ? f->ranges_n - i : HINTS);
		uint32_t range = build_range_of(b, &f->ranges[i]);
		build_append(b, &b->words, &range, sizeof range);
	}
	row.ranges = build_intern(b, &b->range_lists, buf_slice(&b->words));
	row.extra = build_extra_of(b, f->platform, f->fixed, fact_title(f->justification), pattern_of(b, f));
	build_append(b, &b->rows, &row, sizeof row);
	return ERR_OK;
}

static void take_kev(struct knowledge_build *b, const struct fact_kev *f)
{
	struct build_kev kev = {.id = build_text(b, f->id), .vendor = build_text(b, f->vendor), .product = build_text(b, f->product),
	                        .name = build_text(b, fact_title(f->name)), .added = f->added, .due = f->due, .digest = f->digest,
	                        .ransomware = f->ransomware};
	kev.held = enter(b, ENTRY_KEV, kev.id, 0, 0, &b->kevs, sizeof kev);
	build_append(b, &b->kevs, &kev, sizeof kev);
}

static void take_epss(struct knowledge_build *b, const struct fact_epss *f)
{
	struct build_epss epss = {.id = build_text(b, f->id), .score_ppm = f->score_ppm, .percentile_ppm = f->percentile_ppm};
	epss.held = enter(b, ENTRY_EPSS, epss.id, 0, 0, &b->epss, sizeof epss);
	build_append(b, &b->epss, &epss, sizeof epss);
}

static void take_product(struct knowledge_build *b, const struct fact_product *f)
{
	struct build_product p = {.name = build_text(b, f->name), .title = build_text(b, fact_title(f->title)),
	                          .category = build_text(b, f->category), .names = build_texts(b, f->names, f->names_n)};
	p.held = enter(b, ENTRY_PRODUCT, p.name, 0, 0, &b->products, sizeof p);
	build_append(b, &b->products, &p, sizeof p);
}

static enum err take_cycle(struct knowledge_build *b, const struct fact_cycle *f, struct why *why)
{
	struct entry_key key = {ENTRY_PRODUCT, (uint32_t)b->source, build_text(b, f->product), 0, 0};
	uint32_t ref = intern_find(&b->entries, slice_of(&key, sizeof key));
	uint32_t at = ref == INTERN_NONE ? INTERN_NONE : *intern_value(&b->entries, ref) - 1;
	if (at == INTERN_NONE || !build_live(b, &PRODUCTS(b)[at].held) || PRODUCTS(b)[at].held.round == 0)
		return why_set(why, ERR_INPUT, "the cycle \"%.*s\" comes before its product \"%.*s\"", SLICE_ARGS(f->cycle),
		               SLICE_ARGS(f->product));
	struct build_cycle cycle = {.product = at, .dates = *f, .cycle = build_text(b, f->cycle),
	                            .label = build_text(b, fact_title(f->label)), .latest = build_text(b, f->latest),
	                            .codename = build_text(b, f->codename)};
	build_append(b, &b->cycles, &cycle, sizeof cycle);
	return ERR_OK;
}

static void take_banned(struct knowledge_build *b, const struct fact_banned *f)
{
	struct build_banned row = {.text = {build_text(b, f->vendor), build_text(b, f->product), build_text(b, f->level),
	                                    build_text(b, f->use), build_text(b, fact_title(f->basis)), build_text(b, fact_title(f->note))},
	                           .from = f->from, .out_by = f->out_by};
	row.held = enter(b, ENTRY_BANNED, row.text[0], row.text[1], row.text[3], &b->banned, sizeof row);
	build_append(b, &b->banned, &row, sizeof row);
}

uint32_t build_term(struct knowledge_build *b, uint32_t qualification, int64_t from, int64_t until)
{
	buf_clear(&b->words);
	buf_put_slice(&b->words, intern_bytes(&b->strings, qualification));
	buf_put_u8(&b->words, 0);
	buf_put_u64(&b->words, (uint64_t)from);
	buf_put_u64(&b->words, (uint64_t)until);
	return build_text(b, buf_slice(&b->words));
}

static void take_provider(struct knowledge_build *b, const struct fact_provider *f)
{
	struct build_provider row = {.text = {build_text(b, f->name), build_text(b, f->number), build_text(b, f->qualification),
	                                      build_text(b, f->activities), build_text(b, f->level), build_text(b, fact_title(f->basis)),
	                                      build_text(b, f->key)},
	                             .from = f->from, .until = f->until, .suspended = f->suspended};
	row.term = build_term(b, row.text[2], row.from, row.until);
	row.held = enter(b, ENTRY_PROVIDER, row.text[0], row.text[1], row.term, &b->providers, sizeof row);
	build_append(b, &b->providers, &row, sizeof row);
}

static enum err take_alias(struct knowledge_build *b, const struct fact_alias *f, struct why *why)
{
	struct build_alias alias = {.to = build_text(b, f->to)};
	if (!fold_name(f->vendor, &b->fold))
		return why_set(why, ERR_LIMIT, "the vendor of an alias is too long");
	bool blank = f->vendor.n > 0 && b->fold.n == 0; // blanks must not stand for any vendor
	alias.vendor = build_text(b, folded_slice(&b->fold));
	if (!fold_name(f->product, &b->fold))
		return why_set(why, ERR_LIMIT, "the product of an alias is too long");
	alias.product = build_text(b, folded_slice(&b->fold));
	if (blank || (f->product.n > 0 && b->fold.n == 0))
		return why_set(why, ERR_INPUT, "a name of an alias is blank");
	alias.held = enter(b, ENTRY_ALIAS, alias.vendor, alias.product, 0, &b->aliases, sizeof alias);
	build_append(b, &b->aliases, &alias, sizeof alias);
	return ERR_OK;
}

static void refuse(struct knowledge_build *b, struct slice reason)
{
	uint32_t text = build_text(b, fact_title(reason));
	struct build_source *s = &SOURCES(b)[b->source];
	if (s->refused++ == 0)
		s->refusal = text;
}

static enum err dispatch(struct knowledge_build *b, const struct fact *f, struct why *why)
{
	switch (f->kind) {
	case FACT_SOURCE: take_source(b, &f->source); break;
	case FACT_FLAW: take_flaw(b, &f->flaw); break;
	case FACT_AFFECTED: return take_affected(b, &f->affected, why);
	case FACT_KEV: take_kev(b, &f->kev); break;
	case FACT_EPSS: take_epss(b, &f->epss); break;
	case FACT_PRODUCT: take_product(b, &f->product); break;
	case FACT_CYCLE: return take_cycle(b, &f->cycle, why);
	case FACT_BANNED: take_banned(b, &f->banned); break;
	case FACT_PROVIDER: take_provider(b, &f->provider); break;
	case FACT_ALIAS: return take_alias(b, &f->alias, why);
	case FACT_REFUSED: refuse(b, f->refused); break;
	}
	return ERR_OK;
}

enum err knowledge_build_take(void *build, const struct fact *f, struct why *why)
{
	struct knowledge_build *b = build;
	struct why reason = {{0}};
	if (b->status == ERR_OK && f->kind != FACT_SOURCE) {
		if (b->source == SIZE_MAX && f->kind == FACT_REFUSED) // of a part of a feed that held nothing else
			return ERR_OK;
		if (b->source == SIZE_MAX)
			return why_set(why, ERR_INPUT, "the first fact is no source");
		if (SOURCES(b)[b->source].skip && f->kind != FACT_REFUSED)
			return ERR_OK;
	}
	enum err e = fact_check(f, f->kind == FACT_SOURCE ? why : &reason);
	if (e != ERR_OK && f->kind == FACT_SOURCE)
		return e;
	if (e == ERR_OK && b->status == ERR_OK)
		e = dispatch(b, f, &reason);
	if (e != ERR_OK && b->status == ERR_OK)
		refuse(b, slice_text(reason.text));
	if (b->status != ERR_OK)
		return why_set(why, b->status, b->status == ERR_LIMIT ? "the knowledge grows over its limits" : "no memory for the knowledge");
	return ERR_OK;
}

static void count(const struct knowledge_build *b, const struct buf *table, size_t size, struct knowledge_change *of)
{
	for (size_t at = 0; at < table->n; at += size) {
		const struct held *h = (const struct held *)(const void *)(table->p + at);
		if (h->dead || of[h->source].source.p == NULL)
			continue;
		struct knowledge_change *c = &of[h->source];
		bool live = build_live(b, h);
		c->removed += h->loaded && !live;
		c->replaced += h->loaded && live && h->round > 0;
		c->added += !h->loaded && live;
	}
}

size_t knowledge_build_changes(struct knowledge_build *b, const struct knowledge_change **changes)
{
	size_t n = b->touched.n / sizeof(uint32_t), all = SOURCE_COUNT(b);
	struct knowledge_change *of = calloc(all + 1, sizeof *of);
	buf_clear(&b->changes);
	if (of == NULL)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const struct build_source *s = &SOURCES(b)[((const uint32_t *)(const void *)b->touched.p)[i]];
		of[s - SOURCES(b)] = (struct knowledge_change){.source = intern_bytes(&b->strings, s->name), .older = s->older,
			.refused = s->refused, .refusal = intern_bytes(&b->strings, s->refusal), .outdated = s->outdated};
	}
	count(b, &b->records, sizeof(struct build_record), of);
	count(b, &b->kevs, sizeof(struct build_kev), of);
	count(b, &b->epss, sizeof(struct build_epss), of);
	count(b, &b->products, sizeof(struct build_product), of);
	count(b, &b->banned, sizeof(struct build_banned), of);
	count(b, &b->providers, sizeof(struct build_provider), of);
	count(b, &b->aliases, sizeof(struct build_alias), of);
	for (size_t i = 0; i < n; i++)
		buf_put(&b->changes, &of[((const uint32_t *)(const void *)b->touched.p)[i]], sizeof *of);
	free(of);
	*changes = (const struct knowledge_change *)(const void *)b->changes.p;
	return b->changes.n / sizeof **changes;
}
