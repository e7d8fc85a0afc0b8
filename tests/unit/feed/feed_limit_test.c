// The limits that no honest feed meets: each is told with its number, and what comes after it is read.
#include "said.h"

#include <limits.h>
#include <sys/stat.h>

#define HEAD "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"CVE-2024-0001\",\"state\":\"PUBLISHED\"},\"containers\":{\"cna\":{"
#define NEXT "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"CVE-2024-0002\",\"state\":\"PUBLISHED\"},\"containers\":{\"cna\":{}}}\n"
#define ENTRY HEAD "\"affected\":[{\"vendor\":\"v\",\"product\":\"p\",\"versions\":["
#define OSV "{\"id\":\"A\",\"modified\":\"2024-01-02\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"p\"},"
#define OSV_NEXT "{\"id\":\"B\",\"modified\":\"2024-01-02\"}\n"

static const struct feed_options none = {.dated = FACT_NO_DATE};

// before, n times the item with its number, after: what is refused of it.
struct row {
	const char *before, *item, *after;
	int n;
	const char *refused;
};

static const struct row rows[] = {
	{ENTRY "{\"version\":\"1\",\"lessThan\":\"2\",\"status\":\"affected\",\"changes\":[", "{\"at\":\"1.%d\",\"status\":\"unaffected\"}", "]}]}]}}}\n" NEXT, 257,
	 "more than 256 changes in one range"},
	{ENTRY "{\"version\":\"1\",\"lessThan\":\"2\",\"status\":\"affected\",\"changes\":[", "{\"at\":\"1.%d\",\"status\":\"unaffected\"}", "]}]}]}}}\n" NEXT, 256, NULL},
	{ENTRY, "{\"version\":\"%d\",\"status\":\"affected\"}", "]}]}}}\n" NEXT, 16385, "more than 16384 version entries, the rest is left out"},
	{ENTRY, "{\"version\":\"%d\",\"status\":\"affected\"}", "]}]}}}\n" NEXT, 16384, NULL},
	{HEAD "\"affected\":[{\"vendor\":\"v\",\"product\":\"p\",\"collectionURL\":\"https://access.redhat.com/downloads/content/package-browser/\",\"packageName\":\"xz\",\"cpes\":[",
	 "\"cpe:2.3:o:almalinux:almalinux:%d:*:*:*:*:*:*:*\"", "]}]}}}\n" NEXT, 257, "more than 256 releases, the rest is left out"},
	{HEAD "\"affected\":[{\"vendor\":\"v\",\"product\":\"p\",\"collectionURL\":\"https://access.redhat.com/downloads/content/package-browser/\",\"packageName\":\"xz\",\"cpes\":[",
	 "\"cpe:2.3:o:almalinux:almalinux:%d:*:*:*:*:*:*:*\"", "]}]}}}\n" NEXT, 256, NULL},
	{HEAD "\"cpeApplicability\":[{\"nodes\":[", "{\"cpeMatch\":[{\"criteria\":\"cpe:2.3:a:v:p%d:1\"}]}", "]}]}}}\n" NEXT, 17, "a configuration is a list of at most 16 nodes"},
	{HEAD "\"cpeApplicability\":[{\"nodes\":[", "{\"cpeMatch\":[{\"criteria\":\"cpe:2.3:a:v:p%d:1\"}]}", "]}]}}}\n" NEXT, 16, NULL},
	{HEAD "\"cpeApplicability\":[{\"nodes\":[{\"cpeMatch\":[", "{\"criteria\":\"cpe:2.3:a:v:p:%d\"}", "]}]}]}}}\n" NEXT, 16385, "more than 16384 CPE names, the rest is left out"},
	{HEAD "\"cpeApplicability\":[{\"nodes\":[{\"cpeMatch\":[", "{\"criteria\":\"cpe:2.3:a:v:p:*\",\"versionStartExcluding\":\"%d\",\"versionEndExcluding\":\"x\"}", "]}]}]}}}\n" NEXT, 8193,
	 "more than 16384 version entries, the rest is left out"},
	{HEAD "\"cpeApplicability\":[{\"nodes\":[{\"cpeMatch\":[", "{\"criteria\":\"cpe:2.3:a:v:p:%d\"}", "]}]}]}}}\n" NEXT, 16384, NULL},
	{OSV "\"ranges\":[{\"type\":\"SEMVER\",\"events\":[", "{\"introduced\":\"1.0.%d\"}", "]}]}]}\n" OSV_NEXT, 2001, "more than 2000 events in one range"},
	{OSV "\"ranges\":[{\"type\":\"SEMVER\",\"events\":[", "{\"introduced\":\"1.0.%d\"}", "]}]}]}\n" OSV_NEXT, 2000, NULL},
	{OSV "\"versions\":[", "\"1.0.%d\"", "]}]}\n" OSV_NEXT, 16385, "more than 16384 versions and ranges, the rest is left out"},
	{OSV "\"versions\":[", "\"1.0.%d\"", "]}]}\n" OSV_NEXT, 16384, NULL},
	{"{\"source\":\"2026-08-22\",\"products\":{\"a\":{\"alternate_urls\":[", "\"/a%d\"", "],\"identifiers\":[{\"repology\":\"r\"}],\"releases\":[]},\"b\":{\"releases\":[]}}}", 300,
	 "a: 45 of its names and identifiers are left out: more than 256, or longer than 1024 bytes"},
	{"{\"source\":\"2026-08-22\",\"products\":{\"a\":{\"alternate_urls\":[", "\"/a%d\"", "],\"releases\":[]},\"b\":{\"releases\":[]}}}", 256, NULL},
};

