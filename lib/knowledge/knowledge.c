#include "knowledge/layout.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/crc.h"
#include "sys/file.h"

const uint32_t section_sizes[SECTIONS] = {
	[SECTION_STRINGS] = 1, [SECTION_LISTS] = sizeof(uint32_t), [SECTION_SOURCES] = sizeof(struct file_source),
	[SECTION_RECORDS] = sizeof(struct file_record), [SECTION_FLAWS] = sizeof(struct file_flaw), [SECTION_NAMES] = sizeof(struct file_slot),
	[SECTION_KEYS] = sizeof(struct file_key), [SECTION_KEY_SLOTS] = sizeof(struct file_slot), [SECTION_ROWS] = sizeof(struct file_row),
	[SECTION_RANGES] = sizeof(struct file_range), [SECTION_EXTRAS] = sizeof(struct file_extra), [SECTION_KEV] = sizeof(struct file_kev),
	[SECTION_EPSS] = sizeof(struct file_epss), [SECTION_PRODUCTS] = sizeof(struct file_product),
	[SECTION_PRODUCT_SLOTS] = sizeof(struct file_slot), [SECTION_CYCLES] = sizeof(struct file_cycle),
	[SECTION_BANNED] = sizeof(struct file_banned), [SECTION_PROVIDERS] = sizeof(struct file_provider),
	[SECTION_ALIASES] = sizeof(struct file_alias), [SECTION_ALIAS_SLOTS] = sizeof(struct file_slot),
};

const char *const section_names[SECTIONS] = {
	[SECTION_STRINGS] = "strings", [SECTION_LISTS] = "lists", [SECTION_SOURCES] = "sources", [SECTION_RECORDS] = "records",
	[SECTION_FLAWS] = "flaws", [SECTION_NAMES] = "names", [SECTION_KEYS] = "keys", [SECTION_KEY_SLOTS] = "key table",
	[SECTION_ROWS] = "rows", [SECTION_RANGES] = "ranges", [SECTION_EXTRAS] = "extras", [SECTION_KEV] = "exploited", [SECTION_EPSS] = "scores",
	[SECTION_PRODUCTS] = "products", [SECTION_PRODUCT_SLOTS] = "product table", [SECTION_CYCLES] = "cycles", [SECTION_BANNED] = "banned",
	[SECTION_PROVIDERS] = "providers", [SECTION_ALIASES] = "aliases", [SECTION_ALIAS_SLOTS] = "alias table",
};

static enum err check_header(struct slice bytes, struct file_header *h, struct why *why)
{
	if (bytes.n < sizeof *h)
		return why_set(why, ERR_INPUT, "is no knowledge file");
	memcpy(h, bytes.p, sizeof *h);
	knowledge_fence();
	if (memcmp(h->magic, KNOWLEDGE_MAGIC, sizeof h->magic) != 0)
		return why_set(why, ERR_INPUT, "is no knowledge file");
	if (h->version != KNOWLEDGE_VERSION)
		return why_set(why, ERR_INPUT, "is a knowledge file of version %u; this program reads version %u: make it anew from the feeds, in a new file",
		               h->version, KNOWLEDGE_VERSION);
	uint32_t crc = h->crc;
	h->crc = 0;
	if (crc32c(0, h, sizeof *h) != crc)
		return why_set(why, ERR_INPUT, "the header is damaged (checksum)");
	if (h->bytes != bytes.n)
		return why_set(why, ERR_INPUT, "has %zu bytes and should have %llu: truncated?", bytes.n, (unsigned long long)h->bytes);
	for (int i = 0; i < SECTIONS; i++) {
		const struct file_section *s = &h->sections[i];
		if (s->offset > bytes.n || s->bytes > bytes.n - s->offset || s->offset % 8 != 0 || s->offset < sizeof *h)
			return why_set(why, ERR_INPUT, "the section \"%s\" lies outside the file", section_names[i]);
		if (s->bytes % section_sizes[i] != 0 || s->bytes / section_sizes[i] > UINT32_MAX)
			return why_set(why, ERR_INPUT, "the section \"%s\" has an impossible size", section_names[i]);
	}
	return ERR_OK;
}

