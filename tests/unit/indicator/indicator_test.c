#include "test.h"

#include "indicator/build.h"
#include "indicator/building.h"
#include "indicator/layout.h"

#include <stdio.h>
#include <unistd.h>

struct told {
	size_t count;
	char last[400];
};

static void tell(void *context, enum indicator_verdict verdict, struct slice place, struct slice value, const char *rule)
{
	struct told *t = context;
	t->count += verdict == INDICATOR_REFUSED;
	snprintf(t->last, sizeof t->last, "%.*s [%.*s] %s", SLICE_ARGS(place), SLICE_ARGS(value), rule);
}

static struct indicator_build *build(struct told *t)
{
	struct indicator_build *b = NULL;
	CHECK(indicator_build_new(NULL, tell, t, &b, NULL) == ERR_OK);
	return b;
}

static struct indicator_set *finish(struct indicator_build *b)
{
	struct slice bytes;
	struct indicator_set *set = NULL;
	struct why why = {""};
	CHECK_SAY(indicator_build_bytes(b, 7, &bytes, &why) == ERR_OK && indicator_open_bytes(bytes, &set, &why) == ERR_OK, "%s",
	          why.text);
	return set;
}

static void round_trip(void)
{
	static const struct {
		enum observable_type type;
		const char *written, *value; // value NULL: refused
	} rows[] = {
		{OBSERVABLE_DOMAIN, "Evil[.]COM.", "evil.com"}, {OBSERVABLE_IPV4, "1.2.3.4", "1.2.3.4"},
		{OBSERVABLE_IPV6, "2001:DB8::0:1", "2001:db8::1"},
		{OBSERVABLE_CIDR, "10.0.0.0/8", "10.0.0.0/8"}, {OBSERVABLE_CIDR, "2001:db8::/33", "2001:db8::/33"},
		{OBSERVABLE_IPV6, "::1:2:3", "::1:2:3"},
		{OBSERVABLE_MAIL, "A@evil.com", "a@evil.com"},
		{OBSERVABLE_MD5, "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcdef"},
		{OBSERVABLE_URL, "hxxp://Evil.com", "http://evil.com/"}, {OBSERVABLE_URL, "evil.com/a", "any://evil.com/a"},
		{OBSERVABLE_URL, "1.2.3.4:443", "any://1.2.3.4:443/"},
		{OBSERVABLE_URL, "http://[2001:db8::1]:81/x", "http://[2001:db8::1]:81/x"},
		{OBSERVABLE_FILENAME, "C:\\Temp\\Bad.EXE", "c:\\temp\\bad.exe"}, {OBSERVABLE_IPV6, "::1.2.3.4", "::102:304"},
		{OBSERVABLE_CERTIFICATE, "0123456789ABCDEF0123456789abcdef01234567", "0123456789abcdef0123456789abcdef01234567"},
		{OBSERVABLE_DOMAIN, "evil", NULL}, {OBSERVABLE_DOMAIN, "a..b.com", NULL}, {OBSERVABLE_DOMAIN, "", NULL},
		{OBSERVABLE_IPV4, "1.2.3.04", NULL},
		{OBSERVABLE_IPV4, "1.2.3", NULL}, {OBSERVABLE_CIDR, "10.0.0.1/8", NULL}, {OBSERVABLE_MD5, "0123", NULL},
		{OBSERVABLE_URL, "http://", NULL},
		{OBSERVABLE_URL, "/path", NULL}, {OBSERVABLE_URL, "a b://c/d", NULL}, {OBSERVABLE_MAIL, "a", NULL},
		{OBSERVABLE_FILENAME, "svchost", NULL},
		{OBSERVABLE_FILENAME, "ends.", NULL}, {OBSERVABLE_MUTEX, "Global\\x", NULL}, {OBSERVABLE_CVE, "CVE-2021-44228", NULL},
		{OBSERVABLE_ASN, "AS1", NULL},
	};
	const struct indicator_meta meta = {SLICE_LITERAL("id"), SLICE_LITERAL("feed"), EXTRACT_TLP_AMBER, INDICATOR_PAP_RED, 70,
	                                    1000};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct told t = {0};
		struct indicator_build *b = build(&t);
		struct indicator x;
		CHECK(indicator_build_add(b, rows[i].type, slice_text(rows[i].written), &meta, SLICE_LITERAL("row"), NULL) == ERR_OK);
		struct indicator_set *set = finish(b);
		REQUIRE(set != NULL);
		CHECK_SAY((t.count == 1) == (rows[i].value == NULL) && indicator_count(set) == (rows[i].value != NULL), "%s: %s",
		          rows[i].written, t.last);
		if (rows[i].value != NULL && indicator_count(set) == 1) {
			CHECK(indicator_get(set, 0, &x) && !indicator_get(set, 1, &x));
			CHECK_TEXT(x.what.value, rows[i].value);
			CHECK(x.what.type == rows[i].type && slice_is_text(x.meta.id, "id") && slice_is_text(x.meta.source, "feed") &&
			      x.meta.pap == INDICATOR_PAP_RED);
			CHECK(x.meta.tlp == EXTRACT_TLP_AMBER && x.meta.confidence == 70 && x.meta.expiry == 1000 &&
			      indicator_made(set) == 7);
			CHECK(!indicator_expired(set, 0, 999) && indicator_expired(set, 0, 1000) &&
			      indicator_count_of(set, rows[i].type) == 1);
		}
		indicator_close(set);
		indicator_build_free(b);
	}
}

