// Files that are damaged, cut, forged with the checksums put right, of another version, or written to while they are mapped.
#include "knowledge/facts.h"
#include "knowledge/layout.h"

#include "base/crc.h"

static struct slice s(const char *text)
{
	return slice_text(text);
}

// Something in every section.
static void tell_all(struct told *t)
{
	static const char *const names[] = {"alias:deb", "cpe:/o:debian:debian_linux", NULL};
	const struct fact_range two[] = {told_range("1.0.0", "2.0.0", VERSION_CUSTOM, STATUS_AFFECTED), told_single("3.0", VERSION_SEMVER, STATUS_FIXED)};
	char id[32], name[32];
	tell_source(t, SOURCE_CVE, "CVE", "MITRE", "2026-08-24", false);
	for (int i = 0; i < 24; i++) {
		snprintf(id, sizeof id, "CVE-2026-%d", i);
		snprintf(name, sizeof name, "vendor %d", i % 5);
		tell_flaw(t, id, "title", 55, "2026-01-01", i % 3 == 0 ? "GHSA-1" : "");
		tell_affected(t, id, NAMES_SOURCE, "npm", "pack", VERSION_SEMVER, "1.0.0", "2.0.0");
		tell_ranges(t, id, NAMES_PRODUCT, "", name, "box", STATUS_UNAFFECTED, two, 2);
		tell_ranges(t, id, NAMES_CPE, "", "", "cpe:2.3:a:acme:gun:*:*:*:*:*:wordpress:*:*", STATUS_UNAFFECTED, two, 1 + (size_t)i % 2);
	}
	tell_source(t, SOURCE_KEV, "KEV", "CISA", "2026-08-20", true);
	tell_kev(t, "CVE-2026-1", "2026-03-01", "", true);
	tell_kev(t, "CVE-2026-2", "2026-03-01", "", true);
	tell_source(t, SOURCE_EPSS, "EPSS", "FIRST", "2026-08-20", true);
	tell_epss(t, "CVE-2026-1", 940000, 990000);
	tell_epss(t, "CVE-2026-2", 940000, 990000);
	tell_source(t, SOURCE_EOL, "EOL", "endoflife.date", "2026-08-20", true);
	tell_product(t, "debian", "Debian", names);
	tell_cycle(t, "debian", "13", "", "13.6", "2028-08-09", "2030-06-30");
	tell_cycle(t, "debian", "12", "", "12.15", "2026-07-11", "2028-06-30");
	tell_product(t, "ubuntu", "Ubuntu", NULL);
	tell_source(t, SOURCE_BANNED, "bans", "authority", "2026-08-20", true);
	tell_banned(t, "Acme", "", "banned", "2026-01-01", "2028-01-01");
	tell_banned(t, "Acne", "", "banned", "2026-01-01", "2028-01-01");
	tell_source(t, SOURCE_PROVIDERS, "providers", "authority", "2026-08-20", true);
	tell_provider(t, "Aplomb", "PASSI", "2025-01-01", "2028-01-01", false);
	tell_provider(t, "Other", "PASSI", "2025-01-01", "2028-01-01", false);
	tell_source(t, SOURCE_ALIASES, "aliases", "us", "2026-08-20", true);
	tell_alias(t, "Debian Project", "Debian GNU/Linux", "eol:debian");
	tell_alias(t, "Debian Project", "", "eol:debian");
}

static void read_rows(const struct knowledge *k, struct knowledge_rows rows)
{
	struct knowledge_row row;
	struct why why;
	for (int n = 0; n < 1000 && knowledge_rows_next(&rows, &row); n++) {
		(void)knowledge_status(k, &row, s("1.5.0"), &why);
		(void)knowledge_range(k, &row, row.ranges);
		(void)knowledge_flaw(k, row.flaw);
		(void)knowledge_source(k, row.source);
	}
}

