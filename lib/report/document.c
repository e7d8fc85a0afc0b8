// The JSON document of protocol/report.md. One order of fields when written; read strictly.
#include "report/report.h"

#include "base/num.h"
#include "json/write.h"
#include "report/text.h"

#define FORMAT "tocsin-report/1"

static const struct {
	enum record_kind kind;
	const char *name;
} kinds[] = {{RECORD_ATTACK, "attack"}, {RECORD_FLAW, "flaw"}};
#define KINDS (sizeof kinds / sizeof *kinds)

static void put_entry(struct json_writer *w, const struct observable_entry *entry)
{
	json_open_object(w, NULL);
	json_put_string(w, "type", observable_type_name(entry->type));
	json_put_text(w, "value", entry->value);
	if (entry->derived)
		json_put_text(w, "from", entry->written);
	else if (!slice_equal(entry->written, entry->value))
		json_put_text(w, "written", entry->written);
	json_put_text(w, "place", entry->place);
	if (!entry->derived)
		json_put_number(w, "times", entry->times);
	if (entry->background)
		json_put_bool(w, "background", true);
	json_close(w);
}

static void put_refusal_of(struct json_writer *w, const struct observable_refusal *refusal)
{
	json_open_object(w, NULL);
	json_put_text(w, "place", refusal->place);
	json_put_text(w, "value", refusal->value);
	json_put_text(w, "rule", refusal->rule);
	if (refusal->note)
		json_put_bool(w, "note", true);
	json_close(w);
}

static void put_lists(struct json_writer *w, const struct observable_list *list)
{
	json_open_array(w, "observables");
	for (size_t i = 0; i < list->count; i++)
		put_entry(w, &list->entries[i]);
	json_close(w);
	json_open_array(w, "refused");
	for (size_t i = 0; i < list->refused; i++)
		put_refusal_of(w, &list->refusals[i]);
	json_close(w);
	if (list->refused_more > 0)
		json_put_number(w, "refused_more", list->refused_more);
}

enum err report_encode(const struct report *r, struct buf *json, struct why *why)
{
	struct json_writer w;
	if (r->title[0] == 0)
		return why_set(why, ERR_INPUT, "the report has no title");
	if (r->audience == 0)
		return why_set(why, ERR_INPUT, "the report is addressed to no team");
	json_begin(&w, json, false);
	json_open_object(&w, NULL);
	json_put_string(&w, "format", FORMAT);
	json_put_string(&w, "kind", kinds[r->kind == RECORD_FLAW].name);
	json_put_string(&w, "title", r->title);
	if (r->description.n > 0)
		json_put_text(&w, "description", buf_slice(&r->description));
	if (r->occurred != 0)
		json_put_time(&w, "occurred", r->occurred);
	json_put_string(&w, "tlp", tlp_text(r->tlp));
	json_open_array(&w, "teams");
	for (unsigned i = 0; i < r->audience; i++)
		json_put_number(&w, NULL, r->team[i]);
	json_close(&w);
	put_lists(&w, &r->extract.list);
	json_close(&w);
	enum err e = json_end(&w, why);
	if (e == ERR_OK && json->n > REPORT_DOCUMENT_MAX)
		e = ERR_LIMIT;
	return e == ERR_LIMIT ? why_set(why, e, "the report's document is over %u bytes: split it", REPORT_DOCUMENT_MAX) : e;
}

// Every field of the object is one of `names` (ends with NULL).
static enum err only(const struct json *object, const char *const *names, struct why *why)
{
	void *state = NULL;
	struct json field;
	enum err e = json_want_object(object, why);
	while (e == ERR_OK && json_next(object, &state, &field)) {
		size_t i = 0;
		while (names[i] != NULL && strcmp(field.name, names[i]) != 0)
			i++;
		if (names[i] == NULL)
			e = json_refuse(&field, why, ERR_INPUT, "a field that the format does not have");
		else if (json_is_absent(&field))
			e = json_refuse(&field, why, ERR_INPUT, "null is no value here: leave the field out");
	}
	return e;
}

static enum err get_tlp(const struct json *root, struct report *r, struct why *why)
{
	struct slice text;
	struct json field = json_find(root, "tlp");
	enum err e = json_text(&field, &text, why);
	if (e == ERR_OK && (!tlp_parse(text, &r->tlp) || !slice_is_text(text, tlp_text(r->tlp))))
		e = json_refuse(&field, why, ERR_INPUT, "\"%.*s\" is no marking of TLP 2.0", SLICE_ARGS(slice_part(text, 0, TEXT_SHOWN)));
	return e;
}

