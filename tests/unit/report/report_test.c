#include "report/report.h"

#include <dirent.h>

#include "test.h"

#define SHORT "{\"format\":\"tocsin-report/1\",\"kind\":\"attack\",\"title\":\"t\",\"tlp\":\"TLP:GREEN\",\"teams\":[1],"

static struct slice text(const char *s)
{
	return slice_text(s);
}

static enum err from(struct report *r, const char *path, struct slice in, struct why *why)
{
	report_init(r);
	return report_from_source(r, path, in, NULL, why);
}

static bool has(const struct report *r, enum observable_type type, const char *value)
{
	return observable_list_find(&r->extract.list, type, text(value)) != NULL;
}

// Encode, decode, encode: the same bytes.
static void round_trip(const struct report *r)
{
	static struct report back;
	struct buf once, twice;
	struct why why = {""};
	buf_init(&once, REPORT_DOCUMENT_MAX);
	buf_init(&twice, REPORT_DOCUMENT_MAX);
	report_init(&back);
	enum err e = report_encode(r, &once, &why);
	CHECK_SAY(e == ERR_OK, "encode: %s", why.text);
	e = report_decode(buf_slice(&once), &back, &why);
	CHECK_SAY(e == ERR_OK, "decode: %s", why.text);
	e = report_encode(&back, &twice, &why);
	CHECK_SAY(e == ERR_OK, "encode again: %s", why.text);
	CHECK(slice_equal(buf_slice(&once), buf_slice(&twice)));
	report_free(&back);
	buf_free(&once);
	buf_free(&twice);
}

static void sources(void)
{
	static const struct {
		const char *path, *in, *title, *value;
		enum observable_type type;
		enum tlp tlp;
		bool described;
	} rows[] = {
		{"a/note.txt", "Worm at the plant\r\nTLP:GREEN\r\nC2 185.220[.]101.7 seen\r\n", "Worm at the plant", "185.220.101.7", OBSERVABLE_IPV4,
	     TLP_GREEN, true},
		{"note.txt", "tlp: amber tLp:Red and TLP:green\nmd5 db349b97c37d22f5ea1d1841e3c89eb4", "tlp: amber tLp:Red and TLP:green",
	     "db349b97c37d22f5ea1d1841e3c89eb4", OBSERVABLE_MD5, TLP_RED, true},
		{"list.csv", "type,value\ndomain,evil.example.com\nip,203.0.113.9\n", "list.csv", "evil.example.com", OBSERVABLE_DOMAIN,
	     TLP_AMBER_STRICT, false},
		{"m.json",
	     "{\"Event\":{\"info\":\"Spam run\",\"date\":\"2017-05-12\",\"Tag\":[{\"name\":\"tlp:white\"}],\"Attribute\":[{\"type\":\"ip-dst\","
	     "\"value\":\"198.51.100.7\",\"to_ids\":true}]}}",
	     "Spam run", "198.51.100.7", OBSERVABLE_IPV4, TLP_CLEAR, false},
		{"b.json",
	     "{\"type\":\"bundle\",\"id\":\"bundle--9d1d46d0-9ff0-4a27-9d0b-d1d2a8a1a1a1\",\"objects\":[{\"type\":\"ipv4-addr\",\"spec_version\":"
	     "\"2.1\",\"id\":\"ipv4-addr--9d1d46d0-9ff0-4a27-9d0b-d1d2a8a1a1a2\",\"value\":\"198.51.100.8\"}]}",
	     "b.json", "198.51.100.8", OBSERVABLE_IPV4, TLP_AMBER_STRICT, false},
		{"wide.txt", NULL, "Wurm", "198.51.100.9", OBSERVABLE_IPV4, TLP_AMBER_STRICT, true},
	};
	static const char wide[] = "\xff\xfeW\0u\0r\0m\0\n\0001\0009\0008\0.\0005\0001\0.\0001\0000\0000\0.\0009\0";
	static struct report r;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why = {""};
		struct slice in = rows[i].in != NULL ? text(rows[i].in) : slice_of(wide, sizeof wide - 1);
		enum err e = from(&r, rows[i].path, in, &why);
		CHECK_SAY(e == ERR_OK, "%s: %s", rows[i].path, why.text);
		CHECK_TEXT(r.title, rows[i].title);
		CHECK_SAY(has(&r, rows[i].type, rows[i].value), "%s", rows[i].path);
		CHECK_SAY(r.tlp == rows[i].tlp, "%s", rows[i].path);
		CHECK_SAY((r.description.n > 0) == rows[i].described, "%s", rows[i].path);
		CHECK(r.attachments == 1 && slice_equal(r.attachment[0].bytes, in) && strchr(r.attachment[0].name, '/') == NULL);
		e = report_address(&r, 3, NULL);
		CHECK(e == ERR_OK);
		round_trip(&r);
		report_free(&r);
	}
}

