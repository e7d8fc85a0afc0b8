#include "fields.h"

#include <stdio.h>

#include "finder.h"
#include "when.h"

enum what { NOTHING, TIME, SOURCE, DESTINATION, HOST, MAYBE_HOST, URL_HOST, URL_PATH, URL_PORT, MARK };
enum mark { MARK_EVE = 1, MARK_ZEEK = 2, MARK_JOURNAL = 4, MARK_URI = 8 };

// What the names of fields mean, over all formats: a name that means different things in two formats stands here as MAYBE_.
static const struct known {
	const char *name;
	enum what what;
	enum fields_side side;
	unsigned mark;
} known[] = {
	// Suricata EVE (doc/userguide/output/eve/eve-json-format.rst)
	{"event_type", MARK, FIELDS_NO_SIDE, MARK_EVE},
	{"timestamp", TIME, FIELDS_NO_SIDE, 0},
	{"src_ip", SOURCE, FIELDS_SOURCE, 0},
	{"dest_ip", DESTINATION, FIELDS_DESTINATION, 0},
	{"dest_port", URL_PORT, FIELDS_NO_SIDE, 0},
	{"http.hostname", URL_HOST, FIELDS_DESTINATION, 0},
	{"http.url", URL_PATH, FIELDS_DESTINATION, 0},
	{"tls.sni", NOTHING, FIELDS_DESTINATION, 0},
	{"tls.subject", NOTHING, FIELDS_DESTINATION, 0},
	{"dns.rrname", NOTHING, FIELDS_DESTINATION, 0},
	{"dns.query.rrname", NOTHING, FIELDS_DESTINATION, 0},
	{"dns.queries.rrname", NOTHING, FIELDS_DESTINATION, 0},
	{"quic.sni", NOTHING, FIELDS_DESTINATION, 0},
	{"smtp.mail_from", NOTHING, FIELDS_SOURCE, 0},
	{"smtp.rcpt_to", NOTHING, FIELDS_DESTINATION, 0},
	{"email.from", NOTHING, FIELDS_SOURCE, 0},
	{"email.to", NOTHING, FIELDS_DESTINATION, 0},
	// Zeek
	{"ts", TIME, FIELDS_NO_SIDE, 0},
	{"uid", MARK, FIELDS_NO_SIDE, MARK_ZEEK},
	{"fuid", MARK, FIELDS_NO_SIDE, MARK_ZEEK},
	{"id.orig_h", SOURCE, FIELDS_SOURCE, MARK_ZEEK},
	{"id.resp_h", DESTINATION, FIELDS_DESTINATION, MARK_ZEEK},
	{"id.resp_p", URL_PORT, FIELDS_NO_SIDE, MARK_ZEEK},
	{"tx_hosts", SOURCE, FIELDS_SOURCE, 0},
	{"rx_hosts", DESTINATION, FIELDS_DESTINATION, 0},
	{"host", MAYBE_HOST, FIELDS_NO_SIDE, 0},
	{"uri", URL_PATH, FIELDS_DESTINATION, MARK_URI},
	{"server_name", NOTHING, FIELDS_DESTINATION, 0},
	{"query", NOTHING, FIELDS_DESTINATION, 0},
	{"mailfrom", NOTHING, FIELDS_SOURCE, 0},
	{"rcptto", NOTHING, FIELDS_DESTINATION, 0},
	// the journal, and JSON of other programs
	{"__REALTIME_TIMESTAMP", TIME, FIELDS_NO_SIDE, MARK_JOURNAL},
	{"_HOSTNAME", HOST, FIELDS_NO_SIDE, 0},
	{"@timestamp", TIME, FIELDS_NO_SIDE, 0},
	{"time", TIME, FIELDS_NO_SIDE, 0},
	{"time_iso8601", TIME, FIELDS_NO_SIDE, 0},
	{"source.ip", SOURCE, FIELDS_SOURCE, 0},
	{"destination.ip", DESTINATION, FIELDS_DESTINATION, 0},
	{"host.name", HOST, FIELDS_NO_SIDE, 0},
	{"hostname", HOST, FIELDS_NO_SIDE, 0},
	{"remote_addr", SOURCE, FIELDS_SOURCE, 0},
	{"client_ip", SOURCE, FIELDS_SOURCE, 0},
	// what the readers of text call things
	{"client", SOURCE, FIELDS_SOURCE, 0},
	{"peer", DESTINATION, FIELDS_DESTINATION, 0},
	{"url", NOTHING, FIELDS_DESTINATION, 0},
	{"dns.question", NOTHING, FIELDS_DESTINATION, 0},
	{"from", NOTHING, FIELDS_SOURCE, 0},
	{"to", NOTHING, FIELDS_DESTINATION, 0},
	{"relay", NOTHING, FIELDS_DESTINATION, 0},
	{"rhost", SOURCE, FIELDS_SOURCE, 0},
	{"SRC", SOURCE, FIELDS_SOURCE, 0},
	{"DST", DESTINATION, FIELDS_DESTINATION, 0},
};

