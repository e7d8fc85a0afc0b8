// FNV-1a of 64 bits: the same number in every process, for sharing out and for tables whose keys nobody gains by choosing. Whoever
// writes what is hashed can make numbers meet: for that there is hash_keyed() (crypto/hash.h).
#ifndef TOCSIN_BASE_FNV_H
#define TOCSIN_BASE_FNV_H

#include "base/slice.h"

uint64_t fnv1a(struct slice s);

#endif
