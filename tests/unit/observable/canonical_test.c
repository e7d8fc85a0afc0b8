#include "test.h"

#include "json/json.h"
#include "observable/observable.h"

#define CELLS 3

// \xHH in the table, so that any byte can stand in it.
static size_t unescape(char *text)
{
	size_t n = 0;
	for (const char *c = text; *c != 0; c++) {
		unsigned byte;
		if (c[0] == '\\' && c[1] == 'x' && sscanf(c + 2, "%2x", &byte) == 1) {
			text[n++] = (char)byte;
			c += 3;
		} else {
			text[n++] = *c;
		}
	}
	text[n] = 0;
	return n;
}

// `want` is a value, or "ipv4:" or "ipv6:" and a value where the form has a more exact type than was asked for.
static void accepted(enum observable_type type, struct slice in, const char *want, const char *shown)
{
	struct observable o, again;
	struct why why = {""};
	enum observable_type exact = type;
	if (type <= OBSERVABLE_CIDR && strncmp(want, "ipv", 3) == 0) {
		exact = want[3] == '4' ? OBSERVABLE_IPV4 : OBSERVABLE_IPV6;
		want += 5;
	}
	CHECK_SAY(observable_canonical(type, in, &o, &why) == ERR_OK && o.type == exact, "%s: %s", shown, why.text);
	CHECK_TEXT(o.value, want);
	CHECK_SAY(observable_canonical(exact, observable_value(&o), &again, &why) == ERR_OK, "%s again: %s", shown, why.text);
	CHECK_TEXT(again.value, o.value);
}

static void table(void)
{
	size_t n, rows = 0, refused = 0;
	char *text = (char *)test_read(test_source("tests/unit/observable/canonical.tsv"), &n), *rest = text;
	REQUIRE(text != NULL);
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		char *cells[CELLS] = {strsep(&line, "\t"), strsep(&line, "\t"), strsep(&line, "\t")};
		enum observable_type type;
		if (cells[0][0] == 0 || cells[0][0] == '#')
			continue;
		REQUIRE(cells[2] != NULL && observable_type_named(slice_text(cells[0]), &type));
		char shown[400];
		snprintf(shown, sizeof shown, "%s %s", cells[0], cells[1]);
		size_t in = unescape(cells[1]);
		unescape(cells[2]);
		rows++;
		struct observable o = {.n = 12345};
		struct why why = {""};
		if (cells[2][0] != '!') {
			accepted(type, slice_of(cells[1], in), cells[2], shown);
			continue;
		}
		refused++;
		CHECK_SAY(observable_canonical(type, slice_of(cells[1], in), &o, &why) != ERR_OK, "%s: accepted as %s", shown, o.value);
		CHECK_SAY(strstr(why.text, cells[2] + 1) != NULL, "%s: refused with: %s", shown, why.text);
		CHECK_SAY(o.n == 12345, "%s: the result was touched", shown);
	}
	CHECK_SAY(rows >= 200 && 2 * refused >= rows, "%zu rows, %zu refused", rows, refused);
	free(text);
}

static void types(void)
{
	size_t known = 0;
	for (unsigned code = 0; code < 256; code++)
		known += observable_type_is((uint8_t)code);
	CHECK(known == OBSERVABLE_TYPES);
	for (size_t i = 0; i < OBSERVABLE_TYPES; i++) {
		enum observable_type t = observable_types[i], back = 0;
		CHECK(observable_type_is((uint8_t)t) && observable_class(t) < OBSERVABLE_CLASSES);
		CHECK(observable_type_named(slice_text(observable_type_name(t)), &back) && back == t);
		CHECK(i == 0 || t > observable_types[i - 1]);
	}
	enum observable_type t;
	CHECK(!observable_type_named(SLICE_LITERAL("ipv5"), &t) && !observable_type_named(SLICE_LITERAL(""), &t));
	CHECK(observable_class(OBSERVABLE_ASN) == OBSERVABLE_ADDRESSES && observable_class(OBSERVABLE_MAIL) == OBSERVABLE_NAMES);
	CHECK(observable_class(OBSERVABLE_CERTIFICATE) == OBSERVABLE_DIGESTS && observable_class(OBSERVABLE_URL) == OBSERVABLE_OTHERS);
}

