#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "label.h"
#include "sys/clock.h"

#define AHEAD_MAX 86400 // seconds that another clock may be ahead of this one

void plan_init(struct plan *p, const struct plan_options *o)
{
	*p = (struct plan){.o = o};
	report_init(&p->report);
	buf_init(&p->document, REPORT_DOCUMENT_MAX);
	buf_init(&p->envelope, RECORD_MAX);
}

void plan_free(struct plan *p)
{
	report_free(&p->report);
	commonplace_free(p->list);
	free(p->rows);
	buf_free(&p->document);
	buf_free(&p->envelope);
	secret_wipe(p->batch_sk, sizeof p->batch_sk);
	secret_wipe(p->reply_secret, sizeof p->reply_secret);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return strcmp(path, "-") == 0 ? "stdin" : slash != NULL ? slash + 1 : path;
}

static enum err source_read(struct cli *c, struct plan *p)
{
	static const enum extract_format formats[] = {EXTRACT_TEXT, EXTRACT_CSV, EXTRACT_MISP, EXTRACT_STIX};
	const enum extract_format *format = NULL;
	struct buf bytes;
	for (size_t i = 0; p->o->format != NULL && i < sizeof formats / sizeof *formats; i++)
		if (strcmp(p->o->format, extract_format_name(formats[i])) == 0)
			format = &formats[i];
	if (p->o->format != NULL && format == NULL)
		return why_set(&c->why, ERR_INPUT, "--format \"%s\": must be misp, stix, csv or text", p->o->format);
	buf_init(&bytes, EXTRACT_BYTES_MAX);
	enum err e = cli_read(c, p->o->source, EXTRACT_BYTES_MAX, &bytes);
	if (e == ERR_OK && bytes.n == 0)
		e = why_set(&c->why, ERR_INPUT, "%s: it is empty", base_name(p->o->source));
	if (e == ERR_OK)
		e = report_from_source(&p->report, base_name(p->o->source), buf_slice(&bytes), format, &c->why);
	buf_free(&bytes);
	return e;
}

static enum err description_read(struct cli *c, struct plan *p)
{
	struct buf bytes;
	if (p->o->description != NULL) {
		enum err e = report_describe(&p->report, slice_text(p->o->description), &c->why);
		return e == ERR_OK ? e : why_at(&c->why, e, "--description");
	}
	if (p->o->description_file == NULL)
		return ERR_OK;
	buf_init(&bytes, REPORT_TEXT_MAX);
	enum err e = cli_read(c, p->o->description_file, REPORT_TEXT_MAX, &bytes);
	if (e == ERR_OK && (e = report_describe(&p->report, buf_slice(&bytes), &c->why)) != ERR_OK)
		why_at(&c->why, e, "%s", p->o->description_file);
	buf_free(&bytes);
	return e;
}

static enum err attach(struct cli *c, struct plan *p, const char *path)
{
	struct buf bytes;
	buf_init(&bytes, RECORD_MAX);
	enum err e = cli_read(c, path, RECORD_MAX, &bytes);
	if (e == ERR_OK)
		e = report_attach(&p->report, base_name(path), buf_slice(&bytes), &c->why);
	buf_free(&bytes);
	return e;
}

