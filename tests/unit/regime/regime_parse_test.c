// What a regime file may say, and how each mistake is told: file, line, value, rule.
#include "finding_row.h"

static const char *const good[] = {
	"tocsin-regime 1", // line 1
	"id r",
	"version 2026-11-01",
	"title en Title",
	"title fr Titre",
	"source S", // 6
	"obligation A",
	"basis B",
	"binds vital, important",
	"title en Updates",
	"title fr Mises à jour", // 11
	"evidence en E",
	"evidence fr É",
	"question q en Really?",
	"question q fr Vraiment ?",
	"defect critical within 0 days when flaw and known-exploited and exposure = internet", // 16
	"defect major within 2 months from since when flaw and score >= 9.0 and age > 30 days",
	"defect minor recorded when flaw and not negligible",
	"defect major within 1 day when answer q = no",
	"obligation B",
	"basis B", // 21
	"binds all",
	"title en T",
	"title fr T",
	"evidence en E",
	"evidence fr E", // 26
	"note en N",
	"note fr N",
	"defect major within 2 months when unsupported and not soon",
	"indicator I",
	"basis B", // 31
	"title en T",
	"title fr T",
	"evidence en E",
	"evidence fr E",
	"counts machines where role = server and exposure = internet", // 36
	"having unsupported and not soon and item-kind = system",
	"having banned",
};
#define GOOD (sizeof good / sizeof *good)

// The good file with line `at` (from 1) replaced by `with`, NULL: left out; `at` 0: nothing.
static const char *text_with(size_t at, const char *with, const char *newline)
{
	static char text[16384];
	size_t n = 0;
	for (size_t i = 0; i < GOOD; i++)
		if (i + 1 != at || with != NULL)
			n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i + 1 == at ? with : good[i], newline);
	return text;
}

