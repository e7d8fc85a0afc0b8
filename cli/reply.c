// tocsin reply: a word to the analyst who opened one's record, or to the reporter of a record that one opened.
#include "crypto/secret.h"
#include "label.h"
#include "talk.h"

static enum err text_of(struct cli *c, struct buf *text)
{
	if (strcmp(c->argv[1], "-") != 0) {
		buf_put_text(text, c->argv[1]);
		return buf_status(text) == ERR_OK ? ERR_OK
		                                  : why_set(&c->why, ERR_LIMIT, "the text is over %zu bytes", (size_t)REPLY_TEXT_MAX);
	}
	enum err e = cli_read(c, "-", REPLY_TEXT_MAX, text);
	while (e == ERR_OK && text->n > 0 && text->p[text->n - 1] == '\n')
		text->n--;
	return e;
}

static int show(struct cli *c, const struct talk *t, uint32_t number, unsigned seat)
{
	const char *to = t->incoming == REPLY_TO_REPORTER ? "analyst" : "reporter";
	cli_progress_end(c);
	if (c->json) {
		struct json_writer w;
		struct buf out;
		cli_json_begin(&w, &out);
		json_open_object(&w, NULL);
		json_put_hex(&w, "id", slice_of(t->id, RECORD_ID));
		json_put_string(&w, "to", to);
		json_put_number(&w, "number", number);
		json_put_number(&w, "seat", seat);
		json_close(&w);
		return cli_json_end(c, &w, &out);
	}
	printf("%s to the %s through seat %u, as message %u; it is in the next bulletin\n", cli_good("sent"), to, seat, number);
	return CLI_OK;
}

static int run(struct cli *c)
{
	const struct cli_option table[] = {{0}};
	struct talk t = {0};
	struct buf text;
	uint8_t id[RECORD_ID];
	uint32_t number = 0;
	unsigned seat = 0, again = 0;
	if (!cli_options(c, table))
		return CLI_USAGE;
	if (c->argc != 2)
		return cli_usage(c, "a record and a text are needed");
	buf_init(&text, REPLY_TEXT_MAX + 1);
	enum err e = cli_id(c, c->argv[0], "record", id, sizeof id);
	if (e == ERR_OK)
		e = text_of(c, &text);
	if (e == ERR_OK && text.n == 0)
		e = why_set(&c->why, ERR_INPUT, "an empty text");
	if (e == ERR_OK)
		e = cli_open(c, PLATFORM_MEMBER);
	if (e == ERR_OK)
		e = talk_open(c, id, &t);
	if (e == ERR_OK)
		e = talk_resend(c, &t, &again);
	if (e == ERR_OK)
		e = talk_send(c, &t, buf_slice(&text), &number, &seat);
	int status = e == ERR_OK ? show(c, &t, number, seat) : cli_fail(c, e);
	secret_wipe(&t, sizeof t);
	buf_free(&text);
	return status;
}

const struct verb verb_reply = {"reply", "ID TEXT|-", "write to the analyst, or to the reporter, of a record", run};
