// The labelled corpora: every expected hit, no near miss, line by line.
#include "test.h"

#include "indicator/build.h"
#include "json/json.h"
#include "scan/scan.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES_MAX 400000

struct corpus {
	struct indicator_set *set;
	const char *dir;
	char **lines; // of one file: "" or the ids met
	size_t found, missed, wrong;
};

struct line_hits {
	const uint8_t *block;
	uint32_t *line_of; // by hit
	struct scan_hit *hits;
	size_t count;
};

static bool keep(void *context, const struct scan_hit *hit)
{
	struct line_hits *h = context;
	if (h->count < LINES_MAX)
		h->hits[h->count++] = *hit;
	return true;
}

static struct indicator_set *compile(const char *path)
{
	size_t n;
	struct why why = {""};
	struct indicator_build *b;
	struct slice bytes;
	struct indicator_set *set = NULL;
	char *text = (char *)test_read(path, &n);
	if (text == NULL || indicator_build_new(NULL, NULL, NULL, &b, &why) != ERR_OK)
		return NULL;
	char out[] = "/tmp/tocsin-set-XXXXXX";
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		char *type = strchr(line, '\t'), *value = type == NULL ? NULL : strchr(type + 1, '\t');
		if (value == NULL)
			continue;
		*type++ = *value++ = 0;
		struct indicator_meta meta = {.id = slice_text(line), .confidence = INDICATOR_CONFIDENCE_NONE};
		enum observable_type t = OBSERVABLE_DOMAIN;
		if (strcmp(type, "hostname") != 0)
			CHECK_SAY(observable_type_named(slice_text(type), &t), "%s", type);
		CHECK(indicator_build_add(b, t, slice_text(value), &meta, slice_text("x"), &why) == ERR_OK);
	}
	const struct indicator_stats *stats = indicator_build_stats(b);
	printf("# read %llu, duplicates %llu, refused %llu\n", (unsigned long long)stats->read, (unsigned long long)stats->duplicates,
	       (unsigned long long)stats->refused);
	int fd = mkstemp(out);
	close(fd);
	CHECK_SAY(indicator_build_write(b, 1, out, &why) == ERR_OK, "%s", why.text);
	CHECK_SAY(indicator_open(out, &set, &why) == ERR_OK, "%s", why.text);
	(void)bytes;
	unlink(out);
	indicator_build_free(b);
	free(text);
	return set;
}

// Which indicators the truth expects: file, line, id. Every other hit is false.
static void check_file(struct corpus *c, const char *name, const char *truth, size_t truth_n)
{
	char path[1024], want[64];
	size_t n;
	snprintf(path, sizeof path, "%s/%s", c->dir, name);
	uint8_t *text = test_read(path, &n);
	REQUIRE(text != NULL);
	struct line_hits h = {.block = text, .hits = calloc(LINES_MAX, sizeof *h.hits)};
	struct scan *scan;
	struct why why;
	REQUIRE(scan_new(c->set, SCAN_BEST, keep, &h, &scan, &why) == ERR_OK);
	CHECK(scan_block(scan, text, n, true) == n);
	scan_free(scan);
	uint8_t *used = calloc(h.count + 1, 1);
	// The truth is in the order of the lines.
	size_t line = 1, at = 0;
	struct json_lines lines = {.rest = slice_of(truth, truth_n)};
	struct json t;
	while (json_lines_next(&lines, &t, &why) == ERR_OK) {
		struct slice file, id, expect, value;
		uint64_t number;
		CHECK(json_get_text(&t, "file", &file, &why) == ERR_OK && json_get_text(&t, "id", &id, &why) == ERR_OK &&
		      json_get_text(&t, "expect", &expect, &why) == ERR_OK &&
		      json_get_number(&t, "line", 1, 1u << 30, &number, &why) == ERR_OK &&
		      json_get_text(&t, "value", &value, &why) == ERR_OK);
		if (slice_is_text(file, name)) {
			while (line < number) {
				at = (size_t)((uint8_t *)memchr(text + at, '\n', n - at) - text) + 1;
				line++;
			}
			size_t end = (size_t)((uint8_t *)memchr(text + at, '\n', n - at) - text);
			bool met = false;
			for (size_t i = 0; i < h.count; i++) {
				struct indicator indicator;
				if (h.hits[i].offset < at || h.hits[i].offset >= end)
					continue;
				CHECK(indicator_get(c->set, h.hits[i].indicator, &indicator));
				if (slice_is_text(expect, "match"))
					used[i] = 1;
				met |= slice_equal(indicator.meta.id, id) || slice_is_text(expect, "nomatch");
			}
			bool ok = met == slice_is_text(expect, "match");
			c->found += ok && met;
			c->missed += !ok && !met;
			CHECK_SAY(ok, "%s:%zu %.*s %.*s: %.*s", name, (size_t)number, SLICE_ARGS(expect), SLICE_ARGS(value),
			          (int)(end - at > 400 ? 400 : end - at), (char *)text + at);
		}
		json_free(&t);
	}
	for (size_t i = 0; i < h.count; i++) {
		snprintf(want, sizeof want, "%.*s", (int)(h.hits[i].length > 60 ? 60 : h.hits[i].length),
		         (char *)text + h.hits[i].offset);
		c->wrong += !used[i];
		CHECK_SAY(used[i], "%s at %zu: %s is not in the truth", name, h.hits[i].offset, want);
	}
	free(used);
	free(h.hits);
	free(text);
}

static void corpora(void)
{
	static const char *const files[] = {"apache_access.log", "zeek_dns.log", "zeek_ssl.log", "zeek_conn.json", "zeek_http.json",
	                                    "zeek_files.json", "suricata_eve.json", "auth.log", "squid_access.log"};
	const char *archive = test_data("sensor/corpus-3MB-seed5.tar.zst");
	char dir[] = "/tmp/tocsin-corpus-XXXXXX", command[2048], path[1200];
	if (archive == NULL)
		return;
	REQUIRE(mkdtemp(dir) != NULL);
	snprintf(command, sizeof command, "tar -x --zstd -f '%s' -C '%s' --strip-components=1", archive, dir);
	if (getenv("TOCSIN_CORPUS") != NULL) // another one, already unpacked
		snprintf(command, sizeof command, "cp '%s'/* '%s'", getenv("TOCSIN_CORPUS"), dir);
	REQUIRE(system(command) == 0);
	snprintf(path, sizeof path, "%s/indicators-used.tsv", dir);
	struct corpus c = {.set = compile(path), .dir = dir};
	REQUIRE(c.set != NULL);
	size_t n;
	snprintf(path, sizeof path, "%s/truth.jsonl", dir);
	char *truth = (char *)test_read(path, &n);
	REQUIRE(truth != NULL);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		check_file(&c, files[i], truth, n);
	printf("# %zu hits found, %zu missed, %zu false\n", c.found, c.missed, c.wrong);
	free(truth);
	indicator_close(c.set);
	snprintf(command, sizeof command, "rm -r '%s'", dir);
	CHECK(system(command) == 0);
}

const struct test tests[] = {{"every expected hit and no near miss in the labelled corpus", corpora}, {NULL, NULL}};
