// Composer's order: composer/semver's VersionParser::normalize, then PHP's version_compare, without the text between the two.
#include "version/scheme.h"

// What can stand at one place, in version_compare's order. The end is before a further number and after what comes before a release.
enum rank { RANK_DEV, RANK_ALPHA, RANK_BETA, RANK_RC, RANK_END, RANK_NUMBER, RANK_PATCH };

#define NUMBERS 4            // a version that is no date is filled up to so many
#define DATE_DIGITS_MAX 15   // after the year: six pairs and three more
#define SERIES "9999999"     // normalizeBranch: what "x" stands for, and what a branch is filled up with

struct composer {
	struct slice release; // numbers and "x" between dots; of a date, numbers between '.', ':' and '-'
	struct slice more;    // numbers after the word, '.' or '-' before each but perhaps the first
	enum rank word;       // RANK_END: none
	size_t filled;        // numbers still to come, at least
	bool branch;          // "2.x-dev"
	bool dev;
};

static const struct {
	const char *text;
	enum rank rank;
} words[] = { // of two that begin alike, the longer first
	{"stable", RANK_END}, {"beta", RANK_BETA}, {"b", RANK_BETA}, {"rc", RANK_RC}, {"alpha", RANK_ALPHA}, {"a", RANK_ALPHA},
	{"patch", RANK_PATCH}, {"pl", RANK_PATCH}, {"p", RANK_PATCH},
};

// [.-]?digits, over and over.
static struct slice take_more(struct slice *rest)
{
	struct slice start = *rest, next = start;
	do {
		*rest = next;
		if (!scheme_take_byte(&next, '.'))
			scheme_take_byte(&next, '-');
	} while (scheme_take_digits(&next).n > 0);
	return slice_of(start.p, start.n - rest->n);
}

static bool take_dev(struct slice *rest)
{
	struct slice next = *rest;
	if (!scheme_take_byte(&next, '.'))
		scheme_take_byte(&next, '-');
	if (!scheme_take_word(&next, "dev"))
		return false;
	*rest = next;
	return true;
}

// [._-]?(word numbers?)?([.-]?dev)? and the end.
static bool take_modifiers(struct slice rest, struct composer *c)
{
	struct slice next = rest;
	if (!scheme_take_byte(&next, '.') && !scheme_take_byte(&next, '_'))
		scheme_take_byte(&next, '-');
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (scheme_take_word(&next, words[i].text)) {
			c->word = words[i].rank;
			c->more = take_more(&next);
			c->dev = take_dev(&next);
			if (c->word == RANK_END) { // "stable": whatever follows it is nothing
				c->more.n = 0;
				c->dev = false;
			}
			return next.n == 0;
		}
	c->dev = take_dev(&next);
	return next.n == 0;
}

// number{.number}, four at most, the first of five digits at most; a branch has "x" or "*" for some behind the first, and ends with "dev".
static bool take_classical(struct slice rest, struct composer *c)
{
	struct slice start = rest, first = scheme_take_digits(&rest), next = rest;
	size_t n = 1;
	c->branch = false;
	for (; n < NUMBERS && scheme_take_byte(&next, '.'); n++, rest = next) {
		if (scheme_take_digits(&next).n > 0)
			continue;
		if (!scheme_take_byte(&next, 'x') && !scheme_take_byte(&next, 'X') && !scheme_take_byte(&next, '*'))
			break;
		c->branch = true;
	}
	c->release = slice_of(start.p, start.n - rest.n);
	c->filled = NUMBERS;
	if (first.n == 0 || (first.n > 5 && !c->branch))
		return false;
	return c->branch ? (c->dev = take_dev(&rest)) && rest.n == 0 : take_modifiers(rest, c);
}

// \d{4}([.:-]?\d{2}){1,6}([.:-]?\d{1,3})?: a year, and pairs of digits of which the last may be one or three.
static bool take_date(struct slice rest, struct composer *c)
{
	struct slice start = rest, next = rest;
	size_t digits = 0, pairs = 0;
	bool odd = false;
	do {
		struct slice group = scheme_take_digits(&next);
		size_t n = group.n - (digits == 0 && group.n >= 4 ? 4 : 0);
		if (group.n == 0 || (digits == 0 && group.n < 4))
			break;
		if (odd)
			return false;
		digits += group.n;
		pairs += n / 2;
		odd = n % 2 == 1;
		rest = next;
	} while (scheme_take_byte(&next, '.') || scheme_take_byte(&next, ':') || scheme_take_byte(&next, '-'));
	c->release = slice_of(start.p, start.n - rest.n);
	c->filled = 0;
	return pairs > 0 && digits <= 4 + DATE_DIGITS_MAX && take_modifiers(rest, c);
}

static enum err parse(struct slice text, struct composer *c, struct why *why)
{
	struct slice rest = slice_trim(text);
	size_t build = slice_find(rest, '+', 0);
	struct slice behind = slice_part(rest, build, rest.n);
	for (size_t i = 0; i < behind.n; i++)
		if (behind.p[i] <= ' ' || behind.p[i] >= 0x7f)
			return scheme_refuse(text, slice_part(behind, i, behind.n), "build metadata is printable ASCII", why);
	if (behind.n == 1)
		return scheme_refuse(text, behind, "build metadata is not empty", why);
	rest.n = build;
	*c = (struct composer){.word = RANK_END};
	if (!scheme_take_byte(&rest, 'v'))
		scheme_take_byte(&rest, 'V');
	if (take_classical(rest, c))
		return ERR_OK;
	*c = (struct composer){.word = RANK_END};
	if (take_date(rest, c))
		return ERR_OK;
	return scheme_refuse(text, rest, "not as Composer writes versions: 1.2.3.4-beta1", why);
}

enum err scheme_composer_check(struct slice text, struct why *why)
{
	struct composer c;
	return parse(text, &c, why);
}

// The next part in *number, if it is one.
static enum rank next(struct composer *c, struct slice *number)
{
	enum rank word = c->word;
	if (c->release.n > 0) {
		*number = scheme_take_digits(&c->release);
		if (number->n == 0) {
			scheme_take(&c->release, 1); // "x"
			*number = SLICE_LITERAL(SERIES);
		}
		scheme_take(&c->release, c->release.n > 0); // what separates
	} else if (c->filled > 0) {
		*number = c->branch ? SLICE_LITERAL(SERIES) : SLICE_LITERAL("0");
	} else if (word != RANK_END) {
		c->word = RANK_END;
		return word;
	} else if (c->more.n > 0) {
		if (!scheme_is_digit(c->more.p[0]))
			scheme_take(&c->more, 1);
		*number = scheme_take_digits(&c->more);
	} else {
		bool dev = c->dev;
		c->dev = false;
		return dev ? RANK_DEV : RANK_END;
	}
	c->filled -= c->filled > 0;
	return RANK_NUMBER;
}

int scheme_composer_compare(struct slice a, struct slice b)
{
	struct composer ca, cb;
	struct slice na = {0}, nb = {0};
	INVARIANT(parse(a, &ca, NULL) == ERR_OK && parse(b, &cb, NULL) == ERR_OK);
	for (;;) {
		enum rank ra = next(&ca, &na), rb = next(&cb, &nb);
		int order = ra != rb ? (ra < rb ? -1 : 1) : ra == RANK_NUMBER ? scheme_number_compare(na, nb) : 0;
		if (order != 0 || ra == RANK_END)
			return order;
	}
}
