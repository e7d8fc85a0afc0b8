#include "observable/form.h"

#include "base/num.h"

#include <stdio.h>

static bool unreserved(uint8_t c) // RFC 3986 section 2.3
{
	return form_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// "%" and two digits.
static size_t put_code(uint8_t c, char *out)
{
	static const char digits[] = "0123456789ABCDEF";
	out[0] = '%';
	out[1] = digits[c >> 4];
	out[2] = digits[c & 15];
	return 3;
}

// RFC 3986 section 6.2.2: %41 becomes A, %c3 becomes %C3, a % that begins nothing becomes %25. At most three times as long.
static size_t percent(struct slice in, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i < in.n; i++) {
		bool code = in.p[i] == '%' && i + 2 < in.n && form_is_hex(in.p[i + 1]) && form_is_hex(in.p[i + 2]);
		uint8_t c = code ? (uint8_t)(form_hex(in.p[i + 1]) << 4 | form_hex(in.p[i + 2])) : in.p[i];
		if (code ? unreserved(c) : c != '%')
			out[n++] = (char)c;
		else
			n += put_code(c, out + n);
		i += code ? 2 : 0;
	}
	return n;
}

// RFC 3986 section 5.2.4 on a path that begins with '/': "." and ".." segments are taken out, in place.
static size_t without_dots(char *path, size_t n)
{
	size_t to = 0;
	for (size_t from = 0; from < n;) {
		size_t end = from + 1;
		while (end < n && path[end] != '/')
			end++;
		size_t length = end - from; // of "/segment"
		bool one = length == 2 && path[from + 1] == '.';
		bool two = length == 3 && path[from + 1] == '.' && path[from + 2] == '.';
		if (two)
			while (to > 0 && path[--to] != '/')
				;
		if (!one && !two) {
			memmove(path + to, path + from, length);
			to += length;
		} else if (end == n) {
			path[to++] = '/';
		}
		from = end;
	}
	return to;
}

// Path and query as RFC 3986 allows them; every other byte becomes %XX. Stops when `room` bytes are full, and may write two more.
static size_t encode(struct slice in, char *out, size_t room)
{
	size_t n = 0;
	for (size_t i = 0; i < in.n && n < room; i++) {
		switch (in.p[i]) {
		case 'a' ... 'z': case 'A' ... 'Z': case '0' ... '9': case '-': case '.': case '_': case '~':
		case '%': case '!': case '$': case '&': case '\'': case '(': case ')': case '*': case '+': case ',': case ';': case '=':
		case ':': case '@': case '/': case '?':
			out[n++] = (char)in.p[i];
			break;
		default:
			n += put_code(in.p[i], out + n);
		}
	}
	return n;
}

static unsigned default_port(struct slice scheme)
{
	static const struct {
		const char *scheme;
		unsigned port;
	} rows[] = {{"http", 80}, {"https", 443}, {"ftp", 21}, {"ws", 80}, {"wss", 443}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (slice_is_text(scheme, rows[i].scheme))
			return rows[i].port;
	return 0;
}

static enum err parse_host(struct slice in, struct observable *host, struct why *why)
{
	size_t dot = in.n;
	if (in.n > 0 && in.p[0] == '[')
		return form_ipv6(in, host, why);
	if (in.n > 0 && in.p[in.n - 1] == '.')
		in.n--;
	while (dot > 0 && (dot > in.n || in.p[dot - 1] != '.'))
		dot--;
	bool number = in.n > dot;
	for (size_t i = dot; i < in.n; i++)
		number &= form_is_digit(in.p[i]);
	return number ? form_ipv4(in, host, why) : form_domain(in, host, why);
}

// "user@host:port" into host and port. Who is named before the @ is no part of the form: it never reaches a server's log line,
// and a password should not become a token.
static enum err parse_authority(struct slice in, struct slice scheme, struct observable *host, uint64_t *port, struct why *why)
{
	for (size_t i = in.n; i > 0; i--)
		if (in.p[i - 1] == '@') {
			in = slice_part(in, i, in.n);
			break;
		}
	size_t end = in.n > 0 && in.p[0] == '[' ? slice_find(in, ']', 0) + 1 : slice_find(in, ':', 0);
	struct slice digits = slice_part(in, end + 1, in.n);
	*port = 0;
	if (end > in.n || (end < in.n && in.p[end] != ':'))
		return why_set(why, ERR_INPUT, "the host is malformed");
	if (digits.n > 0 && !num_parse(digits, 1, 65535, port))
		return why_set(why, ERR_INPUT, "\"%.*s\" is no port from 1 to 65535", SLICE_ARGS(slice_part(digits, 0, 20)));
	if (*port == default_port(scheme))
		*port = 0;
	enum err e = parse_host(slice_part(in, 0, end), host, why);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "the host");
}

