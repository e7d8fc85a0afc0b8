// What there is to say of a fleet: for people, as one JSON document, and a line of JSON a machine (protocol/fleet.md).
#include <stdlib.h>

#include "base/num.h"
#include "fleet.h"
#include "json/write.h"
#include "words.h"

#define STEPS_SHOWN 25

static const char *const numbers[FLEET_NUMBERS] = {
	[FLEET_ITEMS] = "items",
	[FLEET_MATCHED] = "matched",
	[FLEET_PASSED_OVER] = "passed_over",
	[FLEET_FLAWS] = "flaws",
	[FLEET_SILENCED] = "silenced",
	[FLEET_UNCOMPUTED] = "uncomputed",
	[FLEET_DOUBTFUL] = "doubtful",
	[FLEET_EXPLOITED] = "known_exploited",
	[FLEET_WEIGHING + DEFECT_MINOR] = "minor",
	[FLEET_WEIGHING + DEFECT_MAJOR] = "major",
	[FLEET_WEIGHING + DEFECT_CRITICAL] = "critical",
	[FLEET_DEROGATED + DEFECT_MINOR] = "derogated_minor",
	[FLEET_DEROGATED + DEFECT_MAJOR] = "derogated_major",
	[FLEET_DEROGATED + DEFECT_CRITICAL] = "derogated_critical",
};

static const char *const step_names[STEP_KINDS] = {
	[STEP_UPDATE] = "update",         [STEP_REPLACE] = "replace",     [STEP_REMOVE] = "remove",
	[STEP_RESTART] = "restart",       [STEP_REBOOT] = "reboot",       [STEP_CREDENTIAL] = "credential",
	[STEP_CARETAKER] = "caretaker",   [STEP_MITIGATE] = "mitigate",   [STEP_ANSWER] = "answer",
};

// --- JSON ----------------------------------------------------------------------------------------------------------------------

static void put_numbers(struct json_writer *w, const uint64_t number[static FLEET_NUMBERS])
{
	for (size_t i = 0; i < FLEET_NUMBERS; i++)
		json_put_number(w, numbers[i], number[i]);
}

static void put_file(struct json_writer *w, const char *file)
{
	struct buf shown;
	buf_init(&shown, 2 * FILE_PATH_MAX);
	word_put(&shown, slice_text(file), FILE_PATH_MAX);
	json_put_text(w, "file", buf_slice(&shown));
	buf_free(&shown);
}

static void put_machine(struct json_writer *w, const struct fleet_machine *m)
{
	json_open_object(w, NULL);
	put_file(w, m->file);
	if (m->name[0] != 0)
		json_put_string(w, "machine", m->name);
	json_put_string(w, "verdict", verdict_name(m->verdict));
	put_numbers(w, m->number);
	json_close(w);
}

static void put_unread(struct json_writer *w, const char *file, const struct why *reason)
{
	size_t bad;
	json_open_object(w, NULL);
	put_file(w, file);
	json_put_string(w, "not_read", slice_is_utf8(slice_text(reason->text), &bad) ? reason->text : "cannot be read");
	json_close(w);
}

// A line takes part in the buffer's error, which whoever writes it out asks for.
static void end_line(struct json_writer *w, struct buf *out)
{
	INVARIANT(json_end(w, NULL) == ERR_OK || buf_status(out) != ERR_OK);
	buf_put_u8(out, '\n');
}

void fleet_print_line(struct buf *out, const struct fleet_machine *m)
{
	struct json_writer w;
	json_begin(&w, out, false);
	put_machine(&w, m);
	end_line(&w, out);
}

void fleet_print_unread(struct buf *out, const char *file, const struct why *reason)
{
	struct json_writer w;
	json_begin(&w, out, false);
	put_unread(&w, file, reason);
	end_line(&w, out);
}

static void put_count(struct json_writer *w, const struct fleet_step_count *c)
{
	json_put_number(w, "machines", c->machines);
	json_put_number(w, "defects", c->defects);
	json_put_number(w, "known_exploited", c->exploited);
	json_put_string(w, "worst", defect_class_name(c->worst));
	if (c->due != INT64_MAX && c->due >= 0)
		json_put_time(w, "due", (uint64_t)c->due);
}

