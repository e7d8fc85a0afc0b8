#include "test.h"

#include <dirent.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef TOCSIN_SOURCE
#error "the build defines TOCSIN_SOURCE, the project's root"
#endif

static bool failed, skipped;
static const char *running;

bool test_check(bool ok, const char *condition, const char *file, int line, const char *format, ...)
{
	if (ok)
		return true;
	failed = true;
	printf("  %s:%d: %s is false: ", file, line, condition);
	va_list arguments;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	return false;
}

bool test_check_text(const char *got, const char *want, const char *file, int line)
{
	if (got != NULL && want != NULL && strcmp(got, want) == 0)
		return true;
	failed = true;
	printf("  %s:%d: got \"%s\", want \"%s\"\n", file, line, got ? got : "(null)", want ? want : "(null)");
	return false;
}

void test_skip(const char *format, ...)
{
	skipped = true;
	printf("SKIP %s: ", running);
	va_list arguments;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

static const char *below(const char *variable, const char *folder, const char *name)
{
	static char path[4096];
	const char *root = getenv(variable);
	if (root != NULL)
		snprintf(path, sizeof path, "%s/%s", root, name);
	else
		snprintf(path, sizeof path, "%s/../shared/%s/%s", TOCSIN_SOURCE, folder, name);
	if (access(path, R_OK) == 0)
		return path;
	test_skip("%s is not on this machine (set %s)", name, variable);
	return NULL;
}

const char *test_vector(const char *name)
{
	return below("TOCSIN_VECTORS", "vectors", name);
}

const char *test_data(const char *name)
{
	return below("TOCSIN_DATA", "data", name);
}

const char *test_source(const char *name)
{
	static char path[4096];
	snprintf(path, sizeof path, "%s/%s", TOCSIN_SOURCE, name);
	return path;
}

static bool ends(const char *text, const char *ending)
{
	size_t n = strlen(text), m = strlen(ending);
	return n >= m && strcmp(text + n - m, ending) == 0;
}

unsigned char *test_read(const char *path, size_t *n)
{
	char command[4200];
	snprintf(command, sizeof command, "%s '%s'", ends(path, ".gz") ? "gzip -dc" : ends(path, ".zst") ? "zstd -dcq" : "cat", path);
	FILE *f = popen(command, "r");
	if (f == NULL)
		return NULL;
	size_t room = 1 << 16, used = 0, got;
	unsigned char *bytes = malloc(room + 1);
	while (bytes != NULL && (got = fread(bytes + used, 1, room - used, f)) > 0) {
		used += got;
		if (used == room)
			bytes = realloc(bytes, (room *= 2) + 1);
	}
	if (pclose(f) != 0) {
		free(bytes);
		return NULL;
	}
	if (bytes != NULL) {
		bytes[used] = 0;
		*n = used;
	}
	return bytes;
}

int main(int argc, char **argv)
{
	unsigned passed = 0, bad = 0, left = 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (const struct test *t = tests; t->name != NULL; t++) {
		if (argc > 1 && strcmp(argv[1], t->name) != 0)
			continue;
		failed = skipped = false;
		running = t->name;
		t->run();
		if (!skipped || failed)
			printf("%s %s\n", failed ? "FAIL" : "PASS", t->name);
		failed ? bad++ : skipped ? left++ : passed++;
	}
	printf("tally: %u passed, %u failed, %u skipped\n", passed, bad, left);
	return bad != 0;
}
