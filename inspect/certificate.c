#include "certificate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "crypto/hash.h"
#include "json/write.h"
#include "sys/file.h"

#define KIND "inspection"
#define HEAD "{\"body\":"
#define MIDDLE ",\"signature\":{\"ed25519\":\""
#define VALUE "\",\"value\":\""
#define TAIL "\"}}\n"
#define SIGNATURE_TEXT 88 // base64 of 64 bytes
#define DAY 86400
#define DATE_MAX (FACT_DATE_MAX - 366 * (int64_t)DAY) // twelve months later is still a date

static const struct slice origin = {(const uint8_t *)"tocsin-inspect", 14};

void certificate_print(const struct certificate *c, struct buf *out)
{
	buf_put_text(out, HEAD);
	buf_put_slice(out, c->body);
	buf_put_text(out, MIDDLE);
	buf_put_hex(out, slice_of(c->key, sizeof c->key));
	buf_put_text(out, VALUE);
	buf_put_base64(out, slice_of(c->signature, sizeof c->signature));
	buf_put_text(out, TAIL);
}

// One certificate, one file: a key is written in lower case.
static bool take_key(struct slice hex, uint8_t key[static SIGN_PUBLIC])
{
	for (size_t i = 0; i < hex.n; i++)
		if (hex.p[i] >= 'A' && hex.p[i] <= 'F')
			return false;
	return hex_decode(hex, key, SIGN_PUBLIC);
}

enum err certificate_parse(struct slice file, struct certificate *c, struct why *why)
{
	const size_t head = sizeof HEAD - 1, middle = sizeof MIDDLE - 1, value = sizeof VALUE - 1, tail = sizeof TAIL - 1;
	const size_t end = middle + 2 * SIGN_PUBLIC + value + SIGNATURE_TEXT + tail;
	if (file.n > CERTIFICATE_MAX)
		return why_set(why, ERR_LIMIT, "a certificate of more than %u MiB", CERTIFICATE_MAX >> 20);
	if (file.n < head + 2 + end || memcmp(file.p, HEAD, head) != 0)
		return why_set(why, ERR_INPUT, "not a certificate: it does not begin with %s or is too short", HEAD);
	const uint8_t *at = file.p + file.n - end;
	size_t n;
	if (memcmp(at, MIDDLE, middle) != 0 || !take_key(slice_of(at + middle, 2 * SIGN_PUBLIC), c->key) ||
	    memcmp(at + middle + 2 * SIGN_PUBLIC, VALUE, value) != 0 ||
	    !base64_decode(slice_of(at + middle + 2 * SIGN_PUBLIC + value, SIGNATURE_TEXT), c->signature, SIGN_BYTES, &n) || n != SIGN_BYTES ||
	    memcmp(file.p + file.n - tail, TAIL, tail) != 0)
		return why_set(why, ERR_INPUT, "not a certificate: its end is not a signature");
	c->body = slice_part(file, head, file.n - head - end);
	if (!sign_message_verify(c->key, KIND, origin, c->body, c->signature))
		return why_set(why, ERR_AUTH, "the signature is false: the certificate was changed");
	return ERR_OK;
}

// --- The body ----------------------------------------------------------------------------------------------------------------------

static bool has_key(const struct fact_provider *p, const uint8_t key[static SIGN_PUBLIC])
{
	uint8_t own[SIGN_PUBLIC];
	return p->key.n == 2 * SIGN_PUBLIC && hex_decode(p->key, own, sizeof own) && memcmp(own, key, sizeof own) == 0;
}

const char *certificate_unofficial(const struct knowledge *k, const uint8_t key[static SIGN_PUBLIC], int64_t day, struct slice *name)
{
	const char *why = "its key is not in the register of qualified providers";
	for (size_t i = 0; k != NULL && i < knowledge_providers(k); i++) {
		struct fact_provider p = knowledge_provider(k, i);
		if (!has_key(&p, key))
			continue;
		*name = p.name;
		if (p.suspended)
			why = "its qualification is suspended";
		else if (p.from == FACT_NO_DATE || p.from > day)
			why = "its qualification had not begun on the day";
		else if (p.until == FACT_NO_DATE || p.until + DAY <= day)
			why = "its qualification had ended on the day";
		else
			return NULL;
	}
	return k == NULL ? "no register of providers is at hand" : why;
}

// The same day of a later month, or its last day.
static int64_t months_later(int64_t seconds, unsigned months)
{
	int64_t year;
	unsigned month, day;
	civil_from_days(seconds / DAY, &year, &month, &day);
	month += months;
	year += (month - 1) / 12;
	month = (month - 1) % 12 + 1;
	unsigned last = month_length(year, month);
	return days_from_civil(year, month, day < last ? day : last) * DAY;
}

