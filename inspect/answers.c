// The questions that no program can answer: asked once, kept in a file of the organisation, held against the law like any
// finding.
//
//   tocsin-answers 1
//   backups-tested<TAB>yes<TAB>2026-11-02<TAB>J. D., contractor 1234<TAB>restored the payroll server
#include <stdio.h>
#include <unistd.h>

#include "base/num.h"
#include "inspect.h"
#include "sys/clock.h"
#include "sys/file.h"

#define ANSWERS_FILE_MAX (1u << 20)
#define ANSWER_TEXT_MAX 512u
#define ANSWER_FIELDS 5
#define TITLE "tocsin-answers 1\n"

enum answer_field { ANSWER_ID, ANSWER_SAYS, ANSWER_DAY, ANSWER_WHO, ANSWER_NOTE };

struct answer {
	struct slice field[ANSWER_FIELDS];
};

static bool is_clean(struct slice text)
{
	size_t bad;
	return text.n <= ANSWER_TEXT_MAX && slice_is_utf8(text, &bad) && !slice_has_control(text);
}

static enum err parse_line(struct slice line, struct answer *a, const char *path, uint64_t number, struct why *why)
{
	uint64_t day;
	*a = (struct answer){0};
	for (size_t n = 0; n < ANSWER_FIELDS; n++) {
		size_t end = n + 1 == ANSWER_FIELDS ? line.n : slice_find(line, '\t', 0);
		a->field[n] = slice_part(line, 0, end);
		line = slice_part(line, end + 1, line.n);
		if (!is_clean(a->field[n]))
			return why_set(why, ERR_INPUT, "%s:%llu: field %zu: over %u bytes, or not plain text", path,
			               (unsigned long long)number, n + 1, ANSWER_TEXT_MAX);
	}
	const struct slice says = a->field[ANSWER_SAYS];
	if (a->field[ANSWER_ID].n == 0)
		return why_set(why, ERR_INPUT, "%s:%llu: no question is named", path, (unsigned long long)number);
	if (!answer_named(says))
		return why_set(why, ERR_INPUT, "%s:%llu: \"%.*s\": an answer is yes, no, unknown or not-applicable", path,
		               (unsigned long long)number, SLICE_ARGS(slice_part(says, 0, 40)));
	if (a->field[ANSWER_DAY].n != 10 || !time_parse(a->field[ANSWER_DAY], &day))
		return why_set(why, ERR_INPUT, "%s:%llu: \"%.*s\" is not a day like 2026-11-21", path, (unsigned long long)number,
		               SLICE_ARGS(slice_part(a->field[ANSWER_DAY], 0, 40)));
	if (a->field[ANSWER_WHO].n == 0)
		return why_set(why, ERR_INPUT, "%s:%llu: nobody is named who answered", path, (unsigned long long)number);
	return ERR_OK;
}

// The last answer to a question; false: none.
static enum err find_answer(struct slice text, struct slice id, const char *path, struct answer *found, bool *has,
                            struct why *why)
{
	uint64_t number = 1;
	*has = false;
	if (text.n < sizeof TITLE - 1 || memcmp(text.p, TITLE, sizeof TITLE - 1) != 0)
		return why_set(why, ERR_INPUT, "%s:1: not \"tocsin-answers 1\"", path);
	for (struct slice rest = slice_part(text, sizeof TITLE - 1, text.n); rest.n > 0;) {
		size_t end = slice_find(rest, '\n', 0);
		struct slice line = slice_part(rest, 0, end);
		struct answer a;
		rest = slice_part(rest, end + 1, rest.n);
		number++;
		if (line.n == 0 || line.p[0] == '#')
			continue;
		enum err e = parse_line(line, &a, path, number, why);
		if (e != ERR_OK)
			return e;
		if (slice_equal(a.field[ANSWER_ID], id)) {
			*found = a;
			*has = true;
		}
	}
	return ERR_OK;
}

