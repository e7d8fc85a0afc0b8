// Preloaded into a program under test: its calendar clock is shifted by as many seconds as a file holds (one int64_t). The file is
// mapped before the program locks itself in, so that a test can turn the clock while the program runs. Timeouts are left alone.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t *shift;
static int (*real_clock)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("CLOCK_SHIFT");
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		abort(); // a test that believes it shifts a clock must not pass
	close(fd);
	shift = page;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	if (real_clock == NULL && (*(void **)&real_clock = dlsym(RTLD_NEXT, "clock_gettime")) == NULL) // a library's constructor may be first
		abort();
	int result = real_clock(clock, t);
	if (result == 0 && clock == CLOCK_REALTIME && shift != NULL)
		t->tv_sec += __atomic_load_n(shift, __ATOMIC_RELAXED);
	return result;
}

time_t time(time_t *t)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (t != NULL)
		*t = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	*t = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
	return 0;
}
