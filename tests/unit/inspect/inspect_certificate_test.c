// Certificates: printed and read back, refused when anything of them is changed; never of stale data or of a part of an inspection;
// official on the days of the qualification alone. (Re-inspections: inspect_reinspection_test.c.)
#include <unistd.h>

#include "certified.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))
#define DAY 86400
#define TODAY INSPECTED_DAY // 2026-08-24

static const char small[] = "{\"tocsin-certificate\":1,\"verdict\":\"favourable\",\"defects\":[]}";

static void test_round_trip(void)
{
	static const char *const bodies[] = {small, "{}", "{\"body\":{},\"signature\":{\"ed25519\":\"\",\"value\":\"\"}}", "{\"a\":\"}}\"}"};
	for (size_t i = 0; i < N(bodies); i++) {
		struct buf file;
		struct certificate c;
		struct why why = {""};
		uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET];
		certify(slice_text(bodies[i]), 1, &file);
		keys(1, pk, sk);
		CHECK_SAY(certificate_parse(buf_slice(&file), &c, &why) == ERR_OK, "%s: %s", bodies[i], why.text);
		CHECK(slice_is_text(c.body, bodies[i]) && memcmp(c.key, pk, SIGN_PUBLIC) == 0);
		CHECK(file.n == c.body.n + 8 + 192 && file.p[file.n - 1] == '\n'); // protocol/inspection.md, "Certificate"
		buf_free(&file);
	}
}

static void test_changed(void)
{
	struct buf file;
	struct certificate c;
	struct why why;
	certify(slice_text(small), 1, &file);
	for (size_t i = 0; i < file.n; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			file.p[i] ^= (uint8_t)(1u << bit);
			why.text[0] = 0;
			enum err e = certificate_parse(buf_slice(&file), &c, &why);
			CHECK_SAY((e == ERR_INPUT || e == ERR_AUTH) && why.text[0] != 0, "byte %zu, bit %u: %s", i, bit, err_name(e));
			file.p[i] ^= (uint8_t)(1u << bit);
		}
	for (size_t n = 0; n < file.n; n++)
		CHECK_SAY(certificate_parse(slice_part(buf_slice(&file), 0, n), &c, &why) == ERR_INPUT, "%zu bytes", n);
	buf_put_u8(&file, '\n');
	CHECK(certificate_parse(buf_slice(&file), &c, &why) == ERR_INPUT);
	buf_free(&file);
}

static void test_refused(void)
{
	struct buf file, other;
	struct certificate c, d;
	struct why why = {""};
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET];
	certify(slice_text(small), 1, &file);
	certify(slice_text("{\"tocsin-certificate\":1,\"verdict\":\"favourable\",\"defects\":[1]}"), 1, &other);
	CHECK(certificate_parse(buf_slice(&file), &c, &why) == ERR_OK && certificate_parse(buf_slice(&other), &d, &why) == ERR_OK);
	buf_clear(&file);
	d.body = c.body; // the signature of another body
	certificate_print(&d, &file);
	CHECK(certificate_parse(buf_slice(&file), &d, &why) == ERR_AUTH);
	CHECK_TEXT(why.text, "the signature is false: the certificate was changed");
	buf_free(&file);
	certify(slice_text(small), 1, &file);
	CHECK(certificate_parse(buf_slice(&file), &c, &why) == ERR_OK);
	keys(2, c.key, sk); // another's key over the first one's signature
	buf_clear(&other);
	certificate_print(&c, &other);
	CHECK(certificate_parse(buf_slice(&other), &d, &why) == ERR_AUTH);
	// Signed for another purpose, or another place.
	keys(1, pk, sk);
	memcpy(c.key, pk, sizeof pk);
	sign_message(sk, "record", SLICE_LITERAL("tocsin-inspect"), c.body, c.signature);
	buf_clear(&other);
	certificate_print(&c, &other);
	CHECK(certificate_parse(buf_slice(&other), &d, &why) == ERR_AUTH);
	sign_message(sk, "inspection", SLICE_LITERAL("tocsin"), c.body, c.signature);
	buf_clear(&other);
	certificate_print(&c, &other);
	CHECK(certificate_parse(buf_slice(&other), &d, &why) == ERR_AUTH);
	CHECK(certificate_parse((struct slice){(const uint8_t *)"", CERTIFICATE_MAX + 1}, &d, &why) == ERR_LIMIT);
	buf_free(&file);
	buf_free(&other);
}

