// Inside lib/indicator and lib/scan: the set file as it is mapped (protocol/indicator-set.md) and the hash that its filter and
// table are built on. Integers are little-endian, as every machine that this runs on has them.
#ifndef TOCSIN_INDICATOR_LAYOUT_H
#define TOCSIN_INDICATOR_LAYOUT_H

#include "base/crc.h"
#include "indicator/indicator.h"

#define SET_MAGIC "TOCSINIS"
#define SET_VERSION 1u

enum set_section { SET_FILTER, SET_SLOTS, SET_RECORDS, SET_METAS, SET_TEXT, SET_NETS, SET_SECTIONS };

struct set_section_row {
	uint64_t offset, bytes;
	uint32_t crc, reserved;
};

// What the set holds at all: a scanner leaves out what nobody asks for.
#define SET_HAS_NAMES 1u       // domain
#define SET_HAS_IPV4 2u        // ipv4 or an IPv4 network
#define SET_HAS_IPV6 4u
#define SET_HAS_DIGESTS 8u
#define SET_HAS_URLS 16u
#define SET_HAS_MAIL 32u
#define SET_HAS_FILES 64u
#define SET_HAS_DIGIT_FILES 128u // a file name whose anchor's last part begins with a digit
#define SET_HAS_CERTIFICATES 256u

struct set_header {
	char magic[8];
	uint32_t version, crc; // of the header, this field taken as zero
	uint64_t bytes, made;
	uint32_t count, has;
	uint64_t slots, blocks;         // of the table; of the filter
	uint64_t lengths4, lengths6[3]; // bit n: networks of prefix length n
	uint32_t of[256];
	struct set_section_row sections[SET_SECTIONS];
};

struct set_slot {
	uint32_t tag; // low half of the key
	uint32_t ref; // 0: empty; index + 1; with SET_HOST: the URL indicator whose host this key is
};
#define SET_HOST 0x80000000u

struct set_record {
	uint32_t value; // offset in the text; of an ipv4 the address itself
	uint32_t id;    // offset in the text, a byte of length before it; 0: none
	uint32_t meta;  // row
	uint16_t n;     // bytes of the value as stored
	uint8_t type, reserved;
};

struct set_meta {
	uint64_t expiry;
	uint32_t source; // like id
	uint8_t tlp, pap, confidence, reserved;
};

#define SET_NET_BYTES 8192u // of one index: a bit per first 16 bits of an address
enum set_net { SET_NET_IPV4, SET_NET_IPV4_NETWORKS, SET_NET_IPV6, SET_NETS_COUNT }; // anything at all; networks only; anything

struct indicator_set {
	const struct set_header *head;
	const uint32_t *filter; // blocks of 8 words
	const struct set_slot *slots;
	const struct set_record *records;
	const struct set_meta *metas;
	const uint8_t *text, *nets;
	uint64_t url_lengths[OBSERVABLE_MAX / 64 + 1]; // bit n: a URL indicator has n bytes
	uint32_t meta_count, text_bytes;
	void *map; // NULL: borrowed bytes
	size_t bytes;
};

// 128-bit product folded: the one mixing step of every key.
static inline uint64_t key_mix(uint64_t a, uint64_t b)
{
	__uint128_t r = (__uint128_t)a * b;
	return (uint64_t)r ^ (uint64_t)(r >> 64);
}

#define KEY_NAME 0x9e3779b97f4a7c15ull
#define KEY_IPV4 0xd6e8feb86659fd93ull
#define KEY_IPV6 0xa0761d6478bd642full
#define KEY_DIGEST 0xe7037ed1a0b428dbull
#define KEY_URL 0x8ebc6af09c88c6e3ull
#define KEY_MAIL 0x589965cc75374cc3ull
#define KEY_STEP 0x2545f4914f6cdd1dull
#define KEY_FOLD 0x2020202020202020ull // the case of letters; other token characters stay apart

// One label of a name, from the right: h is the key of all to the right of it. `p` is its first byte.
static inline uint64_t key_label(uint64_t h, const uint8_t *p, size_t n)
{
	uint64_t w;
	uint64_t salt = KEY_STEP ^ n;
	while (n > 8) {
		memcpy(&w, p + n - 8, 8);
		h = key_mix(h ^ (w | KEY_FOLD), KEY_STEP);
		n -= 8;
	}
	uint8_t rest[8] = {0};
	memcpy(rest, p, n);
	memcpy(&w, rest, 8);
	w = n == 0 ? 0 : (w | KEY_FOLD) << (64 - 8 * n);
	return key_mix(h ^ w, salt);
}