static void lengths(void)
{
	char *text = malloc(OBSERVABLE_WRITTEN_MAX + 2);
	struct observable o;
	struct why why;
	memset(text, 'a', OBSERVABLE_WRITTEN_MAX + 1);
	CHECK(observable_canonical(OBSERVABLE_MUTEX, slice_of(text, OBSERVABLE_MAX), &o, &why) == ERR_OK);
	CHECK(observable_canonical(OBSERVABLE_MUTEX, slice_of(text, OBSERVABLE_MAX + 1), &o, &why) == ERR_LIMIT);
	for (size_t i = 0; i < OBSERVABLE_TYPES; i++) {
		CHECK(observable_canonical(observable_types[i], slice_of(text, OBSERVABLE_WRITTEN_MAX + 1), &o, &why) == ERR_LIMIT);
		CHECK(observable_canonical(observable_types[i], slice_of(text, OBSERVABLE_WRITTEN_MAX), &o, &why) != ERR_OK);
	}
	memset(text, '%', OBSERVABLE_WRITTEN_MAX);
	memcpy(text, "http://example.com/", 19);
	CHECK(observable_canonical(OBSERVABLE_URL, slice_of(text, OBSERVABLE_WRITTEN_MAX), &o, &why) == ERR_LIMIT);
	memset(text + 19, 0xc3, 1);
	CHECK(observable_canonical(OBSERVABLE_URL, slice_of(text, 20), &o, &why) == ERR_INPUT);
	free(text);
}

