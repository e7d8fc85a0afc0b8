// Preloaded into a program under test: while the first byte of a file is not 0, its disk can only be read, as when a kernel has met errors and
// mounts it so: what is open for writing stays open, and every write fails. Sockets and pipes are left alone. The file is mapped before the
// program locks itself in.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static const volatile uint8_t *frozen;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("READ_ONLY");
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	void *page = fd < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		abort(); // a test that believes it freezes a disk must not pass
	close(fd);
	frozen = page;
}

static int refused(int fd)
{
	struct stat st;
	if (frozen == NULL || *frozen == 0 || fd <= 2 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	errno = EROFS;
	return 1;
}

static void *real(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);
	if (f == NULL)
		abort();
	return f;
}

ssize_t write(int fd, const void *p, size_t n)
{
	static ssize_t (*f)(int, const void *, size_t);
	if (f == NULL)
		*(void **)&f = real("write");
	return refused(fd) ? -1 : f(fd, p, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	static ssize_t (*f)(int, const void *, size_t, off_t);
	if (f == NULL)
		*(void **)&f = real("pwrite");
	return refused(fd) ? -1 : f(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	static ssize_t (*f)(int, const void *, size_t, off64_t);
	if (f == NULL)
		*(void **)&f = real("pwrite64");
	return refused(fd) ? -1 : f(fd, p, n, at);
}
