#include "test.h"

#include "base/buf.h"
#include "json/stream.h"

#include <jansson.h>
#undef json_is_number
#undef json_is_object
#undef json_is_array

struct heard {
	struct buf text; // "0(star,star)=value;"
	size_t stop;     // refuse this part, counted from 1
	size_t parts;
	uint64_t offset;
};

static enum err hear(void *context, struct json_part *part, struct why *why)
{
	struct heard *h = context;
	h->offset = part->offset;
	if (++h->parts == h->stop)
		return why_set(why, ERR_DENIED, "enough");
	buf_printf(&h->text, "%zu", part->part);
	for (size_t i = 0; i < JSON_STREAM_STARS_MAX && part->star[i].p != NULL; i++)
		buf_printf(&h->text, "%s%.*s", i == 0 ? "(" : ",", SLICE_ARGS(part->star[i]));
	if (part->star[0].p != NULL)
		buf_put_u8(&h->text, ')');
	char *dump = json_dumps(part->value.value, JSON_COMPACT | JSON_ENCODE_ANY);
	buf_printf(&h->text, "=%s;", dump);
	free(dump);
	return ERR_OK;
}

static enum err read_by(struct json_stream *s, struct slice text, size_t step, struct why *why)
{
	for (size_t at = 0; at < text.n; at += step) {
		enum err e = json_stream_put(s, slice_part(text, at, step), why);
		if (e != ERR_OK)
			return e;
	}
	return json_stream_end(s, why);
}

// "a,b[]" as paths.
static size_t split(const char *paths, char room[256], const char *path[JSON_STREAM_PARTS_MAX])
{
	size_t n = 0;
	snprintf(room, 256, "%s", paths);
	for (char *state, *p = strtok_r(room, ",", &state); p != NULL; p = strtok_r(NULL, ",", &state))
		path[n++] = p;
	return n;
}

static enum err run(const char *paths, struct slice text, size_t step, struct heard *h, struct why *why)
{
	char room[256];
	const char *path[JSON_STREAM_PARTS_MAX];
	struct json_stream *s;
	size_t n = split(paths, room, path);
	buf_init(&h->text, 1 << 20);
	enum err e = json_stream_new(path, n, hear, h, &s, why);
	if (e != ERR_OK)
		return e;
	e = read_by(s, text, step, why);
	json_stream_free(s);
	buf_put_u8(&h->text, 0);
	return e;
}

