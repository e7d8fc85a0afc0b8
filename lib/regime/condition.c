// Conditions: a kind of finding, then comparisons of its fields, joined by "and". All that can be asked is in the table `fields`.
#include <stdio.h>

#include "base/buf.h"
#include "base/num.h"
#include "inside.h"

#define DAY 86400
#define FIRST_DAY INT64_C(-62135596800) // 0001-01-01
#define LAST_DAY INT64_C(253402214400)  // 9999-12-31

bool day_known(int64_t t)
{
	return t >= FIRST_DAY && t < LAST_DAY + DAY;
}

int64_t day_of(int64_t t)
{
	INVARIANT(day_known(t));
	int64_t past = t % DAY;
	return t - past - (past < 0 ? DAY : 0);
}

// A month later is the same day of the next month, or that month's last day when it has no such day. Nothing is due after year 9999.
int64_t day_after(int64_t day, struct span s)
{
	int64_t days = day / DAY + (int64_t)s.n;
	if (s.months) {
		int64_t year;
		unsigned month, date;
		civil_from_days(day / DAY, &year, &month, &date);
		uint64_t months = month - 1 + s.n;
		year += (int64_t)(months / 12);
		month = (unsigned)(months % 12) + 1;
		unsigned last = month_length(year, month);
		days = days_from_civil(year, month, date < last ? date : last);
	}
	return days > LAST_DAY / DAY ? LAST_DAY : days * DAY;
}

enum type { TYPE_YES_NO, TYPE_WORD, TYPE_SCORE, TYPE_EPSS, TYPE_AGE };
#define OF(kind) (1u << (kind))
#define FLAWS (OF(FINDING_FLAW) | OF(FINDING_SILENCED) | OF(FINDING_UNCOMPUTED))
#define DATED (FLAWS | OF(FINDING_UNSUPPORTED) | OF(FINDING_BANNED) | OF(FINDING_STALE)) // the others have no `since`
#define MACHINE OF(FINDING_KINDS) // in `counts machines where`
#define ALL (MACHINE - 1)

static const struct {
	const char *name;
	enum type type;
	unsigned kinds;
} fields[FIELDS] = {
	[FIELD_ANSWER] = {"answer", TYPE_WORD, 0}, // has its own place, behind the question
	[FIELD_EXPOSURE] = {"exposure", TYPE_WORD, ALL | MACHINE},
	[FIELD_ROLE] = {"role", TYPE_WORD, ALL | MACHINE},
	[FIELD_ITEM_KIND] = {"item-kind", TYPE_WORD, ALL},
	[FIELD_CONFIDENCE] = {"confidence", TYPE_WORD, ALL},
	[FIELD_AGE] = {"age", TYPE_AGE, DATED},
	[FIELD_KNOWN_EXPLOITED] = {"known-exploited", TYPE_YES_NO, FLAWS},
	[FIELD_RANSOMWARE] = {"ransomware", TYPE_YES_NO, FLAWS},
	[FIELD_KEV_OVERDUE] = {"kev-overdue", TYPE_YES_NO, FLAWS},
	[FIELD_NEGLIGIBLE] = {"negligible", TYPE_YES_NO, FLAWS},
	[FIELD_SCORE] = {"score", TYPE_SCORE, FLAWS},
	[FIELD_EPSS] = {"epss", TYPE_EPSS, FLAWS},
	[FIELD_FIX] = {"fix", TYPE_WORD, FLAWS},
	[FIELD_SOON] = {"soon", TYPE_YES_NO, OF(FINDING_UNSUPPORTED)},
	[FIELD_EXTENDED_SUPPORT] = {"extended-support", TYPE_YES_NO, OF(FINDING_UNSUPPORTED)},
	[FIELD_LEVEL] = {"level", TYPE_WORD, OF(FINDING_BANNED)},
	[FIELD_USE] = {"use", TYPE_WORD, OF(FINDING_BANNED)},
	[FIELD_OUT_BY] = {"out-by", TYPE_WORD, OF(FINDING_BANNED)},
	[FIELD_CARETAKER] = {"caretaker", TYPE_WORD, OF(FINDING_CARETAKER)},
};

