// Inside of the role keys: every secret of the keeper, and what may be done with them. For keys*.c only.
//
// Core decides, keys does. What it asks for comes in frames of fixed sizes, checked to the byte before anything is read from
// them. Beyond its files keys remembers nothing, so it can be stopped at any instruction.
#ifndef TOCSIN_KEEPER_KEYS_H
#define TOCSIN_KEEPER_KEYS_H

#include "crypto/dkg.h"
#include "keeper.h"

#define KEYS_SHARES_MAX 256 // token shares loaded at once: newest files of all classes and epochs
#define KEYS_NAME_MAX 64    // bytes of a file name in keys/

struct keys_secrets { // in secret_new() memory
	uint8_t identity[SIGN_SECRET], witness[SIGN_SECRET], voucher[SIGN_SECRET], ceremony[SCALAR];
	uint8_t alias[32]; // of alias_month
	uint8_t share[KEYS_SHARES_MAX][SCALAR];
};

// A token share's public side; its secret is secrets->share[] of the same place.
struct keys_share {
	uint8_t class;
	uint16_t epoch;
	uint8_t public[ELEMENT]; // as the token key publishes it for this seat
};

// The largest tree ever cosigned and the time of the newest cosignature, as on disk; all zero: none.
struct keys_witnessed {
	uint64_t size, time;
	uint8_t root[TREE_HASH];
};

struct keys {
	const struct keeper_conf *conf;
	char origin[SIGN_ORIGIN_MAX + 1];
	struct keys_secrets *secrets;
	unsigned alias_month; // yyyymm; 0: none loaded
	unsigned shares;
	struct keys_share share[KEYS_SHARES_MAX];
	struct keys_witnessed witnessed;
};

// What core may ask.
extern const struct channel_question keys_questions[];
// Reads everything that is needed before the first question; `conf` and `secrets` are set.
MUST_USE enum err keys_load(struct keys *k, struct why *why);

struct slice keys_origin(const struct keys *k);
// "<state>/keys/<name>".
void keys_path(const struct keys *k, const char *name, char path[static CONF_TEXT_MAX]);
// Calls `each` with the names in keys/ that begin so, in no order.
typedef enum err keys_file_each(void *context, const char *name, struct why *why);
MUST_USE enum err keys_each_file(const struct keys *k, const char *prefix, keys_file_each *each, void *context,
                                 struct why *why);
// "<what>: N bytes, not M" unless the sizes are the same.
MUST_USE enum err keys_size(const char *what, struct slice payload, size_t expected, struct why *why);

// keys_witness.c
MUST_USE enum err keys_witness_load(struct keys *k, struct why *why);
enum err keys_witnessed(void *keys, struct slice payload, struct buf *reply, struct why *why);
enum err keys_cosign(void *keys, struct slice payload, struct buf *reply, struct why *why);
// keys_file.c
void keys_alias_forget(struct keys *k); // months that are over
enum err keys_vouch(void *keys, struct slice payload, struct buf *reply, struct why *why);
enum err keys_release(void *keys, struct slice payload, struct buf *reply, struct why *why);
enum err keys_forget(void *keys, struct slice payload, struct buf *reply, struct why *why);
// keys_token.c
MUST_USE enum err keys_shares_load(struct keys *k, struct why *why);
enum err keys_evaluate(void *keys, struct slice payload, struct buf *reply, struct why *why);
enum err keys_ceremony(void *keys, struct slice payload, struct buf *reply, struct why *why);
enum err keys_ceremony_over(void *keys, struct slice payload, struct buf *reply, struct why *why);
// A finished ceremony's result, kept under the order's id.
struct keys_result {
	uint8_t class;
	uint16_t epoch;
	uint8_t order[KEYS_CEREMONY_ID];
	uint8_t seat, t, n;
	uint8_t group[ELEMENT], public[SEATS_MAX][ELEMENT], transcript[32];
};
// Writes it durably with its secret and loads it; the same again is fine.
MUST_USE enum err keys_share_save(struct keys *k, const struct keys_result *r, const uint8_t share[static SCALAR],
                                  struct why *why);
// Public side only. ERR_ABSENT: this ceremony has not been finished here.
MUST_USE enum err keys_share_find(const struct keys *k, uint8_t class, uint16_t epoch,
                                  const uint8_t order[static KEYS_CEREMONY_ID],
                                  struct keys_result *r, struct why *why);

#endif
