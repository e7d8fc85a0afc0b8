// status: where this member and its platform stand.
#include <stdlib.h>

#include "cli.h"
#include "sys/clock.h"
#include "words.h"

#define STATUS_MAX 4096 // bytes of a daemon's answer

struct standing_now {
	const char *text;
	bool good;
	uint64_t until;
};

// applied, accredited, suspended, expelled or expired: as the ledger that was followed says.
static struct standing_now own_standing(struct cli *c, enum err credential, enum err sync)
{
	struct platform *p = c->platform;
	uint64_t now = clock_now(), until = 0;
	enum member_state state = governance_standing(platform_governance(p), p->card_id, now, &until);
	if (state == MEMBER_EXPELLED)
		return (struct standing_now){"expelled", false, 0};
	if (state == MEMBER_SUSPENDED)
		return (struct standing_now){"suspended", false, until};
	if (sync == ERR_DENIED) // the reason, in the hub's words, follows the table: it shows us no ledger to check it in
		return (struct standing_now){"refused by the hub", false, 0};
	if (credential == ERR_ABSENT)
		return (struct standing_now){"applied", false, 0};
	if (credential != ERR_OK)
		return (struct standing_now){"unknown", false, 0};
	if (now >= p->credential.item.until)
		return (struct standing_now){"expired", false, p->credential.item.until};
	if (credential_check(&p->credential, platform_governance(p), 0, now, &c->why) != ERR_OK)
		return (struct standing_now){"not accredited", false, 0};
	return (struct standing_now){"accredited", true, p->credential.item.until};
}

struct reached {
	bool yes;
	struct why why;
	char text[STATUS_MAX];
};

static void reach(struct cli *c, unsigned seat, struct reached *r)
{
	struct buf b;
	buf_init(&b, STATUS_MAX - 1);
	cli_progress(c, seat == 0 ? "asking the hub" : "asking seat %u", seat);
	r->yes = platform_call(c->platform, seat, "GET", "/v1/status", (struct slice){0}, &b, &r->why) == ERR_OK;
	snprintf(r->text, sizeof r->text, "%.*s", r->yes ? (int)b.n : 0, r->yes && b.n > 0 ? (const char *)b.p : "");
	buf_free(&b);
}

// "key=value" lines: the value, cut at the line's end; "" when there is none.
static const char *status_value(const struct reached *r, const char *key, char room[static 128])
{
	size_t n = strlen(key);
	room[0] = 0;
	for (const char *line = r->text; *line != 0; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, key, n) == 0 && line[n] == '=')
			snprintf(room, 128, "%.*s", (int)strcspn(line + n + 1, "\n"), line + n + 1);
	return room;
}

static bool quarter_complete(const struct governance *g, uint16_t quarter)
{
	uint8_t hash[32];
	return governance_committee(g, quarter, hash, NULL) == ERR_OK;
}

struct status {
	struct followed newest;
	struct standing_now standing;
	uint8_t fingerprint[32];
	struct reached hub, keeper[SEATS_MAX];
	bool synced;
	struct why sync_why;
};

static void print_platform(struct cli *c, const struct status *s)
{
	const struct charter *x = platform_charter(c->platform);
	const struct governance *g = platform_governance(c->platform);
	uint16_t quarter = quarter_of(clock_now());
	struct cli_table t;
	cli_table_begin(&t, 2, NULL);
	cli_row(&t, "platform", "%s, %u of %u seats open", x->name, x->t, x->n);
	cli_row(&t, "charter", "%s", cli_groups(s->fingerprint, 32));
	if (x->number > 1)
		cli_row(&t, "", "pinned; charter %u is in force since %s", x->number, cli_time(x->issued));
	cli_row(&t, "this member", "%s%s%s", s->standing.good ? cli_good(s->standing.text) : cli_bad(s->standing.text),
	        s->standing.until > 0 ? " until " : "", s->standing.until > 0 ? cli_time(s->standing.until) : "");
	if (c->platform->credential_bytes.n > 0)
		cli_row(&t, "roles", "%s", cli_roles(c->platform->credential.item.roles));
	cli_row(&t, "ledger", "%llu leaves, cosigned %s%s", (unsigned long long)s->newest.checkpoint.size, cli_time(s->newest.time),
	        s->synced ? "" : cli_bad(" (not followed now)"));
	cli_row(&t, "keys of", "%s %s, %s %s", quarter_text(quarter).text,
	        quarter_complete(g, quarter) ? cli_good("complete") : cli_bad("missing"), quarter_text(quarter + 1).text,
	        quarter_complete(g, quarter + 1) ? cli_good("complete") : cli_dim("not yet"));
	const struct token_key *k = governance_token_key(g, 0, 0);
	k != NULL ? cli_row(&t, "token keys", "epoch %u", k->epoch) : cli_row(&t, "token keys", "%s", cli_bad("none"));
	const struct common_list *l = governance_common_list(g);
	l != NULL ? cli_row(&t, "common values", "version %u", l->version) : cli_row(&t, "common values", "none");
	cli_table_end(&t);
	if (!s->synced)
		printf("\n%s\n", s->sync_why.text);
}

