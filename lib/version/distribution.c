// The versions of Linux distributions: Debian's dpkg, rpm and Alpine's apk.
#include "version/scheme.h"

#define DEB_EPOCH_MAX "2147483647" // what dpkg keeps it in

// [epoch:]version[-release]. An absent part is empty; a part that is there is not.
struct evr {
	struct slice epoch, version, release;
};

// Debian: the epoch stands before the first colon, the revision after the last hyphen (deb-version(7)); rpm splits the same way.
static struct evr evr_split(struct slice text)
{
	struct evr v = {0};
	if (slice_find(text, ':', 0) < text.n)
		v.epoch = scheme_take_until(&text, ':');
	size_t hyphen = text.n;
	while (hyphen > 0 && text.p[hyphen - 1] != '-')
		hyphen--;
	if (hyphen > 0) {
		v.release = slice_part(text, hyphen, text.n);
		text.n = hyphen - 1;
	}
	v.version = text;
	return v;
}

// In which parts a byte may stand, and whether rpm's order hears it.
enum { IN_DEB_EPOCHED = 1, IN_DEB_VERSION = 2, IN_DEB_RELEASE = 4, IN_RPM = 8, IN_ALL = 15, RPM_HEARS = 16 };
static const uint8_t places[256] = {
	['0' ... '9'] = IN_ALL | RPM_HEARS,
	['A' ... 'Z'] = IN_ALL | RPM_HEARS,
	['a' ... 'z'] = IN_ALL | RPM_HEARS,
	['.'] = IN_ALL,
	['+'] = IN_ALL,
	['~'] = IN_ALL | RPM_HEARS,
	['-'] = IN_DEB_EPOCHED | IN_DEB_VERSION,
	[':'] = IN_DEB_EPOCHED,
	['_'] = IN_RPM,
	['^'] = IN_RPM | RPM_HEARS,
};

// The first byte of `part` that may not stand in `place`; NULL when there is none.
static const uint8_t *stranger(struct slice part, uint8_t place)
{
	for (size_t i = 0; i < part.n; i++)
		if ((places[part.p[i]] & place) == 0)
			return part.p + i;
	return NULL;
}

static struct slice after(struct slice text, const uint8_t *p)
{
	return slice_part(text, (size_t)(p - text.p), text.n);
}

static enum err check_epoch(struct slice text, struct why *why)
{
	size_t colon = slice_find(text, ':', 0);
	if (colon == text.n)
		return ERR_OK;
	if (colon == 0)
		return scheme_refuse(text, text, "the epoch is empty", why);
	struct slice rest = text;
	if (scheme_take_digits(&rest).n != colon)
		return scheme_refuse(text, rest, "an epoch is a number", why);
	return ERR_OK;
}

static enum err check_parts(struct slice text, const struct evr *v, uint8_t in_version, uint8_t in_release, struct why *why)
{
	const uint8_t *bad = stranger(v->version, in_version);
	if (bad != NULL)
		return scheme_refuse(text, after(text, bad), "no such character in a version", why);
	if (v->version.n == 0)
		return scheme_refuse(text, after(text, v->version.p), "no version between epoch and release", why);
	if (text.p[text.n - 1] == '-')
		return scheme_refuse(text, slice_of(text.p, 0), "nothing after the hyphen", why);
	bad = stranger(v->release, in_release);
	if (bad != NULL)
		return scheme_refuse(text, after(text, bad), "no such character in a release", why);
	return ERR_OK;
}

// deb-version(7). That the upstream version starts with a digit is a "should" there; dpkg compares the others too.
enum err scheme_deb_check(struct slice text, struct why *why)
{
	enum err e = check_epoch(text, why);
	if (e != ERR_OK)
		return e;
	struct evr v = evr_split(text);
	if (scheme_number_compare(v.epoch, SLICE_LITERAL(DEB_EPOCH_MAX)) > 0)
		return scheme_refuse(text, text, "the epoch is over " DEB_EPOCH_MAX, why);
	return check_parts(text, &v, v.epoch.n > 0 ? IN_DEB_EPOCHED : IN_DEB_VERSION, IN_DEB_RELEASE, why);
}

