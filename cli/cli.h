// tocsin: what its verbs share. One file per verb, each with its `const struct verb verb_<name>`; main.c has the table.
#ifndef TOCSIN_CLI_CLI_H
#define TOCSIN_CLI_CLI_H

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/slice.h"
#include "json/write.h"
#include "platform/platform.h"

// Exit status.
#define CLI_OK 0
#define CLI_FAILED 1 // refused, or something failed: why is on stderr
#define CLI_USAGE 2  // called wrongly

struct cli {
	char home[FILE_PATH_MAX + 1]; // --home, $TOCSIN_HOME or ~/.tocsin; a byte more than is taken: what is longer is refused, not cut
	bool json;                // --json: one JSON document on stdout, nothing else there
	const struct verb *verb;
	int argc;                 // words after the verb; after cli_options() only those that are no options
	char **argv;
	struct platform *platform; // after cli_open; closed by main
	struct why why;            // of the last failure; functions below that take a struct cli fill it
	uint64_t started_ms, shown_ms;
	bool progress;             // a progress line stands on stderr
};

struct verb {
	const char *name;
	const char *arguments; // for the usage line: "CARD -o FILE"; several forms separated by newlines
	const char *help;      // one line
	int (*run)(struct cli *c); // the exit status
	const struct verb *const *subs; // verbs below it ("officer sign"), ending in NULL; NULL: none
};

// --- Options ------------------------------------------------------------------------------------------------------------------

#define CLI_LIST_MAX 256
struct cli_list {
	unsigned n; // words
	const char *word[CLI_LIST_MAX];
};
enum cli_kind {
	CLI_FLAG,   // bool
	CLI_TEXT,   // const char *
	CLI_NUMBER, // uint64_t
	CLI_LIST,   // struct cli_list: may be repeated; each time `words` words
};
struct cli_option {
	char letter;      // 0: none
	const char *name; // without "--"; NULL ends the table, or: none
	enum cli_kind kind;
	void *to;
	unsigned words;   // of CLI_LIST; 0 is 1
};
// Takes the options out of c->argv, wherever they stand ("--name value", "--name=value", "-o value"; "--" ends them), also --json and
// --home. The table ends with {0}. False: said on stderr, return CLI_USAGE.
MUST_USE bool cli_options(struct cli *c, const struct cli_option *table);
// What was called wrongly, the verb's usage; returns CLI_USAGE.
int cli_usage(struct cli *c, const char *format, ...) PRINTF_LIKE(2, 3);
// "tocsin report: denied: why…" on stderr (with --json also {"error":…, "why":…} on stdout); returns CLI_FAILED.
int cli_fail(struct cli *c, enum err e);

// --- The home and files -----------------------------------------------------------------------------------------------------------

MUST_USE enum err cli_home(struct cli *c); // ERR_INPUT: nothing says where it is
// Opens the home as far as needed, into c->platform.
MUST_USE enum err cli_open(struct cli *c, enum platform_need need);
// The same without a home, from a charter's file.
MUST_USE enum err cli_visit(struct cli *c, const char *charter);
// platform_sync with a progress line.
MUST_USE enum err cli_sync(struct cli *c);
// The same for what only reads: when there is nothing newer to follow it says so on stderr and goes on. A hub that lies still fails.
MUST_USE enum err cli_follow(struct cli *c);
// A whole file ("-": stdin) into b.
MUST_USE enum err cli_read(struct cli *c, const char *path, size_t max, struct buf *b);
// Replaces a file (NULL or "-": stdout).
MUST_USE enum err cli_write(struct cli *c, const char *path, struct slice content, mode_t mode);

// --- Output ---------------------------------------------------------------------------------------------------------------------

// A table on stdout: columns aligned, heads dim on a terminal. Cells are given row by row. Text from others is printed without
// control characters.
struct cli_table {
	unsigned columns;
	struct buf text;  // cells, NUL-terminated one after another
	size_t cells;
	bool headed;
};
#define CLI_TABLE_MAX (64u << 20) // bytes of cells
// heads: `columns` texts; NULL for a table without.
void cli_table_begin(struct cli_table *t, unsigned columns, const char *const *heads);
void cli_cell(struct cli_table *t, const char *format, ...) PRINTF_LIKE(2, 3);
// Two cells: for tables of names and values.
void cli_row(struct cli_table *t, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
void cli_table_end(struct cli_table *t); // prints and frees
// Text in colour on stdout's terminal: good (green), bad (red), dim; the same text elsewhere. Static buffers: at most 8 in one call.
const char *cli_good(const char *text);
const char *cli_bad(const char *text);
const char *cli_dim(const char *text);
bool cli_terminal(void); // stdout is one, and NO_COLOR is not set

// For --json: json_* on the writer between these. cli_json_end prints the document; returns CLI_OK or CLI_FAILED.
#define CLI_JSON_MAX (256u << 20)
void cli_json_begin(struct json_writer *w, struct buf *out);
int cli_json_end(struct cli *c, struct json_writer *w, struct buf *out);

// What is going on, on stderr when that is a terminal and the command has run for more than a second. NULL takes the line away
// (cli_fail and main do).
void cli_progress(struct cli *c, const char *format, ...) PRINTF_LIKE(2, 3);
void cli_progress_end(struct cli *c);

const char *cli_time(uint64_t seconds);                // ISO 8601, UTC; "never" for 0; one of 8 static buffers
const char *cli_hex(const uint8_t *bytes, size_t n);   // lower case, n ≤ 64; one of 8 static buffers
const char *cli_groups(const uint8_t *bytes, size_t n); // the same in groups of four, to be compared or read aloud
const char *cli_roles(uint16_t roles);
// A card or record id given on the command line: exactly n bytes in hexadecimal. Fills c->why.
MUST_USE enum err cli_id(struct cli *c, const char *text, const char *what, uint8_t *id, size_t n);
// Asks a question that is answered with "yes" on the terminal. False: no, or no terminal.
bool cli_confirm(const char *question);

#endif
