// May a result be certified? Fresh, of something that was read to the last line, of these days, and whole, or the re-inspection
// of the certificate before.
#include "base/num.h"
#include "drafting.h"
#include "sys/clock.h"

#define DAY 86400
#define HOUR 3600
#define DATE_MAX (FACT_DATE_MAX - 366 * (int64_t)DAY) // twelve months later is still a date

enum err draft_day(const struct json *object, const char *name, int64_t *day, struct why *why)
{
	struct slice text;
	uint64_t seconds;
	enum err e = json_get_text(object, name, &text, why);
	if (e == ERR_OK && (!time_parse(text, &seconds) || seconds > (uint64_t)DATE_MAX))
		e = json_refuse(object, why, ERR_INPUT, "%s: \"%.*s\" is no date", name, SLICE_ARGS(slice_cut(text, 40)));
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

// A number of the counts.
static enum err get_count(const struct json *of, const char *name, uint64_t *n, struct why *why)
{
	struct json counts;
	enum err e = json_get_object(of, "counts", &counts, why);
	return e == ERR_OK ? json_get_number(&counts, name, 0, UINT64_MAX >> 1, n, why) : e;
}

// Something was inspected, and nothing left out of it: what could not be read may be what fails, and counts for nothing.
static enum err check_something(struct drafting *d)
{
	uint64_t items = 0, passed_over = 0;
	enum err e = get_count(&d->result, "items", &items, d->why);
	if (e == ERR_OK && items == 0)
		return why_set(d->why, ERR_DENIED, "no certificate: not one item was inspected");
	if (e == ERR_OK)
		e = get_count(&d->result, "passed_over", &passed_over, d->why);
	if (e == ERR_OK && passed_over > 0)
		e = why_set(d->why, ERR_DENIED,
		            "no certificate: lines or entries that could not be read: %llu; put them right, and inspect again",
		            (unsigned long long)passed_over);
	return e;
}

// A machine that is left out has not been cured.
static enum err check_machines(struct drafting *d)
{
	uint64_t were = 0, are = 0;
	enum err e = get_count(&d->before, "machines", &were, d->why);
	if (e == ERR_OK)
		e = get_count(&d->result, "machines", &are, d->why);
	if (e == ERR_OK && are < were)
		return why_set(d->why, ERR_DENIED, "no certificate: %llu machines were inspected before, %llu now",
		               (unsigned long long)were, (unsigned long long)are);
	return e;
}

// None of its points can be found on another machine, or under another law: they would all look cured.
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
		return why_set(d->why, ERR_DENIED, "no certificate: points of \"%.*s\" were looked at in \"%.*s\"",
		               SLICE_ARGS(slice_cut(was, 80)), SLICE_ARGS(slice_cut(is, 80)));
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
			return why_set(d->why, ERR_DENIED, "no certificate: the inspection before was under \"%.*s\" too",
			               SLICE_ARGS(slice_cut(id, 80)));
	}
	return e;
}

// A part of an inspection is certified only as the re-inspection of the certificate whose points it looked at, while that may be:
// one re-inspection after the other wins no time.
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
		return why_set(d->why, ERR_DENIED, "no certificate: only points of %.*s were looked at; give it with --before",
		               SLICE_ARGS(of));
	e = json_get_text(&d->before, "serial", &serial, d->why);
	if (e == ERR_OK && !slice_equal(serial, of))
		return why_set(d->why, ERR_DENIED, "no certificate: points of %.*s were looked at, not those of %.*s", SLICE_ARGS(of),
		               SLICE_ARGS(serial));
	if (e == ERR_OK)
		e = check_machines(d);
	if (e == ERR_OK)
		e = check_same(d);
	struct json full = json_find(&d->before, "full_inspection");
	if (e == ERR_OK)
		e = draft_day(&d->before, json_is_absent(&full) ? "date" : "full_inspection", &d->first, d->why);
	if (e == ERR_OK)
		e = draft_day(&d->before, "reinspection_by", &d->last, d->why);
	if (e == ERR_OK && d->last + DAY <= d->day)
		return why_set(d->why, ERR_DENIED, "no certificate: the time for the re-inspection is over, a full inspection is due");
	d->partial = e == ERR_OK;
	return e;
}

enum err draft_verdict(const struct json *object, enum verdict *v, struct why *why)
{
	struct slice text;
	enum err e = json_get_text(object, "verdict", &text, why);
	for (int i = VERDICT_FAVOURABLE; e == ERR_OK && i <= VERDICT_REFUSED; i++)
		if (slice_is_text(text, verdict_name((enum verdict)i))) {
			*v = (enum verdict)i;
			return ERR_OK;
		}
	return e == ERR_OK ? json_refuse(object, why, ERR_INPUT, "verdict: \"%.*s\" is none", SLICE_ARGS(slice_cut(text, 40))) : e;
}

// Of old days there is old knowledge, with which nothing was stale then; and a day ahead would be valid for longer.
static enum err check_clock(const struct drafting *d)
{
	const int64_t now = (int64_t)clock_now();
	char then[TIME_TEXT], is[TIME_TEXT];
	if (d->day >= now - CERTIFY_HOURS * HOUR && d->day <= now + CLOCK_AHEAD)
		return ERR_OK;
	time_print((uint64_t)d->day, then);
	time_print((uint64_t)now, is);
	return why_set(d->why, ERR_DENIED,
	               "no certificate: inspected on %.10s, and the clock says %.10s: a result is certified within %d hours", then,
	               is, CERTIFY_HOURS);
}

enum err draft_may(struct drafting *d)
{
	uint64_t one;
	enum err e = json_get_number(&d->result, "tocsin-inspection", 1, 1, &one, d->why);
	if (e == ERR_OK)
		e = check_fresh(d);
	if (e == ERR_OK)
		e = draft_day(&d->result, "date", &d->day, d->why);
	d->first = d->day;
	if (e == ERR_OK)
		e = check_something(d);
	if (e == ERR_OK)
		e = check_whole(d);
	if (e == ERR_OK)
		e = draft_verdict(&d->result, &d->verdict, d->why);
	return e == ERR_OK ? check_clock(d) : e;
}
