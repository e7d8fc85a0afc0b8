// Support, bans, caretakers, credentials, and what is said of the machine itself.
#include "found.h"

#define N(rows) (sizeof(rows) / sizeof *(rows))
#define DAY 86400

static const struct finding_options options = {.today = TOLD_TAKEN}; // 2026-08-24

static void tell_box(struct told *t)
{
	static const char *const names[] = {"alias:the-box", "cpe:2.3:a:acme:box", "purl:pkg:npm/box", NULL};
	static const struct {
		const char *cycle, *eol, *eoes;
	} cycles[] = {
		{"1", "2020-01-01", ""},          {"2", "2026-08-23", ""},           {"3", "2026-08-24", ""},   {"4", "2026-08-25", ""},
		{"5", "2026-11-22", ""},          {"6", "2026-11-23", ""},           {"7", "yes", ""},          {"8", "no", ""},
		{"9", "", ""},                    {"10", "2026-01-01", "2030-01-01"}, {"11", "2026-01-01", "2026-08-24"},
		{"12", "2026-01-01", "no"},       {"13", "2026-01-01", "yes"},       {"14", "2026-09-01", "2030-01-01"},
		{"15", "2026-01-01", "2026-08-25"}, {"16", "yes", "2026-08-25"},     {"17", "no", "2026-08-25"}, {"18", "", "2020-01-01"},
	};
	tell_source(t, SOURCE_EOL, "endoflife.date", "endoflife.date", "2026-08-24", true);
	tell_product(t, "box", "Box", names);
	for (size_t i = 0; i < N(cycles); i++)
		tell_cycle(t, "box", cycles[i].cycle, "", i == 0 ? "1.9" : "", cycles[i].eol, cycles[i].eoes);
}

static void test_support_days(void)
{
	static const struct found_row rows[] = {
		{"name=box|version=1.2", "unsupported alias Box 1 latest=1.9 ended=2020-01-01"},
		{"name=box|version=2.0", "unsupported alias Box 2 ended=2026-08-23"},
		{"name=box|version=3.0", "unsupported alias Box 3 ended=2026-08-24"},
		{"name=box|version=4.0", "unsupported alias Box 4 ended=2026-08-25 soon"},
		{"name=box|version=5.0", "unsupported alias Box 5 ended=2026-11-22 soon"},
		{"name=box|version=6.0", ""},
		{"name=box|version=7.0", "unsupported alias Box 7"},
		{"name=box|version=8.0", ""},
		{"name=box|version=9.0", ""},
		{"name=box|version=99", ""}, // no cycle of it is known
		{"name=box|version=x", ""},
		{"name=box", ""},
		// Paid support counts with a contract alone; that it exists is said.
		{"name=box|version=10.0", "unsupported alias Box 10 ended=2026-01-01 extended=2030-01-01"},
		{"name=box|version=12.0", "unsupported alias Box 12 ended=2026-01-01"},
		{"name=box|version=14.0", "unsupported alias Box 14 ended=2026-09-01 extended=2030-01-01 soon"},
		{"name=box|version=17.0", ""},
		{"name=box|version=18.0", ""},
	};
	static const struct found_row paid[] = {
		{"name=box|version=1.2", "unsupported alias Box 1 latest=1.9 ended=2020-01-01"},
		{"name=box|version=10.0", ""},
		{"name=box|version=11.0", "unsupported alias Box 11 ended=2026-08-24 extended=2026-08-24"},
		{"name=box|version=12.0", ""},
		{"name=box|version=13.0", "unsupported alias Box 13 ended=2026-01-01"},
		{"name=box|version=14.0", ""},
		{"name=box|version=15.0", "unsupported alias Box 15 ended=2026-08-25 extended=2026-08-25 soon"},
		{"name=box|version=16.0", "unsupported alias Box 16 ended=2026-08-25 extended=2026-08-25 soon"},
		{"name=box|version=17.0", ""},
		{"name=box|version=18.0", ""},
	};
	struct told t = told_new();
	struct finding_options contract = options;
	contract.extended_support = true;
	tell_box(&t);
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	found_rows(k, options, rows, N(rows));
	found_rows(k, contract, paid, N(paid));
	told_free(&t);
}

