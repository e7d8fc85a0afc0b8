// The home and files, as verbs meet them.
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"

#define ANSWER_MAX 16

enum err cli_home(struct cli *c)
{
	if (c->home[0] != 0)
		return ERR_OK;
	return why_set(&c->why, ERR_INPUT, "no home: neither TOCSIN_HOME nor HOME is set; --home DIR says where it is");
}

static void waiting(void *cli, uint64_t leaf)
{
	cli_progress(cli, "waiting for the seats to cosign leaf %llu", (unsigned long long)leaf);
}

static void tell_waiting(struct cli *c)
{
	c->platform->waiting = waiting;
	c->platform->waiter = c;
}

enum err cli_open(struct cli *c, enum platform_need need)
{
	enum err e = cli_home(c);
	if (e != ERR_OK)
		return e;
	cli_progress(c, "opening %s", c->home);
	e = platform_open(c->home, need, &c->platform, &c->why);
	if (e == ERR_OK)
		tell_waiting(c);
	return e;
}

enum err cli_visit(struct cli *c, const char *charter)
{
	enum err e = platform_visit(charter, &c->platform, &c->why);
	if (e == ERR_OK)
		tell_waiting(c);
	return e;
}

enum err cli_sync(struct cli *c)
{
	cli_progress(c, "following the ledger");
	return platform_sync(c->platform, &c->why);
}

enum err cli_follow(struct cli *c)
{
	enum err e = cli_sync(c);
	if (e != ERR_AWAY)
		return e;
	cli_progress_end(c);
	fprintf(stderr, "tocsin %s: the ledger could not be followed: %s\n", c->verb->name, c->why.text);
	return ERR_OK;
}

static enum err read_stdin(struct cli *c, size_t max, struct buf *b)
{
	size_t n;
	do {
		uint8_t piece[4096];
		n = fread(piece, 1, sizeof piece, stdin);
		buf_put(b, piece, n);
		if (b->n > max || buf_status(b) != ERR_OK)
			return why_set(&c->why, ERR_LIMIT, "stdin: over %zu bytes", max);
	} while (n > 0);
	return ferror(stdin) ? why_set(&c->why, ERR_SYSTEM, "stdin cannot be read") : ERR_OK;
}

enum err cli_read(struct cli *c, const char *path, size_t max, struct buf *b)
{
	return strcmp(path, "-") == 0 ? read_stdin(c, max, b) : file_read(path, max, b, &c->why);
}

enum err cli_write(struct cli *c, const char *path, struct slice content, mode_t mode)
{
	if (path != NULL && strcmp(path, "-") != 0)
		return file_write(path, content, mode, &c->why);
	return fwrite(content.p, 1, content.n, stdout) == content.n ? ERR_OK : why_set(&c->why, ERR_SYSTEM, "stdout cannot be written");
}

enum err cli_id(struct cli *c, const char *text, const char *what, uint8_t *id, size_t n)
{
	return hex_decode(slice_text(text), id, n) ? ERR_OK
	                                           : why_set(&c->why, ERR_INPUT, "%s \"%s\": %zu hexadecimal digits are wanted", what, text, 2 * n);
}

bool cli_confirm(const char *question)
{
	char answer[ANSWER_MAX];
	if (isatty(STDIN_FILENO) != 1)
		return false;
	fflush(stdout);
	fprintf(stderr, "%s (yes/no) ", question);
	return fgets(answer, sizeof answer, stdin) != NULL && strcmp(answer, "yes\n") == 0;
}