static void print_machine(struct cli_table *t, const char *name, const char *organisation, const struct reached *r, const struct reached *hub)
{
	char size[128], mode[128];
	cli_cell(t, "%s", name);
	cli_cell(t, "%s", organisation);
	cli_cell(t, "%s", r->yes ? cli_good("answers") : cli_bad("away"));
	status_value(r, r == hub ? "ledger-size" : "leaves", size);
	status_value(r, "state", mode);
	if (r->yes)
		cli_cell(t, "%s%s%s%s", size, size[0] != 0 ? " leaves" : "", mode[0] != 0 ? ", " : "", mode);
	else
		cli_cell(t, "%s", r->why.text);
}

static void print_machines(struct cli *c, const struct status *s)
{
	static const char *const heads[] = {"machine", "held by", "state", ""};
	const struct charter *x = platform_charter(c->platform);
	struct cli_table t;
	cli_table_begin(&t, 4, heads);
	print_machine(&t, "hub", "", &s->hub, &s->hub);
	for (unsigned i = 0; i < x->n; i++) {
		char name[16];
		snprintf(name, sizeof name, "seat %u", i + 1);
		print_machine(&t, name, x->seats[i].name, &s->keeper[i], &s->hub);
	}
	cli_table_end(&t);
}

static void json_machine(struct json_writer *w, const char *name, unsigned seat, const struct reached *r)
{
	json_open_object(w, name);
	if (seat > 0)
		json_put_number(w, "seat", seat);
	json_put_bool(w, "reachable", r->yes);
	if (!r->yes)
		json_put_string(w, "why", r->why.text);
	json_close(w);
}

static int print_json(struct cli *c, const struct status *s)
{
	const struct charter *x = platform_charter(c->platform);
	const struct governance *g = platform_governance(c->platform);
	const struct token_key *k = governance_token_key(g, 0, 0);
	const struct common_list *l = governance_common_list(g);
	uint16_t quarter = quarter_of(clock_now());
	struct json_writer w;
	struct buf out;
	cli_json_begin(&w, &out);
	json_open_object(&w, NULL);
	json_put_string(&w, "platform", x->name);
	json_put_hex(&w, "fingerprint", slice_of(s->fingerprint, 32));
	json_put_number(&w, "charter", x->number);
	json_put_number(&w, "threshold", x->t);
	json_put_number(&w, "seats", x->n);
	json_put_hex(&w, "card", slice_of(c->platform->card_id, CARD_ID));
	json_put_string(&w, "state", s->standing.text);
	if (s->standing.until > 0)
		json_put_time(&w, "until", s->standing.until);
	if (c->platform->credential_bytes.n > 0)
		json_put_string(&w, "roles", cli_roles(c->platform->credential.item.roles));
	json_put_bool(&w, "synced", s->synced);
	if (!s->synced)
		json_put_string(&w, "why", s->sync_why.text);
	json_put_number(&w, "ledger", s->newest.checkpoint.size);
	if (s->newest.time > 0)
		json_put_time(&w, "cosigned", s->newest.time);
	json_put_bool(&w, "quarter_keys", quarter_complete(g, quarter));
	json_put_bool(&w, "next_quarter_keys", quarter_complete(g, quarter + 1));
	json_put_number(&w, "token_epoch", k != NULL ? k->epoch : 0);
	json_put_number(&w, "common_list", l != NULL ? l->version : 0);
	json_machine(&w, "hub", 0, &s->hub);
	json_open_array(&w, "keepers");
	for (unsigned i = 0; i < x->n; i++)
		json_machine(&w, NULL, i + 1, &s->keeper[i]);
	json_close(&w);
	json_close(&w);
	return cli_json_end(c, &w, &out);
}

// Of the pinned charter: what was compared when joining, whatever charter is in force by now.
static enum err fingerprint_of(struct cli *c, uint8_t fingerprint[static 32])
{
	char path[FILE_PATH_MAX];
	static struct charter pinned; // large for a stack
	enum err e = file_path(path, c->home, "charter", &c->why);
	return e == ERR_OK ? charter_file(c, path, &pinned, fingerprint) : e;
}

static int status_run(struct cli *c)
{
	const struct cli_option options[] = {{0}};
	struct status *s = calloc(1, sizeof *s);
	if (!cli_options(c, options) || c->argc > 0) {
		free(s);
		return cli_usage(c, "no words are wanted");
	}
	enum err e = s == NULL ? why_set(&c->why, ERR_SYSTEM, "out of memory") : cli_open(c, PLATFORM_CHARTER);
	if (e == ERR_OK)
		e = fingerprint_of(c, s->fingerprint);
	if (e != ERR_OK) {
		free(s);
		return cli_fail(c, e);
	}
	enum err credential = platform_credential(c->platform, false, &s->sync_why);
	enum err sync = credential == ERR_OK ? platform_sync(c->platform, &s->sync_why) : credential;
	s->synced = sync == ERR_OK;
	if (follow_newest(c->platform->follow, &s->newest, &c->why) != ERR_OK)
		s->newest = (struct followed){0};
	s->standing = own_standing(c, credential, sync);
	reach(c, 0, &s->hub);
	for (unsigned i = 0; i < platform_charter(c->platform)->n; i++)
		reach(c, i + 1, &s->keeper[i]);
	cli_progress_end(c);
	int status = CLI_OK;
	if (c->json) {
		status = print_json(c, s);
	} else {
		print_platform(c, s);
		putchar('\n');
		print_machines(c, s);
	}
	free(s);
	return status;
}

const struct verb verb_status = {"status", "", "where this member and the platform stand", status_run};
