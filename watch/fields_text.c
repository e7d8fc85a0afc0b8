// Lines of text in known shapes: web servers, Squid, BIND, syslog with Postfix in it.
#include "finder.h"
#include "when.h"

static size_t skip_spaces(struct slice s, size_t i)
{
	while (i < s.n && s.p[i] == ' ')
		i++;
	return i;
}

static void span(struct finder *d, const char *name, size_t from, size_t to)
{
	finder_span(d, slice_text(name), from, to);
}

static bool at(struct slice s, size_t i, const char *text)
{
	size_t n = strlen(text);
	return i <= s.n && s.n - i >= n && memcmp(s.p + i, text, n) == 0;
}

static size_t find_text(struct slice s, const char *text, size_t from)
{
	const uint8_t *p = from <= s.n ? memmem(s.p + from, s.n - from, text, strlen(text)) : NULL;
	return p != NULL ? (size_t)(p - s.p) : s.n;
}

// --- Web servers: Apache and nginx, common and combined ----------------------------------------------------------------------

// A quoted field at i; *from and *to without the quotes. Both servers write a quote inside as \" or \x22.
static size_t quoted(struct slice s, size_t i, size_t *from, size_t *to)
{
	*from = *to = i;
	if (i >= s.n || s.p[i] != '"')
		return i;
	for (i++; i < s.n && s.p[i] != '"'; i++)
		if (s.p[i] == '\\')
			i++;
	*from = *from + 1;
	*to = i < s.n ? i : s.n;
	return *to < s.n ? *to + 1 : *to;
}

bool finder_web(struct finder *d)
{
	struct slice s = d->line;
	size_t open = slice_find(s, '[', 0), space = slice_find(s, ' ', 0);
	uint64_t ms;
	if (open >= s.n || space >= open || !when_clf(slice_part(s, open + 1, s.n), &ms))
		return false;
	d->f->format = FIELDS_WEB;
	d->f->time_ms = ms;
	// "vhost:port client - user [": Apache's vhost_combined puts the name in front.
	size_t words = 0;
	for (size_t i = 0; i < open; i++)
		words += s.p[i] == ' ';
	size_t from = 0;
	if (words == 4) {
		span(d, "server", 0, space);
		from = space + 1;
		space = slice_find(s, ' ', from);
	}
	span(d, "client", from, space);
	span(d, "user", space, open);
	static const char *const names[] = {"request", "referer", "user_agent", "forwarded_for"};
	size_t i = slice_find(s, '"', open), to;
	for (unsigned n = 0; i < s.n; n++) {
		i = quoted(s, i, &from, &to);
		span(d, n < 4 ? names[n] : "text", from, to);
		if (n == 0) // method, URL, version
			d->f->url_path = (struct slice){0};
		i = slice_find(s, '"', i);
	}
	return true;
}

// --- Squid's native format ---------------------------------------------------------------------------------------------------

// time elapsed client code/status bytes method URL user hierarchy/peer type
bool finder_squid(struct finder *d)
{
	static const char *const names[] = {"time", "elapsed", "client", "result", "bytes", "method", "url", "user", "hierarchy",
	                                    "type"};
	enum { WORDS = sizeof names / sizeof *names };
	struct slice s = d->line;
	size_t from[WORDS], to[WORDS], n = 0;
	for (size_t i = skip_spaces(s, 0); i < s.n && n < WORDS; i = skip_spaces(s, to[n++])) {
		from[n] = i;
		to[n] = slice_find(s, ' ', i);
	}
	uint64_t ms;
	struct slice time = n > 0 ? slice_part(s, from[0], to[0] - from[0]) : (struct slice){0};
	if (n < 9 || slice_find(time, '.', 0) == time.n || !when_epoch(time, &ms) || slice_find(s, '/', from[3]) >= to[3])
		return false;
	d->f->format = FIELDS_SQUID;
	for (size_t i = 0; i < n; i++) {
		size_t cut = i == 8 ? slice_find(s, '/', from[8]) : to[i];
		if (i == 8 && cut < to[8])
			span(d, "peer", cut + 1, to[8]);
		else
			span(d, names[i], from[i], to[i]);
	}
	d->f->time_ms = ms;
	return true;
}

// --- BIND's query log --------------------------------------------------------------------------------------------------------

// [time] [category: severity:] client [@0x…] address#port (name): [view v:] query: name class type flags (server)
bool finder_bind(struct finder *d, size_t from, bool timed)
{
	struct slice s = d->line;
	uint64_t ms = WHEN_UNKNOWN;
	size_t client = at(s, from, "client ") ? from : find_text(s, " client ", from);
	size_t query = find_text(s, " query: ", client);
	bool own = timed && (when_bind(slice_part(s, from, s.n), &ms) || when_iso(slice_part(s, from, s.n), &ms));
	if (query >= s.n || (timed && !own && client != from))
		return false;
	client = skip_spaces(s, client);
	size_t who = skip_spaces(s, client + strlen("client "));
	if (at(s, who, "@0x"))
		who = skip_spaces(s, slice_find(s, ' ', who));
	size_t hash = slice_find(s, '#', who);
	if (hash >= query)
		return false;
	d->f->format = FIELDS_BIND;
	if (own)
		d->f->time_ms = ms;
	span(d, "client", who, hash);
	size_t open = slice_find(s, '(', hash), shut = slice_find(s, ')', open);
	if (shut < query)
		span(d, "dns.question", open + 1, shut);
	size_t name = query + strlen(" query: "), end = slice_find(s, ' ', name);
	span(d, "dns.question", name, end);
	open = slice_find(s, '(', end);
	shut = slice_find(s, ')', open);
	if (shut < s.n)
		span(d, "server", open + 1, shut);
	return true;
}

