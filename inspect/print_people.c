// The result for people: the verdict, what to do in order, what nobody decided, how old the data are.

#include "base/num.h"
#include "inspect.h"
#include "words.h"

#define STEPS_SHOWN 25     // critical and major ones are shown all
#define NAMES_SHOWN 4      // flaws of one step
#define UNDECIDED_SHOWN 5
#define SOURCE_COLUMNS 24

struct page {
	const struct inspection *i;
	const struct result *r;
	struct buf *out;
	enum language l;
};

#define W(p, name) word((p)->l, WORD_##name)

// A format from the table with one number.
static void put_number(struct page *p, const char *format, uint64_t n)
{
	const char *at = strstr(format, "%s");
	INVARIANT(at != NULL);
	buf_put(p->out, format, (size_t)(at - format));
	buf_put_text(p->out, word_count(p->l, n));
	buf_put_text(p->out, at + 2);
}

static void put_day(struct page *p, int64_t seconds)
{
	char text[TIME_TEXT];
	if (seconds == FACT_NO_DATE || seconds < 0) {
		buf_put_text(p->out, "?");
		return;
	}
	time_print((uint64_t)seconds, text);
	buf_put(p->out, text, 10);
}

static const char *class_word(const struct page *p, enum defect_class c)
{
	return c == DEFECT_CRITICAL ? W(p, CRITICAL) : c == DEFECT_MAJOR ? W(p, MAJOR) : W(p, MINOR);
}

static void put_head(struct page *p)
{
	const struct result *r = p->r;
	buf_printf(p->out, "%s %.*s", W(p, INSPECTION), SLICE_ARGS(r->subject.n > 0 ? r->subject : SLICE_LITERAL("?")));
	if (r->machines > 1) {
		buf_put_u8(p->out, ' ');
		put_number(p, W(p, AND_MORE), r->machines - 1);
	}
	if (r->subject_os.n > 0)
		buf_printf(p->out, " (%.*s)", SLICE_ARGS(r->subject_os));
	buf_put_text(p->out, ", ");
	put_day(p, r->today);
	buf_put_text(p->out, W(p, SEMICOLON));
	put_number(p, W(p, ITEMS), r->count.items);
	buf_put_u8(p->out, '\n');
	for (size_t i = 0; i < r->regimes; i++)
		buf_printf(p->out, "  %s %.*s (%.*s, %.*s)\n", W(p, REGIME), SLICE_ARGS(regime_title(r->regime[i], p->l)),
		           SLICE_ARGS(regime_id(r->regime[i])), SLICE_ARGS(regime_version(r->regime[i])));
	if (r->only != NULL)
		buf_printf(p->out, "  %s %.*s\n", W(p, AGAIN), SLICE_ARGS(r->only_of));
	if (r->changed_since != NULL)
		buf_printf(p->out, "  %s\n", W(p, CHANGES_ONLY));
	const char *refused = r->machines > 1 ? W(p, REFUSED_SOME) : W(p, REFUSED);
	const char *favourable = result_unanswered(r) > 0 ? W(p, FAVOURABLE_SO_FAR) : W(p, FAVOURABLE);
	const char *verdict = r->verdict == VERDICT_FAVOURABLE ? favourable
	                      : r->verdict == VERDICT_REFUSED  ? refused
	                                                       : W(p, REINSPECTION);
	buf_printf(p->out, "\n%s %s\n  ", W(p, VERDICT), verdict);
	buf_printf(p->out,
	           p->l == LANGUAGE_FR ? "défaillances critiques : %s, majeures : %s, mineures : %s"
	                               : "%s critical, %s major, %s minor defects",
	           word_count(p->l, r->weighing[DEFECT_CRITICAL]), word_count(p->l, r->weighing[DEFECT_MAJOR]),
	           word_count(p->l, r->weighing[DEFECT_MINOR]));
	uint64_t derogated = r->derogated[DEFECT_MINOR] + r->derogated[DEFECT_MAJOR] + r->derogated[DEFECT_CRITICAL];
	if (derogated > 0)
		put_number(p, W(p, DEROGATED), derogated);
	buf_put_u8(p->out, '\n');
}

