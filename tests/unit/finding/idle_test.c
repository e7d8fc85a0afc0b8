// Which installed kernels are in use, and what is said of those that are not.
#include "finding/found.h"

#define N(rows) (sizeof rows / sizeof *rows)

static const struct finding_options options = {.today = 1795305600};

static struct machine with_kernels(const char *running, const char *installed)
{
	struct machine m = machine_named("m");
	m.kernel_running = slice_text(running);
	m.kernel_installed = slice_text(installed);
	return m;
}

static void test_is_idle(void)
{
	static const char deb[] = "6.1.0-21-amd64", deb_next[] = "6.1.0-25-amd64", el[] = "5.14.0-427.el9.x86_64";
	static const struct {
		const char *running, *installed, *name, *version;
		bool idle;
	} rows[] = {
		{deb, deb, "linux-image-6.1.0-18-amd64", "6.1.76-1", true},
		{deb, deb, "linux-image-6.1.0-2-amd64", "6.1.7-1", true},
		{deb, deb, "linux-image-unsigned-6.1.0-18-amd64", "6.1.76-1", true},
		{deb, deb, "linux-modules-extra-6.1.0-18-amd64", "6.1.76-1", true},
		{deb, deb, "linux-image-6.1.0-21-cloud-amd64", "6.1.90-1", true}, // of another flavour
		{deb, deb_next, "linux-image-6.1.0-22-amd64", "6.1.94-1", true},
		{"6.1.0-21-amd64 6.1.90-1", "6.1.0-21-amd64 6.1.90-2", "linux-image-6.1.0-18-amd64", "6.1.76-1", true},
		{el, el, "kernel-core", "5.14.0-362.el9", true},
		{el, el, "kernel-modules-core", "5.14.0-42.el9", true},
		{"5.14.0-427.el9.x86_64+rt", "5.14.0-427.el9.x86_64+rt", "kernel-rt-core", "5.14.0-362.el9", true},
		// in use
		{deb, deb, "linux-image-6.1.0-21-amd64", "6.1.90-1", false},
		{deb, deb, "linux-image-6.1.0-21-amd64-dbg", "6.1.90-1", false},
		{deb, deb_next, "linux-image-6.1.0-21-amd64", "6.1.90-1", false}, // it runs
		{deb, deb_next, "linux-image-6.1.0-25-amd64", "6.1.106-3", false}, // it starts next
		{"6.1.0-21-amd64 6.1.90-1", "6.1.0-21-amd64 6.1.90-2", "linux-image-6.1.0-21-amd64", "6.1.90-2", false},
		{el, el, "kernel-core", "5.14.0-427.el9", false},
		{el, "5.14.0-503.el9.x86_64", "kernel", "5.14.0-503.el9", false},
		// no kernel, or no release
		{deb, deb, "linux-image-amd64", "6.1.76-1", false},
		{deb, deb, "linux-headers-6.1.0-18-common", "6.1.76-1", false},
		{deb, deb, "linux-libc-dev", "6.1.76-1", false},
		{el, el, "kernel-headers", "5.14.0-362.el9", false},
		{el, el, "kernel-core", "", false},
		{el, el, "kernel-core", "5.14.0-4", true}, // no part of 427
		// not known
		{"", deb, "linux-image-6.1.0-18-amd64", "6.1.76-1", false},
		{deb, "", "linux-image-6.1.0-18-amd64", "6.1.76-1", false},
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct machine m = with_kernels(rows[i].running, rows[i].installed);
		struct item item = {.kind = ITEM_PACKAGE, .name = slice_text(rows[i].name), .version = slice_text(rows[i].version)};
		CHECK_SAY(finding_is_idle(&m, &item) == rows[i].idle, "row %zu: %s %s", i, rows[i].name, rows[i].version);
		item.kind = ITEM_APPLICATION;
		CHECK_SAY(!finding_is_idle(&m, &item), "row %zu: not a package", i);
	}
}

// Its flaws are kept, and accuse nobody.
static void test_silenced(void)
{
	static const char said[] = "silenced exact CVE-1 fixed=6.1.90-1 by=tocsin-inspect: an older kernel, which neither runs nor starts next";
	static const struct {
		const char *running, *item, *want;
	} rows[] = {
		{"6.1.0-21-amd64", "kind=package|eco=Debian:12|name=linux-image-6.1.0-18-amd64|version=6.1.76-1|source=linux", said},
		{"6.1.0-21-amd64", "kind=package|eco=Debian:12|name=linux-image-6.1.0-21-amd64|version=6.1.90-1|source=linux", ""},
		{"6.1.0-18-amd64", "kind=package|eco=Debian:12|name=linux-image-6.1.0-18-amd64|version=6.1.76-1|source=linux",
	     "flaw exact CVE-1 fixed=6.1.90-1 by=Debian"},
		{"6.1.0-21-amd64", "kind=package|eco=Debian:12|name=linux-libc-dev|version=6.1.76-1|source=linux", "flaw exact CVE-1 fixed=6.1.90-1 by=Debian"},
	};
	struct told t = told_new();
	tell_source(&t, SOURCE_DEBIAN, "Debian", "Debian", "2026-08-24", true);
	tell_affected(&t, "CVE-1", NAMES_SOURCE, "Debian:12", "linux", VERSION_DEB, "", "6.1.90-1");
	const struct knowledge *k = told_knowledge(&t);
	REQUIRE(k != NULL);
	for (size_t i = 0; i < N(rows); i++) {
		struct found to;
		struct machine m = with_kernels(rows[i].running, "6.1.0-21-amd64");
		found_begin(&to, k, &options);
		CHECK(found_of_machine(&to, &m) != NULL);
		struct item item = item_row(rows[i].item);
		const char *got = found_of_item(&to, &item);
		CHECK_SAY(strcmp(got, rows[i].want) == 0, "row %zu: \"%s\"", i, got);
		CHECK(findings_is_idle(to.f, &item) == (rows[i].want == said));
		found_end(&to);
	}
	told_free(&t);
}

const struct test tests[] = {{"kernels in use", test_is_idle}, {"kernels that are not", test_silenced}, {0}};
