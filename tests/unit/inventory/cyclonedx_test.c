#include "test.h"

#include "bill.h"

#include "inventory/os.h"
#include "product/purl.h"

#include <fcntl.h>
#include <sys/resource.h>

#define BOM "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":["
#define END "]}"

static void items(void)
{
	static const struct {
		const char *component, *want; // the first line, of the machine, left out
	} rows[] = {
		{"{\"type\":\"library\",\"name\":\"express\",\"version\":\"4.17.1\",\"purl\":\"pkg:npm/express@4.17.1\"}",
		 "1 library name=express version=4.17.1 in=npm purl=pkg:npm/express@4.17.1\n"},
		{"{\"type\":\"library\",\"group\":\"@angular\",\"name\":\"core\",\"version\":\"17.0.0\",\"purl\":\"pkg:npm/%40angular/core@17.0.0\"}",
		 "1 library name=@angular/core version=17.0.0 in=npm purl=pkg:npm/%40angular/core@17.0.0\n"},
		{"{\"type\":\"library\",\"name\":\"log4j-core\",\"purl\":\"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1\"}",
		 "1 library name=org.apache.logging.log4j:log4j-core version=2.14.1 in=Maven purl=pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1\n"},
		{"{\"type\":\"application\",\"name\":\"Acme Desk\",\"version\":\" 2.1 \",\"supplier\":{\"name\":\"Acme\"},\"publisher\":\"Other\"}",
		 "1 application name=Acme Desk version=2.1 vendor=Acme\n"},
		{"{\"type\":\"application\",\"name\":\"a\",\"manufacturer\":{\"name\":\"Maker\"}}", "1 application name=a vendor=Maker\n"},
		{"{\"type\":\"application\",\"name\":\"a\",\"publisher\":\"House\"}", "1 application name=a vendor=House\n"},
		{"{\"type\":\"firmware\",\"name\":\"plc\",\"cpe\":\"cpe:/o:acme:plc:2.1\"}",
		 "1 firmware name=plc version=2.1 cpe=cpe:2.3:o:acme:plc:2.1:*:*:*:*:*:*:*\n"},
		{"{\"type\":\"device\",\"name\":\"S7\",\"version\":\"3\"}", "1 equipment name=S7 version=3\n"},
		{"{\"type\":\"new-type\",\"name\":\"x\"}", "1 application name=x\n"},
		{"{\"name\":\"x\"}", "1 application name=x\n"},
		// trivy, of Debian: the epoch in a qualifier, the source in properties
		{"{\"type\":\"library\",\"name\":\"libc6\",\"version\":\"2.31-13\",\"purl\":\"pkg:deb/debian/libc6@2.31-13?arch=amd64&distro=debian-11.5\",\"properties\":["
		 "{\"name\":\"aquasecurity:trivy:SrcName\",\"value\":\"glibc\"},{\"name\":\"aquasecurity:trivy:SrcVersion\",\"value\":\"2.31\"},{\"name\":\"aquasecurity:trivy:SrcRelease\",\"value\":\"13\"}]}",
		 "1 package name=libc6 version=2.31-13 in=Debian:11 source=glibc source_version=2.31-13 arch=amd64 purl=pkg:deb/debian/libc6@2.31-13?arch=amd64&distro=debian-11.5\n"},
		{"{\"type\":\"library\",\"name\":\"login\",\"version\":\"4.8.1-1\",\"purl\":\"pkg:deb/debian/login@4.8.1-1?distro=debian-11&epoch=1\",\"properties\":["
		 "{\"name\":\"aquasecurity:trivy:SrcName\",\"value\":\"shadow\"},{\"name\":\"aquasecurity:trivy:SrcVersion\",\"value\":\"4.8.1\"},"
		 "{\"name\":\"aquasecurity:trivy:SrcRelease\",\"value\":\"1\"},{\"name\":\"aquasecurity:trivy:SrcEpoch\",\"value\":\"1\"}]}",
		 "1 package name=login version=1:4.8.1-1 in=Debian:11 source=shadow source_version=1:4.8.1-1 purl=pkg:deb/debian/login@4.8.1-1?distro=debian-11&epoch=1\n"},
		{"{\"type\":\"library\",\"name\":\"acl\",\"version\":\"2.2.53-1.el8\",\"purl\":\"pkg:rpm/alma/acl@2.2.53-1.el8?arch=x86_64&epoch=1&distro=alma-8.9\",\"properties\":["
		 "{\"name\":\"aquasecurity:trivy:SrcEpoch\",\"value\":\"1\"},{\"name\":\"aquasecurity:trivy:SrcName\",\"value\":\"acl\"},"
		 "{\"name\":\"aquasecurity:trivy:SrcRelease\",\"value\":\"1.el8\"},{\"name\":\"aquasecurity:trivy:SrcVersion\",\"value\":\"2.2.53\"}]}",
		 "1 package name=acl version=1:2.2.53-1.el8 in=AlmaLinux:8 arch=x86_64 purl=pkg:rpm/alma/acl@2.2.53-1.el8?arch=x86_64&distro=alma-8.9&epoch=1\n"},
		{"{\"type\":\"library\",\"name\":\"musl\",\"version\":\"1.2.3-r0\",\"purl\":\"pkg:apk/alpine/musl@1.2.3-r0?distro=3.16.0\"}",
		 "1 package name=musl version=1.2.3-r0 in=Alpine:v3.16 purl=pkg:apk/alpine/musl@1.2.3-r0?distro=3.16.0\n"},
		// syft: upstream in the purl, the epoch of an rpm in the version and in a qualifier
		{"{\"type\":\"library\",\"publisher\":\"Packer <p@debian.example>\",\"name\":\"libssl1.1\",\"version\":\"1.1.1d-0+deb10u6\",\"purl\":\"pkg:deb/debian/libssl1.1@1.1.1d-0%2Bdeb10u6?arch=amd64&distro=debian-10&upstream=openssl\"}",
		 "1 package name=libssl1.1 version=1.1.1d-0+deb10u6 in=Debian:10 source=openssl arch=amd64 purl=pkg:deb/debian/libssl1.1@1.1.1d-0%2Bdeb10u6?arch=amd64&distro=debian-10&upstream=openssl\n"},
		{"{\"type\":\"library\",\"name\":\"libc6\",\"version\":\"2.36-9+b1\",\"purl\":\"pkg:deb/debian/libc6@2.36-9%2Bb1?distro=debian-12&upstream=glibc%402.36-9\",\"properties\":[{\"name\":\"syft:metadata:source\",\"value\":\"wrong\"}]}",
		 "1 package name=libc6 version=2.36-9+b1 in=Debian:12 source=glibc source_version=2.36-9 purl=pkg:deb/debian/libc6@2.36-9%2Bb1?distro=debian-12&upstream=glibc%402.36-9\n"},
		{"{\"type\":\"library\",\"name\":\"libc6\",\"version\":\"2.36-9\",\"purl\":\"pkg:deb/debian/libc6@2.36-9?distro=debian-12\",\"properties\":["
		 "{\"name\":\"syft:metadata:source\",\"value\":\"glibc\"},{\"name\":\"syft:metadata:sourceVersion\",\"value\":\"2.36-8\"}]}",
		 "1 package name=libc6 version=2.36-9 in=Debian:12 source=glibc source_version=2.36-8 purl=pkg:deb/debian/libc6@2.36-9?distro=debian-12\n"},
		{"{\"type\":\"library\",\"name\":\"openssl-libs\",\"version\":\"1:3.0.7-24.el9\",\"purl\":\"pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rhel-9.2&epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm\"}",
		 "1 package name=openssl-libs version=1:3.0.7-24.el9 in=Red Hat:enterprise_linux:9 source=openssl source_version=1:3.0.7-24.el9 arch=x86_64 "
		 "purl=pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rhel-9.2&epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm\n"},
		{"{\"type\":\"library\",\"name\":\"bash\",\"version\":\"0:5.1-2.el9\",\"purl\":\"pkg:rpm/rocky/bash@5.1-2.el9?distro=rocky-9.3\",\"properties\":[{\"name\":\"syft:metadata:sourceRpm\",\"value\":\"bash-5.1-2.el9.src.rpm\"}]}",
		 "1 package name=bash version=0:5.1-2.el9 in=Rocky Linux:9 purl=pkg:rpm/rocky/bash@5.1-2.el9?distro=rocky-9.3\n"},
		// as rpm's own database: of another version than the package its epoch is not known
		{"{\"type\":\"library\",\"name\":\"x\",\"version\":\"1:2.0-1.el9\",\"purl\":\"pkg:rpm/rocky/x@2.0-1.el9?distro=rocky-9.3&epoch=1&upstream=y-3.0-1.el9.src.rpm\"}",
		 "1 package name=x version=1:2.0-1.el9 in=Rocky Linux:9 source=y source_version=3.0-1.el9 purl=pkg:rpm/rocky/x@2.0-1.el9?distro=rocky-9.3&epoch=1&upstream=y-3.0-1.el9.src.rpm\n"},
		{"{\"type\":\"library\",\"name\":\"busybox-binsh\",\"version\":\"1.37.0-r20\",\"purl\":\"pkg:apk/alpine/busybox-binsh@1.37.0-r20?distro=alpine-3.24.1\",\"properties\":[{\"name\":\"syft:metadata:originPackage\",\"value\":\"busybox\"}]}",
		 "1 package name=busybox-binsh version=1.37.0-r20 in=Alpine:v3.24 source=busybox purl=pkg:apk/alpine/busybox-binsh@1.37.0-r20?distro=alpine-3.24.1\n"},
		{"{\"type\":\"library\",\"name\":\"x\",\"version\":\"2.0-1\",\"purl\":\"pkg:deb/debian/x@1%3A2.0-1?distro=debian-12\"}",
		 "1 package name=x version=1:2.0-1 in=Debian:12 purl=pkg:deb/debian/x@1:2.0-1?distro=debian-12\n"},
		{"{\"type\":\"library\",\"name\":\"x\",\"version\":\"1:2.0-1\",\"purl\":\"pkg:deb/debian/x@1%3A2.0-1?distro=debian-12\"}",
		 "1 package name=x version=1:2.0-1 in=Debian:12 purl=pkg:deb/debian/x@1:2.0-1?distro=debian-12\n"},
		// trivy's lock files, files
		{"{\"type\":\"application\",\"name\":\"app/composer.lock\",\"properties\":[{\"name\":\"aquasecurity:trivy:Class\",\"value\":\"lang-pkgs\"}]}",
		 "note 1 files, data or lock files without purl or CPE are no items\n"},
		{"{\"type\":\"file\",\"name\":\"/bin/sh\"},{\"type\":\"data\",\"name\":\"d\"}", "note 2 files, data or lock files without purl or CPE are no items\n"},
		{"{\"type\":\"file\",\"name\":\"curl\",\"purl\":\"pkg:generic/curl@8.0\"}", "1 application name=curl version=8.0 purl=pkg:generic/curl@8.0\n"},
		// modules
		{"{\"type\":\"library\",\"name\":\"a\",\"version\":\"1-1.module\",\"purl\":\"pkg:rpm/rocky/a@1-1.module?distro=rocky-8.9\",\"properties\":[{\"name\":\"aquasecurity:trivy:Modularitylabel\",\"value\":\"nodejs:18:8:x\"}]},"
		 "{\"type\":\"library\",\"name\":\"b\",\"version\":\"1-1.module\",\"purl\":\"pkg:rpm/rocky/b@1-1.module?distro=rocky-8.9&rpmmod=nodejs:18:8:x\"},"
		 "{\"type\":\"library\",\"name\":\"c\",\"version\":\"1-1\",\"purl\":\"pkg:rpm/rocky/c@1-1?distro=rocky-8.9\"}",
		 "1 package name=a version=1-1.module in=Rocky Linux:8 purl=pkg:rpm/rocky/a@1-1.module?distro=rocky-8.9\n"
		 "2 package name=b version=1-1.module in=Rocky Linux:8 purl=pkg:rpm/rocky/b@1-1.module?distro=rocky-8.9&rpmmod=nodejs:18:8:x\n"
		 "3 package name=c version=1-1 in=Rocky Linux:8 purl=pkg:rpm/rocky/c@1-1?distro=rocky-8.9\nnote the version that cures a flaw may be that of another stream\n"},
		// cdxgen: evidence, properties of any kind
		{"{\"group\":\"\",\"name\":\"lodash\",\"version\":\"4.17.15\",\"scope\":\"required\",\"purl\":\"pkg:npm/lodash@4.17.15\",\"type\":\"library\",\"evidence\":{\"identity\":[{\"field\":\"purl\",\"confidence\":1}],"
		 "\"occurrences\":[{\"location\":\"a.js#1\"}]},\"properties\":[{\"name\":\"SrcFile\",\"value\":\"a\"},{\"name\":\"n\",\"value\":5},{\"name\":\"flag\",\"value\":true}]}",
		 "1 library name=lodash version=4.17.15 in=npm purl=pkg:npm/lodash@4.17.15\n"},
		{"{\"group\":null,\"name\":\"a\",\"version\":null,\"purl\":null,\"cpe\":null,\"type\":\"library\",\"supplier\":null,\"components\":null,\"properties\":null}", "1 library name=a\n"},
		{"{\"group\":\"Acme\",\"name\":\"pump\",\"type\":\"firmware\"}", "1 firmware name=pump vendor=Acme\n"},
		// how a module is spelled; how versions are
		{"{\"type\":\"library\",\"name\":\"github.com/Masterminds/semver\",\"version\":\"v1.5.0\",\"purl\":\"pkg:golang/github.com/masterminds/semver@v1.5.0\"},"
		 "{\"type\":\"library\",\"group\":\"github.com/Azure\",\"name\":\"azure-sdk\",\"version\":\"1\",\"purl\":\"pkg:golang/github.com/azure/azure-sdk@1\"},"
		 "{\"type\":\"library\",\"name\":\"Django_X\",\"version\":\"1.0RC1\",\"purl\":\"pkg:pypi/django-x@1.0rc1\"}",
		 "1 library name=github.com/Masterminds/semver version=v1.5.0 in=Go purl=pkg:golang/github.com/masterminds/semver@v1.5.0\n"
		 "2 library name=github.com/Azure/azure-sdk version=1 in=Go purl=pkg:golang/github.com/azure/azure-sdk@1\n"
		 "3 library name=django-x version=1.0rc1 in=PyPI purl=pkg:pypi/django-x@1.0rc1\n"},
		{"{\"type\":\"library\",\"name\":\"stdlib\",\"version\":\"go1.21.0\",\"purl\":\"pkg:golang/stdlib@1.21.0\"}", "1 library name=stdlib version=1.21.0 in=Go purl=pkg:golang/stdlib@1.21.0\n"},
		{"{\"type\":\"library\",\"name\":\"a\",\"version\":\"2.0\",\"purl\":\"pkg:npm/a@1.0\"}",
		 "note another version than in its purl, which is taken\n1 library name=a version=1.0 in=npm purl=pkg:npm/a@1.0\n"},
		{"{\"type\":\"library\",\"name\":\"a\",\"version\":\"UNKNOWN\",\"purl\":\"pkg:maven/b/a\"},{\"type\":\"library\",\"name\":\"a\",\"version\":\"== 1.2\",\"purl\":\"pkg:pypi/a\"}",
		 "1 library name=b:a in=Maven purl=pkg:maven/b/a\n2 library name=a version=1.2 in=PyPI purl=pkg:pypi/a\n"},
		{"{\"type\":\"library\",\"name\":\"a\",\"version\":\"^1.2\"},{\"type\":\"library\",\"name\":\"a\",\"version\":\">= 3.0\",\"purl\":\"pkg:pypi/a\"}",
		 "1 refused \"^1.2\" a range of versions, not the one that is there: taken without a version\n1 library name=a\n"
		 "2 refused \">= 3.0\" a range of versions, not the one that is there: taken without a version\n2 library name=a in=PyPI purl=pkg:pypi/a\n"},
		// nested
		{"{\"type\":\"framework\",\"name\":\"a\",\"components\":[{\"name\":\"b\",\"components\":[{\"name\":\"c\"}]},{\"name\":\"d\"}]},{\"name\":\"e\"}",
		 "1 library name=a\n2 application name=b\n3 application name=c\n4 application name=d\n5 application name=e\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[4000];
		struct heard h = {0}, piped = {0};
		struct why why = {""};
		snprintf(text, sizeof text, BOM "%s" END, rows[i].component);
		CHECK_SAY(read_file(inventory_cyclonedx, slice_text(text), &h, &why) == ERR_OK, "%s", why.text);
		char *rest = strchr((char *)h.text.p, '\n');
		CHECK_TEXT(rest != NULL ? rest + 1 : NULL, rows[i].want);
		CHECK_SAY(read_pipe(inventory_sbom, slice_text(text), &piped, &why) == ERR_OK, "%s", why.text);
		CHECK_TEXT((char *)piped.text.p, (char *)h.text.p);
		buf_free(&h.text);
		buf_free(&piped.text);
	}
}

// Runs of 'w' become one.
static void squeeze(char *text)
{
	char *to = text;
	for (char *from = text; *from != '\0'; from++)
		if (*from != 'w' || to == text || to[-1] != 'w')
			*to++ = *from;
	*to = '\0';
}

static void refused_items(void)
{
	static char wide[1100];
	memset(wide, 'w', sizeof wide - 1);
	static const struct {
		const char *component, *want; // %s: a text of 1099 bytes
	} rows[] = {
		{"7", "1 refused \"\" the document: 7 is no object\n"},
		{"null", "1 refused \"\" the document: is missing, must be object\n"},
		{"{}", "1 refused \"\" name: is missing, must be text\n"},
		{"{\"name\":true}", "1 refused \"\" name: true is no text\n"},
		{"{\"name\":\" \"}", "1 refused \"\" no name\n"},
		{"{\"name\":\"a\",\"version\":1}", "1 refused \"a\" version: 1 is no text\n"},
		{"{\"name\":\"a\",\"type\":[]}", "1 refused \"\" type: [] is no text\n"},
		{"{\"name\":\"a\",\"supplier\":{\"name\":{}}}", "1 refused \"a\" supplier.name: {} is no text\n"},
		{"{\"name\":\"a\",\"group\":7}", "1 refused \"a\" group: 7 is no text\n"},
		{"{\"name\":\"a\",\"properties\":[{\"name\":\"syft:metadata:source\",\"value\":5}]}", "1 refused \"a\" properties[0].value: 5 is no text\n"},
		{"{\"name\":\"a\",\"properties\":[{\"name\":1}]}", "1 refused \"a\" properties[0].name: 1 is no text\n"},
		{"{\"name\":\"a\",\"version\":\"1\\u0007\"}", "1 refused \"1?\" a value holds a control character\n"},
		{"{\"name\":\"%s\"}", "1 refused \"w\" a value is longer than 1024 bytes\n"},
		{"{\"name\":\"a\",\"components\":[{\"name\":2}]},{\"name\":\"b\"}",
		 "1 application name=a\n2 refused \"\" components[0].name: 2 is no text\n3 application name=b\n"},
		// the item without what cannot be read; a rule that quotes a part of a character
		{"{\"name\":\"a\",\"purl\":\"pkg:npm/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9%%\"}",
		 "1 refused \"pkg:npm/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9%\" purl "
		 "\"pkg:npm/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?\": \"%\": a percent sign without two hexadecimal digits\n1 application name=a\n"},
		{"{\"name\":\"a\",\"purl\":\"npm/a\"}", "1 refused \"npm/a\" purl \"npm/a\": \"npm/a\": does not begin with \"pkg:\"\n1 application name=a\n"},
		{"{\"name\":\"a\",\"cpe\":\"cpe:2.3:x\"}", "1 refused \"cpe:2.3:x\" CPE \"cpe:2.3:x\": part \"x\": must be a, o or h\n1 application name=a\n"},
		{"{\"name\":\"a\",\"purl\":\"pkg:a/%s\"}",
		 "1 refused \"pkg:a/w\" a purl is longer than 1024 bytes\n1 application name=a\n"},
		{"{\"name\":\"a\",\"purl\":\"pkg:npm/a?arch=%s\"}",
		 "1 refused \"pkg:npm/a?arch=w\" a purl is longer than 1024 bytes\n1 application name=a\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char component[4000], text[5000];
		struct heard h = {0};
		struct why why = {""};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(component, sizeof component, rows[i].component, wide);
#pragma GCC diagnostic pop
		snprintf(text, sizeof text, BOM "%s" END, component);
		CHECK_SAY(read_file(inventory_cyclonedx, slice_text(text), &h, &why) == ERR_OK, "%s", why.text);
		// The machine comes before the items, wherever the refusals are.
		char *machine = strstr((char *)h.text.p, "machine\n");
		REQUIRE(machine != NULL);
		memmove(machine, machine + 8, strlen(machine + 8) + 1);
		squeeze((char *)h.text.p);
		CHECK_TEXT((char *)h.text.p, rows[i].want);
		buf_free(&h.text);
	}
}

static void machines(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.4\",\"metadata\":{\"timestamp\":\"2026-01-02T03:04:05.5Z\",\"component\":{\"type\":\"container\",\"name\":\"alpine:3.15\",\"purl\":\"pkg:oci/alpine@1\"}}}",
		 "machine name=alpine:3.15 taken=1767323045\n"},
		// trivy: the system comes after the packages
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":[{\"name\":\"a\",\"purl\":\"pkg:deb/debian/a@1?distro=debian-11.1\"},{\"type\":\"operating-system\",\"name\":\"debian\",\"version\":\"12.5\"}]}",
		 "machine os=debian version=12 ecosystem=Debian:12\n1 package name=a version=1 in=Debian:11 purl=pkg:deb/debian/a@1?distro=debian-11.1\n"},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"type\":\"operating-system\",\"name\":\"ubuntu\",\"version\":\"22.04\"},{\"name\":\"a\",\"purl\":\"pkg:deb/ubuntu/a@1?distro=ubuntu\"},"
		 "{\"name\":\"b\",\"purl\":\"pkg:deb/debian/b@1?distro=debian\"}]}",
		 "machine os=ubuntu version=22.04 ecosystem=Ubuntu:22.04:LTS\n2 package name=a version=1 in=Ubuntu:22.04:LTS purl=pkg:deb/ubuntu/a@1?distro=ubuntu\n"
		 "3 package name=b version=1 purl=pkg:deb/debian/b@1?distro=debian\n"},
		{"\xef\xbb\xbf{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":{\"component\":{\"type\":\"application\",\"name\":\"shop\",\"version\":\"1\",\"purl\":\"pkg:npm/shop@1\"}}}",
		 "machine name=shop\n0 application name=shop version=1 in=npm purl=pkg:npm/shop@1\n"},
		{"{\"components\":[{\"type\":\"operating-system\",\"name\":\"redhat\",\"version\":\"9.4\"},{\"name\":\"a\",\"version\":\"1-1\",\"purl\":\"pkg:rpm/redhat/a@1-1\"},"
		 "{\"name\":\"b\",\"version\":\"1-1\",\"purl\":\"pkg:rpm/suse/b@1-1\"}],\"specVersion\":\"1.6\",\"bomFormat\":\"CycloneDX\"}",
		 "machine os=rhel version=9.4 ecosystem=Red Hat:enterprise_linux:9\n"
		 "2 package name=a version=1-1 in=Red Hat:enterprise_linux:9 purl=pkg:rpm/redhat/a@1-1\n3 package name=b version=1-1 purl=pkg:rpm/suse/b@1-1\n"},
		// syft: its properties say more
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":{\"component\":{\"type\":\"file\",\"name\":\"/srv\"}},\"components\":[{\"type\":\"operating-system\",\"name\":\"x\",\"properties\":["
		 "{\"name\":\"syft:distro:id\",\"value\":\"ubuntu\"},{\"name\":\"syft:distro:versionID\",\"value\":\"22.04\"},{\"name\":\"syft:distro:prettyName\",\"value\":\"Ubuntu 22.04.4 LTS\"}]}]}",
		 "machine name=/srv os=ubuntu version=22.04 pretty=Ubuntu 22.04.4 LTS ecosystem=Ubuntu:22.04:LTS\n"},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"type\":\"operating-system\",\"name\":\"debian\",\"version\":\"trixie/sid\"}]}",
		 "machine os=debian codename=trixie ecosystem=Debian:13\n"},
		// and a CPE of the whole, against which no package is held
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"type\":\"operating-system\",\"name\":\"debian\",\"version\":\"12\",\"cpe\":\"cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*\"}]}",
		 "machine os=debian version=12 ecosystem=Debian:12\n"},
		// no system: what the packages are of
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"name\":\"n\",\"purl\":\"pkg:npm/n@1\"},{\"name\":\"a\",\"purl\":\"pkg:apk/alpine/a@1?distro=alpine-3.20.1\"}]}",
		 "machine os=alpine version=3.20.1 ecosystem=Alpine:v3.20\n1 library name=n version=1 in=npm purl=pkg:npm/n@1\n2 package name=a version=1 in=Alpine:v3.20 purl=pkg:apk/alpine/a@1?distro=alpine-3.20.1\n"},
		// a second system is an item, the first only where it can be looked up
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"type\":\"operating-system\",\"name\":\"VxWorks\",\"version\":\"7\",\"cpe\":\"cpe:/o:windriver:vxworks:7\"},{\"type\":\"operating-system\",\"name\":\"linux\",\"version\":\"6\"}]}",
		 "machine os=vxworks version=7\n1 system name=VxWorks version=7 cpe=cpe:2.3:o:windriver:vxworks:7:*:*:*:*:*:*:*\n2 system name=linux version=6\n"},
		// the product itself, and what is inside it
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":{\"component\":{\"type\":\"firmware\",\"name\":\"plc\",\"version\":\"2\",\"components\":[{\"name\":\"in\"}]}},\"components\":[{\"name\":\"out\"}]}",
		 "machine name=plc\n0 firmware name=plc version=2\n1 application name=in\n2 application name=out\n"},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":{\"timestamp\":true}}", "0 refused \"\" timestamp: true is no text\nmachine\n"},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":{\"timestamp\":\"yesterday\"}}",
		 "0 refused \"yesterday\" no time such as 2026-01-02T03:04:05Z\nmachine\n"},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":[],\"components\":{}}", "machine\n"},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":{\"component\":{\"type\":\"container\",\"name\":\"\\u0001\"}}}",
		 "0 refused \"?\" a value holds a control character\nmachine\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct heard h = {0};
		struct why why = {""};
		CHECK_SAY(read_file(inventory_sbom, slice_text(rows[i].text), &h, &why) == ERR_OK, "%s", why.text);
		CHECK_TEXT((char *)h.text.p, rows[i].want);
		buf_free(&h.text);
	}
}