static void put_names(struct page *p, const struct steps *s, const struct step *step)
{
	size_t shown = 0, named = 0;
	struct slice last = {0};
	for (size_t n = 0; n < step->n; n++) {
		const struct finding *f = &p->r->finding[p->r->point[s->point[step->first + n]].finding];
		if (f->flaw.n == 0 || slice_equal(f->flaw, last))
			continue;
		last = f->flaw;
		if (named++ < NAMES_SHOWN)
			buf_printf(p->out, "%s%.*s", shown++ == 0 ? "\n       " : ", ", SLICE_ARGS(f->flaw));
	}
	if (named > NAMES_SHOWN) {
		buf_put_text(p->out, ", ");
		put_number(p, W(p, AND_MORE), named - NAMES_SHOWN);
	}
}

static void put_extended(struct page *p, const struct finding *f)
{
	const char *format = W(p, EXTENDED), *at = strstr(format, "%s");
	if (f->extended_until == FACT_NO_DATE || f->extended_until <= p->r->today)
		return;
	buf_put_text(p->out, " [");
	buf_put(p->out, format, (size_t)(at - format));
	put_day(p, f->extended_until);
	buf_printf(p->out, "%s]", at + 2);
}

static bool contains(struct slice text, struct slice part)
{
	return part.n > 0 && memmem(text.p, text.n, part.p, part.n) != NULL;
}

// The thing and its version, once: "Debian GNU/Linux 12 (bookworm)" says its own.
static void put_thing(struct page *p, struct slice name, struct slice version)
{
	if (name.n > 0)
		buf_printf(p->out, " %.*s", SLICE_ARGS(name));
	if (version.n > 0 && !contains(name, version))
		buf_printf(p->out, " %.*s", SLICE_ARGS(version));
}

static void put_question(struct page *p, const struct finding *f)
{
	struct slice text = f->question;
	for (size_t r = 0; r < p->r->regimes; r++)
		for (size_t q = 0; q < regime_questions(p->r->regime[r]); q++)
			if (slice_equal(regime_question(p->r->regime[r], q).id, f->question))
				text = regime_question(p->r->regime[r], q).text[p->l];
	buf_printf(p->out, " %.*s", SLICE_ARGS(text));
	if (f->answer.n > 0)
		buf_printf(p->out, " (%s %.*s)", W(p, ANSWERED), SLICE_ARGS(word_reason(p->l, f->answer)));
}

static void put_caretaker(struct page *p, const struct finding *f)
{
	struct slice of = f->item.n > 0 ? f->item : f->machine;
	if (of.n > 0)
		buf_printf(p->out, " %s", W(p, FOR));
	put_thing(p, of, f->version);
	buf_put_text(p->out, " (");
	if (f->caretaker.n > 0)
		buf_printf(p->out, "%.*s%s", SLICE_ARGS(f->caretaker), W(p, COLON));
	buf_printf(p->out, "%.*s)", SLICE_ARGS(word_reason(p->l, f->reason)));
}

static void put_end(struct page *p, const struct finding *f)
{
	buf_printf(p->out, " (%s", f->ended == FACT_NO_DATE ? W(p, ENDED) : f->soon ? W(p, REPLACE_SOON) : W(p, REPLACE_BY));
	if (f->ended != FACT_NO_DATE) {
		buf_put_u8(p->out, ' ');
		put_day(p, f->ended);
	}
	buf_put_u8(p->out, ')');
	put_extended(p, f);
}

