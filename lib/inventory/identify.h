// What the package URL and the CPE of a table's row say of its item, beside the row's other cells.
#ifndef TOCSIN_INVENTORY_IDENTIFY_H
#define TOCSIN_INVENTORY_IDENTIFY_H

#include "inventory/inventory.h"
#include "product/cpe.h"
#include "product/purl.h"

// Where values lie that are no parts of the row: until the next row. Each buffer is born with its maximum, cleared for each row, and its
// status asked when the item is complete.
#define IDENTITY_BUFS 6
struct identity {
	char purl_room[PURL_MAX], cpe_room[CPE_MAX];
	struct buf purl, cpe, ecosystem, package, version, product;
};
void identity_init(struct identity *d);
void identity_clear(struct identity *d);
MUST_USE enum err identity_status(const struct identity *d);
void identity_done(struct identity *d);

// "1:1.2-3" of a purl that says "1.2-3".
bool has_epoch_before(struct slice said, struct slice version);

// Each: NULL, or the rule that the text breaks (a constant). An empty text says nothing.
//
// A package of a registry or distribution is looked up by what its purl says. A row that calls it otherwise keeps its own name and
// version; those of the purl are then the item's source and source's version. Of a deb, rpm or apk they take the place of the row's.
const char *identify_purl(struct identity *d, struct slice text, struct item *i);
// The CPE gives the version that the row does not give, and vendor and product to a row that names nothing; without has_kind the kind.
const char *identify_cpe(struct identity *d, struct slice text, struct item *i, bool has_kind);

#endif
