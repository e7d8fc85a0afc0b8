#include "test.h"

#include "product/purl.h"

#define TEXT(b) (buf_put_u8(&(b), 0), (char *)(b).p)

static char *canonical(const char *text, struct buf *out, struct why *why)
{
	char room[PURL_MAX];
	struct purl p;
	buf_init(out, 3 * PURL_MAX + 100);
	enum err e = purl_parse(slice_text(text), room, &p, why);
	if (e == ERR_OK)
		purl_print(&p, out);
	else
		buf_put_text(out, why->text);
	return TEXT(*out);
}

static void accepted(void)
{
	static const struct {
		const char *text, *want; // NULL: as it stands
	} rows[] = {
		{"pkg:npm/express@4.17.1", NULL},
		{"pkg:npm/%40angular/core@17.0.0", NULL},
		{"pkg:npm/@angular/core@17.0.0", "pkg:npm/%40angular/core@17.0.0"},
		{"pkg:npm/@angular/core", "pkg:npm/%40angular/core"},
		{"pkg:npm/JSONStream@1", NULL}, // a name with a case
		{"pkg:pypi/Django_Rest@5.0", "pkg:pypi/django-rest@5.0"},
		{"pkg:golang/github.com/Masterminds/semver/v3@v3.2.1#cmd", NULL},
		{"pkg:golang/stdlib@1.21.0", NULL},
		{"pkg:cargo/serde@1.0.0", NULL},
		{"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar&classifier=x", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?classifier=x&type=jar"},
		{"pkg:nuget/Newtonsoft.Json@13.0.1", NULL},
		{"pkg:gem/rails@7.0.0?platform=java", NULL},
		{"pkg:composer/Symfony/Http-Kernel@6.0", "pkg:composer/symfony/http-kernel@6.0"},
		{"pkg:deb/Debian/LibC6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc", "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc"},
		{"pkg:deb/debian/x@2.36-9+deb12u4", "pkg:deb/debian/x@2.36-9%2Bdeb12u4"},
		{"pkg:deb/debian/x@1:2~rc1", NULL},
		{"pkg:deb/debian/x@1%3A2%7Erc1?upstream=a%401%3A2", "pkg:deb/debian/x@1:2~rc1?upstream=a%401:2"},
		{"pkg:rpm/RedHat/OpenSSL-libs@3.0.7-24.el9?epoch=1", "pkg:rpm/redhat/OpenSSL-libs@3.0.7-24.el9?epoch=1"},
		{"pkg:apk/Alpine/Musl@1.2.3-r0?distro=3.16.0", "pkg:apk/alpine/musl@1.2.3-r0?distro=3.16.0"},
		{"pkg:github/AdonisJS/Core", "pkg:github/adonisjs/core"},
		{"pkg:docker/library/nginx@sha256:abc?repository_url=gcr.io/x", NULL},
		{"pkg:oci/Debian@SHA256%3AAB?repository_url=a.io%2Fb", "pkg:oci/debian@sha256:ab?repository_url=a.io/b"},
		{"pkg:swid/alpine?tag_id=alpine", NULL},
		{"pkg:generic/openssl@1.1.10g?checksum=sha256:de4d501267da", NULL},
		{"pkg:bitnami/WordPress@6.2.0", "pkg:bitnami/wordpress@6.2.0"},
		{"PKG:NPM/a", "pkg:npm/a"},
		{"pkg://npm/a", "pkg:npm/a"},
		{"pkg:npm/a/", "pkg:npm/a"},
		{"pkg:a/b//c///d@1", "pkg:a/b/c/d@1"},
		{"pkg:a/b?X=1&y=&Z=2", "pkg:a/b?x=1&z=2"},
		{"pkg:a/b?", "pkg:a/b"},
		{"pkg:a/b@", "pkg:a/b"},
		{"pkg:a/b#/./x/../y/", "pkg:a/b#x/y"},
		{"pkg:a/caf%C3%A9@caf\303\251", "pkg:a/caf%C3%A9@caf%C3%A9"},
		{"pkg:a/b%2Fc@1", NULL}, // in a name a slash may be
		{"pkg:a.b-c/x", NULL},
		{"pkg:a/b@1@2", "pkg:a/b%401@2"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf once, twice;
		struct why why;
		canonical(rows[i].text, &once, &why);
		CHECK_TEXT((char *)once.p, rows[i].want != NULL ? rows[i].want : rows[i].text);
		CHECK_TEXT(canonical((char *)once.p, &twice, &why), (char *)once.p);
		buf_free(&once);
		buf_free(&twice);
	}
}

static void refused(void)
{
	static const struct {
		const char *text, *why; // the end of the message
	} rows[] = {
		{"", "\"\": does not begin with \"pkg:\""},
		{"npm/a@1", "does not begin with \"pkg:\""},
		{"pkg%3Anpm/a", "does not begin with \"pkg:\""},
		{" pkg:npm/a", "does not begin with \"pkg:\""},
		{"cpe:2.3:a:b:c", "does not begin with \"pkg:\""},
		{"pkg:", "a type and no name"},
		{"pkg:npm", "a type and no name"},
		{"pkg:a@1", "a type and no name"},
		{"pkg:npm/", "\"\": no name"},
		{"pkg:npm/@1", "no name"},
		{"pkg:npm/a/@1", "no name"},
		{"pkg:/npm", "a type and no name"},
		{"pkg:3npm/a", "\"3npm\": a type begins with a letter"},
		{"pkg:n&m/a", "\"n&m\": a type is letters, digits, '.', '-' and '+'"},
		{"pkg:n:m/a", "a type is letters, digits, '.', '-' and '+'"},
		{"pkg:n%70m/a", "a type is letters, digits, '.', '-' and '+'"},
		{"pkg:npm/a b@1", "a blank that is not encoded"},
		{"pkg:npm/a@1 2", "a blank that is not encoded"},
		{"pkg:npm/a%", "\"%\": a percent sign without two hexadecimal digits"},
		{"pkg:npm/a%4", "\"%4\": a percent sign without two hexadecimal digits"},
		{"pkg:npm/a@%zz", "\"%zz\": a percent sign without two hexadecimal digits"},
		{"pkg:npm/a%FF", "\"a\": what follows is not UTF-8"},
		{"pkg:npm/a%00b", "\"a\": a control character follows"},
		{"pkg:npm/a@1%0a", "\"1\": a control character follows"},
		{"pkg:npm/a\nb", "a control character follows"},
		{"pkg:npm/x%2Fy/a", "\"x%2Fy\": a segment that is more than one when it is decoded"},
		{"pkg:npm/a#%2e%2e/x", "a segment that is more than one when it is decoded"},
		{"pkg:npm/a?x", "\"x\": a qualifier without '='"},
		{"pkg:npm/a?=1", "\"\": a qualifier's key begins with a letter"},
		{"pkg:npm/a?1x=1", "\"1x\": a qualifier's key begins with a letter"},
		{"pkg:npm/a?in%20x=1", "\"in%20x\": a qualifier's key is letters, digits, '.', '-' and '_'"},
		{"pkg:npm/a?x=1&X=2", "\"x\": a qualifier twice"},
		{"pkg:npm/a?x=%", "a percent sign without two hexadecimal digits"},
		{"pkg:npm/a?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1&n=1&o=1&p=1&q=1", "more than 16 qualifiers"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char room[PURL_MAX];
		struct purl p;
		struct why why = {"accepted"};
		CHECK(purl_parse(slice_text(rows[i].text), room, &p, &why) != ERR_OK);
		size_t n = strlen(why.text), end = strlen(rows[i].why);
		CHECK_SAY(n >= end && strcmp(why.text + n - end, rows[i].why) == 0, "%s: %s", rows[i].text, why.text);
	}
}

static void length(void)
{
	static char text[PURL_MAX + 1];
	char room[PURL_MAX];
	struct purl p;
	struct why why;
	memcpy(text, "pkg:a/", 6);
	memset(text + 6, 'x', sizeof text - 6);
	CHECK(purl_parse(slice_of(text, PURL_MAX), room, &p, &why) == ERR_OK && p.name.n == PURL_MAX - 6);
	CHECK(purl_parse(slice_of(text, PURL_MAX + 1), room, &p, &why) == ERR_LIMIT);
}

static void ecosystems(void)
{
	static const struct {
		const char *purl, *ecosystem, *name; // NULL: cannot be told
	} rows[] = {
		{"pkg:npm/%40adonisjs/core@6", "npm", "@adonisjs/core"},
		{"pkg:pypi/Django@5", "PyPI", "django"},
		{"pkg:golang/github.com/Masterminds/semver/v3@v3.2.1", "Go", "github.com/Masterminds/semver/v3"},
		{"pkg:golang/stdlib@1.21.0", "Go", "stdlib"},
		{"pkg:cargo/serde", "crates.io", "serde"},
		{"pkg:maven/org.apache.logging.log4j/log4j-core@2", "Maven", "org.apache.logging.log4j:log4j-core"},
		{"pkg:nuget/Newtonsoft.Json", "NuGet", "newtonsoft.json"},
		{"pkg:pypi/zope.interface@5", "PyPI", "zope-interface"},
		{"pkg:gem/rails", "RubyGems", "rails"},
		{"pkg:composer/symfony/http-kernel", "Packagist", "symfony/http-kernel"},
		{"pkg:hex/phoenix", "Hex", "phoenix"},
		{"pkg:bitnami/wordpress", "Bitnami", "wordpress"},
		{"pkg:deb/debian/libc6@2?distro=debian-12", "Debian:12", "libc6"},
		{"pkg:deb/debian/libc6@2?distro=debian-12.5", "Debian:12", "libc6"},
		{"pkg:deb/debian/libc6@2?distro=bookworm", "Debian:12", "libc6"},
		{"pkg:deb/debian/libc6@2?distro_name=bookworm", "Debian:12", "libc6"},
		{"pkg:deb/debian/libc6@2?distro=debian-forky%2Fsid", "Debian:14", "libc6"},
		{"pkg:deb/ubuntu/libc6@2?distro=ubuntu-22.04", "Ubuntu:22.04:LTS", "libc6"},
		{"pkg:deb/ubuntu/libc6@2?distro=ubuntu-22.04.3", "Ubuntu:22.04:LTS", "libc6"},
		{"pkg:deb/ubuntu/libc6@2?distro=ubuntu-23.10", "Ubuntu:23.10", "libc6"},
		{"pkg:deb/ubuntu/libc6@2?distro=ubuntu-23.04", "Ubuntu:23.04", "libc6"},
		{"pkg:deb/ubuntu/libc6@2?distro=noble", "Ubuntu:24.04:LTS", "libc6"},
		{"pkg:apk/alpine/musl@1?distro=3.16.0", "Alpine:v3.16", "musl"},
		{"pkg:apk/alpine/musl@1?distro=alpine-3.20.1", "Alpine:v3.20", "musl"},
		{"pkg:apk/wolfi/musl@1?distro=20230201", "Wolfi", "musl"},
		{"pkg:apk/wolfi/musl@1", "Wolfi", "musl"},
		{"pkg:apk/chainguard/musl@1?distro=chainguard-20230214", "Chainguard", "musl"},
		{"pkg:rpm/almalinux/bash@5?distro=almalinux-9.4", "AlmaLinux:9", "bash"},
		{"pkg:rpm/alma/bash@5?distro=alma-9.4", "AlmaLinux:9", "bash"},
		{"pkg:rpm/rocky/bash@5?distro=rocky-8.10", "Rocky Linux:8", "bash"},
		{"pkg:rpm/redhat/bash@5?distro=rhel-9.2", "Red Hat:enterprise_linux:9", "bash"},
		{"pkg:rpm/redhat/bash@5?distro=redhat-8.9", "Red Hat:enterprise_linux:8", "bash"},
		{"pkg:rpm/opensuse/bash@5?distro=opensuse-leap-15.5", "openSUSE:Leap 15.5", "bash"},
		{"pkg:rpm/opensuse.leap/bash@5?distro=opensuse.leap-15.5", "openSUSE:Leap 15.5", "bash"},
		{"pkg:rpm/opensuse/bash@5?distro=opensuse-tumbleweed", "openSUSE:Tumbleweed", "bash"},
		{"pkg:rpm/opensuse/bash@5?distro=opensuse-tumbleweed-20240110", "openSUSE:Tumbleweed", "bash"},
		{"pkg:rpm/sles/bash@5?distro=sles-15.5", "SUSE:Linux Enterprise Server 15 SP5", "bash"},
		{"pkg:rpm/photon/bash@5?distro=photon-4.0", "Photon OS:4.0", "bash"},
		{"pkg:deb/debian/libc6@2", NULL, NULL},
		{"pkg:deb/debian/libc6@2?distro=debian", NULL, NULL},
		{"pkg:deb/debian/libc6@2?distro=debian-12x", NULL, NULL},
		{"pkg:deb/debian/libc6@2?distro=debian-potato", NULL, NULL},
		{"pkg:deb/kali/libc6@2?distro=kali-2024.1", NULL, NULL},
		{"pkg:deb/ubuntu/libc6@2?distro=ubuntu-22", NULL, NULL},
		{"pkg:deb/ubuntu/libc6@2?distro=ubuntu-22.4", NULL, NULL},
		{"pkg:apk/alpine/musl@1?distro=edge", NULL, NULL},
		{"pkg:apk/alpine/musl@1?distro=3", NULL, NULL},
		{"pkg:apk/alpine/musl@1?distro=3.21.0_alpha20240807", NULL, NULL},
		{"pkg:rpm/centos/bash@5?distro=centos-7.9.2009", NULL, NULL},
		{"pkg:rpm/fedora/bash@5?distro=fedora-40", NULL, NULL},
		{"pkg:rpm/amazon/bash@5?distro=amazon-2%20%28Karoo%29", NULL, NULL},
		{"pkg:rpm/almalinux/bash@5?distro=almalinux-", NULL, NULL},
		{"pkg:github/adonisjs/core", NULL, NULL},
		{"pkg:docker/library/nginx", NULL, NULL},
		{"pkg:generic/openssl@1", NULL, NULL},
		{"pkg:oci/debian", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char room[PURL_MAX];
		struct purl p;
		struct why why;
		struct buf ecosystem, name;
		buf_init(&ecosystem, 100);
		buf_init(&name, PURL_MAX + 1);
		REQUIRE(purl_parse(slice_text(rows[i].purl), room, &p, &why) == ERR_OK);
		bool known = purl_ecosystem(&p, &ecosystem, &name);
		CHECK_SAY(known == (rows[i].ecosystem != NULL), "%s", rows[i].purl);
		if (known && rows[i].ecosystem != NULL) {
			CHECK_TEXT(TEXT(ecosystem), rows[i].ecosystem);
			CHECK_TEXT(TEXT(name), rows[i].name);
		} else {
			CHECK(ecosystem.n == 0 && name.n == 0);
		}
		buf_free(&ecosystem);
		buf_free(&name);
	}
}

static void looked_up(void)
{
	static const struct {
		const char *ecosystem, *name, *want;
	} rows[] = {
		{"PyPI", "Zope.Interface", "zope-interface"}, {"PyPI", "a_-._b", "a-b"}, {"NuGet", "Newtonsoft.Json", "newtonsoft.json"},
		{"Packagist", "Symfony/Http", "symfony/http"}, {"npm", "JSONStream", "JSONStream"}, {"Go", "github.com/A/b", "github.com/A/b"},
		{"Debian:12", "libc6", "libc6"}, {"Maven", "A.b:C_d", "A.b:C_d"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out;
		buf_init(&out, 100);
		ecosystem_name(slice_text(rows[i].ecosystem), slice_text(rows[i].name), &out);
		CHECK_TEXT(TEXT(out), rows[i].want);
		buf_free(&out);
	}
}

static void qualifiers(void)
{
	char room[PURL_MAX];
	struct purl p;
	struct why why;
	REQUIRE(purl_parse(slice_text("pkg:deb/debian/a@1?c=3&a=1&B=2"), room, &p, &why) == ERR_OK);
	CHECK(p.qualifiers == 3 && slice_is_text(p.qualifier[0].key, "a") && slice_is_text(p.qualifier[1].key, "b"));
	CHECK(slice_is_text(purl_qualifier(&p, "b"), "2"));
	CHECK(purl_qualifier(&p, "d").n == 0);
}

// Cut anywhere it is refused or read, never a crash; the parts lie in the room.
static void cuts(void)
{
	static const char text[] = "pkg:deb/debian/lib%2Bc@1%3A2?arch=amd64&distro=debian-12&upstream=glibc%401#a/b";
	for (size_t n = 0; n < sizeof text; n++) {
		char room[PURL_MAX], *copy = malloc(n + 1);
		struct purl p;
		struct why why;
		REQUIRE(copy != NULL);
		memcpy(copy, text, n);
		enum err e = purl_parse(slice_of(copy, n), room, &p, &why);
		// Refused: before the name, inside an encoded byte, a key without its value sign.
		bool cut_byte = (n > 0 && text[n - 1] == '%') || (n > 1 && text[n - 2] == '%');
		size_t key = n;
		while (key > 0 && strchr("?&#", text[key - 1]) == NULL)
			key--;
		bool cut_key = key > 0 && key < n && text[key - 1] != '#' && memchr(text + key, '=', n - key) == NULL;
		CHECK_SAY((e != ERR_OK) == (n < 9 || cut_byte || cut_key), "cut at %zu: %s", n, e == ERR_OK ? "accepted" : why.text);
		free(copy);
	}
}

// Every purl of the list of products that are and are not supported.
static void real(void)
{
	size_t n, count = 0, line = 0;
	const char *path = test_data("products/eol-truth-2026-08-24.tsv");
	if (path == NULL)
		return;
	char *text = (char *)test_read(path, &n), *rest = text;
	REQUIRE(text != NULL);
	for (char *row; (row = strsep(&rest, "\n")) != NULL;) {
		char *field = NULL;
		for (size_t i = 0; i < 6 && row != NULL; i++)
			field = strsep(&row, "\t");
		if (line++ == 0 || row == NULL || field == NULL || field[0] == '\0')
			continue;
		struct buf once, twice;
		struct why why = {""};
		CHECK_SAY(strncmp(canonical(field, &once, &why), "pkg:", 4) == 0, "line %zu: %s", line, why.text);
		CHECK_TEXT(canonical((char *)once.p, &twice, &why), (char *)once.p);
		buf_free(&once);
		buf_free(&twice);
		count++;
	}
	CHECK_SAY(count > 250, "%zu", count);
	free(text);
}

static void of_ecosystem(void)
{
	static const char *const rows[][3] = {
		{"Debian:12", "debian", "12"}, {"Ubuntu:22.04:LTS", "ubuntu", "22.04"}, {"Ubuntu:23.10", "ubuntu", "23.10"}, {"Alpine:v3.20", "alpine", "3.20"},
		{"AlmaLinux:9", "almalinux", "9"}, {"Red Hat:enterprise_linux:9", "rhel", "9"}, {"Red Hat:enterprise_linux:9::appstream", "rhel", "9"},
		{"openSUSE:Leap 15.5", "opensuse-leap", "15.5"},
		{"SUSE:Linux Enterprise Server 15 SP5", "", ""}, {"Wolfi", "", ""}, {"Debian", "", ""}, {"Debian:", "", ""}, {"npm", "", ""}, {"", "", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice id, release;
		CHECK_SAY(distribution_of_ecosystem(slice_text(rows[i][0]), &id, &release) == (rows[i][1][0] != 0), "%s", rows[i][0]);
		CHECK_SAY(slice_is_text(id, rows[i][1]) && slice_is_text(release, rows[i][2]), "%s", rows[i][0]);
	}
}

static void misspelt(void)
{
	static const char *const rows[][2] = {
		{"Debian:12", NULL}, {"Ubuntu:22.04:LTS", NULL}, {"Alpine:v3.20", NULL}, {"npm", NULL}, {"PyPI", NULL}, {"", NULL}, {"Own", NULL}, {"Debianoid:1", NULL},
		{"SUSE:Linux Enterprise Micro 5.3", NULL}, {"Red Hat:rhel_eus:9.2::baseos", NULL}, {"openSUSE:Tumbleweed", NULL}, {"Wolfi", NULL}, {"Rocky Linux:9", NULL},
		{"Debian 12", "Debian:"}, {"debian:12", "Debian:"}, {"Debian", "Debian:"}, {"Debian:", "Debian:"}, {"Debian12", "Debian:"}, {"Alpine:3.20", "Alpine:v"},
		{"alpine", "Alpine:v"}, {"ubuntu:22.04:LTS", "Ubuntu:"}, {"NPM", "npm"}, {"pypi", "PyPI"}, {"maven", "Maven"}, {"Red Hat 9", "Red Hat:enterprise_linux:"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got = ecosystem_misspelt(slice_text(rows[i][0]));
		CHECK_SAY((got == NULL) == (rows[i][1] == NULL) && (got == NULL || strcmp(got, rows[i][1]) == 0), "%s: %s", rows[i][0], got == NULL ? "none" : got);
	}
}

const struct test tests[] = {
	{"ecosystems that OSV writes otherwise", misspelt},
	{"accepted, written canonically, twice the same", accepted},
	{"refused", refused},
	{"length", length},
	{"ecosystems and names", ecosystems},
	{"names as they are looked up", looked_up},
	{"the distribution of an ecosystem", of_ecosystem},
	{"qualifiers", qualifiers},
	{"cut at every byte", cuts},
	{"the purls of real products", real},
	{NULL, NULL},
};
