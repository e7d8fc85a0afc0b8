// apk's database of installed packages: paragraphs of "X:value" lines. P name, V version, A architecture, o origin; capital F, R, Z, M, a
// are the files, which nobody asks for here.
#include "inventory/packages.h"

static const char fields[] = "PVAo";
enum { FIELD_NAME, FIELD_VERSION, FIELD_ARCH, FIELD_ORIGIN, FIELDS };

struct paragraph {
	struct slice value[FIELDS];
	uint64_t line; // of its first line; 0: empty
	struct slice first;
	const char *broken;
};

static void take_line(struct paragraph *p, struct slice line)
{
	const char *rule = NULL, *which = line.n >= 2 && line.p[1] == ':' && line.p[0] != 0 ? strchr(fields, line.p[0]) : NULL;
	if (line.n < 2 || line.p[1] != ':')
		rule = "a line without a letter and a colon";
	else if (which != NULL) {
		struct slice *value = &p->value[which - fields];
		if (value->p != NULL)
			rule = "a field given twice";
		else
			inventory_text(slice_part(line, 2, line.n), value, &rule);
	}
	if (rule != NULL && p->broken == NULL)
		p->broken = rule;
}

static enum err take_paragraph(const struct paragraph *p, struct slice ecosystem, const struct inventory_sink *sink, struct why *why)
{
	const char *rule = p->broken                                  ? p->broken
	                   : !package_is_word(p->value[FIELD_NAME])    ? "no name (P:), or not of ASCII without blanks"
	                   : !package_is_word(p->value[FIELD_VERSION]) ? "no version (V:), or not of ASCII without blanks"
	                                                               : NULL;
	if (rule != NULL)
		return inventory_refuse(sink, p->line, p->value[FIELD_NAME].n > 0 ? p->value[FIELD_NAME] : p->first, rule, why);
	struct item i = {
		.kind = ITEM_PACKAGE,
		.ecosystem = ecosystem,
		.name = p->value[FIELD_NAME],
		.version = p->value[FIELD_VERSION],
		.arch = p->value[FIELD_ARCH],
		.since = INVENTORY_UNKNOWN_DATE,
		.line = p->line,
	};
	if (!slice_equal(p->value[FIELD_ORIGIN], i.name))
		i.source = p->value[FIELD_ORIGIN];
	return sink->item != NULL ? sink->item(sink->context, &i, why) : ERR_OK;
}

enum err apk_read(struct slice text, struct slice ecosystem, const struct inventory_sink *sink, struct why *why)
{
	struct paragraph p = {0};
	uint64_t number = 1;
	for (size_t at = 0; at < text.n; number++) {
		size_t end = slice_find(text, '\n', at);
		struct slice line = slice_part(text, at, end - at);
		at = end + 1;
		if (line.n > 0) {
			if (p.line == 0) {
				p.line = number;
				p.first = line;
			}
			take_line(&p, line);
			if (end == text.n && p.broken == NULL)
				p.broken = "the file ends in the middle of a line";
		}
		if (p.line > 0 && (line.n == 0 || at >= text.n)) {
			enum err e = take_paragraph(&p, ecosystem, sink, why);
			if (e != ERR_OK)
				return e;
			p = (struct paragraph){0};
		}
	}
	return ERR_OK;
}
