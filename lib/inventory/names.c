// The words of the enumerations, one table each.
#include "inventory/inventory.h"

static const char *const kinds[ITEM_KINDS] = {"package", "library", "application", "system", "firmware", "equipment"};
static const char *const roles[ROLE_COUNT] = {"", "workstation", "server", "network", "industrial", "medical", "other"};
static const char *const exposures[EXPOSURE_COUNT] = {"", "isolated", "internal", "internet"};
static const char *const credentials[CREDENTIALS_COUNT] = {"", "changed", "default"};

static const char *name_of(const char *const *names, unsigned count, unsigned value)
{
	INVARIANT(value < count);
	return names[value];
}

static bool find(const char *const *names, unsigned count, struct slice name, unsigned *value)
{
	for (unsigned i = 0; i < count; i++)
		if (slice_is_text(name, names[i])) {
			*value = i;
			return true;
		}
	return false;
}

const char *item_kind_name(enum item_kind k)
{
	return name_of(kinds, ITEM_KINDS, k);
}

const char *item_role_name(enum item_role r)
{
	return name_of(roles, ROLE_COUNT, r);
}

const char *item_exposure_name(enum item_exposure e)
{
	return name_of(exposures, EXPOSURE_COUNT, e);
}

const char *item_credentials_name(enum item_credentials c)
{
	return name_of(credentials, CREDENTIALS_COUNT, c);
}

bool item_kind_named(struct slice name, enum item_kind *k)
{
	unsigned value = 0;
	bool found = find(kinds, ITEM_KINDS, name, &value);
	if (found)
		*k = value;
	return found;
}

bool item_role_named(struct slice name, enum item_role *r)
{
	unsigned value = 0;
	bool found = find(roles, ROLE_COUNT, name, &value);
	if (found)
		*r = value;
	return found;
}

bool item_exposure_named(struct slice name, enum item_exposure *e)
{
	unsigned value = 0;
	bool found = find(exposures, EXPOSURE_COUNT, name, &value);
	if (found)
		*e = value;
	return found;
}

bool item_credentials_named(struct slice name, enum item_credentials *c)
{
	unsigned value = 0;
	bool found = find(credentials, CREDENTIALS_COUNT, name, &value);
	if (found)
		*c = value;
	return found;
}