static enum err get_kind(const struct json *root, struct report *r, struct why *why)
{
	struct slice text;
	struct json field = json_find(root, "kind");
	enum err e = json_text(&field, &text, why);
	for (size_t i = 0; e == ERR_OK && i < KINDS; i++)
		if (slice_is_text(text, kinds[i].name)) {
			r->kind = kinds[i].kind;
			return ERR_OK;
		}
	return e != ERR_OK ? e
	                   : json_refuse(&field, why, ERR_INPUT, "\"%.*s\" is not attack or flaw",
	                                 SLICE_ARGS(slice_part(text, 0, TEXT_SHOWN)));
}

static enum err get_occurred(const struct json *root, struct report *r, struct why *why)
{
	struct slice text;
	char again[TIME_TEXT];
	struct json field = json_find(root, "occurred");
	if (json_is_absent(&field))
		return ERR_OK;
	enum err e = json_text(&field, &text, why);
	if (e != ERR_OK)
		return e;
	if (!time_parse(text, &r->occurred) || r->occurred == 0)
		return json_refuse(&field, why, ERR_INPUT, "\"%.*s\" is no time", SLICE_ARGS(slice_part(text, 0, TEXT_SHOWN)));
	time_print(r->occurred, again);
	return slice_is_text(text, again) ? ERR_OK : json_refuse(&field, why, ERR_INPUT, "must be written %s", again);
}

static enum err get_teams(const struct json *root, struct report *r, struct why *why)
{
	struct json teams;
	uint64_t team;
	enum err e = json_get_array(root, "teams", &teams, why);
	size_t count = e == ERR_OK ? json_count(&teams) : 0;
	if (e == ERR_OK && (count == 0 || count > RECORD_AUDIENCE_MAX))
		return json_refuse(&teams, why, ERR_INPUT, "%zu teams, must be 1 to %d", count, RECORD_AUDIENCE_MAX);
	for (size_t i = 0; i < count && e == ERR_OK; i++) {
		struct json item = json_item(&teams, i);
		e = json_number(&item, 1, UINT16_MAX, &team, why);
		if (e == ERR_OK && i > 0 && team <= r->team[i - 1])
			e = json_refuse(&item, why, ERR_INPUT, "%u is not above the team before it", (unsigned)team);
		if (e == ERR_OK)
			r->team[r->audience++] = (uint16_t)team;
	}
	return e;
}

static enum err get_texts(const struct json *root, struct report *r, struct why *why)
{
	struct slice text = {0};
	struct json title = json_find(root, "title"), description = json_find(root, "description");
	enum err e = json_text(&title, &text, why);
	if (e == ERR_OK)
		e = report_title(r, text, why);
	if (e != ERR_OK || json_is_absent(&description))
		return e;
	e = json_text(&description, &text, why);
	if (e == ERR_OK && text.n == 0)
		e = json_refuse(&description, why, ERR_INPUT, "empty: leave the field out");
	return e == ERR_OK ? report_describe(r, text, why) : e;
}

// The value as a canonical one of that type.
static enum err get_value(const struct json *j, struct observable *o, struct why *why)
{
	struct slice name, value;
	enum observable_type type;
	struct json type_field = json_find(j, "type"), field = json_find(j, "value");
	enum err e = json_text(&type_field, &name, why);
	if (e == ERR_OK)
		e = json_text(&field, &value, why);
	if (e != ERR_OK)
		return e;
	if (!observable_type_named(name, &type))
		return json_refuse(&type_field, why, ERR_INPUT, "\"%.*s\" is no type", SLICE_ARGS(slice_part(name, 0, TEXT_SHOWN)));
	struct why rule = {""};
	e = observable_canonical(type, value, o, &rule);
	if (e != ERR_OK)
		return json_refuse(&field, why, e, "%s", rule.text);
	if (o->type != type || !slice_equal(observable_value(o), value))
		return json_refuse(&field, why, ERR_INPUT, "is not canonical: that would be %s %s", observable_type_name(o->type),
		                   o->value);
	return ERR_OK;
}

