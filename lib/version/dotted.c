// Versions that are numbers and words between dots: plain numbers, R, Haskell, Semantic Versioning, NuGet, Dart, RubyGems.
#include "version/scheme.h"

enum err scheme_numbers_check(struct slice text, struct why *why)
{
	struct slice rest = text;
	do {
		if (scheme_take_digits(&rest).n == 0)
			return scheme_refuse(text, rest, "a digit must stand here", why);
	} while (scheme_take_byte(&rest, '.'));
	return rest.n == 0 ? ERR_OK : scheme_refuse(text, rest, "only digits and dots", why);
}

// Missing numbers at the end are 0. PEP 440 orders its release segment the same way.
int scheme_numbers_compare(struct slice a, struct slice b)
{
	while (a.n > 0 || b.n > 0) {
		int order = scheme_number_compare(scheme_take_until(&a, '.'), scheme_take_until(&b, '.'));
		if (order != 0)
			return order;
	}
	return 0;
}

// R's package_version (".standard_regexps": [[:digit:]]+([.-][[:digit:]]+)*).
enum err scheme_cran_check(struct slice text, struct why *why)
{
	struct slice rest = text;
	do {
		if (scheme_take_digits(&rest).n == 0)
			return scheme_refuse(text, rest, "a digit must stand here", why);
	} while (scheme_take_byte(&rest, '.') || scheme_take_byte(&rest, '-'));
	return rest.n == 0 ? ERR_OK : scheme_refuse(text, rest, "only digits, dots and hyphens", why);
}

// R's compareVersion: one by one, and of two with a common start the longer is newer.
int scheme_cran_compare(struct slice a, struct slice b)
{
	while (a.n > 0 && b.n > 0) {
		int order = scheme_number_compare(scheme_take_digits(&a), scheme_take_digits(&b));
		if (order != 0)
			return order;
		scheme_take(&a, a.n > 0); // the dot or hyphen
		scheme_take(&b, b.n > 0);
	}
	return (a.n > 0) - (b.n > 0);
}

#define NUMBERS_MAX 4 // NuGet's, with the revision

struct semver {
	struct slice numbers[NUMBERS_MAX]; // major, minor, patch
	struct slice pre;                  // empty: a release
	struct slice build;
};

// Section 2: non-negative integers without leading zeros.
static enum err semver_numbers(struct slice text, struct slice *rest, struct semver *v, struct why *why)
{
	for (int i = 0; i < 3; i++) {
		if (i > 0 && !scheme_take_byte(rest, '.'))
			return scheme_refuse(text, *rest, "not major.minor.patch", why);
		v->numbers[i] = scheme_take_digits(rest);
		if (v->numbers[i].n == 0)
			return scheme_refuse(text, *rest, "not major.minor.patch", why);
		if (v->numbers[i].n > 1 && v->numbers[i].p[0] == '0')
			return scheme_refuse(text, *rest, "a leading zero before here", why);
	}
	return ERR_OK;
}

static struct slice take_identifier(struct slice *rest, bool *numeric)
{
	size_t n = 0;
	*numeric = true;
	for (; n < rest->n; n++) {
		uint8_t c = rest->p[n];
		if (!scheme_is_digit(c) && !scheme_is_letter(c) && c != '-')
			break;
		*numeric = *numeric && scheme_is_digit(c);
	}
	return scheme_take(rest, n);
}

// Sections 9 and 10: identifiers between dots, none empty; numeric ones of a pre-release without leading zeros.
static enum err semver_identifiers(struct slice text, struct slice *rest, bool zeros, struct why *why)
{
	do {
		bool numeric;
		struct slice identifier = take_identifier(rest, &numeric);
		if (identifier.n == 0)
			return scheme_refuse(text, *rest, "an identifier is letters, digits and hyphens, and never empty", why);
		if (!zeros && numeric && identifier.n > 1 && identifier.p[0] == '0')
			return scheme_refuse(text, *rest, "a leading zero before here", why);
	} while (scheme_take_byte(rest, '.'));
	return ERR_OK;
}