// Asks everything of a file, and makes a new one of it.
static void read_all(const struct knowledge *k)
{
	struct knowledge_rows same[KNOWLEDGE_NAMESAKES_MAX];
	struct knowledge_build *b;
	struct fact_cycle cycle;
	struct slice to;
	struct buf out;
	struct why why;
	bool whole;
	uint32_t found;
	for (uint32_t i = 0; i < 30; i++) {
		(void)knowledge_flaw(k, i);
		(void)knowledge_cycle_of(k, i, s("12.5"), &cycle);
		(void)knowledge_banned_row(k, i);
		(void)knowledge_provider(k, i);
	}
	(void)knowledge_flaw_find(k, s("GHSA-1"), &found);
	(void)knowledge_product(k, s("debian"), &found);
	(void)knowledge_alias(k, s("Debian Project"), s("x"), &to, &whole);
	read_rows(k, knowledge_affected(k, NAMES_SOURCE, s("npm"), s(""), s("pack")));
	read_rows(k, knowledge_affected(k, NAMES_PRODUCT, s(""), s("vendor 1"), s("box")));
	read_rows(k, knowledge_affected(k, NAMES_CPE, s(""), s(""), s("cpe:/a:acme:gun")));
	for (size_t n = knowledge_namesakes(k, s("box"), same); n-- > 0;)
		read_rows(k, same[n]);
	buf_init(&out, KNOWLEDGE_FILE_MAX);
	if (knowledge_build_new(k, &b, &why) == ERR_OK) {
		CHECK(knowledge_build_bytes(b, 0, &out, &why) != ERR_INPUT);
		knowledge_build_free(b);
	}
	buf_free(&out);
}

static void put_header(uint8_t *p, struct file_header *h)
{
	h->crc = 0;
	h->crc = crc32c(0, h, sizeof *h);
	memcpy(p, h, sizeof *h);
}

static void put_right(uint8_t *p, size_t n)
{
	struct file_header h;
	memcpy(&h, p, sizeof h);
	h.bytes = n;
	for (int i = 0; i < SECTIONS; i++)
		if (h.sections[i].offset <= n && h.sections[i].bytes <= n - h.sections[i].offset)
			h.sections[i].crc = crc32c(0, p + h.sections[i].offset, h.sections[i].bytes);
	put_header(p, &h);
}

// The file of all facts, and room for a copy that a test may spoil. False: a check has failed.
struct forge {
	struct told told;
	uint8_t *copy;
	size_t n;
	struct file_header head;
};

static bool forge_begin(struct forge *f)
{
	f->told = told_new();
	tell_all(&f->told);
	f->copy = told_knowledge(&f->told) != NULL ? malloc(f->told.bytes.n) : NULL;
	f->n = f->told.bytes.n;
	if (f->copy != NULL)
		memcpy(&f->head, f->told.bytes.p, sizeof f->head);
	return CHECK(f->copy != NULL);
}

static void forge_end(struct forge *f)
{
	free(f->copy);
	told_free(&f->told);
}

// Opens the copy with its sums put right; what is taken is read.
static bool forge_read(struct forge *f)
{
	struct knowledge *k;
	put_right(f->copy, f->n);
	if (knowledge_open_bytes(slice_of(f->copy, f->n), &k, NULL) != ERR_OK)
		return false;
	read_all(k);
	knowledge_close(k);
	return true;
}

static void damaged(void)
{
	struct forge f;
	struct knowledge *k;
	struct why why;
	size_t taken = 0;
	REQUIRE(forge_begin(&f));
	const uint8_t *good = f.told.bytes.p;
	for (size_t cut = 0; cut < f.n; cut++)
		taken += knowledge_open_bytes(slice_of(good, cut), &k, &why) == ERR_OK;
	CHECK(taken == 0);
	uint32_t random = 1;
	for (size_t i = 0; i < f.n + 4000; i++) { // every byte wrong once with its checksum told, and anything anywhere with the sums put right
		random = random * 1664525 + 1013904223;
		size_t at = i < f.n ? i : random % f.n;
		memcpy(f.copy, good, f.n);
		f.copy[at] ^= (uint8_t)(i < f.n ? 0x41 : 1 + (random >> 24) % 255);
		bool padding = at >= sizeof f.head;
		for (int x = 0; x < SECTIONS && padding; x++)
			padding = at < f.head.sections[x].offset || at >= f.head.sections[x].offset + f.head.sections[x].bytes;
		if (i >= f.n)
			(void)forge_read(&f);
		else if (!padding && knowledge_open_bytes(slice_of(f.copy, f.n), &k, &why) == ERR_OK) {
			taken++;
			knowledge_close(k);
		}
	}
	CHECK_SAY(taken == 0, "%zu damaged files were taken", taken);
	forge_end(&f);
}

