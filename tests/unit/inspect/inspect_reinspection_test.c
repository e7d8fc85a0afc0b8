// Re-inspections: of the points of the certificate before alone, on the same machines under the same law, while there is time.
#include "certified.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))
#define DAY 86400

struct again {
	const char *day;
	const char *machine, *law;
	unsigned entity;
	const char *findings[4];
	bool midnight; // else at noon
};

// An inspection; after `before` (a certificate) a re-inspection of its points when `partial`.
static enum err inspect(const struct again *a, struct slice before, bool partial, struct buf *body, struct why *why)
{
	struct inspected x;
	struct buf result;
	inspected_begin(&x, a->law);
	struct told fresh = told_new(); // as new as the day
	tell_source(&fresh, SOURCE_OSV, "OSV", "OSV", a->day, false);
	tell_flaw(&fresh, "CVE-1", "", 0, "2026-01-02", "");
	tell_source(&fresh, SOURCE_KEV, "KEV", "CISA", a->day, true);
	tell_source(&fresh, SOURCE_EOL, "endoflife.date", "endoflife.date", a->day, true);
	x.i.r.knowledge = told_knowledge(&fresh);
	x.i.r.today = day(a->day) + (a->midnight ? 0 : DAY / 2);
	clock_set((uint64_t)x.i.r.today);
	x.i.r.entity = a->entity;
	if (partial)
		CHECK_SAY(certificate_ask_again(inspected_file(2, before), &x.i.r, why) == ERR_OK, "%s", why->text);
	inspected_machine(&x, a->machine, ROLE_SERVER);
	for (size_t i = 0; i < N(a->findings) && a->findings[i] != NULL; i++)
		inspected_take(&x, a->findings[i]);
	inspected_json(&x, &result);
	enum err e = body_of(buf_slice(&result), before, NULL, body, why);
	buf_free(&result);
	told_free(&fresh);
	inspected_end(&x);
	return e;
}

static const struct again first = {"2026-08-24", "m", NULL, 2,
                                   {"flaw machine=m item=a flaw=CVE-1 fixed=2 known-exploited", "unsupported machine=m item=b package=b", NULL}};

static size_t count(const struct buf *body, const char *name)
{
	struct json root;
	struct why why = {""};
	CHECK(json_parse(buf_slice(body), &root, &why) == ERR_OK);
	struct json since = json_find(&root, "since"), list = json_find(&since, name);
	size_t n = json_count(&list);
	json_free(&root);
	return n;
}

static void test_again(void)
{
	static const struct {
		struct again a;
		bool partial;
		enum err want;
		const char *says; // of a refusal, else the verdict
		const char *until;
		size_t cured, remaining, new;
	} rows[] = {
		{{"2026-10-01", "m", NULL, 2, {NULL}}, true, ERR_OK, "favourable", "valid_until=2027-08-24", 3, 0, 0},
		{{"2026-10-01", "m", NULL, 2, {"unsupported machine=m item=b package=b"}}, true, ERR_OK, "re-inspection", "reinspection_by=2026-10-24", 2, 1, 0},
		{{"2026-10-24", "m", NULL, 2, {NULL}}, true, ERR_OK, "favourable", "valid_until=2027-08-24", 3, 0, 0}, // its last day
		{{"2026-10-25", "m", NULL, 2, {NULL}}, true, ERR_DENIED, "the time for the re-inspection is over", "", 0, 0, 0},
		{{"2026-10-25", "m", NULL, 2, {NULL}, true}, true, ERR_DENIED, "the time for the re-inspection is over", "", 0, 0, 0},
		// A full inspection knows what changed too, and counts for itself.
		{{"2026-12-01", "m", NULL, 2, {NULL}}, false, ERR_OK, "favourable", "valid_until=2027-12-01", 3, 0, 0},
		{{"2026-10-01", "m", NULL, 2, {"flaw machine=m item=a flaw=CVE-1 fixed=2 known-exploited", "flaw machine=m item=c flaw=CVE-3 fixed=2"}}, false, ERR_OK,
		 "re-inspection", "reinspection_by=2026-12-01", 1, 2, 2},
		{{"2026-12-01", "m", NULL, 2, {"restart machine=m item=nginx package=/a", "restart machine=m item=nginx package=/b"}}, false, ERR_OK, "favourable",
		 "valid_until=2027-12-01", 3, 0, 1}, // one fault, found twice
		// What is new is not asked in a re-inspection.
		{{"2026-10-01", "m", NULL, 2, {"flaw machine=m item=c flaw=CVE-3 fixed=2"}}, true, ERR_OK, "favourable", "valid_until=2027-08-24", 3, 0, 0},
		// Where none of the points can be found they are not cured.
		{{"2026-10-01", "n", NULL, 2, {NULL}}, true, ERR_DENIED, "points of \"m\" were looked at in \"n\"", "", 0, 0, 0},
		{{"2026-10-01", "m", INSPECTED_LAW("other", INSPECTED_OBLIGATION("U", "\tdefect minor recorded when stale\n")), 2, {NULL}}, true, ERR_DENIED,
		 "the inspection before was under \"law\" too", "", 0, 0, 0},
		{{"2026-10-01", "m", NULL, 0, {NULL}}, true, ERR_DENIED, "the inspection before was of another --entity", "", 0, 0, 0},
		{{"2026-10-01", "m", NULL, 3, {NULL}}, true, ERR_OK, "favourable", "valid_until=2027-08-24", 3, 0, 0},
	};
	struct buf body, before;
	struct why why = {""};
	REQUIRE(inspect(&first, (struct slice){0}, false, &body, &why) == ERR_OK);
	check_field(&body, NULL, "reinspection_by", "2026-10-24T00:00:00Z", "first");
	certify(buf_slice(&body), 1, &before);
	buf_free(&body);
	for (size_t i = 0; i < N(rows); i++) {
		enum err e = inspect(&rows[i].a, buf_slice(&before), rows[i].partial, &body, &why);
		CHECK_SAY(e == rows[i].want && (e == ERR_OK || strstr(why.text, rows[i].says) != NULL), "row %zu: %s: %s", i, err_name(e), why.text);
		if (e == ERR_OK) {
			char name[32], want[32];
			const char *equals = strchr(rows[i].until, '=');
			snprintf(name, sizeof name, "%.*s", (int)(equals - rows[i].until), rows[i].until);
			snprintf(want, sizeof want, "%sT00:00:00Z", equals + 1);
			check_field(&body, NULL, "verdict", rows[i].says, rows[i].a.day);
			check_field(&body, NULL, name, want, rows[i].a.day);
			check_field(&body, NULL, "full_inspection", rows[i].partial ? "2026-08-24T12:00:00Z" : "", rows[i].a.day);
			CHECK_SAY(count(&body, "cured") == rows[i].cured && count(&body, "remaining") == rows[i].remaining && count(&body, "new") == rows[i].new,
			          "row %zu: %zu cured, %zu remaining, %zu new", i, count(&body, "cured"), count(&body, "remaining"), count(&body, "new"));
		}
		buf_free(&body);
	}
	buf_free(&before);
}