static enum err get_entry(const struct json *j, struct observable_list *list, struct why *why)
{
	static const char *const names[] = {"type", "value", "from", "written", "place", "times", "background", NULL};
	struct observable o = {0};
	struct slice place = {0}, from = {0}, written = {0};
	uint64_t times = 0;
	bool background = false;
	enum err e = only(j, names, why);
	if (e == ERR_OK)
		e = get_value(j, &o, why);
	if (e == ERR_OK)
		e = json_get_text(j, "place", &place, why);
	if (e == ERR_OK)
		e = json_opt_text(j, "from", &from, why);
	if (e == ERR_OK)
		e = json_opt_text(j, "written", &written, why);
	if (e == ERR_OK)
		e = json_opt_number(j, "times", 1, UINT32_MAX, &times, why);
	if (e == ERR_OK)
		e = json_opt_bool(j, "background", &background, why);
	if (e == ERR_OK && (from.p != NULL) == (times != 0))
		e = json_refuse(j, why, ERR_INPUT, "one of \"times\" (found) and \"from\" (derived) must be there");
	if (e == ERR_OK && from.p != NULL && written.p != NULL)
		e = json_refuse(j, why, ERR_INPUT, "what is derived was not written");
	if (e != ERR_OK)
		return e;
	size_t before = list->count;
	struct slice as = from.p != NULL ? from : written.p != NULL ? written : observable_value(&o);
	e = observable_list_add(list, &o, background, as, place, why);
	if (e == ERR_OK && list->count == before)
		return json_refuse(j, why, ERR_INPUT, "%s %s stands there twice", observable_type_name(o.type), o.value);
	if (e == ERR_OK) {
		list->entries[before].derived = from.p != NULL;
		list->entries[before].times = (unsigned)times;
	}
	return e;
}

static enum err get_refusal(const struct json *j, struct observable_list *list, struct why *why)
{
	static const char *const names[] = {"place", "value", "rule", "note", NULL};
	struct slice place = {0}, value = {0}, rule = {0};
	bool note = false;
	enum err e = only(j, names, why);
	if (e == ERR_OK)
		e = json_get_text(j, "place", &place, why);
	if (e == ERR_OK)
		e = json_get_text(j, "value", &value, why);
	if (e == ERR_OK)
		e = json_get_text(j, "rule", &rule, why);
	if (e == ERR_OK)
		e = json_opt_bool(j, "note", &note, why);
	return e == ERR_OK ? observable_list_refuse(list, note, place, value, (const char *)rule.p, why) : e; // NUL follows: json.h
}

static enum err get_lists(const struct json *root, struct report *r, struct why *why)
{
	struct json observables, refused;
	struct observable_list *list = &r->extract.list;
	uint64_t more = 0;
	enum err e = json_get_array(root, "observables", &observables, why);
	if (e == ERR_OK)
		e = json_get_array(root, "refused", &refused, why);
	for (size_t i = 0; e == ERR_OK && i < json_count(&observables); i++) {
		struct json item = json_item(&observables, i);
		e = get_entry(&item, list, why);
	}
	for (size_t i = 0; e == ERR_OK && i < json_count(&refused); i++) {
		struct json item = json_item(&refused, i);
		e = get_refusal(&item, list, why);
	}
	if (e == ERR_OK)
		e = json_opt_number(root, "refused_more", 1, UINT32_MAX, &more, why);
	list->refused_more += more;
	return e;
}

static enum err get_format(const struct json *root, struct why *why)
{
	struct slice format;
	struct json field = json_find(root, "format");
	enum err e = json_text(&field, &format, why);
	if (e == ERR_OK && !slice_is_text(format, FORMAT))
		e = json_refuse(&field, why, ERR_INPUT, "\"%.*s\" is not " FORMAT, SLICE_ARGS(slice_part(format, 0, TEXT_SHOWN)));
	return e;
}

enum err report_decode(struct slice json, struct report *r, struct why *why)
{
	static const char *const names[] = {"format", "kind",        "title",   "description",  "occurred", "tlp",
	                                    "teams",  "observables", "refused", "refused_more", NULL};
	struct json root;
	if (json.n > REPORT_DOCUMENT_MAX)
		return why_set(why, ERR_LIMIT, "the document has %zu bytes, at most %u", json.n, REPORT_DOCUMENT_MAX);
	enum err e = json_parse(json, &root, why);
	if (e != ERR_OK)
		return e;
	enum err (*const parts[])(const struct json *, struct report *, struct why *) = {get_kind, get_texts, get_occurred, get_tlp,
	                                                                                get_teams, get_lists};
	e = only(&root, names, why);
	if (e == ERR_OK)
		e = get_format(&root, why);
	for (size_t i = 0; e == ERR_OK && i < sizeof parts / sizeof *parts; i++)
		e = parts[i](&root, r, why);
	json_free(&root);
	return e;
}
