// Inside the builder: its tables. build.c takes facts, load.c takes what was known before, order.c joins names and sorts, emit.c
// writes the file.
#ifndef TOCSIN_KNOWLEDGE_BUILDING_H
#define TOCSIN_KNOWLEDGE_BUILDING_H

#include "knowledge/build.h"
#include "knowledge/intern.h"
#include "knowledge/layout.h"

#define BUILD_TABLE_MAX (1ull << 30) // bytes of one table

// What all kept things have in common: whose they are and whether that still holds.
struct held {
	uint16_t source;
	bool dead;      // replaced by another entry of the same name
	bool loaded;    // it, or what it replaces, was in the file before
	uint32_t round; // of the source when it was stated; 0: in the file before
};

struct build_source {
	struct fact_source said; // texts are not used
	uint32_t name, author;
	int64_t taken; // INT64_MIN: in this build
	uint32_t round, floor; // what was stated before `floor` is gone
	bool skip, touched, outdated;
	uint64_t older, refused;
	uint32_t refusal; // of strings
	uint32_t rank, records; // in the file
};

struct build_record {
	struct held held;
	uint32_t id, title, aliases; // aliases: of name_lists
	int64_t published, modified;
	uint8_t score10, cvss;
	bool rejected, bare;
	bool shut; // an earlier statement of it came: its rows are ignored
	uint32_t rank, flaw; // in the file
};

struct build_key {
	uint32_t names, space, name;
};

struct build_row {
	uint32_t record, key, ranges, extra;
	uint8_t otherwise, negligible;
};

struct build_range { // as interned: no padding
	uint32_t from, to;
	uint8_t status, scheme, single, closed;
};

struct build_extra {
	uint32_t platform, fixed, justification, cpe;
};

struct build_kev {
	struct held held;
	uint32_t id, vendor, product, name;
	int64_t added, due;
	uint32_t digest;
	bool ransomware;
};

struct build_epss {
	struct held held;
	uint32_t id, score_ppm, percentile_ppm;
};

struct build_product {
	struct held held;
	uint32_t name, title, category, names; // names: of name_lists
	uint32_t first, count;                 // cycles, while writing
};

struct build_cycle {
	uint32_t product; // index
	struct fact_cycle dates; // texts are not used
	uint32_t cycle, label, latest, codename;
};

struct build_banned {
	struct held held;
	uint32_t text[6]; // vendor, product, level, use, basis, note
	int64_t from, out_by;
};

struct build_provider {
	struct held held;
	uint32_t text[7]; // name, number, qualification, activities, level, basis, key
	uint32_t term;    // of build_term(): a renewal is another row than what it renews
	int64_t from, until;
	bool suspended;
};

struct build_alias {
	struct held held;
	uint32_t vendor, product, to; // the first two folded
};

// What an entry is found by when it is stated again.
enum entry { ENTRY_RECORD, ENTRY_KEV, ENTRY_EPSS, ENTRY_PRODUCT, ENTRY_BANNED, ENTRY_PROVIDER, ENTRY_ALIAS };
struct entry_key {
	uint32_t entry, source, a, b, c;
};

struct knowledge_build {
	struct intern strings, name_lists, ranges, range_lists, extras, keys, entries;
	struct buf sources, records, rows, kevs, epss, products, cycles, banned, providers, aliases, touched, changes;
	size_t source;    // of the facts that come now; SIZE_MAX: none yet
	uint32_t current; // record of the last flaw's fact
	struct buf words; // scratch
	struct folded fold;
	enum err status;  // sticky: memory or a limit
};