// --- syslog ------------------------------------------------------------------------------------------------------------------

static bool ends_value(uint8_t c)
{
	return c == ' ' || c == ',' || c == ';' || c == '\t' || c == '^'; // the last of LEEF 2
}

static bool is_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

// Postfix writes host[address]: "client=", "connect from".
static void value(struct finder *d, struct slice name, size_t from, size_t to)
{
	struct slice s = d->line;
	size_t open = slice_find(s, '[', from), shut = slice_find(s, ']', from);
	bool client = slice_is_text(name, "client"), peer = d->f->format == FIELDS_POSTFIX && slice_is_text(name, "from");
	if ((client || peer) && open < shut && shut < to) {
		finder_span(d, client ? SLICE_LITERAL("client.name") : SLICE_LITERAL("from.name"), from, open);
		finder_span(d, name, open + 1, shut);
		if (d->f->source.n == 0)
			d->f->source = slice_part(s, open + 1, shut - open - 1);
	} else {
		finder_span(d, name, from, to);
	}
}

// key=value and key="value", and the words of sshd ("from ADDRESS port"). The rest is the message.
static void message(struct finder *d, size_t i)
{
	struct slice s = d->line;
	size_t word = i, plain = i; // where the word, and the text that belongs to no key, began
	for (; i < s.n; i++) {
		size_t from, to;
		struct slice name;
		if (s.p[i] == '=' && i > word) {
			name = slice_part(s, word, i - word);
			from = i + 1;
			if (from < s.n && (s.p[from] == '"' || s.p[from] == '<')) {
				to = slice_find(s, s.p[from] == '"' ? '"' : '>', from + 1);
				from++;
			} else {
				for (to = from; to < s.n && !ends_value(s.p[to]);)
					to++;
			}
		} else if (s.p[i] == ' ' && i - word == 4 && memcmp(s.p + word, "from", 4) == 0) {
			name = SLICE_LITERAL("from");
			from = i + 1;
			to = slice_find(s, ' ', from);
		} else {
			if (!is_name(s.p[i]))
				word = i + 1;
			continue;
		}
		finder_span(d, SLICE_LITERAL("message"), plain, word);
		if (name.p != s.p + word && at(s, to, " port "))
			d->f->source = slice_part(s, from, to - from);
		value(d, name, from, to);
		plain = i = to;
		word = i + 1;
	}
	finder_span(d, SLICE_LITERAL("message"), plain < s.n ? plain : s.n, s.n);
}

// The time at the front of a line: RFC 3164, RFC 5424 or what rsyslog writes; *i is left behind it.
static bool front_time(struct finder *d, size_t *i)
{
	struct slice s = d->line;
	if (s.n > 0 && s.p[0] == '<') {
		*i = slice_find(s, '>', 0) + 1;
		if (at(s, *i, "1 "))
			*i += 2;
	}
	struct slice rest = slice_part(s, *i, s.n);
	if (when_syslog(rest, d->now_ms, &d->f->time_ms)) {
		*i += 15;
		while (*i < s.n && s.p[*i] != ' ') // a year or a fraction
			++*i;
		return true;
	}
	if (!when_iso(rest, &d->f->time_ms) || rest.p[10] != 'T')
		return false;
	*i = slice_find(s, ' ', *i);
	return true;
}

bool finder_syslog(struct finder *d)
{
	struct slice s = d->line;
	size_t i = 0;
	if (!front_time(d, &i))
		return false;
	size_t host = skip_spaces(s, i), host_end = slice_find(s, ' ', host);
	size_t program = skip_spaces(s, host_end), end = program;
	while (end < s.n && s.p[end] != ' ' && s.p[end] != ':' && s.p[end] != '[')
		end++;
	if (end >= s.n)
		return false;
	d->f->format = FIELDS_SYSLOG;
	d->f->host = slice_part(s, host, host_end - host);
	span(d, "host", host, host_end);
	size_t text = s.p[end] == ' ' ? program : s.p[end] == ':' ? end + 1 : slice_find(s, ' ', end);
	struct slice name = slice_part(s, program, end - program);
	if (at(name, 0, "named") && finder_bind(d, skip_spaces(s, text), false))
		return true;
	if (at(name, 0, "postfix"))
		d->f->format = FIELDS_POSTFIX;
	message(d, text);
	return true;
}

// Ten digits of seconds, and what cannot belong to another number.
static bool seconds(struct slice s, uint64_t *ms)
{
	return s.n > 10 && (s.p[10] == '.' || s.p[10] == ']') && slice_find(s, s.p[10], 0) == 10 && when_epoch(s, ms);
}

// No format that is known, but a time at the front as many programs write it, or that of the audit daemon.
void finder_text(struct finder *d)
{
	static const char *const fronts[] = {"[", "time=\"", "time=", "ts="};
	struct slice s = d->line;
	size_t from = 0, audit = at(s, 0, "type=") || at(s, 0, "node=") ? find_text(s, "msg=audit(", 0) : s.n;
	uint64_t ms;
	for (size_t i = 0; i < sizeof fronts / sizeof *fronts && from == 0; i++)
		if (at(s, 0, fronts[i]))
			from = strlen(fronts[i]);
	if (audit < s.n)
		from = audit + strlen("msg=audit(");
	s = slice_part(s, from, s.n);
	if (when_iso(s, &ms) || when_bind(s, &ms) || when_asctime(s, &ms) || seconds(s, &ms))
		d->f->time_ms = ms;
}
