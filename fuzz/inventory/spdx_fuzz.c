// Any bytes as a document: read from a file and from a pipe; every value that is handed over is what a sink may expect.
#include "inventory/sbom.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(struct slice value)
{
	struct slice same;
	const char *rule;
	if (!inventory_text(value, &same, &rule) || same.n != value.n)
		abort();
}

static enum err machine(void *context, const struct machine *m, struct why *why)
{
	(void)why;
	if (++*(unsigned *)context != 1)
		abort();
	expect(m->name), expect(m->os_id), expect(m->os_version), expect(m->os_name), expect(m->os_codename), expect(m->ecosystem);
	return ERR_OK;
}

static enum err item(void *context, const struct item *i, struct why *why)
{
	(void)why;
	if (*(unsigned *)context != 1 || i->name.n == 0)
		abort();
	expect(i->name), expect(i->version), expect(i->source), expect(i->source_version), expect(i->vendor), expect(i->arch);
	expect(i->purl), expect(i->cpe), expect(i->ecosystem);
	return ERR_OK;
}

static enum err refused(void *context, const struct refused *r, struct why *why)
{
	(void)context;
	(void)why;
	expect(r->text);
	return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned machines = 0;
	struct inventory_sink sink = {.context = &machines, .machine = machine, .item = item, .refused = refused, .note = refused};
	struct why why;
	int fd = memfd_create("fuzz", MFD_CLOEXEC), ends[2];
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)!inventory_spdx(fd, "fuzz", &sink, &why);
	close(fd);
	machines = 0;
	if (size > 60000 || pipe(ends) != 0)
		return 0;
	if (write(ends[1], data, size) != (ssize_t)size)
		abort();
	close(ends[1]);
	(void)!inventory_sbom(ends[0], "fuzz", &sink, &why);
	close(ends[0]);
	return 0;
}
