#include "ledger/note.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/num.h"
#include "base/wire.h"
#include "crypto/hash.h"

#define ID 4          // bytes of a key id
#define STAMP 8       // bytes of a cosignature's time
#define SIGNATURE_MIN (ID + 1)
static const char dash[] = "\xe2\x80\x94 "; // em dash, space

// White space of Unicode (property White_Space) at p: its length, or 0. The text is known to be UTF-8.
static size_t space_length(const uint8_t *p, size_t n)
{
	static const char *const wide[] = {
		"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
	};
	if (p[0] == ' ' || (p[0] >= '\t' && p[0] <= '\r'))
		return 1;
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (n >= strlen(wide[i]) && memcmp(p, wide[i], strlen(wide[i])) == 0)
			return strlen(wide[i]);
	return n >= 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x80 && p[2] <= 0x8a ? 3 : 0; // U+2000 to U+200A
}

// Well-formed text of a note: UTF-8, no control character except (when lines) newline.
static enum err text_check(struct slice s, bool lines, const char *what, struct why *why)
{
	size_t bad = 0;
	if (!slice_is_utf8(s, &bad))
		return why_set(why, ERR_INPUT, "%s: not UTF-8 at byte %zu", what, bad);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 && !(lines && s.p[i] == '\n'))
			return why_set(why, ERR_INPUT, "%s: control character 0x%02x at byte %zu", what, s.p[i], i);
	return ERR_OK;
}

static enum err name_check(struct slice name, struct why *why)
{
	if (name.n == 0)
		return why_set(why, ERR_INPUT, "key name: empty");
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '+' || space_length(name.p + i, name.n - i) > 0)
			return why_set(why, ERR_INPUT, "key name \"%.*s\": a space or a plus at byte %zu", SLICE_ARGS(name), i);
	return ERR_OK;
}

enum err note_key_make(struct slice name, enum note_type type, const uint8_t pk[static SIGN_PUBLIC], struct note_key *key,
                       struct why *why)
{
	enum err e = text_check(name, false, "key name", why);
	if (e == ERR_OK)
		e = name_check(name, why);
	if (e != ERR_OK)
		return e;
	if (name.n > NOTE_NAME_MAX)
		return why_set(why, ERR_LIMIT, "key name: %zu bytes, at most %d", name.n, NOTE_NAME_MAX);
	struct note_key made = {.type = (uint8_t)type};
	memcpy(made.name, name.p, name.n);
	memcpy(made.pk, pk, SIGN_PUBLIC);
	uint8_t digest[32];
	sha256_parts((struct slice[]){name, SLICE_LITERAL("\n"), slice_of(&made.type, 1), slice_of(pk, SIGN_PUBLIC)}, 4, digest);
	struct wire w = wire_of(slice_of(digest, ID));
	made.id = wire_u32(&w);
	*key = made;
	return ERR_OK;
}

enum err note_key_parse(struct slice vkey, struct note_key *key, struct why *why)
{
	size_t first = slice_find(vkey, '+', 0), second = slice_find(vkey, '+', first + 1);
	struct slice name = slice_part(vkey, 0, first), id = slice_part(vkey, first + 1, second - first - 1);
	if (second >= vkey.n)
		return why_set(why, ERR_INPUT, "verifier key \"%.*s\": not <name>+<id>+<key>", SLICE_ARGS(vkey));
	uint8_t material[1 + SIGN_PUBLIC];
	size_t n = 0;
	if (!base64_decode(slice_part(vkey, second + 1, vkey.n), material, sizeof material, &n) || n != sizeof material)
		return why_set(why, ERR_INPUT, "verifier key \"%.*s\": not base64 of a type and 32 bytes", SLICE_ARGS(vkey));
	if (material[0] != NOTE_ED25519 && material[0] != NOTE_COSIGNATURE)
		return why_set(why, ERR_INPUT, "verifier key \"%.*s\": type 0x%02x is not 0x01 or 0x04", SLICE_ARGS(vkey), material[0]);
	struct note_key made;
	enum err e = note_key_make(name, material[0], material + 1, &made, why);
	if (e != ERR_OK)
		return e;
	char want[2 * ID + 1];
	snprintf(want, sizeof want, "%08" PRIx32, made.id);
	if (!slice_is_text(id, want))
		return why_set(why, ERR_INPUT, "verifier key \"%.*s\": its id is %s", SLICE_ARGS(vkey), want);
	*key = made;
	return ERR_OK;
}

