#include "inventory/table.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recorder.h"

static int file_of(const char *text, size_t n)
{
	int fd = memfd_create("table", MFD_CLOEXEC);
	CHECK(fd >= 0 && write(fd, text, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

typedef enum err reader(int fd, const char *name, const struct table_options *o, const struct inventory_sink *sink, struct why *why);

static enum err read_text(reader *read_it, const char *text, size_t n, const char *ecosystem, struct recorder *r, struct why *why)
{
	struct table_options o = {.machine = SLICE_LITERAL("list"), .ecosystem = slice_text(ecosystem), .taken = INVENTORY_UNKNOWN_DATE};
	recorder_init(r);
	struct inventory_sink sink = recorder_sink(r);
	int fd = file_of(text, n);
	enum err e = read_it(fd, "t", &o, &sink, why);
	close(fd);
	return e;
}

#define LIST "machine list|||\n"

static const struct {
	const char *what, *text, *want;
} rows[] = {
	{"three columns", "vendor,product,version\nSiemens,S7-1500,2.9\n", LIST "item application||S7-1500|2.9|||\n"},
	{"semicolons, any order and case", "Version;In Use Since;PRODUCT;kind\n2.9;2020-01-31;S7;Equipment\n", LIST "item equipment||S7|2.9|||\n"},
	{"tabs, a quote is a letter", "name\tversion\na\t1\"\n", LIST "item application||a|1\"|||\n"},
	{"tabs, as spreadsheets write them", "name\tversion\n\"a, b\"\t\"5\"\"\"\n", LIST "item application||a, b|5\"|||\n"},
	{"as Excel writes it in France", "\xef\xbb\xbfsep=;\r\nProduct ;VERSION;In\xc2\xa0use  since;\"looked\r\nafter by\";;\r\nS7;2,9;31/12/2024;;;\r\n;;;;;\r\n",
	 LIST "item application||S7|2,9|||\n"},
	{"quotes inside cells", "product;version;role\nEcran 24\"\";1;server\nDalle 27\";\"2\";server\nc;3;server\n",
	 LIST "item application||Ecran 24\"\"|1|||\nitem application||Dalle 27\"|2|||\nitem application||c|3|||\n"},
	{"a quote that is not closed", "product;version\n\"a;1\nb;2\n\"c\";3\n",
	 "refused 2|a;1|column 1: a quote is not closed\n" LIST "item application||b|2|||\nitem application||c|3|||\n"},
	{"a byte order mark, quotes", "\xef\xbb\xbf\"product\",\"version\"\r\n\"F5, \"\"BIG\"\"\",\"17\"\r\n", LIST "item application||F5, \"BIG\"|17|||\n"},
	{"outer blanks", "product,version\n SimpleHelp ,\"\xc2\xa0" "5 \"\n", LIST "item application||SimpleHelp|5|||\n"},
	{"a package", "package,version\na,1\n", LIST "item package||a|1|||\n"},
	{"an ecosystem", "name,version,ecosystem\na,1,npm\n", LIST "item package|npm|a|1|||\n"},
	{"a source", "package,version,source,source-version,architecture\nlibc6,2,glibc,2,amd64\na,1,a,1,\na,1,a,,\na,1,a,2,\n",
	 LIST "item package||libc6|2|glibc|2|amd64\nitem package||a|1|||\nitem package||a|1|||\nitem package||a|1|a|2|\n"},
	{"words", "name,role,exposure,credentials\na,Server,INTERNET,default\nb,unknown,Unknown,\n", LIST "item application||a||||\nitem application||b||||\n"},
	{"who looks after rows of no machine", "name,looked after by\na,X\nb,\nc,Y\nd,X\ne,-\n",
	 LIST "item application||a||||\nitem application||b|||| by -\nitem application||c|||| by Y\nitem application||d||||\nitem application||e|||| by -\n"},
	{"who looks after a machine's rows", "name,machine,looked after by\na,m,X\nb,m,\nc,m,-\nd,n,\n",
	 "machine m|||\nitem application||a||||\nitem application||b||||\nitem application||c|||| by -\nmachine n|||\nitem application||d||||\n"},
	{"nobody looks after the first", "name,looked after by\na,\nb,X\n", LIST "item application||a||||\nitem application||b|||| by X\n"},
	{"an unknown column", "name,color,price\na,red,1\n", "note 1|color|not a column that is known: kept out\nnote 1|price|not a column that is known: kept out\n"
	 LIST "item application||a||||\n"},
	{"empty rows and columns", "name,version,,\na,1,,\n,,,\n\n", LIST "item application||a|1|||\n"},
	{"a comment", "# of the factory\nname\na\n# b\n", LIST "item application||a||||\n"},
	{"nothing but a head", "name,version\n", LIST},
	{"no line end", "name,version\na,1", LIST "item application||a|1|||\n"},
	{"a purl", "purl\npkg:npm/%40adonisjs/core@5.1\n", LIST "item package|npm|@adonisjs/core|5.1|||\n"},
	{"a purl, otherwise called", "name,purl\nThe Core,pkg:npm/core@5.1\n", LIST "item package|npm|The Core|5.1|core||\n"},
	{"a purl, of another version", "name,version,purl\ncore,v5.1,pkg:npm/core@5.1\nCore,5,pkg:npm/core\n",
	 LIST "item package|npm|core|v5.1||5.1|\nitem package|npm|Core|5|core||\n"},
	{"a purl and a source", "name,version,source,purl\nCore,5,mine,pkg:npm/core@5.1\n", LIST "item package|npm|Core|5|mine|5.1|\n"},
	{"a distribution's purl", "name,version,purl\nOpenSSL,3.0,pkg:deb/debian/openssl@3.0.11-1?distro=debian-12\n"
	                          "bash,1:5.1-6.el9,pkg:rpm/almalinux/bash@5.1-6.el9?distro=almalinux-9\n,,pkg:rpm/almalinux/vim@8-1?epoch=2&distro=almalinux-9\n"
	                          "x,8-1,pkg:rpm/almalinux/vim@8-1?epoch=0&distro=almalinux-9\n",
	 LIST "item package|Debian:12|openssl|3.0.11-1|||\nitem package|AlmaLinux:9|bash|1:5.1-6.el9|||\nitem package|AlmaLinux:9|vim|2:8-1|||\n"
	      "item package|AlmaLinux:9|vim|8-1|||\n"},
	{"a purl of no ecosystem", "name,version,purl\nBox,2,pkg:generic/box@1\n", LIST "item application||Box|2|||\n"},
	{"a CPE", "name,cpe\na,cpe:2.3:h:siemens:s7:2:*:*:*:*:*:*:*\nb,cpe:/o:siemens:s7\nc,cpe:/a:x:y\n",
	 LIST "item equipment||a|2|||\nitem system||b||||\nitem application||c||||\n"},
	{"a CPE alone", "cpe,version\ncpe:2.3:o:microsoft:windows_server_2012:r2:sp1:*:*:*:*:*:*,\ncpe:2.3:a:x:g\\+\\+:-:*:*:*:*:*:*:*,\n"
	                "cpe:/a:x:y:1.0,2.0\ncpe:2.3:a:*:y:1:*:*:*:*:*:*:*,\n",
	 LIST "item system||windows server 2012|r2 sp1|||\nitem application||g++||||\nitem application||y|2.0|||\nitem application|||1|||\n"},
	{"rpm's list", "package\tversion\tarch\tsourcerpm\tvendor\nbash\t(none):5.1.8-6.el9\tx86_64\tbash-5.1.8-6.el9.src.rpm\tRocky\n"
	               "openssl-libs\t1:3.0.7-27.el9\tx86_64\topenssl-3.0.7-27.el9.src.rpm\t(none)\ngpg-pubkey\t1-1\t(none)\t(none)\t(none)\n",
	 LIST "item package||bash|5.1.8-6.el9|||x86_64\nitem package||openssl-libs|1:3.0.7-27.el9|openssl|1:3.0.7-27.el9|x86_64\n"},
	{"machines", "host,name\na,x\na,y\nb,x\n,z\n",
	 "machine a|||\nitem application||x||||\nitem application||y||||\nmachine b|||\nitem application||x||||\nmachine list|||\nitem application||z||||\n"},
	// Refused rows are told; the rest is read.
	{"a date that is a boolean", "name,since\na,true\nb,2020-01-31\nc,VRAI\nd,faux\n",
	 "refused 2|a|\"in use since\" is \"true\", a yes or no, and no date: write 2026-01-31\n" LIST "item application||b||||\n"
	 "refused 4|c|\"in use since\" is \"VRAI\", a yes or no, and no date: write 2026-01-31\n"
	 "refused 5|d|\"in use since\" is \"faux\", a yes or no, and no date: write 2026-01-31\n"},
	{"a spreadsheet's dates", "name,since\na,45657\nb,\"45657,5\"\nc,31-12-2024\n",
	 "refused 2|a|\"in use since\" is \"45657\", a spreadsheet's count of days, and no date: write 2026-01-31\n"
	 "refused 3|b|\"in use since\" is \"45657,5\", a spreadsheet's count of days, and no date: write 2026-01-31\n" LIST "item application||c||||\n"},
	{"dates that could be two", "name,since\na,01/02/2020\na,2020-02-30\na,2020\na,20200131\n",
	 "refused 2|a|\"in use since\" is \"01/02/2020\", which can be two dates: write 2026-01-31\n"
	 "refused 3|a|\"in use since\" is \"2020-02-30\", no date: write 2026-01-31\nrefused 4|a|\"in use since\" is \"2020\", no date: write 2026-01-31\n"
	 "refused 5|a|\"in use since\" is \"20200131\", no date: write 2026-01-31\n" LIST},
	{"unknown words", "name,role,exposure,credentials,kind\na,boss,,,\na,,public,,\na,,,admin,\na,,,,thing\n",
	 "refused 2|a|role is \"boss\", none of: workstation, server, network, industrial, medical, other\n"
	 "refused 3|a|exposure is \"public\", none of: isolated, internal, internet\n"
	 "refused 4|a|credentials is \"admin\", none of: changed, default\nrefused 5|a|kind is \"thing\", none of: package, library, application, system, firmware, equipment\n" LIST},
	{"ecosystems that OSV writes otherwise", "name,version,ecosystem\na,1,pypi\nb,1,Debian 12\nc,1,PyPI\n",
	 "refused 2|a|ecosystem is \"pypi\", which OSV writes \"PyPI\"\nrefused 3|b|ecosystem is \"Debian 12\", which OSV writes \"Debian:\"\n" LIST "item package|PyPI|c|1|||\n"},
	{"no name", "name,version\n,1\n", "refused 2||no name, no purl and no CPE\n" LIST},
	{"cells", "name,version\na\nb,1,2\nc,1,,\n", "refused 2|a|fewer cells than columns\nrefused 3|b|more cells than columns\n" LIST "item application||c|1|||\n"},
	{"a line in a cell", "name,version\n\"a\nb\",1\nc,1\n", "refused 2|a?b|a value holds a control character\n" LIST "item application||c|1|||\n"},
	{"Latin-1", "name\ncaf\xe9\nb\n", "refused 2||not UTF-8: save it as UTF-8\n" LIST "item application||b||||\n"},
	{"what stands under no column that is known", "name,version,remarks\na,1,\"first\nsecond\"\nb,2,\x07\n",
	 "note 1|remarks|not a column that is known: kept out\n" LIST "item application||a|1|||\nitem application||b|2|||\n"},
	{"in French", "FABRICANT;Produit;Version;RÔLE;Exposition;Identifiants;Pris en charge par;En service depuis\nSiemens;S7;2,9;Industriel;Isolé;Par défaut;nous;31/12/2024\n"
	              ";b;;RÉSEAU;interne;changés;;\n;c;;grille-pain;;;;\n",
	 LIST "item application||S7|2,9|||\nitem application||b|||| by -\n"
	 "refused 4|c|role is \"grille-pain\", none of: workstation, server, network, industrial, medical, other\n"},
	{"in German", "Hersteller;Produkt;Version;Rolle;Exposition;Zugangsdaten;Betreut von;Rechner;In Betrieb seit\nSiemens;S7;2,9;andere;isoliert;GEÄNDERT;wir;pc;31.12.2024\n",
	 "machine pc|||\nitem application||S7|2,9|||\n"},
	{"as Windows lists it", "PSComputerName,DisplayName,DisplayVersion,Publisher\npc,7-Zip,22.00,Igor Pavlov\n", "machine pc|||\nitem application||7-Zip|22.00|||\n"},
	{"a broken quote", "name,version\n\"a\"b,1\nc,1\n", "refused 2|a|column 1: text follows a closed quote\n" LIST "item application||c|1|||\n"},
	{"identifiers", "name,purl,cpe\na,npm/a,\nb,,cpe:x\n", "refused 2|a|no package URL\nrefused 3|b|no CPE name\n" LIST},
	{"what a purl hides", "purl\npkg:npm/%20a@1\npkg:npm/a@1%0a\npkg:npm/a@%c2%85\npkg:npm/a@1\n",
	 "refused 2|pkg:npm/%20a@1|a package URL with a blank at an end, a control character, or longer than 1024 bytes\n"
	 "refused 3|pkg:npm/a@1%0a|no package URL\n"
	 "refused 4|pkg:npm/a@%c2%85|a package URL with a blank at an end, a control character, or longer than 1024 bytes\n" LIST "item package|npm|a|1|||\n"},
	{"a source of rpm's", "package,version,sourcerpm\na,1-1,a.src.rpm\n", "refused 2|a|sourcerpm is not name-version-release.src.rpm\n" LIST},
	{"machines that an FNV-1a hash of 64 bits takes for one", "machine,name\n8yn0iYCKYHlIj4-BwPqk,x\nGReLUrM4wMqfg9yzV3KQ,y\n",
	 "machine 8yn0iYCKYHlIj4-BwPqk|||\nitem application||x||||\nmachine GReLUrM4wMqfg9yzV3KQ|||\nitem application||y||||\n"},
	{"a machine again", "machine,name\na,x\nb,y\na,z\nb,z\n",
	 "machine a|||\nitem application||x||||\nmachine b|||\nitem application||y||||\nrefused 4|z|its machine was left before: sort the table by machine\n"
	 "item application||z||||\n"},
};

static void tables(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct recorder r;
		struct why why = {""};
		CHECK_SAY(read_text(inventory_table, rows[i].text, strlen(rows[i].text), "", &r, &why) == ERR_OK, "%s: %s", rows[i].what, why.text);
		CHECK_SAY(strcmp(recorder_text(&r), rows[i].want) == 0, "%s: %s", rows[i].what, recorder_text(&r));
		buf_free(&r.text);
	}
}

static enum err keep_since(void *context, const struct item *i, struct why *why)
{
	(void)why;
	*(int64_t *)context = i->since;
	return ERR_OK;
}

static void dates(void)
{
	static const struct {
		const char *text;
		int64_t since; // INVENTORY_UNKNOWN_DATE: refused
	} all[] = {
		{"2024-12-31", 1735603200},       {"2024-12-31T01:00:00Z", 1735606800}, {"2024-12-31 00:00:00", 1735603200}, {"31/12/2024", 1735603200},
		{"31/12/2024 13:45", 1735603200}, {"12/31/2024", 1735603200},           {"2024/12/31", 1735603200},          {"31.12.2024", 1735603200},
		{"1.2.2024", 1706745600},         {"05/05/2024", 1714867200}, {"31-12-2024", 1735603200}, {"12-31-2024 08:00", 1735603200}, {"2024-12-31T08:00:00", 1735603200},
		{"02-01-2024", INVENTORY_UNKNOWN_DATE}, {"2024-12-31T", 1735603200}, {"2024-12-31Tea", INVENTORY_UNKNOWN_DATE},           {"29/02/2024", 1709164800},          {"1/1/1970", 0},
		{"29/02/2023", INVENTORY_UNKNOWN_DATE},  {"02/01/2024", INVENTORY_UNKNOWN_DATE},   {"31/04/2024", INVENTORY_UNKNOWN_DATE},
		{"13/13/2024", INVENTORY_UNKNOWN_DATE},  {"31/12/24", INVENTORY_UNKNOWN_DATE},     {"31/12", INVENTORY_UNKNOWN_DATE},
		{"31/12/1969", INVENTORY_UNKNOWN_DATE},  {"31/12/20240", INVENTORY_UNKNOWN_DATE},  {"0/12/2024", INVENTORY_UNKNOWN_DATE},
		{"31/12/2024 noon", INVENTORY_UNKNOWN_DATE}, {"2024-12-31 noon", INVENTORY_UNKNOWN_DATE}, {"45657", INVENTORY_UNKNOWN_DATE},
		{"31//2024", INVENTORY_UNKNOWN_DATE},    {"12.31.2024", INVENTORY_UNKNOWN_DATE},   {"1/2/2024/3", INVENTORY_UNKNOWN_DATE},
		{"/", INVENTORY_UNKNOWN_DATE}, {"//", INVENTORY_UNKNOWN_DATE}, {"#REF!", INVENTORY_UNKNOWN_DATE}, {"2024/31/12", INVENTORY_UNKNOWN_DATE},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		int64_t since = INVENTORY_UNKNOWN_DATE;
		struct inventory_sink sink = {.context = &since, .item = keep_since};
		struct table_options o = {.taken = INVENTORY_UNKNOWN_DATE};
		struct why why = {""};
		char text[64];
		snprintf(text, sizeof text, "name;since\na;%s\n", all[i].text);
		int fd = file_of(text, strlen(text));
		CHECK(inventory_table(fd, "t", &o, &sink, &why) == ERR_OK);
		CHECK_SAY(since == all[i].since, "%s: %lld", all[i].text, (long long)since);
		close(fd);
	}
}

// A name that the file system gave the list, and that is no text.
static void odd_name(void)
{
	struct recorder r;
	struct why why = {""};
	recorder_init(&r);
	struct inventory_sink sink = recorder_sink(&r);
	struct table_options o = {.machine = SLICE_LITERAL("a\tb\xff"), .taken = INVENTORY_UNKNOWN_DATE};
	int fd = file_of("name\nx\n", 7);
	CHECK(inventory_table(fd, "t", &o, &sink, &why) == ERR_OK);
	CHECK_TEXT(recorder_text(&r), "machine a?b?|||\nnote 0|a?b?|the machine's name is no text of at most 1024 bytes: '?' stands for what it was not\n"
	                              "item application||x||||\n");
	close(fd);
	buf_free(&r.text);
}

static void ecosystem_given(void)
{
	static const char text[] = "name,version,kind,ecosystem\na,1,,\nb,1,application,\nc,1,,npm\n";
	struct recorder r;
	struct why why = {""};
	CHECK(read_text(inventory_table, text, sizeof text - 1, "Debian:12", &r, &why) == ERR_OK);
	CHECK_TEXT(recorder_text(&r), "machine list|debian|12|Debian:12\nitem package|Debian:12|a|1|||\nitem application||b|1|||\nitem package|npm|c|1|||\n");
	buf_free(&r.text);
}

static void no_tables(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"", "t: empty"}, {"\n\n", "t: empty"}, {"# only\n", "t: empty"}, {"version,vendor\n1,2\n", "line 1: no column \"name\""},
		{"a,b,c\n1,2,3\n", "line 1: no column \"name\""}, {"name,product\na,b\n", "line 1: two columns say the same: product"},
		{"name,since,In_Use-Since\n", "two columns say the same: In_Use-Since"}, {"\"name\n", "line 1: the row that names the columns: column 1: a quote is not closed"},
		{"name,version\ra,1\rb,2\r", "line 1: its lines end with CR alone"}, {"\xfe\xff\0n", "UTF-16"},
		{"\xff\xfen\0a\0", "UTF-16"}, {"n\xff" "ame\n", "line 1: the row that names the columns: not UTF-8: save it as UTF-8"},
		{"P\x03", "line 1: no column"}, {"PK\x03\x04", "save the table as CSV"}, {"\xd0\xcf\x11\xe0", "save the table as CSV"}, {"\x1f\x8b", "unpack it first"},
		{"\x28\xb5\x2f\xfd", "unpack it first"}, {"a|b\n", "between commas, semicolons or tabs"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct recorder r;
		struct why why = {""};
		CHECK(read_text(inventory_table, bad[i].text, strlen(bad[i].text), "", &r, &why) == ERR_INPUT);
		CHECK_SAY(strstr(why.text, bad[i].why) != NULL && r.machines == 0 && r.items == 0, "%zu: %s", i, why.text);
		buf_free(&r.text);
	}
}

// UTF-16 without a byte order mark, from either end.
static void wide(void)
{
	static const char both[2][8] = {{'n', 0, 'a', 0, '\n', 0}, {0, 'n', 0, 'a', 0, '\n'}};
	for (size_t i = 0; i < 2; i++) {
		struct recorder r;
		struct why why = {""};
		CHECK(read_text(inventory_table, both[i], 6, "", &r, &why) == ERR_INPUT);
		CHECK_SAY(strstr(why.text, "UTF-16") != NULL, "%s", why.text);
		buf_free(&r.text);
	}
}

static void truncated(void)
{
	static const char text[] = "machine;vendor;product;version;in use since\na;\"S;x\";S7-1500;2.9;2020-01-31\nb;F5;BIG-IP;17.1;\n";
	for (size_t n = 0; n < sizeof text; n++) {
		struct recorder r;
		struct why why = {""};
		enum err e = read_text(inventory_table, text, n, "", &r, &why);
		CHECK_SAY(e == ERR_OK || (e == ERR_INPUT && r.items == 0 && why.text[0] != 0), "%zu: %s", n, why.text);
		buf_free(&r.text);
	}
}

// 10,000 machines, two rows each; a value of 10 kB; a sink that stops; a directory.
static void large_and_stopped(void)
{
	struct buf text;
	struct recorder r;
	struct why why = {""};
	buf_init(&text, 8u << 20);
	buf_put_text(&text, "machine,name,version\n");
	for (unsigned i = 0; i < 10000; i++)
		buf_printf(&text, "m%u,a,1\nm%u,b,2\n", i, i);
	CHECK(read_text(inventory_table, (const char *)text.p, text.n, "", &r, &why) == ERR_OK && r.machines == 10000 && r.items == 20000 && r.refusals == 0);
	buf_free(&r.text);
	buf_clear(&text);
	buf_put_text(&text, "name,version\na,");
	for (unsigned i = 0; i < 10240; i++)
		buf_put_u8(&text, '1');
	buf_put_text(&text, "\nb,1\n");
	CHECK(read_text(inventory_table, (const char *)text.p, text.n, "", &r, &why) == ERR_OK);
	CHECK_TEXT(recorder_text(&r), "refused 2|a|a value is longer than 1024 bytes\n" LIST "item application||b|1|||\n");
	buf_free(&r.text);
	buf_free(&text);
	recorder_init(&r);
	r.stop_after = 2;
	struct inventory_sink sink = recorder_sink(&r);
	struct table_options o = {.taken = INVENTORY_UNKNOWN_DATE};
	int fd = file_of("name\na\nb\nc\n", 11);
	CHECK(inventory_table(fd, "t", &o, &sink, &why) == ERR_AWAY && r.items == 2);
	close(fd);
	fd = open("/", O_RDONLY | O_DIRECTORY);
	CHECK(inventory_table(fd, "t", &o, &sink, &why) == ERR_SYSTEM && inventory_wazuh(fd, "t", &o, &sink, &why) == ERR_SYSTEM);
	close(fd);
	buf_free(&r.text);
}

static enum err count_machine(void *context, const struct machine *m, struct why *why)
{
	(void)m, (void)why;
	++*(uint64_t *)context;
	return ERR_OK;
}

// As many machines as may be, and one more; as many bytes of names, and one more.
static void the_most(void)
{
	static const struct {
		unsigned machines, pad;
		uint64_t told;
	} most[] = {{TABLE_MACHINES_MAX + 1, 0, TABLE_MACHINES_MAX}, {TABLE_NAMES_MAX / 1024 + 1, 1016, TABLE_NAMES_MAX / 1024}};
	for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
		struct why why = {""};
		uint64_t told = 0;
		struct inventory_sink sink = {.context = &told, .machine = count_machine};
		struct table_options o = {.taken = INVENTORY_UNKNOWN_DATE};
		int fd = memfd_create("most", MFD_CLOEXEC);
		FILE *f = fdopen(dup(fd), "w");
		REQUIRE(f != NULL);
		fputs("machine,name\n", f);
		for (unsigned m = 0; m < most[i].machines; m++)
			fprintf(f, "%08u%0*u,a\n", m, (int)most[i].pad, 0);
		REQUIRE(fclose(f) == 0 && lseek(fd, 0, SEEK_SET) == 0);
		enum err e = inventory_table(fd, "t", &o, &sink, &why);
		CHECK_SAY(e == (told < most[i].machines ? ERR_LIMIT : ERR_OK) && told == most[i].told, "%zu: %llu told: %s", i, (unsigned long long)told, why.text);
		close(fd);
	}
}

