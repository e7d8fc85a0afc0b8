// STIX bundles and MISP events, of any size: read as a stream of parts (an object, an attribute), each by lib/observable. What
// that found is looked up again in the part, at the place it names, for the id, the marking and the end of validity of what is
// around it.
//
// What is said of a whole document (a bundle's title, an event's tags) may stand at its end: it is asked for in a pass before.
#include "indicator/building.h"

#include "base/num.h"
#include "json/json.h"
#include "json/stream.h"

#include <stdio.h>
#include <stdlib.h>

#define STEPS_MAX 16 // of a place below its part: "Attribute[1].value"
#define NAMES_MAX 3  // above a part

typedef enum err part_reader(const struct json *part, struct extract *x, struct why *why);

struct document {
	struct indicator_build *b;
	bool stix;
	struct indicator_meta meta; // what holds for all of it
	char title[EXTRACT_TITLE_MAX + 1];
	uint8_t id[INDICATOR_TEXT_MAX];
	bool odd; // a single attribute where a list belongs: to be read as a whole
	size_t parts;
	size_t count[JSON_STREAM_PARTS_MAX]; // of the parts so far, by path
};

struct way { // from the part, which is the first, down to a value
	struct json steps[STEPS_MAX];
	size_t depth;
};

// Follows the rest of a place as far as it names objects and items.
static void follow(struct way *w, const struct json *part, struct slice place)
{
	char name[128];
	w->steps[0] = *part;
	w->depth = 1;
	for (size_t i = 0; i < place.n && w->depth < STEPS_MAX; w->depth++) {
		const struct json *at = &w->steps[w->depth - 1];
		size_t end = i;
		if (place.p[i] == '[') {
			uint64_t index;
			end = slice_find(place, ']', i);
			if (!num_parse(slice_part(place, i + 1, end - i - 1), 0, UINT32_MAX, &index) || !json_is_array(at) ||
			    index >= json_count(at))
				return;
			w->steps[w->depth] = json_item(at, index);
			i = end + 1;
		} else {
			i += place.p[i] == '.';
			for (end = i; end < place.n && place.p[end] != '.' && place.p[end] != '['; end++)
				;
			if (end == i || end - i >= sizeof name)
				return;
			snprintf(name, sizeof name, "%.*s", SLICE_ARGS(slice_part(place, i, end - i)));
			w->steps[w->depth] = json_find(at, name);
			i = end;
		}
	}
}

static void text_field(const struct json *object, const char *name, struct slice *text)
{
	struct slice found;
	if (json_get_text(object, name, &found, NULL) == ERR_OK && found.n > 0)
		*text = found;
}

static void stix_meta(const struct way *w, struct indicator_meta *meta)
{
	for (size_t i = 0; i < w->depth; i++) {
		const struct json *o = &w->steps[i];
		struct slice until = {0};
		uint64_t number;
		if (!json_is_object(o) || json_find(o, "id").value == NULL)
			continue;
		text_field(o, "id", &meta->id);
		text_field(o, "valid_until", &until);
		if (until.n > 0 && time_parse(until, &number))
			meta->expiry = number;
		if (json_get_number(o, "confidence", 0, 100, &number, NULL) == ERR_OK)
			meta->confidence = (uint8_t)number;
	}
}

static void misp_tag(const struct json *tag, struct indicator_meta *meta)
{
	struct slice name;
	struct indicator_meta own = {0};
	const char *rule;
	if (json_get_text(tag, "name", &name, NULL) != ERR_OK)
		return;
	if (slice_starts_letters(name, "tlp:") && build_tlp(name, &own, &rule) && own.tlp > meta->tlp)
		meta->tlp = own.tlp;
	if (slice_starts_letters(name, "pap:") && build_pap(name, &own, &rule) && own.pap > meta->pap)
		meta->pap = own.pap;
}

static void misp_object_meta(const struct json *object, struct indicator_meta *meta)
{
	struct json tags = json_find(object, "Tag");
	if (!json_is_object(object))
		return;
	text_field(object, "uuid", &meta->id);
	for (size_t i = 0; json_is_array(&tags) && i < json_count(&tags); i++) {
		struct json tag = json_item(&tags, i);
		misp_tag(&tag, meta);
	}
	if (json_is_object(&tags))
		misp_tag(&tags, meta);
}

