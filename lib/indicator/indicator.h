// The compiled set of indicators: one file, mapped and not loaded, shared by every process that scans
// (protocol/indicator-set.md).
//
// Opening verifies the checksum of every section (hardware CRC-32C: a million indicators in some ten milliseconds) and the bounds
// of every section; what a record or a slot points at is checked at each use, so a hostile file gives wrong answers at worst.
// A set that is open never changes: whoever replaces the file renames a new one over it.
#ifndef TOCSIN_INDICATOR_INDICATOR_H
#define TOCSIN_INDICATOR_INDICATOR_H

#include "observable/extract.h"

#define INDICATORS_MAX 50000000u      // indicators of one set
#define INDICATOR_FILE_MAX (8ull << 30) // bytes of a set file
#define INDICATOR_TEXT_MAX 255        // bytes of an id or a source; longer ones are cut at a character
#define INDICATOR_CONFIDENCE_NONE 255 // otherwise 0 to 100

// Permissible Actions Protocol, as MISP and the operators use it. PAP:CLEAR was PAP:WHITE.
enum indicator_pap { INDICATOR_PAP_NONE, INDICATOR_PAP_CLEAR, INDICATOR_PAP_GREEN, INDICATOR_PAP_AMBER, INDICATOR_PAP_RED };

// What goes with an indicator. Borrowed text.
struct indicator_meta {
	struct slice id, source;
	enum extract_tlp tlp;
	enum indicator_pap pap;
	uint8_t confidence;
	uint64_t expiry; // seconds since 1970 from which it no longer matches; 0: never
};

struct indicator {
	struct observable what; // canonical; a URL given without a scheme is "any://host/path"
	struct indicator_meta meta; // text valid until indicator_close()
};

struct indicator_set;

// Maps the file. ERR_ABSENT: no such file; ERR_INPUT: no set file, another version, truncated or damaged (why says which
// section);
// ERR_LIMIT: over INDICATOR_FILE_MAX. The set may be read by several threads.
MUST_USE enum err indicator_open(const char *path, struct indicator_set **set, struct why *why);
// The same over bytes in memory, borrowed until indicator_close(); `bytes` is aligned to 8 or more.
MUST_USE enum err indicator_open_bytes(struct slice bytes, struct indicator_set **set, struct why *why);
void indicator_close(struct indicator_set *set); // NULL allowed

uint32_t indicator_count(const struct indicator_set *set);
uint32_t indicator_count_of(const struct indicator_set *set, enum observable_type type);
uint64_t indicator_made(const struct indicator_set *set); // seconds since 1970, as the compiler was told
size_t indicator_bytes(const struct indicator_set *set);  // of the mapped file
// The indicator of that index (0 to count - 1). False when the index or what the file says there is out of bounds.
MUST_USE bool indicator_get(const struct indicator_set *set, uint32_t index, struct indicator *out);
bool indicator_expired(const struct indicator_set *set, uint32_t index, uint64_t now);
const char *indicator_pap_name(enum indicator_pap pap); // "PAP:GREEN"; "" for none

#endif
