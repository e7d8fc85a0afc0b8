#include "test.h"

#include "crypto/hash.h"
#include "observable/commonplace.h"

#define HEADER "tocsin-common-values 1 v1\n"

static void refusals(void)
{
	static const struct {
		const char *text, *why; // why NULL: accepted
	} rows[] = {
		{HEADER, NULL},
		{HEADER "# a comment\n\ncidr 10.0.0.0/8\r\ndomain example.com\nhost a.example.com\nvalue md5 d41d8cd98f00b204e9800998ecf8427e\n", NULL},
		{HEADER "cidr 1.1.1.1/32\ncidr 2001:db8::1/128\ncidr ::/128", NULL},
		{HEADER "host example.com\ndomain example.com\nvalue domain example.com", NULL},
		{HEADER "value filename a b.exe", NULL},
		{"tocsin-common-values 1 v1\r\ncidr 10.0.0.0/8\r\n", NULL},
		{"tocsin-common-values 1 v1\r\r\n", "line 1: the version"},
		{"", "line 1: the header is missing"},
		{"cidr 10.0.0.0/8\n", "line 1: must be"},
		{"tocsin-common-values 2 v1\n", "line 1: must be"},
		{"tocsin-common-values 1 \n", "line 1: must be"},
		{"tocsin-common-values 1 a b\n", "line 1: the version"},
		{HEADER "cidr 10.1.0.0/8", "line 2: cidr \"10.1.0.0/8\": has bits"},
		{HEADER "\ncidr 10.0.0.1", "line 3: cidr"},
		{HEADER "cidr 2001:DB8::/32", "line 2: \"2001:DB8::/32\" must be written 2001:db8::/32"},
		{HEADER "domain Example.com", "line 2: \"Example.com\" must be written example.com"},
		{HEADER "domain example.com.", "line 2: \"example.com.\" must be written"},
		{HEADER "domain com", "line 2: domain \"com\": has one label"},
		{HEADER "host *.example.com", "line 2: domain"},
		{HEADER "suffix example.com", "line 2: \"suffix\" is no kind"},
		{HEADER " cidr", "line 2: cidr"},
		{HEADER "value hash d41d8cd98f00b204e9800998ecf8427e", "line 2: \"hash\" is no type"},
		{HEADER "value md5 D41D8CD98F00B204E9800998ECF8427E", "line 2: \"D41D8"},
		{HEADER "value ipv6 ::ffff:1.2.3.4", "line 2: "},
		{HEADER "value md5", "line 2: md5"},
		{HEADER "host a.example.com\nhost b.example.com\nhost a.example.com", "line 4: \"host a.example.com\" stands on line 2 already"},
		{HEADER "cidr 10.0.0.0/8\ncidr 10.0.0.0/8", "line 3: "},
		{HEADER "host \xff.com", "line 2: "},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct commonplace *list = NULL;
		struct why why = {""};
		enum err e = commonplace_load(slice_text(rows[i].text), &list, &why);
		CHECK_SAY((e == ERR_OK) == (rows[i].why == NULL) && (list != NULL) == (e == ERR_OK), "row %zu: %s", i, why.text);
		if (rows[i].why != NULL)
			CHECK_SAY(strncmp(why.text, rows[i].why, strlen(rows[i].why)) == 0, "row %zu: %s", i, why.text);
		commonplace_free(list);
	}
}

