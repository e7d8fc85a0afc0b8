// What key files, sharing, X-Wing and key ceremonies leave behind in memory: nothing. Each step runs on a stack of its own, then the whole writable
// memory of the process is searched for its inputs, results and what lies between.
#include "image.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "crypto/dkg.h"
#include "crypto/hash.h"
#include "crypto/keyfile.h"
#include "crypto/mlkem.h"
#include "crypto/secret.h"
#include "crypto/shamir.h"
#include "crypto/xwing.h"

#define N 3
// The only place where secrets may be.
static struct {
	uint8_t secret[KEYFILE_SECRET], sk[SIGN_SECRET];
	uint8_t s[SCALAR], share[N][SCALAR], again[SCALAR], line[2][SCALAR];
	uint8_t key[N][SCALAR], coefficient[N][2][SCALAR], ephemeral[N][SCALAR], part[N][N][SCALAR]; // part[i][j]: of seat i+1 for seat j+1
	uint8_t xwing[XWING_SECRET], eseed[XWING_ENCAPS_SEED], shared[XWING_SHARED], opened[XWING_SHARED];
} home;
static uint8_t pk[SIGN_PUBLIC], xpk[XWING_PUBLIC], cipher[XWING_CIPHER];
static char folder[64], path[128];
static struct why why;

static void in_folder(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", folder, name);
}

static void must(bool good)
{
	if (!good)
		abort();
}

static void begin(void)
{
	image_home = (const uint8_t *)&home;
	image_home_n = sizeof home;
	image_count = 0;
	strcpy(folder, "/tmp/tocsin-crypto-wiped-XXXXXX");
	must(mkdtemp(folder) != NULL);
}

static void end(void)
{
	char command[128];
	secret_wipe(&home, sizeof home);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	must(system(command) == 0);
}

// --- Key files ------------------------------------------------------------------------------------------------------------------

static void create_it(void)
{
	must(keyfile_create(path, KEYFILE_SIGN, home.secret, &why) == ERR_OK);
}

static void read_it(void)
{
	must(keyfile_read(path, KEYFILE_SIGN, home.secret, &why) == ERR_OK);
}

static void read_sign_it(void)
{
	must(keyfile_read_sign(path, pk, home.sk, &why) == ERR_OK);
}

static void make_it(void)
{
	must(keyfile_make_sign(path, pk, &why) == ERR_OK);
}

static void key_files(void)
{
	begin();
	random_bytes(home.secret, sizeof home.secret);
	image_note("secret of a key file", home.secret, sizeof home.secret);
	in_folder("one");
	image_apart(create_it);
	image_expect_clean("keyfile_create");
	image_apart(read_it);
	image_expect_clean("keyfile_read");
	image_apart(read_sign_it);
	image_expect_clean("keyfile_read_sign");
	in_folder("two"); // a key that only keyfile_make_sign has drawn: what is looked for comes from the file, past our code
	image_apart(make_it);
	int fd = open(path, O_RDONLY);
	must(fd >= 0 && lseek(fd, 7, SEEK_SET) == 7 && read(fd, home.secret, SIGN_SEED) == SIGN_SEED && close(fd) == 0);
	image_note("seed that was drawn", home.secret, SIGN_SEED);
	image_expect_clean("keyfile_make_sign");
	end();
}

// --- Sharing --------------------------------------------------------------------------------------------------------------------

static void split_it(void)
{
	shamir_split(home.s, 2, N, home.share);
}

static void evaluate_it(void)
{
	shamir_evaluate((const uint8_t(*)[SCALAR])home.line, 2, N, home.again);
}

static void combine_it(void)
{
	must(shamir_combine((const uint8_t[]){1, 2}, (const uint8_t(*)[SCALAR])home.share, 2, home.again) == ERR_OK);
}

static void sharing(void)
{
	begin();
	scalar_random(home.s);
	image_note("s", home.s, SCALAR);
	image_scrub();
	image_apart(split_it);
	crypto_core_ristretto255_scalar_sub(home.again, home.share[1], home.share[0]); // of a line: its slope
	image_note("coefficient", home.again, SCALAR);
	for (unsigned i = 0; i < N; i++)
		image_note("share", home.share[i], SCALAR);
	image_expect_clean("shamir_split");
	memcpy(home.line[0], home.s, SCALAR);
	memcpy(home.line[1], home.again, SCALAR);
	image_apart(evaluate_it);
	must(memcmp(home.again, home.share[N - 1], SCALAR) == 0);
	image_expect_clean("shamir_evaluate");
	image_apart(combine_it);
	must(memcmp(home.again, home.s, SCALAR) == 0);
	image_expect_clean("shamir_combine");
	end();
}

// --- X-Wing ---------------------------------------------------------------------------------------------------------------------

static void public_it(void)
{
	xwing_public(home.xwing, xpk);
}

static void encaps_it(void)
{
	must(xwing_encaps(xpk, home.eseed, cipher, home.shared) == ERR_OK);
}

static void decaps_it(void)
{
	must(xwing_decaps(home.xwing, cipher, home.opened) == ERR_OK);
}

