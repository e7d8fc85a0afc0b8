// What there is to say of a machine's items: the inventory against the knowledge. No law here: lib/regime makes defects of findings.
//
// Rules. A distribution's package is held only against that distribution's word (a fix taken over from upstream counts); upstream
// records are never held against it. A version that cannot be compared gives FINDING_UNCOMPUTED, never a guess. A match by name
// alone is doubtful and says so: nothing is sanctioned on it, and nothing that is certain is silenced by it. A VEX statement that this
// version is not affected (or that this very version is fixed) silences a flaw and is kept, with its author; "fixed from here on" is a
// range like any other, and of other versions it says nothing. An older kernel that neither runs nor starts next is silenced as well.
#ifndef TOCSIN_FINDING_FINDING_H
#define TOCSIN_FINDING_FINDING_H

#include "inventory/inventory.h"
#include "knowledge/knowledge.h"

enum finding_kind {
	FINDING_FLAW,        // affected by `flaw`
	FINDING_SILENCED,    // would be affected; a VEX statement says it is not, or it is a kernel that is not in use
	FINDING_UNCOMPUTED,  // `flaw` names it, but its versions have no order here
	FINDING_UNSUPPORTED, // its editor's support has ended (or ends within FINDING_SOON days: `soon`)
	FINDING_BANNED,      // on the list of banned or high-risk equipment
	FINDING_RESTART,     // a process still runs what an update replaced
	FINDING_KERNEL,      // the running kernel is older than the installed one
	FINDING_CARETAKER,   // nobody looks after it, or nobody qualified
	FINDING_CREDENTIAL,  // a default credential
	FINDING_STALE,       // no update was installed for long
	FINDING_ANSWER,      // the inspector's answer to a question: `question`, `answer`
	FINDING_KINDS
};
const char *finding_kind_name(enum finding_kind k); // "flaw", "silenced", …
bool finding_kind_named(struct slice name, enum finding_kind *k);

#define FINDING_SOON_DAYS 90
#define FINDING_STALE_DAYS 15 // without any change by the package manager

enum confidence { CONFIDENCE_DOUBTFUL, CONFIDENCE_ALIAS, CONFIDENCE_EXACT }; // by likeness of names; by a table; by identifier or database
const char *confidence_name(enum confidence c); // "doubtful", "alias", "exact"

struct finding {
	enum finding_kind kind;
	enum confidence confidence;
	struct slice machine;         // its name
	struct slice item, version;   // as installed
	struct slice package;         // what an update is asked of: the source package, or the item
	struct slice ecosystem, purl, cpe;
	enum item_kind item_kind;     // ITEM_SYSTEM where it is about the machine itself
	enum item_role role;          // never unknown where the machine says it
	enum item_exposure exposure;
	// FLAW, SILENCED, UNCOMPUTED
	struct slice flaw, title;     // id
	struct slice source, author;  // which feed says so, and whose word it is
	struct slice fixed;           // the version that cures; empty: none known
	struct slice reason;          // why silenced or not computed
	uint8_t score10;
	uint32_t epss_ppm;
	bool known_exploited, ransomware, negligible;
	int64_t published, kev_added, kev_due;
	uint32_t kev_digest;          // of all that the list of exploited flaws says of it; 0: none was made
	// UNSUPPORTED
	struct slice product, cycle, latest;
	int64_t ended;                // day the support ended or ends; FACT_NO_DATE: ended, day unknown
	bool soon;                    // not yet ended
	int64_t extended_until;       // paid extended support of the editor, if any; counts only with a contract
	// BANNED
	struct slice level, use, basis;
	int64_t from, out_by;
	// CARETAKER, ANSWER
	struct slice caretaker, question, answer;
	// when it could first have been acted on: publication of the flaw, end of support, day of the ban; FACT_NO_DATE
	int64_t since;
};

typedef enum err finding_sink(void *context, const struct finding *f, struct why *why); // slices live until it returns

struct finding_options {
	int64_t today;               // Unix seconds: every rule on dates uses this
	enum item_role role;         // of a machine that does not say
	enum item_exposure exposure;
	struct slice caretaker;
	bool extended_support;       // the organisation holds the editors' extended-support contracts; Debian's LTS counts for a machine without
	bool once;                   // the caller hands equal items on once only: nothing of them is kept
};

// May a provider with this row of the register look after something, or inspect, on that day? NULL: yes, the first and the last day of its
// qualification included; else why not. A row that does not say both days proves nothing. Several rows may name one provider: one
// that holds is enough.
const char *finding_unqualified(const struct fact_provider *p, int64_t day);

// An inventory_sink that turns a stream of items into findings. One machine after the other; a cache over machines makes equal packages cheap.
struct findings;
MUST_USE enum err findings_new(const struct knowledge *k, const struct finding_options *o, finding_sink *sink, void *context,
                               struct findings **f, struct why *why);
struct inventory_sink findings_inventory(struct findings *f);
void findings_free(struct findings *f);
// Is it a kernel of this machine (the one in hand) that neither runs nor is what a restart would bring? False where that is not known.
bool finding_is_idle(const struct machine *m, const struct item *i);
bool findings_is_idle(const struct findings *f, const struct item *i);

struct findings_count { // of the machine since its start
	uint64_t items, matched, refused, flaws, silenced, uncomputed;
};
struct findings_count findings_counted(const struct findings *f);

#endif
