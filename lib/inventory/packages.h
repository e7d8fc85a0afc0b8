// The package databases of distributions, from their bytes: what dpkg, apk and rpm keep below var/lib and lib. A record that breaks a
// rule is refused, by line, and the rest is read. Only what is on the machine is an item.
#ifndef TOCSIN_INVENTORY_PACKAGES_H
#define TOCSIN_INVENTORY_PACKAGES_H

#include "inventory/inventory.h"

#define PACKAGES_BYTES_MAX (256u << 20) // of a text database

// Names and versions of packages: ASCII without blanks and control characters, at least one.
bool package_is_word(struct slice s);

// dpkg's status file (deb-control(5), dpkg-query(1) for the states). `stateless`: a file of var/lib/dpkg/status.d, as images
// without dpkg have them: no Status, installed. A package is on the machine in every state but not-installed and config-files;
// states other than "installed" are told as a note. Slices handed out are parts of `text`.
MUST_USE enum err dpkg_read(struct slice text, bool stateless, struct slice ecosystem, const struct inventory_sink *sink, struct why *why);

// What dpkg calls Source, "gcc-12" or "gcc-12 (12.2.0-14)", into the item, whose name is set: empty where it says nothing new. False: it is
// neither.
bool dpkg_source(struct slice source, struct item *i);

// apk's lib/apk/db/installed. The source is the origin; its version is the package's own.
MUST_USE enum err apk_read(struct slice text, struct slice ecosystem, const struct inventory_sink *sink, struct why *why);

// One header of rpm's database (rpm's documentation, "Package format" and "Header regions"): without magic, index then data, all big-endian.
struct rpm_header {
	struct slice name, version, release, arch, sourcerpm, vendor; // parts of the blob
	struct slice module; // MODULARITYLABEL, "nodejs:18:8090020240301:…"
	bool has_epoch;
	uint32_t epoch;
	uint32_t installed; // Unix seconds; 0: not said
};
// False with the rule. Lengths and offsets are all checked; of a tag written twice the later one counts (added after installation), and it
// alone is looked at: time is linear in the number of entries.
bool rpm_header_parse(struct slice blob, struct rpm_header *h, const char **rule);

// rpm's database, in any of its forms (rpm_form.h), read into memory as one state of it: SQLite's with what its write-ahead log has
// committed. No library opens a file, none writes one. Closed with rpm_close.
#define RPM_DATABASE_MAX (512u << 20) // bytes, of the database and of its log
struct rpm_database;
// ERR_ABSENT: no such file; ERR_INPUT: no rpm database, or a damaged one; ERR_AWAY: it is being written, three times; ERR_LIMIT, ERR_DENIED,
// ERR_SYSTEM.
MUST_USE enum err rpm_open(int root, const char *path, struct rpm_database **db, struct why *why);
void rpm_close(struct rpm_database *db); // NULL allowed
// Every package but the keys that rpm keeps as packages (gpg-pubkey); item.line is the number in the database. *updated (may be NULL):
// when the last one was installed, left alone when none says so. A header that breaks a rule is refused; a database that is
// damaged is ERR_INPUT. A note at the end where packages are of modules (below).
MUST_USE enum err rpm_read(struct rpm_database *db, struct slice ecosystem, const struct inventory_sink *sink, int64_t *updated, struct why *why);

// Tells, also for SBOMs, that n packages are of modules, unless none is: which stream a flaw's versions are of, nobody's data say.
MUST_USE enum err rpm_note_modules(const struct inventory_sink *sink, uint64_t n, struct why *why);

// Source and its version from what rpm calls SOURCERPM, "bash-5.1.8-6.el9.src.rpm", into the item, whose name and version are set: for rpm's
// database, tables, Wazuh's list and SBOMs alike. The file's name has no epoch: the source's version gets the item's where version and
// release are the same, else none. False: no such name.
bool rpm_source(struct slice sourcerpm, struct item *i);

#endif
