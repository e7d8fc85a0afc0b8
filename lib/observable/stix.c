// STIX 2.1 (and 2.0 where it differs little): observable objects, observed-data, indicators, report title, date and markings.
#include "json/json.h"
#include "base/num.h"
#include "observable/form.h"
#include "observable/reading.h"

#include <stdio.h>

typedef enum err reader(const struct json *object, struct extract *x, struct why *why);

static struct slice path_of(const struct json *j, char path[static JSON_PATH_MAX])
{
	json_path(j, path);
	return slice_text(path);
}

// The text in field `name` as that kind; not there is no fault (most properties are optional).
static enum err put_field(const struct json *object, const char *name, unsigned kind, struct extract *x, struct why *why)
{
	char path[JSON_PATH_MAX];
	struct json field = json_find(object, name);
	struct slice text;
	struct why rule;
	if (field.value == NULL)
		return ERR_OK;
	if (json_text(&field, &text, &rule) != ERR_OK)
		return put_refusal(x, path_of(&field, path), SLICE_LITERAL(""), rule.text, why);
	return put_value(x, kind, false, text, path_of(&field, path), why);
}

// The hashes dictionary. `certificate`: every hash is a certificate's fingerprint.
static enum err put_hashes(const struct json *object, bool certificate, struct extract *x, struct why *why)
{
	char path[JSON_PATH_MAX];
	struct json hashes = json_find(object, "hashes"), hash;
	void *state = NULL;
	while (json_next(&hashes, &state, &hash)) {
		struct slice text = SLICE_LITERAL("");
		struct why rule;
		unsigned kind;
		enum err e;
		if (json_text(&hash, &text, &rule) != ERR_OK)
			e = put_refusal(x, path_of(&hash, path), text, rule.text, why);
		else if (!kind_of_hash(slice_text(hash.name), &kind) ||
		         (certificate && kind != OBSERVABLE_SHA1 && kind != OBSERVABLE_SHA256))
			e = put_note(x, path_of(&hash, path), text, "a hash of this kind gives no token; kept in the report", why);
		else
			e = put_value(x, certificate ? OBSERVABLE_CERTIFICATE : kind, false, text, path_of(&hash, path), why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err file(const struct json *o, struct extract *x, struct why *why)
{
	enum err e = put_field(o, "name", OBSERVABLE_FILENAME, x, why);
	return e == ERR_OK ? put_hashes(o, false, x, why) : e;
}

static enum err artifact(const struct json *o, struct extract *x, struct why *why)
{
	enum err e = put_field(o, "url", OBSERVABLE_URL, x, why);
	return e == ERR_OK ? put_hashes(o, false, x, why) : e;
}

static enum err certificate(const struct json *o, struct extract *x, struct why *why)
{
	return put_hashes(o, true, x, why);
}

static enum err autonomous_system(const struct json *o, struct extract *x, struct why *why)
{
	char path[JSON_PATH_MAX], text[16];
	struct json field = json_find(o, "number");
	uint64_t number;
	struct why rule;
	if (json_number(&field, 1, UINT32_MAX, &number, &rule) != ERR_OK)
		return put_refusal(x, path_of(&field, path), SLICE_LITERAL(""), rule.text, why);
	int n = snprintf(text, sizeof text, "%u", (unsigned)number);
	return put_value(x, OBSERVABLE_ASN, false, slice_of(text, (size_t)n), path_of(&field, path), why);
}

static enum err indicator(const struct json *o, struct extract *x, struct why *why)
{
	char path[JSON_PATH_MAX];
	struct json field = json_find(o, "pattern");
	struct slice pattern, type = SLICE_LITERAL("stix");
	bool revoked = false;
	struct why rule;
	if (json_text(&field, &pattern, &rule) != ERR_OK || json_opt_text(o, "pattern_type", &type, &rule) != ERR_OK ||
	    json_opt_bool(o, "revoked", &revoked, &rule) != ERR_OK)
		return put_refusal(x, path_of(o, path), SLICE_LITERAL(""), rule.text, why);
	struct slice place = path_of(&field, path);
	if (revoked)
		return put_note(x, place, pattern, "a revoked indicator; left out", why);
	if (!slice_is_text(type, "stix"))
		return put_refusal(x, place, pattern, "a pattern in another language than STIX is not understood", why);
	return read_pattern(pattern, x, place, why);
}

static enum err report(const struct json *o, struct extract *x, struct why *why)
{
	struct slice text;
	uint64_t date;
	(void)why;
	if (json_get_text(o, "name", &text, NULL) == ERR_OK)
		meta_title(&x->meta, text);
	if ((json_get_text(o, "published", &text, NULL) == ERR_OK || json_get_text(o, "created", &text, NULL) == ERR_OK) &&
	    time_parse(text, &date) && x->meta.date == 0)
		x->meta.date = date;
	return ERR_OK;
}

static enum err vulnerability(const struct json *o, struct extract *x, struct why *why)
{
	struct slice name;
	if (json_get_text(o, "name", &name, NULL) != ERR_OK || !slice_starts_letters(name, "CVE-"))
		return ERR_OK;
	return put_field(o, "name", OBSERVABLE_CVE, x, why);
}

static enum err observable_object(const struct json *o, struct extract *x, struct why *why);

// STIX 2.0 kept the observables of observed-data inside it.
static enum err observed_data(const struct json *o, struct extract *x, struct why *why)
{
	struct json objects = json_find(o, "objects"), inner;
	void *state = NULL;
	enum err e = ERR_OK;
	while (e == ERR_OK && json_next(&objects, &state, &inner))
		e = observable_object(&inner, x, why);
	return e;
}

static const struct row {
	const char *type, *field; // the field that holds the value, when there is one
	unsigned kind;
	reader *read;
} rows[] = {
	{"ipv4-addr", "value", KIND_ADDRESS, NULL},
	{"ipv6-addr", "value", KIND_ADDRESS, NULL},
	{"domain-name", "value", OBSERVABLE_DOMAIN, NULL},
	{"url", "value", OBSERVABLE_URL, NULL},
	{"email-addr", "value", OBSERVABLE_MAIL, NULL},
	{"mutex", "name", OBSERVABLE_MUTEX, NULL},
	{"windows-registry-key", "key", OBSERVABLE_REGISTRY_KEY, NULL},
	{"software", "cpe", OBSERVABLE_PRODUCT, NULL},
	{"file", NULL, 0, file},
	{"artifact", NULL, 0, artifact},
	{"x509-certificate", NULL, 0, certificate},
	{"autonomous-system", NULL, 0, autonomous_system},
	{"indicator", NULL, 0, indicator},
	{"observed-data", NULL, 0, observed_data},
	{"report", NULL, 0, report},
	{"grouping", NULL, 0, report},
	{"vulnerability", NULL, 0, vulnerability},
};

static enum err observable_object(const struct json *o, struct extract *x, struct why *why)
{
	char path[JSON_PATH_MAX];
	struct slice type;
	struct why rule;
	if (json_get_text(o, "type", &type, &rule) != ERR_OK)
		return put_refusal(x, path_of(o, path), SLICE_LITERAL(""), rule.text, why);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (slice_is_text(type, rows[i].type))
			return rows[i].field != NULL ? put_field(o, rows[i].field, rows[i].kind, x, why) : rows[i].read(o, x, why);
	return ERR_OK; // relationships, identities, malware…: no observable in them
}

// Markings of both versions of TLP, by their fixed identifiers (STIX 2.1 section 7.2.1.4; TLP 2.0 extension).
static const struct {
	const char *id;
	enum extract_tlp tlp;
} markings[] = {
	{"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", EXTRACT_TLP_CLEAR},
	{"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", EXTRACT_TLP_GREEN},
	{"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", EXTRACT_TLP_AMBER},
	{"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", EXTRACT_TLP_RED},
	{"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", EXTRACT_TLP_CLEAR},
	{"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", EXTRACT_TLP_GREEN},
	{"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", EXTRACT_TLP_AMBER},
	{"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", EXTRACT_TLP_AMBER_STRICT},
	{"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", EXTRACT_TLP_RED},
};

static void marked(const struct json *o, struct extract *x)
{
	struct json refs = json_find(o, "object_marking_refs");
	for (size_t r = 0; json_is_array(&refs) && r < json_count(&refs); r++) {
		struct json ref = json_item(&refs, r);
		struct slice id;
		if (json_text(&ref, &id, NULL) != ERR_OK)
			continue;
		for (size_t i = 0; i < sizeof markings / sizeof *markings; i++)
			if (slice_is_text(id, markings[i].id))
				meta_tlp(&x->meta, markings[i].tlp);
	}
}

enum err extract_stix_object(const struct json *o, struct extract *x, struct why *why)
{
	marked(o, x);
	return observable_object(o, x, why);
}

static enum err every(const struct json *list, struct extract *x, struct why *why)
{
	enum err e = ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < json_count(list); i++) {
		struct json item = json_item(list, i);
		e = extract_stix_object(&item, x, why);
	}
	return e;
}

// A bundle, a TAXII envelope (objects without a type), one object or a list of objects.
static enum err document(const struct json *root, struct extract *x, struct why *why)
{
	struct slice type = SLICE_LITERAL("bundle");
	struct json list;
	if (json_is_array(root))
		return json_count(root) > 0 ? every(root, x, why) : json_refuse(root, why, ERR_INPUT, "has no object in it");
	enum err e = json_want_object(root, why);
	if (e == ERR_OK)
		e = json_opt_text(root, "type", &type, why);
	if (e != ERR_OK || !slice_is_text(type, "bundle"))
		return e == ERR_OK ? extract_stix_object(root, x, why) : e;
	struct json objects = json_find(root, "objects");
	if (objects.value == NULL && json_find(root, "type").value != NULL)
		return put_note(x, SLICE_LITERAL("the document"), SLICE_LITERAL(""), "a bundle without objects", why);
	e = json_get_array(root, "objects", &list, why);
	return e == ERR_OK ? every(&list, x, why) : e;
}

enum err extract_stix(struct slice in, struct extract *x, struct why *why)
{
	struct json root;
	in = slice_unmarked(in);
	enum err e = json_parse(in, &root, why);
	if (e != ERR_OK)
		return e;
	e = document(&root, x, why);
	json_free(&root);
	return e == ERR_OK ? observable_list_derive(&x->list, why) : e;
}