static enum err put_steps(struct json_writer *w, const struct fleet *f, struct why *why)
{
	struct fleet_todo *todo = NULL;
	struct fleet_step_count others;
	size_t n = 0;
	enum err e = fleet_steps_list(f->steps, &f->sum.steps, &todo, &n, &others, why);
	if (e != ERR_OK)
		return e;
	json_open_array(w, "steps");
	for (size_t i = 0; i < n; i++) {
		json_open_object(w, NULL);
		json_put_string(w, "do", step_names[todo[i].step.kind]);
		if (todo[i].step.name.n > 0)
			json_put_text(w, "name", todo[i].step.name);
		if (todo[i].step.ecosystem.n > 0)
			json_put_text(w, "ecosystem", todo[i].step.ecosystem);
		if (todo[i].step.to.n > 0)
			json_put_text(w, "to", todo[i].step.to);
		put_count(w, &todo[i].count);
		json_close(w);
	}
	json_close(w);
	if (others.machines > 0) {
		json_open_object(w, "other_steps");
		put_count(w, &others);
		json_close(w);
	}
	free(todo);
	return ERR_OK;
}

static void put_sum(struct json_writer *w, const struct fleet_sum *s)
{
	json_put_number(w, "machines", s->machines);
	json_put_number(w, "not_read", s->unread);
	json_open_object(w, "verdicts");
	for (size_t i = 0; i <= VERDICT_REFUSED; i++)
		json_put_number(w, verdict_name((enum verdict)i), s->verdicts[i]);
	json_close(w);
	json_open_object(w, "counts");
	put_numbers(w, s->number);
	json_close(w);
}

static void put_answers(struct json_writer *w, const struct result *r)
{
	json_open_object(w, "answers");
	json_put_string(w, "verdict", verdict_name(r->verdict));
	for (size_t c = 0; c < DEFECT_CLASSES; c++)
		json_put_number(w, defect_class_name((enum defect_class)c), r->weighing[c]);
	json_put_number(w, "unanswered", result_unanswered(r));
	json_close(w);
}

enum err fleet_print_json(const struct fleet *f, const char *name, struct buf *out, struct why *why)
{
	const struct result *r = &f->i->r;
	struct json_writer w;
	json_begin(&w, out, true);
	json_open_object(&w, NULL);
	json_put_number(&w, "tocsin-fleet", 1);
	json_put_time(&w, "date", (uint64_t)r->today);
	put_file(&w, name);
	json_put_number(&w, "entity", r->entity);
	put_sum(&w, &f->sum);
	put_answers(&w, r);
	print_json_law(&w, r);
	print_json_knowledge(&w, r);
	enum err e = put_steps(&w, f, why);
	if (e != ERR_OK)
		return e;
	json_open_array(&w, "worst");
	for (size_t i = 0; i < f->sum.worst_n; i++)
		put_machine(&w, f->sum.worst[i]);
	json_close(&w);
	json_open_array(&w, "unread");
	for (size_t i = 0; i < f->sum.told_n; i++)
		put_unread(&w, f->sum.told[i]->file, &f->sum.told[i]->why);
	json_close(&w);
	json_close(&w);
	return json_end(&w, why);
}

// --- People --------------------------------------------------------------------------------------------------------------------

struct page {
	const struct fleet *f;
	struct buf *out;
	enum language l;
};

#define W(p, name) word((p)->l, WORD_##name)

// A format from the table with one number.
static void put_number(const struct page *p, const char *format, uint64_t n)
{
	const char *at = strstr(format, "%s");
	INVARIANT(at != NULL);
	buf_put(p->out, format, (size_t)(at - format));
	buf_put_text(p->out, word_count(p->l, n));
	buf_put_text(p->out, at + 2);
}

static void put_day(const struct page *p, int64_t seconds)
{
	char text[TIME_TEXT];
	time_print(seconds < 0 ? 0 : (uint64_t)seconds, text);
	buf_put(p->out, text, 10);
}

static void put_classes(const struct page *p, const uint64_t weighing[static DEFECT_CLASSES])
{
	buf_printf(p->out, p->l == LANGUAGE_FR ? "critiques : %s, majeures : %s, mineures : %s" : "%s critical, %s major, %s minor",
	           word_count(p->l, weighing[DEFECT_CRITICAL]), word_count(p->l, weighing[DEFECT_MAJOR]), word_count(p->l, weighing[DEFECT_MINOR]));
}

static const char *verdict_word(const struct page *p, enum verdict v)
{
	const bool open = result_unanswered(&p->f->i->r) > 0; // the organisation's questions: of each machine and of the answers
	if (v == VERDICT_FAVOURABLE)
		return open ? W(p, FAVOURABLE_SO_FAR) : W(p, FAVOURABLE);
	return v == VERDICT_REFUSED ? W(p, REFUSED) : W(p, REINSPECTION);
}