#define TABLE(b, type, table) ((type *)(void *)(b)->table.p)
#define TABLE_COUNT(b, type, table) ((b)->table.n / sizeof(type))
#define SOURCES(b) TABLE(b, struct build_source, sources)
#define RECORDS(b) TABLE(b, struct build_record, records)
#define ROWS(b) TABLE(b, struct build_row, rows)
#define KEVS(b) TABLE(b, struct build_kev, kevs)
#define EPSS(b) TABLE(b, struct build_epss, epss)
#define PRODUCTS(b) TABLE(b, struct build_product, products)
#define CYCLES(b) TABLE(b, struct build_cycle, cycles)
#define BANNED(b) TABLE(b, struct build_banned, banned)
#define PROVIDERS(b) TABLE(b, struct build_provider, providers)
#define ALIASES(b) TABLE(b, struct build_alias, aliases)
#define SOURCE_COUNT(b) TABLE_COUNT(b, struct build_source, sources)
#define RECORD_COUNT(b) TABLE_COUNT(b, struct build_record, records)
#define ROW_COUNT(b) TABLE_COUNT(b, struct build_row, rows)
#define KEV_COUNT(b) TABLE_COUNT(b, struct build_kev, kevs)
#define EPSS_COUNT(b) TABLE_COUNT(b, struct build_epss, epss)
#define PRODUCT_COUNT(b) TABLE_COUNT(b, struct build_product, products)
#define CYCLE_COUNT(b) TABLE_COUNT(b, struct build_cycle, cycles)
#define BANNED_COUNT(b) TABLE_COUNT(b, struct build_banned, banned)
#define PROVIDER_COUNT(b) TABLE_COUNT(b, struct build_provider, providers)
#define ALIAS_COUNT(b) TABLE_COUNT(b, struct build_alias, aliases)

// Interning for the builder: a failure is kept in b->status and gives 0.
uint32_t build_intern(struct knowledge_build *b, struct intern *t, struct slice s);
uint32_t build_text(struct knowledge_build *b, struct slice s);
uint32_t build_texts(struct knowledge_build *b, const struct slice *list, size_t n); // of name_lists
uint32_t build_range_of(struct knowledge_build *b, const struct fact_range *r);
uint32_t build_extra_of(struct knowledge_build *b, struct slice platform, struct slice fixed, struct slice justification, uint32_t cpe);
uint32_t build_key_of(struct knowledge_build *b, enum names names, struct slice space, struct slice name);
// A text for a qualification and its days.
uint32_t build_term(struct knowledge_build *b, uint32_t qualification, int64_t from, int64_t until);
// The index of the source, made when it is new; SIZE_MAX with b->status set.
size_t build_source_of(struct knowledge_build *b, enum source_kind kind, struct slice name);
// Remembers under which index an entry is; *before: the index it had, or INTERN_NONE.
void build_enter(struct knowledge_build *b, struct entry_key key, uint32_t index, uint32_t *before);
void build_append(struct knowledge_build *b, struct buf *table, const void *p, size_t n);
bool build_live(const struct knowledge_build *b, const struct held *h);

enum err build_load(struct knowledge_build *b, const struct knowledge *before, struct why *why);

// The file's orders, made anew for each writing. Indices are of the builder's tables, ranks of the file.
struct order {
	uint32_t *sources, *records, *rows, *keys;
	size_t sources_n, records_n, rows_n, keys_n;
	uint32_t *key_rows;         // keys_n + 1: where the rows of a key begin
	struct file_flaw *flaws;    // id and title are references of the builder's strings
	struct file_slot *names;    // tag: string of the builder; ref: flaw
	size_t flaws_n, names_n;
};
enum err build_order(struct knowledge_build *b, struct order *o, struct why *why);
void order_free(struct order *o);
// order.c's half: records into flaws.
enum err build_join(struct knowledge_build *b, struct order *o, struct why *why);

// The file while it is written. Strings, lists, ranges and extras get their place when something first refers to them: what is
// read together lies together.
struct emit {
	struct knowledge_build *b;
	const struct order *o;
	struct buf *out, strings, lists, ranges, extras, products;
	struct file_header head;
	struct intern product_names; // value: index in `products` + 1
	int64_t taken;
};

text_ref emit_text(struct emit *e, uint32_t ref); // where a string of the builder stands in the file
void emit_begin(struct emit *e, enum section s);
void emit_end(struct emit *e, enum section s);
// Puts are not looked at one by one. Whoever reads what was put before, as the three below do, asks first whether all of it is there.
MUST_USE enum err emit_status(const struct emit *e);
void emit_product_names(struct emit *e); // gathers them; the strings are still open
void emit_name_slots(struct emit *e);    // after the seed is known
void emit_key_slots(struct emit *e);

#endif
