// Records, receipts, batches for the matcher, replies and bulletins.
#include "crypto/secret.h"
#include "store/sqlite.h"

static enum err fixed_query(struct store *s, enum statement which, const void *key, size_t n, struct query *q, struct why *why)
{
	*q = query_of(s, which);
	query_blob(q, slice_of(key, n));
	return query_row(q, why);
}

static enum err has(struct store *s, enum statement which, const void *key, size_t n, struct why *why)
{
	struct query q;
	enum err e = fixed_query(s, which, key, n, &q, why);
	if (e == ERR_OK)
		query_end(&q);
	return e;
}

// --- Receipts -----------------------------------------------------------------------------------------------------------------

static enum err receipt_put(struct store *s, const uint8_t filing[static 32], const uint8_t receipt[static RECEIPT_BYTES],
                            struct why *why)
{
	struct query q = query_of(s, SQL_RECEIPT_ADD);
	query_blob(&q, slice_of(filing, 32));
	query_blob(&q, slice_of(receipt, RECEIPT_BYTES));
	return query_run(&q, why);
}

enum err store_receipt_get(struct store *s, const uint8_t filing[static 32], uint8_t receipt[static RECEIPT_BYTES], struct why *why)
{
	struct query q;
	enum err e = fixed_query(s, SQL_RECEIPT_GET, filing, 32, &q, why);
	if (e == ERR_ABSENT)
		return why_set(why, e, "receipt: nothing was filed under this hash");
	if (e != ERR_OK)
		return e;
	e = column_copy(&q, 0, receipt, RECEIPT_BYTES, why);
	query_end(&q);
	return e;
}

// ERR_OK when the filing has no receipt yet.
static enum err is_new_filing(struct store *s, const uint8_t filing[static 32], struct why *why)
{
	enum err e = has(s, SQL_RECEIPT_GET, filing, 32, why);
	if (e == ERR_OK)
		return why_set(why, ERR_EXISTS, "filing: it was accepted before and has its receipt");
	return e == ERR_ABSENT ? ERR_OK : e;
}

// --- Records ------------------------------------------------------------------------------------------------------------------

static enum err is_new_record(struct store *s, const struct stored_record *r, struct why *why)
{
	struct query q = query_of(s, SQL_RECORD_TAKEN);
	query_blob(&q, slice_of(r->id, RECORD_ID));
	query_u64(&q, r->handle);
	enum err e = query_row(&q, why);
	if (e == ERR_ABSENT)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	query_end(&q);
	return why_set(why, ERR_EXISTS, "record: its id is taken by another filing");
}

static enum err row_put(struct store *s, const struct stored_record *r, uint64_t size, uint64_t *sequence, struct why *why)
{
	struct buf hdr0;
	buf_init(&hdr0, RECORD_HEADER_MAX);
	header_encode(&r->header, &hdr0);
	if (buf_status(&hdr0) != ERR_OK) {
		s->broken = true;
		return why_set(why, ERR_SYSTEM, "store: no memory");
	}
	struct query q = query_of(s, SQL_RECORD_ADD);
	query_blob(&q, slice_of(r->id, RECORD_ID));
	query_blob(&q, slice_of(r->filing, sizeof r->filing));
	query_u64(&q, r->time);
	query_u64(&q, r->seat);
	query_blob(&q, slice_of(r->alias, ALIAS));
	query_u64(&q, r->handle);
	query_u64(&q, r->leaf);
	query_u64(&q, size);
	query_blob(&q, buf_slice(&hdr0));
	enum err e = query_run(&q, why);
	buf_free(&hdr0);
	if (e == ERR_OK)
		*sequence = (uint64_t)sqlite3_last_insert_rowid(s->db);
	return e;
}

static enum err audience_put(struct store *s, const struct label *l, uint64_t sequence, struct why *why)
{
	enum err e = ERR_OK;
	for (unsigned i = 0; i < l->audience && e == ERR_OK; i++) {
		struct query q = query_of(s, SQL_AUDIENCE_ADD);
		query_u64(&q, l->team[i]);
		query_u64(&q, sequence);
		e = query_run(&q, why);
	}
	return e;
}

static enum err envelope_put(struct store *s, uint64_t sequence, struct slice envelope, struct why *why)
{
	struct query q = query_of(s, SQL_ENVELOPE_ADD);
	query_u64(&q, sequence);
	query_blob(&q, envelope);
	return query_run(&q, why);
}