// --- The body -------------------------------------------------------------------------------------------------------------------------

static void test_body(void)
{
	struct inspected x;
	struct buf result, body;
	struct json root, defects, defect;
	struct why why = {""};
	struct slice text;
	clock_set((uint64_t)day(TODAY));
	inspected_begin(&x, NULL);
	inspected_machine(&x, "m", ROLE_SERVER);
	inspected_take(&x, "stale machine=m");
	inspected_take(&x, "flaw machine=m item=a package=a flaw=CVE-1 version=1 fixed=2 known-exploited");
	inspected_json(&x, &result);
	REQUIRE(body_of(buf_slice(&result), (struct slice){0}, NULL, &body, &why) == ERR_OK);
	check_field(&body, NULL, "verdict", "re-inspection", "body");
	check_field(&body, NULL, "date", TODAY "T00:00:00Z", "body");
	check_field(&body, NULL, "reinspection_by", "2026-10-24T00:00:00Z", "body");
	check_field(&body, NULL, "valid_until", "", "body");
	check_field(&body, NULL, "full_inspection", "", "body");
	check_field(&body, "subject", "name", "m", "body");
	check_field(&body, "inspector", "name", "Whoever", "body");
	check_field(&body, "inspector", "unofficial_because", "no register of providers is at hand", "body");
	REQUIRE(json_parse(buf_slice(&body), &root, &why) == ERR_OK && json_get_array(&root, "defects", &defects, &why) == ERR_OK);
	REQUIRE(json_count(&defects) == 3);
	defect = json_item(&defects, 1);
	CHECK(json_get_text(&defect, "flaw", &text, &why) == ERR_OK && slice_is_text(text, "CVE-1"));
	CHECK(json_get_text(&defect, "class", &text, &why) == ERR_OK && slice_is_text(text, "major"));
	CHECK(json_get_text(&defect, "due", &text, &why) == ERR_OK && slice_is_text(text, "2026-10-24T00:00:00Z"));
	CHECK(json_get_text(&defect, "key", &text, &why) == ERR_OK && text.n == 2 * POINT_KEY);
	json_free(&root);
	// The same result: the same body, with the same serial. Another: another serial.
	struct buf again;
	CHECK(body_of(buf_slice(&result), (struct slice){0}, NULL, &again, &why) == ERR_OK && slice_equal(buf_slice(&again), buf_slice(&body)));
	buf_free(&again);
	buf_put_u8(&result, ' ');
	struct json one, two;
	CHECK(body_of(buf_slice(&result), (struct slice){0}, NULL, &again, &why) == ERR_OK);
	CHECK(!slice_equal(field(&body, &one, NULL, "serial"), field(&again, &two, NULL, "serial")));
	json_free(&one);
	json_free(&two);
	buf_free(&again);
	buf_free(&body);
	buf_free(&result);
	inspected_end(&x);
}

// The result of a favourable inspection on a day.
static void favourable(const char *day_text, struct buf *result)
{
	struct inspected x;
	clock_set((uint64_t)day(day_text));
	inspected_begin(&x, NULL);
	inspected_machine(&x, "m", ROLE_SERVER);
	inspected_json(&x, result);
	char *at = memmem(result->p, result->n, TODAY "T00:00:00Z", 20);
	CHECK(at != NULL);
	if (at != NULL)
		memcpy(at, day_text, strlen(day_text));
	inspected_end(&x);
}

// A part of the result replaced by another of any length.
static void replaced(struct buf *b, const char *from, const char *to)
{
	uint8_t *at = memmem(b->p, b->n, from, strlen(from));
	CHECK_SAY(at != NULL, "%s", from);
	if (at == NULL)
		return;
	struct buf out;
	buf_init(&out, CERTIFICATE_MAX);
	buf_put(&out, b->p, (size_t)(at - b->p));
	buf_put_text(&out, to);
	buf_put(&out, at + strlen(from), b->n - (size_t)(at - b->p) - strlen(from));
	buf_free(b);
	*b = out;
}

