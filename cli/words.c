// Documents in words.
#include "words.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "crypto/hash.h"

void words_begin(struct words *w, struct cli *c)
{
	w->cli = c;
	if (c->json) {
		cli_json_begin(&w->json, &w->out);
		json_open_object(&w->json, NULL);
	} else {
		cli_table_begin(&w->table, 2, NULL);
	}
}

#define KEY_MAX 64

static const char *key_of(const char *name, char key[static KEY_MAX])
{
	snprintf(key, KEY_MAX, "%s", name);
	for (char *p = key; *p != 0; p++)
		*p = *p == ' ' ? '_' : *p;
	return key;
}

void words_put(struct words *w, const char *name, const char *format, ...)
{
	char *text = NULL, key[KEY_MAX];
	va_list arguments;
	va_start(arguments, format);
	int n = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (n < 0)
		return;
	if (w->cli->json)
		json_put_string(&w->json, key_of(name, key), text);
	else
		cli_row(&w->table, name, "%s", text);
	free(text);
}

void words_number(struct words *w, const char *name, uint64_t number)
{
	char key[KEY_MAX];
	if (w->cli->json)
		json_put_number(&w->json, key_of(name, key), number);
	else
		cli_row(&w->table, name, "%llu", (unsigned long long)number);
}

void words_truth(struct words *w, const char *name, bool truth, const char *yes, const char *no)
{
	char key[KEY_MAX];
	if (w->cli->json)
		json_put_bool(&w->json, key_of(name, key), truth);
	else
		cli_row(&w->table, name, "%s", truth ? yes : no);
}

int words_end(struct words *w)
{
	if (w->cli->json) {
		json_close(&w->json);
		return cli_json_end(w->cli, &w->json, &w->out);
	}
	cli_table_end(&w->table);
	return CLI_OK;
}

const char *document_name(enum document_type type)
{
	switch (type) {
	case DOCUMENT_CHARTER: return "charter";
	case DOCUMENT_QUARTER_KEY: return "sealing key of a quarter";
	case DOCUMENT_TOKEN_KEY: return "token key";
	case DOCUMENT_ACCREDITATION: return "accreditation of members";
	case DOCUMENT_STANDING: return "standing of a member";
	case DOCUMENT_COMMON_LIST: return "list of common values";
	case DOCUMENT_TEAM: return "team";
	case DOCUMENT_CEREMONY: return "order to make token keys";
	case DOCUMENT_RESUME: return "order to resume a keeper";
	}
	return "unknown";
}

static const char *const kinds[] = {NULL, "international", "national", "authority", "sector"};
static const char *const classes[TOKEN_CLASSES] = {"address", "name", "digest", "other"};

bool team_kind_named(struct slice text, enum team_kind *kind)
{
	for (unsigned i = TEAM_INTERNATIONAL; i <= TEAM_SECTOR; i++)
		if (slice_is_text(text, kinds[i])) {
			*kind = (enum team_kind)i;
			return true;
		}
	return false;
}

// --- Bodies -----------------------------------------------------------------------------------------------------------------------

static void put_team(struct words *w, const char *name, const struct team *t)
{
	words_put(w, name, "%u: %s (%s, %s)", t->id, t->name, kinds[t->kind], t->country);
}

static void put_policy(struct words *w, const struct policy *p)
{
	words_put(w, "tokens a day", "address %u, name %u, digest %u, other %u", p->tokens[0], p->tokens[1], p->tokens[2], p->tokens[3]);
	words_put(w, "filings a day", "%u of a member at one relay, %u vouchers of a seat", p->filings, p->vouchers);
	words_put(w, "openings a day", "%u of an analyst (second signature above %u), %u of a team, %u of all", p->releases_analyst,
	          p->cosign_above, p->releases_team, p->releases_all);
	words_put(w, "common above", "%u reporters", p->common_cap);
	words_put(w, "erased after", "%u quarters", p->retention);
}

