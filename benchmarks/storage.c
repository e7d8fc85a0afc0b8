// The store, the matcher's memory and the ledger, on the disk of the directory given.
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "ledger/tree.h"
#include "match/match.h"
#include "store/store.h"

#define RECORDS 2000u
#define ENVELOPE (20u << 10) // bytes: a record of the floor size with 3 seats

static void must(enum err e, const struct why *why)
{
	if (e != ERR_OK)
		bench_fail(why->text);
}

// --- The store ---------------------------------------------------------------------------------------------------------------------

static double plain_appends(const char *directory)
{
	static uint8_t block[ENVELOPE];
	char path[4096];
	snprintf(path, sizeof path, "%s/plain", directory);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	double start = bench_seconds();
	for (unsigned i = 0; i < RECORDS; i++)
		if (write(fd, block, sizeof block) != (ssize_t)sizeof block || fdatasync(fd) != 0)
			bench_fail("write");
	close(fd);
	return RECORDS / (bench_seconds() - start);
}

static double store_records(struct store *s, uint64_t count, unsigned per_commit, size_t size)
{
	static uint8_t envelope[ENVELOPE], receipt[RECEIPT_BYTES];
	struct why why;
	uint64_t index;
	double start = bench_seconds();
	for (uint64_t i = 0; i < count; i++) {
		struct stored_record r = {.time = 1, .seat = 1, .size = size, .header = {.t = 2, .n = 3, .label = {.kind = RECORD_ATTACK, .audience = 1, .team = {1}}}};
		uint8_t leaf[ACTIVITY_LEAF];
		random_bytes(r.id, sizeof r.id);
		memcpy(r.header.id, r.id, sizeof r.id);
		random_bytes(r.filing, sizeof r.filing);
		random_bytes(r.alias, sizeof r.alias);
		random_bytes(&r.handle, sizeof r.handle);
		r.handle &= INT64_MAX;
		activity_leaf(ACTIVITY_FILING, 1, r.filing, r.filing, leaf);
		if (i % per_commit == 0)
			must(store_begin(s, &why), &why);
		must(store_leaf_add(s, slice_of(leaf, sizeof leaf), &index, &why), &why);
		r.leaf = index;
		must(store_record_add(s, &r, slice_of(envelope, size), NULL, 0, receipt, &why), &why);
		if (i % per_commit == per_commit - 1 || i == count - 1)
			must(store_commit(s, &why), &why);
	}
	return (double)count / (bench_seconds() - start);
}

void bench_store(const char *directory)
{
	struct store *s;
	struct why why;
	bench_title("The hub's store: record of 20 KiB, ledger leaf and receipt, durable");
	must(store_open(directory, STORE_HUB, &s, &why), &why);
	double plain = plain_appends(directory);
	bench_beside("records, one a commit", store_records(s, RECORDS, 1, ENVELOPE), "/s", plain, "bare appends with fdatasync");
	bench_beside("records, 16 a commit", store_records(s, RECORDS, 16, ENVELOPE), "/s", plain, "bare appends with fdatasync");
	store_close(s);
}

// --- The ledger --------------------------------------------------------------------------------------------------------------------

#define LEAVES_A_COMMIT 1000u
#define LEAVES_MAX 10000000u
#define PROOFS 2000u

// Microseconds of one leaf: the median of the commits.
static double append(struct store *s, uint64_t count)
{
	static double took[LEAVES_MAX / LEAVES_A_COMMIT];
	struct why why;
	uint64_t index;
	double start = 0;
	for (uint64_t i = 0; i < count; i++) {
		uint8_t leaf[ACTIVITY_LEAF] = {0};
		memcpy(leaf, &i, sizeof i);
		if (i % LEAVES_A_COMMIT == 0) {
			start = bench_seconds();
			must(store_begin(s, &why), &why);
		}
		must(store_leaf_add(s, slice_of(leaf, sizeof leaf), &index, &why), &why);
		if (i % LEAVES_A_COMMIT == LEAVES_A_COMMIT - 1) {
			must(store_commit(s, &why), &why);
			took[i / LEAVES_A_COMMIT] = 1e6 * (bench_seconds() - start) / LEAVES_A_COMMIT;
		}
	}
	return bench_quantile(took, count / LEAVES_A_COMMIT, 0.5);
}

static double prove(struct store *s)
{
	static double took[PROOFS];
	struct tree_proof proof;
	uint64_t size = store_frontier(s)->size, index;
	for (unsigned i = 0; i < PROOFS; i++) {
		random_bytes(&index, sizeof index);
		double start = bench_seconds();
		if (tree_inclusion(index % size, size, store_node_read, s, &proof) != ERR_OK)
			bench_fail("no proof");
		took[i] = 1e6 * (bench_seconds() - start);
	}
	return bench_quantile(took, PROOFS, 0.5);
}

#define SMALL 10000u