static const struct {
	size_t line;
	const char *with, *said;
} refused[] = {
	{1, "tocsin-regime 2", "f:1: tocsin-regime 2: the first line is \"tocsin-regime 1\""},
	{1, "# a regime", "f:1: # a regime: the first line is \"tocsin-regime 1\""},
	{1, NULL, "f:1: id r: the first line is \"tocsin-regime 1\""},
	{2, NULL, "f:1: id is missing"},
	{2, "id", "f:2: id: nothing is said"},
	{2, "id a b", "f:2: b: nothing may follow"},
	{2, "id -a", "f:2: -a: no id: 1 to 64 letters, digits and, not first, \". _ -\""},
	{2, "id é", "f:2: é: no id: 1 to 64 letters, digits and, not first, \". _ -\""},
	{2, "id a/b", "f:2: a/b: no id: 1 to 64 letters, digits and, not first, \". _ -\""},
	{2, "id r\nid r", "f:3: id: said twice"},
	{2, "author me", "f:2: author: no such field; here: id, version, title, source, obligation, indicator"},
	{2, "binds all", "f:2: binds: no such field; here: id, version, title, source, obligation, indicator"},
	{2, "Id r", "f:2: Id: no such field; here: id, version, title, source, obligation, indicator"},
	{3, NULL, "f:1: r: version is missing"},
	{3, "version 2026-11-31", "f:3: 2026-11-31: no date; as 2026-11-30, years 1970 to 9999"},
	{3, "version 2026-02-29", "f:3: 2026-02-29: no date; as 2026-11-30, years 1970 to 9999"},
	{3, "version 1", "f:3: 1: no date; as 2026-11-30, years 1970 to 9999"},
	{3, "version true", "f:3: true: no date; as 2026-11-30, years 1970 to 9999"},
	{3, "version 2026-11-01T00:00:00Z", "f:3: 2026-11-01T00:00:00Z: no date; as 2026-11-30, years 1970 to 9999"},
	{3, "version 2026-11-01 draft", "f:3: draft: nothing may follow"},
	{4, NULL, "f:1: r: title en is missing"},
	{5, NULL, "f:1: r: title fr is missing"},
	{5, "title de Titel", "f:5: de: a language follows: en or fr"},
	{5, "title", "f:5: title: a language follows: en or fr"},
	{5, "title fr", "f:5: title: nothing is said"},
	{5, "title en Again", "f:5: title: said twice"},
	{5, "title fr Ti\ttre", "f:5: Ti?tre: a tab in a text"},
	{5, "title fr Ti\x01tre", "f:5: title fr Ti?tre: holds a control character"},
	{5, "title fr Ti\xc2\x85tre", "f:5: title fr Ti\?\?tre: holds a control character"},
	{5, "title fr Ti\xfftre", "f:5: not UTF-8 at byte 12 of the line"},
	{6, NULL, "f:1: r: source is missing"},
	{7, "obligation", "f:7: obligation: nothing is said"},
	{8, NULL, "f:7: A: basis is missing"},
	{8, "basis B\nbasis C", "f:9: basis: said twice"},
	{8, "version 2026-11-01", "f:8: version: no such field; here: basis, title, evidence, note, binds, question, defect, obligation, indicator"},
	{9, NULL, "f:7: A: binds is missing"},
	{9, "binds", "f:9: binds: nothing is said"},
	{9, "binds everybody", "f:9: everybody: binds \"all\", or of vital, essential, important, administration, joined by commas"},
	{9, "binds vital important", "f:9: vital important: binds \"all\", or of vital, essential, important, administration, joined by commas"},
	{9, "binds vital,", "f:9: vital,: binds \"all\", or of vital, essential, important, administration, joined by commas"},
	{9, "binds all, vital", "f:9: all: binds \"all\", or of vital, essential, important, administration, joined by commas"},
	{9, "binds vital, vital", "f:9: vital: said twice"},
	{9, "binds vital\nbinds all", "f:10: binds: said twice"},
	{10, NULL, "f:7: A: title en is missing"},
	{13, NULL, "f:7: A: evidence fr is missing"},
	{14, NULL, "f:7: q: its text in en is missing"},
	{15, NULL, "f:7: q: its text in fr is missing"},
	{14, "question q de Wirklich?", "f:14: de: a language follows: en or fr"},
	{14, "question q! en Really?", "f:14: q!: no id: 1 to 64 letters, digits and, not first, \". _ -\""},
	{14, "question", "f:14: question: nothing is said"},
	{15, "question q en Really?", "f:15: q: said twice"},
	{16, "defect", "f:16: a class follows \"defect\": minor, major or critical"},
	{16, "defect grave within 0 days when flaw", "f:16: grave: a class follows \"defect\": minor, major or critical"},
	{16, "defect critical when flaw", "f:16: critical: a class without delay: \"within\" and a delay follow (or, minor, \"recorded\")"},
	{16, "defect critical", "f:16: critical: a class without delay: \"within\" and a delay follow (or, minor, \"recorded\")"},
	{16, "defect critical recorded when flaw",
	 "f:16: critical: only a minor defect is recorded without a delay; \"within\" and a delay follow"},
	{16, "defect major within when flaw", "f:16: when: a number of days or months follows, as \"30 days\""},
	{16, "defect major within two months when flaw", "f:16: two: a number of days or months follows, as \"30 days\""},
	{16, "defect major within -1 days when flaw", "f:16: -1: a number of days or months follows, as \"30 days\""},
	{16, "defect major within 01 days when flaw", "f:16: 01: a number of days or months follows, as \"30 days\""},
	{16, "defect major within 36501 days when flaw", "f:16: 36501: a number of days or months follows, as \"30 days\""},
	{16, "defect major within 99999999999999999999 days when flaw",
	 "f:16: 99999999999999999999: a number of days or months follows, as \"30 days\""},
	{16, "defect major within 2 weeks when flaw", "f:16: weeks: \"days\" or \"months\" follows the number"},
	{16, "defect major within 2", "f:16: 2: \"days\" or \"months\" follows the number"},
	{16, "defect major within 1201 months when flaw", "f:16: 1201: at most 1200 months"},
	{16, "defect major within 2 months from today when flaw", "f:16: today: \"from\" is followed by \"since\" only"},
	{16, "defect major within 2 months flaw", "f:16: flaw: \"when\" and a condition follow the delay"},
	{16, "defect major within 2 months", "f:16: major: \"when\" and a condition follow the delay"},
	{16, "defect major within 2 months when", "f:16: a kind of finding stands first: flaw, unsupported, banned, ..."},
	{16, "defect major within 2 months when exposure = internet",
	 "f:16: exposure: a kind of finding stands first: flaw, unsupported, banned, ..."},
	{16, "defect major within 2 months when flaw exposure = internet", "f:16: exposure: comparisons are joined by \"and\""},
	{16, "defect major within 2 months when flaw and", "f:16: a field follows"},
	{16, "defect major within 2 months when flaw or kernel", "f:16: or: comparisons are joined by \"and\""},
	{16, "defect major within 2 months when flaw and not", "f:16: a field follows"},
	{16, "defect major within 2 months when flaw and colour = red", "f:16: colour: no field that can be compared"},
	{16, "defect major within 2 months when flaw and answer = no", "f:16: answer: no field that can be compared"},
	{16, "defect major within 2 months when flaw and level = banned", "f:16: level: no field of flaw"},
	{16, "defect major within 2 months when kernel and age > 3 days", "f:16: age: no field of kernel"},
	{16, "defect major within 2 months when credential and score >= 9", "f:16: score: no field of credential"},
	{16, "defect major within 2 months when flaw and exposure", "f:16: a sign follows \"exposure\", with blanks around it: = or !="},
	{16, "defect major within 2 months when flaw and exposure=internet", "f:16: exposure=internet: no field that can be compared"},
	{16, "defect major within 2 months when flaw and exposure > internet", "f:16: >: words are compared with = or !="},
	{16, "defect major within 2 months when flaw and exposure = 3",
	 "f:16: 3: exposure is one of: unknown, isolated, internal, internet"},
	{16, "defect major within 2 months when flaw and fix = yes", "f:16: yes: fix is one of: none, available"},
	{16, "defect major within 2 months when flaw and confidence = doubtful", "f:16: doubtful: confidence is one of: alias, exact"},
	{16, "defect major within 2 months when flaw and score = 9.0", "f:16: =: numbers are compared with < <= > or >="},
	{16, "defect major within 2 months when flaw and score >= high", "f:16: high: a score is a number from 0.0 to 10.0"},
	{16, "defect major within 2 months when flaw and score >= 10.1", "f:16: 10.1: a score is a number from 0.0 to 10.0"},
	{16, "defect major within 2 months when flaw and score >= 9.05", "f:16: 9.05: a score is a number from 0.0 to 10.0"},
	{16, "defect major within 2 months when flaw and score >= 9.", "f:16: 9.: a score is a number from 0.0 to 10.0"},
	{16, "defect major within 2 months when flaw and score >= 9,0", "f:16: 9,0: a score is a number from 0.0 to 10.0"},
	{16, "defect major within 2 months when flaw and score >=", "f:16: a score is a number from 0.0 to 10.0"},
	{16, "defect major within 2 months when flaw and score > 10.0", "f:16: score: no value is within these bounds"},
	{16, "defect major within 2 months when flaw and score < 4.0 and score >= 4.0", "f:16: score: no value is within these bounds"},
	{16, "defect major within 2 months when flaw and epss >= 1.1", "f:16: 1.1: an EPSS score is a number from 0 to 1"},
	{16, "defect major within 2 months when flaw and epss >= 50%", "f:16: 50%: an EPSS score is a number from 0 to 1"},
	{16, "defect major within 2 months when flaw and epss > 0.2 and epss < 0.200001", "f:16: epss: no value is within these bounds"},
	{16, "defect major within 2 months when flaw and age > 30", "f:16: 30: \"days\" or \"months\" follows the number"},
	{16, "defect major within 2 months when flaw and age = 30 days", "f:16: =: numbers are compared with < <= > or >="},
	{16, "defect major within 2 months when flaw and age > 30 days and age < 30 days", "f:16: age: no value is within these bounds"},
	{16, "defect major within 2 months when flaw and not exposure = internet",
	 "f:16: exposure: \"not\" stands before a yes or no only; compare with another sign"},
	{16, "defect major within 2 months when flaw and known-exploited = yes", "f:16: =: comparisons are joined by \"and\""},
	{16, "defect major within 2 months when flaw and negligible and not negligible", "f:16: negligible: compared twice"},
	{16, "defect major within 2 months when flaw and role = server and role = network", "f:16: role: compared twice"},
	{16, "defect major within 2 months when flaw and role != server and role != server", "f:16: role: compared twice"},
	{16, "defect major within 2 months when flaw and score > 1 and score > 2", "f:16: score: compared twice"},
	{16, "defect major within 2 months when silenced", "f:16: silenced: never a defect: it is not known to be affected"},
	{16, "defect minor recorded when uncomputed", "f:16: uncomputed: never a defect: it is not known to be affected"},
	{16, "defect major within 2 months when unsupported",
	 "f:16: unsupported: say \"soon\" or \"not soon\": support that has yet to end is a finding too"},
	{16, "defect major within 2 months from since when kernel", "f:16: kernel: has no day that a delay could run \"from since\""},
	{16, "defect minor recorded when answer", "f:16: the id of a question asked in a line before follows \"answer\""},
	{16, "defect minor recorded when answer p = no", "f:16: p: the id of a question asked in a line before follows \"answer\""},
	{16, "defect minor recorded when answer q", "f:16: a sign follows \"answer\", with blanks around it: = or !="},
	{16, "defect minor recorded when answer q = maybe", "f:16: maybe: answer is one of: yes, no, unknown, not-applicable"},
	{17, "defect minor recorded when flaw and exposure = internet and known-exploited and age > 1 day",
	 "f:17: flaw: never reached: line 16 decides before"},
	{17, "defect minor recorded when flaw\ndefect major within 1 day when flaw and ransomware",
	 "f:18: flaw: never reached: line 17 decides before"},
	{19, "defect minor recorded when kernel", "f:7: q: a defect line for this question is missing"},
	{20, "obligation A", "f:20: A: an obligation has this id already, in line 7"},
	{23, "question q en Again?", "f:23: q: a question of another obligation has this id already"},
	{27, NULL, "f:20: B: note en is missing"},
	{28, NULL, "f:20: B: note fr is missing"},
	{29, NULL, "f:20: B: a defect line is missing"},
	{30, "indicator I\nindicator I", "f:30: I: basis is missing"},
	{30, "indicators I", "f:30: indicators: no such field; here: basis, title, evidence, note, binds, question, defect, obligation, indicator"},
	{33, "binds all", "f:33: binds: no such field; here: basis, title, evidence, note, counts, having, obligation, indicator"},
	{36, NULL, "f:30: I: counts is missing"},
	{36, "counts", "f:36: counts: \"machines\" follows"},
	{36, "counts items", "f:36: counts: \"machines\" follows"},
	{36, "counts machines with role = server", "f:36: with: \"where\" and comparisons may follow \"machines\""},
	{36, "counts machines where", "f:36: a field follows"},
	{36, "counts machines where known-exploited", "f:36: known-exploited: no field of a machine"},
	{36, "counts machines\ncounts machines", "f:37: counts: said twice"},
	{37, "having", "f:37: a kind of finding stands first: flaw, unsupported, banned, ..."},
	{37, "having banned", "f:38: banned: a \"having\" line before holds whenever this one does"},
	{38, "obligation C", "f:38: C: basis is missing"},
};