static void guesses(void)
{
	static const struct {
		const char *in;
		enum observable_type type; // 0: refused
	} rows[] = {
		{"1.2.3.4", OBSERVABLE_IPV4}, {"1[.]2.3.4", OBSERVABLE_IPV4}, {"2001:db8::1", OBSERVABLE_IPV6},
		{"::ffff:1.2.3.4", OBSERVABLE_IPV4}, {"10.0.0.0/8", OBSERVABLE_CIDR}, {"AS15169", OBSERVABLE_ASN},
		{"example.com", OBSERVABLE_DOMAIN}, {"evil[.]zip", OBSERVABLE_DOMAIN}, {"a@example.com", OBSERVABLE_MAIL},
		{"hxxp://example.com/x", OBSERVABLE_URL}, {"CVE-2021-44228", OBSERVABLE_CVE},
		{"d41d8cd98f00b204e9800998ecf8427e", OBSERVABLE_MD5}, {"da39a3ee5e6b4b0d3255bfef95601890afd80709", OBSERVABLE_SHA1},
		{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", OBSERVABLE_WALLET},
		{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", OBSERVABLE_WALLET}, {"HKLM\\Software\\x", OBSERVABLE_REGISTRY_KEY},
		{"cpe:2.3:a:apache:log4j:2:*:*:*:*:*:*:*", OBSERVABLE_PRODUCT}, {"www.example.zip", OBSERVABLE_DOMAIN},
		{"", 0}, {"hello", 0}, {"mssecsvc.exe", 0}, {"tasksche.exe", 0}, {"readme.md", 0}, {"evil.zip", 0}, {"a.sh", 0},
		{"1.2.3", 0}, {"01.2.3.4", 0}, {"10.1.0.0/8", 0}, {"15169", 0}, {"CVE-x", 0}, {"a@b", 0}, {"http://x", 0},
		{"d41d8cd98f00b204e9800998ecf8427", 0}, {"2021-03-04", 0}, {"foo bar.com", 0}, {"host.local", 0}, {"12:30", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct observable o = {0};
		struct why why = {""};
		enum err e = observable_guess(slice_text(rows[i].in), &o, &why);
		CHECK_SAY((e == ERR_OK) == (rows[i].type != 0) && o.type == rows[i].type, "%s: %s %s", rows[i].in, o.value, why.text);
		CHECK((e == ERR_OK) == (why.text[0] == 0));
	}
}

static void derivations(void)
{
	static const struct {
		enum observable_type type;
		const char *in, *first, *second;
	} rows[] = {
		{OBSERVABLE_URL, "http://www.example.co.uk/x", "www.example.co.uk", "example.co.uk"},
		{OBSERVABLE_URL, "http://example.com:8080/x", "example.com", NULL},
		{OBSERVABLE_URL, "http://1.2.3.4:80/", "1.2.3.4", NULL},
		{OBSERVABLE_URL, "http://[2001:db8::1]:8080/", "2001:db8::1", NULL},
		{OBSERVABLE_URL, "http://a.foo.duckdns.org/", "a.foo.duckdns.org", "foo.duckdns.org"},
		{OBSERVABLE_DOMAIN, "a.b.example.com", "example.com", NULL},
		{OBSERVABLE_DOMAIN, "example.com", NULL, NULL},
		{OBSERVABLE_DOMAIN, "foo.github.io", NULL, NULL},
		{OBSERVABLE_DOMAIN, "co.uk", NULL, NULL},
		{OBSERVABLE_DOMAIN, "a.xn--bcher-kva.de", "xn--bcher-kva.de", NULL},
		{OBSERVABLE_MAIL, "a@mail.example.com", "mail.example.com", "example.com"},
		{OBSERVABLE_MAIL, "a@example.com", "example.com", NULL},
		{OBSERVABLE_IPV4, "1.2.3.4", NULL, NULL},
		{OBSERVABLE_FILENAME, "a.example.com", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct observable o, d[OBSERVABLE_DERIVED_MAX];
		struct why why;
		REQUIRE(observable_canonical(rows[i].type, slice_text(rows[i].in), &o, &why) == ERR_OK);
		size_t n = observable_derive(&o, d), want = (rows[i].first != NULL) + (rows[i].second != NULL);
		CHECK_SAY(n == want, "%s gives %zu", rows[i].in, n);
		CHECK(n < 1 || strcmp(d[0].value, rows[i].first) == 0);
		CHECK(n < 2 || strcmp(d[1].value, rows[i].second) == 0);
	}
}

// A defanged value cut anywhere is accepted or refused, never read beyond its end.
static void cut_anywhere(void)
{
	const char *text = "hxxps[://]us%65r:p@w\xc3\xbc[.]example(dot)com:8443/a/%2e%2e/[at]?q=%zz#f";
	for (size_t n = 0; n <= strlen(text); n++) {
		char *exact = malloc(n + 1);
		memcpy(exact, text, n);
		for (size_t i = 0; i < OBSERVABLE_TYPES; i++) {
			struct observable o, again;
			struct why why;
			if (observable_canonical(observable_types[i], slice_of(exact, n), &o, &why) == ERR_OK)
				CHECK(observable_canonical(o.type, observable_value(&o), &again, &why) == ERR_OK && strcmp(o.value, again.value) == 0);
		}
		free(exact);
	}
}

// Every value of the published reports: its canonical form is its own canonical form.
static void published_values(void)
{
	static const struct {
		const char *name;
		enum observable_type type;
	} names[] = {
		{"ipv4", OBSERVABLE_IPV4}, {"ipv6", OBSERVABLE_IPV6}, {"domain", OBSERVABLE_DOMAIN}, {"hostname", OBSERVABLE_DOMAIN},
		{"url", OBSERVABLE_URL}, {"md5", OBSERVABLE_MD5}, {"sha1", OBSERVABLE_SHA1}, {"sha256", OBSERVABLE_SHA256},
		{"email", OBSERVABLE_MAIL}, {"filename", OBSERVABLE_FILENAME}, {"mutex", OBSERVABLE_MUTEX}, {"btc", OBSERVABLE_WALLET},
		{"cve", OBSERVABLE_CVE},
	};
	const char *path = test_data("reports-dev.jsonl");
	size_t n, good = 0, bad = 0, bare = 0;
	char *text = path != NULL ? (char *)test_read(path, &n) : NULL;
	if (text == NULL)
		return;
	struct json_lines lines = {.rest = slice_of(text, n)};
	struct json root, list;
	struct why why;
	while (json_lines_next(&lines, &root, &why) == ERR_OK) {
		REQUIRE(json_get_array(&root, "indicators", &list, &why) == ERR_OK);
		for (size_t i = 0; i < json_count(&list); i++) {
			struct json item = json_item(&list, i);
			struct slice type, value;
			struct observable o, again;
			REQUIRE(json_get_text(&item, "type", &type, &why) == ERR_OK && json_get_text(&item, "value", &value, &why) == ERR_OK);
			size_t t = 0;
			while (t < sizeof names / sizeof *names && !slice_is_text(type, names[t].name))
				t++;
			REQUIRE(t < sizeof names / sizeof *names);
			if (observable_canonical(names[t].type, value, &o, &why) != ERR_OK) {
				strstr(why.text, "has no scheme") != NULL ? bare++ : bad++;
				continue;
			}
			good++;
			CHECK_SAY(observable_canonical(o.type, observable_value(&o), &again, &why) == ERR_OK &&
			          slice_equal(observable_value(&o), observable_value(&again)), "%s: %s", o.value, why.text);
		}
		json_free(&root);
	}
	CHECK_SAY(good > 100000 && bad < 30 && bare < 2500, "%zu accepted, %zu refused, %zu URLs without scheme", good, bad, bare);
	free(text);
}

const struct test tests[] = {
	{"table", table}, {"types", types}, {"lengths", lengths}, {"guesses", guesses}, {"derivations", derivations},
	{"cut_anywhere", cut_anywhere}, {"published_values", published_values}, {NULL, NULL},
};
