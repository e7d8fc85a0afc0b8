// The stream: blocks into windows, windows into candidates, candidates through the filter.
#include "scan/inside.h"

#include <stdlib.h>

#define BLOCK_MAX (1u << 30)
#define OVERLAP 2048u // bytes of a window looked at again when it could not be cut at a newline: over SCAN_TOKEN_MAX

static bool machine_has(enum scan_path path)
{
#ifdef __x86_64__
	if (path == SCAN_AVX512)
		return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && machine_has(SCAN_AVX2);
	if (path == SCAN_AVX2) // with it came BMI and LZCNT, on every processor that has been sold
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
		       __builtin_cpu_supports("popcnt");
#endif
	return path == SCAN_PORTABLE;
}

enum err scan_new(const struct indicator_set *set, enum scan_path path, scan_found *found, void *context, struct scan **scan,
                  struct why *why)
{
	static classify *const all[] = {[SCAN_PORTABLE] = classify_portable, [SCAN_AVX2] = classify_avx2,
	                                [SCAN_AVX512] = classify_avx512};
	if (path == SCAN_BEST)
		path = machine_has(SCAN_AVX512) ? SCAN_AVX512 : machine_has(SCAN_AVX2) ? SCAN_AVX2 : SCAN_PORTABLE;
	if (!machine_has(path))
		return why_set(why, ERR_ABSENT, "this processor has no %s", scan_path_name(path));
	struct scan *s = calloc(1, sizeof *s);
	uint8_t *region = malloc(REGION_BYTES + 8);
	uint32_t *where = malloc((REGION_BYTES + 8) * sizeof *where);
	if (s == NULL || region == NULL || where == NULL) {
		free(s);
		free(region);
		free(where);
		return why_set(why, ERR_SYSTEM, "no memory");
	}
	*s = (struct scan){.set = set, .found = found, .context = context, .classify = all[path], .path = path, .has = set->head->has,
	                   .region = region, .where = where};
	*scan = s;
	return ERR_OK;
}

void scan_free(struct scan *s)
{
	if (s == NULL)
		return;
	free(s->region);
	free(s->where);
	free(s);
}

enum scan_path scan_path(const struct scan *s)
{
	return s->path;
}

const char *scan_path_name(enum scan_path path)
{
	static const char *const names[] = {"best", "portable", "avx2", "avx512"};
	return (size_t)path < sizeof names / sizeof *names ? names[path] : "?";
}

enum err scan_path_named(const char *name, enum scan_path *path, struct why *why)
{
	for (enum scan_path p = SCAN_PORTABLE; p <= SCAN_AVX512; p++) {
		if (strcmp(name, scan_path_name(p)) != 0)
			continue;
		if (!machine_has(p))
			return why_set(why, ERR_ABSENT, "this processor has no %s", name);
		*path = p;
		return ERR_OK;
	}
	return why_set(why, ERR_INPUT, "\"%s\" is not portable, avx2 or avx512", name);
}

void scan_now(struct scan *s, uint64_t now)
{
	s->now = now;
}

void scan_split(struct scan *s, bool on)
{
	s->split = on;
}

void scan_reset(struct scan *s)
{
	s->settled = 0;
	s->stopped = false;
	s->marks = 0;
	s->waiting = 0;
}

// The hot path is compiled twice: for any machine, and for those with AVX2, whose bit counting and shifting instructions it lives
// on.
#define HOT static inline __attribute__((always_inline))
#ifdef __x86_64__
#include <immintrin.h>
#define FAST __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#else
#define FAST
#endif

// ---- the queue: while the filter's block is on its way, the next candidates are found

static void settle(struct scan *s, const uint8_t *left, unsigned kept)
{
	const struct view raw = view_raw(s);
	for (unsigned i = 0; i < kept; i++)
		__builtin_prefetch(&s->set->slots[key_scale(s->queue[left[i]].key, s->set->head->slots)]);
	for (unsigned i = 0; i < kept && !s->stopped; i++) {
		const struct waiting w = s->queue[left[i]];
		if (w.kind == OBSERVABLE_IPV4)
			check_ipv4(s, &raw, w.address, w.prefix, w.start, w.end);
		else if (w.kind == OBSERVABLE_SHA256) // of any length
			check_digest(s, &raw, w.start, w.end);
		else
			check_name(s, &raw, w.key, w.start, w.end, w.from);
	}
}