static void put_share(const struct page *p, const char *what, uint64_t n, uint64_t all)
{
	const char *count = word_count(p->l, n);
	size_t columns = 0;
	for (const char *c = count; *c != 0; c++)
		columns += (*c & 0xc0) != 0x80;
	buf_printf(p->out, "  %*s%s  %s", columns < 11 ? (int)(11 - columns) : 0, "", count, what);
	word_share(p->out, p->l, n, all);
	buf_put_u8(p->out, '\n');
}

static void put_head(const struct page *p, const char *name)
{
	const struct fleet_sum *s = &p->f->sum;
	const struct result *r = &p->f->i->r;
	buf_printf(p->out, "%s %s, ", W(p, INSPECTION), name);
	put_day(p, r->today);
	buf_put_text(p->out, W(p, SEMICOLON));
	put_number(p, W(p, MACHINES), s->machines);
	buf_put_text(p->out, ", ");
	put_number(p, W(p, ITEMS), s->number[FLEET_ITEMS]);
	buf_put_u8(p->out, '\n');
	for (size_t i = 0; i < r->regimes; i++)
		buf_printf(p->out, "  %s %.*s (%.*s, %.*s)\n", W(p, REGIME), SLICE_ARGS(regime_title(r->regime[i], p->l)),
		           SLICE_ARGS(regime_id(r->regime[i])), SLICE_ARGS(regime_version(r->regime[i])));
	if (r->changed_since != NULL)
		buf_printf(p->out, "  %s\n", W(p, CHANGES_ONLY));
	buf_put_u8(p->out, '\n');
	for (size_t i = 0; i <= VERDICT_REFUSED; i++)
		put_share(p, verdict_word(p, (enum verdict)i), s->verdicts[i], s->machines);
	if (s->unread > 0)
		put_share(p, W(p, UNREAD), s->unread, 0);
	buf_put_text(p->out, p->l == LANGUAGE_FR ? "  défaillances : " : "  defects: ");
	put_classes(p, &s->number[FLEET_WEIGHING]);
	uint64_t derogated = 0;
	for (size_t c = 0; c < DEFECT_CLASSES; c++)
		derogated += s->number[FLEET_DEROGATED + c];
	if (derogated > 0)
		put_number(p, W(p, DEROGATED), derogated);
	buf_put_u8(p->out, '\n');
	if (r->points > 0) {
		buf_printf(p->out, "  %s %s%s", W(p, ANSWERS), verdict_word(p, r->verdict), W(p, SEMICOLON));
		put_classes(p, r->weighing);
		buf_put_u8(p->out, '\n');
	}
}

static void put_deed(const struct page *p, const struct fleet_step *step)
{
	static const enum word deeds[STEP_KINDS] = {
		[STEP_UPDATE] = WORD_UPDATE,       [STEP_REPLACE] = WORD_REPLACE,   [STEP_REMOVE] = WORD_REMOVE,
		[STEP_RESTART] = WORD_RESTART,     [STEP_REBOOT] = WORD_REBOOT,     [STEP_CREDENTIAL] = WORD_CREDENTIAL,
		[STEP_CARETAKER] = WORD_CARETAKER, [STEP_MITIGATE] = WORD_MITIGATE, [STEP_ANSWER] = WORD_ANSWER,
	};
	bool all = step->kind == STEP_UPDATE && step->name.n == 0;
	buf_put_text(p->out, all ? W(p, UPDATE_ALL) : word(p->l, deeds[step->kind]));
	if (step->name.n > 0)
		buf_printf(p->out, "%s%s %.*s", step->kind == STEP_CARETAKER ? " " : "", step->kind == STEP_CARETAKER ? W(p, FOR) : "",
		           SLICE_ARGS(step->name));
	if (step->to.n > 0 && step->kind == STEP_REPLACE)
		buf_printf(p->out, " (%.*s %s)", SLICE_ARGS(step->to), W(p, WAS_LAST));
	else if (step->to.n > 0)
		buf_printf(p->out, " → %.*s", SLICE_ARGS(step->to));
	if (step->ecosystem.n > 0)
		buf_printf(p->out, " (%.*s)", SLICE_ARGS(step->ecosystem));
}

