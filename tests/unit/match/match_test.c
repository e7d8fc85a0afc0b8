// match/: against a naive model; the log through crashes, truncation and tampering; the cap against floods.
#include "match/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "sys/fail.h"
#include "test.h"

static const uint8_t pepper[MATCH_PEPPER] = "0123456789abcdef0123456789abcde";
static char folder[64], file[96];

static void fresh_folder(void)
{
	strcpy(folder, "/tmp/tocsin-match-XXXXXX");
	if (crypto_init() != ERR_OK || mkdtemp(folder) == NULL)
		abort();
	snprintf(file, sizeof file, "%s/tokens.log", folder);
}

static void remove_folder(void)
{
	unlink(file);
	rmdir(folder);
}

static struct match_token token(unsigned value)
{
	struct match_token t = {.class = value % MATCH_CLASSES, .derived = value % 5 == 0};
	memcpy(t.id, &value, sizeof value);
	return t;
}

static struct match *opened(uint32_t cap)
{
	struct match *m = NULL;
	struct why why = {""};
	enum err e = match_open(folder, pepper, cap, &m, &why);
	CHECK_SAY(e == ERR_OK, "%s", why.text);
	return m;
}

static enum err add(struct match *m, uint64_t batch, uint64_t handle, uint64_t reporter, const unsigned *values, size_t n)
{
	struct match_token list[64];
	for (size_t i = 0; i < n; i++)
		list[i] = token(values[i]);
	return match_add(m, batch, handle, reporter, 1 + reporter % 3, list, n, NULL);
}

#define RECORDS 60
#define PER 12
#define VALUES 150

// Every pair's shared tokens, worked out the slow way, equal what the index says; also after reopening and with batches repeated.
static void equals_a_naive_model(void)
{
	static unsigned held[RECORDS][PER];
	fresh_folder();
	struct match *m = opened(1000);
	unsigned seed = 7;
	for (unsigned r = 0; r < RECORDS; r++) {
		for (unsigned i = 0; i < PER; i++)
			held[r][i] = (seed = seed * 1103515245 + 12345) / 65536 % VALUES;
		CHECK(add(m, r + 1, 1000 + r, r, held[r], PER / 2) == ERR_OK);
	}
	for (unsigned r = 0; r < RECORDS; r++) // tokens that follow, half of them; and the first half again under its old number
		CHECK(add(m, 1000 + r, 1000 + r, r, held[r] + PER / 2, PER / 2) == ERR_OK && add(m, r + 1, 1000 + r, r, held[r], PER / 2) == ERR_OK);
	for (int round = 0; round < 2; round++) {
		for (unsigned a = 0; a < RECORDS; a++) {
			struct match_neighbour list[RECORDS];
			struct match_summary s;
			size_t found = 0, expected = 0;
			REQUIRE(match_neighbours(m, 1000 + a, list, RECORDS, &found, &s, NULL) == ERR_OK);
			for (unsigned b = 0; b < RECORDS; b++) {
				unsigned whole = 0, derived = 0;
				for (unsigned v = 0; v < VALUES && a != b; v++) {
					bool in_a = false, in_b = false;
					for (unsigned i = 0; i < PER; i++) {
						in_a |= held[a][i] == v;
						in_b |= held[b][i] == v;
					}
					if (in_a && in_b)
						v % 5 == 0 ? derived++ : whole++;
				}
				expected += whole + derived > 0;
				for (size_t i = 0; i < found; i++)
					if (list[i].handle == 1000 + b) {
						unsigned got = list[i].shared[0] + list[i].shared[1] + list[i].shared[2] + list[i].shared[3];
						CHECK_SAY(got == whole && list[i].derived == derived, "records %u and %u", a, b);
					}
			}
			CHECK_SAY(found == expected && s.neighbours == expected, "record %u: %zu neighbours, want %zu", a, found, expected);
		}
		match_close(m);
		m = opened(1000);
	}
	match_close(m);
	remove_folder();
}

static void cap_counts_reporters_at_one_seat(void)
{
	fresh_folder();
	struct match *m = opened(3);
	const unsigned value = 1;
	struct match_neighbour list[64];
	struct match_summary s;
	size_t found;
	for (uint64_t i = 0; i < 40; i++) // one member's flood, over three seats: three aliases, one at each
		CHECK(add(m, i + 1, i + 1, i % 3, &value, 1) == ERR_OK);
	CHECK(match_neighbours(m, 1, list, 64, &found, &s, NULL) == ERR_OK && found == 39 && s.common == 0);
	CHECK(s.reporters_least == 1 && s.reporters_most == 3);
	for (uint64_t i = 0; i < 3; i++) // then three others at seat 1
		CHECK(add(m, 100 + i, 100 + i, 30 + 3 * i, &value, 1) == ERR_OK);
	CHECK(match_neighbours(m, 1, list, 64, &found, &s, NULL) == ERR_OK && found == 0 && s.common == 1);
	match_close(m);
	remove_folder();
}