// The readers put a URL without scheme down as its host, which may be anybody's: here it stays a URL. A network of one address
// is that address.
static unsigned kind_of(const struct observable_entry *e)
{
	bool host = e->type == OBSERVABLE_DOMAIN || e->type == OBSERVABLE_IPV4;
	bool path = host && slice_find(e->written, '/', 0) < e->written.n;
	return path && !build_is_network(e->written) ? OBSERVABLE_URL : e->type;
}

// What a reader says of such a URL is not so here.
static bool is_untrue(const struct observable_refusal *r)
{
	static const char taken[] = "taken as ";
	bool told = r->note && r->rule.n >= sizeof taken - 1 && memcmp(r->rule.p, taken, sizeof taken - 1) == 0;
	return told && slice_find(r->value, '/', 0) < r->value.n;
}

static enum err put_entry(const struct document *d, const struct json *part, size_t prefix, const struct observable_entry *entry,
                          enum extract_tlp marking, const struct indicator_meta *around, struct why *why)
{
	struct indicator_meta meta = *around;
	struct way w;
	if (entry->derived)
		return ERR_OK;
	if (entry->background) {
		build_tell(d->b, INDICATOR_NOTE, entry->place, entry->value, "its source says: not for detection; left out");
		return ERR_OK;
	}
	if (d->stix && marking > meta.tlp)
		meta.tlp = marking;
	follow(&w, part, slice_part(entry->place, prefix, entry->place.n));
	if (d->stix)
		stix_meta(&w, &meta);
	for (size_t i = 0; !d->stix && i < w.depth; i++)
		misp_object_meta(&w.steps[i], &meta);
	unsigned kind = kind_of(entry);
	return build_put(d->b, kind, kind == entry->type ? entry->value : entry->written, &meta, entry->place, why);
}

// What was found in a part becomes indicators; what was not taken is told.
static enum err put_found(struct document *d, const struct json *part, const struct extract *x,
                          const struct indicator_meta *around,
                          struct why *why)
{
	char path[JSON_PATH_MAX];
	enum err e = ERR_OK;
	json_path(part, path);
	size_t prefix = part->parent == NULL ? 0 : strlen(path);
	for (size_t i = 0; i < x->list.count && e == ERR_OK; i++)
		e = put_entry(d, part, prefix, &x->list.entries[i], x->meta.tlp, around, why);
	for (size_t i = 0; i < x->list.refused && e == ERR_OK; i++) {
		const struct observable_refusal *r = &x->list.refusals[i];
		char rule[WHY_MAX];
		if (is_untrue(r))
			continue;
		snprintf(rule, sizeof rule, "%.*s", SLICE_ARGS(slice_part(r->rule, 0, sizeof rule - 1)));
		build_tell(d->b, r->note ? INDICATOR_NOTE : INDICATOR_REFUSED, r->place, r->value, rule);
	}
	return e;
}

static enum err put_part(struct document *d, const struct json *part, part_reader *read, const struct indicator_meta *around,
                         struct why *why)
{
	struct extract x;
	extract_init(&x);
	enum err e = read(part, &x, why);
	if (e == ERR_OK)
		e = put_found(d, part, &x, around, why);
	extract_free(&x);
	return e;
}

static void title_of(struct slice text, char title[EXTRACT_TITLE_MAX + 1])
{
	text = slice_part(slice_trim(text), 0, EXTRACT_TITLE_MAX);
	for (size_t i = 0; i < text.n; i++)
		title[i] = text.p[i] < 0x20 || text.p[i] == 0x7f ? ' ' : (char)text.p[i];
	title[text.n] = 0;
}

// --- An event among others: a part ---------------------------------------------------------------------------------------------

static const struct {
	const char *name;
	part_reader *read;
} event_lists[] = {{"Attribute", extract_misp_attribute}, {"Object", extract_misp_object},
                   {"ShadowAttribute", extract_misp_proposal}};
