#include "sighting.h"

#include <arpa/inet.h>

#include "base/num.h"
#include "crypto/hash.h"
#include "json/write.h"
#include "when.h"

#define ADDRESS_TEXT 46 // INET6_ADDRSTRLEN

uint64_t sighting_time(const struct sighting *s)
{
	return s->fields->time_ms != WHEN_UNKNOWN ? s->fields->time_ms : s->read_ms;
}

struct slice sighting_host(const struct sighting *s)
{
	if (s->fields->source.n > 0)
		return s->fields->source;
	return s->fields->host.n > 0 ? s->fields->host : slice_text(s->path);
}

void sighting_identify(struct sighting *s, struct slice line_hash)
{
	uint8_t place[16], hash[32];
	for (int i = 0; i < 8; i++) {
		place[i] = (uint8_t)(s->offset >> (8 * i));
		place[8 + i] = (uint8_t)(s->column >> (8 * i));
	}
	uint8_t type = (uint8_t)s->what->what.type;
	const struct slice parts[] = {slice_text(s->path), slice_of("", 1), slice_of(place, sizeof place), slice_of(&type, 1),
	                              observable_value(&s->what->what), slice_of("", 1), line_hash};
	sha256_parts(parts, sizeof parts / sizeof *parts, hash);
	memcpy(s->id, hash, SIGHTING_ID);
}

void sighting_clean(struct slice text, bool plain, struct buf *out)
{
	while (text.n > 0) {
		size_t good = text.n;
		bool whole = slice_is_utf8(text, &good);
		if (whole)
			good = text.n;
		for (size_t i = 0; i < good; i++)
			buf_put_u8(out, plain && (text.p[i] < 0x20 || text.p[i] == 0x7f) ? '?' : text.p[i]);
		if (whole)
			return;
		buf_put_text(out, "\xef\xbf\xbd");
		text = slice_part(text, good + 1, text.n);
	}
}

static void put_clean(struct json_writer *w, const char *name, struct slice text)
{
	struct buf clean;
	buf_init(&clean, SIGHTING_VALUE_MAX * 3 + 16);
	sighting_clean(slice_part(text, 0, SIGHTING_VALUE_MAX), false, &clean);
	json_put_text(w, name, buf_slice(&clean));
	buf_free(&clean);
}

static void put_ms(struct json_writer *w, const char *name, uint64_t ms)
{
	char text[WHEN_TEXT];
	when_print(ms, text);
	json_put_string(w, name, text);
}

static bool is_address(struct slice s)
{
	char text[ADDRESS_TEXT];
	struct in6_addr a;
	if (s.n == 0 || s.n >= sizeof text)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	return inet_pton(AF_INET, text, &a) == 1 || inet_pton(AF_INET6, text, &a) == 1;
}

// An address is an IP field for the store that reads this, so nothing else may stand there.
static void put_address(struct json_writer *w, const char *name, struct slice address)
{
	if (!is_address(address))
		return;
	json_open_object(w, name);
	json_put_text(w, "ip", address);
	json_close(w);
}

static void put_hash(struct json_writer *w, const char *algorithm, struct slice value)
{
	json_open_object(w, "file");
	json_open_object(w, "hash");
	json_put_text(w, algorithm, value);
	json_close(w);
	json_close(w);
}

static void put_in(struct json_writer *w, const char *object, const char *name, struct slice value)
{
	json_open_object(w, object);
	json_put_text(w, name, value);
	json_close(w);
}

// threat.indicator.* of ECS 8 for one type.
static void put_kind(struct json_writer *w, const struct observable *o)
{
	struct slice v = observable_value(o);
	switch (o->type) {
	case OBSERVABLE_IPV4:
	case OBSERVABLE_IPV6:
		json_put_string(w, "type", o->type == OBSERVABLE_IPV4 ? "ipv4-addr" : "ipv6-addr");
		json_put_text(w, "ip", v);
		break;
	case OBSERVABLE_CIDR:
		json_put_string(w, "type", memchr(v.p, ':', v.n) != NULL ? "ipv6-addr" : "ipv4-addr");
		break;
	case OBSERVABLE_DOMAIN:
		json_put_string(w, "type", "domain-name");
		put_in(w, "url", "domain", v);
		break;
	case OBSERVABLE_URL:
		json_put_string(w, "type", "url");
		put_in(w, "url", "full", v);
		break;
	case OBSERVABLE_MAIL:
		json_put_string(w, "type", "email-addr");
		put_in(w, "email", "address", v);
		break;
	case OBSERVABLE_MD5:
	case OBSERVABLE_SHA1:
	case OBSERVABLE_SHA256:
	case OBSERVABLE_SHA512:
		json_put_string(w, "type", "file");
		put_hash(w, observable_type_name(o->type), v);
		break;
	case OBSERVABLE_FILENAME:
		json_put_string(w, "type", "file");
		put_in(w, "file", "name", v);
		break;
	default:
		json_put_string(w, "type", observable_type_name(o->type));
	}
}

static const char *confidence_name(unsigned c)
{
	return c == 0 ? "None" : c < 30 ? "Low" : c < 70 ? "Medium" : "High"; // the scale of STIX 2.1, appendix A
}

