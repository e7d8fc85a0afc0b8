#include "product/purl.h"

#include "base/num.h"

#define QUOTE_MAX 60 // bytes of a refused value shown in a message
#define QUOTE(s) (int)((s).n < QUOTE_MAX ? (s).n : QUOTE_MAX), (const char *)(s).p

// What is filled with decoded text. Decoding never makes text longer, so PURL_MAX is enough for all parts of PURL_MAX bytes.
struct room {
	char *p;
	size_t n;
	struct slice purl; // for messages
	struct why *why;
};

// Types whose namespace or name has no case (the types' definitions in purl-spec).
static const struct {
	const char *type;
	bool space, name, version;
} folded[] = {
	{"alpm", true, true, false},     {"apk", true, true, false},    {"bitbucket", true, true, false},
	{"bitnami", false, true, false}, {"brew", true, true, false},   {"composer", true, true, false},
	{"deb", true, true, false},      {"github", true, true, false}, {"githubactions", true, true, false},
	{"hex", true, true, false},      {"luarocks", true, true, true}, {"huggingface", false, false, true},
	{"oci", false, true, true},      {"otp", false, true, false},   {"pub", false, true, false},
	{"pypi", false, true, true},     {"qpkg", true, false, false},  {"rpm", true, false, false},
};

static enum err refuse(const struct room *room, struct slice value, const char *rule)
{
	return why_set(room->why, ERR_INPUT, "purl \"%.*s\": \"%.*s\": %s", QUOTE(room->purl), QUOTE(value), rule);
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

// The last `c`, or s.n when there is none.
static size_t find_last(struct slice s, uint8_t c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return i - 1;
	return s.n;
}

static enum err put_decoded(struct room *room, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c == '%') {
			if (!hex_decode(slice_part(text, i + 1, 2), &c, 1))
				return refuse(room, slice_part(text, i, 3), "a percent sign without two hexadecimal digits");
			i += 2;
		} else if (c == ' ') {
			return refuse(room, text, "a blank that is not encoded");
		}
		room->p[room->n++] = (char)c;
	}
	return ERR_OK;
}

// What was put since `from`.
static enum err taken(struct room *room, size_t from, struct slice *out)
{
	struct slice s = slice_of(room->p + from, room->n - from);
	size_t bad;
	if (!slice_is_utf8(s, &bad))
		return refuse(room, slice_part(s, 0, bad), "what follows is not UTF-8");
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			return refuse(room, slice_part(s, 0, i), "a control character follows");
	*out = s;
	return ERR_OK;
}

static enum err decoded(struct room *room, struct slice text, struct slice *out)
{
	size_t from = room->n;
	enum err e = put_decoded(room, text);
	return e != ERR_OK ? e : taken(room, from, out);
}

// "a/b//c": each segment decoded, empty ones left out, joined by '/'.
static enum err segments(struct room *room, struct slice text, bool path, struct slice *out)
{
	size_t from = room->n;
	for (size_t at = 0; at < text.n;) {
		size_t end = slice_find(text, '/', at);
		struct slice one = slice_part(text, at, end - at);
		at = end + 1;
		if (one.n == 0 || (path && (slice_is_text(one, ".") || slice_is_text(one, ".."))))
			continue;
		if (room->n > from)
			room->p[room->n++] = '/';
		size_t start = room->n;
		enum err e = put_decoded(room, one);
		if (e != ERR_OK)
			return e;
		struct slice put = slice_of(room->p + start, room->n - start);
		if (slice_find(put, '/', 0) < put.n || (path && (slice_is_text(put, ".") || slice_is_text(put, ".."))))
			return refuse(room, one, "a segment that is more than one when it is decoded");
	}
	return taken(room, from, out);
}

static enum err type_parse(struct room *room, struct slice text, struct slice *out)
{
	if (text.n == 0 || !is_letter(text.p[0]))
		return refuse(room, text, "a type begins with a letter");
	size_t from = room->n;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '+')
			return refuse(room, text, "a type is letters, digits, '.', '-' and '+'");
		room->p[room->n++] = (char)slice_lower(c);
	}
	*out = slice_of(room->p + from, text.n);
	return ERR_OK;
}

static enum err key_parse(struct room *room, struct slice text, struct slice *out)
{
	if (text.n == 0 || !is_letter(text.p[0]))
		return refuse(room, text, "a qualifier's key begins with a letter");
	size_t from = room->n;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_')
			return refuse(room, text, "a qualifier's key is letters, digits, '.', '-' and '_'");
		room->p[room->n++] = (char)slice_lower(c);
	}
	*out = slice_of(room->p + from, text.n);
	return ERR_OK;
}

static enum err qualifier_parse(struct room *room, struct slice text, struct purl *p)
{
	struct slice key, value;
	size_t sign = slice_find(text, '=', 0);
	if (sign == text.n)
		return refuse(room, text, "a qualifier without '='");
	enum err e = key_parse(room, slice_part(text, 0, sign), &key);
	if (e == ERR_OK)
		e = decoded(room, slice_part(text, sign + 1, text.n), &value);
	if (e != ERR_OK || value.n == 0) // an empty value is no qualifier
		return e;
	size_t place = p->qualifiers;
	while (place > 0 && slice_compare(p->qualifier[place - 1].key, key) > 0)
		place--;
	if (place > 0 && slice_equal(p->qualifier[place - 1].key, key))
		return refuse(room, key, "a qualifier twice");
	if (p->qualifiers == PURL_QUALIFIERS_MAX)
		return why_set(room->why, ERR_LIMIT, "purl \"%.*s\": more than %u qualifiers", QUOTE(room->purl), PURL_QUALIFIERS_MAX);
	memmove(&p->qualifier[place + 1], &p->qualifier[place], (p->qualifiers - place) * sizeof p->qualifier[0]);
	p->qualifier[place].key = key;
	p->qualifier[place].value = value;
	p->qualifiers++;
	return ERR_OK;
}