static enum err check_sums(struct slice bytes, const struct file_header *h, struct why *why)
{
	for (int i = 0; i < SECTIONS; i++)
		if (crc32c(0, bytes.p + h->sections[i].offset, h->sections[i].bytes) != h->sections[i].crc)
			return why_set(why, ERR_INPUT, "the section \"%s\" is damaged (checksum)", section_names[i]);
	return ERR_OK;
}

static enum err open_bytes(struct slice bytes, enum knowledge_check check, struct knowledge **k, struct why *why)
{
	struct file_header h;
	if ((uintptr_t)bytes.p % 8 != 0)
		return why_set(why, ERR_INPUT, "is not aligned in memory");
	enum err e = check_header(bytes, &h, why);
	if (e == ERR_OK && check == KNOWLEDGE_CHECK_ALL)
		e = check_sums(bytes, &h, why);
	if (e != ERR_OK)
		return e;
	struct knowledge *made = calloc(1, sizeof *made);
	if (made == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	made->seed = h.seed;
	made->made = h.made;
	made->bytes = bytes.n;
	for (int i = 0; i < SECTIONS; i++) {
		made->at[i] = bytes.p + h.sections[i].offset;
		made->count[i] = h.sections[i].bytes / section_sizes[i];
	}
	*k = made;
	return ERR_OK;
}

enum err knowledge_open_bytes(struct slice bytes, struct knowledge **k, struct why *why)
{
	return open_bytes(bytes, KNOWLEDGE_CHECK_ALL, k, why);
}

// The header is read once and kept apart from the map, so that a file that changes under us changes answers, not bounds.
enum err knowledge_open(const char *path, enum knowledge_check check, struct knowledge **k, struct why *why)
{
	struct slice bytes;
	enum err e = file_map(path, KNOWLEDGE_FILE_MAX, MAP_SHARED, &bytes, why);
	if (e != ERR_OK)
		return e;
	void *map = (void *)(uintptr_t)bytes.p;
	e = open_bytes(bytes, check, k, why);
	if (e != ERR_OK) {
		munmap(map, bytes.n);
		return why_at(why, e, "%s", path);
	}
	(*k)->map = map;
	return ERR_OK;
}

void knowledge_close(struct knowledge *k)
{
	if (k != NULL && k->map != NULL)
		munmap(k->map, k->bytes);
	free(k);
}

struct slice knowledge_text(const struct knowledge *k, text_ref at)
{
	uint16_t n;
	const uint8_t *p = k->at[SECTION_STRINGS];
	uint64_t all = k->count[SECTION_STRINGS];
	if (all < sizeof n || at > all - sizeof n)
		return slice_of("", 0);
	memcpy(&n, p + at, sizeof n);
	knowledge_fence();
	return n > all - sizeof n - at ? slice_of("", 0) : slice_of(p + at + sizeof n, n);
}

uint32_t knowledge_list(const struct knowledge *k, list_ref at, uint32_t *first)
{
	uint32_t n;
	*first = at + 1;
	if (at == 0 || !KNOWLEDGE_GET(k, SECTION_LISTS, at, &n) || n > k->count[SECTION_LISTS] - at - 1)
		return 0;
	return n <= FACT_LIST_MAX ? n : 0;
}

int64_t knowledge_made(const struct knowledge *k)
{
	return k->made;
}

size_t knowledge_sources(const struct knowledge *k)
{
	return k->count[SECTION_SOURCES];
}

struct knowledge_source knowledge_source(const struct knowledge *k, size_t i)
{
	struct file_source f;
	if (!KNOWLEDGE_GET(k, SECTION_SOURCES, i, &f))
		return (struct knowledge_source){.dated = FACT_NO_DATE, .taken = FACT_NO_DATE};
	enum source_kind kind = f.kind < SOURCE_KINDS ? (enum source_kind)f.kind : (enum source_kind)0;
	return (struct knowledge_source){kind, knowledge_text(k, f.name), knowledge_text(k, f.author), f.dated, f.taken, f.records};
}

struct knowledge_flaw knowledge_flaw(const struct knowledge *k, uint32_t flaw)
{
	struct file_flaw f;
	if (!KNOWLEDGE_GET(k, SECTION_FLAWS, flaw, &f))
		return (struct knowledge_flaw){.published = FACT_NO_DATE, .kev_added = FACT_NO_DATE, .kev_due = FACT_NO_DATE};
	return (struct knowledge_flaw){
		.id = knowledge_text(k, f.id), .title = knowledge_text(k, f.title), .score10 = f.score10, .cvss = f.cvss,
		.rejected = (f.flags & FLAW_REJECTED) != 0, .known_exploited = (f.flags & FLAW_EXPLOITED) != 0,
		.ransomware = (f.flags & FLAW_RANSOMWARE) != 0, .published = f.published, .kev_added = f.kev_added, .kev_due = f.kev_due,
		.kev_digest = f.kev_digest,
		.epss_ppm = f.epss_ppm, .percentile_ppm = f.percentile_ppm,
	};
}

// The next slot of a walk that began at slot_first(); false at an empty one and after all.
static bool slot_next(const struct knowledge *k, enum section s, uint64_t hash, uint64_t *walked, struct file_slot *slot)
{
	uint64_t n = k->count[s];
	if (*walked >= n)
		return false;
	uint64_t at = slot_first(hash, n) + (*walked)++;
	return KNOWLEDGE_GET(k, s, at < n ? at : at - n, slot) && slot->ref != 0;
}

static bool find_text(const struct knowledge *k, enum section s, struct slice text, uint32_t *index)
{
	uint64_t hash = hash_bytes(k->seed, text.p, text.n), walked = 0;
	struct file_slot slot;
	while (slot_next(k, s, hash, &walked, &slot))
		if (slice_equal(knowledge_text(k, slot.tag), text)) {
			*index = slot.ref - 1;
			return true;
		}
	return false;
}

bool knowledge_flaw_find(const struct knowledge *k, struct slice id, uint32_t *flaw)
{
	uint32_t at;
	if (!find_text(k, SECTION_NAMES, id, &at) || at >= k->count[SECTION_FLAWS])
		return false;
	*flaw = at;
	return true;
}

bool knowledge_product(const struct knowledge *k, struct slice name, uint32_t *product)
{
	struct folded fold;
	bool identifier;
	uint32_t at;
	if (name.n > PRODUCT_NAME_MAX || !fold_product(name, &fold, &identifier) ||
	    !find_text(k, SECTION_PRODUCT_SLOTS, folded_slice(&fold), &at) || at >= k->count[SECTION_PRODUCTS])
		return false;
	*product = at;
	return true;
}

bool knowledge_key(const struct knowledge *k, uint64_t i, struct key *key)
{
	struct file_key f, next;
	if (!KNOWLEDGE_GET(k, SECTION_KEYS, i, &f))
		return false;
	uint32_t row = f.row & KEY_ROW, end = (uint32_t)k->count[SECTION_ROWS];
	if (KNOWLEDGE_GET(k, SECTION_KEYS, i + 1, &next))
		end = next.row & KEY_ROW;
	bool inside = row <= end && end <= k->count[SECTION_ROWS];
	*key = (struct key){(enum names)(f.row >> KEY_NAMES), knowledge_text(k, f.space), knowledge_text(k, f.name), row, inside ? end : row};
	return true;
}

static struct knowledge_rows find_rows(const struct knowledge *k, enum names names, struct slice space, struct slice name)
{
	uint64_t hash = hash_key(k->seed, (uint32_t)names, space, name), walked = 0;
	struct file_slot slot;
	struct key key;
	while (slot_next(k, SECTION_KEY_SLOTS, hash, &walked, &slot))
		if (slot.tag == (uint32_t)hash && knowledge_key(k, slot.ref - 1, &key) && key.names == names && slice_equal(key.name, name) &&
		    slice_equal(key.space, space))
			return (struct knowledge_rows){k, key.row, key.end, names};
	return (struct knowledge_rows){k, 0, 0, names};
}

struct knowledge_rows knowledge_affected(const struct knowledge *k, enum names names, struct slice ecosystem, struct slice vendor,
                                         struct slice name)
{
	struct slice space, product;
	struct folded fold, fold_vendor;
	if (names == NAMES_CPE)
		return fold_cpe(name, &fold, &space, &product) ? find_rows(k, names, space, product) : (struct knowledge_rows){k, 0, 0, names};
	if (names != NAMES_PRODUCT)
		return find_rows(k, names, ecosystem, name);
	if (!fold_name(vendor, &fold_vendor) || !fold_name(name, &fold))
		return (struct knowledge_rows){k, 0, 0, names};
	return find_rows(k, names, folded_slice(&fold_vendor), folded_slice(&fold));
}

size_t knowledge_namesakes(const struct knowledge *k, struct slice name, struct knowledge_rows rows[static KNOWLEDGE_NAMESAKES_MAX])
{
	struct folded fold;
	struct file_slot slot;
	struct key key;
	size_t n = 0;
	if (!fold_name(name, &fold))
		return 0;
	uint64_t hash = hash_name(k->seed, folded_slice(&fold)), walked = 0;
	while (n < KNOWLEDGE_NAMESAKES_MAX && slot_next(k, SECTION_KEY_SLOTS, hash, &walked, &slot))
		if (slot.tag == (uint32_t)hash && knowledge_key(k, slot.ref - 1, &key) && key.names == NAMES_PRODUCT &&
		    slice_equal(key.name, folded_slice(&fold)))
			rows[n++] = (struct knowledge_rows){k, key.row, key.end, NAMES_PRODUCT};
	return n;
}

bool knowledge_rows_next(struct knowledge_rows *rows, struct knowledge_row *row)
{
	const struct knowledge *k = rows->k;
	struct file_row f;
	struct file_record r = {.flaw = UINT32_MAX, .source = UINT16_MAX}; // of one outside: nobody says nothing
	struct file_extra x = {0};                                         // empty texts
	if (rows->at >= rows->end || !KNOWLEDGE_GET(k, SECTION_ROWS, rows->at, &f))
		return false;
	(void)KNOWLEDGE_GET(k, SECTION_RECORDS, f.record, &r);
	if ((f.extra & ROW_EXTRA) != 0)
		(void)KNOWLEDGE_GET(k, SECTION_EXTRAS, (f.extra & ROW_EXTRA) - 1, &x);
	uint32_t otherwise = f.extra >> ROW_OTHERWISE & 7, first;
	uint32_t n = (f.ranges & ROW_SINGLE) != 0 ? 1 : knowledge_list(k, f.ranges, &first);
	*row = (struct knowledge_row){
		.flaw = r.flaw, .source = r.source, .names = rows->names, .otherwise = otherwise <= STATUS_INVESTIGATED ? (enum fact_status)otherwise : STATUS_UNKNOWN,
		.negligible = (f.extra & ROW_NEGLIGIBLE) != 0, .ranges = (uint16_t)n,
		.platform = knowledge_text(k, x.platform), .fixed = knowledge_text(k, x.fixed), .justification = knowledge_text(k, x.justification),
		.cpe = knowledge_text(k, x.cpe), .internal = f.ranges,
	};
	rows->at++;
	return true;
}

struct fact_range knowledge_range(const struct knowledge *k, const struct knowledge_row *row, size_t i)
{
	struct file_range f;
	uint32_t first, at = row->internal & ~ROW_SINGLE;
	bool single = (row->internal & ROW_SINGLE) != 0;
	bool is_there = single ? i == 0 : i < knowledge_list(k, row->internal, &first) && KNOWLEDGE_GET(k, SECTION_LISTS, first + i, &at);
	if (!is_there || !KNOWLEDGE_GET(k, SECTION_RANGES, at, &f))
		return (struct fact_range){.single = true}; // holds nothing
	return (struct fact_range){
		.from = knowledge_text(k, f.from), .to = knowledge_text(k, f.to), .single = f.single != 0, .closed = f.closed != 0,
		.status = f.status <= STATUS_INVESTIGATED ? (enum fact_status)f.status : STATUS_UNKNOWN,
		.scheme = f.scheme < VERSION_SCHEMES ? (enum version_scheme)f.scheme : VERSION_CUSTOM,
	};
}

size_t knowledge_banned(const struct knowledge *k)
{
	return k->count[SECTION_BANNED];
}

struct fact_banned knowledge_banned_row(const struct knowledge *k, size_t i)
{
	struct file_banned f;
	if (!KNOWLEDGE_GET(k, SECTION_BANNED, i, &f))
		return (struct fact_banned){.from = FACT_NO_DATE, .out_by = FACT_NO_DATE};
	return (struct fact_banned){.vendor = knowledge_text(k, f.vendor), .product = knowledge_text(k, f.product),
		.level = knowledge_text(k, f.level), .use = knowledge_text(k, f.use), .basis = knowledge_text(k, f.basis),
		.note = knowledge_text(k, f.note), .from = f.from, .out_by = f.out_by};
}

size_t knowledge_providers(const struct knowledge *k)
{
	return k->count[SECTION_PROVIDERS];
}

struct fact_provider knowledge_provider(const struct knowledge *k, size_t i)
{
	struct file_provider f;
	if (!KNOWLEDGE_GET(k, SECTION_PROVIDERS, i, &f))
		return (struct fact_provider){.from = FACT_NO_DATE, .until = FACT_NO_DATE};
	return (struct fact_provider){.name = knowledge_text(k, f.name), .number = knowledge_text(k, f.number),
		.qualification = knowledge_text(k, f.qualification), .activities = knowledge_text(k, f.activities),
		.level = knowledge_text(k, f.level), .basis = knowledge_text(k, f.basis), .key = knowledge_text(k, f.key), .from = f.from,
		.until = f.until, .suspended = f.suspended != 0};
}

static bool find_alias(const struct knowledge *k, struct slice vendor, struct slice product, struct slice *to)
{
	uint64_t hash = hash_key(k->seed, 0, vendor, product), walked = 0;
	struct file_slot slot;
	struct file_alias f;
	while (slot_next(k, SECTION_ALIAS_SLOTS, hash, &walked, &slot)) {
		if (slot.tag != (uint32_t)hash || !KNOWLEDGE_GET(k, SECTION_ALIASES, slot.ref - 1, &f) ||
		    !slice_equal(knowledge_text(k, f.vendor), vendor) || !slice_equal(knowledge_text(k, f.product), product))
			continue;
		*to = knowledge_text(k, f.to);
		return true;
	}
	return false;
}

bool knowledge_alias(const struct knowledge *k, struct slice vendor, struct slice product, struct slice *to, bool *whole)
{
	struct folded folded_vendor, folded_product;
	if (!fold_name(vendor, &folded_vendor) || !fold_name(product, &folded_product))
		return false;
	struct slice v = folded_slice(&folded_vendor), p = folded_slice(&folded_product), any = slice_of("", 0);
	*whole = false;
	if (p.n > 0 && ((v.n > 0 && find_alias(k, v, p, to)) || find_alias(k, any, p, to)))
		return true;
	*whole = true;
	return v.n > 0 && find_alias(k, v, any, to);
}
