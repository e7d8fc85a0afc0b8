// What a binary package of rpm's was built from: one answer for its database, for tables, for Wazuh's list and for SBOMs.
#include "inventory/packages.h"

// The last `c` before `n`; SIZE_MAX: none.
static size_t find_back(struct slice s, uint8_t c, size_t n)
{
	while (n > 0 && s.p[n - 1] != c)
		n--;
	return n - 1;
}

bool rpm_source(struct slice file, struct item *i)
{
	size_t n = slice_ends(file, ".nosrc.rpm") ? file.n - 10 : slice_ends(file, ".src.rpm") ? file.n - 8 : 0;
	size_t release = find_back(file, '-', n), version = release == SIZE_MAX ? SIZE_MAX : find_back(file, '-', release);
	if (!package_is_word(file) || release == SIZE_MAX || version == SIZE_MAX || version == 0 || release - version < 2 || n - release < 2)
		return false;
	struct slice both = slice_part(file, version + 1, n - version - 1), own = i->version;
	size_t colon = slice_find(own, ':', 0);
	if (colon < own.n)
		own = slice_part(own, colon + 1, own.n);
	bool same = slice_equal(own, both);
	i->source = slice_part(file, 0, version);
	i->source_version = same ? i->version : both;
	if (same && slice_equal(i->source, i->name))
		i->source = i->source_version = (struct slice){0};
	return true;
}