static const char *const signs[SIGNS] = {"<", "<=", ">", ">=", "=", "!="};

#define ANSWER_UNKNOWN "unknown"

static const char *listed(const char *const *list, size_t n, size_t i)
{
	return i < n ? list[i] : NULL;
}
#define LISTED(i, ...) listed((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), i)

// The i-th word that a field can be compared with; NULL: no more.
static const char *field_word(enum field f, size_t i)
{
	switch (f) {
	case FIELD_ANSWER:
		return LISTED(i, "yes", "no", ANSWER_UNKNOWN, "not-applicable");
	case FIELD_EXPOSURE:
		return i == EXPOSURE_UNKNOWN ? "unknown" : i < EXPOSURE_COUNT ? item_exposure_name((enum item_exposure)i) : NULL;
	case FIELD_ROLE:
		return i == ROLE_UNKNOWN ? "unknown" : i < ROLE_COUNT ? item_role_name((enum item_role)i) : NULL;
	case FIELD_ITEM_KIND:
		return i < ITEM_KINDS ? item_kind_name((enum item_kind)i) : NULL;
	case FIELD_CONFIDENCE:
		return LISTED(i, "alias", "exact");
	case FIELD_FIX:
		return LISTED(i, "none", "available");
	case FIELD_LEVEL:
		return LISTED(i, "banned", "restricted");
	case FIELD_USE:
		return LISTED(i, "core", "access", "management", "any");
	case FIELD_OUT_BY:
		return LISTED(i, "none", "ahead", "passed");
	case FIELD_CARETAKER:
		return LISTED(i, "none", "unqualified");
	default:
		return NULL;
	}
}

#define NO_WORD UINT32_MAX // what the finding says is none of the words

static uint32_t word_number(enum field f, struct slice s)
{
	const char *word;
	for (uint32_t i = 0; (word = field_word(f, i)) != NULL; i++)
		if (slice_is_text(s, word))
			return i;
	return NO_WORD;
}

bool answer_named(struct slice answer)
{
	return word_number(FIELD_ANSWER, answer) != NO_WORD;
}

bool answer_is_open(struct slice answer)
{
	return answer.n == 0 || slice_is_text(answer, ANSWER_UNKNOWN);
}

static uint32_t word_of_out_by(int64_t out_by, int64_t today)
{
	if (!day_known(out_by))
		return 0;
	return today > day_of(out_by) ? 2 : 1;
}

static uint32_t word_of(enum field f, const struct finding *x, int64_t today)
{
	switch (f) {
	case FIELD_ANSWER:
		return word_number(f, x->answer);
	case FIELD_EXPOSURE:
		return (uint32_t)x->exposure;
	case FIELD_ROLE:
		return (uint32_t)x->role;
	case FIELD_ITEM_KIND:
		return (uint32_t)x->item_kind;
	case FIELD_CONFIDENCE:
		return x->confidence == CONFIDENCE_EXACT;
	case FIELD_FIX:
		return x->fixed.n > 0;
	case FIELD_LEVEL:
		return word_number(f, x->level);
	case FIELD_USE:
		return word_number(f, x->use);
	case FIELD_OUT_BY:
		return word_of_out_by(x->out_by, today);
	default:
		INVARIANT(f == FIELD_CARETAKER);
		return x->caretaker.n > 0;
	}
}

static bool yes_of(enum field f, const struct finding *x, int64_t today)
{
	switch (f) {
	case FIELD_KNOWN_EXPLOITED:
		return x->known_exploited;
	case FIELD_RANSOMWARE:
		return x->ransomware;
	case FIELD_KEV_OVERDUE:
		return day_known(x->kev_due) && today > day_of(x->kev_due);
	case FIELD_NEGLIGIBLE:
		return x->negligible;
	case FIELD_SOON:
		return x->soon;
	default:
		INVARIANT(f == FIELD_EXTENDED_SUPPORT);
		return day_known(x->extended_until) && today < day_of(x->extended_until);
	}
}

