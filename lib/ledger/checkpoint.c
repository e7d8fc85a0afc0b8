#include "ledger/checkpoint.h"

#include <inttypes.h>

#include "base/num.h"

// Takes a line without its newline; false when there is none, or an empty one.
static bool line_take(struct slice *rest, struct slice *line)
{
	size_t end = slice_find(*rest, '\n', 0);
	if (end == 0 || end >= rest->n)
		return false;
	*line = slice_part(*rest, 0, end);
	*rest = slice_part(*rest, end + 1, rest->n);
	return true;
}

static enum err origin_check(struct slice origin, struct why *why)
{
	size_t bad = 0;
	if (origin.n > SIGN_ORIGIN_MAX)
		return why_set(why, ERR_LIMIT, "checkpoint: an origin of %zu bytes, at most %d", origin.n, SIGN_ORIGIN_MAX);
	if (!slice_is_utf8(origin, &bad))
		return why_set(why, ERR_INPUT, "checkpoint: origin is not UTF-8 at byte %zu", bad);
	for (size_t i = 0; i < origin.n; i++)
		if (origin.p[i] < 0x20)
			return why_set(why, ERR_INPUT, "checkpoint: control character 0x%02x in the origin", origin.p[i]);
	return ERR_OK;
}

enum err checkpoint_parse(struct slice text, struct checkpoint *c, struct why *why)
{
	struct slice origin, size, root, extension, rest = text;
	if (!line_take(&rest, &origin) || !line_take(&rest, &size) || !line_take(&rest, &root))
		return why_set(why, ERR_INPUT, "checkpoint: not three lines of origin, size and root");
	struct checkpoint parsed = {0};
	enum err e = origin_check(origin, why);
	if (e != ERR_OK)
		return e;
	memcpy(parsed.origin, origin.p, origin.n);
	if (!num_parse(size, 0, UINT64_MAX, &parsed.size))
		return why_set(why, ERR_INPUT, "checkpoint: size \"%.*s\" is not a decimal number", SLICE_ARGS(size));
	if (parsed.size > TREE_SIZE_MAX)
		return why_set(why, ERR_LIMIT, "checkpoint: size %" PRIu64 " is over the maximum", parsed.size);
	size_t n = 0;
	if (!base64_decode(root, parsed.root, sizeof parsed.root, &n) || n != TREE_HASH)
		return why_set(why, ERR_INPUT, "checkpoint: root \"%.*s\" is not base64 of 32 bytes", SLICE_ARGS(root));
	while (rest.n > 0)
		if (!line_take(&rest, &extension))
			return why_set(why, ERR_INPUT, "checkpoint: an extension line is empty or does not end");
	*c = parsed;
	return ERR_OK;
}

void checkpoint_print(const struct checkpoint *c, struct buf *b)
{
	buf_printf(b, "%s\n%" PRIu64 "\n", c->origin, c->size);
	buf_put_base64(b, slice_of(c->root, TREE_HASH));
	buf_put_u8(b, '\n');
}

enum err checkpoint_sign(const struct checkpoint *c, const struct note_key *log, const uint8_t sk[static SIGN_SECRET],
                         struct buf *b, struct why *why)
{
	INVARIANT(log->type == NOTE_ED25519 && strcmp(log->name, c->origin) == 0 && c->size <= TREE_SIZE_MAX);
	struct buf text;
	buf_init(&text, NOTE_MAX);
	checkpoint_print(c, &text);
	enum err e = buf_status(&text);
	if (e == ERR_OK)
		e = note_sign(buf_slice(&text), log, sk, 0, b, why);
	buf_free(&text);
	return e;
}

enum err checkpoint_cosign(struct slice note, const struct note_key *witness, const uint8_t sk[static SIGN_SECRET],
                           uint64_t time, struct buf *b, struct why *why)
{
	INVARIANT(witness->type == NOTE_COSIGNATURE);
	struct note parsed;
	struct checkpoint c;
	enum err e = note_parse(note, &parsed, why);
	if (e == ERR_OK)
		e = checkpoint_parse(parsed.text, &c, why);
	if (e != ERR_OK)
		return e;
	note_put_signature(b, parsed.text, witness, sk, time);
	return buf_status(b);
}

// The v1 message does not say who cosigned, so one key under two names would be counted twice (tlog-cosignature, "MUST use
// distinct public keys for each cosigner").
static enum err distinct(const struct note_key *witnesses, size_t n, struct why *why)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (memcmp(witnesses[i].pk, witnesses[j].pk, SIGN_PUBLIC) == 0)
				return why_set(why, ERR_INPUT, "witnesses: %s and %s have one key", witnesses[j].name, witnesses[i].name);
	return ERR_OK;
}

static void count(const struct note_verdict *verdicts, size_t n, struct cosigners *who)
{
	*who = (struct cosigners){0};
	for (size_t i = 0; i < n; i++)
		if (verdicts[i].signed_by) {
			who->seats |= UINT32_C(1) << i;
			who->times[i] = verdicts[i].time;
			who->count++;
		}
}

