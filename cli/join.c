// join: pins the charter that came out of band, once its fingerprint has been compared.
#include "cli.h"

static void charter_print(const struct charter *x, const uint8_t fingerprint[static 32])
{
	static const char *const heads[] = {"seat", "organisation", "country", "address"};
	struct cli_table t;
	printf("%s\n\n", x->name);
	cli_table_begin(&t, 4, heads);
	for (unsigned i = 0; i < x->n; i++) {
		cli_cell(&t, "%u", i + 1);
		cli_cell(&t, "%s", x->seats[i].name);
		cli_cell(&t, "%s", x->seats[i].country);
		cli_cell(&t, "%s", x->seats[i].address);
	}
	cli_table_end(&t);
	printf("\n%u of these %u seats open a record, and %u can read everything if they conspire.\n", x->t, x->n, x->t);
	printf("hub          %s\nledger       %s\nissued       %s\nfingerprint  %s\n\n", x->hub_address, x->origin, cli_time(x->issued),
	       cli_groups(fingerprint, 32));
}

static enum err charter_body(struct slice leaf, struct charter *x, uint8_t fingerprint[static 32], struct why *why)
{
	struct document d;
	enum err e = document_decode(leaf, &d, why);
	if (e == ERR_OK && d.type != DOCUMENT_CHARTER)
		e = why_set(why, ERR_INPUT, "this document is no charter");
	if (e == ERR_OK)
		e = charter_decode(d.body, x, why);
	if (e == ERR_OK)
		charter_fingerprint(d.body, fingerprint);
	return e;
}

// The fingerprint as people type it: groups and colons do not matter.
static enum err fingerprint_compare(struct cli *c, const char *typed, const uint8_t fingerprint[static 32])
{
	char digits[65];
	uint8_t given[32];
	size_t n = 0;
	for (const char *p = typed; *p != 0 && n < sizeof digits - 1; p++)
		if (strchr(" :-", *p) == NULL)
			digits[n++] = *p;
	digits[n] = 0;
	if (!hex_decode(slice_text(digits), given, sizeof given))
		return why_set(&c->why, ERR_INPUT, "--fingerprint: 64 hexadecimal digits are wanted");
	return memcmp(given, fingerprint, sizeof given) == 0
	               ? ERR_OK
	               : why_set(&c->why, ERR_AUTH, "the charter's fingerprint is %s: this is not the charter you were told of",
	                         cli_hex(fingerprint, 32));
}

static enum err ask_person(struct cli *c)
{
	return cli_confirm("Is this the fingerprint that you were given by another way?")
	               ? ERR_OK
	               : why_set(&c->why, ERR_DENIED, "not joined: compare the fingerprint, then answer yes on a terminal or give --fingerprint");
}

static int joined(struct cli *c, const struct charter *x, const uint8_t fingerprint[static 32])
{
	struct json_writer w;
	struct buf out;
	if (!c->json) {
		printf("Joined. Next: `tocsin status`.\n");
		return CLI_OK;
	}
	cli_json_begin(&w, &out);
	json_open_object(&w, NULL);
	json_put_string(&w, "platform", x->name);
	json_put_string(&w, "origin", x->origin);
	json_put_number(&w, "threshold", x->t);
	json_put_number(&w, "seats", x->n);
	json_put_hex(&w, "fingerprint", slice_of(fingerprint, 32));
	json_close(&w);
	return cli_json_end(c, &w, &out);
}

static int join_run(struct cli *c)
{
	const char *fingerprint = NULL;
	const struct cli_option options[] = {{0, "fingerprint", CLI_TEXT, &fingerprint, 0}, {0}};
	static struct charter x;
	uint8_t found[32];
	struct buf leaf;
	if (!cli_options(c, options))
		return CLI_USAGE;
	if (c->argc != 1)
		return cli_usage(c, "one charter file");
	buf_init(&leaf, DOCUMENT_MAX);
	enum err e = cli_home(c);
	if (e == ERR_OK)
		e = cli_read(c, c->argv[0], DOCUMENT_MAX, &leaf);
	if (e == ERR_OK && (e = charter_body(buf_slice(&leaf), &x, found, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s: no charter", c->argv[0]);
	if (e == ERR_OK && !c->json)
		charter_print(&x, found);
	if (e == ERR_OK)
		e = fingerprint != NULL ? fingerprint_compare(c, fingerprint, found) : ask_person(c);
	if (e == ERR_OK)
		e = platform_join(c->home, buf_slice(&leaf), &c->why);
	buf_free(&leaf);
	return e == ERR_OK ? joined(c, &x, found) : cli_fail(c, e);
}

const struct verb verb_join = {"join", "CHARTER [--fingerprint HEX]", "pin the platform's charter", join_run};
