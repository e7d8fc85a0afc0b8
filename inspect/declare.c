// `declare`: a certificate to the authority, sealed. `tocsin report` seals it and shows beforehand what leaves; here only its covering
// lines are written.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "apart.h"
#include "certificate.h"
#include "json/json.h"
#include "sys/file.h"

#define COVER_MAX 4096
#define ARGUMENTS_MAX 32

static enum err put_line(const struct json *object, const char *name, const char *label, struct buf *out, struct why *why)
{
	struct slice text = {0};
	enum err e = json_opt_text(object, name, &text, why);
	if (e == ERR_OK && text.n > 0)
		buf_printf(out, "%s: %.*s\n", label, SLICE_ARGS(slice_part(text, 0, 200)));
	return e;
}

static enum err do_cover(const void *ask, struct buf *out, struct why *why)
{
	const struct certificate *c = ask;
	struct json body;
	enum err e = json_parse(c->body, &body, why);
	if (e != ERR_OK)
		return e;
	struct json subject = json_find(&body, "subject"), inspector = json_find(&body, "inspector"), counts = json_find(&body, "counts");
	e = put_line(&body, "verdict", "verdict", out, why);
	if (e == ERR_OK)
		e = put_line(&body, "date", "inspected", out, why);
	if (e == ERR_OK)
		e = put_line(&subject, "name", "subject", out, why);
	if (e == ERR_OK)
		e = put_line(&inspector, "name", "inspector", out, why);
	if (e == ERR_OK)
		e = put_line(&body, "serial", "certificate", out, why);
	for (int class = DEFECT_CLASSES; e == ERR_OK && class-- > 0;) {
		uint64_t n = 0;
		e = json_opt_number(&counts, defect_class_name((enum defect_class)class), 0, UINT32_MAX, &n, why);
		buf_printf(out, "%s defects: %llu\n", defect_class_name((enum defect_class)class), (unsigned long long)n);
	}
	json_free(&body);
	return e == ERR_OK ? buf_status(out) : e;
}

// The text in a file without a name that the next program can open.
static int memory_file(struct slice text, char path[static 32])
{
	int fd = memfd_create("inspection", 0); // inherited
	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n)
		return -1;
	snprintf(path, 32, "/dev/fd/%d", fd);
	return fd;
}

struct declare {
	const char *home, *to, *tlp, *program;
	bool yes, dry_run;
};

static int hand_over(const struct declare *d, const char *certificate, const char *cover)
{
	const char *argv[ARGUMENTS_MAX];
	size_t n = 0;
	argv[n++] = d->program;
	if (d->home != NULL) {
		argv[n++] = "--home";
		argv[n++] = d->home;
	}
	const char *const fixed[] = {"report", "--title", "Inspection certificate", "--kind", "flaw", "--no-tokens", "--description-file", cover, "--attach", certificate};
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		argv[n++] = fixed[i];
	if (d->to != NULL) {
		argv[n++] = "--to";
		argv[n++] = d->to;
	}
	if (d->tlp != NULL) {
		argv[n++] = "--tlp";
		argv[n++] = d->tlp;
	}
	if (d->yes)
		argv[n++] = "--yes";
	if (d->dry_run)
		argv[n++] = "--dry-run";
	argv[n] = NULL;
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	fprintf(stderr, "tocsin-inspect declare: %s, which seals what is declared, cannot be run (--tocsin PROGRAM names it): %s\n", argv[0], strerror(errno));
	return INSPECT_TROUBLE;
}

static int run(int argc, char **argv)
{
	struct declare d = {.program = "tocsin"};
	const struct verb_option table[] = {{"home", VERB_TEXT, &d.home, 0, 0}, {"to", VERB_TEXT, &d.to, 0, 0},        {"tlp", VERB_TEXT, &d.tlp, 0, 0},
	                                    {"yes", VERB_FLAG, &d.yes, 0, 0},   {"dry-run", VERB_FLAG, &d.dry_run, 0, 0}, {"tocsin", VERB_TEXT, &d.program, 0, 0}, {0}};
	struct certificate c;
	struct buf file, cover;
	struct why why = {0};
	const char *const nothing[] = {NULL};
	char path[32];
	int n = verb_options(&verb_declare, argc, argv, table);
	if (n < 0)
		return INSPECT_USAGE;
	if (n != 1)
		return verb_usage(&verb_declare, "one CERTIFICATE");
	buf_init(&file, CERTIFICATE_MAX);
	buf_init(&cover, COVER_MAX);
	enum err e = file_read(argv[0], CERTIFICATE_MAX, &file, &why);
	if (e == ERR_OK)
		e = certificate_parse(buf_slice(&file), &c, &why);
	if (e == ERR_OK)
		e = apart(do_cover, &c, nothing, COVER_MAX, &cover, &why);
	if (e == ERR_OK && memory_file(buf_slice(&cover), path) < 0)
		e = why_set(&why, ERR_SYSTEM, "memory: %s", strerror(errno));
	buf_free(&cover);
	buf_free(&file);
	return e == ERR_OK ? hand_over(&d, argv[0], path) : verb_fail(&verb_declare, INSPECT_TROUBLE, e, &why);
}

const struct verb verb_declare = {"declare", "[--home DIRECTORY] [--to TEAM] [--tlp TLP] [--dry-run | --yes] CERTIFICATE",
                                  "send a certificate to the authority, sealed, after showing what leaves", run};
