#include "test.h"

#include "json/write.h"

#include <dirent.h>

static enum err parse(const char *text, struct json *root, struct why *why)
{
	return json_parse(slice_text(text), root, why);
}

static void documents(void)
{
	static const struct {
		const char *text;
		enum err e;
		const char *why; // how the refusal starts
	} rows[] = {
		{"{}", ERR_OK, NULL},
		{"[]", ERR_OK, NULL},
		{" {\"a\": [1, -2, 3.5, \"x\", true, null]} \r\n", ERR_OK, NULL},
		{"[\"\\ud83d\\udd14\"]", ERR_OK, NULL},
		{"[9223372036854775807]", ERR_OK, NULL},
		{"[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[\"]", ERR_OK, NULL},
		{"", ERR_INPUT, "line 1, column 0: "},
		{"7", ERR_INPUT, "line 1, column "},
		{"{\"a\":1,}", ERR_INPUT, "line 1, column 8: "},
		{"[1,\n2,\n]", ERR_INPUT, "line 3, column 1: "},
		{"{} x", ERR_INPUT, "line 1, column 4: "},
		{"{\"a\":1,\"a\":2}", ERR_INPUT, "line 1, column 10: duplicate object key"},
		{"{'a':1}", ERR_INPUT, "line 1, column 2: "},
		{"[\"\\ud800\"]", ERR_INPUT, "line 1, column "},
		{"[\"\\udc00x\"]", ERR_INPUT, "line 1, column "},
		{"[\"\\u0000\"]", ERR_INPUT, "line 1, column "},
		{"{\"a\\u0000b\":1}", ERR_INPUT, "line 1, column "},
		{"[\"\xff\"]", ERR_INPUT, "line 1, column "},
		{"[\"\xc0\x80\"]", ERR_INPUT, "line 1, column "},
		{"[\"\xed\xa0\x80\"]", ERR_INPUT, "line 1, column "},
		{"[\"a\nb\"]", ERR_INPUT, "line 1, column "},
		{"[01]", ERR_INPUT, "line 1, column "},
		{"[+1]", ERR_INPUT, "line 1, column "},
		{"[1.]", ERR_INPUT, "line 1, column "},
		{"[NaN]", ERR_INPUT, "line 1, column "},
		{"[9223372036854775808]", ERR_INPUT, "line 1, column "},
		{"[1e999]", ERR_INPUT, "line 1, column "},
		{"[truE]", ERR_INPUT, "line 1, column "},
		{"[1 2]", ERR_INPUT, "line 1, column "},
		{"[/*x*/]", ERR_INPUT, "line 1, column "},
		{"\xef\xbb\xbf{}", ERR_INPUT, "line 1, column "},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json root;
		struct why why = {""};
		enum err e = parse(rows[i].text, &root, &why);
		CHECK_SAY(e == rows[i].e, "%s: %s %s", rows[i].text, err_name(e), why.text);
		if (e == ERR_OK)
			json_free(&root);
		else if (rows[i].why != NULL)
			CHECK_SAY(strncmp(why.text, rows[i].why, strlen(rows[i].why)) == 0, "%s: %s", rows[i].text, why.text);
	}
}

// A byte 0, wherever it stands: jansson alone takes one behind a number for nothing.
static void no_nul(void)
{
	static const char text[] = " { \"a\" : [ 1 , -2.5 , true , \"b\" ] } ";
	for (size_t at = 0; at < sizeof text; at++) {
		char with[sizeof text];
		struct json root;
		struct why why = {""};
		memcpy(with, text, at);
		with[at] = 0;
		memcpy(with + at + 1, text + at, sizeof text - 1 - at);
		CHECK_SAY(json_parse(slice_of(with, sizeof with), &root, &why) == ERR_INPUT && strstr(why.text, "JSON has no byte 0") != NULL, "at %zu: %s", at,
		          why.text);
	}
}

static void limits(void)
{
	char text[2 * JSON_DEPTH_MAX + 4];
	for (unsigned depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		struct json root;
		struct why why = {""};
		enum err e = json_parse(slice_of(text, 2 * depth), &root, &why);
		CHECK(e == (depth > JSON_DEPTH_MAX ? ERR_LIMIT : ERR_OK));
		if (e == ERR_OK)
			json_free(&root);
		else
			CHECK_TEXT(why.text, "line 1, column 65: nested deeper than 64");
	}
	struct json root;
	struct why why;
	char *many = malloc(2 * JSON_VALUES_MAX + 2);
	memset(many, '1', 2 * JSON_VALUES_MAX + 2);
	for (size_t i = 2; i < 2 * JSON_VALUES_MAX; i += 2)
		many[i] = ',';
	many[0] = '[';
	many[2 * JSON_VALUES_MAX + 1] = ']';
	CHECK(json_parse(slice_of(many, 2 * JSON_VALUES_MAX + 2), &root, &why) == ERR_OK);
	json_free(&root);
	many[3] = ',';
	CHECK(json_parse(slice_of(many, 2 * JSON_VALUES_MAX + 2), &root, &why) == ERR_LIMIT);
	CHECK(json_parse(slice_of(many, JSON_BYTES_MAX + 1u), &root, &why) == ERR_LIMIT);
	free(many);
}

