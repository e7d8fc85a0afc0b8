// A document read as parts: what it is, the machine, and one component after the other.
#include "inventory/sbom.h"

#include "archive/archive.h"
#include "base/num.h"
#include "inventory/bill.h"
#include "inventory/packages.h"
#include "json/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define BLOCK (64u << 10)
#define START 4u

enum part {
	BOM_FORMAT, SPEC_VERSION, METADATA, COMPONENT, SPDX_VERSION, NAME, CREATION, DESCRIBES, RELATIONSHIP, PACKAGE, CONTEXT, PARTS
};
static const char *const paths[] = {
	"bomFormat",    "specVersion",         "metadata",        "components[]", "spdxVersion", "name",
	"creationInfo", "documentDescribes[]", "relationships[]", "packages[]",   "@context",
	"sbom.spdxVersion", "sbom.name", "sbom.creationInfo", "sbom.relationships[]", "sbom.packages[]",
};
// GitHub hands an SPDX document out inside an object.
static const enum part wrapped[] = {SPDX_VERSION, NAME, CREATION, RELATIONSHIP, PACKAGE};
#define PATHS (PARTS + sizeof wrapped / sizeof *wrapped)

struct reading {
	struct bill bill;
	struct json_stream *stream;
	size_t documents;
	bool linked_data; // an "@context": SPDX 3
	bool taking;      // the error is not of the document's syntax
};

static enum err set_format(struct bill *b, enum bill_format format, struct why *why)
{
	if ((b->format != BILL_UNKNOWN && b->format != format) || (b->wanted != BILL_UNKNOWN && b->wanted != format))
		return why_set(why, ERR_INPUT, "%s: %s document, and %s", b->name, format == BILL_SPDX ? "an SPDX" : "a CycloneDX",
		               b->wanted == BILL_UNKNOWN ? "another at once" : b->wanted == BILL_SPDX ? "not SPDX" : "not CycloneDX");
	b->format = format;
	return ERR_OK;
}

static bool is_version(struct slice text, const char *before, uint64_t min, uint64_t max)
{
	size_t n = strlen(before);
	uint64_t minor;
	return slice_starts(text, before) && num_parse(slice_part(text, n, text.n), min, max, &minor);
}

static enum err take_format(struct bill *b, const struct json *value, struct why *why)
{
	struct slice text;
	if (json_text(value, &text, NULL) != ERR_OK || !slice_is_text(text, "CycloneDX"))
		return why_set(why, ERR_INPUT, "%s: bomFormat is not \"CycloneDX\"", b->name);
	return set_format(b, BILL_CYCLONEDX, why);
}

static enum err take_spec(struct bill *b, const struct json *value, struct why *why)
{
	struct slice text = {0};
	if (json_text(value, &text, NULL) != ERR_OK || !is_version(text, "1.", 2, 7))
		return why_set(why, ERR_INPUT, "%s: specVersion \"%.*s\" is not 1.2 to 1.7", b->name, SLICE_ARGS(text));
	return ERR_OK;
}

static enum err take_spdx(struct bill *b, const struct json *value, struct why *why)
{
	struct slice text = {0};
	if (json_text(value, &text, NULL) != ERR_OK || !is_version(text, "SPDX-2.", 0, 9))
		return why_set(why, ERR_INPUT, "%s: spdxVersion \"%.*s\" is not SPDX-2.3 or another 2", b->name, SLICE_ARGS(text));
	return set_format(b, BILL_SPDX, why);
}

static enum err take_name(struct bill *b, const struct json *value, struct why *why)
{
	struct slice text;
	if (b->format == BILL_CYCLONEDX || b->named || json_text(value, &text, NULL) != ERR_OK)
		return ERR_OK;
	return bill_keep(b, &b->machine, text, why);
}

static enum err take_created(struct bill *b, const struct json *value, struct why *why)
{
	uint64_t ordinal = b->ordinal;
	b->ordinal = 0; // what concerns the whole has no number
	enum err e = bill_taken(b, value, "created", why);
	b->ordinal = ordinal;
	return e;
}

static enum err take_describes(struct bill *b, const struct json *value, struct why *why)
{
	struct slice text;
	return json_text(value, &text, NULL) == ERR_OK ? spdx_describes(b, text, why) : ERR_OK;
}

static enum err take_part(struct reading *r, const struct json_part *part, struct why *why)
{
	struct bill *b = &r->bill;
	switch (part->part < PARTS ? (enum part)part->part : wrapped[part->part - PARTS]) {
	case BOM_FORMAT:
		return take_format(b, &part->value, why);
	case SPEC_VERSION:
		return take_spec(b, &part->value, why);
	case METADATA:
		return cyclonedx_metadata(b, &part->value, why);
	case COMPONENT:
		return cyclonedx_component(b, &part->value, why);
	case SPDX_VERSION:
		return take_spdx(b, &part->value, why);
	case NAME:
		return take_name(b, &part->value, why);
	case CREATION:
		return take_created(b, &part->value, why);
	case DESCRIBES:
		return take_describes(b, &part->value, why);
	case RELATIONSHIP:
		return b->looks ? spdx_relationship(b, &part->value, why) : ERR_OK;
	case PACKAGE:
		return spdx_package(b, &part->value, why);
	case CONTEXT:
		r->linked_data = true;
		return ERR_OK;
	case PARTS:
		break;
	}
	return ERR_OK;
}

static enum err take(void *context, struct json_part *part, struct why *why)
{
	struct reading *r = context;
	enum err e = take_part(r, part, why);
	r->taking = e != ERR_OK;
	return e;
}