static __attribute__((noinline)) void flush_plain(struct scan *s)
{
	uint8_t left[QUEUE];
	unsigned kept = 0;
	for (unsigned i = 0; i < s->waiting; i++) {
		left[kept] = (uint8_t)i;
		kept += filter_has(s->set, s->queue[i].key);
	}
	s->waiting = 0;
	if (kept > 0)
		settle(s, left, kept);
}

#ifdef __x86_64__
static __attribute__((noinline)) FAST void flush_fast(struct scan *s)
{
	uint8_t left[QUEUE];
	unsigned kept = 0;
	const uint32_t *filter = s->set->filter;
	const uint64_t blocks = s->set->head->blocks;
	const __m256i salts = _mm256_loadu_si256((const void *)filter_salts), one = _mm256_set1_epi32(1);
	for (unsigned i = 0; i < s->waiting; i++) {
		uint64_t key = s->queue[i].key;
		__m256i bits = _mm256_sllv_epi32(one, _mm256_srli_epi32(_mm256_mullo_epi32(_mm256_set1_epi32((int)key), salts), 27));
		left[kept] = (uint8_t)i;
		kept += (unsigned)_mm256_testc_si256(_mm256_loadu_si256((const void *)(filter + 8 * key_scale(key, blocks))), bits);
	}
	s->waiting = 0;
	if (kept > 0)
		settle(s, left, kept);
}
#else
#define flush_fast flush_plain
#endif

HOT void push(struct scan *s, struct waiting w, bool fast)
{
	__builtin_prefetch(s->set->filter + 8 * key_scale(w.key, s->set->head->blocks));
	s->queue[s->waiting++] = w;
	if (__builtin_expect(s->waiting == QUEUE, 0)) {
		if (fast)
			flush_fast(s);
		else
			flush_plain(s);
	}
}

// ---- candidates with a dot

HOT uint64_t load8(const uint8_t *p)
{
	uint64_t w;
	memcpy(&w, p, 8);
	return w;
}

// key_label() of the n bytes that end at p[end]; 8 bytes before the end must be readable.
HOT uint64_t label(uint64_t h, const uint8_t *p, size_t end, size_t n)
{
	uint64_t salt = KEY_STEP ^ n;
	while (__builtin_expect(n > 8, 0)) {
		h = key_mix(h ^ (load8(p + end - 8) | KEY_FOLD), KEY_STEP);
		end -= 8;
		n -= 8;
	}
	uint64_t keep = n == 0 ? 0 : ~0ull << (64 - 8 * n);
	return key_mix(h ^ ((load8(p + end - 8) | KEY_FOLD) & keep), salt);
}

#define NO_OCTET 0x10000u // over 0xffff also when it is the lower half of two
// The octet in the n digits (1 to 3) that end at p[end]; NO_OCTET when it is none. 4 bytes before the end must be readable.
HOT uint32_t octet(const uint8_t *p, size_t end, unsigned n)
{
	uint32_t w;
	memcpy(&w, p + end - 4, 4);
	w = (w ^ 0x30303030u) & ~0u << (32 - 8 * n);
	uint32_t bad = (w + 0x76767676u) & 0x80808080u;
	uint32_t value = (w >> 8 & 0xff) * 100 + (w >> 16 & 0xff) * 10 + (w >> 24);
	bad |= n > 1 && (w >> (32 - 8 * n) & 0xff) == 0; // a leading zero
	return bad != 0 || value > 255 ? NO_OCTET : value;
}

