// What a file is, files of many records, directories, what ends the reading.
#include "said.h"

#include "feed/tell.h"

#include <sys/stat.h>

#define RECORD(id) "{\"id\":\"" id "\",\"modified\":\"2024-01-02\"}"
#define CVE(id) "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"" id "\",\"state\":\"PUBLISHED\"},\"containers\":{}}"

static const struct feed_options none = {.dated = FACT_NO_DATE};

static void telling(void)
{
	static const struct {
		const char *head;
		enum shape shape;
		enum source_kind kind;
	} rows[] = {
		{"{\n\"containers\":{\"cna\":{\"affected\":[{\"cveID\":1", SHAPE_RECORD, SOURCE_CVE},
		{"{\"cveMetadata\":{}}", SHAPE_LINES, SOURCE_CVE}, // a record a line, one of them
		{"{\"cveMetadata\":{}}\n{", SHAPE_LINES, SOURCE_CVE},
		{"{\"name\":1,\n\"payload\":{", SHAPE_LINES, SOURCE_CVE},
		{"[{\"cveMetadata\":{}", SHAPE_ARRAY, SOURCE_CVE},
		{" \xef\xbb\xbf", SHAPE_NONE, 0},
		{"\xef\xbb\xbf \n{\n\"modified\":1", SHAPE_RECORD, SOURCE_OSV},
		{"{\"schema_version\":\"1\",\"id\":\"x\",\n\"affected\":[]", SHAPE_RECORD, SOURCE_OSV},
		{"{\"schema_version\":\"1\",\"generated_at\":\"x\"", SHAPE_STREAM, SOURCE_EOL},
		{"{\"source\":\"\",\"products\":{\"a\":{\"releases\":[]", SHAPE_STREAM, SOURCE_EOL},
		{"{\"xz\":{\"CVE-1\":{\"description\":\"modified\",\"scope\":1", SHAPE_STREAM, SOURCE_DEBIAN},
		{"{\"title\":\"a \\\"dataType\\\":\",\"catalogVersion\":1", SHAPE_STREAM, SOURCE_KEV},
		{"{\"vulnerabilities\":[{\"cveID\":1", SHAPE_STREAM, SOURCE_KEV},
		{"{\"document\":{", SHAPE_RECORD, SOURCE_CSAF},
		{"{\"bomFormat\":\"CycloneDX\"", SHAPE_RECORD, SOURCE_OPENVEX},
		{"{\"@context\":\"", SHAPE_RECORD, SOURCE_OPENVEX},
		{"cve,epss\n", SHAPE_TABLE, 0},
		{"\n#x\n\na\tb", SHAPE_TABLE, 0},
		{"# a,b\n", SHAPE_NONE, 0},
		{"", SHAPE_NONE, 0},
		{"\n\n", SHAPE_NONE, 0},
		{"%PDF-1.4, x", SHAPE_TABLE, 0}, // its head is refused later
		{"\x7f" "ELF\x02,\x01", SHAPE_NONE, 0},
		{"a,\xff", SHAPE_NONE, 0},
		{"plain words", SHAPE_NONE, 0},
		{"{}", SHAPE_NONE, 0},
		{"{\"ghsaId\":1,\"summary\":2}", SHAPE_NONE, 0},
		{"{\"a\":{\"dataType\":1}}", SHAPE_NONE, 0}, // not at the top
		{"{\"a\":\"modified\"", SHAPE_NONE, 0},     // a value
		{"[\"modified\",", SHAPE_NONE, 0},
		{"[{\"catalogVersion\":1", SHAPE_NONE, 0},  // not as an array
		{"{\"modified", SHAPE_NONE, 0},
		{"{\"modified\\", SHAPE_NONE, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct told t = tell(slice_text(rows[i].head));
		CHECK_SAY(t.shape == rows[i].shape && (t.shape == SHAPE_NONE || t.kind == rows[i].kind), "%s: shape %d kind %d", rows[i].head, t.shape, t.kind);
	}
	char deep[300];
	memset(deep, '[', sizeof deep);
	CHECK(tell(slice_of(deep, sizeof deep)).shape == SHAPE_NONE);
}

static void many(void)
{
	said_is(RECORD("A") "\n\n" RECORD("B") "\r\n" RECORD("C"), NULL,
	        "source osv OSV\nflaw A modified 2024-01-02\nflaw B modified 2024-01-02\nflaw C modified 2024-01-02\nsource osv OSV 2024-01-02\n");
	said_is("\xef\xbb\xbf[" RECORD("A") "," RECORD("B") "]", NULL,
	        "source osv OSV\nflaw A modified 2024-01-02\nflaw B modified 2024-01-02\nsource osv OSV 2024-01-02\n");
	// A record that cannot be taken, before the first that can: told after the source.
	said_is("{\"id\":\"A\",\"modified\":1}\n" RECORD("B") "\n{\"id\":\n[]\n" RECORD("C") "\n", NULL,
	        "source osv OSV\nrefused t: line 1: the document: a record has the date of its last change in `modified`\nflaw B modified 2024-01-02\n"
	        "refused t: line 3: line 1, column 6: unexpected token near end of file\nrefused t: line 4: id: is missing, must be text\n"
	        "flaw C modified 2024-01-02\nsource osv OSV 2024-01-02\n");
	said_is(CVE("CVE-2024-0001"), &(struct feed_options){.name = SLICE_LITERAL("mine"), .dated = 86400},
	        "source cve mine by CVE Program\nflaw CVE-2024-0001\nsource cve mine by CVE Program 1970-01-02\n");
	said_not("", NULL, "t: is empty");
	said_not("plain words", NULL, "t: is no feed that is known: begins with \"plain words\"");
	said_not(RECORD("A"), &(struct feed_options){.kind = SOURCE_KEV, .dated = FACT_NO_DATE}, "t: is a feed of the kind osv among those of the kind kev");
}

// A line over its maximum is passed over; the next is read.
static void long_line(void)
{
	size_t n = FEED_LINE_MAX + 1000;
	char *text = malloc(n + 400);
	struct said s;
	struct why why = {""};
	REQUIRE(text != NULL);
	int head = snprintf(text, 200, "%s\n{\"id\":\"", RECORD("A"));
	memset(text + head, 'x', n);
	int tail = snprintf(text + (size_t)head + n, 200, "\"}\n%s\n", RECORD("B"));
	said_init(&s, false);
	CHECK(said_read(&s, text, (size_t)head + n + (size_t)tail, &none, &why) == ERR_OK);
	CHECK_TEXT(said_lines(&s), "source osv OSV\nflaw A modified 2024-01-02\nrefused t: line 2: longer than 16777216 bytes\nflaw B modified 2024-01-02\n"
	                           "source osv OSV 2024-01-02\n");
	said_free(&s);
	free(text);
}

// A record that asks for more memory than its share is told and passed over; the next is read.
static void greedy(void)
{
	enum { CONTAINERS = 5, MATCHES = 16000 };
	static const char match[] = "{\"criteria\":\"cpe:2.3:a:v:p:1\"}";
	size_t room = CONTAINERS * MATCHES * sizeof match + 8192, n = 0;
	char *text = malloc(room), name[121];
	struct said s;
	struct why why = {""};
	REQUIRE(text != NULL);
	memset(name, 'x', 120); // what stands beside a name goes with each
	name[120] = 0;
	n += (size_t)sprintf(text, "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"CVE-2024-0001\",\"state\":\"PUBLISHED\"},\"containers\":{\"adp\":[");
	for (int i = 0; i < CONTAINERS; i++) {
		n += (size_t)sprintf(text + n, "%s{\"cpeApplicability\":[{\"operator\":\"AND\",\"nodes\":[{\"cpeMatch\":[", i == 0 ? "" : ",");
		for (int k = 0; k < 8; k++)
			n += (size_t)sprintf(text + n, "{\"vulnerable\":false,\"criteria\":\"%s\"},", name);
		n--; // the last comma
		n += (size_t)sprintf(text + n, "]},{\"cpeMatch\":[");
		for (int k = 0; k < MATCHES; k++)
			n += (size_t)sprintf(text + n, "%s%s", k == 0 ? "" : ",", match);
		n += (size_t)sprintf(text + n, "]}]}]}");
	}
	n += (size_t)sprintf(text + n, "]}}\n" CVE("CVE-2024-0002") "\n");
	REQUIRE(n < room);
	said_init(&s, false);
	CHECK_SAY(said_read(&s, text, n, &none, &why) == ERR_OK, "%s", why.text);
	CHECK_SAY(s.facts[FACT_REFUSED] == 1 && s.facts[FACT_FLAW] == 2, "%zu %zu", s.facts[FACT_REFUSED], s.facts[FACT_FLAW]);
	const char *lines = said_lines(&s);
	CHECK_SAY(strstr(lines, ": more than 67108864 bytes of texts in one record, the rest of it is left out\nflaw CVE-2024-0002\n") != NULL, "%.300s", lines);
	said_free(&s);
	free(text);
}

// A record cut at every byte: a refusal, or the record.
static void cut(void)
{
	static const char text[] = "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"CVE-2024-0001\",\"state\":\"PUBLISHED\"},"
	                           "\"containers\":{\"cna\":{\"affected\":[{\"vendor\":\"v\",\"product\":\"p\",\"versions\":[{\"version\":\"1\",\"lessThan\":\"2.*\",\"status\":\"affected\"}]}]}}}";
	for (size_t n = 0; n < sizeof text; n++) {
		struct said s;
		struct why why = {""};
		said_init(&s, true);
		enum err e = said_read(&s, text, n, &none, &why);
		CHECK_SAY(e == (n == sizeof text - 1 ? ERR_OK : ERR_INPUT), "%zu: %s", n, why.text);
		CHECK(s.facts[FACT_FLAW] == (n == sizeof text - 1));
		said_free(&s);
	}
}

static enum err stop(void *context, const struct fact *f, struct why *why)
{
	size_t *left = context;
	return (*left)-- > 0 ? ERR_OK : why_set(why, ERR_DENIED, "stopped at a fact of kind %d", (int)f->kind);
}

// The sink's error ends everything, wherever it comes, and is the result.
static void stops(void)
{
	static const char *const texts[] = {
		CVE("CVE-2024-0001") "\n" CVE("CVE-2024-0002"),
		"[" RECORD("A") "," RECORD("B") "]",
		"{\"id\":\"A\",\"modified\":1}\n" RECORD("B") "\n",
		"{\"catalogVersion\":1,\"vulnerabilities\":[{\"cveID\":\"CVE-2024-0001\",\"dateAdded\":\"2024-01-02\"},7]}",
		"cve,epss,percentile\nCVE-2024-0001,0,0\nx,0,0\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		int fd = said_file(texts[i], strlen(texts[i]));
		size_t facts = 0;
		for (enum err e = ERR_DENIED; e != ERR_OK; facts++) {
			size_t left = facts;
			struct why why = {""};
			e = feed_read(fd, "t", &none, stop, &left, &why);
			CHECK_SAY(e == ERR_OK || (e == ERR_DENIED && strstr(why.text, "stopped at a fact") != NULL), "%zu: %s %s", i, err_name(e), why.text);
			REQUIRE(facts < 20);
		}
		CHECK_SAY(facts >= 3, "%zu: %zu", i, facts);
		close(fd);
	}
}

static void put(const char *folder, const char *name, const char *text, size_t n)
{
	char path[300];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && write(fd, text, n) == (ssize_t)n);
	close(fd);
}

