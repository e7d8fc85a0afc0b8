#include "indicator/building.h"
#include "indicator/layout.h"

#include "base/num.h"
#include "sys/file.h"

#include <stdio.h>
#include <stdlib.h>

#define KEYS_PER_BLOCK 16 // of the filter: 16 bits a key
#define FIRST_SLOTS 4096u

struct key {
	uint64_t key;
	uint32_t ref; // as in struct set_slot
};

struct cell { // of the build's own table
	uint32_t tag, key; // key: index + 1
};

// A value as it is stored, its key, and for a URL the key of its host.
struct stored {
	uint8_t bytes[OBSERVABLE_MAX];
	size_t n;
	uint32_t inline_value;
	uint64_t key, host;
	bool has_host;
};

struct indicator_build {
	const struct commonplace *common;
	indicator_told *told;
	void *context;
	struct indicator_stats stats;
	struct buf records, metas, text, keys, image;
	struct cell *cells;
	size_t room;          // cells, a power of two
	uint32_t *meta_slots; // index + 1 of metas, by content
	size_t meta_room;
	uint32_t source, id;  // text last put
	struct stored stored; // being added
	uint32_t has;
	uint64_t lengths4, lengths6[3];
	uint8_t nets[SET_NETS_COUNT * SET_NET_BYTES];
};

static size_t count_of(const struct buf *b, size_t size)
{
	return b->n / size;
}

#define RECORDS(b) ((struct set_record *)(void *)(b)->records.p)
#define METAS(b) ((struct set_meta *)(void *)(b)->metas.p)
#define KEYS(b) ((struct key *)(void *)(b)->keys.p)
#define RECORD_COUNT(b) count_of(&(b)->records, sizeof(struct set_record))
#define META_COUNT(b) count_of(&(b)->metas, sizeof(struct set_meta))
#define KEY_COUNT(b) count_of(&(b)->keys, sizeof(struct key))

