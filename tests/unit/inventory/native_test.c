#include "inventory/native.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "recorder.h"

#define HEAD "tocsin-inventory 1\n"

static const struct {
	const char *text, *want; // what the recorder hears
} accepted[] = {
	{HEAD "end\t1\n", "machine |||\n"},
	{HEAD "name\tweb-1\nend\t2\n", "machine web-1|||\n"},
	{HEAD "taken\t2026-01-02T03:04:05Z\nupdated\t2026-01-02T03:04:05Z\nname\tn\nos\tdebian\t12\t\t\necosystem\tDebian:12\nkernel\ta\tb\ncaretaker\tc\n"
	      "role\tserver\nexposure\tinternet\nend\t10\n",
	 "machine n|debian|12|Debian:12\n"},
	{HEAD "ecosystem\tE\np\ta\t1\tamd64\ts\t2\nend\t3\n", "machine |||E\nitem package|E|a|1|s|2|amd64\n"},
	{HEAD "p\ta\t1\t\t\t\nend\t2\n", "machine |||\nitem package||a|1|||\n"},
	{HEAD "i\tfirmware\t\tBIG-IP\t17.1\t\t\tF5\t\t\t\t\tnetwork\tinternet\tdefault\t2020-01-01T00:00:00Z\nend\t2\n",
	 "machine |||\nitem firmware||BIG-IP|17.1|||\n"},
	{HEAD "i\tlibrary\t\t\t\t\t\t\t\tpkg:npm/a@1\t\t\t\t\t\t\nend\t2\n", "machine |||\nitem library||||||\n"},
	{HEAD "r\tsshd\tssh.service\t/usr/sbin/sshd\t812\nx\t7\tbad\tno version\nn\t0\t\ta \\ note\nend\t4\n",
	 "machine |||\nrestart sshd|ssh.service|/usr/sbin/sshd\nrefused 7|bad|no version\nnote 0||a \\ note\n"},
	{HEAD "name\tcaf\xc3\xa9\nend\t2\n", "machine caf\xc3\xa9|||\n"},
};

static const struct {
	const char *text, *why; // a part of the explanation
} refused[] = {
	{"", "line 1: not"},
	{"tocsin-inventory 2\nend\t1\n", "line 1: not"},
	{"tocsin-inventory 1\r\nend\t1\r\n", "line 1: not"},
	{"\xef\xbb\xbf" HEAD "end\t1\n", "line 1: not"},
	{HEAD, "no end line"},
	{HEAD "name\tx\n", "no end line"},
	{HEAD "end\t1", "no end line"},
	{HEAD "end\t1\n\n", "no end line"},
	{HEAD "end\t01\n", "no end line"},
	{HEAD "end\t1\t\n", "no end line"},
	{HEAD "end\t\n", "no end line"},
	{HEAD "end\t2\n", "another number of lines"},
	{HEAD "name\tx\nend\t1\n", "another number of lines"},
	{HEAD "end\t1\nend\t2\n", "line 2: end: no such line"},
	{HEAD "\nend\t2\n", "line 2: : no such line"},
	{HEAD "name\tx\nname\ty\nend\t3\n", "line 3: name: no such line"},
	{HEAD "name\tx\ntaken\t2026-01-02T03:04:05Z\nend\t3\n", "line 3: taken: no such line"},
	{HEAD "p\ta\t1\t\t\t\nname\tx\nend\t3\n", "line 3: name: no such line"},
	{HEAD "name\t\nend\t2\n", "line 2: name: no such date or word, or nothing"},
	{HEAD "name\nend\t2\n", "line 2: name: no such line"},
	{HEAD "name\tx\ty\nend\t2\n", "line 2: name: no such line"},
	{HEAD "taken\t2026-01-02\nend\t2\n", "no such date"},
	{HEAD "taken\ttrue\nend\t2\n", "no such date"},
	{HEAD "taken\t2026-13-02T03:04:05Z\nend\t2\n", "no such date"},
	{HEAD "role\tserver \nend\t2\n", "a blank at its end"},
	{HEAD "role\tServer\nend\t2\n", "no such date or word"},
	{HEAD "exposure\tpublic\nend\t2\n", "no such date or word"},
	{HEAD "p\ta\t1\t\t\nend\t2\n", "line 2: p: no such line"},
	{HEAD "p\ta\t1\t\t\t\t\nend\t2\n", "line 2: p: no such line"},
	{HEAD "p\t\t1\t\t\t\nend\t2\n", "a package has a name and a version"},
	{HEAD "p\ta\t\t\t\t\nend\t2\n", "a package has a name and a version"},
	{HEAD "p\t a\t1\t\t\t\nend\t2\n", "a blank at its end"},
	{HEAD "p\ta\xc2\xa0\t1\t\t\t\nend\t2\n", "a blank at its end"},
	{HEAD "p\ta\x01\t1\t\t\t\nend\t2\n", "line 2: a control character"},
	{HEAD "\np\ta\xc2\x85z\t1\t\t\t\nend\t3\n", "line 3: a control character"},
	{HEAD "p\ta\xff\t1\t\t\t\nend\t2\n", "line 2: a control character, or not UTF-8"},
	{HEAD "p\ta\r\t1\t\t\t\nend\t2\n", "line 2: a control character"},
	{HEAD "i\tthing\t\ta\t\t\t\t\t\t\t\t\t\t\t\t\nend\t2\n", "no such word"},
	{HEAD "i\tpackage\t\ta\t\t\t\t\t\t\t\t\tboss\t\t\t\nend\t2\n", "no such word"},
	{HEAD "i\tpackage\t\ta\t\t\t\t\t\t\t\t\t\tout\t\t\nend\t2\n", "no such word"},
	{HEAD "i\tpackage\t\ta\t\t\t\t\t\t\t\t\t\t\tadmin\t\nend\t2\n", "no such word"},
	{HEAD "i\tpackage\t\ta\t\t\t\t\t\t\t\t\t\t\t\tyesterday\nend\t2\n", "is no date"},
	{HEAD "i\tpackage\t\t\t1\t\t\t\t\t\t\t\t\t\t\t\nend\t2\n", "a name, a purl or a CPE"},
	{HEAD "i\tpackage\t\ta\t\t\t\t\t\t\t\t\t\t\t\t\t\nend\t2\n", "too many fields"},
	{HEAD "r\ta\tb\t\t1\nend\t2\n", "a restart has"},
	{HEAD "r\ta\tb\tc\t-1\nend\t2\n", "a restart has"},
	{HEAD "x\tone\ta\tb\nend\t2\n", "a refusal or a note"},
	{HEAD "n\t1\ta\t\nend\t2\n", "a refusal or a note"},
	{HEAD "z\t1\nend\t2\n", "line 2: z: no such line"},
};

