// Feeds in rows: CSV (RFC 4180) and Zeek Intel files, read in one pass over the mapped input.
#include "indicator/building.h"

#define COLUMNS_MAX 64
#define ROW_TEXT 65536 // bytes of the unquoted cells of one row

enum role { ROLE_SKIP, ROLE_TYPE, ROLE_VALUE, ROLE_ID, ROLE_SOURCE, ROLE_TO_IDS, ROLE_TLP, ROLE_PAP, ROLE_CONFIDENCE, ROLE_EXPIRY };

static const struct {
	const char *name;
	enum role role;
} roles[] = {
	{"type", ROLE_TYPE}, {"indicator_type", ROLE_TYPE}, {"value", ROLE_VALUE}, {"indicator", ROLE_VALUE}, {"id", ROLE_ID},
	{"uuid", ROLE_ID}, {"source", ROLE_SOURCE}, {"meta.source", ROLE_SOURCE}, {"tlp", ROLE_TLP}, {"pap", ROLE_PAP},
	{"confidence", ROLE_CONFIDENCE}, {"expiry", ROLE_EXPIRY}, {"expires", ROLE_EXPIRY}, {"valid_until", ROLE_EXPIRY},
	{"meta.tlp", ROLE_TLP}, {"meta.id", ROLE_ID}, {"meta.confidence", ROLE_CONFIDENCE}, {"meta.expiry", ROLE_EXPIRY},
	{"ioc_type", ROLE_TYPE}, {"kind", ROLE_TYPE}, {"ioc_value", ROLE_VALUE}, {"ioc", ROLE_VALUE}, {"observable", ROLE_VALUE},
	{"to_ids", ROLE_TO_IDS},
};

struct table {
	struct indicator_build *b;
	struct why *why;
	struct slice rest;
	size_t line; // of the row, from 1
	size_t next; // line of the next row
	uint8_t comma;
	bool quotes;
	enum role columns[COLUMNS_MAX];
	size_t width;
	struct slice cells[COLUMNS_MAX];
	size_t count;
	const char *broken; // the rule that this row breaks
	struct indicator_meta defaults, meta; // meta: of the row before
	struct slice before[ROLE_EXPIRY + 1]; // the cells that gave it
	struct slice type;
	unsigned kind;
	size_t text_n;
	char text[ROW_TEXT];
};

static struct slice place(const struct table *t, char text[static 32])
{
	// Written for every row, so without printf.
	size_t at = 32;
	for (size_t line = t->line; line > 0 || at == 32; line /= 10)
		text[--at] = (char)('0' + line % 10);
	at -= 5;
	memcpy(text + at, "line ", 5);
	return slice_of(text + at, 32 - at);
}

static void refuse(struct table *t, struct slice value, const char *rule)
{
	char text[32];
	build_tell(t->b, INDICATOR_REFUSED, place(t, text), value, rule);
}

// A cell in quotes: unquoted into the row's text. Leaves *at behind it.
static struct slice quoted(struct table *t, size_t *at)
{
	size_t start = t->text_n, i = *at + 1;
	for (; i < t->rest.n; i++) {
		if (t->rest.p[i] == '"' && (i + 1 == t->rest.n || t->rest.p[++i] != '"'))
			break;
		t->next += t->rest.p[i] == '\n';
		if (t->text_n == ROW_TEXT) {
			t->broken = "the row is longer than 65536 bytes";
			break;
		}
		t->text[t->text_n++] = (char)t->rest.p[i];
	}
	if (i == t->rest.n && t->rest.p[i - 1] != '"')
		t->broken = "a quote is not closed";
	*at = i;
	return slice_of(t->text + start, t->text_n - start);
}

static size_t cell_end(const struct table *t, size_t at)
{
	while (at < t->rest.n && t->rest.p[at] != t->comma && t->rest.p[at] != '\n')
		at++;
	return at;
}

// The next row, into cells; false at the end.
static bool next_row(struct table *t)
{
	size_t at = 0;
	if (t->rest.n == 0)
		return false;
	t->count = t->text_n = 0;
	t->broken = NULL;
	t->line = t->next++;
	for (bool more = true; more;) {
		while (t->quotes && at < t->rest.n && t->rest.p[at] == ' ') // "a", "b"
			at++;
		bool has_quotes = t->quotes && at < t->rest.n && t->rest.p[at] == '"';
		struct slice cell = has_quotes ? quoted(t, &at) : slice_of(NULL, 0);
		size_t end = cell_end(t, at);
		if (!has_quotes)
			cell = slice_trim(slice_part(t->rest, at, end - at));
		else if (slice_trim(slice_part(t->rest, at, end - at)).n > 0)
			t->broken = "text follows a closed quote";
		if (t->count < COLUMNS_MAX)
			t->cells[t->count++] = cell;
		else
			t->broken = "the row has more than 64 cells";
		more = end < t->rest.n && t->rest.p[end] == t->comma;
		at = end + 1;
	}
	t->rest = slice_part(t->rest, at < t->rest.n ? at : t->rest.n, t->rest.n);
	return true;
}

