#include "inventory/packages.h"

#include "recorder.h"

struct row {
	const char *what, *text, *want;
};

#define OK "Status: install ok installed\n"

static const struct row dpkg_rows[] = {
	{"one", "Package: adduser\n" OK "Version: 3.134\nArchitecture: all\n", "item package|E|adduser|3.134|||all\n"},
	{"source", "Package: libc6\n" OK "Source: glibc\nVersion: 2.36-9\n", "item package|E|libc6|2.36-9|glibc||\n"},
	{"source and version", "Package: a\n" OK "Source: gcc-12 (12.2.0-14)\nVersion: 1:2\n", "item package|E|a|1:2|gcc-12|12.2.0-14|\n"},
	{"source of its own name", "Package: a\nSource: a\n" OK "Version: 1\n", "item package|E|a|1|||\n"},
	{"own name, other version", "Package: a\nSource: a (2)\n" OK "Version: 1\n", "item package|E|a|1|a|2|\n"},
	{"case, tabs", "pACKAGE:\ta\nSTATUS:install ok installed \nVersion:  1 \n", "item package|E|a|1|||\n"},
	{"folded text is passed over", "Package: a\n" OK "Description: x\n Version: 9\n .\n\ttab\nVersion: 1\n", "item package|E|a|1|||\n"},
	{"two, blank lines", "\n\nPackage: a\n" OK "Version: 1\n\n\nPackage: b\n" OK "Version: 2\n\n",
	 "item package|E|a|1|||\nitem package|E|b|2|||\n"},
	{"held back", "Package: a\nStatus: hold ok installed\nVersion: 1\n", "item package|E|a|1|||\n"},
	{"removed", "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n", ""},
	{"never there", "Package: a\nStatus: unknown ok not-installed\n", ""},
	{"triggers", "Package: a\nStatus: install ok triggers-pending\nVersion: 1\n", "item package|E|a|1|||\n"},
	{"half configured", "Package: a\nStatus: install ok half-configured\nVersion: 1\n",
	 "note 1|a|half-configured: taken as installed\nitem package|E|a|1|||\n"},
	{"unpacked", "Package: a\nStatus: install ok unpacked\nVersion: 1\n",
	 "note 1|a|unpacked, never configured: taken as installed\nitem package|E|a|1|||\n"},
	{"half installed", "Package: a\nStatus: install reinstreq half-installed\nVersion: 1\n",
	 "note 1|a|half-installed: taken as installed, but its files may be missing\nitem package|E|a|1|||\n"},
	{"to be installed again", "Package: a\nStatus: install reinstreq installed\nVersion: 1\n",
	 "note 1|a|to be installed again (reinstreq): taken as installed\nitem package|E|a|1|||\n"},
	{"nothing", "", ""},
	// Refused: told, and the rest is read.
	{"no name", OK "Version: 1\n\nPackage: b\n" OK "Version: 2\n",
	 "refused 1|Status: install ok installed|no Package, or not of ASCII without blanks\nitem package|E|b|2|||\n"},
	{"no version", "\nPackage: a\n" OK, "refused 2|a|no Version, or not of ASCII without blanks\n"},
	{"no status", "Package: a\nVersion: 1\n", "refused 1|a|Status is not \"want flag state\" with words of dpkg\n"},
	{"a state that dpkg does not have", "Package: a\nStatus: install ok running\nVersion: 1\n",
	 "refused 1|a|Status is not \"want flag state\" with words of dpkg\n"},
	{"two words", "Package: a\nStatus: install installed\nVersion: 1\n", "refused 1|a|Status is not \"want flag state\" with words of dpkg\n"},
	{"a flag that dpkg does not have", "Package: a\nStatus: install bad installed\nVersion: 1\n",
	 "refused 1|a|Status is not \"want flag state\" with words of dpkg\n"},
	{"twice", "Package: a\nPackage: b\n" OK "Version: 1\n", "refused 1|b|a field given twice\n"},
	{"folded version", "Package: a\n" OK "Version: 1\n 2\n", "refused 1|a|a value of several lines in a field of one\n"},
	{"begins with a blank", " a\nPackage: a\n" OK "Version: 1\n", "refused 1|a|a continuation line without a field\n"},
	{"no colon", "Package: a\nrubbish\n" OK "Version: 1\n", "refused 1|a|a line without a field's name\n"},
	{"only a colon", ": a\n", "refused 1|: a|a line without a field's name\n"},
	{"blank in the version", "Package: a\n" OK "Version: 1 2\n", "refused 1|a|no Version, or not of ASCII without blanks\n"},
	{"a blank of spreadsheets in the source", "Package: a\n" OK "Source: b (\xe2\x80\x8b" "2)\nVersion: 1\n",
	 "refused 1|a|Source is not \"name\" or \"name (version)\"\n"},
	{"a version that is not ASCII", "Package: a\n" OK "Version: 1\xc3\xa9\n", "refused 1|a|no Version, or not of ASCII without blanks\n"},
	{"source unclosed", "Package: a\n" OK "Source: b (1\nVersion: 1\n", "refused 1|a|Source is not \"name\" or \"name (version)\"\n"},
	{"source without parentheses", "Package: a\n" OK "Source: b 1\nVersion: 1\n", "refused 1|a|Source is not \"name\" or \"name (version)\"\n"},
	{"source empty", "Package: a\n" OK "Source: b ()\nVersion: 1\n", "refused 1|a|Source is not \"name\" or \"name (version)\"\n"},
	{"control character", "Package: a\n" OK "Version: 1\x01\n", "refused 1|a|a value holds a control character\n"},
	{"not UTF-8", "Package: a\n" OK "Version: 1\xff\n", "refused 1|a|a value is not UTF-8\n"},
	{"cut", "Package: a\n" OK "Version: 1", "refused 1|a|the file ends in the middle of a line\n"},
};

