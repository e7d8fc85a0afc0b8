// The same result for people, for programs, as SARIF and as VEX: nothing of it lost, nothing broken by what names hold.

#include "inspected.h"
#include "json/json.h"
#include "words.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))

typedef enum err printer(const struct inspection *i, struct buf *out, struct why *why);

static void print(struct inspected *x, printer *p, struct buf *out)
{
	struct why why = {""};
	buf_init(out, OUTPUT_MAX);
	result_end(&x->i.r);
	CHECK_SAY(p(&x->i, out, &why) == ERR_OK, "%s", why.text);
}

static size_t count(const struct json *in, const char *name)
{
	struct json list = json_find(in, name);
	return json_is_array(&list) ? json_count(&list) : SIZE_MAX;
}

static const char *const rows[] = {
	"flaw machine=m item=libssl3 package=openssl ecosystem=Debian:12 version=3.0.9-1 fixed=3.0.11-1 flaw=CVE-1 known-exploited",
	"flaw machine=m item=openssl package=openssl ecosystem=Debian:12 version=3.0.9-1 fixed=3.0.11-1 flaw=CVE-2",
	"flaw doubtful machine=m item=box package=box flaw=CVE-3",
	"silenced machine=m item=a package=a flaw=CVE-4 reason=component_not_present",
	"uncomputed machine=m item=b package=b flaw=CVE-5 reason=no-order",
	"unsupported machine=m item=c package=c version=1 product=C cycle=1",
	"restart machine=m item=nginx package=/usr/lib/libssl.so.3",
	"answer machine=m question=q-one answer=no",
};

static void begin(struct inspected *x)
{
	inspected_begin(x, NULL);
	inspected_machine(x, "m", ROLE_SERVER);
	for (size_t i = 0; i < N(rows); i++)
		inspected_take(x, rows[i]);
	x->i.r.count.silenced = x->i.r.count.uncomputed = 1;
}

static void test_documents(void)
{
	struct inspected x;
	struct buf out;
	struct json root, part;
	struct why why = {""};
	begin(&x);
	print(&x, print_json, &out);
	REQUIRE(json_parse(buf_slice(&out), &root, &why) == ERR_OK);
	CHECK(count(&root, "findings") == N(rows) && count(&root, "defects") == x.i.r.points);
	json_free(&root);
	buf_free(&out);
	print(&x, print_sarif, &out);
	REQUIRE(json_parse(buf_slice(&out), &root, &why) == ERR_OK);
	struct json runs = json_find(&root, "runs");
	REQUIRE(json_count(&runs) == 1);
	part = json_item(&runs, 0);
	CHECK(count(&part, "results") == x.i.r.points);
	json_free(&root);
	buf_free(&out);
	print(&x, print_vex, &out);
	REQUIRE(json_parse(buf_slice(&out), &root, &why) == ERR_OK);
	CHECK(count(&root, "vulnerabilities") == 4); // all flaws but the doubtful one
	json_free(&root);
	buf_free(&out);
	inspected_end(&x);
}

static void test_people(void)
{
	static const struct {
		enum language l;
		const char *has[8];
	} texts[] = {
		{LANGUAGE_EN, {"RE-INSPECTION", "openssl", "3.0.11-1", "CVE-1", "CVE-2", "nginx", "Is it so?"}},
		{LANGUAGE_FR, {"CONTRE-VISITE", "openssl", "3.0.11-1", "CVE-1", "CVE-2", "nginx", "Est-ce ainsi ?"}},
	};
	for (size_t i = 0; i < N(texts); i++) {
		struct inspected x;
		struct buf out;
		begin(&x);
		x.i.lang = texts[i].l;
		print(&x, print_people, &out);
		size_t bad;
		CHECK(slice_is_utf8(buf_slice(&out), &bad));
		buf_put_u8(&out, 0);
		for (size_t n = 0; n < N(texts[i].has) && texts[i].has[n] != NULL; n++)
			CHECK_SAY(strstr((const char *)out.p, texts[i].has[n]) != NULL, "%s is not in\n%s", texts[i].has[n], (const char *)out.p);
		CHECK_SAY(strstr((const char *)out.p, "%s") == NULL, "%s", (const char *)out.p);
		buf_free(&out);
		inspected_end(&x);
	}
}

// Names as long as they may be, of characters of two bytes, with what JSON escapes.
static void test_long_names(void)
{
	static printer *const printers[] = {print_json, print_sarif, print_vex, print_people};
	static char name[INVENTORY_TEXT_MAX + 1];
	for (size_t shift = 0; shift < 2; shift++) {
		memset(name, 0, sizeof name);
		memcpy(name, "\"\\", shift); // so that a cut falls into a character
		for (size_t at = shift; at + 2 <= INVENTORY_TEXT_MAX; at += 2)
			memcpy(name + at, "é", 2);
		for (size_t p = 0; p < N(printers); p++) {
			struct inspected x;
			struct buf out;
			struct json root;
			struct why why = {""};
			struct finding f = finding_row("flaw flaw=CVE-1");
			inspected_begin(&x, NULL);
			f.item = f.package = f.version = f.fixed = f.machine = f.title = f.reason = slice_text(name);
			CHECK(result_take(&x.i.r, &f, &why) == ERR_OK);
			print(&x, printers[p], &out);
			size_t bad;
			CHECK(slice_is_utf8(buf_slice(&out), &bad));
			if (printers[p] != print_people) {
				CHECK_SAY(json_parse(buf_slice(&out), &root, &why) == ERR_OK, "%s", why.text);
				json_free(&root);
			}
			buf_free(&out);
			inspected_end(&x);
		}
	}
}

