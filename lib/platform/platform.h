// A member's view of the platform: its home directory, its pinned charter, the ledger it follows, and authenticated questions to hub
// and keepers. What every command of `tocsin` stands on.
//
// Home (mode 0700):  signing.key sealing.key card origin made by `tocsin init`
//                    charter                             the pinned first charter (document), by `tocsin join`
//                    credential                          once accredited; fetched from a keeper
//                    store/                              documents and frontier of the ledger (lib/store, STORE_MEMBER)
//                    common-values                       the platform's list, checked against the hash in the ledger
//                    records/<id>/                       what was filed from here (report/ledger of lib/report)
//                    opened/<id>/                        what was opened here
//                    cards/<id>                          cards of others, as keepers served them
#ifndef TOCSIN_PLATFORM_PLATFORM_H
#define TOCSIN_PLATFORM_PLATFORM_H

#include "follow/follow.h"
#include "http/client.h"
#include "member/ask.h"
#include "proto/hub.h"
#include "proto/keeper.h"
#include "sys/file.h"

// When all keepers are asked at once, one that is silent holds the others' answers up for so long and no longer.
#define PLATFORM_ROUND_MS 8000

struct platform {
	char home[FILE_PATH_MAX];
	int lock; // on the store: one command at a time uses a home
	uint8_t *signing_sk; // SIGN_SECRET bytes, secret
	uint8_t *sealing_sk; // HPKE_SECRET bytes, secret
	struct card card;
	struct buf card_bytes;
	uint8_t card_id[CARD_ID];
	bool accredited;
	struct credential credential; // when there is one (credential_bytes.n > 0)
	struct buf credential_bytes;
	struct store *store;
	struct follow *follow;
	struct governance *visited; // of platform_visit, which follows no ledger: the charter alone
	struct http_client *hub;
	struct http_client *keeper[SEATS_MAX]; // keeper[i] is seat i+1; NULL: unusable address
	void (*waiting)(void *waiter, uint64_t leaf); // NULL, or told again and again while a leaf is waited for
	void *waiter;
};

// What a command needs of its home. Each needs all before it.
enum platform_need {
	PLATFORM_KEYS,    // keys and card
	PLATFORM_CHARTER, // joined: charter pinned, ledger opened, clients ready
	PLATFORM_MEMBER,  // accredited: fetches the credential from a keeper when it is not there yet
};
// ERR_ABSENT with the command that would mend it ("… run `tocsin join CHARTER`"). ERR_DENIED: others may read the home or a key.
// ERR_AUTH: the card is not of these keys, or false. Waits a few seconds while another command uses the home (ERR_EXISTS then).
MUST_USE enum err platform_open(const char *home, enum platform_need need, struct platform **p, struct why *why);
// Without a home, for officers: a charter (document file), and the clients that it names. platform_call and
// platform_wait_cosigned work, nothing else that asks.
MUST_USE enum err platform_visit(const char *charter_path, struct platform **p, struct why *why);
void platform_close(struct platform *p); // NULL is allowed

// Makes the home, keys and card: name, organisation, country, sector are given, the rest of *card is filled in. ERR_EXISTS: there are
// keys already. ERR_INPUT: a text that a card may not have.
MUST_USE enum err platform_create(const char *home, struct card *card, const char *origin, uint8_t id[static CARD_ID], struct why *why);
// The origin under which the home's card was signed; also before a charter is pinned.
MUST_USE enum err platform_origin(const struct platform *p, char origin[static SIGN_ORIGIN_MAX + 1], struct why *why);
// Pins the first charter (an encoded document, checked). ERR_EXISTS: another one is pinned. ERR_DENIED: its origin is not the card's.
MUST_USE enum err platform_join(const char *home, struct slice charter, struct why *why);
// The credential: as it is in the home, or else (and with `anew`, when a newer batch may have it) from the keepers. It is this card's;
// whether it holds is credential_check()'s to say. ERR_ABSENT: no keeper has one for this card. ERR_AWAY: none was reached.
MUST_USE enum err platform_credential(struct platform *p, bool anew, struct why *why);
// What one keeper has for a card: its credential, and (NULL: not wanted) the bytes of it, appended. Whether it holds is
// credential_check()'s to say. ERR_ABSENT: that keeper has none.
MUST_USE enum err platform_credential_at(struct platform *p, unsigned seat, const uint8_t id[static CARD_ID],
                                         const uint8_t signing[static SIGN_PUBLIC], struct credential *credential, struct buf *bytes,
                                         struct why *why);

