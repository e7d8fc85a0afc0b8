#include "knowledge/fact.h"

#include <stdlib.h>

#include "base/wire.h"

static const char *const kind_names[SOURCE_KINDS] = {
	[SOURCE_CVE] = "cve", [SOURCE_OSV] = "osv", [SOURCE_DEBIAN] = "debian", [SOURCE_CSAF] = "csaf", [SOURCE_OPENVEX] = "openvex",
	[SOURCE_KEV] = "kev", [SOURCE_EPSS] = "epss", [SOURCE_EOL] = "eol", [SOURCE_BANNED] = "banned",
	[SOURCE_PROVIDERS] = "providers", [SOURCE_ALIASES] = "aliases", [SOURCE_TABLE] = "table",
};

const char *source_kind_name(enum source_kind k)
{
	return (unsigned)k < SOURCE_KINDS && kind_names[k] != NULL ? kind_names[k] : "";
}

bool source_kind_named(struct slice name, enum source_kind *k)
{
	for (unsigned i = 1; i < SOURCE_KINDS; i++)
		if (slice_is_text(name, kind_names[i])) {
			*k = (enum source_kind)i;
			return true;
		}
	return false;
}

struct slice fact_title(struct slice text)
{
	if (text.n <= FACT_TEXT_MAX)
		return text;
	size_t n = FACT_TEXT_MAX;
	while (n > 0 && (text.p[n] & 0xc0) == 0x80)
		n--;
	return slice_of(text.p, n);
}

struct fact_room {
	struct slice *texts;
	struct fact_range *ranges;
	size_t texts_room, ranges_room;
};

struct fact_room *fact_room_new(void)
{
	return calloc(1, sizeof(struct fact_room));
}

void fact_room_free(struct fact_room *r)
{
	if (r == NULL)
		return;
	free(r->texts);
	free(r->ranges);
	free(r);
}

// One walk over the fields of a fact does all three: writes them, reads them, checks them. So the three cannot differ.
enum walk_mode { PUT, TAKE, TEST };
struct walk {
	enum walk_mode mode;
	struct buf *out;
	struct wire in;
	struct fact_room *room;
	enum err bad; // of TEST, and of TAKE when there is no memory
	struct why *why;
};

static void refuse(struct walk *w, enum err e, const char *field, const char *rule)
{
	if (w->mode == PUT) {
		if (w->out->status == ERR_OK)
			w->out->status = e;
	} else if (w->bad == ERR_OK) {
		w->bad = why_set(w->why, e, "%s: %s", field, rule);
		wire_fail(&w->in);
	}
}

static uint64_t number(struct walk *w, const char *field, unsigned bytes, uint64_t v, uint64_t least, uint64_t most)
{
	if (w->mode == TAKE)
		v = bytes == 1 ? wire_u8(&w->in) : bytes == 2 ? wire_u16(&w->in) : bytes == 4 ? wire_u32(&w->in) : wire_u64(&w->in);
	if ((v < least || v > most) && !w->in.bad)
		refuse(w, w->mode == TAKE ? ERR_INPUT : ERR_LIMIT, field, "a number out of its range");
	if (w->mode == PUT && bytes == 1)
		buf_put_u8(w->out, (uint8_t)v);
	else if (w->mode == PUT && bytes == 2)
		buf_put_u16(w->out, (uint16_t)v);
	else if (w->mode == PUT && bytes == 4)
		buf_put_u32(w->out, (uint32_t)v);
	else if (w->mode == PUT)
		buf_put_u64(w->out, v);
	return v;
}

#define WORD(w, member, least, most) ((member) = number(w, #member, 1, (uint64_t)(member), least, most))
#define FLAG(w, member) ((member) = number(w, #member, 1, member, 0, 1) != 0)