static bool set_cell(struct indicator_meta *meta, enum role role, struct slice cell, const char **rule)
{
	switch (role) {
	case ROLE_TLP:
		return build_tlp(cell, meta, rule);
	case ROLE_PAP:
		return build_pap(cell, meta, rule);
	case ROLE_CONFIDENCE:
		return build_confidence(cell, meta, rule);
	case ROLE_EXPIRY:
		return build_expiry(cell, meta, rule);
	default:
		return true;
	}
}

// The row's metadata. Rows repeat what stands in the row before: only what changed is parsed.
static bool read_meta(struct table *t, const char **rule)
{
	bool same = true;
	for (size_t i = 0; i < t->count; i++)
		if (t->columns[i] >= ROLE_TLP)
			same &= slice_equal(t->cells[i], t->before[t->columns[i]]);
	if (!same) {
		t->meta = t->defaults;
		for (size_t i = 0; i < t->count; i++) {
			if (t->columns[i] < ROLE_TLP)
				continue;
			t->before[t->columns[i]] = (struct slice){0};
			if (!set_cell(&t->meta, t->columns[i], t->cells[i], rule))
				return false;
		}
		for (size_t i = 0; i < t->count; i++) // only of cells that stay where they are
			if (t->columns[i] >= ROLE_TLP && (const char *)t->cells[i].p >= t->text &&
			    (const char *)t->cells[i].p < t->text + ROW_TEXT)
				return true;
		for (size_t i = 0; i < t->count; i++)
			if (t->columns[i] >= ROLE_TLP)
				t->before[t->columns[i]] = t->cells[i];
	}
	return true;
}

// The two halves of a composite type of MISP ("domain|ip"), of which a port is none; the last bar parts the value: names may
// have one, what stands behind them not.
static enum err put_halves(struct table *t, struct slice type, struct slice value, struct slice place)
{
	const uint8_t *bar = value.n > 0 ? memrchr(value.p, '|', value.n) : NULL;
	size_t end = bar != NULL ? (size_t)(bar - value.p) : value.n, middle = slice_find(type, '|', 0);
	if (bar == NULL) {
		build_tell(t->b, INDICATOR_REFUSED, place, value, "a value of this type has two halves joined by |");
		return ERR_OK;
	}
	struct slice second = slice_part(type, middle + 1, type.n);
	enum err e = build_put(t->b, build_kind_named(slice_part(type, 0, middle)), slice_part(value, 0, end), &t->meta, place, t->why);
	if (e != ERR_OK || slice_is_text(second, "port"))
		return e;
	return build_put(t->b, build_kind_named(second), slice_part(value, end + 1, value.n), &t->meta, place, t->why);
}

static enum err put_value(struct table *t, struct slice type, struct slice value, struct slice place)
{
	if (slice_is_text(type, "malware-sample"))
		type = SLICE_LITERAL("filename|md5");
	if (slice_find(type, '|', 0) < type.n)
		return put_halves(t, type, value, place);
	if (!slice_equal(type, t->type) || t->type.p == NULL) {
		t->kind = type.n == 0 ? BUILD_ANY : build_kind_named(type);
		bool stays = (const char *)type.p < t->text || (const char *)type.p >= t->text + ROW_TEXT;
		t->type = stays ? type : (struct slice){0};
	}
	return build_put(t->b, t->kind, value, &t->meta, place, t->why);
}

static enum err put_row(struct table *t)
{
	char text[32];
	struct slice value = {0}, type = {0};
	bool wanted = true;
	const char *rule = t->broken;
	if (rule == NULL && t->count != t->width)
		rule = t->count > t->width ? "the row has more cells than the head (a separator in a value without quotes?)" :
		                             "the row has fewer cells than the head";
	if (rule != NULL || !read_meta(t, &rule)) {
		refuse(t, t->cells[0], rule);
		return ERR_OK;
	}
	t->meta.id = t->defaults.id;
	t->meta.source = t->defaults.source;
	for (size_t i = 0; i < t->count; i++) {
		struct slice cell = t->cells[i];
		bool empty = cell.n == 0 || slice_is_text(cell, "-");
		if (t->columns[i] == ROLE_VALUE)
			value = cell;
		else if (t->columns[i] == ROLE_TYPE)
			type = cell;
		else if (t->columns[i] == ROLE_ID && !empty)
			t->meta.id = cell;
		else if (t->columns[i] == ROLE_SOURCE && !empty)
			t->meta.source = cell;
		else if (t->columns[i] == ROLE_TO_IDS)
			wanted = !slice_is_text(cell, "0") && !slice_same_letters(cell, SLICE_LITERAL("false"));
	}
	if (wanted)
		return put_value(t, type, value, place(t, text));
	build_tell(t->b, INDICATOR_NOTE, place(t, text), value, "its source says: not for detection; left out");
	return ERR_OK;
}

