// What is known about flaws, support and bans, in one mapped file (protocol/knowledge.md). Opening checks the header and every section's
// bounds; KNOWLEDGE_CHECK_ALL also the checksums of all sections. A damaged file can give a refusal or a wrong answer that a checksum
// would have shown, never a read outside the map; nor does one that is written to
// while it is mapped (one that is cut short then ends the process: SIGBUS).
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
	uint32_t kev_digest;                   // of all that the list of exploited flaws says of it; 0: none was made
	uint32_t epss_ppm, percentile_ppm;     // 0: none
};
struct knowledge_flaw knowledge_flaw(const struct knowledge *k, uint32_t flaw);
bool knowledge_flaw_find(const struct knowledge *k, struct slice id, uint32_t *flaw); // by any of its names

// What is said of a package or product: rows. Lookups are by exact key; NAMES_PRODUCT by vendor and product folded to lower case,
// trimmed, runs of blanks, '_' and '-' as one; NAMES_CPE by part, vendor and product of the CPE (`name`, in either form).
struct knowledge_row {
	uint32_t flaw;
	uint16_t source;
	enum names names;
	enum fact_status otherwise;
	bool negligible;
	uint16_t ranges;
	struct slice platform, fixed, justification;
	struct slice cpe;  // NAMES_CPE: the pattern without part, vendor and product, for cpe_covers(); empty when it says no more
	uint32_t internal; // for knowledge_range
};
struct knowledge_rows { // a walk; fields are the reader's own
	const struct knowledge *k;
	uint32_t at, end;
	enum names names;
};
struct knowledge_rows knowledge_affected(const struct knowledge *k, enum names names, struct slice ecosystem, struct slice vendor,
                                         struct slice name);
// The rows of products of that name, folded, whoever makes them: of each vendor a walk, of no more than KNOWLEDGE_NAMESAKES_MAX vendors,
// the first in byte order. Returns how many.
#define KNOWLEDGE_NAMESAKES_MAX 16u
size_t knowledge_namesakes(const struct knowledge *k, struct slice name, struct knowledge_rows rows[static KNOWLEDGE_NAMESAKES_MAX]);
bool knowledge_rows_next(struct knowledge_rows *rows, struct knowledge_row *row);
struct fact_range knowledge_range(const struct knowledge *k, const struct knowledge_row *row, size_t i);

// What one row says of one version: the status of the first entry that holds it, else `otherwise` (CVE record format, versions.md).
// STATUS_UNKNOWN has two meanings. why->text empty: the source itself says "unknown". Not empty: it cannot be computed; an entry that
// might hold the version and would change the answer has no order ("1.0 to 1.2: …"), or the version is none of its scheme. An entry that
// cannot be computed but would give the same answer as what follows does not hinder.
enum fact_status knowledge_status(const struct knowledge *k, const struct knowledge_row *row, struct slice version, struct why *why);

// Support: a product by its name, title, alias (any case) or identifier ("cpe:2.3:o:…", "cpe:/o:…", "pkg:…"; their versions do not
// count). An identifier that several products claim is that of the product whose name it ends with, else nobody's.
bool knowledge_product(const struct knowledge *k, struct slice name, uint32_t *product);
struct slice knowledge_product_name(const struct knowledge *k, uint32_t product);
struct slice knowledge_product_title(const struct knowledge *k, uint32_t product);
size_t knowledge_cycles(const struct knowledge *k, uint32_t product);
struct fact_cycle knowledge_cycle(const struct knowledge *k, uint32_t product, size_t i); // newest first, as the feed has them
// The cycle a version belongs to. A version is a row of numbers, words, '.' and '+'; a cycle holds it when the cycle's row begins the
// version's ("12" holds "12.5", "1.1" not "1.10", "8" holds "8u504"), the longest first. What else counts, in this order:
//   the cycle or its label itself ("2012 R2", "Windows Server 2022"; the product's own name before it is taken off);
//   the cycle's code name ("Big Sur"), or its first word ("bionic"); before a version it is taken off;
//   the cycle's `latest` itself, where the cycle's number begins it ("13.0.6500.1 GDR" is 13.0-sp3);
//   the beginning of a cycle up to words only ("11 24H2" for 11-24h2-e and 11-24h2-w);
//   the cycle, or its number alone where words follow it that a version need not show ("13.0.5000" for 13.0 and 13.0-sp3);
//   the cycle's `latest`, as a whole or as the beginning ("10.0.20348.2700" is Windows Server 2022);
//   a number of one part before words ("535.183.01" for r535-linux, r535-windows), where no other cycle's `latest` is more like it.
// Where several cycles hold it equally (editions of one build), knowledge_cycles_of() gives all, and knowledge_cycle_of() the one that
// is supported longest: what it calls unsupported is so in every edition.
size_t knowledge_cycles_of(const struct knowledge *k, uint32_t product, struct slice version, struct fact_cycle *cycles, size_t max);
bool knowledge_cycle_of(const struct knowledge *k, uint32_t product, struct slice version, struct fact_cycle *cycle);

size_t knowledge_banned(const struct knowledge *k);
struct fact_banned knowledge_banned_row(const struct knowledge *k, size_t i);
size_t knowledge_providers(const struct knowledge *k);
struct fact_provider knowledge_provider(const struct knowledge *k, size_t i);
// An alias for vendor and product, folded as above; false: none. A row with both names goes before one for the product of any vendor,
// this before one for all that the vendor makes: then *whole, and the product's name was not looked at.
bool knowledge_alias(const struct knowledge *k, struct slice vendor, struct slice product, struct slice *to, bool *whole);

#endif