static void refused_documents(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", "bill: byte 0: "},
		{"{}", "bill: neither CycloneDX (no bomFormat) nor SPDX 2 (no spdxVersion)"},
		{"[]", "bill: neither CycloneDX"},
		{"<?xml version=\"1.0\"?><bom/>", "bill: XML: what is read is CycloneDX and SPDX 2 in JSON"}, {"\xff\xfe{ }", "bill: UTF-16: what is read"},
		{"\xef\xbb\xbf", "bill: byte 0: "}, {"\xef\xbb\xbf\xef\xbb\xbf{}", "bill: no JSON: what is read"},
		{"vendor;product\n", "bill: no JSON: what is read is CycloneDX and SPDX 2 in JSON"},
		{"{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":[]}", "bill: SPDX 3 (JSON-LD), which is not read"},
		{"{\"bomFormat\":\"cyclonedx\",\"specVersion\":\"1.6\"}", "bill: bomFormat is not \"CycloneDX\""},
		{"{\"bomFormat\":7}", "bill: bomFormat is not \"CycloneDX\""},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"2.0\"}", "bill: specVersion \"2.0\" is not 1.2 to 1.7"},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.1\"}", "bill: specVersion \"1.1\" is not 1.2 to 1.7"},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":1.6}", "bill: specVersion \"\" is not 1.2 to 1.7"},
		{"{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[]}", "bill: an SPDX document, and not CycloneDX"},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"spdxVersion\":\"SPDX-2.3\"}", "bill: an SPDX document, and not CycloneDX"},
		{BOM "{\"name\":\"a\",\"name\":\"b\"}" END, "components[]: \"name\" is there twice"},
		{BOM "],\"components\":[" END, "\"components\" is there twice"},
		{BOM "{\"name\":\"a\"", "bill: byte 70: parse error: premature EOF"},
		{BOM END " {}", "parse error: trailing garbage"},
		{BOM "{\"name\":\"\xff\"}" END, "malformed UTF-8"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct heard h = {0};
		struct why why = {""};
		CHECK(read_file(inventory_cyclonedx, slice_text(rows[i].text), &h, &why) == ERR_INPUT);
		CHECK_SAY(strstr(why.text, rows[i].why) != NULL, "%s: %s", rows[i].text, why.text);
		CHECK_SAY(h.text.n == 1, "%s: told before it was refused: %s", rows[i].text, (char *)h.text.p); // its NUL
		buf_free(&h.text);
	}
}

