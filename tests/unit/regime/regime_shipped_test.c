// The regimes that are shipped: each is accepted, and each of its obligations makes of findings what its text says.
#include "finding_row.h"

#define TODAY "2026-11-01" // two months later: 2027-01-01

static const char *const shipped[] = {"founding", "fr-lpm-20", "fr-anssi-hygiene", "fr-recyf"};
#define SHIPPED (sizeof shipped / sizeof *shipped)

static struct regime *regime_shipped(const char *name)
{
	char path[128];
	size_t n;
	struct regime *r = NULL;
	struct why why = {""};
	snprintf(path, sizeof path, "packaging/regimes/%s.regime", name);
	unsigned char *text = test_read(test_source(path), &n);
	CHECK_SAY(text != NULL, "%s cannot be read", path);
	if (text != NULL)
		CHECK_SAY(regime_parse(slice_of(text, n), path, &r, &why) == ERR_OK, "%s", why.text);
	free(text);
	return r;
}

#define VITAL ENTITY_VITAL
#define EE ENTITY_ESSENTIAL
#define EI ENTITY_IMPORTANT

static const struct row {
	const char *regime;
	const char *obligation;
	unsigned entity;
	const char *finding;
	const char *want; // "" : no defect
} rows[] = {
	// Applying security updates.
	{"founding", "S3.updates", 0, "flaw known-exploited exposure=internet fixed=2 since=2026-10-31", "critical 2026-11-01"},
	{"founding", "S3.updates", 0, "flaw known-exploited exposure=internet", "critical 2026-11-01"},
	{"founding", "S3.updates", 0, "flaw known-exploited exposure=internal fixed=2", "major 2027-01-01"},
	{"founding", "S3.updates", 0, "flaw known-exploited negligible", "major 2027-01-01"},
	{"founding", "S3.updates", 0, "flaw fixed=2 since=2026-09-30 exposure=internet", "major 2027-01-01"},
	{"founding", "S3.updates", 0, "flaw fixed=2 since=2026-10-01", "minor recorded"},
	{"founding", "S3.updates", 0, "flaw fixed=2", "minor recorded"},
	{"founding", "S3.updates", 0, "flaw since=2020-01-01 score10=98", "minor recorded"},
	{"founding", "S3.updates", 0, "flaw fixed=2 since=2020-01-01 negligible", ""},
	{"founding", "S3.updates", 0, "flaw known-exploited exposure=internet doubtful", ""},
	{"founding", "S3.updates", 0, "flaw known-exploited exposure=internet alias", "critical 2026-11-01"},
	{"founding", "S3.updates", 0, "silenced known-exploited exposure=internet", ""},
	{"founding", "S3.updates", 0, "uncomputed known-exploited exposure=internet", ""},
	{"founding", "S3.updates", 0, "kernel", "minor recorded"},
	{"founding", "S3.updates", 0, "restart", "minor recorded"},
	{"founding", "S3.updates", 0, "stale since=2026-01-01", "minor recorded"},
	{"founding", "S3.updates", 0, "answer question=exceptions-justified answer=no", "major 2027-01-01"},
	{"founding", "S3.updates", 0, "answer question=exceptions-justified answer=yes", ""},
	{"founding", "S3.updates", 0, "answer question=exceptions-justified answer=unknown", ""},
	// Nothing out of support.
	{"founding", "S3.support", 0, "unsupported exposure=internet since=2024-06-30", "critical 2026-11-01"},
	{"founding", "S3.support", 0, "unsupported", "major 2027-01-01"},
	{"founding", "S3.support", 0, "unsupported exposure=isolated", "major 2027-01-01"},
	{"founding", "S3.support", 0, "unsupported soon exposure=internet", "minor recorded"},
	{"founding", "S3.support", 0, "unsupported doubtful exposure=internet", ""},
	// Somebody qualified.
	{"founding", "S3.contractor", 0, "caretaker", "major 2027-01-01"},
	{"founding", "S3.contractor", 0, "caretaker caretaker=Nobody", "major 2027-01-01"},
	{"founding", "S3.contractor", 0, "answer question=administrator-named answer=no", "major 2027-01-01"},
	{"founding", "S3.contractor", 0, "answer question=backups-tested answer=no", "major 2027-01-01"},
	{"founding", "S3.contractor", 0, "answer question=backups-tested answer=not-applicable", ""},
	{"founding", "S3.contractor", 0, "answer question=never-asked answer=no", ""},
	// Nothing banned.
	{"founding", "S3.banned", 0, "banned level=banned out-by=2026-10-31", "critical 2026-11-01"},
	{"founding", "S3.banned", 0, "banned level=banned out-by=2026-11-01", "minor recorded"},
	{"founding", "S3.banned", 0, "banned level=banned out-by=2030-01-01", "minor recorded"},
	{"founding", "S3.banned", 0, "banned level=banned", "major 2027-01-01"},
	{"founding", "S3.banned", 0, "banned level=restricted out-by=2026-10-31", "major 2027-01-01"},
	{"founding", "S3.banned", 0, "banned level=restricted", "minor recorded"},
	{"founding", "S3.banned", 0, "banned level=banned out-by=2026-10-31 doubtful", ""},
	// No default credential.
	{"founding", "S3.credentials", 0, "credential role=industrial", "critical 2026-11-01"},
	{"founding", "S3.credentials", 0, "credential role=server exposure=internet", "minor recorded"},

	// LPM rule 4.
	{"fr-lpm-20", "R04", VITAL, "unsupported exposure=internet", "critical 2026-11-01"},
	{"fr-lpm-20", "R04", VITAL, "unsupported", "major 2027-01-01"},
	{"fr-lpm-20", "R04", VITAL, "unsupported soon", "minor recorded"},
	{"fr-lpm-20", "R04", VITAL, "flaw known-exploited exposure=internet", "critical 2026-11-01"},
	{"fr-lpm-20", "R04", VITAL, "flaw fixed=2 since=2026-10-17", "major 2027-01-01"},
	{"fr-lpm-20", "R04", VITAL, "flaw fixed=2 since=2026-10-18", "minor recorded"},
	{"fr-lpm-20", "R04", VITAL, "flaw since=2020-01-01", ""},
	{"fr-lpm-20", "R04", VITAL, "answer question=exceptions-justified answer=no", "major 2027-01-01"},
	{"fr-lpm-20", "R04", 0, "unsupported exposure=internet", ""},
	{"fr-lpm-20", "R04", EE | EI, "flaw known-exploited exposure=internet", ""},
	{"fr-lpm-20", "R20", VITAL, "answer question=indicators-sent answer=no", "major 2027-01-01"},
	{"fr-lpm-20", "R20", EE, "answer question=indicators-sent answer=no", ""},

	// The hygiene guide counts from publication.
	{"fr-anssi-hygiene", "M34", 0, "flaw fixed=2 since=2026-09-30", "major 2026-10-30"},
	{"fr-anssi-hygiene", "M34", 0, "flaw fixed=2 since=2026-10-01", "minor 2026-11-01"},
	{"fr-anssi-hygiene", "M34", 0, "flaw fixed=2 since=2026-10-31", "minor 2026-11-30"},
	{"fr-anssi-hygiene", "M34", 0, "flaw fixed=2", "minor 2026-12-01"},
	{"fr-anssi-hygiene", "M34", 0, "flaw since=2026-01-01", ""},
	{"fr-anssi-hygiene", "M34", 0, "unsupported exposure=internet", "critical 2026-11-01"},
	{"fr-anssi-hygiene", "M34", 0, "unsupported exposure=internal", "major 2027-01-01"},
	{"fr-anssi-hygiene", "M34", 0, "unsupported", "minor recorded"},
	{"fr-anssi-hygiene", "M34", 0, "unsupported exposure=isolated", ""},
	{"fr-anssi-hygiene", "M34", 0, "unsupported soon exposure=internet", ""},
	{"fr-anssi-hygiene", "M35", 0, "unsupported soon", "minor recorded"},
	{"fr-anssi-hygiene", "M35", 0, "unsupported exposure=isolated", "major 2027-01-01"},
	{"fr-anssi-hygiene", "M35", 0, "answer question=support-inventoried answer=no", "major 2027-01-01"},
	{"fr-anssi-hygiene", "M35", 0, "answer question=migration-planned answer=no", "major 2027-01-01"},

	// ReCyF.
	{"fr-recyf", "5.B.3", EI, "answer question=vulnerability-watch answer=no", "major 2027-01-01"},
	{"fr-recyf", "5.B.3", EE, "answer question=vulnerability-watch answer=no", "major 2027-01-01"},
	{"fr-recyf", "5.B.3", VITAL, "answer question=vulnerability-watch answer=no", ""},
	{"fr-recyf", "5.B.4", EI, "flaw fixed=2 known-exploited exposure=internet", "critical 2026-11-01"},
	{"fr-recyf", "5.B.4", EI, "flaw fixed=2 known-exploited role=workstation", "major 2027-01-01"},
	{"fr-recyf", "5.B.4", EI, "flaw fixed=2 exposure=internet since=2026-09-30 role=server", "major 2027-01-01"},
	{"fr-recyf", "5.B.4", EI, "flaw fixed=2 role=workstation since=2026-09-30", "major 2027-01-01"},
	{"fr-recyf", "5.B.4", EI, "flaw fixed=2 exposure=internet since=2026-10-15", "minor recorded"},
	{"fr-recyf", "5.B.4", EI, "flaw fixed=2 role=workstation", "minor recorded"},
	{"fr-recyf", "5.B.4", EI, "flaw fixed=2 role=server exposure=internal since=2020-01-01", ""},
	{"fr-recyf", "5.B.5", EI, "flaw fixed=2 role=server exposure=internal since=2020-01-01", ""},
	{"fr-recyf", "5.B.5", EE, "flaw fixed=2 role=server exposure=internal since=2020-01-01", "major 2027-01-01"},
	{"fr-recyf", "5.B.5", EE, "flaw fixed=2 role=server exposure=internal known-exploited", "major 2027-01-01"},
	{"fr-recyf", "5.B.5", EE, "flaw fixed=2 role=server", "minor recorded"},
	{"fr-recyf", "5.B.5", EE, "flaw fixed=2 role=workstation since=2020-01-01", ""},
	{"fr-recyf", "5.B.5", EE, "flaw fixed=2 role=server exposure=internet since=2020-01-01", ""},
	{"fr-recyf", "5.B.6", EI, "flaw known-exploited exposure=internet", "critical 2026-11-01"},
	{"fr-recyf", "5.B.6", EI, "flaw known-exploited", "major 2027-01-01"},
	{"fr-recyf", "5.B.6", EI, "flaw", "minor recorded"},
	{"fr-recyf", "5.B.6", EI, "flaw fixed=2", ""},
	{"fr-recyf", "5.B.6", EE, "answer question=flaws-mitigated answer=no", "major 2027-01-01"},
	{"fr-recyf", "5.B.7", EI, "unsupported exposure=internet item-kind=firmware", "critical 2026-11-01"},
	{"fr-recyf", "5.B.7", EE, "unsupported", "major 2027-01-01"},
	{"fr-recyf", "5.B.7", EE, "unsupported soon", "minor recorded"},
	{"fr-recyf", "5.B.7", 0, "unsupported exposure=internet", ""},
	{"fr-recyf", "5.B.9", EI, "answer question=obsolete-mitigated answer=no", "major 2027-01-01"},
	{"fr-recyf", "5.B.9", EI, "answer question=obsolete-mitigated answer=yes", ""},
};
#define ROWS (sizeof rows / sizeof *rows)