static void test_months(void)
{
	static const struct {
		const char *day, *until;
	} days[] = {
		{"2026-08-24", "2027-08-24"}, {"2026-08-31", "2027-08-31"}, {"2028-02-29", "2029-02-28"}, {"2027-02-28", "2028-02-28"},
		{"2026-12-31", "2027-12-31"}, {"2027-01-01", "2028-01-01"}, {"9998-12-31", ""},           {"9999-12-31", ""},
	};
	static const struct {
		const char *day, *by;
	} due[] = {
		{"2026-08-24", "2026-10-24"}, {"2026-12-31", "2027-02-28"}, {"2027-12-31", "2028-02-29"}, {"2026-12-30", "2027-02-28"},
		{"2026-11-30", "2027-01-30"}, {"2026-07-31", "2026-09-30"}, {"2026-10-31", "2026-12-31"}, {"2026-11-01", "2027-01-01"},
	};
	struct buf result, body;
	struct why why = {""};
	char want[32];
	for (size_t i = 0; i < N(days); i++) {
		favourable(days[i].day, &result);
		enum err e = body_of(buf_slice(&result), (struct slice){0}, NULL, &body, &why);
		snprintf(want, sizeof want, "%sT00:00:00Z", days[i].until);
		if (days[i].until[0] == 0)
			CHECK_SAY(e == ERR_INPUT && strstr(why.text, "is no date") != NULL, "%s: %s", days[i].day, why.text);
		else if (e == ERR_OK)
			check_field(&body, NULL, "valid_until", want, days[i].day);
		else
			CHECK_SAY(false, "%s: %s", days[i].day, why.text);
		buf_free(&body);
		buf_free(&result);
	}
	for (size_t i = 0; i < N(due); i++) {
		favourable(due[i].day, &result);
		replaced(&result, "\"favourable\"", "\"re-inspection\"");
		CHECK_SAY(body_of(buf_slice(&result), (struct slice){0}, NULL, &body, &why) == ERR_OK, "%s", why.text);
		snprintf(want, sizeof want, "%sT00:00:00Z", due[i].by);
		check_field(&body, NULL, "reinspection_by", want, due[i].day);
		buf_free(&body);
		buf_free(&result);
	}
}

// Results of which no certificate is made.
static void test_no_certificate(void)
{
	static const struct {
		const char *from, *to;
		enum err want;
		const char *says;
	} rows[] = {
		{"\"stale\": false", "\"stale\": true", ERR_DENIED, "no certificate on stale data: OSV"},
		{"\"stale\": false", "\"stale\": 0", ERR_INPUT, "knowledge.sources[0].stale: "},
		{"\"stale\": false", "\"old\": false", ERR_INPUT, "knowledge.sources[0].stale: "},
		{"\"sources\":", "\"missing\": \"everything\", \"sources\":", ERR_DENIED, "no certificate: everything"},
		{"\"sources\":", "\"sauces\":", ERR_INPUT, "knowledge.sources: "},
		{"\"knowledge\":", "\"ignorance\":", ERR_INPUT, "knowledge: "},
		{"\"tocsin-inspection\": 1", "\"tocsin-inspection\": 2", ERR_INPUT, "tocsin-inspection: "},
		{"\"tocsin-inspection\": 1", "\"tocsin-fleet\": 1", ERR_INPUT, "tocsin-inspection: "},
		{"\"favourable\"", "\"splendid\"", ERR_INPUT, "verdict: \"splendid\" is none"},
		{"\"date\": \"2026", "\"date\": \"20x6", ERR_INPUT, "is no date"},
		{"\"date\":", "\"dated\":", ERR_INPUT, "date: "},
		{"\"defects\": []", "\"defects\": {}", ERR_INPUT, "defects: "},
		{"\"defects\": []", "\"defects\": [{\"finding\": 0}]", ERR_INPUT, "defects[0]: finding: there are only 0"},
		{"\"defects\": []", "\"defects\": [7]", ERR_INPUT, "defects[0]"},
		{"\"findings\": []", "\"findings\": 1", ERR_INPUT, "findings: "},
		{"\"date\":", "\"changes_only\": true, \"date\":", ERR_DENIED, "no certificate: only what changed was looked at"},
		{"\"date\":", "\"only_points_of\": \"abc\", \"date\":", ERR_DENIED, "no certificate: only points of abc were looked at; give it with --before"},
		{"\"passed_over\": 0", "\"passed_over\": 2", ERR_DENIED, "no certificate: lines or entries that could not be read: 2; put them right"},
		{"\"passed_over\": 0,", "", ERR_INPUT, "counts.passed_over: "},
		{"\"items\": 1", "\"items\": 0", ERR_DENIED, "no certificate: not one item"},
		{"{", "", ERR_INPUT, ""},
		{"}", "", ERR_INPUT, ""},
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct buf result, body;
		struct why why = {""};
		favourable(TODAY, &result);
		replaced(&result, rows[i].from, rows[i].to);
		enum err e = body_of(buf_slice(&result), (struct slice){0}, NULL, &body, &why);
		CHECK_SAY(e == rows[i].want && strstr(why.text, rows[i].says) != NULL, "%s: %s: %s", rows[i].to, err_name(e), why.text);
		buf_free(&body);
		buf_free(&result);
	}
	struct certificate_ask ask = {.result = "/tmp/tocsin-no-such-result", .inspector = SLICE_LITERAL("W")};
	struct buf body;
	struct why why = {""};
	buf_init(&body, CERTIFICATE_MAX);
	CHECK(certificate_body(&ask, &body, &why) == ERR_ABSENT);
	buf_free(&body);
}