// Every beginning of a document is refused before anything is told of it; through a pipe it is refused in the end.
static void cuts(void)
{
	static const char text[] = BOM "{\"name\":\"a\",\"purl\":\"pkg:npm/a@1\",\"components\":[{\"name\":\"b\"}]}" END;
	for (size_t n = 0; n < sizeof text - 1; n++) {
		struct heard h = {0}, piped = {0};
		struct why why;
		CHECK(read_file(inventory_sbom, slice_of(text, n), &h, &why) == ERR_INPUT && h.text.n == 1);
		CHECK(read_pipe(inventory_sbom, slice_of(text, n), &piped, &why) == ERR_INPUT);
		buf_free(&h.text);
		buf_free(&piped.text);
	}
}

static void stops(void)
{
	struct heard h = {.stop = 2};
	struct why why;
	CHECK(read_file(inventory_sbom, SLICE_LITERAL(BOM "{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}" END), &h, &why) == ERR_DENIED);
	CHECK_TEXT(why.text, "enough");
	CHECK(h.items == 2);
	buf_free(&h.text);
	int fd = open("/", O_RDONLY);
	CHECK(inventory_sbom(fd, "root", &(struct inventory_sink){0}, &why) == ERR_SYSTEM);
	close(fd);
	fd = memfd_create("bill", 0);
	REQUIRE(write(fd, BOM "{\"name\":\"a\"}" END, sizeof(BOM "{\"name\":\"a\"}" END) - 1) > 0);
	CHECK(inventory_sbom(fd, "nobody listens", &(struct inventory_sink){0}, &why) == ERR_OK);
	close(fd);
}