static void compare_shows_differences(void)
{
	fresh_folder();
	struct match *m = opened(10);
	const unsigned filed[] = {1, 2, 3, 4};
	struct match_token said[] = {token(1), token(2), token(9)};
	uint32_t missing, extra;
	CHECK(add(m, 1, 5, 1, filed, 4) == ERR_OK);
	CHECK(match_compare(m, 5, said, 3, &missing, &extra, NULL) == ERR_OK && missing == 1 && extra == 2);
	CHECK(match_compare(m, 6, said, 3, &missing, &extra, NULL) == ERR_ABSENT);
	match_close(m);
	remove_folder();
}

// Cut the log at every byte: whole entries stay, the torn one goes, and the file can be written again.
static void torn_tail_is_cut(void)
{
	fresh_folder();
	struct match *m = opened(10);
	const unsigned a[] = {1, 2}, b[] = {2, 3};
	CHECK(add(m, 1, 11, 1, a, 2) == ERR_OK);
	struct stat one, two;
	CHECK(stat(file, &one) == 0);
	CHECK(add(m, 2, 12, 2, b, 2) == ERR_OK);
	match_close(m);
	size_t n;
	REQUIRE(stat(file, &two) == 0);
	unsigned char *bytes = test_read(file, &n);
	REQUIRE(bytes != NULL && n == (size_t)two.st_size);
	for (off_t cut = one.st_size; cut <= two.st_size; cut++) {
		int fd = open(file, O_WRONLY | O_TRUNC);
		CHECK(write(fd, bytes, (size_t)cut) == cut);
		close(fd);
		m = opened(10);
		CHECK_SAY(match_size(m).records == (cut == two.st_size ? 2 : 1), "cut at %ld", (long)cut);
		CHECK(add(m, 2, 12, 2, b, 2) == ERR_OK && match_size(m).records == 2);
		match_close(m);
		m = opened(10);
		CHECK(match_size(m).records == 2 && match_size(m).postings == 4);
		match_close(m);
	}
	// a flipped bit before the last entry is no torn tail
	for (off_t at = 0; at < one.st_size; at++) {
		int fd = open(file, O_WRONLY | O_TRUNC);
		bytes[at] ^= 1;
		CHECK(write(fd, bytes, n) == (ssize_t)n);
		bytes[at] ^= 1;
		close(fd);
		struct match *none = NULL;
		struct why why;
		enum err e = match_open(folder, pepper, 10, &none, &why);
		CHECK_SAY(e != ERR_OK, "byte %ld", (long)at);
		match_close(e == ERR_OK ? none : NULL);
	}
	free(bytes);
	remove_folder();
}

// The same batch twice, or a token twice in a batch, is compared once.
static void compare_counts_doubles_once(void)
{
	struct match *m;
	const struct match_token said[] = {token(1), token(1), token(4), token(2), token(4), token(1)};
	uint32_t missing = 9, extra = 9;
	fresh_folder();
	m = opened(10);
	CHECK(add(m, 1, 5, 1, (unsigned[]){1, 2, 3}, 3) == ERR_OK);
	CHECK(match_compare(m, 5, said, 6, &missing, &extra, NULL) == ERR_OK);
	CHECK_SAY(missing == 1 && extra == 1, "missing %u, extra %u", missing, extra);
	match_close(m);
	remove_folder();
}

// Tokens that follow a record again and again are its tokens once.
static void later_batches_add_what_is_new(void)
{
	struct match *m;
	struct match_neighbour list[4];
	struct match_summary s;
	size_t found;
	fresh_folder();
	m = opened(10);
	for (unsigned batch = 1; batch <= 20; batch++)
		CHECK(add(m, batch, 5, 1, (unsigned[]){1, 2, 3, 10 + batch}, 4) == ERR_OK);
	for (unsigned other = 0; other < 30; other++)
		CHECK(add(m, 100 + other, 1000 + other, 1, (unsigned[]){1, 2}, 2) == ERR_OK);
	CHECK(add(m, 200, 5, 1, (unsigned[]){1, 2, 30, 31}, 4) == ERR_OK);
	REQUIRE(match_neighbours(m, 5, list, 4, &found, &s, NULL) == ERR_OK);
	CHECK_SAY(s.tokens == 24 && s.neighbours == 30 && found == 4, "%u tokens, %u neighbours", s.tokens, s.neighbours);
	match_close(m);
	remove_folder();
}

// An append that failed, and whose tail could not be cut off either, must not stand in front of the next entry: the log has what was confirmed.
static void failed_append_is_mended(void)
{
	struct match *m;
	const enum fail_kind kinds[] = {FAIL_WRITE, FAIL_SYNC};
	for (unsigned i = 0; i < 2; i++) {
		fresh_folder();
		m = opened(10);
		CHECK(add(m, 1, 1, 1, (unsigned[]){1, 2}, 2) == ERR_OK);
		fail_at(kinds[i], 1, EIO);
		fail_at(FAIL_TRUNCATE, 1, EIO);
		CHECK(add(m, 2, 2, 1, (unsigned[]){2, 3}, 2) == ERR_SYSTEM);
		fail_clear();
		CHECK(add(m, 3, 3, 1, (unsigned[]){2, 3}, 2) == ERR_OK && match_size(m).postings == 4);
		match_close(m);
		m = opened(10);
		REQUIRE(m != NULL);
		CHECK(match_size(m).postings == 4 && match_size(m).records == 2);
		match_close(m);
		remove_folder();
	}
}

