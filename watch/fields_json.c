// JSON, Zeek's columns and the journal: values with names.
#include <stdio.h>

#include "finder.h"
#include "when.h"

#define PATH_MAX_BYTES 255

// Where a walk through JSON is: the names of the open objects and arrays, joined by dots. Items of an array have its name.
struct walk {
	struct finder *d;
	size_t at;
	unsigned depth;
	struct {
		bool object;
		size_t path; // bytes of the container's own path
	} open[FIELDS_DEPTH_MAX];
	bool key; // a key comes next
	size_t n;
	uint8_t path[PATH_MAX_BYTES];
};

static void enter(struct walk *w, bool object)
{
	w->open[w->depth].object = object;
	w->open[w->depth++].path = w->n;
	w->key = object;
}

static void back_to_container(struct walk *w)
{
	if (w->depth > 0 && w->open[w->depth - 1].object)
		w->n = w->open[w->depth - 1].path;
}

static void leave(struct walk *w)
{
	if (w->depth > 0)
		w->n = w->open[--w->depth].path;
	w->key = false;
}

static void add(struct walk *w, struct slice name)
{
	if (w->n > 0 && w->n < PATH_MAX_BYTES)
		w->path[w->n++] = '.';
	size_t n = name.n < PATH_MAX_BYTES - w->n ? name.n : PATH_MAX_BYTES - w->n;
	memcpy(w->path + w->n, name.p, n);
	w->n += n;
}

// From after the opening quote to the closing one, or the end of a half line.
static size_t string_end(struct slice line, size_t i)
{
	for (; i < line.n && line.p[i] != '"'; i++)
		if (line.p[i] == '\\')
			i++;
	return i < line.n ? i : line.n;
}

static void string(struct walk *w)
{
	struct slice line = w->d->line;
	size_t from = w->at + 1, to = string_end(line, from);
	bool key = w->key;
	if (key) {
		back_to_container(w);
		add(w, slice_part(line, from, to - from));
		w->key = false;
		for (size_t i = w->d->next; i < w->d->count && w->d->places[i].offset < to && w->n > 0; i++) // met in the key itself
			snprintf(w->d->places[i].name, FIELDS_NAME_MAX, "%.*s", (int)w->n, (const char *)w->path);
	} else {
		finder_span(w->d, slice_of(w->path, w->n), from, to);
	}
	w->at = to + 1;
}

static void literal(struct walk *w)
{
	struct slice line = w->d->line;
	size_t to = w->at;
	while (to < line.n && memchr(",]}[{\" \t", line.p[to], 8) == NULL)
		to++;
	finder_span(w->d, slice_of(w->path, w->n), w->at, to);
	w->at = to;
}

void finder_json(struct finder *d)
{
	struct walk w = {.d = d};
	while (w.at < d->line.n) {
		uint8_t c = d->line.p[w.at];
		if ((c == '{' || c == '[') && w.depth == FIELDS_DEPTH_MAX)
			return;
		if (c == '"') {
			string(&w);
			continue;
		}
		if (c == '{' || c == '[') {
			enter(&w, c == '{');
		} else if (c == '}' || c == ']') {
			leave(&w);
		} else if (c == ',') {
			back_to_container(&w);
			w.key = w.depth > 0 && w.open[w.depth - 1].object;
		} else if (c != ':' && c != ' ' && c != '\t') {
			literal(&w);
			continue;
		}
		w.at++;
	}
}

void finder_zeek(struct finder *d, const struct fields_header *h)
{
	struct slice names = buf_slice(&h->names), line = d->line;
	uint8_t tab = (uint8_t)h->separator;
	size_t name = 0, at = 0;
	while (at <= line.n && name < names.n) {
		size_t name_end = slice_find(names, tab, name), end = slice_find(line, tab, at);
		struct slice value = slice_part(line, at, end - at);
		if (!slice_is_text(value, "-") && !slice_is_text(value, "(empty)"))
			finder_span(d, slice_part(names, name, name_end - name), at, end);
		name = name_end + 1;
		at = end + 1;
	}
}

// One entry: lines of NAME=value, put together by the reader of the journal.
void finder_journal(struct finder *d)
{
	for (size_t at = 0; at < d->line.n;) {
		size_t end = slice_find(d->line, '\n', at), is = slice_find(d->line, '=', at);
		if (is < end)
			finder_span(d, slice_part(d->line, at, is - at), is + 1, end);
		at = end + 1;
	}
}
