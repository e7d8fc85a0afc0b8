// The systemd journal of this machine, or one that systemd-journal-remote receives, followed by a thread of its own: every entry
// is scanned field by field.
#ifndef TOCSIN_WATCH_JOURNAL_H
#define TOCSIN_WATCH_JOURNAL_H

#include "place.h"
#include "shared.h"
#include "tell.h"

#define JOURNAL_ENTRY_MAX (1u << 20) // bytes of an entry that are scanned; the rest is not, which the log says

struct journal;

struct journal_how {
	struct shared *set;
	struct output *output;
	enum scan_path scan;
	const char *directory; // of the journal; NULL: this machine's
	const char *cursor; // after which to go on; "": from the beginning, or, with from_end, the end
	bool replay;        // entries up to the present end may have been told before
	bool from_end;
};

// Before the sandbox. ERR_ABSENT: no journal that this user may read.
MUST_USE enum err journal_new(const struct journal_how *how, struct journal **j, struct why *why);
MUST_USE enum err journal_start(struct journal *j, struct why *why);
// The cursor of what has been told, and whether it differs from the last call.
bool journal_cursor(struct journal *j, char cursor[static PLACE_CURSOR_MAX]);
bool journal_is_idle(struct journal *j);
void journal_end(struct journal *j); // NULL allowed; stops the thread and frees

#endif
