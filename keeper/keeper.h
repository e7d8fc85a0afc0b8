// tocsin-keeper: what its roles share. net (HTTP, the hub) asks core (rules, counters, governance); core asks keys (every
// secret). DESIGN.md has the picture. State directory:
//
//   charter          the first charter, pinned         tls.pem, tls.key   of net
//   store/           core's store; store/charter is a copy of the charter in force, for net to read at the next start
//   keys/            identity, witness, voucher, ceremony: made by init
//                    quarter-<n>: sealing key, made by `quarter`
//                    share-<class>-<epoch>-<order>: token share, from a ceremony; dkg-<class>-<epoch>.state: a ceremony
//                    under way, removed when its key is in the ledger
//                    alias-<yyyymm>: made on first use, removed after two months
//                    witnessed: the largest tree that was cosigned
#ifndef TOCSIN_KEEPER_KEEPER_H
#define TOCSIN_KEEPER_KEEPER_H

#include "charter/governance.h"
#include "conf/conf.h"
#include "ledger/checkpoint.h"
#include "proto/keeper.h"
#include "role/role.h"

struct keeper_conf {
	struct conf_address listen;
	char advertise[CONF_TEXT_MAX]; // host:port that members and the hub use, for the enrolment
	char state[CONF_TEXT_MAX];     // directory
	char name[CONF_TEXT_MAX];      // of the organisation, for the enrolment
	char country[CONF_TEXT_MAX];
	uint64_t hub_poll;             // seconds between looks at the hub's checkpoint
	struct conf_address metrics;   // loopback only; an empty host: none
	char log_level[CONF_TEXT_MAX];
};
extern const struct conf_field keeper_conf_fields[];

// A file below the state directory.
void keeper_path(const struct keeper_conf *c, const char *name, char path[static CONF_TEXT_MAX]);
// The installed charter, pinned. ERR_ABSENT when none is installed yet.
MUST_USE enum err keeper_pin_charter(const struct keeper_conf *c, struct governance *g, struct why *why);
// The charter in force as far as core has followed the ledger (its copy), else the installed one: for addresses, which decide
// nothing, and for the seat's number.
MUST_USE enum err keeper_charter_now(const struct keeper_conf *c, struct charter *charter, struct why *why);

// Verbs of the command line that set up; the result is the exit status.
int keeper_init(const struct keeper_conf *c);                          // keys, TLS pair, the enrolment file
int keeper_install_charter(const struct keeper_conf *c, const char *path);
// Prints whether keys, store and charter agree, also beside a running keeper; 1: something disagrees.
int keeper_check(const struct keeper_conf *c);
// The seat whose keys are this keeper's: all of them, and none of another's. ERR_DENIED otherwise.
MUST_USE enum err keeper_seat(const struct keeper_conf *c, const struct charter *charter, const struct seat **seat, struct why *why);
int keeper_make_quarter(const struct keeper_conf *c, const char *quarter); // "2026Q4" or "next" (also NULL)

// --- Questions of net to core ---------------------------------------------------------------------------------------------

enum core_kind {
	CORE_FILE = 1,     // ask → voucher; net then passes the filing on
	CORE_EVALUATE,     // ask → token.h's answer
	CORE_CARD,         // ask → card
	CORE_CARDS,        // ask → cards
	CORE_RELEASE,      // release → released
	CORE_GOVERNANCE,   // document → of a standing u8: 1 when there is a card of that id; else nothing
	CORE_CARD_PUT,     // card and credential → nothing
	CORE_CEREMONY,     // step → this keeper's message
	CORE_CREDENTIAL,   // card id → credential
	CORE_STATUS,       // → text
	CORE_NEWEST,       // → the newest checkpoint held (signed note)
	CORE_WITNESS,      // add-checkpoint request → u16 HTTP status ‖ body
	CORE_MODE,         // → u8 enum mode
	CORE_SEEN,         // a signed note of the hub or of a peer, looked at for cosignatures of our own
	CORE_STARTED,      // u8 how many of hub and peers answered: the look round is over
	CORE_CHECKPOINT,   // signed note → u64 first leaf wanted ‖ u64 end (the same: nothing wanted)
	CORE_ENTRIES_ASK,  // u64 from ‖ u32 most → an ask "entries" for the hub
	CORE_METRICS,      // → what core counts, in Prometheus' text format
	CORE_LEAVES,       // u64 from ‖ hub's answer → u64 next leaf wanted ‖ u64 end
};
enum mode {
	MODE_STARTING = 1, // has not yet looked round for newer cosignatures of its own
	MODE_ACTIVE,
	MODE_SUSPENDED,    // an old snapshot was restored: its officer must resume it
};
#define CORE_LINKS 16
#define CORE_FRAME_MAX FRAME_MAX
#define CORE_TIMEOUT_MS 30000