static enum err batches_put(struct store *s, uint64_t sequence, const struct slice *batches, unsigned count, struct why *why)
{
	enum err e = ERR_OK;
	for (unsigned i = 0; i < count && e == ERR_OK; i++) {
		struct query q = query_of(s, SQL_BATCH_ADD);
		query_u64(&q, sequence);
		query_blob(&q, batches[i]);
		e = query_run(&q, why);
	}
	return e;
}

enum err store_record_add(struct store *s, const struct stored_record *r, struct slice envelope, const struct slice *batches,
                          unsigned count, const uint8_t receipt[static RECEIPT_BYTES], struct why *why)
{
	INVARIANT(s->writing && envelope.n <= RECORD_MAX && count <= BATCHES_MAX);
	uint64_t sequence = 0, reporter;
	enum err e = is_new_filing(s, r->filing, why);
	if (e == ERR_OK)
		e = is_new_record(s, r, why);
	if (e == ERR_OK)
		e = store_reporter(s, r->seat, r->alias, &reporter, why); // what its batches are handed on with
	if (e == ERR_OK)
		e = row_put(s, r, envelope.n, &sequence, why);
	if (e == ERR_OK)
		e = audience_put(s, &r->header.label, sequence, why);
	if (e == ERR_OK)
		e = envelope_put(s, sequence, envelope, why);
	if (e == ERR_OK)
		e = batches_put(s, sequence, batches, count, why);
	return e == ERR_OK ? receipt_put(s, r->filing, receipt, why) : e;
}

enum err store_tokens_add(struct store *s, const uint8_t record[static RECORD_ID], const uint8_t filing[static 32],
                          const struct slice *batches, unsigned count, const uint8_t receipt[static RECEIPT_BYTES], struct why *why)
{
	INVARIANT(s->writing && count <= BATCHES_MAX);
	struct query q;
	enum err e = is_new_filing(s, filing, why);
	if (e == ERR_OK)
		e = fixed_query(s, SQL_RECORD_SEQUENCE, record, RECORD_ID, &q, why);
	if (e == ERR_ABSENT)
		return why_set(why, e, "tokens: their record is not here");
	if (e != ERR_OK)
		return e;
	uint64_t sequence = column_u64(&q, 0);
	query_end(&q);
	e = batches_put(s, sequence, batches, count, why);
	return e == ERR_OK ? receipt_put(s, filing, receipt, why) : e;
}

static enum err header_read(const struct query *q, int column, struct header *h, struct why *why)
{
	if (header_decode(column_blob(q, column), h, why) != ERR_OK)
		return store_damaged(q->s, why, "a record's header");
	return ERR_OK;
}

// The columns of RECORD_COLUMNS.
static enum err row_read(const struct query *q, struct stored_record *r, struct why *why)
{
	struct stored_record got = {
		.sequence = column_u64(q, 0),
		.time = column_u64(q, 3),
		.seat = (uint8_t)column_u64(q, 4),
		.handle = column_u64(q, 6),
		.leaf = column_u64(q, 7),
		.size = column_u64(q, 8),
	};
	enum err e = column_copy(q, 1, got.id, RECORD_ID, why);
	if (e == ERR_OK)
		e = column_copy(q, 2, got.filing, sizeof got.filing, why);
	if (e == ERR_OK)
		e = column_copy(q, 5, got.alias, ALIAS, why);
	if (e == ERR_OK)
		e = header_read(q, 9, &got.header, why);
	if (e == ERR_OK)
		*r = got;
	return e;
}

static enum err row_get(struct query *q, struct stored_record *r, struct why *why)
{
	enum err e = query_row(q, why);
	if (e == ERR_ABSENT)
		return why_set(why, e, "record: it is not here");
	if (e != ERR_OK)
		return e;
	e = row_read(q, r, why);
	query_end(q);
	return e;
}

enum err store_record_get(struct store *s, const uint8_t id[static RECORD_ID], struct stored_record *r, struct why *why)
{
	struct query q = query_of(s, SQL_RECORD_GET);
	query_blob(&q, slice_of(id, RECORD_ID));
	return row_get(&q, r, why);
}

enum err store_record_by_handle(struct store *s, uint64_t handle, struct stored_record *r, struct why *why)
{
	struct query q = query_of(s, SQL_RECORD_BY_HANDLE);
	query_u64(&q, handle);
	return row_get(&q, r, why);
}

