// For the tests of versions: tables in ascending order, and random versions that are near each other.
#ifndef TOCSIN_TEST_ORDER_H
#define TOCSIN_TEST_ORDER_H

#include "test.h"
#include "version/version.h"

#define NO_ORDER 99

// Each text in memory of exactly its size, so that a sanitizer sees a byte read too many.
static inline struct slice order_copy(struct slice text)
{
	uint8_t *p = malloc(text.n > 0 ? text.n : 1);
	if (text.n > 0)
		memcpy(p, text.p, text.n);
	return slice_of(p, text.n);
}

// -1, 0, 1, or NO_ORDER when either side is refused; the reason in *why.
static inline int order_of_slices(enum version_scheme s, struct slice a, struct slice b, struct why *why)
{
	int order = NO_ORDER;
	a = order_copy(a);
	b = order_copy(b);
	if (version_compare(s, a, b, &order, why) == ERR_OK)
		order = (order > 0) - (order < 0);
	free((void *)a.p);
	free((void *)b.p);
	return order;
}

static inline int order_of(enum version_scheme s, const char *a, const char *b)
{
	struct why why;
	return order_of_slices(s, slice_text(a), slice_text(b), &why);
}

static inline enum err order_check(enum version_scheme s, const char *text, struct why *why)
{
	struct slice copy = order_copy(slice_text(text));
	enum err e = version_check(s, copy, why);
	free((void *)copy.p);
	return e;
}

// Every pair of the list, both ways. An entry that starts with '=' (and whose version follows) is equal to the one before it.
static inline void order_ascending(enum version_scheme s, const char *const *list)
{
	int rank = 0;
	for (size_t j = 0; list[j] != NULL; j++) {
		const char *b = list[j] + (list[j][0] == '=');
		struct why why = {""};
		CHECK_SAY(order_check(s, b, &why) == ERR_OK, "\"%s\": %s", b, why.text);
		bool equal = list[j][0] == '=';
		rank += !equal;
		for (size_t i = 0; i <= j; i++) {
			const char *a = list[i] + (list[i][0] == '=');
			bool tied = true; // nothing but '=' from i+1 to j
			for (size_t k = i + 1; k <= j; k++)
				tied = tied && list[k][0] == '=';
			int want = tied ? 0 : -1, got = order_of(s, a, b), back = order_of(s, b, a);
			CHECK_SAY(got == want, "%s \"%s\" \"%s\": got %d, want %d", version_scheme_name(s), a, b, got, want);
			CHECK_SAY(back == -want, "%s \"%s\" \"%s\": got %d, want %d", version_scheme_name(s), b, a, back, -want);
		}
	}
	CHECK(rank > 1);
}

// Refused with a reason that quotes the version and says where.
static inline void order_refused(enum version_scheme s, const char *const *list)
{
	for (; *list != NULL; list++) {
		struct why why = {""};
		enum err e = order_check(s, *list, &why);
		CHECK_SAY(e == ERR_INPUT, "%s \"%s\": got %s", version_scheme_name(s), *list, err_name(e));
		CHECK_SAY(strstr(why.text, **list != 0 ? "byte " : "empty") != NULL, "\"%s\": %s", *list, why.text);
		CHECK(order_of(s, *list, "1.0.0") == NO_ORDER && order_of(s, "1.0.0", *list) == NO_ORDER);
	}
}

static inline uint64_t order_random(void) // xorshift64*, the same on every run
{
	static uint64_t x = 0x9e3779b97f4a7c15u;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	return x * 0x2545f4914f6cdd1du;
}

#define ORDER_TEXT 96

// Zero to three changes: a piece put in (most often at the end), or a byte or two taken out.
static inline void order_mutate(char text[ORDER_TEXT], const char *const *pieces, size_t n)
{
	for (uint64_t changes = order_random() % 4; changes > 0; changes--) {
		size_t length = strlen(text), at = order_random() % (length + 1);
		if (order_random() % 4 != 0) {
			const char *piece = pieces[order_random() % n];
			size_t m = strlen(piece);
			if (order_random() % 3 != 0)
				at = length;
			if (length + m >= ORDER_TEXT)
				continue;
			memmove(text + at + m, text + at, length - at + 1);
			memcpy(text + at, piece, m);
		} else if (at < length) {
			size_t m = length - at > 1 ? 1 + order_random() % 2 : 1;
			memmove(text + at, text + at + m, length - at - m + 1);
		}
	}
}

// Each of the n texts is a mutation of one common mutation of a starting version.
static inline void order_neighbours(char (*texts)[ORDER_TEXT], size_t n, const char *const *pieces, size_t count)
{
	char base[ORDER_TEXT];
	static const char *const starts[] = {"1", "1.2", "1.0", "1.0.0", "1.2.3"};
	strcpy(base, starts[order_random() % 5]);
	order_mutate(base, pieces, count);
	for (size_t i = 0; i < n; i++) {
		strcpy(texts[i], base);
		order_mutate(texts[i], pieces, count);
	}
}

#endif