static void other_versions(void)
{
	static const struct {
		uint32_t version;
		const char *says;
	} rows[] = {{0, "version 0;"}, {1, "version 1;"}, {3, "version 3;"}, {UINT32_MAX, "version 4294967295;"}};
	struct forge f;
	struct knowledge *k;
	struct why why;
	REQUIRE(forge_begin(&f));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		memcpy(f.copy, f.told.bytes.p, f.n);
		struct file_header h = f.head;
		h.version = rows[i].version;
		put_header(f.copy, &h);
		CHECK(knowledge_open_bytes(slice_of(f.copy, f.n), &k, &why) == ERR_INPUT);
		CHECK_SAY(strstr(why.text, rows[i].says) != NULL && strstr(why.text, "reads version 2") != NULL, "%s", why.text);
		h.crc++; // a later version may have other checksums: its number is told all the same
		memcpy(f.copy, &h, sizeof h);
		CHECK(knowledge_open_bytes(slice_of(f.copy, f.n), &k, &why) == ERR_INPUT && strstr(why.text, rows[i].says) != NULL);
	}
	forge_end(&f);
}

// A section that lies where none can lie is refused by its name.
static void impossible_sections(void)
{
	struct forge f;
	struct knowledge *k;
	struct why why;
	REQUIRE(forge_begin(&f));
	for (int x = 0; x < SECTIONS; x++) {
		const struct file_section was = f.head.sections[x];
		const struct file_section rows[] = {
			{.offset = f.n + 8 - f.n % 8, .bytes = 0}, {.offset = UINT64_MAX - 7, .bytes = was.bytes}, {.offset = 0, .bytes = was.bytes},
			{.offset = 8, .bytes = 0}, {.offset = was.offset + 4, .bytes = 0}, {.offset = was.offset, .bytes = f.n}, {.offset = was.offset, .bytes = UINT64_MAX},
			{.offset = was.offset, .bytes = UINT64_MAX - was.offset + 1}, {.offset = was.offset, .bytes = section_sizes[x] > 1 ? was.bytes - 1 : UINT64_MAX},
		};
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			struct file_header h = f.head;
			memcpy(f.copy, f.told.bytes.p, f.n);
			h.sections[x] = rows[i];
			h.sections[x].crc = was.crc;
			put_header(f.copy, &h);
			CHECK_SAY(knowledge_open_bytes(slice_of(f.copy, f.n), &k, &why) == ERR_INPUT && strstr(why.text, section_names[x]) != NULL, "%s, row %zu: %s",
			          section_names[x], i, why.text);
		}
	}
	forge_end(&f);
}

static void swapped_sections(void)
{
	struct forge f;
	size_t taken = 0;
	REQUIRE(forge_begin(&f));
	for (int x = 0; x < SECTIONS; x++)
		for (int y = 0; y < SECTIONS; y++) { // x == y: all sections there
			struct file_header h = f.head;
			memcpy(f.copy, f.told.bytes.p, f.n);
			for (int all = 0; all < SECTIONS && x == y; all++) {
				h.sections[all] = f.head.sections[x];
				h.sections[all].bytes -= h.sections[all].bytes % section_sizes[all];
			}
			h.sections[x] = f.head.sections[y];
			h.sections[y] = f.head.sections[x];
			h.sections[x].bytes -= h.sections[x].bytes % section_sizes[x];
			h.sections[y].bytes -= h.sections[y].bytes % section_sizes[y];
			put_header(f.copy, &h);
			taken += forge_read(&f);
		}
	CHECK(taken == SECTIONS * SECTIONS); // none is refused, all are read
	forge_end(&f);
}

enum spoil { ONES, ZEROS, WORDS, SAME, BACKWARDS, SHIFTED, SPOILS };

// Members that are all alike, in no order, or words that lead anywhere.
static void spoil(const struct forge *f, int section, enum spoil how)
{
	const struct file_section *x = &f->head.sections[section];
	const uint8_t *from = f->told.bytes.p + x->offset;
	uint8_t *to = f->copy + x->offset;
	size_t size = section_sizes[section], n = x->bytes / size;
	if (how == ONES || how == ZEROS)
		memset(to, how == ONES ? 0xff : 0, x->bytes);
	for (size_t i = 0; how == WORDS && i + 4 <= x->bytes; i += 4)
		memcpy(to + i, &(uint32_t){(uint32_t)(i / 4) * 2654435761u >> (i / 4 % 31)}, 4);
	for (size_t i = 0; how >= SAME && i < n; i++)
		memcpy(to + i * size, from + (how == SAME ? 0 : how == BACKWARDS ? n - 1 - i : (i + 1) % n) * size, size);
}

