// What a file says about itself, besides its observables.
#include "report/report.h"

#include "report/text.h"

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

// Text as a description may have it: no carriage returns, no other control characters; what is over the maximum stays in the
// attachment alone.
static enum err describe(struct report *r, struct slice text, struct why *why)
{
	static const char cut[] = "\n[…] (the whole text is the first attachment)\n";
	size_t end = text.n <= REPORT_TEXT_MAX ? text.n : REPORT_TEXT_MAX - sizeof cut;
	while (end < text.n && end > 0 && (text.p[end] & 0xc0) == 0x80)
		end--; // not inside a character
	buf_clear(&r->description);
	for (size_t i = 0, n; i < end; i += n > 0 ? n : 1) {
		n = slice_control(text, i);
		if (n == 0 || text.p[i] == '\n' || text.p[i] == '\t')
			buf_put_u8(&r->description, text.p[i]);
	}
	if (end < text.n)
		buf_put_text(&r->description, cut);
	return buf_status(&r->description) == ERR_OK ? ERR_OK : why_set(why, ERR_SYSTEM, "description: no memory");
}

// Cut at a character, control characters as spaces.
static void entitle(struct report *r, struct slice text)
{
	size_t n = text.n < EXTRACT_TITLE_MAX ? text.n : EXTRACT_TITLE_MAX, at = 0;
	while (n < text.n && n > 0 && (text.p[n] & 0xc0) == 0x80)
		n--;
	text.n = n;
	for (size_t i = 0; i < n; i++) {
		size_t control = slice_control(text, i);
		r->title[at++] = control != 0 ? ' ' : (char)text.p[i];
		i += control == 2;
	}
	r->title[at] = 0;
}

static struct slice first_line(struct slice text)
{
	text = slice_trim(text);
	return slice_trim(slice_part(text, 0, slice_find(text, '\n', 0)));
}

static bool is_letter(uint8_t c)
{
	return slice_lower(c) >= 'a' && slice_lower(c) <= 'z';
}

// The strictest "TLP:…" anywhere in the text.
static bool marked(struct slice text, enum tlp *tlp)
{
	bool found = false;
	for (size_t i = 0; i + 4 < text.n; i++) {
		enum tlp here;
		size_t from = i + 4, end;
		if (!slice_starts_letters(slice_part(text, i, 4), "tlp:"))
			continue;
		while (from < text.n && text.p[from] == ' ')
			from++;
		for (end = from; end < text.n && (is_letter(text.p[end]) || text.p[end] == '+'); end++)
			;
		if (tlp_parse(slice_part(text, from, end - from), &here) && (!found || here > *tlp)) {
			*tlp = here;
			found = true;
		}
	}
	return found;
}

static enum extract_tlp as_extracted(enum tlp tlp)
{
	return (enum extract_tlp)(EXTRACT_TLP_CLEAR + (tlp - TLP_CLEAR));
}

static enum err from_prose(struct report *r, struct slice in, enum extract_format format, struct why *why)
{
	struct buf utf8;
	enum tlp tlp;
	buf_init(&utf8, 3 * (size_t)EXTRACT_BYTES_MAX);
	enum err e = extract_utf8(in, &utf8, why);
	if (e == ERR_OK && marked(buf_slice(&utf8), &tlp))
		r->extract.meta.tlp = as_extracted(tlp);
	if (e == ERR_OK && format == EXTRACT_TEXT) {
		entitle(r, first_line(buf_slice(&utf8)));
		e = describe(r, buf_slice(&utf8), why);
	}
	buf_free(&utf8);
	return e;
}

// Many producers of MISP events never set to_ids: a mark on everything distinguishes nothing, and nothing would ever meet.
static enum err unmark(struct report *r, struct why *why)
{
	struct observable_list *list = &r->extract.list;
	for (size_t i = 0; i < list->count; i++)
		if (!list->entries[i].background)
			return ERR_OK;
	return list->count > 0 ? report_foreground(r, why) : ERR_OK;
}

static enum err read_source(struct report *r, struct slice in, const enum extract_format *wanted, struct why *why)
{
	enum extract_format format = wanted != NULL ? *wanted : extract_guess(in);
	r->format = format;
	enum err e = extract_any(in, format, &r->extract, why);
	if (e != ERR_OK)
		return why_at(why, e, "as %s", extract_format_name(format));
	return format == EXTRACT_TEXT || format == EXTRACT_CSV ? from_prose(r, in, format, why) : unmark(r, why);
}

enum err report_from_source(struct report *r, const char *path, struct slice bytes, const enum extract_format *format,
                            struct why *why)
{
	INVARIANT(r->attachments == 0);
	struct buf utf8;
	buf_init(&utf8, 3 * (size_t)EXTRACT_BYTES_MAX);
	enum err e = ERR_OK;
	bool wide = slice_starts(bytes, "\xff\xfe") || slice_starts(bytes, "\xfe\xff");
	if (wide) // JSON, too, is written so on some systems
		e = extract_utf8(bytes, &utf8, why);
	if (e == ERR_OK)
		e = read_source(r, wide ? buf_slice(&utf8) : bytes, format, why);
	buf_free(&utf8);
	if (e != ERR_OK)
		return why_at(why, e, "%s", path);
	const struct extract_meta *meta = &r->extract.meta;
	if (meta->title[0] != 0)
		entitle(r, slice_text(meta->title));
	if (r->title[0] == 0)
		entitle(r, slice_text(last_part(path)));
	r->occurred = meta->date;
	if (meta->tlp != EXTRACT_TLP_NONE)
		r->tlp = (enum tlp)(meta->tlp - EXTRACT_TLP_CLEAR + TLP_CLEAR);
	return report_attach(r, last_part(path), bytes, why);
}
