// What was known before, back into the builder's tables.
#include "knowledge/building.h"

#include <stdlib.h>

struct load {
	struct knowledge_build *b;
	const struct knowledge *k;
	uint32_t *sources, *records; // file index -> builder's, + 1
	uint32_t *ranges, *lists;    // file reference -> builder's, + 1
};

static uint32_t text(struct load *l, text_ref at)
{
	return build_text(l->b, knowledge_text(l->k, at));
}

static void texts(struct load *l, const text_ref *from, uint32_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = text(l, from[i]);
}

static uint32_t names(struct load *l, list_ref at)
{
	uint32_t first, word, n = knowledge_list(l->k, at, &first);
	buf_clear(&l->b->words);
	for (uint64_t i = 0; i < n && KNOWLEDGE_GET(l->k, SECTION_LISTS, first + i, &word); i++) {
		uint32_t t = text(l, word);
		build_append(l->b, &l->b->words, &t, sizeof t);
	}
	return build_intern(l->b, &l->b->name_lists, buf_slice(&l->b->words));
}

static bool held(const struct load *l, uint32_t source, struct held *h)
{
	if (source >= l->k->count[SECTION_SOURCES] || l->sources[source] == 0)
		return false;
	*h = (struct held){.source = (uint16_t)(l->sources[source] - 1), .loaded = true};
	return true;
}

static void enter(struct load *l, const struct held *h, enum entry entry, uint32_t k1, uint32_t k2, uint32_t k3, size_t index)
{
	uint32_t before;
	build_enter(l->b, (struct entry_key){entry, h->source, k1, k2, k3}, (uint32_t)index, &before);
}

static void load_sources(struct load *l)
{
	for (uint64_t i = 0; i < l->k->count[SECTION_SOURCES]; i++) {
		struct file_source f;
		if (!KNOWLEDGE_GET(l->k, SECTION_SOURCES, i, &f))
			break;
		if (f.kind == 0 || f.kind >= SOURCE_KINDS)
			continue;
		size_t at = build_source_of(l->b, (enum source_kind)f.kind, knowledge_text(l->k, f.name));
		if (at == SIZE_MAX)
			return;
		struct build_source *s = &SOURCES(l->b)[at];
		s->said.dated = f.dated;
		s->taken = f.taken;
		s->author = text(l, f.author);
		l->sources[i] = (uint32_t)at + 1;
	}
}

static void load_records(struct load *l)
{
	for (uint64_t i = 0; i < l->k->count[SECTION_RECORDS]; i++) {
		struct file_record f;
		if (!KNOWLEDGE_GET(l->k, SECTION_RECORDS, i, &f))
			break;
		struct build_record r = {.published = f.published, .modified = f.modified, .score10 = f.score10, .cvss = f.cvss,
		                         .rejected = f.rejected != 0, .bare = f.bare != 0};
		if (!held(l, f.source, &r.held))
			continue;
		r.id = text(l, f.id);
		r.title = text(l, f.title);
		r.aliases = names(l, f.aliases);
		enter(l, &r.held, ENTRY_RECORD, r.id, 0, 0, RECORD_COUNT(l->b));
		l->records[i] = (uint32_t)RECORD_COUNT(l->b) + 1;
		build_append(l->b, &l->b->records, &r, sizeof r);
	}
}

// Puts the range on the list that is being made; one outside the file says nothing.
static void load_range(struct load *l, uint32_t at)
{
	struct file_range f;
	if (!KNOWLEDGE_GET(l->k, SECTION_RANGES, at, &f))
		return;
	if (l->ranges[at] == 0) {
		struct build_range r = {text(l, f.from), text(l, f.to), f.status, f.scheme, f.single, f.closed};
		l->ranges[at] = build_intern(l->b, &l->b->ranges, slice_of(&r, sizeof r)) + 1;
	}
	uint32_t range = l->ranges[at] - 1;
	build_append(l->b, &l->b->words, &range, sizeof range);
}