// From memory of just that size, so that one byte too many is noticed.
static enum err read_text(const char *text, size_t n, struct recorder *r, struct why *why)
{
	char *copy = malloc(n + 1);
	memcpy(copy + 1, text, n);
	recorder_init(r);
	struct inventory_sink sink = recorder_sink(r);
	enum err e = inventory_native(slice_of(copy + 1, n), "f", &sink, why);
	free(copy);
	return e;
}

static void tables(void)
{
	struct recorder r;
	for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
		struct why why = {""};
		CHECK_SAY(read_text(accepted[i].text, strlen(accepted[i].text), &r, &why) == ERR_OK, "%zu: %s", i, why.text);
		CHECK_TEXT(recorder_text(&r), accepted[i].want);
		buf_free(&r.text);
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct why why = {""};
		CHECK_SAY(read_text(refused[i].text, strlen(refused[i].text), &r, &why) == ERR_INPUT, "%zu: %s", i, refused[i].text);
		CHECK_SAY(strstr(why.text, refused[i].why) != NULL && strncmp(why.text, "f: ", 3) == 0, "%zu: %s, not: %s", i, why.text, refused[i].why);
		buf_free(&r.text);
	}
}

static void put_all(struct inventory_writer *w, struct buf *out)
{
	struct why why;
	inventory_write_init(w, out);
	struct inventory_sink s = inventory_write_sink(w);
	struct machine m = {
		.name = SLICE_LITERAL("web-1"),
		.os_id = SLICE_LITERAL("debian"),
		.ecosystem = SLICE_LITERAL("Debian:12"),
		.kernel_running = SLICE_LITERAL("6.1.0-9-amd64"),
		.kernel_installed = SLICE_LITERAL("6.1.0-18-amd64"),
		.caretaker = SLICE_LITERAL("caf\xc3\xa9 & co"),
		.role = ROLE_SERVER,
		.exposure = EXPOSURE_INTERNET,
		.taken = 1700000000,
		.updated = INVENTORY_UNKNOWN_DATE,
	};
	CHECK(s.machine(s.context, &m, &why) == ERR_OK);
	struct item p = {.ecosystem = m.ecosystem, .name = SLICE_LITERAL("libc6"), .version = SLICE_LITERAL("2.36-9"), .arch = SLICE_LITERAL("amd64"),
	                 .source = SLICE_LITERAL("glibc"), .since = INVENTORY_UNKNOWN_DATE};
	CHECK(s.item(s.context, &p, &why) == ERR_OK);
	struct item i = {.kind = ITEM_EQUIPMENT, .name = SLICE_LITERAL("S7-1500"), .vendor = SLICE_LITERAL("Siemens"), .version = SLICE_LITERAL("2.9"),
	                 .role = ROLE_INDUSTRIAL, .exposure = EXPOSURE_ISOLATED, .credentials = CREDENTIALS_DEFAULT, .since = 0,
	                 .cpe = SLICE_LITERAL("cpe:2.3:h:siemens:s7-1500:*:*:*:*:*:*:*:*")};
	CHECK(s.item(s.context, &i, &why) == ERR_OK);
	struct restart r = {.process = SLICE_LITERAL("sshd"), .file = SLICE_LITERAL("/usr/sbin/sshd"), .pid = UINT64_MAX};
	CHECK(s.restart(s.context, &r, &why) == ERR_OK);
	struct refused x = {.line = 9, .text = SLICE_LITERAL("a"), .why = "no version"};
	CHECK(s.refused(s.context, &x, &why) == ERR_OK && s.note(s.context, &x, &why) == ERR_OK);
	CHECK(inventory_write_end(w, &why) == ERR_OK);
}

