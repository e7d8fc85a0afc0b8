// Signed notes (C2SP signed-note): text, a blank line, then one line for each signature. Keys are Ed25519 in two kinds: one that
// signs the text itself (type 0x01), and one that cosigns it with a time (type 0x04, C2SP tlog-cosignature).
//
// The text of a note means nothing until note_verify() has found a trusted key on it. A signature by an unknown key is ignored;
// a false one under a known name and id refuses the whole note.
#ifndef TOCSIN_LEDGER_NOTE_H
#define TOCSIN_LEDGER_NOTE_H

#include "base/buf.h"
#include "crypto/sign.h"

#define NOTE_MAX (128 * 1024)        // bytes of a whole note
#define NOTE_SIGNATURES_MAX 64       // lines: log, 32 witnesses, and many unknown keys (the specification asks for 16)
#define NOTE_SIGNATURE_MAX 8192      // bytes of one signature with its key id: post-quantum ones have up to 5 kB
#define NOTE_NAME_MAX SIGN_ORIGIN_MAX // bytes of the name of a key of ours; unknown keys may have longer ones
#define NOTE_KEYS_MAX 64             // keys tried against one note
#define NOTE_VKEY_MAX (NOTE_NAME_MAX + 1 + 8 + 1 + 44) // bytes of a key as text
#define NOTE_TIME_MAX ((uint64_t)INT64_MAX) // tlog-cosignature: "MUST NOT exceed 2^63 - 1"

enum note_type {
	NOTE_ED25519 = 0x01,
	NOTE_COSIGNATURE = 0x04,
};

// A public key with the name under which it signs. Made by note_key_make or note_key_parse only: then `id` is right.
struct note_key {
	char name[NOTE_NAME_MAX + 1];
	uint8_t type; // enum note_type
	uint32_t id;
	uint8_t pk[SIGN_PUBLIC];
};

// SHA-256(name ‖ 0x0A ‖ type ‖ pk)[:4]. Refuses an empty name, one with a Unicode space, a plus, a control character or
// malformed UTF-8 (ERR_INPUT), and one over NOTE_NAME_MAX (ERR_LIMIT).
MUST_USE enum err note_key_make(struct slice name, enum note_type type, const uint8_t pk[static SIGN_PUBLIC],
                                struct note_key *key, struct why *why);
// A verifier key: <name>+<id, 8 hexadecimal digits>+<base64 of type ‖ pk>, without a line end. Refuses an id that is not the
// key's, upper-case hexadecimal, and a type other than the two.
MUST_USE enum err note_key_parse(struct slice vkey, struct note_key *key, struct why *why);
void note_key_print(const struct note_key *key, struct buf *b);

struct note_signature {
	struct slice name;   // of the key
	uint32_t id;         // of the key
	struct slice base64; // of id ‖ signature; known to decode
};

// All slices are borrowed from the bytes given to note_parse.
struct note {
	struct slice text; // with its final newline
	size_t count;      // 1 to NOTE_SIGNATURES_MAX
	struct note_signature signatures[NOTE_SIGNATURES_MAX];
};

// Refuses: malformed UTF-8, control characters other than newline, no blank line, no signature, a line that is not
// "— <name> <base64>\n", a forbidden name, base64 that is not canonical or of fewer than five bytes. Over a maximum: ERR_LIMIT.
MUST_USE enum err note_parse(struct slice s, struct note *note, struct why *why);

// What note_verify found, one per key.
struct note_verdict {
	bool signed_by;
	uint64_t time; // of a cosignature, seconds since 1970: the newest when there are several; 0 for NOTE_ED25519
};

// Checks every signature whose name and id are those of keys[i], i < n ≤ NOTE_KEYS_MAX. ERR_AUTH: one of them is false (or its
// time is 0 or over NOTE_TIME_MAX), or there is none at all. A time in the future is the caller's to judge.
MUST_USE enum err note_verify(const struct note *note, const struct note_key *keys, size_t n, struct note_verdict *verdicts,
                              struct why *why);

// Appends one signature line by `key` over `text` (the text of a note, ending in newline). `sk` is the secret half of key->pk.
// `time` is 0 for NOTE_ED25519, 1 to NOTE_TIME_MAX for NOTE_COSIGNATURE.
void note_put_signature(struct buf *b, struct slice text, const struct note_key *key, const uint8_t sk[static SIGN_SECRET],
                        uint64_t time);
// A whole note with its first signature: text, blank line, signature line. The text is valid UTF-8 without control characters
// and ends in newline (else ERR_INPUT).
MUST_USE enum err note_sign(struct slice text, const struct note_key *key, const uint8_t sk[static SIGN_SECRET], uint64_t time,
                            struct buf *b, struct why *why);

#endif
