// What a home keeps of a record that was opened here:
//
//   opened/<id>/   request            the encoded request: a repeat within its life is the same one, and is charged once
//                  envelope           the sealed record
//                  card reply.secret  the reporter's card; the root of the reply tags
//                  report.json        the document
//                  attachments/       the files, under safe names
//                  in-… out-… next answer-to   its conversation (talk.h)
#ifndef TOCSIN_CLI_OPENED_H
#define TOCSIN_CLI_OPENED_H

#include "cli.h"
#include "record/record.h"

// opened/<id> in the home; made when `make`.
MUST_USE enum err opened_folder(struct cli *c, const uint8_t id[static RECORD_ID], bool make, char folder[static FILE_PATH_MAX]);
// A name under which a file may be written here: what could be read as a path, a hidden file or an option is replaced.
void opened_name(const char *name, char safe[static ATTACHMENT_NAME_MAX + 1]);

#endif