static void round_trip(void)
{
	struct buf one, two;
	struct inventory_writer w;
	struct why why = {""};
	buf_init(&one, 1u << 20);
	buf_init(&two, 1u << 20);
	put_all(&w, &one);
	inventory_write_init(&w, &two);
	struct inventory_sink s = inventory_write_sink(&w);
	CHECK_SAY(inventory_native(buf_slice(&one), "f", &s, &why) == ERR_OK, "%s", why.text);
	CHECK(inventory_write_end(&w, &why) == ERR_OK);
	CHECK_SAY(slice_equal(buf_slice(&one), buf_slice(&two)), "%.*s", SLICE_ARGS(buf_slice(&two)));
	// Any beginning is refused, and nobody hears anything of it.
	for (size_t n = 0; n < one.n; n++) {
		struct recorder r;
		CHECK_SAY(read_text((const char *)one.p, n, &r, &why) == ERR_INPUT && r.machines == 0 && r.items == 0, "%zu bytes", n);
		buf_free(&r.text);
	}
	// Any one byte changed is read as something that can be written again, or refused.
	for (size_t i = 0; i < one.n; i++) {
		struct recorder r;
		one.p[i] ^= 0x15;
		enum err e = read_text((const char *)one.p, one.n, &r, &why);
		CHECK(e == ERR_OK || e == ERR_INPUT);
		buf_free(&r.text);
		one.p[i] ^= 0x15;
	}
	buf_free(&one);
	buf_free(&two);
}

#define ODD_VALUE "a value that is no text of at most 1024 bytes: '?' stands for what it was not\n"

