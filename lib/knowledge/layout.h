// Inside lib/knowledge: the knowledge file as it is mapped (protocol/knowledge.md). Integers are little-endian, as every machine that
// this runs on has them. Every reference is an index or an offset that may be anything in a damaged file: the functions at the end are
// the only way to follow one.
#ifndef TOCSIN_KNOWLEDGE_LAYOUT_H
#define TOCSIN_KNOWLEDGE_LAYOUT_H

#include "knowledge/knowledge.h"

#define KNOWLEDGE_MAGIC "TOCSINKN"
#define KNOWLEDGE_VERSION 2u
#define KNOWLEDGE_SOURCES_MAX 4096u

enum section {
	SECTION_STRINGS,  // length (u16) and bytes, one after the other; offset 0 is the empty string
	SECTION_LISTS,    // words: a length, then so many references; offset 0 is the empty list
	SECTION_SOURCES,
	SECTION_RECORDS,  // sorted by source and id
	SECTION_FLAWS,    // sorted by id; made of records, KEV and EPSS
	SECTION_NAMES,    // slots: every name of a flaw
	SECTION_KEYS,     // what rows are looked up by, sorted
	SECTION_KEY_SLOTS,
	SECTION_ROWS,     // in the order of the keys
	SECTION_RANGES,
	SECTION_EXTRAS,
	SECTION_KEV,
	SECTION_EPSS,
	SECTION_PRODUCTS,
	SECTION_PRODUCT_SLOTS,
	SECTION_CYCLES,
	SECTION_BANNED,
	SECTION_PROVIDERS,
	SECTION_ALIASES,
	SECTION_ALIAS_SLOTS,
	SECTIONS
};

struct file_section {
	uint64_t offset, bytes;
	uint32_t crc, reserved;
};

struct file_header {
	char magic[8];
	uint32_t version, crc; // of the header, this field taken as zero
	uint64_t bytes, seed;  // seed: of every hash in the file
	int64_t made;
	struct file_section sections[SECTIONS];
};

typedef uint32_t text_ref; // offset in SECTION_STRINGS
typedef uint32_t list_ref; // word in SECTION_LISTS

struct file_slot { // of an open-addressed table
	uint32_t tag; // NAMES, PRODUCT_SLOTS: text_ref of the name; KEY_SLOTS, ALIAS_SLOTS: low half of the hash
	uint32_t ref; // index + 1; 0: empty
};

struct file_source {
	int64_t dated, taken;
	text_ref name, author;
	uint32_t records;
	uint8_t kind, reserved[3];
};

struct file_record {
	int64_t modified, published;
	text_ref id, title;
	list_ref aliases;
	uint16_t source;
	uint8_t score10, cvss;
	uint32_t flaw;
	uint8_t rejected, bare, reserved[2]; // bare: only rows, no statement about the flaw itself
};

struct file_flaw {
	int64_t published, kev_added, kev_due;
	text_ref id, title;
	uint32_t epss_ppm, percentile_ppm;
	uint8_t score10, cvss, flags, reserved;
	uint32_t kev_digest;
};
#define FLAW_REJECTED 1u
#define FLAW_EXPLOITED 2u
#define FLAW_RANSOMWARE 4u

struct file_key {
	text_ref space, name; // space: ecosystem, vendor, or part:vendor of a CPE
	uint32_t row;         // its first; they end where those of the next key begin. In the two bits above KEY_ROW: names
};
#define KEY_ROW 0x3fffffffu
#define KEY_NAMES 30u // shift

struct file_row { // flaw and source are those of the record
	uint32_t record;
	uint32_t ranges; // list of ranges; with ROW_SINGLE the one range itself
	uint32_t extra;  // below ROW_EXTRA: index + 1, 0: none. Above: `otherwise`, and ROW_NEGLIGIBLE
};
#define ROW_SINGLE 0x80000000u
#define ROW_EXTRA 0x0fffffffu
#define ROW_OTHERWISE 28u // shift of three bits
#define ROW_NEGLIGIBLE 0x80000000u

struct file_range {
	text_ref from, to;
	uint8_t status, scheme, single, closed;
};

struct file_extra {
	text_ref platform, fixed, justification, cpe;
};

struct file_kev {
	int64_t added, due;
	text_ref id, vendor, product, name;
	uint16_t source;
	uint8_t ransomware, reserved;
	uint32_t digest;
};

struct file_epss {
	text_ref id;
	uint32_t score_ppm, percentile_ppm, source;
};

struct file_product {
	text_ref name, title, category;
	list_ref names;
	uint32_t cycle, cycles, source;
};

