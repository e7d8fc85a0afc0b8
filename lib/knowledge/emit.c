#include "knowledge/building.h"

#include <stdlib.h>

#include "base/crc.h"
#include "sys/file.h"

#define SECTION_ALIGN 64u

text_ref emit_text(struct emit *e, uint32_t ref)
{
	uint32_t *value = intern_value(&e->b->strings, ref);
	if (ref == 0 || *value != 0)
		return *value;
	struct slice s = intern_bytes(&e->b->strings, ref);
	uint16_t n = (uint16_t)s.n;
	*value = (uint32_t)e->strings.n;
	buf_put(&e->strings, &n, sizeof n);
	buf_put_slice(&e->strings, s);
	return *value;
}

static void put_word(struct buf *b, uint32_t word)
{
	buf_put(b, &word, sizeof word);
}

static list_ref names(struct emit *e, uint32_t ref)
{
	uint32_t *value = intern_value(&e->b->name_lists, ref);
	if (ref == 0 || *value != 0)
		return *value;
	struct slice s = intern_bytes(&e->b->name_lists, ref);
	const uint32_t *list = (const uint32_t *)(const void *)s.p;
	*value = (uint32_t)(e->lists.n / 4);
	put_word(&e->lists, (uint32_t)(s.n / 4));
	for (size_t i = 0; i < s.n / 4; i++)
		put_word(&e->lists, emit_text(e, list[i]));
	return *value;
}

static uint32_t range(struct emit *e, uint32_t ref)
{
	uint32_t *value = intern_value(&e->b->ranges, ref); // index + 1
	if (*value == 0) {
		const struct build_range *r = (const void *)intern_bytes(&e->b->ranges, ref).p;
		struct file_range f = {emit_text(e, r->from), emit_text(e, r->to), r->status, r->scheme, r->single, r->closed};
		buf_put(&e->ranges, &f, sizeof f);
		*value = (uint32_t)(e->ranges.n / sizeof f);
	}
	return *value - 1;
}

static uint32_t ranges(struct emit *e, uint32_t ref)
{
	struct slice s = intern_bytes(&e->b->range_lists, ref);
	const uint32_t *list = (const uint32_t *)(const void *)s.p;
	if (s.n / 4 == 1)
		return ROW_SINGLE | range(e, list[0]);
	uint32_t *value = intern_value(&e->b->range_lists, ref);
	if (ref == 0 || *value != 0)
		return *value;
	*value = (uint32_t)(e->lists.n / 4);
	put_word(&e->lists, (uint32_t)(s.n / 4));
	for (size_t i = 0; i < s.n / 4; i++)
		put_word(&e->lists, range(e, list[i]));
	return *value;
}

static uint32_t extra(struct emit *e, uint32_t ref)
{
	uint32_t *value = intern_value(&e->b->extras, ref);
	if (ref == 0 || *value != 0)
		return *value;
	const struct build_extra *x = (const void *)intern_bytes(&e->b->extras, ref).p;
	struct file_extra f = {emit_text(e, x->platform), emit_text(e, x->fixed), emit_text(e, x->justification), emit_text(e, x->cpe)};
	buf_put(&e->extras, &f, sizeof f);
	*value = (uint32_t)(e->extras.n / sizeof f);
	return *value;
}

void emit_begin(struct emit *e, enum section s)
{
	buf_put_zeros(e->out, (SECTION_ALIGN - e->out->n % SECTION_ALIGN) % SECTION_ALIGN);
	e->head.sections[s].offset = e->out->n;
}

void emit_end(struct emit *e, enum section s)
{
	e->head.sections[s].bytes = e->out->n - e->head.sections[s].offset;
}

static void put_section(struct emit *e, enum section s, struct buf *content)
{
	emit_begin(e, s);
	buf_put_slice(e->out, buf_slice(content));
	emit_end(e, s);
	if (buf_status(content) != ERR_OK && e->b->status == ERR_OK)
		e->b->status = buf_status(content);
	buf_free(content);
}

