// The law as data: a regime file (protocol/regime.md) says which findings are defects, of which class, on what legal basis, until
// when. Everything a regime can ask is a closed list: a kind of finding and comparisons of its fields.
#ifndef TOCSIN_REGIME_REGIME_H
#define TOCSIN_REGIME_REGIME_H

#include "finding/finding.h"

#define REGIME_FILE_MAX (1u << 20)
#define REGIME_OBLIGATIONS_MAX 1000u

enum language { LANGUAGE_EN, LANGUAGE_FR, LANGUAGES };
enum defect_class { DEFECT_MINOR, DEFECT_MAJOR, DEFECT_CRITICAL, DEFECT_CLASSES };
enum verdict { VERDICT_FAVOURABLE, VERDICT_REINSPECTION, VERDICT_REFUSED };
enum entity { ENTITY_ANY = 0, ENTITY_VITAL = 1, ENTITY_ESSENTIAL = 2, ENTITY_IMPORTANT = 4, ENTITY_ADMINISTRATION = 8 }; // a set of bits

const char *defect_class_name(enum defect_class c); // "minor", "major", "critical"
const char *verdict_name(enum verdict v); // "favourable", "re-inspection", "refused"

struct regime;

MUST_USE enum err regime_parse(struct slice text, const char *name, struct regime **r, struct why *why); // "name:line: rule"
void regime_free(struct regime *r);
struct slice regime_id(const struct regime *r);
struct slice regime_version(const struct regime *r);
struct slice regime_title(const struct regime *r, enum language l);
const uint8_t *regime_hash(const struct regime *r); // SHA-256 of the file, 32 bytes

struct obligation { // as people read it
	struct slice id, basis, evidence;
	struct slice title[LANGUAGES];
	unsigned binds; // bits of enum entity; ENTITY_ANY: everybody
};
size_t regime_obligations(const struct regime *r);
struct obligation regime_obligation(const struct regime *r, size_t i);

struct question { // that no program can answer; of an obligation
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
	int64_t due;             // when it must be gone
	bool derogated;          // a derogation holds today: recorded, does not weigh
	struct slice derogation; // its reference
	int64_t derogated_until;
};

#define DEFECTS_OF_ONE_MAX 32
// The defects that one finding is under `r` for an organisation that is `entity`. A doubtful finding is none, whatever the regime says: the
// caller records it as to be confirmed. Returns how many.
size_t regime_judge(const struct regime *r, const struct finding *f, unsigned entity, int64_t today,
                    struct defect defects[static DEFECTS_OF_ONE_MAX]);

// Over all machines: "share of workstations with unsupported system software".
struct indicator_value {
	struct slice id;
	struct slice title[LANGUAGES];
	uint64_t part, whole; // machines
};
struct regime_count;
MUST_USE enum err regime_count_new(const struct regime *r, struct regime_count **c, struct why *why);
void regime_count_machine(struct regime_count *c, enum item_role role, enum item_exposure exposure); // starts a machine
void regime_count_finding(struct regime_count *c, const struct finding *f, int64_t today);           // of the machine started last
void regime_count_add(struct regime_count *c, const struct regime_count *other); // what another thread counted
size_t regime_count_values(const struct regime_count *c, const struct indicator_value **values);
void regime_count_free(struct regime_count *c);

// Derogations: a file of an organisation (protocol/regime.md, "Derogations"): obligation, what for (item, flaw or machine, or any), reference,
// who granted it, until when. One without an end date is refused.
struct derogations;
MUST_USE enum err derogations_parse(struct slice text, const char *name, struct derogations **d, struct why *why);
void derogations_free(struct derogations *d);
// Marks the defects that a derogation covers on that day.
void derogations_apply(const struct derogations *d, const struct regime *r, const struct finding *f, int64_t today,
                       struct defect *defects, size_t n);

// favourable: no defect that weighs but minor ones; re-inspection: a major one; refused: a critical one.
enum verdict regime_verdict(const uint64_t weighing[static DEFECT_CLASSES]);

#endif