static uint32_t load_ranges(struct load *l, uint32_t at)
{
	bool is_list = (at & ROW_SINGLE) == 0;
	uint32_t first = 0, word, n = is_list ? knowledge_list(l->k, at, &first) : 1;
	if (n == 0)
		return 0;
	if (is_list && l->lists[at] != 0)
		return l->lists[at] - 1;
	buf_clear(&l->b->words);
	if (!is_list)
		load_range(l, at & ~ROW_SINGLE);
	for (uint64_t i = 0; is_list && i < n && KNOWLEDGE_GET(l->k, SECTION_LISTS, first + i, &word); i++)
		load_range(l, word);
	uint32_t ref = build_intern(l->b, &l->b->range_lists, buf_slice(&l->b->words));
	if (is_list)
		l->lists[at] = ref + 1;
	return ref;
}

static uint32_t load_extra(struct load *l, uint32_t at)
{
	struct file_extra f;
	if (at == 0 || !KNOWLEDGE_GET(l->k, SECTION_EXTRAS, at - 1, &f))
		return 0;
	return build_extra_of(l->b, knowledge_text(l->k, f.platform), knowledge_text(l->k, f.fixed), knowledge_text(l->k, f.justification),
	                      text(l, f.cpe));
}

static void load_rows(struct load *l)
{
	for (uint64_t i = 0; i < l->k->count[SECTION_KEYS] && l->b->status == ERR_OK; i++) {
		struct key f;
		if (!knowledge_key(l->k, i, &f))
			break;
		uint32_t key = build_key_of(l->b, f.names, f.space, f.name);
		for (uint32_t at = f.row; at < f.end; at++) {
			struct file_row r;
			if (!KNOWLEDGE_GET(l->k, SECTION_ROWS, at, &r))
				break;
			if (r.record >= l->k->count[SECTION_RECORDS] || l->records[r.record] == 0)
				continue;
			struct build_row row = {l->records[r.record] - 1, key, load_ranges(l, r.ranges), load_extra(l, r.extra & ROW_EXTRA),
			                        r.extra >> ROW_OTHERWISE & 7, (r.extra & ROW_NEGLIGIBLE) != 0};
			build_append(l->b, &l->b->rows, &row, sizeof row);
		}
	}
}

static void load_scores(struct load *l)
{
	for (uint64_t i = 0; i < l->k->count[SECTION_KEV]; i++) {
		struct file_kev f;
		if (!KNOWLEDGE_GET(l->k, SECTION_KEV, i, &f))
			break;
		struct build_kev kev = {.id = text(l, f.id), .vendor = text(l, f.vendor), .product = text(l, f.product),
		                        .name = text(l, f.name), .added = f.added, .due = f.due, .digest = f.digest,
		                        .ransomware = f.ransomware != 0};
		if (!held(l, f.source, &kev.held))
			continue;
		enter(l, &kev.held, ENTRY_KEV, kev.id, 0, 0, KEV_COUNT(l->b));
		build_append(l->b, &l->b->kevs, &kev, sizeof kev);
	}
	for (uint64_t i = 0; i < l->k->count[SECTION_EPSS]; i++) {
		struct file_epss f;
		if (!KNOWLEDGE_GET(l->k, SECTION_EPSS, i, &f))
			break;
		struct build_epss epss = {.id = text(l, f.id), .score_ppm = f.score_ppm, .percentile_ppm = f.percentile_ppm};
		if (!held(l, f.source, &epss.held))
			continue;
		enter(l, &epss.held, ENTRY_EPSS, epss.id, 0, 0, EPSS_COUNT(l->b));
		build_append(l->b, &l->b->epss, &epss, sizeof epss);
	}
}

static struct fact_day day_of(const struct file_day *d)
{
	return (struct fact_day){.is = d->is <= DAY_YES ? d->is : DAY_NONE, .day = d->day};
}

