// The words for processors, alone and among others.
#include "product/architecture.h"

#include "test.h"

static void alone(void)
{
	static const char *const are[] = {"x64-based Systems", "32-bit Systems", "ARM64-based Systems", "x64", "X86", "x86_64", "amd64, arm64",
		"32-bit Systems, x64-based Systems, ARM64-based Systems", "itanium", "64bit", "x86-64 / aarch64", "Systems: armv7l and ppc64le", "s390x",
		"riscv64", "RISC-V", "MIPS64", "32\\-bit"};
	static const char *const not[] = {"", ",", "systems", "based", "Windows", "Android", "Snapdragon Auto", "x", "64", "bit", "x640", "xx64", "x64a",
		"Windows 10 for x64-based Systems", "x64-based Systems, Linux", "Gen5", "sp1 x64", "enterprise x86", "x64\xc3\xa9", "\xc3\xa9x64", "cpe:2.3:o:a:b",
		"systemsx x64", "x64 2"};
	for (size_t i = 0; i < sizeof are / sizeof *are; i++) {
		unsigned set = 0;
		CHECK_SAY(architectures_alone(slice_text(are[i]), &set) && set != 0, "\"%s\"", are[i]);
		CHECK_SAY(architectures_in(slice_text(are[i])) == set, "\"%s\"", are[i]);
	}
	for (size_t i = 0; i < sizeof not / sizeof *not; i++)
		CHECK_SAY(!architectures_alone(slice_text(not[i]), &(unsigned){0}), "\"%s\"", not[i]);
}

// Two texts name processors in common, or none.
static void common(void)
{
	static const struct {
		const char *a, *b;
		bool common;
	} rows[] = {
		{"x64-based Systems", "amd64", true},   {"x64", "7-Zip 19.00 (x64)", true},  {"64-bit", "aarch64", true}, {"32-bit Systems", "i386", true},
		{"arm64", "AArch64", true},             {"x86", "x86_64", false},            {"x64", "i686", false},      {"x64", "arm64", false},
		{"32-bit", "x64", false},               {"x64", "all", false},               {"x64", "noarch", false},    {"arm64", "armhf", false},
		{"64-bit", "x86", false},               {"x64", "Windows 10 x640", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_SAY(((architectures_in(slice_text(rows[i].a)) & architectures_in(slice_text(rows[i].b))) != 0) == rows[i].common, "%s, %s", rows[i].a, rows[i].b);
}

// Cut anywhere: never read beyond, and a word cut short is none.
static void cut(void)
{
	static const char text[] = "ARM64-based Systems";
	for (size_t n = 0; n < sizeof text; n++) {
		char *exact = malloc(n + 1);
		REQUIRE(exact != NULL);
		memcpy(exact, text, n);
		CHECK_SAY((architectures_in(slice_of(exact, n)) != 0) == (n == 3 || n >= 5), "%zu", n); // "ARM", "ARM64"
		free(exact);
	}
}

const struct test tests[] = {{"nothing but processors", alone}, {"the same processor", common}, {"cut anywhere", cut}, {0}};
