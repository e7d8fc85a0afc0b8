// dpkg's status file: paragraphs of "Field: value" lines, a blank line between them.
#include "inventory/packages.h"


enum field { FIELD_PACKAGE, FIELD_STATUS, FIELD_VERSION, FIELD_ARCH, FIELD_SOURCE, FIELDS, FIELD_OTHER };
static const char *const field_names[FIELDS] = {"Package", "Status", "Version", "Architecture", "Source"};

struct paragraph {
	struct slice value[FIELDS];
	bool has[FIELDS];
	uint64_t line; // of its first line
	struct slice first;
	const char *broken; // the first rule it breaks
};

struct reader {
	struct slice rest;
	uint64_t line; // of the next line
	bool stateless;
	bool cut; // the last line has no end
	struct slice ecosystem;
	const struct inventory_sink *sink;
	struct why *why;
};

static struct slice next_line(struct reader *r)
{
	size_t end = slice_find(r->rest, '\n', 0);
	struct slice line = slice_part(r->rest, 0, end);
	r->rest = slice_part(r->rest, end + 1, r->rest.n);
	r->line++;
	return line;
}

// Field names are compared without regard to case (deb-control(5)).
static enum field field_of(struct slice name)
{
	for (unsigned i = 0; i < FIELDS; i++)
		if (slice_same_letters(name, slice_text(field_names[i])))
			return i;
	return FIELD_OTHER;
}

static void break_rule(struct paragraph *p, const char *rule)
{
	if (p->broken == NULL)
		p->broken = rule;
}

// One line that is not blank. *field: the one it belongs to; a continuation belongs to the field before it.
static void take_line(struct paragraph *p, struct slice line, enum field *field)
{
	const char *rule;
	if (line.p[0] == ' ' || line.p[0] == '\t') {
		if (*field != FIELD_OTHER || p->first.n == 0)
			break_rule(p, p->first.n == 0 ? "a continuation line without a field" : "a value of several lines in a field of one");
		return;
	}
	size_t colon = slice_find(line, ':', 0);
	*field = field_of(slice_part(line, 0, colon));
	if (colon == line.n || colon == 0)
		break_rule(p, "a line without a field's name");
	else if (*field != FIELD_OTHER) {
		if (p->has[*field])
			break_rule(p, "a field given twice");
		p->has[*field] = true;
		if (!inventory_text(slice_part(line, colon + 1, line.n), &p->value[*field], &rule))
			break_rule(p, rule);
	}
}

// False at the end of the file.
static bool next_paragraph(struct reader *r, struct paragraph *p)
{
	enum field field = FIELD_OTHER;
	*p = (struct paragraph){0};
	while (r->rest.n > 0) {
		uint64_t number = r->line;
		struct slice line = next_line(r);
		if (line.n == 0) {
			if (p->line > 0)
				return true;
			continue;
		}
		if (p->line == 0)
			p->line = number;
		take_line(p, line, &field);
		if (p->first.n == 0)
			p->first = line;
		if (r->rest.n == 0 && !r->stateless && r->cut)
			break_rule(p, "the file ends in the middle of a line");
	}
	return p->line > 0;
}

static const struct state {
	const char *name;
	bool present;
	const char *note; // present, but not as it should be
} states[] = {
	{"installed", true, NULL},
	{"not-installed", false, NULL},
	{"config-files", false, NULL},
	{"half-installed", true, "half-installed: taken as installed, but its files may be missing"},
	{"unpacked", true, "unpacked, never configured: taken as installed"},
	{"half-configured", true, "half-configured: taken as installed"},
	{"triggers-awaited", true, NULL}, // its files are those of the version
	{"triggers-pending", true, NULL},
};

// "want flag state": dpkg-query(1).
static const struct state *state_of(struct slice status, bool *reinstall)
{
	size_t one = slice_find(status, ' ', 0), two = slice_find(status, ' ', one + 1);
	struct slice flag = slice_part(status, one + 1, two - one - 1), state = slice_part(status, two + 1, status.n);
	*reinstall = slice_is_text(flag, "reinstreq");
	if (two >= status.n || (!*reinstall && !slice_is_text(flag, "ok")))
		return NULL;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (slice_is_text(state, states[i].name))
			return &states[i];
	return NULL;
}

bool package_is_word(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return s.n > 0;
}

bool dpkg_source(struct slice text, struct item *i)
{
	size_t blank = slice_find(text, ' ', 0);
	struct slice version = slice_trim(slice_part(text, blank, text.n)), source = slice_part(text, 0, blank);
	if (text.n > 0 && (!package_is_word(source) || slice_find(source, '(', 0) < source.n))
		return false;
	if (version.n > 0) {
		if (version.n < 3 || version.p[0] != '(' || version.p[version.n - 1] != ')')
			return false;
		version = slice_trim(slice_part(version, 1, version.n - 2));
		if (!package_is_word(version) || slice_find(version, '(', 0) < version.n)
			return false;
	}
	bool says = version.n > 0 || !slice_equal(source, i->name);
	i->source = says ? source : (struct slice){0};
	i->source_version = version;
	return true;
}

static const char *make_item(const struct paragraph *p, struct item *i)
{
	i->name = p->value[FIELD_PACKAGE];
	i->version = p->value[FIELD_VERSION];
	i->arch = p->value[FIELD_ARCH];
	i->line = p->line;
	if (!package_is_word(i->name))
		return "no Package, or not of ASCII without blanks";
	if (!package_is_word(i->version))
		return "no Version, or not of ASCII without blanks";
	return dpkg_source(p->value[FIELD_SOURCE], i) ? NULL : "Source is not \"name\" or \"name (version)\"";
}

static enum err take_paragraph(struct reader *r, const struct paragraph *p)
{
	struct item i = {.kind = ITEM_PACKAGE, .ecosystem = r->ecosystem, .since = INVENTORY_UNKNOWN_DATE};
	bool reinstall = false;
	const struct state *state = r->stateless ? &states[0] : state_of(p->value[FIELD_STATUS], &reinstall);
	const char *rule = p->broken != NULL ? p->broken : state == NULL ? "Status is not \"want flag state\" with words of dpkg" : NULL;
	if (rule == NULL && !state->present)
		return ERR_OK;
	if (rule == NULL)
		rule = make_item(p, &i);
	if (rule != NULL)
		return inventory_refuse(r->sink, p->line, p->value[FIELD_PACKAGE].n > 0 ? p->value[FIELD_PACKAGE] : p->first, rule, r->why);
	enum err e = ERR_OK;
	if (state->note != NULL || reinstall)
		e = inventory_note(r->sink, p->line, i.name, state->note != NULL ? state->note : "to be installed again (reinstreq): taken as installed", r->why);
	return e == ERR_OK && r->sink->item != NULL ? r->sink->item(r->sink->context, &i, r->why) : e;
}

enum err dpkg_read(struct slice text, bool stateless, struct slice ecosystem, const struct inventory_sink *sink, struct why *why)
{
	struct reader r = {text, 1, stateless, text.n > 0 && text.p[text.n - 1] != '\n', ecosystem, sink, why};
	struct paragraph p;
	while (next_paragraph(&r, &p)) {
		enum err e = take_paragraph(&r, &p);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}