static enum err put_charter(struct words *w, struct slice body, struct why *why)
{
	static struct charter x; // large for a stack
	uint8_t fingerprint[32];
	enum err e = charter_decode(body, &x, why);
	if (e != ERR_OK)
		return e;
	charter_fingerprint(body, fingerprint);
	words_put(w, "platform", "%s", x.name);
	words_put(w, "number", "%u", x.number);
	words_put(w, "issued", "%s", cli_time(x.issued));
	words_put(w, "fingerprint", "%s", cli_groups(fingerprint, 32));
	if (x.number > 1)
		words_put(w, "follows", "%s", cli_groups(x.previous, 32));
	words_put(w, "ledger", "%s", x.origin);
	words_put(w, "hub", "%s", x.hub_address);
	words_put(w, "threshold", "%u of %u seats", x.t, x.n);
	for (unsigned i = 0; i < x.n; i++) {
		char name[16];
		snprintf(name, sizeof name, "seat %u", i + 1);
		words_put(w, name, "%s (%s) at %s, officer %s", x.seats[i].name, x.seats[i].country, x.seats[i].address,
		          cli_hex(x.seats[i].officer, 8));
	}
	for (unsigned i = 0; i < x.teams; i++) {
		char name[16];
		snprintf(name, sizeof name, "team %u", x.team[i].id);
		put_team(w, name, &x.team[i]);
	}
	for (unsigned i = 0; i < x.founders; i++) {
		char name[16];
		snprintf(name, sizeof name, "founder %u", i + 1);
		words_put(w, name, "%s", cli_hex(x.founder[i], CARD_ID));
	}
	put_policy(w, &x.policy);
	return ERR_OK;
}

static enum err put_keys(struct words *w, const struct document *d, struct why *why)
{
	struct quarter_key q;
	struct token_key k;
	uint8_t hash[32];
	if (d->type == DOCUMENT_QUARTER_KEY) {
		enum err e = quarter_key_decode(d->body, &q, why);
		if (e != ERR_OK)
			return e;
		sha256(slice_of(q.key, sizeof q.key), hash);
		words_put(w, "seat", "%u", q.seat);
		words_put(w, "quarter", "%s", quarter_text(q.quarter).text);
		words_put(w, "key", "SHA-256 %s", cli_groups(hash, 32));
		return ERR_OK;
	}
	enum err e = token_key_decode(d->body, &k, why);
	if (e != ERR_OK)
		return e;
	words_put(w, "class", "%s", classes[k.class]);
	words_put(w, "epoch", "%u", k.epoch);
	words_put(w, "threshold", "%u of %u", k.t, k.n);
	words_put(w, "key", "%s", cli_groups(k.key, 32));
	words_put(w, "transcript", "%s", cli_groups(k.transcript, 32));
	return ERR_OK;
}

static enum err put_standing(struct words *w, struct slice body, struct why *why)
{
	static const char *const actions[] = {NULL, "suspend", "expel, for ever", "restore"};
	struct standing s;
	enum err e = standing_decode(body, &s, why);
	if (e != ERR_OK)
		return e;
	words_put(w, "action", "%s", actions[s.action]);
	words_put(w, "card", "%s", cli_hex(s.card, CARD_ID));
	words_put(w, "issued", "%s", cli_time(s.issued));
	if (s.action == STANDING_SUSPEND)
		words_put(w, "until", "%s", cli_time(s.until));
	return ERR_OK;
}

static enum err put_rest(struct words *w, const struct document *d, struct why *why)
{
	struct accreditation a;
	struct common_list l;
	struct team t;
	struct ceremony_order o;
	struct resume r;
	enum err e = ERR_OK;
	switch (d->type) {
	case DOCUMENT_ACCREDITATION:
		if ((e = accreditation_decode(d->body, &a, why)) != ERR_OK)
			return e;
		words_put(w, "members", "%u", a.count);
		words_put(w, "root", "%s", cli_groups(a.root, 32));
		words_put(w, "issued", "%s", cli_time(a.issued));
		return e;
	case DOCUMENT_COMMON_LIST:
		if ((e = common_list_decode(d->body, &l, why)) != ERR_OK)
			return e;
		words_put(w, "version", "%u", l.version);
		words_put(w, "SHA-256", "%s", cli_groups(l.hash, 32));
		return e;
	case DOCUMENT_TEAM:
		if ((e = team_decode(d->body, &t, why)) == ERR_OK)
			put_team(w, "team", &t);
		return e;
	case DOCUMENT_CEREMONY:
		if ((e = ceremony_order_decode(d->body, &o, why)) != ERR_OK)
			return e;
		words_put(w, "order", "%s", cli_hex(o.id, sizeof o.id));
		words_put(w, "epoch", "%u", o.epoch);
		words_put(w, "issued", "%s", cli_time(o.issued));
		return e;
	default:
		if ((e = resume_decode(d->body, &r, why)) != ERR_OK)
			return e;
		words_put(w, "seat", "%u", r.seat);
		words_put(w, "issued", "%s", cli_time(r.issued));
		return e;
	}
}