void note_key_print(const struct note_key *key, struct buf *b)
{
	uint8_t material[1 + SIGN_PUBLIC] = {key->type};
	memcpy(material + 1, key->pk, SIGN_PUBLIC);
	buf_printf(b, "%s+%08" PRIx32 "+", key->name, key->id);
	buf_put_base64(b, slice_of(material, sizeof material));
}

// One signature line, without its newline.
static enum err line_parse(struct slice line, struct note_signature *signature, struct why *why)
{
	size_t prefix = sizeof dash - 1, space = slice_find(line, ' ', prefix);
	if (!slice_equal(slice_part(line, 0, prefix), SLICE_LITERAL(dash)) || space >= line.n)
		return why_set(why, ERR_INPUT, "signature line \"%.*s\": not a dash, a name and base64", SLICE_ARGS(line));
	struct note_signature parsed = {slice_part(line, prefix, space - prefix), 0, slice_part(line, space + 1, line.n)};
	enum err e = name_check(parsed.name, why);
	if (e != ERR_OK)
		return e;
	if (parsed.base64.n > NOTE_SIGNATURE_MAX / 3 * 4)
		return why_set(why, ERR_LIMIT, "signature of \"%.*s\": more than %d bytes", SLICE_ARGS(parsed.name), NOTE_SIGNATURE_MAX);
	uint8_t bytes[NOTE_SIGNATURE_MAX];
	size_t n = 0;
	if (!base64_decode(parsed.base64, bytes, sizeof bytes, &n) || n < SIGNATURE_MIN)
		return why_set(why, ERR_INPUT, "signature of \"%.*s\": not base64 of an id and a signature", SLICE_ARGS(parsed.name));
	struct wire w = wire_of(slice_of(bytes, n));
	parsed.id = wire_u32(&w);
	*signature = parsed;
	return ERR_OK;
}

// Offset of the last blank line's first newline (the one that ends the text), or s.n.
static size_t blank_line(struct slice s)
{
	for (size_t i = s.n; i >= 2; i--)
		if (s.p[i - 1] == '\n' && s.p[i - 2] == '\n')
			return i - 2;
	return s.n;
}

enum err note_parse(struct slice s, struct note *note, struct why *why)
{
	if (s.n > NOTE_MAX)
		return why_set(why, ERR_LIMIT, "note: %zu bytes, at most %d", s.n, NOTE_MAX);
	enum err e = text_check(s, true, "note", why);
	if (e != ERR_OK)
		return e;
	size_t blank = blank_line(s);
	if (blank == s.n || s.p[s.n - 1] != '\n' || blank + 2 == s.n)
		return why_set(why, ERR_INPUT, "note: no blank line followed by lines of signatures");
	struct note parsed = {.text = slice_part(s, 0, blank + 1)};
	struct slice rest = slice_part(s, blank + 2, s.n);
	while (rest.n > 0) {
		size_t end = slice_find(rest, '\n', 0);
		if (parsed.count == NOTE_SIGNATURES_MAX)
			return why_set(why, ERR_LIMIT, "note: more than %d signatures", NOTE_SIGNATURES_MAX);
		e = line_parse(slice_part(rest, 0, end), &parsed.signatures[parsed.count++], why);
		if (e != ERR_OK)
			return e;
		rest = slice_part(rest, end + 1, rest.n);
	}
	*note = parsed;
	return ERR_OK;
}

// The bytes that a key of this type signs: the text, behind two lines for a cosignature (tlog-cosignature).
static void signed_message(struct buf *b, struct slice text, uint8_t type, uint64_t time)
{
	buf_init(b, NOTE_MAX + 64);
	if (type == NOTE_COSIGNATURE)
		buf_printf(b, "cosignature/v1\ntime %" PRIu64 "\n", time);
	buf_put_slice(b, text);
}