static void put_indicator(struct json_writer *w, const struct indicator *x)
{
	json_open_object(w, "threat");
	json_open_object(w, "indicator");
	put_kind(w, &x->what);
	json_put_text(w, "name", observable_value(&x->what));
	if (x->meta.source.n > 0)
		put_clean(w, "provider", x->meta.source);
	if (x->meta.tlp != EXTRACT_TLP_NONE)
		put_in(w, "marking", "tlp", slice_text(extract_tlp_name(x->meta.tlp) + strlen("TLP:")));
	if (x->meta.confidence != INDICATOR_CONFIDENCE_NONE)
		json_put_string(w, "confidence", confidence_name(x->meta.confidence));
	json_close(w);
	json_close(w);
}

static void put_event(struct json_writer *w, const struct sighting *s)
{
	json_open_object(w, "event");
	put_ms(w, "ingested", s->read_ms);
	json_put_string(w, "kind", "alert");
	json_open_array(w, "category");
	json_put_string(w, NULL, "threat");
	json_close(w);
	json_open_array(w, "type");
	json_put_string(w, NULL, "indicator");
	json_close(w);
	json_put_string(w, "module", "tocsin");
	json_put_string(w, "dataset", fields_format_name(s->fields->format));
	json_put_hex(w, "id", slice_of(s->id, SIGHTING_ID));
	json_close(w);
}

static void put_log(struct json_writer *w, const struct sighting *s)
{
	json_open_object(w, "log");
	json_open_object(w, "file");
	put_clean(w, "path", slice_text(s->path));
	if (s->line > 0)
		json_put_number(w, "line", s->line);
	json_close(w);
	json_put_number(w, "offset", s->offset);
	json_close(w);
}

// Last, and its last members are added by the table of repeats (tally.h).
static void put_own(struct json_writer *w, const struct sighting *s)
{
	const struct indicator *x = s->what;
	json_open_object(w, "tocsin");
	put_clean(w, "field", slice_text(s->field));
	put_clean(w, "value", s->value);
	json_put_number(w, "column", s->column);
	json_put_string(w, "type", observable_type_name(x->what.type));
	if (x->meta.id.n > 0)
		put_clean(w, "indicator", x->meta.id);
	if (x->meta.pap != INDICATOR_PAP_NONE)
		json_put_string(w, "pap", indicator_pap_name(x->meta.pap) + strlen("PAP:"));
	if (x->meta.confidence != INDICATOR_CONFIDENCE_NONE)
		json_put_number(w, "confidence", x->meta.confidence);
	if (x->meta.expiry != 0)
		json_put_time(w, "expiry", x->meta.expiry);
	json_put_string(w, "time", s->fields->time_ms != WHEN_UNKNOWN ? "event" : "read");
	if (s->duplicate)
		json_put_bool(w, "duplicate_possible", true);
	json_close(w);
}

void sighting_json(const struct sighting *s, struct buf *out)
{
	struct json_writer w;
	struct buf line;
	buf_init(&line, SIGHTING_MAX);
	json_begin(&w, &line, false);
	json_open_object(&w, NULL);
	put_ms(&w, "@timestamp", sighting_time(s));
	put_event(&w, s);
	put_log(&w, s);
	put_address(&w, "source", s->fields->source);
	put_address(&w, "destination", s->fields->destination);
	if (s->fields->host.n > 0) {
		json_open_object(&w, "host");
		put_clean(&w, "name", s->fields->host);
		json_close(&w);
	}
	if (s->side != FIELDS_NO_SIDE)
		put_in(&w, "network", "direction", slice_text(s->side == FIELDS_SOURCE ? "inbound" : "outbound"));
	put_indicator(&w, s->what);
	put_own(&w, s);
	json_close(&w);
	INVARIANT(json_end(&w, NULL) == ERR_OK); // every text was cleaned and cut, so it fits
	buf_put_slice(out, buf_slice(&line));
	buf_put_u8(out, '\n');
	buf_free(&line);
}

void sighting_text(const struct sighting *s, bool colour, struct buf *out)
{
	const char *dim = colour ? "\033[2m" : "", *red = colour ? "\033[1;31m" : "", *off = colour ? "\033[0m" : "";
	char time[WHEN_TEXT];
	when_print(sighting_time(s), time);
	buf_printf(out, "%s%s%s ", dim, time, off);
	sighting_clean(slice_text(s->path), true, out);
	buf_printf(out, "%s:%llu:%llu%s ", dim, (unsigned long long)s->line, (unsigned long long)s->column, off);
	sighting_clean(slice_text(s->field), true, out);
	buf_printf(out, "=%s", red);
	sighting_clean(slice_part(s->value, 0, SIGHTING_VALUE_MAX), true, out);
	buf_printf(out, "%s", off);
	if (s->fields->source.n > 0 || s->fields->destination.n > 0) {
		buf_put_text(out, " ");
		sighting_clean(s->fields->source, true, out);
		buf_put_text(out, "→");
		sighting_clean(s->fields->destination, true, out);
	}
	buf_printf(out, " %s%s %s%s", dim, observable_type_name(s->what->what.type), s->what->what.value, off);
	if (s->what->meta.source.n > 0) {
		buf_put_text(out, " ");
		sighting_clean(s->what->meta.source, true, out);
	}
	buf_printf(out, "%s\n", s->duplicate ? " (perhaps told before)" : "");
}
