// Any bytes as a log: every path finds the same, whole or in parts, and every hit lies in the block.
#include "indicator/build.h"
#include "scan/scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
	uint64_t hits;
	size_t base, n;
};

static bool keep(void *context, const struct scan_hit *hit)
{
	struct sum *s = context;
	if (hit->offset > s->n || hit->length > s->n - hit->offset)
		abort();
	s->hits += (hit->indicator + 1) * (s->base + hit->offset + hit->length + 1) * 0x9e3779b97f4a7c15ull;
	return true;
}

static uint64_t run(const struct indicator_set *set, enum scan_path path, const uint8_t *data, size_t size, size_t cut)
{
	struct sum sum = {0};
	struct scan *scan;
	if (scan_new(set, path, keep, &sum, &scan, NULL) != ERR_OK)
		return 0;
	for (size_t at = 0, n = 0; at < size;) {
		n = n + cut < size - at ? n + cut : size - at;
		sum.base = at;
		sum.n = n;
		size_t done = scan_block(scan, data + at, n, at + n == size);
		if (done > n || (at + n == size && done != n))
			abort();
		at += done;
		n -= done;
	}
	scan_free(scan);
	return sum.hits;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char csv[] = "type,value\ndomain,evil.com\nipv4,1.2.3.4\ncidr,10.0.0.0/8\nipv6,2001:db8::1\nmail,a@evil.com\n"
	                          "url,http://evil.com/a\n"
	                          "md5,0123456789abcdef0123456789abcdef\nfilename,c:\\temp\\a b.exe\n"
	                          "url,1.2.3.4:80\ncidr,2001:db8::/32\n";
	static struct indicator_set *set;
	static struct indicator_build *b; // the set lies in its memory
	struct slice bytes;
	if (set == NULL && (indicator_build_new(NULL, NULL, NULL, &b, NULL) != ERR_OK ||
	                    indicator_build_read(b, INDICATOR_CSV, slice_text(csv), NULL, NULL) != ERR_OK ||
	                    indicator_build_bytes(b, 1, &bytes, NULL) != ERR_OK || indicator_open_bytes(bytes, &set, NULL) != ERR_OK))
		abort();
	uint64_t want = run(set, SCAN_PORTABLE, data, size, size + 1);
	if (run(set, SCAN_BEST, data, size, size + 1) != want || (size < 4096 && run(set, SCAN_BEST, data, size, 7) != want))
		abort();
	return 0;
}
