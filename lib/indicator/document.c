// STIX bundles and MISP events, read by lib/observable; what it found is looked up again in the document, at the place it names,
// for the id, the marking and the end of validity of the object around it.
#include "indicator/building.h"

#include "base/num.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>

#define STEPS_MAX 16 // of a place: "response[0].Event.Object[3].Attribute[1].value"

struct document {
	struct json steps[STEPS_MAX]; // from the root down; each names the one before as its parent
	size_t depth;
};

// Follows the place as far as it names objects and items; false when it is no path into this document.
static bool follow(struct document *d, const struct json *root, struct slice place)
{
	char name[128];
	d->depth = 0;
	const struct json *at = root;
	for (size_t i = 0; i < place.n && d->depth < STEPS_MAX; at = &d->steps[d->depth++]) {
		size_t end = i;
		if (place.p[i] == '[') {
			uint64_t index;
			end = slice_find(place, ']', i);
			if (!num_parse(slice_part(place, i + 1, end - i - 1), 0, UINT32_MAX, &index) || !json_is_array(at) || index >= json_count(at))
				return false;
			d->steps[d->depth] = json_item(at, index);
			i = end + 1;
		} else {
			i += place.p[i] == '.';
			for (end = i; end < place.n && place.p[end] != '.' && place.p[end] != '['; end++)
				;
			if (end == i || end - i >= sizeof name)
				return false;
			snprintf(name, sizeof name, "%.*s", SLICE_ARGS(slice_part(place, i, end - i)));
			d->steps[d->depth] = json_find(at, name);
			i = end;
		}
	}
	return d->depth > 0;
}

// The strictest TLP among STIX markings, by extract's own table: asked of a document that holds nothing but the reference.
static enum extract_tlp stix_tlp(const struct json *object)
{
	struct json refs = json_find(object, "object_marking_refs");
	enum extract_tlp tlp = EXTRACT_TLP_NONE;
	for (size_t i = 0; json_is_array(&refs) && i < json_count(&refs); i++) {
		struct json ref = json_item(&refs, i);
		struct slice id;
		char text[256];
		struct extract x;
		if (json_text(&ref, &id, NULL) != ERR_OK || id.n > 100 || slice_find(id, '"', 0) < id.n || slice_find(id, '\\', 0) < id.n)
			continue;
		int n = snprintf(text, sizeof text, "{\"type\":\"identity\",\"object_marking_refs\":[\"%.*s\"]}", SLICE_ARGS(id));
		extract_init(&x);
		if (extract_stix(slice_of(text, (size_t)n), &x, NULL) == ERR_OK && x.meta.tlp > tlp)
			tlp = x.meta.tlp;
		extract_free(&x);
	}
	return tlp;
}

static void text_field(const struct json *object, const char *name, struct slice *text)
{
	struct slice found;
	if (json_get_text(object, name, &found, NULL) == ERR_OK && found.n > 0)
		*text = found;
}

static void stix_meta(const struct document *d, struct indicator_meta *meta)
{
	for (size_t i = 0; i < d->depth; i++) {
		const struct json *o = &d->steps[i];
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
		enum extract_tlp tlp = stix_tlp(o);
		if (tlp > meta->tlp)
			meta->tlp = tlp;
	}
}

static void misp_tags(const struct json *object, struct indicator_meta *meta)
{
	struct json tags = json_find(object, "Tag");
	const char *rule;
	for (size_t i = 0; json_is_array(&tags) && i < json_count(&tags); i++) {
		struct json tag = json_item(&tags, i);
		struct slice name;
		struct indicator_meta own = {0};
		if (json_get_text(&tag, "name", &name, NULL) != ERR_OK)
			continue;
		if (name.n > 4 && strncasecmp((const char *)name.p, "tlp:", 4) == 0 && build_tlp(name, &own, &rule) && own.tlp > meta->tlp)
			meta->tlp = own.tlp;
		if (name.n > 4 && strncasecmp((const char *)name.p, "pap:", 4) == 0 && build_pap(name, &own, &rule) && own.pap > meta->pap)
			meta->pap = own.pap;
	}
}

static void misp_meta(const struct document *d, struct indicator_meta *meta)
{
	for (size_t i = 0; i < d->depth; i++) {
		const struct json *o = &d->steps[i];
		if (!json_is_object(o))
			continue;
		text_field(o, "uuid", &meta->id);
		misp_tags(o, meta);
	}
}

// The readers put a URL without scheme down as its host, which may be anybody's: here it stays a URL.
static unsigned kind_of(const struct observable_entry *e)
{
	bool host = e->type == OBSERVABLE_DOMAIN || e->type == OBSERVABLE_IPV4;
	return host && slice_find(e->written, '/', 0) < e->written.n ? OBSERVABLE_URL : e->type;
}

static enum err put_entries(struct indicator_build *b, bool stix, const struct json *root, const struct extract *x,
                            const struct indicator_meta *defaults, struct why *why)
{
	const struct indicator_meta none = {.confidence = INDICATOR_CONFIDENCE_NONE};
	enum err e = ERR_OK;
	for (size_t i = 0; i < x->list.count && e == ERR_OK; i++) {
		const struct observable_entry *entry = &x->list.entries[i];
		struct indicator_meta meta = defaults != NULL ? *defaults : none;
		struct document d;
		if (entry->derived)
			continue;
		if (entry->background) {
			build_tell(b, INDICATOR_NOTE, entry->place, entry->value, "its source says: not for detection; left out");
			continue;
		}
		if (meta.source.n == 0)
			meta.source = slice_text(x->meta.title);
		if (!stix)
			meta.tlp = x->meta.tlp > meta.tlp ? x->meta.tlp : meta.tlp;
		if (follow(&d, root, entry->place)) {
			if (stix)
				stix_meta(&d, &meta);
			else
				misp_meta(&d, &meta);
		}
		unsigned kind = kind_of(entry);
		e = build_put(b, kind, kind == entry->type ? entry->value : entry->written, &meta, entry->place, why);
	}
	for (size_t i = 0; i < x->list.refused && e == ERR_OK; i++) {
		const struct observable_refusal *r = &x->list.refusals[i];
		char rule[WHY_MAX];
		snprintf(rule, sizeof rule, "%.*s", SLICE_ARGS(slice_part(r->rule, 0, sizeof rule - 1)));
		build_tell(b, r->note ? INDICATOR_NOTE : INDICATOR_REFUSED, r->place, r->value, rule);
	}
	return e;
}

enum err build_read_document(struct indicator_build *b, bool stix, struct slice in, const struct indicator_meta *defaults,
                             struct why *why)
{
	struct extract x;
	struct json root;
	if (in.n >= 3 && memcmp(in.p, "\xef\xbb\xbf", 3) == 0)
		in = slice_part(in, 3, in.n);
	extract_init(&x);
	enum err e = stix ? extract_stix(in, &x, why) : extract_misp(in, &x, why);
	if (e == ERR_OK)
		e = json_parse(in, &root, why);
	if (e == ERR_OK) {
		e = put_entries(b, stix, &root, &x, defaults, why);
		json_free(&root);
	}
	extract_free(&x);
	return e;
}
