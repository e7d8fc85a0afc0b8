// RFC 4180 as people write it: ',', ';', tab or '|' between cells, CRLF or LF, quotes with "" inside, comment lines with '#'.
#include "observable/form.h"
#include "observable/reading.h"

#include <stdio.h>

#define COLUMNS_MAX 256       // cells of one row
#define CELL_MAX (64u << 10)  // bytes of one quoted cell: a quote that is not closed by then is a character

enum role { ROLE_SKIP, ROLE_KIND, ROLE_TYPE, ROLE_VALUE };

struct column {
	enum role role;
	unsigned kind;
};

struct sheet {
	struct extract *x;
	struct why *why;
	struct slice rest;
	size_t line;      // of the next row
	uint8_t comma;
	struct buf text;  // unquoted cells of the row
	struct slice cells[COLUMNS_MAX];
	size_t offsets[COLUMNS_MAX + 1];
	size_t count;
	size_t left_out;  // cells over COLUMNS_MAX in this row
	struct column columns[COLUMNS_MAX];
	size_t width;     // 0: no header
	bool started;     // the first row has been seen
	char place[40];
	size_t place_n;
};

static struct slice place(const struct sheet *s)
{
	return slice_of(s->place, s->place_n);
}

// Length of the quoted cell at the start of s, both quotes included; 0 when it is not closed within reason.
static size_t quoted_length(struct slice s)
{
	for (size_t i = 1; i < s.n && i < CELL_MAX; i++)
		if (s.p[i] == '"') {
			if (i + 1 < s.n && s.p[i + 1] == '"')
				i++;
			else
				return i + 1;
		}
	return 0;
}

static void end_cell(struct sheet *s)
{
	if (s->count < COLUMNS_MAX)
		s->offsets[++s->count] = s->text.n;
	else
		s->left_out++;
}

// One cell from the start of s->rest into the row's text; true when another follows in the same row.
static bool cell(struct sheet *s)
{
	size_t i = 0, quoted = s->rest.n > 0 && s->rest.p[0] == '"' ? quoted_length(s->rest) : 0;
	for (i = 1; i + 1 < quoted; i++) {
		s->line += s->rest.p[i] == '\n';
		buf_put_u8(&s->text, s->rest.p[i]);
		i += s->rest.p[i] == '"'; // the second of two
	}
	for (i = quoted; i < s->rest.n && s->rest.p[i] != s->comma && s->rest.p[i] != '\n'; i++)
		buf_put_u8(&s->text, s->rest.p[i]);
	bool more = i < s->rest.n && s->rest.p[i] == s->comma;
	s->rest = slice_part(s->rest, i + 1, s->rest.n);
	end_cell(s);
	return more;
}

// The next row that has a cell with something in it; false at the end.
static bool next_row(struct sheet *s)
{
	while (s->rest.n > 0) {
		buf_clear(&s->text);
		s->count = s->left_out = 0;
		s->place_n = (size_t)snprintf(s->place, sizeof s->place, "line %zu", s->line);
		while (cell(s))
			;
		s->line++;
		bool filled = false;
		for (size_t i = 0; i < s->count; i++) {
			s->cells[i] = slice_trim(slice_part(buf_slice(&s->text), s->offsets[i], s->offsets[i + 1] - s->offsets[i]));
			filled |= s->cells[i].n > 0;
		}
		if (filled)
			return true;
	}
	return false;
}

static uint8_t separator_of(struct slice in)
{
	static const uint8_t candidates[] = {',', ';', '\t', '|'};
	size_t counts[4] = {0}, best = 0;
	for (size_t i = 0; i < in.n && in.p[i] != '\n'; i++)
		for (size_t c = 0; c < 4; c++)
			counts[c] += in.p[i] == candidates[c];
	for (size_t c = 1; c < 4; c++)
		best = counts[c] > counts[best] ? c : best;
	return candidates[best];
}

static bool is_one_of(struct slice cell_text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_same_letters(cell_text, slice_text(*words)))
			return true;
	return false;
}

static struct column column_of(struct slice head)
{
	static const char *const values[] = {"value", "indicator", "ioc", "iocs", "observable", "indicator_value", "ioc_value",
	                                     "artifact", "indicators", "indicator value", NULL};
	static const char *const types[] = {"type", "indicator_type", "ioc_type", "indicator type", "ioc type", "observable_type",
	                                    "kind", "datatype", "data_type", NULL};
	struct column column = {ROLE_SKIP, KIND_NONE};
	if (is_one_of(head, values))
		column.role = ROLE_VALUE;
	else if (is_one_of(head, types))
		column.role = ROLE_TYPE;
	else if (kind_named(head, &column.kind))
		column.role = ROLE_KIND;
	return column;
}

// The first row, or a comment before it, is the header when it names a column with values.
static enum err header(struct sheet *s, bool *is_header)
{
	bool values = false;
	for (size_t i = 0; i < s->count; i++) {
		struct slice head = s->cells[i];
		if (i == 0 && head.n > 0 && head.p[0] == '#')
			head = slice_trim(slice_part(head, 1, head.n));
		s->columns[i] = column_of(head);
		values |= s->columns[i].role == ROLE_VALUE || s->columns[i].role == ROLE_KIND;
	}
	*is_header = values;
	s->width = values ? s->count : 0;
	enum err e = ERR_OK;
	for (size_t i = 0; values && e == ERR_OK && i < s->count; i++)
		if (s->columns[i].role == ROLE_SKIP && s->cells[i].n > 0)
			e = put_note(s->x, place(s), s->cells[i], "a column of this name is not read", s->why);
	return e;
}