uint64_t key_name(struct slice name); // of a token: all its labels, case ignored
uint64_t key_bytes(uint64_t salt, struct slice s);
static inline uint64_t key_ipv4(uint32_t address, unsigned prefix)
{
	return key_mix(KEY_IPV4 ^ address, KEY_STEP + prefix);
}
uint64_t key_ipv6(const uint8_t ip[static 16], unsigned prefix); // bits after the prefix must be clear
uint64_t key_digest(const uint8_t *p, size_t n);
uint64_t key_mail(uint64_t domain, struct slice local); // of the domain's key_name

static inline uint64_t key_scale(uint64_t key, uint64_t n)
{
	return (uint64_t)(((__uint128_t)key * n) >> 64);
}

static const uint32_t filter_salts[8] = {0x47b6137bu, 0x44974d91u, 0x8824ad5bu, 0xa2b7289du,
                                         0x705495c7u, 0x2df1424bu, 0x9efc4947u, 0x5c6bfb31u};

static inline bool filter_has(const struct indicator_set *set, uint64_t key)
{
	const uint32_t *block = set->filter + 8 * key_scale(key, set->head->blocks);
	uint32_t missing = 0;
	for (int i = 0; i < 8; i++)
		missing |= ~block[i] & (1u << (((uint32_t)key * filter_salts[i]) >> 27));
	return missing == 0;
}

// Walks the slots of a key: *at starts at UINT64_MAX. False when there are no more. The value must still be compared.
static inline bool slot_next(const struct indicator_set *set, uint64_t key, uint64_t *at, uint32_t *ref)
{
	uint64_t n = set->head->slots, first = key_scale(key, n);
	uint64_t i = *at == UINT64_MAX ? first : *at + 1 == n ? 0 : *at + 1;
	bool begun = *at != UINT64_MAX;
	for (;; i = i + 1 == n ? 0 : i + 1) {
		if ((begun && i == first) || set->slots[i].ref == 0)
			return false;
		begun = true;
		if (set->slots[i].tag == (uint32_t)key && (set->slots[i].ref & ~SET_HOST) <= set->head->count) {
			*at = i;
			*ref = set->slots[i].ref;
			return true;
		}
	}
}

// The stored bytes of a record; false when they are out of bounds. Of an ipv4: empty.
static inline bool record_value(const struct indicator_set *set, uint32_t index, struct slice *value)
{
	const struct set_record *r = &set->records[index];
	if (r->type == OBSERVABLE_IPV4) {
		*value = slice_of(NULL, 0);
		return true;
	}
	if (r->n > set->text_bytes || r->value > set->text_bytes - r->n)
		return false;
	*value = slice_of(set->text + r->value, r->n);
	return true;
}

static inline bool net_has(const struct indicator_set *set, enum set_net net, uint32_t first16)
{
	return (set->nets[net * SET_NET_BYTES + first16 / 8] >> first16 % 8 & 1) != 0;
}

static inline bool is_digest(unsigned type)
{
	return type >= OBSERVABLE_MD5 && type <= OBSERVABLE_CERTIFICATE;
}

// Digits are known to be hexadecimal: the low nibble, and 9 more for a letter. n is a multiple of 4.
static inline void pack_digits(const uint8_t *p, size_t n, uint8_t *bytes)
{
	for (size_t i = 0; i < n; i += 4) {
		uint64_t w;
		memcpy(&w, p + 2 * i, 8);
		w = (w & 0x0f0f0f0f0f0f0f0full) + 9 * (w >> 6 & 0x0101010101010101ull);
		w = (w << 4 | w >> 8) & 0x00ff00ff00ff00ffull; // two nibbles to a byte, and the bytes together
		w = (w | w >> 8) & 0x0000ffff0000ffffull;
		uint32_t four = (uint32_t)(w | w >> 16);
		memcpy(bytes + i, &four, 4);
	}
}

static inline bool is_token(uint8_t c) // what names, addresses, digests and file names are made of
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '.' || c == '_';
}

// The host of a canonical URL (schemes "any" included), brackets taken off.
struct slice set_url_host(struct slice url, bool *ipv6);
// The part of a file name that a scanner finds first: the last run of token characters with a dot in it, not at its end.
bool set_file_anchor(struct slice name, struct slice *anchor);
// Four decimal octets, no leading zeros, nothing else.
bool set_ipv4(struct slice text, uint32_t *address);
bool set_ipv6(struct slice text, uint8_t ip[static 16]); // RFC 4291 text without zone or brackets
bool set_is_mapped(const uint8_t ip[static 16], uint32_t *address);

#endif