static void lists(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct buf text;
		struct said s;
		struct why why = {""};
		buf_init(&text, 8u << 20);
		buf_put_text(&text, row->before);
		for (int k = 0; k < row->n; k++) {
			const char *number = strstr(row->item, "%d");
			buf_printf(&text, "%s%.*s%d%s", k == 0 ? "" : ",", (int)(number - row->item), row->item, k, number + 2);
		}
		buf_put_text(&text, row->after);
		said_init(&s, true);
		CHECK_SAY(said_read(&s, text.p, text.n, &none, &why) == ERR_OK, "%zu: %s", i, why.text);
		CHECK_SAY(s.facts[FACT_FLAW] + s.facts[FACT_PRODUCT] == 2 && s.facts[FACT_REFUSED] == (row->refused != NULL), "%zu: %zu %zu", i, s.facts[FACT_FLAW],
		          s.facts[FACT_REFUSED]);
		const char *lines = said_lines(&s);
		CHECK_SAY(row->refused == NULL || strstr(lines, row->refused) != NULL, "%zu: %.300s", i, lines);
		said_free(&s);
		buf_free(&text);
	}
}

static void put_long(struct buf *b, int n)
{
	for (int i = 0; i < n; i++)
		buf_put_u8(b, 'x');
}

// One text each, a byte more than it may have.
static void texts(void)
{
	static const struct {
		const char *before, *after, *refused;
		int n;
	} long_ones[] = {
		{"package,cve,status,ecosystem\n", ",CVE-2024-0001,affected,npm\np,CVE-2024-0001,affected,npm\n", ": longer than 1024 bytes, or 256 of a version", 1025},
		{"package,cve,status,ecosystem,less_than\np,CVE-2024-0001,affected,npm,", "\np,CVE-2024-0001,affected,npm,\n", ": longer than 1024 bytes, or 256 of a version", 257},
		{"vendor,product,to\nv,p,eol:x\nv,p,pkg:npm/", "\n", "\": longer than 1024 bytes\n", 1100},
		{OSV "\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"", "\"}]}]}]}\n" OSV_NEXT, "events[0]: a version of more than 1024 bytes", 1025},
	};
	for (size_t i = 0; i < sizeof long_ones / sizeof *long_ones; i++) {
		struct buf text;
		struct said s;
		struct why why = {""};
		buf_init(&text, 8192);
		buf_put_text(&text, long_ones[i].before);
		put_long(&text, long_ones[i].n);
		buf_put_text(&text, long_ones[i].after);
		said_init(&s, true);
		CHECK_SAY(said_read(&s, text.p, text.n, &none, &why) == ERR_OK, "%zu: %s", i, why.text);
		CHECK_SAY(s.facts[FACT_REFUSED] == 1, "%zu: %zu", i, s.facts[FACT_REFUSED]);
		const char *lines = said_lines(&s);
		CHECK_SAY(strstr(lines, long_ones[i].refused) != NULL, "%zu: %.400s", i, lines);
		said_free(&s);
		buf_free(&text);
	}
}

