// CRC-32C (Castagnoli), RFC 3720 appendix B.4: what finds a damaged file. It keeps no attacker away.
#ifndef TOCSIN_BASE_CRC_H
#define TOCSIN_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

// Start with 0; feed a long input in parts by passing the result on.
uint32_t crc32c(uint32_t crc, const void *p, size_t n);

#endif
