// Agreement with rpm's own library on a million generated pairs.
#include "order.h"

#ifndef TOCSIN_TEST_RPM
static void library(void)
{
	test_skip("librpm-dev was not here when the build was configured");
}

const struct test tests[] = {
	{"librpm agrees", library},
	{NULL, NULL},
};
#else

#include <rpm/rpmds.h>
#include <rpm/rpmver.h>

#define PAIRS 1000000

static const char *const pieces[] = {
	"0", "1", "2", "9", "10", "00", "01", "a", "b", "Z", "~", "~~", "^", "^^", "+", ".", "_", "-1", "-0", "-1.el9", ":", "0:",
	"1:", "10:", "~rc1", "^git1", ".el8", ".0", "99999999999999999999",
};

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

// rpm sorts a missing release before every other and matches it with every other; ranges are about matching.
static int rpm_says(rpmver a, rpmver b)
{
	if ((rpmverR(a) == NULL) == (rpmverR(b) == NULL))
		return sign(rpmverCmp(a, b));
	rpmver a0 = rpmverNew(rpmverE(a), rpmverV(a), NULL), b0 = rpmverNew(rpmverE(b), rpmverV(b), NULL);
	int order = sign(rpmverCmp(a0, b0));
	rpmverFree(a0);
	rpmverFree(b0);
	return order;
}

static void agree(const char *ta, const char *tb, int order)
{
	rpmver a = rpmverParse(ta), b = rpmverParse(tb);
	int want = rpm_says(a, b);
	CHECK_SAY(order == want, "\"%s\" \"%s\": got %d, rpm says %d", ta, tb, order, want);
	bool matches = rpmverOverlap(a, RPMSENSE_EQUAL, b, RPMSENSE_EQUAL) != 0;
	CHECK_SAY(matches == (order == 0), "\"%s\" \"%s\": got %d, rpm matches: %d", ta, tb, order, matches);
	rpmverFree(a);
	rpmverFree(b);
}

static void library(void)
{
	unsigned seen[3] = {0}, refused = 0;
	for (unsigned compared = 0; compared < PAIRS;) {
		char t[2][ORDER_TEXT];
		struct why why;
		int order;
		order_neighbours(t, 2, pieces, sizeof pieces / sizeof pieces[0]);
		if (version_compare(VERSION_RPM, slice_text(t[0]), slice_text(t[1]), &order, &why) != ERR_OK) {
			refused++;
			continue;
		}
		compared++;
		seen[sign(order) + 1]++;
		agree(t[0], t[1], sign(order));
	}
	bool all_branches = seen[0] > 100000 && seen[1] > 100000 && seen[2] > 100000 && refused > 100000;
	CHECK_SAY(all_branches, "%u %u %u, %u refused", seen[0], seen[1], seen[2], refused);
}

// rpmvercmp alone, on parts that only have an upstream version.
static void segments(void)
{
	static const char *const parts[] = {
		"1", "1.0", "1.0~", "1.0^", "1.0~1", "1.0^1", "1.0a", "1.0.1", "1.0_1", "01.0", "a", "Z", "~", "^", ".", "1.0~^", "1.0^~",
	};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		for (size_t j = 0; j < sizeof parts / sizeof parts[0]; j++) {
			int want = sign(rpmvercmp(parts[i], parts[j])), got = order_of(VERSION_RPM, parts[i], parts[j]);
			CHECK_SAY(got == want, "\"%s\" \"%s\": got %d, rpm says %d", parts[i], parts[j], got, want);
		}
}

const struct test tests[] = {
	{"librpm agrees", library},
	{"rpmvercmp agrees", segments},
	{NULL, NULL},
};
#endif