static enum err options_apply(struct cli *c, struct plan *p)
{
	const struct plan_options *o = p->o;
	struct report *r = &p->report;
	enum err e = ERR_OK;
	p->unlabelled = r->extract.meta.tlp == EXTRACT_TLP_NONE && o->tlp == NULL;
	if (o->title != NULL && (e = report_title(r, slice_text(o->title), &c->why)) != ERR_OK)
		return why_at(&c->why, e, "--title");
	if (o->kind != NULL && !label_kind_parse(o->kind, &r->kind))
		return why_set(&c->why, ERR_INPUT, "--kind \"%s\": must be attack or flaw", o->kind);
	if (o->tlp != NULL && !tlp_parse(slice_text(o->tlp), &r->tlp))
		return why_set(&c->why, ERR_INPUT, "--tlp \"%s\": must be clear, green, amber, amber+strict or red", o->tlp);
	if (o->occurred != NULL && (!time_parse(slice_text(o->occurred), &r->occurred) || r->occurred == 0))
		return why_set(&c->why, ERR_INPUT,
		               "--occurred \"%s\": must be a date or time of RFC 3339, 2017-05-12 or 2017-05-12T07:24:00Z", o->occurred);
	if (o->occurred != NULL && r->occurred > clock_now() + AHEAD_MAX)
		return why_set(&c->why, ERR_INPUT, "--occurred \"%s\": is yet to come", o->occurred);
	e = description_read(c, p);
	if (e == ERR_OK && o->with_background)
		e = report_foreground(r, &c->why);
	for (unsigned i = 0; e == ERR_OK && i < o->observe.n; i++)
		if ((e = report_observe(r, slice_text(o->observe.word[i]), &c->why)) != ERR_OK)
			why_at(&c->why, e, "--observe");
	for (unsigned i = 0; e == ERR_OK && i < o->attach.n; i++)
		e = attach(c, p, o->attach.word[i]);
	return e;
}

// The national team of the member's country.
static enum err default_audience(struct cli *c, struct report *r)
{
	const struct team *list[GOVERNANCE_TEAMS_MAX];
	const char *country = c->platform->card.country;
	unsigned n = governance_teams(platform_governance(c->platform), list, GOVERNANCE_TEAMS_MAX);
	for (unsigned i = 0; i < n && i < GOVERNANCE_TEAMS_MAX; i++)
		if (list[i]->kind == TEAM_NATIONAL && strcmp(list[i]->country, country) == 0)
			return report_address(r, list[i]->id, &c->why);
	return why_set(&c->why, ERR_INPUT, "no national team for %s on this platform: say with --to for whom the report is", country);
}

static enum err audience(struct cli *c, struct plan *p)
{
	struct slice rest = slice_text(p->o->to != NULL ? p->o->to : "");
	if (p->o->to == NULL)
		return default_audience(c, &p->report);
	enum err e = ERR_OK;
	for (bool more = true; e == ERR_OK && more;) {
		size_t comma = slice_find(rest, ',', 0);
		uint16_t team = 0;
		e = label_team_find(c, slice_trim(slice_part(rest, 0, comma)), &team);
		if (e == ERR_OK)
			e = report_address(&p->report, team, &c->why);
		more = comma < rest.n;
		rest = slice_part(rest, comma + 1, rest.n);
	}
	return e == ERR_OK ? e : why_at(&c->why, e, "--to");
}

static enum err rows_make(struct cli *c, struct plan *p)
{
	enum err e = p->o->no_tokens ? ERR_OK : kept_common_list(c, &p->list, &p->list_version);
	if (e != ERR_OK)
		return e;
	size_t room = p->report.extract.list.count;
	if ((p->rows = calloc(room + 1, sizeof *p->rows)) == NULL)
		return why_set(&c->why, ERR_SYSTEM, "out of memory");
	e = report_tokens(&p->report, p->list, p->rows, room, &p->count, &c->why);
	p->tokens = p->o->no_tokens ? 0 : kept_count(p->rows, p->count);
	return e;
}

static enum err seal(struct cli *c, struct plan *p)
{
	const struct report *r = &p->report;
	struct content content = {.card = buf_slice(&c->platform->card_bytes),
	                          .credential = buf_slice(&c->platform->credential_bytes),
	                          .document = buf_slice(&p->document),
	                          .attachments = r->attachments};
	struct label label = {.kind = r->kind, .tlp = r->tlp, .audience = r->audience};
	memcpy(label.team, r->team, sizeof label.team);
	memcpy(content.attachment, r->attachment, sizeof content.attachment);
	random_bytes(p->reply_secret, sizeof p->reply_secret);
	memcpy(content.reply_secret, p->reply_secret, sizeof content.reply_secret);
	p->inside = content.card.n + content.credential.n + content.document.n + r->attached.n;
	enum err e = record_seal(&content, &label, platform_governance(c->platform), clock_now(), c->platform->signing_sk,
	                         &p->envelope, p->id, p->batch_sk, &c->why);
	secret_wipe(&content, sizeof content);
	return e;
}

