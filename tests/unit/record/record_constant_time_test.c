// Constant time of a record's keys: from s to K, MAC and commitment, and the two comparisons that record_open ends at when somebody
// lied. Under valgrind alone. An opened plaintext is parsed, which branches on it: no case here goes that far.
#include "watch.h"

#include "sealing.h"

static void keys(void)
{
	uint8_t s[SCALAR], mac[RECORD_MAC], other[RECORD_MAC] = {1}, digest[SHARE_DIGEST];
	struct record_keys keys;
	if (!watched())
		return;
	scalar_random(s);
	CHECK(is_secret(s, sizeof s));
	record_keys_derive(s, SLICE_LITERAL("hdr0"), &keys);
	CHECK(is_secret(keys.payload, sizeof keys.payload) && is_secret(keys.mac, sizeof keys.mac));
	CHECK(is_secret(keys.commitment, sizeof keys.commitment));
	record_mac(&keys, SLICE_LITERAL("hdr0 C shares"), mac);
	CHECK(is_secret(mac, sizeof mac) && !secret_equal(mac, other, sizeof mac));
	share_digest(3, s, digest);
	CHECK(is_secret(digest, sizeof digest) && !secret_equal(digest, other, sizeof digest));
}

// Opens with secret shares after one byte of the envelope was changed.
static void wrong(size_t at, const char *says)
{
	scalars_are_secret = false;
	struct fixture *f = fixture_new(2, 3);
	struct sealed s;
	struct envelope e;
	struct share shares[SEATS_MAX];
	REQUIRE(f != NULL && seal(f, &s));
	REQUIRE(envelope_decode(buf_slice(&s.envelope), &e, &why) == ERR_OK);
	unsigned count = seats_open(f, &e, 2 | 8, shares);
	const size_t c_at = 2 + e.hdr0.n, mac_at = c_at + RECORD_COMMITMENT + e.shares.n;
	s.envelope.p[at == 0 ? c_at : mac_at] ^= 1;
	REQUIRE(envelope_decode(buf_slice(&s.envelope), &e, &why) == ERR_OK);
	for (unsigned i = 0; i < count; i++)
		secret(shares[i].scalar, SCALAR);
	REFUSED(open_with(f, &e, shares, count), ERR_AUTH, says);
	buf_free(&s.envelope);
	fixture_free(f);
}

static void wrong_commitment(void)
{
	if (watched())
		wrong(0, "give the commitment");
}

static void wrong_mac(void)
{
	if (watched())
		wrong(1, "changed after sealing");
}

const struct test tests[] = {
	{"keys", keys}, {"wrong_commitment", wrong_commitment}, {"wrong_mac", wrong_mac}, {NULL, NULL},
};