// What is stale, in days: the result says it of each source.
static void test_stale(void)
{
	static const struct {
		const char *today;
		enum err want;
	} rows[] = {{"2026-08-24", ERR_OK}, {"2026-08-31", ERR_OK}, {"2026-09-01", ERR_DENIED}, {"2026-08-23", ERR_OK}, {"2026-08-22", ERR_DENIED}};
	for (size_t i = 0; i < N(rows); i++) {
		struct inspected x;
		struct buf result, body;
		struct why why = {""};
		inspected_begin(&x, NULL);
		x.i.r.today = day(rows[i].today);
		clock_set((uint64_t)x.i.r.today);
		inspected_machine(&x, "m", ROLE_SERVER);
		inspected_json(&x, &result);
		enum err e = body_of(buf_slice(&result), (struct slice){0}, NULL, &body, &why);
		CHECK_SAY(e == rows[i].want, "%s: %s", rows[i].today, why.text);
		buf_free(&body);
		buf_free(&result);
		inspected_end(&x);
	}
}

// Nobody certifies today what was, or may be, on another day.
static void test_clock(void)
{
	static const struct {
		int64_t hours; // of the clock, after the inspection
		enum err want;
	} rows[] = {{0, ERR_OK}, {24, ERR_OK}, {CERTIFY_HOURS, ERR_OK}, {CERTIFY_HOURS + 1, ERR_DENIED}, {24 * 365, ERR_DENIED}, {-CLOCK_AHEAD / 3600, ERR_OK},
	            {-CLOCK_AHEAD / 3600 - 1, ERR_DENIED}, {-24 * 365, ERR_DENIED}};
	for (size_t i = 0; i < N(rows); i++) {
		struct buf result, body;
		struct why why = {""};
		favourable(TODAY, &result);
		clock_set((uint64_t)(day(TODAY) + rows[i].hours * 3600));
		enum err e = body_of(buf_slice(&result), (struct slice){0}, NULL, &body, &why);
		CHECK_SAY(e == rows[i].want && (e == ERR_OK || strstr(why.text, "inspected on " TODAY ", and the clock says") != NULL), "%lld hours: %s: %s",
		          (long long)rows[i].hours, err_name(e), why.text);
		buf_free(&body);
		buf_free(&result);
	}
}

static void tell_firm(struct told *t, const char *hex)
{
	tell_source(t, SOURCE_PROVIDERS, "register", "the authority", TODAY, true);
	tell(t, &(struct fact){.kind = FACT_PROVIDER, .provider = {.name = slice_text("Firm"), .number = slice_text("7"), .qualification = slice_text("PASSI"),
		.key = slice_text(hex), .from = told_date("2026-01-01"), .until = told_date("2026-12-31")}});
}

