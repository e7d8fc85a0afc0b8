#include "test.h"

#include "base/buf.h"
#include "base/csv.h"

// Rows as text: "line:cell|cell;" with "!rule" for a broken one and "#" for a comment.
static enum err show(void *context, const struct csv_row *row, struct why *why)
{
	(void)why;
	buf_printf(context, "%llu:%s", (unsigned long long)row->line, row->comment ? "#" : "");
	for (size_t i = 0; i < row->n; i++)
		buf_printf(context, "%s%.*s", i > 0 ? "|" : "", SLICE_ARGS(row->cells[i]));
	buf_printf(context, "%s%s\n", row->broken != NULL ? "!" : "", row->broken != NULL ? row->broken : "");
	return ERR_OK;
}

static void check_rows(struct slice text, char separator, size_t step, const char *want)
{
	struct buf got;
	struct csv *c;
	struct why why = {""};
	buf_init(&got, 1 << 20);
	REQUIRE(csv_new(separator, show, &got, &c, &why) == ERR_OK);
	for (size_t at = 0; at < text.n; at += step)
		CHECK(csv_put(c, slice_part(text, at, step), &why) == ERR_OK);
	CHECK(csv_end(c, &why) == ERR_OK);
	buf_put_u8(&got, 0);
	CHECK_TEXT((const char *)got.p, want);
	csv_free(c);
	buf_free(&got);
}

static void rows(void)
{
	static const struct {
		const char *text, *want;
		char separator;
	} table[] = {
		{"", "", 0},
		{"a,b\n", "1:a|b\n", 0},
		{"a,b", "1:a|b\n", 0},
		{"a , b \r\n\r\n c,\n", "1:a|b\n3:c|\n", 0},
		{"\xef\xbb\xbf" "a,b\n", "1:a|b\n", 0},
		{"\xef\xbb\xbf\"a\",b\n", "1:a|b\n", 0},
		{"a;b,c\n1;\"2;3\"\n", "1:a|b,c\n2:1|2;3\n", 0},
		{"a\tb,c;d\n\"x\ty\"\n", "1:a|b,c;d\n2:\"x|y\"\n", 0},
		{"\t\t\n", "1:||\n", '\t'},
		{"# model,1\na,b\n", "1:## model,1\n2:a|b\n", 0},
		{"a,b\n\"x\"\"y\",\"line\nend\"\nc,d\n", "1:a|b\n2:x\"y|line\nend\n4:c|d\n", 0},
		{"\"\"\"a\"\"\",\"\"\n", "1:\"a\"|\n", 0},
		{"a, \"b,c\" ,d\n", "1:a|b,c|d\n", 0},
		{"a\"b,c\nd,e\n", "1:a\"b|c\n2:d|e\n", 0},
		{",\n", "1:|\n", 0},
		// a quote inside a cell is a letter: no line is swallowed
		{"a,b\n5\"\" disk,1\nc\",\"\"\nd \"\"\"\",2\ne,f\n", "1:a|b\n2:5\"\" disk|1\n3:c\"|\n4:d \"\"\"\"|2\n5:e|f\n", 0},
		{"a;b\n24\" \"\";1\nc;d\n", "1:a|b\n2:24\" \"\"|1\n3:c|d\n", 0},
		{"\"a\"\"\",\"b\"\"\n\"\"c\",d\n", "1:a\"|b\"\n\"c|d\n", 0},
		{"a\tb\n\"x, y\"\t\"5\"\" disk\"\n\"x\"y\"\t\"\n", "1:a|b\n2:x, y|5\" disk\n3:\"x\"y\"|\"\n", 0},
		{"sep=;\r\na,b;c\r\n", "2:a,b|c\n", 0},
		{"\xef\xbb\xbfSEP=\t\na,b;c\td\n", "2:a,b;c|d\n", 0},
		{"sep=;x\na;b\n", "1:sep=|x\n2:a|b\n", 0},
		{"sep=;\n", "1:sep=;\n", ','},
		// broken rows
		{"a,\"b\" c\nd,e\n", "1:a|b!column 2: text follows a closed quote\n2:d|e\n", 0},
		{"a,\"b\nc,d\n", "1:a|b!column 2: a quote is not closed\n2:c|d\n", 0},
		{"a,\"b", "1:a|b!column 2: a quote is not closed\n", 0},
		{"a,b\n\"5 inch,1\n\"6 inch\",2\nc,d\n", "1:a|b\n2:5 inch,1!column 1: a quote is not closed\n3:6 inch|2\n4:c|d\n", 0},
		{"a,b\n\"x\n# c\n\"y\",\"z\n", "1:a|b\n2:x!column 1: a quote is not closed\n3:## c\n4:y|z!column 2: a quote is not closed\n", 0},
		{"a,b\n1,\"x\" y\n2,\"z\nw\" v\n3,4\n", "1:a|b\n2:1|x!column 2: text follows a closed quote\n3:2|z!column 2: a quote is not closed\n4:w\" v\n5:3|4\n", 0},
		{"a,b\n\xff,c\nd,e\n", "1:a|b\n2:!not UTF-8: save it as UTF-8\n3:d|e\n", 0},
		{"#\xff\nd,e\n", "1:#!not UTF-8: save it as UTF-8\n2:d|e\n", 0},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t step = 1; step < 40; step += 6)
			check_rows(slice_text(table[i].text), table[i].separator, step, table[i].want);
}