// An item that is Debian has what a machine of Debian has.
static void test_public_support(void)
{
	static const struct found_row rows[] = {
		{"name=Debian|version=10", ""},
		{"name=Debian|version=9", "unsupported alias Debian 9 ended=2022-06-30 extended=2022-06-30"},
		{"name=Box|version=10", "unsupported alias Box 10 ended=2022-09-10 extended=2029-06-30"},
	};
	struct told t = told_new();
	tell_source(&t, SOURCE_EOL, "endoflife.date", "endoflife.date", "2026-08-24", true);
	tell_product(&t, "debian", "Debian", NULL);
	tell_cycle(&t, "debian", "10", "", "", "2022-09-10", "2029-06-30");
	tell_cycle(&t, "debian", "9", "", "", "2020-07-18", "2022-06-30");
	tell_product(&t, "box", "Box", NULL);
	tell_cycle(&t, "box", "10", "", "", "2022-09-10", "2029-06-30");
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	found_rows(k, options, rows, N(rows));
	told_free(&t);
}

static void test_support_names(void)
{
	static const struct found_row rows[] = {
		{"name=whatever|version=1.0|cpe=cpe:2.3:a:acme:box:1.0:*:*:*:*:*:*:*", "unsupported exact Box 1 latest=1.9 ended=2020-01-01"},
		{"name=whatever|version=1.0|eco=npm|kind=library|purl=pkg:npm/box@1.0", "unsupported exact Box 1 latest=1.9 ended=2020-01-01"},
		{"name=Box|version=1.0", "unsupported alias Box 1 latest=1.9 ended=2020-01-01"},
		{"name=the-box|version=1.0", "unsupported alias Box 1 latest=1.9 ended=2020-01-01"},
		{"name=Server|vendor=Acme|version=2012 R2", "unsupported alias Acme Server 2012-r2 ended=2023-10-10"},
		{"name=Acme Server|version=2012 R2", "unsupported alias Acme Server 2012-r2 ended=2023-10-10"},
		{"name=Kasten|vendor=Other|version=1.0", "unsupported alias Box 1 latest=1.9 ended=2020-01-01"},
		// The product and its cycle in one name, with the version or without; words that say nothing else, notes in parentheses.
		{"name=Acme Server 2012 R2", "unsupported alias Acme Server 2012-r2 ended=2023-10-10"},
		{"name=acme server 2012-R2|version=2012 R2", "unsupported alias Acme Server 2012-r2 ended=2023-10-10"},
		{"name=Acme Server 2012 R2|vendor=Acme|version=6.3.9600", "unsupported alias Acme Server 2012-r2 ended=2023-10-10"},
		{"name=Acme Server 2012|version=R2", "unsupported alias Acme Server 2012-r2 ended=2023-10-10"},
		{"name=Acme Server Standard Edition|version=2012 R2", "unsupported alias Acme Server 2012-r2 ended=2023-10-10"},
		{"name=Acme Server 2012 R2 Datacenter (64-bit)", "unsupported alias Acme Server 2012-r2 ended=2023-10-10"},
		{"name=AcmeServer 2012", "unsupported alias Acme Server 2012 ended=2023-10-10"},
		{"name=Box (for ODBC)|version=1.0", "unsupported alias Box 1 latest=1.9 ended=2020-01-01"},
		{"name=Box/1.0.2", "unsupported alias Box 1 latest=1.9 ended=2020-01-01"},
		{"name=Box v1.0.2", "unsupported alias Box 1 latest=1.9 ended=2020-01-01"},
		{"name=Acme Box|vendor=acme|version=1.0", "unsupported alias Box 1 latest=1.9 ended=2020-01-01"},
		{"name=SQL Server 2014", "unsupported alias Maker SQL 2014 ended=2020-01-01"}, // what people call mssqlserver
		{"name=SQL Server|version=12 SP1", "unsupported alias Maker SQL 12.1 ended=2020-01-01"},
		{"name=SQL|vendor=MaKer|version=2014", "unsupported alias Maker SQL 2014 ended=2020-01-01"},
		{"name=Tool|vendor=twowords|version=1.0", "unsupported alias Two Words Tool 1 ended=2020-01-01"},
		{"name=Tool|vendor=Words|version=1.0", "unsupported alias Two Words Tool 1 ended=2020-01-01"},
		{"name=Tool|vendor=ords|version=1.0", "unsupported doubtful Two Words Tool 1 ended=2020-01-01"}, // a part of a word is no word
		{"name=Tool|vendor=Three|version=1.0", "unsupported doubtful Two Words Tool 1 ended=2020-01-01"},
		{"name=SQL|vendor=Maker Inc.|version=2014", "unsupported alias Maker SQL 2014 ended=2020-01-01"},
		// A likeness, no more: other words, another version, another maker.
		{"name=Box 1.0 ODBC driver", "unsupported doubtful Box 1 latest=1.9 ended=2020-01-01"},
		{"name=Box 1.0 ODBC driver|version=1.1", "unsupported doubtful Box 1 latest=1.9 ended=2020-01-01"},
		{"name=Box 1.0|version=2.0", "unsupported doubtful Box 1 latest=1.9 ended=2020-01-01"},
		{"name=mssql|vendor=Other|version=2014", "unsupported alias Maker SQL 2014 ended=2020-01-01"},
		{"name=SQL|vendor=Other|version=2014", "unsupported doubtful Maker SQL 2014 ended=2020-01-01"},
		{"name=Box ODBC driver|version=1.1", ""},
		{"name=Box/latest", ""},
		{"name=Box (ODBC", ""},
		{"name=Server|vendor=Acme Box|version=1.0", ""},
		{"name=Acme Server 2031", ""},
		{"name=Acme Servers 2012", ""},
		{"name=Server 2012 R2", ""},
		{"name=2012", ""},
		{"name= 2012", ""},
		{"name=a 2012", ""},
		{"name=Acme Server ", ""},
		// A library's bare name is nobody's in particular, and a package has its distribution's support, not its editor's.
		{"name=box|version=1.0|kind=library", ""},
		{"name=box|version=1.0|eco=npm", ""},
		{"name=box|version=1.0|eco=Debian:12|kind=package", ""},
		{"name=box|version=1.0|eco=Debian:12|kind=package|cpe=cpe:2.3:a:acme:box:1.0", ""},
		{"name=box|version=1.0|kind=package", ""},
		{"name=boxer|version=1.0", ""},
		{"name=whatever|version=1.0|cpe=cpe:2.3:a:acme:boxer:1.0", ""},
	};
	struct told t = told_new();
	tell_box(&t);
	tell_product(&t, "acme-server", "Acme Server", (const char *const[]){"alias:acmeserver", NULL});
	tell_cycle(&t, "acme-server", "2012-r2", "2012 R2", "", "2023-10-10", "");
	tell_product(&t, "tool", "Two Words Tool", NULL);
	tell_cycle(&t, "tool", "1", "", "", "2020-01-01", "");
	tell_product(&t, "mssqlserver", "Maker SQL", (const char *const[]){"alias:mssql", "alias:sql", NULL});
	tell_cycle(&t, "mssqlserver", "2014", "", "", "2020-01-01", "");
	tell_cycle(&t, "mssqlserver", "12.1", "", "", "2020-01-01", "");
	tell_cycle(&t, "acme-server", "2012", "2012", "", "2023-10-10", "");
	tell_source(&t, SOURCE_ALIASES, "table", "us", "2026-08-24", true);
	tell_alias(&t, "Other", "Kasten", "eol:box");
	tell_alias(&t, "Other", "Nichts", "eol:nothing");
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	found_rows(k, options, rows, N(rows));
	told_free(&t);
}

