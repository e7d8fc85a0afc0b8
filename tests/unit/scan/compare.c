#include "compare.h"

#include "test.h"

#include <stdlib.h>

const char *const compare_values[COMPARE_VALUES] = {
	"domain evil.com", "domain www.evil.com", "domain b.evil.com", "domain nevil.com", "domain xn--bcher-kva.example",
	"domain a-b.evil.org",
	"ipv4 1.2.3.4", "ipv4 192.0.2.77", "ipv4 11.2.3.4", "cidr 198.51.100.0/24", "cidr 198.51.0.0/16", "cidr 1.0.0.0/8",
	"ipv6 2001:db8::1", "ipv6 fe80::1:2", "cidr 2001:db8::/32", "ipv6 1:2:3:4:5:6:7:8", "mail user@evil.com",
	"mail o'x@b.evil.com",
	"mail a+b@evil.com", "md5 0123456789abcdef0123456789abcdef", "sha1 0123456789abcdef0123456789abcdef01234567",
	"sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	"certificate ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01",
	"url http://evil.com/a", "url http://evil.com/", "url https://evil.com/a/b?x=1", "url evil.com:8080/a",
	"url http://1.2.3.4/x",
	"url http://[2001:db8::1]/y", "url evil.com/nos", "url www.evil.com:443/", "url http://evil.com/a%20b",
	"url https://a-b.evil.org/?q",
	"filename bad.exe", "filename c:\\temp\\bad.exe", "filename x y.evil.com", "filename report (1).7z", "filename evil.com",
};

static void refused(void *context, enum indicator_verdict verdict, struct slice place, struct slice value, const char *rule)
{
	(void)context;
	(void)place;
	CHECK_SAY(verdict != INDICATOR_REFUSED, "%.*s: %s", SLICE_ARGS(value), rule);
}

struct indicator_set *compare_set(struct indicator_build **b, uint64_t wanted)
{
	struct slice bytes;
	struct indicator_set *set = NULL;
	struct why why = {""};
	if (indicator_build_new(NULL, refused, NULL, b, &why) != ERR_OK)
		return NULL;
	for (size_t i = 0; i < COMPARE_VALUES; i++) {
		enum observable_type type;
		const char *space = strchr(compare_values[i], ' ');
		if ((wanted >> i & 1) == 0)
			continue;
		CHECK(observable_type_named(slice_of(compare_values[i], (size_t)(space - compare_values[i])), &type));
		CHECK(indicator_build_add(*b, type, slice_text(space + 1), NULL, SLICE_LITERAL("x"), &why) == ERR_OK);
	}
	CHECK_SAY(indicator_build_bytes(*b, 1, &bytes, &why) == ERR_OK && indicator_open_bytes(bytes, &set, &why) == ERR_OK, "%s",
	          why.text);
	return set;
}

bool compare_keep(void *context, const struct scan_hit *hit)
{
	struct compare_hits *h = context;
	if (h->count < REFERENCE_HITS)
		h->list[h->count++] =
			(struct reference_hit){hit->indicator, h->base + hit->offset + (hit->type == OBSERVABLE_URL ? 0 : hit->length)};
	return true;
}

// What one has and the other has not.
static void show(const char *what, const struct indicator_set *set, const struct reference_hit *hits, size_t n,
                 const struct reference_hit *others, size_t m)
{
	for (size_t i = 0; i < n; i++) {
		struct indicator x;
		bool twice = i > 0 && reference_order(&hits[i], &hits[i - 1]) == 0;
		bool both = !twice && bsearch(&hits[i], others, m, sizeof *others, reference_order) != NULL;
		if (both)
			continue;
		if (indicator_get(set, hits[i].indicator, &x))
			printf("#   %s: %s %s ends at %zu\n", what, observable_type_name(x.what.type), x.what.value, hits[i].end);
	}
}

bool compare_same(const struct indicator_set *set, struct slice text, struct compare_hits *have, const struct reference_hit *want,
                  size_t count, const char *how)
{
	qsort(have->list, have->count, sizeof *have->list, reference_order);
	bool ok = have->count == count;
	for (size_t i = 0; ok && i < count; i++)
		ok = have->list[i].end == want[i].end && have->list[i].indicator == want[i].indicator;
	if (!ok) {
		printf("# %s on [", how);
		for (size_t i = 0; i < text.n; i++)
			printf(text.p[i] < 0x20 || text.p[i] >= 0x7f ? "\\%03o" : "%c", text.p[i]);
		printf("]\n");
		show("reference", set, want, count, have->list, have->count);
		show("scan", set, have->list, have->count, want, count);
	}
	return ok;
}

void compare_scan(struct scan *scan, struct compare_hits *h, struct slice text)
{
	h->count = h->base = 0;
	uint8_t *exact = malloc(text.n > 0 ? text.n : 1); // so that a read past the end is seen
	memcpy(exact, text.p, text.n);
	CHECK(scan_block(scan, exact, text.n, true) == text.n);
	free(exact);
}