// os-release and the purls of the same system lead to the same ecosystem.
static void same_words(void)
{
	static const struct {
		const char *id, *version, *pretty, *distro;
		enum os_packager packager;
	} rows[] = {
		{"debian", "12", "", "debian-12", OS_DEB},           {"ubuntu", "22.04", "", "ubuntu-22.04", OS_DEB},
		{"ubuntu", "23.10", "", "ubuntu-23.10", OS_DEB},     {"alpine", "3.20.1", "", "alpine-3.20.1", OS_APK},
		{"wolfi", "20230201", "", "wolfi-20230201", OS_APK}, {"almalinux", "9.4", "", "almalinux-9.4", OS_RPM},
		{"rocky", "8.10", "", "rocky-8.10", OS_RPM},         {"rhel", "9.4", "", "rhel-9.4", OS_RPM},
		{"mageia", "9", "", "mageia-9", OS_RPM},             {"photon", "4.0", "", "photon-4.0", OS_RPM},
		{"opensuse-leap", "15.5", "openSUSE Leap 15.5", "opensuse-leap-15.5", OS_RPM},
		{"opensuse-tumbleweed", "20240110", "openSUSE Tumbleweed", "opensuse-tumbleweed-20240110", OS_RPM},
		{"sles", "15.5", "SUSE Linux Enterprise Server 15 SP5", "sles-15.5", OS_RPM},
		{"kali", "2024.1", "", "kali-2024.1", OS_DEB},
	};
	static const char *const types[] = {[OS_DEB] = "deb", [OS_RPM] = "rpm", [OS_APK] = "apk"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct os_release os = {.id = slice_text(rows[i].id), .version_id = slice_text(rows[i].version), .pretty = slice_text(rows[i].pretty)};
		char word[OS_ECOSYSTEM_MAX] = "", purl[200], room[PURL_MAX];
		const char *note;
		struct purl p;
		struct why why;
		struct buf ecosystem, name;
		buf_init(&ecosystem, 200);
		buf_init(&name, 200);
		snprintf(purl, sizeof purl, "pkg:%s/%s/x@1?distro=%s", types[rows[i].packager], rows[i].id, rows[i].distro);
		REQUIRE(purl_parse(slice_text(purl), room, &p, &why) == ERR_OK);
		bool known = os_ecosystem(&os, rows[i].packager, word, &note);
		CHECK_SAY(purl_ecosystem(&p, &ecosystem, &name) == known, "%s", purl);
		buf_put_u8(&ecosystem, 0);
		CHECK_TEXT((char *)ecosystem.p, known ? word : "");
		buf_free(&ecosystem);
		buf_free(&name);
	}
}