// Is this signature, whose name and id are the key's, genuine?
static enum err signature_verify(const struct note *note, const struct note_signature *s, const struct note_key *key,
                                 uint64_t *time)
{
	uint8_t bytes[ID + STAMP + SIGN_BYTES];
	size_t n = 0, want = ID + (key->type == NOTE_COSIGNATURE ? STAMP : 0) + SIGN_BYTES;
	if (!base64_decode(s->base64, bytes, sizeof bytes, &n) || n != want)
		return ERR_AUTH;
	struct wire w = wire_of(slice_of(bytes, n));
	wire_take(&w, ID);
	uint64_t stamp = key->type == NOTE_COSIGNATURE ? wire_u64(&w) : 0;
	if (key->type == NOTE_COSIGNATURE && (stamp == 0 || stamp > NOTE_TIME_MAX))
		return ERR_AUTH;
	struct buf message;
	signed_message(&message, note->text, key->type, stamp);
	enum err e = buf_status(&message);
	if (e == ERR_OK && !sign_raw_verify(key->pk, buf_slice(&message), bytes + n - SIGN_BYTES))
		e = ERR_AUTH;
	buf_free(&message);
	if (e == ERR_OK)
		*time = stamp;
	return e;
}

enum err note_verify(const struct note *note, const struct note_key *keys, size_t n, struct note_verdict *verdicts,
                     struct why *why)
{
	INVARIANT(n <= NOTE_KEYS_MAX);
	struct note_verdict found[NOTE_KEYS_MAX] = {0};
	size_t known = 0;
	for (size_t i = 0; i < note->count; i++)
		for (size_t k = 0; k < n; k++) {
			const struct note_signature *s = &note->signatures[i];
			if (s->id != keys[k].id || !slice_is_text(s->name, keys[k].name))
				continue;
			uint64_t time = 0;
			enum err e = signature_verify(note, s, &keys[k], &time);
			if (e != ERR_OK)
				return why_set(why, e, "note: the signature of %s on line %zu is false", keys[k].name, i + 1);
			found[k].signed_by = true;
			found[k].time = time > found[k].time ? time : found[k].time;
			known++;
		}
	if (known == 0)
		return why_set(why, ERR_AUTH, "note: no signature by a known key among %zu", note->count);
	memcpy(verdicts, found, n * sizeof *found);
	return ERR_OK;
}

void note_put_signature(struct buf *b, struct slice text, const struct note_key *key, const uint8_t sk[static SIGN_SECRET],
                        uint64_t time)
{
	bool stamped = key->type == NOTE_COSIGNATURE;
	INVARIANT(stamped ? time >= 1 && time <= NOTE_TIME_MAX : time == 0);
	INVARIANT(text.n <= NOTE_MAX);
	struct buf message;
	signed_message(&message, text, key->type, time);
	if (buf_status(&message) != ERR_OK) {
		b->status = buf_status(&message);
		buf_free(&message);
		return;
	}
	uint8_t line[ID + STAMP + SIGN_BYTES];
	size_t n = 0;
	for (unsigned i = 0; i < ID; i++)
		line[n++] = (uint8_t)(key->id >> (8 * (ID - 1 - i)));
	for (unsigned i = 0; stamped && i < STAMP; i++)
		line[n++] = (uint8_t)(time >> (8 * (STAMP - 1 - i)));
	sign_raw(sk, buf_slice(&message), line + n);
	buf_free(&message);
	buf_printf(b, "%s%s ", dash, key->name);
	buf_put_base64(b, slice_of(line, n + SIGN_BYTES));
	buf_put_u8(b, '\n');
}

enum err note_sign(struct slice text, const struct note_key *key, const uint8_t sk[static SIGN_SECRET], uint64_t time,
                   struct buf *b, struct why *why)
{
	enum err e = text_check(text, true, "note text", why);
	if (e != ERR_OK)
		return e;
	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return why_set(why, ERR_INPUT, "note text: does not end in a newline");
	if (text.n > NOTE_MAX)
		return why_set(why, ERR_LIMIT, "note text: %zu bytes, at most %d", text.n, NOTE_MAX);
	buf_put_slice(b, text);
	buf_put_u8(b, '\n');
	note_put_signature(b, text, key, sk, time);
	return buf_status(b);
}