static void put_deed(struct page *p, const struct steps *s, const struct step *step)
{
	static const enum word deeds[] = {
		[STEP_UPDATE] = WORD_UPDATE,         [STEP_REPLACE] = WORD_REPLACE,       [STEP_REMOVE] = WORD_REMOVE,
		[STEP_RESTART] = WORD_RESTART,       [STEP_REBOOT] = WORD_REBOOT,         [STEP_CREDENTIAL] = WORD_CREDENTIAL,
		[STEP_CARETAKER] = WORD_CARETAKER,   [STEP_MITIGATE] = WORD_MITIGATE,     [STEP_ANSWER] = WORD_ANSWER,
	};
	const struct finding *f = &p->r->finding[p->r->point[s->point[step->first]].finding];
	if (f->kind == FINDING_STALE) {
		buf_put_text(p->out, W(p, UPDATE_ALL));
		return;
	}
	buf_put_text(p->out, word(p->l, deeds[step->kind]));
	switch (step->kind) {
	case STEP_ANSWER:
		put_question(p, f);
		return;
	case STEP_CARETAKER:
		put_caretaker(p, f);
		return;
	case STEP_REPLACE:
		put_thing(p, f->item, step->from);
		put_end(p, f);
		return;
	case STEP_REBOOT:
		buf_printf(p->out, " %.*s → %.*s", SLICE_ARGS(step->from), SLICE_ARGS(step->to));
		return;
	default:
		put_thing(p, step->kind == STEP_RESTART ? f->item : step->package, step->from);
		if (step->to.n > 0)
			buf_printf(p->out, " → %.*s", SLICE_ARGS(step->to));
		if (step->kind == STEP_REMOVE)
			buf_printf(p->out, " (%.*s)", SLICE_ARGS(f->reason.n > 0 ? f->reason : f->basis));
	}
}

static void put_step(struct page *p, const struct steps *s, size_t at)
{
	const struct step *step = &s->step[at];
	buf_printf(p->out, "  %2zu. %s", at + 1, class_word(p, step->worst));
	if (step->due <= p->r->today) {
		buf_printf(p->out, ", %s", W(p, TODAY));
	} else if (step->due != INT64_MAX) {
		buf_printf(p->out, ", %s ", W(p, BY));
		put_day(p, step->due);
	}
	buf_put_text(p->out, W(p, COLON));
	put_deed(p, s, step);
	if (p->r->machines > 1)
		buf_printf(p->out, " [%.*s]", SLICE_ARGS(step->machine));
	buf_put_text(p->out, W(p, SEMICOLON));
	if (step->n == 1)
		buf_put_text(p->out, W(p, CURES_ONE));
	else
		put_number(p, W(p, CURES), step->n);
	if (step->known_exploited > 0) {
		buf_put_text(p->out, ", ");
		put_number(p, W(p, EXPLOITED), step->known_exploited);
	}
	put_names(p, s, step);
	buf_put_u8(p->out, '\n');
}

static enum err put_steps(struct page *p, struct why *why)
{
	struct steps s;
	enum err e = result_steps(p->r, &s, why);
	if (e != ERR_OK)
		return e;
	buf_printf(p->out, "\n%s\n", s.n == 0 ? W(p, NOTHING) : W(p, TO_DO));
	size_t at = 0;
	while (at < s.n && (at < STEPS_SHOWN || s.step[at].worst > DEFECT_MINOR))
		put_step(p, &s, at++);
	if (at < s.n) {
		buf_put_text(p->out, "      ");
		put_number(p, W(p, MORE_STEPS), s.n - at);
		buf_put_u8(p->out, '\n');
	}
	steps_free(&s);
	return ERR_OK;
}

static bool is_same_thing(const struct finding *a, const struct finding *b)
{
	return slice_equal(a->machine, b->machine) && slice_equal(a->item, b->item) && slice_equal(a->version, b->version);
}

static bool is_same_sort(const struct finding *a, const struct finding *b, bool (*is)(const struct finding *))
{
	return is(a) && a->kind == b->kind && slice_equal(a->reason, b->reason);
}

