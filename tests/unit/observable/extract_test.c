#include "test.h"

#include "base/buf.h"
#include "json/write.h"
#include "observable/extract.h"

#include <dirent.h>

// The result in one line: "type value; +type derived; !refused value; -noted value".
static char *summary(const struct extract *x)
{
	static char text[1 << 16];
	size_t n = 0;
	text[0] = 0;
	for (size_t i = 0; i < x->list.count && n < sizeof text; i++) {
		const struct observable_entry *e = &x->list.entries[i];
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%s%s %.*s", n > 0 ? "; " : "", e->derived ? "+" : "",
		                      e->background ? "~" : "", observable_type_name(e->type), SLICE_ARGS(e->value));
	}
	for (size_t i = 0; i < x->list.refused && n < sizeof text; i++) {
		const struct observable_refusal *r = &x->list.refusals[i];
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%.*s", n > 0 ? "; " : "", r->note ? "-" : "!", SLICE_ARGS(r->value));
	}
	return text;
}

struct row {
	const char *in, *want; // want: the summary, or "ERR: " and how the error begins
};

static void rows_of(enum extract_format format, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct extract x;
		struct why why = {""};
		extract_init(&x);
		enum err e = extract_any(slice_text(rows[i].in), format, &x, &why);
		if (strncmp(rows[i].want, "ERR: ", 5) == 0)
			CHECK_SAY(e != ERR_OK && strncmp(why.text, rows[i].want + 5, strlen(rows[i].want) - 5) == 0, "%s: %s %s", rows[i].in,
			          err_name(e), why.text);
		else if (CHECK_SAY(e == ERR_OK, "%s: %s", rows[i].in, why.text))
			CHECK_TEXT(summary(&x), rows[i].want);
		for (size_t r = 0; r < x.list.refused; r++)
			CHECK_SAY(x.list.refusals[r].place.n > 0 && x.list.refusals[r].rule.n > 0, "%s", rows[i].in);
		for (size_t r = 0; r < x.list.count; r++)
			CHECK_SAY(x.list.entries[r].place.n > 0 && x.list.entries[r].written.n > 0, "%s", rows[i].in);
		extract_free(&x);
		extract_free(&x);
	}
}
#define ROWS(format, rows) rows_of((format), (rows), sizeof(rows) / sizeof *(rows))