static void load_products(struct load *l)
{
	for (uint64_t i = 0; i < l->k->count[SECTION_PRODUCTS]; i++) {
		struct file_product f;
		if (!KNOWLEDGE_GET(l->k, SECTION_PRODUCTS, i, &f))
			break;
		struct build_product p = {.name = text(l, f.name), .title = text(l, f.title), .category = text(l, f.category)};
		if (!held(l, f.source, &p.held))
			continue;
		p.names = names(l, f.names);
		enter(l, &p.held, ENTRY_PRODUCT, p.name, 0, 0, PRODUCT_COUNT(l->b));
		for (uint64_t c = f.cycle; c < (uint64_t)f.cycle + f.cycles; c++) {
			struct file_cycle at;
			if (!KNOWLEDGE_GET(l->k, SECTION_CYCLES, c, &at))
				break;
			struct build_cycle cycle = {.product = (uint32_t)PRODUCT_COUNT(l->b), .cycle = text(l, at.cycle), .label = text(l, at.label),
				.latest = text(l, at.latest), .codename = text(l, at.codename),
				.dates = {.released = at.released, .latest_released = at.latest_released,
				.eol = day_of(&at.eol), .eoas = day_of(&at.eoas), .eoes = day_of(&at.eoes),
				.discontinued = day_of(&at.discontinued), .lts = day_of(&at.lts)}};
			build_append(l->b, &l->b->cycles, &cycle, sizeof cycle);
		}
		build_append(l->b, &l->b->products, &p, sizeof p);
	}
}

static void load_registers(struct load *l)
{
	for (uint64_t i = 0; i < l->k->count[SECTION_BANNED]; i++) {
		struct file_banned f;
		if (!KNOWLEDGE_GET(l->k, SECTION_BANNED, i, &f))
			break;
		struct build_banned row = {.from = f.from, .out_by = f.out_by};
		if (!held(l, f.source, &row.held))
			continue;
		texts(l, (const text_ref[]){f.vendor, f.product, f.level, f.use, f.basis, f.note}, row.text, 6);
		enter(l, &row.held, ENTRY_BANNED, row.text[0], row.text[1], row.text[3], BANNED_COUNT(l->b));
		build_append(l->b, &l->b->banned, &row, sizeof row);
	}
	for (uint64_t i = 0; i < l->k->count[SECTION_PROVIDERS]; i++) {
		struct file_provider f;
		if (!KNOWLEDGE_GET(l->k, SECTION_PROVIDERS, i, &f))
			break;
		struct build_provider row = {.from = f.from, .until = f.until, .suspended = f.suspended != 0};
		if (!held(l, f.source, &row.held))
			continue;
		texts(l, (const text_ref[]){f.name, f.number, f.qualification, f.activities, f.level, f.basis, f.key}, row.text, 7);
		row.term = build_term(l->b, row.text[2], row.from, row.until);
		enter(l, &row.held, ENTRY_PROVIDER, row.text[0], row.text[1], row.term, PROVIDER_COUNT(l->b));
		build_append(l->b, &l->b->providers, &row, sizeof row);
	}
	for (uint64_t i = 0; i < l->k->count[SECTION_ALIASES]; i++) {
		struct file_alias f;
		if (!KNOWLEDGE_GET(l->k, SECTION_ALIASES, i, &f))
			break;
		struct build_alias row = {.vendor = text(l, f.vendor), .product = text(l, f.product), .to = text(l, f.to)};
		if (!held(l, f.source, &row.held))
			continue;
		enter(l, &row.held, ENTRY_ALIAS, row.vendor, row.product, 0, ALIAS_COUNT(l->b));
		build_append(l->b, &l->b->aliases, &row, sizeof row);
	}
}

enum err build_load(struct knowledge_build *b, const struct knowledge *before, struct why *why)
{
	struct load l = {.b = b, .k = before};
	l.sources = calloc(before->count[SECTION_SOURCES] + 1, sizeof(uint32_t));
	l.records = calloc(before->count[SECTION_RECORDS] + 1, sizeof(uint32_t));
	l.ranges = calloc(before->count[SECTION_RANGES] + 1, sizeof(uint32_t));
	l.lists = calloc(before->count[SECTION_LISTS] + 1, sizeof(uint32_t));
	enum err e = ERR_OK;
	if (l.sources == NULL || l.records == NULL || l.ranges == NULL || l.lists == NULL) {
		e = ERR_SYSTEM;
	} else {
		load_sources(&l);
		load_records(&l);
		load_rows(&l);
		load_scores(&l);
		load_products(&l);
		load_registers(&l);
		e = b->status;
	}
	free(l.sources);
	free(l.records);
	free(l.ranges);
	free(l.lists);
	return e == ERR_OK ? ERR_OK : why_set(why, e, "what was known before does not fit in memory");
}