static void lookups(void)
{
	static const char text[] = HEADER "cidr 10.0.0.0/8\ncidr 192.0.2.128/25\ncidr 1.1.1.1/32\ncidr 2001:db8::/33\ncidr ::1/128\n"
	                                  "domain example.com\nhost zone.org\nvalue mutex Common\nvalue domain exact.net\n";
	static const struct {
		enum observable_type type;
		const char *value, *rule; // rule NULL: not common
	} rows[] = {
		{OBSERVABLE_IPV4, "10.0.0.0", "cidr 10.0.0.0/8"}, {OBSERVABLE_IPV4, "10.255.255.255", "cidr 10.0.0.0/8"},
		{OBSERVABLE_IPV4, "9.255.255.255", NULL}, {OBSERVABLE_IPV4, "11.0.0.0", NULL},
		{OBSERVABLE_IPV4, "192.0.2.128", "cidr 192.0.2.128/25"}, {OBSERVABLE_IPV4, "192.0.2.127", NULL},
		{OBSERVABLE_IPV4, "1.1.1.1", "cidr 1.1.1.1/32"}, {OBSERVABLE_IPV4, "1.1.1.0", NULL},
		{OBSERVABLE_CIDR, "10.0.0.0/8", "cidr 10.0.0.0/8"}, {OBSERVABLE_CIDR, "10.128.0.0/9", "cidr 10.0.0.0/8"},
		{OBSERVABLE_CIDR, "10.0.0.0/7", NULL}, {OBSERVABLE_CIDR, "192.0.2.0/24", NULL},
		{OBSERVABLE_IPV6, "2001:db8::1", "cidr 2001:db8::/33"}, {OBSERVABLE_IPV6, "2001:db8:7fff::", "cidr 2001:db8::/33"},
		{OBSERVABLE_IPV6, "2001:db8:8000::", NULL}, {OBSERVABLE_IPV6, "::1", "cidr ::1/128"}, {OBSERVABLE_IPV6, "a00::", NULL},
		{OBSERVABLE_DOMAIN, "example.com", "domain example.com"}, {OBSERVABLE_DOMAIN, "a.b.example.com", "domain example.com"},
		{OBSERVABLE_DOMAIN, "badexample.com", NULL}, {OBSERVABLE_DOMAIN, "example.com.evil.org", NULL},
		{OBSERVABLE_DOMAIN, "zone.org", "host zone.org"}, {OBSERVABLE_DOMAIN, "evil.zone.org", NULL},
		{OBSERVABLE_DOMAIN, "exact.net", "value domain exact.net"}, {OBSERVABLE_DOMAIN, "a.exact.net", NULL},
		{OBSERVABLE_MAIL, "a@example.com", NULL}, {OBSERVABLE_URL, "http://example.com/", NULL},
		{OBSERVABLE_MUTEX, "Common", "value mutex Common"}, {OBSERVABLE_MUTEX, "common", NULL},
		{OBSERVABLE_FILENAME, "Common", NULL},
	};
	struct commonplace *list;
	struct why why = {""};
	REQUIRE(commonplace_load(SLICE_LITERAL(text), &list, &why) == ERR_OK);
	uint8_t hash[32];
	sha256(SLICE_LITERAL(text), hash);
	CHECK_BYTES(commonplace_hash(list), hash, 32);
	CHECK(commonplace_count(list) == 9 && slice_is_text(commonplace_version(list), "v1"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct observable o;
		struct slice rule = {0};
		REQUIRE(observable_canonical(rows[i].type, slice_text(rows[i].value), &o, &why) == ERR_OK);
		CHECK_SAY(commonplace_has(list, &o, &rule) == (rows[i].rule != NULL), "%s", rows[i].value);
		CHECK_SAY(rows[i].rule == NULL || slice_is_text(rule, rows[i].rule), "%s: %.*s", rows[i].value, SLICE_ARGS(rule));
		CHECK(commonplace_has(list, &o, NULL) == (rows[i].rule != NULL));
	}
	commonplace_free(list);
}

// Containment against a plain computation on 32-bit numbers.
static void networks_against_a_model(void)
{
	struct {
		uint32_t base;
		unsigned prefix;
	} nets[40];
	char text[4000] = HEADER;
	uint32_t seed = 12345;
	for (size_t i = 0; i < 40; i++) {
		seed = seed * 1664525 + 1013904223;
		nets[i].prefix = 8 + seed % 25;
		seed = seed * 1664525 + 1013904223;
		nets[i].base = (seed & 0x0fffffff) & (uint32_t)(0xffffffff00000000u >> nets[i].prefix);
		char rule[40];
		snprintf(rule, sizeof rule, "cidr %u.%u.%u.%u/%u\n", nets[i].base >> 24, nets[i].base >> 16 & 255, nets[i].base >> 8 & 255,
		         nets[i].base & 255, nets[i].prefix);
		if (strstr(text, rule) == NULL)
			strcat(text, rule);
	}
	struct commonplace *list;
	struct why why = {""};
	REQUIRE(commonplace_load(slice_text(text), &list, &why) == ERR_OK);
	for (unsigned round = 0; round < 4000; round++) {
		seed = seed * 1664525 + 1013904223;
		uint32_t ip = round % 2 ? seed & 0x0fffffff : nets[seed % 40].base + (uint32_t)(seed >> 8) % 70000 - 1000;
		bool want = false;
		for (size_t i = 0; i < 40; i++)
			want |= (ip & (uint32_t)(0xffffffff00000000u >> nets[i].prefix)) == nets[i].base;
		struct observable o = {.type = OBSERVABLE_IPV4};
		o.n = (size_t)snprintf(o.value, sizeof o.value, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
		CHECK_SAY(commonplace_has(list, &o, NULL) == want, "%s", o.value);
	}
	commonplace_free(list);
}

static void shipped(void)
{
	static const struct {
		enum observable_type type;
		const char *value;
		bool common;
	} rows[] = {
		{OBSERVABLE_IPV4, "192.168.1.1", true}, {OBSERVABLE_IPV4, "8.8.8.8", true}, {OBSERVABLE_IPV6, "fe80::1", true},
		{OBSERVABLE_IPV6, "2606:4700:4700::1111", true}, {OBSERVABLE_DOMAIN, "www.google.com", true},
		{OBSERVABLE_DOMAIN, "api.ipify.org", true}, {OBSERVABLE_DOMAIN, "checkip.dyndns.org", true},
		{OBSERVABLE_DOMAIN, "api.telegram.org", true}, {OBSERVABLE_DOMAIN, "gmail.com", true},
		{OBSERVABLE_DOMAIN, "duckdns.org", true}, {OBSERVABLE_MD5, "d41d8cd98f00b204e9800998ecf8427e", true},
		{OBSERVABLE_DOMAIN, "evil.duckdns.org", false}, {OBSERVABLE_DOMAIN, "evil.github.io", false},
		{OBSERVABLE_DOMAIN, "evil.ddns.net", false}, {OBSERVABLE_DOMAIN, "evil.blogspot.com", false},
		{OBSERVABLE_URL, "https://raw.githubusercontent.com/evil/x/main/a.ps1", false}, {OBSERVABLE_MAIL, "evil@gmail.com", false},
		{OBSERVABLE_IPV4, "45.33.32.156", false}, {OBSERVABLE_IPV4, "172.32.0.1", false}, {OBSERVABLE_IPV6, "2a01:4f8::1", false},
		{OBSERVABLE_DOMAIN, "xn--e1afmkfd.xn--p1ai", false}, {OBSERVABLE_SHA1, "0000000000000000000000000000000000000000", false},
	};
	size_t n;
	unsigned char *text = test_read(test_source("packaging/common-values.txt"), &n);
	struct commonplace *list = NULL;
	struct why why = {""};
	REQUIRE(text != NULL);
	enum err e = commonplace_load(slice_of(text, n), &list, &why);
	CHECK_SAY(e == ERR_OK, "%s", why.text);
	for (size_t i = 0; list != NULL && i < sizeof rows / sizeof *rows; i++) {
		struct observable o;
		REQUIRE(observable_canonical(rows[i].type, slice_text(rows[i].value), &o, &why) == ERR_OK);
		CHECK_SAY(commonplace_has(list, &o, NULL) == rows[i].common, "%s", rows[i].value);
	}
	CHECK(list != NULL && commonplace_count(list) > 500);
	commonplace_free(list);
	free(text);
}

static void cut_anywhere(void)
{
	static const char text[] = HEADER "cidr 10.0.0.0/8\ndomain example.com\nvalue mutex Common";
	for (size_t n = 0; n < sizeof text; n++) {
		char *exact = malloc(n + 1);
		memcpy(exact, text, n);
		struct commonplace *list = NULL;
		struct why why = {""};
		enum err e = commonplace_load(slice_of(exact, n), &list, &why);
		CHECK_SAY((list != NULL) == (e == ERR_OK) && (e == ERR_OK || strncmp(why.text, "line ", 5) == 0), "%zu: %s", n, why.text);
		commonplace_free(list);
		free(exact);
	}
}

const struct test tests[] = {
	{"refusals", refusals}, {"lookups", lookups}, {"networks_against_a_model", networks_against_a_model},
	{"shipped", shipped}, {"cut_anywhere", cut_anywhere}, {NULL, NULL},
};