static void test_text(struct walk *w, const char *field, struct slice s)
{
	size_t bad = 0;
	bool plain = true;
	for (size_t i = 0; i < s.n; i++) {
		plain = plain && s.p[i] < 0x80;
		if (s.p[i] >= 0x20 && s.p[i] != 0x7f)
			continue;
		if (w->bad == ERR_OK)
			w->bad = why_set(w->why, ERR_INPUT, "%s \"%.*s\": a control character at byte %zu", field, s.n < 80 ? (int)s.n : 80, s.p, i);
		return;
	}
	if (!plain && !slice_is_utf8(s, &bad) && w->bad == ERR_OK)
		w->bad = why_set(w->why, ERR_INPUT, "%s: no UTF-8 at byte %zu", field, bad);
}

static void text(struct walk *w, const char *field, struct slice *s, bool needed)
{
	if (w->mode == TAKE)
		*s = wire_vec16(&w->in);
	if (s->n > FACT_TEXT_MAX)
		refuse(w, w->mode == TAKE ? ERR_INPUT : ERR_LIMIT, field, "over 1024 bytes");
	else if (w->mode == TEST && needed && s->n == 0)
		refuse(w, ERR_INPUT, field, "is empty");
	else if (w->mode == TEST)
		test_text(w, field, *s);
	else if (w->mode == PUT)
		buf_put_vec16(w->out, *s);
}

#define NEED(w, member) text(w, #member, &(member), true)
#define TEXT(w, member) text(w, #member, &(member), false)

static void title(struct walk *w, const char *field, struct slice *s)
{
	struct slice cut = fact_title(*s);
	if (w->mode == TAKE)
		text(w, field, s, false);
	else
		text(w, field, &cut, false);
}

static void date(struct walk *w, const char *field, int64_t *at)
{
	*at = (int64_t)number(w, field, 8, (uint64_t)*at, 0, UINT64_MAX);
	if (w->mode == TEST && *at != FACT_NO_DATE && (*at < 0 || *at > FACT_DATE_MAX))
		refuse(w, ERR_INPUT, field, "a date outside 1970 to 9999");
}

#define DATE(w, member) date(w, #member, &(member))

static void day(struct walk *w, const char *field, struct fact_day *d)
{
	d->is = number(w, field, 1, d->is, DAY_NONE, DAY_YES);
	if (d->is == DAY_DATE)
		date(w, field, &d->day);
	else if (w->mode == TAKE)
		d->day = FACT_NO_DATE;
	if (w->mode == TEST && d->is == DAY_DATE && d->day == FACT_NO_DATE)
		refuse(w, ERR_INPUT, field, "a day without its date");
}

#define DAY(w, member) day(w, #member, &(member))

// Memory for n members of a taken list; what was there is given up.
static void *room_for(struct walk *w, void **list, size_t *room, size_t n, size_t size)
{
	if (n <= *room)
		return *list;
	free(*list);
	*list = calloc(n, size);
	*room = *list != NULL ? n : 0;
	if (*list == NULL && w->bad == ERR_OK) {
		w->bad = why_set(w->why, ERR_SYSTEM, "no memory for a list of %zu", n);
		wire_fail(&w->in);
	}
	return *list;
}

static size_t list_length(struct walk *w, const char *field, size_t n, size_t least)
{
	n = number(w, field, 4, n, 0, FACT_LIST_MAX);
	// A length that the rest cannot hold must not make us ask for its memory.
	if (w->mode == TAKE && n > w->in.rest.n / least)
		wire_fail(&w->in);
	return w->in.bad || n > FACT_LIST_MAX ? 0 : n;
}

static void texts(struct walk *w, const char *field, const struct slice **list, size_t *n)
{
	size_t count = list_length(w, field, *n, 2);
	if (w->mode == TAKE) {
		*list = room_for(w, (void **)&w->room->texts, &w->room->texts_room, count, sizeof **list);
		*n = *list == NULL ? 0 : count;
		for (size_t i = 0; i < *n; i++)
			text(w, field, &w->room->texts[i], true);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct slice s = (*list)[i];
		text(w, field, &s, true);
	}
}