HOT void push_address(struct scan *s, uint32_t address, size_t start, size_t end, bool fast)
{
	const struct set_header *h = s->set->head;
	const struct view raw = view_raw(s);
	if (start > 0 && s->p[start - 1] == ':' && is_tail_of_ipv6(&raw, start, end))
		return;
	struct waiting w = {.key = key_ipv4(address, 32), .start = (uint32_t)start, .end = (uint32_t)end, .address = address,
	                    .kind = OBSERVABLE_IPV4, .prefix = 32};
	push(s, w, fast);
	if (!net_has(s->set, SET_NET_IPV4_NETWORKS, address >> 16))
		return;
	for (uint64_t left = h->lengths4; left != 0; left &= left - 1) {
		w.prefix = (uint8_t)__builtin_ctzll(left);
		w.key = key_ipv4(address & ~0u << (32 - w.prefix), w.prefix);
		push(s, w, fast);
	}
}

// Four octets, three dots: bit 63 of dots is the byte before the end. The first half says mostly that the set has nothing there.
HOT void address_candidate(struct scan *s, size_t start, size_t end, uint64_t dots, bool fast)
{
	unsigned n = (unsigned)(end - start);
	if (n > 15 || __builtin_popcountll(dots) != 3 || (s->has & SET_HAS_IPV4) == 0)
		return;
	uint64_t from = dots >> (64 - n); // bit 0 is the first byte
	unsigned a = (unsigned)__builtin_ctzll(from), b, c, d;
	from &= from - 1;
	unsigned second = (unsigned)__builtin_ctzll(from), third = (unsigned)__builtin_ctzll(from & (from - 1));
	b = second - a - 1;
	c = third - second - 1;
	d = n - third - 1;
	if (a - 1 > 2 || b - 1 > 2)
		return;
	uint32_t high = octet(s->p, start + a, a) << 8 | octet(s->p, start + second, b);
	if (high > 0xffff || !net_has(s->set, SET_NET_IPV4, high) || c - 1 > 2 || d - 1 > 2)
		return;
	uint32_t third_octet = octet(s->p, start + third, c), fourth = octet(s->p, end, d);
	if ((third_octet | fourth) < 256)
		push_address(s, high << 16 | third_octet << 8 | fourth, start, end, fast);
}

// A token in registers, of n ≤ 63 bytes, with 8 bytes of the block before it.
HOT void candidate(struct scan *s, size_t end, unsigned n, uint64_t dots, bool fast)
{
	const uint8_t *p = s->p;
	size_t start = end - n;
	dots &= ~0ull << (64 - n);
	unsigned last = (unsigned)__builtin_clzll(dots); // length of the last label
	uint8_t first = p[end - last];
	if (first <= '9' && first >= '0') { // no name ends in such a label
		address_candidate(s, start, end, dots, fast);
		if ((s->has & SET_HAS_DIGIT_FILES) == 0)
			return;
	} else if ((s->has & (SET_HAS_NAMES | SET_HAS_FILES)) == 0) {
		return;
	}
	uint64_t h = label(KEY_NAME, p, end, last);
	struct waiting w = {.start = (uint32_t)start, .end = (uint32_t)end, .kind = OBSERVABLE_DOMAIN};
	size_t at = end - last - 1;
	dots <<= last + 1;
	while (dots != 0) {
		unsigned m = (unsigned)__builtin_clzll(dots);
		h = label(h, p, at, m);
		w.key = h;
		w.from = (uint32_t)(at - m);
		push(s, w, fast);
		at -= m + 1;
		dots = dots << m << 1;
	}
	w.key = label(h, p, at, at - start);
	w.from = (uint32_t)start;
	push(s, w, fast);
}

// At least 57 of the bits before position at, zeros behind them; bit 63 is at - 1. at ≥ 64.
HOT uint64_t some_before(const uint64_t *words, size_t at)
{
	uint64_t w;
	memcpy(&w, (const uint8_t *)words + (at - 1) / 8 - 7, 8);
	return w << (7 - (at - 1) % 8);
}

#define RUN_MAX 57u // bytes of a run that is looked at in a register; bits beyond may be missing

