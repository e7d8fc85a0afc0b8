// tocsin-hub: what its roles share. net (HTTP) asks core (store, ledger); core asks matcher (token ids). DESIGN.md has the picture.
#ifndef TOCSIN_HUB_HUB_H
#define TOCSIN_HUB_HUB_H

#include "charter/governance.h"
#include "conf/conf.h"
#include "proto/hub.h"
#include "role/role.h"

struct hub_conf {
	struct conf_address listen;
	char advertise[CONF_TEXT_MAX]; // host:port that members use, for the enrolment
	char state[CONF_TEXT_MAX];     // directory
	char pepper[CONF_TEXT_MAX];    // file, on another device than the state
	uint64_t bulletin;             // seconds between bulletins of replies
	uint64_t refresh;              // seconds after which an idle ledger asks for new cosignatures
	struct conf_address metrics;   // loopback only; an empty host: none
	char log_level[CONF_TEXT_MAX];
};
extern const struct conf_field hub_conf_fields[];

// A file below the state directory. The path is cut, never written past its end.
void hub_path(const struct hub_conf *c, const char *name, char path[static CONF_TEXT_MAX]);
// The charter in force when core last wrote it down, or else the installed one. ERR_ABSENT when none is installed yet.
MUST_USE enum err hub_charter_now(const struct hub_conf *c, struct charter *charter, struct why *why);

// The pepper must not be stolen together with the token log: ERR_DENIED when its directory is on the state's device.
MUST_USE enum err hub_pepper_apart(const struct hub_conf *c, struct why *why);

// Questions of net to core.
enum core_kind {
	CORE_ASK = 1,        // u8 verb ‖ ask → the answer of hub_questions
	CORE_CHECKPOINT,     // → newest checkpoint under t cosignatures (signed note)
	CORE_CHARTER,        // → the charter in force (document)
	CORE_STATUS,         // → text
	CORE_GOVERNANCE,     // document → u64 index of its leaf
	CORE_FILING,         // voucher ‖ filing → receipt
	CORE_WITNESS_ROUND,  // begins a round: the tree as it is now is what the seats are asked to cosign → u8: 1 when t have already
	CORE_WITNESS_ASK,    // u8 seat → add-checkpoint request for that seat; empty: nothing to cosign
	CORE_WITNESS_ANSWER, // u8 seat ‖ signature lines → u8: 1 when the newest tree now has t cosignatures
	CORE_METRICS,        // → what core and matcher count, in Prometheus' text format
	CORE_WITNESS_SIZE,   // u8 seat ‖ u64: what the seat says it has cosigned (a conflict)
};
#define CORE_LINKS 16
#define CORE_FRAME_MAX (ASK_BODY_MAX + ASK_OVERHEAD_MAX)
#define CORE_TIMEOUT_MS 20000

// Questions of core to the matcher.
enum matcher_kind {
	MATCHER_ADD = 1,    // u64 batch ‖ u64 handle ‖ u64 reporter ‖ u8 seat ‖ record id ‖ batch key ‖ sealed batch → nothing
	MATCHER_NEIGHBOURS, // u64 handle → match_summary, u32 count, count × neighbour (matcher.c)
	MATCHER_COMPARE,    // u64 handle ‖ record id ‖ batch key ‖ sealed batches, vec32 each → u32 missing ‖ u32 extra
	MATCHER_STATUS,     // → u64 postings ‖ u64 tokens ‖ u64 records ‖ u64 bytes
};
#define MATCHER_FRAME_MAX (2u << 20)
#define METRICS_MATCHER_MS 500 // for its sizes, when metrics are asked for
#define MATCHER_TIMEOUT_MS 3000 // core answers nobody else meanwhile

struct matcher_neighbours { // as MATCHER_NEIGHBOURS answers
	struct match_summary summary;
	uint32_t count;
	struct match_neighbour list[MATCH_NEIGHBOURS_MAX];
};
MUST_USE enum err matcher_neighbours_decode(struct slice answer, struct matcher_neighbours *n, struct why *why);

// The matcher's state, as the configuration says; its table of questions takes it as context.
struct matcher;
MUST_USE enum err matcher_open(const struct hub_conf *c, struct matcher **m, struct why *why);
void matcher_close(struct matcher *m); // NULL is allowed
extern const struct channel_question matcher_questions[];

// What each role is locked into. `path` is what the plan borrows.
void hub_plan_net(const struct charter *charter, struct sandbox_plan *plan);
void hub_plan_core(const struct hub_conf *c, char path[static CONF_TEXT_MAX], struct sandbox_plan *plan);
void hub_plan_matcher(const struct hub_conf *c, char path[static CONF_TEXT_MAX], struct sandbox_plan *plan);

int net_run(struct role_self *self, void *conf);
int core_run(struct role_self *self, void *conf);
int matcher_run(struct role_self *self, void *conf);

// Verbs of the command line that set up.
int hub_init(const struct hub_conf *c);                          // keys and the enrolment file
int hub_install_charter(const struct hub_conf *c, const char *path);
// Verbs that look, beside a running hub or without one; the result is the exit status.
int hub_check(const struct hub_conf *c); // prints a table; 1: something disagrees
int hub_backup(const struct hub_conf *c, const char *directory, bool keys);

// The cosigner: a thread of net that asks the keepers to cosign whenever the ledger has grown.
struct cosigner;
MUST_USE enum err cosigner_start(const struct charter *charter, struct channel *core, uint64_t refresh, struct cosigner **c, struct why *why);
void cosigner_wake(struct cosigner *c); // the ledger has grown; from any thread
// The seats that do not cosign at the moment: bit i is seat i + 1. From any thread.
uint32_t cosigner_failing(const struct cosigner *c);
void cosigner_stop(struct cosigner *c);

#endif