struct drafting {
	const struct certificate_ask *ask;
	struct json result, defects, findings;
	struct json before, before_defects; // absent: a first inspection
	struct json_writer w;
	struct why *why;
	int64_t day, first; // of the result; of the full inspection it completes
	int64_t last;       // of a re-inspection: the day by which the full one wants it
	bool partial;       // only points of `before` were looked at
	struct slice verdict;
};

static enum err read_json(const char *path, struct buf *bytes, struct json *root, bool certificate, struct why *why)
{
	struct certificate c;
	enum err e = file_read(path, CERTIFICATE_MAX, bytes, why);
	struct slice text = buf_slice(bytes);
	if (e == ERR_OK && certificate) {
		e = certificate_parse(text, &c, why);
		text = c.body;
	}
	if (e == ERR_OK)
		e = json_parse(text, root, why);
	return e == ERR_OK ? e : why_at(why, e, "%s", path);
}

static enum err get_day(const struct json *object, const char *name, int64_t *day, struct why *why)
{
	struct slice text;
	uint64_t seconds;
	enum err e = json_get_text(object, name, &text, why);
	if (e == ERR_OK && (!time_parse(text, &seconds) || seconds > (uint64_t)DATE_MAX))
		e = json_refuse(object, why, ERR_INPUT, "%s: \"%.*s\" is no date", name, SLICE_ARGS(slice_part(text, 0, 40)));
	if (e == ERR_OK)
		*day = (int64_t)seconds;
	return e;
}

// No certificate on stale data: the result itself says how old its sources were.
static enum err check_fresh(struct drafting *d)
{
	struct json knowledge, sources;
	struct slice missing = {0}, name = {0};
	enum err e = json_get_object(&d->result, "knowledge", &knowledge, d->why);
	if (e == ERR_OK)
		e = json_opt_text(&knowledge, "missing", &missing, d->why);
	if (e == ERR_OK && missing.n > 0)
		return why_set(d->why, ERR_DENIED, "no certificate: %.*s", SLICE_ARGS(missing));
	if (e == ERR_OK)
		e = json_get_array(&knowledge, "sources", &sources, d->why);
	for (size_t i = 0; e == ERR_OK && i < json_count(&sources); i++) {
		struct json source = json_item(&sources, i);
		bool stale = true;
		e = json_get_text(&source, "name", &name, d->why);
		if (e == ERR_OK)
			e = json_get_bool(&source, "stale", &stale, d->why);
		if (e == ERR_OK && stale)
			return why_set(d->why, ERR_DENIED, "no certificate on stale data: %.*s", SLICE_ARGS(name));
	}
	return e;
}

// Copies a value as it is: the law's titles, the data's ages.
static void copy(struct json_writer *w, const char *name, const struct json *j)
{
	struct slice text;
	uint64_t number;
	bool truth;
	if (json_is_object(j)) {
		json_open_object(w, name);
		void *state = NULL;
		struct json field;
		while (json_next(j, &state, &field))
			copy(w, field.name, &field);
		json_close(w);
	} else if (json_is_array(j)) {
		json_open_array(w, name);
		for (size_t i = 0; i < json_count(j); i++) {
			struct json item = json_item(j, i);
			copy(w, NULL, &item);
		}
		json_close(w);
	} else if (json_text(j, &text, NULL) == ERR_OK) {
		json_put_text(w, name, text);
	} else if (json_number(j, 0, INT64_MAX, &number, NULL) == ERR_OK) {
		json_put_number(w, name, number);
	} else if (json_bool(j, &truth, NULL) == ERR_OK) {
		json_put_bool(w, name, truth);
	} else {
		json_put_null(w, name);
	}
}

static void copy_field(struct drafting *d, const struct json *from, const char *name)
{
	struct json field = json_find(from, name);
	if (!json_is_absent(&field))
		copy(&d->w, name, &field);
}

static void put_inspector(struct drafting *d)
{
	struct slice name = d->ask->inspector;
	const char *unofficial = certificate_unofficial(d->ask->knowledge, d->ask->key, d->day, &name);
	json_open_object(&d->w, "inspector");
	json_put_text(&d->w, "name", name);
	json_put_bool(&d->w, "official", unofficial == NULL);
	if (unofficial != NULL)
		json_put_string(&d->w, "unofficial_because", unofficial);
	json_close(&d->w);
}