// --- Beside the writer ----------------------------------------------------------------------------------------------------------

struct read {
	uint64_t batches[64];
	unsigned n, tokens;
};

static enum err read_one(void *read, const struct match_entry *e, struct why *why)
{
	struct read *r = read;
	(void)why;
	r->batches[r->n++] = e->batch;
	r->tokens += e->count;
	return ERR_OK;
}

// The log is read and copied while it is open, up to a batch; what is torn at its end is not there and stays.
static void copied_beside_the_writer(void)
{
	static const uint8_t other[MATCH_PEPPER] = {1};
	char copies[] = "/tmp/tocsin-copy-XXXXXX", path[96];
	struct why why = {""};
	uint64_t entries = 9;
	REQUIRE(mkdtemp(copies) != NULL);
	snprintf(path, sizeof path, "%s/tokens.log", copies);
	fresh_folder();
	CHECK(match_log_copy(folder, copies, 100, &entries, &why) == ERR_OK && entries == 0 && access(path, F_OK) != 0); // none yet
	CHECK(match_log_read(folder, pepper, read_one, NULL, &why) == ERR_ABSENT);
	struct match *m = opened(10);
	for (unsigned i = 1; i <= 20; i++)
		CHECK(add(m, i, i, 1, (unsigned[]){i, i + 1, i + 2}, 3) == ERR_OK);
	struct read r = {.n = 0};
	CHECK(match_log_read(folder, pepper, read_one, &r, &why) == ERR_OK && r.n == 20 && r.tokens == 60 && r.batches[19] == 20);
	CHECK(match_log_read(folder, other, read_one, &r, &why) == ERR_AUTH);
	r.n = 0;
	CHECK(match_log_read(folder, NULL, read_one, &r, &why) == ERR_OK && r.n == 20);
	int fd = open(file, O_WRONLY | O_APPEND);
	CHECK(write(fd, "\0\0\0\x20", 4) == 4); // half of the writer's next entry
	struct stat before, after;
	CHECK(stat(file, &before) == 0);
	r.n = 0;
	CHECK(match_log_read(folder, pepper, read_one, &r, &why) == ERR_OK && r.n == 20);
	CHECK_SAY(match_log_copy(folder, copies, 13, &entries, &why) == ERR_OK && entries == 13, "%s", why.text);
	CHECK(stat(file, &after) == 0 && after.st_size == before.st_size);
	close(fd);
	CHECK(match_log_copy(folder, copies, 13, &entries, &why) == ERR_EXISTS);
	r.n = 0;
	CHECK_SAY(match_log_read(copies, pepper, read_one, &r, &why) == ERR_OK && r.n == 13 && r.batches[12] == 13, "%s", why.text);
	match_close(m);
	struct match *copy = NULL;
	CHECK_SAY(match_open(copies, pepper, 10, &copy, &why) == ERR_OK && match_size(copy).records == 13, "%s", why.text);
	match_close(copy);
	unlink(path);
	fd = open(file, O_WRONLY);
	CHECK(pwrite(fd, "x", 1, 80) == 1);
	close(fd);
	CHECK(match_log_copy(folder, copies, 100, &entries, &why) == ERR_AUTH);
	unlink(path);
	CHECK(truncate(file, 10) == 0);
	CHECK(match_log_copy(folder, copies, 100, &entries, &why) == ERR_INPUT && access(path, F_OK) != 0);
	rmdir(copies);
	remove_folder();
}

static void refusals(void)
{
	static const uint8_t other[MATCH_PEPPER] = {1};
	struct match *m, *none = NULL;
	struct why why;
	struct match_token bad = token(1);
	fresh_folder();
	m = opened(10);
	bad.class = MATCH_CLASSES;
	CHECK(match_add(m, 1, 1, 1, 1, &bad, 1, &why) == ERR_INPUT && match_size(m).records == 0);
	static struct match_token many[1025];
	CHECK(match_add(m, 1, 1, 1, 1, many, 1025, &why) == ERR_LIMIT && match_size(m).records == 0);
	match_close(m);
	CHECK(match_open(folder, other, 10, &none, &why) == ERR_AUTH);
	CHECK_TEXT(why.text, "tokens.log: written under another pepper");
	CHECK(match_open("/nonexistent", pepper, 10, &none, &why) != ERR_OK);
	remove_folder();
}

const struct test tests[] = {
	{"equals_a_naive_model", equals_a_naive_model},
	{"cap_counts_reporters_at_one_seat", cap_counts_reporters_at_one_seat},
	{"compare_shows_differences", compare_shows_differences},
	{"compare_counts_doubles_once", compare_counts_doubles_once},
	{"later_batches_add_what_is_new", later_batches_add_what_is_new},
	{"torn_tail_is_cut", torn_tail_is_cut},
	{"failed_append_is_mended", failed_append_is_mended},
	{"copied_beside_the_writer", copied_beside_the_writer},
	{"refusals", refusals},
	{NULL, NULL},
};
