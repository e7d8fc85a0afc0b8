#include "sample.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

// A process dies, or the disk is full, while transactions run. Transaction i adds record i, its leaf, its batches, a mark, a
// count and the value "step": afterwards all of them are there, or none.

#define TRANSACTIONS 100
#define ROUNDS 12

static enum err write_step(struct store *s, uint64_t i)
{
	uint64_t index, total;
	uint8_t leaf[40];
	sample_bytes("crash leaf", i, leaf, sizeof leaf);
	enum err e = store_leaf_add(s, slice_of(leaf, sizeof leaf), &index, &why);
	if (e == ERR_OK)
		e = sample_add(s, i);
	if (e == ERR_OK)
		e = store_count_add(s, "records", SLICE_LITERAL("a"), 1, 1, INT64_MAX, &total, &why);
	if (e == ERR_OK)
		e = store_mark(s, "step", slice_of(&i, sizeof i), 1, &why);
	return e == ERR_OK ? store_value_put(s, "step", slice_of(&i, sizeof i), &why) : e;
}

static unsigned batches_waiting(struct store *s)
{
	struct queued_batch b;
	unsigned n = 0;
	for (uint64_t number = 0; store_batch_next(s, number, &b, &why) == ERR_OK; number = b.number)
		n++;
	return n;
}

// The number of the last whole transaction; fails the case when anything of another one is there.
static uint64_t check_whole(struct store *s)
{
	uint64_t count = 0, total = 0, step = 0, batches = 0;
	struct slice value;
	CHECK(store_record_count(s, &count, &why) == ERR_OK);
	if (store_value_get(s, "step", &value, &why) == ERR_OK && value.n == sizeof step)
		memcpy(&step, value.p, sizeof step);
	CHECK(store_count_get(s, "records", SLICE_LITERAL("a"), 1, &total, &why) == ERR_OK);
	CHECK_SAY(step == count && total == count && store_frontier(s)->size == count, "records %llu, step %llu, total %llu, leaves %llu",
	          (unsigned long long)count, (unsigned long long)step, (unsigned long long)total,
	          (unsigned long long)store_frontier(s)->size);
	for (uint64_t i = 1; i <= count; i++) {
		CHECK(sample_is_here(s, i));
		batches += i % 3;
	}
	CHECK(batches_waiting(s) == batches);
	CHECK(store_begin(s, &why) == ERR_OK);
	for (uint64_t i = 1; i <= count; i++)
		CHECK(store_mark(s, "step", slice_of(&i, sizeof i), 1, &why) == ERR_EXISTS);
	count++;
	CHECK(store_mark(s, "step", slice_of(&count, sizeof count), 1, &why) == ERR_OK);
	store_rollback(s);
	return count - 1;
}

