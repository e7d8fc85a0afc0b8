#include "report/report.h"

#include <ctype.h>
#include <stdio.h>

#include "report/text.h"

void report_init(struct report *r)
{
	*r = (struct report){.kind = RECORD_ATTACK, .tlp = TLP_AMBER_STRICT};
	buf_init(&r->description, REPORT_TEXT_MAX);
	extract_init(&r->extract);
	buf_init(&r->attached, RECORD_MAX);
}

void report_free(struct report *r)
{
	buf_free(&r->description);
	extract_free(&r->extract);
	buf_free(&r->attached);
	r->attachments = 0;
}

enum err report_title(struct report *r, struct slice text, struct why *why)
{
	enum err e = text_check("title", text, false, why);
	if (e != ERR_OK)
		return e;
	if (text.n == 0)
		return why_set(why, ERR_INPUT, "title: empty");
	if (text.n > EXTRACT_TITLE_MAX)
		return why_set(why, ERR_LIMIT, "title: %zu bytes, at most %d", text.n, EXTRACT_TITLE_MAX);
	memcpy(r->title, text.p, text.n);
	r->title[text.n] = 0;
	return ERR_OK;
}

enum err report_describe(struct report *r, struct slice text, struct why *why)
{
	enum err e = text_check("description", text, true, why);
	if (e != ERR_OK)
		return e;
	if (text.n > REPORT_TEXT_MAX)
		return why_set(why, ERR_LIMIT, "description: %zu bytes, at most %u", text.n, REPORT_TEXT_MAX);
	buf_clear(&r->description);
	buf_put_slice(&r->description, text);
	return buf_status(&r->description) == ERR_OK ? ERR_OK : why_set(why, ERR_SYSTEM, "description: no memory");
}

enum err report_address(struct report *r, uint16_t team, struct why *why)
{
	unsigned at = 0;
	while (at < r->audience && r->team[at] < team)
		at++;
	if (team == 0)
		return why_set(why, ERR_INPUT, "team 0: teams are numbered from 1");
	if (at < r->audience && r->team[at] == team)
		return why_set(why, ERR_EXISTS, "team %u: addressed twice", team);
	if (r->audience == RECORD_AUDIENCE_MAX)
		return why_set(why, ERR_LIMIT, "team %u: a report is addressed to at most %d teams", team, RECORD_AUDIENCE_MAX);
	memmove(&r->team[at + 1], &r->team[at], (r->audience - at) * sizeof r->team[0]);
	r->team[at] = team;
	r->audience++;
	return ERR_OK;
}

// The buffer may have moved: attachments lie in it one after the other.
static void rebase(struct report *r)
{
	const uint8_t *p = r->attached.p;
	for (unsigned i = 0; i < r->attachments; i++) {
		r->attachment[i].bytes.p = p;
		p += r->attachment[i].bytes.n;
	}
}

enum err report_attach(struct report *r, const char *name, struct slice bytes, struct why *why)
{
	struct attachment *a = &r->attachment[r->attachments];
	enum err e = text_check_name(slice_text(name), why);
	if (e != ERR_OK)
		return e;
	if (r->attachments == ATTACHMENTS_MAX)
		return why_set(why, ERR_LIMIT, "attachment %s: there are %d already, the maximum", name, ATTACHMENTS_MAX);
	for (unsigned i = 0; i < r->attachments; i++)
		if (strcmp(r->attachment[i].name, name) == 0)
			return why_set(why, ERR_EXISTS, "attachment %s: two files of that name; rename one", name);
	if (bytes.n > RECORD_MAX - r->attached.n)
		return why_set(why, ERR_LIMIT, "attachment %s: with its %zu bytes the report is over %u", name, bytes.n, RECORD_MAX);
	buf_put_slice(&r->attached, bytes);
	if (buf_status(&r->attached) != ERR_OK)
		return why_set(why, ERR_SYSTEM, "attachment %s: no memory for %zu bytes", name, bytes.n);
	memcpy(a->name, name, strlen(name) + 1);
	a->bytes.n = bytes.n;
	r->attachments++;
	rebase(r);
	return ERR_OK;
}

// Could a person have meant a type by it? Types are written in letters, digits and hyphens.
static bool may_be_type(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return s.n > 0;
}

enum err report_observe(struct report *r, struct slice text, struct why *why)
{
	struct observable o;
	enum observable_type type;
	size_t equals = slice_find(text, '=', 0);
	bool typed = equals < text.n && observable_type_named(slice_part(text, 0, equals), &type);
	enum err e =
		typed ? observable_canonical(type, slice_part(text, equals + 1, text.n), &o, why) : observable_guess(text, &o, why);
	if (e != ERR_OK && !typed && may_be_type(slice_part(text, 0, equals)) && equals < text.n)
		return why_set(why, ERR_INPUT, "\"%.*s\": there is no type \"%.*s\"", SLICE_ARGS(slice_part(text, 0, TEXT_SHOWN)),
		               SLICE_ARGS(slice_part(text, 0, equals < TEXT_SHOWN ? equals : TEXT_SHOWN)));
	if (e != ERR_OK)
		return why_at(why, e, "\"%.*s\"", SLICE_ARGS(slice_part(text, 0, TEXT_SHOWN)));
	e = observable_list_add(&r->extract.list, &o, false, typed ? slice_part(text, equals + 1, text.n) : text,
	                        SLICE_LITERAL("by hand"), why);
	return e == ERR_OK ? observable_list_derive(&r->extract.list, why) : e;
}

enum err report_foreground(struct report *r, struct why *why)
{
	struct observable_list *list = &r->extract.list;
	char rule[WHY_MAX];
	size_t marked = 0;
	for (size_t i = 0; i < list->count; i++) {
		marked += list->entries[i].background;
		list->entries[i].background = false;
	}
	snprintf(rule, sizeof rule,
	         "%zu of %zu observables are marked as not for detection; the mark is ignored and they become tokens", marked,
	         list->count);
	return marked == 0 ? ERR_OK : observable_list_refuse(list, true, SLICE_LITERAL("the file"), SLICE_LITERAL(""), rule, why);
}

static struct observable whole(const struct observable_entry *entry)
{
	struct observable o = {.type = entry->type, .n = entry->value.n};
	memcpy(o.value, entry->value.p, o.n);
	return o;
}

enum err report_tokens(const struct report *r, const struct commonplace *list, struct report_token *out, size_t room,
                       size_t *count, struct why *why)
{
	const struct observable_list *all = &r->extract.list;
	if (room < all->count)
		return why_set(why, ERR_LIMIT, "%zu observables, room for %zu", all->count, room);
	for (size_t i = 0; i < all->count; i++) {
		struct report_token t = {.entry = &all->entries[i], .background = all->entries[i].background};
		struct observable o = whole(t.entry);
		t.common = list != NULL && commonplace_has(list, &o, &t.rule);
		out[i] = t;
	}
	*count = all->count;
	return ERR_OK;
}
