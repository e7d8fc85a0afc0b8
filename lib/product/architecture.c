#include "product/architecture.h"

enum {
	X86 = 1, X64 = 2, ARM = 4, ARM64 = 8, IA64 = 16, PPC = 32, PPC64 = 64, S390 = 128, RISCV = 256, MIPS = 512, SPARC = 1024,
	LOONG = 2048,
	BITS_32 = X86 | ARM | PPC | MIPS | SPARC,
	BITS_64 = X64 | ARM64 | IA64 | PPC64 | S390 | RISCV | MIPS | SPARC | LOONG,
};

// A '-' stands for '-', '_', a blank or nothing (a CPE escapes the '-'). A word comes before those that begin it.
static const struct {
	const char *word;
	unsigned set;
} words[] = {
	{"x86-64", X64}, {"x64", X64}, {"amd64", X64}, {"em64t", X64}, {"intel64", X64},
	{"x86", X86}, {"x32", X86}, {"i386", X86}, {"i486", X86}, {"i586", X86}, {"i686", X86}, {"ia32", X86},
	{"arm64", ARM64}, {"aarch64", ARM64}, {"armv8", ARM64}, {"armv9", ARM64},
	{"arm", ARM}, {"arm32", ARM}, {"aarch32", ARM}, {"armv5", ARM}, {"armv6", ARM}, {"armv6l", ARM}, {"armv7", ARM},
	{"armv7l", ARM}, {"armv7hl", ARM}, {"armhf", ARM}, {"armel", ARM},
	{"ia64", IA64}, {"itanium", IA64},
	{"ppc64le", PPC64}, {"ppc64el", PPC64}, {"ppc64", PPC64}, {"powerpc64", PPC64}, {"ppc", PPC}, {"powerpc", PPC},
	{"s390x", S390}, {"s390", S390},
	{"riscv64", RISCV}, {"riscv32", RISCV}, {"risc-v", RISCV},
	{"mips64el", MIPS}, {"mips64", MIPS}, {"mipsel", MIPS}, {"mips", MIPS},
	{"sparc64", SPARC}, {"sparc", SPARC},
	{"loongarch64", LOONG}, {"loong64", LOONG},
	{"32-bit", BITS_32}, {"64-bit", BITS_64},
};

// What is said beside an architecture without saying more.
static const char *const fillers[] = {"based", "system", "systems", "processor", "processors",
                                      "cpu", "cpus", "architecture", "and", "or"};

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0x80;
}

static bool is_gap(uint8_t c)
{
	return c == '-' || c == '_' || c == ' ' || c == '\\';
}

// How many bytes of the text from `at` on are this word, whole; 0: they are not.
static size_t matches(struct slice text, size_t at, const char *word)
{
	size_t i = at;
	for (; *word != 0; word++) {
		if (*word == '-') {
			while (i < text.n && is_gap(text.p[i]))
				i++;
			continue;
		}
		if (i >= text.n || slice_lower(text.p[i]) != (uint8_t)*word)
			return 0;
		i++;
	}
	return i == text.n || !is_word(text.p[i]) ? i - at : 0;
}

static size_t architecture_at(struct slice text, size_t at, unsigned *set)
{
	size_t n = 0;
	for (size_t w = 0; w < sizeof words / sizeof *words && n == 0; w++) {
		n = matches(text, at, words[w].word);
		*set |= n > 0 ? words[w].set : 0;
	}
	return n;
}

static unsigned read(struct slice text, bool *more)
{
	unsigned set = 0;
	for (size_t at = 0, n; at < text.n; at += n) {
		n = 1;
		if (!is_word(text.p[at]) || (n = architecture_at(text, at, &set)) > 0)
			continue;
		for (size_t f = 0; f < sizeof fillers / sizeof *fillers && n == 0; f++)
			n = matches(text, at, fillers[f]);
		*more |= n == 0;
		for (n = n == 0 ? 1 : n; at + n < text.n && is_word(text.p[at + n]);)
			n++;
	}
	return set;
}

unsigned architectures_in(struct slice text)
{
	return read(text, &(bool){false});
}

bool architectures_alone(struct slice text, unsigned *set)
{
	bool more = false;
	*set = read(text, &more);
	return *set != 0 && !more;
}