// deb-version(7), "Sorting algorithm": ~ before the end of a part, the end before letters, letters before all else.
static int deb_weight(struct slice s)
{
	uint8_t c = scheme_first(s);
	if (s.n == 0 || scheme_is_digit(c))
		return 0;
	return c == '~' ? -1 : scheme_is_letter(c) ? c : c + 256;
}

static bool starts_with_other(struct slice s)
{
	return s.n > 0 && !scheme_is_digit(s.p[0]);
}

static int deb_part_compare(struct slice a, struct slice b)
{
	if (slice_equal(a, b)) // one of the two parts mostly is
		return 0;
	while (a.n > 0 || b.n > 0) {
		while (starts_with_other(a) || starts_with_other(b)) {
			int order = deb_weight(a) - deb_weight(b);
			if (order != 0)
				return order;
			scheme_take(&a, 1); // equal weights are not 0 here: both have a byte
			scheme_take(&b, 1);
		}
		int order = scheme_number_compare(scheme_take_digits(&a), scheme_take_digits(&b));
		if (order != 0)
			return order;
	}
	return 0;
}

// An absent revision compares as an empty part does, hence equal to "0".
int scheme_deb_compare(struct slice a, struct slice b)
{
	struct evr va = evr_split(a), vb = evr_split(b);
	int order = scheme_number_compare(va.epoch, vb.epoch);
	if (order == 0)
		order = deb_part_compare(va.version, vb.version);
	return order != 0 ? order : deb_part_compare(va.release, vb.release);
}

// rpm-version(7). A hyphen separates, so a version has none.
enum err scheme_rpm_check(struct slice text, struct why *why)
{
	enum err e = check_epoch(text, why);
	if (e != ERR_OK)
		return e;
	struct evr v = evr_split(text);
	return check_parts(text, &v, IN_RPM, IN_RPM, why);
}

// What stands next in a part, in rpm's order: 1.0~rc1 < 1.0 < 1.0^git1 < 1.0.a < 1.0.1.
enum rpm_kind { RPM_TILDE, RPM_END, RPM_CARET, RPM_LETTERS, RPM_DIGITS };

// Takes the next segment off; separators before it say nothing.
static enum rpm_kind rpm_next(struct slice *rest, struct slice *segment)
{
	size_t n = 0;
	while (n < rest->n && (places[rest->p[n]] & RPM_HEARS) == 0)
		n++;
	scheme_take(rest, n);
	uint8_t c = scheme_first(*rest);
	*segment = scheme_is_digit(c) ? scheme_take_digits(rest) : scheme_take_letters(rest);
	if (segment->n > 0)
		return scheme_is_digit(c) ? RPM_DIGITS : RPM_LETTERS;
	if (rest->n == 0)
		return RPM_END;
	scheme_take(rest, 1);
	return c == '~' ? RPM_TILDE : RPM_CARET;
}

static int rpm_part_compare(struct slice a, struct slice b)
{
	while (!slice_equal(a, b)) {
		struct slice sa, sb;
		enum rpm_kind ka = rpm_next(&a, &sa), kb = rpm_next(&b, &sb);
		if (ka != kb)
			return (int)ka - (int)kb;
		if (ka == RPM_END)
			break;
		int order = ka == RPM_DIGITS ? scheme_number_compare(sa, sb) : slice_compare(sa, sb);
		if (order != 0)
			return order;
	}
	return 0;
}

int scheme_rpm_compare(struct slice a, struct slice b)
{
	struct evr va = evr_split(a), vb = evr_split(b);
	int order = scheme_number_compare(va.epoch, vb.epoch);
	if (order == 0)
		order = rpm_part_compare(va.version, vb.version);
	if (order != 0 || va.release.n == 0 || vb.release.n == 0)
		return order;
	return rpm_part_compare(va.release, vb.release);
}

// Alpine: number{.number}[letter]{_suffix[number]}[~hash][-rnumber]. At the first difference in kind the smaller kind is newer,
// but for a suffix that announces a release.
enum apk_kind {
	APK_FIRST,
	APK_NUMBER,
	APK_LETTER,
	APK_SUFFIX,
	APK_SUFFIX_NUMBER,
	APK_HASH,
	APK_REVISION,
	APK_END,
	APK_MALFORMED
};

// In their order; those before APK_RELEASES come before the version that they announce.
static const char *const apk_suffixes[] = {"alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"};
#define APK_RELEASES 4
#define APK_SUFFIXES ((int)(sizeof apk_suffixes / sizeof apk_suffixes[0]))

