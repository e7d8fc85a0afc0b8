#include "test.h"

#include "product/cpe.h"

#define TEXT(b) (buf_put_u8(&(b), 0), (char *)(b).p)

static char *canonical(const char *text, struct buf *out, struct why *why)
{
	char room[CPE_MAX];
	struct cpe c;
	buf_init(out, 2 * CPE_MAX);
	if (cpe_parse(slice_text(text), room, &c, why) == ERR_OK)
		cpe_print(&c, out);
	else
		buf_put_text(out, why->text);
	return TEXT(*out);
}

static void accepted(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"cpe:2.3:a:apache:http_server:2.4.57:*:*:*:*:*:*:*", "cpe:2.3:a:apache:http_server:2.4.57:*:*:*:*:*:*:*"},
		{"CPE:2.3:A:Microsoft:Office:*:*:*:*:*:iOS:*:*", "cpe:2.3:a:microsoft:office:*:*:*:*:*:ios:*:*"},
		{"cpe:2.3:a:apache:ant", "cpe:2.3:a:apache:ant:*:*:*:*:*:*:*:*"},
		{"cpe:2.3:o:linux:linux_kernel:-", "cpe:2.3:o:linux:linux_kernel:-:*:*:*:*:*:*:*"},
		{"cpe:2.3:a:joomla:joomla\\!:*:*:*:*:*:*:*:*", "cpe:2.3:a:joomla:joomla\\!:*:*:*:*:*:*:*:*"},
		{"cpe:2.3:a:x:spreadsheet\\:\\:parseexcel:0.41:*:*:*:*:perl:*:*", "cpe:2.3:a:x:spreadsheet\\:\\:parseexcel:0.41:*:*:*:*:perl:*:*"},
		{"cpe:2.3:a:gnu:g++:1\\.2\\-3\\_4", "cpe:2.3:a:gnu:g\\+\\+:1.2-3_4:*:*:*:*:*:*:*"},
		{"cpe:2.3:a:x:y:\\-:*:*:*:*:*:*:*", "cpe:2.3:a:x:y:\\-:*:*:*:*:*:*:*"},
		{"cpe:2.3:a:x:y:1.*:??:*:*:*:*:*:*", "cpe:2.3:a:x:y:1.*:??:*:*:*:*:*:*"},
		{"cpe:2.3:a:x:y:\\*:\\?1:*:*:*:*:*:*", "cpe:2.3:a:x:y:\\*:\\?1:*:*:*:*:*:*"},
		{"cpe:2.3:*:*:*:*:*:*:*:*:*:*:*", "cpe:2.3:*:*:*:*:*:*:*:*:*:*:*"},
		{"cpe:2.3:-", "cpe:2.3:-:*:*:*:*:*:*:*:*:*:*"},
		{"cpe:/a:akeneo:product_information_management", "cpe:2.3:a:akeneo:product_information_management:*:*:*:*:*:*:*:*"},
		{"cpe:/o:microsoft:windows_10:-::~~~~x64~", "cpe:2.3:o:microsoft:windows_10:-:*:*:*:*:*:x64:*"},
		{"cpe:/a:hp:insight_diagnostics:7.4.0.1570::~~online~win2003~x64~", "cpe:2.3:a:hp:insight_diagnostics:7.4.0.1570:*:*:*:online:win2003:x64:*"},
		{"cpe:/a:foo%5cbar:big%24money_2010:::special:en-us", "cpe:2.3:a:foo\\\\bar:big\\$money_2010:*:*:special:en-us:*:*:*:*"},
		{"cpe:/a:x:y:8.%02:sp%01", "cpe:2.3:a:x:y:8.*:sp?:*:*:*:*:*:*"},
		{"cpe:/a:x:y:%01%011%01%01", "cpe:2.3:a:x:y:??1??:*:*:*:*:*:*:*"},
		{"cpe:/a:x:y:%2d", "cpe:2.3:a:x:y:\\-:*:*:*:*:*:*:*"},
		{"cpe:/a:x:joomla!", "cpe:2.3:a:x:joomla\\!:*:*:*:*:*:*:*:*"},
		{"cpe:/a:x:a~b", "cpe:2.3:a:x:a\\~b:*:*:*:*:*:*:*:*"},
		{"cpe:/", "cpe:2.3:*:*:*:*:*:*:*:*:*:*:*"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf once, twice;
		struct why why;
		CHECK_TEXT(canonical(rows[i].text, &once, &why), rows[i].want);
		CHECK_TEXT(canonical((char *)once.p, &twice, &why), rows[i].want);
		buf_free(&once);
		buf_free(&twice);
	}
}