// Was it told with an earlier finding of the same thing, for the same reason?
static bool is_told(const struct result *r, size_t at, bool (*is)(const struct finding *))
{
	const struct finding *f = &r->finding[at];
	for (size_t n = at; f->flaw.n > 0 && n-- > 0 && is_same_thing(&r->finding[n], f);)
		if (is_same_sort(&r->finding[n], f, is))
			return true;
	return false;
}

// "0 to 2.414.2: its versionType has no order" is made of what the record says.
static void put_reason(struct page *p, struct slice reason)
{
	static const char rule[] = ": its versionType has no order";
	const struct slice end = slice_part(reason, reason.n > sizeof rule - 1 ? reason.n - (sizeof rule - 1) : 0, reason.n);
	if (p->l == LANGUAGE_FR && slice_is_text(end, rule))
		buf_printf(p->out, " : versionType sans ordre (%.*s)", SLICE_ARGS(slice_part(reason, 0, reason.n - end.n)));
	else if (reason.n > 0)
		buf_printf(p->out, "%s%.*s", W(p, COLON), SLICE_ARGS(word_reason(p->l, reason)));
}

// One thing, the reason, and the flaws of that thing that have it.
static void put_undecided_of(struct page *p, size_t at, bool (*is)(const struct finding *))
{
	const struct finding *f = &p->r->finding[at];
	size_t named = 0;
	buf_put_text(p->out, "   ");
	put_thing(p, f->item, f->version);
	put_reason(p, f->reason);
	if (f->kind == FINDING_SILENCED)
		buf_printf(p->out, " (%.*s)", SLICE_ARGS(f->author.n > 0 ? f->author : f->source));
	if (f->kind == FINDING_UNSUPPORTED) {
		buf_printf(p->out, "%s%.*s %.*s?", W(p, COLON), SLICE_ARGS(f->product), SLICE_ARGS(f->cycle));
		put_end(p, f);
	}
	for (; f->flaw.n > 0 && at < p->r->findings && is_same_thing(&p->r->finding[at], f); at++)
		if (is_same_sort(&p->r->finding[at], f, is) && named++ < NAMES_SHOWN)
			buf_printf(p->out, "%s%.*s", named == 1 ? W(p, COLON) : ", ", SLICE_ARGS(p->r->finding[at].flaw));
	if (named > NAMES_SHOWN) {
		buf_put_text(p->out, ", ");
		put_number(p, W(p, AND_MORE), named - NAMES_SHOWN);
	}
	buf_put_u8(p->out, '\n');
}

// The first few things of a sort that decides nothing; what is not a flaw first.
static void put_some(struct page *p, const char *format, uint64_t total, bool (*is)(const struct finding *))
{
	if (total == 0)
		return;
	buf_put_text(p->out, "  ");
	put_number(p, format, total);
	buf_put_u8(p->out, '\n');
	size_t shown = 0;
	for (int flaws = 0; flaws < 2; flaws++)
		for (size_t n = 0; n < p->r->findings && shown < UNDECIDED_SHOWN; n++) {
			const struct finding *f = &p->r->finding[n];
			if (!is(f) || (f->flaw.n > 0) != (flaws == 1) || is_told(p->r, n, is))
				continue;
			put_undecided_of(p, n, is);
			shown++;
		}
}

static bool is_uncomputed(const struct finding *f)
{
	return f->kind == FINDING_UNCOMPUTED && f->confidence != CONFIDENCE_DOUBTFUL;
}

static bool is_doubtful(const struct finding *f)
{
	return f->confidence == CONFIDENCE_DOUBTFUL;
}

static bool is_silenced(const struct finding *f)
{
	return f->kind == FINDING_SILENCED;
}

