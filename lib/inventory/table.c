#include "inventory/table.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/num.h"
#include "inventory/identify.h"
#include "inventory/packages.h"

#define STEP 65536u
#define WORD_MAX 40 // bytes of a column's name or of a word

enum column {
	COLUMN_NAME, COLUMN_KIND, COLUMN_VENDOR, COLUMN_VERSION, COLUMN_ARCH, COLUMN_ECOSYSTEM, COLUMN_SOURCE, COLUMN_SOURCE_VERSION,
	COLUMN_SOURCERPM, COLUMN_PURL, COLUMN_CPE, COLUMN_ROLE, COLUMN_EXPOSURE, COLUMN_CREDENTIALS, COLUMN_CARETAKER, COLUMN_SINCE,
	COLUMN_MACHINE, COLUMNS, COLUMN_UNKNOWN = COLUMNS
};
static const struct {
	const char *name;
	enum column column;
} columns[] = {
	{"name", COLUMN_NAME}, {"product", COLUMN_NAME}, {"package", COLUMN_NAME}, {"software", COLUMN_NAME}, {"kind", COLUMN_KIND},
	{"vendor", COLUMN_VENDOR}, {"manufacturer", COLUMN_VENDOR}, {"version", COLUMN_VERSION}, {"arch", COLUMN_ARCH},
	{"architecture", COLUMN_ARCH}, {"ecosystem", COLUMN_ECOSYSTEM}, {"source", COLUMN_SOURCE}, {"source_version", COLUMN_SOURCE_VERSION},
	{"sourcerpm", COLUMN_SOURCERPM}, {"purl", COLUMN_PURL}, {"cpe", COLUMN_CPE}, {"role", COLUMN_ROLE}, {"exposure", COLUMN_EXPOSURE},
	{"credentials", COLUMN_CREDENTIALS}, {"looked_after_by", COLUMN_CARETAKER}, {"caretaker", COLUMN_CARETAKER},
	{"in_use_since", COLUMN_SINCE}, {"since", COLUMN_SINCE}, {"machine", COLUMN_MACHINE}, {"host", COLUMN_MACHINE},
	{"hostname", COLUMN_MACHINE}, {"asset", COLUMN_MACHINE},
	// As Windows lists what is installed, and inventory programs export it.
	{"displayname", COLUMN_NAME}, {"display_name", COLUMN_NAME}, {"software_name", COLUMN_NAME}, {"product_name", COLUMN_NAME},
	{"publisher", COLUMN_VENDOR}, {"displayversion", COLUMN_VERSION}, {"display_version", COLUMN_VERSION},
	{"software_version", COLUMN_VERSION}, {"product_version", COLUMN_VERSION}, {"pscomputername", COLUMN_MACHINE},
	{"computer_name", COLUMN_MACHINE}, {"computer", COLUMN_MACHINE},
	// In French and in German.
	{"produit", COLUMN_NAME}, {"logiciel", COLUMN_NAME}, {"produkt", COLUMN_NAME}, {"fabricant", COLUMN_VENDOR},
	{"constructeur", COLUMN_VENDOR}, {"éditeur", COLUMN_VENDOR}, {"editeur", COLUMN_VENDOR}, {"hersteller", COLUMN_VENDOR},
	{"rôle", COLUMN_ROLE}, {"rolle", COLUMN_ROLE}, {"exposition", COLUMN_EXPOSURE}, {"identifiants", COLUMN_CREDENTIALS},
	{"mot_de_passe", COLUMN_CREDENTIALS}, {"zugangsdaten", COLUMN_CREDENTIALS}, {"passwort", COLUMN_CREDENTIALS},
	{"prestataire", COLUMN_CARETAKER}, {"pris_en_charge_par", COLUMN_CARETAKER}, {"betreut_von", COLUMN_CARETAKER},
	{"en_service_depuis", COLUMN_SINCE}, {"mise_en_service", COLUMN_SINCE}, {"in_betrieb_seit", COLUMN_SINCE},
	{"ordinateur", COLUMN_MACHINE}, {"rechner", COLUMN_MACHINE},
};
// Words of cells in French and in German.
static const char *const translations[][2] = {
	{"inconnu", "unknown"}, {"inconnue", "unknown"}, {"unbekannt", "unknown"}, {"poste_de_travail", "workstation"},
	{"arbeitsplatz", "workstation"}, {"serveur", "server"}, {"réseau", "network"}, {"netzwerk", "network"}, {"industriel", "industrial"},
	{"industrie", "industrial"}, {"médical", "medical"}, {"medizin", "medical"}, {"autre", "other"}, {"andere", "other"},
	{"isolé", "isolated"}, {"isoliert", "isolated"}, {"interne", "internal"}, {"intern", "internal"}, {"changé", "changed"},
	{"changés", "changed"}, {"geändert", "changed"}, {"par_défaut", "default"}, {"défaut", "default"}, {"paquet", "package"},
	{"paket", "package"}, {"bibliothèque", "library"}, {"bibliothek", "library"}, {"logiciel", "application"}, {"anwendung", "application"},
	{"système", "system"}, {"micrologiciel", "firmware"}, {"équipement", "equipment"}, {"gerät", "equipment"},
};

