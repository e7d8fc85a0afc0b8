// MISP core format events (draft-dulaunoy-misp-core-format): info, date and tags; attributes, also those inside objects.
#include "json/json.h"
#include "base/num.h"
#include "observable/form.h"
#include "observable/reading.h"

#include <stdio.h>

// Attribute types whose value is text about the attack and not one of our observables are refused with their name; composite
// types have two halves joined by '|'.
static const struct type {
	const char *name;
	unsigned first, second;
} types[] = {
	{"ip-src", KIND_ADDRESS}, {"ip-dst", KIND_ADDRESS}, {"ip-src|port", KIND_ADDRESS}, {"ip-dst|port", KIND_ADDRESS},
	{"domain", OBSERVABLE_DOMAIN}, {"hostname", OBSERVABLE_DOMAIN}, {"hostname|port", OBSERVABLE_DOMAIN},
	{"domain|ip", OBSERVABLE_DOMAIN, KIND_ADDRESS}, {"AS", OBSERVABLE_ASN},
	{"url", OBSERVABLE_URL}, {"uri", OBSERVABLE_URL}, {"link", KIND_NONE},
	{"email", OBSERVABLE_MAIL}, {"email-src", OBSERVABLE_MAIL}, {"email-dst", OBSERVABLE_MAIL},
	{"email-reply-to", OBSERVABLE_MAIL}, {"whois-registrant-email", OBSERVABLE_MAIL}, {"dns-soa-email", OBSERVABLE_MAIL},
	{"target-email", KIND_NONE}, // the victim's
	{"md5", OBSERVABLE_MD5}, {"sha1", OBSERVABLE_SHA1}, {"sha256", OBSERVABLE_SHA256}, {"sha512", OBSERVABLE_SHA512},
	{"malware-sample", OBSERVABLE_FILENAME, OBSERVABLE_MD5}, {"filename", OBSERVABLE_FILENAME},
	{"filename|md5", OBSERVABLE_FILENAME, OBSERVABLE_MD5}, {"filename|sha1", OBSERVABLE_FILENAME, OBSERVABLE_SHA1},
	{"filename|sha256", OBSERVABLE_FILENAME, OBSERVABLE_SHA256}, {"filename|sha512", OBSERVABLE_FILENAME, OBSERVABLE_SHA512},
	{"x509-fingerprint-sha1", OBSERVABLE_CERTIFICATE}, {"x509-fingerprint-sha256", OBSERVABLE_CERTIFICATE},
	{"mutex", OBSERVABLE_MUTEX}, {"regkey", OBSERVABLE_REGISTRY_KEY}, {"regkey|value", OBSERVABLE_REGISTRY_KEY},
	{"btc", OBSERVABLE_WALLET}, {"vulnerability", OBSERVABLE_CVE}, {"cpe", OBSERVABLE_PRODUCT},
};

static const struct type *type_of(struct slice name)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (slice_is_text(name, types[i].name))
			return &types[i];
	return NULL;
}

static struct slice path_of(const struct json *j, char path[static JSON_PATH_MAX])
{
	json_path(j, path);
	return slice_text(path);
}

// true, 1 and "1" alike.
static bool is_set(const struct json *object, const char *name, bool otherwise)
{
	struct json j = json_find(object, name);
	struct slice text;
	uint64_t number;
	bool truth;
	if (json_bool(&j, &truth, NULL) == ERR_OK)
		return truth;
	if (json_number(&j, 0, 1, &number, NULL) == ERR_OK)
		return number == 1;
	return json_text(&j, &text, NULL) == ERR_OK ? slice_is_text(text, "1") : otherwise;
}

static enum err put_halves(const struct type *type, bool background, struct slice value, struct slice place, struct extract *x,
                           struct why *why)
{
	bool composite = strchr(type->name, '|') != NULL || type->second != KIND_NONE;
	size_t bar = composite ? slice_find(value, '|', 0) : value.n;
	enum err e = put_value(x, type->first, background, slice_part(value, 0, bar), place, why);
	if (e != ERR_OK || type->second == KIND_NONE)
		return e;
	if (bar == value.n)
		return put_refusal(x, place, value, "a value of this type has two halves joined by |", why);
	return put_value(x, type->second, background, slice_part(value, bar + 1, value.n), place, why);
}

