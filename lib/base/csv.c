#include "base/csv.h"

#include "base/buf.h"

#include <stdlib.h>

struct csv {
	csv_take *take;
	void *context;
	char separator;
	bool in_quotes; // of the row being gathered
	bool cell_starts;
	bool over;      // the row is longer than it may be: its rest is dropped
	bool comment;
	uint64_t line, starts; // of the next byte; of the row
	struct buf row;
	struct buf text; // unquoted cells
	struct slice cells[CSV_CELLS_MAX];
};

enum err csv_new(char separator, csv_take *take, void *context, struct csv **c, struct why *why)
{
	struct csv *new = calloc(1, sizeof *new);
	if (new == NULL)
		return why_set(why, ERR_SYSTEM, "no memory to read rows");
	*new = (struct csv){.take = take, .context = context, .separator = separator, .cell_starts = true, .line = 1, .starts = 1};
	buf_init(&new->row, CSV_ROW_MAX);
	buf_init(&new->text, CSV_ROW_MAX);
	*c = new;
	return ERR_OK;
}

void csv_free(struct csv *c)
{
	if (c == NULL)
		return;
	buf_free(&c->row);
	buf_free(&c->text);
	free(c);
}

static char told_separator(struct slice row)
{
	static const char separators[] = {'\t', ';', ','};
	for (size_t s = 0; s < sizeof separators; s++) {
		bool quoted = false;
		for (size_t i = 0; i < row.n; i++)
			if (row.p[i] == '"' && separators[s] != '\t')
				quoted = !quoted;
			else if (row.p[i] == separators[s] && !quoted)
				return separators[s];
	}
	return ',';
}

// A cell in quotes from *at on, unquoted; leaves *at behind the closing quote.
static struct slice quoted_cell(struct csv *c, struct slice row, size_t *at, const char **broken)
{
	size_t start = c->text.n, i = *at + 1;
	bool closed = false;
	for (; i < row.n && !closed; i++)
		if (row.p[i] != '"')
			buf_put_u8(&c->text, row.p[i]);
		else if (i + 1 < row.n && row.p[i + 1] == '"')
			buf_put_u8(&c->text, row.p[i++]);
		else
			closed = true;
	if (!closed)
		*broken = "a quote is not closed";
	*at = i;
	return slice_of(c->text.p + start, c->text.n - start);
}

static size_t split(struct csv *c, struct slice row, const char **broken)
{
	size_t n = 0, at = 0;
	for (bool more = true; more;) {
		while (c->separator != '\t' && at < row.n && row.p[at] == ' ')
			at++;
		bool quotes = c->separator != '\t' && at < row.n && row.p[at] == '"';
		struct slice cell = quotes ? quoted_cell(c, row, &at, broken) : (struct slice){0};
		size_t end = slice_find(row, (uint8_t)c->separator, at);
		struct slice bare = slice_trim(slice_part(row, at, end - at));
		if (quotes && bare.n > 0)
			*broken = "text follows a closed quote";
		if (n < CSV_CELLS_MAX)
			c->cells[n++] = quotes ? cell : bare;
		else
			*broken = "the row has more than 64 cells";
		more = end < row.n;
		at = end + 1;
	}
	return n;
}

// The row gathered so far, handed on; the next one begins.
static enum err finish(struct csv *c, struct why *why)
{
	struct slice all = buf_slice(&c->row), text = slice_trim(all);
	struct csv_row row = {.line = c->starts, .cells = c->cells, .comment = c->comment};
	size_t bad;
	enum err e = buf_status(&c->row);
	bool skip = text.n == 0 && !c->over && c->separator != '\t';
	if (e != ERR_OK)
		return why_set(why, e, "no memory for a row");
	buf_clear(&c->text);
	if (all.n > 0 && all.p[all.n - 1] == '\r')
		all.n--;
	skip |= all.n == 0 && !c->over;
	if (!skip && c->over)
		row.broken = "the row is longer than 1048576 bytes";
	else if (!skip && !slice_is_utf8(all, &bad))
		row.broken = "not UTF-8";
	else if (!skip && c->comment)
		c->cells[row.n++] = text;
	if (!skip && row.broken == NULL && !c->comment) {
		if (c->separator == 0)
			c->separator = told_separator(all);
		// Room for all, so that no cell moves while others are unquoted.
		if (buf_add(&c->text, all.n) == NULL)
			return why_set(why, ERR_SYSTEM, "no memory for a row");
		c->text.n = 0;
		row.n = split(c, all, &row.broken);
	}
	if (!skip)
		e = c->take(c->context, &row, why);
	buf_clear(&c->row);
	c->in_quotes = c->over = c->comment = false;
	c->cell_starts = true;
	c->starts = c->line;
	return e;
}

// Quotes decide whether a line end ends the row. Where the separator is not known yet every one of the three counts.
static void follow_quotes(struct csv *c, uint8_t b)
{
	bool separates = c->separator != 0 ? b == (uint8_t)c->separator : b == ',' || b == ';';
	if (c->comment || c->separator == '\t')
		return;
	if (c->in_quotes)
		c->in_quotes = b != '"'; // a doubled quote opens again at once
	else if (b == '"' && (c->cell_starts || c->row.p[c->row.n - 1] == '"'))
		c->in_quotes = true;
	c->cell_starts = !c->in_quotes && (separates || (c->cell_starts && b == ' '));
}

enum err csv_put(struct csv *c, struct slice bytes, struct why *why)
{
	for (size_t i = 0; i < bytes.n; i++) {
		uint8_t b = bytes.p[i];
		bool line_end = b == '\n';
		c->line += line_end;
		// A quote never closed would swallow the file: a row that is too long ends with its line.
		if (line_end && (!c->in_quotes || c->over)) {
			enum err e = finish(c, why);
			if (e != ERR_OK)
				return e;
			continue;
		}
		if (c->over)
			continue;
		if (c->row.n == CSV_ROW_MAX) {
			c->over = true;
			continue;
		}
		if (c->row.n == 0 && b == '#')
			c->comment = true;
		follow_quotes(c, b);
		buf_put_u8(&c->row, b);
		if (c->starts == 1 && c->row.n == 3 && memcmp(c->row.p, "\xef\xbb\xbf", 3) == 0) {
			buf_clear(&c->row);
			c->cell_starts = true;
		}
	}
	return ERR_OK;
}

enum err csv_end(struct csv *c, struct why *why)
{
	return c->row.n > 0 || c->over ? finish(c, why) : ERR_OK;
}
