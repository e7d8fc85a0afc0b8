// sponsor: this member's word for a candidate's card.
#include "cli.h"
#include "sys/clock.h"

static enum err vouch_make(struct cli *c, const char *path, struct card *card, struct vouch *v, uint8_t out[static VOUCH_BYTES])
{
	char origin[SIGN_ORIGIN_MAX + 1];
	struct buf b;
	buf_init(&b, CARD_MAX);
	enum err e = platform_origin(c->platform, origin, &c->why);
	if (e == ERR_OK)
		e = cli_read(c, path, CARD_MAX, &b);
	if (e == ERR_OK)
		e = card_decode(buf_slice(&b), slice_text(origin), card, &c->why);
	if (e == ERR_OK) {
		card_id(buf_slice(&b), v->card);
		memcpy(v->sponsor, c->platform->card_id, CARD_ID);
		v->issued = clock_now();
		if (memcmp(v->card, v->sponsor, CARD_ID) == 0)
			e = why_set(&c->why, ERR_DENIED, "nobody vouches for its own card");
	}
	if (e == ERR_OK)
		vouch_encode(v, c->platform->signing_sk, slice_text(origin), out);
	buf_free(&b);
	return e;
}

static int sponsor_run(struct cli *c)
{
	const char *to = NULL;
	const struct cli_option options[] = {{'o', "output", CLI_TEXT, &to, 0}, {0}};
	struct card card;
	struct vouch v;
	uint8_t bytes[VOUCH_BYTES];
	struct json_writer w;
	struct buf out;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc != 1 || to == NULL)
		return cli_usage(c, "a card file and -o FILE");
	enum err e = cli_open(c, PLATFORM_KEYS);
	if (e == ERR_OK)
		e = vouch_make(c, c->argv[0], &card, &v, bytes);
	if (e == ERR_OK)
		e = cli_write(c, to, slice_of(bytes, sizeof bytes), FILE_PUBLIC);
	if (e != ERR_OK)
		return cli_fail(c, e);
	if (!c->json) {
		printf("%s vouches for %s (%s): %s\n", c->platform->card.organisation, card.name, card.organisation, to);
		return CLI_OK;
	}
	cli_json_begin(&w, &out);
	json_open_object(&w, NULL);
	json_put_hex(&w, "card", slice_of(v.card, CARD_ID));
	json_put_hex(&w, "sponsor", slice_of(v.sponsor, CARD_ID));
	json_put_string(&w, "file", to);
	json_close(&w);
	return cli_json_end(c, &w, &out);
}

const struct verb verb_sponsor = {"sponsor", "CARD -o VOUCH", "vouch for a candidate's card", sponsor_run};