// What the quick way takes is what the canonical form gives back unchanged.
static void quick_way(void)
{
	static const char alphabet[] = "ab.-_1/?=:%#@A[]~&,;+!29f";
	static const enum observable_type types[] = {OBSERVABLE_DOMAIN, OBSERVABLE_IPV4, OBSERVABLE_URL, OBSERVABLE_MD5};
	uint64_t state = 99;
	size_t taken = 0;
	for (size_t i = 0; i < 200000; i++) {
		char text[80];
		struct observable o;
		size_t n = 0;
		enum observable_type type = types[i % 4];
		if (type == OBSERVABLE_URL)
			n = (size_t)sprintf(text, "%s", i % 8 < 4 ? "http://ab.a" : "https://1.2.3.4/");
		for (size_t length = type == OBSERVABLE_MD5 ? 32 : 3 + i % 17; length > 0; length--) {
			state = state * 6364136223846793005ull + 1442695040888963407ull;
			const char *from = type == OBSERVABLE_IPV4 ? "0123456789.1.2.." : type == OBSERVABLE_MD5 ? "0123456789abcdef" : alphabet;
			text[n++] = from[(state >> 33) % (type == OBSERVABLE_IPV4 || type == OBSERVABLE_MD5 ? 16 : sizeof alphabet - 1)];
		}
		if (!build_is_canonical(type, slice_of(text, n)))
			continue;
		taken++;
		CHECK_SAY(observable_canonical(type, slice_of(text, n), &o, NULL) == ERR_OK && o.type == type &&
		          slice_equal(observable_value(&o), slice_of(text, n)),
		          "%.*s", (int)n, text);
	}
	CHECK_SAY(taken > 20000, "%zu", taken);
}

