// What people commonly call products, by the names of the end-of-life data (endoflife.date's identifiers) where that data does not have
// the common name itself. Whole names only, each of one product alone.
#ifndef TOCSIN_PRODUCT_CALLED_H
#define TOCSIN_PRODUCT_CALLED_H

#include <stdbool.h>

#include "base/slice.h"

// "SQL Server", "ESXi", "CentOS Linux" (folded as by product_fold): "mssqlserver", "vmware-esxi", "centos", a constant. False: not one
// of these.
bool product_called(struct slice name, struct slice *product);

// A word of a product's name that says an edition, or that a number follows ("Standard", "Enterprise", "Version"), and on which no end
// of support depends. Any case.
bool product_is_edition(struct slice word);

#endif
