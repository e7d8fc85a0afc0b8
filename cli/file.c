// tocsin file: carries somebody's sealed file to a relay. tocsin common-values: installs the platform's list.
#include "crypto/hash.h"
#include "kept.h"
#include "label.h"

static enum err carry(struct cli *c, const struct filing *f, const char *path, unsigned *seat, struct receipt *receipt,
                      bool *filed)
{
	char out[FILE_PATH_MAX];
	uint8_t encoded[RECEIPT_BYTES];
	struct tree_proof proof;
	struct followed under;
	enum err e = platform_file(c->platform, f, seat, receipt, &c->why);
	if (e != ERR_OK)
		return e;
	receipt_encode(receipt, encoded);
	if ((size_t)snprintf(out, sizeof out, "%s.receipt", path) >= sizeof out)
		return why_set(&c->why, ERR_LIMIT, "%s: the path is too long", path);
	if (strcmp(path, "-") != 0)
		e = file_write(out, slice_of(encoded, sizeof encoded), FILE_PUBLIC, &c->why);
	if (e != ERR_OK)
		return e;
	*filed = platform_wait_leaf(c->platform, receipt->index, slice_of(receipt->leaf, sizeof receipt->leaf), KEPT_WAIT_MS, &proof,
	                            &under, &c->why) == ERR_OK;
	return ERR_OK;
}

static int show(struct cli *c, const struct header *h, unsigned seat, const struct receipt *receipt, bool filed)
{
	cli_progress_end(c);
	if (c->json) {
		struct json_writer w;
		struct buf text;
		cli_json_begin(&w, &text);
		json_open_object(&w, NULL);
		label_json(c, &w, h);
		json_put_string(&w, "state", filed ? "filed" : "promised");
		json_put_number(&w, "leaf", receipt->index);
		json_put_time(&w, "time", receipt->time);
		json_put_number(&w, "seat", seat);
		json_close(&w);
		return cli_json_end(c, &w, &text);
	}
	printf("receipt: leaf %llu promised at %s, through seat %u\n", (unsigned long long)receipt->index, cli_time(receipt->time),
	       seat);
	printf("%s: record %s\n", filed ? cli_good("filed, under the seats' cosignatures") : "promised, not yet cosigned",
	       cli_hex(h->id, RECORD_ID));
	return CLI_OK;
}

// What a carrier can know of the file: its label.
static enum err look(struct cli *c, const struct filing *f, struct envelope *e)
{
	enum err err = envelope_decode(f->payload, e, &c->why);
	if (err == ERR_OK)
		err = header_check_committee(&e->header, platform_governance(c->platform), &c->why);
	if (err == ERR_OK && !c->json)
		printf("a sealed %s, %s, for %s, %zu bytes, sealed to quarter %s\n", label_kind(e->header.label.kind),
		       tlp_text(e->header.label.tlp), label_audience(c, e->header.label.team, e->header.label.audience), f->payload.n,
		       quarter_text(e->header.quarter).text);
	return err;
}