enum err store_envelope_get(struct store *s, const uint8_t id[static RECORD_ID], struct slice *envelope, struct why *why)
{
	struct query q;
	enum err e = fixed_query(s, SQL_ENVELOPE_GET, id, RECORD_ID, &q, why);
	if (e == ERR_ABSENT)
		return why_set(why, e, "record: it is not here");
	if (e != ERR_OK)
		return e;
	*envelope = column_blob(&q, 0);
	query_lend(&q);
	return ERR_OK;
}

enum err store_record_each(struct store *s, uint16_t team, uint64_t after, unsigned limit,
                           enum err (*each)(void *context, const struct stored_record *r, struct why *why), void *context,
                           struct why *why)
{
	if (after > INT64_MAX)
		return ERR_OK; // no sequence is that large
	struct query q = query_of(s, team == 0 ? SQL_RECORD_EACH : SQL_RECORD_EACH_TEAM);
	query_u64(&q, after);
	query_u64(&q, limit);
	if (team != 0)
		query_u64(&q, team);
	enum err e;
	while ((e = query_row(&q, why)) == ERR_OK) {
		struct stored_record r;
		e = row_read(&q, &r, why);
		if (e == ERR_OK)
			e = each(context, &r, why);
		if (e != ERR_OK) {
			query_end(&q);
			return e;
		}
	}
	return e == ERR_ABSENT ? ERR_OK : e;
}

enum err store_record_count(struct store *s, uint64_t *count, struct why *why)
{
	return store_number(s, SQL_RECORD_COUNT, count, why);
}

enum err store_reporter(struct store *s, uint8_t seat, const uint8_t alias[static ALIAS], uint64_t *reporter, struct why *why)
{
	struct query q = query_of(s, SQL_REPORTER_GET);
	query_u64(&q, seat);
	query_blob(&q, slice_of(alias, ALIAS));
	enum err e = query_row(&q, why);
	if (e == ERR_OK) {
		*reporter = column_u64(&q, 0);
		query_end(&q);
	}
	if (e != ERR_ABSENT)
		return e;
	uint64_t drawn;
	random_bytes(&drawn, sizeof drawn);
	q = query_of(s, SQL_REPORTER_ADD);
	query_u64(&q, seat);
	query_blob(&q, slice_of(alias, ALIAS));
	query_u64(&q, drawn);
	e = query_run(&q, why);
	if (e == ERR_OK)
		*reporter = drawn;
	return e;
}

// --- Batches ------------------------------------------------------------------------------------------------------------------

enum err store_batch_next(struct store *s, uint64_t after, struct queued_batch *b, struct why *why)
{
	struct query q = query_of(s, SQL_BATCH_NEXT);
	query_u64(&q, after < INT64_MAX ? after : INT64_MAX);
	enum err e = query_row(&q, why);
	if (e == ERR_ABSENT)
		return why_set(why, e, "batches: none waits");
	if (e != ERR_OK)
		return e;
	struct header h;
	struct queued_batch got = {.number = column_u64(&q, 0), .handle = column_u64(&q, 1), .reporter = column_u64(&q, 2)};
	e = column_copy(&q, 3, got.record, RECORD_ID, why);
	if (e == ERR_OK)
		e = header_read(&q, 4, &h, why);
	if (e != ERR_OK) {
		query_end(&q);
		return e;
	}
	memcpy(got.batch_key, h.batch_key, SIGN_PUBLIC);
	got.sealed = column_blob(&q, 5);
	query_lend(&q);
	*b = got;
	return ERR_OK;
}

enum err store_batch_done(struct store *s, uint64_t number, struct why *why)
{
	struct query q = query_of(s, SQL_BATCH_DONE);
	query_u64(&q, number);
	return query_run(&q, why);
}

enum err store_batch_count(struct store *s, uint64_t *count, struct why *why)
{
	INVARIANT(s->kind == STORE_HUB);
	return store_number(s, SQL_BATCH_COUNT, count, why);
}

enum err store_batch_last(struct store *s, uint64_t *number, struct why *why)
{
	INVARIANT(s->kind == STORE_HUB);
	return store_number(s, SQL_BATCH_LAST, number, why);
}

// --- Replies ------------------------------------------------------------------------------------------------------------------