// None of its points can be found on another machine, or under another law: they would all look cured.
// A number of the counts.
static enum err get_count(const struct json *of, const char *name, uint64_t *n, struct why *why)
{
	struct json counts;
	enum err e = json_get_object(of, "counts", &counts, why);
	return e == ERR_OK ? json_get_number(&counts, name, 0, UINT64_MAX >> 1, n, why) : e;
}

static enum err check_something(struct drafting *d)
{
	uint64_t items = 0;
	enum err e = get_count(&d->result, "items", &items, d->why);
	return e == ERR_OK && items == 0 ? why_set(d->why, ERR_DENIED, "no certificate: not one item was inspected") : e;
}

// A machine that is left out has not been cured.
static enum err check_machines(struct drafting *d)
{
	uint64_t were = 0, are = 0;
	enum err e = get_count(&d->before, "machines", &were, d->why);
	if (e == ERR_OK)
		e = get_count(&d->result, "machines", &are, d->why);
	if (e == ERR_OK && are < were)
		return why_set(d->why, ERR_DENIED, "no certificate: %llu machines were inspected before, %llu now", (unsigned long long)were, (unsigned long long)are);
	return e;
}

static enum err check_same(struct drafting *d)
{
	struct json before, now, regimes, of;
	struct slice was = {0}, is = {0}, id;
	uint64_t bound = 0, binds = 0;
	enum err e = json_get_object(&d->before, "subject", &before, d->why);
	if (e == ERR_OK)
		e = json_get_object(&d->result, "subject", &now, d->why);
	if (e == ERR_OK)
		e = json_opt_text(&before, "name", &was, d->why);
	if (e == ERR_OK)
		e = json_opt_text(&now, "name", &is, d->why);
	if (e == ERR_OK && !slice_equal(was, is))
		return why_set(d->why, ERR_DENIED, "no certificate: points of \"%.*s\" were looked at in \"%.*s\"", SLICE_ARGS(slice_part(was, 0, 80)), SLICE_ARGS(slice_part(is, 0, 80)));
	if (e == ERR_OK)
		e = json_get_number(&d->before, "entity", 0, UINT32_MAX, &bound, d->why);
	if (e == ERR_OK)
		e = json_get_number(&d->result, "entity", 0, UINT32_MAX, &binds, d->why);
	if (e == ERR_OK && (bound & ~binds) != 0)
		return why_set(d->why, ERR_DENIED, "no certificate: the inspection before was of another --entity");
	if (e == ERR_OK)
		e = json_get_array(&d->before, "regimes", &regimes, d->why);
	if (e == ERR_OK)
		e = json_get_array(&d->result, "regimes", &of, d->why);
	for (size_t i = 0; e == ERR_OK && i < json_count(&regimes); i++) {
		struct json regime = json_item(&regimes, i);
		bool has = false;
		e = json_get_text(&regime, "id", &id, d->why);
		for (size_t n = 0; e == ERR_OK && n < json_count(&of); n++) {
			struct json other = json_item(&of, n), other_id = json_find(&other, "id");
			has |= json_text(&other_id, &is, NULL) == ERR_OK && slice_equal(is, id);
		}
		if (e == ERR_OK && !has)
			return why_set(d->why, ERR_DENIED, "no certificate: the inspection before was under \"%.*s\" too", SLICE_ARGS(slice_part(id, 0, 80)));
	}
	return e;
}

// A part of an inspection is certified only as the re-inspection of the certificate whose points it looked at, while that may be: one
// re-inspection after the other wins no time.
static enum err check_whole(struct drafting *d)
{
	struct slice of = {0}, serial = {0};
	bool changes = false;
	enum err e = json_opt_text(&d->result, "only_points_of", &of, d->why);
	if (e == ERR_OK)
		e = json_opt_bool(&d->result, "changes_only", &changes, d->why);
	if (e == ERR_OK && changes)
		return why_set(d->why, ERR_DENIED, "no certificate: only what changed was looked at");
	if (e != ERR_OK || of.n == 0)
		return e;
	if (json_is_absent(&d->before))
		return why_set(d->why, ERR_DENIED, "no certificate: only points of %.*s were looked at; give it with --before", SLICE_ARGS(of));
	e = json_get_text(&d->before, "serial", &serial, d->why);
	if (e == ERR_OK && !slice_equal(serial, of))
		return why_set(d->why, ERR_DENIED, "no certificate: points of %.*s were looked at, not those of %.*s", SLICE_ARGS(of), SLICE_ARGS(serial));
	if (e == ERR_OK)
		e = check_machines(d);
	if (e == ERR_OK)
		e = check_same(d);
	struct json full = json_find(&d->before, "full_inspection");
	if (e == ERR_OK)
		e = get_day(&d->before, json_is_absent(&full) ? "date" : "full_inspection", &d->first, d->why);
	if (e == ERR_OK)
		e = get_day(&d->before, "reinspection_by", &d->last, d->why);
	if (e == ERR_OK && d->last + DAY <= d->day)
		return why_set(d->why, ERR_DENIED, "no certificate: the time for the re-inspection is over, a full inspection is due");
	d->partial = e == ERR_OK;
	return e;
}

