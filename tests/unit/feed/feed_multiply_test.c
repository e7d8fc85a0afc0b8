// CVE records whose parts multiply each other: what is read of one part is not read again for each of another (what is not plain would be
// copied each time, and there is room for 64 MiB of copies), and what they say has an end. The record after them is read all the same.
#include "said.h"

#define HEAD(id) "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"" id "\",\"state\":\"PUBLISHED\"},\"containers\":"
#define NEXT "," HEAD("CVE-2024-0002") "{\"cna\":{\"affected\":[{\"vendor\":\"z\",\"product\":\"z\"}]}}}]"
#define RANGE "{\"version\":\"1\",\"lessThan\":\"2\",\"status\":\"affected\",\"versionType\":\"semver\"}"
#define SINGLE "{\"version\":\"1\",\"status\":\"affected\"}"
#define FULL "more than 32768 statements in one record, the rest of it is left out"

static const char *long_text(void)
{
	static char text[1001]; // with a line's end in it, as JSON has it: not plain
	memset(text, 'x', 1000);
	memcpy(text, "a\\nb", 4);
	return text;
}

static const char *comma(int i)
{
	return i == 0 ? "" : ",";
}

static void put_entries(struct buf *b, int n, const char *versions, int cpes, const char *cpe)
{
	for (int i = 0; i < n; i++) {
		buf_printf(b, "%s{\"vendor\":\"v\",\"product\":\"p\",\"versions\":[%s],\"cpes\":[", comma(i), versions);
		for (int k = 0; k < cpes; k++)
			buf_printf(b, "%s\"cpe:2.3:a:v:p%d%s\"", comma(k), k, cpe);
		buf_put_text(b, "]}");
	}
}

static void put_two_lists(struct buf *b, int cna, const char *versions, int adp, int cpes, const char *cpe)
{
	buf_put_text(b, "{\"cna\":{\"affected\":[");
	put_entries(b, cna, versions, 0, "");
	buf_put_text(b, "]},\"adp\":[{\"affected\":[");
	put_entries(b, adp, "", cpes, cpe);
	buf_put_text(b, "]}]}");
}

static void many_names(struct buf *b)
{
	put_two_lists(b, 60, RANGE, 60, 256, "");
}

static void no_names(struct buf *b)
{
	put_two_lists(b, 1000, RANGE, 1000, 0, "");
}

// The CNA has told the name without its update, and has no versions with an end: there are only looks.
static void told_names(struct buf *b)
{
	buf_put_text(b, "{\"cna\":{\"affected\":[{\"vendor\":\"w\",\"product\":\"w\",\"versions\":[" SINGLE "],\"cpes\":[\"cpe:2.3:a:v:p0:1:x\"]},");
	put_entries(b, 300, SINGLE, 0, "");
	buf_put_text(b, "]},\"adp\":[{\"affected\":[");
	put_entries(b, 300, "", 1, ":1:x");
	buf_put_text(b, "]}]}");
}

static void bad_names(struct buf *b)
{
	put_two_lists(b, 300, RANGE, 3, 1, ":::");
}

static void many_versions(struct buf *b)
{
	struct buf versions;
	buf_init(&versions, 1u << 20);
	for (int i = 0; i < 3000; i++)
		buf_printf(&versions, "%s{\"version\":\"1.%d\",\"lessThan\":\"1.%d.5\",\"status\":\"affected\",\"versionType\":\"semver\"}", comma(i), i, i);
	buf_put_u8(&versions, 0);
	put_two_lists(b, 1, (const char *)versions.p, 20, 256, "");
	buf_free(&versions);
}

// All that is not commits would be looked through for each that is.
static void commits(struct buf *b)
{
	buf_put_text(b, "{\"cna\":{\"affected\":[");
	for (int i = 0; i < 400; i++)
		buf_printf(b, "%s{\"vendor\":\"v\",\"product\":\"%s%d\",\"versions\":[{\"version\":\"c0ffee\",\"status\":\"affected\",\"versionType\":\"git\"}]}",
		           comma(i), long_text(), i);
	buf_put_text(b, "]}}");
}

static void other_products(struct buf *b)
{
	buf_put_text(b, "{\"cna\":{\"affected\":[");
	for (int i = 0; i < 300; i++)
		buf_printf(b, "%s{\"vendor\":\"v\",\"product\":\"%s%d\",\"versions\":[" RANGE "]}", comma(i), long_text(), i);
	buf_put_text(b, "]},\"adp\":[{\"affected\":[");
	for (int i = 0; i < 300; i++)
		buf_printf(b, "%s{\"vendor\":\"v\",\"product\":\"q%d\"}", comma(i), i);
	buf_put_text(b, "]}]}");
}

