// officer accredit: a batch of members. The sponsors are checked here, since the ledger shows no names; then t officers sign one root.
#include <stdlib.h>
#include <strings.h>

#include "base/wire.h"
#include "officer.h"
#include "sys/clock.h"
#include "words.h"

#define MEMBERS_MAX (1u << 20)
#define LIST_MAX (64u << 20) // bytes of a list file
#define SPONSORS 2
#define YEAR (365 * 86400)
#define PATHS_MAX 8 // vouches or sponsors' cards of one member

// One member to be: what the command line or a line of the list says.
struct candidate {
	const char *card, *roles, *team, *ceiling, *from, *until;
	const char *vouch[PATHS_MAX], *sponsor[PATHS_MAX];
	unsigned vouches, sponsors;
};

struct members {
	const struct charter *charter;
	uint32_t count, room;
	struct item *items; // owned
	struct buf cards;   // of each: vec16 of the card, in the order of items
	struct json_writer *json;
};

// --- Sponsors -------------------------------------------------------------------------------------------------------------------------

static bool is_founder(const struct charter *x, const uint8_t id[static CARD_ID])
{
	for (unsigned i = 0; i < x->founders; i++)
		if (memcmp(x->founder[i], id, CARD_ID) == 0)
			return true;
	return false;
}

