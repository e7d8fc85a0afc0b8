// Maven's versions, in the order of Maven 3.9's ComparableVersion ("Version Order Specification" of the POM reference).
//
// A version is a list of numbers and words; a hyphen, and a change between digits and letters, opens a list inside the list,
// always at its end. So one flat list of items is enough, each with the depth at which it stands.
#include "version/scheme.h"
#include "version/version.h"

// Maven's own refusals (they mean something to file systems) and the signs of its ranges.
#define MAVEN_FORBIDDEN "\\/:\"<>|?*[](),"

enum rank { RANK_ALPHA, RANK_BETA, RANK_MILESTONE, RANK_RC, RANK_SNAPSHOT, RANK_RELEASE, RANK_SP, RANK_OTHER };

static const struct {
	const char *word;
	enum rank rank;
} qualifiers[] = {
	{"alpha", RANK_ALPHA},       {"beta", RANK_BETA},   {"milestone", RANK_MILESTONE}, {"rc", RANK_RC},           {"cr", RANK_RC},
	{"snapshot", RANK_SNAPSHOT}, {"ga", RANK_RELEASE},  {"final", RANK_RELEASE},       {"release", RANK_RELEASE}, {"sp", RANK_SP},
};

struct item {
	struct slice text; // a number's digits (none: 0) or a word
	uint16_t depth;    // at most one list opens on each side of an item: 2 · VERSION_MAX
	bool number;
	uint8_t rank; // of a word
};

struct maven {
	struct item items[VERSION_MAX]; // each took a byte of the text at least
	size_t n;
};

enum err scheme_maven_check(struct slice text, struct why *why)
{
	for (struct slice rest = text; rest.n > 0; scheme_take(&rest, 1))
		if (rest.p[0] <= ' ' || rest.p[0] >= 0x7f || strchr(MAVEN_FORBIDDEN, rest.p[0]) != NULL)
			return scheme_refuse(text, rest, "no such character in a Maven version", why);
	return ERR_OK;
}

static enum rank rank_of(struct slice word, bool before_digit)
{
	if (word.n == 1 && before_digit)
		switch (slice_lower(word.p[0])) {
		case 'a': return RANK_ALPHA;
		case 'b': return RANK_BETA;
		case 'm': return RANK_MILESTONE;
		}
	for (size_t i = 0; i < sizeof qualifiers / sizeof qualifiers[0]; i++)
		if (slice_same_letters(word, slice_text(qualifiers[i].word)))
			return qualifiers[i].rank;
	return RANK_OTHER;
}

static struct slice take_word(struct slice *rest)
{
	size_t n = 0;
	while (n < rest->n && !scheme_is_digit(rest->p[n]) && rest->p[n] != '.' && rest->p[n] != '-')
		n++;
	return scheme_take(rest, n);
}

static bool is_null(const struct item *x)
{
	return x->number ? scheme_is_zero(x->text) : x->rank == RANK_RELEASE;
}

// Every list loses the zeros and release words at its end; what stands in a list inside does not keep them.
static void trim(struct maven *v)
{
	size_t kept = VERSION_MAX;
	bool trimming = true;
	for (size_t i = v->n; i > 0; i--) {
		const struct item *x = &v->items[i - 1];
		if (i < v->n && x->depth != v->items[i].depth)
			trimming = true;
		trimming = trimming && is_null(x);
		if (!trimming)
			v->items[--kept] = *x;
	}
	v->n = VERSION_MAX - kept;
	memmove(v->items, v->items + kept, v->n * sizeof v->items[0]);
}

static void maven_parse(struct slice rest, struct maven *v)
{
	unsigned depth = 0;
	v->n = 0;
	while (rest.n > 0) {
		INVARIANT(v->n < VERSION_MAX);
		struct item *x = &v->items[v->n];
		bool list_has_items = v->n > 0 && v->items[v->n - 1].depth == depth;
		*x = (struct item){.text = take_word(&rest), .number = true};
		bool before_digit = scheme_is_digit(scheme_first(rest));
		if (x->text.n > 0) {
			x->number = false;
			x->rank = (uint8_t)rank_of(x->text, before_digit);
			// "1.0.x1" and a last "1.0.x" mean "1.0-x1" and "1.0-x".
			if (list_has_items && (before_digit || rest.n == 0))
				depth++;
		} else {
			x->text = scheme_take_digits(&rest);
		}
		x->depth = (uint16_t)depth;
		v->n++;
		if (rest.n > 0 && !scheme_take_byte(&rest, '.')) {
			scheme_take_byte(&rest, '-'); // or the change between digits and letters
			depth++;
		}
	}
	trim(v);
}

static int null_compare(const struct item *x)
{
	if (x->number)
		return is_null(x) ? 0 : 1;
	return (int)x->rank - RANK_RELEASE;
}

// A whole list against nothing: its first item that is not like nothing decides.
static int nothing_compare(const struct item *x, size_t n)
{
	int order = 0;
	for (size_t i = 0; i < n && order == 0; i++)
		order = null_compare(&x[i]);
	return order;
}

static int item_compare(const struct item *a, const struct item *b)
{
	if (a->number != b->number)
		return a->number ? 1 : -1;
	if (a->number)
		return scheme_number_compare(a->text, b->text);
	if (a->rank != b->rank || a->rank != RANK_OTHER)
		return (int)a->rank - (int)b->rank;
	return scheme_caseless_compare(a->text, b->text);
}

int scheme_maven_compare(struct slice a, struct slice b)
{
	struct maven va, vb;
	maven_parse(a, &va);
	maven_parse(b, &vb);
	unsigned depth = 0;
	size_t i = 0, j = 0;
	while (i < va.n && j < vb.n) {
		const struct item *x = &va.items[i], *y = &vb.items[j];
		bool list_x = x->depth > depth, list_y = y->depth > depth;
		if (list_x && list_y) {
			depth++;
			continue;
		}
		if (list_x) // words < lists < numbers
			return y->number ? -1 : 1;
		if (list_y)
			return x->number ? 1 : -1;
		int order = item_compare(x, y);
		if (order != 0)
			return order;
		i++;
		j++;
	}
	return nothing_compare(va.items + i, va.n - i) - nothing_compare(vb.items + j, vb.n - j);
}