static enum err put_body(struct words *w, const struct document *d, struct why *why)
{
	switch (d->type) {
	case DOCUMENT_CHARTER: return put_charter(w, d->body, why);
	case DOCUMENT_QUARTER_KEY:
	case DOCUMENT_TOKEN_KEY: return put_keys(w, d, why);
	case DOCUMENT_STANDING: return put_standing(w, d->body, why);
	default: return put_rest(w, d, why);
	}
}

static bool put_signatures(struct words *w, const struct document *d, const struct charter *charter)
{
	struct buf b;
	struct why why;
	uint64_t officers, keepers;
	buf_init(&b, DOCUMENT_SIGNATURES_MAX * 16);
	for (unsigned i = 0; i < d->signatures; i++)
		buf_printf(&b, "%s%s %u", i > 0 ? ", " : "", d->signature[i].by == SIGNER_OFFICER ? "officer" : "keeper", d->signature[i].seat);
	if (d->signatures == 0)
		buf_put_text(&b, "none yet");
	else if (charter == NULL)
		buf_put_text(&b, " (not verified: no --charter)");
	else if (document_verify(d, charter, &officers, &keepers, &why) == ERR_OK)
		buf_put_text(&b, " (all true)");
	words_put(w, "signed by", "%.*s", SLICE_ARGS(buf_slice(&b)));
	bool good = d->signatures == 0 || charter == NULL || document_verify(d, charter, &officers, &keepers, &why) == ERR_OK;
	if (!good)
		words_put(w, "FALSE", "%s", why.text);
	buf_free(&b);
	return good;
}

bool document_words(struct words *w, const struct document *d, const struct charter *charter)
{
	struct why why;
	words_put(w, "document", "%s", document_name(d->type));
	bool good = put_body(w, d, &why) == ERR_OK;
	if (!good)
		words_put(w, "REFUSED", "%s", why.text);
	return put_signatures(w, d, charter) && good;
}

// --- Files ------------------------------------------------------------------------------------------------------------------------