static void test_banned(void)
{
	static const struct found_row rows[] = {
		{"vendor=Huawei|name=AirEngine 5760", "banned alias banned out-by=2028-01-01"},
		{"vendor=HUAWEI |name=anything", "banned alias banned out-by=2028-01-01"},
		{"vendor=Huawei Technologies|name=AirEngine", "banned doubtful banned out-by=2028-01-01"},
		{"vendor=Huaweiland|name=AirEngine", ""},
		{"name=Huawei AirEngine", ""},
		{"vendor=Acme|name=Cam 3", "banned alias restricted"},
		{"vendor=acme|name=cam-3", "banned alias restricted"},
		{"vendor=Acme|name=Cam 3 Pro", "banned doubtful restricted"}, // a model of a named family
		{"vendor=Acme|name=Cam 30", ""},
		{"vendor=Acme|name=Cam", ""},
		{"vendor=Acme Inc|name=Cam 3", "banned doubtful restricted"},
		{"vendor=Long Name|name=x", "banned doubtful banned"}, // the list gives the whole name of the firm
		{"vendor=Long Name Limited|name=x", "banned alias banned"},
		{"vendor=Long|name=y", "banned doubtful banned"},
		{"vendor=Longer|name=y", ""},
		{"vendor=Future|name=x", ""}, // not yet in force
		{"vendor=Today|name=x", "banned alias banned"},
		{"vendor=Always|name=x", "banned alias banned"},
		{"name=unnamed|cpe=cpe:2.3:h:huawei:airengine:1.0", "banned alias banned out-by=2028-01-01"},
		{"name=unnamed|cpe=cpe:2.3:h:acme:cam_3:1.0", "banned alias restricted"},
		{"name=unnamed|cpe=cpe:2.3:h:acme:cam:1.0", ""},
		{"name=unnamed|cpe=nonsense", ""},
	};
	struct told t = told_new();
	tell_source(&t, SOURCE_BANNED, "list", "the authority", "2026-08-24", true);
	tell_banned(&t, "Huawei", "", "banned", "2026-01-01", "2028-01-01");
	tell_banned(&t, "Acme", "Cam 3", "restricted", "2026-01-01", "");
	tell_banned(&t, "Long Name Limited", "", "banned", "2026-01-01", "");
	tell_banned(&t, "Future", "", "banned", "2026-08-25", "");
	tell_banned(&t, "Today", "", "banned", "2026-08-24", "");
	tell_banned(&t, "Always", "", "banned", "", "");
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	found_rows(k, options, rows, N(rows));
	struct found to;
	found_begin(&to, k, &options);
	struct item i = item_row("vendor=Huawei|name=x|kind=equipment");
	found_of_item(&to, &i);
	CHECK(to.last.from == told_date("2026-01-01") && to.last.since == to.last.from && to.last.item_kind == ITEM_EQUIPMENT);
	CHECK(slice_is_text(to.last.use, "any") && slice_is_text(to.last.basis, "a decision"));
	found_end(&to);
	told_free(&t);
}