struct file_day {
	int64_t day;
	uint8_t is, reserved[7];
};

struct file_cycle {
	int64_t released, latest_released;
	text_ref cycle, label, latest, codename;
	struct file_day eol, eoas, eoes, discontinued, lts;
};

struct file_banned {
	int64_t from, out_by;
	text_ref vendor, product, level, use, basis, note;
	uint32_t source, reserved;
};

struct file_provider {
	int64_t from, until;
	text_ref name, number, qualification, activities, level, basis, key;
	uint32_t source, suspended, reserved;
};

struct file_alias {
	text_ref vendor, product, to; // vendor and product folded
	uint32_t source;
};

extern const uint32_t section_sizes[SECTIONS]; // of one member
extern const char *const section_names[SECTIONS];

// Hashes of the file. The seed depends on all of its text, so that no single feed can prepare names that collide.
#define HASH_STEP 0x9e3779b97f4a7c15ull
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	__uint128_t r = (__uint128_t)a * b;
	return (uint64_t)r ^ (uint64_t)(r >> 64);
}

static inline uint64_t hash_bytes(uint64_t h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint64_t w;
	h ^= n * HASH_STEP;
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		h = hash_mix(h ^ w, 0xe7037ed1a0b428dbull);
	}
	w = 0;
	if (n > 0)
		memcpy(&w, p, n);
	return hash_mix(h ^ w ^ 0x8ebc6af09c88c6e3ull, HASH_STEP);
}

static inline uint64_t hash_key(uint64_t seed, uint32_t names, struct slice space, struct slice name)
{
	uint64_t h = hash_bytes(seed + names, space.p, space.n);
	return hash_bytes(h, name.p, name.n);
}

// Under what a product's key stands in the key table a second time: its name, whoever makes it.
#define NAMES_ALONE 4u
static inline uint64_t hash_name(uint64_t seed, struct slice name)
{
	return hash_key(seed, NAMES_ALONE, slice_of("", 0), name);
}

// Where the walk over a table of n slots starts.
static inline uint64_t slot_first(uint64_t hash, uint64_t n)
{
	return (uint64_t)(((__uint128_t)hash * n) >> 64);
}

struct knowledge {
	uint64_t seed; // of the header, which is read once
	int64_t made;
	const void *at[SECTIONS];
	uint64_t count[SECTIONS]; // members
	void *map;                // NULL: borrowed bytes
	size_t bytes;
};

// The file may change under us. What was read of it is in our memory from here on: the compiler must not read it again.
static inline void knowledge_fence(void)
{
	__asm__ volatile("" : : : "memory");
}

// A copy of the member i of a section, so that what is checked is what is used; false: there is none. `to` is of the type of the
// section's members.
#define KNOWLEDGE_GET(k, s, i, to) knowledge_get(k, s, i, to, sizeof *(to))
static inline bool knowledge_get(const struct knowledge *k, enum section s, uint64_t i, void *to, size_t n)
{
	if (i >= k->count[s])
		return false;
	memcpy(to, (const uint8_t *)k->at[s] + i * n, n);
	knowledge_fence();
	return true;
}

// The string; empty when the reference leads outside. Its bytes may change while it is looked at, its length not.
struct slice knowledge_text(const struct knowledge *k, text_ref at);
// How many members the list has, 0 when it lies outside or has more than FACT_LIST_MAX; they are the words of SECTION_LISTS from *first on.
uint32_t knowledge_list(const struct knowledge *k, list_ref at, uint32_t *first);

// A key as it is asked of; one whose rows lie outside has none.
struct key {
	enum names names;
	struct slice space, name;
	uint32_t row, end;
};
bool knowledge_key(const struct knowledge *k, uint64_t i, struct key *key);

// The canonical forms in which names are looked up (names.c), the same for the writer and the reader.
#define PRODUCT_NAME_MAX FOLD_MAX
#define FOLD_MAX (2 * FACT_TEXT_MAX)
struct folded {
	uint8_t bytes[FOLD_MAX];
	size_t n;
};
// Lower case, trimmed, runs of blanks, '_' and '-' as one '_'. False over FOLD_MAX.
bool fold_name(struct slice name, struct folded *out);
// A CPE in either form: part:vendor is the space of its key, the product its name; parts of *out. False when it is none.
bool fold_cpe(struct slice cpe, struct folded *out, struct slice *space, struct slice *name);
// A name, title, alias or identifier of a product. *identifier: it was a CPE, purl or other identifier.
bool fold_product(struct slice name, struct folded *out, bool *identifier);
static inline struct slice folded_slice(const struct folded *f)
{
	return slice_of(f->bytes, f->n);
}

#endif