_Static_assert(BUILD_TABLE_MAX / sizeof(struct build_row) <= KEY_ROW, "a row's index leaves room for the names");
_Static_assert(BUILD_TABLE_MAX / sizeof(struct file_extra) < ROW_EXTRA, "an extra's index leaves room for the status");

static void put_keys(struct emit *e)
{
	emit_begin(e, SECTION_KEYS);
	for (size_t i = 0; i < e->o->keys_n; i++) {
		const struct build_key *k = (const void *)intern_bytes(&e->b->keys, e->o->keys[i]).p;
		struct file_key f = {emit_text(e, k->space), emit_text(e, k->name), e->o->key_rows[i] | k->names << KEY_NAMES};
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_KEYS);
}

static void put_rows(struct emit *e)
{
	emit_begin(e, SECTION_ROWS);
	for (size_t i = 0; i < e->o->rows_n; i++) {
		const struct build_row *row = &ROWS(e->b)[e->o->rows[i]];
		const struct build_record *r = &RECORDS(e->b)[row->record];
		struct file_row f = {r->rank, ranges(e, row->ranges), extra(e, row->extra) | (uint32_t)row->otherwise << ROW_OTHERWISE};
		f.extra |= row->negligible != 0 ? ROW_NEGLIGIBLE : 0;
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_ROWS);
}

static void put_flaws(struct emit *e)
{
	emit_begin(e, SECTION_FLAWS);
	for (size_t i = 0; i < e->o->flaws_n; i++) {
		struct file_flaw f = e->o->flaws[i];
		f.id = emit_text(e, f.id);
		f.title = emit_text(e, f.title);
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_FLAWS);
}

static uint16_t source(const struct emit *e, const struct held *h)
{
	SOURCES(e->b)[h->source].records++;
	return (uint16_t)SOURCES(e->b)[h->source].rank;
}

static void put_records(struct emit *e)
{
	emit_begin(e, SECTION_RECORDS);
	for (size_t i = 0; i < e->o->records_n; i++) {
		const struct build_record *r = &RECORDS(e->b)[e->o->records[i]];
		struct file_record f = {.modified = r->modified, .published = r->published, .id = emit_text(e, r->id), .title = emit_text(e, r->title),
		                        .aliases = names(e, r->aliases), .source = source(e, &r->held), .score10 = r->score10, .cvss = r->cvss,
		                        .flaw = r->flaw, .rejected = r->rejected, .bare = r->bare};
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_RECORDS);
}

// The other tables are sorted by source and by the texts that name an entry.
struct sorted {
	const struct held *held;
	const void *row;
	uint32_t text[3];
};

static int compare_sorted(const void *x, const void *y, void *build)
{
	const struct knowledge_build *b = build;
	const struct sorted *s = x, *t = y;
	uint32_t a = SOURCES(b)[s->held->source].rank, c = SOURCES(b)[t->held->source].rank;
	int order = a < c ? -1 : a > c;
	for (size_t i = 0; i < 3 && order == 0; i++)
		order = slice_compare(intern_bytes(&b->strings, s->text[i]), intern_bytes(&b->strings, t->text[i]));
	return order;
}

// The live entries of a table in their order; NULL: no memory.
static struct sorted *sort_table(struct emit *e, const struct buf *table, size_t size, size_t t1, size_t t2, size_t t3, size_t *n)
{
	const size_t at[3] = {t1, t2, t3};
	struct sorted *list = calloc(table->n / size + 1, sizeof *list);
	*n = 0;
	for (size_t i = 0; list != NULL && i < table->n / size; i++) {
		const uint8_t *row = table->p + i * size;
		struct sorted s = {.held = (const void *)row, .row = row};
		if (!build_live(e->b, s.held))
			continue;
		for (size_t t = 0; t < 3; t++)
			memcpy(&s.text[t], row + at[t], sizeof s.text[t]);
		list[(*n)++] = s;
	}
	if (list == NULL)
		e->b->status = ERR_SYSTEM;
	else
		qsort_r(list, *n, sizeof *list, compare_sorted, e->b);
	return list;
}

