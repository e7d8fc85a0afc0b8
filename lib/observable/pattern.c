// STIX patterns (STIX 2.1 section 9), as far as they say "this value": equalities and IN lists, combined by AND and OR. The
// pattern is read twice: once for its syntax, so that a malformed one gives one refusal and no tokens; then for its values.
#include "observable/form.h"
#include "observable/reading.h"

#include <stdio.h>

#define TEXT_MAX 4096 // bytes of a path or constant

struct pattern {
	struct slice in;
	size_t at;
	unsigned depth;
	bool emit;      // second reading
	bool sequence;  // FOLLOWEDBY or a qualifier was met
	enum err stop;  // an error that is not the pattern's fault
	struct extract *x;
	struct slice place;
	struct why *why;
	struct why rule; // what is wrong with the pattern
};

static bool fail(struct pattern *p, const char *rule)
{
	why_set(&p->rule, ERR_INPUT, "character %zu: %s", p->at + 1, rule);
	return false;
}

static void skip(struct pattern *p)
{
	while (p->at < p->in.n && strchr(" \t\r\n", p->in.p[p->at]) != NULL)
		p->at++;
}

static bool word_byte(uint8_t c)
{
	return form_is_alnum(c) || c == '_' || c == '-';
}

static bool take_byte(struct pattern *p, char c)
{
	skip(p);
	if (p->at == p->in.n || p->in.p[p->at] != (uint8_t)c)
		return false;
	p->at++;
	return true;
}

static bool take_word(struct pattern *p, const char *word)
{
	skip(p);
	struct slice rest = slice_part(p->in, p->at, p->in.n);
	size_t n = strlen(word);
	if (!slice_starts_letters(rest, word) || (rest.n > n && word_byte(rest.p[n])))
		return false;
	p->at += n;
	return true;
}

// 'text' with the two escapes \' and \\ of section 9.3.
static bool quoted(struct pattern *p, char *text, size_t *n)
{
	*n = 0;
	for (p->at++; p->at < p->in.n; p->at++) {
		uint8_t c = p->in.p[p->at];
		if (c == '\'') {
			p->at++;
			return true;
		}
		if (c == '\\' && (++p->at == p->in.n || (p->in.p[p->at] != '\'' && p->in.p[p->at] != '\\')))
			return fail(p, "only \\' and \\\\ are escapes");
		if (*n == TEXT_MAX)
			return fail(p, "a text is too long");
		text[(*n)++] = (char)p->in.p[p->at];
	}
	return fail(p, "a quote is not closed");
}

// object-type:property.'quoted property'[*].… ; quotes around names are taken off.
static bool path(struct pattern *p, char *text, size_t *n)
{
	char name[TEXT_MAX];
	size_t used = 0, length;
	bool colon = false;
	skip(p);
	while (p->at < p->in.n && used < TEXT_MAX / 2) {
		uint8_t c = p->in.p[p->at];
		if (c == '\'' && colon) {
			if (!quoted(p, name, &length))
				return false;
			if (length > TEXT_MAX / 2)
				return fail(p, "a name is too long");
			memcpy(text + used, name, length);
			used += length;
		} else if (word_byte(c) || (colon && strchr(".[]*", c) != NULL) || (c == ':' && !colon)) {
			colon |= c == ':';
			text[used++] = (char)c;
			p->at++;
		} else {
			break;
		}
	}
	*n = used;
	return (colon && text[used - 1] != ':' && text[0] != ':') || fail(p, "an object path is expected");
}

static void say(struct pattern *p, struct slice value, const char *rule)
{
	if (p->emit && p->stop == ERR_OK)
		p->stop = put_refusal(p->x, p->place, value, rule, p->why);
}

static bool ends(struct slice at, const char *end)
{
	size_t n = strlen(end);
	return at.n > n && memcmp(at.p + at.n - n, end, n) == 0;
}