// A result with nothing in it says so.
static void test_empty(void)
{
	static printer *const printers[] = {print_json, print_sarif, print_vex};
	struct inspected x;
	struct buf out;
	inspected_begin(&x, NULL);
	for (size_t p = 0; p < N(printers); p++) {
		struct json root;
		struct why why = {""};
		print(&x, printers[p], &out);
		CHECK_SAY(json_parse(buf_slice(&out), &root, &why) == ERR_OK, "%s", why.text);
		json_free(&root);
		buf_free(&out);
	}
	print(&x, print_people, &out);
	buf_put_u8(&out, 0);
	CHECK_SAY(strstr((const char *)out.p, "FAVOURABLE") != NULL && strstr((const char *)out.p, "Nothing to do.") != NULL, "%s", (const char *)out.p);
	buf_free(&out);
	inspected_end(&x);
}

static void test_word_put(void)
{
	static const struct {
		const char *from;
		size_t most;
		const char *want;
	} texts[] = {
		{"plain", 80, "plain"}, {"", 80, ""}, {"d\xc3\xa9j\xc3\xa0", 80, "d\xc3\xa9j\xc3\xa0"},
		{"d\xc3\xa9j\xc3\xa0", 2, "d…"}, {"plain", 5, "plain"}, {"plain", 4, "plai…"},
		{"a\nb\tc\x7f", 80, "a?b?c?"}, {"\x1b[31m", 80, "?[31m"}, {"\xc2\x9b" "31m", 80, "?31m"},
		{"\xff" "a\xc3\xa9", 80, "?a??"}, {"a\xc3", 80, "a?"}, {"\x9b" "31m", 80, "?31m"}, {"\xed\xa0\x80", 80, "???"},
	};
	for (size_t i = 0; i < N(texts); i++) {
		struct buf out;
		buf_init(&out, 256);
		word_put(&out, slice_text(texts[i].from), texts[i].most);
		buf_put_u8(&out, 0);
		CHECK_TEXT((const char *)out.p, texts[i].want);
		buf_free(&out);
	}
}

static void numbers(void)
{
	static const struct {
		uint64_t part, whole;
		const char *en, *fr;
	} shares[] = {{0, 0, "", ""}, {0, 3, " (0.0 %)", " (0,0 %)"}, {1, 3, " (33.3 %)", " (33,3 %)"}, {2, 3, " (66.7 %)", " (66,7 %)"}, {7, 7, " (100.0 %)", " (100,0 %)"}};
	CHECK_TEXT(word_count(LANGUAGE_EN, 1234567), "1,234,567");
	CHECK_TEXT(word_count(LANGUAGE_FR, 1234567), "1\xc2\xa0" "234\xc2\xa0" "567"); // a comma would be read as the decimal one
	CHECK_TEXT(word_count(LANGUAGE_FR, UINT64_MAX), "18\xc2\xa0" "446\xc2\xa0" "744\xc2\xa0" "073\xc2\xa0" "709\xc2\xa0" "551\xc2\xa0" "615");
	CHECK_TEXT(word_count(LANGUAGE_FR, 999), "999");
	for (size_t i = 0; i < N(shares); i++)
		for (int l = 0; l < LANGUAGES; l++) {
			struct buf out;
			buf_init(&out, 64);
			word_share(&out, (enum language)l, shares[i].part, shares[i].whole);
			buf_put_u8(&out, 0);
			CHECK_TEXT((char *)out.p, l == LANGUAGE_FR ? shares[i].fr : shares[i].en);
			buf_free(&out);
		}
}

// What is composed of a record's words, or is the name of a list, is French in French.
static void in_french(void)
{
	struct inspected x;
	struct buf out;
	inspected_begin(&x, NULL);
	inspected_machine(&x, "m", ROLE_SERVER);
	x.i.lang = LANGUAGE_FR;
	struct finding f = {.kind = FINDING_UNCOMPUTED, .confidence = CONFIDENCE_EXACT, .machine = SLICE_LITERAL("m"), .item = SLICE_LITERAL("b"),
	                    .version = SLICE_LITERAL("1"), .flaw = SLICE_LITERAL("CVE-5"), .reason = SLICE_LITERAL("0 to 2: its versionType has no order")};
	struct why why = {""};
	CHECK(result_take(&x.i.r, &f, &why) == ERR_OK);
	print(&x, print_people, &out);
	buf_put_u8(&out, 0);
	CHECK_SAY(strstr((char *)out.p, "b 1 : versionType sans ordre (0 to 2) : CVE-5") != NULL, "%s", (char *)out.p);
	CHECK_SAY(strstr((char *)out.p, "Inspection : m") != NULL, "%s", (char *)out.p);
	buf_free(&out);
	inspected_end(&x);
}

const struct test tests[] = {
	{"numbers as the language writes them", numbers},
	{"all of it in French", in_french},
	{"JSON, SARIF and VEX hold all of it", test_documents},
	{"for people, in both languages", test_people},
	{"the longest names", test_long_names},
	{"an empty result", test_empty},
	{"what others wrote, as a part of a line", test_word_put},
	{NULL, NULL},
};