// One re-inspection after the other wins no time: neither to cure, nor of validity.
static void test_again_and_again(void)
{
	static const struct again still = {"2026-10-20", "m", NULL, 2, {"unsupported machine=m item=b package=b"}},
	                          cured = {"2026-10-24", "m", NULL, 2, {NULL}}, late = {"2026-10-25", "m", NULL, 2, {NULL}};
	struct buf body, one, two;
	struct why why = {""};
	REQUIRE(inspect(&first, (struct slice){0}, false, &body, &why) == ERR_OK);
	certify(buf_slice(&body), 1, &one);
	buf_free(&body);
	REQUIRE(inspect(&still, buf_slice(&one), true, &body, &why) == ERR_OK);
	check_field(&body, NULL, "reinspection_by", "2026-10-24T00:00:00Z", "still");
	certify(buf_slice(&body), 1, &two);
	buf_free(&body);
	CHECK_SAY(inspect(&cured, buf_slice(&two), true, &body, &why) == ERR_OK, "%s", why.text);
	check_field(&body, NULL, "valid_until", "2027-08-24T00:00:00Z", "cured");
	buf_free(&body);
	CHECK(inspect(&late, buf_slice(&two), true, &body, &why) == ERR_DENIED);
	buf_free(&body);
	// With the first certificate, whose points were not the ones looked at, it does not go either.
	struct inspected x;
	struct buf result;
	inspected_begin(&x, NULL);
	CHECK(certificate_ask_again(inspected_file(2, buf_slice(&two)), &x.i.r, &why) == ERR_OK && x.i.r.only_n == 1);
	inspected_machine(&x, "m", ROLE_SERVER);
	inspected_json(&x, &result);
	CHECK(body_of(buf_slice(&result), buf_slice(&one), NULL, &body, &why) == ERR_DENIED && strstr(why.text, "not those of") != NULL);
	buf_free(&body);
	buf_free(&result);
	inspected_end(&x);
	buf_free(&one);
	buf_free(&two);
}

#define SERIAL "00112233445566778899aabbccddeeff"
#define HEAD_OF(serial, result, verdict, date) \
	"{\"serial\":\"" serial "\",\"result_sha256\":\"" result "\",\"verdict\":\"" verdict "\",\"date\":\"" date "\""
#define HEAD(serial, verdict, date) HEAD_OF(serial, serial serial, verdict, date)

