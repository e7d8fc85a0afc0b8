// The result of one inspection: what was found, what of it the law calls a defect, the verdict. Every output is written from it.
#ifndef TOCSIN_INSPECT_RESULT_H
#define TOCSIN_INSPECT_RESULT_H

#include "regime/regime.h"

#define RESULT_REGIMES_MAX 16
#define RESULT_FINDINGS_MAX 1000000u
#define RESULT_TEXT_MAX (512u << 20) // bytes of the strings that findings keep
#define POINT_KEY 16                 // bytes

// A defect: a finding under one obligation of one regime.
struct point {
	uint32_t finding;
	uint16_t regime;
	struct defect defect;
	uint8_t key[POINT_KEY]; // the same at every inspection for the same fault of the same thing: regime, obligation, machine,
	                        // item, flaw
};

struct result {
	int64_t today;              // the day that dates are held against
	unsigned entity;            // bits of enum entity
	const struct knowledge *knowledge;
	const struct knowledge *changed_since; // or NULL: only flaws whose exploitation is known otherwise than it was there
	uint8_t (*only)[POINT_KEY];            // or NULL: only these points, sorted; owned
	size_t only_n;
	struct slice only_of;                  // serial of the certificate they are of
	struct regime *regime[RESULT_REGIMES_MAX]; // owned
	size_t regimes;
	struct derogations *derogations; // owned, or NULL

	struct finding *finding; // strings kept in `text`
	size_t findings, findings_room;
	struct point *point; // in the order of their findings
	size_t points, points_room;
	struct texts *text;

	struct slice subject;    // name of the machine, product or list
	struct slice subject_os;
	struct findings_count count;          // summed over machines
	uint64_t machines, doubtful;
	uint64_t weighing[DEFECT_CLASSES];    // points that no derogation covers
	uint64_t derogated[DEFECT_CLASSES];
	enum verdict verdict;                 // after result_end()
	struct regime_count *indicators[RESULT_REGIMES_MAX];
};

void result_init(struct result *r);
void result_free(struct result *r);
// A finding_sink: keeps the finding, judges it.
MUST_USE enum err result_take(void *result, const struct finding *f, struct why *why);
// With `changed_since`: is the same known of the finding as then, to the last word of the list of exploited flaws?
bool result_is_unchanged(const struct result *r, const struct finding *f);
// Called when a machine begins: names the subject and counts.
MUST_USE enum err result_machine(struct result *r, const struct machine *m, struct why *why);
void result_end(struct result *r);
// Questions of this inspection that nobody answered, or with "unknown": on any of them the verdict may hang.
uint64_t result_unanswered(const struct result *r);
// Keeps a string as long as the result.
MUST_USE enum err result_keep(struct result *r, struct slice *s, struct why *why);

// What cures: points grouped by the one step that removes most of them first, in the order of urgency. For people and for --json.
enum step_kind {
	STEP_UPDATE, STEP_REPLACE, STEP_REMOVE, STEP_RESTART, STEP_REBOOT, STEP_CREDENTIAL, STEP_CARETAKER,
	STEP_MITIGATE, STEP_ANSWER, STEP_KINDS
};
struct step {
	enum step_kind kind;
	enum defect_class worst;
	int64_t due;          // the earliest; INT64_MAX: none has a date
	struct slice machine, package, from, to; // update PACKAGE from … to …; replace it; …
	size_t first, n;      // points, in result_steps' order
	uint32_t known_exploited;
	uint8_t score10;
};
struct steps {
	struct step *step;
	size_t n;
	uint32_t *point; // indices into result.point
};
enum step_kind step_kind_of(const struct finding *f);
// Of two versions that cure: the one that cures both; the second where they have no order.
struct slice step_higher(struct slice a, struct slice b, struct slice ecosystem);
MUST_USE enum err result_steps(const struct result *r, struct steps *s, struct why *why);
void steps_free(struct steps *s);

#endif