static void judge_row(const struct regime *r, const struct row *row, unsigned *hits)
{
	struct defect defects[DEFECTS_OF_ONE_MAX];
	struct finding f = finding_row(row->finding);
	size_t n = regime_judge(r, &f, row->entity, day(TODAY) + 86399, defects), found = 0;
	for (size_t i = 0; i < n; i++) {
		if (!slice_is_text(regime_obligation(r, defects[i].obligation).id, row->obligation))
			continue;
		CHECK_SAY(strcmp(defect_text(&defects[i]), row->want) == 0, "%s %s: %s: got %s, want %s", row->regime, row->obligation,
		          row->finding, defect_text(&defects[i]), row->want);
		hits[defects[i].obligation]++;
		found++;
	}
	CHECK_SAY(found == (row->want[0] != 0), "%s %s: %s: %zu defects", row->regime, row->obligation, row->finding, found);
}

static void every_obligation(void)
{
	for (size_t s = 0; s < SHIPPED; s++) {
		struct regime *r = regime_shipped(shipped[s]);
		unsigned hits[REGIME_OBLIGATIONS_MAX] = {0};
		REQUIRE(r != NULL);
		for (size_t i = 0; i < ROWS; i++)
			if (strcmp(rows[i].regime, shipped[s]) == 0)
				judge_row(r, &rows[i], hits);
		for (size_t i = 0; i < regime_obligations(r); i++)
			CHECK_SAY(hits[i] > 0, "%s %.*s: no row breaks it", shipped[s], SLICE_ARGS(regime_obligation(r, i).id));
		regime_free(r);
	}
}