#define EVENT_LISTS (sizeof event_lists / sizeof *event_lists)

static enum err put_event(struct document *d, const struct json *part, struct why *why)
{
	struct json inner = json_find(part, "Event");
	const struct json *event = json_is_object(&inner) ? &inner : part;
	struct indicator_meta meta = d->meta;
	char title[EXTRACT_TITLE_MAX + 1];
	struct slice info = {0};
	enum err e = ERR_OK;
	bool any = json_find(event, "info").value != NULL;
	misp_object_meta(event, &meta);
	text_field(event, "info", &info);
	title_of(info, title);
	if (meta.source.n == 0)
		meta.source = slice_text(title);
	for (size_t l = 0; l < EVENT_LISTS && e == ERR_OK; l++) {
		struct json list = json_find(event, event_lists[l].name);
		any |= list.value != NULL;
		if (json_is_object(&list))
			e = put_part(d, &list, event_lists[l].read, &meta, why);
		for (size_t i = 0; json_is_array(&list) && i < json_count(&list) && e == ERR_OK; i++) {
			struct json item = json_item(&list, i);
			e = put_part(d, &item, event_lists[l].read, &meta, why);
		}
	}
	return any ? e : json_refuse(part, why, ERR_INPUT, "is no MISP event (no Event, info or Attribute)");
}

// --- Streams -------------------------------------------------------------------------------------------------------------------

struct kind {
	const char *path, *names[NAMES_MAX]; // names: of the path, for the places that are told
	part_reader *read;                   // NULL: an event
};

static const struct kind stix_kinds[] = {{"objects[]", {"objects"}, extract_stix_object}, {"[]", {0}, extract_stix_object}};
static const struct kind misp_kinds[] = {
	{"[]", {0}, NULL},
	{"response[]", {"response"}, NULL},
	{"Attribute[]", {"Attribute"}, extract_misp_attribute},
	{"Object[]", {"Object"}, extract_misp_object},
	{"ShadowAttribute[]", {"ShadowAttribute"}, extract_misp_proposal},
	{"Event.Attribute[]", {"Event", "Attribute"}, extract_misp_attribute},
	{"Event.Object[]", {"Event", "Object"}, extract_misp_object},
	{"Event.ShadowAttribute[]", {"Event", "ShadowAttribute"}, extract_misp_proposal},
	{"response.Event.Attribute[]", {"response", "Event", "Attribute"}, extract_misp_attribute},
	{"response.Event.Object[]", {"response", "Event", "Object"}, extract_misp_object},
	{"response.Event.ShadowAttribute[]", {"response", "Event", "ShadowAttribute"}, extract_misp_proposal},
};

static enum err take_part(void *context, struct json_part *part, struct why *why)
{
	struct document *d = context;
	const struct kind *k = &(d->stix ? stix_kinds : misp_kinds)[part->part];
	struct json way[NAMES_MAX + 2] = {{.value = part->value.value}};
	size_t n = 1;
	for (; n <= NAMES_MAX && k->names[n - 1] != NULL; n++)
		way[n] = (struct json){.value = part->value.value, .parent = &way[n - 1], .name = k->names[n - 1]};
	way[n] = (struct json){.value = part->value.value, .parent = &way[n - 1], .index = d->count[part->part]++};
	d->parts++;
	return k->read != NULL ? put_part(d, &way[n], k->read, &d->meta, why) : put_event(d, &way[n], why);
}

static enum err stream(struct slice in, const char *const *paths, size_t n, json_take *take, struct document *d, struct why *why)
{
	struct json_stream *s;
	enum err e = json_stream_new(paths, n, take, d, &s, why);
	if (e != ERR_OK)
		return e;
	e = json_stream_put(s, in, why);
	if (e == ERR_OK)
		e = json_stream_end(s, why);
	json_stream_free(s);
	return e;
}