static enum err qualifiers_parse(struct room *room, struct slice text, struct purl *p)
{
	for (size_t at = 0; at < text.n;) {
		size_t end = slice_find(text, '&', at);
		if (end > at) {
			enum err e = qualifier_parse(room, slice_part(text, at, end - at), p);
			if (e != ERR_OK)
				return e;
		}
		at = end + 1;
	}
	return ERR_OK;
}

// Where the version's '@' is, or text.n. One that begins a segment with others behind it is a scope: "@angular/core".
static size_t find_version(struct slice text)
{
	size_t at = find_last(text, '@');
	bool scope = at < text.n && (at == 0 || text.p[at - 1] == '/') && slice_find(text, '/', at) < text.n;
	return scope ? text.n : at;
}

static void lower_all(struct slice s)
{
	char *p = (char *)s.p; // into the room, which is the caller's to write
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)slice_lower(s.p[i]);
}

static void normalise(struct purl *p)
{
	for (size_t i = 0; i < sizeof folded / sizeof *folded; i++)
		if (slice_is_text(p->type, folded[i].type)) {
			if (folded[i].space)
				lower_all(p->space);
			if (folded[i].name)
				lower_all(p->name);
			if (folded[i].version)
				lower_all(p->version);
		}
	if (slice_is_text(p->type, "pypi"))
		for (size_t i = 0; i < p->name.n; i++)
			if (p->name.p[i] == '_')
				((char *)p->name.p)[i] = '-';
}

// "space/name@version", behind the type.
static enum err path_parse(struct room *room, struct slice text, struct purl *p)
{
	size_t at = find_version(text);
	enum err e = at < text.n ? decoded(room, slice_part(text, at + 1, text.n), &p->version) : ERR_OK;
	if (at == text.n)
		while (text.n > 0 && text.p[text.n - 1] == '/')
			text.n--;
	text = slice_part(text, 0, at);
	size_t slash = find_last(text, '/');
	size_t from = slash < text.n ? slash + 1 : 0;
	if (e == ERR_OK)
		e = decoded(room, slice_part(text, from, text.n), &p->name);
	if (e == ERR_OK && p->name.n == 0)
		return refuse(room, text, "no name");
	return e != ERR_OK ? e : segments(room, slice_part(text, 0, from), false, &p->space);
}

static bool has_scheme(struct slice s)
{
	return slice_starts_letters(s, "pkg:");
}

enum err purl_parse(struct slice text, char room_bytes[static PURL_MAX], struct purl *out, struct why *why)
{
	struct room room = {.p = room_bytes, .purl = text, .why = why};
	struct purl p = {0};
	if (text.n > PURL_MAX)
		return why_set(why, ERR_LIMIT, "purl \"%.*s\": %zu bytes, the maximum is %u", QUOTE(text), text.n, PURL_MAX);
	size_t hash = find_last(text, '#');
	enum err e = hash < text.n ? segments(&room, slice_part(text, hash + 1, text.n), true, &p.subpath) : ERR_OK;
	struct slice rest = slice_part(text, 0, hash);
	size_t mark = find_last(rest, '?');
	if (e == ERR_OK && mark < rest.n)
		e = qualifiers_parse(&room, slice_part(rest, mark + 1, rest.n), &p);
	rest = slice_part(rest, 0, mark);
	if (e == ERR_OK && !has_scheme(rest))
		return refuse(&room, rest, "does not begin with \"pkg:\"");
	rest = slice_part(rest, 4, rest.n);
	while (rest.n > 0 && rest.p[0] == '/')
		rest = slice_part(rest, 1, rest.n);
	size_t slash = slice_find(rest, '/', 0);
	if (e == ERR_OK && slash == rest.n)
		return refuse(&room, rest, "a type and no name");
	if (e == ERR_OK)
		e = type_parse(&room, slice_part(rest, 0, slash), &p.type);
	if (e == ERR_OK)
		e = path_parse(&room, slice_part(rest, slash + 1, rest.n), &p);
	if (e != ERR_OK)
		return e;
	normalise(&p);
	*out = p;
	return ERR_OK;
}

// `also`: what stays as it is besides letters, digits and "-._~:".
static void put_encoded(struct buf *out, struct slice s, uint8_t also)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (is_letter(c) || (c >= '0' && c <= '9') || (c != 0 && strchr("-._~:", c) != NULL) || (also != 0 && c == also))
			buf_put_u8(out, c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

void purl_print(const struct purl *p, struct buf *out)
{
	buf_put_text(out, "pkg:");
	buf_put_slice(out, p->type);
	buf_put_u8(out, '/');
	if (p->space.n > 0) {
		put_encoded(out, p->space, '/');
		buf_put_u8(out, '/');
	}
	put_encoded(out, p->name, 0);
	if (p->version.n > 0) {
		buf_put_u8(out, '@');
		put_encoded(out, p->version, 0);
	}
	for (size_t i = 0; i < p->qualifiers; i++) {
		buf_put_u8(out, i == 0 ? '?' : '&');
		buf_put_slice(out, p->qualifier[i].key);
		buf_put_u8(out, '=');
		put_encoded(out, p->qualifier[i].value, '/');
	}
	if (p->subpath.n > 0) {
		buf_put_u8(out, '#');
		put_encoded(out, p->subpath, '/');
	}
}

struct slice purl_qualifier(const struct purl *p, const char *key)
{
	for (size_t i = 0; i < p->qualifiers; i++)
		if (slice_is_text(p->qualifier[i].key, key))
			return p->qualifier[i].value;
	return (struct slice){0};
}