// The scheme, lower case, and what follows "://".
static enum err parse_scheme(struct slice in, char *scheme, size_t room, struct slice *rest, struct why *why)
{
	size_t n = slice_find(in, ':', 0);
	if (n + 3 > in.n || memcmp(in.p + n, "://", 3) != 0)
		return why_set(why, ERR_INPUT, "has no scheme (http://, https://, …)");
	for (size_t i = 0; i < n; i++)
		if (i + 1 >= room || !(form_is_alnum(in.p[i]) || strchr("+-.", in.p[i]) != NULL) || form_is_digit(in.p[0]))
			return why_set(why, ERR_INPUT, "the scheme is malformed");
		else
			scheme[i] = (char)slice_lower(in.p[i]);
	scheme[n] = 0;
	if (n == 0)
		return why_set(why, ERR_INPUT, "the scheme is empty");
	*rest = slice_part(in, n + 3, in.n);
	return ERR_OK;
}

#define FORM_MAX (OBSERVABLE_URL_FRONT + 2) // bytes: see encode()

// The first bytes of the canonical form; `length` is over OBSERVABLE_MAX when that is.
static enum err form_of(struct slice in, char front[static FORM_MAX], size_t *length, struct why *why)
{
	char text[3 * OBSERVABLE_WRITTEN_MAX + 1], root[] = "/";
	char scheme[32];
	struct slice rest;
	struct observable host;
	uint64_t port;
	// Percent-decoding first: it can uncover a defanged dot; undoing a defanged dot cannot uncover a percent code.
	size_t n = observable_refang(text, percent(in, text));
	enum err e = parse_scheme(slice_of(text, n), scheme, sizeof scheme, &rest, why);
	if (e != ERR_OK)
		return e;
	rest.n = slice_find(rest, '#', 0);
	size_t authority = slice_find(rest, '/', 0), query = slice_find(rest, '?', 0);
	if (query < authority)
		authority = query;
	e = parse_authority(slice_part(rest, 0, authority), slice_text(scheme), &host, &port, why);
	if (e != ERR_OK)
		return e;
	char *path = authority < query ? text + (rest.p - (const uint8_t *)text) + authority : root;
	size_t bare = without_dots(path, authority < query ? query - authority : 1);
	n = (size_t)snprintf(front, FORM_MAX, host.type == OBSERVABLE_IPV6 ? "%s://[%s]" : "%s://%s", scheme, host.value);
	if (port != 0)
		n += (size_t)snprintf(front + n, FORM_MAX - n, ":%llu", (unsigned long long)port);
	n += encode(slice_of(path, bare), front + n, OBSERVABLE_URL_FRONT - n);
	*length = n + encode(slice_part(rest, query, rest.n), front + n, n < OBSERVABLE_URL_FRONT ? OBSERVABLE_URL_FRONT - n : 0);
	return ERR_OK;
}

enum err form_url(struct slice in, struct observable *out, struct why *why)
{
	char front[FORM_MAX];
	size_t n = 0;
	enum err e = form_of(in, front, &n, why);
	if (e == ERR_OK && n > OBSERVABLE_MAX)
		return why_set(why, ERR_LIMIT, "over %u bytes, the maximum", OBSERVABLE_MAX);
	return e == ERR_OK ? form_set(out, OBSERVABLE_URL, slice_of(front, n), why) : e;
}

enum err observable_url_front(struct slice written, char front[static OBSERVABLE_URL_FRONT], size_t *n, struct why *why)
{
	char whole[FORM_MAX];
	size_t length = 0;
	if (written.n > OBSERVABLE_WRITTEN_MAX)
		return why_set(why, ERR_LIMIT, "url: %zu bytes as written, the maximum is %u", written.n, OBSERVABLE_WRITTEN_MAX);
	enum err e = form_of(written, whole, &length, why);
	if (e != ERR_OK)
		return why_at(why, e, "url");
	*n = length < OBSERVABLE_URL_FRONT ? length : OBSERVABLE_URL_FRONT;
	memcpy(front, whole, *n);
	return ERR_OK;
}

struct slice url_host(struct slice url, bool *ipv6)
{
	size_t start = slice_find(url, ':', 0) + 3, end = slice_find(url, '/', start);
	struct slice host = slice_part(url, start, end - start);
	*ipv6 = host.n > 0 && host.p[0] == '[';
	if (*ipv6)
		return slice_part(host, 1, slice_find(host, ']', 0) - 1);
	return slice_part(host, 0, slice_find(host, ':', 0));
}