struct table {
	const char *name;
	const struct table_options *options;
	const struct inventory_sink *sink;
	bool has_head, packages; // packages: the name's column is "package"
	size_t width;
	enum column at[CSV_CELLS_MAX];
	bool has[COLUMNS];
	uint64_t items;
	bool began; // machine() was called
	const struct slice *current; // name of the machine that the rows belong to, one of seen
	void *seen;                  // names of the machines so far
	size_t seen_n, seen_bytes;
	// What the row's values are written to, when they are not parts of it.
	struct identity identity;
	struct buf caretaker; // of the machine that the rows belong to
	char rule[160];
};

// Lower case, also of Latin-1's letters; blanks (also U+00A0, and a line end in a cell) and '-' as '_', several as one. False when it is longer than any word.
static bool fold(struct slice s, char word[static WORD_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool wide = c == 0xc2 && i + 1 < s.n && s.p[i + 1] == 0xa0, blank = wide || c <= ' ' || c == '-' || c == '_';
		i += wide;
		if (blank && n > 0 && word[n - 1] == '_')
			continue;
		if (n == WORD_MAX - 1)
			return false;
		bool accented = i > 0 && s.p[i - 1] == 0xc3 && c >= 0x80 && c <= 0x9e; // U+00C0 to U+00DE
		word[n++] = (char)(blank ? '_' : accented ? c | 0x20 : slice_lower(c));
	}
	word[n] = 0;
	return true;
}

static enum column column_of(struct slice head, bool *package)
{
	char word[WORD_MAX];
	for (size_t i = 0; fold(head, word) && i < sizeof columns / sizeof *columns; i++)
		if (strcmp(word, columns[i].name) == 0) {
			*package |= strcmp(word, "package") == 0;
			return columns[i].column;
		}
	return COLUMN_UNKNOWN;
}

// Lines that end with CR alone are one long line to every reader.
static bool has_bare_cr(const struct csv_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		for (size_t at = 0; (at = slice_find(row->cells[i], '\r', at)) < row->cells[i].n; at++)
			if (at + 1 == row->cells[i].n || row->cells[i].p[at + 1] != '\n')
				return true;
	return false;
}

static enum err take_head(struct table *t, const struct csv_row *row, struct why *why)
{
	enum err e = ERR_OK;
	if (has_bare_cr(row))
		return why_set(why, ERR_INPUT, "%s: line %llu: its lines end with CR alone: save it with LF or CRLF", t->name, (unsigned long long)row->line);
	t->has_head = true;
	t->width = row->n;
	if (row->broken != NULL)
		return why_set(why, ERR_INPUT, "%s: line %llu: the row that names the columns: %s", t->name, (unsigned long long)row->line, row->broken);
	for (size_t i = 0; i < row->n && e == ERR_OK; i++) {
		t->at[i] = column_of(row->cells[i], &t->packages);
		if (t->at[i] == COLUMN_UNKNOWN && row->cells[i].n > 0)
			e = inventory_note(t->sink, row->line, row->cells[i], "not a column that is known: kept out", why);
		else if (t->at[i] != COLUMN_UNKNOWN && t->has[t->at[i]])
			e = why_set(why, ERR_INPUT, "%s: line %llu: two columns say the same: %.*s: leave one of them out", t->name, (unsigned long long)row->line,
			            SLICE_ARGS(slice_part(row->cells[i], 0, WORD_MAX)));
		if (t->at[i] != COLUMN_UNKNOWN)
			t->has[t->at[i]] = true;
	}
	if (e == ERR_OK && !t->has[COLUMN_NAME] && !t->has[COLUMN_PURL] && !t->has[COLUMN_CPE])
		e = why_set(why, ERR_INPUT, "%s: line %llu: no column \"name\", \"product\", \"package\", \"purl\" or \"cpe\": the first row names the columns, "
		            "between commas, semicolons or tabs",
		            t->name, (unsigned long long)row->line);
	return e;
}

