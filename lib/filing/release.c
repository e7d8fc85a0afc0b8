#include "filing/release.h"

#include <stdio.h>

#include "charter/field.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define FIRST_KIND "release"
#define SECOND_KIND "release-second"
#define RELEASED_KIND "released"
#define INFO "tocsin/v1/released"
#define RELEASED_SIGNED (RELEASED_BYTES - SIGN_BYTES)

_Static_assert(sizeof INFO + SIGN_ORIGIN_MAX <= RECORD_INFO_MAX, "room of the HPKE info");
_Static_assert(REQUEST_MAX <= UINT16_MAX && RELEASE_CHECKPOINT_MAX <= UINT16_MAX, "lengths of two bytes");

// --- Request -----------------------------------------------------------------------------------------------------------------

static void put_credential(const struct credential *c, struct buf *out)
{
	struct buf b;
	buf_init(&b, CREDENTIAL_MAX);
	credential_encode(c, &b);
	INVARIANT(buf_status(&b) == ERR_OK);
	buf_put_vec16(out, buf_slice(&b));
	buf_free(&b);
}

void request_encode(struct request *r, const uint8_t sk[static SIGN_SECRET], struct slice origin, struct buf *out)
{
	struct buf b; // the signed part
	buf_init(&b, REQUEST_MAX);
	buf_put_vec16(&b, r->hdr0);
	buf_put(&b, r->commitment, RECORD_COMMITMENT);
	field_put_text(&b, r->purpose);
	buf_put_u16(&b, r->team);
	buf_put_vec16(&b, r->card);
	put_credential(&r->credential, &b);
	buf_put_u64(&b, r->time);
	buf_put_u64(&b, r->expiry);
	buf_put(&b, r->salt, SALT);
	INVARIANT(buf_status(&b) == ERR_OK);
	sign_message(sk, FIRST_KIND, origin, buf_slice(&b), r->signature);
	buf_put_slice(out, buf_slice(&b));
	buf_put(out, r->signature, SIGN_BYTES);
	buf_put_u8(out, 0);
	buf_free(&b);
}

enum err request_cosign(struct slice request, const struct credential *credential, const uint8_t sk[static SIGN_SECRET],
                        struct slice origin, struct buf *out, struct why *why)
{
	struct request r;
	uint8_t signature[SIGN_BYTES];
	enum err e = request_decode(request, &r, why);
	if (e != ERR_OK)
		return e;
	if (r.second)
		return why_set(why, ERR_EXISTS, "request: a second analyst has signed it already");
	sign_message(sk, SECOND_KIND, origin, r.signed_part, signature);
	buf_put_slice(out, r.signed_part);
	buf_put(out, r.signature, SIGN_BYTES);
	buf_put_u8(out, 1);
	put_credential(credential, out);
	buf_put(out, signature, SIGN_BYTES);
	return buf_status(out);
}

// Bytes behind a length of two, at most max.
static struct slice take(struct field_reader *f, const char *name, size_t max)
{
	struct slice s = wire_vec16(&f->wire);
	if (s.n > max)
		field_refuse(f, ERR_LIMIT, "%s of %zu bytes; at most %zu", name, s.n, max);
	return s;
}

static void take_credential(struct field_reader *f, const char *name, struct credential *c)
{
	struct slice bytes = take(f, name, CREDENTIAL_MAX);
	struct why why;
	if (f->wire.bad)
		return;
	enum err e = credential_decode(bytes, c, &why);
	if (e != ERR_OK)
		field_refuse(f, e, "%s: %s", name, why.text);
}

static void take_second(struct field_reader *f, struct request *r)
{
	uint8_t second = wire_u8(&f->wire);
	if (second > 1)
		field_refuse(f, ERR_INPUT, "%u second signatures; 0 or 1", second);
	r->second = second == 1;
	if (!r->second)
		return;
	take_credential(f, "second credential", &r->second_credential);
	wire_copy(&f->wire, r->second_signature, SIGN_BYTES);
}

enum err request_decode(struct slice bytes, struct request *r, struct why *why)
{
	struct field_reader f = field_reader_of(bytes, "request", why);
	struct request got = {.hdr0 = take(&f, "hdr0", RECORD_HEADER_MAX)};
	wire_copy(&f.wire, got.commitment, RECORD_COMMITMENT);
	field_text(&f, "purpose", PURPOSE_MAX, got.purpose);
	got.team = wire_u16(&f.wire);
	got.card = take(&f, "card", CARD_MAX);
	take_credential(&f, "credential", &got.credential);
	got.time = wire_u64(&f.wire);
	got.expiry = wire_u64(&f.wire);
	if (got.time > ACTIVITY_TIME_MAX)
		field_refuse(&f, ERR_INPUT, "its time is beyond what a leaf can hold");
	wire_copy(&f.wire, got.salt, SALT);
	got.signed_part = slice_part(bytes, 0, wire_at(&f.wire));
	wire_copy(&f.wire, got.signature, SIGN_BYTES);
	take_second(&f, &got);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*r = got;
	return e;
}