static void tell_register(struct told *t)
{
	tell_source(t, SOURCE_PROVIDERS, "register", "the authority", "2026-08-24", true);
	tell_provider(t, "Good", "PASSI", "2026-01-01", "2027-01-01", false);
	tell_provider(t, "First day", "PASSI", "2026-08-24", "2027-01-01", false);
	tell_provider(t, "Tomorrow", "PASSI", "2026-08-25", "2027-01-01", false);
	tell_provider(t, "Last day", "PASSI", "2026-01-01", "2026-08-24", false);
	tell_provider(t, "Yesterday", "PASSI", "2026-01-01", "2026-08-23", false);
	tell_provider(t, "Suspended", "PASSI", "2026-01-01", "2027-01-01", true);
	tell_provider(t, "Always", "PASSI", "", "", false);
	tell_provider(t, "Twice", "PASSI", "2020-01-01", "2021-01-01", false);
	tell_provider(t, "Twice", "PRIS", "2026-01-01", "2027-01-01", false);
	tell_provider(t, "Once", "PASSI", "2026-01-01", "2027-01-01", false);
	tell_provider(t, "Once", "PRIS", "2020-01-01", "2021-01-01", false);
	tell_provider(t, "Renewed", "PASSI", "2026-01-01", "2028-12-31", false); // before the one that it renews, and after it
	tell_provider(t, "Renewed", "PASSI", "2023-01-01", "2025-12-31", false);
	tell_provider(t, "Again", "PASSI", "2023-01-01", "2025-12-31", false);
	tell_provider(t, "Again", "PASSI", "2026-01-01", "2028-12-31", false);
}

static void test_caretaker(void)
{
	static const struct found_row rows[] = {
		{"name=x", ""}, // the machine's caretaker looks after it
		{"name=x|caretaker=Good", ""},
		{"name=x|caretaker=First day", ""},
		{"name=x|caretaker=Last day", ""},
		{"name=x|caretaker=Twice", ""},
		{"name=x|caretaker=Once", ""},
		{"name=x|caretaker=Renewed", ""},
		{"name=x|caretaker=Again", ""},
		{"name=x|caretaker=1", ""}, // its number in the register
		{"name=x|caretaker=-", "caretaker exact: nobody is named who looks after it"},
		{"name=x|caretaker=Nobody", "caretaker exact caretaker=Nobody: is not in the register of qualified providers"},
		{"name=x|caretaker=good", "caretaker exact caretaker=good: is not in the register of qualified providers"},
		{"name=x|caretaker=Tomorrow", "caretaker exact caretaker=Tomorrow: its qualification had not begun on the day"},
		{"name=x|caretaker=Yesterday", "caretaker exact caretaker=Yesterday: its qualification had ended on the day"},
		{"name=x|caretaker=Always", "caretaker exact caretaker=Always: the register does not say from when to when it is qualified"},
		{"name=x|caretaker=Suspended", "caretaker exact caretaker=Suspended: its qualification is suspended"},
	};
	struct told t = told_new();
	tell_register(&t);
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	found_rows(k, options, rows, N(rows));
	told_free(&t);
}