enum err store_reply_add(struct store *s, const uint8_t blob[static REPLY_BYTES], const uint8_t filing[static 32],
                         const uint8_t receipt[static RECEIPT_BYTES], struct why *why)
{
	INVARIANT(s->writing);
	enum err e = is_new_filing(s, filing, why);
	if (e == ERR_OK)
		e = has(s, SQL_TAG_GET, blob, REPLY_TAG, why);
	if (e == ERR_OK)
		return why_set(why, ERR_EXISTS, "reply: its tag was used before");
	if (e != ERR_ABSENT)
		return e;
	uint64_t place; // among the others of its bulletin
	random_bytes(&place, sizeof place);
	struct query q = query_of(s, SQL_TAG_ADD);
	query_blob(&q, slice_of(blob, REPLY_TAG));
	e = query_run(&q, why);
	if (e != ERR_OK)
		return e;
	q = query_of(s, SQL_WAITING_ADD);
	query_u64(&q, place);
	query_blob(&q, slice_of(blob, REPLY_BYTES));
	e = query_run(&q, why);
	return e == ERR_OK ? receipt_put(s, filing, receipt, why) : e;
}

// All waiting replies, up to a bulletin's maximum, in the order of their random places.
static enum err collect(struct store *s, struct buf *blobs, uint64_t *last, struct why *why)
{
	struct query q = query_of(s, SQL_WAITING_EACH);
	query_u64(&q, BULLETIN_REPLIES_MAX);
	enum err e;
	while ((e = query_row(&q, why)) == ERR_OK) {
		struct slice blob = column_blob(&q, 1);
		*last = column_u64(&q, 0);
		if (blob.n != REPLY_BYTES) {
			query_end(&q);
			return store_damaged(s, why, "a waiting reply");
		}
		buf_put_slice(blobs, blob);
	}
	if (e != ERR_ABSENT)
		return e;
	if (buf_status(blobs) != ERR_OK)
		return why_set(why, ERR_SYSTEM, "store: no memory for a bulletin");
	return blobs->n > 0 ? ERR_OK : why_set(why, ERR_ABSENT, "bulletin: no reply waits");
}

static enum err publish(struct store *s, const struct bulletin *b, uint64_t last, struct why *why)
{
	struct buf bytes;
	buf_init(&bytes, BULLETIN_MAX);
	bulletin_encode(b, &bytes);
	if (buf_status(&bytes) != ERR_OK)
		return why_set(why, ERR_SYSTEM, "store: no memory for a bulletin");
	struct query q = query_of(s, SQL_BULLETIN_ADD);
	query_u64(&q, b->number);
	query_blob(&q, buf_slice(&bytes));
	enum err e = query_run(&q, why);
	buf_free(&bytes);
	if (e != ERR_OK)
		return e;
	q = query_of(s, SQL_WAITING_REMOVE);
	query_u64(&q, last);
	return query_run(&q, why);
}

enum err store_bulletin_make(struct store *s, uint64_t time, uint64_t *number, unsigned *count, struct why *why)
{
	INVARIANT(s->writing);
	struct bulletin b = {.time = time};
	uint64_t newest, last = 0;
	struct buf blobs;
	buf_init(&blobs, (size_t)BULLETIN_REPLIES_MAX * REPLY_BYTES);
	enum err e = store_bulletin_newest(s, &newest, why);
	if (e == ERR_OK)
		e = collect(s, &blobs, &last, why);
	if (e == ERR_OK) {
		b.number = newest + 1;
		b.count = (uint32_t)(blobs.n / REPLY_BYTES);
		b.blob = (const uint8_t(*)[REPLY_BYTES])blobs.p;
		e = publish(s, &b, last, why);
	}
	buf_free(&blobs);
	if (e != ERR_OK)
		return e;
	*number = b.number;
	*count = b.count;
	return ERR_OK;
}

enum err store_bulletin_get(struct store *s, uint64_t number, struct slice *bulletin, struct why *why)
{
	struct query q = query_of(s, SQL_BULLETIN_GET);
	query_u64(&q, number);
	enum err e = query_row(&q, why);
	if (e == ERR_ABSENT)
		return why_set(why, e, "bulletin: it is not here");
	if (e != ERR_OK)
		return e;
	*bulletin = column_blob(&q, 0);
	query_lend(&q);
	return ERR_OK;
}

enum err store_bulletin_newest(struct store *s, uint64_t *newest, struct why *why)
{
	return store_number(s, SQL_BULLETIN_NEWEST, newest, why);
}
