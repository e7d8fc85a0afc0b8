#include "product/cpe.h"

#include "base/num.h"

#define QUOTE_MAX 60 // bytes of a refused value shown in a message
#define QUOTE(s) (int)((s).n < QUOTE_MAX ? (s).n : QUOTE_MAX), (const char *)(s).p

static const char *const attribute_names[CPE_ATTRIBUTES] = {
	"part", "vendor", "product", "version", "update", "edition", "language", "sw_edition", "target_sw", "target_hw", "other",
};

struct reading {
	char *room;
	size_t n;
	struct slice text; // for messages
	struct why *why;
};

static enum err refuse(const struct reading *r, enum cpe_attribute a, struct slice value, const char *rule)
{
	return why_set(r->why, ERR_INPUT, "CPE \"%.*s\": %s \"%.*s\": %s", QUOTE(r->text), attribute_names[a], QUOTE(value), rule);
}

static bool is_word(uint8_t c) // UNRESERVED of NISTIR 7695, section 6.2.1
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '.' || c == '-';
}

static enum err put(struct reading *r, uint8_t c)
{
	if (r->n == CPE_MAX)
		return why_set(r->why, ERR_LIMIT, "CPE \"%.*s\": more than %u bytes", QUOTE(r->text), CPE_MAX);
	r->room[r->n++] = (char)c;
	return ERR_OK;
}

// One character that stands for itself.
static enum err put_plain(struct reading *r, enum cpe_attribute a, struct slice value, uint8_t c)
{
	if (c <= 0x20 || c >= 0x7f)
		return refuse(r, a, value, "a character that is no printable ASCII");
	enum err e = is_word(c) ? ERR_OK : put(r, '\\');
	return e != ERR_OK ? e : put(r, slice_lower(c));
}

// A hyphen alone means "not applicable": one that stands for itself keeps its escape.
static enum err put_hyphen(struct reading *r)
{
	enum err e = put(r, '\\');
	return e != ERR_OK ? e : put(r, '-');
}

static bool is_edge(struct slice value, size_t i)
{
	if (value.p[i] == '*')
		return i == 0 || i + 1 == value.n;
	size_t from = i, to = i;
	while (from > 0 && value.p[from - 1] == '?')
		from--;
	while (to < value.n && value.p[to] == '?')
		to++;
	return from == 0 || to == value.n; // a run of '?' at either end
}

static enum err attribute_of_string(struct reading *r, enum cpe_attribute a, struct slice value)
{
	if (value.n == 0)
		return refuse(r, a, value, "empty; any is \"*\"");
	if (value.n == 1 && (value.p[0] == '*' || value.p[0] == '-'))
		return put(r, value.p[0]);
	if (slice_is_text(value, "\\-"))
		return put_hyphen(r);
	enum err e = ERR_OK;
	for (size_t i = 0; i < value.n && e == ERR_OK; i++) {
		uint8_t c = value.p[i];
		if ((c == '*' || c == '?') && !is_edge(value, i))
			return refuse(r, a, value, "a wildcard that is neither first nor last");
		if (c == '*' || c == '?') {
			e = put(r, c);
			continue;
		}
		if (c == '\\') {
			if (++i == value.n)
				return refuse(r, a, value, "a backslash with nothing behind it");
			c = value.p[i];
			if (is_word(c) && strchr("_.-", c) == NULL)
				return refuse(r, a, value, "an escaped letter or digit");
		}
		e = put_plain(r, a, value, c);
	}
	return e;
}

// A run of the single-character wildcard, or nothing.
static bool is_marks(struct slice s)
{
	for (; slice_starts(s, "%01");)
		s = slice_part(s, 3, s.n);
	return s.n == 0;
}

