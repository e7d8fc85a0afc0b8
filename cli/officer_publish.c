// officer publish: a signed document to the hub, a standing and an order to resume also straight to the keepers, a batch's cards to all
// keepers.
#include <sys/stat.h>
#include <time.h>

#include "base/wire.h"
#include "officer.h"
#include "sys/clock.h"
#include "words.h"

#define WAIT_SECONDS 60 // for the keepers to follow the ledger
#define RETRY_MS 500
#define COSIGNED_MS 5000 // for the leaf to come under the seats' cosignatures

struct publishing {
	struct cli *cli;
	struct document document;
	struct slice bytes;
	uint64_t wait;
	bool cards_only;
	bool appended, cosigned;
	uint64_t leaf;
	unsigned cards, reached[SEATS_MAX]; // cards that each keeper took
	unsigned told;                      // keepers that took the document
	struct why why[SEATS_MAX];
	bool failed[SEATS_MAX], unknown[SEATS_MAX]; // unknown: it holds what it took, and has no card of that id
};

static enum err to_hub(struct publishing *p)
{
	struct buf answer;
	buf_init(&answer, 64);
	cli_progress(p->cli, "publishing to the hub");
	enum err e = platform_call(p->cli->platform, 0, "POST", "/v1/governance", p->bytes, &answer, &p->cli->why);
	if (e == ERR_OK) {
		struct wire w = wire_of(buf_slice(&answer));
		p->leaf = wire_u64(&w);
		e = wire_end(&w, "hub's answer", &p->cli->why);
		p->appended = e == ERR_OK;
	}
	buf_free(&answer);
	return e;
}

// Straight to the keepers: a suspension must hold although the hub delays it. Failing at some is told, not fatal.
static void to_keepers(struct publishing *p, unsigned only)
{
	unsigned n = platform_charter(p->cli->platform)->n;
	for (unsigned i = 0; i < n; i++) {
		if (only != 0 && i + 1 != only)
			continue;
		cli_progress(p->cli, "telling seat %u", i + 1);
		struct buf answer;
		buf_init(&answer, 64);
		p->failed[i] = platform_call(p->cli->platform, i + 1, "POST", "/v1/governance", p->bytes, &answer, &p->why[i]) != ERR_OK;
		p->unknown[i] = !p->failed[i] && answer.n == 1 && answer.p[0] == 0;
		p->told += !p->failed[i];
		buf_free(&answer);
	}
}

// --- Cards ----------------------------------------------------------------------------------------------------------------------------

// A keeper that has not followed the ledger so far does not know the batch (ERR_AUTH), or is not ready (ERR_AWAY): again, for a while.
static enum err card_to(struct publishing *p, unsigned seat, struct slice body, uint64_t end)
{
	for (;;) {
		enum err e = platform_call(p->cli->platform, seat, "POST", "/v1/cards", body, NULL, &p->why[seat - 1]);
		if ((e != ERR_AUTH && e != ERR_AWAY) || clock_monotonic_ms() >= end)
			return e;
		cli_progress(p->cli, "seat %u has not followed the ledger so far yet", seat);
		nanosleep(&(struct timespec){.tv_nsec = RETRY_MS * 1000000L}, NULL);
	}
}

static enum err cards_to(struct publishing *p, unsigned seat, struct slice cards)
{
	uint64_t end = clock_monotonic_ms() + p->wait * 1000;
	struct wire w = wire_of(cards);
	p->cards = 0;
	while (w.rest.n > 0 && !w.bad) {
		struct slice rest = w.rest;
		wire_vec16(&w);
		wire_vec16(&w);
		p->cards++;
		if (w.bad)
			break;
		enum err e = card_to(p, seat, slice_part(rest, 0, rest.n - w.rest.n), end);
		if (e != ERR_OK)
			return e;
		p->reached[seat - 1]++;
		cli_progress(p->cli, "seat %u: %u cards", seat, p->reached[seat - 1]);
	}
	return wire_end(&w, "cards", &p->why[seat - 1]);
}

