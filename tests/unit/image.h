// The writable memory of this process, searched for secrets that should be gone. The test keeps its own copies masked, so that it
// does not find itself. In a build with sanitizers freed memory is kept on purpose: there the search is skipped.
#ifndef TOCSIN_TEST_IMAGE_H
#define TOCSIN_TEST_IMAGE_H

#include <inttypes.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "test.h"

#define IMAGE_STACK (512u << 10)

#define IMAGE_SECRETS 192
#define IMAGE_BLOCK 16 // bytes that count as a copy: half a key, or what one vector register spills
#define IMAGE_MASK 0xa5

struct image_secret {
	const char *name;
	size_t n;
	uint8_t masked[64];
};
static struct image_secret image_secrets[IMAGE_SECRETS];
static unsigned image_count;
static const uint8_t *image_home; // where secrets may live
static size_t image_home_n;

// From now on these bytes (16 to 64) are looked for.
static inline void image_note(const char *name, const void *secret, size_t n)
{
	struct image_secret *s = &image_secrets[image_count++];
	if (image_count > IMAGE_SECRETS || n > sizeof s->masked || n < IMAGE_BLOCK)
		abort();
	s->name = name;
	s->n = n;
	for (size_t i = 0; i < n; i++)
		s->masked[i] = ((const volatile uint8_t *)secret)[i] ^ IMAGE_MASK;
}

static uint8_t image_begins[65536 / 8]; // by the first two bytes of every block

static inline void image_index(void)
{
	memset(image_begins, 0, sizeof image_begins);
	for (unsigned k = 0; k < image_count; k++)
		for (size_t at = 0; at + IMAGE_BLOCK <= image_secrets[k].n; at += IMAGE_BLOCK) {
			const uint8_t *m = image_secrets[k].masked + at;
			image_begins[m[0]] |= (uint8_t)(1 << m[1] % 8); // coarse: one byte and three bits
		}
}

// The secret whose block stands here.
static inline const struct image_secret *image_at(const volatile uint8_t *p)
{
	uint8_t first = p[0] ^ IMAGE_MASK, second = p[1] ^ IMAGE_MASK;
	if ((image_begins[first] & 1 << second % 8) == 0)
		return NULL;
	for (unsigned k = 0; k < image_count; k++)
		for (size_t at = 0; at + IMAGE_BLOCK <= image_secrets[k].n; at += IMAGE_BLOCK) {
			size_t i = 0;
			while (i < IMAGE_BLOCK && (p[i] ^ IMAGE_MASK) == image_secrets[k].masked[at + i])
				i++;
			if (i == IMAGE_BLOCK)
				return &image_secrets[k];
		}
	return NULL;
}

// Calls `found` for every copy outside of image_home.
static inline void image_walk(void (*found)(const struct image_secret *s, volatile uint8_t *p, const char *region))
{
	static char lines[256][160]; // read first: reading moves memory
	unsigned count = 0;
	FILE *maps = fopen("/proc/self/maps", "r");
	while (maps != NULL && count < 256 && fgets(lines[count], sizeof lines[0], maps) != NULL)
		count++;
	if (maps == NULL || count == 256)
		abort();
	fclose(maps);
	image_index();
	for (unsigned i = 0; i < count; i++) {
		uintptr_t low, high;
		char rights[8], name[100] = "anonymous";
		if (sscanf(lines[i], "%" SCNxPTR "-%" SCNxPTR " %7s %*s %*s %*s %99s", &low, &high, rights, name) < 3 || rights[1] != 'w')
			continue;
		for (uintptr_t a = low; a + IMAGE_BLOCK <= high; a++) {
			volatile uint8_t *p = (volatile uint8_t *)a;
			if ((const uint8_t *)a >= image_home && (const uint8_t *)a < image_home + image_home_n)
				continue;
			const struct image_secret *s = image_at(p);
			if (s != NULL)
				found(s, p, name);
		}
	}
}

static inline void image_erase(const struct image_secret *s, volatile uint8_t *p, const char *region)
{
	(void)s, (void)region;
	for (size_t i = 0; i < IMAGE_BLOCK; i++)
		p[i] = 0;
}

// What the test itself left behind while it made the secrets.
static inline void image_scrub(void)
{
	image_walk(image_erase);
}

static struct image_stack {
	const uint8_t *p;
	const char *work;
} image_stacks[64];

static const char *image_after;

static inline void image_complain(const struct image_secret *s, volatile uint8_t *p, const char *region)
{
	for (unsigned i = 0; i < 64; i++)
		if (image_stacks[i].p != NULL && p >= image_stacks[i].p && p < image_stacks[i].p + IMAGE_STACK)
			region = image_stacks[i].work;
	CHECK_SAY(false, "after %s: %s at %p in %s", image_after, s->name, (void *)(uintptr_t)p, region);
	image_erase(s, p, region); // once is enough
}

static inline void image_expect_clean(const char *after)
{
	image_after = after;
	image_walk(image_complain);
}

// Runs it on a stack of its own that nothing uses afterwards: what it leaves there is not overwritten by luck, but stays to be found.
#define image_apart(work) image_run_apart((work), #work)
static inline void image_run_apart(void (*work)(void), const char *name)
{
	static unsigned count;
	static ucontext_t here, there;
	void *stack = mmap(NULL, IMAGE_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack == MAP_FAILED || getcontext(&there) != 0)
		abort();
	image_stacks[count++ % 64] = (struct image_stack){stack, name};
	there.uc_stack.ss_sp = stack;
	there.uc_stack.ss_size = IMAGE_STACK;
	there.uc_link = &here;
	makecontext(&there, work, 0);
	if (swapcontext(&here, &there) != 0)
		abort();
}

#endif