#define SORT(e, type, table, t1, t2, t3, n)                                                                                           \
	sort_table(e, &(e)->b->table, sizeof(type), offsetof(type, t1), offsetof(type, t2), offsetof(type, t3), n)

static void put_kevs(struct emit *e)
{
	size_t n;
	struct sorted *list = SORT(e, struct build_kev, kevs, id, vendor, product, &n);
	emit_begin(e, SECTION_KEV);
	for (size_t i = 0; i < n; i++) {
		const struct build_kev *r = list[i].row;
		struct file_kev f = {.added = r->added, .due = r->due, .id = emit_text(e, r->id), .vendor = emit_text(e, r->vendor),
		                     .product = emit_text(e, r->product), .name = emit_text(e, r->name), .source = source(e, &r->held),
		                     .ransomware = r->ransomware, .digest = r->digest};
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_KEV);
	free(list);
}

static void put_epss(struct emit *e)
{
	size_t n;
	struct sorted *list = SORT(e, struct build_epss, epss, id, id, id, &n);
	emit_begin(e, SECTION_EPSS);
	for (size_t i = 0; i < n; i++) {
		const struct build_epss *r = list[i].row;
		struct file_epss f = {emit_text(e, r->id), r->score_ppm, r->percentile_ppm, source(e, &r->held)};
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_EPSS);
	free(list);
}

static struct file_day day(struct fact_day d)
{
	return (struct file_day){.is = (uint8_t)d.is, .day = d.is == DAY_DATE ? d.day : FACT_NO_DATE};
}

static void put_cycle(struct buf *out, struct emit *e, const struct build_cycle *c)
{
	struct file_cycle f = {.released = c->dates.released, .latest_released = c->dates.latest_released, .cycle = emit_text(e, c->cycle),
	                       .label = emit_text(e, c->label), .latest = emit_text(e, c->latest), .codename = emit_text(e, c->codename),
	                       .eol = day(c->dates.eol),
	                       .eoas = day(c->dates.eoas), .eoes = day(c->dates.eoes), .discontinued = day(c->dates.discontinued),
	                       .lts = day(c->dates.lts)};
	buf_put(out, &f, sizeof f);
}

// Where each product's cycles begin in the builder's table: they came one after the other, right behind their product.
static void count_cycles(struct knowledge_build *b)
{
	for (size_t i = 0; i < PRODUCT_COUNT(b); i++)
		PRODUCTS(b)[i].count = 0;
	for (size_t i = CYCLE_COUNT(b); i-- > 0;) {
		struct build_product *p = &PRODUCTS(b)[CYCLES(b)[i].product];
		p->first = (uint32_t)i;
		p->count++;
	}
}

static void put_products(struct emit *e)
{
	size_t n;
	struct buf cycles;
	struct sorted *list = SORT(e, struct build_product, products, name, title, category, &n);
	buf_init(&cycles, BUILD_TABLE_MAX);
	count_cycles(e->b);
	emit_begin(e, SECTION_PRODUCTS);
	for (size_t i = 0; i < n; i++) {
		const struct build_product *p = list[i].row;
		uint32_t index = (uint32_t)(p - PRODUCTS(e->b)), left = p->count;
		struct file_product f = {emit_text(e, p->name), emit_text(e, p->title), emit_text(e, p->category), names(e, p->names),
		                         (uint32_t)(cycles.n / sizeof(struct file_cycle)), p->count, source(e, &p->held)};
		for (size_t c = p->first; left > 0; c++) {
			if (CYCLES(e->b)[c].product != index)
				continue;
			put_cycle(&cycles, e, &CYCLES(e->b)[c]);
			left--;
		}
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_PRODUCTS);
	free(list);
	put_section(e, SECTION_CYCLES, &cycles);
}

