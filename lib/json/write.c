#include "json/write.h"

#include "base/num.h"

void json_begin(struct json_writer *w, struct buf *out, bool indented)
{
	*w = (struct json_writer){.out = out, .indented = indented};
}

static void fail(struct json_writer *w, enum err e, const char *what, const char *name)
{
	if (w->status == ERR_OK)
		w->status = why_set(&w->why, e, "JSON to be written: %s%s%s", name != NULL ? name : "", name != NULL ? ": " : "", what);
}

enum err json_end(struct json_writer *w, struct why *why)
{
	INVARIANT(w->depth == 0 && (w->done || w->status != ERR_OK));
	if (w->indented)
		buf_put_u8(w->out, '\n');
	if (w->status == ERR_OK && buf_status(w->out) != ERR_OK)
		fail(w, buf_status(w->out), "does not fit", NULL);
	if (w->status != ERR_OK && why != NULL)
		*why = w->why;
	return w->status;
}

// Length of the escape-free character at p (UTF-8, checked before), or 0 for one that is escaped: quotes, backslash, the controls
// of RFC 8259 section 7, and DEL and C1 (U+0080–U+009F), which a terminal would obey.
static size_t plain(const uint8_t *p)
{
	if (p[0] < 0x20 || p[0] == '"' || p[0] == '\\' || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0))
		return 0;
	return p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
}

static size_t escape(struct buf *out, const uint8_t *p)
{
	static const char short_form[] = "\b\t\n\f\r\"\\", letter[] = "btnfr\"\\";
	const char *hit = p[0] != 0 ? strchr(short_form, p[0]) : NULL;
	if (hit != NULL)
		buf_printf(out, "\\%c", letter[hit - short_form]);
	else
		buf_printf(out, "\\u%04x", p[0] == 0xc2 ? p[1] : p[0]);
	return p[0] == 0xc2 ? 2 : 1;
}

static void quoted(struct json_writer *w, struct slice text, const char *name)
{
	size_t bad;
	if (!slice_is_utf8(text, &bad)) {
		fail(w, ERR_INPUT, "text that is not UTF-8", name);
		return;
	}
	buf_put_u8(w->out, '"');
	for (size_t i = 0, from = 0; i <= text.n;) {
		size_t n = i < text.n ? plain(text.p + i) : 0;
		if (n == 0) {
			buf_put(w->out, text.p + from, i - from);
			if (i == text.n)
				break;
			from = i += escape(w->out, text.p + i);
		}
		i += n;
	}
	buf_put_u8(w->out, '"');
}

static void new_line(struct json_writer *w)
{
	if (!w->indented)
		return;
	buf_put_u8(w->out, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		buf_put_text(w->out, "  ");
}

// What comes before a value: comma, line, name. False when an error is standing and nothing may be written.
static bool before(struct json_writer *w, const char *name)
{
	bool in_object = w->depth > 0 && w->depth <= JSON_DEPTH_MAX && w->open[w->depth - 1].object;
	INVARIANT(w->status != ERR_OK || (in_object == (name != NULL) && (w->depth > 0 || !w->done)));
	if (w->status != ERR_OK)
		return false;
	if (w->depth > 0) {
		if (w->open[w->depth - 1].filled)
			buf_put_u8(w->out, ',');
		w->open[w->depth - 1].filled = true;
		new_line(w);
	}
	w->done |= w->depth == 0;
	if (name != NULL) {
		quoted(w, slice_text(name), name);
		buf_put_text(w->out, w->indented ? ": " : ":");
	}
	return w->status == ERR_OK;
}

static void open_one(struct json_writer *w, const char *name, bool object)
{
	if (before(w, name)) {
		if (w->depth < JSON_DEPTH_MAX) {
			w->open[w->depth].object = object;
			w->open[w->depth].filled = false;
			buf_put_u8(w->out, object ? '{' : '[');
		} else {
			fail(w, ERR_LIMIT, "nested too deep", name);
		}
	}
	w->depth++; // counted after an error too, so that closing stays balanced
}

void json_open_object(struct json_writer *w, const char *name)
{
	open_one(w, name, true);
}

void json_open_array(struct json_writer *w, const char *name)
{
	open_one(w, name, false);
}

void json_close(struct json_writer *w)
{
	INVARIANT(w->depth > 0);
	w->depth--;
	if (w->status != ERR_OK)
		return;
	if (w->open[w->depth].filled)
		new_line(w);
	buf_put_u8(w->out, w->open[w->depth].object ? '}' : ']');
}

void json_put_text(struct json_writer *w, const char *name, struct slice text)
{
	if (before(w, name))
		quoted(w, text, name);
}

void json_put_string(struct json_writer *w, const char *name, const char *text)
{
	json_put_text(w, name, slice_text(text));
}

void json_put_number(struct json_writer *w, const char *name, uint64_t number)
{
	if (before(w, name))
		buf_printf(w->out, "%llu", (unsigned long long)number);
}

void json_put_bool(struct json_writer *w, const char *name, bool truth)
{
	if (before(w, name))
		buf_put_text(w->out, truth ? "true" : "false");
}

void json_put_null(struct json_writer *w, const char *name)
{
	if (before(w, name))
		buf_put_text(w->out, "null");
}

void json_put_hex(struct json_writer *w, const char *name, struct slice bytes)
{
	if (!before(w, name))
		return;
	buf_put_u8(w->out, '"');
	buf_put_hex(w->out, bytes);
	buf_put_u8(w->out, '"');
}

void json_put_base64(struct json_writer *w, const char *name, struct slice bytes)
{
	if (!before(w, name))
		return;
	buf_put_u8(w->out, '"');
	buf_put_base64(w->out, bytes);
	buf_put_u8(w->out, '"');
}

void json_put_time(struct json_writer *w, const char *name, uint64_t seconds)
{
	char text[TIME_TEXT];
	time_print(seconds, text);
	json_put_string(w, name, text);
}