const char *fields_format_name(enum fields_format format)
{
	static const char *const names[] = {"text",  "json",  "suricata.eve", "zeek.tsv", "zeek.json", "web", "squid",
	                                    "bind", "syslog", "postfix",      "journald"};
	return names[format];
}

void fields_header_init(struct fields_header *h)
{
	*h = (struct fields_header){.separator = '\t'};
	buf_init(&h->names, FIELDS_HEADER_MAX);
}

void fields_header_free(struct fields_header *h)
{
	buf_free(&h->names);
}

static bool starts(struct slice s, const char *with)
{
	size_t n = strlen(with);
	return s.n >= n && memcmp(s.p, with, n) == 0;
}

void fields_header_line(struct fields_header *h, struct slice line)
{
	if (starts(line, "#separator \\x")) {
		unsigned value = 0;
		char hex[3] = {0};
		memcpy(hex, line.p + 13, line.n - 13 < 2 ? line.n - 13 : 2);
		h->zeek = sscanf(hex, "%x", &value) == 1;
		h->separator = (char)value;
	} else if (starts(line, "#fields") && line.n > 8) {
		h->zeek = true;
		buf_clear(&h->names);
		buf_put_slice(&h->names, slice_part(line, 8, line.n));
	}
}

static const struct known *find(struct slice name)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_is_text(name, known[i].name))
			return &known[i];
	return NULL;
}

static void set_time(struct finder *d, struct slice value)
{
	uint64_t ms;
	if (d->f->time_ms == WHEN_UNKNOWN && (when_iso(value, &ms) || when_epoch(value, &ms)))
		d->f->time_ms = ms;
}

static void first(struct slice *to, struct slice value)
{
	if (to->n == 0)
		*to = value;
}

static void learn(struct finder *d, const struct known *k, struct slice value)
{
	struct fields *f = d->f;
	d->marks |= k->mark;
	switch (k->what) {
	case TIME: set_time(d, value); break;
	case SOURCE: first(&f->source, value); break;
	case DESTINATION: first(&f->destination, value); break;
	case HOST: first(&f->host, value); break;
	case MAYBE_HOST: first(&d->maybe_host, value); break;
	case URL_HOST: first(&f->url_host, value); break;
	case URL_PATH: first(&f->url_path, value); break;
	case URL_PORT: first(&f->url_port, value); break;
	case NOTHING:
	case MARK: break;
	}
}

// A value without a name (the root of broken JSON) keeps the name of the format.
static void answer(struct fields_place *p, struct slice name, enum fields_side side)
{
	if (name.n == 0)
		return;
	size_t n = name.n < FIELDS_NAME_MAX ? name.n : FIELDS_NAME_MAX - 1;
	memcpy(p->name, name.p, n);
	p->name[n] = 0;
	p->side = side;
}

void finder_span(struct finder *d, struct slice name, size_t from, size_t to)
{
	const struct known *k = find(name);
	if (k != NULL)
		learn(d, k, slice_part(d->line, from, to - from));
	while (d->next < d->count && d->places[d->next].offset < from)
		d->next++; // stands between two values: keeps the name it has
	for (; d->next < d->count && d->places[d->next].offset < to; d->next++)
		answer(&d->places[d->next], name, k != NULL ? k->side : FIELDS_NO_SIDE);
}