static void paths(void)
{
	struct json root, event, list;
	struct why why;
	REQUIRE(parse("{\"Event\":{\"Attribute\":[{\"type\":\"md5\"},{\"type\":17,\"n\":-1,\"big\":70000,\"f\":1.5,\"b\":1,\"z\":null}]}}", &root,
	              &why) == ERR_OK);
	REQUIRE(json_get_object(&root, "Event", &event, &why) == ERR_OK);
	REQUIRE(json_get_array(&event, "Attribute", &list, &why) == ERR_OK);
	CHECK(json_count(&list) == 2 && json_count(&event) == 1);
	struct json first = json_item(&list, 0), second = json_item(&list, 1), out;
	struct slice text = SLICE_LITERAL("kept");
	uint64_t n = 5;
	bool truth = false;
	CHECK(json_get_text(&first, "type", &text, &why) == ERR_OK && slice_is_text(text, "md5"));
	CHECK(json_get_text(&second, "type", &text, &why) == ERR_INPUT && slice_is_text(text, "md5"));
	CHECK_TEXT(why.text, "Event.Attribute[1].type: 17 is no text");
	CHECK(json_opt_text(&second, "type", &text, &why) == ERR_INPUT);
	CHECK(json_opt_text(&second, "nothing", &text, &why) == ERR_OK && slice_is_text(text, "md5"));
	CHECK(json_opt_text(&second, "z", &text, &why) == ERR_OK);
	CHECK(json_get_text(&second, "z", &text, &why) == ERR_INPUT);
	CHECK_TEXT(why.text, "Event.Attribute[1].z: is missing, must be text");
	CHECK(json_get_number(&second, "type", 0, 17, &n, &why) == ERR_OK && n == 17);
	CHECK(json_get_number(&second, "type", 18, 20, &n, &why) == ERR_INPUT && n == 17);
	CHECK(json_get_number(&second, "n", 0, 9, &n, &why) == ERR_INPUT);
	CHECK_TEXT(why.text, "Event.Attribute[1].n: -1 is not from 0 to 9");
	CHECK(json_get_number(&second, "big", 0, 65535, &n, &why) == ERR_INPUT);
	CHECK(json_get_number(&second, "f", 0, 9, &n, &why) == ERR_INPUT);
	CHECK(json_get_number(&first, "type", 0, 9, &n, &why) == ERR_INPUT);
	CHECK(json_opt_number(&first, "n", 0, 9, &n, &why) == ERR_OK && n == 17);
	CHECK(json_get_bool(&second, "b", &truth, &why) == ERR_INPUT);
	CHECK(json_opt_bool(&second, "c", &truth, &why) == ERR_OK && !truth);
	CHECK(json_get_object(&root, "event", &out, &why) == ERR_INPUT);
	CHECK_TEXT(why.text, "event: is missing, must be object");
	CHECK(json_get_array(&root, "Event", &out, &why) == ERR_INPUT);
	CHECK(json_want_array(&root, &why) == ERR_INPUT && strncmp(why.text, "the document: {", 15) == 0);
	void *state = NULL;
	size_t fields = 0;
	for (struct json field; json_next(&second, &state, &field); fields++)
		CHECK(field.name != NULL);
	CHECK(fields == 6);
	json_free(&root);
	json_free(&root);
}

static void lines(void)
{
	struct json_lines l = {.rest = SLICE_LITERAL("{\"a\":1}\r\n\n  \n[2]\n{x}\n{\"b\":3}")};
	struct json root;
	struct why why;
	CHECK(json_lines_next(&l, &root, &why) == ERR_OK && l.line == 1);
	json_free(&root);
	CHECK(json_lines_next(&l, &root, &why) == ERR_OK && l.line == 4);
	json_free(&root);
	CHECK(json_lines_next(&l, &root, &why) == ERR_INPUT && strncmp(why.text, "line 5: line 1, column 2: ", 26) == 0);
	CHECK(json_lines_next(&l, &root, &why) == ERR_OK && l.line == 6);
	json_free(&root);
	CHECK(json_lines_next(&l, &root, &why) == ERR_ABSENT);
}

