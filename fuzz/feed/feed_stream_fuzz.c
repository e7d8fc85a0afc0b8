// Any bytes as a file handed over: told by their content, whole streams and lines included.
#include "feed/feed.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	size_t sources, facts;
};

static enum err take(void *context, const struct fact *f, struct why *why)
{
	struct seen *seen = context;
	seen->sources += f->kind == FACT_SOURCE;
	seen->facts++;
	if (seen->sources == 0 || fact_check(f, why) != ERR_OK) // the source comes first
		abort();
	return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct feed_options options = {.dated = FACT_NO_DATE, .ecosystem = SLICE_LITERAL("Debian:12")};
	static int fd = -1;
	struct seen seen = {0};
	struct why why;
	if (fd < 0)
		fd = memfd_create("feed", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	enum err e = feed_read(fd, "t", &options, take, &seen, &why);
	if (e == ERR_OK && seen.sources == 0)
		abort();
	return 0;
}