static void test_ask_again_refused(void)
{
	static const char *const bodies[] = {
		"{}", "[]", "1", HEAD("x", "refused", "2026-08-24") ",\"defects\":[]}", HEAD(SERIAL "0", "refused", "2026-08-24") ",\"defects\":[]}",
		HEAD("00112233445566778899AABBCCDDEEFF", "refused", "2026-08-24") ",\"defects\":[]}",
		HEAD("00112233445566778899aabbccddee\\nf", "refused", "2026-08-24") ",\"defects\":[]}", HEAD(SERIAL, "splendid", "2026-08-24") ",\"defects\":[]}",
		HEAD_OF(SERIAL, "1" SERIAL, "refused", "2026-08-24") ",\"defects\":[]}", HEAD_OF(SERIAL, "0011", "refused", "2026-08-24") ",\"defects\":[]}",
		HEAD(SERIAL, "refused", "yesterday") ",\"defects\":[]}", HEAD(SERIAL, "refused", "2026-08-24") "}",
		HEAD(SERIAL, "refused", "2026-08-24") ",\"defects\":1}", HEAD(SERIAL, "refused", "2026-08-24") ",\"defects\":[1]}",
		HEAD(SERIAL, "refused", "2026-08-24") ",\"defects\":[{}]}", HEAD(SERIAL, "refused", "2026-08-24") ",\"defects\":[{\"key\":\"00\"}]}",
		HEAD(SERIAL, "refused", "2026-08-24") ",\"defects\":[{\"key\":\"0000000000000000000000000000000g\"}]}",
	};
	for (size_t i = 0; i < N(bodies); i++) {
		struct inspected x;
		struct buf file;
		struct why why = {""};
		inspected_begin(&x, NULL);
		certify(slice_text(bodies[i]), 1, &file);
		CHECK_SAY(certificate_ask_again(inspected_file(0, buf_slice(&file)), &x.i.r, &why) == ERR_INPUT && why.text[0] != 0, "%s", bodies[i]);
		CHECK(x.i.r.only == NULL && x.i.r.only_n == 0);
		inspected_unlink();
		buf_free(&file);
		inspected_end(&x);
	}
	struct inspected x;
	struct buf file;
	struct why why = {""};
	inspected_begin(&x, NULL);
	certify(SLICE_LITERAL(HEAD(SERIAL, "refused", "2026-08-24") ",\"defects\":[]}"), 1, &file);
	CHECK(certificate_ask_again(inspected_file(0, buf_slice(&file)), &x.i.r, &why) == ERR_OK && x.i.r.only != NULL && x.i.r.only_n == 0);
	inspected_end(&x);
	buf_free(&file);
	inspected_begin(&x, NULL); // sorted, in whatever order they stand
	certify(SLICE_LITERAL(HEAD(SERIAL, "refused", "2026-08-24") ",\"defects\":[{\"key\":\"ff000000000000000000000000000000\"},"
	                      "{\"key\":\"00000000000000000000000000000001\"}]}"), 1, &file);
	CHECK(certificate_ask_again(inspected_file(0, buf_slice(&file)), &x.i.r, &why) == ERR_OK && x.i.r.only_n == 2);
	CHECK(x.i.r.only_n == 2 && x.i.r.only[0][0] == 0 && x.i.r.only[1][0] == 0xff && slice_is_text(x.i.r.only_of, SERIAL));
	inspected_end(&x);
	inspected_begin(&x, NULL);
	file.p[20] ^= 1;
	CHECK(certificate_ask_again(inspected_file(0, buf_slice(&file)), &x.i.r, &why) == ERR_AUTH && x.i.r.only == NULL);
	inspected_unlink();
	buf_free(&file);
	inspected_end(&x);
}

// A re-inspection keeps the questions open that the full one left: what is answered later was not judged.
static void test_unanswered_again(void)
{
	struct inspected x;
	struct buf result, body, before;
	struct json root, list;
	struct why why = {""};
	clock_set((uint64_t)day(INSPECTED_DAY));
	inspected_begin(&x, NULL);
	inspected_machine(&x, "m", ROLE_SERVER);
	inspected_take(&x, "unsupported machine=m item=b package=b");
	CHECK(answers_take(&x.i, NULL, &why) == ERR_OK);
	inspected_json(&x, &result);
	REQUIRE(body_of(buf_slice(&result), (struct slice){0}, NULL, &body, &why) == ERR_OK);
	certify(buf_slice(&body), 1, &before);
	buf_free(&body);
	buf_free(&result);
	inspected_end(&x);
	inspected_begin(&x, NULL);
	CHECK(certificate_ask_again(inspected_file(2, buf_slice(&before)), &x.i.r, &why) == ERR_OK);
	inspected_machine(&x, "m", ROLE_SERVER);
	CHECK(answers_take(&x.i, inspected_file(0, SLICE_LITERAL("tocsin-answers 1\nq-one\tno\t2026-08-24\tA\t\nq-two\tyes\t2026-08-24\tA\t\n")), &why) == ERR_OK);
	inspected_json(&x, &result);
	REQUIRE(body_of(buf_slice(&result), buf_slice(&before), NULL, &body, &why) == ERR_OK && json_parse(buf_slice(&body), &root, &why) == ERR_OK);
	CHECK(json_get_array(&root, "unanswered", &list, &why) == ERR_OK && json_count(&list) == 2);
	json_free(&root);
	buf_free(&body);
	buf_free(&result);
	buf_free(&before);
	inspected_end(&x);
}

const struct test tests[] = {
	{"a re-inspection: cured, remaining, new", test_again},
	{"one re-inspection after the other", test_again_and_again},
	{"certificates whose points cannot be asked", test_ask_again_refused},
	{"questions left open before", test_unanswered_again},
	{NULL, NULL},
};
