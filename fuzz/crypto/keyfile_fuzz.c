// A key file of any bytes, from memory that looks like a file of ours.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct why why;
	uint8_t secret[KEYFILE_SECRET], pk[SIGN_PUBLIC], sk[SIGN_SECRET];
	int fd = memfd_create("key", MFD_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0600) != 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	unsigned types = 0;
	for (int type = KEYFILE_SIGN; type <= KEYFILE_RANDOM; type++)
		types += keyfile_read(path, (enum keyfile_type)type, secret, &why) == ERR_OK;
	if (types > 1 || (keyfile_read_sign(path, pk, sk, &why) == ERR_OK && types != 1))
		abort();
	close(fd);
	return 0;
}
