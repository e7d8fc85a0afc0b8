// Documents in words, for officers; and the document files that their verbs read and write.
#ifndef TOCSIN_CLI_WORDS_H
#define TOCSIN_CLI_WORDS_H

#include "charter/document.h"
#include "cli.h"

// Names and values, as rows of a table or of a JSON object (there with '_' for spaces, and texts unless said otherwise).
struct words {
	struct cli *cli;
	struct cli_table table;
	struct json_writer json;
	struct buf out;
};
void words_begin(struct words *w, struct cli *c);
void words_put(struct words *w, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
void words_number(struct words *w, const char *name, uint64_t number);                        // in JSON a number
void words_truth(struct words *w, const char *name, bool truth, const char *yes, const char *no); // in JSON true or false
int words_end(struct words *w); // prints; the exit status

const char *document_name(enum document_type type); // "suspension, expulsion or restoration": a few words
// What a document says. With a charter (may be NULL) also whether its signatures are true. False: its body or a signature is not.
bool document_words(struct words *w, const struct document *d, const struct charter *charter);

// A document file, or "document" in a batch's folder. d borrows from bytes. *path_out is the file.
MUST_USE enum err document_file(struct cli *c, const char *path, char file[static FILE_PATH_MAX], struct buf *bytes, struct document *d);
MUST_USE enum err document_write(struct cli *c, const struct document *d, const char *path);
// ERR_EXISTS: another file than an unsigned draft is there, which a new draft would destroy.
MUST_USE enum err document_replaceable(struct cli *c, const char *path);
// Writes a document without signatures, shows it and says what comes next; the exit status.
int document_draft(struct cli *c, enum document_type type, const struct buf *body, const char *path);
// The origin for a signature: of the document itself when it is a charter, else as given by one of the two options. *charter (may stay
// untouched) is the charter, *known whether there is one.
MUST_USE enum err document_origin(struct cli *c, const struct document *d, const char *charter_path, const char *origin_text,
                                  struct charter *charter, bool *known, char origin[static SIGN_ORIGIN_MAX + 1]);
// The charter in a document file.
MUST_USE enum err charter_file(struct cli *c, const char *path, struct charter *charter, uint8_t fingerprint[static 32]);
bool team_kind_named(struct slice text, enum team_kind *kind);
// "ID:KIND:CC:NAME".
MUST_USE enum err team_text(struct cli *c, const char *text, struct team *team);

// A batch's folder: items (ITEM_BYTES each), cards (vec16 card ‖ vec16 credential each), document.
#define BATCH_CARDS_MAX (256u << 20) // bytes of "cards"
// Prints who is in it; ERR_AUTH when its document is not about these items.
MUST_USE enum err batch_show(struct cli *c, const char *folder, const struct document *d);

#endif