static void text(void)
{
	static const struct row rows[] = {
		{"", ""},
		{"no indicators here, e.g. none, and/or v1.2 on 12/03/2020 at 12:30.", ""},
		{"C2: 45.33.32.156.", "ipv4 45.33.32.156"},
		{"hxxps[:]//evil[.]example-c2[.]net/gate.php?id=1, then", "url https://evil.example-c2.net/gate.php?id=1; +domain evil.example-c2.net; +domain example-c2.net"},
		{"(see http://x.com/a_(b)).", "url http://x.com/a_(b); +domain x.com"},
		{"[link](http://abc.com/x)", "url http://abc.com/x; +domain abc.com"},
		{"url=\"http://abc.com/x\"", "url http://abc.com/x; +domain abc.com"},
		{"http://a.com/c,http://b.com/d;http://c.com/", "url http://a.com/c; url http://b.com/d; url http://c.com/; +domain a.com; +domain b.com; +domain c.com"},
		{"http://a.com/b,2021-03-04", "url http://a.com/b; +domain a.com; -,2021-03-04"},
		{"185[.]12.3(.)4:8080", "ipv4 185.12.3.4"},
		{"1.2.3.4 1.2.3.4, 1[.]2.3.4", "ipv4 1.2.3.4"},
		{"MD5:d41d8cd98f00b204e9800998ecf8427e SHA1=da39a3ee5e6b4b0d3255bfef95601890afd80709", "md5 d41d8cd98f00b204e9800998ecf8427e; sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"bad.guy[at]proton[.]me; mailto:a@evil.com", "mail bad.guy@proton.me; mail a@evil.com; +domain proton.me; +domain evil.com"},
		{"uses cve-2021-44228, AS15169 and AS40", "cve CVE-2021-44228; asn 15169"},
		{"10.0.0.0/8 2001:db8::1, fe80::1%eth0", "cidr 10.0.0.0/8; ipv6 2001:db8::1; !fe80::1%eth0"},
		{"10.1.0.0/8", "!10.1.0.0/8"},
		{"evil.zip readme.md foo[.]zip www.evil.zip", "domain foo.zip; domain www.evil.zip; +domain evil.zip; !evil.zip; !readme.md"},
		{"mssecsvc.exe tasksche.exe C:\\a.b\\evil.com host.local", "!mssecsvc.exe; !tasksche.exe; !host.local"},
		{"version 1.2.3.4 and v10.0.1.2 and Chrome/41.0.2272.76", "!1.2.3.4; !v10.0.1.2"},
		{"1.2.3.400 01.2.3.4 1.2.3 1.2.3.4.5", "!1.2.3.400; !01.2.3.4"},
		{"a sentence.Next begins", "!sentence.Next"},
		{"evil.com/path evil.org:8443", "domain evil.com; domain evil.org; -evil.com/path"},
		{"\xe2\x80\x9c" "evil-domain.xyz\xe2\x80\x9d \xc2\xab\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80.\xd1\x80\xd1\x84\xc2\xbb", "domain evil-domain.xyz; domain xn--e1afmkfd.xn--p1ai"},
		{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
		{"http://localhost/x hxxp://evil", "!http://localhost/x; !hxxp://evil"},
		{"x[.]y", "!x.y"},
		{"host[.]evil_corp!x", "!host.evil_corp!x"},
		{"\xef\xbb\xbf" "evil.com\r\n", "domain evil.com"},
		{"caf\xe9 evil.com", "domain evil.com; -"},
		{"\x81 evil.com", "ERR: byte 1 is not UTF-8, and byte 1 (0x81) is no Windows-1252"},
		{"\xff\xfe\x41", "ERR: UTF-16 text of an odd number"},
	};
	ROWS(EXTRACT_TEXT, rows);
	static const char utf16[] = "\xff\xfe" "e\0v\0i\0l\0.\0c\0o\0m\0=\xd8\x14\xdd", big[] = "\xfe\xff\0e\0v\0i\0l\0.\0c\0o\0m", lone[] = "\xff\xfe\x3d\xd8" "a\0";
	struct extract x;
	struct why why;
	extract_init(&x);
	CHECK(extract_text(SLICE_LITERAL(utf16), &x, &why) == ERR_OK);
	CHECK(extract_text(SLICE_LITERAL(big), &x, &why) == ERR_OK);
	CHECK(extract_text(SLICE_LITERAL(lone), &x, &why) == ERR_INPUT);
	CHECK(extract_text(SLICE_LITERAL("a\0b"), &x, &why) == ERR_INPUT);
	CHECK(x.list.entries[0].times == 1 || x.list.entries[0].times == 2);
	extract_free(&x);
}

static void csv(void)
{
	static const struct row rows[] = {
		{"", ""},
		{"type,value\nip,1.2.3.4\n", "ipv4 1.2.3.4"},
		{"Type;Value\r\ndomain;evil[.]com\r\n\r\nsha256;x\r\n", "domain evil.com; !x"},
		{"type\tvalue\nhostname\tevil.com\n", "domain evil.com"},
		{"\"type\",\"value\"\n\"filename\",\"a \"\"b\"\", c.exe\"\n", "filename a \"b\", c.exe"},
		{"md5;comment\nd41d8cd98f00b204e9800998ecf8427e;x\n", "md5 d41d8cd98f00b204e9800998ecf8427e; -comment"},
		{"type,value\nhash,d41d8cd98f00b204e9800998ecf8427e;da39a3ee5e6b4b0d3255bfef95601890afd80709\n", "md5 d41d8cd98f00b204e9800998ecf8427e; sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"type,value\nurl,http://x.com/a,b,c\n", "url http://x.com/a,b,c; +domain x.com; -http://x.com/a,b,c"},
		{"domain,ip\na.com,1.2.3.4,5.6.7.8\n", "!a.com"},
		{"url,url\nhttp://a.com/x,y,http://b.com/\n", "!http://a.com/x"},
		{"type,value\nurl,evil.com/x\nip,1.2.3.4:80\n", "domain evil.com; ipv4 1.2.3.4; -evil.com/x; -1.2.3.4:80"},
		{"type,value\nfoo,bar\n", "!bar"},
		{"type,value\n,evil.com\n", "domain evil.com"},
		{"# id,url\n1,http://x.com/\n", "url http://x.com/; +domain x.com; -# id"},
		{"# a comment\ndomain\nevil.com\n", "domain evil.com; -# a comment"},
		{"evil.com\n1.2.3.4\nhello\n", "domain evil.com; ipv4 1.2.3.4; !hello"},
		{"domain,note\n\"open.com,x\n", "-note; !\"open.com"},
		{"ip\n-\n\n1.2.3.4", "ipv4 1.2.3.4"},
		{"domain\n\"a.com\nb.com\"\nc.com", "domain a.com; domain b.com; domain c.com"},
		{"a\0b", "!a"},
		{"\x81", "ERR: byte 1"},
	};
	ROWS(EXTRACT_CSV, rows);
	struct extract x;
	struct why why;
	extract_init(&x);
	CHECK(extract_csv(SLICE_LITERAL("domain\n\"a.com\nb.com\"\nc.com"), &x, &why) == ERR_OK);
	CHECK(x.list.count == 3 && slice_is_text(x.list.entries[0].place, "line 2") && slice_is_text(x.list.entries[2].place, "line 4"));
	extract_free(&x);
}

static void misp(void)
{
	static const struct row rows[] = {
		{"{\"Event\":{\"info\":\"x\"}}", ""},
		{"{\"info\":\"x\",\"Attribute\":[{\"type\":\"md5\",\"value\":\"d41d8cd98f00b204e9800998ecf8427e\"}]}", "md5 d41d8cd98f00b204e9800998ecf8427e"},
		{"{\"response\":[{\"Event\":{\"Attribute\":[{\"type\":\"ip-dst|port\",\"value\":\"1.2.3.4|80\",\"to_ids\":false}]}}]}", "~ipv4 1.2.3.4"},
		{"[{\"Event\":{\"Attribute\":[{\"type\":\"domain|ip\",\"value\":\"evil.com|1.2.3.4\"}]}}]", "domain evil.com; ipv4 1.2.3.4"},
		{"{\"Event\":{\"Object\":[{\"Attribute\":[{\"type\":\"filename|sha1\",\"value\":\"A.exe|da39a3ee5e6b4b0d3255bfef95601890afd80709\"}]}]}}", "filename a.exe; sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"{\"Event\":{\"Attribute\":[{\"type\":\"comment\",\"value\":\"evil.com\"}]}}", "-evil.com"},
		{"{\"Event\":{\"Attribute\":[{\"type\":\"domain\",\"value\":\"evil.com\",\"deleted\":true}]}}", "-evil.com"},
		{"{\"Event\":{\"Attribute\":[{\"type\":\"domain\",\"value\":\"evil.com\",\"deleted\":\"1\"}]}}", "-evil.com"},
		{"{\"Event\":{\"Attribute\":[{\"type\":\"domain\",\"value\":17},{\"value\":\"x\"},\"y\"]}}", "!; !; !"},
		{"{\"Event\":{\"Attribute\":\"x\"}}", "!"},
		{"{\"Event\":{\"Attribute\":[{\"type\":\"md5\",\"value\":\"zz\"}]}}", "!zz"},
		{"{\"Event\":{\"Attribute\":[{\"type\":\"filename|md5\",\"value\":\"a.exe\"}]}}", "filename a.exe; !a.exe"},
		{"{\"Event\":{\"info\":\"x\",\"ShadowAttribute\":[{\"type\":\"domain\",\"value\":\"evil.com\"}]}}", "-evil.com"},
		{"{\"Event\":{\"Attribute\":[{\"type\":\"hostname\",\"value\":\"1.2.3.4\"}]}}", "ipv4 1.2.3.4; -1.2.3.4"},
#define TWICE(first, second) \
	"{\"Event\":{\"Attribute\":[{\"type\":\"domain\",\"value\":\"evil.com\",\"to_ids\":" first "}," \
	"{\"type\":\"domain\",\"value\":\"evil.com\",\"to_ids\":" second "}]}}"
		{TWICE("false", "false"), "~domain evil.com"},
		{TWICE("false", "true"), "domain evil.com"},
		{TWICE("true", "false"), "domain evil.com"},
		{TWICE("\"1\"", "0"), "domain evil.com"},
		{"{}", "ERR: the document: is no MISP event"},
		{"[]", "ERR: the document: has no event"},
		{"[1]", "ERR: [0]: is no MISP event"},
		{"{\"response\":[{\"Event\":{\"info\":\"x\"}},{}]}", "ERR: response[1]: is no MISP event"},
		{"{\"Event\":{},}", "ERR: line 1, column 13: "},
		{"", "ERR: line 1, column "},
	};
	ROWS(EXTRACT_MISP, rows);
	static const char text_in[] = "\xef\xbb\xbf{\"Event\":{\"info\":\"Ti\\ntle\",\"date\":\"2021-03-04\",\"Tag\":[{\"name\":\"tlp:green\"},{\"name\":\"TLP:AMBER+STRICT\"}],"
	                              "\"Object\":[{\"Attribute\":[{\"type\":\"url\",\"value\":\"hxxp://evil.com\"}]}]}}";
	struct extract x;
	struct why why;
	extract_init(&x);
	CHECK(extract_misp(SLICE_LITERAL(text_in), &x, &why) == ERR_OK);
	CHECK_TEXT(x.meta.title, "Ti tle");
	CHECK_TEXT(extract_tlp_name(x.meta.tlp), "TLP:AMBER+STRICT");
	CHECK(x.meta.date == 1614816000);
	REQUIRE(x.list.count == 2);
	CHECK(slice_is_text(x.list.entries[0].place, "Event.Object[0].Attribute[0].value"));
	CHECK(slice_is_text(x.list.entries[0].written, "hxxp://evil.com"));
	extract_free(&x);
}

#define BUNDLE(objects) "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[" objects "]}"
#define INDICATOR(pattern) BUNDLE("{\"type\":\"indicator\",\"pattern\":\"" pattern "\"}")

static void stix(void)
{
	static const struct row rows[] = {
		{BUNDLE(""), ""},
		{BUNDLE("{\"type\":\"ipv4-addr\",\"value\":\"1.2.3.4/32\"},{\"type\":\"ipv4-addr\",\"value\":\"10.0.0.0/8\"}"), "ipv4 1.2.3.4; cidr 10.0.0.0/8"},
		{"{\"type\":\"domain-name\",\"value\":\"Evil.com\"}", "domain evil.com"},
		{"{\"more\":false,\"objects\":[{\"type\":\"url\",\"value\":\"http://evil.com/\"}]}", "url http://evil.com/; +domain evil.com"},
		{BUNDLE("{\"type\":\"file\",\"name\":\"A.exe\",\"hashes\":{\"MD5\":\"d41d8cd98f00b204e9800998ecf8427e\",\"SSDEEP\":\"3:x\"}}"), "filename a.exe; md5 d41d8cd98f00b204e9800998ecf8427e; -3:x"},
		{BUNDLE("{\"type\":\"autonomous-system\",\"number\":15169},{\"type\":\"mutex\",\"name\":\"M\"}"), "asn 15169; mutex M"},
		{BUNDLE("{\"type\":\"x509-certificate\",\"hashes\":{\"SHA-1\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"}}"), "certificate da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{BUNDLE("{\"type\":\"software\",\"name\":\"x\",\"cpe\":\"cpe:2.3:a:v:p:1:*:*:*:*:*:*:*\"}"), "product v:p"},
		{BUNDLE("{\"type\":\"vulnerability\",\"name\":\"CVE-2021-44228\"},{\"type\":\"vulnerability\",\"name\":\"Log4Shell\"}"), "cve CVE-2021-44228"},
		{BUNDLE("{\"type\":\"observed-data\",\"objects\":{\"0\":{\"type\":\"email-addr\",\"value\":\"a@evil.com\"}}}"), "mail a@evil.com; +domain evil.com"},
		{BUNDLE("{\"type\":\"windows-registry-key\",\"key\":\"HKLM\\\\X\\\\Y\"}"), "registry-key HKEY_LOCAL_MACHINE\\x\\y"},
		{INDICATOR("[ipv4-addr:value = '1.2.3.4' OR domain-name:value = 'evil.com']"), "ipv4 1.2.3.4; domain evil.com"},
		{INDICATOR("([url:value='http://evil.com/'] AND [file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'])"), "url http://evil.com/; sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709; +domain evil.com"},
		{INDICATOR("[(file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:name = 'it\\\\'s') OR ipv4-addr:value IN ('1.2.3.4','5.6.7.8')]"), "md5 d41d8cd98f00b204e9800998ecf8427e; filename it's; ipv4 1.2.3.4; ipv4 5.6.7.8"},
		{INDICATOR("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '1.2.3.4' AND network-traffic:dst_port = 443]"), "ipv4 1.2.3.4; !ipv4-addr; !443"},
		{INDICATOR("[network-traffic:dst_ref.value = '203.0.113.33/32']"), "ipv4 203.0.113.33"},
		{INDICATOR("[domain-name:value LIKE 'evil%']"), "!evil%"},
		{INDICATOR("[domain-name:value MATCHES 'evil.*' OR domain-name:value != 'a.com' OR NOT_A:x = 'y']"), "!evil.*; !a.com; !y"},
		{INDICATOR("[domain-name:value NOT = 'evil.com']"), "!evil.com"},
		{INDICATOR("[ipv4-addr:value = '1.2.3.4'] FOLLOWEDBY [ipv4-addr:value = '1.2.3.5']"), "![ipv4-addr:value = '1.2.3.4'] FOLLOWEDBY [ipv4-addr:value = '1.2.3.5']"},
		{INDICATOR("[ipv4-addr:value = '1.2.3.4'] REPEATS 5 TIMES"), "![ipv4-addr:value = '1.2.3.4'] REPEATS 5 TIMES"},
		{INDICATOR("[ipv4-addr:value = '1.2.3.4'"), "![ipv4-addr:value = '1.2.3.4'"},
		{INDICATOR("ipv4-addr:value = '1.2.3.4'"), "!ipv4-addr:value = '1.2.3.4'"},
		{INDICATOR("[ipv4-addr:value = 1.2.3.4 x]"), "![ipv4-addr:value = 1.2.3.4 x]"},
		{INDICATOR(""), "!"},
		{BUNDLE("{\"type\":\"indicator\",\"pattern\":\"alert tcp\",\"pattern_type\":\"snort\"}"), "!alert tcp"},
		{BUNDLE("{\"type\":\"indicator\",\"pattern\":\"[a:b='c']\",\"revoked\":true}"), "-[a:b='c']"},
		{BUNDLE("{\"type\":\"indicator\"},{\"type\":\"domain-name\",\"value\":1},7"), "!; !; !"},
		{"{\"type\":\"bundle\",\"id\":\"bundle--1\"}", "-"},
		{"{\"type\":\"bundle\",\"objects\":{}}", "ERR: objects: {} is no array"},
		{"[]", "ERR: the document: has no object in it"},
		{"{\"type\":1}", "ERR: type: 1 is no text"},
		{"{}", "ERR: objects: is missing"},
		{"{\"type\":\"bundle\",\"type\":\"bundle\"}", "ERR: line 1, column "},
	};
	ROWS(EXTRACT_STIX, rows);
	static const char marked[] = BUNDLE("{\"type\":\"report\",\"name\":\"R\",\"published\":\"2021-03-04T05:06:07.000Z\",\"object_marking_refs\":"
	                                    "[\"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003\"]}");
	struct extract x;
	struct why why;
	extract_init(&x);
	CHECK(extract_stix(SLICE_LITERAL(marked), &x, &why) == ERR_OK && x.meta.tlp == EXTRACT_TLP_AMBER_STRICT);
	CHECK_TEXT(x.meta.title, "R");
	CHECK(x.meta.date == 1614834367);
	extract_free(&x);
}

static void formats(void)
{
	static const struct {
		const char *in;
		enum extract_format format;
	} rows[] = {
		{"", EXTRACT_TEXT}, {"hello, world", EXTRACT_TEXT}, {"evil.com", EXTRACT_TEXT}, {"[1.2.3.4]", EXTRACT_TEXT}, {"{x}", EXTRACT_TEXT},
		{"type,value\n", EXTRACT_CSV}, {"\xef\xbb\xbf\"Domain\";\"x\"\n", EXTRACT_CSV}, {"{\"Event\":{}}", EXTRACT_MISP},
		{"{\"response\":[]}", EXTRACT_MISP}, {"{\"type\": \"bundle\"}", EXTRACT_STIX}, {"{\"spec_version\":\"2.1\"}", EXTRACT_STIX},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(extract_guess(slice_text(rows[i].in)) == rows[i].format, "%s", rows[i].in);
}

static void limits(void)
{
	struct buf b;
	struct extract x;
	struct why why;
	for (unsigned over = 0; over <= 1; over++) {
		buf_init(&b, 1 << 20);
		for (unsigned i = 0; i < OBSERVABLES_MAX + over; i++)
			buf_printf(&b, "%u.%u.%u.%u\n", 1 + i / 65536, i / 256 % 256, i % 256, 1);
		extract_init(&x);
		CHECK(extract_text(buf_slice(&b), &x, &why) == (over ? ERR_LIMIT : ERR_OK));
		CHECK(x.list.count == OBSERVABLES_MAX);
		extract_free(&x);
		buf_free(&b);
	}
	buf_init(&b, 1 << 20);
	for (unsigned i = 0; i < OBSERVABLE_REFUSALS_MAX + 5; i++)
		buf_printf(&b, "file%u.exe\n", i);
	extract_init(&x);
	CHECK(extract_text(buf_slice(&b), &x, &why) == ERR_OK);
	CHECK(x.list.refused == OBSERVABLE_REFUSALS_MAX && x.list.refused_more == 5);
	extract_free(&x);
	buf_free(&b);
}

// A value found directly is not derived, in whichever order the two came.
static void direct_and_derived(void)
{
	struct extract x;
	struct why why;
	extract_init(&x);
	REQUIRE(extract_text(SLICE_LITERAL("http://evil.com/"), &x, &why) == ERR_OK);
	const struct observable_entry *e = observable_list_find(&x.list, OBSERVABLE_DOMAIN, SLICE_LITERAL("evil.com"));
	CHECK(e != NULL && e->derived && e->times == 0 && slice_is_text(e->written, "http://evil.com/"));
	REQUIRE(extract_text(SLICE_LITERAL("evil.com evil.com http://evil.com/"), &x, &why) == ERR_OK);
	e = observable_list_find(&x.list, OBSERVABLE_DOMAIN, SLICE_LITERAL("evil.com"));
	CHECK(e != NULL && !e->derived && e->times == 2 && !e->background && x.list.count == 2);
	CHECK(observable_list_find(&x.list, OBSERVABLE_DOMAIN, SLICE_LITERAL("evil.org")) == NULL);
	CHECK(observable_list_find(&x.list, OBSERVABLE_FILENAME, SLICE_LITERAL("evil.com")) == NULL);
	extract_free(&x);
	CHECK(observable_list_find(&x.list, OBSERVABLE_DOMAIN, SLICE_LITERAL("evil.com")) == NULL);
}

static void cut_anywhere(void)
{
	static const struct {
		enum extract_format format;
		const char *in;
	} rows[] = {
		{EXTRACT_TEXT, "\xe2\x80\x9chxxps[:]//evil[.]com/x,http://a.com/b,2021-03-04 1[.]2.3.4:80 ::1%x a[at]b(dot)com cpe:/a:b:c md5:d41d8cd98f00b204e9800998ecf8427e"},
		{EXTRACT_CSV, "type,value\n\"url\",\"http://x.com/\"\"a\"\"\",b\nip,1.2.3.4|80\r\nhash,\"d41d8cd98f00b204e9800998ecf8427e;x\""},
		{EXTRACT_MISP, "{\"Event\":{\"Tag\":[{\"name\":\"tlp:red\"}],\"Attribute\":[{\"type\":\"domain|ip\",\"value\":\"evil.com|1.2.3.4\"}]}}"},
		{EXTRACT_STIX, INDICATOR("[a:b.'c d' = 'x\\\\'' OR ipv4-addr:value NOT IN ('1.2.3.4', h'00')] START t'2021' STOP t'2022'")},
	};
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
		for (size_t n = 0; n <= strlen(rows[r].in); n++) {
			char *exact = malloc(n + 1);
			memcpy(exact, rows[r].in, n);
			struct extract x;
			struct why why = {""};
			extract_init(&x);
			enum err e = extract_any(slice_of(exact, n), rows[r].format, &x, &why);
			CHECK_SAY((e == ERR_OK) == (why.text[0] == 0), "row %zu cut at %zu: %s", r, n, why.text);
			extract_free(&x);
			free(exact);
		}
}

// A STIX pattern cut anywhere inside a bundle that is whole.
static void cut_pattern(void)
{
	const char *pattern = "([file:hashes.'SHA-1' = 'da39' AND (x:y[*].z IN ('a\\\\'', 1.5) OR EXISTS a:b)] OR [a:b LIKE 'c']) WITHIN 5 SECONDS";
	for (size_t n = 0; n <= strlen(pattern); n++) {
		char text_in[400];
		snprintf(text_in, sizeof text_in, "{\"type\":\"indicator\",\"pattern\":\"%.*s\"}", (int)n, pattern);
		struct extract x;
		struct why why;
		extract_init(&x);
		enum err e = extract_stix(slice_text(text_in), &x, &why);
		CHECK_SAY(e != ERR_OK || (x.list.count == 0 && x.list.refused >= 1), "cut at %zu", n);
		extract_free(&x);
	}
}

// Every file of a folder of real data; `refused`: the readings that must fail.
static void folder(const char *name, enum extract_format format, const char *const *refused, size_t least)
{
	const char *path = test_data(name);
	char file[4600], base[4096];
	size_t found = 0, n;
	if (path == NULL)
		return;
	snprintf(base, sizeof base, "%s", path);
	DIR *d = opendir(base);
	REQUIRE(d != NULL);
	for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
		if (entry->d_name[0] == '.' || strstr(entry->d_name, ".json") == NULL)
			continue;
		snprintf(file, sizeof file, "%s/%s", base, entry->d_name);
		unsigned char *bytes = test_read(file, &n);
		struct extract x;
		struct why why = {""};
		bool bad = false;
		for (const char *const *r = refused; r != NULL && *r != NULL; r++)
			bad |= strstr(entry->d_name, *r) != NULL;
		extract_init(&x);
		enum err e = extract_any(slice_of(bytes, n), format, &x, &why);
		CHECK_SAY((e != ERR_OK) == bad, "%s: %s", entry->d_name, why.text);
		for (size_t i = 0; i < x.list.refused; i++)
			CHECK_SAY(x.list.refusals[i].place.n > 0 && x.list.refusals[i].rule.n > 0, "%s: refusal %zu", entry->d_name, i);
		found += x.list.count;
		extract_free(&x);
		free(bytes);
	}
	closedir(d);
	CHECK_SAY(found >= least, "%s: %zu observables", name, found);
}

static void published_files(void)
{
	static const char *const broken[] = {"own__json-", "validator__invalid_braces", "validator__invalid_comma", NULL};
	static const char *const none[] = {NULL}, *const manifest[] = {"manifest", NULL}, *const all[] = {"", NULL};
	folder("misp/dev", EXTRACT_MISP, none, 5000);
	folder("misp/feed-sample", EXTRACT_MISP, manifest, 100);
	folder("misp/malformed", EXTRACT_MISP, all, 0);
	folder("stix/valid", EXTRACT_STIX, none, 80);
	folder("stix/invalid", EXTRACT_STIX, broken, 0);
}

// The syntax vectors of the pattern validator: a good pattern has no syntax refusal, a bad one gives no token.
static void pattern_vectors(void)
{
	const char *path = test_data("stix/patterns/pattern-syntax.jsonl");
	size_t n, good = 0, bad = 0;
	unsigned char *bytes = path != NULL ? test_read(path, &n) : NULL;
	if (bytes == NULL)
		return;
	struct json_lines lines = {.rest = slice_of(bytes, n)};
	struct json root;
	struct why why;
	while (json_lines_next(&lines, &root, &why) == ERR_OK) {
		struct slice pattern, expect;
		REQUIRE(json_get_text(&root, "pattern", &pattern, &why) == ERR_OK && json_get_text(&root, "expect", &expect, &why) == ERR_OK);
		struct buf b;
		struct json_writer w;
		struct extract x;
		buf_init(&b, 1 << 16);
		json_begin(&w, &b, false);
		json_open_object(&w, NULL);
		json_put_string(&w, "type", "indicator");
		json_put_text(&w, "pattern", pattern);
		json_close(&w);
		REQUIRE(json_end(&w, &why) == ERR_OK);
		extract_init(&x);
		CHECK(extract_stix(buf_slice(&b), &x, &why) == ERR_OK);
		struct slice rule = x.list.refused > 0 ? x.list.refusals[0].rule : SLICE_LITERAL("");
		bool syntax = slice_is_text(slice_part(rule, 0, 10), "character ");
		bool pass = slice_is_text(expect, "pass");
		CHECK_SAY(pass ? !syntax : x.list.count == 0 && x.list.refused > 0, "%.*s", SLICE_ARGS(pattern));
		pass ? good++ : bad++;
		extract_free(&x);
		buf_free(&b);
		json_free(&root);
	}
	CHECK_SAY(good >= 60 && bad >= 27, "%zu good, %zu bad", good, bad);
	free(bytes);
}

const struct test tests[] = {
	{"text", text}, {"csv", csv}, {"misp", misp}, {"stix", stix}, {"formats", formats}, {"limits", limits}, {"direct_and_derived", direct_and_derived},
	{"cut_anywhere", cut_anywhere}, {"cut_pattern", cut_pattern}, {"published_files", published_files},
	{"pattern_vectors", pattern_vectors}, {NULL, NULL},
};
