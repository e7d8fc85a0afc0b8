#include "test.h"

#include "bill.h"

#define DOC "{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"name\":\"desk\",\"packages\":["
#define END "]}"
#define PURL(purl) "\"externalRefs\":[{\"referenceCategory\":\"PACKAGE-MANAGER\",\"referenceType\":\"purl\",\"referenceLocator\":\"" purl "\"}]"

static void items(void)
{
	static const struct {
		const char *package, *want;
	} rows[] = {
		{"{\"name\":\"express\",\"versionInfo\":\"4.17.1\"," PURL("pkg:npm/express@4.17.1") "}",
		 "1 library name=express version=4.17.1 in=npm purl=pkg:npm/express@4.17.1\n"},
		{"{\"name\":\"desk\",\"versionInfo\":\"2\",\"supplier\":\"Organization: Acme (security@acme.example)\",\"primaryPackagePurpose\":\"APPLICATION\"}",
		 "1 application name=desk version=2 vendor=Acme\n"},
		{"{\"name\":\"desk\",\"versionInfo\":\"NOASSERTION\",\"supplier\":\"Person: A Name\"}", "1 application name=desk\n"},
		{"{\"name\":\"desk\",\"versionInfo\":\"NONE\",\"supplier\":\"NOASSERTION\"}", "1 application name=desk\n"},
		{"{\"name\":\"desk\",\"supplier\":\"Organization: Acme (Europe) GmbH\"}", "1 application name=desk vendor=Acme (Europe) GmbH\n"},
		{"{\"name\":\"http\",\"externalRefs\":[{\"referenceCategory\":\"SECURITY\",\"referenceType\":\"cpe23Type\",\"referenceLocator\":\"cpe:2.3:a:apache:http_server:2.4.57:*:*:*:*:*:*:*\"},"
		 "{\"referenceType\":\"cpe23Type\",\"referenceLocator\":\"cpe:2.3:a:x:y\"}]}",
		 "1 application name=http version=2.4.57 cpe=cpe:2.3:a:apache:http_server:2.4.57:*:*:*:*:*:*:*\n"},
		{"{\"name\":\"http\",\"externalRefs\":[{\"referenceType\":\"http://spdx.org/rdf/references/cpe22Type\",\"referenceLocator\":\"cpe:/a:x:y:1\"}]}",
		 "1 application name=http version=1 cpe=cpe:2.3:a:x:y:1:*:*:*:*:*:*:*\n"},
		// trivy: the source in words
		{"{\"name\":\"libc6\",\"versionInfo\":\"2.36-9\",\"sourceInfo\":\"built package from: glibc 2.36-9\",\"primaryPackagePurpose\":\"LIBRARY\"," PURL("pkg:deb/debian/libc6@2.36-9?distro=debian-12.5") "}",
		 "1 package name=libc6 version=2.36-9 in=Debian:12 source=glibc source_version=2.36-9 purl=pkg:deb/debian/libc6@2.36-9?distro=debian-12.5\n"},
		{"{\"name\":\"login\",\"versionInfo\":\"1:4.8.1-1\",\"sourceInfo\":\"built package from: shadow 1:4.8.1-1\"," PURL("pkg:deb/debian/login@4.8.1-1?distro=debian-12&epoch=1") "}",
		 "1 package name=login version=1:4.8.1-1 in=Debian:12 source=shadow source_version=1:4.8.1-1 purl=pkg:deb/debian/login@4.8.1-1?distro=debian-12&epoch=1\n"},
		{"{\"name\":\"libc6\",\"versionInfo\":\"2.36-9\",\"sourceInfo\":\"acquired package info from DPKG DB: /var/lib/dpkg/status\"," PURL("pkg:deb/debian/libc6@2.36-9?distro=debian-12&upstream=glibc") "}",
		 "1 package name=libc6 version=2.36-9 in=Debian:12 source=glibc purl=pkg:deb/debian/libc6@2.36-9?distro=debian-12&upstream=glibc\n"},
		{"{\"name\":\"package-lock.json\",\"primaryPackagePurpose\":\"APPLICATION\",\"annotations\":[{\"comment\":\"Class: lang-pkgs\"},{\"comment\":\"Type: npm\"}]},"
		 "{\"name\":\"composer.lock\",\"primaryPackagePurpose\":\"APPLICATION\",\"attributionTexts\":[\"Class: lang-pkgs\"]},"
		 "{\"name\":\"desk\",\"primaryPackagePurpose\":\"APPLICATION\",\"annotations\":[7,{\"comment\":\"of ours\"}],\"attributionTexts\":null}",
		 "3 application name=desk\nnote 2 files, data or lock files without purl or CPE are no items\n"},
		{"{\"name\":\"f\",\"primaryPackagePurpose\":\"FILE\"}", "note 1 files, data or lock files without purl or CPE are no items\n"},
		{"{\"name\":\"fw\",\"primaryPackagePurpose\":\"FIRMWARE\"},{\"name\":\"hw\",\"primaryPackagePurpose\":\"DEVICE\"},{\"name\":\"s\",\"primaryPackagePurpose\":\"SOURCE\"}",
		 "1 firmware name=fw\n2 equipment name=hw\n3 application name=s\n"},
		// refused
		{"[]", "1 refused \"\" the document: [] is no object\n"},
		{"{\"versionInfo\":\"1\"}", "1 refused \"\" name: is missing, must be text\n"},
		{"{\"name\":[]},{\"name\":\"b\"}", "1 refused \"\" name: [] is no text\n2 application name=b\n"},
		{"{\"name\":\"\"}", "1 refused \"\" no name\n"},
		{"{\"name\":\"a\",\"versionInfo\":2}", "1 refused \"a\" versionInfo: 2 is no text\n"},
		{"{\"name\":\"a\",\"supplier\":{}}", "1 refused \"a\" supplier: {} is no text\n"},
		{"{\"name\":\"a\",\"primaryPackagePurpose\":1}", "1 refused \"a\" primaryPackagePurpose: 1 is no text\n"},
		{"{\"name\":\"a\",\"sourceInfo\":1}", "1 refused \"a\" sourceInfo: 1 is no text\n"},
		{"{\"name\":\"a\",\"externalRefs\":[{\"referenceType\":1}]}", "1 refused \"a\" externalRefs[0].referenceType: 1 is no text\n"},
		{"{\"name\":\"a\",\"externalRefs\":[{\"referenceType\":\"purl\",\"referenceLocator\":false}]}", "1 refused \"a\" externalRefs[0].referenceLocator: false is no text\n"},
		{"{\"name\":\"a\"," PURL("npm") "}", "1 refused \"npm\" purl \"npm\": \"npm\": does not begin with \"pkg:\"\n1 application name=a\n"},
		{"{\"name\":\"a\\u0000\"}", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[4000];
		struct heard h = {0};
		struct why why = {""};
		snprintf(text, sizeof text, DOC "%s" END, rows[i].package);
		enum err e = read_file(inventory_spdx, slice_text(text), &h, &why);
		CHECK_SAY(e == (rows[i].want != NULL ? ERR_OK : ERR_INPUT), "%s: %s", rows[i].package, why.text);
		char *machine = strstr((char *)h.text.p, "machine "), *rest = machine != NULL ? strchr(machine, '\n') : NULL;
		if (rest != NULL)
			memmove(machine, rest + 1, strlen(rest));
		CHECK_TEXT((char *)h.text.p, rows[i].want != NULL ? rows[i].want : "");
		buf_free(&h.text);
	}
}

static void machines(void)
{
	static const struct {
		const char *text, *want, *piped; // NULL: the same
	} rows[] = {
		{DOC END, "machine name=desk\n", NULL},
		{"{\"spdxVersion\":\"SPDX-2.2\",\"name\":\"n\",\"creationInfo\":{\"created\":\"2026-01-02T03:04:05Z\"}}", "machine name=n taken=1767323045\n", NULL},
		{"{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"n\",\"creationInfo\":{\"created\":false}}", "0 refused \"\" created: false is no text\nmachine name=n\n", NULL},
		{"{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"n\",\"creationInfo\":{\"created\":\"soon\"}}",
		 "0 refused \"soon\" no time such as 2026-01-02T03:04:05Z\nmachine name=n\n", NULL},
		// what is described: said before, and behind
		{"{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"n\",\"documentDescribes\":[\"SPDXRef-1\"],\"packages\":[{\"SPDXID\":\"SPDXRef-1\",\"name\":\"product\"},{\"SPDXID\":\"SPDXRef-2\",\"name\":\"b\"}]}",
		 "machine name=product\n1 application name=product\n2 application name=b\n", NULL},
		{"{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"n\",\"packages\":[{\"SPDXID\":\"SPDXRef-2\",\"name\":\"b\"},{\"SPDXID\":\"SPDXRef-1\",\"name\":\"image\",\"primaryPackagePurpose\":\"CONTAINER\"}],\"relationships\":["
		 "{\"spdxElementId\":\"SPDXRef-1\",\"relationshipType\":\"CONTAINS\",\"relatedSpdxElement\":\"SPDXRef-2\"},{\"spdxElementId\":\"SPDXRef-DOCUMENT\",\"relationshipType\":\"DESCRIBES\",\"relatedSpdxElement\":\"SPDXRef-1\"}]}",
		 "machine name=image\n1 application name=b\n", "machine name=n\n1 application name=b\n2 application name=image\n"},
		{"{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"SPDXID\":\"SPDXRef-1\",\"name\":\"p\"}],\"relationships\":[7,"
		 "{\"spdxElementId\":\"SPDXRef-1\",\"relationshipType\":\"DESCRIBED_BY\",\"relatedSpdxElement\":\"SPDXRef-DOCUMENT\"}]}",
		 "machine name=p\n1 application name=p\n", "machine\n1 application name=p\n"},
		{"{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"n\",\"documentDescribes\":[\"SPDXRef-1\",\"SPDXRef-2\"],\"packages\":[{\"SPDXID\":\"SPDXRef-1\",\"name\":\"p\"}]}",
		 "machine name=n\n1 application name=p\n", NULL},
		{"{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"n\",\"documentDescribes\":[\"SPDXRef-gone\",7]}", "machine name=n\n", NULL},
		// Microsoft's tool: packages, then what they are; GitHub's object
		{"\xef\xbb\xbf{\"files\":[{\"fileName\":\"./a.dll\"}],\"packages\":[{\"name\":\"Newtonsoft.Json\",\"SPDXID\":\"SPDXRef-Package-1\",\"versionInfo\":\"12.0.1\"," PURL("pkg:nuget/Newtonsoft.Json@12.0.1") "},"
		 "{\"name\":\"Shop\",\"SPDXID\":\"SPDXRef-RootPackage\",\"versionInfo\":\"2.0.0\",\"supplier\":\"Organization: Acme\"}],\"spdxVersion\":\"SPDX-2.2\",\"name\":\"Shop 2.0.0\",\"documentDescribes\":[\"SPDXRef-RootPackage\"]}",
		 "machine name=Shop\n1 library name=newtonsoft.json version=12.0.1 in=NuGet purl=pkg:nuget/Newtonsoft.Json@12.0.1\n2 application name=Shop version=2.0.0 vendor=Acme\n",
		 "machine\n1 library name=newtonsoft.json version=12.0.1 in=NuGet purl=pkg:nuget/Newtonsoft.Json@12.0.1\n2 application name=Shop version=2.0.0 vendor=Acme\n"},
		{"{\"sbom\":{\"spdxVersion\":\"SPDX-2.3\",\"creationInfo\":{\"created\":\"2026-01-02T03:04:05Z\"},\"name\":\"acme/shop\",\"packages\":[{\"name\":\"npm:lodash\",\"versionInfo\":\"4.17.15\"," PURL("pkg:npm/lodash@4.17.15") "}]}}",
		 "machine name=acme/shop taken=1767323045\n1 library name=lodash version=4.17.15 in=npm purl=pkg:npm/lodash@4.17.15\n", NULL},
		// the system, as the last package, and the version of the document behind all
		{"{\"name\":\"n\",\"packages\":[{\"name\":\"a\"," PURL("pkg:deb/debian/a@1") "},{\"name\":\"debian\",\"versionInfo\":\"12.5\",\"primaryPackagePurpose\":\"OPERATING-SYSTEM\"}],\"spdxVersion\":\"SPDX-2.3\"}",
		 "machine name=n os=debian version=12 ecosystem=Debian:12\n1 package name=a version=1 in=Debian:12 purl=pkg:deb/debian/a@1\n",
		 "machine name=n\n1 package name=a version=1 purl=pkg:deb/debian/a@1\n2 system name=debian version=12.5\n"},
		// none: what the packages are of
		{"{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"n\",\"packages\":[{\"name\":\"a\"," PURL("pkg:rpm/redhat/a@1-1?distro=rhel-9.2") "}]}",
		 "machine name=n os=rhel version=9.2 ecosystem=Red Hat:enterprise_linux:9\n1 package name=a version=1-1 in=Red Hat:enterprise_linux:9 purl=pkg:rpm/redhat/a@1-1?distro=rhel-9.2\n", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct heard h = {0}, piped = {0};
		struct why why = {""};
		CHECK_SAY(read_file(inventory_sbom, slice_text(rows[i].text), &h, &why) == ERR_OK, "%s", why.text);
		CHECK_TEXT((char *)h.text.p, rows[i].want);
		CHECK_SAY(read_pipe(inventory_sbom, slice_text(rows[i].text), &piped, &why) == ERR_OK, "%s", why.text);
		CHECK_TEXT((char *)piped.text.p, rows[i].piped != NULL ? rows[i].piped : rows[i].want);
		buf_free(&h.text);
		buf_free(&piped.text);
	}
}

static void refused_documents(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"{}", "bill: neither CycloneDX (no bomFormat) nor SPDX 2 (no spdxVersion)"},
		{"{\"packages\":[{\"name\":\"a\"}]}", "bill: neither CycloneDX"},
		{"SPDXVersion: SPDX-2.3\n", "bill: SPDX of tags and values: what is read is CycloneDX and SPDX 2 in JSON"}, {"SPD", "bill: byte 1: lexical error"},
		{"{\"sbom\":{\"packages\":[]}}", "bill: neither CycloneDX"}, {"{\"sbom\":{\"spdxVersion\":\"SPDX-4\"}}", "is not SPDX-2.3"},
		{"{\"spdxVersion\":\"SPDX-3.0\"}", "bill: spdxVersion \"SPDX-3.0\" is not SPDX-2.3 or another 2"},
		{"{\"spdxVersion\":\"2.3\"}", "bill: spdxVersion \"2.3\" is not SPDX-2.3"},
		{"{\"spdxVersion\":\"SPDX-2.\"}", "is not SPDX-2.3"},
		{"{\"spdxVersion\":null}", "bill: spdxVersion \"\" is not SPDX-2.3"},
		{"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"}", "bill: a CycloneDX document, and not SPDX"},
		{DOC "{\"name\":\"a\"}", "parse error: premature EOF"},
		{DOC "{\"name\":\"a\"]}", "parse error"},
		{DOC END "x", "trailing garbage"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct heard h = {0};
		struct why why = {""};
		CHECK(read_file(inventory_spdx, slice_text(rows[i].text), &h, &why) == ERR_INPUT);
		CHECK_SAY(strstr(why.text, rows[i].why) != NULL, "%s: %s", rows[i].text, why.text);
		CHECK_SAY(h.text.n == 1, "told before it was refused: %s", (char *)h.text.p);
		buf_free(&h.text);
	}
}

static void cuts(void)
{
	static const char text[] = DOC "{\"SPDXID\":\"SPDXRef-1\",\"name\":\"a\"," PURL("pkg:npm/a@1") "}" END;
	for (size_t n = 0; n < sizeof text - 1; n++) {
		struct heard h = {0};
		struct why why;
		CHECK(read_file(inventory_sbom, slice_of(text, n), &h, &why) == ERR_INPUT && h.text.n == 1);
		buf_free(&h.text);
	}
}

const struct test tests[] = {
	{"packages, taken and refused", items},
	{"the machine; from a pipe what is known in time", machines},
	{"refused documents", refused_documents},
	{"cut at every byte", cuts},
	{NULL, NULL},
};