enum err document_file(struct cli *c, const char *path, char file[static FILE_PATH_MAX], struct buf *bytes, struct document *d)
{
	struct stat s;
	bool folder = stat(path, &s) == 0 && S_ISDIR(s.st_mode);
	if ((size_t)snprintf(file, FILE_PATH_MAX, folder ? "%s/document" : "%s", path) >= FILE_PATH_MAX)
		return why_set(&c->why, ERR_LIMIT, "a path of %zu bytes", strlen(path));
	enum err e = cli_read(c, file, DOCUMENT_MAX, bytes);
	if (e == ERR_OK && (e = document_decode(buf_slice(bytes), d, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s: no document that officers sign", file);
	return e;
}

enum err document_write(struct cli *c, const struct document *d, const char *path)
{
	struct buf b;
	struct document again;
	buf_init(&b, DOCUMENT_MAX);
	document_encode(d, &b);
	enum err e = buf_status(&b) == ERR_OK ? document_decode(buf_slice(&b), &again, &c->why)
	                                      : why_set(&c->why, ERR_LIMIT, "document: over %d bytes", DOCUMENT_MAX);
	if (e == ERR_OK)
		e = cli_write(c, path, buf_slice(&b), FILE_PUBLIC);
	buf_free(&b);
	return e;
}

enum err document_replaceable(struct cli *c, const char *path)
{
	struct buf b;
	struct document d;
	if (strcmp(path, "-") == 0 || !file_has(path))
		return ERR_OK;
	buf_init(&b, DOCUMENT_MAX);
	enum err e = file_read(path, DOCUMENT_MAX, &b, &c->why);
	if (e == ERR_OK && (document_decode(buf_slice(&b), &d, NULL) != ERR_OK || d.signatures > 0))
		e = why_set(&c->why, ERR_EXISTS, "%s: there already, and no unsigned draft", path);
	buf_free(&b);
	return e;
}

int document_draft(struct cli *c, enum document_type type, const struct buf *body, const char *path)
{
	struct document d = {.type = type, .body = buf_slice(body)};
	struct words w;
	enum err e = buf_status(body) != ERR_OK ? why_set(&c->why, ERR_LIMIT, "document: its body is too long")
	                                        : document_replaceable(c, path);
	if (e == ERR_OK)
		e = document_write(c, &d, path);
	if (e != ERR_OK)
		return cli_fail(c, e);
	words_begin(&w, c);
	document_words(&w, &d, NULL);
	words_put(&w, "file", "%s", path);
	return words_end(&w);
}

enum err charter_file(struct cli *c, const char *path, struct charter *charter, uint8_t fingerprint[static 32])
{
	struct buf b;
	struct document d;
	buf_init(&b, DOCUMENT_MAX);
	enum err e = cli_read(c, path, DOCUMENT_MAX, &b);
	if (e == ERR_OK)
		e = document_decode(buf_slice(&b), &d, &c->why);
	if (e == ERR_OK && d.type != DOCUMENT_CHARTER)
		e = why_set(&c->why, ERR_INPUT, "it says: %s", document_name(d.type));
	if (e == ERR_OK)
		e = charter_decode(d.body, charter, &c->why);
	if (e == ERR_OK)
		charter_fingerprint(d.body, fingerprint);
	else
		why_at(&c->why, e, "%s: no charter", path);
	buf_free(&b);
	return e;
}

enum err document_origin(struct cli *c, const struct document *d, const char *charter_path, const char *origin_text,
                         struct charter *charter, bool *known, char origin[static SIGN_ORIGIN_MAX + 1])
{
	uint8_t fingerprint[32];
	enum err e = ERR_OK;
	*known = true;
	if (charter_path != NULL)
		e = charter_file(c, charter_path, charter, fingerprint);
	else if (d->type == DOCUMENT_CHARTER)
		e = charter_decode(d->body, charter, &c->why);
	else
		*known = false;
	if (e == ERR_OK && charter_path == NULL && *known && charter->number > 1)
		e = why_set(&c->why, ERR_INPUT, "charter %u is signed by the officers of the one before it: --charter names that", charter->number);
	if (e != ERR_OK)
		return e;
	if (!*known && origin_text == NULL)
		return why_set(&c->why, ERR_INPUT, "--charter or --origin says which platform this is for");
	if ((size_t)snprintf(origin, SIGN_ORIGIN_MAX + 1, "%s", *known ? charter->origin : origin_text) > SIGN_ORIGIN_MAX || origin[0] == 0)
		return why_set(&c->why, ERR_INPUT, "--origin: 1 to %d bytes", SIGN_ORIGIN_MAX);
	return ERR_OK;
}

enum err team_text(struct cli *c, const char *text, struct team *team)
{
	struct slice s = slice_text(text);
	size_t a = slice_find(s, ':', 0), b = slice_find(s, ':', a + 1), k = slice_find(s, ':', b + 1);
	uint64_t id;
	if (k < s.n && !num_parse(slice_part(s, 0, a), 1, UINT16_MAX, &id))
		return why_set(&c->why, ERR_INPUT, "team \"%s\": ID is a number from 1 to %u", text, UINT16_MAX);
	if (k >= s.n || !team_kind_named(slice_part(s, a + 1, b - a - 1), &team->kind) ||
	    k - b - 1 != 2 || s.n - k - 1 > CHARTER_NAME_MAX)
		return why_set(&c->why, ERR_INPUT,
		               "team \"%s\": ID:KIND:CC:NAME, KIND is international, national, authority or sector, CC two letters, "
		               "NAME at most %d bytes", text, CHARTER_NAME_MAX);
	team->id = (uint16_t)id;
	memcpy(team->country, s.p + b + 1, 2);
	team->country[2] = 0;
	snprintf(team->name, sizeof team->name, "%s", text + k + 1);
	return ERR_OK;
}