// Whatever a reader says the file can be read, nothing of it is lost, and what is another than it was is told.
static void the_writer_mends(void)
{
	static char wide[4096];
	struct buf out;
	struct inventory_writer w;
	struct recorder heard;
	struct why why = {""};
	buf_init(&out, 1u << 20);
	inventory_write_init(&w, &out);
	memset(wide, 'w', sizeof wide);
	struct inventory_sink s = inventory_write_sink(&w);
	struct machine m = {.name = SLICE_LITERAL("a\nb"), .caretaker = SLICE_LITERAL(" "), .ecosystem = SLICE_LITERAL("D\t12"), .taken = 253402300800, .updated = -5};
	struct item odd[] = {
		{.name = SLICE_LITERAL("a\tb\n"), .version = SLICE_LITERAL("1"), .ecosystem = m.ecosystem, .since = INVENTORY_UNKNOWN_DATE},
		{.name = SLICE_LITERAL(" a "), .version = SLICE_LITERAL("\xff\xc2\x85"), .since = INVENTORY_UNKNOWN_DATE},
		{.name = SLICE_LITERAL("a"), .version = SLICE_LITERAL(" "), .since = 253402300800},
		{.name = SLICE_LITERAL(" "), .version = SLICE_LITERAL("7"), .line = 9, .since = INVENTORY_UNKNOWN_DATE},
		{.name = slice_of(wide, sizeof wide), .version = SLICE_LITERAL("1"), .since = INVENTORY_UNKNOWN_DATE},
	};
	CHECK(s.machine(s.context, &m, &why) == ERR_OK);
	for (size_t n = 0; n < sizeof odd / sizeof *odd; n++)
		CHECK(s.item(s.context, &odd[n], &why) == ERR_OK);
	struct restart r = {.process = SLICE_LITERAL("\xe9"), .file = SLICE_LITERAL("/a\nb"), .pid = 7}, nothing = {.pid = 8};
	struct refused x = {.line = 9, .text = SLICE_LITERAL("\x01"), .why = "\xc3"}, silent = {.why = ""};
	CHECK(s.restart(s.context, &r, &why) == ERR_OK && s.restart(s.context, &nothing, &why) == ERR_OK);
	CHECK(s.refused(s.context, &x, &why) == ERR_OK && s.note(s.context, &silent, &why) == ERR_OK);
	CHECK(s.machine(s.context, &m, &why) == ERR_INPUT && strstr(why.text, "second machine") != NULL);
	CHECK(inventory_write_end(&w, &why) == ERR_OK);
	CHECK_SAY(read_text((const char *)out.p, out.n, &heard, &why) == ERR_OK, "%s", why.text);
	char want[4096];
	snprintf(want, sizeof want, "machine a?b|||\nnote 0|253402300800|a date, in seconds, before 1970 or after 9999: left out\n"
	         "item package|D?12|a?b|1|||\nnote 0|D?12|" ODD_VALUE "item package||a|???|||\nnote 0|???|" ODD_VALUE
	         "item package||a||||\nnote 0|253402300800|a date, in seconds, before 1970 or after 9999: left out\n"
	         "refused 9|7|no name, no purl and no CPE\nitem package||%.1024s|1|||\nnote 0|%.120s|" ODD_VALUE
	         "restart ?||/a?b\nnote 0|?|" ODD_VALUE "restart ||?\nrefused 9|?|?\nnote 0|?|" ODD_VALUE "note 0||not said why\n", wide, wide);
	CHECK_TEXT(recorder_text(&heard), want);
	CHECK(heard.machine.taken == INVENTORY_UNKNOWN_DATE && heard.machine.updated == INVENTORY_UNKNOWN_DATE);
	buf_free(&heard.text);
	buf_free(&out);
}

// What was told before the machine stands behind it, and a list of nothing but refusals is a file too.
static void told_before_the_machine(void)
{
	struct refused x = {.line = 2, .text = SLICE_LITERAL("a"), .why = "no version"};
	struct machine m = {.name = SLICE_LITERAL("web-1"), .taken = INVENTORY_UNKNOWN_DATE, .updated = -5};
	for (unsigned named = 0; named < 2; named++) {
		struct buf out;
		struct inventory_writer w;
		struct why why = {""};
		buf_init(&out, 1u << 16);
		buf_put_text(&out, "before\n");
		inventory_write_init(&w, &out);
		struct inventory_sink s = inventory_write_sink(&w);
		CHECK(s.refused(s.context, &x, &why) == ERR_OK && s.note(s.context, &x, &why) == ERR_OK);
		CHECK(!named || s.machine(s.context, &m, &why) == ERR_OK);
		CHECK(s.refused(s.context, &x, &why) == ERR_OK && inventory_write_end(&w, &why) == ERR_OK);
		buf_put_u8(&out, 0);
		CHECK_TEXT((char *)out.p, named ? "before\n" HEAD "name\tweb-1\nn\t0\t-5\ta date, in seconds, before 1970 or after 9999: left out\n"
		                                  "x\t2\ta\tno version\nn\t2\ta\tno version\nx\t2\ta\tno version\nend\t6\n"
		                                : "before\n" HEAD "x\t2\ta\tno version\nn\t2\ta\tno version\nx\t2\ta\tno version\nend\t4\n");
		buf_free(&out);
	}
}

static void the_writer_stops(void)
{
	struct buf out;
	struct inventory_writer w;
	struct why why;
	buf_init(&out, 200);
	inventory_write_init(&w, &out);
	struct inventory_sink s = inventory_write_sink(&w);
	struct item i = {.name = SLICE_LITERAL("a"), .version = SLICE_LITERAL("1"), .since = INVENTORY_UNKNOWN_DATE};
	enum err e = ERR_OK;
	for (unsigned n = 0; n < 100 && e == ERR_OK; n++)
		e = s.item(s.context, &i, &why);
	CHECK(e == ERR_LIMIT && inventory_write_end(&w, &why) == ERR_LIMIT);
	buf_free(&out);
}