// The law of inspected.h asks q-one and q-two. A certificate says which are open; a qualified inspector leaves none.
static void test_unanswered(void)
{
	static const struct {
		const char *answers;
		const char *open[3];
	} rows[] = {
		{"", {"q-one", "q-two"}},
		{"q-one\tyes\t2026-08-24\tA\t\n", {"q-two"}},
		{"q-one\tyes\t2026-08-24\tA\t\nq-two\tunknown\t2026-08-24\tA\t\n", {"q-two"}},
		{"q-one\tyes\t2026-08-24\tA\t\nq-two\tno\t2026-08-24\tA\t\n", {NULL}},
		{"q-one\tnot-applicable\t2026-08-24\tA\t\nq-two\tyes\t2026-08-24\tA\t\n", {NULL}},
	};
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET];
	char hex[2 * SIGN_PUBLIC + 1], answers[256];
	struct told t = told_new();
	keys(1, pk, sk);
	for (size_t i = 0; i < SIGN_PUBLIC; i++)
		snprintf(hex + 2 * i, 3, "%02x", pk[i]);
	tell_firm(&t, hex);
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	clock_set((uint64_t)day(TODAY));
	for (size_t i = 0; i < N(rows); i++) {
		struct inspected x;
		struct buf result, body;
		struct json root, list;
		struct why why = {""};
		inspected_begin(&x, NULL);
		inspected_machine(&x, "m", ROLE_SERVER);
		snprintf(answers, sizeof answers, "tocsin-answers 1\n%s", rows[i].answers);
		CHECK_SAY(answers_take(&x.i, inspected_file(0, slice_text(answers)), &why) == ERR_OK, "%s", why.text);
		size_t open = 0;
		while (rows[i].open[open] != NULL)
			open++;
		CHECK(result_unanswered(&x.i.r) == open);
		inspected_json(&x, &result);
		REQUIRE(body_of(buf_slice(&result), (struct slice){0}, NULL, &body, &why) == ERR_OK && json_parse(buf_slice(&body), &root, &why) == ERR_OK);
		CHECK(json_get_array(&root, "unanswered", &list, &why) == ERR_OK && json_count(&list) == open);
		for (size_t n = 0; n < open && n < json_count(&list); n++) {
			struct json one = json_item(&list, n);
			struct slice id;
			CHECK(json_text(&one, &id, &why) == ERR_OK && slice_is_text(id, rows[i].open[n]));
		}
		json_free(&root);
		buf_free(&body);
		enum err e = body_of(buf_slice(&result), (struct slice){0}, k, &body, &why);
		CHECK_SAY(e == (open == 0 ? ERR_OK : ERR_DENIED) && (open == 0 || (strstr(why.text, "not answered") && strstr(why.text, rows[i].open[0]))), "row %zu: %s", i,
		          why.text);
		buf_free(&body);
		buf_free(&result);
		inspected_end(&x);
	}
	told_free(&t);
}

// --- Official -------------------------------------------------------------------------------------------------------------------------

static void test_official(void)
{
	static const struct {
		const char *from, *until;
		bool suspended;
		const char *day;
		const char *want; // "": official
	} rows[] = {
		{"2026-01-01", "2026-12-31", false, "2026-08-24T00:00:00Z", ""},
		{"2026-01-01", "2026-12-31", false, "2026-01-01T00:00:00Z", ""},
		{"2026-01-01", "2026-12-31", false, "2026-12-31T00:00:00Z", ""},
		{"2026-01-01", "2026-12-31", false, "2026-12-31T23:59:59Z", ""}, // the last day, to its end
		{"2026-01-01", "2026-12-31", false, "2025-12-31T23:59:59Z", "its qualification had not begun on the day"},
		{"2026-01-01", "2026-12-31", false, "2027-01-01T00:00:00Z", "its qualification had ended on the day"},
		{"2026-01-01", "2026-12-31", true, "2026-08-24T00:00:00Z", "its qualification is suspended"},
		{"", "2026-12-31", false, "2026-08-24T00:00:00Z", "the register does not say from when to when it is qualified"},
		{"2026-01-01", "", false, "2026-08-24T00:00:00Z", "the register does not say from when to when it is qualified"},
	};
	uint8_t pk[SIGN_PUBLIC], other[SIGN_PUBLIC], sk[SIGN_SECRET];
	char hex[2 * SIGN_PUBLIC + 1];
	struct slice name = SLICE_LITERAL("unchanged");
	keys(1, pk, sk);
	keys(2, other, sk);
	for (size_t i = 0; i < SIGN_PUBLIC; i++)
		snprintf(hex + 2 * i, 3, "%02x", pk[i]);
	for (size_t i = 0; i < N(rows); i++) {
		struct told t = told_new();
		tell_source(&t, SOURCE_PROVIDERS, "register", "the authority", TODAY, true);
		tell_provider(&t, "No key", "PASSI", "2026-01-01", "2030-01-01", false);
		tell(&t, &(struct fact){.kind = FACT_PROVIDER, .provider = {.name = slice_text("Firm"), .number = slice_text("7"), .qualification = slice_text("PASSI"),
			.key = slice_text(hex), .from = told_date(rows[i].from), .until = told_date(rows[i].until), .suspended = rows[i].suspended}});
		const struct knowledge *k = told_knowledge(&t);
		REQUIRE(k != NULL);
		const char *got = certificate_unofficial(k, pk, told_date(rows[i].day), &name);
		CHECK_SAY(strcmp(got == NULL ? "" : got, rows[i].want) == 0, "%s to %s on %s: %s", rows[i].from, rows[i].until, rows[i].day, got == NULL ? "official" : got);
		CHECK(slice_is_text(name, "Firm"));
		name = SLICE_LITERAL("unchanged");
		got = certificate_unofficial(k, other, told_date(rows[i].day), &name);
		CHECK(got != NULL && strcmp(got, "its key is not in the register of qualified providers") == 0 && slice_is_text(name, "unchanged"));
		told_free(&t);
	}
	for (int order = 0; order < 2; order++) { // a renewal before or after what it renews
		static const char *const terms[][2] = {{"2026-01-01", "2028-12-31"}, {"2023-01-01", "2025-12-31"}};
		struct told t = told_new();
		tell_source(&t, SOURCE_PROVIDERS, "register", "the authority", TODAY, true);
		for (int row = 0; row < 2; row++)
			tell(&t, &(struct fact){.kind = FACT_PROVIDER, .provider = {.name = slice_text("Firm"), .number = slice_text("7"), .qualification = slice_text("PASSI"),
				.key = slice_text(hex), .from = told_date(terms[row ^ order][0]), .until = told_date(terms[row ^ order][1])}});
		const struct knowledge *k = told_knowledge(&t);
		REQUIRE(k != NULL);
		CHECK(certificate_unofficial(k, pk, told_date(TODAY), &name) == NULL);
		told_free(&t);
	}
	const char *got = certificate_unofficial(NULL, pk, told_date(TODAY), &name);
	CHECK(got != NULL && strcmp(got, "no register of providers is at hand") == 0);
}

