// CycloneDX 1.2 to 1.7 in JSON (cyclonedx.org/docs/1.6/json).
#include "inventory/bill.h"

// What a component's type is here. Faint: no item unless something names it exactly.
static const struct {
	const char *type;
	enum item_kind kind;
	bool faint;
} types[] = {
	{"application", ITEM_APPLICATION, false}, {"framework", ITEM_LIBRARY, false},
	{"library", ITEM_LIBRARY, false},         {"container", ITEM_APPLICATION, false},
	{"platform", ITEM_APPLICATION, false},    {"operating-system", ITEM_SYSTEM, false},
	{"device", ITEM_EQUIPMENT, false},        {"device-driver", ITEM_APPLICATION, false},
	{"firmware", ITEM_FIRMWARE, false},       {"file", ITEM_APPLICATION, true},
	{"data", ITEM_APPLICATION, true},         {"machine-learning-model", ITEM_APPLICATION, true},
	{"cryptographic-asset", ITEM_APPLICATION, true},
};

// The properties of scanners that say more than the component (aquasecurity:trivy:…, syft:…).
struct properties {
	struct slice trivy_name, trivy_version, trivy_release, trivy_epoch, trivy_class, trivy_module;
	struct slice syft_source, syft_source_version, syft_rpm, syft_origin, syft_module;
	struct slice os_id, os_version, os_pretty, os_codename;
};