// The example of the page is a file that the reader takes.
static void the_page(void)
{
	size_t n;
	char *page = (char *)test_read(test_source("protocol/inventory.md"), &n);
	REQUIRE(page != NULL);
	char *start = strstr(page, HEAD), *end = start != NULL ? strstr(start, "```") : NULL;
	struct recorder r;
	struct why why = {""};
	REQUIRE(start != NULL && end != NULL);
	CHECK_SAY(read_text(start, (size_t)(end - start), &r, &why) == ERR_OK, "%s", why.text);
	CHECK(r.items == 3 && r.restarts == 1 && r.notes == 1);
	buf_free(&r.text);
	free(page);
}

static void from_a_file(void)
{
	char path[] = "/tmp/inventory_native.XXXXXX";
	int fd = mkstemp(path);
	REQUIRE(fd >= 0);
	unlink(path);
	struct buf out, room;
	struct inventory_writer w;
	struct recorder r;
	struct why why = {""};
	buf_init(&out, 1u << 20);
	put_all(&w, &out);
	CHECK(write(fd, out.p, out.n) == (ssize_t)out.n);
	recorder_init(&r);
	struct inventory_sink sink = recorder_sink(&r);
	buf_init(&room, out.n + 1);
	CHECK(lseek(fd, 0, SEEK_SET) == 0 && inventory_native_file(fd, "f", &room, &sink, &why) == ERR_OK && r.items == 2);
	CHECK(lseek(fd, 0, SEEK_SET) == 0 && inventory_native_file(fd, "f", &room, &sink, &why) == ERR_OK && r.items == 4);
	buf_free(&room);
	buf_init(&room, out.n);
	CHECK(lseek(fd, 0, SEEK_SET) == 0 && inventory_native_file(fd, "f", &room, &sink, &why) == ERR_LIMIT && r.items == 4);
	buf_free(&room);
	buf_init(&room, 10);
	CHECK(inventory_native_file(-1, "f", &room, &sink, &why) == ERR_SYSTEM);
	buf_free(&room);
	buf_free(&out);
	buf_free(&r.text);
	close(fd);
}

static enum err count(void *context, const struct item *i, struct why *why)
{
	(void)why;
	*(size_t *)context += i->name.n > 0;
	return ERR_OK;
}

// A fleet is many of these: the figure is told, the bench judges it.
static void speed(void)
{
	struct buf out;
	struct inventory_writer w;
	struct why why = {""};
	size_t items = 0;
	buf_init(&out, 1u << 20);
	inventory_write_init(&w, &out);
	struct inventory_sink s = inventory_write_sink(&w), counting = {.context = &items, .item = count};
	struct machine m = {.ecosystem = SLICE_LITERAL("Debian:12"), .taken = 0, .updated = 0};
	CHECK(s.machine(s.context, &m, &why) == ERR_OK);
	for (unsigned i = 0; i < 500; i++) {
		char name[40];
		snprintf(name, sizeof name, "libsomething%u-dev", i);
		struct item item = {.ecosystem = m.ecosystem, .name = slice_text(name), .version = SLICE_LITERAL("1:2.36-9+deb12u4"), .arch = SLICE_LITERAL("amd64"),
		                    .source = SLICE_LITERAL("something"), .since = INVENTORY_UNKNOWN_DATE};
		CHECK(s.item(s.context, &item, &why) == ERR_OK);
	}
	CHECK(inventory_write_end(&w, &why) == ERR_OK);
	struct timespec a, b;
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (unsigned i = 0; i < 200; i++)
		CHECK(inventory_native(buf_slice(&out), "f", &counting, &why) == ERR_OK);
	clock_gettime(CLOCK_MONOTONIC, &b);
	CHECK(items == 200 * 500);
	printf("  %zu bytes of 500 packages: %.1f us a file\n", out.n,
	       ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / 200 / 1000);
	buf_free(&out);
}

const struct test tests[] = {
	{"tables", tables},
	{"round trip, truncated and changed at every byte", round_trip},
	{"what the writer mends and tells", the_writer_mends},
	{"what is told before the machine", told_before_the_machine},
	{"a full buffer", the_writer_stops},
	{"the page's example", the_page},
	{"from a file", from_a_file},
	{"speed", speed},
	{NULL, NULL},
};
