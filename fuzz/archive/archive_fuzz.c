// Any bytes as a file that was handed over: walked, one member of two read to its end, under small limits.
#include "archive/archive.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err visit(void *context, struct archive_member *m, struct why *why)
{
	size_t *visits = context, bad;
	struct slice name = archive_name(m), bytes;
	if (name.n > ARCHIVE_NAME_MAX || !slice_is_utf8(name, &bad))
		abort();
	if (++*visits % 2 == 0)
		return ERR_OK;
	return archive_all(m, 1 << 20, &bytes, why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct archive_limits limits = {1000, 4 << 20, 100, 1 << 16};
	size_t visits = 0;
	struct why why;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)!archive_walk_within(fd, "fuzz", &limits, visit, &visits, &why);
	close(fd);
	return 0;
}