// The body says whose inspection it was by the register, not by what the inspector calls himself.
static void test_inspector(void)
{
	uint8_t pk[SIGN_PUBLIC], sk[SIGN_SECRET];
	char hex[2 * SIGN_PUBLIC + 1];
	struct told t = told_new();
	struct buf result, body;
	struct why why = {""};
	keys(1, pk, sk);
	for (size_t i = 0; i < SIGN_PUBLIC; i++)
		snprintf(hex + 2 * i, 3, "%02X", pk[i]);
	tell_firm(&t, hex);
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	favourable(TODAY, &result);
	CHECK_SAY(body_of(buf_slice(&result), (struct slice){0}, k, &body, &why) == ERR_OK, "%s", why.text);
	check_field(&body, "inspector", "name", "Firm", "official");
	check_field(&body, "inspector", "unofficial_because", "", "official");
	buf_free(&body);
	buf_free(&result);
	told_free(&t);
}

static void test_pdf(void)
{
	struct buf result, body, file, pdf;
	struct certificate c;
	struct why why = {""};
	favourable(TODAY, &result);
	REQUIRE(body_of(buf_slice(&result), (struct slice){0}, NULL, &body, &why) == ERR_OK);
	certify(buf_slice(&body), 1, &file);
	REQUIRE(certificate_parse(buf_slice(&file), &c, &why) == ERR_OK);
	for (int l = 0; l < LANGUAGES; l++) {
		buf_init(&pdf, PDF_MAX);
		CHECK_SAY(certificate_pdf(&c, (enum language)l, &pdf, &why) == ERR_OK, "%s", why.text);
		CHECK(pdf.n > 1000 && memcmp(pdf.p, "%PDF-", 5) == 0);
		buf_free(&pdf);
	}
	buf_free(&file);
	buf_free(&body);
	buf_free(&result);
}

const struct test tests[] = {
	{"printed and read back", test_round_trip},
	{"every bit changed, every length cut", test_changed},
	{"another body, another key, another purpose", test_refused},
	{"the body of a certificate", test_body},
	{"twelve months, two months", test_months},
	{"results of which no certificate is made", test_no_certificate},
	{"stale data, and data of the future", test_stale},
	{"of these days alone", test_clock},
	{"questions left open", test_unanswered},
	{"official on the days of the qualification", test_official},
	{"whose inspection it was", test_inspector},
	{"its page", test_pdf},
	{NULL, NULL},
};
