// Output: tables, times, colour, progress, JSON.
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "charter/charter.h"
#include "cli.h"
#include "sys/clock.h"

#define PROGRESS_AFTER_MS 1000
#define PROGRESS_EVERY_MS 100
#define SILENCE_MS 10000 // where nobody sees a line change: one is written when there was none for so long
#define STATICS 8
#define STATIC_TEXT 256

// One of a few buffers, in turn: so that one printf can have several.
static char *turn(void)
{
	static char texts[STATICS][STATIC_TEXT];
	static unsigned next;
	return texts[next++ % STATICS];
}

// --- Failing ------------------------------------------------------------------------------------------------------------------

static void fail_json(const struct cli *c, enum err e)
{
	struct json_writer w;
	struct buf out;
	cli_json_begin(&w, &out);
	json_open_object(&w, NULL);
	json_put_string(&w, "error", err_name(e));
	json_put_string(&w, "why", c->why.text);
	json_close(&w);
	if (json_end(&w, NULL) == ERR_OK)
		fwrite(out.p, 1, out.n, stdout);
	buf_free(&out);
}

int cli_fail(struct cli *c, enum err e)
{
	cli_progress_end(c);
	fflush(stdout); // what was said before comes before
	fprintf(stderr, "tocsin %s: %s: %s\n", c->verb->name, err_name(e), c->why.text);
	if (c->json)
		fail_json(c, e);
	return CLI_FAILED;
}

// --- Tables ---------------------------------------------------------------------------------------------------------------------

void cli_table_begin(struct cli_table *t, unsigned columns, const char *const *heads)
{
	*t = (struct cli_table){.columns = columns, .headed = heads != NULL};
	buf_init(&t->text, CLI_TABLE_MAX);
	for (unsigned i = 0; heads != NULL && i < columns; i++)
		cli_cell(t, "%s", heads[i]);
}

// Our own colours, and nothing else that a terminal obeys.
static size_t colour_at(const char *p)
{
	static const char *const ours[] = {"\033[32m", "\033[31m", "\033[2m", "\033[0m"};
	for (unsigned i = 0; i < 4; i++)
		if (strncmp(p, ours[i], strlen(ours[i])) == 0)
			return strlen(ours[i]);
	return 0;
}

// Control characters of others (C0, DEL, C1) must not reach the terminal.
static void clean(char *text)
{
	for (char *p = text; *p != 0; p++) {
		size_t colour = colour_at(p);
		unsigned char c = (unsigned char)*p, next = (unsigned char)p[1];
		if (colour > 0)
			p += colour - 1;
		else if (c < 0x20 || c == 0x7f)
			*p = '?';
		else if (c == 0xc2 && next < 0xa0)
			p[0] = p[1] = '?';
	}
}

__attribute__((format(printf, 2, 0))) static void cell_put(struct cli_table *t, const char *format, va_list arguments)
{
	char *text = NULL;
	if (vasprintf(&text, format, arguments) < 0)
		return;
	clean(text);
	buf_put(&t->text, text, strlen(text) + 1);
	t->cells++;
	free(text);
}

void cli_cell(struct cli_table *t, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	cell_put(t, format, arguments);
	va_end(arguments);
}

void cli_row(struct cli_table *t, const char *name, const char *format, ...)
{
	va_list arguments;
	cli_cell(t, "%s", name);
	va_start(arguments, format);
	cell_put(t, format, arguments);
	va_end(arguments);
}

// Columns that a text takes: UTF-8 characters, escape sequences left out.
static size_t width(const char *text)
{
	size_t n = 0;
	for (; *text != 0; text++) {
		if (*text == '\033') {
			while (*text != 0 && *text != 'm')
				text++;
			if (*text == 0)
				break;
		} else {
			n += ((unsigned char)*text & 0xc0) != 0x80;
		}
	}
	return n;
}

static const char *cell_next(const char *cell)
{
	return cell + strlen(cell) + 1;
}