// What people read is all there, and a question that two regimes ask is one question.
static void what_people_read(void)
{
	struct regime *of[SHIPPED];
	for (size_t s = 0; s < SHIPPED; s++) {
		of[s] = regime_shipped(shipped[s]);
		REQUIRE(of[s] != NULL);
		CHECK(regime_id(of[s]).n > 0 && regime_source(of[s]).n > 0 && regime_version(of[s]).n == 10);
		for (enum language l = 0; l < LANGUAGES; l++) {
			CHECK(regime_title(of[s], l).n > 0);
			for (size_t i = 0; i < regime_obligations(of[s]); i++) {
				struct obligation o = regime_obligation(of[s], i);
				CHECK(o.basis.n > 0 && o.title[l].n > 0 && o.evidence[l].n > 0);
			}
		}
	}
	size_t shared = 0;
	for (size_t a = 0; a < SHIPPED; a++)
		for (size_t b = a + 1; b < SHIPPED; b++)
			for (size_t i = 0; i < regime_questions(of[a]); i++)
				for (size_t j = 0; j < regime_questions(of[b]); j++) {
					struct question x = regime_question(of[a], i), y = regime_question(of[b], j);
					if (!slice_equal(x.id, y.id))
						continue;
					shared++;
					CHECK_SAY(slice_equal(x.text[0], y.text[0]) && slice_equal(x.text[1], y.text[1]), "%.*s is two questions", SLICE_ARGS(x.id));
				}
	CHECK(shared == 1); // exceptions-justified
	for (size_t s = 0; s < SHIPPED; s++)
		regime_free(of[s]);
}

