// tocsin cosign: the second analyst's signature, wanted above the rate of the charter's policy.
#include "filing/release.h"
#include "label.h"
#include "sys/clock.h"

static int show(struct cli *c, const struct request *r, const struct card *analyst)
{
	struct header h;
	enum err e = header_decode(r->hdr0, &h, &c->why);
	if (e != ERR_OK)
		return cli_fail(c, e);
	printf("%s, %s asks to open\n", analyst->name, analyst->organisation);
	printf("record   %s, %s, %s\n", cli_hex(h.id, RECORD_ID), label_kind(h.label.kind), tlp_text(h.label.tlp));
	printf("as       %s\n", label_team(c, r->team));
	printf("purpose  %s\n", r->purpose);
	printf("until    %s\n", cli_time(r->expiry));
	return CLI_OK;
}

static enum err cosign(struct cli *c, const char *out, struct slice bytes, struct buf *signed_bytes)
{
	struct platform *p = c->platform;
	enum err e = request_cosign(bytes, &p->credential, p->signing_sk, charter_origin(platform_charter(p)), signed_bytes, &c->why);
	struct request again;
	struct card analyst;
	if (e == ERR_OK)
		e = request_decode(buf_slice(signed_bytes), &again, &c->why);
	if (e == ERR_OK)
		e = request_check(&again, platform_governance(p), clock_now(), &analyst, &c->why);
	return e == ERR_OK ? cli_write(c, out, buf_slice(signed_bytes), FILE_PUBLIC) : e;
}

static int run(struct cli *c)
{
	const char *out = NULL;
	bool yes = false;
	const struct cli_option table[] = {{'o', "out", CLI_TEXT, &out, 0}, {0, "yes", CLI_FLAG, &yes, 0}, {0}};
	struct buf bytes, signed_bytes;
	struct request r;
	struct card analyst;
	if (!cli_options(c, table))
		return CLI_USAGE;
	if (c->argc != 1)
		return cli_usage(c, "one request file is needed");
	if (c->json && !yes)
		return cli_usage(c, "--json asks no question: give --yes");
	buf_init(&bytes, REQUEST_MAX);
	buf_init(&signed_bytes, REQUEST_MAX);
	enum err e = cli_read(c, c->argv[0], REQUEST_MAX, &bytes);
	if (e == ERR_OK)
		e = cli_open(c, PLATFORM_MEMBER);
	if (e == ERR_OK)
		e = cli_sync(c);
	if (e == ERR_OK)
		e = request_decode(buf_slice(&bytes), &r, &c->why);
	if (e == ERR_OK)
		e = request_check(&r, platform_governance(c->platform), clock_now(), &analyst, &c->why);
	int status = CLI_OK;
	if (e == ERR_OK && !c->json)
		status = show(c, &r, &analyst);
	if (e == ERR_OK && status == CLI_OK && !yes && !cli_confirm("Sign this as the second analyst?"))
		e = why_set(&c->why, ERR_DENIED, "not signed; answer \"yes\" on a terminal, or give --yes");
	if (e == ERR_OK && status == CLI_OK)
		e = cosign(c, out != NULL ? out : c->argv[0], buf_slice(&bytes), &signed_bytes);
	buf_free(&bytes);
	buf_free(&signed_bytes);
	if (e != ERR_OK)
		return cli_fail(c, e);
	if (c->json)
		printf("{\"signed\": true}\n");
	else
		printf("signed; the first analyst runs `tocsin open ID --second FILE`\n");
	return status;
}

const struct verb verb_cosign = {"cosign", "FILE [-o FILE] [--yes]", "sign another analyst's request to open a record", run};