static void put_todo(const struct page *p, size_t at, const struct fleet_todo *t)
{
	const struct fleet_step_count *c = &t->count;
	buf_printf(p->out, "  %2zu. %s", at,
	           c->worst == DEFECT_CRITICAL ? W(p, CRITICAL)
	           : c->worst == DEFECT_MAJOR  ? W(p, MAJOR)
	                                       : W(p, MINOR));
	if (c->due <= p->f->i->r.today) {
		buf_printf(p->out, ", %s", W(p, TODAY));
	} else if (c->due != INT64_MAX) {
		buf_printf(p->out, ", %s ", W(p, BY));
		put_day(p, c->due);
	}
	buf_put_text(p->out, W(p, COLON));
	put_deed(p, &t->step);
	buf_put_text(p->out, W(p, SEMICOLON));
	put_number(p, W(p, ON_MACHINES), c->machines);
	buf_put_text(p->out, W(p, SEMICOLON));
	if (c->defects == 1)
		buf_put_text(p->out, W(p, CURES_ONE));
	else
		put_number(p, W(p, CURES), c->defects);
	if (c->exploited > 0) {
		buf_put_text(p->out, ", ");
		put_number(p, W(p, EXPLOITED), c->exploited);
	}
	buf_put_u8(p->out, '\n');
}

static enum err put_what_to_do(const struct page *p, struct why *why)
{
	struct fleet_todo *todo = NULL;
	struct fleet_step_count others;
	size_t n = 0;
	enum err e = fleet_steps_list(p->f->steps, &p->f->sum.steps, &todo, &n, &others, why);
	if (e != ERR_OK)
		return e;
	buf_printf(p->out, "\n%s\n", n == 0 ? W(p, NOTHING) : W(p, TO_DO_FLEET));
	for (size_t i = 0; i < n && i < STEPS_SHOWN; i++)
		put_todo(p, i + 1, &todo[i]);
	free(todo);
	if (n > STEPS_SHOWN) {
		buf_put_text(p->out, "      ");
		put_number(p, W(p, MORE_STEPS), n - STEPS_SHOWN);
		buf_put_u8(p->out, '\n');
	}
	if (others.machines > 0) {
		buf_put_text(p->out, "      ");
		put_number(p, W(p, MORE_KINDS), others.defects);
		buf_put_u8(p->out, '\n');
	}
	return ERR_OK;
}

static void put_worst(const struct page *p)
{
	const struct fleet_sum *s = &p->f->sum;
	if (s->worst_n > 0)
		buf_printf(p->out, "\n%s\n", W(p, WORST));
	for (size_t i = 0; i < s->worst_n; i++) {
		const struct fleet_machine *m = s->worst[i];
		const bool named = m->name[0] != 0;
		buf_printf(p->out, "  %2zu. %s%s", i + 1, m->name, named ? " (" : "");
		word_put(p->out, slice_text(m->file), FILE_PATH_MAX);
		buf_printf(p->out, "%s%s%s%s", named ? ")" : "", W(p, COLON),
		           m->verdict == VERDICT_REFUSED ? W(p, SHORT_REFUSED) : W(p, SHORT_REINSPECTION), W(p, SEMICOLON));
		put_classes(p, &m->number[FLEET_WEIGHING]);
		if (m->number[FLEET_EXPLOITED] > 0) {
			buf_put_text(p->out, W(p, SEMICOLON));
			put_number(p, W(p, EXPLOITED), m->number[FLEET_EXPLOITED]);
		}
		buf_put_u8(p->out, '\n');
	}
}

static void put_undecided(const struct page *p)
{
	const uint64_t *number = p->f->sum.number;
	const struct {
		uint64_t n;
		enum word word;
	} rows[] = {{number[FLEET_UNCOMPUTED], WORD_UNCOMPUTED},
	            {number[FLEET_DOUBTFUL], WORD_DOUBTFUL},
	            {number[FLEET_SILENCED], WORD_SILENCED},
	            {number[FLEET_PASSED_OVER], WORD_PASSED_OVER},
	            {result_unanswered(&p->f->i->r), WORD_UNANSWERED}};
	bool begun = false;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].n == 0)
			continue;
		if (!begun)
			buf_printf(p->out, "\n%s\n", W(p, UNDECIDED));
		begun = true;
		buf_put_text(p->out, "  ");
		put_number(p, word(p->l, rows[i].word), rows[i].n);
		buf_put_u8(p->out, '\n');
	}
}

enum err fleet_print_people(const struct fleet *f, const char *name, struct buf *out, struct why *why)
{
	const struct page p = {f, out, f->i->lang};
	put_head(&p, name);
	enum err e = put_what_to_do(&p, why);
	if (e != ERR_OK)
		return e;
	put_worst(&p);
	put_undecided(&p);
	print_people_indicators(f->i, out);
	print_people_data(f->i, out);
	return buf_status(out) == ERR_OK ? ERR_OK : why_set(why, ERR_LIMIT, "more than %u bytes to print", OUTPUT_MAX);
}
