// Any bytes as a table, read from a descriptor as every table is: what reaches the sink is fit.
#include <sys/mman.h>
#include <unistd.h>

#include "fit.h"
#include "inventory/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct table_options o = {.machine = SLICE_LITERAL("list"), .ecosystem = SLICE_LITERAL("Debian:12"), .taken = INVENTORY_UNKNOWN_DATE};
	struct why why;
	if (fd < 0)
		fd = memfd_create("table", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	if (size > 0 && data[0] % 2 == 0)
		o.ecosystem = (struct slice){0};
	if (lseek(fd, 0, SEEK_SET) == 0 && inventory_table(fd, "fuzz", &o, &fit_sink, &why) != ERR_OK && why.text[0] == 0)
		abort();
	if (lseek(fd, 0, SEEK_SET) == 0 && inventory_wazuh(fd, "fuzz", &o, &fit_sink, &why) != ERR_OK && why.text[0] == 0)
		abort();
	return 0;
}
