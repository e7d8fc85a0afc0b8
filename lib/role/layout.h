// Which descriptor a role finds where, for role.c and supervise.c alone: the control socket, then its ends of the channels in the
// order of the table.
#ifndef TOCSIN_ROLE_LAYOUT_H
#define TOCSIN_ROLE_LAYOUT_H

#include "role/role.h"

#define ROLE_FD_CONTROL 3
#define ROLE_FD_FIRST 4 // first link
#define ROLE_OPTION "--role"

// Links that this role has at either end of the table's first `channels` rows.
static inline unsigned layout_links(const struct role_table *t, const char *role, unsigned channels)
{
	unsigned n = 0;
	for (unsigned i = 0; i < channels && t->channels[i].client != NULL; i++)
		if (strcmp(t->channels[i].client, role) == 0 || strcmp(t->channels[i].server, role) == 0)
			n += t->channels[i].links;
	return n;
}

#endif
