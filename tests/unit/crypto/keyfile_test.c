// crypto/keyfile: what was written comes back; others' eyes, other types and torn files are refused.
#include "crypto/keyfile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "test.h"

static char folder[64], path[96];

static void fresh(void)
{
	strcpy(folder, "/tmp/tocsin-keyfile-XXXXXX");
	if (crypto_init() != ERR_OK || mkdtemp(folder) == NULL)
		abort();
	snprintf(path, sizeof path, "%s/key", folder);
}

static void done(void)
{
	unlink(path);
	rmdir(folder);
}

static void round_trip(void)
{
	uint8_t secret[KEYFILE_SECRET], back[KEYFILE_SECRET], pk[SIGN_PUBLIC], again[SIGN_PUBLIC], sk[SIGN_SECRET], sig[SIGN_BYTES];
	struct why why;
	struct stat st;
	fresh();
	random_bytes(secret, sizeof secret);
	CHECK(keyfile_create(path, KEYFILE_RANDOM, secret, &why) == ERR_OK);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(keyfile_read(path, KEYFILE_RANDOM, back, &why) == ERR_OK && memcmp(secret, back, sizeof back) == 0);
	CHECK(keyfile_create(path, KEYFILE_RANDOM, back, &why) == ERR_EXISTS);
	CHECK(unlink(path) == 0 && keyfile_make_sign(path, pk, &why) == ERR_OK);
	CHECK(keyfile_read_sign(path, again, sk, &why) == ERR_OK && memcmp(pk, again, sizeof pk) == 0);
	sign_raw(sk, SLICE_LITERAL("m"), sig);
	CHECK(sign_raw_verify(pk, SLICE_LITERAL("m"), sig));
	CHECK(keyfile_make_sign(path, again, &why) == ERR_EXISTS);
	done();
}

static void refusals(void)
{
	uint8_t secret[KEYFILE_SECRET] = {1}, back[KEYFILE_SECRET] = {7}, untouched[KEYFILE_SECRET] = {7};
	struct why why;
	fresh();
	CHECK(keyfile_read(path, KEYFILE_SIGN, back, &why) == ERR_ABSENT);
	CHECK(keyfile_create(path, KEYFILE_SIGN, secret, &why) == ERR_OK);
	static const enum keyfile_type others[] = {KEYFILE_HPKE, KEYFILE_SCALAR, KEYFILE_RANDOM};
	for (unsigned i = 0; i < 3; i++)
		CHECK(keyfile_read(path, others[i], back, &why) == ERR_INPUT && strstr(why.text, "a key of type 1") != NULL);
	static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610};
	for (unsigned i = 0; i < 5; i++)
		CHECK(chmod(path, modes[i]) == 0 && keyfile_read(path, KEYFILE_SIGN, back, &why) == ERR_DENIED);
	CHECK(chmod(path, 0600) == 0);
	for (off_t cut = 38; cut >= 0; cut--)
		CHECK(truncate(path, cut) == 0 && keyfile_read(path, KEYFILE_SIGN, back, &why) == ERR_INPUT);
	CHECK_BYTES(back, untouched, sizeof back);
	done();
}

static void longer_or_other_magic(void)
{
	static const char *const bodies[] = {"TKEY1\n\x01" "0123456789abcdef0123456789abcdefX", "TKEY2\n\x01" "0123456789abcdef0123456789abcdef"};
	uint8_t back[KEYFILE_SECRET];
	struct why why;
	for (unsigned i = 0; i < 2; i++) {
		fresh();
		int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		size_t n = strlen(bodies[i]);
		CHECK(fd >= 0 && write(fd, bodies[i], n) == (ssize_t)n && close(fd) == 0);
		CHECK(keyfile_read(path, KEYFILE_SIGN, back, &why) != ERR_OK);
		done();
	}
}

const struct test tests[] = {
	{"round_trip", round_trip}, {"refusals", refusals}, {"longer_or_other_magic", longer_or_other_magic}, {NULL, NULL},
};