// Words in any case; "unknown" says what an empty cell says.
static bool word_of(struct slice cell, char room[static WORD_MAX], struct slice *word)
{
	const char *said = room;
	if (!fold(cell, room))
		return false;
	for (size_t i = 0; said == room && i < sizeof translations / sizeof *translations; i++)
		if (strcmp(room, translations[i][0]) == 0)
			said = translations[i][1];
	*word = slice_text(strcmp(said, "unknown") == 0 ? "" : said);
	return true;
}

static const char *no_word(struct table *t, const char *column, struct slice cell, const char *words)
{
	snprintf(t->rule, sizeof t->rule, "%s is \"%.*s\", none of: %s", column, SLICE_ARGS(slice_cut(cell, WORD_MAX)), words);
	return t->rule;
}

static const char *take_words(struct table *t, const struct slice *cell, struct item *i, bool *has_kind)
{
	char room[WORD_MAX];
	struct slice word;
	if (!word_of(cell[COLUMN_ROLE], room, &word) || !item_role_named(word, &i->role))
		return no_word(t, "role", cell[COLUMN_ROLE], "workstation, server, network, industrial, medical, other");
	if (!word_of(cell[COLUMN_EXPOSURE], room, &word) || !item_exposure_named(word, &i->exposure))
		return no_word(t, "exposure", cell[COLUMN_EXPOSURE], "isolated, internal, internet");
	if (!word_of(cell[COLUMN_CREDENTIALS], room, &word) || !item_credentials_named(word, &i->credentials))
		return no_word(t, "credentials", cell[COLUMN_CREDENTIALS], "changed, default");
	if (!word_of(cell[COLUMN_KIND], room, &word) || (word.n > 0 && !item_kind_named(word, &i->kind)))
		return no_word(t, "kind", cell[COLUMN_KIND], "package, library, application, system, firmware, equipment");
	*has_kind = word.n > 0;
	return NULL;
}

static bool is_number(struct slice text, uint64_t min, uint64_t max, uint64_t *number)
{
	if (text.n == 2 && text.p[0] == '0')
		text = slice_part(text, 1, 1);
	return num_parse(text, min, max, number);
}

static bool is_day(uint64_t year, uint64_t month, uint64_t day)
{
	return month <= 12 && day <= month_length((int64_t)year, (unsigned)month);
}

// "31/12/2024", "31.12.2024", "31-12-2024" and "2024/12/31", as spreadsheets write them; but between dots the month comes first in some countries. *two:
// it may be either.
static bool sheet_date(struct slice text, int64_t *seconds, bool *two)
{
	uint8_t mark = slice_find(text, '/', 0) < text.n ? '/' : slice_find(text, '-', 0) < text.n ? '-' : '.';
	size_t one = slice_find(text, mark, 0), other = slice_find(text, mark, one + 1);
	struct slice a = slice_part(text, 0, one), b = slice_part(text, one + 1, other - one - 1), c = slice_part(text, other + 1, text.n);
	uint64_t year, first, second;
	bool forth = a.n == 4;
	if (one >= text.n || other >= text.n || !is_number(forth ? a : c, 1970, 9999, &year) || !is_number(b, 1, 31, &second) ||
	    !is_number(forth ? c : a, 1, 31, &first))
		return false;
	bool day_first = is_day(year, second, first), month_first = !forth && mark != '.' && is_day(year, first, second);
	*two = day_first && month_first && first != second;
	if (*two || (!day_first && !month_first))
		return false;
	*seconds = 86400 * (day_first ? days_from_civil((int64_t)year, (unsigned)second, (unsigned)first)
	                              : days_from_civil((int64_t)year, (unsigned)first, (unsigned)second));
	return true;
}

