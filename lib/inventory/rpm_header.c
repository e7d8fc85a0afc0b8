// A package header as rpm keeps it: two lengths, index entries of 16 bytes (tag, type, offset, count), data.
#include "inventory/packages.h"

#include "base/wire.h"

#define ENTRIES_MAX 65535u        // rpm's own limits
#define DATA_MAX (256u << 20)
#define ENTRY_BYTES 16u
#define TEXT_BYTES_MAX 4096u // of a text as it lies there, blanks around it included

enum { TYPE_INT32 = 4, TYPE_STRING = 6 };
enum {
	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_EPOCH = 1003,
	TAG_INSTALLTIME = 1008,
	TAG_VENDOR = 1011,
	TAG_ARCH = 1022,
	TAG_SOURCERPM = 1044,
	TAG_MODULE = 5096,
};
#define TAGS_MAX 9u // of those

struct entry {
	uint32_t tag, type, offset, count;
};

static struct slice *text_of(struct rpm_header *h, uint32_t tag)
{
	switch (tag) {
	case TAG_NAME:
		return &h->name;
	case TAG_VERSION:
		return &h->version;
	case TAG_RELEASE:
		return &h->release;
	case TAG_ARCH:
		return &h->arch;
	case TAG_SOURCERPM:
		return &h->sourcerpm;
	case TAG_VENDOR:
		return &h->vendor;
	case TAG_MODULE:
		return &h->module;
	default:
		return NULL;
	}
}

static const char *take_text(struct slice data, const struct entry *e, struct slice *text)
{
	const char *rule = NULL;
	struct slice rest = slice_part(data, e->offset, TEXT_BYTES_MAX + 1);
	size_t end = slice_find(rest, 0, 0);
	if (e->type != TYPE_STRING || e->count != 1)
		return "a tag that should be one text is not";
	if (end == rest.n)
		return rest.n > TEXT_BYTES_MAX ? "a text of more than 4096 bytes" : "a text without its end";
	inventory_text(slice_part(rest, 0, end), text, &rule);
	return rule;
}

static const char *take_number(struct slice data, const struct entry *e, uint32_t *number)
{
	if (e->type != TYPE_INT32 || e->count == 0 || e->offset % 4 != 0 || data.n - e->offset < 4)
		return "a tag that should be a number is not";
	struct wire w = wire_of(slice_part(data, e->offset, 4));
	*number = wire_u32(&w);
	return NULL;
}

static const char *take_entry(struct rpm_header *h, struct slice data, const struct entry *e)
{
	struct slice *text = text_of(h, e->tag);
	if (text != NULL)
		return take_text(data, e, text);
	h->has_epoch |= e->tag == TAG_EPOCH;
	return take_number(data, e, e->tag == TAG_EPOCH ? &h->epoch : &h->installed);
}

// The last entry of each tag that is asked for: a tag that is written a thousand times costs one text.
struct wanted {
	struct entry at[TAGS_MAX];
	size_t n;
};

static void keep_last(struct wanted *wanted, struct rpm_header *h, const struct entry *e)
{
	size_t i = 0;
	if (text_of(h, e->tag) == NULL && e->tag != TAG_EPOCH && e->tag != TAG_INSTALLTIME)
		return;
	while (i < wanted->n && wanted->at[i].tag != e->tag)
		i++;
	wanted->n += i == wanted->n;
	INVARIANT(wanted->n <= TAGS_MAX);
	wanted->at[i] = *e;
}

// An empty region (tags below 100) may point behind the data; the rest may not.
static const char *read_index(struct wire *w, uint32_t entries, size_t data, struct wanted *wanted, struct rpm_header *h)
{
	for (uint32_t i = 0; i < entries; i++) {
		struct entry e;
		e.tag = wire_u32(w);
		e.type = wire_u32(w);
		e.offset = wire_u32(w);
		e.count = wire_u32(w);
		if (e.tag >= 100 && e.offset >= data)
			return "an offset outside the data";
		keep_last(wanted, h, &e);
	}
	return NULL;
}

bool rpm_header_parse(struct slice blob, struct rpm_header *h, const char **rule)
{
	struct wire w = wire_of(blob);
	uint32_t entries = wire_u32(&w), length = wire_u32(&w);
	*h = (struct rpm_header){0};
	*rule = NULL;
	if (w.bad || entries == 0 || entries > ENTRIES_MAX || length > DATA_MAX || blob.n != 8 + (size_t)entries * ENTRY_BYTES + length) {
		*rule = "its two lengths are not those of the header";
		return false;
	}
	struct slice data = slice_part(blob, 8 + (size_t)entries * ENTRY_BYTES, length);
	struct wanted wanted = {.n = 0};
	*rule = read_index(&w, entries, data.n, &wanted, h);
	for (size_t i = 0; i < wanted.n && *rule == NULL; i++)
		*rule = take_entry(h, data, &wanted.at[i]);
	if (*rule == NULL && (!package_is_word(h->name) || !package_is_word(h->version) || !package_is_word(h->release)))
		*rule = "no name, version or release, or not of ASCII without blanks";
	return *rule == NULL;
}
