// Finds every indicator of a set in a stream of log bytes, at the speed of memory: SIMD byte classes, a filter that stays in
// cache, the exact check behind it (DESIGN.md). What meets what is fixed in protocol/indicator-set.md, "Meaning"; it is the same
// on every machine and for every way of cutting the stream.
//
// A newline ends everything. Longer than SCAN_TOKEN_MAX (a URL: SCAN_URL_MAX) is no token. Any byte may follow any other.
#ifndef TOCSIN_SCAN_SCAN_H
#define TOCSIN_SCAN_SCAN_H

#include "indicator/indicator.h"

#define SCAN_TOKEN_MAX 1024u        // bytes of a name, address, digest or file name as written
#define SCAN_URL_MAX 4096u          // bytes of a URL as written, scheme and user name included; a longer one is cut there
#define SCAN_BLOCK_MIN (128u << 10) // a caller's buffer; more is welcome up to the size of the L2 cache
#define SCAN_TAIL_MAX (64u << 10)   // most that scan_block() leaves unconsumed

struct scan_hit {
	size_t offset, length; // what was met, in the block as given: the whole name, address, URL… as written
	uint32_t indicator;    // index for indicator_get()
	enum observable_type type; // of the indicator: a DOMAIN met as its subdomain, a CIDR met as an address in it
};

// Called for every hit, in no promised order within a block; one call per place and indicator (a URL that meets thousands
// of indicators may be given again). False stops the block there.
typedef bool scan_found(void *context, const struct scan_hit *hit);

struct scan;

enum scan_path { SCAN_BEST, SCAN_PORTABLE, SCAN_AVX2, SCAN_AVX512 };

// `set` must outlive it. One per thread. SCAN_BEST takes what the processor has; another path that it has not is ERR_ABSENT.
MUST_USE enum err scan_new(const struct indicator_set *set, enum scan_path path, scan_found *found, void *context,
                           struct scan **scan, struct why *why);
void scan_free(struct scan *scan); // NULL allowed
enum scan_path scan_path(const struct scan *scan); // the one in use
const char *scan_path_name(enum scan_path path); // "portable", "avx2", "avx512"
// ERR_INPUT names the choices; ERR_ABSENT: this processor has it not.
MUST_USE enum err scan_path_named(const char *name, enum scan_path *path, struct why *why);
// Seconds since 1970; expired indicators do not match. 0 (at first): none is expired.
void scan_now(struct scan *scan, uint64_t now);
// Forgets a stream that was cut, before the next one. After scan_block() with at_end there is nothing to forget.
void scan_reset(struct scan *scan);

// Scans the next part of a stream and returns how many bytes of it are done with: the caller gives the rest again, in front of
// what follows. All of n when the block ends with a newline or at_end is set; otherwise at least up to the last newline, and
// never more than SCAN_TAIL_MAX are left. A hit is reported once, also when its bytes are given twice.
// After `found` returned false the return value is 0 and the scan must be reset.
size_t scan_block(struct scan *scan, const uint8_t *bytes, size_t n, bool at_end);

// Indicators that one value can meet: a URL with a border at every byte, in three forms.
#define SCAN_VALUE_MAX (3 * OBSERVABLE_MAX)
// One value alone, already taken out of its format (a JSON field after parsing, a URL put together from host and path): the same
// meaning, no escapes. Returns the number of indicators met, at most `room` of which are written.
size_t scan_value(const struct indicator_set *set, uint64_t now, enum observable_type type, struct slice value,
                  uint32_t *indicators, size_t room);
// True when a URL indicator names this host (as in a domain or address field): then it pays to put the URL together.
bool scan_has_host(const struct indicator_set *set, struct slice host);
// Off by default. With it, a name or address that is the host of a URL indicator, and is not itself part of a URL there, is
// reported as a hit of type OBSERVABLE_URL whose indicator is SCAN_SPLIT: formats such as EVE and Zeek's http.log write host and
// path apart.
#define SCAN_SPLIT UINT32_MAX
void scan_split(struct scan *scan, bool on);

#endif
