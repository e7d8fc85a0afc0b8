// Inside lib/report: the rules of its texts.
#ifndef TOCSIN_REPORT_TEXT_H
#define TOCSIN_REPORT_TEXT_H

#include "base/err.h"
#include "base/slice.h"

#define TEXT_SHOWN 80 // bytes of a refused value that a message quotes

// UTF-8 without control characters (C0, DEL, C1); `lines`: newline and tab are allowed.
MUST_USE enum err text_check(const char *what, struct slice text, bool lines, struct why *why);
// What record.h asks of an attachment's name.
MUST_USE enum err text_check_name(struct slice name, struct why *why);

#endif