// Of two columns for one thing the one whose name stands first in `roles` counts: "type" and "kind" say different things where
// both are.
static bool head(struct table *t)
{
	bool taken[ROLE_EXPIRY + 1] = {false};
	for (size_t i = 0; i < t->count; i++)
		t->columns[i] = ROLE_SKIP;
	for (size_t r = 0; r < sizeof roles / sizeof *roles; r++)
		for (size_t i = 0; i < t->count && !taken[roles[r].role]; i++)
			if (slice_same_letters(t->cells[i], slice_text(roles[r].name))) {
				t->columns[i] = roles[r].role;
				taken[roles[r].role] = true;
			}
	t->width = t->count;
	return taken[ROLE_VALUE];
}

static void begin(struct table *t, struct indicator_build *b, struct slice in, const struct indicator_meta *defaults,
                  struct why *why)
{
	t->b = b;
	t->why = why;
	t->rest = slice_unmarked(in);
	t->next = 1;
	t->width = t->count = t->text_n = 0;
	t->type = (struct slice){0};
	t->defaults = defaults != NULL ? *defaults : (struct indicator_meta){.confidence = INDICATOR_CONFIDENCE_NONE};
	t->meta = t->defaults;
	memset(t->before, 0, sizeof t->before);
}

// Spreadsheets write the separators of empty rows too.
static bool is_blank(const struct table *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->count; i++)
		n += t->cells[i].n;
	return n == 0 && t->broken == NULL;
}

static bool is_value_name(struct slice cell)
{
	for (size_t r = 0; r < sizeof roles / sizeof *roles; r++)
		if (roles[r].role == ROLE_VALUE && slice_same_letters(cell, slice_text(roles[r].name)))
			return true;
	return false;
}

uint8_t build_head_separator(struct slice line)
{
	static const uint8_t separators[] = {',', '\t', ';'};
	line = slice_trim(line);
	if (line.n > 0 && line.p[0] == '#')
		line = slice_part(line, 1, line.n);
	for (size_t s = 0; s < sizeof separators; s++)
		for (size_t from = 0, end; from < line.n; from = end + 1) {
			end = slice_find(line, separators[s], from);
			struct slice cell = slice_trim(slice_part(line, from, end - from));
			if (cell.n > 2 && cell.p[0] == '"' && cell.p[cell.n - 1] == '"')
				cell = slice_part(cell, 1, cell.n - 2);
			if (is_value_name(cell))
				return separators[s];
		}
	return 0;
}

// Goes to the head: over comments and Excel's "sep=;", and over the '#' that feeds hide a head behind.
static void skip_to_head(struct table *t)
{
	while (t->rest.n > 0) {
		size_t end = slice_find(t->rest, '\n', 0);
		struct slice line = slice_trim(slice_part(t->rest, 0, end));
		bool comment = line.n > 0 && line.p[0] == '#';
		t->comma = build_head_separator(line);
		if (t->comma != 0 && comment)
			t->rest = slice_part(t->rest, slice_find(t->rest, '#', 0) + 1, t->rest.n);
		if (t->comma != 0 || (line.n > 0 && !comment && !(line.n == 5 && memcmp(line.p, "sep=", 4) == 0)))
			return;
		t->rest = slice_part(t->rest, end + 1, t->rest.n);
		t->next++;
	}
}

enum err build_read_csv(struct indicator_build *b, struct slice in, const struct indicator_meta *defaults, struct why *why)
{
	struct table t;
	begin(&t, b, in, defaults, why);
	t.quotes = true;
	skip_to_head(&t);
	if (t.comma == 0 || !next_row(&t) || t.broken != NULL || !head(&t))
		return why_set(why, ERR_INPUT, "line %zu: the head must name the columns, \"value\" among them (type,value,…)",
		               t.comma == 0 ? t.next : t.line);
	enum err e = ERR_OK;
	while (e == ERR_OK && next_row(&t))
		if (!is_blank(&t) && (t.cells[0].n == 0 || t.cells[0].p[0] != '#'))
			e = put_row(&t);
	return e;
}

enum err build_read_zeek(struct indicator_build *b, struct slice in, const struct indicator_meta *defaults, struct why *why)
{
	struct table t;
	enum err e = ERR_OK;
	begin(&t, b, in, defaults, why);
	t.comma = '\t';
	t.quotes = false;
	while (e == ERR_OK && next_row(&t)) {
		if (t.cells[0].n > 0 && t.cells[0].p[0] == '#') {
			if (!slice_is_text(t.cells[0], "#fields"))
				continue;
			memmove(t.cells, t.cells + 1, (COLUMNS_MAX - 1) * sizeof *t.cells);
			t.count--;
			if (!head(&t))
				return why_set(why, ERR_INPUT, "line %zu: #fields names no column \"indicator\"", t.line);
		} else if (t.width == 0 && !is_blank(&t)) {
			return why_set(why, ERR_INPUT, "line %zu: a row before #fields: no Zeek Intel file", t.line);
		} else if (!is_blank(&t)) {
			e = put_row(&t);
		}
	}
	return e == ERR_OK && t.width == 0 ? why_set(why, ERR_INPUT, "has no #fields line: no Zeek Intel file") : e;
}