HOT uint64_t bits_before(const uint64_t *words, size_t at) // the 64 bits before position at; bit 63 is at - 1
{
	size_t w = at / 64, r = at % 64;
	uint64_t low = w > 0 ? words[w - 1] : 0;
	return r == 0 ? low : words[w] << (64 - r) | low >> r;
}

static bool has_bits(const uint64_t *words, size_t from, size_t to)
{
	for (size_t i = from; i < to; i = (i / 64 + 1) * 64) {
		uint64_t w = words[i / 64] >> i % 64;
		size_t n = to - i;
		if ((n < 64 ? w & ((1ull << n) - 1) : w) != 0)
			return true;
	}
	return false;
}

// A run of token characters with a dot in it that ends at `end`; base is the window's place in the block.
HOT void ended(struct scan *s, size_t base, size_t end_in_window, bool high, bool fast)
{
	const struct classes *c = &s->classes;
	const uint8_t *p = s->p;
	size_t end = base + end_in_window;
	if (!is_owned(s, end))
		return;
	uint64_t run, dots;
	if (__builtin_expect(end_in_window >= 64, 1)) {
		run = some_before(c->of[CLASS_TOKEN], end_in_window);
		dots = some_before(c->of[CLASS_DOT], end_in_window);
	} else {
		run = bits_before(c->of[CLASS_TOKEN], end_in_window);
		dots = bits_before(c->of[CLASS_DOT], end_in_window);
	}
	unsigned n = (unsigned)__builtin_clzll(~run | 1);
	size_t start = end - n;
	if (n < RUN_MAX && !high && (s->has & SET_HAS_DIGIT_FILES) == 0) {
		// Numbers are most of it: what ends in a digit's label and has not three dots is nothing, decoded or not, for an escape
		// that stands for more than a border is found by itself.
		uint64_t inside = dots & ~0ull << (64 - n);
		unsigned last = (unsigned)__builtin_clzll(inside); // 0: it ends in a dot
		if (last > 0 && p[end - last] <= '9' && p[end - last] >= '0' && __builtin_popcountll(inside) != 3)
			return;
	}
	if (n >= RUN_MAX) {
		while (start > base && is_word(p[start - 1]) && end - start <= SCAN_TOKEN_MAX)
			start--;
		if (end - start > SCAN_TOKEN_MAX)
			return;
	}
	if (__builtin_expect(is_touched(p, s->n, start, end), 0)) {
		mark_region(s, start);
		return;
	}
	if (__builtin_expect(high, 0) && has_bits(c->of[CLASS_HIGH], start - base, end - base)) {
		mark_region(s, start);
		return;
	}
	if (__builtin_expect(n >= RUN_MAX || start < 8 || (dots >> 63) != 0, 0)) {
		const struct view raw = view_raw(s);
		check_token(s, &raw, start, end, false);
		return;
	}
	if (__builtin_expect((s->has & SET_HAS_MAIL) != 0 && start > 0 && p[start - 1] == '@', 0)) {
		const struct view raw = view_raw(s);
		check_mail(s, &raw, start, end);
	}
	candidate(s, end, n, dots, fast);
}

// ---- the other triggers

// An escape that stands for a character of a token or for ':'.
static bool is_trigger(const uint8_t *p, size_t n)
{
	struct unit u = read_unit(p, n, READ_ESCAPES | READ_PERCENT);
	return u.raw > 2 && u.n == 1 && (is_token(u.bytes[0]) || u.bytes[0] == ':');
}

static bool long_run(uint64_t h)
{
	h &= h << 1;
	h &= h << 2;
	h &= h << 4;
	return (h & h << 8) != 0; // 16 and more
}

// The word around it is touched by an escape or holds foreign letters: it is read with all its escapes.
static bool is_unclear(const struct scan *s, size_t start, size_t end)
{
	bool high = false;
	while (start > 0 && end - start < SCAN_TOKEN_MAX && is_word(s->p[start - 1]))
		high |= s->p[--start] >= 0x80;
	while (end < s->n && end - start < SCAN_TOKEN_MAX && is_word(s->p[end]))
		high |= s->p[end++] >= 0x80;
	return high || is_touched(s->p, s->n, start, end);
}

