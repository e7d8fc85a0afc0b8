// What a feed said, as text: a line a fact, to compare with what a row of a test wants; and counts of them all.
#ifndef TOCSIN_TEST_SAID_H
#define TOCSIN_TEST_SAID_H

#include "test.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/num.h"
#include "feed/feed.h"

struct said {
	struct buf text; // lines
	bool quiet;      // only counted
	size_t facts[FACT_REFUSED + 1], ranges, rejected, ransomware, days[DAY_YES + 1], scored;
	int64_t dated;
	uint32_t digest; // of the last exploited flaw
	struct slice only; // of facts that name it; empty: all
};

static const char *const said_status[] = {"unknown", "affected", "unaffected", "fixed", "investigated"};
static const char *const said_names[] = {"source", "binary", "product", "cpe"};

static void said_date(struct buf *b, const char *word, int64_t date)
{
	char text[TIME_TEXT];
	if (date == FACT_NO_DATE)
		return;
	time_print((uint64_t)date, text);
	buf_printf(b, " %s%.*s", word, date % 86400 == 0 ? 10 : 20, text);
}

static void said_text(struct buf *b, const char *word, struct slice text)
{
	if (text.n > 0)
		buf_printf(b, " %s%.*s", word, SLICE_ARGS(text));
}

static void said_range(struct buf *b, const struct fact_range *r)
{
	if (r->single)
		buf_printf(b, " =%.*s", SLICE_ARGS(r->from));
	else
		buf_printf(b, " [%.*s,%.*s%c", SLICE_ARGS(r->from), SLICE_ARGS(r->to), r->closed ? ']' : ')');
	buf_printf(b, ":%s/%s", said_status[r->status], version_scheme_name(r->scheme));
}

static void said_affected(struct buf *b, const struct fact_affected *a)
{
	buf_printf(b, "affected %.*s %s", SLICE_ARGS(a->flaw), said_names[a->names]);
	said_text(b, "", a->ecosystem);
	said_text(b, "", a->vendor);
	said_text(b, "", a->name);
	said_text(b, "on ", a->platform);
	for (size_t i = 0; i < a->ranges_n; i++)
		said_range(b, &a->ranges[i]);
	buf_printf(b, " else %s", said_status[a->otherwise]);
	said_text(b, "fixed ", a->fixed);
	said_text(b, "since ", a->justification);
	if (a->negligible)
		buf_printf(b, " negligible");
}

static void said_day(struct buf *b, const char *word, const struct fact_day *d)
{
	if (d->is == DAY_DATE)
		said_date(b, word, d->day);
	else if (d->is != DAY_NONE)
		buf_printf(b, " %s%s", word, d->is == DAY_YES ? "yes" : "no");
}

static void said_print(struct buf *b, const struct fact *f)
{
	switch (f->kind) {
	case FACT_SOURCE:
		buf_printf(b, "source %s %.*s", source_kind_name(f->source.kind), SLICE_ARGS(f->source.name));
		said_text(b, "by ", f->source.author);
		said_date(b, "", f->source.dated);
		buf_printf(b, "%s", f->source.whole ? " whole" : "");
		break;
	case FACT_FLAW:
		buf_printf(b, "flaw %.*s", SLICE_ARGS(f->flaw.id));
		for (size_t i = 0; i < f->flaw.aliases_n; i++)
			said_text(b, "= ", f->flaw.aliases[i]);
		said_text(b, "\"", f->flaw.title);
		if (f->flaw.cvss != 0)
			buf_printf(b, " v%u:%u", f->flaw.cvss, f->flaw.score10);
		said_date(b, "published ", f->flaw.published);
		said_date(b, "modified ", f->flaw.modified);
		buf_printf(b, "%s", f->flaw.rejected ? " rejected" : "");
		break;
	case FACT_AFFECTED:
		said_affected(b, &f->affected);
		break;
	case FACT_KEV:
		buf_printf(b, "kev %.*s [%.*s|%.*s|%.*s]", SLICE_ARGS(f->kev.id), SLICE_ARGS(f->kev.vendor), SLICE_ARGS(f->kev.product),
		           SLICE_ARGS(f->kev.name));
		said_date(b, "added ", f->kev.added);
		said_date(b, "due ", f->kev.due);
		buf_printf(b, "%s", f->kev.ransomware ? " ransomware" : "");
		break;
	case FACT_EPSS:
		buf_printf(b, "epss %.*s %u %u", SLICE_ARGS(f->epss.id), f->epss.score_ppm, f->epss.percentile_ppm);
		break;
	case FACT_PRODUCT:
		buf_printf(b, "product %.*s", SLICE_ARGS(f->product.name));
		said_text(b, "\"", f->product.title);
		said_text(b, "", f->product.category);
		for (size_t i = 0; i < f->product.names_n; i++)
			said_text(b, "", f->product.names[i]);
		break;
	case FACT_CYCLE:
		buf_printf(b, "cycle %.*s %.*s", SLICE_ARGS(f->cycle.product), SLICE_ARGS(f->cycle.cycle));
		said_text(b, "\"", f->cycle.label);
		said_text(b, "called ", f->cycle.codename);
		said_text(b, "latest ", f->cycle.latest);
		said_date(b, "of ", f->cycle.latest_released);
		said_date(b, "from ", f->cycle.released);
		said_day(b, "eol ", &f->cycle.eol);
		said_day(b, "eoas ", &f->cycle.eoas);
		said_day(b, "eoes ", &f->cycle.eoes);
		said_day(b, "discontinued ", &f->cycle.discontinued);
		said_day(b, "lts ", &f->cycle.lts);
		break;
	case FACT_BANNED:
		buf_printf(b, "banned %.*s|%.*s|%.*s|%.*s|%.*s|%.*s", SLICE_ARGS(f->banned.vendor), SLICE_ARGS(f->banned.product),
		           SLICE_ARGS(f->banned.level), SLICE_ARGS(f->banned.use), SLICE_ARGS(f->banned.basis), SLICE_ARGS(f->banned.note));
		said_date(b, "from ", f->banned.from);
		said_date(b, "out by ", f->banned.out_by);
		break;
	case FACT_PROVIDER:
		buf_printf(b, "provider %.*s|%.*s|%.*s|%.*s|%.*s|%.*s", SLICE_ARGS(f->provider.name), SLICE_ARGS(f->provider.number),
		           SLICE_ARGS(f->provider.qualification), SLICE_ARGS(f->provider.activities), SLICE_ARGS(f->provider.level),
		           SLICE_ARGS(f->provider.basis));
		said_date(b, "from ", f->provider.from);
		said_date(b, "until ", f->provider.until);
		said_text(b, "key ", f->provider.key);
		buf_printf(b, "%s", f->provider.suspended ? " suspended" : "");
		break;
	case FACT_ALIAS:
		buf_printf(b, "alias %.*s|%.*s|%.*s", SLICE_ARGS(f->alias.vendor), SLICE_ARGS(f->alias.product), SLICE_ARGS(f->alias.to));
		break;
	case FACT_REFUSED:
		buf_printf(b, "refused %.*s", SLICE_ARGS(f->refused));
		break;
	}
	buf_put_u8(b, '\n');
}