static void parts(void)
{
	static const struct {
		const char *paths, *text, *want;
	} rows[] = {
		{"a", "{\"a\":1}", "0=1;"},
		{"a,b", "{\"b\":{\"a\":7},\"a\":[true,null,1.5,-3]}", "1={\"a\":7};0=[true,null,1.5,-3];"},
		{"[]", "[1,\"x\",{\"a\":[]},[2]]", "0=1;0=\"x\";0={\"a\":[]};0=[2];"},
		{"[][]", "[1,[2,[3]],[]]", "0=2;0=[3];"},
		{"a[]", "{\"x\":[9],\"a\":[1,2],\"b\":[8]}", "0=1;0=2;"},
		{"a[]", "{\"a\":{\"b\":1}}", ""},
		{"a.b", "{\"a\":[{\"b\":1}]}", ""},
		{"a[].b", "{\"a\":[{\"b\":1},7,[{\"b\":2}],{\"c\":3,\"b\":{}}]}", "0=1;0={};"},
		{"a.b.c,a.d", "{\"a\":{\"b\":{\"x\":1,\"c\":2},\"c\":3,\"d\":4},\"d\":5}", "0=2;1=4;"},
		{"*", "{\"a\":1,\"b\":{\"c\":2}}", "0(a)=1;0(b)={\"c\":2};"},
		{"*.*", "{\"bash\":{\"CVE-1\":1,\"CVE-2\":2},\"x\":3,\"zsh\":{\"CVE-1\":{}}}", "0(bash,CVE-1)=1;0(bash,CVE-2)=2;0(zsh,CVE-1)={};"},
		{"*[].*", "{\"a\":[{\"b\":1}]}", "0(a,b)=1;"},
		{"a.b,*", "{\"a\":{\"b\":1},\"c\":2}", "1(a)={\"b\":1};1(c)=2;"},
		{"*,a", "{\"a\":1}", "0(a)=1;"},
		{"a,*", "{\"a\":1}", "0=1;"},
		{"a,a.b", "{\"a\":{\"b\":1}}", "0={\"b\":1};"},
		{"a", "{\"\\u0061\":\"\\u00e9\\ud83d\\udd14\\n\"}", "0=\"\303\251\360\237\224\224\\n\";"},
		{"a", "{\"a\":{\"\":{\"\":1}}}", "0={\"\":{\"\":1}};"},
		{"a", "{\"x\":{\"a\":1},\"y\":[{\"a\":2}]}", ""},
		{"a", "{\"x\":1,\"x\":2,\"y\":99999999999999999999,\"z\":1e999}", ""},
		{"a", " [ ] ", ""},
		{"a", "{\"a\":9223372036854775807}", "0=9223372036854775807;"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t step = 1; step < 40; step += 3) {
			struct heard h = {0};
			struct why why = {""};
			enum err e = run(rows[i].paths, slice_text(rows[i].text), step, &h, &why);
			CHECK_SAY(e == ERR_OK, "%s: %s", rows[i].text, why.text);
			CHECK_TEXT((char *)h.text.p, rows[i].want);
			buf_free(&h.text);
		}
}

static void refusals(void)
{
	static const struct {
		const char *text;
		enum err e;
		const char *why;
	} rows[] = { // read for "p" and "q[]" and "*.d"
		{"", ERR_INPUT, "byte 0: "},
		{" \n", ERR_INPUT, "byte 2: "},
		{"7", ERR_INPUT, "byte 1: "},
		{"\"x\"", ERR_INPUT, "byte 3: a document is"},
		{"true", ERR_INPUT, "byte 4: a document is"},
		{"{} x", ERR_INPUT, "byte "},
		{"{} 1", ERR_INPUT, "byte "},
		{"[]\"x", ERR_INPUT, "byte 2: more follows the document"},
		{"{} \"", ERR_INPUT, "byte 3: more follows the document"},
		{"[] tru", ERR_INPUT, "byte "},
		{"[] -", ERR_INPUT, "byte "},
		{"{}{}", ERR_INPUT, "byte 3: "},
		{"{} []", ERR_INPUT, "byte "},
		{"{\"a\":1,}", ERR_INPUT, "byte "},
		{"[1,]", ERR_INPUT, "byte "},
		{"[1}", ERR_INPUT, "byte "},
		{"{\"a\" 1}", ERR_INPUT, "byte "},
		{"{a:1}", ERR_INPUT, "byte "},
		{"[01]", ERR_INPUT, "byte "},
		{"[+1]", ERR_INPUT, "byte "},
		{"[1.]", ERR_INPUT, "byte "},
		{"[.5]", ERR_INPUT, "byte "},
		{"[-]", ERR_INPUT, "byte "},
		{"[1e]", ERR_INPUT, "byte "},
		{"[NaN]", ERR_INPUT, "byte "},
		{"[truE]", ERR_INPUT, "byte "},
		{"[1 2]", ERR_INPUT, "byte "},
		{"[/*x*/]", ERR_INPUT, "byte "},
		{"[\"a\nb\"]", ERR_INPUT, "byte "},
		{"[\"\\x\"]", ERR_INPUT, "byte "},
		{"[\"\\u12g4\"]", ERR_INPUT, "byte 6: "},
		{"\xef\xbb\xbf{}", ERR_INPUT, "byte "},
		{"[\"\xff\"]", ERR_INPUT, "byte 2: malformed UTF-8"},
		{"[\"\xc0\x80\"]", ERR_INPUT, "byte 2: malformed UTF-8"},
		{"[\"abc\xed\xa0\x80\"]", ERR_INPUT, "malformed UTF-8"},
		{"[\"\xe2\x82\"]", ERR_INPUT, "malformed UTF-8"},
		{"[\"\xf4\x90\x80\x80\"]", ERR_INPUT, "malformed UTF-8"},
		{"[\"\\ud800\"]", ERR_INPUT, "byte 8: an escaped surrogate"},
		{"[\"\\ud800x\"]", ERR_INPUT, "byte 8: an escaped surrogate"},
		{"[\"\\ud800\\n\"]", ERR_INPUT, "byte 9: an escaped surrogate"},
		{"[\"\\ud800\\u0041\"]", ERR_INPUT, "byte 13: an escaped surrogate"},
		{"[\"\\udc00x\"]", ERR_INPUT, "byte 7: an escaped surrogate"},
		{"[\"\\u0000\"]", ERR_INPUT, "byte 7: \\u0000"},
		{"{\"a\\u0000b\":1}", ERR_INPUT, "byte 8: \\u0000"},
		{"{\"p\":1,\"p\":2}", ERR_INPUT, "byte 10: \"p\" is there twice"},
		{"{\"p\":1,\"\\u0070\":2}", ERR_INPUT, "byte 15: \"p\" is there twice"},
		{"{\"p\":{\"a\":[1,{\"b\":{\"c\":1,\"c\":2}}]}}", ERR_INPUT, "byte 28: p.a[1].b: \"c\" is there twice"},
		{"{\"q\":[1,[{\"x\":1,\"x\":1}]]}", ERR_INPUT, "byte 19: q[][0]: \"x\" is there twice"},
		{"{\"p\":9223372036854775808}", ERR_INPUT, "byte 24: p: 9223372036854775808: "},
		{"{\"p\":{\"n\":[1e999]}}", ERR_INPUT, "byte 16: p.n: 1e999: "},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t step = 1; step < 40; step += 3) {
			struct heard h = {0};
			struct why why = {""};
			enum err e = run("p,q[],*.d", slice_text(rows[i].text), step, &h, &why);
			CHECK_SAY(e == rows[i].e, "%s by %zu: %s %s", rows[i].text, step, err_name(e), why.text);
			CHECK_SAY(strstr(why.text, rows[i].why) != NULL, "%s by %zu: %s", rows[i].text, step, why.text);
			buf_free(&h.text);
		}
}

static void paths(void)
{
	static const struct {
		const char *path;
		enum err e;
	} rows[] = {
		{"a", ERR_OK}, {"[]", ERR_OK}, {"[][]", ERR_OK}, {"[].a", ERR_OK}, {"a.b[].c", ERR_OK}, {"*.*", ERR_OK},
		{"a b", ERR_OK}, {"a.b.c.d.e.f.g.h.i.j.k.l", ERR_OK}, {"*.*.*.*", ERR_OK}, {"@graph[]", ERR_OK},
		{"", ERR_INPUT}, {".", ERR_INPUT}, {"a.", ERR_INPUT}, {".a", ERR_INPUT}, {"a..b", ERR_INPUT}, {"a.[]", ERR_INPUT},
		{"[", ERR_INPUT}, {"a[", ERR_INPUT}, {"a[]b", ERR_INPUT}, {"a[0]", ERR_INPUT}, {"a]", ERR_INPUT}, {"a*", ERR_INPUT},
		{"**", ERR_INPUT}, {"[].", ERR_INPUT}, {"a.b.c.d.e.f.g.h.i.j.k.l.m", ERR_INPUT}, {"a.b.c.d.e.f.g.h.i.j.k.l[]", ERR_INPUT},
		{"*.*.*.*.*", ERR_LIMIT},
	};
	struct json_stream *s;
	struct why why;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum err e = json_stream_new(&rows[i].path, 1, hear, NULL, &s, &why);
		CHECK_SAY(e == rows[i].e, "%s: %s", rows[i].path, err_name(e));
		if (e == ERR_OK)
			json_stream_free(s);
	}
	const char *many[JSON_STREAM_PARTS_MAX + 1];
	for (size_t i = 0; i <= JSON_STREAM_PARTS_MAX; i++)
		many[i] = "a";
	CHECK(json_stream_new(many, JSON_STREAM_PARTS_MAX + 1, hear, NULL, &s, &why) == ERR_LIMIT);
	REQUIRE(json_stream_new(many, JSON_STREAM_PARTS_MAX, hear, NULL, &s, &why) == ERR_OK);
	json_stream_free(s);
	json_stream_free(NULL);
}