static enum err count_item(void *context, const struct item *i, struct why *why)
{
	(void)i;
	(void)why;
	++*(uint64_t *)context;
	return ERR_OK;
}

// A document many times larger than the memory it may take.
static void large(void)
{
	static const char one[] = "{\"type\":\"library\",\"name\":\"libc6\",\"version\":\"2.36-9\",\"purl\":\"pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc\","
							  "\"properties\":[{\"name\":\"syft:package:type\",\"value\":\"deb\"},{\"name\":\"syft:metadata:installedSize\",\"value\":\"12337\"}]},\n";
	uint64_t count = 0, components = 100000;
	struct inventory_sink sink = {.context = &count, .item = count_item};
	struct rusage before, after;
	struct why why = {""};
	int fd = memfd_create("large", 0);
	FILE *f = fdopen(dup(fd), "w");
	REQUIRE(f != NULL);
	fputs(BOM, f);
	for (uint64_t i = 0; i < components; i++)
		fputs(one, f);
	fputs("{\"name\":\"last\"}" END, f);
	REQUIRE(fclose(f) == 0);
	getrusage(RUSAGE_SELF, &before);
	CHECK_SAY(inventory_sbom(fd, "large", &sink, &why) == ERR_OK, "%s", why.text);
	getrusage(RUSAGE_SELF, &after);
	CHECK(count == components + 1);
#ifndef TOCSIN_SANITIZED // whose freed memory stays
	CHECK_SAY(after.ru_maxrss - before.ru_maxrss < 4096, "%ld KiB more", after.ru_maxrss - before.ru_maxrss);
#endif
	close(fd);
}

const struct test tests[] = {
	{"components of every kind, of trivy and of syft; the same from a pipe", items},
	{"refused components", refused_items},
	{"the machine", machines},
	{"refused documents", refused_documents},
	{"cut at every byte", cuts},
	{"a sink that stops, a folder, no sink", stops},
	{"the same ecosystem from os-release and from purls", same_words},
	{"a large document in little memory", large},
	{NULL, NULL},
};
