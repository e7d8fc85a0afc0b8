// Inside lib/inventory: what the readers of CycloneDX and SPDX have in common.
#ifndef TOCSIN_INVENTORY_BILL_H
#define TOCSIN_INVENTORY_BILL_H

#include "inventory/sbom.h"
#include "json/json.h"
#include "product/purl.h"

#define BILL_DESCRIBED_MAX 8 // packages that an SPDX document says it describes; more are taken as any other

enum bill_format { BILL_UNKNOWN, BILL_CYCLONEDX, BILL_SPDX };

struct bill_text {
	char p[INVENTORY_TEXT_MAX];
	size_t n;
};

struct bill {
	const char *name;
	const struct inventory_sink *sink;
	bool looks;               // the first reading: only what concerns the whole
	enum bill_format wanted;  // BILL_UNKNOWN: either
	enum bill_format format;  // as the document says
	bool told, os_sure;
	uint64_t ordinal, items, passed;
	uint64_t modular; // packages of modules
	uint64_t system_at; // 1 + the number of the component that told the system; 0: none
	int64_t taken;
	struct bill_text machine, os_id, os_version, os_name, os_codename, ecosystem;
	struct bill_text described[BILL_DESCRIBED_MAX];
	size_t describes;
	bool named; // the machine, by what is described
	struct buf item_ecosystem, item_name, item_version, item_purl, item_cpe, item_source, item_source_version, spelling;
};

// An item as the document says it; whatever it is made of lives until bill_item returns.
struct draft {
	enum item_kind kind;
	bool kind_sure; // otherwise a purl may say better
	bool faint;     // no item without purl or CPE
	bool modular;   // of a module of rpm's
	struct slice group, name, version, vendor, purl, cpe;
	struct slice source, source_version;                // whole
	struct slice source_release, source_epoch;          // of trivy's, besides
	struct slice source_rpm;                            // "name-version-release.src.rpm"
};

// Keeps a text about the whole; one that cannot be is refused without a number.
MUST_USE enum err bill_keep(struct bill *b, struct bill_text *to, struct slice text, struct why *why);
// The operating system, by the words of a scanner: "debian", "12.5". Sure: a component says so, and the first one counts.
MUST_USE enum err bill_system(struct bill *b, struct slice id, struct slice release, struct slice pretty, bool sure, struct why *why);
// The component is the system that was told with the machine, and has nothing else to look it up by; or it is a distribution: its packages
// are held against its own word, and a CPE of the whole ("debian_linux 12") against no fix that it took over.
bool bill_is_told(const struct bill *b, bool system, const struct draft *d);
// A purl is looked at for its distribution as long as nothing is known of the system.
MUST_USE enum err bill_look(struct bill *b, struct slice purl, struct why *why);
// Hands the machine over, unless that is done.
MUST_USE enum err bill_machine(struct bill *b, struct why *why);
// Hands the item over, numbered b->ordinal, and before the first one the machine.
MUST_USE enum err bill_item(struct bill *b, const struct draft *d, struct why *why);
MUST_USE enum err bill_refuse(struct bill *b, struct slice text, const char *rule, struct why *why);
// RFC 3339; else refused.
MUST_USE enum err bill_taken(struct bill *b, const struct json *object, const char *field, struct why *why);

// One part of the document each (sbom.c).
MUST_USE enum err cyclonedx_metadata(struct bill *b, const struct json *metadata, struct why *why);
MUST_USE enum err cyclonedx_component(struct bill *b, const struct json *component, struct why *why);
MUST_USE enum err spdx_package(struct bill *b, const struct json *package, struct why *why);
MUST_USE enum err spdx_relationship(struct bill *b, const struct json *relationship, struct why *why);
MUST_USE enum err spdx_describes(struct bill *b, struct slice id, struct why *why);

#endif