static void each_refusal(void)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct regime *r = NULL;
		struct why why = {""};
		enum err e = regime_parse(slice_text(text_with(refused[i].line, refused[i].with, "\n")), "f", &r, &why);
		CHECK_SAY(e == ERR_INPUT && r == NULL, "line %zu: %s", refused[i].line, refused[i].with ? refused[i].with : "left out");
		CHECK_TEXT(why.text, refused[i].said);
		regime_free(r);
	}
}

static const struct {
	size_t line;
	const char *with;
} accepted[] = {
	{0, NULL},
	{2, "\tid   r\t "},
	{2, "# a comment\n\n   # another\nid r"},
	{5, "title fr Titre « à l'essai » / # point d'insertion"},
	{9, "binds all"},
	{9, "binds essential,administration"},
	{16, "defect critical within 0 day when flaw and epss >= 0.000001 and epss <= 1.0 and kev-overdue and ransomware"},
	{16, "defect major within 1 month when flaw and role != server and role != network"},
	{16, "defect major within 1 month when flaw and age >= 1 month and age <= 40 days"},
	{16, "defect minor recorded when unsupported"},
	{16, "defect minor recorded when answer q = unknown"},
	{27, "# no note"},
	{36, "counts machines"},
};

static void each_acceptance(void)
{
	for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
		size_t line = accepted[i].line;
		const char *text = line == 27 ? text_with(28, NULL, "\n") : text_with(line, accepted[i].with, "\n");
		char both[16384];
		snprintf(both, sizeof both, "%s", text);
		char *note = line == 27 ? strstr(both, "note en") : NULL;
		if (note != NULL)
			*note = '#';
		struct regime *r = regime_of(both);
		regime_free(r);
	}
}