static bool in_order(int64_t a, enum sign sign, int64_t b)
{
	switch (sign) {
	case SIGN_LESS:
		return a < b;
	case SIGN_AT_MOST:
		return a <= b;
	case SIGN_MORE:
		return a > b;
	case SIGN_AT_LEAST:
		return a >= b;
	case SIGN_IS:
		return a == b;
	default:
		return a != b;
	}
}

// What is not said (a day, a score) is neither more nor less than anything.
static bool comparison_holds(const struct comparison *c, const struct finding *x, int64_t today)
{
	switch (fields[c->field].type) {
	case TYPE_YES_NO:
		return yes_of(c->field, x, today) == c->value;
	case TYPE_WORD:
		return in_order(word_of(c->field, x, today), c->sign, c->value);
	case TYPE_SCORE:
		return x->score10 > 0 && in_order(x->score10, c->sign, c->value);
	case TYPE_EPSS:
		return x->epss_ppm > 0 && in_order(x->epss_ppm, c->sign, c->value);
	case TYPE_AGE:
		break;
	}
	return day_known(x->since) && in_order(today, c->sign, day_after(day_of(x->since), c->span));
}

bool condition_holds(const struct condition *c, const struct asked *asked, const struct finding *f, int64_t today)
{
	if (f->kind != c->kind || (c->kind == FINDING_ANSWER && !slice_equal(f->question, asked->questions[c->question].id)))
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (!comparison_holds(&c->of[i], f, today))
			return false;
	return true;
}

static bool is_same(const struct comparison *a, const struct comparison *b)
{
	return a->field == b->field && a->sign == b->sign && a->value == b->value && a->span.n == b->span.n && a->span.months == b->span.months;
}

bool condition_has_day(const struct condition *c)
{
	return (DATED & OF(c->kind)) != 0;
}

bool condition_says(const struct condition *c, enum field f)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->of[i].field == f)
			return true;
	return false;
}

bool condition_covers(const struct condition *c, const struct condition *other)
{
	if (c->kind != other->kind || (c->kind == FINDING_ANSWER && c->question != other->question))
		return false;
	for (size_t i = 0; i < c->n; i++) {
		size_t at = 0;
		while (at < other->n && !is_same(&c->of[i], &other->of[at]))
			at++;
		if (at == other->n)
			return false;
	}
	return true;
}

enum err span_parse(struct text *t, struct span *s)
{
	uint64_t n;
	struct slice number = text_word(t), unit = text_word(t);
	bool days = slice_is_text(unit, "days") || slice_is_text(unit, "day");
	s->months = slice_is_text(unit, "months") || slice_is_text(unit, "month");
	if (!num_parse(number, 0, REGIME_DAYS_MAX, &n))
		return text_refuse(t, ERR_INPUT, number, "a number of days or months follows, as \"30 days\"");
	if (!days && !s->months)
		return text_refuse(t, ERR_INPUT, unit.n > 0 ? unit : number, "\"days\" or \"months\" follows the number");
	if (s->months && n > REGIME_MONTHS_MAX)
		return text_refuse(t, ERR_INPUT, number, "at most %u months", REGIME_MONTHS_MAX);
	s->n = (uint32_t)n;
	return ERR_OK;
}

// A decimal number below 1000 in units of 10^-places.
static bool decimal_parse(struct slice s, unsigned places, uint32_t *value)
{
	size_t point = slice_find(s, '.', 0);
	uint64_t whole, v;
	if (!num_parse(slice_part(s, 0, point), 0, 999, &whole) || (point < s.n && (s.n - point < 2 || s.n - point - 1 > places)))
		return false;
	v = whole;
	for (size_t i = point + 1; i < point + 1 + places; i++) {
		uint8_t digit = i < s.n ? (uint8_t)(s.p[i] - '0') : 0;
		if (digit > 9)
			return false;
		v = v * 10 + digit;
	}
	*value = (uint32_t)v;
	return true;
}

