// Python's versions: PEP 440 (now the "Version specifiers" page of the Python packaging specifications), its normalisations
// included.
#include "version/scheme.h"

// Pre-release phases in their order. A release without one comes after them all, unless it is a development release of the final
// version: 1.0.dev1 comes before 1.0a1.
enum phase { PHASE_DEV, PHASE_A, PHASE_B, PHASE_RC, PHASE_FINAL };

struct pep440 {
	struct slice epoch;
	struct slice release;
	enum phase phase;
	struct slice pre; // its number; like every implicit number, no digits are 0
	bool is_post, is_dev;
	struct slice post, dev;
	struct slice local; // empty: none
};

struct spelling {
	const char *text;
	enum phase phase;
};

// The longer of two spellings with a common start comes first.
static const struct spelling pre_spellings[] = {
	{"alpha", PHASE_A},     {"a", PHASE_A},    {"beta", PHASE_B}, {"b", PHASE_B},
	{"preview", PHASE_RC}, {"pre", PHASE_RC}, {"rc", PHASE_RC},  {"c", PHASE_RC},
};
static const struct spelling post_spellings[] = {{"post", PHASE_FINAL}, {"rev", PHASE_FINAL}, {"r", PHASE_FINAL}};
static const struct spelling dev_spellings[] = {{"dev", PHASE_FINAL}};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static bool take_separator(struct slice *rest)
{
	return scheme_take_byte(rest, '.') || scheme_take_byte(rest, '_') || scheme_take_byte(rest, '-');
}

// [separator] spelling [separator] [number]. Nothing is taken when there is no spelling.
static const struct spelling *take_segment(struct slice *rest, const struct spelling *spellings, size_t n, struct slice *number)
{
	struct slice ahead = *rest;
	take_separator(&ahead);
	for (size_t i = 0; i < n; i++) {
		if (!scheme_take_word(&ahead, spellings[i].text))
			continue;
		take_separator(&ahead);
		*number = scheme_take_digits(&ahead);
		*rest = ahead;
		return &spellings[i];
	}
	return NULL;
}

// "1.0-1" is "1.0.post1".
static bool take_implicit_post(struct slice *rest, struct slice *number)
{
	struct slice ahead = *rest;
	if (!scheme_take_byte(&ahead, '-') || !scheme_is_digit(scheme_first(ahead)))
		return false;
	*number = scheme_take_digits(&ahead);
	*rest = ahead;
	return true;
}

static void take_epoch(struct slice *rest, struct slice *epoch)
{
	struct slice ahead = *rest, digits = scheme_take_digits(&ahead);
	if (digits.n == 0 || !scheme_take_byte(&ahead, '!'))
		return;
	*epoch = digits;
	*rest = ahead;
}

// number{.number}; the dot before anything else belongs to what follows.
static bool take_release(struct slice *rest, struct slice *release)
{
	struct slice start = *rest;
	if (scheme_take_digits(rest).n == 0)
		return false;
	while (scheme_first(*rest) == '.' && scheme_is_digit(scheme_first(slice_part(*rest, 1, 1)))) {
		scheme_take(rest, 1);
		scheme_take_digits(rest);
	}
	*release = slice_part(start, 0, start.n - rest->n);
	return true;
}

static size_t local_part(struct slice s)
{
	size_t n = 0;
	while (n < s.n && (scheme_is_digit(s.p[n]) || scheme_is_letter(s.p[n])))
		n++;
	return n;
}

static bool take_local(struct slice *rest, struct slice *local)
{
	struct slice start = *rest;
	do {
		size_t n = local_part(*rest);
		if (n == 0)
			return false;
		scheme_take(rest, n);
	} while (take_separator(rest));
	*local = slice_part(start, 0, start.n - rest->n);
	return true;
}

static enum err pep440_parse(struct slice text, struct pep440 *v, struct why *why)
{
	*v = (struct pep440){.phase = PHASE_FINAL};
	text = slice_trim(text);
	struct slice rest = text;
	scheme_take_word(&rest, "v");
	take_epoch(&rest, &v->epoch);
	if (!take_release(&rest, &v->release))
		return scheme_refuse(text, rest, "a release number must stand here", why);
	const struct spelling *pre = take_segment(&rest, pre_spellings, COUNT(pre_spellings), &v->pre);
	v->is_post = take_implicit_post(&rest, &v->post) ||
	             take_segment(&rest, post_spellings, COUNT(post_spellings), &v->post) != NULL;
	v->is_dev = take_segment(&rest, dev_spellings, COUNT(dev_spellings), &v->dev) != NULL;
	if (pre != NULL)
		v->phase = pre->phase;
	else if (v->is_dev && !v->is_post)
		v->phase = PHASE_DEV;
	if (scheme_take_byte(&rest, '+') && !take_local(&rest, &v->local))
		return scheme_refuse(text, rest, "letters or digits of a local version must stand here", why);
	if (rest.n > 0)
		return scheme_refuse(text, rest, "neither pre, post, dev nor local part of a Python version", why);
	return ERR_OK;
}

enum err scheme_pep440_check(struct slice text, struct why *why)
{
	struct pep440 v;
	return pep440_parse(text, &v, why);
}

// "Local version identifiers": numbers by value and after words, words without regard to case.
static int local_part_compare(struct slice a, struct slice b)
{
	struct slice da = a, db = b;
	scheme_take_digits(&da);
	scheme_take_digits(&db);
	if (da.n == 0 && db.n == 0)
		return scheme_number_compare(a, b);
	if (da.n == 0 || db.n == 0)
		return da.n == 0 ? 1 : -1;
	return scheme_caseless_compare(a, b);
}

// None is oldest; of two with a common start the longer is newer.
static int local_compare(struct slice a, struct slice b)
{
	while (a.n > 0 && b.n > 0) {
		int order = local_part_compare(scheme_take(&a, local_part(a)), scheme_take(&b, local_part(b)));
		if (order != 0)
			return order;
		take_separator(&a);
		take_separator(&b);
	}
	return (a.n > 0) - (b.n > 0);
}

// "Summary of permitted suffixes and relative ordering": within a pre-release or release dev, then nothing, then post.
static int suffix_compare(const struct pep440 *a, const struct pep440 *b)
{
	if (a->phase != b->phase)
		return (int)a->phase - (int)b->phase;
	int order = scheme_number_compare(a->pre, b->pre);
	if (order == 0)
		order = (int)a->is_post - (int)b->is_post;
	if (order == 0)
		order = scheme_number_compare(a->post, b->post);
	if (order == 0)
		order = (int)b->is_dev - (int)a->is_dev;
	return order != 0 ? order : scheme_number_compare(a->dev, b->dev);
}

int scheme_pep440_compare(struct slice a, struct slice b)
{
	struct pep440 va, vb;
	INVARIANT(pep440_parse(a, &va, NULL) == ERR_OK && pep440_parse(b, &vb, NULL) == ERR_OK);
	int order = scheme_number_compare(va.epoch, vb.epoch);
	if (order == 0)
		order = scheme_numbers_compare(va.release, vb.release);
	if (order == 0)
		order = suffix_compare(&va, &vb);
	return order != 0 ? order : local_compare(va.local, vb.local);
}
