// cards: the members, as a keeper serves them. Every card proves its own signature; a keeper can leave some out, hence --seat.
#include "cli.h"

#define CARDS_MAX (64u << 20) // bytes of one keeper's answer
#define ANY_SEAT UINT64_MAX   // no --seat: the first that answers

struct showing {
	struct cli *cli;
	struct slice origin;
	struct cli_table table;
	struct json_writer json;
	unsigned cards, false_ones;
};

static enum err show_one(void *showing, struct slice bytes, struct why *why)
{
	struct showing *s = showing;
	struct card card;
	uint8_t id[CARD_ID];
	(void)why;
	if (card_decode(bytes, s->origin, &card, NULL) != ERR_OK) {
		s->false_ones++;
		return ERR_OK;
	}
	s->cards++;
	card_id(bytes, id);
	if (s->cli->json) {
		json_open_object(&s->json, NULL);
		json_put_hex(&s->json, "id", slice_of(id, CARD_ID));
		json_put_string(&s->json, "name", card.name);
		json_put_string(&s->json, "organisation", card.organisation);
		json_put_string(&s->json, "country", card.country);
		json_put_string(&s->json, "sector", card.sector);
		json_close(&s->json);
	} else {
		cli_cell(&s->table, "%s", card.name);
		cli_cell(&s->table, "%s", card.organisation);
		cli_cell(&s->table, "%s", card.country);
		cli_cell(&s->table, "%s", card.sector);
		cli_cell(&s->table, "%s", cli_hex(id, CARD_ID));
	}
	return ERR_OK;
}

static int show(struct cli *c, struct slice answer)
{
	static const char *const heads[] = {"name", "organisation", "country", "sector", "card id"};
	struct showing s = {.cli = c, .origin = charter_origin(platform_charter(c->platform))};
	struct buf out;
	if (c->json) {
		cli_json_begin(&s.json, &out);
		json_open_array(&s.json, NULL);
	} else {
		cli_table_begin(&s.table, 5, heads);
	}
	bool cut = keeper_cards_each(answer, show_one, &s, NULL) != ERR_OK;
	if (s.false_ones > 0 || cut)
		fprintf(stderr, "tocsin cards: the keeper's answer has %u false cards%s\n", s.false_ones, cut ? " and ends in the middle of one" : "");
	if (c->json) {
		json_close(&s.json);
		int status = cli_json_end(c, &s.json, &out);
		return s.false_ones > 0 || cut ? CLI_FAILED : status;
	}
	cli_table_end(&s.table);
	return s.false_ones > 0 || cut ? CLI_FAILED : CLI_OK;
}

static enum err fetch(struct cli *c, uint64_t seat, struct buf *answer)
{
	enum err e = ERR_AWAY;
	uint64_t n = platform_charter(c->platform)->n;
	if (seat != ANY_SEAT && (seat == 0 || seat > n))
		return why_set(&c->why, ERR_INPUT, "there is no seat %llu", (unsigned long long)seat);
	if (seat != ANY_SEAT)
		return platform_ask_keeper(c->platform, (unsigned)seat, KEEPER_CARDS, (struct slice){0}, answer, &c->why);
	for (unsigned i = 1; i <= n && e != ERR_OK; i++) {
		cli_progress(c, "asking seat %u", i);
		buf_clear(answer);
		e = platform_ask_keeper(c->platform, i, KEEPER_CARDS, (struct slice){0}, answer, &c->why);
	}
	return e;
}

static int cards_run(struct cli *c)
{
	uint64_t seat = ANY_SEAT;
	const struct cli_option options[] = {{0, "seat", CLI_NUMBER, &seat, 0}, {0}};
	struct buf answer;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc != 0)
		return cli_usage(c, "no words are wanted");
	buf_init(&answer, CARDS_MAX);
	enum err e = cli_open(c, PLATFORM_MEMBER);
	if (e == ERR_OK)
		e = fetch(c, seat, &answer);
	int status = e == ERR_OK ? show(c, buf_slice(&answer)) : cli_fail(c, e);
	buf_free(&answer);
	return status;
}

const struct verb verb_cards = {"cards", "[--seat N]", "list the members' cards", cards_run};