static int run_file(struct cli *c)
{
	bool yes = false, filed = false;
	const struct cli_option table[] = {{0, "yes", CLI_FLAG, &yes, 0}, {0}};
	struct buf bytes;
	struct filing f;
	struct envelope envelope;
	struct receipt receipt;
	unsigned seat = 0;
	if (!cli_options(c, table))
		return CLI_USAGE;
	if (c->argc != 1)
		return cli_usage(c, "one offline file is needed");
	if (c->json && !yes)
		return cli_usage(c, "--json asks no question: give --yes");
	buf_init(&bytes, OFFLINE_MAX);
	enum err e = cli_read(c, c->argv[0], OFFLINE_MAX, &bytes);
	if (e == ERR_OK && (e = offline_decode(buf_slice(&bytes), &f, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s", c->argv[0]);
	if (e == ERR_OK)
		e = cli_open(c, PLATFORM_MEMBER);
	if (e == ERR_OK)
		e = cli_sync(c);
	if (e == ERR_OK)
		e = look(c, &f, &envelope);
	if (e == ERR_OK && !yes && !cli_confirm("Carry this to a relay, under your accreditation?"))
		e = why_set(&c->why, ERR_DENIED, "nothing was sent; answer \"yes\" on a terminal, or give --yes");
	if (e == ERR_OK)
		e = carry(c, &f, c->argv[0], &seat, &receipt, &filed);
	int status = e == ERR_OK ? show(c, &envelope.header, seat, &receipt, filed) : cli_fail(c, e);
	buf_free(&bytes);
	return status;
}

const struct verb verb_file = {"file", "OFFLINE [--yes]", "carry somebody's offline file to a relay", run_file};

// --- The common-value list ----------------------------------------------------------------------------------------------------

static enum err install(struct cli *c, const char *file, const char *path)
{
	const struct common_list *wanted = governance_common_list(platform_governance(c->platform));
	struct buf text;
	struct commonplace *list = NULL;
	buf_init(&text, COMMONPLACE_BYTES_MAX);
	enum err e = cli_read(c, file, COMMONPLACE_BYTES_MAX, &text);
	if (e == ERR_OK && (e = commonplace_load(buf_slice(&text), &list, &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s", file);
	if (e == ERR_OK && wanted == NULL)
		e = why_set(&c->why, ERR_DENIED, "the ledger names no common-value list: none is applied on this platform");
	if (e == ERR_OK && memcmp(commonplace_hash(list), wanted->hash, 32) != 0)
		e = why_set(&c->why, ERR_DENIED, "%s has SHA-256 %s; the ledger's version %u is %s", file,
		            cli_hex(commonplace_hash(list), 32), wanted->version, cli_hex(wanted->hash, 32));
	if (e == ERR_OK)
		e = file_write(path, buf_slice(&text), FILE_PUBLIC, &c->why);
	commonplace_free(list);
	buf_free(&text);
	return e;
}

static int common_show(struct cli *c)
{
	struct commonplace *list = NULL;
	uint16_t version = 0;
	enum err e = kept_common_list(c, &list, &version);
	if (e != ERR_OK)
		return cli_fail(c, e);
	cli_progress_end(c);
	if (c->json) {
		struct json_writer w;
		struct buf text;
		cli_json_begin(&w, &text);
		json_open_object(&w, NULL);
		json_put_number(&w, "version", version);
		json_put_number(&w, "rules", list != NULL ? commonplace_count(list) : 0);
		if (list != NULL)
			json_put_hex(&w, "sha256", slice_of(commonplace_hash(list), 32));
		json_close(&w);
		commonplace_free(list);
		return cli_json_end(c, &w, &text);
	}
	if (list == NULL)
		printf("the ledger names no common-value list: none is applied\n");
	else
		printf("version %u (%.*s): %zu rules, SHA-256 %s, as in the ledger\n", version, SLICE_ARGS(commonplace_version(list)),
		       commonplace_count(list), cli_hex(commonplace_hash(list), 32));
	commonplace_free(list);
	return CLI_OK;
}

static int run_common(struct cli *c)
{
	const struct cli_option table[] = {{0}};
	char path[FILE_PATH_MAX];
	if (!cli_options(c, table))
		return CLI_USAGE;
	if (c->argc > 1)
		return cli_usage(c, "one FILE, not %d", c->argc);
	enum err e = cli_open(c, PLATFORM_MEMBER);
	if (e == ERR_OK)
		e = cli_sync(c);
	if (e == ERR_OK)
		e = file_path(path, c->platform->home, "common-values", &c->why);
	if (e == ERR_OK && c->argc == 1)
		e = install(c, c->argv[0], path);
	return e == ERR_OK ? common_show(c) : cli_fail(c, e);
}

const struct verb verb_common = {"common-values", "[FILE]", "install or show the platform's list of common values", run_common};