HOT void digests(struct scan *s, size_t base, size_t word, bool fast)
{
	const uint64_t *h = s->classes.of[CLASS_HEX];
	uint64_t before = word > 0 ? h[word - 1] : 0, now = h[word], next = h[word + 1];
	__uint128_t x = (__uint128_t)now << 64 | before;
	x &= x << 1;
	x &= x << 2;
	x &= x << 4;
	x &= x << 8;
	x &= x << 16;
	for (uint64_t ends = (uint64_t)(x >> 64) & ~(now >> 1 | next << 63); ends != 0; ends &= ends - 1) {
		size_t end = base + 64 * word + (size_t)__builtin_ctzll(ends) + 1, start = end;
		for (size_t step = 64; step == 64 && end - start <= 128 && start > base; start -= step) {
			uint64_t run = bits_before(h, start - base);
			step = ~run == 0 ? 64 : (size_t)__builtin_clzll(~run);
			step = step < start - base ? step : start - base;
		}
		const struct view raw = view_raw(s);
		if (end - start > 128 || !is_owned(s, end))
			continue;
		uint8_t bytes[64];
		size_t n;
		if (is_unclear(s, start, end)) {
			mark_region(s, start);
		} else if (digest_at(&raw, start, end, bytes, &n)) {
			const struct waiting w = {.key = key_digest(bytes, n), .start = (uint32_t)start, .end = (uint32_t)end,
			                          .kind = OBSERVABLE_SHA256};
			push(s, w, fast);
		}
	}
}

// Two colons together, or three among digits: only then is a word of 64 bytes looked at.
HOT uint64_t colons_of_addresses(const struct classes *c, size_t word)
{
	const uint64_t *colon = c->of[CLASS_COLON], *hex = c->of[CLASS_HEX];
	uint64_t now = colon[word], next = colon[word + 1];
	uint64_t any = now | hex[word], any_next = next | hex[word + 1], any_before = word > 0 ? colon[word - 1] | hex[word - 1] : 0;
	uint64_t inner = now & (any << 1 | any_before >> 63) & (any >> 1 | any_next << 63), but_one = inner & (inner - 1);
	bool three = inner != 0 && (but_one & (but_one - 1)) != 0;
	return (now & (now >> 1 | next << 63)) | (three ? inner : 0);
}

static __attribute__((noinline)) void colons(struct scan *s, size_t at, uint64_t which)
{
	for (; which != 0; which &= which - 1)
		scan_colons(s, at + (size_t)__builtin_ctzll(which));
}

static void escapes(struct scan *s, size_t base, size_t word)
{
	for (uint64_t left = s->classes.of[CLASS_ESCAPE][word]; left != 0; left &= left - 1) {
		size_t at = base + 64 * word + (size_t)__builtin_ctzll(left);
		if (is_trigger(s->p + at, s->n - at))
			mark_region(s, at);
	}
}

static __attribute__((noinline)) void regions(struct scan *s)
{
	for (unsigned i = 1; i < s->marks; i++)
		for (unsigned j = i; j > 0 && s->marked[j] < s->marked[j - 1]; j--) {
			uint32_t at = s->marked[j];
			s->marked[j] = s->marked[j - 1];
			s->marked[j - 1] = at;
		}
	for (unsigned i = 0; i < s->marks && !s->stopped; i++)
		scan_region(s, s->marked[i]);
	s->marks = 0;
}

