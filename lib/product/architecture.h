// Processor architectures by the words that people and feeds have for them (protocol/feeds.md lists them): "x64-based Systems", "amd64",
// "32-bit". A set is a bit for each family; "64-bit" is all that have so many.
#ifndef TOCSIN_PRODUCT_ARCHITECTURE_H
#define TOCSIN_PRODUCT_ARCHITECTURE_H

#include <stdbool.h>

#include "base/slice.h"

// Those that the text names, between whatever else it says ("7-Zip 19.00 (x64)"); 0: none.
unsigned architectures_in(struct slice text);
// Does the text say nothing but architectures ("ARM64-based Systems, 32-bit Systems")? Then *set are these.
bool architectures_alone(struct slice text, unsigned *set);

#endif