static enum err not_in_audience(const struct label *l, uint16_t id, const struct governance *g, struct why *why)
{
	char list[RECORD_AUDIENCE_MAX * sizeof "65535, "] = "";
	size_t n = 0;
	for (unsigned i = 0; i < l->audience; i++)
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%u", i == 0 ? "" : ", ", l->team[i]);
	const struct team *team = governance_team(g, id);
	return why_set(why, ERR_DENIED, "team %u (%s) is not in the audience of this record (%s)", id,
	               team != NULL ? team->name : "there is no such team", list);
}

// That the record was sealed to a committee of this platform, for this team. Old quarters are good as long as seats have keys.
static enum err check_record(const struct request *r, const struct governance *g, enum tlp *tlp, struct why *why)
{
	struct header h;
	enum err e = header_decode(r->hdr0, &h, why);
	if (e == ERR_OK)
		e = header_check_committee(&h, g, why);
	if (e != ERR_OK)
		return e;
	if (!label_audience_has(&h.label, r->team))
		return not_in_audience(&h.label, r->team, g, why);
	*tlp = h.label.tlp;
	return ERR_OK;
}

static enum err check_times(const struct request *r, uint64_t now, struct why *why)
{
	if (r->time > now && r->time - now > REQUEST_AHEAD_MAX)
		return why_set(why, ERR_DENIED, "the request is dated %llu seconds in the future; check the clock",
		               (unsigned long long)(r->time - now));
	if (r->expiry <= r->time || r->expiry - r->time > REQUEST_LIFE)
		return why_set(why, ERR_DENIED, "the request does not expire within %d hours of its date", REQUEST_LIFE / 3600);
	if (r->expiry <= now)
		return why_set(why, ERR_DENIED, "the request expired %llu seconds ago: make a new one",
		               (unsigned long long)(now - r->expiry));
	return ERR_OK;
}

static enum err check_analyst(const struct request *r, const struct governance *g, struct card *card, struct why *why)
{
	struct slice origin = charter_origin(governance_charter(g));
	const struct item *item = &r->credential.item;
	uint8_t id[CARD_ID];
	enum err e = card_decode(r->card, origin, card, why);
	if (e != ERR_OK)
		return why_at(why, e, "the analyst's card");
	card_id(r->card, id);
	if (memcmp(id, item->card, CARD_ID) != 0 || memcmp(card->signing, item->signing, SIGN_PUBLIC) != 0)
		return why_set(why, ERR_AUTH, "the credential was given to another card than %s's", card->name);
	if (!sign_message_verify(item->signing, FIRST_KIND, origin, r->signed_part, r->signature))
		return why_set(why, ERR_AUTH, "the request is not signed by %s", card->name);
	return ERR_OK;
}

static enum err check_second(const struct request *r, const struct governance *g, enum tlp tlp, uint64_t now, struct why *why)
{
	const struct item *first = &r->credential.item, *second = &r->second_credential.item;
	if (memcmp(first->card, second->card, CARD_ID) == 0 || memcmp(first->signing, second->signing, SIGN_PUBLIC) == 0)
		return why_set(why, ERR_DENIED, "the second signature must be another analyst's than the first");
	if (!sign_message_verify(second->signing, SECOND_KIND, charter_origin(governance_charter(g)), r->signed_part,
	                         r->second_signature))
		return why_set(why, ERR_AUTH, "the second signature is false");
	enum err e = credential_check_analyst(&r->second_credential, g, r->team, tlp, now, why);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "the second analyst");
}

enum err request_check(const struct request *r, const struct governance *g, uint64_t now, struct card *analyst, struct why *why)
{
	struct card card;
	enum tlp tlp;
	INVARIANT(governance_charter(g) != NULL);
	enum err e = check_record(r, g, &tlp, why);
	if (e == ERR_OK)
		e = check_times(r, now, why);
	if (e == ERR_OK)
		e = check_analyst(r, g, &card, why);
	if (e == ERR_OK)
		e = credential_check_analyst(&r->credential, g, r->team, tlp, now, why);
	if (e == ERR_OK && r->second)
		e = check_second(r, g, tlp, now, why);
	if (e == ERR_OK)
		*analyst = card;
	return e;
}

void request_hash(const struct request *r, uint8_t hash[static 32])
{
	sha256(r->signed_part, hash);
}

void request_leaf(const struct request *r, uint8_t leaf[static ACTIVITY_LEAF])
{
	uint8_t hash[32];
	request_hash(r, hash);
	activity_leaf(ACTIVITY_RELEASE, r->time, r->salt, hash, leaf);
}

// --- Release -----------------------------------------------------------------------------------------------------------------

void release_encode(const struct release *r, struct buf *out)
{
	INVARIANT(r->proof.n <= TREE_PROOF_MAX);
	buf_put_vec16(out, r->request);
	buf_put(out, r->share, RECORD_SHARE);
	buf_put_u64(out, r->index);
	buf_put_u8(out, (uint8_t)r->proof.n);
	buf_put(out, r->proof.hash, r->proof.n * TREE_HASH);
	buf_put_vec16(out, r->checkpoint);
}

