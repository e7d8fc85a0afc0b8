// The test frame: a program is a list of named cases; each reports itself, and the last line counts for ./check.
#ifndef TOCSIN_TEST_H
#define TOCSIN_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
	const char *name;
	void (*run)(void);
};

// Defined by each test program; ends with {NULL, NULL}.
extern const struct test tests[];

// A false check fails the running case and goes on; details are printf arguments.
#define CHECK(condition) test_check((condition), #condition, __FILE__, __LINE__, "%s", "")
#define CHECK_SAY(condition, ...) test_check((condition), #condition, __FILE__, __LINE__, __VA_ARGS__)
#define CHECK_TEXT(got, want) test_check_text((got), (want), __FILE__, __LINE__)
#define CHECK_BYTES(got, want, n) CHECK(memcmp((got), (want), (n)) == 0)
// Fails the case and returns from the enclosing void function.
#define REQUIRE(condition)                                                                                                       \
	do {                                                                                                                         \
		if (!test_check((condition), #condition, __FILE__, __LINE__, "%s", ""))                                                  \
			return;                                                                                                              \
	} while (0)

bool test_check(bool ok, const char *condition, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
bool test_check_text(const char *got, const char *want, const char *file, int line);
// Marks the running case skipped, loudly: what could not be tested and why.
void test_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Path of a file below the public test vectors ($TOCSIN_VECTORS or ../shared/vectors from the project), in a static buffer; NULL
// (and the case skipped) when the folder is absent.
const char *test_vector(const char *name);
// The same for real data ($TOCSIN_DATA or ../shared/data).
const char *test_data(const char *name);
// Path of a file of the project, relative to its root, in a static buffer.
const char *test_source(const char *name);
// A whole file in malloc'd memory, NUL added; gz and zst are decompressed by their ending. NULL when it cannot be read.
unsigned char *test_read(const char *path, size_t *n);

#endif
