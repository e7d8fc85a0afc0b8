// Any bytes as a Berkeley DB of rpm's.
#include "rpm_packages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_packages(rpm_bdb_read, slice_of(data, size));
	return 0;
}