static void dpkg_table(void)
{
	for (size_t i = 0; i < sizeof dpkg_rows / sizeof *dpkg_rows; i++) {
		struct recorder r;
		struct why why = {""};
		recorder_init(&r);
		struct inventory_sink sink = recorder_sink(&r);
		CHECK(dpkg_read(slice_text(dpkg_rows[i].text), false, SLICE_LITERAL("E"), &sink, &why) == ERR_OK);
		CHECK_SAY(strcmp(recorder_text(&r), dpkg_rows[i].want) == 0, "%s: %s", dpkg_rows[i].what, recorder_text(&r));
		buf_free(&r.text);
	}
}

static void dpkg_without_states(void)
{
	struct recorder r;
	struct why why = {""};
	recorder_init(&r);
	struct inventory_sink sink = recorder_sink(&r);
	CHECK(dpkg_read(SLICE_LITERAL("Package: base-files\nVersion: 12.4\n\n\nPackage: tzdata\nVersion: 2024a-0+deb12u1"), true, SLICE_LITERAL("E"),
	                &sink, &why) == ERR_OK);
	CHECK_TEXT(recorder_text(&r), "item package|E|base-files|12.4|||\nitem package|E|tzdata|2024a-0+deb12u1|||\n");
	buf_free(&r.text);
}

static const char whole[] = "Package: a\n" OK "Version: 1\n\nPackage: b\nSource: c (2)\n" OK "Version: 2\n\n";

// Every beginning gives items that the whole gives too, never one that is not there.
static void dpkg_truncated(void)
{
	for (size_t n = 0; n < sizeof whole; n++) {
		struct recorder r;
		struct why why = {""};
		recorder_init(&r);
		struct inventory_sink sink = recorder_sink(&r);
		char *copy = malloc(n + 1);
		memcpy(copy, whole, n);
		CHECK(dpkg_read(slice_of(copy, n), false, SLICE_LITERAL("E"), &sink, &why) == ERR_OK);
		const char *text = recorder_text(&r);
		CHECK(r.items == 0 || strncmp(text, "item package|E|a|1|||\n", 22) == 0);
		CHECK(r.items < 2 || strcmp(text + 22, "item package|E|b|2|c|2|\n") == 0);
		free(copy);
		buf_free(&r.text);
	}
}

static void a_sink_that_stops(void)
{
	struct recorder r;
	struct why why = {""};
	recorder_init(&r);
	r.stop_after = 1;
	struct inventory_sink sink = recorder_sink(&r);
	CHECK(dpkg_read(slice_text(whole), false, SLICE_LITERAL("E"), &sink, &why) == ERR_AWAY);
	CHECK(apk_read(SLICE_LITERAL("P:a\nV:1\n"), SLICE_LITERAL("E"), &sink, &why) == ERR_OK && r.items == 2);
	buf_free(&r.text);
	struct inventory_sink none = {0};
	CHECK(dpkg_read(slice_text(whole), false, SLICE_LITERAL("E"), &none, &why) == ERR_OK);
	CHECK(apk_read(SLICE_LITERAL("P:a\nV:1\n\nrubbish\n"), SLICE_LITERAL("E"), &none, &why) == ERR_OK);
}

static const struct row apk_rows[] = {
	{"one", "C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:1\no:musl\nF:lib\nR:x\nZ:Q1=\n\n", "item package|E|musl|1.2.5-r0|||x86_64\n"},
	{"origin", "P:libssl3\nV:3.3.1-r0\no:openssl\n", "item package|E|libssl3|3.3.1-r0|openssl||\n"},
	{"two", "P:a\nV:1\n\n\nP:b\nV:2\n", "item package|E|a|1|||\nitem package|E|b|2|||\n"},
	{"nothing", "", ""},
	{"no name", "V:1\n\nP:b\nV:2\n", "refused 1|V:1|no name (P:), or not of ASCII without blanks\nitem package|E|b|2|||\n"},
	{"no version", "\n\nP:a\n", "refused 3|a|no version (V:), or not of ASCII without blanks\n"},
	{"empty name", "P:\nV:1\n", "refused 1|P:|no name (P:), or not of ASCII without blanks\n"},
	{"blank inside", "P:a b\nV:1\n", "refused 1|a b|no name (P:), or not of ASCII without blanks\n"},
	{"twice", "P:a\nP:b\nV:1\n", "refused 1|a|a field given twice\n"},
	{"no colon", "P:a\nV1\n", "refused 1|a|a line without a letter and a colon\n"},
	{"control character", "P:a\nV:1\x7f\n", "refused 1|a|a value holds a control character\n"},
	{"cut", "P:a\nV:1.2", "refused 1|a|the file ends in the middle of a line\n"},
};

