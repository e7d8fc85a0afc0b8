// Package URLs (purl), github.com/package-url/purl-spec: read from the right, percent-decoded, and written canonically.
//
// Read as they are found: an upper-case key, "pkg://", empty segments and an unescaped scope without a version ("pkg:npm/@a/b")
// are accepted; whether a type asks for a namespace or a version, or forbids one, is not looked at ("pkg:golang/stdlib" is
// written by everybody). Refused: another scheme, no name, a malformed type or key, a key without value sign or twice, percent
// signs that encode nothing, a '/' encoded inside a segment of the namespace, decoded bytes that are no UTF-8 or control
// characters.
#ifndef TOCSIN_PRODUCT_PURL_H
#define TOCSIN_PRODUCT_PURL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define PURL_MAX 2048
#define PURL_QUALIFIERS_MAX 16

struct purl {
	struct slice type, space, name, version, subpath; // decoded; space: namespace, segments joined by '/'
	struct { struct slice key, value; } qualifier[PURL_QUALIFIERS_MAX]; // sorted by key
	size_t qualifiers;
};

// The parts live in `room` (PURL_MAX bytes). Type and the names of types that say so are lower-cased (not those of npm and
// golang, whose names have a case); PyPI's '_' becomes '-'. ERR_INPUT: place, value, rule; ERR_LIMIT.
MUST_USE enum err purl_parse(struct slice text, char room[static PURL_MAX], struct purl *p, struct why *why);
void purl_print(const struct purl *p, struct buf *out); // canonical
struct slice purl_qualifier(const struct purl *p, const char *key); // empty: none

// OSV's word for the packages of such a purl: "npm", "PyPI", "Go", "crates.io", "Maven", "Debian:12" (deb with distro=debian-12
// or a codename), "Ubuntu:22.04:LTS", "Alpine:v3.20", "AlmaLinux:9"…; false where it cannot be told. And the name as
// it is looked up in that ecosystem (ecosystem_name: "@adonisjs/core", "org.apache.logging.log4j:log4j-core", "github.com/A/b").
bool purl_ecosystem(const struct purl *p, struct buf *ecosystem, struct buf *name);

// A package of dpkg's, rpm's or apk's?
bool purl_is_distributed(const struct purl *p);
// The distribution that the purl of a deb, rpm or apk is for: os-release's ID, and a number or codename ("debian", "12.5"), from
// the qualifier distro as syft ("rhel-9.2"), trivy ("redhat-9.2", and "3.16.0" of the namespace alpine), cdxgen (distro_name) and
// the specification ("jessie") write it. False where it is not said.
bool purl_distribution(const struct purl *p, struct slice *id, struct slice *release);
// os-release's ID for the word of a scanner: "rhel" for "redhat"; any other word is itself.
struct slice distribution_id(struct slice word);
// OSV's word for the packages of a distribution: `id` as os-release or a scanner writes it ("debian", "rhel", "redhat", "alma",
// "opensuse-leap"), `release` a number or a codename ("12", "12.5", "bookworm", "22.04", "3.20.1"). False where it cannot be
// told.
bool distribution_ecosystem(struct slice id, struct slice release, struct buf *ecosystem);
// The other way round, for what says nothing but its ecosystem: os-release's ID and VERSION_ID ("debian", "12"; both are parts of the
// ecosystem or constants). False, and both empty, where it is no distribution's, or says no release.
bool distribution_of_ecosystem(struct slice ecosystem, struct slice *id, struct slice *release);
// An ecosystem that OSV writes otherwise, in whose packages nothing would ever be found ("Debian 12", "Alpine:3.20", "NPM"): how it begins
// there ("Debian:", "Alpine:v", "npm"). NULL: it is none of those, known or not.
const char *ecosystem_misspelt(struct slice text);
// A package's name as it is looked up in that ecosystem: PyPI's normalised (PEP 503: lower case, runs of '-', '_' and '.' one
// '-'), NuGet's and Packagist's in lower case, every other unchanged. Both sides of a comparison must have gone through here.
void ecosystem_name(struct slice ecosystem, struct slice name, struct buf *out);

#endif
