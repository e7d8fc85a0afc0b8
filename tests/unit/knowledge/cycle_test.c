// The cycle that a version belongs to: a table, and the real end-of-life data with its truth for one day.
#include "knowledge/facts.h"

#include <jansson.h>

static struct slice s(const char *text)
{
	return slice_text(text);
}

static const char *cycle_of(const struct knowledge *k, const char *product, const char *version)
{
	static char text[FACT_TEXT_MAX + 1];
	uint32_t p;
	struct fact_cycle c;
	if (!knowledge_product(k, s(product), &p))
		return "no product";
	if (!knowledge_cycle_of(k, p, s(version), &c))
		return "none";
	snprintf(text, sizeof text, "%.*s", SLICE_ARGS(c.cycle));
	return text;
}

static void table(void)
{
	static const char *const server[] = {"alias:winsrv", "cpe:cpe:2.3:o:microsoft:windows_server", "purl:pkg:generic/windows-server?arch=x64", NULL};
	static const char *const shared[] = {"cpe:cpe:/a:redhat:ansible", "repology:shared", NULL};
	struct told t = told_new();
	tell_source(&t, SOURCE_EOL, "EOL", "endoflife.date", "2026-08-24", true);
	tell_product(&t, "windows-server", "Microsoft Windows Server", server);
	tell_cycle(&t, "windows-server", "2025", "", "10.0.26100", "2034-10-10", "");
	tell_cycle(&t, "windows-server", "23h2-ac", "Windows Server 23H2 AC", "10.0.25398", "2025-10-24", "");
	tell_cycle(&t, "windows-server", "2022", "", "10.0.20348", "2031-10-14", "");
	tell_cycle(&t, "windows-server", "2012-r2", "Windows Server 2012 R2", "6.3.9600", "2023-10-10", "2026-10-13");
	tell_cycle(&t, "windows-server", "2012", "", "6.2.9200", "2023-10-10", "2026-10-13");
	tell_product(&t, "windows", "Microsoft Windows", NULL);
	tell_cycle(&t, "windows", "11-24h2-e", "11 24H2 (E)", "10.0.26100", "2027-10-12", "");
	tell_cycle(&t, "windows", "11-24h2-w", "11 24H2 (W)", "10.0.26100", "2026-10-13", "");
	tell_cycle(&t, "windows", "10-22h2", "10 22H2", "10.0.19045", "2025-10-14", "2028-10-10");
	tell_cycle(&t, "windows", "8.1", "8.1", "6.3.9600", "2023-01-10", "");
	tell_cycle(&t, "windows", "7-sp1", "7 SP1", "6.1.7601", "2020-01-14", "");
	tell_cycle(&t, "windows", "6-sp2", "Vista SP2", "6.0.6200", "2017-04-11", "");
	tell_product(&t, "explorer", "Explorer", NULL);
	tell_cycle(&t, "explorer", "11", "", "", "2022-06-15", "");
	tell_cycle(&t, "explorer", "11-ltsc", "", "", "2029-01-09", "");
	tell_product(&t, "mssql", "SQL Server", NULL);
	tell_cycle(&t, "mssql", "13.0-sp3", "2016 'SQL16' SP3", "13.0.6500.1 GDR", "2026-07-14", "");
	tell_cycle(&t, "mssql", "13.0", "2016", "13.0.2218.0 CU9", "2018-01-09", "");
	tell_product(&t, "driver", "Driver", NULL);
	tell_cycle(&t, "driver", "r535-linux", "", "535.309.01", "2026-06-30", "");
	tell_cycle(&t, "driver", "r535-windows", "", "539.72", "2026-05-30", "");
	tell_product(&t, "cortex", "Cortex", NULL);
	tell_cycle(&t, "cortex", "8.3-ce", "", "8.3.101-CE", "no", "");
	tell_cycle(&t, "cortex", "8.3", "", "8.3.1", "2025-01-01", "");
	tell_product(&t, "misc", "Misc Thing", NULL);
	static const char *const cycles[] = {"12", "1.1", "1", "2013.09", "20h2", "se-2", "zero-w", "zero-2-w", "1.0.2.2", "8.0U2", "22.04", "3+", "3", "pc.7.6", "1.0.2"};
	for (size_t i = 0; i < sizeof cycles / sizeof *cycles; i++)
		tell_cycle(&t, "misc", cycles[i], "", "", "2026-01-01", "");
	tell_product(&t, "macos", "Apple macOS", NULL);
	tell_named_cycle(&t, "macos", "12", "Monterey", "no");
	tell_named_cycle(&t, "macos", "11", "Big Sur", "2026-02-02");
	tell_product(&t, "ubuntu", "Ubuntu", NULL);
	tell_named_cycle(&t, "ubuntu", "22.04", "Jammy Jellyfish", "2027-04-01");
	tell_named_cycle(&t, "ubuntu", "18.04", "Bionic Beaver", "2023-05-31");
	tell_named_cycle(&t, "ubuntu", "4", "A new era", "2023-05-31");
	tell_product(&t, "studio", "Studio", NULL);
	tell_named_cycle(&t, "studio", "17.9", "2022", "2023-01-01");
	tell_named_cycle(&t, "studio", "17.14", "2022", "2032-01-01");
	tell_product(&t, "ansible", "Ansible", shared);
	tell_cycle(&t, "ansible", "11", "", "", "no", "");
	tell_product(&t, "ansible-core", "Ansible Core", shared);
	struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	static const struct {
		const char *product, *version, *cycle;
	} rows[] = {
		{"windows-server", "2022", "2022"},
		{"Windows Server", "Windows Server 2022", "2022"},
		{"winsrv", "Microsoft Windows Server 2022 Standard", "2022"},
		{"cpe:/o:microsoft:windows_server:2022", "10.0.20348", "2022"},
		{"pkg:generic/windows-server@10", "10.0.20348.2700", "2022"},
		{"WINDOWS_SERVER", "10.0.20349", "none"},
		{"windows-server", "10.0.2034", "none"},
		{"windows-server", "2012 R2", "2012-r2"},
		{"windows-server", "2012R2", "2012-r2"},
		{"windows-server", "Windows Server 2012 R2 Datacenter", "2012-r2"},
		{"windows-server", "6.2.9200", "2012"},
		{"windows-server", "2012", "2012"},
		{"windows-server", "20225", "none"},
		{"windows-server", "2016", "none"},
		{"windows", "11 24H2", "11-24h2-e"}, // the edition that lasts longest
		{"windows", "11-24h2-w", "11-24h2-w"},
		{"windows", "11 24H2 (W)", "11-24h2-w"},
		{"windows", "10.0.26100", "11-24h2-e"},
		{"windows", "Windows 10 22H2", "10-22h2"},
		{"windows", "11", "none"},
		{"windows", "10", "none"},
		{"windows", "6.3.9600", "8.1"},
		{"windows", "6.3.9600.17415", "8.1"},
		{"windows", "6.1.7600", "none"}, // 7 before its service pack, which the feed no longer has
		{"windows", "6.0.6002", "6-sp2"},
		{"windows", "Vista SP2", "6-sp2"},
		{"explorer", "11.0.9600", "11-ltsc"}, // the version does not tell the channel
		{"explorer", "11", "11"},
		{"mssql", "13.0.6500.1 GDR", "13.0-sp3"},
		{"mssql", "13.0.6500.1", "13.0-sp3"},
		{"mssql", "13.0.2218.0 CU9", "13.0"},
		{"mssql", "13.0.5000", "13.0-sp3"}, // the number tells no service pack
		{"mssql", "2016 SP3", "13.0-sp3"},
		{"mssql", "SQL Server 2016", "13.0"},
		{"mssql", "13.1", "none"},
		{"driver", "535.183.01", "r535-linux"},
		{"driver", "535.183.01 windows", "r535-windows"},
		{"driver", "R535-Windows", "r535-windows"},
		{"driver", "53.1", "none"},
		{"cortex", "8.3.100-CE", "8.3-ce"},
		{"cortex", "8.3.100", "8.3"}, // the other one's versions show what they are
		{"misc", "12.5", "12"},
		{"misc", "v12.5", "12"},
		{"misc", "12-2+deb", "12"},
		{"misc", "120", "none"},
		{"misc", "1.10", "1"},
		{"misc", "1.1.7", "1.1"},
		{"misc", "1.0.2u", "1.0.2"},
		{"misc", "1.0.2.2", "1.0.2.2"},
		{"misc", "1.0.2.20", "1.0.2"},
		{"misc", "2013.09.1", "2013.09"},
		{"misc", "2013.9", "none"},
		{"misc", "20H2", "20h2"},
		{"misc", "SE 2", "se-2"},
		{"misc", "se-3", "none"},
		{"misc", "Zero W", "zero-w"},
		{"misc", "zero-2-w", "zero-2-w"},
		{"misc", "8.0 u2", "8.0U2"},
		{"misc", "8.0u3", "none"},
		{"misc", "22.04.5 LTS (Jammy Jellyfish)", "22.04"},
		{"misc", "Misc Thing 22.04", "22.04"},
		{"misc", "3+", "3+"},
		{"misc", "3.1", "3"},
		{"misc", "pc.7.6.1", "pc.7.6"},
		{"misc", "", "none"},
		{"misc", " - ", "none"},
		{"misc", "Misc Thing", "none"},
		{"macos", "Big Sur", "11"},
		{"macos", "BIG-SUR", "11"},
		{"macos", "macOS Big Sur", "11"},
		{"macos", "Big Sur 11.7.10", "11"},
		{"macos", "Big Sur 12.1", "none"}, // neither
		{"macos", "Big", "11"},
		{"macos", "Sur", "none"},
		{"macos", "Big Sur Update", "none"},
		{"macos", "11 Monterey", "11"},
		{"ubuntu", "bionic", "18.04"},
		{"ubuntu", "Bionic Beaver", "18.04"},
		{"ubuntu", "bionic 18.04", "18.04"},
		{"ubuntu", "bionic 22.04", "none"},
		{"ubuntu", "bioni", "none"},
		{"ubuntu", "bionics", "none"},
		{"ubuntu", "beaver", "none"},
		{"ubuntu", "jammy/sid", "none"},
		{"ubuntu", "a", "none"},
		{"ubuntu", "A new era", "4"},
		{"studio", "2022", "17.14"}, // of several the one that lasts longest
		{"studio", "2022.1", "none"},
		{"ansible", "11.2.0", "11"},
		{"cpe:2.3:a:redhat:ansible:11:*:*:*:*:*:*:*", "11.2.0", "11"},
		{"repology:shared", "11", "no product"},
		{"redhat:ansible", "11", "no product"},
		{"cpe:/a:redhat:ansible_tower", "11", "no product"},
		{"", "11", "no product"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got = cycle_of(k, rows[i].product, rows[i].version);
		CHECK_SAY(strcmp(got, rows[i].cycle) == 0, "%s \"%s\": %s, want %s", rows[i].product, rows[i].version, got, rows[i].cycle);
	}
	char *big = malloc(20000);
	REQUIRE(big != NULL);
	memset(big, '1', 19999);
	big[19999] = 0;
	CHECK_TEXT(cycle_of(k, "misc", big), "none");
	CHECK_TEXT(cycle_of(k, big, "1"), "no product");
	memcpy(big, "12.", 3);
	CHECK_TEXT(cycle_of(k, "misc", big), "none");
	free(big);
	struct fact_cycle two[2];
	uint32_t windows = 0;
	CHECK(knowledge_product(k, s("windows"), &windows) && knowledge_cycles_of(k, windows, s("10.0.26100"), two, 2) == 2);
	CHECK(slice_is_text(two[0].cycle, "11-24h2-e") && slice_is_text(two[1].cycle, "11-24h2-w"));
	CHECK(knowledge_cycles_of(k, windows, s("10.0.26100"), two, 1) == 2 && knowledge_cycles_of(k, 4000, s("1"), two, 2) == 0);
	told_free(&t);
}

// ---- real data

#define TODAY "2026-08-24"

static const char *text_of(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL ? text : "";
}

static const char *day_of(json_t *release, const char *name)
{
	json_t *v = json_object_get(release, name);
	return json_is_true(v) ? "yes" : json_is_false(v) ? "no" : text_of(release, name);
}

static void tell_page(struct told *t, const char *name, json_t *page)
{
	static char texts[512][FACT_TEXT_MAX];
	struct slice list[512];
	size_t n = 0, i;
	json_t *item;
	json_array_foreach(json_object_get(page, "alternate_urls"), i, item) {
		snprintf(texts[n], sizeof *texts, "alias:%s", json_string_value(item) + 1);
		list[n] = s(texts[n]);
		n++;
	}
	json_array_foreach(json_object_get(page, "identifiers"), i, item) {
		const char *kind;
		json_t *value;
		json_object_foreach(item, kind, value) {
			snprintf(texts[n], sizeof *texts, "%s:%s", kind, json_string_value(value));
			list[n] = s(texts[n]);
			n++;
		}
	}
	tell(t, &(struct fact){.kind = FACT_PRODUCT, .product = {.name = s(name), .title = s(text_of(page, "title")), .names = list, .names_n = n}});
	json_array_foreach(json_object_get(page, "releases"), i, item)
		tell_cycle(t, name, text_of(item, "releaseCycle"), text_of(item, "releaseLabel"), text_of(item, "latest"), day_of(item, "eol"), day_of(item, "eoes"));
}

static json_t *load_pages(void)
{
	const char *path = test_data("products/eol-products.json");
	json_error_t bad;
	json_t *root = path == NULL ? NULL : json_load_file(path, 0, &bad);
	CHECK(path == NULL || root != NULL);
	return root;
}

static struct knowledge *load(struct told *t, json_t *root)
{
	const char *name;
	json_t *page;
	tell_source(t, SOURCE_EOL, "endoflife.date", "endoflife.date", "2026-08-22", true);
	json_object_foreach(json_object_get(root, "products"), name, page)
		tell_page(t, name, page);
	return told_knowledge(t);
}

static const char *verdict(const struct fact_cycle *c)
{
	bool ended = c->eol.is == DAY_YES || (c->eol.is == DAY_DATE && c->eol.day <= told_date(TODAY));
	return ended ? "eol" : "supported";
}

// Versions of which the feed's own `latest` does not lead back to its cycle, and why.
static const struct {
	const char *product, *cycle, *why;
} explained[] = {
	{"amazon-rds-mysql", "8.0", "8.0.46 is a cycle of its own"},
	{"bellsoft-liberica", "6", "the feed names \"unknown\""},
	{"bellsoft-liberica", "7", "the feed names \"unknown\""},
	{"azul-zulu", "6", "the feed names \"N/A\""},
	{"couchbase-server", "4.6", "the feed names 5.0.1, of the cycle 5.0"},
	{"icinga", "2.10", "the feed names 2.12.10, of the cycle 2.12"},
	{"mautic", "3.2", "the feed names 3.3.2, of the cycle 3.3"},
	{"routeros", "6.20", "the feed names 6.21.1"},
	{"unity", "2021", "2021.3 is a cycle too"},
	{"mule-runtime", "*", "Edge and LTS have the same numbers; the LTS lasts longer"},
	{"windows", "*", "editions of one build; the one that lasts longest"},
	{"windows-server", "*", "channels of one build; the one that lasts longest"},
	{"windows-server-core", "*", "channels of one build; the one that lasts longest"},
	{"windows-nano-server", "*", "channels of one build; the one that lasts longest"},
	{"kindle", "*", "several devices run one firmware; the one that lasts longest"},
};

static const char *explanation(const char *product, const char *cycle)
{
	for (size_t i = 0; i < sizeof explained / sizeof *explained; i++)
		if (strcmp(explained[i].product, product) == 0 && (explained[i].cycle[0] == '*' || strcmp(explained[i].cycle, cycle) == 0))
			return explained[i].why;
	return NULL;
}

static void every_cycle(void)
{
	json_t *root = load_pages(), *page, *release;
	size_t cycles = 0, latests = 0, told = 0, i;
	const char *name;
	if (root == NULL)
		return;
	struct told t = told_new();
	const struct knowledge *k = load(&t, root);
	json_object_foreach(json_object_get(root, "products"), name, page) {
		json_array_foreach(json_object_get(page, "releases"), i, release) {
			const char *cycle = text_of(release, "releaseCycle"), *latest = text_of(release, "latest"), *got = cycle_of(k, name, cycle);
			cycles++;
			CHECK_SAY(strcmp(got, cycle) == 0, "%s \"%s\": %s", name, cycle, got);
			if (latest[0] == 0)
				continue;
			latests++;
			got = cycle_of(k, name, latest);
			if (strcmp(got, cycle) == 0)
				continue;
			CHECK_SAY(explanation(name, cycle) != NULL, "%s \"%s\" (latest of %s): %s", name, latest, cycle, got);
			told++;
		}
	}
	CHECK_SAY(cycles == 8351 && latests == 6223, "%zu cycles, %zu latest versions", cycles, latests);
	CHECK_SAY(told == 53, "%zu explained", told);
	printf("  %zu cycles found by their name; of %zu latest versions %zu found, %zu explained\n", cycles, latests, latests - told, told);
	told_free(&t);
	json_decref(root);
}

// Identifiers that several products claim: of the product that they end with, or nobody's.
static const struct {
	const char *identifier, *product;
} claimed[] = {
	{"cpe:/a:redhat:ansible", "ansible-core"}, // it is ansible's
	{"cpe:2.3:a:redhat:ansible", "ansible-core"},
	{"repology:graalvm", "graalvm-ce"},
	{"repology:graalvm", "oracle-graalvm"},
	{"repology:sonarqube", "sonarqube-community"},
	{"repology:sonarqube", "sonarqube-server"},
};

static void check_name(const struct knowledge *k, const char *name, const char *product, size_t *others)
{
	uint32_t p;
	if (knowledge_product(k, s(name), &p) && slice_is_text(knowledge_product_name(k, p), product))
		return;
	for (size_t i = 0; i < sizeof claimed / sizeof *claimed; i++)
		if (strcmp(name, claimed[i].identifier) == 0 && strcmp(product, claimed[i].product) == 0) {
			++*others;
			return;
		}
	CHECK_SAY(false, "\"%s\" is not %s", name, product);
}

static void every_name(void)
{
	json_t *root = load_pages(), *page, *item, *value;
	size_t names = 0, others = 0, i;
	const char *name, *kind;
	char text[FACT_TEXT_MAX];
	if (root == NULL)
		return;
	struct told t = told_new();
	const struct knowledge *k = load(&t, root);
	json_object_foreach(json_object_get(root, "products"), name, page) {
		check_name(k, name, name, &others);
		check_name(k, text_of(page, "title"), name, &others);
		names += 2;
		json_array_foreach(json_object_get(page, "alternate_urls"), i, item) {
			check_name(k, json_string_value(item) + 1, name, &others);
			names++;
		}
		json_array_foreach(json_object_get(page, "identifiers"), i, item) {
			json_object_foreach(item, kind, value) {
				snprintf(text, sizeof text, "%s%s", strcmp(kind, "repology") == 0 ? "repology:" : "", json_string_value(value));
				check_name(k, text, name, &others);
				names++;
			}
		}
	}
	printf("  %zu names, titles and identifiers; %zu claimed by others too\n", names, others);
	told_free(&t);
	json_decref(root);
}

#define COLUMNS 9
enum { PRODUCT, TITLE, CYCLE, LATEST, CPE, PURL, FIELD, EXPECTED, EXTENDED };

static void truth_row(const struct knowledge *k, char *column[COLUMNS], size_t *explained_rows)
{
	const char *by[] = {column[PRODUCT], column[TITLE], column[CPE], column[PURL]};
	const char *version[] = {column[CYCLE], column[LATEST]};
	for (size_t b = 0; b < 4; b++) {
		uint32_t product;
		if (by[b][0] == 0)
			continue;
		if (!knowledge_product(k, s(by[b]), &product) || !slice_is_text(knowledge_product_name(k, product), column[PRODUCT])) {
			CHECK_SAY(false, "%s is not %s", by[b], column[PRODUCT]);
			continue;
		}
		for (size_t v = 0; v < 2; v++) {
			struct fact_cycle c;
			if (version[v][0] == 0)
				continue;
			bool found = knowledge_cycle_of(k, product, s(version[v]), &c);
			if (found && strcmp(verdict(&c), column[EXPECTED]) == 0)
				continue;
			const char *why = v == 0 ? NULL : explanation(column[PRODUCT], column[CYCLE]);
			CHECK_SAY(why != NULL, "%s %s: %s, want %s", by[b], version[v], found ? verdict(&c) : "none", column[EXPECTED]);
			*explained_rows += b == 0;
		}
	}
}

static void truth(void)
{
	json_t *root = load_pages();
	const char *path = root == NULL ? NULL : test_data("products/eol-truth-2026-08-24.tsv");
	if (path == NULL)
		return;
	size_t n, rows = 0, explained_rows = 0;
	char *text = (char *)test_read(path, &n), *save = NULL;
	REQUIRE(text != NULL);
	struct told t = told_new();
	const struct knowledge *k = load(&t, root);
	strtok_r(text, "\n", &save); // the head
	for (char *line = strtok_r(NULL, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save), rows++) {
		char *column[COLUMNS];
		for (size_t i = 0; i < COLUMNS; i++)
			column[i] = line != NULL ? strsep(&line, "\t") : (char[]){""};
		REQUIRE(column[EXPECTED] != NULL && column[EXPECTED][0] != 0);
		truth_row(k, column, &explained_rows);
	}
	printf("  %zu rows of truth; %zu explained\n", rows, explained_rows);
	CHECK(rows > 600);
	told_free(&t);
	free(text);
	json_decref(root);
}

// More cycles than fits are kept of: those behind are looked at again, alone and beside one of the first.
static void many_cycles(void)
{
	static const struct {
		const char *version, *cycle;
		size_t n;
	} rows[] = {
		{"3.7", "3", 1}, {"699.1", "699", 1}, {"512", "512", 1}, {"511", "511", 1}, {"11", "11", 1}, {"11.2", "11", 2}, {"11-ltsc", "11-ltsc", 1}, {"700", "none", 0}, {"x", "none", 0},
	};
	struct told t = told_new();
	char cycle[16];
	tell_source(&t, SOURCE_EOL, "EOL", "endoflife.date", "2026-08-24", true);
	tell_product(&t, "many", "Many", NULL);
	for (int i = 0; i < 700; i++) {
		snprintf(cycle, sizeof cycle, "%d", i);
		tell_cycle(&t, "many", cycle, "", "", "2026-01-01", "");
	}
	tell_cycle(&t, "many", "11-ltsc", "", "", "2025-01-01", "");
	struct knowledge *k = told_knowledge(&t);
	uint32_t p = 0;
	REQUIRE(k != NULL && knowledge_product(k, s("many"), &p) && knowledge_cycles(k, p) == 701);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fact_cycle of[4];
		CHECK_TEXT(cycle_of(k, "many", rows[i].version), rows[i].cycle);
		CHECK_SAY(knowledge_cycles_of(k, p, s(rows[i].version), of, 4) == rows[i].n, "%s", rows[i].version);
	}
	told_free(&t);
}

const struct test tests[] = {
	{"cycles of versions", table},
	{"a product of very many cycles", many_cycles},
	{"every cycle of the real data", every_cycle},
	{"every name of the real data", every_name},
	{"truth of one day", truth},
	{NULL, NULL},
};