static void wide_json(void)
{
	static const char json[] = "{\"Event\":{\"info\":\"Wide\",\"Attribute\":[{\"type\":\"md5\",\"value\":\"db349b97c37d22f5ea1d1841e3c89eb4\"}]}}";
	char bytes[2 * sizeof json];
	size_t n = 0;
	bytes[n++] = '\xfe';
	bytes[n++] = '\xff';
	for (const char *p = json; *p != 0; p++) {
		bytes[n++] = 0;
		bytes[n++] = *p;
	}
	static struct report r;
	enum err e = from(&r, "wide.json", slice_of(bytes, n), NULL);
	CHECK(e == ERR_OK);
	CHECK_TEXT(r.title, "Wide");
	CHECK(has(&r, OBSERVABLE_MD5, "db349b97c37d22f5ea1d1841e3c89eb4"));
	report_free(&r);
}

static void sources_refused(void)
{
	static const struct {
		const char *path, *says;
		struct slice in;
	} rows[] = {
		{"x.json", "x.json: as misp: ", SLICE_LITERAL("{\"Event\":{\"info\":\"a\",}}")},
		{"x.json", "x.json: as misp: ", SLICE_LITERAL("{\"info\":1,\"info\":2}")},
		{"b.json", "b.json: as stix: ", SLICE_LITERAL("{\"type\":\"bundle\",")},
		{"odd.txt", "odd.txt: UTF-16 text of an odd number", SLICE_LITERAL("\xff\xfe""a")},
		{"nul.txt", "nul.txt: as text: byte 2 is NUL", SLICE_LITERAL("a\0b")},
		{"lone.txt", "lone.txt: byte 3: a lone surrogate", SLICE_LITERAL("\xff\xfe\x00\xd8")},
		{"a\nb.txt", "attachment's name: byte 2 is a control", SLICE_LITERAL("hello")},
		{"folder/", "attachment: a name of 0 bytes", SLICE_LITERAL("hello")},
	};
	static struct report r;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why = {""};
		enum err e = from(&r, rows[i].path, rows[i].in, &why);
		CHECK_SAY(e == ERR_INPUT, "row %zu", i);
		CHECK_SAY(strstr(why.text, rows[i].says) != NULL, "row %zu: %s", i, why.text);
		report_free(&r);
	}
}

static void long_text(void)
{
	static struct report r;
	size_t n = REPORT_TEXT_MAX + 10;
	char *big = malloc(n);
	REQUIRE(big != NULL);
	memset(big, 'a', n);
	for (size_t i = 80; i < n; i += 80)
		big[i] = '\n';
	enum err e = from(&r, "big.txt", slice_of(big, n), NULL);
	CHECK(e == ERR_OK);
	CHECK(r.description.n <= REPORT_TEXT_MAX && r.attachment[0].bytes.n == n);
	free(big);
	report_free(&r);
}

static void fields(void)
{
	static struct report r;
	struct why why = {""};
	report_init(&r);
	enum err e = report_title(&r, text("By hand"), &why);
	CHECK(e == ERR_OK);
	CHECK(report_describe(&r, text("One\n\ttwo"), &why) == ERR_OK);
	CHECK(report_address(&r, 7, &why) == ERR_OK && report_address(&r, 2, &why) == ERR_OK && report_address(&r, 5, &why) == ERR_OK);
	CHECK(r.team[0] == 2 && r.team[1] == 5 && r.team[2] == 7);
	CHECK(report_observe(&r, text("url=hxxp://a.example[.]com/x?q=1"), &why) == ERR_OK);
	CHECK(report_observe(&r, text("198.51.100.7"), &why) == ERR_OK);
	CHECK(report_observe(&r, text("filename=perfc.dat"), &why) == ERR_OK);
	const struct observable_entry *derived = observable_list_find(&r.extract.list, OBSERVABLE_DOMAIN, text("a.example.com"));
	CHECK(derived != NULL && derived->derived);
	CHECK(report_attach(&r, "one", text("1"), &why) == ERR_OK && report_attach(&r, "two", text("22"), &why) == ERR_OK);
	CHECK(slice_is_text(r.attachment[0].bytes, "1") && slice_is_text(r.attachment[1].bytes, "22"));
	r.kind = RECORD_FLAW;
	r.occurred = 1494547200;
	round_trip(&r);
	report_free(&r);
}

