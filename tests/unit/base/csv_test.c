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
		// broken rows
		{"a,\"b\" c\nd,e\n", "1:a|b!text follows a closed quote\n2:d|e\n", 0},
		{"a,\"b\nc,d\n", "1:a|b\nc,d\n!a quote is not closed\n", 0},
		{"a,b\n\xff,c\nd,e\n", "1:a|b\n2:!not UTF-8\n3:d|e\n", 0},
		{"#\xff\nd,e\n", "1:#!not UTF-8\n2:d|e\n", 0},
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
	memset(text, ',', CSV_CELLS_MAX);
	memcpy(text + CSV_CELLS_MAX, "\nc\n", 4);
	char want[256] = "1:";
	memset(want + 2, '|', CSV_CELLS_MAX - 1);
	snprintf(want + 1 + CSV_CELLS_MAX, 100, "!the row has more than 64 cells\n2:c\n");
	check_rows(slice_text(text), ',', 4096, want);
	free(text);
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

const struct test tests[] = {{"rows", rows}, {"limits", limits}, {"a refusal of the taker stops the reading", stops}, {NULL, NULL}};