static void put_registers(struct emit *e)
{
	size_t n;
	struct sorted *list = SORT(e, struct build_banned, banned, text[0], text[1], text[3], &n);
	emit_begin(e, SECTION_BANNED);
	for (size_t i = 0; i < n; i++) {
		const struct build_banned *r = list[i].row;
		struct file_banned f = {r->from, r->out_by, emit_text(e, r->text[0]), emit_text(e, r->text[1]), emit_text(e, r->text[2]), emit_text(e, r->text[3]),
		                        emit_text(e, r->text[4]), emit_text(e, r->text[5]), source(e, &r->held), 0};
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_BANNED);
	free(list);
	list = SORT(e, struct build_provider, providers, text[0], text[1], term, &n);
	emit_begin(e, SECTION_PROVIDERS);
	for (size_t i = 0; i < n; i++) {
		const struct build_provider *r = list[i].row;
		struct file_provider f = {r->from, r->until, emit_text(e, r->text[0]), emit_text(e, r->text[1]), emit_text(e, r->text[2]), emit_text(e, r->text[3]),
		                          emit_text(e, r->text[4]), emit_text(e, r->text[5]), emit_text(e, r->text[6]), source(e, &r->held), r->suspended, 0};
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_PROVIDERS);
	free(list);
	list = SORT(e, struct build_alias, aliases, vendor, product, to, &n);
	emit_begin(e, SECTION_ALIASES);
	for (size_t i = 0; i < n; i++) {
		const struct build_alias *r = list[i].row;
		struct file_alias f = {emit_text(e, r->vendor), emit_text(e, r->product), emit_text(e, r->to), source(e, &r->held)};
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_ALIASES);
	free(list);
}

static void put_sources(struct emit *e)
{
	emit_begin(e, SECTION_SOURCES);
	for (size_t i = 0; i < e->o->sources_n; i++) {
		const struct build_source *s = &SOURCES(e->b)[e->o->sources[i]];
		struct file_source f = {.dated = s->said.dated, .taken = s->taken == INT64_MIN ? e->taken : s->taken, .name = emit_text(e, s->name),
		                        .author = emit_text(e, s->author), .records = s->records, .kind = (uint8_t)s->said.kind};
		buf_put(e->out, &f, sizeof f);
	}
	emit_end(e, SECTION_SOURCES);
}

enum err emit_status(const struct emit *e)
{
	const struct buf *const all[] = {e->out, &e->strings, &e->lists, &e->ranges, &e->extras, &e->products};
	enum err status = e->b->status;
	for (size_t i = 0; status == ERR_OK && i < sizeof all / sizeof *all; i++)
		status = buf_status(all[i]);
	return status;
}

static void put_all(struct emit *e)
{
	put_keys(e);
	put_rows(e);
	put_flaws(e);
	put_records(e);
	put_kevs(e);
	put_epss(e);
	put_products(e);
	put_registers(e);
	put_sources(e);
	if (emit_status(e) == ERR_OK)
		emit_product_names(e);
	if (emit_status(e) != ERR_OK)
		return;
	put_section(e, SECTION_RANGES, &e->ranges);
	put_section(e, SECTION_EXTRAS, &e->extras);
	put_section(e, SECTION_LISTS, &e->lists);
	emit_begin(e, SECTION_STRINGS);
	buf_put_slice(e->out, buf_slice(&e->strings));
	emit_end(e, SECTION_STRINGS);
	if (emit_status(e) != ERR_OK)
		return;
	e->head.seed = hash_mix((uint64_t)crc32c(0, e->strings.p, e->strings.n) ^ HASH_STEP, e->strings.n + HASH_STEP);
	emit_key_slots(e);
	emit_name_slots(e);
}