static const char document[] =
	"{\"meta\":{\"id\":\"\\ud83d\\udd14\",\"n\":-1.5e3},\"skip\":[{\"a\":{\"b\":[true,false,null]}},\"\303\251\\\\\"],\"list\":[1,{\"x\":"
	"[]},\"\\u00e9\\\"\"]}";

// Cut at every byte it is refused at the end; cut anywhere in two it is the same document.
static void cuts(void)
{
	struct slice whole = SLICE_LITERAL(document);
	for (size_t at = 0; at < whole.n; at++) {
		struct heard h = {0};
		struct why why;
		CHECK_SAY(run("meta,list[]", slice_part(whole, 0, at), 7, &h, &why) == ERR_INPUT, "cut at %zu", at);
		buf_free(&h.text);
	}
	for (size_t step = 1; step <= whole.n; step++) {
		struct heard h = {0};
		struct why why;
		CHECK(run("meta,list[]", whole, step, &h, &why) == ERR_OK);
		CHECK_TEXT((char *)h.text.p, "0={\"id\":\"\360\237\224\224\",\"n\":-1500.0};1=1;1={\"x\":[]};1=\"\303\251\\\"\";");
		buf_free(&h.text);
	}
}

static void stops(void)
{
	struct heard h = {.stop = 2};
	struct why why;
	struct json_stream *s;
	const char *path = "[]";
	buf_init(&h.text, 1000);
	REQUIRE(json_stream_new(&path, 1, hear, &h, &s, &why) == ERR_OK);
	CHECK(json_stream_put(s, slice_text("[ {\"a\":1}, [{\"b\":[1"), &why) == ERR_OK);
	CHECK(h.parts == 1 && h.offset == 2);
	CHECK(json_stream_put(s, slice_text("]}], [3]]"), &why) == ERR_DENIED);
	CHECK_TEXT(why.text, "enough");
	CHECK(h.parts == 2 && h.offset == 11);
	CHECK(json_stream_put(s, slice_text(" "), &why) == ERR_DENIED);
	CHECK(json_stream_end(s, &why) == ERR_DENIED);
	h.stop = 0;
	json_stream_again(s); // another document
	CHECK(json_stream_put(s, slice_text("[[1,2"), &why) == ERR_OK);
	json_stream_again(s); // in the middle of a part
	CHECK(read_by(s, slice_text("[5]"), 1, &why) == ERR_OK);
	CHECK(json_stream_put(s, slice_text(" {"), NULL) == ERR_INPUT);
	CHECK(h.parts == 3 && h.offset == 1);
	json_stream_free(s);
	buf_free(&h.text);
}