// Section 6.1.3: percent-encoded; %01 and %02 are the wildcards; empty is any.
static enum err attribute_of_uri(struct reading *r, enum cpe_attribute a, struct slice value)
{
	if (value.n == 0)
		return put(r, '*');
	if (slice_is_text(value, "-"))
		return put(r, '-');
	if (slice_is_text(value, "%2d") || slice_is_text(value, "%2D"))
		return put_hyphen(r);
	enum err e = ERR_OK;
	for (size_t i = 0; i < value.n && e == ERR_OK; i++) {
		uint8_t c = value.p[i];
		if (c == '%') {
			size_t at = i;
			if (!hex_decode(slice_part(value, i + 1, 2), &c, 1))
				return refuse(r, a, value, "a percent sign without two hexadecimal digits");
			i += 2;
			if (c == 1 || c == 2) {
				bool edge = c == 2 ? at == 0 || i + 1 == value.n
				                   : is_marks(slice_part(value, 0, at)) || is_marks(slice_part(value, i + 1, value.n));
				if (!edge)
					return refuse(r, a, value, "a wildcard that is neither first nor last");
				e = put(r, c == 1 ? '?' : '*');
				continue;
			}
		}
		e = put_plain(r, a, value, c);
	}
	return e;
}

typedef enum err attribute_reader(struct reading *r, enum cpe_attribute a, struct slice value);

static enum err attribute(struct reading *r, struct cpe *c, enum cpe_attribute a, attribute_reader *read, struct slice value)
{
	size_t from = r->n;
	enum err e = read(r, a, value);
	if (e != ERR_OK)
		return e;
	struct slice got = slice_of(r->room + from, r->n - from);
	if (a == CPE_PART && (got.n != 1 || strchr("aoh*-", got.p[0]) == NULL))
		return refuse(r, a, value, "must be a, o or h");
	c->at[a] = got;
	return ERR_OK;
}

// The end of the attribute that starts at `at`: a colon that is not escaped, or the end.
static size_t attribute_end(struct slice text, size_t at, bool escapes)
{
	for (; at < text.n && text.p[at] != ':'; at++)
		if (escapes && text.p[at] == '\\')
			at++;
	return at < text.n ? at : text.n;
}

static enum err string_parse(struct reading *r, struct slice text, struct cpe *c)
{
	size_t at = 0;
	for (enum cpe_attribute a = 0; a < CPE_ATTRIBUTES && at <= text.n; a++) {
		size_t end = attribute_end(text, at, true);
		enum err e = attribute(r, c, a, attribute_of_string, slice_part(text, at, end - at));
		if (e != ERR_OK)
			return e;
		at = end + 1;
	}
	return at <= text.n ? refuse(r, CPE_OTHER, slice_part(text, at, text.n), "more than eleven attributes") : ERR_OK;
}

// "~edition~sw_edition~target_sw~target_hw~other" in the place of the edition (section 6.1.2.4).
static enum err packed(struct reading *r, struct slice value, struct cpe *c)
{
	static const enum cpe_attribute order[] = {CPE_EDITION, CPE_SW_EDITION, CPE_TARGET_SW, CPE_TARGET_HW, CPE_OTHER};
	size_t at = 1;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		size_t end = slice_find(value, '~', at);
		if (at > value.n)
			return refuse(r, CPE_EDITION, value, "must be five parts, each behind a '~'");
		enum err e = attribute(r, c, order[i], attribute_of_uri, slice_part(value, at, end - at));
		if (e != ERR_OK)
			return e;
		at = end + 1;
	}
	return at <= value.n ? refuse(r, CPE_EDITION, value, "must be five parts, each behind a '~'") : ERR_OK;
}

static enum err uri_parse(struct reading *r, struct slice text, struct cpe *c)
{
	size_t at = 0;
	for (enum cpe_attribute a = 0; a <= CPE_LANGUAGE && at <= text.n; a++) {
		size_t end = attribute_end(text, at, false);
		struct slice value = slice_part(text, at, end - at);
		enum err e = a == CPE_EDITION && value.n > 0 && value.p[0] == '~' ? packed(r, value, c)
		                                                                   : attribute(r, c, a, attribute_of_uri, value);
		if (e != ERR_OK)
			return e;
		at = end + 1;
	}
	return at <= text.n ? refuse(r, CPE_LANGUAGE, slice_part(text, at, text.n), "more than seven components") : ERR_OK;
}