// Writes transactions and tells the pipe after each commit; with `end`, leaves in the middle of that one.
static _Noreturn void writer(const char *directory, uint64_t from, uint64_t end, int told)
{
	struct store *s = sample_open(directory, STORE_HUB);
	for (uint64_t i = from; i < from + TRANSACTIONS; i++) {
		if (store_begin(s, &why) != ERR_OK || write_step(s, i) != ERR_OK)
			_exit(1);
		if (i == end)
			_exit(0);
		if (store_commit(s, &why) != ERR_OK || write(told, "c", 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static uint64_t run_writer(const char *directory, uint64_t from, uint64_t end, unsigned kill_after)
{
	int told[2];
	uint64_t confirmed = 0;
	char c;
	if (!CHECK(pipe(told) == 0))
		return 0;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		close(told[0]);
		writer(directory, from, end, told[1]);
	}
	close(told[1]);
	while (read(told[0], &c, 1) == 1)
		if (++confirmed == kill_after)
			kill(child, SIGKILL);
	close(told[0]);
	int status = 0;
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
	return confirmed;
}

static void test_killed(void)
{
	const char *directory = sample_directory();
	uint64_t have = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint8_t random;
		random_bytes(&random, 1);
		uint64_t confirmed = run_writer(directory, have + 1, UINT64_MAX, 1 + random % 15);
		struct store *s = sample_open(directory, STORE_HUB);
		uint64_t now = check_whole(s);
		CHECK_SAY(now == have + confirmed || now == have + confirmed + 1, "had %llu, told of %llu more, has %llu",
		          (unsigned long long)have, (unsigned long long)confirmed, (unsigned long long)now);
		have = now;
		store_close(s);
	}
	CHECK(have >= ROUNDS);
	sample_remove(directory);
}

static void test_left_in_the_middle(void)
{
	const char *directory = sample_directory();
	for (uint64_t have = 0; have < 24; have += 8) {
		CHECK(run_writer(directory, have + 1, have + 9, 0) == 8);
		struct store *s = sample_open(directory, STORE_HUB);
		CHECK(check_whole(s) == have + 8);
		store_close(s);
	}
	sample_remove(directory);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;
	CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	limit.rlim_cur = bytes;
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

// No file may grow over `bytes`: one after another the transactions fail, each as a whole, and the store goes on when there is room.
static void fill(rlim_t bytes)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	uint64_t done = 0;
	enum err e = ERR_OK;
	limit_files(bytes);
	while (done < 2000 && e == ERR_OK) {
		e = store_begin(s, &why);
		if (e == ERR_OK && (e = write_step(s, done + 1)) == ERR_OK)
			e = store_commit(s, &why);
		else if (e != ERR_OK)
			store_rollback(s);
		done += e == ERR_OK;
	}
	CHECK_SAY(e == ERR_SYSTEM && done > 0 && done < 2000, "%s after %llu", err_name(e), (unsigned long long)done);
	CHECK_SAY(strstr(why.text, "the disk") != NULL, "%s", why.text);
	CHECK(check_whole(s) == done);
	CHECK(store_begin(s, &why) == ERR_OK);
	e = write_step(s, done + 1);
	CHECK(store_commit(s, &why) == ERR_SYSTEM); // it says so even to who did not look
	store_rollback(s); // as who did not look either
	CHECK(check_whole(s) == done);
	limit_files(RLIM_INFINITY);
	CHECK(store_begin(s, &why) == ERR_OK && write_step(s, done + 1) == ERR_OK && store_commit(s, &why) == ERR_OK);
	CHECK(check_whole(s) == done + 1);
	store_close(s);
	s = sample_open(directory, STORE_HUB);
	CHECK(check_whole(s) == done + 1);
	store_close(s);
	sample_remove(directory);
}

static void test_disk_full(void)
{
	CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	fill(300000);
	fill(1000000);
	fill(6000000); // by then the log has been copied into the file
}

// SQLite gives a transaction up as soon as the disk is full. What is written after that must not survive on its own.
static void test_broken_transaction(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	struct stored_record r = sample_record(1);
	const size_t large = 8u << 20; // more than SQLite keeps in memory
	uint8_t *envelope = calloc(1, large), receipt[RECEIPT_BYTES] = {1};
	struct slice value;
	uint64_t index;
	REQUIRE(envelope != NULL && signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	CHECK(store_begin(s, &why) == ERR_OK && store_leaf_add(s, SLICE_LITERAL("first"), &index, &why) == ERR_OK);
	limit_files(1000000);
	CHECK(store_record_add(s, &r, slice_of(envelope, large), NULL, 0, receipt, &why) == ERR_SYSTEM);
	limit_files(RLIM_INFINITY);
	CHECK(store_value_put(s, "a", SLICE_LITERAL("b"), &why) == ERR_SYSTEM);
	CHECK(store_leaf_add(s, SLICE_LITERAL("second"), &index, &why) == ERR_SYSTEM);
	CHECK(store_value_get(s, "a", &value, &why) == ERR_ABSENT); // reading goes on
	CHECK(store_commit(s, &why) == ERR_SYSTEM);
	CHECK(store_value_get(s, "a", &value, &why) == ERR_ABSENT && check_whole(s) == 0);
	CHECK(store_begin(s, &why) == ERR_OK && write_step(s, 1) == ERR_OK && store_commit(s, &why) == ERR_OK);
	store_close(s);
	s = sample_open(directory, STORE_HUB);
	CHECK(store_value_get(s, "a", &value, &why) == ERR_ABSENT && check_whole(s) == 1);
	store_close(s);
	free(envelope);
	sample_remove(directory);
}

static void test_rollback(void)
{
	const char *directory = sample_directory();
	struct store *s = sample_open(directory, STORE_HUB);
	uint64_t reporter = 0, again = 0, number;
	unsigned count;
	uint8_t alias[ALIAS] = {1}, blob[REPLY_BYTES] = {2}, hash[32] = {3}, receipt[RECEIPT_BYTES] = {4};
	CHECK(store_begin(s, &why) == ERR_OK && write_step(s, 1) == ERR_OK && store_commit(s, &why) == ERR_OK);
	CHECK(store_begin(s, &why) == ERR_OK && write_step(s, 2) == ERR_OK);
	CHECK(store_reporter(s, 1, alias, &reporter, &why) == ERR_OK);
	CHECK(store_reply_add(s, blob, hash, receipt, &why) == ERR_OK);
	CHECK(store_bulletin_make(s, 600, &number, &count, &why) == ERR_OK);
	CHECK(store_batch_done(s, 1, &why) == ERR_OK && store_forget(s, 9, &why) == ERR_OK && store_value_remove(s, "step", &why) == ERR_OK);
	store_rollback(s);
	CHECK(check_whole(s) == 1);
	CHECK(store_receipt_get(s, hash, receipt, &why) == ERR_ABSENT);
	CHECK(store_bulletin_newest(s, &number, &why) == ERR_OK && number == 0);
	CHECK(store_begin(s, &why) == ERR_OK);
	CHECK(store_reporter(s, 1, alias, &again, &why) == ERR_OK && again != reporter); // the first was never drawn
	CHECK(store_bulletin_make(s, 600, &number, &count, &why) == ERR_ABSENT);
	CHECK(store_reply_add(s, blob, hash, receipt, &why) == ERR_OK);
	store_rollback(s);
	CHECK(check_whole(s) == 1);
	store_close(s);
	sample_remove(directory);
}

const struct test tests[] = {
	{"killed", test_killed},
	{"left_in_the_middle", test_left_in_the_middle},
	{"disk_full", test_disk_full},
	{"broken_transaction", test_broken_transaction},
	{"rollback", test_rollback},
	{NULL, NULL},
};