static void limits(void)
{
	size_t n = CSV_ROW_MAX + 1000;
	char *text = malloc(n + 8);
	REQUIRE(text != NULL);
	memset(text, 'x', n);
	memcpy(text + n, "\na,b\n", 6);
	check_rows(slice_text(text), 0, 4096, "1:!the row is longer than 1048576 bytes\n2:a|b\n");
	text[0] = '"'; // a quote that is never closed swallows no more than one row may hold
	check_rows(slice_text(text), 0, 4096, "1:!the row is longer than 1048576 bytes\n2:a|b\n");
	memcpy(text + CSV_ROW_MAX, "\na,b\n", 6); // the same, as long as a row may be
	check_rows(slice_text(text), 0, 4096, "1:!the row is longer than 1048576 bytes\n2:a|b\n");
	memset(text, ',', CSV_CELLS_MAX);
	memcpy(text + CSV_CELLS_MAX, "\nc\n", 4);
	char want[256] = "1:";
	memset(want + 2, '|', CSV_CELLS_MAX - 1);
	snprintf(want + 1 + CSV_CELLS_MAX, 100, "!the row has more than 64 cells\n2:c\n");
	check_rows(slice_text(text), ',', 4096, want);
	free(text);
}

static enum err count(void *context, const struct csv_row *row, struct why *why)
{
	(void)why;
	++*(uint64_t *)context;
	CHECK_SAY(row->line == *(uint64_t *)context, "line %llu", (unsigned long long)row->line);
	return ERR_OK;
}

// A quote that is never closed, and lines that each close one and open the next: every line is a row, in time that grows with the file.
static void nothing_is_swallowed(void)
{
	static const char *const lines[] = {"x,1\n", "a\",\"b\n", "\"\"\"x\n", "# c\n", "a,\"b\"\r\n"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct buf text;
		struct csv *c;
		struct why why;
		uint64_t seen = 0, want = 2;
		buf_init(&text, 8 << 20);
		buf_put_text(&text, "a,b\n\"open,1\n");
		for (; text.n < (3 << 20); want++)
			buf_put_text(&text, lines[i]);
		REQUIRE(csv_new(0, count, &seen, &c, &why) == ERR_OK);
		CHECK(csv_put(c, buf_slice(&text), &why) == ERR_OK && csv_end(c, &why) == ERR_OK);
		CHECK_SAY(seen == want, "%zu: %llu of %llu", i, (unsigned long long)seen, (unsigned long long)want);
		csv_free(c);
		buf_free(&text);
	}
}

static enum err stop(void *context, const struct csv_row *row, struct why *why)
{
	++*(int *)context;
	return why_set(why, ERR_DENIED, "line %llu", (unsigned long long)row->line);
}

static void stops(void)
{
	struct csv *c;
	struct why why;
	int rows_seen = 0;
	REQUIRE(csv_new(0, stop, &rows_seen, &c, &why) == ERR_OK);
	CHECK(csv_put(c, SLICE_LITERAL("a\nb\nc\n"), &why) == ERR_DENIED);
	CHECK(rows_seen == 1);
	CHECK_TEXT(why.text, "line 1");
	csv_free(c);
	csv_free(NULL);
}

const struct test tests[] = {{"rows", rows}, {"limits", limits}, {"nothing is swallowed", nothing_is_swallowed}, {"a refusal of the taker stops the reading", stops}, {NULL, NULL}};