enum err cpe_parse(struct slice text, char room[static CPE_MAX], struct cpe *out, struct why *why)
{
	struct reading r = {room, 0, text, why};
	struct cpe c;
	for (size_t a = 0; a < CPE_ATTRIBUTES; a++)
		c.at[a] = SLICE_LITERAL("*");
	if (text.n > CPE_MAX)
		return why_set(why, ERR_LIMIT, "CPE \"%.*s\": more than %u bytes", QUOTE(text), CPE_MAX);
	bool string = slice_starts_letters(text, "cpe:2.3:");
	if (!string && !slice_starts_letters(text, "cpe:/"))
		return why_set(why, ERR_INPUT, "CPE \"%.*s\": begins with neither \"cpe:2.3:\" nor \"cpe:/\"", QUOTE(text));
	enum err e = string ? string_parse(&r, slice_part(text, 8, text.n), &c) : uri_parse(&r, slice_part(text, 5, text.n), &c);
	if (e == ERR_OK)
		*out = c;
	return e;
}

void cpe_print(const struct cpe *c, struct buf *out)
{
	buf_put_text(out, "cpe:2.3");
	for (size_t a = 0; a < CPE_ATTRIBUTES; a++) {
		buf_put_u8(out, ':');
		buf_put_slice(out, c->at[a]);
	}
}

void cpe_plain(struct slice attribute_text, struct buf *out)
{
	for (size_t i = 0; i < attribute_text.n; i++) {
		if (attribute_text.p[i] == '\\' && i + 1 < attribute_text.n)
			i++;
		buf_put_u8(out, attribute_text.p[i]);
	}
}

void cpe_product(const struct cpe *c, struct buf *out)
{
	struct cpe product = *c;
	for (size_t a = CPE_VERSION; a < CPE_ATTRIBUTES; a++)
		product.at[a] = SLICE_LITERAL("*");
	cpe_print(&product, out);
}

// Characters, an escape and what it escapes being one.
static size_t characters(struct slice s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++, n++)
		i += s.p[i] == '\\';
	return n;
}

// A wildcard's reach: SIZE_MAX for '*', the length of the run of '?', 0 for none.
static size_t reach_before(struct slice *pattern)
{
	size_t n = 0;
	if (pattern->n > 0 && pattern->p[0] == '*')
		return *pattern = slice_part(*pattern, 1, pattern->n), SIZE_MAX;
	while (n < pattern->n && pattern->p[n] == '?')
		n++;
	*pattern = slice_part(*pattern, n, pattern->n);
	return n;
}

static size_t reach_behind(struct slice *pattern)
{
	size_t n = 0;
	for (; pattern->n > 0; pattern->n--, n++) {
		uint8_t c = pattern->p[pattern->n - 1];
		bool escaped = pattern->n > 1 && pattern->p[pattern->n - 2] == '\\';
		if (escaped || (c != '?' && (c != '*' || n > 0)))
			break;
		if (c == '*')
			return pattern->n--, SIZE_MAX;
	}
	return n;
}

// Section 6.2 of NISTIR 7696 and its algorithm: '*' is any characters, a run of '?' up to as many.
static bool wild(struct slice pattern, struct slice name)
{
	size_t before = reach_before(&pattern), behind = reach_behind(&pattern), skipped = 0;
	for (size_t i = 0; i + pattern.n <= name.n && skipped <= before; i++, skipped++) {
		struct slice rest = slice_part(name, i + pattern.n, name.n);
		if ((pattern.n == 0 || memcmp(name.p + i, pattern.p, pattern.n) == 0) && characters(rest) <= behind)
			return true;
		i += name.p[i] == '\\';
	}
	return false;
}

static bool covers(struct slice pattern, struct slice name)
{
	if (slice_is_text(pattern, "*") || slice_equal(pattern, name))
		return true;
	if (slice_is_text(pattern, "-") || slice_is_text(name, "*") || slice_is_text(name, "-"))
		return false;
	return wild(pattern, name);
}

bool cpe_covers(const struct cpe *pattern, const struct cpe *name)
{
	for (size_t a = 0; a < CPE_ATTRIBUTES; a++)
		if (!covers(pattern->at[a], name->at[a]))
			return false;
	return true;
}

static bool is_gap(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == '_' || c == '-';
}

bool product_fold(struct slice text, char *room, size_t max, struct slice *folded)
{
	size_t n = 0;
	text = slice_trim(text);
	for (size_t i = 0; i < text.n; i++) {
		bool gap = is_gap(text.p[i]);
		if (gap && i > 0 && is_gap(text.p[i - 1]))
			continue;
		if (n == max)
			return false;
		room[n++] = gap ? '_' : (char)slice_lower(text.p[i]);
	}
	*folded = slice_of(room, n);
	return true;
}
