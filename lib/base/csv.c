#include "base/csv.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

// Where the next byte of a row is.
enum place { CELL_STARTS, CELL_BARE, CELL_QUOTED, CELL_CLOSED };

struct csv {
	csv_take *take;
	void *context;
	char separator;
	enum place place; // of the row being gathered
	bool over;        // the row is longer than it may be: its rest is dropped
	bool comment;
	uint64_t line, starts; // of the next byte; of the row
	struct buf row;
	struct buf text; // unquoted cells
	struct slice cells[CSV_CELLS_MAX];
	bool misquoted; // the row last split
	char rule[64];
};

enum err csv_new(char separator, csv_take *take, void *context, struct csv **c, struct why *why)
{
	struct csv *new = calloc(1, sizeof *new);
	if (new == NULL)
		return why_set(why, ERR_SYSTEM, "no memory to read rows");
	*new = (struct csv){.take = take, .context = context, .separator = separator, .line = 1, .starts = 1};
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

static const char *misquoted(struct csv *c, size_t column, const char *rule)
{
	if (!c->misquoted)
		snprintf(c->rule, sizeof c->rule, "column %zu: %s", column, rule);
	c->misquoted = true;
	return c->rule;
}

// A cell in quotes from *at on, unquoted; leaves *at behind the closing quote. False: there is none.
static bool quoted_cell(struct csv *c, struct slice row, size_t *at, struct slice *cell)
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
	*at = i;
	*cell = slice_of(c->text.p + start, c->text.n - start);
	return closed;
}

// Between tabs: a cell that is whole in quotes, as spreadsheets write one with a quote or a comma in it; any other as it stands.
static struct slice tabbed_cell(struct csv *c, struct slice bare)
{
	struct slice cell;
	size_t at = 0, start = c->text.n;
	if (bare.n > 1 && bare.p[0] == '"' && quoted_cell(c, bare, &at, &cell) && at == bare.n)
		return cell;
	c->text.n = start;
	return bare;
}

static size_t split(struct csv *c, struct slice row, const char **broken)
{
	size_t n = 0, at = 0, column = 1;
	bool tabs = c->separator == '\t';
	c->misquoted = false;
	for (bool more = true; more; column++) {
		while (!tabs && at < row.n && row.p[at] == ' ')
			at++;
		bool quotes = !tabs && at < row.n && row.p[at] == '"';
		struct slice cell = {0};
		if (quotes && !quoted_cell(c, row, &at, &cell))
			*broken = misquoted(c, column, "a quote is not closed");
		size_t end = slice_find(row, (uint8_t)c->separator, at);
		struct slice bare = slice_trim(slice_part(row, at, end - at));
		if (quotes && bare.n > 0)
			*broken = misquoted(c, column, "text follows a closed quote");
		if (n < CSV_CELLS_MAX)
			c->cells[n++] = quotes ? cell : tabs ? tabbed_cell(c, bare) : bare;
		else if (*broken == NULL)
			*broken = "the row has more than 64 cells";
		more = end < row.n;
		at = end + 1;
	}
	return n;
}

// "sep=;", which Excel writes and reads before the first row.
static bool names_separator(struct csv *c, struct slice all)
{
	if (c->separator != 0 || all.n != 5 || !slice_starts_letters(all, "sep=") || memchr(",;\t", all.p[4], 3) == NULL)
		return false;
	c->separator = (char)all.p[4];
	return true;
}

// One row, or what is left of one, handed on. *misquoted_row (may be NULL): it was not, since a quote in it does not end as it should.
static enum err give(struct csv *c, struct slice all, uint64_t line, bool *misquoted_row, struct why *why)
{
	struct csv_row row = {.line = line, .cells = c->cells, .comment = all.n > 0 && all.p[0] == '#'};
	size_t bad;
	if (all.n > 0 && all.p[all.n - 1] == '\r')
		all.n--;
	if (all.n == 0 || (slice_trim(all).n == 0 && c->separator != '\t') || names_separator(c, all))
		return ERR_OK;
	buf_clear(&c->text);
	if (!slice_is_utf8(all, &bad))
		row.broken = "not UTF-8: save it as UTF-8";
	else if (row.comment)
		c->cells[row.n++] = slice_trim(all);
	else {
		if (c->separator == 0)
			c->separator = told_separator(all);
		// Room for all, so that no cell moves while others are unquoted.
		if (buf_add(&c->text, all.n) == NULL)
			return why_set(why, ERR_SYSTEM, "no memory for a row");
		c->text.n = 0;
		row.n = split(c, all, &row.broken);
		if (misquoted_row != NULL && (*misquoted_row = c->misquoted))
			return ERR_OK;
	}
	return c->take(c->context, &row, why);
}

