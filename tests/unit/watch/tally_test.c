// Counting: the table at the end, the windows of a flood, the hours of a sending.
#include "tally.h"

#include "hourly.h"
#include "json/json.h"
#include "test.h"
#include "when.h"

static struct indicator what;
static struct fields fields;

static struct sighting at(uint64_t ms, const char *value, const char *host)
{
	what = (struct indicator){.meta = {.confidence = INDICATOR_CONFIDENCE_NONE}};
	what.what.type = OBSERVABLE_DOMAIN;
	what.what.n = strlen(value);
	memcpy(what.what.value, value, what.what.n + 1);
	fields = (struct fields){.time_ms = ms, .source = slice_text(host)};
	struct sighting s = {.what = &what, .value = slice_text(value), .field = "f", .fields = &fields, .path = "/l", .line = 1,
	                     .column = 1,
	                     .read_ms = ms};
	sighting_identify(&s, slice_text("line"));
	return s;
}

static void counts(void)
{
	struct tally *t = tally_new();
	char *text = NULL, host[16];
	size_t n;
	for (int i = 0; i < 100; i++) {
		snprintf(host, sizeof host, "10.0.0.%d", i);
		struct sighting s = at(1000 * (uint64_t)i, i < 90 ? "a.example" : "b.example", i < 10 ? host : "10.9.9.9");
		tally_add(t, &s);
	}
	CHECK(tally_count(t) == 100);
	FILE *f = open_memstream(&text, &n);
	tally_print(t, f);
	fclose(f);
	CHECK_SAY(strstr(text, "      90  1970-01-01T00:00:00.000Z  1970-01-01T00:01:29.000Z    11   domain    a.example\n") != NULL,
	          "%s", text);
	CHECK_SAY(strstr(text, "      10  1970-01-01T00:01:30.000Z  1970-01-01T00:01:39.000Z     1   domain    b.example\n") != NULL,
	          "%s", text);
	free(text);
	tally_free(t);
}

static bool tell(struct flood *f, struct sighting s, struct buf *out)
{
	if (!flood_pass(f, &s, out))
		return false;
	size_t from = out->n;
	sighting_json(&s, out);
	flood_keep(f, slice_part(buf_slice(out), from, out->n));
	return true;
}

static void floods(void)
{
	struct flood *f = flood_new(60000);
	struct buf out;
	buf_init(&out, 64 << 20);
	CHECK(tell(f, at(1000, "a.example", "h"), &out));
	CHECK(!tell(f, at(2000, "a.example", "h"), &out));
	CHECK(tell(f, at(2000, "a.example", "other"), &out));
	CHECK(tell(f, at(2000, "b.example", "h"), &out));
	CHECK(!tell(f, at(60999, "a.example", "h"), &out));
	CHECK(memmem(out.p, out.n, "repeats", 7) == NULL);
	CHECK(tell(f, at(61000, "a.example", "h"), &out)); // a new window ends the old one
	buf_put_u8(&out, 0);
	CHECK(strstr((char *)out.p, ",\"repeats\":2,\"until\":\"1970-01-01T00:01:00.999Z\"}}\n") != NULL);
	buf_clear(&out);
	flood_end(f, 70000, &out);
	CHECK(out.n == 0); // nothing was repeated since
	CHECK(!tell(f, at(62000, "a.example", "h"), &out));
	flood_end(f, UINT64_MAX, &out);
	CHECK(out.n > 0);
	struct json root;
	struct why why;
	CHECK_SAY(json_parse(buf_slice(&out), &root, &why) == ERR_OK, "%s", why.text);
	json_free(&root);
	// More pairs than windows: each is told, none is lost.
	for (int i = 0; i < 40000; i++) {
		char value[32];
		snprintf(value, sizeof value, "n%d.example", i);
		CHECK(tell(f, at(100000, value, "h"), &out));
		buf_clear(&out);
	}
	flood_free(f);
	buf_free(&out);
}

static void hours(void)
{
	struct hourly h;
	struct buf line, csv;
	struct why why;
	hourly_init(&h);
	buf_init(&line, SIGHTING_MAX);
	buf_init(&csv, 65536);
	static const struct {
		uint64_t ms;
		const char *value;
	} rows[] = {{3600000, "a.example"}, {3700000, "a.example"}, {7200000, "a.example"}, {3600001, "b.example"},
	            {3600000, "a.example"}};
	for (size_t i = 0; i < 5; i++) { // the last is the first one again
		struct sighting s = at(rows[i].ms, rows[i].value, "10.0.0.1");
		s.offset = rows[i].ms;
		sighting_identify(&s, slice_text("line"));
		buf_clear(&line);
		sighting_json(&s, &line);
		CHECK_SAY(hourly_add(&h, buf_slice(&line), &why) == ERR_OK, "%s", why.text);
	}
	static const char *const refused[] = {"", "x", "{}", "[]", "{\"@timestamp\":\"x\"}",
	                                      "{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"tocsin\":{\"type\":\"domain\"}}",
	                                      ("{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"event\":{},\"tocsin\":{\"type\":\"domain\"},"
	                                      "\"threat\":{\"indicator\":{\"name\":\"not a name\"}}}")};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		CHECK_SAY(hourly_add(&h, slice_text(refused[i]), &why) == ERR_INPUT, "%s", refused[i]);
	hourly_sort(&h);
	CHECK(h.n == 3 && h.sightings == 4 && h.row[0].count == 2);
	hourly_csv(&h, 0, 2, &csv);
	buf_put_u8(&csv, 0);
	CHECK_TEXT((char *)csv.p, "type,value,sightings\r\ndomain,\"a.example\",2\r\ndomain,\"b.example\",1\r\n");
	hourly_free(&h);
	buf_free(&line);
	buf_free(&csv);
}

// What is hostile in a line comes out as valid JSON and harmless text.
static void prints_hostile(void)
{
	struct sighting s = at(0, "a.example", "not an address");
	struct buf out;
	struct json root;
	struct why why;
	buf_init(&out, 1 << 20);
	s.value = slice_of("\x00\x1b[31m\xff\xc3\"\\\xed\xa0\x80", 12);
	s.field = "f\xff\n";
	s.path = "/l\n\xfe";
	sighting_json(&s, &out);
	// A NUL is refused by our own reader, so only its escape is looked for.
	CHECK(memmem(out.p, out.n, "\\u0000\\u001b[31m", 15) != NULL);
	s.value = slice_of("\x1b[31m\xff\xc3\"\\\xed\xa0\x80", 11);
	buf_clear(&out);
	sighting_json(&s, &out);
	CHECK_SAY(json_parse(buf_slice(&out), &root, &why) == ERR_OK, "%s", why.text);
	json_free(&root);
	buf_clear(&out);
	sighting_text(&s, false, &out);
	CHECK(memchr(out.p, 0x1b, out.n) == NULL && memchr(out.p, '\n', out.n) == out.p + out.n - 1);
	buf_free(&out);
}

const struct test tests[] = {{"the summary", counts}, {"floods", floods}, {"hours", hours}, {"hostile text", prints_hostile},
                             {NULL, NULL}};
