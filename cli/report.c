// tocsin report: seals what happened and files it.
#include "kept.h"
#include "label.h"
#include "plan.h"

static int tokens_later(struct cli *c, const char *id_text);

// --- Filing -------------------------------------------------------------------------------------------------------------------

struct outcome {
	struct kept kept;
	unsigned seat;          // that relayed it
	uint64_t liars;
	bool sent, confirmed, later;
	enum err reason;        // why not sent or not confirmed
	struct why why;
	struct why later_why;
};

// Tokens if t keepers answer; without them the record goes all the same.
static enum err keep(struct cli *c, const struct plan *p, struct outcome *out)
{
	struct kept_batches batches = {0};
	enum kept_tokens how = p->o->no_tokens ? KEPT_TOKENS_NONE : p->o->offline != NULL ? KEPT_TOKENS_LATER : KEPT_TOKENS_WITH;
	enum err e = ERR_OK;
	if (how == KEPT_TOKENS_WITH) {
		e = kept_seal_tokens(c, p->rows, p->count, p->list_version, p->id, p->batch_sk, &batches);
		out->liars = batches.liars;
		if (e == ERR_AWAY || e == ERR_ABSENT || e == ERR_DENIED ||
		    e == ERR_AUTH) { // no keys yet, no quota left, too few honest answers
			out->later = true;
			out->later_why = c->why;
			how = KEPT_TOKENS_LATER;
			e = ERR_OK;
		}
	}
	if (e == ERR_OK)
		e = plan_keep(c, p, how == KEPT_TOKENS_WITH ? &batches : NULL, how);
	if (how != KEPT_TOKENS_NONE && p->o->offline == NULL)
		buf_free(&batches.bytes);
	return e == ERR_OK ? kept_open(c, p->id, &out->kept) : e;
}

static void send_and_wait(struct cli *c, struct outcome *out)
{
	enum err e = kept_send(c, &out->kept, KEPT_FILING, &out->seat);
	out->sent = e == ERR_OK;
	if (e == ERR_OK)
		e = kept_confirm(c, &out->kept, KEPT_FILING, KEPT_WAIT_MS);
	out->confirmed = e == ERR_OK;
	out->reason = e;
	if (e != ERR_OK)
		out->why = c->why;
}

static void show_receipt(const struct receipt *r, unsigned seat)
{
	printf("receipt: leaf %llu promised at %s, through seat %u\n", (unsigned long long)r->index, cli_time(r->time), seat);
}

static void show_outcome(struct cli *c, const struct outcome *out)
{
	cli_progress_end(c);
	if (out->liars != 0)
		printf("%s %s\n", cli_bad("false answers from seats"), kept_seats(out->liars));
	if (out->kept.offline)
		printf("sealed: the file may be carried by any member (`tocsin file`); tokens follow with `tocsin receipts --sync`\n");
	if (out->sent)
		show_receipt(&out->kept.part[KEPT_FILING].receipt, out->seat);
	if (out->confirmed)
		printf("%s, under %u cosignatures: record %s\n", cli_good("filed"), platform_charter(c->platform)->t,
		       cli_hex(out->kept.id, RECORD_ID));
	else if (out->sent)
		printf("promised, not yet cosigned: record %s; `tocsin receipts --sync` looks again\n", cli_hex(out->kept.id, RECORD_ID));
	else if (!out->kept.offline)
		printf("%s: record %s is sealed and kept; `tocsin receipts --sync` sends the same bytes again\n", cli_bad("not sent"),
		       cli_hex(out->kept.id, RECORD_ID));
	if (out->later)
		printf("without tokens for now (%s); they follow with `tocsin receipts --sync`\n", out->later_why.text);
}