// What a line of JSON or Zeek is, by the names it had.
static void conclude(struct finder *d)
{
	struct fields *f = d->f;
	if (f->format == FIELDS_JSON)
		f->format = d->marks & MARK_EVE ? FIELDS_EVE : d->marks & MARK_ZEEK ? FIELDS_ZEEK_JSON :
			d->marks & MARK_JOURNAL ? FIELDS_JOURNAL : FIELDS_JSON;
	bool request = (d->marks & MARK_URI) != 0 && f->url_host.n == 0;
	if (request)
		f->url_host = d->maybe_host;
	else
		first(&f->host, d->maybe_host);
	snprintf(f->url_name, sizeof f->url_name, "%s", request ? "host+uri" : "http.hostname+http.url");
	for (size_t i = 0; request && i < d->count; i++)
		if (strcmp(d->places[i].name, "host") == 0)
			d->places[i].side = FIELDS_DESTINATION;
}

static void read_text(struct finder *d)
{
	if (finder_web(d) || finder_squid(d) || finder_bind(d, 0, true) || finder_syslog(d))
		return;
	finder_text(d);
}

void fields_read(struct slice line, const struct fields_header *h, bool journal, uint64_t now_ms, struct fields *f,
                 struct fields_place *places, size_t count)
{
	*f = (struct fields){.format = FIELDS_TEXT, .time_ms = WHEN_UNKNOWN};
	struct finder d = {.line = line, .f = f, .places = places, .count = count, .now_ms = now_ms};
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		d.line.n--;
	bool json = d.line.n > 0 && d.line.p[0] == '{';
	if (journal)
		f->format = FIELDS_JOURNAL;
	else if (json)
		f->format = FIELDS_JSON;
	else if (h->zeek)
		f->format = FIELDS_ZEEK;
	const char *otherwise = json ? "json" : h->zeek && !journal ? "zeek" : "text";
	for (size_t i = 0; i < count; i++)
		answer(&places[i], slice_text(otherwise), FIELDS_NO_SIDE);
	f->json = json && !journal;
	if (journal)
		finder_journal(&d);
	else if (json)
		finder_json(&d);
	else if (h->zeek)
		finder_zeek(&d, h);
	else
		read_text(&d);
	conclude(&d);
}

// --- URLs that are written apart ---------------------------------------------------------------------------------------------

static bool put(char url[static FIELDS_URL_MAX], size_t *n, struct slice s, bool json)
{
	for (size_t i = 0; i < s.n; i++) {
		if (json && s.p[i] == '\\' && i + 1 < s.n && strchr("/\\\"", s.p[i + 1]) != NULL)
			i++; // what a URL really has escaped in JSON; the scanner sees the rest
		if (*n >= FIELDS_URL_MAX)
			return false;
		url[(*n)++] = (char)s.p[i];
	}
	return true;
}

bool fields_url(const struct fields *f, bool with_port, char url[static FIELDS_URL_MAX], size_t *n)
{
	*n = 0;
	if (f->url_host.n == 0 || f->url_path.n == 0)
		return false;
	if (f->url_path.p[0] != '/' && !(f->json && f->url_path.p[0] == '\\'))
		return !with_port && put(url, n, f->url_path, f->json); // a request to a proxy is a URL of its own
	bool usual = f->url_port.n == 0 || slice_is_text(f->url_port, "80") || slice_is_text(f->url_port, "443");
	if (with_port && (usual || f->url_port.n > 5 || memchr(f->url_host.p, ':', f->url_host.n) != NULL))
		return false;
	return put(url, n, SLICE_LITERAL("http://"), false) && put(url, n, f->url_host, f->json) &&
	       (!with_port || (put(url, n, SLICE_LITERAL(":"), false) && put(url, n, f->url_port, false))) &&
	       put(url, n, f->url_path, f->json);
}
