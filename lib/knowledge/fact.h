// What a feed says, one statement at a time. Parsers of feeds (lib/feed) hand facts to a sink; the knowledge (build.h) is made of
// them; between a parser's process and the builder's they travel as bytes (fact_put, fact_take).
//
// Slices live until the sink returns. Dates are Unix seconds at 00:00 UTC of the day unless a time is known; FACT_NO_DATE: not said.
#ifndef TOCSIN_KNOWLEDGE_FACT_H
#define TOCSIN_KNOWLEDGE_FACT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/slice.h"
#include "version/version.h"

#define FACT_NO_DATE INT64_MIN
#define FACT_TEXT_MAX 1024u    // bytes of a name, version, title (titles are cut at a character, names are refused)
#define FACT_LIST_MAX 16384u   // aliases, version entries, identifiers of one fact
#define FACT_BYTES_MAX (40u << 20) // of one encoded fact: every fact within the limits above fits
#define FACT_DATE_MAX (TIME_YEAR_10000 - 1)

// Written in files: never renumber.
enum source_kind {
	SOURCE_CVE = 1,     // CVE JSON 5.x records, also as lines (an indexer's ndjson)
	SOURCE_OSV = 2,
	SOURCE_DEBIAN = 3,  // security-tracker.debian.org's JSON
	SOURCE_CSAF = 4,    // CSAF 2.0, VEX profile included
	SOURCE_OPENVEX = 5,
	SOURCE_KEV = 6,
	SOURCE_EPSS = 7,
	SOURCE_EOL = 8,     // endoflife.date
	SOURCE_BANNED = 9,  // the authority's list of banned and high-risk equipment
	SOURCE_PROVIDERS = 10, // the register of qualified providers
	SOURCE_ALIASES = 11,
	SOURCE_TABLE = 12,  // a table of affected packages
	SOURCE_KINDS
};
const char *source_kind_name(enum source_kind k); // "cve", "osv", "debian", …
bool source_kind_named(struct slice name, enum source_kind *k);

enum fact_status { STATUS_UNKNOWN, STATUS_AFFECTED, STATUS_UNAFFECTED, STATUS_FIXED, STATUS_INVESTIGATED };

// Where a feed comes from and of which day. First fact of a feed; all that follow belong to it.
struct fact_source {
	enum source_kind kind;
	struct slice name;   // "OSV Debian", "CISA KEV": with the kind, what a later update replaces
	struct slice author; // who says so
	int64_t dated;       // what the feed says of its own age; of record feeds the newest record's change
	bool whole;          // replaces all that this source said before; else record by record
};

struct fact_flaw {
	struct slice id;     // "CVE-2024-3094", "GHSA-…", "DSA-5649-1"
	struct slice title;
	const struct slice *aliases;
	size_t aliases_n;
	int64_t published, modified; // `modified` decides between two statements of one record: the later wins
	uint8_t score10;     // CVSS base score x 10; 0: none given
	uint8_t cvss;        // 2, 3, 4: of which version; 0: none
	bool rejected;       // withdrawn: nothing it says counts
};

enum names { NAMES_SOURCE, NAMES_BINARY, NAMES_PRODUCT, NAMES_CPE }; // what `name` is a name of

// One entry of a version list: [from, to) or [from, to] or the single version `from`.
struct fact_range {
	struct slice from, to;       // from "0" or "": no lower bound; to "*" or "": no upper bound
	bool single;                 // `from` alone; compared as text where the scheme has no order
	bool closed;                 // `to` itself is inside
	enum fact_status status;
	enum version_scheme scheme;
};

struct fact_affected {
	struct slice flaw;           // id
	enum names names;
	struct slice ecosystem;      // NAMES_SOURCE, _BINARY: OSV's word with its release ("Debian:12"); others: ""
	struct slice vendor;         // NAMES_PRODUCT
	struct slice name;           // package; product; canonical CPE 2.3 formatted string with version ANY
	struct slice platform;       // restricts to a platform, as given; "": all
	enum fact_status otherwise;  // of a version in no range
	const struct fact_range *ranges; // the first that holds wins
	size_t ranges_n;
	struct slice fixed;          // the version that cures, when the feed names one
	struct slice justification;  // VEX: why it is not affected
	bool negligible;             // the distribution says: no security support needed ("unimportant")
};

