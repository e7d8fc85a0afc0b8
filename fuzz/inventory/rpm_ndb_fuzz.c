// Any bytes as an ndb database of rpm's.
#include "rpm_packages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_packages(rpm_ndb_read, slice_of(data, size));
	return 0;
}