static enum err semver_suffixes(struct slice text, struct slice *rest, bool zeros, struct semver *v, struct why *why)
{
	enum err e = ERR_OK;
	if (scheme_take_byte(rest, '-')) {
		v->pre = *rest;
		e = semver_identifiers(text, rest, zeros, why);
		v->pre.n -= rest->n;
	}
	if (e == ERR_OK && scheme_take_byte(rest, '+')) {
		v->build = *rest;
		e = semver_identifiers(text, rest, true, why);
	}
	if (e == ERR_OK && rest->n > 0)
		e = scheme_refuse(text, *rest, "nothing may follow here", why);
	return e;
}

static enum err semver_parse(struct slice text, struct semver *v, struct why *why)
{
	struct slice rest = text;
	*v = (struct semver){0};
	scheme_take_byte(&rest, 'v');
	enum err e = semver_numbers(text, &rest, v, why);
	return e == ERR_OK ? semver_suffixes(text, &rest, false, v, why) : e;
}

enum err scheme_semver_check(struct slice text, struct why *why)
{
	struct semver v;
	return semver_parse(text, &v, why);
}

// Section 11.4: numeric identifiers by value and before the others, those in ASCII order.
static int semver_identifier_compare(struct slice a, struct slice b, bool caseless)
{
	bool na, nb;
	a = take_identifier(&a, &na);
	b = take_identifier(&b, &nb);
	if (na != nb)
		return na ? -1 : 1;
	if (na)
		return scheme_number_compare(a, b);
	return caseless ? scheme_caseless_compare(a, b) : slice_compare(a, b);
}

// Section 11.4.4: of two with a common start the longer is newer.
static int semver_list_compare(struct slice a, struct slice b, bool caseless)
{
	while (a.n > 0 && b.n > 0) {
		int order = semver_identifier_compare(scheme_take_until(&a, '.'), scheme_take_until(&b, '.'), caseless);
		if (order != 0)
			return order;
	}
	return (a.n > 0) - (b.n > 0);
}

static int semver_order(const struct semver *a, const struct semver *b, bool caseless)
{
	for (int i = 0; i < NUMBERS_MAX; i++) {
		int order = scheme_number_compare(a->numbers[i], b->numbers[i]);
		if (order != 0)
			return order;
	}
	if (a->pre.n == 0 || b->pre.n == 0) // section 11.3: no pre-release is newest
		return (a->pre.n == 0) - (b->pre.n == 0);
	return semver_list_compare(a->pre, b->pre, caseless);
}

// Build metadata says nothing (section 10).
int scheme_semver_compare(struct slice a, struct slice b)
{
	struct semver va, vb;
	INVARIANT(semver_parse(a, &va, NULL) == ERR_OK && semver_parse(b, &vb, NULL) == ERR_OK);
	return semver_order(&va, &vb, false);
}

// pub_semver's Version.compareTo: then the builds, those without first.
int scheme_pub_compare(struct slice a, struct slice b)
{
	struct semver va, vb;
	INVARIANT(semver_parse(a, &va, NULL) == ERR_OK && semver_parse(b, &vb, NULL) == ERR_OK);
	int order = semver_order(&va, &vb, false);
	return order != 0 ? order : semver_list_compare(va.build, vb.build, false);
}

// learn.microsoft.com/nuget/concepts/package-versioning, "Normalized version numbers" and "Version basics".
static enum err nuget_parse(struct slice text, struct semver *v, struct why *why)
{
	struct slice rest = text;
	size_t n = 0;
	*v = (struct semver){0};
	do {
		if (n == NUMBERS_MAX)
			return scheme_refuse(text, rest, "more than four numbers", why);
		v->numbers[n] = scheme_take_digits(&rest);
		if (v->numbers[n++].n == 0)
			return scheme_refuse(text, rest, "a digit must stand here", why);
	} while (scheme_take_byte(&rest, '.'));
	return semver_suffixes(text, &rest, true, v, why);
}

