// tocsin-inspect: what its verbs share.
#ifndef TOCSIN_INSPECT_INSPECT_H
#define TOCSIN_INSPECT_INSPECT_H

#include <sys/stat.h>

#include "inventory/native.h"
#include "result.h"
#include "sandbox/sandbox.h"
#include "verb/verb.h"

// Exit status of an inspection.
enum { INSPECT_FAVOURABLE = 0, INSPECT_TROUBLE = 1, INSPECT_USAGE = 2, INSPECT_REINSPECTION = 10, INSPECT_REFUSED = 20 };

#define INSPECT_TOLD_MAX 20 // refused lines that are shown; the rest is counted
#define TOLD_TEXT_MAX 80     // bytes of each
#define CLOCK_AHEAD 86400    // seconds that another's clock may be ahead of this one: a feed's, a knowledge's, a result's

// What an inspection is asked with, and what it holds. Options first, in the order of their table (inspection.c).
struct inspection {
	const struct verb *verb;
	const char *data, *entity, *role, *exposure, *caretaker, *date, *derogations, *answers, *language;
	const char *result, *sarif, *vex, *save, *ecosystem, *before, *changed_since;
	struct verb_list regimes;
	bool json, extended, quiet;

	enum language lang;
	struct finding_options asked; // role, exposure and caretaker of a machine that does not say its own, the day, …
	struct knowledge *knowledge, *then; // then: of --changed-since
	struct stat knowledge_was;          // its file when it was opened
	struct findings *findings;
	struct result r;
	struct inventory_sink sink;      // what readers are given
	struct inventory_sink findings_sink;
	struct inventory_sink save_sink; // of --save
	struct inventory_writer writer;
	struct buf saved;
};

// Takes the options out of argv, opens knowledge (not for `answer`, which needs none), regimes, derogations. So many words must
// be left, and `wants` names them. False after saying what is wrong; *status is then the exit status.
MUST_USE bool inspection_begin(struct inspection *i, const struct verb *v, int argc, char **argv, int words, const char *wants,
                               int *status);
// Locks the process in: from here on it can read those files and what the options name, and write where outputs go.
MUST_USE enum err inspection_lock(struct inspection *i, enum sandbox_kind kind, const char *path, struct why *why);
// Opens what is to be inspected or taken in: a file, or a directory; of nothing else anything is read, nor waited for. `flags`
// are open()'s: O_DIRECTORY wants a directory. The caller closes *fd.
MUST_USE enum err inspection_open(const char *path, int flags, int *fd, struct stat *st, struct why *why);
// ERR_SYSTEM: the knowledge was written over in place since it was opened: nobody knows what was read. (A file that takes its
// place, as `data` writes it, changes nothing of the one that is open.)
MUST_USE enum err inspection_check(const struct inspection *i, struct why *why);
// From here on a mapped file, as the knowledge is, that is cut short while it is read ends the process with a word and
// INSPECT_TROUBLE, not with SIGBUS and none.
void inspection_guard(void);
// What the inspector answered counts like any other finding; then the verdict; then all outputs. The exit status.
int inspection_end(struct inspection *i);
void inspection_free(struct inspection *i);

// --- Outputs: each writes all it has to say of a result ------------------------------------------------------------------------

// For people: the verdict, what to do in order, what was not decided, how old the data are.
MUST_USE enum err print_people(const struct inspection *i, struct buf *out, struct why *why);
MUST_USE enum err print_json(const struct inspection *i, struct buf *out, struct why *why); // protocol/inspection.md, "Result"
MUST_USE enum err print_sarif(const struct inspection *i, struct buf *out, struct why *why); // SARIF 2.1.0
MUST_USE enum err print_vex(const struct inspection *i, struct buf *out, struct why *why);   // CycloneDX 1.6 VEX
#define OUTPUT_MAX (1u << 30)
// Parts of these that other outputs have too: indicators of result.indicators, the regimes, how old the data are.
void print_people_indicators(const struct inspection *i, struct buf *out);
void print_people_data(const struct inspection *i, struct buf *out);
struct json_writer;
void print_json_law(struct json_writer *w, const struct result *r);
void print_json_knowledge(struct json_writer *w, const struct result *r);

// The knowledge; where there is none yet it says what makes one.
#define DATA_DEFAULT "/var/lib/tocsin-inspect/knowledge"
MUST_USE enum err data_open(const char *path, enum knowledge_check check, struct knowledge **k, struct why *why);

// --- How old the data are ------------------------------------------------------------------------------------------------------

struct age {
	struct knowledge_source source;
	int64_t days, allowed; // since its own day; more than allowed is stale. days < 0: dated in the future
	bool stale;
};
#define AGES_MAX 256
// One row a source, in the knowledge's order; how many. Also what is missing altogether for a certificate (NULL: nothing).
size_t ages_of(const struct knowledge *k, int64_t today, struct age ages[static AGES_MAX]);
const char *ages_missing(const struct knowledge *k);

// --- Answers of the inspector (answers.c; protocol/inspection.md, "Answers") ---------------------------------------------------

// Reads the file of answers and hands each on as a finding. Questions of obligations that bind the organisation are findings too
// where nobody answered them, with an empty answer.
MUST_USE enum err answers_take(struct inspection *i, const char *path, struct why *why);

extern const struct verb verb_machine, verb_image, verb_sbom, verb_inventory, verb_fleet, verb_data, verb_certify, verb_verify,
	verb_answer, verb_declare;

#endif