struct fact_kev {
	struct slice id, vendor, product, name;
	int64_t added, due;
	bool ransomware;
	uint32_t digest; // of the whole entry, so that any change of it is seen; 0: none was made
};

struct fact_epss {
	struct slice id;
	uint32_t score_ppm, percentile_ppm; // millionths
};

// A day, or a plain yes or no: endoflife.date gives either.
struct fact_day {
	enum { DAY_NONE, DAY_DATE, DAY_NO, DAY_YES } is;
	int64_t day;
};

struct fact_product { // of the end-of-life data
	struct slice name, title, category;
	const struct slice *names; // further names and identifiers: "alias:…", "cpe:…", "purl:…", "repology:…"
	size_t names_n;
};

struct fact_cycle {
	struct slice product, cycle, label, latest, codename;
	int64_t released, latest_released;
	struct fact_day eol, eoas, eoes, discontinued, lts;
};

struct fact_banned {
	struct slice vendor, product; // product "": all of the vendor's
	struct slice level;           // "banned", "restricted"
	struct slice use;             // asset class: "core", "access", "management", "any"
	struct slice basis, note;
	int64_t from, out_by;         // forbidden from; what is in place must be gone by
};

struct fact_provider {
	struct slice name, number, qualification, activities, level, basis;
	struct slice key; // of its inspections' signatures: Ed25519, 64 hexadecimal digits, or empty
	int64_t from, until;
	bool suspended;
};

struct fact_alias { // vendor and product as people write them -> what a feed calls them
	struct slice vendor, product; // one of them may be "": of whatever vendor; all that the vendor makes
	struct slice to; // "cpe:2.3:…" (version ANY), "pkg:type/name", or "eol:product"
};

enum fact_kind {
	FACT_SOURCE = 1, FACT_FLAW, FACT_AFFECTED, FACT_KEV, FACT_EPSS, FACT_PRODUCT, FACT_CYCLE, FACT_BANNED, FACT_PROVIDER, FACT_ALIAS,
	FACT_REFUSED // a record that could not be taken: `refused`
};

struct fact {
	enum fact_kind kind;
	union {
		struct fact_source source;
		struct fact_flaw flaw;
		struct fact_affected affected;
		struct fact_kev kev;
		struct fact_epss epss;
		struct fact_product product;
		struct fact_cycle cycle;
		struct fact_banned banned;
		struct fact_provider provider;
		struct fact_alias alias;
		struct slice refused; // "CVE-2024-1.json: containers.cna.affected[3].versions: …"
	};
};

// What every reader of facts may rely on: names that must be there are, every text is UTF-8 without control characters and within
// FACT_TEXT_MAX, lists within FACT_LIST_MAX, words of enumerations known, dates FACT_NO_DATE or 0 to FACT_DATE_MAX. ERR_INPUT or
// ERR_LIMIT with the field, its value and the rule.
MUST_USE enum err fact_check(const struct fact *f, struct why *why);
// A title within FACT_TEXT_MAX, cut at a character.
struct slice fact_title(struct slice text);

typedef enum err fact_sink(void *context, const struct fact *f, struct why *why);

// One fact as bytes, with its length before it, and back. A fact over the limits gives `out` the status ERR_LIMIT. The taken fact's
// texts lie in *in; its lists live in `room` until its next use. Taking checks the form (lengths, words, flags, nothing left over),
// not the texts: fact_check() does.
void fact_put(struct buf *out, const struct fact *f);
struct fact_room; // scratch memory of fact_take
struct fact_room *fact_room_new(void); // NULL: no memory
void fact_room_free(struct fact_room *r);
// Takes the first whole fact of *in and moves *in on. ERR_ABSENT: not all of it is there yet; ERR_INPUT: no fact; ERR_SYSTEM.
MUST_USE enum err fact_take(struct slice *in, struct fact_room *room, struct fact *f, struct why *why);

#endif
