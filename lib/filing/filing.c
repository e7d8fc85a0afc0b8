#include "filing/filing.h"

#include "base/wire.h"
#include "crypto/hash.h"
#include "filing/reply.h"
#include "filing/voucher.h"

#define HEAD_MAX (1 + SALT + RECORD_ID + 1 + 4 + 4 * BATCHES_MAX)

_Static_assert(FILING_MAX + VOUCHER_BYTES <= ASK_BODY_MAX, "a filing and its voucher travel in one ask");
_Static_assert(FILING_MAX >= HEAD_MAX + RECORD_MAX, "the largest record can be filed");
_Static_assert(OFFLINE_MAX >= sizeof OFFLINE_MAGIC + HEAD_MAX + RECORD_MAX, "the largest record can be carried");

// All that comes before the payload: every length is here, so that what follows can be hashed where it lies.
static void put_head(const struct filing *f, struct buf *out)
{
	INVARIANT(f->batches <= BATCHES_MAX);
	buf_put_u8(out, (uint8_t)f->kind);
	buf_put(out, f->salt, SALT);
	buf_put(out, f->record, RECORD_ID);
	buf_put_u8(out, (uint8_t)f->batches);
	buf_put_u32(out, (uint32_t)f->payload.n);
	for (unsigned i = 0; i < f->batches; i++)
		buf_put_u32(out, (uint32_t)f->batch[i].n);
}

void filing_encode(const struct filing *f, struct buf *out)
{
	put_head(f, out);
	buf_put_slice(out, f->payload);
	for (unsigned i = 0; i < f->batches; i++)
		buf_put_slice(out, f->batch[i]);
}

void filing_hash(const struct filing *f, uint8_t hash[static 32])
{
	struct buf head;
	struct slice parts[2 + BATCHES_MAX];
	buf_init(&head, HEAD_MAX);
	put_head(f, &head);
	INVARIANT(buf_status(&head) == ERR_OK);
	parts[0] = buf_slice(&head);
	parts[1] = f->payload;
	for (unsigned i = 0; i < f->batches; i++)
		parts[2 + i] = f->batch[i];
	sha256_parts(parts, 2 + f->batches, hash);
	buf_free(&head);
}

static bool names_record(const struct filing *f)
{
	static const uint8_t none[RECORD_ID];
	return memcmp(f->record, none, RECORD_ID) != 0;
}

// What each kind may hold.
static enum err check_kind(const struct filing *f, struct why *why)
{
	switch (f->kind) {
	case FILING_RECORD:
		if (names_record(f) || f->payload.n == 0)
			return why_set(why, ERR_INPUT, "filing: a record comes as an envelope, and nothing else names it");
		if (f->payload.n > RECORD_MAX)
			return why_set(why, ERR_LIMIT, "filing: a record of %zu bytes; at most %u", f->payload.n, RECORD_MAX);
		return ERR_OK;
	case FILING_TOKENS:
		if (!names_record(f) || f->payload.n != 0 || f->batches == 0)
			return why_set(why, ERR_INPUT, "filing: tokens that follow come as batches and the id of their record");
		return ERR_OK;
	case FILING_REPLY:
		if (names_record(f) || f->payload.n != REPLY_BYTES || f->batches != 0)
			return why_set(why, ERR_INPUT, "filing: a reply is %d bytes and nothing else; here %zu", REPLY_BYTES, f->payload.n);
		return ERR_OK;
	}
	return why_set(why, ERR_INPUT, "filing: kind %d does not exist", (int)f->kind);
}

static enum err check_batches(const struct filing *f, struct why *why)
{
	for (unsigned i = 0; i < f->batches; i++) {
		if (f->batch[i].n <= HPKE_OVERHEAD)
			return why_set(why, ERR_INPUT, "filing: batch %u of %zu bytes is not sealed", i + 1, f->batch[i].n);
		if (f->batch[i].n > BATCH_SEALED_MAX)
			return why_set(why, ERR_LIMIT, "filing: batch %u of %zu bytes; at most %d", i + 1, f->batch[i].n, BATCH_SEALED_MAX);
	}
	return ERR_OK;
}

enum err filing_decode(struct slice bytes, struct filing *f, struct why *why)
{
	struct wire w = wire_of(bytes);
	struct filing got = {.kind = (enum filing_kind)wire_u8(&w)};
	uint32_t length[BATCHES_MAX];
	wire_copy(&w, got.salt, SALT);
	wire_copy(&w, got.record, RECORD_ID);
	got.batches = wire_u8(&w);
	if (got.batches > BATCHES_MAX)
		return why_set(why, ERR_LIMIT, "filing: %u batches; at most %d", got.batches, BATCHES_MAX);
	uint32_t payload = wire_u32(&w);
	for (unsigned i = 0; i < got.batches; i++)
		length[i] = wire_u32(&w);
	got.payload = wire_take(&w, payload);
	for (unsigned i = 0; i < got.batches; i++)
		got.batch[i] = wire_take(&w, length[i]);
	enum err e = wire_end(&w, "filing", why);
	if (e == ERR_OK)
		e = check_kind(&got, why);
	if (e == ERR_OK)
		e = check_batches(&got, why);
	if (e == ERR_OK)
		*f = got;
	return e;
}

void offline_encode(const struct filing *f, struct buf *out)
{
	INVARIANT(f->kind == FILING_RECORD && f->batches == 0);
	buf_put_text(out, OFFLINE_MAGIC);
	filing_encode(f, out);
}

enum err offline_decode(struct slice bytes, struct filing *f, struct why *why)
{
	struct filing got;
	size_t magic = sizeof OFFLINE_MAGIC - 1;
	if (!slice_is_text(slice_part(bytes, 0, magic), OFFLINE_MAGIC))
		return why_set(why, ERR_INPUT, "offline file: it does not start as one");
	enum err e = filing_decode(slice_part(bytes, magic, bytes.n - magic), &got, why);
	if (e != ERR_OK)
		return why_at(why, e, "offline file");
	if (got.kind != FILING_RECORD || got.batches != 0)
		return why_set(why, ERR_INPUT, "offline file: it holds something else than a record alone");
	*f = got;
	return ERR_OK;
}
