// Byte classes, 64 bytes to a word: by two table look-ups (rows by low nibble, columns by high nibble) where the processor can,
// by a table of 256 otherwise. All give the same bits.
#include "scan/inside.h"

// Bits of a class byte. A letter, digit, '-', '.' or '_' is a token character; so is every byte from 0x80.
#define C_TOKEN 1
#define C_DOT 2
#define C_HEX 4
#define C_COLON 8
#define C_ESCAPE 16
#define C_HIGH 32

static uint8_t class_of(uint8_t c)
{
	uint8_t r = is_token(c) ? C_TOKEN : 0;
	if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'))
		r |= C_HEX;
	if (c == '.')
		r |= C_DOT;
	if (c == ':')
		r |= C_COLON;
	if (c == '\\' || c == '%')
		r |= C_ESCAPE;
	if (c >= 0x80)
		r |= C_TOKEN | C_HIGH;
	return r;
}

static void store_word(struct classes *c, size_t word, const uint64_t bits[CLASSES])
{
	for (int k = 0; k < CLASSES; k++)
		c->of[k][word] = bits[k];
}

static void word_portable(const uint8_t *p, size_t n, struct classes *c, size_t word)
{
	uint64_t bits[CLASSES] = {0};
	for (size_t i = 0; i < n; i++) {
		uint64_t r = class_of(p[i]);
		for (int k = 0; k < CLASSES; k++)
			bits[k] |= (r >> k & 1) << i;
	}
	store_word(c, word, bits);
}

static void tail(const uint8_t *p, size_t n, struct classes *c, size_t word)
{
	static const uint64_t none[CLASSES];
	word_portable(p, n, c, word);
	store_word(c, word + 1, none);
}

void classify_portable(const uint8_t *p, size_t n, struct classes *c)
{
	static uint8_t table[256];
	static bool ready;
	if (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {
		for (unsigned i = 0; i < 256; i++)
			table[i] = class_of((uint8_t)i);
		__atomic_store_n(&ready, true, __ATOMIC_RELEASE);
	}
	size_t i = 0;
	for (; i + 64 <= n; i += 64) {
		uint64_t bits[CLASSES] = {0};
		for (unsigned j = 0; j < 64; j += 8) {
			uint64_t w = 0;
			for (unsigned k = 0; k < 8; k++)
				w |= (uint64_t)table[p[i + j + k]] << 8 * k;
			// Bit k of each byte gathered into one byte: the multiplication adds them up in the top byte.
			for (int k = 0; k < CLASSES; k++)
				bits[k] |= (((w >> k & 0x0101010101010101ull) * 0x0102040810204080ull) >> 56) << j;
		}
		store_word(c, i / 64, bits);
	}
	tail(p + i, n - i, c, i / 64);
}

#ifdef __x86_64__
#include <immintrin.h>

__attribute__((target("avx2"))) static inline uint64_t mask2(__m256i a, __m256i b)
{
	return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

// Class bits by nibbles: a byte has a class when its row and its column share a bit.
// Columns (high nibble): 2x: 1 ('-' '.'), 3x: 2 (digits) and 64 (':'), 4x/6x: 4 (@a-o), 5x/7x: 8 (p-z), 5x: 16 ('_').
__attribute__((target("avx2"))) static inline __m256i token2(__m256i v)
{
	const __m256i rows = _mm256_broadcastsi128_si256(
		_mm_setr_epi8(2 | 8, 2 | 4 | 8, 2 | 4 | 8, 2 | 4 | 8, 2 | 4 | 8, 2 | 4 | 8, 2 | 4 | 8, 2 | 4 | 8, 2 | 4 | 8, 2 | 4 | 8,
	                  4 | 8, 4, 4,
	                  1 | 4, 1 | 4, 4 | 16));
	const __m256i columns = _mm256_broadcastsi128_si256(
		_mm_setr_epi8(0, 0, 1, 2, 4, 8 | 16, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0));
	const __m256i low = _mm256_set1_epi8(15);
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(v, 4), low);
	// A byte from 0x80 gives a zero row: it is added as HIGH.
	__m256i both = _mm256_and_si256(_mm256_shuffle_epi8(rows, v), _mm256_shuffle_epi8(columns, high));
	return _mm256_cmpeq_epi8(both, _mm256_setzero_si256()); // the others
}

__attribute__((target("avx2"))) static inline __m256i hex2(__m256i v)
{
	__m256i digit = _mm256_add_epi8(v, _mm256_set1_epi8(0x80 - '0'));
	__m256i letter = _mm256_add_epi8(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), _mm256_set1_epi8(0x80 - 'a'));
	return _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(-128 + 10), digit),
	                       _mm256_cmpgt_epi8(_mm256_set1_epi8(-128 + 6), letter));
}