static enum err card_load(struct cli *c, const struct charter *x, const char *path, struct card *card, struct buf *bytes,
                          uint8_t id[static CARD_ID])
{
	buf_clear(bytes);
	enum err e = cli_read(c, path, CARD_MAX, bytes);
	if (e == ERR_OK && (e = card_decode(buf_slice(bytes), charter_origin(x), card, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s", path);
	if (e == ERR_OK)
		card_id(buf_slice(bytes), id);
	return e;
}

// The vouch at `path` by one of the cards given: its organisation, and that it is for this candidate.
static enum err vouch_judge(struct cli *c, const struct charter *x, const struct candidate *m, const char *path, const uint8_t id[static CARD_ID],
                            struct card *sponsor)
{
	struct buf vouch, card;
	struct vouch v;
	uint8_t sponsor_id[CARD_ID];
	bool found = false;
	buf_init(&vouch, VOUCH_BYTES);
	buf_init(&card, CARD_MAX);
	enum err e = cli_read(c, path, VOUCH_BYTES, &vouch);
	for (unsigned i = 0; i < m->sponsors && e == ERR_OK && !found; i++) {
		e = card_load(c, x, m->sponsor[i], sponsor, &card, sponsor_id);
		found = e == ERR_OK && vouch_decode(buf_slice(&vouch), sponsor->signing, charter_origin(x), &v, NULL) == ERR_OK &&
		        memcmp(v.sponsor, sponsor_id, CARD_ID) == 0;
	}
	if (e == ERR_OK && !found)
		e = why_set(&c->why, ERR_AUTH, "%s: signed by none of the sponsors' cards that were given", path);
	if (e == ERR_OK && memcmp(v.card, id, CARD_ID) != 0)
		e = why_set(&c->why, ERR_DENIED, "%s: vouches for another card than %s", path, m->card);
	buf_free(&vouch);
	buf_free(&card);
	return e;
}

static bool same_organisation(const struct card *a, const struct card *b)
{
	return strcasecmp(a->organisation, b->organisation) == 0;
}

// Two sponsors of different organisations, neither the candidate's.
static enum err sponsors_check(struct cli *c, const struct charter *x, const struct candidate *m, const struct card *card,
                               const uint8_t id[static CARD_ID])
{
	struct card first = {0}, next;
	unsigned counted = 0;
	if (is_founder(x, id))
		return ERR_OK;
	for (unsigned i = 0; i < m->vouches; i++) {
		enum err e = vouch_judge(c, x, m, m->vouch[i], id, &next);
		if (e != ERR_OK)
			return e;
		if (same_organisation(&next, card))
			return why_set(&c->why, ERR_DENIED, "%s: the sponsor is of the candidate's own organisation, %s", m->vouch[i],
			               card->organisation);
		if (counted == 0)
			first = next;
		if (counted == 0 || !same_organisation(&first, &next))
			counted++;
	}
	return counted >= SPONSORS ? ERR_OK
	                           : why_set(&c->why, ERR_DENIED, "%s: %u sponsors of different organisations, %d are needed (founders of the charter need none)",
	                                     m->card, counted, SPONSORS);
}

// --- Items ----------------------------------------------------------------------------------------------------------------------------

static enum err dates_take(struct cli *c, const struct candidate *m, struct item *i)
{
	i->from = clock_now() - clock_now() % 86400;
	if (m->from != NULL && !time_parse(slice_text(m->from), &i->from))
		return why_set(&c->why, ERR_INPUT, "from \"%s\": a date, as 2026-09-21", m->from);
	i->until = i->from + YEAR;
	if (m->until != NULL && !time_parse(slice_text(m->until), &i->until))
		return why_set(&c->why, ERR_INPUT, "until \"%s\": a date, as 2027-09-21", m->until);
	return i->from < i->until ? ERR_OK : why_set(&c->why, ERR_INPUT, "%s: from is not before until", m->card);
}

static enum err rights_take(struct cli *c, const struct candidate *m, struct item *i)
{
	uint64_t team = 0;
	if (m->roles == NULL || !roles_parse(slice_text(m->roles), &i->roles) || i->roles == 0)
		return why_set(&c->why, ERR_INPUT, "%s: roles \"%s\": some of file, analyse, declare, inspect, sector", m->card, m->roles != NULL ? m->roles : "");
	bool analyst = (i->roles & ROLE_ANALYSE) != 0;
	if (m->team != NULL && !num_parse(slice_text(m->team), 1, UINT16_MAX, &team))
		return why_set(&c->why, ERR_INPUT, "team \"%s\": a number", m->team);
	if (m->ceiling != NULL && !tlp_parse(slice_text(m->ceiling), &i->ceiling))
		return why_set(&c->why, ERR_INPUT, "ceiling \"%s\": CLEAR, GREEN, AMBER, AMBER+STRICT or RED", m->ceiling);
	if (analyst != (team != 0) || (!analyst && i->ceiling != TLP_CLEAR))
		return why_set(&c->why, ERR_INPUT, "%s: an analyst, and nobody else, has a team and a ceiling", m->card);
	i->team = (uint16_t)team;
	return ERR_OK;
}

static enum err batch_add(struct cli *c, struct members *b, const struct candidate *m)
{
	struct item i = {0};
	struct card card;
	struct buf bytes;
	if (b->count == b->room) {
		uint32_t room = b->room == 0 ? 64 : 2 * b->room;
		struct item *more = room <= MEMBERS_MAX ? reallocarray(b->items, room, sizeof *more) : NULL;
		if (more == NULL)
			return why_set(&c->why, ERR_LIMIT, "over %u members", MEMBERS_MAX);
		b->items = more;
		b->room = room;
	}
	buf_init(&bytes, CARD_MAX);
	enum err e = card_load(c, b->charter, m->card, &card, &bytes, i.card);
	if (e == ERR_OK)
		e = sponsors_check(c, b->charter, m, &card, i.card);
	if (e == ERR_OK)
		e = rights_take(c, m, &i);
	if (e == ERR_OK)
		e = dates_take(c, m, &i);
	for (uint32_t k = 0; k < b->count && e == ERR_OK && b->count < 4096; k++) // in a larger batch twice does no harm either
		if (memcmp(b->items[k].card, i.card, CARD_ID) == 0)
			e = why_set(&c->why, ERR_EXISTS, "%s: twice in the batch", m->card);
	if (e == ERR_OK) {
		memcpy(i.signing, card.signing, SIGN_PUBLIC);
		b->items[b->count++] = i;
		buf_put_vec16(&b->cards, buf_slice(&bytes));
		e = buf_status(&b->cards) == ERR_OK ? ERR_OK : why_set(&c->why, ERR_LIMIT, "over %u bytes of cards", BATCH_CARDS_MAX);
	}
	buf_free(&bytes);
	return e;
}

// --- The list -------------------------------------------------------------------------------------------------------------------------

static enum err word_take(struct cli *c, char *word, struct candidate *m)
{
	static const char *const names[] = {"card", "role", "team", "ceiling", "from", "until"};
	const char **to[] = {&m->card, &m->roles, &m->team, &m->ceiling, &m->from, &m->until};
	char *value = strchr(word, '=');
	if (value == NULL)
		return why_set(&c->why, ERR_INPUT, "\"%s\": words are NAME=VALUE", word);
	*value++ = 0;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(word, names[i]) == 0) {
			*to[i] = value;
			return ERR_OK;
		}
	bool vouch = strcmp(word, "sponsor") == 0;
	if (!vouch && strcmp(word, "sponsor-card") != 0)
		return why_set(&c->why, ERR_INPUT, "no word \"%s\": card, role, team, ceiling, from, until, sponsor, sponsor-card", word);
	unsigned *n = vouch ? &m->vouches : &m->sponsors;
	if (*n == PATHS_MAX)
		return why_set(&c->why, ERR_LIMIT, "%s: more than %d", word, PATHS_MAX);
	(vouch ? m->vouch : m->sponsor)[(*n)++] = value;
	return ERR_OK;
}

// A line: NAME=VALUE words, over what the command line says for all.
static enum err line_take(struct cli *c, char *line, const struct candidate *all, struct members *b)
{
	struct candidate m = *all;
	char *save = NULL;
	for (char *word = strtok_r(line, " \t\r", &save); word != NULL; word = strtok_r(NULL, " \t\r", &save)) {
		enum err e = word_take(c, word, &m);
		if (e != ERR_OK)
			return e;
	}
	return m.card != NULL ? batch_add(c, b, &m) : why_set(&c->why, ERR_INPUT, "no card=FILE");
}

static enum err list_take(struct cli *c, const char *path, const struct candidate *all, struct members *b)
{
	struct buf text;
	unsigned number = 1;
	buf_init(&text, LIST_MAX + 1);
	enum err e = cli_read(c, path, LIST_MAX, &text);
	buf_put_u8(&text, 0);
	if (e == ERR_OK && buf_status(&text) != ERR_OK)
		e = why_set(&c->why, ERR_SYSTEM, "out of memory");
	char *line = (char *)text.p;
	for (; e == ERR_OK && *line != 0; number++) {
		size_t n = strcspn(line, "\n");
		bool last = line[n] == 0;
		line[n] = 0;
		if (line[0] != '#' && line[strspn(line, " \t\r")] != 0 && (e = line_take(c, line, all, b)) != ERR_OK)
			why_at(&c->why, e, "%s:%u", path, number);
		cli_progress(c, "%u members", b->count);
		line += n + !last;
	}
	buf_free(&text);
	return e;
}

// --- The folder -----------------------------------------------------------------------------------------------------------------------

static enum err put_file(struct cli *c, const char *folder, const char *name, const struct buf *content)
{
	char path[FILE_PATH_MAX];
	enum err e = buf_status(content) == ERR_OK ? file_path(path, folder, name, &c->why) : why_set(&c->why, ERR_LIMIT, "%s: too long", name);
	return e == ERR_OK ? file_write(path, buf_slice(content), FILE_PUBLIC, &c->why) : e;
}

struct pairing {
	struct wire cards;
	struct buf out;
};

static enum err pair_put(void *pairing, const struct credential *credential)
{
	struct pairing *p = pairing;
	struct buf bytes;
	struct slice card = wire_vec16(&p->cards);
	buf_init(&bytes, CREDENTIAL_MAX);
	credential_encode(credential, &bytes);
	keeper_card_encode(card, buf_slice(&bytes), &p->out);
	buf_free(&bytes);
	return buf_status(&p->out);
}

static enum err folder_write(struct cli *c, const char *folder, const struct members *b)
{
	struct accreditation a = {.count = b->count, .issued = clock_now()};
	struct pairing p = {.cards = wire_of(buf_slice(&b->cards))};
	struct buf items, body, document;
	char path[FILE_PATH_MAX];
	buf_init(&items, (size_t)MEMBERS_MAX * ITEM_BYTES);
	buf_init(&body, DOCUMENT_MAX);
	buf_init(&document, DOCUMENT_MAX);
	buf_init(&p.out, BATCH_CARDS_MAX + (size_t)MEMBERS_MAX * CREDENTIAL_MAX);
	for (uint32_t i = 0; i < b->count; i++) {
		uint8_t *to = buf_add(&items, ITEM_BYTES);
		if (to != NULL)
			item_encode(&b->items[i], to);
	}
	enum err e = batch_root(b->items, b->count, a.root);
	if (e == ERR_OK)
		e = batch_each(b->items, b->count, pair_put, &p);
	if (e != ERR_OK)
		why_set(&c->why, e, "batch of %u members: from 1 to %u", b->count, MEMBERS_MAX);
	accreditation_encode(&a, &body);
	document_encode(&(struct document){.type = DOCUMENT_ACCREDITATION, .body = buf_slice(&body)}, &document);
	if (e == ERR_OK)
		e = file_dir(folder, FILE_DIR, &c->why);
	if (e == ERR_OK)
		e = file_path(path, folder, "document", &c->why);
	if (e == ERR_OK)
		e = document_replaceable(c, path);
	if (e == ERR_OK)
		e = put_file(c, folder, "items", &items);
	if (e == ERR_OK)
		e = put_file(c, folder, "cards", &p.out);
	if (e == ERR_OK)
		e = put_file(c, folder, "document", &document);
	buf_free(&items);
	buf_free(&body);
	buf_free(&document);
	buf_free(&p.out);
	return e;
}

static int folder_told(struct cli *c, const char *folder)
{
	struct buf b;
	struct document d;
	struct words w;
	char file[FILE_PATH_MAX];
	buf_init(&b, DOCUMENT_MAX);
	enum err e = document_file(c, folder, file, &b, &d);
	if (e == ERR_OK && !c->json)
		e = batch_show(c, folder, &d);
	int status = CLI_OK;
	if (e == ERR_OK) {
		words_begin(&w, c);
		document_words(&w, &d, NULL);
		words_put(&w, "folder", "%s", folder);
		status = words_end(&w);
	}
	buf_free(&b);
	return e == ERR_OK ? status : cli_fail(c, e);
}

static int accredit_run(struct cli *c)
{
	const char *charter_path = NULL, *list = NULL, *to = NULL;
	struct candidate m = {0};
	struct cli_list vouches = {0}, sponsors = {0};
	const struct cli_option options[] = {
		{0, "charter", CLI_TEXT, &charter_path, 0}, {0, "card", CLI_TEXT, &m.card, 0},
		{0, "list", CLI_TEXT, &list, 0},            {0, "role", CLI_TEXT, &m.roles, 0},
		{0, "team", CLI_TEXT, &m.team, 0},          {0, "ceiling", CLI_TEXT, &m.ceiling, 0},
		{0, "from", CLI_TEXT, &m.from, 0},          {0, "until", CLI_TEXT, &m.until, 0},
		{0, "sponsor", CLI_LIST, &vouches, 1},      {0, "sponsor-card", CLI_LIST, &sponsors, 1},
		{'o', "output", CLI_TEXT, &to, 0},          {0},
	};
	static struct charter charter;
	uint8_t fingerprint[32];
	struct members b = {.charter = &charter};
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc > 0 || charter_path == NULL || to == NULL || (m.card == NULL) == (list == NULL) || vouches.n > PATHS_MAX || sponsors.n > PATHS_MAX)
		return cli_usage(c, "--charter FILE, -o DIR and either --card or --list are wanted");
	m.vouches = vouches.n;
	m.sponsors = sponsors.n;
	memcpy(m.vouch, vouches.word, vouches.n * sizeof *m.vouch);
	memcpy(m.sponsor, sponsors.word, sponsors.n * sizeof *m.sponsor);
	buf_init(&b.cards, BATCH_CARDS_MAX);
	enum err e = charter_file(c, charter_path, &charter, fingerprint);
	if (e == ERR_OK)
		e = list != NULL ? list_take(c, list, &m, &b) : batch_add(c, &b, &m);
	if (e == ERR_OK)
		e = folder_write(c, to, &b);
	free(b.items);
	buf_free(&b.cards);
	return e == ERR_OK ? folder_told(c, to) : cli_fail(c, e);
}

const struct verb officer_accredit = {
	"officer accredit",
	"--charter FILE --card CARD --role ROLES [--team N --ceiling TLP] [--from DATE] [--until DATE] "
	"[--sponsor VOUCH --sponsor-card CARD]… -o BATCHDIR\n--charter FILE --list FILE [--role …] -o BATCHDIR",
	"accredit members: a batch for t officers to sign",
	accredit_run,
};

// --- Showing --------------------------------------------------------------------------------------------------------------------------

static enum err folder_read(struct cli *c, const char *folder, const char *name, size_t max, struct buf *b)
{
	char path[FILE_PATH_MAX];
	enum err e = file_path(path, folder, name, &c->why);
	return e == ERR_OK ? file_read(path, max, b, &c->why) : e;
}

static void show_one(struct cli_table *t, const struct item *i, const char *name, const char *organisation)
{
	cli_cell(t, "%s", name);
	cli_cell(t, "%s", organisation);
	cli_cell(t, "%s", cli_roles(i->roles));
	i->team != 0 ? cli_cell(t, "%u", i->team) : cli_cell(t, "%s", "");
	cli_cell(t, "%s", i->team != 0 ? tlp_text(i->ceiling) : "");
	cli_cell(t, "%.10s", cli_time(i->until));
	cli_cell(t, "%s", cli_hex(i->card, 8));
}

// The names are those of cards with the ids of the items: a card's id is the hash of its bytes.
static enum err items_show(struct cli *c, const struct item *items, uint32_t count, struct slice cards)
{
	static const char *const heads[] = {"name", "organisation", "roles", "team", "ceiling", "until", "card id"};
	struct wire w = wire_of(cards);
	struct cli_table t;
	cli_table_begin(&t, 7, heads);
	for (uint32_t i = 0; i < count && !w.bad; i++) {
		struct slice bytes = wire_vec16(&w);
		struct wire inside = wire_of(bytes);
		uint8_t id[CARD_ID];
		char name[CARD_TEXT_MAX + 1], organisation[CARD_TEXT_MAX + 1];
		wire_vec16(&w);
		card_id(bytes, id);
		if (memcmp(id, items[i].card, CARD_ID) != 0)
			wire_fail(&w);
		wire_u8(&inside); // format; the texts follow (protocol/member.md)
		struct slice a = wire_vec8(&inside), b = wire_vec8(&inside);
		snprintf(name, sizeof name, "%.*s", SLICE_ARGS(a));
		snprintf(organisation, sizeof organisation, "%.*s", SLICE_ARGS(b));
		show_one(&t, &items[i], name, organisation);
	}
	cli_table_end(&t);
	putchar('\n');
	return w.bad ? why_set(&c->why, ERR_AUTH, "batch: its cards are not those of its items") : ERR_OK;
}

enum err batch_show(struct cli *c, const char *folder, const struct document *d)
{
	struct accreditation a;
	uint8_t root[32];
	struct buf bytes, cards;
	buf_init(&bytes, (size_t)MEMBERS_MAX * ITEM_BYTES);
	buf_init(&cards, BATCH_CARDS_MAX + (size_t)MEMBERS_MAX * CREDENTIAL_MAX);
	enum err e = d->type == DOCUMENT_ACCREDITATION ? accreditation_decode(d->body, &a, &c->why)
	                                               : why_set(&c->why, ERR_INPUT, "%s: its document is no accreditation", folder);
	if (e == ERR_OK)
		e = folder_read(c, folder, "items", bytes.max, &bytes);
	if (e == ERR_OK)
		e = folder_read(c, folder, "cards", cards.max, &cards);
	uint32_t count = (uint32_t)(bytes.n / ITEM_BYTES);
	struct item *items = calloc(count + 1, sizeof *items);
	if (e == ERR_OK && (items == NULL || bytes.n % ITEM_BYTES != 0))
		e = why_set(&c->why, ERR_INPUT, "%s/items: %zu bytes", folder, bytes.n);
	for (uint32_t i = 0; i < count && e == ERR_OK; i++)
		e = item_decode(slice_part(buf_slice(&bytes), (size_t)i * ITEM_BYTES, ITEM_BYTES), &items[i], &c->why);
	if (e == ERR_OK && (batch_root(items, count, root) != ERR_OK || count != a.count || memcmp(root, a.root, sizeof root) != 0))
		e = why_set(&c->why, ERR_AUTH, "%s: its document is about other members than its items", folder);
	if (e == ERR_OK)
		e = items_show(c, items, count, buf_slice(&cards));
	free(items);
	buf_free(&bytes);
	buf_free(&cards);
	return e;
}