static void spoilt_sections(void)
{
	struct forge f;
	REQUIRE(forge_begin(&f));
	for (int x = 0; x < SECTIONS; x++)
		for (enum spoil how = ONES; how < SPOILS; how++) {
			memcpy(f.copy, f.told.bytes.p, f.n);
			spoil(&f, x, how);
			CHECK_SAY(forge_read(&f), "%s", section_names[x]);
		}
	for (enum spoil how = ONES; how < SPOILS; how++) {
		memcpy(f.copy, f.told.bytes.p, f.n);
		for (int x = 1; x < SECTIONS; x++)
			spoil(&f, x, how);
		CHECK(forge_read(&f));
	}
	forge_end(&f);
}

// The header is read once: what is written over it afterwards changes nothing.
static void written_over(void)
{
	struct forge f;
	struct knowledge *k;
	struct why why;
	uint32_t flaw;
	REQUIRE(forge_begin(&f));
	memcpy(f.copy, f.told.bytes.p, f.n);
	REQUIRE(knowledge_open_bytes(slice_of(f.copy, f.n), &k, &why) == ERR_OK);
	memset(f.copy, 0xff, sizeof f.head);
	CHECK(knowledge_made(k) == TOLD_TAKEN && knowledge_flaw_find(k, s("CVE-2026-5"), &flaw) && slice_is_text(knowledge_flaw(k, flaw).id, "CVE-2026-5"));
	struct knowledge_rows rows = knowledge_affected(k, NAMES_SOURCE, s("npm"), s(""), s("pack"));
	struct knowledge_row row;
	CHECK(knowledge_rows_next(&rows, &row));
	memset(f.copy + sizeof f.head, 0xff, f.n - sizeof f.head); // all the rest too: no answer, and nothing read outside
	read_all(k);
	CHECK(!knowledge_flaw_find(k, s("CVE-2026-5"), &flaw));
	knowledge_close(k);
	forge_end(&f);
}

// Names that go round in a circle, and a record that is its own alias.
static void circles(void)
{
	static const char *const chain[] = {"GHSA-a", "GHSA-b", "GHSA-c", "GHSA-a"};
	struct told t = told_new();
	uint32_t flaw, first = 0;
	tell_source(&t, SOURCE_OSV, "OSV", "OSV", "2026-08-24", false);
	for (size_t i = 0; i < 3; i++)
		tell_flaw(&t, chain[i], "", 0, "2026-01-01", chain[i + 1]);
	tell_flaw(&t, "GHSA-self", "", 0, "2026-01-01", "GHSA-self");
	tell_flaw(&t, "CVE-2026-1", "", 0, "2026-01-01", "CVE-2026-2");
	tell_flaw(&t, "CVE-2026-2", "", 0, "2026-01-01", "CVE-2026-1");
	struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL && knowledge_flaw_find(k, s("GHSA-a"), &first));
	CHECK(slice_is_text(knowledge_flaw(k, first).id, "GHSA-a"));
	for (size_t i = 0; i < 3; i++)
		CHECK(knowledge_flaw_find(k, s(chain[i]), &flaw) && flaw == first);
	CHECK(knowledge_flaw_find(k, s("GHSA-self"), &flaw) && flaw != first);
	CHECK(knowledge_flaw_find(k, s("CVE-2026-1"), &first) && knowledge_flaw_find(k, s("CVE-2026-2"), &flaw) && flaw != first); // two are never one
	struct told again = told_on(k);
	REQUIRE(told_knowledge(&again) != NULL);
	CHECK(slice_equal(buf_slice(&t.bytes), buf_slice(&again.bytes)));
	told_free(&t);
	told_free(&again);
}

const struct test tests[] = {
	{"damaged and truncated files", damaged},
	{"files of other versions", other_versions},
	{"sections where none can lie", impossible_sections},
	{"sections in each other's places", swapped_sections},
	{"members that lead anywhere, are alike, or in no order", spoilt_sections},
	{"a file that is written over while it is open", written_over},
	{"names in a circle", circles},
	{NULL, NULL},
};
