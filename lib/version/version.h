// Which of two versions is newer, exactly as the packager's own tools say; and what cannot be said.
//
//   deb     deb-version(7): [epoch:]upstream[-revision]           rpm     rpm's EVR: [epoch:]version[-release], rpmvercmp
//   apk     Alpine's apk_version.c                                semver  Semantic Versioning 2.0.0, section 11
//   pep440  Python's version specifiers (PEP 440)                 maven   Maven's ComparableVersion
//   gem     RubyGems' Gem::Version                                 numbers  dotted decimal numbers alone ("3.0.11"): products
//
// VERSION_CUSTOM (a CVE record's versionType "custom", "git" or an unknown word) has no order: nothing is guessed.
#ifndef TOCSIN_VERSION_VERSION_H
#define TOCSIN_VERSION_VERSION_H

#include <stdbool.h>

#include "base/err.h"
#include "base/slice.h"

#define VERSION_MAX 256 // bytes of one version; a longer one is refused, never cut

// Written in files: never renumber.
enum version_scheme {
	VERSION_CUSTOM = 0,
	VERSION_DEB = 1,
	VERSION_RPM = 2,
	VERSION_APK = 3,
	VERSION_SEMVER = 4,
	VERSION_PEP440 = 5,
	VERSION_MAVEN = 6,
	VERSION_GEM = 7,
	VERSION_NUMBERS = 8,
	VERSION_SCHEMES
};

const char *version_scheme_name(enum version_scheme s); // "deb", "rpm", … "custom"
// The scheme of a CVE record's versionType ("semver", "python", "rpm", "maven", "deb", "dpkg", "apk"…; any case); VERSION_CUSTOM
// for "custom", "git", "" and every other word.
enum version_scheme version_scheme_of_type(struct slice version_type);
// The scheme of an OSV ecosystem, before its first colon: "Debian", "Ubuntu", "Alpine", "AlmaLinux", "npm", "PyPI", "Go"…
enum version_scheme version_scheme_of_ecosystem(struct slice ecosystem);
// The scheme of a purl type: "deb", "rpm", "apk", "npm", "pypi", "golang", "cargo", "maven", "gem"…
enum version_scheme version_scheme_of_purl(struct slice type);

// Is the text a version of that scheme? ERR_INPUT with place and rule; ERR_LIMIT over VERSION_MAX; ERR_ABSENT: the scheme has no
// order (VERSION_CUSTOM).
MUST_USE enum err version_check(enum version_scheme s, struct slice text, struct why *why);
// *order: <0, 0, >0. Errors of version_check, for either side.
MUST_USE enum err version_compare(enum version_scheme s, struct slice a, struct slice b, int *order, struct why *why);

#endif
