// Short documents: standings, teams, the common-value list, orders.
#include "crypto/secret.h"
#include "observable/commonplace.h"
#include "officer.h"
#include "sys/clock.h"
#include "words.h"

#define BODY_MAX 1024
#define HOURS_MAX (SUSPENSION_MAX / 3600)

static int draft(struct cli *c, enum document_type type, struct buf *body, const char *to)
{
	int status = document_draft(c, type, body, to);
	buf_free(body);
	return status;
}

// --- Standings ----------------------------------------------------------------------------------------------------------------------

static int stand(struct cli *c, enum standing_action action)
{
	const char *to = NULL;
	uint64_t hours = HOURS_MAX;
	const struct cli_option suspending[] = {{'o', "output", CLI_TEXT, &to, 0}, {0, "hours", CLI_NUMBER, &hours, 0}, {0}};
	const struct cli_option others[] = {{'o', "output", CLI_TEXT, &to, 0}, {0}};
	struct standing s = {.action = action, .issued = clock_now()};
	struct buf body;
	if (!cli_options(c, action == STANDING_SUSPEND ? suspending : others))
		return CLI_USAGE;
	if (c->argc != 1 || to == NULL || hours == 0 || hours > HOURS_MAX)
		return cli_usage(c, "a card id, -o FILE, and at most %d hours", HOURS_MAX);
	enum err e = cli_id(c, c->argv[0], "card", s.card, CARD_ID);
	if (e != ERR_OK)
		return cli_fail(c, e);
	if (action == STANDING_SUSPEND)
		s.until = s.issued + hours * 3600;
	buf_init(&body, BODY_MAX);
	standing_encode(&s, &body);
	return draft(c, DOCUMENT_STANDING, &body, to);
}

static int suspend_run(struct cli *c)
{
	return stand(c, STANDING_SUSPEND);
}

static int expel_run(struct cli *c)
{
	return stand(c, STANDING_EXPEL);
}

static int restore_run(struct cli *c)
{
	return stand(c, STANDING_RESTORE);
}

const struct verb officer_suspend = {"officer suspend", "CARD-ID [--hours H] -o DOC", "suspend a member for up to 72 hours", suspend_run};
const struct verb officer_expel = {"officer expel", "CARD-ID -o DOC", "expel a member for ever", expel_run};
const struct verb officer_restore = {"officer restore", "CARD-ID -o DOC", "end a member's suspension", restore_run};

// --- Teams and lists ------------------------------------------------------------------------------------------------------------------

static int team_run(struct cli *c)
{
	const char *to = NULL;
	const struct cli_option options[] = {{'o', "output", CLI_TEXT, &to, 0}, {0}};
	struct team team, again;
	struct buf body;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc != 1 || to == NULL)
		return cli_usage(c, "ID:KIND:CC:NAME and -o FILE");
	enum err e = team_text(c, c->argv[0], &team);
	buf_init(&body, BODY_MAX);
	if (e == ERR_OK) {
		team_encode(&team, &body);
		e = team_decode(buf_slice(&body), &again, &c->why);
	}
	if (e == ERR_OK)
		return draft(c, DOCUMENT_TEAM, &body, to);
	buf_free(&body);
	return cli_fail(c, e);
}

const struct verb officer_team = {"officer team", "ID:KIND:CC:NAME -o DOC", "add a team", team_run};

static enum err list_hash(struct cli *c, const char *path, uint8_t hash[static 32])
{
	struct commonplace *list = NULL;
	struct buf text;
	buf_init(&text, COMMONPLACE_BYTES_MAX);
	enum err e = cli_read(c, path, COMMONPLACE_BYTES_MAX, &text);
	if (e == ERR_OK && (e = commonplace_load(buf_slice(&text), &list, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s", path);
	if (e == ERR_OK)
		memcpy(hash, commonplace_hash(list), 32);
	commonplace_free(list);
	buf_free(&text);
	return e;
}

static int common_list_run(struct cli *c)
{
	const char *to = NULL;
	uint64_t version = 0;
	const struct cli_option options[] = {{'o', "output", CLI_TEXT, &to, 0}, {0, "version", CLI_NUMBER, &version, 0}, {0}};
	struct common_list l;
	struct buf body;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc != 1 || to == NULL || version == 0 || version > UINT16_MAX)
		return cli_usage(c, "the list's file, --version N (from 1, one more each) and -o FILE");
	l.version = (uint16_t)version;
	enum err e = list_hash(c, c->argv[0], l.hash);
	if (e != ERR_OK)
		return cli_fail(c, e);
	buf_init(&body, BODY_MAX);
	common_list_encode(&l, &body);
	return draft(c, DOCUMENT_COMMON_LIST, &body, to);
}

const struct verb officer_common_list = {"officer common-list", "FILE --version N -o DOC", "make a list of common values the platform's",
                                         common_list_run};

// --- Orders -----------------------------------------------------------------------------------------------------------------------------

static int order_ceremony_run(struct cli *c)
{
	const char *to = NULL;
	uint64_t epoch = 1;
	const struct cli_option options[] = {{'o', "output", CLI_TEXT, &to, 0}, {0, "epoch", CLI_NUMBER, &epoch, 0}, {0}};
	struct ceremony_order o = {.issued = clock_now()};
	struct buf body;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc != 0 || to == NULL || epoch == 0 || epoch > TOKEN_EPOCHS_MAX)
		return cli_usage(c, "-o FILE, and --epoch N from 1 to %d", TOKEN_EPOCHS_MAX);
	o.epoch = (uint16_t)epoch;
	random_bytes(o.id, sizeof o.id);
	buf_init(&body, BODY_MAX);
	ceremony_order_encode(&o, &body);
	return draft(c, DOCUMENT_CEREMONY, &body, to);
}

const struct verb officer_order_ceremony = {"officer order-ceremony", "[--epoch N] -o DOC", "order new token keys (epoch 1 when there are none yet)",
                                            order_ceremony_run};

static int resume_run(struct cli *c)
{
	const char *to = NULL;
	uint64_t seat = 0;
	const struct cli_option options[] = {{'o', "output", CLI_TEXT, &to, 0}, {0, "seat", CLI_NUMBER, &seat, 0}, {0}};
	struct resume r = {.issued = clock_now()};
	struct buf body;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc != 0 || to == NULL || seat == 0 || seat > SEATS_MAX)
		return cli_usage(c, "--seat N and -o FILE");
	r.seat = (uint8_t)seat;
	buf_init(&body, BODY_MAX);
	resume_encode(&r, &body);
	return draft(c, DOCUMENT_RESUME, &body, to);
}

const struct verb officer_resume = {"officer resume", "--seat N -o DOC", "let a keeper act again after an old snapshot was restored", resume_run};