static void test_machine_caretaker(void)
{
	static const struct {
		const char *own, *option, *want;
	} rows[] = {
		{"", "", "caretaker exact: nobody is named who looks after it"},
		{"Good", "", ""},
		{"", "Good", ""},
		{"Good", "Nobody", ""},
		{"-", "Good", "caretaker exact: nobody is named who looks after it"},
		{"Nobody", "Good", "caretaker exact caretaker=Nobody: is not in the register of qualified providers"},
		{"", "Yesterday", "caretaker exact caretaker=Yesterday: its qualification had ended on the day"},
	};
	struct told t = told_new();
	tell_register(&t);
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	for (size_t i = 0; i < N(rows); i++) {
		struct found to;
		struct finding_options o = options;
		struct machine m = machine_named("m");
		o.caretaker = slice_text(rows[i].option);
		m.caretaker = slice_text(rows[i].own);
		found_begin(&to, k, &o);
		const char *got = found_of_machine(&to, &m);
		CHECK_SAY(strcmp(got, rows[i].want) == 0, "\"%s\" or \"%s\": \"%s\"", rows[i].own, rows[i].option, got);
		found_end(&to);
	}
	told_free(&t);
}

static void test_credential(void)
{
	static const struct found_row rows[] = {
		{"name=x|credentials=default", "credential exact"},
		{"name=x|credentials=changed", ""},
		{"name=x", ""},
	};
	struct told t = told_new();
	tell_source(&t, SOURCE_KEV, "KEV", "CISA", "2026-08-24", true);
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	found_rows(k, options, rows, N(rows));
	told_free(&t);
}

// What is said of the machine: its system's support, its kernel, how long ago it was updated.
static void test_machine(void)
{
	static const struct {
		const char *id, *version, *running, *installed;
		int64_t updated; // days and seconds before today; INT64_MAX: not known
		const char *want;
	} rows[] = {
		{"debian", "12", "", "", INT64_MAX, ""},
		{"debian", "10", "", "", INT64_MAX, ""}, // long-term support is for everybody
		{"debian", "9", "", "", INT64_MAX, "unsupported exact Debian 9 ended=2022-06-30 extended=2022-06-30"},
		{"debian", "", "", "", INT64_MAX, ""}, // testing has no version
		{"debian", "99", "", "", INT64_MAX, ""},
		{"Debian", "10", "", "", INT64_MAX, ""},
		{"other", "10", "", "", INT64_MAX, ""},
		{"amzn", "2", "", "", INT64_MAX, "unsupported exact Amazon Linux 2 ended=2026-06-30"}, // the data's name is not os-release's
		{"", "10", "", "", INT64_MAX, ""},
		{"", "", "6.1.0-20", "6.1.0-21", INT64_MAX, "kernel exact fixed=6.1.0-21"},
		{"", "", "6.1.0-21", "6.1.0-21", INT64_MAX, ""},
		{"", "", "6.1.0-21", "", INT64_MAX, ""},
		{"", "", "", "6.1.0-21", INT64_MAX, ""},
		{"", "", "", "", 0, ""},
		{"", "", "", "", -5 * DAY, ""}, // in the future
		{"", "", "", "", FINDING_STALE_DAYS * DAY - 1, ""},
		{"", "", "", "", FINDING_STALE_DAYS * DAY, "stale exact"},
		{"", "", "", "", 400 * DAY, "stale exact"},
	};
	struct told t = told_new();
	tell_source(&t, SOURCE_EOL, "endoflife.date", "endoflife.date", "2026-08-24", true);
	tell_product(&t, "debian", "Debian", NULL);
	tell_cycle(&t, "debian", "12", "", "", "2028-06-30", "");
	tell_cycle(&t, "debian", "10", "", "", "2022-09-10", "2029-06-30");
	tell_cycle(&t, "debian", "9", "", "", "2020-07-18", "2022-06-30");
	tell_product(&t, "amazon-linux", "Amazon Linux", NULL);
	tell_cycle(&t, "amazon-linux", "2", "", "", "2026-06-30", "");
	tell_source(&t, SOURCE_PROVIDERS, "register", "the authority", "2026-08-24", true);
	tell_provider(&t, "Good", "PASSI", "2020-01-01", "2099-12-31", false);
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	for (size_t i = 0; i < N(rows); i++) {
		struct found to;
		struct machine m = machine_named("m");
		m.caretaker = SLICE_LITERAL("Good");
		m.os_id = slice_text(rows[i].id);
		m.os_version = slice_text(rows[i].version);
		m.os_name = SLICE_LITERAL("An OS");
		m.kernel_running = slice_text(rows[i].running);
		m.kernel_installed = slice_text(rows[i].installed);
		m.updated = rows[i].updated == INT64_MAX ? INVENTORY_UNKNOWN_DATE : options.today - rows[i].updated;
		found_begin(&to, k, &options);
		const char *got = found_of_machine(&to, &m);
		CHECK_SAY(strcmp(got, rows[i].want) == 0, "row %zu: \"%s\"", i, got);
		if (rows[i].want[0] == 'u')
			CHECK(slice_is_text(to.last.item, "An OS") && slice_is_text(to.last.version, rows[i].version) && to.last.item_kind == ITEM_SYSTEM);
		if (rows[i].want[0] == 'k')
			CHECK(slice_is_text(to.last.version, rows[i].running));
		if (rows[i].want[0] == 's')
			CHECK(to.last.since == m.updated);
		found_end(&to);
	}
	told_free(&t);
}

