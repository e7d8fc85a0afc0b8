// Which of two versions is newer, exactly as the packager's own tools say; and what cannot be said.
//
//   deb      deb-version(7): [epoch:]upstream[-revision]. No epoch is 0, no revision is equal to "0".
//   rpm      rpm-version(7): [epoch:]version[-release]. No epoch is 0; the releases count only if both sides have one.
//   apk      apk-tools' version.c: number{.number}[letter]{_suffix[number]}[~hash][-rnumber]. After the first number, numbers
//            with a leading zero are compared as text: 1.05 < 1.1 < 1.5.
//   semver   Semantic Versioning 2.0.0, section 11, exactly major.minor.patch ("1.2" is refused); one lower-case "v" in front is
//            accepted, as Go writes it. Go's pseudo-versions are semantic versions. Build metadata says nothing.
//   pep440   Python's version specifiers, with every normalisation of PEP 440 (white space around, "v", case, separators,
//            spellings, implicit numbers). A local version is newer than the same version without.
//   maven    Maven 3.9's ComparableVersion.
//   gem      RubyGems' Gem::Version (3.5 and later): a version with a letter or a hyphen is a pre-release; white
//            space around is nothing.
//   numbers  dotted decimal numbers alone ("3.0.11"), 1.0 = 1.0.0: products.
//   nuget    NuGet's package versioning: one to four numbers, leading zeros and missing ones are nothing (1.0.01.0 = 1.0.1), then as
//            semver with the case of letters ignored.
//   composer composer/semver: VersionParser::normalize, then PHP's version_compare. 1.0-dev < 1.0-alpha < 1.0-beta < 1.0-RC < 1.0 <
//            1.0-patch1; "2.x-dev" is newer than all of the 2 series. A branch by its name ("dev-main") has no order: refused.
//   pvp      Haskell's package versioning policy: numbers one after the other, 1.0 < 1.0.0.
//   cran     R's package_version: numbers between dots or hyphens, 1.0 < 1.0.0 and 1.0-1 = 1.0.1.
//   pub      Dart's pub_semver: semver, but build metadata counts, and a version with it is newer than without.
//
// VERSION_CUSTOM (a CVE record's versionType "custom", "git" or an unknown word) has no order: nothing is guessed.
//
// A range's "0" (no lower bound) and "*" (no upper bound) are words of ranges: whoever reads ranges knows them before asking here.
//
// Numbers have no maximum but VERSION_MAX digits. Every order is antisymmetric, and transitive with two exceptions that belong
// to the tools: "equal" says no more than "not to be told apart" for an rpm version without release (1-1 = 1 = 1-2), and
// Maven's order has cycles (1.0.alpha.1 < 1 < 1-1 < 1.0.alpha.1). So ranges may be asked, but a list in either scheme must not
// be sorted blindly.
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
	VERSION_NUGET = 9,
	VERSION_COMPOSER = 10,
	VERSION_PVP = 11,
	VERSION_CRAN = 12,
	VERSION_PUB = 13,
	VERSION_SCHEMES
};

const char *version_scheme_name(enum version_scheme s); // "deb", "rpm", … "custom"; s must be one of them
// In what follows words may have any case, and a word that is not known is VERSION_CUSTOM.
// The scheme of a CVE record's versionType: "semver", "python", "rpm", "maven", "deb", "dpkg", "apk", and the names above.
enum version_scheme version_scheme_of_type(struct slice version_type);
// The scheme of an OSV ecosystem; what follows its first colon ("Debian:12") does not matter. VERSION_CUSTOM too for those with
// an order of their own that is not one of these (ConanCenter, opam…).
enum version_scheme version_scheme_of_ecosystem(struct slice ecosystem);
// The scheme of a purl type: "deb", "rpm", "apk", "npm", "pypi", "golang", "cargo", "maven", "gem", "nuget"…
enum version_scheme version_scheme_of_purl(struct slice type);

// Is the text a version of that scheme? ERR_INPUT with place and rule; ERR_LIMIT over VERSION_MAX; ERR_ABSENT: the scheme has no
// order (VERSION_CUSTOM).
MUST_USE enum err version_check(enum version_scheme s, struct slice text, struct why *why);
// *order: <0, 0, >0. Errors of version_check, for either side.
MUST_USE enum err version_compare(enum version_scheme s, struct slice a, struct slice b, int *order, struct why *why);

#endif