static enum err said_take(void *context, const struct fact *f, struct why *why)
{
	struct said *s = context;
	struct why own;
	s->facts[f->kind]++;
	CHECK_SAY(fact_check(f, &own) == ERR_OK, "%s", own.text);
	if (f->kind == FACT_SOURCE)
		s->dated = f->source.dated;
	if (f->kind == FACT_FLAW) {
		s->rejected += f->flaw.rejected;
		s->scored += f->flaw.cvss != 0;
	}
	if (f->kind == FACT_AFFECTED)
		s->ranges += f->affected.ranges_n;
	if (f->kind == FACT_KEV) {
		s->ransomware += f->kev.ransomware;
		s->digest = f->kev.digest;
	}
	if (f->kind == FACT_CYCLE)
		s->days[f->cycle.eol.is]++;
	if (!s->quiet || f->kind == FACT_REFUSED)
		said_print(&s->text, f);
	(void)why;
	return ERR_OK;
}

static void said_init(struct said *s, bool quiet)
{
	*s = (struct said){.quiet = quiet, .dated = FACT_NO_DATE};
	buf_init(&s->text, 64u << 20);
}

static void said_free(struct said *s)
{
	buf_free(&s->text);
}

static const char *said_lines(struct said *s)
{
	buf_put_u8(&s->text, 0);
	return (const char *)s->text.p;
}

// An anonymous file with these bytes.
static int said_file(const void *p, size_t n)
{
	int fd = memfd_create("feed", MFD_CLOEXEC);
	for (size_t at = 0; fd >= 0 && at < n;) {
		ssize_t put = write(fd, (const char *)p + at, n - at);
		if (put <= 0)
			break;
		at += (size_t)put;
	}
	return fd;
}

static enum err said_read(struct said *s, const void *p, size_t n, const struct feed_options *options, struct why *why)
{
	int fd = said_file(p, n);
	enum err e = feed_read(fd, "t", options, said_take, s, why);
	close(fd);
	return e;
}

// What a text says.
__attribute__((unused)) static void said_is(const char *text, const struct feed_options *options, const char *want)
{
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	struct said s;
	struct why why = {""};
	said_init(&s, false);
	enum err e = said_read(&s, text, strlen(text), options != NULL ? options : &none, &why);
	CHECK_SAY(e == ERR_OK, "%s: %s: %s", text, err_name(e), why.text);
	const char *got = said_lines(&s);
	if (strcmp(got, want) != 0) {
		fprintf(stderr, "of %s\n", text);
		CHECK_TEXT(got, want);
	}
	said_free(&s);
}

// A text that is no feed.
__attribute__((unused)) static void said_not(const char *text, const struct feed_options *options, const char *want)
{
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	struct said s;
	struct why why = {""};
	said_init(&s, false);
	enum err e = said_read(&s, text, strlen(text), options != NULL ? options : &none, &why);
	CHECK_SAY(e == ERR_INPUT, "%s: %s", text, err_name(e));
	CHECK_TEXT(why.text, want);
	CHECK_SAY(s.facts[FACT_SOURCE] == 0, "%s", text);
	said_free(&s);
}

// A file of the real data; false: not there (the case is skipped).
__attribute__((unused)) static bool said_data(struct said *s, const char *name, const struct feed_options *options)
{
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	const char *path = test_data(name);
	struct why why = {""};
	said_init(s, true);
	if (path == NULL)
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err e = feed_read(fd, path, options != NULL ? options : &none, said_take, s, &why);
	close(fd);
	CHECK_SAY(fd >= 0 && e == ERR_OK, "%s: %s: %s", path, err_name(e), why.text);
	return e == ERR_OK;
}

#endif
