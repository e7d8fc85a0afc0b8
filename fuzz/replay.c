// Replays a corpus through a fuzz entry, so that every build's tests run what the fuzzers once found.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *folder, const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "rb");
	struct stat st;
	if (f == NULL || fstat(fileno(f), &st) != 0) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return 1;
	}
	uint8_t *bytes = malloc((size_t)st.st_size + 1); // exactly sized below, so that a read past the end is seen
	size_t n = bytes != NULL ? fread(bytes, 1, (size_t)st.st_size, f) : 0;
	fclose(f);
	uint8_t *exact = malloc(n ? n : 1);
	if (bytes == NULL || exact == NULL)
		abort();
	memcpy(exact, bytes, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(bytes);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned passed = 0, failed = 0;
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	if (d == NULL) {
		fprintf(stderr, "usage: %s CORPUS (a folder)\n", argv[0]);
		return 2;
	}
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			replay(argv[1], e->d_name) == 0 ? passed++ : failed++;
	closedir(d);
	printf("tally: %u passed, %u failed, 0 skipped\n", passed, failed);
	return failed != 0 || passed == 0;
}
