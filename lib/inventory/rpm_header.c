// A package header as rpm keeps it: two lengths, index entries of 16 bytes (tag, type, offset, count), data.
#include "inventory/packages.h"

#include "base/wire.h"

#define ENTRIES_MAX 65535u        // rpm's own limits
#define DATA_MAX (256u << 20)
#define ENTRY_BYTES 16u

enum { TYPE_INT32 = 4, TYPE_STRING = 6 };
enum { TAG_NAME = 1000, TAG_VERSION = 1001, TAG_RELEASE = 1002, TAG_EPOCH = 1003, TAG_INSTALLTIME = 1008, TAG_VENDOR = 1011, TAG_ARCH = 1022, TAG_SOURCERPM = 1044 };

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
	default:
		return NULL;
	}
}

static const char *take_text(struct slice data, const struct entry *e, struct slice *text)
{
	const char *rule = NULL;
	size_t end = slice_find(data, 0, e->offset);
	if (e->type != TYPE_STRING || e->count != 1)
		return "a tag that should be one text is not";
	if (end == data.n)
		return "a text without its end";
	inventory_text(slice_part(data, e->offset, end - e->offset), text, &rule);
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
	if (e->offset >= data.n)
		return "an offset outside the data";
	if (text != NULL)
		return take_text(data, e, text);
	h->has_epoch |= e->tag == TAG_EPOCH;
	return e->tag == TAG_EPOCH         ? take_number(data, e, &h->epoch)
	       : e->tag == TAG_INSTALLTIME ? take_number(data, e, &h->installed)
	                                   : NULL;
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
	for (uint32_t i = 0; i < entries && *rule == NULL; i++) {
		struct entry e;
		e.tag = wire_u32(&w);
		e.type = wire_u32(&w);
		e.offset = wire_u32(&w);
		e.count = wire_u32(&w);
		// An empty region (tags below 100) may point behind the data; the rest may not.
		*rule = e.tag < 100 ? NULL : take_entry(h, data, &e);
	}
	if (*rule == NULL && (!package_is_word(h->name) || !package_is_word(h->version) || !package_is_word(h->release)))
		*rule = "no name, version or release, or not of ASCII without blanks";
	return *rule == NULL;
}