static enum err number_parse(struct text *t, enum type type, struct slice s, uint32_t *value)
{
	bool score = type == TYPE_SCORE;
	if (!decimal_parse(s, score ? 1 : 6, value) || *value > (score ? 100 : 1000000))
		return text_refuse(t, ERR_INPUT, s, score ? "a score is a number from 0.0 to 10.0" : "an EPSS score is a number from 0 to 1");
	return ERR_OK;
}

static enum err word_parse(struct text *t, enum field f, struct slice s, uint32_t *value)
{
	*value = word_number(f, s);
	if (*value != NO_WORD)
		return ERR_OK;
	char all[160] = "";
	const char *word;
	for (size_t i = 0, n = 0; (word = field_word(f, i)) != NULL && n < sizeof all; i++)
		n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i > 0 ? ", " : "", word);
	return text_refuse(t, ERR_INPUT, s, "%s is one of: %s", fields[f].name, all);
}

static enum err sign_parse(struct text *t, enum field f, struct comparison *c)
{
	struct slice s = text_word(t);
	bool words = fields[f].type == TYPE_WORD;
	for (c->sign = 0; c->sign < SIGNS; c->sign++)
		if (slice_is_text(s, signs[c->sign]))
			break;
	if (c->sign == SIGNS)
		return text_refuse(t, ERR_INPUT, s, "a sign follows \"%s\", with blanks around it: %s", fields[f].name, words ? "= or !=" : "< <= > or >=");
	if (words != (c->sign >= SIGN_IS))
		return text_refuse(t, ERR_INPUT, s, "%s", words ? "words are compared with = or !=" : "numbers are compared with < <= > or >=");
	return ERR_OK;
}

static enum err value_parse(struct text *t, struct comparison *c)
{
	enum err e = sign_parse(t, c->field, c);
	if (e != ERR_OK)
		return e;
	if (fields[c->field].type == TYPE_AGE)
		return span_parse(t, &c->span);
	struct slice s = text_word(t);
	if (fields[c->field].type == TYPE_WORD)
		return word_parse(t, c->field, s, &c->value);
	return number_parse(t, fields[c->field].type, s, &c->value);
}

static enum err field_parse(struct text *t, const struct condition *c, struct slice word, enum field *f)
{
	for (*f = 0; *f < FIELDS; (*f)++)
		if (slice_is_text(word, fields[*f].name))
			break;
	if (*f == FIELDS || *f == FIELD_ANSWER)
		return text_refuse(t, ERR_INPUT, word, "no field that can be compared");
	if ((fields[*f].kinds & OF(c->kind)) == 0)
		return text_refuse(t, ERR_INPUT, word, "no field of %s", c->kind == FINDING_KINDS ? "a machine" : finding_kind_name(c->kind));
	return ERR_OK;
}

// One field may be compared twice only where both can hold: two bounds, or two words it is not.
static bool is_twice(const struct condition *c, const struct comparison *next)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->of[i].field != next->field)
			continue;
		bool apart = c->of[i].sign != next->sign && fields[next->field].type != TYPE_WORD;
		bool neither = c->of[i].sign == SIGN_IS_NOT && next->sign == SIGN_IS_NOT && c->of[i].value != next->value;
		if (fields[next->field].type == TYPE_YES_NO || (!apart && !neither))
			return true;
	}
	return false;
}

static int64_t bound(const struct comparison *c)
{
	return fields[c->field].type == TYPE_AGE ? (int64_t)c->span.n : (int64_t)c->value;
}

static bool all_hold(const struct condition *c, enum field f, int64_t value)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->of[i].field == f && !in_order(value, c->of[i].sign, bound(&c->of[i])))
			return false;
	return true;
}