static void rows_print(const struct cli_table *t, const size_t *widths)
{
	const char *cell = (const char *)t->text.p;
	for (size_t i = 0; i < t->cells; i++, cell = cell_next(cell)) {
		size_t column = i % t->columns;
		bool last = column + 1 == t->columns || i + 1 == t->cells;
		fputs(t->headed && i < t->columns ? cli_dim(cell) : cell, stdout);
		for (size_t n = width(cell); !last && n < widths[column] + 2; n++)
			putchar(' ');
		if (last)
			putchar('\n');
	}
}

void cli_table_end(struct cli_table *t)
{
	size_t *widths = calloc(t->columns, sizeof *widths);
	const char *cell = (const char *)t->text.p;
	if (widths != NULL && buf_status(&t->text) == ERR_OK) {
		for (size_t i = 0; i < t->cells; i++, cell = cell_next(cell))
			if (width(cell) > widths[i % t->columns])
				widths[i % t->columns] = width(cell);
		rows_print(t, widths);
	} else {
		fputs("tocsin: the table is too large to be shown\n", stderr);
	}
	free(widths);
	buf_free(&t->text);
}

bool cli_terminal(void)
{
	static int terminal = -1;
	if (terminal < 0)
		terminal = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL;
	return terminal > 0;
}

static const char *coloured(const char *code, const char *text)
{
	char *to = turn();
	if (!cli_terminal() || strlen(text) > STATIC_TEXT - 16)
		return text;
	snprintf(to, STATIC_TEXT, "\033[%sm%s\033[0m", code, text);
	return to;
}

const char *cli_good(const char *text)
{
	return coloured("32", text);
}

const char *cli_bad(const char *text)
{
	return coloured("31", text);
}

const char *cli_dim(const char *text)
{
	return coloured("2", text);
}

// --- JSON -------------------------------------------------------------------------------------------------------------------------

void cli_json_begin(struct json_writer *w, struct buf *out)
{
	buf_init(out, CLI_JSON_MAX);
	json_begin(w, out, true);
}

int cli_json_end(struct cli *c, struct json_writer *w, struct buf *out)
{
	enum err e = json_end(w, &c->why);
	if (e == ERR_OK)
		fwrite(out->p, 1, out->n, stdout);
	buf_free(out);
	return e == ERR_OK ? CLI_OK : cli_fail(c, e);
}

// --- Progress ---------------------------------------------------------------------------------------------------------------------

void cli_progress_end(struct cli *c)
{
	if (c->progress)
		fputs("\r\033[K", stderr);
	c->progress = false;
}

void cli_progress(struct cli *c, const char *format, ...)
{
	char line[STATIC_TEXT];
	va_list arguments;
	uint64_t now = clock_monotonic_ms();
	bool person = isatty(STDERR_FILENO) == 1;
	uint64_t first = c->started_ms + (person ? PROGRESS_AFTER_MS : SILENCE_MS);
	if (now < first || (c->shown_ms > 0 && now < c->shown_ms + (person ? PROGRESS_EVERY_MS : SILENCE_MS)))
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	c->shown_ms = now;
	c->progress = person;
	if (person)
		fprintf(stderr, "\r\033[K%.100s", line);
	else
		fprintf(stderr, "tocsin %s: %.100s\n", c->verb->name, line);
}

// --- Values -------------------------------------------------------------------------------------------------------------------------

const char *cli_time(uint64_t seconds)
{
	char *text = turn();
	if (seconds == 0)
		return "never";
	if (seconds >= DOCUMENT_TIME_MAX)
		return "after the year 9999";
	time_print(seconds, text);
	return text;
}

const char *cli_hex(const uint8_t *bytes, size_t n)
{
	char *text = turn();
	INVARIANT(n <= 64);
	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return text;
}

const char *cli_groups(const uint8_t *bytes, size_t n)
{
	char *text = turn(), *at = text;
	INVARIANT(n <= 64);
	for (size_t i = 0; i < n; i++)
		at += snprintf(at, 4, i % 2 == 1 && i + 1 < n ? "%02x " : "%02x", bytes[i]);
	return text;
}

const char *cli_roles(uint16_t roles)
{
	char *text = turn();
	roles_print(roles, text);
	return text;
}