static void put_validity(struct drafting *d)
{
	json_put_time(&d->w, "date", (uint64_t)d->day);
	if (d->partial)
		json_put_time(&d->w, "full_inspection", (uint64_t)d->first);
	json_put_text(&d->w, "verdict", d->verdict);
	if (slice_is_text(d->verdict, verdict_name(VERDICT_FAVOURABLE)))
		json_put_time(&d->w, "valid_until", (uint64_t)months_later(d->first, CERTIFICATE_MONTHS));
	else
		json_put_time(&d->w, "reinspection_by", (uint64_t)(d->partial ? d->last : months_later(d->day, REINSPECTION_MONTHS)));
}

static enum err put_defect(struct drafting *d, size_t at)
{
	static const char *const own[] = {"key", "regime", "obligation", "basis", "title", "class", "due", "derogation", "derogated_until"};
	static const char *const of_finding[] = {"kind", "machine", "item", "version", "package", "flaw", "known_exploited", "fixed", "product", "cycle", "ended", "question", "answer", "reason"};
	struct json defect = json_item(&d->defects, at);
	uint64_t index = 0;
	enum err e = json_get_number(&defect, "finding", 0, RESULT_FINDINGS_MAX, &index, d->why);
	if (e == ERR_OK && index >= json_count(&d->findings))
		e = json_refuse(&defect, d->why, ERR_INPUT, "finding: there are only %zu", json_count(&d->findings));
	if (e != ERR_OK)
		return e;
	struct json finding = json_item(&d->findings, index);
	json_open_object(&d->w, NULL);
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		copy_field(d, &defect, own[i]);
	for (size_t i = 0; i < sizeof of_finding / sizeof *of_finding; i++)
		copy_field(d, &finding, of_finding[i]);
	json_close(&d->w);
	return ERR_OK;
}