const struct charter *platform_charter(const struct platform *p);
struct governance *platform_governance(const struct platform *p);

// Brings the ledger up to the hub's newest cosigned checkpoint. ERR_AUTH: the hub lies (why says how); ERR_AWAY: not reached;
// ERR_ABSENT: this member has no credential yet, so the hub shows it nothing.
// A checkpoint older than FOLLOW_AGE_MAX is ERR_AWAY, "the hub shows nothing newer than …".
MUST_USE enum err platform_sync(struct platform *p, struct why *why);
// The hub's newest checkpoint under t cosignatures, as a note, appended: what platform_sync() begins with.
MUST_USE enum err platform_checkpoint(struct platform *p, struct buf *note, struct why *why);
// Syncs until leaf `index` is under a cosigned checkpoint, at most timeout_ms; the proof of its inclusion is then given.
MUST_USE enum err platform_wait_leaf(struct platform *p, uint64_t index, struct slice leaf, unsigned timeout_ms, struct tree_proof *proof,
                                     struct followed *under, struct why *why);
// The same, without a proof: the hub shows a checkpoint under t cosignatures that reaches past leaf `index`. Works for an officer's visit
// too. ERR_AWAY: not in time.
MUST_USE enum err platform_wait_cosigned(struct platform *p, uint64_t index, unsigned timeout_ms, struct why *why);

// Authenticated questions; the answer is appended.
MUST_USE enum err platform_ask_hub(struct platform *p, enum hub_verb verb, struct slice body, struct buf *answer, struct why *why);
MUST_USE enum err platform_ask_keeper(struct platform *p, unsigned seat, enum keeper_verb verb, struct slice body, struct buf *answer,
                                      struct why *why);
// The same question to every keeper at once, with one nonce; answers[i], results[i] and whys[i] are seat i+1's. The caller frees the
// answers. Stops nobody: those who do not answer have ERR_AWAY.
void platform_ask_keepers(struct platform *p, enum keeper_verb verb, struct slice body, struct buf answers[static SEATS_MAX],
                          enum err results[static SEATS_MAX], struct why whys[static SEATS_MAX]);
// Unauthenticated: a POST or GET of raw bytes to the hub (seat 0) or a keeper.
MUST_USE enum err platform_call(struct platform *p, unsigned seat, const char *method, const char *path, struct slice body,
                                struct buf *answer, struct why *why);
// A member's card, from the home's cache or from the keepers; checked against its id. Its bytes are appended (NULL: not wanted).
MUST_USE enum err platform_card(struct platform *p, const uint8_t id[static CARD_ID], struct card *card, struct buf *bytes, struct why *why);

// --- Tokens and filing, for whatever is filed from here ---------------------------------------------------------------------------

// Tokens of observables through the keepers: asks all, needs t honest ones. tokens and locks as in token_client_finish; any number of
// observables (asked in batches). *liars: bit i set = seat i answered falsely; NULL: not wanted. ERR_AWAY: fewer than t answered.
MUST_USE enum err platform_tokens(struct platform *p, const struct observable *const *observables, size_t count, struct token *tokens,
                                  uint8_t (*locks)[TOKEN_LOCK], uint64_t *liars, struct why *why);
// Files through a relay drawn at random, with the same bytes through the others when it fails (a relay that refuses may lie) and
// reports which in *seat. Checks the receipt. When all fail: the first refusal that is not ERR_AWAY.
MUST_USE enum err platform_file(struct platform *p, const struct filing *filing, unsigned *seat, struct receipt *receipt, struct why *why);

#endif