static enum err read_parts(struct slice in, struct document *d, struct why *why)
{
	const char *paths[JSON_STREAM_PARTS_MAX];
	const struct kind *kinds = d->stix ? stix_kinds : misp_kinds;
	size_t n = d->stix ? sizeof stix_kinds / sizeof *stix_kinds : sizeof misp_kinds / sizeof *misp_kinds;
	for (size_t i = 0; i < n; i++)
		paths[i] = kinds[i].path;
	return stream(in, paths, n, take_part, d, why);
}

// --- What is said of all of it -------------------------------------------------------------------------------------------------

static void keep_title(struct document *d, const struct json *value)
{
	struct slice text;
	if (d->title[0] == 0 && json_text(value, &text, NULL) == ERR_OK)
		title_of(text, d->title);
}

// The first report's or grouping's name. ERR_ABSENT ends the pass: it was found.
static enum err take_report(void *context, struct json_part *part, struct why *why)
{
	struct document *d = context;
	struct slice type = {0};
	struct json name = json_find(&part->value, "name");
	text_field(&part->value, "type", &type);
	if (slice_is_text(type, "report") || slice_is_text(type, "grouping"))
		keep_title(d, &name);
	return d->title[0] != 0 ? why_set(why, ERR_ABSENT, "found") : ERR_OK;
}

enum said { SAID_INFO, SAID_UUID, SAID_TAG, SAID_SINGLE, SAID_COUNT };

static enum err take_said(void *context, struct json_part *part, struct why *why)
{
	struct document *d = context;
	struct slice text;
	(void)why;
	switch ((enum said)(part->part % SAID_COUNT)) {
	case SAID_INFO:
		keep_title(d, &part->value);
		break;
	case SAID_UUID:
		if (json_text(&part->value, &text, NULL) == ERR_OK && text.n <= sizeof d->id) {
			memcpy(d->id, text.p, text.n);
			d->meta.id = slice_of(d->id, text.n);
		}
		break;
	case SAID_TAG:
		misp_tag(&part->value, &d->meta);
		break;
	default:
		d->odd = true;
	}
	return ERR_OK;
}

static enum err read_said(struct slice in, struct document *d, struct why *why)
{
	static const char *const reports[] = {"objects[]", "[]"};
	static const char *const said[] = {
		"info", "uuid", "Tag[]", "Attribute.type", "Event.info", "Event.uuid", "Event.Tag[]", "Event.Attribute.type",
		"response.Event.info", "response.Event.uuid", "response.Event.Tag[]", "response.Event.Attribute.type",
	};
	enum err e = ERR_OK;
	if (!d->stix)
		e = stream(in, said, sizeof said / sizeof *said, take_said, d, why);
	else if (memmem(in.p, in.n, "\"report\"", 8) != NULL || memmem(in.p, in.n, "\"grouping\"", 10) != NULL)
		e = stream(in, reports, sizeof reports / sizeof *reports, take_report, d, why);
	if (d->meta.source.n == 0)
		d->meta.source = slice_text(d->title);
	return e == ERR_ABSENT ? ERR_OK : e;
}

// --- Small documents of another form -------------------------------------------------------------------------------------------

// One STIX object, one attribute where a list belongs, nothing at all.
static enum err read_whole(struct slice in, struct document *d, struct why *why)
{
	struct extract x;
	struct json root;
	extract_init(&x);
	enum err e = d->stix ? extract_stix(in, &x, why) : extract_misp(in, &x, why);
	if (e == ERR_OK)
		e = json_parse(in, &root, why);
	if (e == ERR_OK) {
		e = put_found(d, &root, &x, &d->meta, why);
		json_free(&root);
	}
	extract_free(&x);
	return e;
}

enum err build_read_document(struct indicator_build *b, bool stix, struct slice in, const struct indicator_meta *defaults,
                             struct why *why)
{
	static const struct indicator_meta none = {.confidence = INDICATOR_CONFIDENCE_NONE};
	struct document d = {.b = b, .stix = stix, .meta = defaults != NULL ? *defaults : none};
	in = slice_unmarked(in);
	enum err e = read_said(in, &d, why);
	if (e == ERR_OK && !d.odd)
		e = read_parts(in, &d, why);
	return e == ERR_OK && d.parts == 0 ? read_whole(in, &d, why) : e;
}
