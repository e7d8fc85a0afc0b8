// init and card: own keys and card, and what a card says.
#include "cli.h"

static enum err origin_of(struct cli *c, const char *charter, char origin[static SIGN_ORIGIN_MAX + 1])
{
	struct platform *p = NULL;
	enum err e = platform_visit(charter, &p, &c->why);
	if (e == ERR_OK)
		snprintf(origin, SIGN_ORIGIN_MAX + 1, "%s", platform_charter(p)->origin);
	platform_close(p);
	return e;
}

static enum err text_take(struct cli *c, const char *name, const char *text, size_t room, char *to)
{
	if ((size_t)snprintf(to, room, "%s", text) >= room)
		return why_set(&c->why, ERR_LIMIT, "--%s: over %zu bytes", name, room - 1);
	return ERR_OK;
}

static void card_print(const struct card *card, const uint8_t id[static CARD_ID])
{
	struct cli_table t;
	cli_table_begin(&t, 2, NULL);
	cli_row(&t, "name", "%s", card->name);
	cli_row(&t, "organisation", "%s", card->organisation);
	cli_row(&t, "country", "%s", card->country);
	cli_row(&t, "sector", "%s", card->sector);
	cli_row(&t, "issued", "%s", cli_time(card->issued));
	cli_row(&t, "card id", "%s", cli_hex(id, CARD_ID));
	cli_table_end(&t);
}

static void card_json(struct json_writer *w, const struct card *card, const uint8_t id[static CARD_ID])
{
	json_put_hex(w, "id", slice_of(id, CARD_ID));
	json_put_string(w, "name", card->name);
	json_put_string(w, "organisation", card->organisation);
	json_put_string(w, "country", card->country);
	json_put_string(w, "sector", card->sector);
	json_put_time(w, "issued", card->issued);
}

static int card_show(struct cli *c, const struct card *card, const uint8_t id[static CARD_ID], const char *file)
{
	struct json_writer w;
	struct buf out;
	if (!c->json) {
		card_print(card, id);
		if (file != NULL)
			printf("\nThe card to hand out is %s; the keys beside it never leave this machine.\n", file);
		return CLI_OK;
	}
	cli_json_begin(&w, &out);
	json_open_object(&w, NULL);
	card_json(&w, card, id);
	if (file != NULL)
		json_put_string(&w, "file", file);
	json_close(&w);
	return cli_json_end(c, &w, &out);
}

// --- init -----------------------------------------------------------------------------------------------------------------------

struct wanted {
	const char *name, *organisation, *country, *sector, *origin, *charter;
};

static enum err card_fill(struct cli *c, const struct wanted *w, struct card *card, char origin[static SIGN_ORIGIN_MAX + 1])
{
	enum err e = text_take(c, "name", w->name, sizeof card->name, card->name);
	if (e == ERR_OK)
		e = text_take(c, "organisation", w->organisation, sizeof card->organisation, card->organisation);
	if (e == ERR_OK)
		e = text_take(c, "country", w->country, sizeof card->country, card->country);
	if (e == ERR_OK)
		e = text_take(c, "sector", w->sector, sizeof card->sector, card->sector);
	if (e == ERR_OK)
		e = w->origin != NULL ? text_take(c, "origin", w->origin, SIGN_ORIGIN_MAX + 1, origin) : origin_of(c, w->charter, origin);
	return e;
}

static int init_run(struct cli *c)
{
	struct wanted w = {0};
	const struct cli_option options[] = {
		{0, "name", CLI_TEXT, &w.name, 0},       {0, "organisation", CLI_TEXT, &w.organisation, 0},
		{0, "country", CLI_TEXT, &w.country, 0}, {0, "sector", CLI_TEXT, &w.sector, 0},
		{0, "origin", CLI_TEXT, &w.origin, 0},   {0, "charter", CLI_TEXT, &w.charter, 0},
		{0},
	};
	struct card card = {0};
	char origin[SIGN_ORIGIN_MAX + 1], path[FILE_PATH_MAX];
	uint8_t id[CARD_ID];
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc > 0 || w.name == NULL || w.organisation == NULL || w.country == NULL || w.sector == NULL ||
	    (w.origin == NULL) == (w.charter == NULL))
		return cli_usage(c, "name, organisation, country, sector and either origin or charter are wanted");
	enum err e = cli_home(c);
	if (e == ERR_OK)
		e = card_fill(c, &w, &card, origin);
	if (e == ERR_OK)
		e = platform_create(c->home, &card, origin, id, &c->why);
	if (e == ERR_OK)
		e = file_path(path, c->home, "card", &c->why);
	return e == ERR_OK ? card_show(c, &card, id, path) : cli_fail(c, e);
}

const struct verb verb_init = {
	"init",
	"--name N --organisation O --country CC --sector S {--origin ORIGIN|--charter FILE}",
	"make keys and a card in the home",
	init_run,
};

// --- card -----------------------------------------------------------------------------------------------------------------------

// A card file proves itself under the origin of this home, or of a charter.
static enum err card_file(struct cli *c, const char *path, const char *charter, struct card *card, uint8_t id[static CARD_ID])
{
	struct platform *p = NULL;
	char origin[SIGN_ORIGIN_MAX + 1];
	struct buf b;
	buf_init(&b, CARD_MAX);
	enum err e = charter != NULL ? origin_of(c, charter, origin) : cli_home(c);
	if (e == ERR_OK && charter == NULL)
		e = platform_open(c->home, PLATFORM_KEYS, &p, &c->why);
	if (e == ERR_OK && charter == NULL)
		e = platform_origin(p, origin, &c->why);
	if (e == ERR_OK)
		e = cli_read(c, path, CARD_MAX, &b);
	if (e == ERR_OK && (e = card_decode(buf_slice(&b), slice_text(origin), card, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s", path);
	if (e == ERR_OK)
		card_id(buf_slice(&b), id);
	platform_close(p);
	buf_free(&b);
	return e;
}

static int card_run(struct cli *c)
{
	const char *charter = NULL;
	const struct cli_option options[] = {{0, "charter", CLI_TEXT, &charter, 0}, {0}};
	struct card card;
	uint8_t id[CARD_ID];
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc > 1 || (c->argc == 0 && charter != NULL))
		return cli_usage(c, "one card file, or none for the own card");
	if (c->argc == 1) {
		enum err e = card_file(c, c->argv[0], charter, &card, id);
		return e == ERR_OK ? card_show(c, &card, id, NULL) : cli_fail(c, e);
	}
	enum err e = cli_open(c, PLATFORM_KEYS);
	return e == ERR_OK ? card_show(c, &c->platform->card, c->platform->card_id, NULL) : cli_fail(c, e);
}

const struct verb verb_card = {"card", "\n[--charter FILE] CARD", "show the own card, or a card file", card_run};
