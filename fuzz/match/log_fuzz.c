// The matcher's log, whole file: what a crash or a thief left is refused or cut, never believed.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "match/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t pepper[MATCH_PEPPER] = "0123456789abcdef0123456789abcde";
	static char folder[] = "/tmp/tocsin-fuzz-XXXXXX", file[64];
	if (file[0] == 0) {
		if (crypto_init() != ERR_OK || mkdtemp(folder) == NULL)
			abort();
		snprintf(file, sizeof file, "%s/tokens.log", folder);
	}
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	struct match *m = NULL;
	struct why why;
	if (match_open(folder, pepper, 10, &m, &why) == ERR_OK)
		match_close(m);
	unlink(file);
	return 0;
}
