// Lists that people and package managers keep: CSV (RFC 4180; comma, semicolon or tab), and Wazuh's package inventory.
//
// The first row names the columns, in any order, in any case, words joined by blanks, '-' or '_':
//
//     name, product, package or software     kind            vendor or manufacturer     version     arch or architecture
//     ecosystem    source, source version    sourcerpm       purl     cpe     role      exposure    credentials
//     looked after by, caretaker             in use since, since            machine, host, hostname, asset
//
// and as Windows and inventory programs write them (DisplayName, DisplayVersion, Publisher, Computer name…), and in French and German
// (Produit, Fabricant, Rôle, Exposition…; Produkt, Hersteller, Rolle…), as the words in the cells may be (serveur, interne, par défaut…).
//
// A column with another name is told once and kept out; two that say the same are refused. So this is read as it is:
//
//     dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n'
//         behind a line: package version arch source source_version (between tabs)
//     rpm -qa --qf '%{NAME}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{VENDOR}\n'
//         behind a line: package version arch sourcerpm vendor
//
// A row has a name, a purl or a CPE. Its kind, where it does not say: package under the column "package", or with an ecosystem; what a CPE
// says (a, o, h); application. A date is 2026-01-31, alone or with a time (RFC 3339), or as spreadsheets write it, 31/12/2024, 31.12.2024, 31-12-2024
// or 2024/12/31, where that can be but one day: anything else refuses the row (01/02/2024, 45657, a yes or no), as does an unknown word. What
// stands under a column that is not known refuses nothing. A refused
// row is told, with its line, the column and the rule, and the rest is read.
//
// Under a column "machine" one table describes several: the rows of one stand together, and the sink hears machine() once for each.
// A row of a machine that was left before is refused: the table is to be sorted by that column.
#ifndef TOCSIN_INVENTORY_TABLE_H
#define TOCSIN_INVENTORY_TABLE_H

#include "inventory/inventory.h"

#define TABLE_MACHINES_MAX 1000000u
#define TABLE_NAMES_MAX (64u << 20) // bytes of their names

struct table_options {
	struct slice machine;   // name of the only machine, or of what the list describes
	struct slice ecosystem; // of the packages that do not say theirs: "Debian:12"; a distribution's says the machine's system, too
	struct slice caretaker; // empty: that of the machine's first row. The rest as in struct machine
	enum item_role role;
	enum item_exposure exposure;
	int64_t taken;
};

// From the descriptor's place on; the caller closes it. ERR_INPUT: no table (no head, no column with a name, a column twice), with
// the line; ERR_LIMIT: over INVENTORY_ITEMS_MAX or TABLE_MACHINES_MAX; ERR_SYSTEM. Other errors: the sink's.
MUST_USE enum err inventory_table(int fd, const char *name, const struct table_options *o, const struct inventory_sink *sink, struct why *why);

// Wazuh's inventory of packages ({"items": [{"data": {"package": {"name", "version", "source", "architecture", "type"…}}}]}). Packages of
// type "deb", "rpm" or "apk" are of the ecosystem given; a package manager's that is OSV's ("npm", "pypi") of that; others applications.
// An item that breaks a rule is refused, by its ordinal.
MUST_USE enum err inventory_wazuh(int fd, const char *name, const struct table_options *o, const struct inventory_sink *sink, struct why *why);

#endif
