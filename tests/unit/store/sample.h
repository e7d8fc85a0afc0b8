// Records, receipts and stores for the tests of the store, made from a number: the same number gives the same bytes.
#ifndef TOCSIN_STORE_SAMPLE_H
#define TOCSIN_STORE_SAMPLE_H

#include "test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "store/store.h"
#include "sys/file.h"

static struct why why;

// n bytes that nobody else has.
static inline void sample_bytes(const char *what, uint64_t number, uint8_t *out, size_t n)
{
	uint8_t seed[64];
	int length = snprintf((char *)seed, sizeof seed, "%s %llu", what, (unsigned long long)number);
	shake256(slice_of(seed, (size_t)length), out, n);
}

// Addressed to team 1 always, to team 2 when the number is even, to team 3 when three divides it.
static inline struct stored_record sample_record(uint64_t number)
{
	struct stored_record r = {.time = 1790000000 + number, .seat = (uint8_t)(1 + number % 3), .leaf = number};
	struct label *l = &r.header.label;
	sample_bytes("id", number, r.id, RECORD_ID);
	sample_bytes("filing", number, r.filing, sizeof r.filing);
	sample_bytes("alias", number % 5, r.alias, ALIAS);
	sample_bytes("handle", number, (uint8_t *)&r.handle, sizeof r.handle);
	r.header.quarter = 226;
	memcpy(r.header.id, r.id, RECORD_ID);
	sample_bytes("committee", 0, r.header.committee, sizeof r.header.committee);
	r.header.t = 2;
	r.header.n = 3;
	l->kind = RECORD_ATTACK;
	l->tlp = (enum tlp)(number % TLP_COUNT);
	l->team[l->audience++] = 1;
	if (number % 2 == 0)
		l->team[l->audience++] = 2;
	if (number % 3 == 0)
		l->team[l->audience++] = 3;
	sample_bytes("batch key", number, r.header.batch_key, SIGN_PUBLIC);
	return r;
}

#define SAMPLE_ENVELOPE 20000
static inline struct slice sample_envelope(uint64_t number)
{
	static uint8_t bytes[SAMPLE_ENVELOPE];
	size_t n = SAMPLE_ENVELOPE - number % 100;
	sample_bytes("envelope", number, bytes, n);
	return slice_of(bytes, n);
}

static inline struct slice sample_batch(uint64_t number)
{
	static uint8_t bytes[2][700];
	uint8_t *p = bytes[number % 2];
	sample_bytes("batch", number, p, sizeof *bytes);
	return slice_of(p, sizeof *bytes);
}

static inline void sample_receipt(uint64_t number, uint8_t receipt[static RECEIPT_BYTES])
{
	sample_bytes("receipt", number, receipt, RECEIPT_BYTES);
}

// Record `number` with number % 3 batches, inside a transaction.
static inline enum err sample_add(struct store *s, uint64_t number)
{
	struct stored_record r = sample_record(number);
	uint8_t receipt[RECEIPT_BYTES];
	struct slice batches[2] = {sample_batch(2 * number), sample_batch(2 * number + 1)};
	sample_receipt(number, receipt);
	return store_record_add(s, &r, sample_envelope(number), batches, (unsigned)(number % 3), receipt, &why);
}

// Whether record `number` is whole: row, envelope, receipt.
static inline bool sample_is_here(struct store *s, uint64_t number)
{
	struct stored_record want = sample_record(number), got;
	uint8_t receipt[RECEIPT_BYTES], stored[RECEIPT_BYTES];
	struct slice envelope, original = sample_envelope(number);
	sample_receipt(number, receipt);
	return store_record_get(s, want.id, &got, &why) == ERR_OK && got.size == original.n && got.time == want.time &&
	       got.seat == want.seat && got.handle == want.handle && got.leaf == want.leaf && memcmp(got.alias, want.alias, ALIAS) == 0 &&
	       memcmp(got.filing, want.filing, 32) == 0 && memcmp(got.header.batch_key, want.header.batch_key, SIGN_PUBLIC) == 0 &&
	       got.header.label.audience == want.header.label.audience && got.header.label.tlp == want.header.label.tlp &&
	       store_envelope_get(s, want.id, &envelope, &why) == ERR_OK && slice_equal(envelope, original) &&
	       store_receipt_get(s, want.filing, stored, &why) == ERR_OK && memcmp(stored, receipt, RECEIPT_BYTES) == 0;
}

static inline struct store *sample_open(const char *directory, enum store_of kind)
{
	struct store *s = NULL;
	enum err e = store_open(directory, kind, &s, &why);
	if (!CHECK_SAY(e == ERR_OK, "%s", why.text))
		exit(1);
	return s;
}

// A new directory below /tmp, in a static buffer.
static inline const char *sample_directory(void)
{
	static char path[64];
	snprintf(path, sizeof path, "/tmp/tocsin-store-XXXXXX");
	if (mkdtemp(path) == NULL)
		exit(1);
	return path;
}

static inline void sample_remove(const char *directory)
{
	char path[FILE_PATH_MAX];
	DIR *d = opendir(directory);
	struct dirent *entry;
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.') {
			snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
			unlink(path);
		}
	if (d != NULL)
		closedir(d);
	rmdir(directory);
}

// How a child process ends that runs `run`: its exit code, or minus the signal.
static inline int sample_child(void (*run)(const char *directory), const char *directory)
{
	int status = 0;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		run(directory);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1000;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