static void put_matches(struct buf *b, int n, const char *format)
{
	buf_put_text(b, "{\"operator\":\"OR\",\"cpeMatch\":[");
	for (int i = 0; i < n; i++) {
		char name[64];
		snprintf(name, sizeof name, "%d", i);
		buf_printf(b, "%s{\"criteria\":\"cpe:2.3:%s%s_firmware:*:*:*:*:*:*:*:*\",\"versionEndExcluding\":\"2\"}", comma(i), format, name);
	}
	buf_put_text(b, "]}");
}

// Whether the list of affected ones has comparable versions of the product would be asked for each name.
static void configured(struct buf *b)
{
	buf_put_text(b, "{\"cna\":{\"affected\":[{\"vendor\":\"v\",\"product\":\"p1_firmware\",\"versions\":[");
	for (int i = 0; i < 100; i++)
		buf_printf(b, "{\"version\":\"%s\",\"lessThan\":\"x\",\"status\":\"affected\"},", long_text());
	buf_put_text(b, SINGLE "]}");
	for (int i = 0; i < 20; i++)
		buf_put_text(b, ",{\"vendor\":\"v\",\"product\":\"p1_firmware\",\"versions\":[{\"version\":\"1\",\"lessThan\":\"x\",\"status\":\"affected\"}]}");
	buf_put_text(b, "],\"cpeApplicability\":[{\"nodes\":[{\"operator\":\"OR\",\"cpeMatch\":[");
	for (int i = 0; i < 2000; i++)
		buf_printf(b, "%s{\"criteria\":\"cpe:2.3:o:v:p1_firmware:*:*:*:l%d:*:*:*:*\",\"versionEndExcluding\":\"2\"}", comma(i), i);
	buf_put_text(b, "]}]}]}}");
}

// So would the hardware that stands beside it, where nothing but the last is its own.
static void beside(struct buf *b)
{
	buf_put_text(b, "{\"cna\":{\"cpeApplicability\":[{\"operator\":\"AND\",\"nodes\":[");
	put_matches(b, 1000, "o:v:p");
	for (int node = 0; node < 4; node++) {
		buf_put_text(b, ",{\"operator\":\"OR\",\"cpeMatch\":[");
		for (int i = 0; i < 63; i++)
			buf_printf(b, "{\"vulnerable\":false,\"criteria\":\"%s\"},", long_text());
		buf_put_text(b, "{\"vulnerable\":false,\"criteria\":\"cpe:2.3:h:v:p7:-:*:*:*:*:*:*:*\"}]}");
	}
	buf_put_text(b, "]}]}}");
}

static const struct {
	const char *name;
	void (*put)(struct buf *b);
	size_t affected, refused;
	const char *rule; // of the first refusal
} rows[] = {
	{"lists of names", many_names, 32768, 1, FULL},
	{"lists without names", no_names, 1000, 0, NULL},
	{"names that were told", told_names, 302, 1, FULL},
	{"names that are none, told once an entry", bad_names, 300, 3, "cpes[0]: CPE"},
	{"long lists of versions", many_versions, 0, 1, "more than 67108864 bytes of statements in one record, the rest of it is left out"},
	{"commits", commits, 400, 0, NULL},
	{"other products", other_products, 600, 0, NULL},
	{"configurations", configured, 4021, 0, NULL},
	{"hardware", beside, 2000, 0, NULL},
};

static void multiplied(void)
{
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		struct said s;
		struct why why = {""};
		buf_init(&b, 8u << 20);
		buf_put_text(&b, "[" HEAD("CVE-2024-0001"));
		rows[i].put(&b);
		buf_put_text(&b, "}" NEXT);
		REQUIRE(buf_status(&b) == ERR_OK);
		said_init(&s, true);
		CHECK_SAY(said_read(&s, b.p, b.n, &none, &why) == ERR_OK, "%s: %s", rows[i].name, why.text);
		CHECK_SAY(s.facts[FACT_FLAW] == 2 && s.facts[FACT_REFUSED] == rows[i].refused, "%s: %zu %zu", rows[i].name, s.facts[FACT_FLAW],
		          s.facts[FACT_REFUSED]);
		CHECK_SAY(rows[i].affected == 0 || s.facts[FACT_AFFECTED] == rows[i].affected + 1, "%s: %zu", rows[i].name, s.facts[FACT_AFFECTED]);
		CHECK_SAY(s.ranges < 4000000, "%s: %zu", rows[i].name, s.ranges);
		const char *lines = said_lines(&s);
		CHECK_SAY(rows[i].rule == NULL || strstr(lines, rows[i].rule) != NULL, "%s: %.300s", rows[i].name, lines);
		said_free(&s);
		buf_free(&b);
	}
}

const struct test tests[] = {{"what multiplies has an end", multiplied}, {NULL, NULL}};