// What is refused before the first record that can be read is kept up to a megabyte, and counted beyond.
static void unheard(void)
{
	enum { LINES = 20000 };
	struct buf text;
	struct said s;
	struct why why = {""};
	size_t more = 0;
	buf_init(&text, 8u << 20);
	for (int i = 0; i < LINES; i++)
		buf_put_text(&text, "{\"id\":\"A\",\"modified\":1}\n");
	buf_put_text(&text, OSV_NEXT "{\"id\":\"A\",\"modified\":1}\n");
	said_init(&s, false);
	CHECK_SAY(said_read(&s, text.p, text.n, &none, &why) == ERR_OK, "%s", why.text);
	const char *lines = said_lines(&s), *at = strstr(lines, "refused and ");
	REQUIRE(at != NULL && sscanf(at, "refused and %zu more that were refused before the first that could be read", &more) == 1);
	CHECK_SAY(more > 0 && more < LINES && s.facts[FACT_REFUSED] == LINES - more + 2, "%zu %zu", more, s.facts[FACT_REFUSED]);
	CHECK_SAY(strstr(at, "could be read\nflaw B modified 2024-01-02\nrefused t: line 20002: ") != NULL, "%s", at);
	said_free(&s);
	buf_free(&text);
}

// A directory's own path leaves no room for the longer of its two names.
static void paths(void)
{
	static const char *const names[] = {"a.json", "a-much-longer-name.json"};
	char folder[] = "/tmp/tocsin-feed-XXXXXX", file[300], path[PATH_MAX] = "";
	struct said s;
	struct why why = {""};
	REQUIRE(mkdtemp(folder) != NULL);
	for (size_t i = 0; i < 2; i++) {
		snprintf(file, sizeof file, "%s/%s", folder, names[i]);
		int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		CHECK(fd >= 0 && write(fd, OSV_NEXT, strlen(OSV_NEXT)) == (ssize_t)strlen(OSV_NEXT));
		close(fd);
	}
	strcpy(path, folder);
	while (strlen(path) + 2 + strlen("/a.json") < PATH_MAX)
		strcat(path, "/.");
	said_init(&s, false);
	CHECK_SAY(feed_read_directory(path, &none, said_take, &s, &why) == ERR_OK, "%s", why.text);
	const char *lines = said_lines(&s);
	CHECK_SAY(s.facts[FACT_FLAW] == 1 && s.facts[FACT_REFUSED] == 1, "%zu %zu", s.facts[FACT_FLAW], s.facts[FACT_REFUSED]);
	CHECK_SAY(strstr(lines, "refused …/./.") != NULL && strstr(lines, "/.: \"a-much-longer-name.json\": a path of more than 4095 bytes\n") != NULL, "%s", lines);
	said_free(&s);
	for (size_t i = 0; i < 2; i++) {
		snprintf(file, sizeof file, "%s/%s", folder, names[i]);
		CHECK(unlink(file) == 0);
	}
	CHECK(rmdir(folder) == 0);
}

const struct test tests[] = {{"lists", lists}, {"texts", texts}, {"refused before the first record", unheard}, {"paths", paths}, {NULL, NULL}};
