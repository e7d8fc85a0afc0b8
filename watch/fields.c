#include "fields.h"

#include <stdio.h>

#include "base/num.h"
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
	// CloudTrail, VPC flows, the audit log of Kubernetes, Sysmon through winlogbeat; CEF and LEEF; FortiOS
	{"eventTime", TIME, FIELDS_NO_SIDE, 0},
	{"sourceIPAddress", SOURCE, FIELDS_SOURCE, 0},
	{"srcaddr", SOURCE, FIELDS_SOURCE, 0},
	{"dstaddr", DESTINATION, FIELDS_DESTINATION, 0},
	{"requestReceivedTimestamp", TIME, FIELDS_NO_SIDE, 0},
	{"sourceIPs", SOURCE, FIELDS_SOURCE, 0},
	{"winlog.event_data.SourceIp", SOURCE, FIELDS_SOURCE, 0},
	{"winlog.event_data.IpAddress", SOURCE, FIELDS_SOURCE, 0},
	{"winlog.event_data.DestinationIp", DESTINATION, FIELDS_DESTINATION, 0},
	{"src", SOURCE, FIELDS_SOURCE, 0},
	{"dst", DESTINATION, FIELDS_DESTINATION, 0},
	{"srcip", SOURCE, FIELDS_SOURCE, 0},
	{"dstip", DESTINATION, FIELDS_DESTINATION, 0},
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

struct url {
	char *p;
	size_t n;
};

static void put(struct url *u, uint8_t c)
{
	if (u->n < FIELDS_URL_MAX)
		u->p[u->n++] = (char)c;
}

static void put_plain(struct url *u, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		put(u, s.p[i]);
}

static void put_character(struct url *u, uint32_t c)
{
	if (c < 0x80) {
		put(u, (uint8_t)c);
		return;
	}
	unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	put(u, (uint8_t)((more == 1 ? 0xc0 : more == 2 ? 0xe0 : 0xf0) | c >> 6 * more));
	while (more-- > 0)
		put(u, (uint8_t)(0x80 | (c >> 6 * more & 63)));
}

// "\uXXXX" at i.
static bool unit_at(struct slice s, size_t i, uint32_t *unit)
{
	uint8_t bytes[2];
	if (i + 6 > s.n || s.p[i] != '\\' || s.p[i + 1] != 'u' || !hex_decode(slice_part(s, i + 2, 4), bytes, 2))
		return false;
	*unit = (uint32_t)bytes[0] << 8 | bytes[1];
	return true;
}

// A string's text (RFC 8259 section 7). What is no escape, or half of a pair, stays as it stands.
static void put_json(struct url *u, struct slice s)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	for (size_t i = 0; i < s.n; i++) {
		uint32_t unit, low;
		const char *short_one = s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] != 0 ? strchr(from, s.p[i + 1]) : NULL;
		if (short_one != NULL) {
			put(u, (uint8_t)to[short_one - from]);
			i++;
		} else if (unit_at(s, i, &unit) && unit >> 10 == 0x36 && unit_at(s, i + 6, &low) && low >> 10 == 0x37) {
			put_character(u, 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff));
			i += 11;
		} else if (unit_at(s, i, &unit) && unit >> 11 != 0x1b) {
			put_character(u, unit);
			i += 5;
		} else {
			put(u, s.p[i]);
		}
	}
}

static void put_written(struct url *u, const struct fields *f, struct slice s)
{
	if (f->json)
		put_json(u, s);
	else
		put_plain(u, s);
}

bool fields_url(const struct fields *f, bool with_port, char url[static FIELDS_URL_MAX], size_t *n)
{
	struct url u = {.p = url};
	bool usual = f->url_port.n == 0 || slice_is_text(f->url_port, "80") || slice_is_text(f->url_port, "443");
	if (f->url_host.n == 0 || f->url_path.n == 0)
		return false;
	put_written(&u, f, f->url_path);
	if (url[0] != '/') // a request to a proxy is a URL of its own, and met where it stands
		return false;
	if (with_port && (usual || f->url_port.n > 5 || memchr(f->url_host.p, ':', f->url_host.n) != NULL))
		return false;
	u = (struct url){.p = url};
	put_plain(&u, SLICE_LITERAL("http://"));
	put_written(&u, f, f->url_host);
	if (with_port) {
		put(&u, ':');
		put_plain(&u, f->url_port);
	}
	put_written(&u, f, f->url_path);
	*n = u.n;
	return true;
}