static void what_it_says(void)
{
	struct regime *r = regime_of(text_with(0, NULL, "\n"));
	REQUIRE(r != NULL && regime_obligations(r) == 2 && regime_questions(r) == 1);
	CHECK(slice_is_text(regime_id(r), "r") && slice_is_text(regime_version(r), "2026-11-01") && slice_is_text(regime_source(r), "S"));
	CHECK(slice_is_text(regime_title(r, LANGUAGE_FR), "Titre"));
	struct obligation a = regime_obligation(r, 0), b = regime_obligation(r, 1);
	CHECK(slice_is_text(a.id, "A") && a.binds == (ENTITY_VITAL | ENTITY_IMPORTANT) && b.binds == ENTITY_ANY);
	CHECK(slice_is_text(a.title[LANGUAGE_FR], "Mises à jour") && slice_is_text(a.evidence[LANGUAGE_FR], "É"));
	CHECK(a.note[LANGUAGE_EN].n == 0 && slice_is_text(b.note[LANGUAGE_EN], "N"));
	struct question q = regime_question(r, 0);
	CHECK(q.obligation == 0 && slice_is_text(q.id, "q") && slice_is_text(q.text[LANGUAGE_FR], "Vraiment ?"));
	regime_free(r);
}

// What editors do to a file without being asked.
static void any_editor(void)
{
	char text[16384];
	uint8_t hash[32];
	struct regime *r = regime_of(text_with(0, NULL, "\n"));
	REQUIRE(r != NULL);
	memcpy(hash, regime_hash(r), sizeof hash);
	regime_free(r);
	snprintf(text, sizeof text, "\xef\xbb\xbf%s", text_with(0, NULL, "  \r\n"));
	r = regime_of(text);
	REQUIRE(r != NULL);
	CHECK(slice_is_text(regime_title(r, LANGUAGE_FR), "Titre"));
	CHECK(memcmp(hash, regime_hash(r), sizeof hash) != 0); // other bytes are another file
	regime_free(r);
	text[strlen(text) - 4] = 0; // no newline at the end
	regime_free(regime_of(text));
}

