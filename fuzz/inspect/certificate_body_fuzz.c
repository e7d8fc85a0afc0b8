// A result and the body of the certificate before it, as they lie in files, whatever they say: a refusal, or a body that is JSON again
// and can be the one before. The first byte says how the rest is split.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "certificate.h"
#include "json/json.h"
#include "sys/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The path of a file in memory.
static const char *file_of(struct slice bytes, int *fd, char path[static 32])
{
	*fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (*fd < 0 || write(*fd, bytes.p, bytes.n) != (ssize_t)bytes.n)
		abort();
	snprintf(path, 32, "/proc/self/fd/%d", *fd);
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	static const uint8_t seed[SIGN_SEED] = {1};
	uint8_t sk[SIGN_SECRET];
	char paths[2][32];
	int fd[2] = {-1, -1};
	struct buf file, body;
	struct why why = {""};
	struct json root;
	struct slice rest = slice_of(data + 1, size - 1);
	size_t cut = data[0] == 0 ? rest.n : rest.n * data[0] / 256;
	struct certificate_ask ask = {.inspector = SLICE_LITERAL("Fuzz")};
	struct certificate before = {.body = slice_part(rest, cut, rest.n)};
	sign_keypair_from_seed(seed, before.key, sk);
	sign_message(sk, "inspection", SLICE_LITERAL("tocsin-inspect"), before.body, before.signature);
	memcpy(ask.key, before.key, sizeof ask.key); // the same inspector
	clock_set(1790856000);                       // 2026-10-01, noon: the corpus
	buf_init(&file, CERTIFICATE_MAX);
	buf_init(&body, CERTIFICATE_MAX);
	certificate_print(&before, &file);
	ask.result = file_of(slice_part(rest, 0, cut), &fd[0], paths[0]);
	if (cut < rest.n)
		ask.before = file_of(buf_slice(&file), &fd[1], paths[1]);
	enum err e = certificate_body(&ask, &body, &why);
	if (e == ERR_OK ? json_parse(buf_slice(&body), &root, &why) != ERR_OK : why.text[0] == 0)
		abort();
	if (e == ERR_OK)
		json_free(&root);
	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	buf_free(&file);
	buf_free(&body);
	return 0;
}