static void fields_refused(void)
{
	static struct report r;
	struct why why;
	struct buf json;
	buf_init(&json, REPORT_DOCUMENT_MAX);
	report_init(&r);
	CHECK(report_title(&r, text(""), &why) == ERR_INPUT);
	CHECK(report_title(&r, text("a\nb"), &why) == ERR_INPUT && strstr(why.text, "byte 2") != NULL);
	CHECK(report_title(&r, text("a\xff"), &why) == ERR_INPUT && strstr(why.text, "byte 2") != NULL);
	CHECK(report_describe(&r, text("a\r\n"), &why) == ERR_INPUT);
	CHECK(report_describe(&r, text("\xc2\x9b"), &why) == ERR_INPUT);
	CHECK(report_observe(&r, text("ipv4=1.2.3"), &why) == ERR_INPUT && strstr(why.text, "ipv4=1.2.3") != NULL);
	CHECK(report_observe(&r, text("nothing in particular"), &why) == ERR_INPUT);
	CHECK(report_observe(&r, text("ip=1.2.3.4"), &why) == ERR_INPUT && strstr(why.text, "there is no type \"ip\"") != NULL);
	CHECK(report_address(&r, 0, &why) == ERR_INPUT);
	CHECK(report_address(&r, 1, &why) == ERR_OK && report_address(&r, 1, &why) == ERR_EXISTS);
	for (uint16_t i = 2; i <= RECORD_AUDIENCE_MAX; i++)
		CHECK(report_address(&r, i, &why) == ERR_OK);
	CHECK(report_address(&r, 9, &why) == ERR_LIMIT);
	CHECK(report_attach(&r, "../x", text(""), &why) == ERR_INPUT);
	CHECK(report_attach(&r, "..", text(""), &why) == ERR_INPUT);
	CHECK(report_attach(&r, "a\\b", text(""), &why) == ERR_INPUT);
	CHECK(report_attach(&r, "x", text(""), &why) == ERR_OK && report_attach(&r, "x", text(""), &why) == ERR_EXISTS);
	CHECK(report_encode(&r, &json, &why) == ERR_INPUT && strstr(why.text, "title") != NULL);
	report_free(&r);
	buf_free(&json);
}