#define PUT(name, text) put(folder, name, text, strlen(text))

static void directories(void)
{
	char folder[] = "/tmp/tocsin-feed-XXXXXX", path[300], want[2048];
	struct said s;
	struct why why = {""};
	REQUIRE(mkdtemp(folder) != NULL);
	said_init(&s, false);
	CHECK(feed_read_directory(folder, &none, said_take, &s, &why) == ERR_INPUT);
	CHECK_SAY(strstr(why.text, ": holds no feed") != NULL, "%s", why.text);
	PUT("0-README", "words");
	PUT("1.json", RECORD("A"));
	PUT("2.gz", "\x1f\x8b\x08\x00damaged");
	PUT("4.json", CVE("CVE-2024-0001"));
	PUT("5.csv", "cve,epss,percentile\nCVE-2024-0001,0,0\n");
	PUT("6.json", RECORD("C"));
	PUT(".hidden", RECORD("H"));
	snprintf(path, sizeof path, "%s/3", folder);
	CHECK(mkdir(path, 0700) == 0);
	put(path, "x.json", RECORD("B"), strlen(RECORD("B")));
	snprintf(path, sizeof path, "%s/7.json", folder);
	CHECK(symlink("1.json", path) == 0);
	snprintf(path, sizeof path, "%s/8", folder);
	CHECK(symlink(".", path) == 0);
	snprintf(path, sizeof path, "%s/9", folder);
	CHECK(mkfifo(path, 0600) == 0);
	CHECK(feed_read_directory(folder, &none, said_take, &s, &why) == ERR_OK);
	const char *got = said_lines(&s);
	snprintf(want, sizeof want, "source osv OSV\nrefused %s/0-README: is no feed that is known: begins with \"words\"\nflaw A modified 2024-01-02\nrefused %s/2.gz: ", folder, folder);
	CHECK_SAY(strncmp(got, want, strlen(want)) == 0, "%s", got);
	const char *rest = strstr(got + (strlen(want) < strlen(got) ? strlen(want) : 0), "\n");
	REQUIRE(rest != NULL);
	CHECK_TEXT(rest + 1, "flaw B modified 2024-01-02\nsource osv OSV 2024-01-02\nsource cve CVE List by CVE Program\nflaw CVE-2024-0001\n"
	                     "source epss EPSS by FIRST whole\nepss CVE-2024-0001 0 0\nsource osv OSV\nflaw C modified 2024-01-02\nsource osv OSV 2024-01-02\n");
	said_free(&s);
	// In parts each file is read once, and what is refused is told where nothing else is, too.
	size_t flaws = 0, scores = 0, refused = 0;
	for (unsigned i = 0; i < 5; i++) {
		said_init(&s, true);
		CHECK(feed_read_directory(folder, &(struct feed_options){.part = i, .parts = 5, .dated = FACT_NO_DATE}, said_take, &s, &why) == ERR_OK);
		flaws += s.facts[FACT_FLAW];
		scores += s.facts[FACT_EPSS];
		refused += s.facts[FACT_REFUSED];
		said_free(&s);
	}
	CHECK_SAY(flaws == 4 && scores == 1 && refused == 2, "%zu %zu %zu", flaws, scores, refused);
	CHECK(feed_read_directory("/tmp/tocsin-feed-none", &none, said_take, &s, &why) == ERR_ABSENT);
	static const char *const names[] = {"0-README", "1.json", "2.gz", "4.json", "5.csv", "6.json", ".hidden", "3/x.json", "3", "7.json", "8", "9", ""};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		CHECK_SAY(remove(path) == 0, "%s", path);
	}
}