enum err extract_misp_attribute(const struct json *a, struct extract *x, struct why *why)
{
	char path[JSON_PATH_MAX];
	struct slice type, value;
	struct why rule;
	struct json field = json_find(a, "value");
	if (json_get_text(a, "type", &type, &rule) != ERR_OK || json_text(&field, &value, &rule) != ERR_OK)
		return put_refusal(x, path_of(a, path), SLICE_LITERAL(""), rule.text, why);
	struct slice place = path_of(&field, path);
	if (is_set(a, "deleted", false))
		return put_note(x, place, value, "a deleted attribute; left out", why);
	const struct type *known = type_of(type);
	if (known != NULL && known->first != KIND_NONE)
		return put_halves(known, !is_set(a, "to_ids", true), value, place, x, why);
	char text[WHY_MAX];
	snprintf(text, sizeof text, "MISP type \"%.*s\" gives no token; kept in the report", SLICE_ARGS(slice_part(type, 0, 60)));
	return put_note(x, place, value, text, why);
}

// `name` of an object, when it is there: an array whose items go to `each`.
static enum err every(const struct json *object, const char *name,
                      enum err (*each)(const struct json *, struct extract *, struct why *), struct extract *x, struct why *why)
{
	char path[JSON_PATH_MAX];
	struct why rule;
	struct json list = json_find(object, name);
	if (json_is_absent(&list))
		return ERR_OK;
	if (json_want_array(&list, &rule) != ERR_OK) {
		if (json_is_object(&list) && json_count(&list) > 0 && json_find(&list, "type").value != NULL)
			return each(&list, x, why);
		return put_refusal(x, path_of(&list, path), SLICE_LITERAL(""), rule.text, why);
	}
	for (size_t i = 0; i < json_count(&list); i++) {
		struct json item = json_item(&list, i);
		enum err e = each(&item, x, why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err extract_misp_object(const struct json *o, struct extract *x, struct why *why)
{
	char path[JSON_PATH_MAX];
	if (is_set(o, "deleted", false))
		return put_note(x, path_of(o, path), SLICE_LITERAL(""), "a deleted object; left out", why);
	return every(o, "Attribute", extract_misp_attribute, x, why);
}

enum err extract_misp_proposal(const struct json *p, struct extract *x, struct why *why)
{
	char path[JSON_PATH_MAX];
	struct slice value = SLICE_LITERAL("");
	enum err e = json_opt_text(p, "value", &value, NULL);
	struct slice shown = e == ERR_OK ? value : SLICE_LITERAL("");
	return put_note(x, path_of(p, path), shown, "a proposal that nobody accepted; left out", why);
}

static enum err tag(const struct json *t, struct extract *x, struct why *why)
{
	struct slice name;
	(void)why;
	if (json_get_text(t, "name", &name, NULL) == ERR_OK && slice_starts_letters(name, "tlp:"))
		meta_tlp(&x->meta, tlp_named(slice_part(name, 4, name.n)));
	return ERR_OK;
}

static enum err event(const struct json *e, struct extract *x, struct why *why)
{
	struct slice text;
	uint64_t date;
	if (json_get_text(e, "info", &text, NULL) == ERR_OK)
		meta_title(&x->meta, text);
	if (json_get_text(e, "date", &text, NULL) == ERR_OK && time_parse(text, &date) && x->meta.date == 0)
		x->meta.date = date;
	enum err err = every(e, "Tag", tag, x, why);
	if (err == ERR_OK)
		err = every(e, "Attribute", extract_misp_attribute, x, why);
	if (err == ERR_OK)
		err = every(e, "Object", extract_misp_object, x, why);
	return err == ERR_OK ? every(e, "ShadowAttribute", extract_misp_proposal, x, why) : err;
}

// {"Event":{…}} or a bare event.
static enum err one(const struct json *j, struct extract *x, struct why *why)
{
	struct json inner = json_find(j, "Event"), attributes = json_find(j, "Attribute"), info = json_find(j, "info"),
	            objects = json_find(j, "Object");
	if (json_is_object(&inner))
		return event(&inner, x, why);
	if (attributes.value == NULL && info.value == NULL && objects.value == NULL)
		return json_refuse(j, why, ERR_INPUT, "is no MISP event (no Event, info or Attribute)");
	return event(j, x, why);
}

enum err extract_misp(struct slice in, struct extract *x, struct why *why)
{
	struct json root;
	in = slice_unmarked(in);
	enum err e = json_parse(in, &root, why);
	if (e != ERR_OK)
		return e;
	struct json response = json_find(&root, "response"), *list = json_is_array(&root) ? &root : &response;
	if (json_is_array(list)) {
		for (size_t i = 0; i < json_count(list) && e == ERR_OK; i++) {
			struct json item = json_item(list, i);
			e = one(&item, x, why);
		}
		if (e == ERR_OK && json_count(list) == 0)
			e = json_refuse(list, why, ERR_INPUT, "has no event in it");
	} else {
		e = one(json_is_object(&response) ? &response : &root, x, why);
	}
	json_free(&root);
	return e == ERR_OK ? observable_list_derive(&x->list, why) : e;
}
