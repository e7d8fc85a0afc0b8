// Wazuh's package inventory: one JSON document, an item each.
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "inventory/packages.h"
#include "inventory/table.h"
#include "json/stream.h"

#define STEP 65536u

struct list {
	const char *name;
	const struct table_options *options;
	const struct inventory_sink *sink;
	uint64_t items; // so far, refused ones too
	bool began;
};

// How Wazuh calls the packager. An empty ecosystem: the one that the options give.
static const struct type {
	const char *name, *ecosystem;
	enum item_kind kind;
} types[] = {
	{"deb", "", ITEM_PACKAGE}, {"rpm", "", ITEM_PACKAGE}, {"apk", "", ITEM_PACKAGE}, {"npm", "npm", ITEM_LIBRARY}, {"pypi", "PyPI", ITEM_LIBRARY},
};

static enum err begin(struct list *l, struct why *why)
{
	struct machine m = {
		.name = l->options->machine,
		.ecosystem = l->options->ecosystem,
		.caretaker = l->options->caretaker,
		.role = l->options->role,
		.exposure = l->options->exposure,
		.taken = l->options->taken,
		.updated = INVENTORY_UNKNOWN_DATE,
	};
	bool first = !l->began;
	l->began = true;
	return first ? inventory_begin(l->sink, &m, why) : ERR_OK;
}

static bool take_source(struct slice type, struct slice source, struct item *i)
{
	if (source.n == 0)
		return true;
	if (slice_is_text(type, "rpm"))
		return rpm_source(source, i);
	return slice_is_text(type, "deb") && dpkg_source(source, i);
}

// The rule it breaks, or NULL.
static const char *make_item(const struct list *l, const struct json *package, struct item *i)
{
	struct slice type = {0}, source = {0};
	const struct {
		const char *name;
		struct slice *to;
	} fields[] = {{"name", &i->name}, {"version", &i->version}, {"architecture", &i->arch}, {"vendor", &i->vendor}, {"source", &source}, {"type", &type}};
	struct why why;
	const char *rule;
	for (size_t f = 0; f < sizeof fields / sizeof *fields; f++)
		if (json_opt_text(package, fields[f].name, fields[f].to, &why) != ERR_OK)
			return "name, version, architecture, vendor, source or type is no text";
		else if (!inventory_text(*fields[f].to, fields[f].to, &rule))
			return rule;
	if (i->name.n == 0)
		return "no name";
	i->kind = ITEM_APPLICATION;
	for (size_t t = 0; t < sizeof types / sizeof *types; t++)
		if (slice_is_text(type, types[t].name)) {
			i->kind = types[t].kind;
			i->ecosystem = types[t].ecosystem[0] != 0 ? slice_text(types[t].ecosystem) : l->options->ecosystem;
		}
	// What other packagers call a source is a place, not a package.
	bool packaged = slice_is_text(type, "deb") || slice_is_text(type, "rpm");
	return !packaged || take_source(type, source, i) ? NULL : "source is neither \"name (version)\" nor a source package of rpm";
}

static enum err take(void *context, struct json_part *part, struct why *why)
{
	struct list *l = context;
	struct item i = {.since = INVENTORY_UNKNOWN_DATE, .line = ++l->items};
	struct why unused;
	struct slice operation = {0};
	struct json data = json_find(&part->value, "data"), package = json_find(&data, "package");
	enum err e = begin(l, why);
	if (e == ERR_OK && l->items > INVENTORY_ITEMS_MAX)
		e = why_set(why, ERR_LIMIT, "%s: more than %u items", l->name, INVENTORY_ITEMS_MAX);
	if (e != ERR_OK)
		return e;
	if (json_opt_text(&part->value, "operation", &operation, &unused) == ERR_OK && slice_is_text(operation, "Delete"))
		return ERR_OK; // what was there before
	const char *rule = json_is_object(&package) ? make_item(l, &package, &i) : "no data.package";
	if (rule != NULL)
		return inventory_refuse(l->sink, i.line, i.name, rule, why);
	return l->sink->item != NULL ? l->sink->item(l->sink->context, &i, why) : ERR_OK;
}

static enum err read_document(int fd, struct list *l, struct json_stream *s, struct why *why)
{
	uint8_t *bytes = malloc(STEP);
	enum err e = bytes == NULL ? why_set(why, ERR_SYSTEM, "no memory") : ERR_OK;
	while (e == ERR_OK) {
		ssize_t n = read(fd, bytes, STEP);
		if (n < 0 && errno != EINTR)
			e = why_set(why, ERR_SYSTEM, "%s", strerror(errno));
		else if (n == 0)
			break;
		else if (n > 0)
			e = json_stream_put(s, slice_of(bytes, (size_t)n), why);
	}
	free(bytes);
	if (e == ERR_OK)
		e = json_stream_end(s, why);
	if (e == ERR_OK && l->items == 0)
		e = why_set(why, ERR_INPUT, "no \"items\": not Wazuh's inventory");
	return e == ERR_OK ? e : why_at(why, e, "%s", l->name);
}

enum err inventory_wazuh(int fd, const char *name, const struct table_options *o, const struct inventory_sink *sink, struct why *why)
{
	static const char *const paths[] = {"items[]"};
	struct list l = {.name = name, .options = o, .sink = sink};
	struct json_stream *s = NULL;
	enum err e = json_stream_new(paths, 1, take, &l, &s, why);
	if (e == ERR_OK)
		e = read_document(fd, &l, s, why);
	json_stream_free(s);
	return e;
}
