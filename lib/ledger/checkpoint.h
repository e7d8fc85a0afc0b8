// Checkpoints of the ledger (C2SP tlog-checkpoint): a signed note whose text names the log, its size and its root, cosigned by
// witnesses (C2SP tlog-cosignature, Ed25519). The log's key has the origin as its name and type NOTE_ED25519; a witness's key has
// type NOTE_COSIGNATURE.
#ifndef TOCSIN_LEDGER_CHECKPOINT_H
#define TOCSIN_LEDGER_CHECKPOINT_H

#include "ledger/note.h"
#include "ledger/tree.h"

#define CHECKPOINT_WITNESSES_MAX 32 // keys counted by checkpoint_verify: one per seat
#define CHECKPOINT_ANSWER_MAX (16 * 1024) // bytes of a witness's answer

struct checkpoint {
	char origin[SIGN_ORIGIN_MAX + 1];
	uint64_t size; // at most TREE_SIZE_MAX
	uint8_t root[TREE_HASH];
};

// Three lines: origin, size, base64 of the root. Extension lines may follow; they must not be empty, and are signed and cosigned
// with the rest, but mean nothing here. Refuses an empty origin (ERR_INPUT), one over SIGN_ORIGIN_MAX and a size over
// TREE_SIZE_MAX (ERR_LIMIT), a size with a leading zero, a root that is not 32 bytes, and bytes that a note may not have.
MUST_USE enum err checkpoint_parse(struct slice text, struct checkpoint *c, struct why *why);
void checkpoint_print(const struct checkpoint *c, struct buf *b);

// The log signs: appends the whole note to b. `c->origin` must be the name of `log`. The log never signs two checkpoints that no
// consistency proof connects: that is the caller's promise.
MUST_USE enum err checkpoint_sign(const struct checkpoint *c, const struct note_key *log, const uint8_t sk[static SIGN_SECRET],
                                  struct buf *b, struct why *why);

// A witness cosigns: appends its one line over the text of `note` to b. It says that at `time` (seconds, 1 to NOTE_TIME_MAX) this
// is the largest consistent tree it has seen, so only after witness_decide() and after the new state is on disk.
MUST_USE enum err checkpoint_cosign(struct slice note, const struct note_key *witness, const uint8_t sk[static SIGN_SECRET],
                                    uint64_t time, struct buf *b, struct why *why);

// Which of the given witnesses have cosigned.
struct cosigners {
	uint32_t seats; // bit i: witnesses[i]
	unsigned count; // of bits set; several lines by one witness count once
	uint64_t times[CHECKPOINT_WITNESSES_MAX]; // of witnesses[i], seconds since 1970, the newest; 0 when it has not
};

// A checkpoint of this log, with the witnesses that vouch for it. The log's signature is required, cosignatures are only counted:
// the caller compares `count` with its threshold. Signatures by other keys are ignored; a false one under the name and id of the
// log or of a witness refuses the note, as does an origin that is not the log's name. ERR_AUTH: no or false signature, or
// another origin; ERR_INPUT, ERR_LIMIT: malformed. Two witnesses with one public key are a broken charter: ERR_INPUT.
MUST_USE enum err checkpoint_verify(struct slice note, const struct note_key *log, const struct note_key *witnesses, size_t n,
                                    struct checkpoint *c, struct cosigners *who, struct why *why);

// The log takes a witness's answer, signature lines: appends to b a copy of `note` in which the newest genuine line by `witness`
// stands in place of any it had. Lines by other keys in the answer are left out. ERR_AUTH: no line by this witness, or a false
// one; ERR_EXISTS: the note has one of this time or newer; ERR_INPUT, ERR_LIMIT: malformed. b is untouched by these.
MUST_USE enum err checkpoint_add(struct slice note, struct slice answer, const struct note_key *witness, struct buf *b,
                                 struct why *why);

#endif
