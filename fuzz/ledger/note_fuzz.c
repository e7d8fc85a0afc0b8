#include "ledger/note.h"

// Input: a note; also tried as a verifier key. What parses is printed again and must be the same.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct note note;
	struct note_key key;
	struct note_verdict verdict;
	struct why why;
	struct buf b;
	buf_init(&b, NOTE_MAX);
	if (note_parse(s, &note, &why) == ERR_OK) {
		INVARIANT(note.count >= 1 && note.count <= NOTE_SIGNATURES_MAX && note.text.p[note.text.n - 1] == '\n');
		buf_put_slice(&b, note.text);
		buf_put_u8(&b, '\n');
		for (size_t i = 0; i < note.count; i++)
			buf_printf(&b, "\xe2\x80\x94 %.*s %.*s\n", SLICE_ARGS(note.signatures[i].name), SLICE_ARGS(note.signatures[i].base64));
		INVARIANT(slice_equal(buf_slice(&b), s));
		// A key that claims the first signature, so that verification is reached.
		static const uint8_t pk[SIGN_PUBLIC] = {1};
		if (note_key_make(note.signatures[0].name, size % 2 ? NOTE_ED25519 : NOTE_COSIGNATURE, pk, &key, &why) == ERR_OK) {
			key.id = note.signatures[0].id;
			INVARIANT(note_verify(&note, &key, 1, &verdict, &why) != ERR_OK);
		}
	}
	buf_clear(&b);
	if (note_key_parse(s, &key, &why) == ERR_OK) {
		note_key_print(&key, &b);
		INVARIANT(slice_equal(buf_slice(&b), s));
	}
	buf_free(&b);
	return 0;
}