// For an offline file the home was opened without asking anybody for the credential: taken along when it is here.
static enum err credential_take(struct cli *c)
{
	char path[FILE_PATH_MAX];
	if (c->platform->credential_bytes.n > 0 || file_path(path, c->platform->home, "credential", NULL) != ERR_OK ||
	    !file_has(path))
		return ERR_OK;
	return platform_credential(c->platform, false, &c->why);
}

// Before anything is kept under it: an earlier report's file is not written over, and what cannot be made is said now.
static enum err offline_check(struct cli *c, const char *path)
{
	char folder[FILE_PATH_MAX];
	struct slice in = file_directory(path);
	if (file_has(path))
		return why_set(&c->why, ERR_EXISTS, "--offline %s: there already", path);
	snprintf(folder, sizeof folder, "%.*s", SLICE_ARGS(in));
	return access(folder, W_OK | X_OK) == 0 ? ERR_OK : why_set(&c->why, ERR_SYSTEM, "--offline %s: %s", path, strerror(errno));
}

enum err plan_make(struct cli *c, struct plan *p)
{
	const char *offline = p->o->offline;
	enum err e = offline != NULL && strcmp(offline, "-") != 0 ? offline_check(c, offline) : ERR_OK;
	if (e == ERR_OK)
		e = credential_take(c);
	if (e != ERR_OK)
		return e;
	e = cli_sync(c);
	p->stale = e == ERR_AWAY || e == ERR_ABSENT;
	if (e != ERR_OK && !p->stale)
		return e;
	e = p->o->source != NULL ? source_read(c, p) : ERR_OK;
	if (e == ERR_OK)
		e = options_apply(c, p);
	if (e == ERR_OK && p->report.title[0] == 0)
		e = why_set(&c->why, ERR_INPUT, "no title: give --title TEXT");
	if (e == ERR_OK)
		e = audience(c, p);
	if (e == ERR_OK)
		e = rows_make(c, p);
	if (e == ERR_OK)
		e = report_encode(&p->report, &p->document, &c->why);
	return e == ERR_OK ? seal(c, p) : e;
}

enum err plan_keep(struct cli *c, const struct plan *p, const struct kept_batches *batches, enum kept_tokens how)
{
	struct filing f = {.kind = FILING_RECORD, .payload = buf_slice(&p->envelope)};
	struct buf bytes;
	buf_init(&bytes, FILING_MAX);
	random_bytes(f.salt, sizeof f.salt);
	if (batches != NULL) {
		f.batches = batches->count;
		memcpy(f.batch, batches->batch, sizeof f.batch);
	}
	filing_encode(&f, &bytes);
	enum err e =
		buf_status(&bytes) == ERR_OK ? ERR_OK : why_set(&c->why, buf_status(&bytes), "the filing is over %u bytes", FILING_MAX);
	const struct kept_new n = {.report = &p->report,
	                           .id = p->id,
	                           .batch_sk = p->batch_sk,
	                           .reply_secret = p->reply_secret,
	                           .document = buf_slice(&p->document),
	                           .filing = buf_slice(&bytes),
	                           .tokens = p->tokens,
	                           .how = how,
	                           .offline = p->o->offline != NULL};
	if (e == ERR_OK)
		e = kept_create(c, &n);
	if (e == ERR_OK && p->o->offline != NULL) {
		struct buf carried;
		buf_init(&carried, OFFLINE_MAX);
		offline_encode(&f, &carried);
		e = buf_status(&carried) == ERR_OK ? cli_write(c, p->o->offline, buf_slice(&carried), FILE_PUBLIC)
		                                   : why_set(&c->why, buf_status(&carried), "the offline file is too large");
		buf_free(&carried);
	}
	buf_free(&bytes);
	return e;
}