static void apk_table(void)
{
	for (size_t i = 0; i < sizeof apk_rows / sizeof *apk_rows; i++) {
		struct recorder r;
		struct why why = {""};
		recorder_init(&r);
		struct inventory_sink sink = recorder_sink(&r);
		CHECK(apk_read(slice_text(apk_rows[i].text), SLICE_LITERAL("E"), &sink, &why) == ERR_OK);
		CHECK_SAY(strcmp(recorder_text(&r), apk_rows[i].want) == 0, "%s: %s", apk_rows[i].what, recorder_text(&r));
		buf_free(&r.text);
	}
}

static void long_values(void)
{
	struct recorder r;
	struct why why = {""};
	recorder_init(&r);
	struct inventory_sink sink = recorder_sink(&r);
	struct buf text;
	buf_init(&text, 1u << 20);
	buf_put_text(&text, "Package: a\n" OK "Version: ");
	for (unsigned i = 0; i < 10240; i++)
		buf_put_u8(&text, '1');
	buf_put_text(&text, "\n\nPackage: b\n" OK "Version: 2\n");
	CHECK(dpkg_read(buf_slice(&text), false, SLICE_LITERAL("E"), &sink, &why) == ERR_OK);
	CHECK_TEXT(recorder_text(&r), "refused 1|a|a value is longer than 1024 bytes\nitem package|E|b|2|||\n");
	buf_free(&text);
	buf_free(&r.text);
}

static void words(void)
{
	enum item_kind k = ITEM_PACKAGE;
	enum item_role role = ROLE_OTHER;
	enum item_exposure e = EXPOSURE_INTERNET;
	enum item_credentials c = CREDENTIALS_DEFAULT;
	for (unsigned i = 0; i < ITEM_KINDS; i++)
		CHECK(item_kind_named(slice_text(item_kind_name(i)), &k) && k == i);
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		CHECK(item_role_named(slice_text(item_role_name(i)), &role) && role == i);
	for (unsigned i = 0; i < EXPOSURE_COUNT; i++)
		CHECK(item_exposure_named(slice_text(item_exposure_name(i)), &e) && e == i);
	for (unsigned i = 0; i < CREDENTIALS_COUNT; i++)
		CHECK(item_credentials_named(slice_text(item_credentials_name(i)), &c) && c == i);
	CHECK(!item_kind_named(SLICE_LITERAL("Package"), &k) && !item_kind_named(SLICE_LITERAL(""), &k) && k == ITEM_EQUIPMENT);
	CHECK(!item_role_named(SLICE_LITERAL("serve"), &role) && !item_exposure_named(SLICE_LITERAL("internets"), &e));
	CHECK(!item_credentials_named(SLICE_LITERAL("defaults"), &c) && c == CREDENTIALS_DEFAULT);
}

static void texts(void)
{
	static const struct {
		const char *raw, *want; // NULL: refused
	} rows[] = {
		{"a", "a"}, {" a b ", "a b"}, {"", ""}, {"   ", ""}, {"\xc2\xa0SimpleHelp\xc2\xa0", "SimpleHelp"}, {"\xe2\x80\x8b\xef\xbb\xbf x\xe2\x80\x8b", "x"},
		{"caf\xc3\xa9", "caf\xc3\xa9"}, {"\xc2\xa0 \xc2\xa0", ""}, {"\xc3\xa0", "\xc3\xa0"},
		{"a\tb", NULL}, {"a\nb", NULL}, {"a\x7f", NULL}, {"\xc2\x85" "a", NULL}, {"a\xc2", NULL}, {"\xff", NULL}, {"\xed\xa0\x80", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice text = {0};
		const char *rule;
		bool ok = inventory_text(slice_text(rows[i].raw), &text, &rule);
		CHECK_SAY(ok == (rows[i].want != NULL) && ok == (rule == NULL), "row %zu", i);
		CHECK_SAY(!ok || slice_is_text(text, rows[i].want), "row %zu: \"%.*s\"", i, SLICE_ARGS(text));
	}
}

const struct test tests[] = {
	{"dpkg: table", dpkg_table},
	{"dpkg: images without states", dpkg_without_states},
	{"dpkg: truncated at every byte", dpkg_truncated},
	{"apk: table", apk_table},
	{"a sink that stops, a sink that hears nothing", a_sink_that_stops},
	{"a version of 10 kB", long_values},
	{"words", words},
	{"texts", texts},
	{NULL, NULL},
};
