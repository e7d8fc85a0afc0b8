// Inside lib/scan. A window is the part of a block whose byte classes are known; positions are offsets in the block.
#ifndef TOCSIN_SCAN_INSIDE_H
#define TOCSIN_SCAN_INSIDE_H

#include "indicator/layout.h"
#include "scan/scan.h"

#define WINDOW_BYTES (32u << 10) // classes of one window stay in the L1 cache
#define WINDOW_WORDS (WINDOW_BYTES / 64 + 2)
#define BEHIND 16384u // bytes before a position that may decide what it means
#define AHEAD 8192u   // and after it
#define QUEUE 64u     // names and addresses whose filter block is on its way from memory
#define MARKS_MAX 256u // of one word of 64 bytes: at most 32 tokens, 64 colons, 64 escapes and some digests
#define URLS_KEPT 8192u // pairs of a URL of the block and an indicator that were reported, in sets of
#define URLS_WAYS 8u    // so many
#define REGION_BYTES (WINDOW_BYTES + 2 * BEHIND)

enum class { CLASS_TOKEN, CLASS_DOT, CLASS_HEX, CLASS_COLON, CLASS_ESCAPE, CLASS_HIGH, CLASSES };

struct classes {
	uint64_t of[CLASSES][WINDOW_WORDS];
};

// Sets the classes of n bytes, n ≤ WINDOW_BYTES; all bits after n are zero up to the end of the word after it.
typedef void classify(const uint8_t *p, size_t n, struct classes *c);
classify classify_portable, classify_avx2, classify_avx512;

struct waiting {
	uint64_t key;
	uint32_t start, end; // of the token
	uint32_t from;       // of the suffix that the key is of
	uint32_t address;
	uint8_t kind, prefix;
};

struct scan {
	const struct indicator_set *set;
	scan_found *found;
	void *context;
	classify *classify;
	enum scan_path path;
	uint64_t now;
	bool split, stopped;
	bool files_only;    // while a part of a foreign word is looked at: it is no name of its own
	uint32_t has;
	const uint8_t *p; // the block
	size_t n, from, to; // tokens that end in [from, to) are looked at now
	bool final;         // nothing follows the block
	size_t settled;     // what was reported of the bytes given again
	size_t region_done; // end of the last region read with escapes
	uint32_t marked[MARKS_MAX]; // places of one word whose region must be read with escapes, in any order
	unsigned marks;
	size_t colon_done;  // end of the last run read as IPv6
	struct waiting queue[QUEUE];
	unsigned waiting;
	struct classes classes;
	struct {
		uint32_t colon, indicator; // where its "://" is, in the block numbered so
		uint32_t block;
	} urls[URLS_KEPT]; // reported
	uint32_t block, url_next;
	// Hosts in one user name lead to one URL, which is looked at once: the last, by where its scheme and its "://" are; [1]: of
	// those that are percent-coded as a whole.
	struct {
		uint32_t block, from, colon;
	} url_last[2];
	// The last host of a URL, or behind a user name of none.
	struct {
		uint32_t block, start;
		bool any;
	} user_last;
	uint64_t work;      // bytes read, or brought into the form of a URL, that may have been before: of hostile lines too many
	uint8_t *region;    // decoded bytes
	uint32_t *where;    // of each, its offset in the block; one more for the end
};

// Text being looked at: as it stands in the block, or decoded (then `where` gives offsets in the block), or rewritten (then the
// whole of it stands for [fixed_start, fixed_end) of the block).
struct view {
	const uint8_t *p;
	size_t n;
	const uint32_t *where;
	bool fixed, letters; // letters: read with READ_LETTERS
	size_t fixed_start, fixed_end;
};

static inline size_t view_at(const struct view *v, size_t i)
{
	return v->where != NULL ? v->where[i] : i;
}

static inline bool is_owned(const struct scan *s, size_t end) // ends where we look now
{
	return end >= s->from && (end < s->to || s->final);
}

static inline bool is_word(uint8_t c) // what continues a token
{
	return is_token(c) || c >= 0x80;
}

// The block as it stands.
static inline struct view view_raw(const struct scan *s)
{
	return (struct view){.p = s->p, .n = s->n};
}

// How text is read: bit 0: JSON and C escapes; bit 1: percent codes; bit 2: \b \f \n \r \t are a backslash and a letter.
#define READ_ESCAPES 1u
#define READ_PERCENT 2u
#define READ_LETTERS 4u
struct unit {
	uint8_t bytes[3];
	uint8_t n, raw; // bytes decoded, bytes taken; an escape that stands for no text gives one 0
};
struct unit read_unit(const uint8_t *p, size_t n, unsigned how); // n > 0

// What is found is reported, unless it is expired. [start, end) is in the view.
void met(struct scan *s, const struct view *v, size_t start, size_t end, uint32_t index);
void met_split(struct scan *s, const struct view *v, size_t start, size_t end);
// The exact checks behind the filter. A name: [from, end) is the suffix whose key it is.
void check_name(struct scan *s, const struct view *v, uint64_t key, size_t start, size_t end, size_t from);
void check_ipv4(struct scan *s, const struct view *v, uint32_t address, unsigned prefix, size_t start, size_t end);
// [start, end): a run of token characters and ':'.
void check_ipv6(struct scan *s, const struct view *v, size_t start, size_t end);
void check_digest(struct scan *s, const struct view *v, size_t start, size_t end); // a run of hexadecimal digits, whole
bool digest_at(const struct view *v, size_t start, size_t end, uint8_t bytes[static 64], size_t *n); // such a run: is it one?
void check_mail(struct scan *s, const struct view *v, size_t start, size_t end);   // the domain, if an '@' stands before it
// The URL whose host this is: met or not, true when there is one.
bool check_url(struct scan *s, const struct view *v, size_t start);
void check_file(struct scan *s, const struct view *v, uint32_t index, size_t start, size_t end);
// A canonical URL (observable_url_front) against all URL indicators; an index may be given twice.
typedef void url_found(void *context, uint32_t index);
void find_urls(const struct indicator_set *set, struct slice url, url_found *found, void *context);
// A whole token, filter included: name, address, file name, mail.
void check_token(struct scan *s, const struct view *v, size_t start, size_t end, bool whole_only);
size_t letter_before(const uint8_t *p, size_t end); // bytes of the word character that ends at end > 0, or 0
bool is_tail_of_ipv6(const struct view *v, size_t start, size_t end); // the address at [start, end), a ':' before it

// Asks for scan_region() at this position, after the word and in the order of the text.
static inline void mark_region(struct scan *s, size_t at)
{
	if (s->marks < MARKS_MAX)
		s->marked[s->marks++] = (uint32_t)at;
}
// Tokens around this position that are touched by an escape or hold foreign letters.
void scan_region(struct scan *s, size_t at);
// An address written with colons around this position.
void scan_colons(struct scan *s, size_t at);

// An escape before the token or right after it: then only the decoded text says what it is.
static inline bool is_touched(const uint8_t *p, size_t n, size_t start, size_t end)
{
	size_t first = start;
	while (first > 0 && start - first < SCAN_TOKEN_MAX && (p[first - 1] == ':' || (first < start && is_word(p[first - 1]))))
		first--;
	if (first > 0 && (p[first - 1] == '%' || p[first - 1] == '\\'))
		return true;
	if (end + 1 >= n)
		return false;
	return p[end] == '%' || (p[end] == '\\' && (p[end + 1] == 'u' || p[end + 1] == 'x'));
}

#endif