// Section 5.2 and 5.3 of the draft, for what lies between: the expanded key, and the two shared secrets before they are one.
static void expect_between(void)
{
	uint8_t expanded[96], ss_m[MLKEM_SHARED], ss_x[32], ct_m[MLKEM_CIPHER];
	shake256(slice_of(home.xwing, XWING_SECRET), expanded, sizeof expanded);
	image_note("ML-KEM's seed", expanded, 64);
	image_note("X25519's key", expanded + 64, 32);
	must(mlkem_encaps(xpk, home.eseed, ct_m, ss_m) == ERR_OK);
	must(crypto_scalarmult_curve25519(ss_x, home.eseed + 32, xpk + MLKEM_PUBLIC) == 0);
	image_note("ML-KEM's shared secret", ss_m, sizeof ss_m);
	image_note("X25519's shared secret", ss_x, sizeof ss_x);
}

static void xwing(void)
{
	begin();
	random_bytes(home.xwing, sizeof home.xwing);
	random_bytes(home.eseed, sizeof home.eseed);
	image_note("X-Wing key", home.xwing, sizeof home.xwing);
	image_note("encapsulation seed", home.eseed, sizeof home.eseed);
	public_it();
	encaps_it();
	image_note("shared secret", home.shared, sizeof home.shared);
	expect_between();
	image_scrub();
	image_expect_clean("the preparation");
	image_apart(public_it);
	image_expect_clean("xwing_public");
	image_apart(encaps_it);
	image_expect_clean("xwing_encaps");
	image_apart(decaps_it);
	must(memcmp(home.opened, home.shared, XWING_SHARED) == 0);
	image_expect_clean("xwing_decaps");
	end();
}

// --- Key ceremonies ---------------------------------------------------------------------------------------------------------------

static uint8_t publics[N][ELEMENT], signatures[N][DKG_SIGNATURE];
static struct dkg *seats[N];
static struct buf certificate;
static unsigned seat; // at work, from 0

// dkg_commit() draws its own, which nobody knows, and does the rest by this.
static void commit_it(void)
{
	static const struct dkg_setup setup = {2, N, (const uint8_t(*)[ELEMENT])publics, SLICE_LITERAL("a session")};
	must(dkg_new(&setup, home.key[seat], &seats[seat], &why) == ERR_OK);
	must(dkg_commit_with(seats[seat], home.key[seat], (const uint8_t(*)[SCALAR])home.coefficient[seat], home.ephemeral[seat], NULL, &why) == ERR_OK);
}

static void accept_it(void)
{
	struct dkg_message messages[N];
	unsigned liar;
	for (unsigned i = 0; i < N; i++)
		messages[i] = (struct dkg_message){i + 1, dkg_commitment(seats[i])};
	must(dkg_accept(seats[seat], home.key[seat], messages, N, &liar, &why) == ERR_OK);
}

static void certify_it(void)
{
	must(dkg_certify(seats[seat], home.key[seat], slice_of(NULL, 0), signatures[seat], &why) == ERR_OK);
}

static void finish_it(void)
{
	static struct dkg_public public;
	struct dkg_message messages[N];
	unsigned liar;
	for (unsigned i = 0; i < N; i++)
		messages[i] = (struct dkg_message){i + 1, slice_of(signatures[i], DKG_SIGNATURE)};
	buf_clear(&certificate);
	must(dkg_finish(seats[seat], home.key[seat], messages, N, home.share[seat], &certificate, &public, &liar, &why) == ERR_OK);
}

static void each_seat(void (*work)(void), const char *name)
{
	for (seat = 0; seat < N; seat++)
		image_run_apart(work, name);
	image_expect_clean(name);
}

static void ceremony(void)
{
	begin();
	buf_init(&certificate, DKG_CERTIFICATE_MAX);
	for (unsigned i = 0; i < N; i++) {
		scalar_random(home.key[i]);
		scalar_random(home.ephemeral[i]);
		must(dkg_key_public(home.key[i], publics[i]) == ERR_OK);
		image_note("ceremony key", home.key[i], SCALAR);
		image_note("ephemeral key", home.ephemeral[i], SCALAR);
		for (unsigned k = 0; k < 2; k++) {
			scalar_random(home.coefficient[i][k]);
			image_note("coefficient", home.coefficient[i][k], SCALAR);
		}
		for (unsigned j = 0; j < N; j++) {
			shamir_evaluate((const uint8_t(*)[SCALAR])home.coefficient[i], 2, j + 1, home.part[i][j]);
			image_note("part of a share", home.part[i][j], SCALAR);
		}
	}
	for (unsigned j = 0; j < N; j++) {
		memset(home.again, 0, SCALAR);
		for (unsigned i = 0; i < N; i++)
			crypto_core_ristretto255_scalar_add(home.again, home.again, home.part[i][j]);
		image_note("share", home.again, SCALAR);
	}
	image_scrub();
	image_expect_clean("the preparation");
	each_seat(commit_it, "dkg_commit");
	each_seat(accept_it, "dkg_accept");
	each_seat(certify_it, "dkg_certify");
	each_seat(finish_it, "dkg_finish");
	must(memcmp(home.share[N - 1], home.again, SCALAR) == 0); // what was looked for
	for (unsigned i = 0; i < N; i++)
		dkg_free(seats[i]);
	buf_free(&certificate);
	end();
}

static void memory(void)
{
#ifdef TOCSIN_SANITIZED
	(void)key_files, (void)sharing, (void)xwing, (void)ceremony;
	test_skip("a build with sanitizers keeps freed memory: run the release build");
#else
	key_files();
	sharing();
	xwing();
	ceremony();
#endif
}

const struct test tests[] = {{"memory", memory}, {NULL, NULL}};