static void feeds(void)
{
	static const struct {
		enum indicator_format format;
		const char *text;
		uint32_t count;
		size_t refused;
		const char *last; // begins what was told last; for ERR_INPUT the error
	} rows[] = {
		{INDICATOR_CSV, "type,value\ndomain,evil.com\nipv4,1.2.3.4\n", 2, 0, ""},
		{INDICATOR_CSV, "value;type;tlp\r\n\"evil.com\";domain;TLP:AMBER+STRICT\r\n", 1, 0, ""},
		{INDICATOR_CSV, "type,value,expiry\ndomain,evil.com,2027-01-01T00:00:00Z\ndomain,b.com,1999999999\n", 2, 0, ""},
		{INDICATOR_CSV, "type,value\nurl,\"http://a.com/x,y\"\n\ndomain,evil.com\ndomain,EVIL.com.\n", 2, 0, ""},
		{INDICATOR_CSV, "type\tvalue\tport\tfamily\tkind\nipv4\t1.2.3.4\t443\tx\tmalware\nurlpath\t/a\t\tx\tmalware\n", 1, 1,
		 "line 3 [/a] this type"},
		{INDICATOR_CSV, "kind,indicator,type\nmalware,evil.com,domain\n", 1, 0, ""},
		{INDICATOR_CSV, "kind,ioc\ndomain,evil.com\n", 1, 0, ""},
		{INDICATOR_CSV, "indicator,type,value\nevil.com,fish,ab.evil.com\n", 0, 1, "line 2 [ab.evil.com] this type"},
		{INDICATOR_CSV, "type,value\ndomain,evil\n", 0, 1, "line 2 [evil]"},
		{INDICATOR_CSV, "type,value\nfish,evil.com\n", 0, 1, "line 2 [evil.com] this type"},
		{INDICATOR_CSV, "type,value\ndomain,evil.com,x\n", 0, 1, "line 2 [domain] the row has more"},
		{INDICATOR_CSV, "type,value,tlp\ndomain,evil.com\n", 0, 1, "line 2 [domain] the row has fewer"},
		{INDICATOR_CSV, "type,value,tlp\ndomain,evil.com,pink\n", 0, 1, "line 2 [domain] the TLP"},
		{INDICATOR_CSV, "type,value,pap\ndomain,evil.com,pink\n", 0, 1, "line 2 [domain] the PAP"},
		{INDICATOR_CSV, "type,value,confidence\ndomain,evil.com,101\n", 0, 1, "line 2 [domain] the confidence"},
		{INDICATOR_CSV, "type,value,expiry\ndomain,evil.com,soon\n", 0, 1, "line 2 [domain] the expiry"},
		{INDICATOR_CSV, "type,value\ndomain,\"evil.com\n", 0, 1, "line 2 [domain] "},
		{INDICATOR_CSV, "type,value\ndomain,\"evil\".com\n", 0, 1, "line 2 [domain] text follows"},
		{INDICATOR_CSV, "domain,evil.com\n", 0, 0, "line 1: the head"},
		{INDICATOR_CSV, "# a feed\n\ndomain,evil.com\n", 0, 0, "line 3: the head"},
		{INDICATOR_CSV, "# a feed\n# tlp\ntype,value\ndomain,evil\n# 1 entry\n", 0, 1, "line 4 [evil]"},
		{INDICATOR_CSV, "# a feed\n# \"ioc_value\", \"type\"\r\n\"evil.com\", \"domain\"\r\n", 1, 0, ""},
		{INDICATOR_CSV, "sep=;\r\nType;Value;Note, free\r\ndomain;evil.com;\"x; y\"\r\n;;\r\n", 1, 0, ""},
		{INDICATOR_CSV, "type,value\nfilename|sha1,a|b.exe|3395856CE81F2B7382DEE72602F798B642F14140\nip-dst|port,1.2.3.4|443\n"
		                "domain|ip,evil.com|1.2.3.5\nmalware-sample,m.exe|44d88612fea8a8f36de82e1278abb02f\n", 7, 0, ""},
		{INDICATOR_CSV, "type,value\nfilename|md5,m.exe\n", 0, 1, "line 2 [m.exe] a value of this type has two halves"},
		{INDICATOR_CSV, "type,value\ndomain|ip,evil.com|x\n", 1, 1, "line 2 [x] "},
		{INDICATOR_CSV, "type,value,to_ids\ndomain,evil.com,1\ndomain,seen.com,0\n", 1, 0, "line 3 [seen.com] its source says"},
		{INDICATOR_CSV, "\xff\xfet\x00", 0, 0, "is UTF-16"},
		{INDICATOR_ZEEK,
		 "#fields\tindicator\tindicator_type\tmeta.source\nevil.com\tIntel::DOMAIN\tx\n10.0.0.0/8\tIntel::SUBNET\t-\n", 2, 0, ""},
		{INDICATOR_ZEEK, "#fields\tindicator\tindicator_type\nevil.com/a\tIntel::URL\nx\tIntel::PUBKEY_HASH\n", 1, 1,
		 "line 3 [x]"},
		{INDICATOR_ZEEK, "evil.com\tIntel::DOMAIN\n", 0, 0, "line 1: a row before"},
		{INDICATOR_ZEEK, "#fields\ta\tb\n", 0, 0, "line 1: #fields"},
		{INDICATOR_ZEEK, "", 0, 0, "has no #fields"},
		{INDICATOR_LIST,
		 "# x\nevil[.]com\n0.0.0.0 b.evil.com # y\n1.2.3.4:80\nhxxps://evil.com/a\nuser[@]evil.com\n2001:db8::/32\n", 6, 0, ""},
		{INDICATOR_LIST, "evil\nreadme.md\nevil.notatld\n", 0, 3,
		 "line 3 [evil.notatld] no type is sure (a CSV can say it: type,value): \"evil.notatld\": no known type; its last label"},
		{INDICATOR_LIST, "1.2.3.4/24\n", 0, 1, "line 1 [1.2.3.4/24] cidr \"1.2.3.4/24\""},
		{INDICATOR_LIST, "1.2.3.4/32\nevil.com/24\n", 2, 0, ""},
		{INDICATOR_STIX,
		 "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{\"type\":\"indicator\",\"id\":\"indicator--1\",\"spec_version\":\"2.1\",\"pattern_type\":\"stix\","
		                 "\"pattern\":\"[domain-name:value = 'evil.com']\",\"valid_until\":\"2027-01-01T00:00:00Z\",\"confidence\":80}]}", 1, 0, ""},
		{INDICATOR_STIX, "{\"type\":\"bundle\",", 0, 0, ""},
		{INDICATOR_MISP, "{\"Event\":{\"Attribute\":[{\"uuid\":\"u-1\",\"type\":\"ip-dst\",\"value\":\"1.2.3.4/32\",\"Tag\":"
		                 "[{\"name\":\"tlp:green\"}]}]}}", 1, 0, ""},
		{INDICATOR_MISP,
		 "{\"Event\":{\"info\":\"x\",\"Tag\":[{\"name\":\"tlp:green\"}],\"Attribute\":[{\"uuid\":\"u-1\",\"type\":\"domain\",\"value\":\"evil.com\",\"to_ids\":true},"
		                 "{\"type\":\"domain\",\"value\":\"seen.com\",\"to_ids\":false}]}}", 1, 0, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct told t = {0};
		struct why why = {""};
		struct indicator_build *b = build(&t);
		enum err e = indicator_build_read(b, rows[i].format, slice_text(rows[i].text), NULL, &why);
		const char *said = e == ERR_OK ? t.last : why.text;
		struct indicator_set *set = finish(b);
		CHECK_SAY(set != NULL && indicator_count(set) == rows[i].count && t.count == rows[i].refused, "row %zu: %u, %zu: %s", i,
		          set != NULL ? indicator_count(set) : 0, t.count, said);
		CHECK_SAY(strncmp(said, rows[i].last, strlen(rows[i].last)) == 0, "row %zu: %s", i, said);
		struct indicator x;
		if (rows[i].format == INDICATOR_STIX && e == ERR_OK)
			CHECK(indicator_get(set, 0, &x) && slice_is_text(x.meta.id, "indicator--1") && x.meta.confidence == 80 &&
			      x.meta.expiry == 1798761600);
		if (rows[i].format == INDICATOR_MISP && e == ERR_OK)
			CHECK(indicator_get(set, 0, &x) && slice_is_text(x.meta.id, "u-1") && x.meta.tlp == EXTRACT_TLP_GREEN &&
			      x.what.type != OBSERVABLE_URL);
		indicator_close(set);
		indicator_build_free(b);
	}
}

// The same event in every form in which it comes; the tags stand behind what they mark, as MISP writes them.
static void forms(void)
{
	static const char event[] = "{\"uuid\":\"e-1\",\"info\":\" A\\ntitle \",\"Attribute\":[{\"uuid\":\"a-1\",\"type\":\"domain\",\"value\":\"evil.com\"},"
	                            "{\"type\":\"domain|ip\",\"value\":\"b.evil.com|1.2.3.4\",\"Tag\":[{\"name\":\"tlp:red\"}]},{\"type\":\"domain\",\"value\":\"evil\"}],"
	                            "\"Object\":[{\"uuid\":\"o-1\",\"Attribute\":[{\"type\":\"url\",\"value\":\"evil.com/a\"},{\"type\":\"md5\",\"value\":\"x\"}]}],"
	                            "\"ShadowAttribute\":[{\"type\":\"domain\",\"value\":\"proposed.com\"}],\"Tag\":[{\"name\":\"tlp:green\"},{\"name\":\"PAP:AMBER\"}]}";
	static const struct {
		const char *before, *after, *last;
	} rows[] = {
		{"", "", "ShadowAttribute[0] [proposed.com]"}, {"{\"Event\":", "}", "Event.ShadowAttribute[0] "},
		{"[", "]", "[0].ShadowAttribute[0] "},
		{"[{\"x\":0,\"Event\":", "}]", "[0].Event.ShadowAttribute[0] "},
		{"{\"response\":[{\"Event\":", "}]}", "response[0].Event.ShadowAttribute[0] "},
		{"{\"response\":{\"Event\":", "}}", "response.Event.ShadowAttribute[0] "},
		{"\xef\xbb\xbf{\"Event\":", "}", "Event.ShadowAttribute[0] "},
		{"{\"response\":[{\"info\":\"none\"},", "]}", "response[1].ShadowAttribute[0] "},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct told t = {0};
		struct indicator x;
		struct why why = {""};
		char text[2000];
		struct indicator_build *b = build(&t);
		int n = snprintf(text, sizeof text, "%s%s%s", rows[i].before, event, rows[i].after);
		CHECK_SAY(indicator_build_read(b, INDICATOR_MISP, slice_of(text, (size_t)n), NULL, &why) == ERR_OK, "row %zu: %s", i,
		          why.text);
		for (int cut = 1; cut < n; cut++) {
			struct indicator_build *part = build(&t);
			CHECK_SAY(indicator_build_read(part, INDICATOR_MISP, slice_of(text, (size_t)(n - cut)), NULL, &why) == ERR_INPUT,
			          "row %zu, %d bytes", i, n - cut);
			indicator_build_free(part);
		}
		t = (struct told){0};
		struct indicator_build *again = build(&t);
		CHECK(indicator_build_read(again, INDICATOR_MISP, slice_of(text, (size_t)n), NULL, &why) == ERR_OK);
		CHECK_SAY(t.count == 2 && strncmp(t.last, rows[i].last, strlen(rows[i].last)) == 0, "row %zu: %zu, %s", i, t.count,
		          t.last);
		struct indicator_set *set = finish(b);
		REQUIRE(set != NULL && indicator_count(set) == 4);
		CHECK(indicator_get(set, 0, &x) && slice_is_text(x.meta.id, "a-1") && x.meta.tlp == EXTRACT_TLP_GREEN &&
		      x.meta.pap == INDICATOR_PAP_AMBER);
		CHECK(slice_is_text(x.meta.source, "A title"));
		CHECK(indicator_get(set, 1, &x) && slice_is_text(x.meta.id, "e-1") && x.meta.tlp == EXTRACT_TLP_RED);
		CHECK(indicator_get(set, 2, &x) && x.meta.tlp == EXTRACT_TLP_RED && x.what.type == OBSERVABLE_IPV4);
		CHECK(indicator_get(set, 3, &x) && slice_is_text(x.meta.id, "o-1") && strcmp(x.what.value, "any://evil.com/a") == 0);
		indicator_close(set);
		indicator_build_free(b);
		indicator_build_free(again);
	}
}

static void guesses(void)
{
	static const struct {
		const char *text;
		enum indicator_format format;
	} rows[] = {
		{"type,value\n", INDICATOR_CSV}, {"\xef\xbb\xbfType;Value\r\ndomain;evil.com\r\n", INDICATOR_CSV},
		{"Indicator,Type\n", INDICATOR_CSV}, {"IOC\tKind\n", INDICATOR_CSV}, {"sep=;\ntype;value\n", INDICATOR_CSV},
		{"# a feed\n\ntype,value\n", INDICATOR_CSV}, {"# type,value\ndomain,evil.com\n", INDICATOR_CSV},
		{"# IOC, of 2026\nevil.com\n", INDICATOR_LIST}, {"evil.com\n", INDICATOR_LIST}, {"", INDICATOR_LIST},
		{"value\nevil.com\n", INDICATOR_LIST},
		{"# Intel\n#fields\tindicator\tindicator_type\n", INDICATOR_ZEEK},
		{"{\"more\":false,\"objects\":[{\"type\":\"url\",\"value\":\"x\"}]}", INDICATOR_STIX},
		{"{\"type\":\"bundle\"}", INDICATOR_STIX}, {"{\"Event\":{}}", INDICATOR_MISP},
		{"[2001:db8::1] \"objects\"\n", INDICATOR_LIST},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(indicator_guess(slice_text(rows[i].text)) == rows[i].format, "row %zu: %s", i,
		          indicator_format_name(indicator_guess(slice_text(rows[i].text))));
}

static void odd_forms(void)
{
	static const struct {
		enum indicator_format format;
		const char *text;
		enum err e;
		uint32_t count;
		const char *said;
	} rows[] = {
		{INDICATOR_MISP,
		 "{\"Event\":{\"Attribute\":{\"type\":\"domain\",\"value\":\"evil.com\"},\"Object\":[{\"Attribute\":[{\"type\":\"domain\",\"value\":\"b.com\"}]}]}}", ERR_OK, 2, ""},
		{INDICATOR_MISP, "{\"Event\":{\"info\":\"empty\"}}", ERR_OK, 0, ""},
		{INDICATOR_MISP, "{\"Event\":{\"Attribute\":17}}", ERR_OK, 0, "Event.Attribute [] "},
		{INDICATOR_MISP, "{\"x\":[]}", ERR_INPUT, 0, "the document: is no MISP event"},
		{INDICATOR_MISP, "[{\"x\":1}]", ERR_INPUT, 0, "[0]: is no MISP event"},
		{INDICATOR_MISP, "[]", ERR_INPUT, 0, "the document: has no event"},
		{INDICATOR_MISP, "{\"Event\":{\"Attribute\":[17,{\"type\":\"domain\"}]}}", ERR_OK, 0, "Event.Attribute[1] [] "},
		{INDICATOR_STIX, "{\"type\":\"domain-name\",\"id\":\"domain-name--1\",\"value\":\"evil.com\"}", ERR_OK, 1, ""},
		{INDICATOR_STIX, "[{\"type\":\"domain-name\",\"value\":\"evil.com\"},{\"type\":\"domain-name\",\"value\":\"evil\"}]",
		 ERR_OK, 1, "[1].value [evil]"},
		{INDICATOR_STIX,
		 "{\"more\":false,\"objects\":[{\"type\":\"url\",\"value\":\"evil.com/a\"},17,{\"type\":\"file\",\"hashes\":{\"MD5\":\"1\"}}]}", ERR_OK, 1,
		 "objects[2].hashes.MD5 [1]"},
		{INDICATOR_STIX,
		 "{\"type\":\"bundle\",\"objects\":[{\"type\":\"observed-data\",\"id\":\"o--1\",\"objects\":{\"0\":{\"type\":\"domain-name\",\"value\":\"evil.com\"},"
		                 "\"1\":{\"type\":\"domain-name\",\"value\":\"evil\"}}}]}", ERR_OK, 1,
		    "objects[0].objects.1.value [evil]"},
		{INDICATOR_STIX, "{\"type\":\"bundle\",\"objects\":[]}", ERR_OK, 0, ""},
		{INDICATOR_STIX, "{\"type\":\"bundle\",\"objects\":{}}", ERR_INPUT, 0, "objects: "},
		{INDICATOR_STIX, "[]", ERR_INPUT, 0, "the document: has no object"},
		{INDICATOR_STIX, "{\"type\":\"bundle\",\"objects\":[{\"type\":\"x\",\"type\":\"y\"}]}", ERR_INPUT, 0, "byte "},
		{INDICATOR_STIX, "{\"type\":\"bundle\",\"objects\":[{\"type\":\"domain-name\",\"value\":\"a\\u0000b\"}]}", ERR_INPUT, 0,
		 "byte "},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct told t = {0};
		struct why why = {""};
		struct indicator_build *b = build(&t);
		enum err e = indicator_build_read(b, rows[i].format, slice_text(rows[i].text), NULL, &why);
		const char *said = e == ERR_OK ? t.last : why.text;
		uint32_t count = indicator_build_stats(b)->of[OBSERVABLE_DOMAIN] + indicator_build_stats(b)->of[OBSERVABLE_URL];
		CHECK_SAY(e == rows[i].e && count == rows[i].count && strncmp(said, rows[i].said, strlen(rows[i].said)) == 0,
		          "row %zu: %s, %u: %s", i,
		          err_name(e), count, said);
		indicator_build_free(b);
	}
}

// More than any list in memory holds; a report that names the bundle stands at its end.
static void large(void)
{
	const uint32_t count = 60000;
	static const struct {
		enum indicator_format format;
		const char *head, *tail;
	} rows[] = {
		{INDICATOR_STIX, "{\"type\":\"bundle\",\"objects\":[", "{\"type\":\"report\",\"name\":\"The title\"}]}"},
		{INDICATOR_MISP, "{\"Event\":{\"info\":\"The title\",\"Attribute\":[",
		 "{\"type\":\"comment\",\"value\":\"x\"}],\"Tag\":[{\"name\":\"tlp:green\"}]}}"},
		{INDICATOR_MISP, "{\"response\":[{\"Event\":{\"info\":\"The title\",\"Tag\":[{\"name\":\"tlp:green\"}],\"Attribute\":[",
		 "{\"type\":\"comment\",\"value\":\"x\"}]}}]}"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct told t = {0};
		struct buf text;
		struct why why = {""};
		struct indicator x;
		buf_init(&text, 32u << 20);
		buf_put_text(&text, rows[i].head);
		for (uint32_t k = 0; k < count; k++) {
			char one[300];
			snprintf(one, sizeof one,
			         rows[i].format == INDICATOR_STIX ? "{\"type\":\"indicator\",\"id\":\"i-%u\",\"object_marking_refs\":"
			         "[\"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\"],\"pattern\":\"[domain-name:value = 'n%u.evil.com']\"}," :
			         "{\"uuid\":\"i-%u\",\"type\":\"domain\",\"value\":\"n%u.evil.com\"},", k, k);
			buf_put_text(&text, one);
		}
		buf_put_text(&text, rows[i].tail);
		struct indicator_build *b = build(&t);
		CHECK_SAY(indicator_build_read(b, rows[i].format, buf_slice(&text), NULL, &why) == ERR_OK, "row %zu: %s", i, why.text);
		struct indicator_set *set = finish(b);
		REQUIRE(set != NULL && indicator_count(set) == count);
		CHECK(indicator_get(set, count - 1, &x) && slice_is_text(x.meta.id, "i-59999") &&
		      slice_is_text(x.meta.source, "The title"));
		CHECK_SAY(x.meta.tlp == EXTRACT_TLP_GREEN && strcmp(x.what.value, "n59999.evil.com") == 0, "row %zu: %d %s", i,
		          (int)x.meta.tlp, x.what.value);
		indicator_close(set);
		indicator_build_free(b);
		buf_free(&text);
	}
}

static void twice(void)
{
	struct told t = {0};
	struct indicator_build *b = build(&t);
	struct indicator x;
	static const uint64_t expiries[] = {100, 300, 200, 0, 400};
	for (size_t i = 0; i < 5; i++) {
		struct indicator_meta meta = {.id = slice_of(&"abcde"[i], 1), .expiry = expiries[i],
		                              .confidence = INDICATOR_CONFIDENCE_NONE};
		CHECK(indicator_build_add(b, OBSERVABLE_DOMAIN, SLICE_LITERAL("evil.com"), &meta, SLICE_LITERAL("row"), NULL) == ERR_OK);
	}
	CHECK(indicator_build_stats(b)->duplicates == 4 && indicator_build_stats(b)->read == 5);
	struct indicator_set *set = finish(b);
	CHECK(indicator_count(set) == 1 && indicator_get(set, 0, &x) && x.meta.expiry == 0 && slice_is_text(x.meta.id, "d"));
	indicator_close(set);
	indicator_build_free(b);
}

static void common(void)
{
	static const char list[] = "tocsin-common-values 1 v1\ndomain example.com\ncidr 10.0.0.0/8\n";
	struct commonplace *c;
	struct indicator_build *b;
	struct told t = {0};
	REQUIRE(commonplace_load(slice_text(list), &c, NULL) == ERR_OK);
	REQUIRE(indicator_build_new(c, tell, &t, &b, NULL) == ERR_OK);
	CHECK(indicator_build_read(b, INDICATOR_LIST, slice_text("www.example.com\n10.1.2.3\nevil.com\n"), NULL, NULL) == ERR_OK);
	CHECK(indicator_build_stats(b)->common == 2 && indicator_build_stats(b)->of[OBSERVABLE_DOMAIN] == 1);
	CHECK(strncmp(t.last, "line 2 [10.1.2.3] a common value", 32) == 0);
	indicator_build_free(b);
	commonplace_free(c);
}

// Every truncation, and every byte changed, is refused or harmless (padding between sections is nobody's).
static void damage(void)
{
	struct told t = {0};
	struct indicator_build *b = build(&t);
	struct slice bytes;
	CHECK(indicator_build_read(b, INDICATOR_LIST, slice_text("evil.com\n1.2.3.4\nhttp://evil.com/a\n"), NULL, NULL) == ERR_OK);
	REQUIRE(indicator_build_bytes(b, 1, &bytes, NULL) == ERR_OK);
	uint8_t *copy = malloc(bytes.n);
	size_t accepted = 0;
	for (size_t n = 0; n < bytes.n; n += n < 3000 || n + 300 > bytes.n ? 1 : 97) {
		struct indicator_set *set;
		struct why why = {""};
		memcpy(copy, bytes.p, bytes.n);
		CHECK(indicator_open_bytes(slice_of(copy, n), &set, &why) == ERR_INPUT && why.text[0] != 0);
		copy[n] ^= 0x41;
		if (indicator_open_bytes(slice_of(copy, bytes.n), &set, &why) == ERR_OK) {
			accepted++;
			indicator_close(set);
		}
	}
	CHECK_SAY(accepted < 5 * 64, "%zu", accepted);
	free(copy);
	indicator_build_free(b);
	struct indicator_set *set;
	CHECK(indicator_open("/nonexistent/set", &set, NULL) == ERR_ABSENT);
	CHECK(indicator_open("/dev/null", &set, NULL) == ERR_INPUT);
	CHECK(crc32c(0, "123456789", 9) == 0xe3069283u); // the check value of CRC-32C
}

const struct test tests[] = {{"every type there and back, refusals", round_trip},
                             {"the quick way is the canonical form", quick_way},
                             {"feeds and their refusals", feeds},
                             {"a MISP event in every form, and cut at every byte", forms},
                             {"the format it looks like", guesses}, {"documents of other forms", odd_forms},
                             {"documents with more values than a list holds", large}, {"a value given twice", twice},
                             {"common values are left out", common},
                             {"damaged and truncated files", damage}, {NULL, NULL}};