// n times the text, after a start and before an end.
static enum err repeated(const char *start, const char *text, size_t n, const char *end, size_t step, struct heard *h, struct why *why)
{
	struct buf b;
	buf_init(&b, 200u << 20);
	buf_put_text(&b, start);
	for (size_t i = 0; i < n; i++)
		buf_put_text(&b, text);
	buf_put_text(&b, end);
	enum err e = run("p,q[]", buf_slice(&b), step, h, why);
	buf_free(&b);
	buf_free(&h->text);
	return e;
}

static void limits(void)
{
	static const char kilo[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
							   "abcdef0123456789abcdef";
	size_t text = JSON_STREAM_TEXT_MAX / (sizeof kilo - 1);
	struct heard h = {0};
	struct why why;
	CHECK(repeated("", "[", JSON_DEPTH_MAX, "", 100, &h, &why) == ERR_INPUT);
	CHECK(repeated("", "[", JSON_DEPTH_MAX + 1, "", 100, &h, &why) == ERR_LIMIT);
	CHECK_TEXT(why.text, "byte 65: nested deeper than 64");
	CHECK(repeated("{\"p\":", "[", JSON_DEPTH_MAX - 1, "", 100, &h, &why) == ERR_INPUT);
	CHECK(repeated("{\"p\":", "[", JSON_DEPTH_MAX, "", 100, &h, &why) == ERR_LIMIT);
	CHECK(repeated("{\"p\":[0", ",1", JSON_STREAM_PART_VALUES_MAX - 2, "]}", 5000, &h, &why) == ERR_OK);
	CHECK(repeated("{\"p\":[0", ",1", JSON_STREAM_PART_VALUES_MAX - 1, "]}", 5000, &h, &why) == ERR_LIMIT);
	CHECK(strstr(why.text, ": p: more values than 1000000") != NULL);
	CHECK(repeated("{\"x\":[0", ",1", JSON_STREAM_PART_VALUES_MAX + 9, "]}", 5000, &h, &why) == ERR_OK);
	// One text: of a part, of none, a name, blanks; in pieces that would take hours if each were read from the start.
	CHECK(repeated("{\"x\":\"", kilo, text - 1, "\"}", 100, &h, &why) == ERR_OK);
	CHECK(repeated("{\"x\":\"", kilo, text + 1000, "\"}", 100, &h, &why) == ERR_LIMIT);
	CHECK_TEXT(why.text, "byte 4: one text of more than 16777216 bytes");
	CHECK(repeated("{\"", kilo, text + 1000, "\":1}", 1 << 20, &h, &why) == ERR_LIMIT);
	CHECK(repeated("{\"p\":", kilo + 118, 0, "\"\"}", 1, &h, &why) == ERR_OK);
	CHECK(repeated("{\"p\":[", "          ", JSON_STREAM_TEXT_MAX / 10 + 10000, "]}", 100, &h, &why) == ERR_LIMIT);
	CHECK(repeated("{\"p\":[1", "0000000000", JSON_STREAM_TEXT_MAX / 10 + 10000, "]}", 100, &h, &why) == ERR_LIMIT);
}

static void text_of_a_part(void)
{
	struct heard h = {0};
	struct why why;
	struct buf item;
	buf_init(&item, 2 << 20);
	buf_put_text(&item, ",\"");
	for (size_t i = 0; i < 1 << 20; i++)
		buf_put_u8(&item, 'x');
	buf_put_text(&item, "\"");
	buf_put_u8(&item, 0);
	CHECK(repeated("{\"p\":[1", (char *)item.p, 64, "]}", 1 << 20, &h, &why) == ERR_LIMIT);
	CHECK(strstr(why.text, ": p: more than 67108864 bytes of text") != NULL);
	CHECK(repeated("{\"x\":[1", (char *)item.p, 70, "]}", 1 << 20, &h, &why) == ERR_OK);
	CHECK(repeated("{\"q\":[1", (char *)item.p, 70, "]}", 1 << 20, &h, &why) == ERR_OK); // each a part of its own
	buf_free(&item);
}

const struct test tests[] = {
	{"the parts that paths name", parts},
	{"refused documents, in pieces of every size", refusals},
	{"paths", paths},
	{"a document cut at every byte", cuts},
	{"a refusal stops it, and it begins again", stops},
	{"depth, values, one text", limits},
	{"the text of a part", text_of_a_part},
	{NULL, NULL},
};