// Cut at any byte a regime is refused, or it ends behind a whole line.
static void truncated(void)
{
	const char *text = text_with(0, NULL, "\n");
	size_t n = strlen(text), taken = 0;
	for (size_t cut = 0; cut < n; cut++) {
		struct regime *r = NULL;
		struct why why = {""};
		uint8_t *exact = malloc(cut + 1); // so that a read past the end is seen
		REQUIRE(exact != NULL);
		memcpy(exact, text, cut);
		uint8_t *end = realloc(exact, cut > 0 ? cut : 1);
		REQUIRE(end != NULL);
		enum err e = regime_parse(slice_of(end, cut), "f", &r, &why);
		CHECK_SAY(e == ERR_OK || (e == ERR_INPUT && why.text[0] != 0), "cut at %zu", cut);
		taken += e == ERR_OK;
		regime_free(r);
		free(end);
	}
	// Each with and without the byte behind it: lines 19 and 29; "having unsupported", "… not soon" and the whole line; "having banned"
	// with its newline is no cut.
	CHECK_SAY(taken == 11, "%zu", taken);
}

static enum err parse(const char *text, size_t n, struct why *why)
{
	struct regime *r = NULL;
	enum err e = regime_parse(slice_of(text, n), "f", &r, why);
	regime_free(r);
	return e;
}