enum err checkpoint_verify(struct slice note, const struct note_key *log, const struct note_key *witnesses, size_t n,
                           struct checkpoint *c, struct cosigners *who, struct why *why)
{
	INVARIANT(n <= CHECKPOINT_WITNESSES_MAX && log->type == NOTE_ED25519);
	struct note parsed;
	struct checkpoint body;
	struct note_key keys[1 + CHECKPOINT_WITNESSES_MAX] = {*log};
	struct note_verdict verdicts[1 + CHECKPOINT_WITNESSES_MAX];
	for (size_t i = 0; i < n; i++) {
		INVARIANT(witnesses[i].type == NOTE_COSIGNATURE);
		keys[1 + i] = witnesses[i];
	}
	enum err e = distinct(witnesses, n, why);
	if (e == ERR_OK)
		e = note_parse(note, &parsed, why);
	if (e == ERR_OK)
		e = note_verify(&parsed, keys, 1 + n, verdicts, why);
	if (e == ERR_OK && !verdicts[0].signed_by)
		e = why_set(why, ERR_AUTH, "checkpoint: not signed by %s", log->name);
	if (e == ERR_OK)
		e = checkpoint_parse(parsed.text, &body, why);
	if (e == ERR_OK && strcmp(body.origin, log->name) != 0)
		e = why_set(why, ERR_AUTH, "checkpoint: origin %s, but the log is %s", body.origin, log->name);
	if (e != ERR_OK)
		return e;
	*c = body;
	count(verdicts + 1, n, who);
	return ERR_OK;
}

static bool is_by(const struct note_signature *s, const struct note_key *key)
{
	return s->id == key->id && slice_is_text(s->name, key->name);
}

// The newest line of this witness on a note: ERR_ABSENT when there is none, ERR_AUTH when one is false.
static enum err newest(const struct note *note, const struct note_key *witness, size_t *line, uint64_t *time, struct why *why)
{
	enum err e = ERR_ABSENT;
	for (size_t i = 0; i < note->count; i++) {
		if (!is_by(&note->signatures[i], witness))
			continue;
		struct note one = {note->text, 1, {note->signatures[i]}};
		struct note_verdict verdict;
		enum err false_line = note_verify(&one, witness, 1, &verdict, why);
		if (false_line != ERR_OK)
			return false_line;
		if (e == ERR_OK && verdict.time <= *time)
			continue;
		e = ERR_OK;
		*line = i;
		*time = verdict.time;
	}
	return e;
}

// The witness's answer as a note over the same text, in `bytes`, which `answered` borrows.
static enum err answer_parse(struct slice text, struct slice answer, struct buf *bytes, struct note *answered, struct why *why)
{
	if (answer.n > CHECKPOINT_ANSWER_MAX)
		return why_set(why, ERR_LIMIT, "witness answer: %zu bytes, at most %d", answer.n, CHECKPOINT_ANSWER_MAX);
	buf_put_slice(bytes, text);
	buf_put_u8(bytes, '\n');
	size_t blank = bytes->n;
	buf_put_slice(bytes, answer);
	enum err e = buf_status(bytes);
	if (e == ERR_OK)
		e = note_parse(buf_slice(bytes), answered, why);
	// A blank line in the answer would move the border of the text.
	if (e == ERR_OK && answered->text.n != blank - 1)
		e = why_set(why, ERR_INPUT, "witness answer: a blank line");
	return e == ERR_OK ? ERR_OK : why_at(why, e, "answer");
}

static void put_line(struct buf *b, const struct note_signature *s)
{
	buf_printf(b, "\xe2\x80\x94 %.*s %.*s\n", SLICE_ARGS(s->name), SLICE_ARGS(s->base64));
}

enum err checkpoint_add(struct slice note, struct slice answer, const struct note_key *witness, struct buf *b, struct why *why)
{
	INVARIANT(witness->type == NOTE_COSIGNATURE);
	struct note before, answered;
	struct buf bytes;
	size_t line = 0, old_line = 0;
	uint64_t time = 0, old_time = 0;
	buf_init(&bytes, NOTE_MAX + CHECKPOINT_ANSWER_MAX);
	enum err e = note_parse(note, &before, why);
	if (e == ERR_OK)
		e = answer_parse(before.text, answer, &bytes, &answered, why);
	if (e == ERR_OK)
		e = newest(&answered, witness, &line, &time, why);
	if (e == ERR_ABSENT)
		e = why_set(why, ERR_AUTH, "witness answer: no line by %s", witness->name);
	if (e == ERR_OK && newest(&before, witness, &old_line, &old_time, NULL) == ERR_OK && old_time >= time)
		e = why_set(why, ERR_EXISTS, "checkpoint: has a line by %s of %" PRIu64 " already", witness->name, old_time);
	if (e == ERR_OK) {
		buf_put_slice(b, before.text);
		buf_put_u8(b, '\n');
		for (size_t i = 0; i < before.count; i++)
			if (!is_by(&before.signatures[i], witness))
				put_line(b, &before.signatures[i]);
		put_line(b, &answered.signatures[line]);
		e = buf_status(b);
	}
	buf_free(&bytes);
	return e;
}
