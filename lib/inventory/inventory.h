// What is on a machine, or in a product, however it was told: package databases, a CycloneDX or SPDX document, a table, or the
// inventory file that this project writes itself (protocol/inventory.md). Every reader hands the same two things to a sink, one
// after the other: the machine, then its items. Nothing is kept here: a document of a gigabyte is a stream of items.
//
//     machine.h  a machine's own databases        native.h  the project's inventory file, read and written
//     table.h    CSV, lists of package managers   sbom.h    CycloneDX, SPDX
//
// All slices are valid UTF-8 without control characters, trimmed, and live until the sink's function returns. Empty: not said.
#ifndef TOCSIN_INVENTORY_INVENTORY_H
#define TOCSIN_INVENTORY_INVENTORY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define INVENTORY_TEXT_MAX 1024        // bytes of one value; a longer one refuses its item, by line
#define INVENTORY_ITEMS_MAX 20000000u  // of one inventory
#define INVENTORY_UNKNOWN_DATE INT64_MIN

enum item_kind { ITEM_PACKAGE, ITEM_LIBRARY, ITEM_APPLICATION, ITEM_SYSTEM, ITEM_FIRMWARE, ITEM_EQUIPMENT, ITEM_KINDS };
enum item_role { ROLE_UNKNOWN, ROLE_WORKSTATION, ROLE_SERVER, ROLE_NETWORK, ROLE_INDUSTRIAL, ROLE_MEDICAL, ROLE_OTHER, ROLE_COUNT };
enum item_exposure { EXPOSURE_UNKNOWN, EXPOSURE_ISOLATED, EXPOSURE_INTERNAL, EXPOSURE_INTERNET, EXPOSURE_COUNT };
enum item_credentials { CREDENTIALS_UNKNOWN, CREDENTIALS_CHANGED, CREDENTIALS_DEFAULT, CREDENTIALS_COUNT };

// The words of the enumerations, as files and options write them: "package", "workstation", "internet", "default"; "" for unknown.
const char *item_kind_name(enum item_kind k);
const char *item_role_name(enum item_role r);
const char *item_exposure_name(enum item_exposure e);
const char *item_credentials_name(enum item_credentials c);
bool item_kind_named(struct slice name, enum item_kind *k);
bool item_role_named(struct slice name, enum item_role *r);
bool item_exposure_named(struct slice name, enum item_exposure *e);
bool item_credentials_named(struct slice name, enum item_credentials *c);

struct machine {
	struct slice name;        // host name or asset number
	struct slice os_id;       // os-release ID: "debian", "ubuntu", "rhel", "almalinux", "alpine"
	struct slice os_version;  // VERSION_ID: "12", "22.04", "9.4", "3.20.1"; "" on Debian testing
	struct slice os_name;     // PRETTY_NAME
	struct slice os_codename;
	struct slice ecosystem;   // OSV's word for its packages: "Debian:12", "Ubuntu:22.04:LTS", "Alpine:v3.20", "AlmaLinux:9"…
	// As uname -r says, and what a restart would bring: the newest installed image of the same flavour. Equal: nothing newer is installed.
	// Where a package was replaced by another build of the same release, both have the package's version behind a blank.
	struct slice kernel_running, kernel_installed;
	struct slice caretaker;   // who looks after it: a name in the register of providers, or the organisation itself
	enum item_role role;
	enum item_exposure exposure;
	int64_t taken;            // when this was read, Unix seconds, or INVENTORY_UNKNOWN_DATE
	int64_t updated;          // when the package manager last changed something, or INVENTORY_UNKNOWN_DATE
};

#define INVENTORY_NOBODY "-" // as a caretaker, also a machine's

struct item {
	enum item_kind kind;
	struct slice ecosystem;      // OSV's word ("Debian:12", "npm", "PyPI", "Go", "crates.io"…) when name and version are its own
	struct slice name, version;
	struct slice source, source_version; // the source package it was built from; empty: the same as name and version
	struct slice vendor, arch;
	struct slice purl, cpe;      // canonical (lib/product)
	struct slice caretaker;      // empty: the machine's; INVENTORY_NOBODY: nobody
	enum item_role role;         // unknown: as the machine's
	enum item_exposure exposure; // unknown: as the machine's
	enum item_credentials credentials;
	int64_t since;               // in use since, Unix seconds, or INVENTORY_UNKNOWN_DATE
	uint64_t line;               // line, or ordinal from 1 where the format has none
};

// A process that still runs a file its package has replaced.
struct restart {
	struct slice process; // its command name
	struct slice unit;    // systemd unit, when known
	struct slice file;    // the deleted file it has mapped
	uint64_t pid;
};

// Something that could not be taken, told and passed over: nothing is lost in silence. Also a note: what was taken, or concerns the
// whole, and should be known ("dpkg is at work").
struct refused {
	uint64_t line;     // 0: none
	struct slice text; // what it is about, cut at INVENTORY_SHOWN_MAX bytes
	const char *why;
};
#define INVENTORY_SHOWN_MAX 120

// Functions may be NULL. Anything but ERR_OK stops the reader and becomes its result.
struct inventory_sink {
	void *context;
	enum err (*machine)(void *context, const struct machine *m, struct why *why); // once, before the items; a table: once per machine
	enum err (*item)(void *context, const struct item *i, struct why *why);
	enum err (*restart)(void *context, const struct restart *r, struct why *why);
	enum err (*refused)(void *context, const struct refused *r, struct why *why);
	enum err (*note)(void *context, const struct refused *r, struct why *why);
};

// For readers: what every value goes through. Takes outer blanks off (also U+00A0, U+200B and U+FEFF, which spreadsheets leave);
// false, with the rule, when it is over INVENTORY_TEXT_MAX, no UTF-8, or holds a control character. *text is a part of raw.
bool inventory_text(struct slice raw, struct slice *text, const char **rule);
// The same for what may not be lost for its form, such as the name of a host or of a file: longer text is cut, and '?' stands for what is
// refused above. *text is a part of raw, or is in room. False: it is not as it was, which is to be told.
bool inventory_mend(struct slice raw, char room[static INVENTORY_TEXT_MAX], struct slice *text);
// Hands the machine to the sink. A name that is no such text is mended and told, as is a date of its last change before 1970 or after 9999,
// which is then unknown.
MUST_USE enum err inventory_begin(const struct inventory_sink *sink, const struct machine *m, struct why *why);
// Hands an explanation to the sink, its text cut and made printable. ERR_OK when the sink has no such function.
MUST_USE enum err inventory_refuse(const struct inventory_sink *sink, uint64_t line, struct slice text, const char *rule, struct why *why);
MUST_USE enum err inventory_note(const struct inventory_sink *sink, uint64_t line, struct slice text, const char *rule, struct why *why);

#endif
