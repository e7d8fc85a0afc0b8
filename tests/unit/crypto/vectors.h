// Public test vectors in JSON: hexadecimal members in memory of exactly their size, so that a read past the end is seen.
#ifndef TOCSIN_TEST_VECTORS_H
#define TOCSIN_TEST_VECTORS_H

#include <jansson.h>

#include "base/num.h"
#include "test.h"

struct bytes {
	uint8_t *p; // owned
	size_t n;
};

static inline struct slice bytes_slice(struct bytes b)
{
	return slice_of(b.p, b.n);
}

static inline struct bytes bytes_of_hex(const char *hex)
{
	size_t n = strlen(hex) / 2;
	struct bytes b = {malloc(n + (n == 0)), n};
	if (b.p == NULL || !hex_decode(slice_text(hex), b.p, n))
		abort();
	return b;
}

// The hexadecimal member `name` of an object; absent counts as empty.
static inline struct bytes bytes_of(const json_t *object, const char *name)
{
	const char *hex = json_string_value(json_object_get(object, name));
	return bytes_of_hex(hex != NULL ? hex : "");
}

static inline bool bytes_are(struct bytes b, const void *p, size_t n)
{
	return b.n == n && memcmp(b.p, p, n) == 0;
}

// NULL, and the case skipped, when the vectors are not on this machine.
static inline json_t *vectors_load(const char *name)
{
	const char *path = test_vector(name);
	if (path == NULL)
		return NULL;
	size_t n;
	unsigned char *text = test_read(path, &n);
	json_t *root = text != NULL ? json_loadb((const char *)text, n, 0, NULL) : NULL;
	free(text);
	CHECK_SAY(root != NULL, "%s is not JSON", name);
	return root;
}

// Runs `one` on every test of a Wycheproof file; at least `least` must have run.
static inline void wycheproof(const char *name, size_t least, void (*one)(const json_t *group, const json_t *test, bool valid, int id))
{
	json_t *root = vectors_load(name), *group, *test;
	if (root == NULL)
		return;
	size_t i, j, ran = 0;
	json_array_foreach(json_object_get(root, "testGroups"), i, group)
	{
		json_array_foreach(json_object_get(group, "tests"), j, test)
		{
			bool valid = strcmp(json_string_value(json_object_get(test, "result")), "valid") == 0;
			one(group, test, valid, (int)json_integer_value(json_object_get(test, "tcId")));
			ran++;
		}
	}
	CHECK_SAY(ran >= least, "%s: only %zu vectors", name, ran);
	json_decref(root);
}

#endif