// Bytes [base, base + n) of the block; tokens that end in [from, to) are looked at.
HOT void window(struct scan *s, size_t base, size_t n, size_t from, bool fast)
{
	struct classes *c = &s->classes;
	s->classify(s->p + base, n, c);
	s->from = from;
	s->to = base + n;
	s->final = s->final && base + n == s->n;
	s->region_done = s->colon_done = base;
	size_t words = (n + 63) / 64;
	bool digest = (s->has & SET_HAS_DIGESTS) != 0;
	bool colon = (s->has & (SET_HAS_IPV4 | SET_HAS_IPV6 | SET_HAS_CERTIFICATES)) != 0;
	uint64_t carry = 0;
	bool high = false, run = false;
	for (size_t w = 0; w < words; w++)
		high |= c->of[CLASS_HIGH][w] != 0;
	for (size_t w = 0; w <= words && !s->stopped; w++) {
		uint64_t token = c->of[CLASS_TOKEN][w], dot = c->of[CLASS_DOT][w], sum;
		bool over = __builtin_add_overflow(token, dot, &sum);
		over |= __builtin_add_overflow(sum, carry, &sum);
		// Only a run with a dot carries into the byte after it.
		for (uint64_t ends = sum & ~token; ends != 0; ends &= ends - 1)
			ended(s, base, 64 * w + (size_t)__builtin_ctzll(ends), high, fast);
		carry = over;
		if (w == words) {
			regions(s);
			break;
		}
		if (digest) {
			bool here = long_run(c->of[CLASS_HEX][w]);
			if (here || run)
				digests(s, base, w, fast);
			run = here;
		}
		if (colon && c->of[CLASS_COLON][w] != 0) {
			uint64_t which = colons_of_addresses(c, w);
			if (__builtin_expect(which != 0, 0))
				colons(s, base + 64 * w, which);
		}
		if (c->of[CLASS_ESCAPE][w] != 0)
			escapes(s, base, w);
		if (__builtin_expect(s->marks > 0, 0))
			regions(s);
	}
	if (fast)
		flush_fast(s);
	else
		flush_plain(s);
}

static __attribute__((noinline)) void window_plain(struct scan *s, size_t base, size_t n, size_t from)
{
	window(s, base, n, from, false);
}

static __attribute__((noinline)) FAST void window_fast(struct scan *s, size_t base, size_t n, size_t from)
{
	window(s, base, n, from, true);
}

// Windows end behind a newline where there is one.
static void windows(struct scan *s, size_t from, size_t to)
{
	size_t base = from;
	bool last = s->final;
	// A token that ends where the last part was cut is looked at again from before it.
	if (from > 0 && s->p[from - 1] != '\n')
		base = from > OVERLAP ? from - OVERLAP : 0;
	while ((from < to || (last && from == to && base < to)) && !s->stopped) {
		size_t n = to - base < WINDOW_BYTES ? to - base : WINDOW_BYTES;
		const uint8_t *cut = base + n < s->n ? memrchr(s->p + from, '\n', base + n - from) : NULL;
		if (cut != NULL)
			n = (size_t)(cut - s->p) + 1 - base;
		s->final = last;
		if (s->path == SCAN_PORTABLE)
			window_plain(s, base, n, from);
		else
			window_fast(s, base, n, from);
		from = base + n;
		if (from == to)
			break;
		base = cut != NULL ? from : from - OVERLAP;
	}
}

size_t scan_block(struct scan *s, const uint8_t *p, size_t n, bool at_end)
{
	if (n > BLOCK_MAX) {
		n = BLOCK_MAX;
		at_end = false;
	}
	s->p = p;
	s->n = n;
	s->final = at_end;
	s->block++;
	const uint8_t *line = n > 0 ? memrchr(p, '\n', n) : NULL;
	size_t done = line != NULL ? (size_t)(line - p) + 1 : 0, settle = done;
	if (at_end)
		done = settle = n;
	else if (n - done > SCAN_TAIL_MAX - 1) {
		settle = n - AHEAD;
		done = settle - BEHIND;
	}
	if (settle > s->settled)
		windows(s, s->settled, settle);
	else if (at_end && settle == s->settled && n > 0 && p[n - 1] != '\n')
		windows(s, settle, settle);
	if (s->stopped)
		return 0;
	s->settled = at_end ? 0 : settle > s->settled ? settle - done : s->settled - done;
	return done;
}