void bench_ledger(const char *directory, uint64_t leaves)
{
	struct store *s;
	struct why why;
	char what[64];
	bench_title("Ledger in the hub's store, 1000 leaves a commit, medians");
	if (leaves > LEAVES_MAX)
		bench_fail("too many leaves");
	must(store_open(directory, STORE_HUB, &s, &why), &why);
	double first = append(s, SMALL), proof = prove(s);
	if (leaves > 2 * SMALL) {
		double middle = append(s, leaves - 2 * SMALL);
		snprintf(what, sizeof what, "appending a leaf, all the way to %llu", (unsigned long long)leaves);
		bench_row(what, middle, "us");
	}
	double last = append(s, SMALL), proof_last = prove(s);
	snprintf(what, sizeof what, "appending a leaf at %llu", (unsigned long long)leaves);
	bench_at_most(what, last, "us", 2 * first, "twice that at 10^4");
	snprintf(what, sizeof what, "inclusion proof at %llu", (unsigned long long)leaves);
	bench_at_most(what, proof_last, "us", 2 * proof, "twice that at 10^4");
	store_close(s);
}

// --- Matching ----------------------------------------------------------------------------------------------------------------------

#define BATCH 1000u
#define TOKENS_MAX 10000000u // added at once
#define SHARED 10u     // of a batch: values that an earlier report had
#define KNOWN 4096u    // the values they come from
#define RECORD 64u     // tokens of a report that is looked up
#define LOOKUPS 2000u
#define MEMORY "/dev/shm"

static const uint8_t pepper[MATCH_PEPPER] = {7};
static struct match_token known[KNOWN];
static uint64_t batches;

static void tokens_draw(struct match_token *list, unsigned count, unsigned shared)
{
	random_bytes(list, count * sizeof *list);
	for (unsigned i = 0; i < count; i++) {
		uint32_t r;
		memcpy(&r, list[i].id, sizeof r);
		if (i < shared)
			list[i] = known[r % KNOWN];
		list[i].class %= MATCH_CLASSES;
		list[i].derived = 0;
	}
}

static void add(struct match *m, const struct match_token *list, unsigned count)
{
	struct why why;
	batches++;
	must(match_add(m, batches, batches, batches % 997, 1, list, count, &why), &why);
}

// Microseconds of a token: the median of the batches.
static double adds(struct match *m, uint64_t tokens)
{
	static struct match_token list[BATCH];
	static double took[TOKENS_MAX / BATCH];
	for (uint64_t done = 0; done < tokens; done += BATCH) {
		double start = bench_seconds();
		tokens_draw(list, BATCH, SHARED);
		add(m, list, BATCH);
		took[done / BATCH] = 1e6 * (bench_seconds() - start) / BATCH;
	}
	return bench_quantile(took, (tokens + BATCH - 1) / BATCH, 0.5);
}

// Of this process alone: a lookup waits for nothing, and the slowest of a hundred is not to be the one that was interrupted.
static double own_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// Reports of 64 tokens, half of them known, are filed and looked up.
static void lookups(struct match *m, double *median, double *p99)
{
	static struct match_neighbour list[MATCH_NEIGHBOURS_MAX];
	static double took[LOOKUPS];
	static struct match_token tokens[RECORD];
	struct match_summary s;
	struct why why;
	size_t found;
	uint64_t first = batches + 1;
	for (unsigned i = 0; i < LOOKUPS; i++) {
		tokens_draw(tokens, RECORD, i % 2 == 0 ? RECORD / 2 : 0);
		add(m, tokens, RECORD);
	}
	for (unsigned i = 0; i < LOOKUPS; i++) {
		double start = own_seconds();
		must(match_neighbours(m, first + i, list, MATCH_NEIGHBOURS_MAX, &found, &s, &why), &why);
		took[i] = 1e3 * (own_seconds() - start);
	}
	*median = bench_quantile(took, LOOKUPS, 0.5);
	*p99 = bench_quantile(took, LOOKUPS, 0.99);
}

// In memory, so that no disk hides it: what a value that 10^5 reports have costs the next report.
static void popular(void)
{
	static struct match_token list[16];
	struct match *m;
	struct why why;
	char directory[] = MEMORY "/tocsin-bench-XXXXXX", path[64];
	double with = 0, without = 0;
	const struct match_token one = {.id = "a value in every report"};
	if (mkdtemp(directory) == NULL)
		return;
	must(match_open(directory, pepper, UINT32_MAX, &m, &why), &why);
	for (unsigned i = 0; i < 110000; i++) {
		double start = bench_seconds();
		tokens_draw(list, 16, 0);
		if (i < 100000 || i % 2 == 0)
			list[0] = one;
		add(m, list, 16);
		if (i >= 100000)
			*(i % 2 == 0 ? &with : &without) += bench_seconds() - start;
	}
	match_close(m);
	bench_at_most("filing a value that 10^5 reports have", 1e6 * with / 5000, "us", 1.2e6 * without / 5000, "any other value, and a fifth for noise");
	snprintf(path, sizeof path, "%s/tokens.log", directory);
	(void)unlink(path);
	(void)rmdir(directory);
}

static void sql_must(sqlite3 *db, int rc)
{
	if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
		bench_fail(sqlite3_errmsg(db));
}

