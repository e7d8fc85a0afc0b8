// Feeds in rows: the head says which. Here also the table of affected packages.
#include "feed/table.h"

#include "feed/cve.h"

#include <stdlib.h>

static const struct format *const formats[] = {&epss_format, &affected_format, &banned_format, &providers_format, &aliases_format};

enum err row_refuse(struct table *t, struct slice value, const char *rule, struct why *why)
{
	return say_refused_at(t->r, NULL, why, "line %llu: \"%.*s\": %s", (unsigned long long)t->line, SLICE_ARGS(text_cut(value, 80)), rule);
}

bool row_date(struct slice cell, int64_t *date)
{
	*date = cell.n > 0 ? date_of_text(cell) : FACT_NO_DATE;
	return cell.n == 0 || *date != FACT_NO_DATE;
}

// ---- the head

static int column_of(const struct format *f, struct slice name)
{
	for (int c = 0; c < TABLE_COLUMNS_MAX && f->columns[c] != NULL; c++)
		if (slice_same_letters(name, slice_text(f->columns[c])))
			return c;
	return -1;
}

static size_t found(const struct format *f, const struct csv_row *row)
{
	unsigned seen = 0;
	for (size_t i = 0; i < row->n; i++) {
		int c = column_of(f, row->cells[i]);
		seen |= c >= 0 && (size_t)c < f->needed ? 1u << c : 0;
	}
	return (size_t)__builtin_popcount(seen);
}

static enum err take_head(struct table *t, const struct csv_row *row, struct why *why)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats && t->format == NULL; i++)
		if (found(formats[i], row) == formats[i]->needed)
			t->format = formats[i];
	if (t->format == NULL)
		return why_set(why, ERR_INPUT, "line %llu: the head of no table that is known: of each kind some columns must be there (protocol/feeds.md)",
		               (unsigned long long)row->line);
	unsigned seen = 0;
	for (size_t i = 0; i < row->n; i++) {
		int c = t->column[i] = column_of(t->format, row->cells[i]);
		if (c < 0 && t->format->open)
			continue;
		if (c < 0 || (seen >> c & 1)) {
			enum source_kind kind = t->format->kind;
			t->format = NULL;
			return why_set(why, ERR_INPUT, "line %llu: the column \"%.*s\" %s in a table of the kind %s (protocol/feeds.md has them)",
			               (unsigned long long)row->line, SLICE_ARGS(text_cut(row->cells[i], 80)), c < 0 ? "is not known" : "stands twice",
			               source_kind_name(kind));
		}
		seen |= 1u << c;
	}
	t->width = row->n;
	if (t->r->wanted != 0 && t->r->wanted != t->format->kind)
		return why_set(why, ERR_INPUT, "is a feed of the kind %s among those of the kind %s", source_kind_name(t->format->kind),
		               source_kind_name(t->r->wanted));
	return say_usual_source(t->r, t->format->kind, t->dated, why);
}

// "#model_version:v2026.06.15,score_date:2026-09-29T12:00:22Z"
static void take_comment(struct table *t, struct slice line)
{
	static const char word[] = "score_date:";
	size_t n = sizeof word - 1;
	for (size_t at = 0; at + n <= line.n; at++)
		if (memcmp(line.p + at, word, n) == 0) {
			struct slice date = slice_part(line, at + n, line.n);
			date.n = slice_find(date, ',', 0);
			t->dated = date_of_text(date);
		}
}

// A spreadsheet's cell may have several lines. The buffer has room for the row already: nothing moves.
static struct slice plain(struct table *t, struct slice cell)
{
	cell = slice_trim(cell);
	if (!slice_has_control(cell))
		return cell;
	size_t start = t->plain.n;
	for (size_t i = 0; i < cell.n;) {
		size_t n = slice_control(cell, i);
		buf_put_u8(&t->plain, n > 0 ? ' ' : cell.p[i]);
		i += n > 0 ? n : 1;
	}
	return slice_trim(slice_of(t->plain.p + start, t->plain.n - start));
}

static enum err take(void *context, const struct csv_row *row, struct why *why)
{
	struct table *t = context;
	t->line = row->line;
	if (row->comment) {
		if (t->format == NULL && row->n > 0)
			take_comment(t, row->cells[0]);
		return ERR_OK;
	}
	if (t->format == NULL)
		return row->broken != NULL ? why_set(why, ERR_INPUT, "line %llu: %s", (unsigned long long)row->line, row->broken)
		                           : take_head(t, row, why);
	const char *rule = row->broken;
	t->rows = true;
	if (rule == NULL && row->n != t->width)
		rule = row->n > t->width ? "the row has more cells than the head" : "the row has fewer cells than the head";
	if (rule != NULL)
		return row_refuse(t, row->n > 0 ? row->cells[0] : (struct slice){0}, rule, why);
	memset(t->cell, 0, sizeof t->cell);
	buf_clear(&t->plain);
	for (size_t i = 0; i < row->n; i++)
		if (t->column[i] >= 0)
			t->cell[t->column[i]] = plain(t, row->cells[i]);
	return t->format->take(t, why);
}