static void put_header(struct emit *e)
{
	struct file_header *h = &e->head;
	memcpy(h->magic, KNOWLEDGE_MAGIC, 8);
	h->version = KNOWLEDGE_VERSION;
	h->bytes = e->out->n;
	h->made = e->taken;
	for (int i = 0; i < SECTIONS; i++)
		h->sections[i].crc = crc32c(0, e->out->p + h->sections[i].offset, h->sections[i].bytes);
	h->crc = crc32c(0, h, sizeof *h);
	memcpy(e->out->p, h, sizeof *h);
}

// Room for the whole file at once: growing by doubling would hold it twice. What is not written costs no memory.
static void reserve(struct emit *e)
{
	const struct knowledge_build *b = e->b;
	size_t slots = (2 * e->o->keys_n + e->o->names_n + ALIAS_COUNT(b)) * 3 / 2 * sizeof(struct file_slot);
	size_t n = e->o->keys_n * sizeof(struct file_key) + e->o->rows_n * sizeof(struct file_row) + e->o->flaws_n * sizeof(struct file_flaw) +
	           e->o->records_n * sizeof(struct file_record) + KEV_COUNT(b) * sizeof(struct file_kev) + EPSS_COUNT(b) * sizeof(struct file_epss) +
	           b->ranges.count * sizeof(struct file_range) + b->extras.count * sizeof(struct file_extra) + b->range_lists.items.n +
	           b->name_lists.items.n + b->strings.items.n + slots;
	if (n < e->out->max && buf_add(e->out, n) != NULL)
		e->out->n = 0;
}

static void start(struct emit *e)
{
	struct knowledge_build *b = e->b;
	struct intern *const placed[] = {&b->strings, &b->name_lists, &b->ranges, &b->range_lists, &b->extras};
	for (size_t i = 0; i < sizeof placed / sizeof *placed; i++)
		intern_clear_values(placed[i]);
	for (size_t i = 0; i < SOURCE_COUNT(b); i++)
		SOURCES(b)[i].records = 0;
	buf_init(&e->strings, UINT32_MAX);
	buf_init(&e->lists, BUILD_TABLE_MAX);
	buf_init(&e->ranges, BUILD_TABLE_MAX);
	buf_init(&e->extras, BUILD_TABLE_MAX);
	buf_init(&e->products, BUILD_TABLE_MAX);
	buf_put_zeros(&e->strings, sizeof(uint16_t)); // the empty string
	buf_put_zeros(&e->lists, sizeof(uint32_t));   // the empty list
	reserve(e);
	buf_put_zeros(e->out, sizeof e->head);
}

enum err knowledge_build_bytes(struct knowledge_build *b, int64_t taken, struct buf *out, struct why *why)
{
	struct order o;
	INVARIANT(out->n == 0);
	enum err err = b->status == ERR_OK ? build_order(b, &o, why) : why_set(why, b->status, "the build has failed before");
	if (err != ERR_OK)
		return err;
	struct emit e = {.b = b, .o = &o, .out = out, .taken = taken};
	start(&e);
	if (!intern_init(&e.product_names))
		b->status = ERR_SYSTEM;
	else
		put_all(&e);
	err = emit_status(&e);
	if (err == ERR_OK)
		put_header(&e);
	struct buf *const parts[] = {&e.strings, &e.lists, &e.ranges, &e.extras, &e.products};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		buf_free(parts[i]);
	intern_free(&e.product_names);
	order_free(&o);
	return err == ERR_OK ? ERR_OK : why_set(why, err, "the knowledge file: %s", err == ERR_LIMIT ? "over its limits" : "no memory");
}

enum err knowledge_build_write(struct knowledge_build *b, const char *path, int64_t taken, struct why *why)
{
	struct buf out;
	buf_init(&out, KNOWLEDGE_FILE_MAX);
	enum err e = knowledge_build_bytes(b, taken, &out, why);
	if (e == ERR_OK)
		e = file_write(path, buf_slice(&out), FILE_PUBLIC, why);
	buf_free(&out);
	return e;
}
