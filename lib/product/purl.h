// Package URLs (purl), github.com/package-url/purl-spec: read from the right, percent-decoded, and written canonically.
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

// The parts live in `room` (PURL_MAX bytes). Type and the names of types that say so are lower-cased; PyPI's '_' becomes '-'.
// ERR_INPUT: place, value, rule; ERR_LIMIT.
MUST_USE enum err purl_parse(struct slice text, char room[static PURL_MAX], struct purl *p, struct why *why);
void purl_print(const struct purl *p, struct buf *out); // canonical
struct slice purl_qualifier(const struct purl *p, const char *key); // empty: none

// OSV's word for the packages of such a purl: "npm", "PyPI", "Go", "crates.io", "Maven", "Debian:12" (deb with distro=debian-12 or a
// codename), "Ubuntu:22.04:LTS", "Alpine:v3.20", "AlmaLinux:9"…; false where it cannot be told. And the name as that ecosystem
// writes it ("@adonisjs/core", "org.apache.logging.log4j:log4j-core", "github.com/a/b").
bool purl_ecosystem(const struct purl *p, struct buf *ecosystem, struct buf *name);

#endif