// The example that is installed is a table without a refusal.
static void the_example(void)
{
	size_t n;
	char *text = (char *)test_read(test_source("packaging/inspect/inventory.csv"), &n);
	struct recorder r;
	struct why why = {""};
	REQUIRE(text != NULL);
	CHECK_SAY(read_text(inventory_table, text, n, "", &r, &why) == ERR_OK, "%s", why.text);
	CHECK_SAY(r.items >= 5 && r.refusals == 0 && r.notes == 0, "%s", recorder_text(&r));
	buf_free(&r.text);
	free(text);
}

static enum err print_back(void *context, const struct item *i, struct why *why)
{
	struct slice source = i->source.n > 0 ? i->source : i->name, version = i->source_version.n > 0 ? i->source_version : i->version;
	(void)why;
	CHECK(slice_is_text(i->ecosystem, "Debian:12") && i->kind == ITEM_PACKAGE);
	buf_printf(context, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", SLICE_ARGS(i->name), SLICE_ARGS(i->version), SLICE_ARGS(i->arch), SLICE_ARGS(source),
	           SLICE_ARGS(version));
	return ERR_OK;
}

// A real list comes back byte for byte.
static void a_real_list(void)
{
	const char *path = test_data("products/inventory-debian12-dpkg.tsv");
	if (path == NULL)
		return;
	size_t n;
	char *text = (char *)test_read(path, &n);
	struct buf back;
	struct why why = {""};
	struct inventory_sink sink = {.context = &back, .item = print_back};
	struct table_options o = {.ecosystem = SLICE_LITERAL("Debian:12"), .taken = INVENTORY_UNKNOWN_DATE};
	REQUIRE(text != NULL);
	buf_init(&back, 1u << 20);
	buf_put_text(&back, "package\tversion\tarch\tsource\tsource_version\n");
	int fd = file_of(text, n);
	CHECK_SAY(inventory_table(fd, path, &o, &sink, &why) == ERR_OK, "%s", why.text);
	close(fd);
	CHECK(slice_equal(buf_slice(&back), slice_of(text, n)));
	buf_free(&back);
	free(text);
}