static bool is_yes_or_no(struct slice text)
{
	static const char *const words[] = {"true", "false", "vrai", "faux", "yes", "no", "oui", "non"};
	char word[WORD_MAX];
	for (size_t i = 0; fold(text, word) && i < sizeof words / sizeof *words; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

// A day as spreadsheets count them, from 1900 or 1904 on: which of the two the table does not say. "45657", "45657,5"
static bool is_counted_day(struct slice text)
{
	uint64_t days;
	size_t end = 0;
	while (end < text.n && text.p[end] != ',' && text.p[end] != '.')
		end++;
	return num_parse(slice_part(text, 0, end), 10000, 99999, &days);
}

// The time that a spreadsheet puts behind a day is left out.
static const char *take_since(struct table *t, struct slice text, struct item *i)
{
	uint64_t seconds;
	bool two = false;
	size_t blank = text.n > 10 && text.p[10] == 'T' ? 10 : slice_find(text, ' ', 0), end = blank + (blank < text.n);
	while (end < text.n && memchr("0123456789:. ", text.p[end], 13) != NULL)
		end++;
	struct slice day = slice_part(text, 0, end == text.n ? blank : end);
	if (text.n == 0)
		return NULL;
	if (time_parse(text, &seconds) || (end == text.n && time_parse(day, &seconds)))
		i->since = (int64_t)seconds;
	else if (end < text.n || !sheet_date(day, &i->since, &two)) {
		snprintf(t->rule, sizeof t->rule, "\"in use since\" is \"%.*s\", %s: write 2026-01-31", SLICE_ARGS(slice_cut(text, WORD_MAX)),
		         two                      ? "which can be two dates"
		         : is_yes_or_no(text)     ? "a yes or no, and no date"
		         : is_counted_day(text)   ? "a spreadsheet's count of days, and no date"
		                                  : "no date");
		return t->rule;
	}
	return NULL;
}

// rpm writes "(none)" for what a package does not say.
static struct slice rpm_value(struct slice cell)
{
	static const char none[] = "(none)";
	size_t n = sizeof none - 1;
	if (slice_is_text(cell, none))
		return (struct slice){0};
	return cell.n > n + 1 && memcmp(cell.p, none, n) == 0 && cell.p[n] == ':' ? slice_part(cell, n + 1, cell.n) : cell;
}

// The kind, the ecosystem and the rest that hang together.
static const char *make_item(struct table *t, const struct slice *cell, struct item *i)
{
	bool has_kind = false;
	i->name = cell[COLUMN_NAME];
	i->version = cell[COLUMN_VERSION];
	i->vendor = cell[COLUMN_VENDOR];
	i->arch = cell[COLUMN_ARCH];
	i->ecosystem = cell[COLUMN_ECOSYSTEM];
	i->caretaker = cell[COLUMN_CARETAKER];
	i->source = cell[COLUMN_SOURCE];
	i->source_version = cell[COLUMN_SOURCE_VERSION];
	const char *rule = take_words(t, cell, i, &has_kind), *written = ecosystem_misspelt(cell[COLUMN_ECOSYSTEM]);
	if (rule == NULL && written != NULL) {
		struct slice shown = slice_cut(cell[COLUMN_ECOSYSTEM], WORD_MAX);
		snprintf(t->rule, sizeof t->rule, "ecosystem is \"%.*s\", which OSV writes \"%s\"", SLICE_ARGS(shown), written);
		rule = t->rule;
	}
	if (rule == NULL && !has_kind)
		i->kind = t->packages || i->ecosystem.n > 0 || t->options->ecosystem.n > 0 ? ITEM_PACKAGE : ITEM_APPLICATION;
	if (rule == NULL)
		rule = take_since(t, cell[COLUMN_SINCE], i);
	if (rule == NULL)
		rule = identify_purl(&t->identity, cell[COLUMN_PURL], i);
	if (rule == NULL && !has_kind && i->ecosystem.n > 0)
		has_kind = (i->kind = ITEM_PACKAGE, true);
	if (rule == NULL)
		rule = identify_cpe(&t->identity, cell[COLUMN_CPE], i, has_kind || t->packages);
	if (rule == NULL && i->name.n == 0 && i->purl.n == 0 && i->cpe.n == 0)
		rule = "no name, no purl and no CPE";
	if (rule == NULL && cell[COLUMN_SOURCERPM].n > 0 && !rpm_source(cell[COLUMN_SOURCERPM], i))
		rule = "sourcerpm is not name-version-release.src.rpm";
	if (i->kind == ITEM_PACKAGE && i->ecosystem.n == 0 && i->purl.n == 0)
		i->ecosystem = t->options->ecosystem;
	if (slice_equal(i->source, i->name) && (i->source_version.n == 0 || slice_equal(i->source_version, i->version)))
		i->source = i->source_version = (struct slice){0};
	return rule;
}

static int compare_names(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

// A copy of a name in one piece of memory; NULL: there is none.
static struct slice *name_new(struct slice name)
{
	struct slice *copy = calloc(1, sizeof *copy + name.n);
	if (copy != NULL && name.n > 0)
		memcpy(copy + 1, name.p, name.n);
	if (copy != NULL)
		*copy = slice_of(copy + 1, name.n);
	return copy;
}

// False: it was there before, or there is no room (*e). A balanced tree of the names themselves (tsearch(3)): no two are taken for one, and
// no choice of names makes it slow.
static bool remember(struct table *t, struct slice name, enum err *e, struct why *why)
{
	if (tfind(&name, &t->seen, compare_names) != NULL)
		return false;
	if (t->seen_n == TABLE_MACHINES_MAX || t->seen_bytes + name.n > TABLE_NAMES_MAX) {
		*e = why_set(why, ERR_LIMIT, "%s: more than %u machines, or %u bytes of their names", t->name, TABLE_MACHINES_MAX, TABLE_NAMES_MAX);
		return false;
	}
	struct slice *copy = name_new(name);
	if (copy == NULL || tsearch(copy, &t->seen, compare_names) == NULL) {
		free(copy);
		*e = why_set(why, ERR_SYSTEM, "%s: no memory", t->name);
		return false;
	}
	t->seen_n++;
	t->seen_bytes += name.n;
	t->current = copy;
	return true;
}

// The machine the row belongs to; told when it is another than before. *rule: it was left before.
static enum err enter(struct table *t, const struct slice *cell, const char **rule, struct why *why)
{
	struct slice name = cell[COLUMN_MACHINE], called = t->has[COLUMN_MACHINE] && name.n > 0 ? name : t->options->machine;
	enum err e = ERR_OK;
	if (t->began && slice_equal(called, *t->current))
		return ERR_OK;
	if (!remember(t, called, &e, why)) {
		*rule = e == ERR_OK ? "its machine was left before: sort the table by machine" : NULL;
		return e;
	}
	// Who looks after its first item looks after the machine, unless the options say; items then name only who differs.
	buf_clear(&t->caretaker);
	buf_put_slice(&t->caretaker, t->options->caretaker.n > 0 ? t->options->caretaker : cell[COLUMN_CARETAKER]);
	if ((e = buf_status(&t->caretaker)) != ERR_OK)
		return why_set(why, e, "%s: no room for a name", t->name);
	struct slice id, release;
	distribution_of_ecosystem(t->options->ecosystem, &id, &release);
	struct machine m = {
		.name = called,
		.os_id = id,
		.os_version = release,
		.ecosystem = t->options->ecosystem,
		.caretaker = buf_slice(&t->caretaker),
		.role = t->options->role,
		.exposure = t->options->exposure,
		.taken = t->options->taken,
		.updated = INVENTORY_UNKNOWN_DATE,
	};
	t->began = true;
	return inventory_begin(t->sink, &m, why);
}

// Cells in the order of `enum column`; those behind the last column must be empty. What stands under no column that is known may be
// anything: remarks of several lines.
static const char *arrange(const struct table *t, const struct csv_row *row, struct slice cell[static COLUMNS], bool *blank)
{
	const char *rule = row->broken;
	*blank = rule == NULL;
	for (size_t i = 0; i < row->n && rule == NULL; i++) {
		struct slice text = row->cells[i];
		const char *broken;
		if (!inventory_text(row->cells[i], &text, &broken) && i < t->width && t->at[i] != COLUMN_UNKNOWN)
			rule = broken;
		*blank &= text.n == 0;
		if (rule == NULL && i >= t->width && text.n > 0)
			rule = "more cells than columns";
		else if (rule == NULL && i < t->width && t->at[i] != COLUMN_UNKNOWN)
			inventory_text(t->has[COLUMN_SOURCERPM] ? rpm_value(text) : text, &cell[t->at[i]], &rule);
	}
	if (rule == NULL && !*blank && row->n < t->width)
		rule = "fewer cells than columns";
	*blank &= rule == NULL;
	return rule;
}

static enum err take_row(void *context, const struct csv_row *row, struct why *why)
{
	struct table *t = context;
	struct slice cell[COLUMNS] = {{0}};
	struct item i = {.since = INVENTORY_UNKNOWN_DATE, .line = row->line};
	bool blank;
	enum err e = ERR_OK;
	if (row->comment)
		return ERR_OK;
	if (!t->has_head)
		return take_head(t, row, why);
	identity_clear(&t->identity);
	const char *rule = arrange(t, row, cell, &blank);
	// rpm lists the keys it trusts as packages.
	if (blank || (rule == NULL && t->has[COLUMN_SOURCERPM] && slice_is_text(cell[COLUMN_NAME], "gpg-pubkey")))
		return ERR_OK;
	if (rule == NULL)
		rule = make_item(t, cell, &i);
	if ((e = identity_status(&t->identity)) != ERR_OK)
		return why_set(why, e, "%s: line %llu: no room for its names", t->name, (unsigned long long)row->line);
	if (rule == NULL)
		e = enter(t, cell, &rule, why);
	if (e == ERR_OK && ++t->items > INVENTORY_ITEMS_MAX)
		e = why_set(why, ERR_LIMIT, "%s: more than %u rows", t->name, INVENTORY_ITEMS_MAX);
	if (e != ERR_OK)
		return e;
	if (rule != NULL)
		return inventory_refuse(t->sink, row->line, cell[COLUMN_NAME].n > 0 || row->n == 0 ? cell[COLUMN_NAME] : row->cells[0], rule, why);
	if (slice_equal(i.caretaker, buf_slice(&t->caretaker)))
		i.caretaker = (struct slice){0};
	else if (i.caretaker.n == 0 && !t->has[COLUMN_MACHINE] && t->options->caretaker.n == 0) // each row a thing of its own
		i.caretaker = SLICE_LITERAL(INVENTORY_NOBODY);
	return t->sink->item != NULL ? t->sink->item(t->sink->context, &i, why) : ERR_OK;
}

// What is no text, by its first bytes, and how it becomes one.
static const char *no_text(struct slice start)
{
	static const char *const books[] = {"PK\x03\x04", "\xd0\xcf\x11\xe0"};
	static const char *const packed[] = {"\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd\x37zXZ", "BZh"};
	for (size_t i = 0; i < sizeof books / sizeof *books; i++)
		if (slice_starts(start, books[i]))
			return "a spreadsheet's own file, or an archive: save the table as CSV, in UTF-8";
	for (size_t i = 0; i < sizeof packed / sizeof *packed; i++)
		if (slice_starts(start, packed[i]))
			return "compressed: unpack it first";
	bool wide = start.n >= 2 && (start.p[0] == 0) != (start.p[1] == 0);
	wide |= slice_starts(start, "\xff\xfe") || slice_starts(start, "\xfe\xff");
	return wide ? "line 1: UTF-16, not UTF-8: save it as UTF-8" : NULL;
}

static enum err read_rows(int fd, struct table *t, struct csv *c, struct why *why)
{
	uint8_t *bytes = malloc(STEP);
	enum err e = bytes == NULL ? why_set(why, ERR_SYSTEM, "%s: no memory", t->name) : ERR_OK;
	for (bool first = true; e == ERR_OK; first = false) {
		ssize_t n = read(fd, bytes, STEP);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			e = why_set(why, ERR_SYSTEM, "%s: %s", t->name, strerror(errno));
		if (n <= 0)
			break;
		const char *form = first ? no_text(slice_of(bytes, (size_t)n)) : NULL;
		if (form != NULL)
			e = why_set(why, ERR_INPUT, "%s: %s", t->name, form);
		else
			e = csv_put(c, slice_of(bytes, (size_t)n), why);
	}
	free(bytes);
	return e == ERR_OK ? csv_end(c, why) : e;
}

enum err inventory_table(int fd, const char *name, const struct table_options *o, const struct inventory_sink *sink, struct why *why)
{
	struct table *t = calloc(1, sizeof *t);
	struct csv *c = NULL;
	const char *none = NULL;
	const struct slice nothing[COLUMNS] = {{0}};
	if (t == NULL)
		return why_set(why, ERR_SYSTEM, "%s: no memory", name);
	t->name = name;
	t->options = o;
	t->sink = sink;
	identity_init(&t->identity);
	buf_init(&t->caretaker, 4 * PURL_MAX);
	enum err e = csv_new(0, take_row, t, &c, why);
	if (e == ERR_OK)
		e = read_rows(fd, t, c, why);
	if (e == ERR_OK && !t->has_head)
		e = why_set(why, ERR_INPUT, "%s: empty: the first row names the columns", name);
	if (e == ERR_OK && !t->began) // a list of nothing is still about something
		e = enter(t, nothing, &none, why);
	csv_free(c);
	identity_done(&t->identity);
	buf_free(&t->caretaker);
	tdestroy(t->seen, free);
	free(t);
	return e;
}
