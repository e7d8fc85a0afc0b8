// The law as data: a regime file (protocol/regime.md) says which findings are defects, of which class, on what legal basis, until
// when. Everything a regime can ask is a closed list: a kind of finding and comparisons of its fields.
//
// Dates are days: Unix seconds at 00:00 UTC; an argument `today` may be any second of the day. A regime, once parsed, never changes:
// any number of threads may judge with it. All slices live as long as what they were asked of.
#ifndef TOCSIN_REGIME_REGIME_H
#define TOCSIN_REGIME_REGIME_H

#include "finding/finding.h"

#define REGIME_FILE_MAX (1u << 20)
#define REGIME_LINE_MAX 2048u       // bytes
#define REGIME_ID_MAX 64u           // bytes of an id: letters, digits, ". _ -"
#define REGIME_OBLIGATIONS_MAX 1000u
#define REGIME_INDICATORS_MAX 100u
#define REGIME_LINES_MAX 32u        // defect lines of an obligation, `having` lines of an indicator, questions of an obligation
#define REGIME_COMPARISONS_MAX 12u  // of one condition
#define REGIME_DAYS_MAX 36500u
#define REGIME_MONTHS_MAX 1200u

enum language { LANGUAGE_EN, LANGUAGE_FR, LANGUAGES };
enum defect_class { DEFECT_MINOR, DEFECT_MAJOR, DEFECT_CRITICAL, DEFECT_CLASSES };
enum verdict { VERDICT_FAVOURABLE, VERDICT_REINSPECTION, VERDICT_REFUSED };
enum entity { ENTITY_ANY = 0, ENTITY_VITAL = 1, ENTITY_ESSENTIAL = 2, ENTITY_IMPORTANT = 4, ENTITY_ADMINISTRATION = 8 }; // a set of bits

const char *language_name(enum language l); // "en", "fr"
const char *defect_class_name(enum defect_class c); // "minor", "major", "critical"
const char *verdict_name(enum verdict v); // "favourable", "re-inspection", "refused"
// "vital", "essential", "important", "administration", one at a time; an organisation is a set of them, perhaps empty.
const char *entity_name(enum entity e);
bool entity_named(struct slice name, enum entity *e);
// Does an obligation that binds these (bits; ENTITY_ANY: everybody) bind an organisation that is `entity`?
bool entity_binds(unsigned binds, unsigned entity);
// The answers to a question: "yes", "no", "unknown", "not-applicable". A FINDING_ANSWER carries one of them.
bool answer_named(struct slice answer);
bool answer_is_open(struct slice answer); // none, or "unknown": the question is not answered

struct regime;

// ERR_INPUT, ERR_LIMIT: `why` is "name:line: value: rule". The text is copied.
MUST_USE enum err regime_parse(struct slice text, const char *name, struct regime **r, struct why *why);
void regime_free(struct regime *r); // NULL allowed
struct slice regime_id(const struct regime *r);
struct slice regime_version(const struct regime *r); // a date, "2026-11-01"
struct slice regime_title(const struct regime *r, enum language l);
struct slice regime_source(const struct regime *r); // the text it states and where to read it
const uint8_t *regime_hash(const struct regime *r); // SHA-256 of the file, 32 bytes

struct obligation { // as people read it
	struct slice id, basis;
	struct slice title[LANGUAGES], evidence[LANGUAGES];
	struct slice note[LANGUAGES]; // what is this file's reading, not the text's word; empty: nothing
	unsigned binds; // bits of enum entity; ENTITY_ANY: everybody
};
size_t regime_obligations(const struct regime *r);
struct obligation regime_obligation(const struct regime *r, size_t i);

// That no program can answer; of an obligation. Ids are shared between regimes: a question with the same id is the same question.
struct question {
	size_t obligation;
	struct slice id;
	struct slice text[LANGUAGES];
};
size_t regime_questions(const struct regime *r);
struct question regime_question(const struct regime *r, size_t i);

// A finding under the law.
struct defect {
	size_t obligation;
	enum defect_class class;
	int64_t due;             // last day on which it may still be there; FACT_NO_DATE: recorded, no day is set (minor only)
	bool derogated;          // a derogation holds today: recorded, does not weigh
	struct slice derogation; // its reference
	int64_t derogated_until; // its last day
};

#define DEFECTS_OF_ONE_MAX 32 // the parser refuses a regime in which a finding could be more
// The defects that one finding is under `r` for an organisation that is `entity`, in the order of the obligations; of each obligation
// the first line that matches decides. A doubtful finding is none, whatever the regime says: the caller records it as to be confirmed.
// Returns how many.
size_t regime_judge(const struct regime *r, const struct finding *f, unsigned entity, int64_t today,
                    struct defect defects[static DEFECTS_OF_ONE_MAX]);

// Over all machines: "share of workstations with unsupported system software".
struct indicator_value {
	struct slice id, basis;
	struct slice title[LANGUAGES], evidence[LANGUAGES], note[LANGUAGES];
	uint64_t part, whole; // machines
};
// Counts of one thread; each thread has its own, and one takes up the others at the end.
struct regime_count;
MUST_USE enum err regime_count_new(const struct regime *r, struct regime_count **c, struct why *why); // r must outlive it
void regime_count_machine(struct regime_count *c, enum item_role role, enum item_exposure exposure); // starts a machine
void regime_count_finding(struct regime_count *c, const struct finding *f, int64_t today);           // of the machine started last
// For whoever keeps what the findings of equal items come to: whether the machine started last is in an indicator's part; and putting it
// there, where the indicator counts it at all, without the finding.
bool regime_count_has(const struct regime_count *c, size_t indicator);
void regime_count_known(struct regime_count *c, size_t indicator);
void regime_count_add(struct regime_count *c, const struct regime_count *other); // of the same regime: what another thread counted
size_t regime_count_values(const struct regime_count *c, const struct indicator_value **values);
void regime_count_free(struct regime_count *c); // NULL allowed

#define DEROGATIONS_FILE_MAX (16u << 20)
#define DEROGATIONS_MAX 100000u

// Derogations: a file of an organisation (protocol/regime.md, "Derogations"): obligation, what for (item, flaw or machine, or any), reference,
// who granted it, until when. One without an end date is refused.
struct derogation {
	struct slice reference, granted_by, reason;
	struct slice regime, obligation;  // ids
	struct slice item, flaw, machine; // empty: any
	int64_t from, until;              // first and last day; FACT_NO_DATE: always held until then
};
struct derogations;
MUST_USE enum err derogations_parse(struct slice text, const char *name, struct derogations **d, struct why *why);
void derogations_free(struct derogations *d); // NULL allowed
size_t derogations_count(const struct derogations *d);
struct derogation derogation_at(const struct derogations *d, size_t i); // in no particular order
const uint8_t *derogations_hash(const struct derogations *d); // SHA-256 of the file, 32 bytes
// ERR_INPUT when a derogation names an obligation that `r` does not have: it would never hold. Other regimes' are passed over.
MUST_USE enum err derogations_check(const struct derogations *d, const struct regime *r, struct why *why);
// Marks the defects (of regime_judge with `r` and `f`) that a derogation covers on that day, its first and last day included. Of
// several the one that holds longest.
void derogations_apply(const struct derogations *d, const struct regime *r, const struct finding *f, int64_t today,
                       struct defect *defects, size_t n);

// favourable: no defect that weighs but minor ones; re-inspection: a major one; refused: a critical one. `weighing` counts the
// defects of a class that are not derogated.
enum verdict regime_verdict(const uint64_t weighing[static DEFECT_CLASSES]);

#endif