// A cell with several values: parts between ';', ',', '|', line ends and spaces; in a URL's cell only between line ends and
// spaces, in a name's cell only between line ends.
static const char *separators(unsigned kind)
{
	if (kind == OBSERVABLE_FILENAME || kind == OBSERVABLE_MUTEX || kind == OBSERVABLE_REGISTRY_KEY || kind == OBSERVABLE_PRODUCT)
		return "\r\n";
	return kind == OBSERVABLE_URL ? " \t\r\n" : ";,| \t\r\n";
}

static enum err put_cell(struct sheet *s, unsigned kind, struct slice in)
{
	if (in.n == 0 || slice_is_text(in, "-") || kind == KIND_NONE)
		return ERR_OK;
	if (value_fits(kind, in))
		return put_value(s->x, kind, false, in, place(s), s->why);
	const char *between = separators(kind);
	enum err e = ERR_OK;
	for (size_t i = 0, from = 0; i <= in.n && e == ERR_OK; i++)
		if (i == in.n || strchr(between, in.p[i]) != NULL) {
			struct slice part = slice_trim(slice_part(in, from, i - from));
			if (part.n > 0)
				e = put_value(s->x, kind, false, part, place(s), s->why);
			from = i + 1;
		}
	return e;
}

// A row with more cells than the header: the only way that this happens by honest mistake is a comma in a URL without quotes.
// When one cell alone begins a URL the surplus belongs to it.
static enum err join_url(struct sheet *s)
{
	size_t extra = s->count - s->width, at = s->count, urls = 0;
	for (size_t i = 0; i < s->count; i++)
		if (s->cells[i].n > 0 && memmem(s->cells[i].p, s->cells[i].n, "://", 3) != NULL) {
			at = i;
			urls++;
		}
	if (urls != 1 || at >= s->width)
		return put_refusal(s->x, place(s), s->cells[0], "the row has more cells than the header", s->why);
	// Cells lie one after another in the text with nothing between: the commas are put back.
	struct buf joined;
	buf_init(&joined, OBSERVABLE_WRITTEN_MAX);
	for (size_t i = at; i <= at + extra; i++) {
		if (i > at)
			buf_put_u8(&joined, s->comma);
		buf_put_slice(&joined, s->cells[i]);
	}
	const char *said = "a URL with separators and no quotes; its parts are joined";
	enum err e = put_note(s->x, place(s), buf_slice(&joined), said, s->why);
	struct slice kept = observable_list_keep(&s->x->list, buf_slice(&joined));
	if (e == ERR_OK && (buf_status(&joined) != ERR_OK || kept.p == NULL))
		e = put_refusal(s->x, place(s), s->cells[at], "too long once it is joined", s->why);
	s->cells[at] = buf_status(&joined) == ERR_OK && kept.p != NULL ? kept : SLICE_LITERAL("");
	for (size_t i = at + 1; i + extra < s->count; i++)
		s->cells[i] = s->cells[i + extra];
	s->count = s->width;
	buf_free(&joined);
	return e;
}

static enum err row(struct sheet *s)
{
	enum err e = ERR_OK;
	if (s->left_out > 0)
		e = put_refusal(s->x, place(s), SLICE_LITERAL(""), "the row has more than 256 cells; the others are not read", s->why);
	if (e == ERR_OK && s->width == 0) {
		for (size_t i = 0; i < s->count && e == ERR_OK; i++)
			e = put_cell(s, KIND_ANY, s->cells[i]);
		return e;
	}
	if (e == ERR_OK && s->count > s->width) {
		e = join_url(s);
		if (e != ERR_OK || s->count > s->width)
			return e;
	}
	struct slice type = {0};
	unsigned kind = KIND_ANY;
	for (size_t i = 0; i < s->count; i++)
		if (s->columns[i].role == ROLE_TYPE)
			type = s->cells[i];
	bool known = type.n == 0 || kind_named(type, &kind);
	for (size_t i = 0; i < s->count && e == ERR_OK; i++) {
		char text[WHY_MAX];
		snprintf(text, sizeof text, "type \"%.*s\" is not known", SLICE_ARGS(slice_part(type, 0, 60)));
		if (s->columns[i].role == ROLE_KIND)
			e = put_cell(s, s->columns[i].kind, s->cells[i]);
		else if (s->columns[i].role == ROLE_VALUE)
			e = known ? put_cell(s, kind, s->cells[i]) : put_refusal(s->x, place(s), s->cells[i], text, s->why);
	}
	return e;
}

static enum err rows(struct sheet *s)
{
	enum err e = ERR_OK;
	while (e == ERR_OK && next_row(s)) {
		bool is_header = false, comment = s->cells[0].n > 0 && s->cells[0].p[0] == '#';
		if (buf_status(&s->text) != ERR_OK)
			return why_set(s->why, buf_status(&s->text), "line %zu: a row of this length is not read", s->line);
		if (!s->started) {
			e = header(s, &is_header);
			s->started = is_header || !comment;
		}
		if (e == ERR_OK && comment && !is_header)
			e = put_note(s->x, place(s), s->cells[0], "a comment; not read", s->why);
		else if (e == ERR_OK && !is_header)
			e = row(s);
	}
	return e;
}

enum err extract_csv(struct slice in, struct extract *x, struct why *why)
{
	static const size_t row_max = EXTRACT_BYTES_MAX;
	struct buf utf8;
	struct sheet s = {.x = x, .why = why, .line = 1};
	buf_init(&utf8, 3 * (size_t)EXTRACT_BYTES_MAX);
	buf_init(&s.text, row_max);
	enum err e = reading_decode(in, &utf8, x, why);
	s.rest = buf_slice(&utf8);
	s.comma = separator_of(s.rest);
	if (e == ERR_OK)
		e = rows(&s);
	buf_free(&utf8);
	buf_free(&s.text);
	return e == ERR_OK ? observable_list_derive(&x->list, why) : e;
}