__attribute__((target("avx2"))) void classify_avx2(const uint8_t *p, size_t n, struct classes *c)
{
	const __m256i dot = _mm256_set1_epi8('.'), colon = _mm256_set1_epi8(':'), slash = _mm256_set1_epi8('\\'),
	              percent = _mm256_set1_epi8('%');
	size_t i = 0;
	for (; i + 64 <= n; i += 64) {
		size_t w = i / 64;
		__m256i a = _mm256_loadu_si256((const void *)(p + i)), b = _mm256_loadu_si256((const void *)(p + i + 32));
		uint64_t high = mask2(a, b);
		c->of[CLASS_HIGH][w] = high;
		c->of[CLASS_TOKEN][w] = ~mask2(token2(a), token2(b)) | high;
		c->of[CLASS_DOT][w] = mask2(_mm256_cmpeq_epi8(a, dot), _mm256_cmpeq_epi8(b, dot));
		c->of[CLASS_HEX][w] = mask2(hex2(a), hex2(b));
		c->of[CLASS_COLON][w] = mask2(_mm256_cmpeq_epi8(a, colon), _mm256_cmpeq_epi8(b, colon));
		c->of[CLASS_ESCAPE][w] = mask2(_mm256_or_si256(_mm256_cmpeq_epi8(a, slash), _mm256_cmpeq_epi8(a, percent)),
		                               _mm256_or_si256(_mm256_cmpeq_epi8(b, slash), _mm256_cmpeq_epi8(b, percent)));
	}
	tail(p + i, n - i, c, i / 64);
}

__attribute__((target("avx512f,avx512bw,avx512vl"))) void classify_avx512(const uint8_t *p, size_t n, struct classes *c)
{
	const __m512i fold = _mm512_set1_epi8(0x20), zero = _mm512_set1_epi8('0'), a_ = _mm512_set1_epi8('a');
	const __m512i ten = _mm512_set1_epi8(10), six = _mm512_set1_epi8(6), letters = _mm512_set1_epi8(26);
	size_t i = 0;
	for (; i + 64 <= n; i += 64) {
		size_t w = i / 64;
		__m512i v = _mm512_loadu_si512(p + i);
		__m512i letter = _mm512_sub_epi8(_mm512_or_si512(v, fold), a_);
		uint64_t digits = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, zero), ten);
		uint64_t dots = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('.')), high = _mm512_movepi8_mask(v);
		c->of[CLASS_HIGH][w] = high;
		c->of[CLASS_DOT][w] = dots;
		c->of[CLASS_HEX][w] = digits | _mm512_cmplt_epu8_mask(letter, six);
		c->of[CLASS_TOKEN][w] = digits | dots | high | _mm512_cmplt_epu8_mask(letter, letters) |
		                        _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('-')) |
		                        _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('_'));
		c->of[CLASS_COLON][w] = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(':'));
		c->of[CLASS_ESCAPE][w] = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\\')) |
		                         _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('%'));
	}
	tail(p + i, n - i, c, i / 64);
}
#else
void classify_avx2(const uint8_t *p, size_t n, struct classes *c)
{
	classify_portable(p, n, c);
}

void classify_avx512(const uint8_t *p, size_t n, struct classes *c)
{
	classify_portable(p, n, c);
}
#endif