static void wazuh(void)
{
	static const struct {
		const char *item, *want;
	} items[] = {
		{"{\"data\":{\"package\":{\"name\":\"libc6\",\"version\":\"2.28\",\"architecture\":\"amd64\",\"source\":\"glibc\",\"type\":\"deb\"}}}",
		 "item package|Debian:10|libc6|2.28|glibc||amd64\n"},
		{"{\"data\":{\"package\":{\"name\":\"a\",\"version\":\"1\",\"source\":\"b (2)\",\"type\":\"deb\"}}}", "item package|Debian:10|a|1|b|2|\n"},
		{"{\"data\":{\"package\":{\"name\":\"a\",\"version\":\"1-2\",\"source\":\"b-1-3.src.rpm\",\"type\":\"rpm\"}}}", "item package|Debian:10|a|1-2|b|1-3|\n"},
		{"{\"data\":{\"package\":{\"name\":\"left-pad\",\"version\":\"1\",\"type\":\"npm\",\"source\":\"/usr\"}}}", "item library|npm|left-pad|1|||\n"},
		{"{\"data\":{\"package\":{\"name\":\" 7-Zip \",\"version\":null,\"type\":\"win\"}}}", "item application||7-Zip||||\n"},
		{"{\"operation\":\"Delete\",\"data\":{\"package\":{\"name\":\"a\"}}}", ""},
		{"{\"data\":{\"package\":{\"version\":\"1\"}}}", "refused 1||no name\n"},
		{"{\"data\":{\"package\":{\"name\":true}}}", "refused 1||name, version, architecture, vendor, source or type is no text\n"},
		{"{\"data\":{\"package\":{\"name\":\"a\",\"source\":\"b c\",\"type\":\"deb\"}}}", "refused 1|a|source is neither \"name (version)\" nor a source package of rpm\n"},
		{"{\"data\":{\"package\":{\"name\":\"a\\nb\"}}}", "refused 1|a?b|a value holds a control character\n"},
		{"{\"data\":{\"package\":[]}}", "refused 1||no data.package\n"},
		{"{}", "refused 1||no data.package\n"},
		{"7", "refused 1||no data.package\n"},
	};
	struct recorder r;
	char text[512], want[512];
	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		struct why why = {""};
		snprintf(text, sizeof text, "{\"metadata\":{},\"items\":[%s]}", items[i].item);
		snprintf(want, sizeof want, "machine list|||Debian:10\n%s", items[i].want);
		CHECK_SAY(read_text(inventory_wazuh, text, strlen(text), "Debian:10", &r, &why) == ERR_OK, "%s: %s", text, why.text);
		CHECK_SAY(strcmp(recorder_text(&r), want) == 0, "%s: %s", text, recorder_text(&r));
		buf_free(&r.text);
		for (size_t n = 0; n < strlen(text); n++) {
			CHECK(read_text(inventory_wazuh, text, n, "", &r, &why) == ERR_INPUT && strncmp(why.text, "t: ", 3) == 0);
			buf_free(&r.text);
		}
	}
	static const char *const bad[] = {"{}", "[]", "{\"items\":[]}", "{\"items\":7}", "rubbish"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct why why = {""};
		CHECK_SAY(read_text(inventory_wazuh, bad[i], strlen(bad[i]), "", &r, &why) == ERR_INPUT && r.machines == 0, "%s", bad[i]);
		buf_free(&r.text);
	}
}