static const struct {
	const char *finding; // of a machine; NULL: none
	enum item_role role;
	unsigned hits; // bit 0: IND-01
} machines[] = {
	{"unsupported item-kind=system", ROLE_WORKSTATION, 1},
	{"unsupported item-kind=firmware", ROLE_WORKSTATION, 1},
	{"unsupported item-kind=application", ROLE_WORKSTATION, 0},
	{"unsupported item-kind=system soon", ROLE_WORKSTATION, 0},
	{"unsupported item-kind=system doubtful", ROLE_WORKSTATION, 0},
	{"unsupported item-kind=system", ROLE_SERVER, 2},
	{"unsupported item-kind=system", ROLE_NETWORK, 0},
	{"flaw fixed=2 since=2026-10-17", ROLE_WORKSTATION, 4},
	{"flaw fixed=2 since=2026-10-18", ROLE_WORKSTATION, 0},
	{"flaw fixed=2 since=2026-10-17 negligible", ROLE_WORKSTATION, 0},
	{"flaw since=2026-10-17", ROLE_SERVER, 0},
	{"flaw fixed=2 since=2026-01-01", ROLE_SERVER, 8},
	{"stale since=2026-01-01", ROLE_SERVER, 0},
	{NULL, ROLE_SERVER, 0},
	{NULL, ROLE_UNKNOWN, 0},
};

static void indicators(void)
{
	struct regime *r = regime_shipped("fr-lpm-20");
	struct regime_count *count;
	const struct indicator_value *values;
	uint64_t part[4] = {0};
	REQUIRE(r != NULL && regime_count_new(r, &count, NULL) == ERR_OK);
	for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
		regime_count_machine(count, machines[i].role, EXPOSURE_UNKNOWN);
		for (int again = 0; again < 2 && machines[i].finding != NULL; again++) { // a machine counts once
			struct finding f = finding_row(machines[i].finding);
			regime_count_finding(count, &f, day(TODAY));
		}
		REQUIRE(regime_count_values(count, &values) == 4);
		for (size_t v = 0; v < 4; v++)
			CHECK_SAY(values[v].part == (part[v] += machines[i].hits >> v & 1), "row %zu, indicator %zu", i, v);
	}
	CHECK(values[0].whole == 8 && values[1].whole == 5 && values[2].whole == 8 && values[3].whole == 5);
	CHECK(slice_is_text(values[0].id, "IND-01") && slice_is_text(values[3].id, "IND-04"));
	CHECK(values[2].note[LANGUAGE_FR].n > 0 && values[0].note[LANGUAGE_FR].n == 0);
	regime_count_free(count);
	regime_free(r);
}

const struct test tests[] = {
	{"every_obligation", every_obligation}, {"what_people_read", what_people_read}, {"indicators", indicators}, {NULL, NULL}};