// What a path's value is; false when it gives no token.
static bool kind_of_path(struct slice at, unsigned *kind)
{
	static const struct {
		const char *path;
		unsigned kind;
	} rows[] = {
		{"ipv4-addr:value", KIND_ADDRESS},      {"ipv6-addr:value", KIND_ADDRESS},
		{"domain-name:value", OBSERVABLE_DOMAIN}, {"url:value", OBSERVABLE_URL},
		{"email-addr:value", OBSERVABLE_MAIL},  {"file:name", OBSERVABLE_FILENAME},
		{"mutex:name", OBSERVABLE_MUTEX},       {"windows-registry-key:key", OBSERVABLE_REGISTRY_KEY},
		{"autonomous-system:number", OBSERVABLE_ASN}, {"software:cpe", OBSERVABLE_PRODUCT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (slice_is_text(at, rows[i].path)) {
			*kind = rows[i].kind;
			return true;
		}
	const uint8_t *hash = memmem(at.p, at.n, "hashes.", 7);
	if (hash != NULL) {
		size_t from = (size_t)(hash - at.p) + 7;
		if (!kind_of_hash(slice_part(at, from, at.n), kind))
			return false;
		if (slice_starts_letters(at, "x509-certificate:"))
			*kind = OBSERVABLE_CERTIFICATE;
		return true;
	}
	*kind = slice_starts_letters(at, "email-message:") ? OBSERVABLE_MAIL : KIND_HOST;
	return ends(at, "_ref.value") || ends(at, "_refs[*].value");
}

// A constant: text, number, true, false, t'…', b'…', h'…'. Without quotes in *text.
static bool constant(struct pattern *p, char *text, size_t *n)
{
	skip(p);
	struct slice rest = slice_part(p->in, p->at, p->in.n);
	*n = 0;
	if (rest.n >= 2 && strchr("tbh", rest.p[0]) != NULL && rest.p[1] == '\'')
		p->at++;
	else if (rest.n == 0 || rest.p[0] != '\'') {
		while (*n < rest.n && *n < TEXT_MAX && (word_byte(rest.p[*n]) || rest.p[*n] == '.' || rest.p[*n] == '+'))
			(*n)++;
		memcpy(text, rest.p, *n);
		p->at += *n;
		bool truth = *n > 0 && (slice_is_text(slice_of(text, *n), "true") || slice_is_text(slice_of(text, *n), "false"));
		bool number = *n > 0 && (form_is_digit(rest.p[0]) || (*n > 1 && (rest.p[0] == '-' || rest.p[0] == '+')));
		return truth || number || fail(p, "a constant is expected");
	}
	return quoted(p, text, n);
}

// One value compared for equality; or, when `rule` is set, a comparison that gives no token.
static bool value(struct pattern *p, struct slice at, const char *rule)
{
	char text[TEXT_MAX];
	size_t n;
	unsigned kind;
	if (!constant(p, text, &n))
		return false;
	if (!p->emit || p->stop != ERR_OK)
		return true;
	char shown[WHY_MAX];
	snprintf(shown, sizeof shown, "%.*s: %s", SLICE_ARGS(slice_part(at, 0, 80)),
	         rule != NULL ? rule : "this property gives no token");
	if (rule != NULL || !kind_of_path(at, &kind))
		say(p, slice_of(text, n), shown);
	else
		p->stop = put_value(p->x, kind, false, slice_of(text, n), p->place, p->why);
	return true;
}

static bool list(struct pattern *p, struct slice at, const char *rule)
{
	if (!take_byte(p, '('))
		return fail(p, "IN needs a list");
	do
		if (!value(p, at, rule))
			return false;
	while (take_byte(p, ','));
	return take_byte(p, ')') || fail(p, "the list is not closed");
}

static bool comparison(struct pattern *p)
{
	static const char *const others[] = {"LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"};
	static const char *const orders[] = {"!=", "<>", "<=", ">=", "<", ">"};
	char text[TEXT_MAX];
	size_t n;
	if (take_word(p, "EXISTS")) {
		if (!path(p, text, &n))
			return false;
		say(p, slice_of(text, n), "EXISTS names no value");
		return true;
	}
	if (!path(p, text, &n))
		return false;
	struct slice at = slice_of(text, n);
	const char *negated = take_word(p, "NOT") ? "a negated comparison is not understood" : NULL;
	if (take_word(p, "IN"))
		return list(p, at, negated);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (take_word(p, others[i]))
			return value(p, at, "only equality is understood, not LIKE, MATCHES, ISSUBSET or ISSUPERSET");
	skip(p);
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
		if (slice_starts_letters(slice_part(p->in, p->at, 2), orders[i])) {
			p->at += strlen(orders[i]);
			return value(p, at, "only equality is understood");
		}
	if (take_byte(p, '=')) {
		(void)take_byte(p, '='); // "==" of STIX 2.0
		return value(p, at, negated);
	}
	return fail(p, "a comparison operator is expected");
}

typedef bool reader(struct pattern *p);

// term (AND term | OR term | FOLLOWEDBY term)*: how they bind does not matter, every equality counts.
static bool chain(struct pattern *p, reader *term, bool sequences)
{
	do
		if (!term(p))
			return false;
	while (take_word(p, "AND") || take_word(p, "OR") || (sequences && take_word(p, "FOLLOWEDBY") && (p->sequence = true)));
	return true;
}

static bool in_brackets(struct pattern *p, reader *term, bool sequences, char close)
{
	if (++p->depth > PATTERN_DEPTH_MAX)
		return fail(p, "brackets are nested too deep");
	bool ok = chain(p, term, sequences);
	p->depth--;
	return ok && (take_byte(p, close) || fail(p, "a bracket is not closed"));
}

static bool comparison_term(struct pattern *p)
{
	return take_byte(p, '(') ? in_brackets(p, comparison_term, false, ')') : comparison(p);
}

static bool qualifiers(struct pattern *p)
{
	char text[TEXT_MAX];
	size_t n;
	for (;;) {
		bool repeats = take_word(p, "REPEATS"), within = !repeats && take_word(p, "WITHIN");
		if (repeats || within) {
			if (!constant(p, text, &n) || !take_word(p, repeats ? "TIMES" : "SECONDS"))
				return fail(p, "a number and TIMES or SECONDS is expected");
		} else if (take_word(p, "START")) {
			if (!constant(p, text, &n) || !take_word(p, "STOP") || !constant(p, text, &n))
				return fail(p, "START needs two times");
		} else {
			return true;
		}
		p->sequence = true;
	}
}

static bool observation_term(struct pattern *p)
{
	bool ok = take_byte(p, '[')   ? in_brackets(p, comparison_term, false, ']')
	          : take_byte(p, '(') ? in_brackets(p, observation_term, true, ')')
	                              : fail(p, "[ or ( is expected");
	return ok && qualifiers(p);
}

static bool read_once(struct pattern *p)
{
	p->at = 0;
	if (!chain(p, observation_term, true))
		return false;
	skip(p);
	return p->at == p->in.n || fail(p, "the pattern goes on after its end");
}

enum err read_pattern(struct slice pattern, struct extract *x, struct slice place, struct why *why)
{
	struct pattern p = {.in = pattern, .x = x, .place = place, .why = why};
	if (memchr(pattern.n > 0 ? (const void *)pattern.p : "", 0, pattern.n) != NULL)
		return put_refusal(x, place, SLICE_LITERAL(""), "the pattern has a NUL character", why);
	if (!read_once(&p))
		return put_refusal(x, place, pattern, p.rule.text, why);
	if (p.sequence)
		return put_refusal(x, place, pattern,
		                   "sequences and qualifiers (FOLLOWEDBY, REPEATS, WITHIN, START) are not understood", why);
	p.emit = true;
	bool again = read_once(&p);
	INVARIANT(again);
	return p.stop;
}