static void a_real_wazuh_inventory(void)
{
	const char *path = test_data("products/inventory-debian10-wazuh.json");
	if (path == NULL)
		return;
	size_t n;
	char *text = (char *)test_read(path, &n);
	struct recorder r;
	struct why why = {""};
	REQUIRE(text != NULL);
	CHECK_SAY(read_text(inventory_wazuh, text, n, "Debian:10", &r, &why) == ERR_OK, "%s", why.text);
	CHECK_SAY(r.items == 400 && r.refusals == 0, "%u items, %u refused", r.items, r.refusals);
	CHECK(strstr(recorder_text(&r), "item package|Debian:10|libc6|2.28-10+deb10u2|glibc||amd64\n") != NULL);
	buf_free(&r.text);
	free(text);
}

const struct test tests[] = {
	{"tables", tables},
	{"dates", dates},
	{"a list with an odd name", odd_name},
	{"an ecosystem for all", ecosystem_given},
	{"no tables", no_tables},
	{"truncated at every byte", truncated}, {"UTF-16", wide},
	{"large, stopped, no file", large_and_stopped},
	{"the most machines", the_most},
	{"the example", the_example},
	{"dpkg's list of a real machine", a_real_list},
	{"Wazuh's items", wazuh},
	{"Wazuh's inventory of a real machine", a_real_wazuh_inventory},
	{NULL, NULL},
};
