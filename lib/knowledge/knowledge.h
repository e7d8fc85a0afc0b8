// What is known about flaws, support and bans, in one mapped file (protocol/knowledge.md). Opening checks the header and every section's
// bounds; KNOWLEDGE_CHECK_ALL also the checksums of all sections. A damaged file can give a refusal or a wrong answer that a checksum
// would have shown, never a read outside the map.
#ifndef TOCSIN_KNOWLEDGE_KNOWLEDGE_H
#define TOCSIN_KNOWLEDGE_KNOWLEDGE_H

#include "knowledge/fact.h"

#define KNOWLEDGE_FILE_MAX (2ull << 30)

struct knowledge;

enum knowledge_check { KNOWLEDGE_CHECK_BOUNDS, KNOWLEDGE_CHECK_ALL };
MUST_USE enum err knowledge_open(const char *path, enum knowledge_check check, struct knowledge **k, struct why *why);
MUST_USE enum err knowledge_open_bytes(struct slice bytes, struct knowledge **k, struct why *why); // borrowed; checks all
void knowledge_close(struct knowledge *k); // NULL allowed
int64_t knowledge_made(const struct knowledge *k);

struct knowledge_source {
	enum source_kind kind;
	struct slice name, author;
	int64_t dated, taken; // the feed's own day; when it came in
	uint64_t records;     // held now
};
size_t knowledge_sources(const struct knowledge *k);
struct knowledge_source knowledge_source(const struct knowledge *k, size_t i);

// A flaw: all that is said of one identifier, aliases joined (a GHSA whose alias is a CVE is that CVE).
struct knowledge_flaw {
	struct slice id, title; // the CVE where there is one
	uint8_t score10, cvss;
	bool rejected, known_exploited, ransomware;
	int64_t published, kev_added, kev_due; // FACT_NO_DATE: none
	uint32_t epss_ppm, percentile_ppm;     // 0: none
};
struct knowledge_flaw knowledge_flaw(const struct knowledge *k, uint32_t flaw);
bool knowledge_flaw_find(const struct knowledge *k, struct slice id, uint32_t *flaw); // by any of its names

// What is said of a package or product: rows. Lookups are by exact key; NAMES_PRODUCT by vendor and product folded to lower case,
// trimmed, inner blanks as one; NAMES_CPE by part, vendor and product of the CPE.
struct knowledge_row {
	uint32_t flaw;
	uint16_t source;
	enum names names;
	enum fact_status otherwise;
	bool negligible;
	uint16_t ranges;
	struct slice platform, fixed, justification;
	uint32_t internal; // for knowledge_range
};
struct knowledge_rows { // a walk; fields are the reader's own
	const struct knowledge *k;
	uint32_t at, end;
};
struct knowledge_rows knowledge_affected(const struct knowledge *k, enum names names, struct slice ecosystem, struct slice vendor,
                                         struct slice name);
bool knowledge_rows_next(struct knowledge_rows *rows, struct knowledge_row *row);
struct fact_range knowledge_range(const struct knowledge *k, const struct knowledge_row *row, size_t i);

// What one row says of one version. STATUS_UNKNOWN: nothing that can be computed, and *why tells which entry stopped it.
enum fact_status knowledge_status(const struct knowledge *k, const struct knowledge_row *row, struct slice version, struct why *why);

// Support: a product by its name, title, alias (any case) or identifier ("cpe:2.3:o:…", "cpe:/o:…", "pkg:…" without version).
bool knowledge_product(const struct knowledge *k, struct slice name, uint32_t *product);
struct slice knowledge_product_name(const struct knowledge *k, uint32_t product);
struct slice knowledge_product_title(const struct knowledge *k, uint32_t product);
size_t knowledge_cycles(const struct knowledge *k, uint32_t product);
struct fact_cycle knowledge_cycle(const struct knowledge *k, uint32_t product, size_t i); // newest first, as the feed has them
// The cycle a version belongs to: the longest cycle that equals it or begins it at a border ("12" holds "12.5", "1.1" not "1.10").
bool knowledge_cycle_of(const struct knowledge *k, uint32_t product, struct slice version, struct fact_cycle *cycle);

size_t knowledge_banned(const struct knowledge *k);
struct fact_banned knowledge_banned_row(const struct knowledge *k, size_t i);
size_t knowledge_providers(const struct knowledge *k);
struct fact_provider knowledge_provider(const struct knowledge *k, size_t i);
// An alias for vendor and product, folded as above; false: none.
bool knowledge_alias(const struct knowledge *k, struct slice vendor, struct slice product, struct slice *to);

#endif