static void documents_refused(void)
{
	static const struct {
		const char *json, *says;
	} rows[] = {
		{"", "line 1"},
		{"[]", "the document: "},
		{"{\"format\":\"tocsin-report/2\"}", "format: \"tocsin-report/2\""},
		{SHORT "\"observables\":[]}", "refused"},
		{SHORT "\"observables\":[],\"refused\":[],\"extra\":1}", "extra: a field that"},
		{SHORT "\"observables\":[],\"refused\":[],\"description\":null}", "description: null"},
		{SHORT "\"observables\":[],\"refused\":[],\"description\":\"\"}", "description: empty"},
		{SHORT "\"observables\":[],\"refused\":[],\"description\":\"a\\u0007\"}", "description: byte 2"},
		{SHORT "\"observables\":[],\"refused\":[],\"occurred\":\"2017-05-12\"}", "occurred: must be written 2017-05-12T00:00:00Z"},
		{SHORT "\"observables\":[],\"refused\":[],\"occurred\":\"yesterday\"}", "occurred: \"yesterday\""},
		{SHORT "\"observables\":[],\"refused\":[],\"refused_more\":0}", "refused_more"},
		{SHORT "\"observables\":[{\"type\":\"ip\",\"value\":\"1.2.3.4\",\"place\":\"p\",\"times\":1}],\"refused\":[]}", "observables[0].type"},
		{SHORT "\"observables\":[{\"type\":\"ipv4\",\"value\":\"1.2.3\",\"place\":\"p\",\"times\":1}],\"refused\":[]}", "observables[0].value"},
		{SHORT "\"observables\":[{\"type\":\"domain\",\"value\":\"EVIL.example.com\",\"place\":\"p\",\"times\":1}],\"refused\":[]}",
	     "is not canonical: that would be domain evil.example.com"},
		{SHORT "\"observables\":[{\"type\":\"ipv4\",\"value\":\"1.2.3.4\",\"times\":1}],\"refused\":[]}", "observables[0].place"},
		{SHORT "\"observables\":[{\"type\":\"ipv4\",\"value\":\"1.2.3.4\",\"place\":\"p\"}],\"refused\":[]}", "observables[0]: one of"},
		{SHORT "\"observables\":[{\"type\":\"ipv4\",\"value\":\"1.2.3.4\",\"place\":\"p\",\"times\":1,\"from\":\"x\"}],\"refused\":[]}",
	     "observables[0]: one of"},
		{SHORT "\"observables\":[{\"type\":\"ipv4\",\"value\":\"1.2.3.4\",\"place\":\"p\",\"times\":1},{\"type\":\"ipv4\",\"value\":"
	           "\"1.2.3.4\",\"place\":\"p\",\"times\":1}],\"refused\":[]}",
	     "observables[1]: ipv4 1.2.3.4 stands there twice"},
		{SHORT "\"observables\":[7],\"refused\":[]}", "observables[0]"},
		{SHORT "\"observables\":[],\"refused\":[{\"place\":\"p\",\"value\":\"v\"}]}", "refused[0].rule"},
		{"{\"format\":\"tocsin-report/1\",\"kind\":\"war\",\"title\":\"t\",\"tlp\":\"TLP:GREEN\",\"teams\":[1],\"observables\":[],\"refused\":[]}",
	     "kind: \"war\""},
		{"{\"format\":\"tocsin-report/1\",\"kind\":\"flaw\",\"title\":\"\",\"tlp\":\"TLP:GREEN\",\"teams\":[1],\"observables\":[],\"refused\":[]}",
	     "title: empty"},
		{"{\"format\":\"tocsin-report/1\",\"kind\":\"flaw\",\"title\":\"t\",\"tlp\":\"green\",\"teams\":[1],\"observables\":[],\"refused\":[]}",
	     "tlp: \"green\""},
		{"{\"format\":\"tocsin-report/1\",\"kind\":\"flaw\",\"title\":\"t\",\"tlp\":\"TLP:RED\",\"teams\":[],\"observables\":[],\"refused\":[]}",
	     "teams: 0 teams"},
		{"{\"format\":\"tocsin-report/1\",\"kind\":\"flaw\",\"title\":\"t\",\"tlp\":\"TLP:RED\",\"teams\":[2,1],\"observables\":[],\"refused\":[]}",
	     "teams[1]: 1 is not above"},
		{"{\"format\":\"tocsin-report/1\",\"kind\":\"flaw\",\"title\":\"t\",\"tlp\":\"TLP:RED\",\"teams\":[65536],\"observables\":[],\"refused\":[]}",
	     "teams[0]"},
	};
	static struct report r;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why = {""};
		report_init(&r);
		enum err e = report_decode(text(rows[i].json), &r, &why);
		CHECK_SAY(e == ERR_INPUT, "row %zu", i);
		CHECK_SAY(strstr(why.text, rows[i].says) != NULL, "row %zu: %s", i, why.text);
		report_free(&r);
	}
}

static void truncated(void)
{
	static const char whole[] = SHORT "\"observables\":[{\"type\":\"ipv4\",\"value\":\"1.2.3.4\",\"place\":\"p\",\"times\":1}],\"refused\":[]}";
	static struct report r;
	for (size_t n = 0; n < sizeof whole; n++) {
		report_init(&r);
		enum err e = report_decode(slice_of(whole, n), &r, NULL);
		CHECK_SAY((e == ERR_OK) == (n == sizeof whole - 1), "%zu bytes", n);
		report_free(&r);
	}
}

