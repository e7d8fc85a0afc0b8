// `declare`: a certificate to the authority, sealed. `tocsin report` seals it and shows beforehand what leaves; here only its
// covering lines are written. The certificate is read once: what was verified lies in a directory that only its owner can change,
// and is what is sent, whatever becomes of the file that was named.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apart.h"
#include "certificate.h"
#include "json/json.h"
#include "sys/file.h"
#include "words.h"

#define COVER_MAX 4096
#define LINE_MAX_BYTES 200 // of a value
#define ARGUMENTS_MAX 32

static enum err put_line(const struct json *object, const char *name, const char *label, struct buf *out, struct why *why)
{
	struct slice text = {0};
	enum err e = json_opt_text(object, name, &text, why);
	if (e != ERR_OK || text.n == 0)
		return e;
	buf_printf(out, "%s: ", label);
	word_put(out, text, LINE_MAX_BYTES);
	buf_put_u8(out, '\n');
	return ERR_OK;
}

static enum err do_cover(const void *ask, struct buf *out, struct why *why)
{
	const struct certificate *c = ask;
	struct json body;
	enum err e = json_parse(c->body, &body, why);
	if (e != ERR_OK)
		return e;
	struct json subject = json_find(&body, "subject"), inspector = json_find(&body, "inspector"),
	            counts = json_find(&body, "counts");
	struct certificate_head head;
	e = certificate_head(&body, &head, why);
	if (e == ERR_OK)
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

// What is handed over, in a directory of its own.
struct handed {
	char directory[FILE_PATH_MAX], cover[FILE_PATH_MAX], below[FILE_PATH_MAX], certificate[FILE_PATH_MAX];
};

// The certificate keeps its name, which `tocsin report` shows and sends.
static enum err lay_out(struct handed *h, const char *path, struct slice certificate, struct slice cover, struct why *why)
{
	const char *temporary = getenv("TMPDIR"), *slash = strrchr(path, '/');
	*h = (struct handed){0};
	int n = snprintf(h->directory, sizeof h->directory, "%s/tocsin-declare-XXXXXX",
	                 temporary != NULL && temporary[0] != 0 ? temporary : "/tmp");
	if (n >= (int)sizeof h->directory || mkdtemp(h->directory) == NULL) {
		h->directory[0] = 0;
		return why_set(why, ERR_SYSTEM, "no directory to hand it over in: %s", strerror(errno));
	}
	enum err e = file_path(h->cover, h->directory, "cover", why);
	if (e == ERR_OK)
		e = file_path(h->below, h->directory, "attached", why);
	if (e == ERR_OK)
		e = file_path(h->certificate, h->below, slash == NULL ? path : slash + 1, why);
	if (e == ERR_OK)
		e = file_dir(h->below, FILE_DIR, why);
	if (e == ERR_OK)
		e = file_write(h->cover, cover, FILE_SECRET, why);
	return e == ERR_OK ? file_write(h->certificate, certificate, FILE_SECRET, why) : e;
}

static void clear(const struct handed *h)
{
	if (h->directory[0] == 0)
		return;
	unlink(h->certificate);
	unlink(h->cover);
	rmdir(h->below);
	rmdir(h->directory);
}

struct declare {
	const char *home, *to, *tlp, *program;
	bool yes, dry_run;
};

// The signals that would end this program are passed on to the other one, which alone is waited for: then what was handed over is
// cleared up.
struct signals {
	sigset_t held, before;
};

static void hold_signals(struct signals *s)
{
	static const int all[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};
	sigemptyset(&s->held);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		sigaddset(&s->held, all[i]);
	sigprocmask(SIG_BLOCK, &s->held, &s->before);
}

static int wait_for(const char *const argv[], const struct signals *s)
{
	int status = 0;
	fflush(NULL);
	pid_t pid = fork(), ended = 0;
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &s->before, NULL);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		fprintf(stderr,
		        "tocsin-inspect declare: %s, which seals what is declared, cannot be run (--tocsin PROGRAM names it): %s\n",
		        argv[0], strerror(errno));
		_exit(INSPECT_TROUBLE);
	}
	for (int signal; pid > 0 && (ended = waitpid(pid, &status, WNOHANG)) == 0;)
		if (sigwait(&s->held, &signal) == 0 && signal != SIGCHLD)
			kill(pid, signal);
	if (pid > 0 && ended == pid && WIFEXITED(status))
		return WEXITSTATUS(status);
	fprintf(stderr, "tocsin-inspect declare: %s %s\n", argv[0], pid < 0 ? "cannot be started" : "was ended by a signal");
	return INSPECT_TROUBLE;
}

static int hand_over(const struct declare *d, const struct handed *h, const struct signals *s)
{
	const char *argv[ARGUMENTS_MAX];
	size_t n = 0;
	argv[n++] = d->program;
	if (d->home != NULL) {
		argv[n++] = "--home";
		argv[n++] = d->home;
	}
	const char *const fixed[] = {"report", "--title", "Inspection certificate", "--kind", "flaw", "--no-tokens",
	                             "--description-file", h->cover, "--attach", h->certificate};
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
	return wait_for(argv, s);
}

static int run(int argc, char **argv)
{
	struct declare d = {.program = "tocsin"};
	const struct verb_option table[] = {{"home", VERB_TEXT, &d.home, 0, 0},
	                                    {"to", VERB_TEXT, &d.to, 0, 0},
	                                    {"tlp", VERB_TEXT, &d.tlp, 0, 0},
	                                    {"yes", VERB_FLAG, &d.yes, 0, 0},
	                                    {"dry-run", VERB_FLAG, &d.dry_run, 0, 0},
	                                    {"tocsin", VERB_TEXT, &d.program, 0, 0},
	                                    {0}};
	struct certificate c;
	struct buf file, cover;
	struct why why = {0};
	const char *const nothing[] = {NULL};
	struct handed h = {0};
	int n = verb_options(&verb_declare, argc, argv, table);
	if (n < 0)
		return INSPECT_USAGE;
	if (n != 1)
		return verb_usage(&verb_declare, "one CERTIFICATE is wanted, given: %d", n);
	if (d.yes && d.dry_run)
		return verb_usage(&verb_declare, "--dry-run or --yes, not both");
	buf_init(&file, CERTIFICATE_MAX);
	buf_init(&cover, COVER_MAX);
	enum err e = certificate_read(argv[0], &file, &c, &why);
	if (e == ERR_OK)
		e = apart(do_cover, &c, nothing, COVER_MAX, &cover, &why);
	struct signals signals; // held until the process ends
	hold_signals(&signals);
	if (e == ERR_OK)
		e = lay_out(&h, argv[0], buf_slice(&file), buf_slice(&cover), &why);
	buf_free(&cover);
	buf_free(&file);
	int status = e == ERR_OK ? hand_over(&d, &h, &signals) : verb_fail(&verb_declare, INSPECT_TROUBLE, e, &why);
	clear(&h);
	return status;
}

const struct verb verb_declare = {"declare",
                                  "[--home DIRECTORY] [--to TEAM] [--tlp TLP] [--tocsin PROGRAM] [--dry-run | --yes] CERTIFICATE",
                                  "send a certificate to the authority, sealed, after showing what leaves", run};
