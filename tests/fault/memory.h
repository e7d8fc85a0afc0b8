// Memory that ends: the n-th allocation of the project's own code fails (the linker puts these in the place of malloc, calloc and
// realloc). What shared libraries allocate is left alone: libsodium's guarded pages, OpenSSL's and jansson's objects end the process by
// an INVARIANT or an error of theirs, which is meant: a daemon without memory for a key is started again by systemd.
#ifndef TOCSIN_FAULT_MEMORY_H
#define TOCSIN_FAULT_MEMORY_H

#include <stdbool.h>

// The nth allocation (1 = the next one) from now fails; those after it work. 0: none.
void memory_fail_at(unsigned nth);
// Disarms; true when an allocation was failed since memory_fail_at().
bool memory_failed(void);

#endif
