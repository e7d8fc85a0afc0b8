// An inspection in memory: a law of a few obligations, a knowledge, and findings as rows (regime/finding_row.h).
#ifndef TOCSIN_TEST_INSPECTED_H
#define TOCSIN_TEST_INSPECTED_H

#include <unistd.h>

#include "inspect.h"
#include "knowledge/facts.h"
#include "regime/finding_row.h"
#include "sys/file.h"

#define INSPECTED_DAY "2026-08-24"

#define INSPECTED_OBLIGATION(id, lines) \
	"obligation " id "\n\tbasis B\n\tbinds all\n\ttitle en Title of " id "\n\ttitle fr Titre de " id "\n\tevidence en E\n\tevidence fr E\n" lines
#define INSPECTED_LAW(id, obligations) "tocsin-regime 1\nid " id "\nversion 2026-01-01\ntitle en T\ntitle fr T\nsource S\n" obligations

static const char inspected_law[] = INSPECTED_LAW("law",
	INSPECTED_OBLIGATION("U", "\tdefect critical within 0 days when flaw and known-exploited and exposure = internet\n"
	                          "\tdefect major within 2 months when flaw and known-exploited\n"
	                          "\tdefect major within 1 month when flaw and fix = available and not negligible\n"
	                          "\tdefect minor recorded when flaw\n"
	                          "\tdefect minor recorded when kernel\n"
	                          "\tdefect minor recorded when restart\n"
	                          "\tdefect minor recorded when stale\n"
	                          "\tquestion q-one en Is it so?\n\tquestion q-one fr Est-ce ainsi ?\n"
	                          "\tquestion q-two en Is it so too?\n\tquestion q-two fr Est-ce ainsi aussi ?\n"
	                          "\tdefect major within 2 months when answer q-one = no\n"
	                          "\tdefect major within 2 months when answer q-two = no\n")
	INSPECTED_OBLIGATION("S", "\tdefect major within 2 months when unsupported and not soon\n")
	INSPECTED_OBLIGATION("O", "\tdefect minor recorded when flaw\n\tdefect minor recorded when caretaker\n\tdefect critical within 0 days when banned\n"
	                          "\tdefect minor recorded when credential\n"));

struct inspected {
	struct told told;
	struct inspection i;
};

// law NULL: the one above. The knowledge is of sources that a certificate needs, all of INSPECTED_DAY.
static inline void inspected_begin(struct inspected *x, const char *law)
{
	*x = (struct inspected){.told = told_new()};
	tell_source(&x->told, SOURCE_OSV, "OSV", "OSV", INSPECTED_DAY, false);
	tell_flaw(&x->told, "CVE-1", "", 0, "2026-01-02", "");
	tell_source(&x->told, SOURCE_KEV, "KEV", "CISA", INSPECTED_DAY, true);
	tell_source(&x->told, SOURCE_EOL, "endoflife.date", "endoflife.date", INSPECTED_DAY, true);
	result_init(&x->i.r);
	x->i.r.knowledge = x->i.knowledge = told_knowledge(&x->told);
	x->i.r.today = day(INSPECTED_DAY);
	x->i.r.regime[0] = regime_of(law == NULL ? inspected_law : law);
	x->i.r.regimes = x->i.r.regime[0] != NULL;
}

static inline void inspected_end(struct inspected *x)
{
	result_free(&x->i.r);
	told_free(&x->told);
}

static inline void inspected_take(struct inspected *x, const char *row)
{
	struct why why = {""};
	struct finding f = finding_row(row);
	CHECK_SAY(result_take(&x->i.r, &f, &why) == ERR_OK, "%s: %s", row, why.text);
}

static inline void inspected_machine(struct inspected *x, const char *name, enum item_role role)
{
	struct why why = {""};
	struct machine m = {.name = slice_text(name), .os_name = SLICE_LITERAL("An OS"), .role = role};
	CHECK_SAY(result_machine(&x->i.r, &m, &why) == ERR_OK, "%s", why.text);
	x->i.r.count.items++; // as if it held one
}

// The result as it is written, into an empty buffer.
static inline void inspected_json(struct inspected *x, struct buf *out)
{
	struct why why = {""};
	buf_init(out, OUTPUT_MAX);
	result_end(&x->i.r);
	CHECK_SAY(print_json(&x->i, out, &why) == ERR_OK, "%s", why.text);
}

// A file of the test's own, removed by inspected_unlink(); its path in static memory, one a number.
static inline const char *inspected_file(int number, struct slice content)
{
	static char paths[4][64];
	struct why why = {""};
	snprintf(paths[number], sizeof paths[number], "/tmp/tocsin-inspect-%d-%d", (int)getpid(), number);
	CHECK_SAY(file_write(paths[number], content, FILE_PUBLIC, &why) == ERR_OK, "%s", why.text);
	return paths[number];
}

static inline void inspected_unlink(void)
{
	for (int n = 0; n < 4; n++) {
		char path[64];
		snprintf(path, sizeof path, "/tmp/tocsin-inspect-%d-%d", (int)getpid(), n);
		unlink(path);
	}
}

#endif