static enum err cards_publish(struct publishing *p, const char *folder)
{
	char path[FILE_PATH_MAX];
	struct buf cards;
	unsigned n = platform_charter(p->cli->platform)->n;
	buf_init(&cards, 2 * (size_t)BATCH_CARDS_MAX);
	enum err e = file_path(path, folder, "cards", &p->cli->why);
	if (e == ERR_OK)
		e = file_read(path, cards.max, &cards, &p->cli->why);
	for (unsigned i = 0; i < n && e == ERR_OK; i++) {
		p->failed[i] = cards_to(p, i + 1, buf_slice(&cards)) != ERR_OK;
		p->told += !p->failed[i];
	}
	buf_free(&cards);
	return e;
}

// --- The verb -------------------------------------------------------------------------------------------------------------------------

static int tell(struct publishing *p, bool keepers)
{
	struct cli *c = p->cli;
	struct words w;
	unsigned failed = 0;
	words_begin(&w, c);
	words_put(&w, "document", "%s", document_name(p->document.type));
	if (p->appended) {
		words_number(&w, "leaf", p->leaf);
		words_truth(&w, "cosigned", p->cosigned, "yes", "not yet");
	}
	for (unsigned i = 0; keepers && i < platform_charter(c->platform)->n; i++) {
		char name[16];
		snprintf(name, sizeof name, "seat %u", i + 1);
		if (p->failed[i])
			words_put(&w, name, "%s", p->why[i].text);
		else if (p->unknown[i])
			words_put(&w, name, "held, but it has no card of this id");
		else if (p->cards > 0)
			words_put(&w, name, "%u cards", p->reached[i]);
		failed += p->failed[i];
	}
	int status = words_end(&w);
	return failed > 0 ? CLI_FAILED : status;
}

static enum err publish(struct publishing *p, const char *path, bool folder, bool *keepers)
{
	struct resume r;
	struct standing s;
	enum err e = ERR_OK;
	*keepers = true;
	if (p->document.type == DOCUMENT_STANDING) {
		e = standing_decode(p->document.body, &s, &p->cli->why);
		if (e == ERR_OK && s.action != STANDING_RESTORE) // that the ledger alone does
			to_keepers(p, 0);
	} else if (p->document.type == DOCUMENT_RESUME && (e = resume_decode(p->document.body, &r, &p->cli->why)) == ERR_OK) {
		to_keepers(p, r.seat);
	} else {
		*keepers = folder;
	}
	if (e == ERR_OK && !p->cards_only)
		e = to_hub(p);
	if (p->appended) { // what is published counts for everybody when enough seats have cosigned it: waited for, and told if it takes longer
		struct why why;
		p->cosigned = platform_wait_cosigned(p->cli->platform, p->leaf, COSIGNED_MS, &why) == ERR_OK;
	}
	if (e != ERR_OK && p->told > 0)
		why_at(&p->cli->why, e, "%u keepers have taken it; the hub has not", p->told);
	if (e == ERR_OK && folder)
		e = cards_publish(p, path);
	return e;
}

static int publish_run(struct cli *c)
{
	const char *charter = NULL;
	static struct publishing p;
	p = (struct publishing){.cli = c, .wait = WAIT_SECONDS};
	const struct cli_option options[] = {
		{0, "charter", CLI_TEXT, &charter, 0}, {0, "wait", CLI_NUMBER, &p.wait, 0}, {0, "cards-only", CLI_FLAG, &p.cards_only, 0}, {0}};
	char file[FILE_PATH_MAX];
	struct buf b;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc != 1 || charter == NULL || p.wait > 86400)
		return cli_usage(c, "a document or a batch's folder, and --charter FILE");
	buf_init(&b, DOCUMENT_MAX);
	enum err e = document_file(c, c->argv[0], file, &b, &p.document);
	bool folder = e == ERR_OK && strcmp(file, c->argv[0]) != 0, keepers = false;
	p.bytes = buf_slice(&b);
	if (e == ERR_OK)
		e = cli_visit(c, charter);
	if (e == ERR_OK)
		e = publish(&p, c->argv[0], folder, &keepers);
	int status = e == ERR_OK ? tell(&p, keepers) : cli_fail(c, e);
	buf_free(&b);
	return status;
}

const struct verb officer_publish = {
	"officer publish",
	"{DOC|BATCHDIR} --charter FILE [--wait SECONDS] [--cards-only]",
	"send a signed document, or a batch with its cards, to hub and keepers",
	publish_run,
};