enum err release_decode(struct slice bytes, struct release *r, struct why *why)
{
	struct field_reader f = field_reader_of(bytes, "release", why);
	struct release got = {.request = take(&f, "request", REQUEST_MAX)};
	wire_copy(&f.wire, got.share, RECORD_SHARE);
	got.index = wire_u64(&f.wire);
	got.proof.n = wire_u8(&f.wire);
	if (got.proof.n > TREE_PROOF_MAX)
		field_refuse(&f, ERR_LIMIT, "a proof of %zu hashes; at most %d", got.proof.n, TREE_PROOF_MAX);
	else
		wire_copy(&f.wire, got.proof.hash, got.proof.n * TREE_HASH);
	got.checkpoint = take(&f, "checkpoint", RELEASE_CHECKPOINT_MAX);
	enum err e = field_end(&f);
	if (e == ERR_OK)
		*r = got;
	return e;
}

// --- Released ----------------------------------------------------------------------------------------------------------------

struct slice released_info(struct slice origin, uint8_t room[static RECORD_INFO_MAX])
{
	INVARIANT(origin.n <= SIGN_ORIGIN_MAX);
	memcpy(room, INFO, sizeof INFO); // with its NUL
	memcpy(room + sizeof INFO, origin.p, origin.n);
	return slice_of(room, sizeof INFO + origin.n);
}

void released_aad(const uint8_t request[static 32], uint8_t seat, uint8_t aad[static RELEASED_AAD])
{
	memcpy(aad, request, 32);
	aad[32] = seat;
}

void released_encode(const struct released *r, uint8_t out[static RELEASED_BYTES])
{
	*out++ = r->seat;
	memcpy(out, r->request, sizeof r->request);
	memcpy(out + sizeof r->request, r->sealed, RECORD_SHARE);
	memcpy(out + sizeof r->request + RECORD_SHARE, r->signature, SIGN_BYTES);
}

void released_sign(struct released *r, const uint8_t identity_sk[static SIGN_SECRET], struct slice origin)
{
	uint8_t bytes[RELEASED_BYTES];
	released_encode(r, bytes);
	sign_message(identity_sk, RELEASED_KIND, origin, slice_of(bytes, RELEASED_SIGNED), r->signature);
}

static enum err released_decode(struct slice bytes, struct released *r, struct why *why)
{
	struct wire w = wire_of(bytes);
	r->seat = wire_u8(&w);
	wire_copy(&w, r->request, sizeof r->request);
	wire_copy(&w, r->sealed, RECORD_SHARE);
	wire_copy(&w, r->signature, SIGN_BYTES);
	return wire_end(&w, "released share", why);
}

// That this seat gave this answer to this request.
static enum err released_check(const struct released *r, struct slice bytes, const uint8_t request[static 32],
                               const struct seat *seat, struct slice origin, struct why *why)
{
	if (r->seat != seat->index)
		return why_set(why, ERR_AUTH, "it is the answer of seat %u", r->seat);
	if (memcmp(r->request, request, sizeof r->request) != 0)
		return why_set(why, ERR_AUTH, "it answers another request");
	if (!sign_message_verify(seat->identity, RELEASED_KIND, origin, slice_part(bytes, 0, RELEASED_SIGNED), r->signature))
		return why_set(why, ERR_AUTH, "it is not signed by this keeper");
	return ERR_OK;
}

static enum err released_unseal(const struct released *r, struct slice origin, const uint8_t sealing_sk[static HPKE_SECRET],
                                struct share *share, struct why *why)
{
	uint8_t aad[RELEASED_AAD], room[RECORD_INFO_MAX], scalar[SCALAR];
	released_aad(r->request, r->seat, aad);
	enum err e = hpke_open(sealing_sk, released_info(origin, room), slice_of(aad, sizeof aad), slice_of(r->sealed, RECORD_SHARE),
	                       scalar);
	if (e != ERR_OK)
		e = why_set(why, ERR_AUTH, "the share is not sealed to this card for this request");
	else if (!scalar_is_canonical(scalar))
		e = why_set(why, ERR_AUTH, "the share is not a scalar");
	else {
		share->seat = r->seat;
		memcpy(share->scalar, scalar, SCALAR);
	}
	secret_wipe(scalar, sizeof scalar);
	return e;
}

enum err released_open(struct slice bytes, const uint8_t request[static 32], uint8_t seat, const struct charter *c,
                       const uint8_t sealing_sk[static HPKE_SECRET], struct share *share, struct why *why)
{
	struct released r;
	const struct seat *from = charter_seat(c, seat);
	INVARIANT(from != NULL);
	enum err e = released_decode(bytes, &r, why);
	if (e == ERR_OK)
		e = released_check(&r, bytes, request, from, charter_origin(c), why);
	if (e == ERR_OK)
		e = released_unseal(&r, charter_origin(c), sealing_sk, share, why);
	return e == ERR_OK ? ERR_OK : why_at(why, e, "seat %u (%s)", seat, from->name);
}