// The first bytes, without a byte order mark; forms that are no JSON are called by their name.
static enum err read_start(struct bill *b, struct archive_member *m, uint8_t block[static START], size_t *n, struct why *why)
{
	enum err e = ERR_OK;
	*n = 0;
	for (size_t got = 1; e == ERR_OK && got > 0 && *n < START; *n += got)
		e = archive_read(m, block + *n, START - *n, &got, why);
	struct slice start = slice_of(block, e == ERR_OK ? *n : 0);
	if (slice_starts(start, "\xef\xbb\xbf")) {
		*n -= 3;
		memmove(block, block + 3, *n);
	}
	const char *form = start.n < START                       ? NULL
	                   : slice_starts(start, "\xff\xfe") || slice_starts(start, "\xfe\xff") ? "UTF-16"
	                   : start.p[0] == '<'                   ? "XML"
	                   : slice_starts(start, "SPDX")         ? "SPDX of tags and values"
	                   : memchr("{[ \t\r\n", start.p[0], 6) == NULL ? "no JSON"
	                                                         : NULL;
	return form == NULL ? e : why_set(why, ERR_INPUT, "%s: %s: what is read is CycloneDX and SPDX 2 in JSON, as UTF-8", b->name, form);
}

static enum err visit(void *context, struct archive_member *m, struct why *why)
{
	struct reading *r = context;
	uint8_t block[BLOCK];
	size_t n = 0;
	if (++r->documents > 1)
		return why_set(why, ERR_INPUT, "%s: more than one document", r->bill.name);
	json_stream_again(r->stream);
	enum err e = read_start(&r->bill, m, block, &n, why);
	while (e == ERR_OK && n > 0) {
		e = json_stream_put(r->stream, slice_of(block, n), why);
		if (e != ERR_OK)
			return r->taking ? e : why_at(why, e, "%s", r->bill.name);
		e = archive_read(m, block, sizeof block, &n, why);
	}
	if (e == ERR_OK && (e = json_stream_end(r->stream, why)) != ERR_OK && !r->taking)
		return why_at(why, e, "%s", r->bill.name);
	return e;
}

static enum err read_once(struct reading *r, int fd, bool looks, struct why *why)
{
	struct bill *b = &r->bill;
	b->looks = looks;
	b->ordinal = b->items = b->passed = b->modular = 0;
	r->documents = 0;
	enum err e = archive_walk(fd, b->name, visit, r, why);
	if (e != ERR_OK)
		return e;
	if (r->documents == 0)
		return why_set(why, ERR_INPUT, "%s: an archive without a document", b->name);
	if (b->format == BILL_UNKNOWN && r->linked_data)
		return why_set(why, ERR_INPUT, "%s: SPDX 3 (JSON-LD), which is not read; SPDX 2.3 and CycloneDX are", b->name);
	if (b->format == BILL_UNKNOWN)
		return why_set(why, ERR_INPUT, "%s: neither CycloneDX (no bomFormat) nor SPDX 2 (no spdxVersion)", b->name);
	return ERR_OK;
}

static enum err end(struct bill *b, struct why *why)
{
	char rule[100];
	enum err e = bill_machine(b, why);
	if (e == ERR_OK)
		e = rpm_note_modules(b->sink, b->modular, why);
	if (e != ERR_OK || b->passed == 0)
		return e;
	snprintf(rule, sizeof rule, "%llu files, data or lock files without purl or CPE are no items", (unsigned long long)b->passed);
	return inventory_note(b->sink, 0, slice_text(b->name), rule, why);
}

static enum err read_all(struct reading *r, int fd, struct why *why)
{
	struct bill *b = &r->bill;
	struct stat info;
	enum err e = fstat(fd, &info) == 0 ? ERR_OK : why_set(why, ERR_SYSTEM, "%s: %s", b->name, strerror(errno));
	if (e == ERR_OK && S_ISREG(info.st_mode)) {
		e = read_once(r, fd, true, why);
		if (b->describes > 1 && b->named) {
			b->named = false; // of several none: the document's own name
			b->machine.n = 0;
		}
		if (e == ERR_OK && b->format == BILL_SPDX && b->describes == 1 && !b->named)
			e = read_once(r, fd, true, why); // what is described came before it was said to be
	}
	if (e == ERR_OK)
		e = read_once(r, fd, false, why);
	return e == ERR_OK ? end(b, why) : e;
}

static enum err read_bill(int fd, const char *name, enum bill_format wanted, const struct inventory_sink *sink, struct why *why)
{
	struct reading *r = calloc(1, sizeof *r);
	if (r == NULL)
		return why_set(why, ERR_SYSTEM, "%s: no memory", name);
	struct bill *b = &r->bill;
	struct buf *const all[] = {&b->item_ecosystem, &b->item_name, &b->item_version, &b->item_purl, &b->item_cpe, &b->item_source,
	                           &b->item_source_version, &b->spelling};
	*b = (struct bill){.name = name, .sink = sink, .wanted = wanted, .taken = INVENTORY_UNKNOWN_DATE};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		buf_init(all[i], INVENTORY_TEXT_MAX);
	enum err e = json_stream_new(paths, PATHS, take, r, &r->stream, why);
	if (e == ERR_OK)
		e = read_all(r, fd, why);
	json_stream_free(r->stream);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		buf_free(all[i]);
	free(r);
	return e;
}

enum err inventory_cyclonedx(int fd, const char *name, const struct inventory_sink *sink, struct why *why)
{
	return read_bill(fd, name, BILL_CYCLONEDX, sink, why);
}

enum err inventory_spdx(int fd, const char *name, const struct inventory_sink *sink, struct why *why)
{
	return read_bill(fd, name, BILL_SPDX, sink, why);
}

enum err inventory_sbom(int fd, const char *name, const struct inventory_sink *sink, struct why *why)
{
	return read_bill(fd, name, BILL_UNKNOWN, sink, why);
}