enum err indicator_build_new(const struct commonplace *common, indicator_told *told, void *context,
                             struct indicator_build **build, struct why *why)
{
	struct indicator_build *b = calloc(1, sizeof *b);
	if (b == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	b->common = common;
	b->told = told;
	b->context = context;
	buf_init(&b->records, sizeof(struct set_record) * (size_t)INDICATORS_MAX);
	buf_init(&b->metas, sizeof(struct set_meta) * (size_t)INDICATORS_MAX);
	buf_init(&b->text, UINT32_MAX);
	buf_init(&b->keys, 2 * sizeof(struct key) * (size_t)INDICATORS_MAX);
	buf_init(&b->image, INDICATOR_FILE_MAX);
	buf_put_u8(&b->text, 0); // offset 0 says "none"
	b->cells = calloc(FIRST_SLOTS, sizeof *b->cells);
	b->room = FIRST_SLOTS;
	b->meta_slots = calloc(FIRST_SLOTS, sizeof *b->meta_slots);
	b->meta_room = FIRST_SLOTS;
	if (b->cells == NULL || b->meta_slots == NULL || buf_status(&b->text) != ERR_OK) {
		indicator_build_free(b);
		return why_set(why, ERR_SYSTEM, "no memory");
	}
	*build = b;
	return ERR_OK;
}

void indicator_build_free(struct indicator_build *b)
{
	if (b == NULL)
		return;
	buf_free(&b->records);
	buf_free(&b->metas);
	buf_free(&b->text);
	buf_free(&b->keys);
	buf_free(&b->image);
	free(b->cells);
	free(b->meta_slots);
	free(b);
}

const struct indicator_stats *indicator_build_stats(const struct indicator_build *b)
{
	return &b->stats;
}

void build_tell(struct indicator_build *b, enum indicator_verdict verdict, struct slice place, struct slice value,
                const char *rule)
{
	b->stats.refused += verdict == INDICATOR_REFUSED;
	b->stats.common += verdict == INDICATOR_COMMON;
	b->stats.notes += verdict == INDICATOR_NOTE;
	if (b->told != NULL)
		b->told(b->context, verdict, place, value, rule);
}

static uint64_t address_key(const uint8_t *ip, bool six, unsigned prefix)
{
	if (six)
		return key_ipv6(ip, prefix);
	return key_ipv4((uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3], prefix);
}

// Bits of the networks' index that this address or network covers.
static void cover(struct indicator_build *b, const uint8_t *ip, bool six, unsigned prefix)
{
	uint8_t *bits = b->nets + (six ? SET_NET_IPV6 : SET_NET_IPV4) * SET_NET_BYTES;
	uint32_t first = (uint32_t)ip[0] << 8 | ip[1], count = prefix >= 16 ? 1 : 1u << (16 - prefix);
	for (uint32_t i = first; i < first + count && i < 65536; i++) {
		bits[i / 8] |= (uint8_t)(1 << i % 8);
		if (!six && prefix < 32)
			b->nets[SET_NET_IPV4_NETWORKS * SET_NET_BYTES + i / 8] |= (uint8_t)(1 << i % 8);
	}
	b->has |= six ? SET_HAS_IPV6 : SET_HAS_IPV4;
	if (!six && prefix < 32)
		b->lengths4 |= 1ull << prefix;
	if (six && prefix < 128)
		b->lengths6[prefix / 64] |= 1ull << prefix % 64;
}

static void store_address(const char *text, size_t n, struct stored *s, bool *six, unsigned *prefix)
{
	struct slice in = slice_of(text, n);
	size_t slash = slice_find(in, '/', 0);
	uint32_t address = 0;
	uint64_t length = 0;
	struct slice bare = slice_part(in, 0, slash);
	*six = !set_ipv4(bare, &address);
	s->inline_value = address;
	for (int i = 0; i < 4; i++)
		s->bytes[i] = (uint8_t)(address >> (24 - 8 * i));
	INVARIANT(!*six || set_ipv6(bare, s->bytes));
	s->n = *six ? 16 : 4;
	*prefix = *six ? 128 : 32;
	if (slash < n && num_parse(slice_part(in, slash + 1, n), 1, *prefix, &length)) {
		*prefix = (unsigned)length;
		s->bytes[s->n++] = (uint8_t)length;
	}
	s->key = address_key(s->bytes, *six, *prefix);
}

static void host_key(struct indicator_build *b, struct slice url, struct stored *s)
{
	bool bracketed;
	struct slice host = set_url_host(url, &bracketed);
	uint32_t address;
	uint8_t ip[16];
	s->has_host = true;
	if (bracketed && set_ipv6(host, ip)) {
		s->host = key_ipv6(ip, 128);
		cover(b, ip, true, 128);
	} else if (set_ipv4(host, &address)) {
		s->host = key_ipv4(address, 32);
		cover(b, (uint8_t[4]){(uint8_t)(address >> 24), (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address},
		      false, 32);
	} else {
		s->host = key_name(host);
		b->has |= SET_HAS_NAMES;
	}
}

static bool store_file(struct indicator_build *b, struct slice name, struct stored *s)
{
	struct slice anchor;
	if (!set_file_anchor(name, &anchor))
		return false;
	size_t last = anchor.n;
	while (anchor.p[last - 1] != '.')
		last--;
	s->key = key_name(anchor);
	b->has |= SET_HAS_FILES | (anchor.p[last] >= '0' && anchor.p[last] <= '9' ? SET_HAS_DIGIT_FILES : 0);
	return true;
}

// False: no sensor can look for it; *rule says why.
static bool store(struct indicator_build *b, enum observable_type type, struct slice value, struct stored *s, const char **rule)
{
	bool six;
	unsigned prefix;
	s->has_host = false;
	s->n = value.n;
	s->inline_value = 0;
	switch (type) {
	case OBSERVABLE_IPV4: case OBSERVABLE_IPV6: case OBSERVABLE_CIDR:
		store_address((const char *)value.p, value.n, s, &six, &prefix);
		cover(b, s->bytes, six, prefix);
		return true;
	case OBSERVABLE_MD5: case OBSERVABLE_SHA1: case OBSERVABLE_SHA256: case OBSERVABLE_SHA512: case OBSERVABLE_CERTIFICATE:
		s->n = value.n / 2;
		pack_digits(value.p, s->n, s->bytes);
		s->key = key_digest(s->bytes, s->n);
		b->has |= SET_HAS_DIGESTS | (type == OBSERVABLE_CERTIFICATE ? SET_HAS_CERTIFICATES : 0);
		return true;
	case OBSERVABLE_DOMAIN:
		s->key = key_name(value);
		b->has |= SET_HAS_NAMES;
		break;
	case OBSERVABLE_MAIL: {
		size_t at = slice_find(value, '@', 0);
		s->key = key_mail(key_name(slice_part(value, at + 1, value.n)), slice_part(value, 0, at));
		b->has |= SET_HAS_MAIL;
		break;
	}
	case OBSERVABLE_URL:
		s->key = key_bytes(KEY_URL, value);
		b->has |= SET_HAS_URLS;
		host_key(b, value, s);
		break;
	case OBSERVABLE_FILENAME:
		if (!store_file(b, value, s)) {
			*rule = "a file name without a dot inside cannot be told from a word";
			return false;
		}
		break;
	default:
		*rule = "a value of this type is not looked for in logs";
		return false;
	}
	memcpy(s->bytes, value.p, value.n);
	return true;
}

static bool grow_cells(struct indicator_build *b)
{
	if (2 * (KEY_COUNT(b) + 2) <= b->room)
		return true;
	size_t room = 4 * b->room;
	struct cell *cells = calloc(room, sizeof *cells);
	if (cells == NULL)
		return false;
	for (size_t i = 0; i < KEY_COUNT(b); i++) {
		size_t at = KEYS(b)[i].key & (room - 1);
		while (cells[at].key != 0)
			at = (at + 1) & (room - 1);
		cells[at] = (struct cell){(uint32_t)(KEYS(b)[i].key >> 32), (uint32_t)i + 1};
	}
	free(b->cells);
	b->cells = cells;
	b->room = room;
	return true;
}

static bool same_record(const struct indicator_build *b, uint32_t index, enum observable_type type, const struct stored *s)
{
	const struct set_record *r = &RECORDS(b)[index];
	if (r->type != type)
		return false;
	if (type == OBSERVABLE_IPV4)
		return r->value == s->inline_value;
	return r->n == s->n && memcmp(b->text.p + r->value, s->bytes, s->n) == 0;
}

static bool same_host(const struct indicator_build *b, uint32_t index, struct slice url)
{
	bool six[2];
	const struct set_record *r = &RECORDS(b)[index];
	return slice_equal(set_url_host(slice_of(b->text.p + r->value, r->n), &six[0]), set_url_host(url, &six[1]));
}

// The index of this value, or of a URL with this host when `host`; UINT32_MAX when there is none.
static uint32_t look_up(const struct indicator_build *b, uint64_t key, enum observable_type type, const struct stored *s,
                        bool host)
{
	for (size_t at = key & (b->room - 1); b->cells[at].key != 0; at = (at + 1) & (b->room - 1)) {
		const struct key *k = &KEYS(b)[b->cells[at].key - 1];
		if (b->cells[at].tag != (uint32_t)(key >> 32) || k->key != key || ((k->ref & SET_HOST) != 0) != host)
			continue;
		uint32_t index = (k->ref & ~SET_HOST) - 1;
		if (host ? same_host(b, index, slice_of(s->bytes, s->n)) : same_record(b, index, type, s))
			return index;
	}
	return UINT32_MAX;
}

static void put_key(struct indicator_build *b, uint64_t key, uint32_t ref)
{
	struct key *k = (void *)buf_add(&b->keys, sizeof *k);
	if (k == NULL)
		return;
	*k = (struct key){key, ref};
	size_t at = key & (b->room - 1);
	while (b->cells[at].key != 0)
		at = (at + 1) & (b->room - 1);
	b->cells[at] = (struct cell){(uint32_t)(key >> 32), (uint32_t)KEY_COUNT(b)};
}

// A string with its length before it. `last` saves writing what was just written.
static uint32_t put_text(struct indicator_build *b, struct slice text, uint32_t *last)
{
	if (text.n == 0)
		return 0;
	if (text.n > INDICATOR_TEXT_MAX) {
		text.n = INDICATOR_TEXT_MAX;
		while (text.n > 0 && (text.p[text.n] & 0xc0) == 0x80)
			text.n--;
	}
	if (*last != 0 && b->text.p[*last] == text.n && memcmp(b->text.p + *last + 1, text.p, text.n) == 0)
		return *last;
	uint32_t at = (uint32_t)b->text.n;
	buf_put_vec8(&b->text, text);
	*last = buf_status(&b->text) == ERR_OK ? at : 0;
	return *last;
}

static bool same_meta(const struct indicator_build *b, const struct set_meta *m, const struct indicator_meta *meta)
{
	const uint8_t *source = b->text.p + m->source;
	size_t n = meta->source.n < INDICATOR_TEXT_MAX ? meta->source.n : INDICATOR_TEXT_MAX;
	if (m->expiry != meta->expiry || m->tlp != meta->tlp || m->pap != meta->pap || m->confidence != meta->confidence)
		return false;
	return m->source == 0 ? n == 0 :
	       source[0] <= n && source[0] + 3u >= n && memcmp(source + 1, meta->source.p, source[0]) == 0 &&
	                                     (source[0] == n || meta->source.n > INDICATOR_TEXT_MAX);
}

static uint64_t meta_key(const struct indicator_meta *meta)
{
	uint64_t small = (uint64_t)meta->tlp << 16 | (uint64_t)meta->pap << 8 | meta->confidence;
	return key_mix(key_bytes(small, slice_part(meta->source, 0, INDICATOR_TEXT_MAX - 3)) ^ meta->expiry, KEY_STEP);
}

static void grow_metas(struct indicator_build *b)
{
	if (2 * (META_COUNT(b) + 1) <= b->meta_room)
		return;
	size_t room = 4 * b->meta_room;
	uint32_t *slots = calloc(room, sizeof *slots);
	if (slots == NULL)
		return; // fuller, still right until it is full: put_meta() leaves a free slot
	for (size_t i = 0; i < META_COUNT(b); i++) {
		const struct set_meta *m = &METAS(b)[i];
		const uint8_t *source = b->text.p + m->source;
		struct indicator_meta meta = {.source = m->source == 0 ? slice_of("", 0) : slice_of(source + 1, source[0]), .tlp = m->tlp,
		                              .pap = m->pap, .confidence = m->confidence, .expiry = m->expiry};
		size_t at = meta_key(&meta) & (room - 1);
		while (slots[at] != 0)
			at = (at + 1) & (room - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(b->meta_slots);
	b->meta_slots = slots;
	b->meta_room = room;
}

static uint32_t put_meta(struct indicator_build *b, const struct indicator_meta *meta)
{
	grow_metas(b);
	size_t at = meta_key(meta) & (b->meta_room - 1);
	for (; b->meta_slots[at] != 0; at = (at + 1) & (b->meta_room - 1))
		if (same_meta(b, &METAS(b)[b->meta_slots[at] - 1], meta))
			return b->meta_slots[at] - 1;
	struct set_meta row = {meta->expiry, put_text(b, meta->source, &b->source), (uint8_t)meta->tlp, (uint8_t)meta->pap,
	                       meta->confidence, 0};
	buf_put(&b->metas, &row, sizeof row);
	uint32_t index = (uint32_t)META_COUNT(b) - 1;
	if (META_COUNT(b) + 1 < b->meta_room)
		b->meta_slots[at] = index + 1;
	return index;
}

static const struct indicator_meta no_meta = {.confidence = INDICATOR_CONFIDENCE_NONE};

// The one that expires last stays; 0 is never.
static void again(struct indicator_build *b, uint32_t index, const struct indicator_meta *meta)
{
	struct set_record *r = &RECORDS(b)[index];
	uint64_t old = METAS(b)[r->meta].expiry;
	b->stats.duplicates++;
	if (old == 0 || (meta->expiry != 0 && meta->expiry <= old))
		return;
	uint32_t row = put_meta(b, meta);
	r->meta = row;
	r->id = put_text(b, meta->id, &b->id);
}

static enum err put_stored(struct indicator_build *b, enum observable_type type, const struct stored *s,
                           const struct indicator_meta *meta, struct why *why)
{
	if (RECORD_COUNT(b) == INDICATORS_MAX)
		return why_set(why, ERR_LIMIT, "more than %u indicators", INDICATORS_MAX);
	if (!grow_cells(b))
		return why_set(why, ERR_SYSTEM, "no memory for %zu indicators", RECORD_COUNT(b));
	uint32_t index = look_up(b, s->key, type, s, false);
	if (index != UINT32_MAX) {
		again(b, index, meta);
	} else {
		struct set_record r = {.type = (uint8_t)type, .n = (uint16_t)s->n, .value = (uint32_t)b->text.n};
		if (type == OBSERVABLE_IPV4)
			r.value = s->inline_value;
		else
			buf_put(&b->text, s->bytes, s->n);
		r.n = type == OBSERVABLE_IPV4 ? 0 : r.n;
		r.id = put_text(b, meta->id, &b->id);
		r.meta = put_meta(b, meta);
		buf_put(&b->records, &r, sizeof r);
		index = (uint32_t)RECORD_COUNT(b) - 1;
		put_key(b, s->key, index + 1);
		if (s->has_host && look_up(b, s->host, type, s, true) == UINT32_MAX)
			put_key(b, s->host, (index + 1) | SET_HOST);
		b->stats.of[(uint8_t)type]++;
	}
	const struct buf *all[] = {&b->records, &b->metas, &b->text, &b->keys};
	for (size_t i = 0; i < 4; i++)
		if (buf_status(all[i]) != ERR_OK)
			return why_set(why, buf_status(all[i]), "no room for %zu indicators", RECORD_COUNT(b));
	return ERR_OK;
}

// "host/path" and "host:port" without a scheme stand for every scheme: any://host/path.
static enum err canonical(enum observable_type type, struct slice written, struct observable *o, struct why *why)
{
	char text[OBSERVABLE_WRITTEN_MAX + 8];
	enum err e = observable_canonical(type, written, o, why);
	written = slice_trim(written);
	if (e != ERR_INPUT || type != OBSERVABLE_URL || written.n > OBSERVABLE_WRITTEN_MAX - 6 || written.n == 0)
		return e;
	memcpy(text, "any://", 6);
	memcpy(text + 6, written.p, written.n);
	size_t n = observable_refang(text + 6, written.n);
	if (memmem(text + 6, n, "://", 3) != NULL)
		return e;
	return observable_canonical(type, slice_of(text, n + 6), o, NULL) == ERR_OK ? ERR_OK : e;
}

// Told and counted when a rule of the list covers it.
static __attribute__((noinline)) bool is_common(struct indicator_build *b, enum observable_type type, struct slice value,
                                                struct slice place)
{
	struct slice line;
	struct observable o = {.type = type, .n = value.n};
	char text[WHY_MAX];
	memcpy(o.value, value.p, value.n);
	o.value[value.n] = 0;
	if (!commonplace_has(b->common, &o, &line))
		return false;
	snprintf(text, sizeof text, "a common value (%.*s)", SLICE_ARGS(slice_part(line, 0, 200)));
	build_tell(b, INDICATOR_COMMON, place, value, text);
	return true;
}

static enum err add_canonical(struct indicator_build *b, enum observable_type type, struct slice value,
                              const struct indicator_meta *meta, struct slice place, struct why *why)
{
	const char *rule;
	if (b->common != NULL && is_common(b, type, value, place))
		return ERR_OK;
	if (store(b, type, value, &b->stored, &rule))
		return put_stored(b, type, &b->stored, meta, why);
	build_tell(b, INDICATOR_REFUSED, place, value, rule);
	return ERR_OK;
}

// Not canonical as it stands.
static __attribute__((noinline)) enum err add_written(struct indicator_build *b, enum observable_type type, struct slice written,
                                                      const struct indicator_meta *meta, struct slice place, struct why *why)
{
	struct observable o;
	struct why rule = {""};
	enum err e = canonical(type, written, &o, &rule);
	if (e == ERR_OK)
		return add_canonical(b, o.type, observable_value(&o), meta, place, why);
	if (e == ERR_SYSTEM) {
		if (why != NULL)
			*why = rule;
		return e;
	}
	build_tell(b, INDICATOR_REFUSED, place, written, rule.text);
	return ERR_OK;
}

enum err indicator_build_add(struct indicator_build *b, enum observable_type type, struct slice written,
                             const struct indicator_meta *meta, struct slice place, struct why *why)
{
	if (meta == NULL)
		meta = &no_meta;
	b->stats.read++;
	if (build_is_canonical(type, written))
		return add_canonical(b, type, written, meta, place, why);
	return add_written(b, type, written, meta, place, why);
}

static void fill_filter(const struct indicator_build *b, uint32_t *filter, uint64_t blocks)
{
	for (size_t i = 0; i < KEY_COUNT(b); i++) {
		uint64_t key = KEYS(b)[i].key;
		uint32_t *block = filter + 8 * key_scale(key, blocks);
		for (int w = 0; w < 8; w++)
			block[w] |= 1u << (((uint32_t)key * filter_salts[w]) >> 27);
	}
}

static void fill_slots(const struct indicator_build *b, struct set_slot *slots, uint64_t n)
{
	for (size_t i = 0; i < KEY_COUNT(b); i++) {
		uint64_t key = KEYS(b)[i].key, at = key_scale(key, n);
		while (slots[at].ref != 0)
			at = at + 1 == n ? 0 : at + 1;
		slots[at] = (struct set_slot){(uint32_t)key, KEYS(b)[i].ref};
	}
}

static void lay_out(const struct indicator_build *b, struct set_header *h, uint64_t made)
{
	uint64_t keys = KEY_COUNT(b), at = (sizeof *h + 63) / 64 * 64;
	*h = (struct set_header){.version = SET_VERSION, .made = made, .count = (uint32_t)RECORD_COUNT(b), .has = b->has,
	                         .slots = keys + keys / 4 + 1, .blocks = (keys + KEYS_PER_BLOCK - 1) / KEYS_PER_BLOCK + 1,
	                         .lengths4 = b->lengths4};
	memcpy(h->magic, SET_MAGIC, 8);
	memcpy(h->lengths6, b->lengths6, sizeof h->lengths6);
	memcpy(h->of, b->stats.of, sizeof h->of);
	const uint64_t bytes[SET_SECTIONS] = {32 * h->blocks, sizeof(struct set_slot) * h->slots, b->records.n, b->metas.n, b->text.n,
	                                      sizeof b->nets};
	for (int i = 0; i < SET_SECTIONS; i++) {
		h->sections[i] = (struct set_section_row){.offset = at, .bytes = bytes[i]};
		at = (at + bytes[i] + 63) / 64 * 64;
	}
	h->bytes = at;
}

enum err indicator_build_bytes(struct indicator_build *b, uint64_t made, struct slice *bytes, struct why *why)
{
	struct set_header h;
	lay_out(b, &h, made);
	buf_free(&b->image);
	uint8_t *p = buf_add(&b->image, h.bytes);
	if (p == NULL)
		return why_set(why, buf_status(&b->image), "no room for a set of %llu bytes", (unsigned long long)h.bytes);
	memset(p, 0, h.bytes);
	fill_filter(b, (void *)(p + h.sections[SET_FILTER].offset), h.blocks);
	fill_slots(b, (void *)(p + h.sections[SET_SLOTS].offset), h.slots);
	const struct buf *copied[] = {[SET_RECORDS] = &b->records, [SET_METAS] = &b->metas, [SET_TEXT] = &b->text};
	for (int i = SET_RECORDS; i <= SET_TEXT; i++)
		if (copied[i]->n > 0)
			memcpy(p + h.sections[i].offset, copied[i]->p, copied[i]->n);
	memcpy(p + h.sections[SET_NETS].offset, b->nets, sizeof b->nets);
	for (int i = 0; i < SET_SECTIONS; i++)
		h.sections[i].crc = crc32c(0, p + h.sections[i].offset, h.sections[i].bytes);
	h.crc = crc32c(0, &h, sizeof h);
	memcpy(p, &h, sizeof h);
	*bytes = buf_slice(&b->image);
	return ERR_OK;
}

enum err indicator_build_write(struct indicator_build *b, uint64_t made, const char *path, struct why *why)
{
	struct slice bytes;
	enum err e = indicator_build_bytes(b, made, &bytes, why);
	return e == ERR_OK ? file_write(path, bytes, FILE_PUBLIC, why) : e;
}