static enum err read_properties(const struct json *component, struct properties *p, struct why *why)
{
	const struct {
		const char *name;
		struct slice *value;
	} known[] = {
		{"aquasecurity:trivy:SrcName", &p->trivy_name},         {"aquasecurity:trivy:SrcVersion", &p->trivy_version},
		{"aquasecurity:trivy:SrcRelease", &p->trivy_release},   {"aquasecurity:trivy:SrcEpoch", &p->trivy_epoch},
		{"aquasecurity:trivy:Modularitylabel", &p->trivy_module}, {"syft:metadata:modularityLabel", &p->syft_module},
		{"aquasecurity:trivy:Class", &p->trivy_class},          {"syft:metadata:source", &p->syft_source},
		{"syft:metadata:sourceVersion", &p->syft_source_version}, {"syft:metadata:sourceRpm", &p->syft_rpm},
		{"syft:metadata:originPackage", &p->syft_origin},       {"syft:distro:id", &p->os_id},
		{"syft:distro:versionID", &p->os_version},              {"syft:distro:prettyName", &p->os_pretty},
		{"syft:distro:versionCodename", &p->os_codename},
	};
	struct json list = json_find(component, "properties");
	for (size_t i = 0; json_is_array(&list) && i < json_count(&list); i++) {
		struct json one = json_item(&list, i);
		struct slice name = {0};
		enum err e = json_opt_text(&one, "name", &name, why);
		for (size_t k = 0; k < sizeof known / sizeof *known && e == ERR_OK; k++) // others may be of any kind
			if (slice_is_text(name, known[k].name))
				e = json_opt_text(&one, "value", known[k].value, why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

// Who supplies it; a distribution's publisher is who packs it, not whose product it is.
static enum err read_vendor(const struct json *component, struct slice *vendor, struct why *why)
{
	static const char *const fields[] = {"supplier", "manufacturer"};
	for (size_t i = 0; i < 2 && vendor->n == 0; i++) {
		struct json who = json_find(component, fields[i]);
		enum err e = json_opt_text(&who, "name", vendor, why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static void set_type(struct slice type, struct draft *d)
{
	d->kind = ITEM_APPLICATION;
	d->kind_sure = false;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (slice_is_text(type, types[i].type)) {
			d->kind = types[i].kind;
			d->faint = types[i].faint;
			d->kind_sure = !types[i].faint;
		}
}

static void set_source(const struct properties *p, struct draft *d)
{
	if (p->trivy_name.n > 0) {
		d->source = p->trivy_name;
		d->source_version = p->trivy_version;
		d->source_release = p->trivy_release;
		d->source_epoch = p->trivy_epoch;
	} else if (p->syft_source.n > 0) {
		d->source = p->syft_source;
		d->source_version = p->syft_source_version;
	} else {
		d->source = p->syft_origin;
		d->source_rpm = p->syft_rpm;
	}
}

static bool is_distribution_purl(struct slice purl)
{
	static const char *const before[] = {"pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpm/"};
	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		if (slice_starts(purl, before[i]))
			return true;
	return false;
}

static enum err read_component(const struct json *component, struct slice *type, struct properties *p, struct draft *d,
                               struct why *why)
{
	enum err e = json_want_object(component, why);
	if (e == ERR_OK)
		e = json_opt_text(component, "type", type, why);
	if (e == ERR_OK)
		e = json_get_text(component, "name", &d->name, why);
	if (e == ERR_OK)
		e = json_opt_text(component, "group", &d->group, why);
	if (e == ERR_OK)
		e = json_opt_text(component, "version", &d->version, why);
	if (e == ERR_OK)
		e = json_opt_text(component, "purl", &d->purl, why);
	if (e == ERR_OK)
		e = json_opt_text(component, "cpe", &d->cpe, why);
	if (e == ERR_OK)
		e = read_vendor(component, &d->vendor, why);
	if (e == ERR_OK && d->vendor.n == 0 && !is_distribution_purl(d->purl))
		e = json_opt_text(component, "publisher", &d->vendor, why);
	if (e == ERR_OK)
		e = read_properties(component, p, why);
	if (e != ERR_OK)
		return e;
	if (d->vendor.n == 0 && d->purl.n == 0)
		d->vendor = d->group; // where it is no part of a name
	d->modular = p->trivy_module.n > 0 || p->syft_module.n > 0;
	set_type(*type, d);
	set_source(p, d);
	if (p->trivy_class.n > 0 && slice_is_text(*type, "application"))
		d->faint = true; // a lock file that groups what was found in it
	return ERR_OK;
}

static enum err read_system(struct bill *b, const struct draft *d, const struct properties *p, struct why *why)
{
	struct slice release = p->os_version.n > 0 ? p->os_version : d->version;
	if (release.n == 0)
		release = p->os_codename;
	return bill_system(b, p->os_id.n > 0 ? p->os_id : d->name, release, p->os_pretty, true, why);
}

// A component, not what is inside it. `whole`: it is what the document is about.
static enum err one(struct bill *b, const struct json *component, bool whole, struct why *why)
{
	struct draft d = {.kind = ITEM_APPLICATION};
	struct properties p = {{0}};
	struct slice type = {0};
	struct why rule;
	if (read_component(component, &type, &p, &d, &rule) != ERR_OK)
		return bill_refuse(b, d.name, rule.text, why);
	bool system = slice_is_text(type, "operating-system");
	enum err e = whole ? bill_keep(b, &b->machine, d.name, why) : ERR_OK;
	if (e == ERR_OK && system)
		e = read_system(b, &d, &p, why);
	if (e != ERR_OK || (whole && (slice_is_text(type, "container") || slice_is_text(type, "file"))))
		return e;
	if (bill_is_told(b, system, &d))
		return ERR_OK;
	return bill_item(b, &d, why);
}

static enum err inside(struct bill *b, const struct json *component, struct why *why);

static enum err numbered(struct bill *b, const struct json *component, struct why *why)
{
	b->ordinal++;
	enum err e = one(b, component, false, why);
	return e == ERR_OK ? inside(b, component, why) : e;
}

// As deep as JSON may nest.
static enum err inside(struct bill *b, const struct json *component, struct why *why)
{
	struct json list = json_find(component, "components");
	enum err e = ERR_OK;
	for (size_t i = 0; json_is_array(&list) && i < json_count(&list) && e == ERR_OK; i++) {
		struct json child = json_item(&list, i);
		e = numbered(b, &child, why);
	}
	return e;
}

enum err cyclonedx_component(struct bill *b, const struct json *component, struct why *why)
{
	return numbered(b, component, why);
}

enum err cyclonedx_metadata(struct bill *b, const struct json *metadata, struct why *why)
{
	uint64_t ordinal = b->ordinal;
	b->ordinal = 0; // what concerns the whole has no number
	struct json component = json_find(metadata, "component");
	enum err e = bill_taken(b, metadata, "timestamp", why);
	if (e == ERR_OK && component.value != NULL)
		e = one(b, &component, true, why);
	b->ordinal = ordinal;
	return e == ERR_OK ? inside(b, &component, why) : e;
}