static int result_json(struct cli *c, const struct plan *p, const struct outcome *out)
{
	struct json_writer w;
	struct buf text;
	cli_json_begin(&w, &text);
	json_open_object(&w, NULL);
	plan_json(c, &w, p);
	if (out != NULL) {
		json_put_string(&w, "state", kept_state(&out->kept));
		json_put_string(&w, "tokens_state", kept_tokens_state(&out->kept));
		if (out->sent) {
			json_put_number(&w, "leaf", out->kept.part[KEPT_FILING].receipt.index);
			json_put_time(&w, "time", out->kept.part[KEPT_FILING].receipt.time);
			json_put_number(&w, "seat", out->seat);
		}
		if (out->reason != ERR_OK)
			json_put_string(&w, "why", out->why.text);
		if (out->later)
			json_put_string(&w, "tokens_why", out->later_why.text);
	}
	json_close(&w);
	return cli_json_end(c, &w, &text);
}

static int file_it(struct cli *c, const struct plan *p)
{
	struct outcome out = {0};
	enum err e = keep(c, p, &out);
	if (e != ERR_OK)
		return cli_fail(c, e);
	if (p->o->offline == NULL)
		send_and_wait(c, &out);
	bool failed = p->o->offline == NULL && !out.sent;
	int status = CLI_OK;
	if (c->json)
		status = result_json(c, p, &out);
	else if (p->o->offline == NULL || strcmp(p->o->offline, "-") != 0)
		show_outcome(c, &out);
	if (failed) {
		fprintf(stderr, "tocsin report: %s: %s\n", err_name(out.reason), out.why.text);
		status = CLI_FAILED;
	}
	return status;
}

static int planned(struct cli *c, struct plan *p)
{
	enum err e = plan_make(c, p);
	if (e != ERR_OK)
		return cli_fail(c, e);
	bool quiet = c->json || (p->o->offline != NULL && strcmp(p->o->offline, "-") == 0);
	if (!quiet)
		plan_show(c, p);
	if (p->o->dry_run)
		return c->json ? result_json(c, p, NULL) : CLI_OK;
	if (!p->o->yes && !cli_confirm(p->o->offline != NULL ? "Seal this?" : "Seal and file this?")) {
		fprintf(stderr, "tocsin report: nothing was sent; answer \"yes\" on a terminal, or give --yes\n");
		return CLI_FAILED;
	}
	return file_it(c, p);
}

static bool says_nothing(const struct plan_options *o)
{
	return o->format == NULL && o->title == NULL && o->kind == NULL && o->tlp == NULL && o->to == NULL && o->occurred == NULL &&
	       o->description == NULL && o->description_file == NULL && o->offline == NULL && o->observe.n == 0 && o->attach.n == 0 &&
	       !o->yes && !o->dry_run && !o->no_tokens && !o->with_background && !o->all;
}

static bool is_stdin(const char *word)
{
	return word != NULL && strcmp(word, "-") == 0;
}

static unsigned stdin_words(const struct plan_options *o)
{
	unsigned n = is_stdin(o->source) + is_stdin(o->description_file);
	for (unsigned i = 0; i < o->attach.n; i++)
		n += is_stdin(o->attach.word[i]);
	return n;
}