static void put_undecided(struct page *p)
{
	const struct result *r = p->r;
	uint64_t uncomputed = 0, unanswered = result_unanswered(r);
	for (size_t n = 0; n < r->findings; n++)
		uncomputed += is_uncomputed(&r->finding[n]);
	if (uncomputed + r->doubtful + r->count.silenced + r->count.refused + unanswered == 0)
		return;
	buf_printf(p->out, "\n%s\n", W(p, UNDECIDED));
	put_some(p, W(p, UNCOMPUTED), uncomputed, is_uncomputed);
	put_some(p, W(p, DOUBTFUL), r->doubtful, is_doubtful);
	put_some(p, W(p, SILENCED), r->count.silenced, is_silenced);
	if (r->count.refused > 0) {
		buf_put_text(p->out, "  ");
		put_number(p, W(p, PASSED_OVER), r->count.refused);
		buf_put_u8(p->out, '\n');
	}
	if (unanswered > 0) {
		buf_put_text(p->out, "  ");
		put_number(p, W(p, UNANSWERED), unanswered);
		buf_put_u8(p->out, '\n');
	}
}

void print_people_indicators(const struct inspection *i, struct buf *out)
{
	const struct page *p = &(struct page){i, &i->r, out, i->lang};
	bool begun = false;
	for (size_t r = 0; r < p->r->regimes; r++) {
		const struct indicator_value *v = NULL;
		size_t n = p->r->indicators[r] == NULL ? 0 : regime_count_values(p->r->indicators[r], &v);
		for (size_t k = 0; k < n; k++) {
			if (!begun)
				buf_printf(p->out, "\n%s\n", W(p, INDICATORS));
			begun = true;
			buf_printf(p->out, "  %.*s  %.*s%s%s %s %s", SLICE_ARGS(v[k].id), SLICE_ARGS(v[k].title[p->l]), W(p, COLON),
			           word_count(p->l, v[k].part), W(p, OF), word_count(p->l, v[k].whole));
			word_share(p->out, p->l, v[k].part, v[k].whole);
			buf_put_u8(p->out, '\n');
		}
	}
}

// In a column of its own, by characters.
static void put_source(struct page *p, struct slice name)
{
	size_t columns = 0;
	name = word_reason(p->l, name);
	for (size_t i = 0; i < name.n; i++)
		columns += (name.p[i] & 0xc0) != 0x80;
	buf_printf(p->out, "  %.*s%*s", SLICE_ARGS(name), columns < SOURCE_COLUMNS ? (int)(SOURCE_COLUMNS - columns) : 0, "");
}

void print_people_data(const struct inspection *i, struct buf *out)
{
	struct page *p = &(struct page){i, &i->r, out, i->lang};
	struct age ages[AGES_MAX];
	size_t n = ages_of(p->r->knowledge, p->r->today, ages);
	buf_printf(p->out, "\n%s\n", W(p, DATA));
	for (size_t k = 0; k < n; k++) {
		put_source(p, ages[k].source.name);
		buf_printf(p->out, " %s ", W(p, DATED));
		put_day(p, ages[k].source.dated);
		if (ages[k].days < 0)
			buf_printf(p->out, ", %s", W(p, FUTURE));
		else
			buf_printf(p->out, ", %lld %s", (long long)ages[k].days, W(p, DAYS));
		buf_printf(p->out, "%s%s\n", ages[k].stale ? W(p, COLON) : "", ages[k].stale ? W(p, STALE) : "");
	}
	const char *missing = ages_missing(p->r->knowledge);
	if (missing != NULL)
		buf_printf(p->out, "  %s%s%s\n", W(p, NO_CERTIFICATE), W(p, COLON), (const char *)word_reason(p->l, slice_text(missing)).p);
}

enum err print_people(const struct inspection *i, struct buf *out, struct why *why)
{
	struct page p = {i, &i->r, out, i->lang};
	put_head(&p);
	enum err e = put_steps(&p, why);
	if (e != ERR_OK)
		return e;
	put_undecided(&p);
	print_people_indicators(i, out);
	print_people_data(i, out);
	return buf_status(out) == ERR_OK ? ERR_OK : why_set(why, ERR_LIMIT, "more than %u bytes to print", OUTPUT_MAX);
}