static void limits(void)
{
	struct why why = {""};
	size_t room = 2 * REGIME_FILE_MAX, n;
	char *text = calloc(1, room);
	REQUIRE(text != NULL);
	memset(text, '\n', REGIME_FILE_MAX + 1);
	CHECK(parse(text, REGIME_FILE_MAX + 1, &why) == ERR_LIMIT);
	CHECK_TEXT(why.text, "f: 1048577 bytes: at most 1048576");

	n = (size_t)sprintf(text, "tocsin-regime 1\nsource ");
	memset(text + n, 'x', REGIME_LINE_MAX);
	CHECK(parse(text, n + REGIME_LINE_MAX, &why) == ERR_LIMIT);
	CHECK_TEXT(why.text, "f:2: source xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…: longer than 2048 bytes");

	const char *head = "tocsin-regime 1\nid r\nversion 2026-11-01\ntitle en T\ntitle fr T\nsource S\n";
	n = (size_t)sprintf(text, "%s", head);
	for (unsigned i = 0; i <= REGIME_OBLIGATIONS_MAX; i++)
		n += (size_t)sprintf(text + n, "obligation o%u\nbasis B\nbinds all\ntitle en T\ntitle fr T\nevidence en E\nevidence fr E\nquestion q%u en "
		                               "Q\nquestion q%u fr Q\ndefect minor recorded when answer q%u = no\n", i, i, i, i);
	CHECK(parse(text, n, &why) == ERR_LIMIT);
	CHECK_TEXT(why.text, "f:10007: o1000: more than 1000 obligations");

	n = (size_t)sprintf(text, "%s", head);
	for (unsigned i = 0; i <= DEFECTS_OF_ONE_MAX; i++) {
		CHECK(i == 0 || parse(text, n, &why) == ERR_OK);
		n += (size_t)sprintf(text + n, "obligation o%u\nbasis B\nbinds all\ntitle en T\ntitle fr T\nevidence en E\nevidence fr E\ndefect minor "
		                               "recorded when flaw and known-exploited\ndefect minor recorded when flaw\n", i);
	}
	CHECK(parse(text, n, &why) == ERR_LIMIT);
	CHECK_SAY(strstr(why.text, "flaw: defects of one kind under more than 32 obligations") != NULL, "%s", why.text);

	n = (size_t)sprintf(text, "%sobligation o\n", head);
	for (unsigned i = 0; i <= REGIME_LINES_MAX; i++)
		n += (size_t)sprintf(text + n, "defect minor within %u days when flaw and age > %u days\n", i, 1000 - i);
	CHECK(parse(text, n, &why) == ERR_LIMIT);
	CHECK_TEXT(why.text, "f:40: more than 32 defect lines of one obligation");

	n = (size_t)sprintf(text, "%sobligation o\ndefect minor recorded when flaw and role != server and role != network and role != other and role != "
	                          "medical and role != industrial and role != workstation and role != unknown and exposure != internet and exposure != "
	                          "isolated and ransomware and negligible and fix = none and kev-overdue", head);
	CHECK(parse(text, n, &why) == ERR_LIMIT);
	CHECK_TEXT(why.text, "f:8: kev-overdue: more than 12 comparisons");
	free(text);
}

const struct test tests[] = {{"each_refusal", each_refusal}, {"each_acceptance", each_acceptance}, {"what_it_says", what_it_says},
                             {"any_editor", any_editor},     {"truncated", truncated},             {"limits", limits},
                             {NULL, NULL}};