// --- Questions of core to keys: fixed sizes, given the counts in them ---------------------------------------------------------

enum keys_kind {
	KEYS_WITNESSED = 1, // → struct keys_witnessed
	KEYS_IDENTITY,      // → the public half of the identity key
	KEYS_COSIGN,        // u8 seat ‖ u64 size ‖ root → u64 time ‖ the signature line
	KEYS_ASK_ENTRIES,   // u8 seat ‖ u64 from ‖ u32 most → the ask
	KEYS_EVALUATE,      // u8 class ‖ u16 epoch ‖ published share ‖ u16 count ‖ elements → elements ‖ proof
	KEYS_VOUCH,         // u8 seat ‖ u8 kind ‖ u64 time ‖ member's signing key ‖ filing hash → voucher
	KEYS_RELEASE,       // u16 quarter ‖ share aad ‖ sealed share ‖ request hash ‖ analyst's sealing key → released
	KEYS_CEREMONY,      // struct keys_ceremony ‖ input → message
	KEYS_FORGET,        // u16 quarter: destroys the sealing keys of quarters before it
	KEYS_CEREMONY_OVER, // u8 class ‖ u16 epoch: destroys what the class's ceremonies up to this one left, but for shares
};
#define KEYS_WITNESSED_BYTES (8 + TREE_HASH + 8) // size ‖ root ‖ time of the newest cosignature; zeros: none yet
#define KEYS_COSIGN_BYTES (1 + 8 + TREE_HASH)
#define KEYS_ASK_BYTES (1 + 8 + 4)
#define KEYS_EVALUATE_HEAD (1 + 2 + ELEMENT + 2)
#define KEYS_VOUCH_BYTES (1 + 1 + 8 + SIGN_PUBLIC + 32)
#define KEYS_RELEASE_BYTES (2 + SHARE_AAD + RECORD_SHARE + 32 + HPKE_PUBLIC)
#define KEYS_CEREMONY_ID 16
// u8 seat ‖ u8 t ‖ u8 n ‖ u8 class ‖ u8 round ‖ u16 epoch ‖ id of the order ‖ SEATS_MAX ceremony keys (zeros from n on)
#define KEYS_CEREMONY_HEAD (5 + 2 + KEYS_CEREMONY_ID + SEATS_MAX * ELEMENT)
#define KEYS_FRAME_MAX (KEYS_CEREMONY_HEAD + CEREMONY_INPUT_MAX)
#define KEYS_TIMEOUT_MS 20000

#define CEREMONY_ROUNDS 4

// What each role is locked into. `path` is what the plan borrows; net adds the ports of hub and peers.
void keeper_plan_net(struct sandbox_plan *plan);
void keeper_plan_core(const struct keeper_conf *c, char path[static CONF_TEXT_MAX], struct sandbox_plan *plan);
void keeper_plan_keys(const struct keeper_conf *c, char path[static CONF_TEXT_MAX], struct sandbox_plan *plan);

int net_run(struct role_self *self, void *conf);
int core_run(struct role_self *self, void *conf);
int keys_run(struct role_self *self, void *conf);

// --- The follower: a thread of net that carries the hub's ledger to core ------------------------------------------------------

struct http_client;
struct follower_plan {
	struct channel *core;
	struct http_client *hub;
	struct http_client *const *peers; // borrowed while the follower runs; NULL where there is none
	unsigned peers_n;
	uint64_t poll; // seconds
};
struct follower;
MUST_USE enum err follower_start(const struct follower_plan *plan, struct follower **f, struct why *why);
void follower_wake(struct follower *f); // the ledger may have grown; from any thread
void follower_stop(struct follower *f); // NULL is allowed

#endif