// Is there a number that satisfies every comparison of this field? Where there is one, there is one next to a bound. Ages in days and
// months together are not told apart.
static bool can_hold(const struct condition *c, enum field f)
{
	enum type type = fields[f].type;
	int64_t min = type == TYPE_AGE ? INT64_MIN : 1, max = type == TYPE_SCORE ? 100 : type == TYPE_EPSS ? 1000000 : INT64_MAX;
	bool days = false, months = false;
	for (size_t i = 0; i < c->n; i++) {
		if (c->of[i].field != f)
			continue;
		days |= !c->of[i].span.months;
		months |= c->of[i].span.months;
		for (int64_t value = bound(&c->of[i]) - 1; value <= bound(&c->of[i]) + 1; value++)
			if (value >= min && value <= max && all_hold(c, f, value))
				return true;
	}
	return days && months;
}

static enum err comparison_parse(struct text *t, struct condition *c)
{
	struct slice word = text_word(t);
	bool no = slice_is_text(word, "not");
	if (no)
		word = text_word(t);
	if (word.n == 0)
		return text_refuse(t, ERR_INPUT, word, "a field follows");
	struct comparison next = {.value = !no};
	enum err e = field_parse(t, c, word, &next.field);
	if (e != ERR_OK)
		return e;
	bool yes_no = fields[next.field].type == TYPE_YES_NO;
	if (no && !yes_no)
		return text_refuse(t, ERR_INPUT, word, "\"not\" stands before a yes or no only; compare with another sign");
	if (!yes_no)
		e = value_parse(t, &next);
	if (e != ERR_OK)
		return e;
	if (is_twice(c, &next))
		return text_refuse(t, ERR_INPUT, word, "compared twice");
	if (c->n == REGIME_COMPARISONS_MAX)
		return text_refuse(t, ERR_LIMIT, word, "more than %u comparisons", REGIME_COMPARISONS_MAX);
	c->of[c->n++] = next;
	if (!yes_no && fields[next.field].type != TYPE_WORD && !can_hold(c, next.field))
		return text_refuse(t, ERR_INPUT, word, "no value is within these bounds");
	return ERR_OK;
}

static enum err comparisons_parse(struct text *t, struct condition *c)
{
	enum err e = ERR_OK;
	while (e == ERR_OK && t->left.n > 0) {
		struct slice word = text_word(t);
		if (!slice_is_text(word, "and"))
			return text_refuse(t, ERR_INPUT, word, "comparisons are joined by \"and\"");
		e = comparison_parse(t, c);
	}
	return e;
}

// "answer backups-tested = no"
static enum err answer_parse(struct text *t, const struct asked *asked, struct condition *c)
{
	struct slice id = text_word(t);
	while (c->question < asked->n && !slice_equal(asked->questions[c->question].id, id))
		c->question++;
	if (c->question == asked->n)
		return text_refuse(t, ERR_INPUT, id, "the id of a question asked in a line before follows \"answer\"");
	struct comparison *first = &c->of[c->n++];
	*first = (struct comparison){.field = FIELD_ANSWER};
	return value_parse(t, first);
}

enum err condition_parse(struct text *t, const struct asked *asked, struct condition *c)
{
	struct slice word = text_word(t);
	*c = (struct condition){0};
	if (!finding_kind_named(word, &c->kind))
		return text_refuse(t, ERR_INPUT, word, "a kind of finding stands first: flaw, unsupported, banned, ...");
	enum err e = c->kind == FINDING_ANSWER ? answer_parse(t, asked, c) : ERR_OK;
	return e == ERR_OK ? comparisons_parse(t, c) : e;
}

enum err condition_parse_machine(struct text *t, struct condition *c)
{
	*c = (struct condition){.kind = FINDING_KINDS};
	enum err e = comparison_parse(t, c);
	return e == ERR_OK ? comparisons_parse(t, c) : e;
}