// Each line a row of its own: a quote that does not end as it should swallows none but its own line.
static enum err give_lines(struct csv *c, struct slice all, uint64_t line, struct why *why)
{
	enum err e = ERR_OK;
	for (size_t at = 0; at < all.n && e == ERR_OK; line++) {
		size_t end = slice_find(all, '\n', at);
		e = give(c, slice_part(all, at, end - at), line, NULL, why);
		at = end + 1;
	}
	return e;
}

// The row gathered so far, handed on; the next one begins.
static enum err finish(struct csv *c, struct why *why)
{
	struct slice all = buf_slice(&c->row);
	struct csv_row over = {.line = c->starts, .cells = c->cells, .comment = c->comment, .broken = "the row is longer than 1048576 bytes"};
	bool several = slice_find(all, '\n', 0) < all.n, misquoted_row = false;
	enum err e = buf_status(&c->row);
	if (e != ERR_OK)
		return why_set(why, e, "no memory for a row");
	e = c->over ? c->take(c->context, &over, why) : give(c, all, c->starts, several ? &misquoted_row : NULL, why);
	if (e == ERR_OK && misquoted_row)
		e = give_lines(c, all, c->starts, why);
	buf_clear(&c->row);
	c->over = c->comment = false;
	c->place = CELL_STARTS;
	c->starts = c->line;
	return e;
}

// Quotes decide whether a line end ends the row. Where the separator is not known yet ',' and ';' count. A quote inside a cell that does
// not begin with one is a letter (RFC 4180 allows none there).
static void follow_quotes(struct csv *c, uint8_t b)
{
	bool separates = c->separator != 0 ? b == (uint8_t)c->separator : b == ',' || b == ';';
	if (c->comment || c->separator == '\t')
		return;
	if (c->place == CELL_QUOTED)
		c->place = b == '"' ? CELL_CLOSED : CELL_QUOTED;
	else if (b == '"' && c->place != CELL_BARE) // the first of a cell, or the second of a pair
		c->place = CELL_QUOTED;
	else if (separates)
		c->place = CELL_STARTS;
	else if (b != ' ' || c->place != CELL_STARTS)
		c->place = CELL_BARE;
}

// Quotes join more lines than a row may hold: its lines are rows, and the last, which is not whole yet, is gathered anew.
static enum err break_quote(struct csv *c, struct why *why)
{
	struct slice all = buf_slice(&c->row);
	size_t last = all.n;
	while (last > 0 && all.p[last - 1] != '\n')
		last--;
	if (last == 0)
		return ERR_OK;
	enum err e = give_lines(c, slice_part(all, 0, last), c->starts, why);
	memmove(c->row.p, c->row.p + last, all.n - last);
	c->row.n = all.n - last;
	c->starts = c->line;
	c->place = CELL_STARTS;
	c->comment = c->row.n > 0 && c->row.p[0] == '#';
	for (size_t i = 0; i < c->row.n; i++)
		follow_quotes(c, c->row.p[i]);
	return e;
}

static enum err take_byte(struct csv *c, uint8_t b, struct why *why)
{
	bool line_end = b == '\n';
	enum err e = c->row.n == CSV_ROW_MAX && !c->over ? break_quote(c, why) : ERR_OK;
	if (e != ERR_OK)
		return e;
	c->line += line_end;
	c->over |= c->row.n == CSV_ROW_MAX && (!line_end || c->place == CELL_QUOTED);
	if (line_end && (c->place != CELL_QUOTED || c->over))
		return finish(c, why);
	if (c->over)
		return ERR_OK;
	c->comment |= c->row.n == 0 && b == '#';
	follow_quotes(c, b);
	buf_put_u8(&c->row, b);
	if (c->starts == 1 && c->row.n == 3 && memcmp(c->row.p, "\xef\xbb\xbf", 3) == 0) {
		buf_clear(&c->row);
		c->place = CELL_STARTS;
	}
	return ERR_OK;
}

enum err csv_put(struct csv *c, struct slice bytes, struct why *why)
{
	enum err e = ERR_OK;
	for (size_t i = 0; i < bytes.n && e == ERR_OK; i++)
		e = take_byte(c, bytes.p[i], why);
	return e;
}

enum err csv_end(struct csv *c, struct why *why)
{
	return c->row.n > 0 || c->over ? finish(c, why) : ERR_OK;
}