// Random ids in a WITHOUT ROWID table, sorted before it is filled (its best case); 64 of them looked up at a time, each once.
static double sqlite_lookup(const char *directory, unsigned rows)
{
	static uint8_t ids[200 * RECORD][MATCH_TOKEN_ID];
	char path[4096], sql[1024];
	sqlite3 *db;
	sqlite3_stmt *st;
	unsigned count = 0;
	snprintf(path, sizeof path, "%s/ids.sqlite", directory);
	snprintf(sql, sizeof sql,
	         "PRAGMA journal_mode=WAL; CREATE TABLE t (id BLOB PRIMARY KEY, record INTEGER) WITHOUT ROWID;"
	         "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x < %u)"
	         " INSERT INTO t SELECT randomblob(32) AS id, x FROM c ORDER BY id", rows);
	sql_must(NULL, sqlite3_open(path, &db));
	sql_must(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
	sql_must(db, sqlite3_prepare_v2(db, "SELECT id FROM t ORDER BY random() LIMIT 12800", -1, &st, NULL));
	while (count < 200 * RECORD && sqlite3_step(st) == SQLITE_ROW)
		memcpy(ids[count++], sqlite3_column_blob(st, 0), MATCH_TOKEN_ID);
	sql_must(db, sqlite3_finalize(st));
	sql_must(db, sqlite3_prepare_v2(db, "SELECT record FROM t WHERE id = ?", -1, &st, NULL));
	double start = bench_seconds();
	for (unsigned i = 0; i < count; i++) {
		sql_must(db, sqlite3_bind_blob(st, 1, ids[i], MATCH_TOKEN_ID, SQLITE_STATIC));
		if (sqlite3_step(st) != SQLITE_ROW)
			bench_fail("SQLite: an id is missing");
		sqlite3_reset(st);
	}
	double took = 1e3 * (bench_seconds() - start) / (count / RECORD);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return took;
}

static void sizes(const char *directory, struct match *m)
{
	struct stat st;
	char path[4096], what[64];
	struct match_size s = match_size(m);
	struct why why;
	bench_at_most("bytes of a token in memory", (double)s.bytes / (double)s.postings, "B", 48, "");
	match_close(m);
	snprintf(path, sizeof path, "%s/tokens.log", directory);
	if (stat(path, &st) == 0)
		bench_at_most("bytes of a token on disk", (double)st.st_size / (double)s.postings, "B", 150, "");
	double start = bench_seconds();
	must(match_open(directory, pepper, 1000, &m, &why), &why);
	snprintf(what, sizeof what, "rebuilding the index of %.3g", (double)s.postings);
	bench_at_most(what, bench_seconds() - start, "s", 10 * (double)s.postings / 1e7, "");
	match_close(m);
}

void bench_match(const char *directory, uint64_t tokens)
{
	static const uint64_t steps[] = {100000, 1000000, 10000000};
	struct match *m;
	struct why why;
	double first = 0, median = 0, p99 = 0;
	uint64_t total = 0;
	bench_title("Matching: token ids in batches of 1000, durable; reports of 64 looked up");
	random_bytes(known, sizeof known);
	must(match_open(directory, pepper, 1000, &m, &why), &why);
	for (unsigned i = 0; i < sizeof steps / sizeof *steps && steps[i] <= tokens; i++) {
		char what[64];
		if (i > 0) // up to just below, then what the last ones cost
			(void)adds(m, steps[i] - 100000 - total);
		double last = adds(m, 100000);
		total = steps[i];
		snprintf(what, sizeof what, "adding an id, at %llu", (unsigned long long)total);
		if (i == 0)
			bench_row(what, first = last, "us");
		else
			bench_at_most(what, last, "us", 2 * first, "twice that at 10^5");
		lookups(m, &median, &p99);
		snprintf(what, sizeof what, "looking up a report, p99, at %llu", (unsigned long long)total);
		bench_at_most(what, p99, "ms", 1, "");
	}
	bench_beside("looking up a report, median", median, "ms", sqlite_lookup(directory, 1000000), "SQLite, 64 ids among 10^6, no neighbours counted");
	popular();
	sizes(directory, m);
}

#define IDS_A_RECORD 16u

void bench_fill(const char *directory, uint64_t records, const char *matcher, const char *pepper_file)
{
	uint8_t key[MATCH_PEPPER];
	struct match *m;
	struct store *s;
	struct why why;
	must(store_open(directory, STORE_HUB, &s, &why), &why);
	(void)store_records(s, records, 1000, 1024); // the start reads no envelope
	store_close(s);
	must(keyfile_read(pepper_file, KEYFILE_RANDOM, key, &why), &why);
	must(match_open(matcher, key, 1000, &m, &why), &why);
	random_bytes(known, sizeof known);
	batches = UINT64_MAX / 2; // not the hub's own numbers
	if (records * IDS_A_RECORD > TOKENS_MAX)
		bench_fail("too many records");
	(void)adds(m, records * IDS_A_RECORD);
	match_close(m);
	secret_wipe(key, sizeof key);
}