static int by_bytes(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

// The keys of an inspection's defects, sorted, each once.
struct keys {
	struct slice *of;
	size_t n;
};

static enum err keys_of(const struct json *defects, struct keys *k, struct why *why)
{
	size_t n = json_count(defects);
	*k = (struct keys){calloc(n + 1, sizeof *k->of), 0};
	if (k->of == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	enum err e = ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct json defect = json_item(defects, i);
		e = json_get_text(&defect, "key", &k->of[k->n], why);
		k->n += e == ERR_OK;
	}
	qsort(k->of, k->n, sizeof *k->of, by_bytes);
	size_t kept = 0;
	for (size_t i = 0; i < k->n; i++)
		if (kept == 0 || !slice_equal(k->of[kept - 1], k->of[i]))
			k->of[kept++] = k->of[i];
	k->n = kept;
	return e;
}

// Keys of `of` that are (or are not) among `others`.
static void put_keys(struct drafting *d, const char *name, const struct keys *of, const struct keys *others, bool among)
{
	json_open_array(&d->w, name);
	for (size_t i = 0; i < of->n; i++)
		if ((bsearch(&of->of[i], others->of, others->n, sizeof *others->of, by_bytes) != NULL) == among)
			json_put_text(&d->w, NULL, of->of[i]);
	json_close(&d->w);
}

static enum err put_changes(struct drafting *d)
{
	struct slice serial;
	struct keys before = {0}, now = {0};
	enum err e = json_get_text(&d->before, "serial", &serial, d->why);
	if (e == ERR_OK)
		e = keys_of(&d->before_defects, &before, d->why);
	if (e == ERR_OK)
		e = keys_of(&d->defects, &now, d->why);
	if (e == ERR_OK) {
		json_open_object(&d->w, "since");
		json_put_text(&d->w, "serial", serial);
		put_keys(d, "cured", &before, &now, false);
		put_keys(d, "remaining", &before, &now, true);
		put_keys(d, "new", &now, &before, false);
		json_close(&d->w);
	}
	free(before.of);
	free(now.of);
	return e;
}

static enum err get_verdict(struct drafting *d)
{
	enum err e = json_get_text(&d->result, "verdict", &d->verdict, d->why);
	for (int v = VERDICT_FAVOURABLE; v <= VERDICT_REFUSED; v++)
		if (e != ERR_OK || slice_is_text(d->verdict, verdict_name((enum verdict)v)))
			return e;
	return json_refuse(&d->result, d->why, ERR_INPUT, "verdict: \"%.*s\" is none", SLICE_ARGS(slice_part(d->verdict, 0, 40)));
}

static enum err draft(struct drafting *d, struct slice result_bytes, struct buf *body)
{
	static const char *const copied[] = {"subject", "entity", "counts", "regimes", "indicators", "knowledge"};
	uint8_t hash[32];
	struct slice serial;
	uint64_t one;
	enum err e = json_get_number(&d->result, "tocsin-inspection", 1, 1, &one, d->why);
	if (e == ERR_OK)
		e = check_fresh(d);
	if (e == ERR_OK)
		e = get_day(&d->result, "date", &d->day, d->why);
	d->first = d->day;
	if (e == ERR_OK)
		e = check_something(d);
	if (e == ERR_OK)
		e = check_whole(d);
	if (e == ERR_OK)
		e = get_verdict(d);
	if (e == ERR_OK)
		e = json_get_array(&d->result, "defects", &d->defects, d->why);
	if (e == ERR_OK)
		e = json_get_array(&d->result, "findings", &d->findings, d->why);
	if (e == ERR_OK && json_count(&d->defects) > CERTIFICATE_DEFECTS_MAX)
		e = why_set(d->why, ERR_LIMIT, "more than %u defects: certify the machines one by one", CERTIFICATE_DEFECTS_MAX);
	if (e != ERR_OK)
		return e;
	sha256(result_bytes, hash);
	char text[2 * 16 + 1];
	for (size_t i = 0; i < 16; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	serial = slice_text(text);
	json_begin(&d->w, body, false);
	json_open_object(&d->w, NULL);
	json_put_number(&d->w, "tocsin-certificate", 1);
	json_put_text(&d->w, "serial", serial);
	put_validity(d);
	put_inspector(d);
	for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
		copy_field(d, &d->result, copied[i]);
	json_put_hex(&d->w, "result_sha256", slice_of(hash, sizeof hash));
	json_open_array(&d->w, "defects");
	for (size_t i = 0; e == ERR_OK && i < json_count(&d->defects); i++)
		e = put_defect(d, i);
	json_close(&d->w);
	if (e == ERR_OK && !json_is_absent(&d->before))
		e = put_changes(d);
	json_close(&d->w);
	return e == ERR_OK ? json_end(&d->w, d->why) : e;
}

enum err certificate_body(const struct certificate_ask *ask, struct buf *body, struct why *why)
{
	struct drafting d = {.ask = ask, .why = why};
	struct buf result, before;
	buf_init(&result, CERTIFICATE_MAX);
	buf_init(&before, CERTIFICATE_MAX);
	enum err e = read_json(ask->result, &result, &d.result, false, why);
	if (e == ERR_OK && ask->before != NULL)
		e = read_json(ask->before, &before, &d.before, true, why);
	if (e == ERR_OK && ask->before != NULL)
		e = json_get_array(&d.before, "defects", &d.before_defects, why);
	if (e == ERR_OK)
		e = draft(&d, buf_slice(&result), body);
	json_free(&d.before);
	json_free(&d.result);
	buf_free(&before);
	buf_free(&result);
	return e;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, POINT_KEY);
}

enum err certificate_ask_again(const char *path, struct result *r, struct why *why)
{
	struct buf bytes;
	struct json root = {0}, defects;
	uint8_t(*of)[POINT_KEY] = NULL;
	buf_init(&bytes, CERTIFICATE_MAX);
	enum err e = read_json(path, &bytes, &root, true, why);
	if (e == ERR_OK)
		e = json_get_text(&root, "serial", &r->only_of, why);
	if (e == ERR_OK)
		e = result_keep(r, &r->only_of, why);
	if (e == ERR_OK)
		e = json_get_array(&root, "defects", &defects, why);
	size_t count = e == ERR_OK ? json_count(&defects) : 0;
	if (e == ERR_OK && (of = calloc(count + 1, POINT_KEY)) == NULL)
		e = why_set(why, ERR_SYSTEM, "no memory");
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		struct json defect = json_item(&defects, i);
		struct slice key;
		e = json_get_text(&defect, "key", &key, why);
		if (e == ERR_OK && !hex_decode(key, of[i], POINT_KEY))
			e = json_refuse(&defect, why, ERR_INPUT, "key: not %d hexadecimal digits", 2 * POINT_KEY);
	}
	json_free(&root);
	buf_free(&bytes);
	if (e != ERR_OK) {
		free(of);
		return e;
	}
	qsort(of, count, POINT_KEY, by_key);
	r->only = of;
	r->only_n = count;
	return ERR_OK;
}