static void written(void)
{
	struct buf b;
	buf_init(&b, 10000);
	struct json_writer w;
	struct why why;
	json_begin(&w, &b, false);
	json_open_object(&w, NULL);
	json_put_text(&w, "t", SLICE_LITERAL("q\" b\\ /\n\x01\x7f\xc2\x9b \xc3\xa9\xf0\x9f\x94\x94"));
	json_put_number(&w, "n", 18446744073709551615u);
	json_open_array(&w, "a");
	json_put_bool(&w, NULL, true);
	json_put_null(&w, NULL);
	json_put_hex(&w, NULL, SLICE_LITERAL("\x01\xff"));
	json_put_base64(&w, NULL, SLICE_LITERAL("\x01\xff"));
	json_put_time(&w, NULL, 0);
	json_open_object(&w, NULL);
	json_close(&w);
	json_close(&w);
	json_close(&w);
	CHECK(json_end(&w, &why) == ERR_OK);
	buf_put_u8(&b, 0);
	CHECK_TEXT((char *)b.p, "{\"t\":\"q\\\" b\\\\ /\\n\\u0001\\u007f\\u009b \xc3\xa9\xf0\x9f\x94\x94\",\"n\":18446744073709551615,"
	                        "\"a\":[true,null,\"01ff\",\"Af8=\",\"1970-01-01T00:00:00Z\",{}]}");
	buf_clear(&b);
	json_begin(&w, &b, true);
	json_open_object(&w, NULL);
	json_put_string(&w, "a", "b");
	json_open_array(&w, "c");
	json_close(&w);
	json_close(&w);
	CHECK(json_end(&w, NULL) == ERR_OK);
	buf_put_u8(&b, 0);
	CHECK_TEXT((char *)b.p, "{\n  \"a\": \"b\",\n  \"c\": []\n}\n");
	buf_free(&b);
}

static void writer_errors_stick(void)
{
	struct buf b;
	struct json_writer w;
	struct why why;
	buf_init(&b, 1000);
	json_begin(&w, &b, false);
	json_open_array(&w, NULL);
	json_put_text(&w, NULL, SLICE_LITERAL("a\xff"));
	size_t n = b.n;
	json_put_number(&w, NULL, 1);
	json_close(&w);
	CHECK(b.n == n && json_end(&w, &why) == ERR_INPUT);
	CHECK_TEXT(why.text, "JSON to be written: text that is not UTF-8");
	buf_clear(&b);
	json_begin(&w, &b, false);
	for (unsigned i = 0; i <= JSON_DEPTH_MAX; i++)
		json_open_array(&w, NULL);
	for (unsigned i = 0; i <= JSON_DEPTH_MAX; i++)
		json_close(&w);
	CHECK(json_end(&w, &why) == ERR_LIMIT);
	buf_free(&b);
	buf_init(&b, 10);
	json_begin(&w, &b, false);
	json_open_array(&w, NULL);
	json_put_string(&w, NULL, "longer than that");
	json_close(&w);
	CHECK(json_end(&w, &why) == ERR_LIMIT);
	buf_free(&b);
}

// Every character written comes back when read.
static void round_trip(void)
{
	for (unsigned c = 1; c < 0x800; c++) {
		uint8_t text[2] = {(uint8_t)(c < 0x80 ? c : 0xc0 | c >> 6), (uint8_t)(0x80 | (c & 0x3f))};
		struct slice in = slice_of(text, c < 0x80 ? 1 : 2), out = {0};
		struct buf b;
		struct json_writer w;
		struct json root;
		struct why why;
		buf_init(&b, 100);
		json_begin(&w, &b, false);
		json_open_object(&w, NULL);
		json_put_text(&w, "x", in);
		json_close(&w);
		CHECK(json_end(&w, &why) == ERR_OK);
		REQUIRE(json_parse(buf_slice(&b), &root, &why) == ERR_OK);
		CHECK_SAY(json_get_text(&root, "x", &out, &why) == ERR_OK && slice_equal(in, out), "U+%04X", c);
		json_free(&root);
		buf_free(&b);
	}
}