// Is it the first regime that asks it? Two laws may ask the same question; it is asked once.
static bool is_first(const struct result *r, size_t regime, size_t question)
{
	struct slice id = regime_question(r->regime[regime], question).id;
	for (size_t i = 0; i <= regime; i++)
		for (size_t q = 0; q < (i == regime ? question : regime_questions(r->regime[i])); q++)
			if (slice_equal(regime_question(r->regime[i], q).id, id))
				return false;
	return true;
}

// Does an obligation that binds this organisation ask it?
static bool is_asked(const struct result *r, struct slice id)
{
	for (size_t i = 0; i < r->regimes; i++)
		for (size_t n = 0; n < regime_questions(r->regime[i]); n++) {
			struct question q = regime_question(r->regime[i], n);
			unsigned binds = regime_obligation(r->regime[i], q.obligation).binds;
			if (slice_equal(q.id, id) && entity_binds(binds, r->entity))
				return true;
		}
	return false;
}

static struct finding answer_of_question(const struct result *r, struct slice question, const struct answer *a)
{
	struct finding f = {.kind = FINDING_ANSWER, .confidence = CONFIDENCE_EXACT, .machine = r->subject, .question = question,
	                    .answer = a->field[ANSWER_SAYS], .caretaker = a->field[ANSWER_WHO], .reason = a->field[ANSWER_NOTE],
	                    .published = FACT_NO_DATE, .kev_added = FACT_NO_DATE, .kev_due = FACT_NO_DATE, .ended = FACT_NO_DATE,
	                    .extended_until = FACT_NO_DATE, .from = FACT_NO_DATE, .out_by = FACT_NO_DATE, .since = FACT_NO_DATE};
	uint64_t day;
	if (time_parse(a->field[ANSWER_DAY], &day))
		f.since = (int64_t)day;
	return f;
}

enum err answers_take(struct inspection *i, const char *path, struct why *why)
{
	struct buf text;
	struct result *r = &i->r;
	enum err e = ERR_OK;
	buf_init(&text, ANSWERS_FILE_MAX);
	if (path != NULL)
		e = file_read(path, ANSWERS_FILE_MAX, &text, why);
	for (size_t n = 0; e == ERR_OK && n < r->regimes; n++)
		for (size_t q = 0; e == ERR_OK && q < regime_questions(r->regime[n]); q++) {
			if (!is_first(r, n, q))
				continue;
			struct question question = regime_question(r->regime[n], q);
			struct answer a = {0};
			bool has = false;
			if (path != NULL)
				e = find_answer(buf_slice(&text), question.id, path, &a, &has, why);
			if (e != ERR_OK)
				break;
			struct finding f = answer_of_question(r, question.id, &a);
			if (has || is_asked(r, question.id))
				e = result_take(r, &f, why);
		}
	buf_free(&text);
	return e;
}

// --- The verb: ask what is not yet answered ------------------------------------------------------------------------------------

static bool ask(const char *prompt, char *line, size_t room)
{
	fprintf(stderr, "%s ", prompt);
	if (fgets(line, (int)room, stdin) == NULL)
		return false;
	if (isatty(STDIN_FILENO) != 1) // what was typed elsewhere ends no line here
		fputc('\n', stderr);
	if (strchr(line, '\n') == NULL) // the rest of a line that is too long is no answer to the next question
		for (int c = 0; c != '\n' && c != EOF;)
			c = getchar();
	line[strcspn(line, "\n")] = 0;
	return true;
}