static void range(struct walk *w, struct fact_range *r)
{
	TEXT(w, r->from);
	TEXT(w, r->to);
	FLAG(w, r->single);
	FLAG(w, r->closed);
	WORD(w, r->status, STATUS_UNKNOWN, STATUS_INVESTIGATED);
	WORD(w, r->scheme, 0, VERSION_SCHEMES - 1);
	if (w->mode == TEST && r->single && r->from.n == 0)
		refuse(w, ERR_INPUT, "range", "a single version that is empty");
}

static void ranges(struct walk *w, struct fact_affected *a)
{
	size_t count = list_length(w, "ranges", a->ranges_n, 8);
	if (w->mode == TAKE) {
		a->ranges = room_for(w, (void **)&w->room->ranges, &w->room->ranges_room, count, sizeof *a->ranges);
		a->ranges_n = a->ranges == NULL ? 0 : count;
		for (size_t i = 0; i < a->ranges_n; i++)
			range(w, &w->room->ranges[i]);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct fact_range r = a->ranges[i];
		range(w, &r);
	}
}

static void walk_source(struct walk *w, struct fact_source *source)
{
	WORD(w, source->kind, 1, SOURCE_KINDS - 1);
	NEED(w, source->name);
	TEXT(w, source->author);
	DATE(w, source->dated);
	FLAG(w, source->whole);
}

static void walk_flaw(struct walk *w, struct fact_flaw *flaw)
{
	NEED(w, flaw->id);
	title(w, "flaw->title", &flaw->title);
	texts(w, "flaw->aliases", &flaw->aliases, &flaw->aliases_n);
	DATE(w, flaw->published);
	DATE(w, flaw->modified);
	WORD(w, flaw->score10, 0, 100);
	WORD(w, flaw->cvss, 0, 4);
	FLAG(w, flaw->rejected);
}

static void walk_affected(struct walk *w, struct fact_affected *affected)
{
	NEED(w, affected->flaw);
	WORD(w, affected->names, NAMES_SOURCE, NAMES_CPE);
	TEXT(w, affected->ecosystem);
	TEXT(w, affected->vendor);
	NEED(w, affected->name);
	TEXT(w, affected->platform);
	WORD(w, affected->otherwise, STATUS_UNKNOWN, STATUS_INVESTIGATED);
	ranges(w, affected);
	TEXT(w, affected->fixed);
	title(w, "affected->justification", &affected->justification);
	FLAG(w, affected->negligible);
}

static void walk_kev(struct walk *w, struct fact_kev *kev)
{
	NEED(w, kev->id);
	TEXT(w, kev->vendor);
	TEXT(w, kev->product);
	title(w, "kev->name", &kev->name);
	DATE(w, kev->added);
	DATE(w, kev->due);
	FLAG(w, kev->ransomware);
	kev->digest = (uint32_t)number(w, "kev->digest", 4, kev->digest, 0, UINT32_MAX);
}

static void walk_epss(struct walk *w, struct fact_epss *epss)
{
	NEED(w, epss->id);
	epss->score_ppm = (uint32_t)number(w, "epss->score", 4, epss->score_ppm, 0, 1000000);
	epss->percentile_ppm = (uint32_t)number(w, "epss->percentile", 4, epss->percentile_ppm, 0, 1000000);
}

static void walk_product(struct walk *w, struct fact_product *product)
{
	NEED(w, product->name);
	title(w, "product->title", &product->title);
	TEXT(w, product->category);
	texts(w, "product->names", &product->names, &product->names_n);
}

static void walk_cycle(struct walk *w, struct fact_cycle *cycle)
{
	NEED(w, cycle->product);
	NEED(w, cycle->cycle);
	title(w, "cycle->label", &cycle->label);
	TEXT(w, cycle->latest);
	TEXT(w, cycle->codename);
	DATE(w, cycle->released);
	DATE(w, cycle->latest_released);
	DAY(w, cycle->eol);
	DAY(w, cycle->eoas);
	DAY(w, cycle->eoes);
	DAY(w, cycle->discontinued);
	DAY(w, cycle->lts);
}