static void refused(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", "CPE \"\": begins with neither \"cpe:2.3:\" nor \"cpe:/\""},
		{"cpe:", "begins with neither"},
		{"cpe:2.3", "begins with neither"},
		{"cpe:2.2:a:b:c", "begins with neither"},
		{"pkg:npm/a", "begins with neither"},
		{" cpe:/a:b:c", "begins with neither"},
		{"cpe:2.3:", "part \"\": empty"},
		{"cpe:2.3:x:b:c", "part \"x\": must be a, o or h"},
		{"cpe:2.3:ao:b:c", "part \"ao\": must be a, o or h"},
		{"cpe:2.3:a::c", "vendor \"\": empty; any is \"*\""},
		{"cpe:2.3:a:b:c:", "version \"\": empty"},
		{"cpe:2.3:a:b:c:*:*:*:*:*:*:*:*:*", "other \"*\": more than eleven attributes"},
		{"cpe:2.3:a:b c:d", "vendor \"b c\": a character that is no printable ASCII"},
		{"cpe:2.3:a:b\tc:d", "vendor \"b?c\": a character that is no printable ASCII"},
		{"cpe:2.3:a:b:caf\303\251", "product \"caf\303\251\": a character that is no printable ASCII"},
		{"cpe:2.3:a:b:c:1*2", "version \"1*2\": a wildcard that is neither first nor last"},
		{"cpe:2.3:a:b:c:1?2", "version \"1?2\": a wildcard that is neither first nor last"},
		{"cpe:2.3:a:b:c:1\\", "version \"1\\\": a backslash with nothing behind it"},
		{"cpe:2.3:a:b:c:\\1", "version \"\\1\": an escaped letter or digit"},
		{"cpe:2.3:a:b:c:\\ ", "a character that is no printable ASCII"},
		{"cpe:/x:b:c", "part \"x\": must be a, o or h"},
		{"cpe:/a:b:c:1:2:3:4:5", "language \"5\": more than seven components"},
		{"cpe:/a:b%:c", "vendor \"b%\": a percent sign without two hexadecimal digits"},
		{"cpe:/a:b%0a:c", "vendor \"b%0a\": a character that is no printable ASCII"},
		{"cpe:/a:b%20c:c", "a character that is no printable ASCII"},
		{"cpe:/a:b:1%022", "product \"1%022\": a wildcard that is neither first nor last"},
		{"cpe:/a:b:1%012", "product \"1%012\": a wildcard that is neither first nor last"},
		{"cpe:/a:b:c:1:2:~a~b", "edition \"~a~b\": must be five parts"},
		{"cpe:/a:b:c:1:2:~a~b~c~d~e~f", "must be five parts"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char room[CPE_MAX];
		struct cpe c;
		struct why why = {"accepted"};
		CHECK(cpe_parse(slice_text(rows[i].text), room, &c, &why) == ERR_INPUT);
		CHECK_SAY(strstr(why.text, rows[i].why) != NULL, "%s: %s", rows[i].text, why.text);
	}
}

static void length(void)
{
	static char text[CPE_MAX + 1];
	char room[CPE_MAX];
	struct cpe c;
	struct why why;
	memcpy(text, "cpe:2.3:a:", 10);
	memset(text + 10, 'x', sizeof text - 10);
	CHECK(cpe_parse(slice_of(text, CPE_MAX), room, &c, &why) == ERR_OK);
	CHECK(cpe_parse(slice_of(text, CPE_MAX + 1), room, &c, &why) == ERR_LIMIT);
	memset(text + 10, '!', sizeof text - 10); // each becomes two
	CHECK(cpe_parse(slice_of(text, CPE_MAX), room, &c, &why) == ERR_LIMIT);
}