// The word that is kept; NULL: none of them.
static const char *answer_of(const char *says)
{
	static const char *const words[][3] = {{"yes", "oui", "y"}, {"no", "non", "n"}, {"not-applicable", "sans objet", "-"}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		for (size_t k = 0; k < 3; k++)
			if (strcmp(says, words[i][k]) == 0)
				return words[i][0];
	return NULL;
}

// Nothing is written where nothing is said: the question stays open. So what was answered before the input ended is kept.
// True: it was answered.
static bool put_answer(const struct question *q, const char *who, enum language l, struct buf *text)
{
	char says[64], note[ANSWER_TEXT_MAX], day[TIME_TEXT];
	const char *kept = NULL;
	fprintf(stderr, "\n%.*s\n", SLICE_ARGS(q->text[l]));
	while (kept == NULL) {
		if (!ask(l == LANGUAGE_FR ? "oui, non ou sans objet (vide : plus tard) :" : "yes, no or not-applicable (empty: later):",
		         says, sizeof says) ||
		    says[0] == 0)
			return false;
		kept = answer_of(says);
	}
	do {
		if (!ask(l == LANGUAGE_FR ? "en quelques mots, pourquoi :" : "in a few words, why:", note, sizeof note))
			note[0] = 0;
	} while (!is_clean(slice_text(note)));
	time_print(clock_now(), day);
	buf_printf(text, "%.*s\t%s\t%.10s\t%s\t%s\n", SLICE_ARGS(q->id), kept, day, who, note);
	return true;
}

// Each question that has no answer yet, once.
static enum err ask_all(const struct inspection *i, const char *path, struct buf *text, size_t *answered, size_t *open,
                        struct why *why)
{
	enum err e = ERR_OK;
	for (size_t r = 0; e == ERR_OK && r < i->r.regimes; r++)
		for (size_t q = 0; e == ERR_OK && q < regime_questions(i->r.regime[r]); q++) {
			struct question question = regime_question(i->r.regime[r], q);
			struct answer a;
			bool has = false;
			e = find_answer(buf_slice(text), question.id, path, &a, &has, why);
			if (e != ERR_OK || has || !is_first(&i->r, r, q))
				continue;
			(*(put_answer(&question, i->caretaker, i->lang, text) ? answered : open))++;
		}
	return e;
}

static int run(int argc, char **argv)
{
	struct inspection i;
	struct buf text;
	struct why why = {0};
	int status;
	bool begun = inspection_begin(&i, &verb_answer, argc, argv, 1, "one FILE to keep the answers in", &status);
	if (!begun || i.caretaker == NULL || i.caretaker[0] == 0 || !is_clean(slice_text(i.caretaker))) {
		if (begun)
			status = verb_usage(&verb_answer, "--caretaker NAME: who answers, in up to %u bytes of plain text", ANSWER_TEXT_MAX);
		inspection_free(&i);
		return status;
	}
	buf_init(&text, ANSWERS_FILE_MAX);
	enum err e = file_read(argv[0], ANSWERS_FILE_MAX, &text, &why);
	if (e == ERR_ABSENT) {
		buf_put_text(&text, TITLE);
		e = ERR_OK;
	}
	if (e == ERR_OK && text.n > 0 && text.p[text.n - 1] != '\n')
		buf_put_u8(&text, '\n');
	size_t open = 0, answered = 0;
	if (e == ERR_OK)
		e = ask_all(&i, argv[0], &text, &answered, &open, &why);
	if (e == ERR_OK)
		e = buf_status(&text) == ERR_OK ? file_write(argv[0], buf_slice(&text), FILE_PUBLIC, &why)
		                                : why_set(&why, ERR_LIMIT, "%s: over %u bytes", argv[0], ANSWERS_FILE_MAX);
	if (e == ERR_OK)
		printf(i.lang == LANGUAGE_FR ? "%s : réponses enregistrées : %zu, questions sans réponse : %zu\n"
		                             : "%s: answers kept: %zu, questions left open: %zu\n",
		       argv[0], answered, open);
	buf_free(&text);
	inspection_free(&i);
	return e == ERR_OK ? 0 : verb_fail(&verb_answer, INSPECT_TROUBLE, e, &why);
}

const struct verb verb_answer = {"answer", "--caretaker NAME [--regime NAME|FILE]… [--lang en|fr] FILE",
                                 "ask the questions that no program can answer, once", run};