static int run_report(struct cli *c)
{
	static struct plan p;
	struct plan_options o = {0};
	const char *later = NULL;
	const struct cli_option table[] = {{0, "format", CLI_TEXT, &o.format, 0},
	                                   {0, "title", CLI_TEXT, &o.title, 0},
	                                   {0, "kind", CLI_TEXT, &o.kind, 0},
	                                   {0, "tlp", CLI_TEXT, &o.tlp, 0},
	                                   {0, "to", CLI_TEXT, &o.to, 0},
	                                   {0, "occurred", CLI_TEXT, &o.occurred, 0},
	                                   {0, "description", CLI_TEXT, &o.description, 0},
	                                   {0, "description-file", CLI_TEXT, &o.description_file, 0},
	                                   {0, "observe", CLI_LIST, &o.observe, 1},
	                                   {0, "attach", CLI_LIST, &o.attach, 1},
	                                   {0, "offline", CLI_TEXT, &o.offline, 0},
	                                   {0, "yes", CLI_FLAG, &o.yes, 0},
	                                   {0, "dry-run", CLI_FLAG, &o.dry_run, 0},
	                                   {0, "no-tokens", CLI_FLAG, &o.no_tokens, 0},
	                                   {0, "with-background", CLI_FLAG, &o.with_background, 0},
	                                   {0, "all", CLI_FLAG, &o.all, 0},
	                                   {0, "tokens-later", CLI_TEXT, &later, 0},
	                                   {0}};
	if (!cli_options(c, table))
		return CLI_USAGE;
	if (later != NULL)
		return c->argc == 0 && says_nothing(&o) ? tokens_later(c, later) : cli_usage(c, "--tokens-later goes alone");
	if (c->argc > 1)
		return cli_usage(c, "one FILE, not %d (attachments: --attach)", c->argc);
	o.source = c->argc == 1 ? c->argv[0] : NULL;
	if (o.source == NULL && o.title == NULL)
		return cli_usage(c, "a FILE or --title is needed");
	if (o.source == NULL && o.format != NULL)
		return cli_usage(c, "--format is about a FILE");
	if (o.description != NULL && o.description_file != NULL)
		return cli_usage(c, "--description or --description-file, not both");
	if (stdin_words(&o) > 1)
		return cli_usage(c, "- is standard input, which is read once");
	if (c->json && !o.yes && !o.dry_run)
		return cli_usage(c, "--json asks no question: give --yes or --dry-run");
	enum err e = cli_open(c, o.offline != NULL ? PLATFORM_CHARTER : PLATFORM_MEMBER);
	if (e != ERR_OK)
		return cli_fail(c, e);
	plan_init(&p, &o);
	int status = planned(c, &p);
	plan_free(&p);
	return status;
}

// --- Tokens that follow -------------------------------------------------------------------------------------------------------

static int tokens_later(struct cli *c, const char *id_text)
{
	uint8_t id[RECORD_ID];
	struct kept k;
	unsigned seat = 0;
	enum err e = cli_id(c, id_text, "record", id, sizeof id);
	if (e == ERR_OK)
		e = cli_open(c, PLATFORM_MEMBER);
	if (e == ERR_OK)
		e = cli_sync(c);
	if (e == ERR_OK)
		e = kept_open(c, id, &k);
	if (e == ERR_OK && k.how != KEPT_TOKENS_LATER)
		e = why_set(&c->why, ERR_EXISTS, "record %s: its tokens are not pending", id_text);
	if (e == ERR_OK && !k.part[KEPT_FILING].promised)
		e = why_set(&c->why, ERR_ABSENT, "record %s: the record itself has no receipt yet; `tocsin receipts --sync`", id_text);
	if (e == ERR_OK && !k.part[KEPT_TOKENS].there)
		e = kept_make_tokens(c, &k);
	if (e == ERR_OK && !k.part[KEPT_TOKENS].promised)
		e = kept_send(c, &k, KEPT_TOKENS, &seat);
	if (e == ERR_OK && !k.part[KEPT_TOKENS].filed)
		e = kept_confirm(c, &k, KEPT_TOKENS, KEPT_WAIT_MS);
	if (e != ERR_OK)
		return cli_fail(c, e);
	if (c->json) {
		struct json_writer w;
		struct buf text;
		cli_json_begin(&w, &text);
		json_open_object(&w, NULL);
		json_put_hex(&w, "id", slice_of(k.id, RECORD_ID));
		json_put_string(&w, "tokens_state", kept_tokens_state(&k));
		json_close(&w);
		return cli_json_end(c, &w, &text);
	}
	cli_progress_end(c);
	printf("tokens %s\n", cli_good("filed"));
	return CLI_OK;
}

const struct verb verb_report = {
	"report",
	"[FILE] [--format misp|stix|csv|text] [--title TEXT] [--kind attack|flaw] [--tlp TLP] [--to TEAM[,TEAM]…] [--occurred TIME] "
	"[--description TEXT | --description-file FILE] [--observe TYPE=VALUE]… [--attach FILE]… [--no-tokens | --with-background] "
    "[--all] [--dry-run | --yes]\n"
	"[FILE] … --offline OUT\n"
	"--tokens-later ID",
	"seal a report and file it",
	run_report,
};