static void test_restart(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_KEV, "KEV", "CISA", "2026-08-24", true);
	const struct knowledge *k = told_knowledge(&t);
	struct found to;
	struct why why = {{0}};
	REQUIRE(k != NULL);
	found_begin(&to, k, &options);
	struct inventory_sink s = findings_inventory(to.f);
	struct restart r = {.process = SLICE_LITERAL("nginx"), .unit = SLICE_LITERAL("nginx.service"), .file = SLICE_LITERAL("/usr/lib/libssl.so.3"), .pid = 7};
	CHECK(s.restart(s.context, &r, &why) == ERR_OK);
	CHECK_TEXT(found_text(&to), "restart exact");
	CHECK(slice_is_text(to.last.item, "nginx.service") && slice_is_text(to.last.package, "/usr/lib/libssl.so.3"));
	r.unit = (struct slice){0};
	CHECK(s.restart(s.context, &r, &why) == ERR_OK && slice_is_text(to.last.item, "nginx"));
	found_end(&to);
	told_free(&t);
}

// The machine's strings are kept: a reader's memory is its own.
static void test_kept(void)
{
	struct told t = told_new();
	tell_source(&t, SOURCE_KEV, "KEV", "CISA", "2026-08-24", true);
	const struct knowledge *k = told_knowledge(&t);
	struct found to;
	struct why why = {{0}};
	REQUIRE(k != NULL);
	found_begin(&to, k, &options);
	char *name = strdup("a-machine");
	struct machine m = machine_named(name);
	found_of_machine(&to, &m);
	memset(name, 'x', strlen(name));
	free(name);
	struct item i = item_row("name=x|credentials=default");
	found_of_item(&to, &i);
	CHECK(slice_is_text(to.last.machine, "a-machine"));
	// Longer than any reader may hand on.
	static char big[20 * INVENTORY_TEXT_MAX];
	memset(big, 'y', sizeof big - 1);
	m = machine_named(big);
	struct inventory_sink s = findings_inventory(to.f);
	CHECK(s.machine(s.context, &m, &why) == ERR_LIMIT);
	m = machine_named("next");
	found_text(&to);
	found_of_machine(&to, &m);
	CHECK(slice_is_text(to.last.machine, "next"));
	found_end(&to);
	told_free(&t);
}

const struct test tests[] = {
	{"the day that support ends", test_support_days},
	{"support that everybody has", test_public_support},
	{"whose support it is", test_support_names},
	{"banned equipment", test_banned},
	{"an item's caretaker", test_caretaker},
	{"a machine's caretaker", test_machine_caretaker},
	{"default credentials", test_credential},
	{"system, kernel and age of a machine", test_machine},
	{"processes to restart", test_restart},
	{"a machine's words are kept", test_kept},
	{NULL, NULL},
};