struct apk {
	struct slice rest;
	enum apk_kind kind; // of the token just read
	struct slice value; // its text, without what introduced it
	int suffix;         // APK_SUFFIX: index in apk_suffixes
};

static enum apk_kind apk_digits(struct apk *v, enum apk_kind kind)
{
	v->value = scheme_take_digits(&v->rest);
	return v->value.n > 0 ? kind : APK_MALFORMED;
}

static enum apk_kind apk_suffix(struct apk *v)
{
	size_t n = 0;
	while (n < v->rest.n && v->rest.p[n] >= 'a' && v->rest.p[n] <= 'z')
		n++;
	v->value = scheme_take(&v->rest, n);
	for (v->suffix = 0; v->suffix < APK_SUFFIXES; v->suffix++)
		if (slice_is_text(v->value, apk_suffixes[v->suffix]))
			return APK_SUFFIX;
	return APK_MALFORMED;
}

static enum apk_kind apk_hash(struct apk *v)
{
	size_t n = 0;
	while (n < v->rest.n && (scheme_is_digit(v->rest.p[n]) || (v->rest.p[n] >= 'a' && v->rest.p[n] <= 'f')))
		n++;
	v->value = scheme_take(&v->rest, n);
	return n > 0 ? APK_HASH : APK_MALFORMED;
}

// Which kind may follow which: each introducing byte says up to which kind it may come.
static enum apk_kind apk_after(struct apk *v)
{
	uint8_t c = scheme_first(v->rest);
	if (v->rest.n == 0)
		return APK_END;
	if (scheme_is_digit(c))
		return v->kind == APK_SUFFIX ? apk_digits(v, APK_SUFFIX_NUMBER) : APK_MALFORMED;
	v->value = scheme_take(&v->rest, 1);
	if (c >= 'a' && c <= 'z')
		return v->kind <= APK_NUMBER ? APK_LETTER : APK_MALFORMED;
	if (c == '.' && v->kind <= APK_NUMBER)
		return apk_digits(v, APK_NUMBER);
	if (c == '_' && v->kind <= APK_SUFFIX_NUMBER)
		return apk_suffix(v);
	if (c == '~' && v->kind < APK_HASH)
		return apk_hash(v);
	if (c == '-' && v->kind < APK_REVISION && scheme_take_byte(&v->rest, 'r'))
		return apk_digits(v, APK_REVISION);
	return APK_MALFORMED;
}

static struct apk apk_start(struct slice text)
{
	struct apk v = {.rest = text};
	v.kind = apk_digits(&v, APK_FIRST);
	return v;
}

enum err scheme_apk_check(struct slice text, struct why *why)
{
	struct apk v = apk_start(text);
	while (v.kind < APK_END)
		v.kind = apk_after(&v);
	if (v.kind == APK_MALFORMED)
		return scheme_refuse(text, v.rest, "not number{.number}[letter]{_suffix[number]}[~hash][-rnumber]", why);
	return ERR_OK;
}

// Two tokens of the same kind. After the first number a leading zero makes both a text, as digits after a decimal point are.
static int apk_token_compare(const struct apk *a, const struct apk *b)
{
	if (a->kind == APK_SUFFIX)
		return a->suffix - b->suffix;
	if (a->kind == APK_LETTER || a->kind == APK_HASH)
		return slice_compare(a->value, b->value);
	if (a->kind == APK_NUMBER && (a->value.p[0] == '0' || b->value.p[0] == '0'))
		return slice_compare(a->value, b->value);
	return scheme_number_compare(a->value, b->value);
}

int scheme_apk_compare(struct slice a, struct slice b)
{
	struct apk va = apk_start(a), vb = apk_start(b);
	while (va.kind == vb.kind && va.kind < APK_END) {
		int order = apk_token_compare(&va, &vb);
		if (order != 0)
			return order;
		va.kind = apk_after(&va);
		vb.kind = apk_after(&vb);
	}
	if (va.kind == vb.kind)
		return 0;
	if (va.kind == APK_SUFFIX && va.suffix < APK_RELEASES)
		return -1;
	if (vb.kind == APK_SUFFIX && vb.suffix < APK_RELEASES)
		return 1;
	return (int)vb.kind - (int)va.kind;
}