enum err scheme_nuget_check(struct slice text, struct why *why)
{
	struct semver v;
	return nuget_parse(text, &v, why);
}

int scheme_nuget_compare(struct slice a, struct slice b)
{
	struct semver va, vb;
	INVARIANT(nuget_parse(a, &va, NULL) == ERR_OK && nuget_parse(b, &vb, NULL) == ERR_OK);
	return semver_order(&va, &vb, true);
}

// Gem::Version: number{.letters or digits}[-letters, digits, dots, hyphens]; white space around it is nothing.
enum err scheme_gem_check(struct slice text, struct why *why)
{
	text = slice_trim(text);
	struct slice rest = text;
	if (scheme_take_digits(&rest).n == 0)
		return scheme_refuse(text, rest, "a gem version starts with a number", why);
	bool pre = false;
	while (rest.n > 0) {
		bool hyphen = scheme_first(rest) == '-';
		if (!hyphen && !scheme_take_byte(&rest, '.'))
			return scheme_refuse(text, rest, "a dot must stand here", why);
		if (hyphen && !pre)
			scheme_take(&rest, 1);
		pre = pre || hyphen;
		size_t n = 0;
		while (n < rest.n && (scheme_is_digit(rest.p[n]) || scheme_is_letter(rest.p[n]) || (pre && rest.p[n] == '-')))
			n++;
		if (n == 0)
			return scheme_refuse(text, rest, "letters or digits must stand here", why);
		scheme_take(&rest, n);
	}
	return ERR_OK;
}

// The segments of a gem version, one after the other: numbers and words, a hyphen being the word "pre". The end is followed by
// zeros for ever, and one run of zeros before a word is left out: 1.0.a = 1.a. That is how canonical segments compare in
// RubyGems 3.5 and later; the pattern there finds the first such run, which may stand after another word (1.a.0.b).
struct gem {
	struct slice rest;
	const uint8_t *zeros; // where those zeros start…
	const uint8_t *word;  // …and the word after them; NULL when nothing is left out
};

static struct gem gem_start(struct slice text)
{
	struct gem g = {.rest = slice_trim(text)};
	const uint8_t *end = g.rest.p + g.rest.n, *run = NULL;
	for (const uint8_t *p = g.rest.p; p < end; p++) {
		bool starts = p == g.rest.p || p[-1] == '.' || p[-1] == '-';
		if (run == NULL && starts && *p != '.')
			run = p;
		if (*p == '0' || *p == '.')
			continue;
		if (run != NULL && (*p == '-' || (scheme_is_letter(*p) && run < p))) { // "-" is ".pre.": its first dot makes a run too
			g.zeros = run;
			g.word = p;
			break;
		}
		run = NULL;
	}
	return g;
}

// False: a word. The end gives the number of no digits, which is 0.
static bool gem_next(struct gem *g, struct slice *segment)
{
	scheme_take_byte(&g->rest, '.');
	if (g->word != NULL && g->rest.p == g->zeros)
		scheme_take(&g->rest, (size_t)(g->word - g->zeros));
	if (scheme_take_byte(&g->rest, '-')) {
		*segment = SLICE_LITERAL("pre");
		return false;
	}
	*segment = scheme_take_letters(&g->rest);
	if (segment->n > 0)
		return false;
	*segment = scheme_take_digits(&g->rest);
	return true;
}

int scheme_gem_compare(struct slice a, struct slice b)
{
	struct gem ga = gem_start(a), gb = gem_start(b);
	while (ga.rest.n > 0 || gb.rest.n > 0) {
		struct slice sa, sb;
		bool na = gem_next(&ga, &sa), nb = gem_next(&gb, &sb);
		if (na != nb)
			return na ? 1 : -1;
		int order = na ? scheme_number_compare(sa, sb) : slice_compare(sa, sb);
		if (order != 0)
			return order;
	}
	return 0;
}
