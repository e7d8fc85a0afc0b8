// The body of a certificate, from a result.
#include <stdlib.h>

#include "base/num.h"
#include "crypto/hash.h"
#include "drafting.h"
#include "sys/file.h"

#define DAY 86400

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

enum err draft_read(const char *path, struct buf *bytes, struct json *root, struct certificate *c, struct why *why)
{
	enum err e = c == NULL ? file_read(path, CERTIFICATE_MAX, bytes, why) : certificate_read(path, bytes, c, why);
	if (e != ERR_OK)
		return e;
	e = json_parse(c == NULL ? buf_slice(bytes) : c->body, root, why);
	return e == ERR_OK ? e : why_at(why, e, "%s", path);
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
	d->official = unofficial == NULL;
	json_open_object(&d->w, "inspector");
	json_put_text(&d->w, "name", name);
	json_put_bool(&d->w, "official", d->official);
	if (unofficial != NULL)
		json_put_string(&d->w, "unofficial_because", unofficial);
	json_close(&d->w);
}

static void put_validity(struct drafting *d)
{
	json_put_time(&d->w, "date", (uint64_t)d->day);
	if (d->partial)
		json_put_time(&d->w, "full_inspection", (uint64_t)d->first);
	json_put_string(&d->w, "verdict", verdict_name(d->verdict));
	if (d->verdict == VERDICT_FAVOURABLE)
		json_put_time(&d->w, "valid_until", (uint64_t)months_later(d->first, CERTIFICATE_MONTHS));
	else
		json_put_time(&d->w, "reinspection_by", (uint64_t)(d->partial ? d->last : months_later(d->day, REINSPECTION_MONTHS)));
}

// A question that is open; its id.
static bool is_open(const struct json *finding, struct slice *id)
{
	struct json kind = json_find(finding, "kind"), question = json_find(finding, "question"),
	            answer = json_find(finding, "answer");
	struct slice text;
	if (json_text(&kind, &text, NULL) != ERR_OK || !slice_is_text(text, finding_kind_name(FINDING_ANSWER)) ||
	    json_text(&question, id, NULL) != ERR_OK)
		return false;
	return json_text(&answer, &text, NULL) != ERR_OK || answer_is_open(text);
}

// The questions that are open; of a re-inspection those of the certificate before, for what was answered since then was not
// judged. Who is qualified leaves none open: on one of them the verdict may hang.
static enum err put_unanswered(struct drafting *d)
{
	struct json before = json_find(&d->before, "unanswered");
	const struct json *of = d->partial ? &before : &d->findings;
	size_t n = json_count(of), open = 0;
	struct slice id, first = {0};
	json_open_array(&d->w, "unanswered");
	for (size_t i = 0; i < n; i++) {
		struct json one = json_item(of, i);
		if (d->partial ? json_text(&one, &id, NULL) != ERR_OK : !is_open(&one, &id))
			continue;
		json_put_text(&d->w, NULL, id);
		if (open++ == 0)
			first = id;
	}
	json_close(&d->w);
	if (open == 0 || !d->official)
		return ERR_OK;
	return why_set(d->why, ERR_DENIED,
	               "no certificate: questions not answered: %zu, the first \"%.*s\"; who is qualified answers all%s", open,
	               SLICE_ARGS(slice_cut(first, REGIME_ID_MAX)),
	               d->partial ? ", in a full inspection" : " (`tocsin-inspect answer`)");
}

static enum err put_defect(struct drafting *d, size_t at)
{
	static const char *const own[] = {"key",   "regime", "obligation", "basis",          "title",
	                                  "class", "due",    "derogation", "derogated_until"};
	static const char *const of_finding[] = {"kind",  "machine", "item",  "version", "package",  "flaw",   "known_exploited",
	                                         "fixed", "product", "cycle", "ended",   "question", "answer", "reason"};
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

static enum err draft(struct drafting *d, struct slice result_bytes, struct buf *body)
{
	static const char *const copied[] = {"subject", "entity", "counts", "regimes", "indicators", "knowledge"};
	uint8_t hash[32];
	enum err e = draft_may(d);
	if (e == ERR_OK)
		e = json_get_array(&d->result, "defects", &d->defects, d->why);
	if (e == ERR_OK)
		e = json_get_array(&d->result, "findings", &d->findings, d->why);
	if (e == ERR_OK && json_count(&d->defects) > CERTIFICATE_DEFECTS_MAX)
		e = why_set(d->why, ERR_LIMIT, "more than %u defects: certify the machines one by one", CERTIFICATE_DEFECTS_MAX);
	if (e != ERR_OK)
		return e;
	sha256(result_bytes, hash);
	json_begin(&d->w, body, false);
	json_open_object(&d->w, NULL);
	json_put_number(&d->w, "tocsin-certificate", 1);
	json_put_hex(&d->w, "serial", slice_of(hash, CERTIFICATE_SERIAL / 2));
	put_validity(d);
	put_inspector(d);
	e = put_unanswered(d);
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

// A certificate that anybody signed would let its subject choose which points are looked at again.
static enum err check_signer(const struct certificate_ask *ask, const struct certificate *c, const struct json *body,
                             struct why *why)
{
	struct certificate_head head;
	struct slice name;
	enum err e = certificate_head(body, &head, why);
	if (e == ERR_OK && memcmp(c->key, ask->key, sizeof c->key) != 0 &&
	    certificate_unofficial(ask->knowledge, c->key, head.day, &name) != NULL)
		e = why_set(why, ERR_DENIED,
		            "no certificate: the one before is signed neither by this inspector nor by one who was qualified then");
	return e;
}

enum err certificate_body(const struct certificate_ask *ask, struct buf *body, struct why *why)
{
	struct drafting d = {.ask = ask, .why = why};
	struct buf result, before;
	struct certificate first;
	buf_init(&result, CERTIFICATE_MAX);
	buf_init(&before, CERTIFICATE_MAX);
	enum err e = draft_read(ask->result, &result, &d.result, NULL, why);
	if (e == ERR_OK && ask->before != NULL)
		e = draft_read(ask->before, &before, &d.before, &first, why);
	if (e == ERR_OK && ask->before != NULL)
		e = check_signer(ask, &first, &d.before, why);
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