static void walk_banned(struct walk *w, struct fact_banned *banned)
{
	NEED(w, banned->vendor);
	TEXT(w, banned->product);
	NEED(w, banned->level);
	TEXT(w, banned->use);
	title(w, "banned->basis", &banned->basis);
	title(w, "banned->note", &banned->note);
	DATE(w, banned->from);
	DATE(w, banned->out_by);
}

static void walk_provider(struct walk *w, struct fact_provider *provider)
{
	NEED(w, provider->name);
	TEXT(w, provider->number);
	TEXT(w, provider->qualification);
	TEXT(w, provider->activities);
	TEXT(w, provider->level);
	TEXT(w, provider->key);
	title(w, "provider->basis", &provider->basis);
	DATE(w, provider->from);
	DATE(w, provider->until);
	FLAG(w, provider->suspended);
}

static void walk_alias(struct walk *w, struct fact_alias *alias)
{
	TEXT(w, alias->vendor);
	TEXT(w, alias->product);
	if (w->mode == TEST && alias->vendor.n == 0 && alias->product.n == 0)
		refuse(w, ERR_INPUT, "alias", "names neither a vendor nor a product");
	NEED(w, alias->to);
}

static void walk_fact(struct walk *w, struct fact *f)
{
	WORD(w, f->kind, FACT_SOURCE, FACT_REFUSED);
	if (w->in.bad || (w->mode == TEST && w->bad != ERR_OK))
		return;
	switch (f->kind) {
	case FACT_SOURCE: walk_source(w, &f->source); break;
	case FACT_FLAW: walk_flaw(w, &f->flaw); break;
	case FACT_AFFECTED: walk_affected(w, &f->affected); break;
	case FACT_KEV: walk_kev(w, &f->kev); break;
	case FACT_EPSS: walk_epss(w, &f->epss); break;
	case FACT_PRODUCT: walk_product(w, &f->product); break;
	case FACT_CYCLE: walk_cycle(w, &f->cycle); break;
	case FACT_BANNED: walk_banned(w, &f->banned); break;
	case FACT_PROVIDER: walk_provider(w, &f->provider); break;
	case FACT_ALIAS: walk_alias(w, &f->alias); break;
	case FACT_REFUSED: title(w, "refused", &f->refused); break;
	}
}

enum err fact_check(const struct fact *f, struct why *why)
{
	struct walk w = {.mode = TEST, .why = why};
	struct fact copy = *f;
	walk_fact(&w, &copy);
	return w.bad;
}

void fact_put(struct buf *out, const struct fact *f)
{
	struct walk w = {.mode = PUT, .out = out};
	struct fact copy = *f;
	size_t at = out->n;
	buf_put_u32(out, 0);
	walk_fact(&w, &copy);
	if (buf_status(out) != ERR_OK)
		return;
	uint32_t n = (uint32_t)(out->n - at - 4);
	for (int i = 0; i < 4; i++)
		out->p[at + (size_t)i] = (uint8_t)(n >> (24 - 8 * i));
}

enum err fact_take(struct slice *in, struct fact_room *room, struct fact *f, struct why *why)
{
	struct wire head = wire_of(*in);
	uint32_t n = wire_u32(&head);
	if (head.bad)
		return why_set(why, ERR_ABSENT, "a fact's length is not all there");
	if (n == 0 || n > FACT_BYTES_MAX)
		return why_set(why, ERR_INPUT, "a fact of %u bytes", n);
	if (n > head.rest.n)
		return why_set(why, ERR_ABSENT, "a fact of %u bytes has only %zu yet", n, head.rest.n);
	struct walk w = {.mode = TAKE, .room = room, .why = why, .in = wire_of(slice_of(head.rest.p, n))};
	struct fact taken = {0};
	walk_fact(&w, &taken);
	if (w.bad != ERR_OK)
		return why_at(why, w.bad, "fact");
	enum err e = wire_end(&w.in, "fact", why);
	if (e != ERR_OK)
		return e;
	*f = taken;
	*in = slice_of(head.rest.p + n, head.rest.n - n);
	return ERR_OK;
}