static void cut_anywhere(void)
{
	const char *text = "{\"a\": [1, 2.5, \"\\u00e9\\n\", {\"b\": null, \"c\": false}], \"d\": \"\xc3\xa9\"}";
	for (size_t n = 0; n <= strlen(text); n++) {
		uint8_t *exact = malloc(n + 1);
		memcpy(exact, text, n);
		struct json root;
		struct why why;
		enum err e = json_parse(slice_of(exact, n), &root, &why);
		CHECK_SAY((e == ERR_OK) == (n == strlen(text)), "cut at %zu", n);
		if (e == ERR_OK)
			json_free(&root);
		free(exact);
	}
}

static enum err parse_file(const char *name, struct why *why)
{
	const char *path = test_data(name);
	size_t n;
	unsigned char *bytes = path != NULL ? test_read(path, &n) : NULL;
	if (bytes == NULL)
		return ERR_ABSENT;
	struct json root;
	enum err e = json_parse(slice_of(bytes, n), &root, why);
	if (e == ERR_OK)
		json_free(&root);
	free(bytes);
	return e;
}

static void published_breakage(void)
{
	static const struct {
		const char *name, *why;
		enum err e;
	} rows[] = {
		{"stix/invalid/own__json-bad-utf8.json", "line ", ERR_INPUT},
		{"stix/invalid/own__json-dup-key.json", "line ", ERR_INPUT},
		{"stix/invalid/own__json-huge-number.json", "line ", ERR_INPUT},
		{"stix/invalid/own__json-nul.json", "line ", ERR_INPUT},
		{"stix/invalid/own__json-single-quotes.json", "line ", ERR_INPUT},
		{"stix/invalid/own__json-truncated.json", "line ", ERR_INPUT},
		{"stix/invalid/validator__invalid_braces.json", "line ", ERR_INPUT},
		{"stix/invalid/validator__invalid_comma.json", "line ", ERR_INPUT},
		{"misp/malformed/eset__pypi_backdoor.trailing-comma.json.zst", "line 37374, column 9: ", ERR_INPUT},
		{"stix/valid/doc__apt1.json", "", ERR_OK},
		{"misp/describeTypes.json", "", ERR_OK},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why = {""};
		enum err e = parse_file(rows[i].name, &why);
		if (e == ERR_ABSENT)
			return;
		CHECK_SAY(e == rows[i].e && strncmp(why.text, rows[i].why, strlen(rows[i].why)) == 0, "%s: %s %s", rows[i].name,
		          err_name(e), why.text);
	}
}

static void deep_is_refused_before_it_is_built(void)
{
	size_t n = 4u << 20;
	char *text = malloc(n);
	memset(text, '[', n);
	struct json root;
	struct why why;
	CHECK(json_parse(slice_of(text, n), &root, &why) == ERR_LIMIT);
	for (size_t i = 0; i + 6 <= n; i += 5)
		memcpy(text + i, "{\"a\":", 5);
	CHECK(json_parse(slice_of(text, n), &root, &why) == ERR_LIMIT);
	free(text);
}

static void decimals(void)
{
	static const struct {
		const char *text;
		double want;
		const char *why; // NULL: accepted
	} rows[] = {
		{"[9.8]", 9.8, NULL}, {"[0]", 0, NULL}, {"[10]", 10, NULL}, {"[1e1]", 10, NULL},
		{"[10.1]", 0, "[0]: 10.1 is not from 0 to 10"}, {"[-1]", 0, "[0]: -1 is not from 0 to 10"},
		{"[\"9.8\"]", 0, "[0]: \"9.8\" is no number"}, {"[true]", 0, "[0]: true is no number"},
		{"[null]", 0, "[0]: is missing, must be number"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json root;
		struct why why = {""};
		double got = -1;
		REQUIRE(parse(rows[i].text, &root, &why) == ERR_OK);
		struct json item = json_item(&root, 0);
		enum err e = json_decimal(&item, 0, 10, &got, &why);
		CHECK_SAY(e == (rows[i].why != NULL ? ERR_INPUT : ERR_OK), "%s", rows[i].text);
		if (rows[i].why != NULL)
			CHECK_TEXT(why.text, rows[i].why);
		CHECK_SAY(got == (rows[i].why != NULL ? -1 : rows[i].want), "%s: %g", rows[i].text, got);
		json_free(&root);
	}
}

const struct test tests[] = {
	{"decimals", decimals}, {"documents", documents}, {"no_nul", no_nul}, {"limits", limits}, {"paths", paths}, {"lines", lines}, {"written", written},
	{"writer_errors_stick", writer_errors_stick}, {"round_trip", round_trip}, {"cut_anywhere", cut_anywhere},
	{"published_breakage", published_breakage}, {"deep_is_refused_before_it_is_built", deep_is_refused_before_it_is_built},
	{NULL, NULL},
};
