// The project's own inventory file: one machine, as text (protocol/inventory.md). Made to be read fast and whole: a fleet is a
// directory of them.
#ifndef TOCSIN_INVENTORY_NATIVE_H
#define TOCSIN_INVENTORY_NATIVE_H

#include "inventory/inventory.h"

#define NATIVE_BYTES_MAX (256u << 20) // of one file

// Whether a file begins as one of these.
bool inventory_is_native(struct slice beginning);

// Reads a whole file. `name` is what messages call it. Strict: ERR_INPUT names the line and the rule; a file without its end line is
// refused before the sink hears anything, one with a broken line when it is met. Slices handed out are parts of `text`; nothing
// is allocated. item.line is the line in the file. ERR_LIMIT: over a maximum. Other errors: the sink's.
MUST_USE enum err inventory_native(struct slice text, const char *name, const struct inventory_sink *sink, struct why *why);
// The same from a descriptor (the caller's), through `room`, which is emptied first, grows to the largest file and can be used for the
// next one. A file as long as room's maximum is refused: NATIVE_BYTES_MAX + 1 takes every allowed one.
MUST_USE enum err inventory_native_file(int fd, const char *name, struct buf *room, const struct inventory_sink *sink, struct why *why);

// Writes what a reader tells, and always a file that can be read: a value that is not what every sink may expect (inventory.h) is mended
// (inventory_mend), a date before 1970 or after 9999 left out, an item without name, purl and CPE becomes a refusal; and a note says so.
struct inventory_writer {
	struct buf *out; // appended to; the caller's
	size_t start;    // where the file begins in it
	uint64_t lines;
	bool machine;    // it was told; refusals and notes before it are put behind it
	char ecosystem[INVENTORY_TEXT_MAX];
	size_t ecosystem_n;
	const char *odd; // what was done to a value since the last note, or NULL
	char odd_text[INVENTORY_SHOWN_MAX];
	size_t odd_n;
};
void inventory_write_init(struct inventory_writer *w, struct buf *out);
// Valid as long as w. A second machine: ERR_INPUT; a full buffer: its error.
struct inventory_sink inventory_write_sink(struct inventory_writer *w);
// The end line: without it the file is refused by every reader.
MUST_USE enum err inventory_write_end(struct inventory_writer *w, struct why *why);

#endif