static void tokens(void)
{
	static const char list_text[] = "tocsin-common-values 1 test\ncidr 10.0.0.0/8\ndomain example.org\n";
	static struct report r;
	struct report_token rows[8];
	struct commonplace *list = NULL;
	size_t count = 0;
	enum err e = commonplace_load(SLICE_LITERAL(list_text), &list, NULL);
	REQUIRE(e == ERR_OK);
	e = from(&r, "e.json",
	         text("{\"Event\":{\"info\":\"x\",\"Attribute\":[{\"type\":\"ip-dst\",\"value\":\"10.1.2.3\",\"to_ids\":true},{\"type\":\"md5\","
	              "\"value\":\"db349b97c37d22f5ea1d1841e3c89eb4\",\"to_ids\":false},{\"type\":\"url\",\"value\":\"http://a.example.org/x\",\"to_ids\":true}]}}"),
	         NULL);
	CHECK(e == ERR_OK);
	e = report_tokens(&r, list, rows, 8, &count, NULL);
	CHECK(e == ERR_OK && count == r.extract.list.count);
	for (size_t i = 0; i < count; i++) {
		enum observable_type type = rows[i].entry->type;
		CHECK(rows[i].common == (type == OBSERVABLE_IPV4 || type == OBSERVABLE_DOMAIN));
		CHECK(rows[i].background == (type == OBSERVABLE_MD5));
		CHECK(!rows[i].common || rows[i].rule.n > 0);
		CHECK(rows[i].entry->derived == (type == OBSERVABLE_DOMAIN));
	}
	e = report_tokens(&r, NULL, rows, 8, &count, NULL);
	for (size_t i = 0; e == ERR_OK && i < count; i++)
		CHECK(!rows[i].common);
	CHECK(report_tokens(&r, NULL, rows, count - 1, &count, NULL) == ERR_LIMIT);
	report_free(&r);
	commonplace_free(list);
}

// A mark on everything says nothing; on something it counts, unless the reporter ignores it.
static void foreground(void)
{
#define MISP(one, two)                                                                                                           \
	"{\"Event\":{\"info\":\"x\",\"Attribute\":[{\"type\":\"md5\",\"value\":\"db349b97c37d22f5ea1d1841e3c89eb4\",\"to_ids\":" one          \
	"},{\"type\":\"md5\",\"value\":\"84c82835a5d21bbcf75a61706d8ab549\",\"to_ids\":" two "}]}}"
	static const struct {
		const char *in;
		size_t background, notes;
	} rows[] = {{MISP("false", "false"), 0, 1}, {MISP("true", "false"), 1, 0}, {MISP("true", "true"), 0, 0}};
	static struct report r;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t background = 0;
		enum err e = from(&r, "e.json", text(rows[i].in), NULL);
		CHECK(e == ERR_OK && r.extract.list.count == 2);
		for (size_t k = 0; k < r.extract.list.count; k++)
			background += r.extract.list.entries[k].background;
		CHECK_SAY(background == rows[i].background, "row %zu: %zu", i, background);
		CHECK_SAY(r.extract.list.refused == rows[i].notes, "row %zu", i);
		e = report_foreground(&r, NULL);
		CHECK(e == ERR_OK && !r.extract.list.entries[0].background && !r.extract.list.entries[1].background);
		CHECK(r.extract.list.refused == rows[i].notes + (rows[i].background > 0));
		report_free(&r);
	}
}

// Every real event is read, or refused with a reason; what is read makes the round trip.
static void misp_events(void)
{
	const char *folder = test_data("misp/dev");
	static struct report r;
	unsigned read = 0, refused = 0;
	if (folder == NULL)
		return;
	char path[1024], base[512];
	snprintf(base, sizeof base, "%s", folder);
	DIR *d = opendir(base);
	REQUIRE(d != NULL);
	for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
		size_t n = 0;
		if (strstr(entry->d_name, ".json") == NULL)
			continue;
		snprintf(path, sizeof path, "%s/%s", base, entry->d_name);
		unsigned char *bytes = test_read(path, &n);
		if (bytes == NULL)
			continue;
		struct why why = {""};
		enum err e = from(&r, entry->d_name, slice_of(bytes, n), &why);
		CHECK_SAY(e == ERR_OK || why.text[0] != 0, "%s", entry->d_name);
		read += e == ERR_OK;
		refused += e != ERR_OK;
		if (e == ERR_OK && report_address(&r, 1, NULL) == ERR_OK)
			round_trip(&r);
		report_free(&r);
		free(bytes);
	}
	closedir(d);
	printf("  %u events read, %u refused\n", read, refused);
	CHECK(read > 50);
}

const struct test tests[] = {
	{"sources", sources},
	{"json in utf-16", wide_json},
	{"sources refused", sources_refused},
	{"a long text", long_text},
	{"fields", fields},
	{"fields refused", fields_refused},
	{"documents refused", documents_refused},
	{"truncated", truncated},
	{"tokens", tokens},
	{"foreground", foreground},
	{"misp events", misp_events},
	{NULL, NULL},
};
