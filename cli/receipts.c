// tocsin receipts: what was filed from here and how far it came. --sync carries on with what is not finished.
#include <stdlib.h>

#include "kept.h"
#include "label.h"
#include "talk.h"

#define CONFIRM_MS 5000 // for each leaf, once one of them has been waited for in full

struct sync {
	struct cli *c;
	unsigned problems;
	unsigned wait_ms;
};

static void trouble(struct sync *s, const struct kept *k, const char *what)
{
	cli_progress_end(s->c);
	fprintf(stderr, "tocsin receipts: %.16s…: %s: %s\n", cli_hex(k->id, RECORD_ID), what, s->c->why.text);
	s->problems++;
}

// Sends when there is no receipt, confirms when there is one.
static bool part_sync(struct sync *s, struct kept *k, enum kept_part part, const char *what)
{
	unsigned seat;
	if (!k->part[part].promised && kept_send(s->c, k, part, &seat) != ERR_OK) {
		trouble(s, k, what);
		return false;
	}
	if (!k->part[part].filed && kept_confirm(s->c, k, part, s->wait_ms) != ERR_OK) {
		trouble(s, k, what);
		s->wait_ms = CONFIRM_MS;
		return false;
	}
	return true;
}

static void record_sync(struct sync *s, struct kept *k)
{
	if (!part_sync(s, k, KEPT_FILING, "the record") && !k->part[KEPT_FILING].promised)
		return;
	if (k->how != KEPT_TOKENS_LATER)
		return;
	if (!k->part[KEPT_TOKENS].there && kept_make_tokens(s->c, k) != ERR_OK)
		trouble(s, k, "its tokens");
	if (k->part[KEPT_TOKENS].there)
		part_sync(s, k, KEPT_TOKENS, "its tokens");
}

static enum err replies_sync(struct sync *s)
{
	struct talk *talk = NULL;
	size_t count = 0;
	unsigned sent = 0;
	enum err e = talk_all(s->c, &talk, &count);
	for (size_t i = 0; e == ERR_OK && i < count; i++)
		e = talk_resend(s->c, &talk[i], &sent);
	talk_free(talk, count);
	return e;
}

static enum err sync_all(struct sync *s, struct kept *list, size_t count)
{
	enum err e = cli_sync(s->c);
	for (size_t i = 0; e == ERR_OK && i < count; i++)
		record_sync(s, &list[i]);
	return e == ERR_OK ? replies_sync(s) : e;
}

static int show_json(struct cli *c, const struct kept *list, size_t count)
{
	struct json_writer w;
	struct buf out;
	cli_json_begin(&w, &out);
	json_open_object(&w, NULL);
	json_open_array(&w, "receipts");
	for (size_t i = 0; i < count; i++) {
		const struct kept *k = &list[i];
		json_open_object(&w, NULL);
		json_put_hex(&w, "id", slice_of(k->id, RECORD_ID));
		json_put_string(&w, "title", k->title);
		json_put_string(&w, "kind", label_kind(k->kind));
		json_put_string(&w, "tlp", tlp_text(k->tlp));
		json_open_array(&w, "audience");
		for (unsigned t = 0; t < k->audience; t++)
			json_put_number(&w, NULL, k->team[t]);
		json_close(&w);
		json_put_time(&w, "created", k->created);
		json_put_string(&w, "state", kept_state(k));
		json_put_number(&w, "tokens", k->tokens);
		json_put_string(&w, "tokens_state", kept_tokens_state(k));
		if (k->part[KEPT_FILING].promised) {
			json_put_number(&w, "leaf", k->part[KEPT_FILING].receipt.index);
			json_put_time(&w, "accepted", k->part[KEPT_FILING].receipt.time);
		}
		json_close(&w);
	}
	json_close(&w);
	json_close(&w);
	return cli_json_end(c, &w, &out);
}

static int show(struct cli *c, const struct kept *list, size_t count)
{
	static const char *const heads[] = {"record", "title", "sealed", "leaf", "state", "tokens"};
	struct cli_table t;
	if (c->json)
		return show_json(c, list, count);
	cli_progress_end(c);
	if (count == 0) {
		printf("nothing was filed from here\n");
		return CLI_OK;
	}
	cli_table_begin(&t, 6, heads);
	for (size_t i = count; i-- > 0;) {
		const struct kept *k = &list[i];
		cli_cell(&t, "%s", cli_hex(k->id, RECORD_ID));
		cli_cell(&t, "%.60s", k->title);
		cli_cell(&t, "%s", cli_time(k->created));
		if (k->part[KEPT_FILING].promised)
			cli_cell(&t, "%llu", (unsigned long long)k->part[KEPT_FILING].receipt.index);
		else
			cli_cell(&t, "%s", "");
		cli_cell(&t, "%s", k->part[KEPT_FILING].filed ? cli_good("filed") : kept_state(k));
		cli_cell(&t, "%llu %s", (unsigned long long)k->tokens, kept_tokens_state(k));
	}
	cli_table_end(&t);
	return CLI_OK;
}

static int run(struct cli *c)
{
	bool sync = false;
	const struct cli_option table[] = {{0, "sync", CLI_FLAG, &sync, 0}, {0}};
	struct kept *list = NULL;
	size_t count = 0;
	struct sync s = {.c = c, .wait_ms = KEPT_WAIT_MS};
	if (!cli_options(c, table))
		return CLI_USAGE;
	if (c->argc != 0)
		return cli_usage(c, "no argument is wanted");
	enum err e = cli_open(c, sync ? PLATFORM_MEMBER : PLATFORM_KEYS);
	if (e == ERR_OK)
		e = kept_all(c, &list, &count);
	if (e == ERR_OK && sync)
		e = sync_all(&s, list, count);
	int status = e == ERR_OK ? show(c, list, count) : cli_fail(c, e);
	free(list);
	return s.problems > 0 ? CLI_FAILED : status;
}

const struct verb verb_receipts = {"receipts", "[--sync]", "what was filed from here, and how far it came", run};
