// The store, the matcher's memory and the ledger, on the disk of the working directory.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "crypto/secret.h"
#include "ledger/tree.h"
#include "match/match.h"
#include "store/store.h"

#define RECORDS 2000
#define ENVELOPE (20u << 10) // bytes: a record of the floor size with 3 seats

static void must(enum err e, const char *what, const struct why *why)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "%s\n", why->text);
	bench_fail(what);
}

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

static double store_records(struct store *s, unsigned count, unsigned per_commit)
{
	static uint8_t envelope[ENVELOPE], receipt[RECEIPT_BYTES];
	struct why why;
	uint64_t index;
	double start = bench_seconds();
	for (unsigned i = 0; i < count; i++) {
		struct stored_record r = {.time = 1, .seat = 1, .size = ENVELOPE, .header = {.t = 2, .n = 3, .label = {.kind = RECORD_ATTACK, .audience = 1, .team = {1}}}};
		random_bytes(r.id, sizeof r.id);
		memcpy(r.header.id, r.id, sizeof r.id);
		random_bytes(r.filing, sizeof r.filing);
		random_bytes(r.alias, sizeof r.alias);
		random_bytes(&r.handle, sizeof r.handle);
		r.handle &= INT64_MAX;
		if (i % per_commit == 0)
			must(store_begin(s, &why), "store_begin", &why);
		must(store_leaf_add(s, slice_of(r.filing, sizeof r.filing), &index, &why), "store_leaf_add", &why);
		r.leaf = index;
		must(store_record_add(s, &r, slice_of(envelope, sizeof envelope), NULL, 0, receipt, &why), "store_record_add", &why);
		if (i % per_commit == per_commit - 1)
			must(store_commit(s, &why), "store_commit", &why);
	}
	return count / (bench_seconds() - start);
}

void bench_store(const char *directory)
{
	struct store *s;
	struct why why;
	bench_say("The hub's store: record of 20 KiB, ledger leaf and receipt, durable");
	must(store_open(directory, STORE_HUB, &s, &why), "store_open", &why);
	double plain = plain_appends(directory);
	bench_row("records per second, one a commit", store_records(s, RECORDS, 1), "/s", plain, "/s bare appends with fdatasync");
	bench_row("records per second, 20 a commit", store_records(s, RECORDS, 20), "/s", 0, "");
	store_close(s);
}

#define BATCH 1000u

static double match_adds(struct match *m, uint64_t *batch, uint64_t tokens)
{
	static struct match_token list[BATCH];
	struct why why;
	double start = bench_seconds();
	for (uint64_t done = 0; done < tokens; done += BATCH) {
		random_bytes(list, sizeof list);
		for (unsigned i = 0; i < BATCH; i++) {
			list[i].class %= MATCH_CLASSES;
			list[i].derived = 0;
		}
		list[0] = (struct match_token){.id = "a value in every report"};
		++*batch;
		must(match_add(m, *batch, *batch, *batch % 97, 1, list, BATCH, &why), "match_add", &why);
	}
	return tokens / (bench_seconds() - start);
}

void bench_match(const char *directory)
{
	static const uint8_t pepper[MATCH_PEPPER] = {7};
	static struct match_neighbour list[MATCH_NEIGHBOURS_MAX];
	static const uint64_t steps[] = {100000, 900000, 4000000};
	struct match *m;
	struct match_summary s;
	struct why why;
	struct stat st;
	char path[4096];
	uint64_t batch = 0, total = 0;
	size_t found;
	bench_say("Matching: random token ids in batches of 1000, durable");
	must(match_open(directory, pepper, 1000, &m, &why), "match_open", &why);
	for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
		double rate = match_adds(m, &batch, steps[i]);
		char what[64];
		total += steps[i];
		snprintf(what, sizeof what, "tokens added per second, up to %llu", (unsigned long long)total);
		bench_row(what, rate, "/s", 0, "");
	}
	double start = bench_seconds();
	for (unsigned i = 1; i <= 100; i++)
		must(match_neighbours(m, i, list, MATCH_NEIGHBOURS_MAX, &found, &s, &why), "match_neighbours", &why);
	bench_row("neighbours of a record of 1000 tokens", (bench_seconds() - start) * 10, "ms", (double)s.neighbours, "records share a value with it");
	bench_row("bytes per token in memory", (double)match_size(m).bytes / (double)match_size(m).postings, "B", 48, "B limit");
	match_close(m);
	snprintf(path, sizeof path, "%s/tokens.log", directory);
	if (stat(path, &st) == 0)
		bench_row("bytes per token on disk", (double)st.st_size / (double)total, "B", 150, "B limit");
	start = bench_seconds();
	must(match_open(directory, pepper, 1000, &m, &why), "match_open", &why);
	bench_row("rebuild of the index", bench_seconds() - start, "s", 10.0 * (double)total / 1e7, "s limit for as many tokens");
	match_close(m);
}

#define LEAVES 1000000u

void bench_ledger(void)
{
	static struct tree_frontier f;
	uint8_t leaf[32] = {0};
	bench_say("Ledger: the tree alone");
	double start = bench_seconds();
	for (uint32_t i = 0; i < LEAVES; i++) {
		memcpy(leaf, &i, sizeof i);
		if (tree_append(&f, leaf, NULL, NULL) != ERR_OK)
			bench_fail("tree_append");
	}
	bench_row("leaf hashes appended per second, up to 10^6", LEAVES / (bench_seconds() - start), "/s", 0, "");
}