enum err table_new(struct reading *r, struct table **t, struct why *why)
{
	struct table *new = calloc(1, sizeof *new);
	if (new == NULL)
		return why_set(why, ERR_SYSTEM, "no memory to read a table");
	*new = (struct table){.r = r, .dated = FACT_NO_DATE};
	buf_init(&new->plain, CSV_ROW_MAX);
	bool room = buf_add(&new->plain, CSV_ROW_MAX) != NULL;
	enum err e = room ? csv_new(0, take, new, &new->csv, why) : why_set(why, ERR_SYSTEM, "no memory to read a table");
	if (e != ERR_OK) {
		buf_free(&new->plain);
		free(new);
		return e;
	}
	reading_next(r);
	ranges_clear(r);
	*t = new;
	return ERR_OK;
}

enum err table_put(struct table *t, struct slice bytes, struct why *why)
{
	return csv_put(t->csv, bytes, why);
}

enum err table_end(struct table *t, struct why *why)
{
	enum err e = csv_end(t->csv, why);
	if (e == ERR_OK && t->format == NULL)
		return why_set(why, ERR_INPUT, "a table without a head");
	return e == ERR_OK && t->format->end != NULL ? t->format->end(t, why) : e;
}

bool table_lists_nothing(const struct table *t)
{
	return t->format != NULL && t->format->may_be_empty && !t->rows;
}

enum source_kind table_kind(const struct table *t)
{
	return t->format != NULL ? t->format->kind : 0;
}

void table_free(struct table *t)
{
	if (t == NULL)
		return;
	csv_free(t->csv);
	buf_free(&t->plain);
	free(t);
}

// ---- affected packages

enum { PACKAGE, CVE, STATUS, VERSION_FROM, LESS_THAN, VERSION_TYPE, DEFAULT_STATUS, ECOSYSTEM };

static enum err say_group(struct table *t, struct why *why)
{
	struct fact f = {.kind = FACT_AFFECTED};
	f.affected = (struct fact_affected){.flaw = t->cve, .names = NAMES_BINARY, .ecosystem = t->ecosystem, .name = t->package,
	                                    .otherwise = t->otherwise, .ranges = t->r->ranges, .ranges_n = t->r->ranges_n};
	enum err e = t->package.n > 0 ? say(t->r, NULL, &f, why) : ERR_OK;
	t->package = (struct slice){0};
	ranges_clear(t->r);
	return e;
}

static struct slice kept(struct table *t, struct slice text)
{
	char *p = text.n > 0 ? reading_room(t->r, text.n) : NULL;
	if (p == NULL)
		return (struct slice){0};
	memcpy(p, text.p, text.n);
	return slice_of(p, text.n);
}

static enum err take_affected(struct table *t, struct why *why)
{
	struct slice *c = t->cell, ecosystem = c[ECOSYSTEM].n > 0 ? c[ECOSYSTEM] : t->r->options->ecosystem;
	struct fact_range range = {.from = c[VERSION_FROM], .to = c[LESS_THAN]};
	enum fact_status otherwise = STATUS_UNKNOWN;
	if (c[PACKAGE].n == 0 || c[CVE].n == 0 || c[CVE].n > FEED_ID_MAX)
		return row_refuse(t, c[CVE], "a row has a package and a flaw", why);
	if (ecosystem.n == 0)
		return row_refuse(t, c[PACKAGE], "of which ecosystem? There is no such column, and none was given (--ecosystem)", why);
	if (!status_of(c[STATUS], &range.status) || (c[DEFAULT_STATUS].n > 0 && !status_of(c[DEFAULT_STATUS], &otherwise)))
		return row_refuse(t, c[STATUS], "a status is affected, unaffected or unknown", why);
	for (int i = 0; i < TABLE_COLUMNS_MAX; i++)
		if (c[i].n > FACT_TEXT_MAX || (i >= VERSION_FROM && i <= LESS_THAN && c[i].n > VERSION_MAX)) {
			struct why rule;
			(void)why_set(&rule, ERR_LIMIT, "longer than %u bytes, or %d of a version", FACT_TEXT_MAX, VERSION_MAX);
			return row_refuse(t, c[i], rule.text, why);
		}
	bool same = slice_equal(c[PACKAGE], t->package) && slice_equal(c[CVE], t->cve) && slice_equal(ecosystem, t->ecosystem) &&
	            otherwise == t->otherwise && t->r->ranges_n < FACT_LIST_MAX;
	enum err e = same ? ERR_OK : say_group(t, why);
	if (e != ERR_OK)
		return e;
	if (!same) {
		reading_next(t->r);
		t->package = kept(t, c[PACKAGE]);
		t->cve = kept(t, c[CVE]);
		t->ecosystem = kept(t, ecosystem);
		t->otherwise = otherwise;
	}
	range.scheme = version_scheme_of_type(c[VERSION_TYPE]);
	if (c[VERSION_TYPE].n == 0)
		range.scheme = version_scheme_of_ecosystem(ecosystem);
	range.single = range.to.n == 0 && range.from.n > 0;
	if (slice_is_text(range.from, "0") && !range.single)
		range.from.n = 0;
	range.from = kept(t, range.from);
	range.to = kept(t, range.to);
	bool all = range.from.n == 0 && range.to.n == 0;
	return all && range.status == otherwise ? ERR_OK : ranges_add(t->r, &range) ? ERR_OK : ERR_LIMIT;
}

const struct format affected_format = {
	.kind = SOURCE_TABLE,
	.columns = {"package", "cve", "status", "version_from", "less_than", "version_type", "default_status", "ecosystem"},
	.needed = 3,
	.take = take_affected,
	.end = say_group,
};
