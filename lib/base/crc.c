#include "base/crc.h"

#include <string.h>

static uint32_t table_crc(uint32_t crc, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0x82f63b78u & -(crc & 1));
	}
	return crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2"))) static uint32_t machine_crc(uint32_t crc, const uint8_t *p, size_t n)
{
	uint64_t wide = crc, w;
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		wide = __builtin_ia32_crc32di(wide, w);
	}
	for (; n > 0; p++, n--)
		wide = __builtin_ia32_crc32qi((uint32_t)wide, *p);
	return (uint32_t)wide;
}
#endif

uint32_t crc32c(uint32_t crc, const void *p, size_t n)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("sse4.2"))
		return ~machine_crc(~crc, p, n);
#endif
	return ~table_crc(~crc, p, n);
}