static void covering(void)
{
	static const struct {
		const char *pattern, *name;
		bool covers;
	} rows[] = { // versions of the same product
		{"*", "1.2", true}, {"*", "-", true}, {"*", "*", true}, {"-", "-", true}, {"1.2", "1.2", true}, {"1.*", "1.2", true},
		{"1.*", "1.", true}, {"*2", "1.2", true}, {"*.*", "1.2.3", true}, {"1.?", "1.2", true}, {"1.?", "1.", true},
		{"1.??", "1.22", true}, {"?.2", "1.2", true}, {"*\\+*", "1\\+2", true}, {"1\\+?", "1\\+\\+", true}, {"*\\?", "1\\?", true},
		{"1.2", "1.3", false}, {"1.2", "*", false}, {"1.2", "-", false}, {"-", "1.2", false}, {"-", "*", false}, {"1.*", "2.1", false},
		{"1.*", "*", false}, {"1.*", "-", false}, {"1.?", "1.22", false}, {"1.??", "1.222", false}, {"?.2", "11.2", false},
		{"*2", "1.3", false}, {"\\*", "1", false}, {"1.\\?", "1.2", false}, {"?\\+", "1\\-\\+", false}, {"*\\?", "1\\!", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char room_a[CPE_MAX], room_b[CPE_MAX], a[200], b[200];
		struct cpe pattern, name;
		struct why why = {""};
		snprintf(a, sizeof a, "cpe:2.3:a:v:p:%s", rows[i].pattern);
		snprintf(b, sizeof b, "cpe:2.3:a:v:p:%s", rows[i].name);
		CHECK_SAY(cpe_parse(slice_text(a), room_a, &pattern, &why) == ERR_OK, "%s", why.text);
		CHECK_SAY(cpe_parse(slice_text(b), room_b, &name, &why) == ERR_OK, "%s", why.text);
		CHECK_SAY(cpe_covers(&pattern, &name) == rows[i].covers, "%s and %s", a, b);
	}
}

static void pieces(void)
{
	static const struct {
		const char *text, *product, *version;
	} rows[] = {
		{"cpe:2.3:a:x:y\\/z:1.2\\(3\\):sp1:*:*:*:*:*:*", "cpe:2.3:a:x:y\\/z:*:*:*:*:*:*:*:*", "1.2(3)"},
		{"cpe:/o:cisco:ios:12.2%288%29", "cpe:2.3:o:cisco:ios:*:*:*:*:*:*:*:*", "12.2(8)"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char room[CPE_MAX];
		struct cpe c;
		struct why why;
		struct buf product, version;
		buf_init(&product, CPE_MAX);
		buf_init(&version, CPE_MAX);
		REQUIRE(cpe_parse(slice_text(rows[i].text), room, &c, &why) == ERR_OK);
		cpe_product(&c, &product);
		cpe_plain(c.at[CPE_VERSION], &version);
		CHECK_TEXT(TEXT(product), rows[i].product);
		CHECK_TEXT(TEXT(version), rows[i].version);
		buf_free(&product);
		buf_free(&version);
	}
}

static void folding(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"SimpleHelp ", "simplehelp"}, {" PeopleSoft  Enterprise", "peoplesoft_enterprise"}, {"a-_ b", "a_b"}, {"a_b", "a_b"},
		{"A-B", "a_b"}, {"", ""}, {" \t", ""}, {"-", "_"}, {"caf\303\211", "caf\303\211"}, {"G++", "g++"}, {"a\tb", "a_b"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char room[100];
		struct slice out = {0};
		CHECK_SAY(product_fold(slice_text(rows[i].text), room, strlen(rows[i].want), &out) && slice_is_text(out, rows[i].want), "%s", rows[i].text);
	}
	for (size_t n = 1; n < 400; n++) { // of any length, and not beyond the room's end
		char text[400], want[400], *room = malloc(n);
		struct slice out = {0}, small = {0};
		for (size_t i = 0; i < n; i++) {
			text[i] = i % 7 == 3 ? '-' : 'A' + (char)(i % 26);
			want[i] = i % 7 == 3 ? '_' : 'a' + (char)(i % 26);
		}
		CHECK_SAY(product_fold(slice_of(text, n), room, n, &out) && slice_equal(out, slice_of(want, n)), "%zu", n);
		CHECK(!product_fold(slice_of(text, n), room, n - 1, &small) && small.p == NULL);
		free(room);
	}
}

static void cuts(void)
{
	static const char *const texts[] = {"cpe:2.3:a:v\\:w:p\\!:1.*:-:*:*:*:*:*:\\-", "cpe:/a:v%3aw:p:1.%02::~a~b~c~d~e:en"};
	for (size_t i = 0; i < 2; i++)
		for (size_t n = 0; n <= strlen(texts[i]); n++) {
			char room[CPE_MAX], *copy = malloc(n + 1);
			struct cpe c;
			struct why why = {""};
			REQUIRE(copy != NULL);
			memcpy(copy, texts[i], n);
			if (cpe_parse(slice_of(copy, n), room, &c, &why) == ERR_OK)
				CHECK(n >= 5);
			else
				CHECK(strncmp(why.text, "CPE \"", 5) == 0);
			free(copy);
		}
}

static void real(void)
{
	size_t n, count = 0, line = 0;
	const char *path = test_data("products/eol-truth-2026-08-24.tsv");
	if (path == NULL)
		return;
	char *text = (char *)test_read(path, &n), *rest = text;
	REQUIRE(text != NULL);
	for (char *row; (row = strsep(&rest, "\n")) != NULL;) {
		char *field = NULL;
		for (size_t i = 0; i < 5 && row != NULL; i++)
			field = strsep(&row, "\t");
		if (line++ == 0 || row == NULL || field == NULL || field[0] == '\0')
			continue;
		struct buf out;
		struct why why = {""};
		CHECK_SAY(strncmp(canonical(field, &out, &why), "cpe:2.3:", 8) == 0, "line %zu: %s", line, why.text);
		buf_free(&out);
		count++;
	}
	CHECK_SAY(count > 400, "%zu", count);
	free(text);
}

const struct test tests[] = {
	{"accepted, written canonically, twice the same", accepted},
	{"refused", refused},
	{"length", length},
	{"what a pattern covers", covering},
	{"the product, a version without escapes", pieces},
	{"names folded", folding},
	{"cut at every byte", cuts},
	{"the CPE names of real products", real},
	{NULL, NULL},
};