static size_t tar_member(char *at, const char *name, const char *text)
{
	size_t n = strlen(text);
	unsigned sum = 0;
	memset(at, 0, 512);
	snprintf(at, 100, "%s", name);
	snprintf(at + 100, 8, "0000600");
	snprintf(at + 124, 12, "%011zo", n);
	snprintf(at + 136, 12, "%011o", 0);
	memset(at + 148, ' ', 8);
	at[156] = '0';
	memcpy(at + 257, "ustar\00000", 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)at[i];
	snprintf(at + 148, 8, "%06o", sum);
	memcpy(at + 512, text, n);
	return 512 + (n + 511) / 512 * 512;
}

// A table that is refused says nothing of the kind of what follows it, whatever the file before was; and takes back nothing.
static void kinds(void)
{
#define A_KEV "{\"catalogVersion\":1,\"vulnerabilities\":[{\"cveID\":\"CVE-2024-0001\",\"dateAdded\":\"2024-01-02\"}]}"
#define AN_EPSS "cve,epss,percentile\nCVE-2024-0001,0,0\n"
	static const struct {
		const char *members[3];
		size_t kev, epss;
		const char *refused;
	} rows[] = {
		{{"a,b\n", A_KEV}, 1, 1, "2.tar: m0: line 1: the head of no table that is known: of each kind some columns must be there (protocol/feeds.md)"},
		{{AN_EPSS, "a,b\n", A_KEV}, 0, 2, "2.tar: m2: is a feed of the kind kev among those of the kind epss"},
		{{A_KEV, "a,b\n", AN_EPSS}, 1, 1, "2.tar: m2: is a feed of the kind epss among those of the kind kev"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char folder[] = "/tmp/tocsin-feed-XXXXXX", tar[8192] = {0}, name[8], path[300];
		size_t n = 0;
		struct said s;
		struct why why = {""};
		REQUIRE(mkdtemp(folder) != NULL);
		PUT("1.csv", AN_EPSS);
		for (size_t m = 0; m < 3 && rows[i].members[m] != NULL; m++) {
			snprintf(name, sizeof name, "m%zu", m);
			n += tar_member(tar + n, name, rows[i].members[m]);
		}
		put(folder, "2.tar", tar, n + 1024);
		said_init(&s, false);
		CHECK_SAY(feed_read_directory(folder, &none, said_take, &s, &why) == ERR_OK, "%zu: %s", i, why.text);
		CHECK_SAY(s.facts[FACT_KEV] == rows[i].kev && s.facts[FACT_EPSS] == rows[i].epss, "%zu: %zu %zu", i, s.facts[FACT_KEV], s.facts[FACT_EPSS]);
		const char *lines = said_lines(&s);
		CHECK_SAY(strstr(lines, rows[i].refused) != NULL, "%zu: %s", i, lines);
		said_free(&s);
		static const char *const names[] = {"1.csv", "2.tar", ""};
		for (size_t f = 0; f < 3; f++) {
			snprintf(path, sizeof path, "%s/%s", folder, names[f]);
			CHECK_SAY(remove(path) == 0, "%s", path);
		}
	}
}

const struct test tests[] = {{"telling", telling}, {"many records", many}, {"a line too long", long_line}, {"a greedy record", greedy}, {"cut anywhere", cut},
                             {"the sink stops it", stops}, {"directories", directories}, {"kinds", kinds}, {NULL, NULL}};
