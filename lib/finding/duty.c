// Two duties that no flaw database knows: not to run what is banned, and to have somebody qualified look after it.
#include <stdlib.h>

#include "inside.h"
#include "product/cpe.h"

#define DAY 86400
#define FOLD_MAX (4 * INVENTORY_TEXT_MAX)

static bool begins(struct slice text, struct slice with)
{
	return with.n > 0 && text.n > with.n && slice_equal(slice_part(text, 0, with.n), with) && text.p[with.n] == '_';
}

static enum err fold(struct slice from, struct buf *to)
{
	char room[FOLD_MAX];
	struct slice folded;
	buf_init(to, FOLD_MAX);
	if (!product_fold(from, room, sizeof room, &folded))
		return ERR_LIMIT;
	buf_put_slice(to, folded);
	return buf_status(to);
}

enum err bans_fold(struct findings *f, struct why *why)
{
	size_t n = knowledge_banned(f->k);
	f->bans = calloc(n + 1, sizeof *f->bans);
	enum err e = f->bans == NULL ? ERR_SYSTEM : ERR_OK;
	while (e == ERR_OK && f->bans_n < n) {
		struct ban *b = &f->bans[f->bans_n];
		b->row = knowledge_banned_row(f->k, f->bans_n++);
		e = fold(b->row.vendor, &b->vendor);
		if (e == ERR_OK)
			e = fold(b->row.product, &b->product);
	}
	return e == ERR_OK ? ERR_OK : why_set(why, e, "no memory for the list of bans");
}

void bans_free(struct findings *f)
{
	for (size_t i = 0; i < f->bans_n; i++) {
		buf_free(&f->bans[i].vendor);
		buf_free(&f->bans[i].product);
	}
	free(f->bans);
}

// How sure it is that a line of the list means the item of that folded name; false: it does not.
static bool is_meant(struct slice vendor, struct slice product, const struct ban *b, enum confidence *confidence)
{
	struct slice listed = buf_slice(&b->vendor);
	bool same = slice_equal(vendor, listed);
	bool alike = same || begins(vendor, listed) || begins(listed, vendor); // "huawei" and "huawei_technologies"
	bool whole = b->row.product.n == 0 || slice_equal(product, buf_slice(&b->product));
	bool part = whole || begins(product, buf_slice(&b->product)); // a model of a named family
	*confidence = same && whole ? CONFIDENCE_ALIAS : CONFIDENCE_DOUBTFUL;
	return alike && part;
}

// The item's name as people write it; of one that has a CPE alone, what that says.
static enum err fold_item(const struct item *i, struct buf *vendor, struct buf *product)
{
	char room[CPE_MAX];
	struct cpe c;
	struct buf plain[2];
	struct slice names[] = {i->vendor, i->name};
	buf_init(&plain[0], CPE_MAX);
	buf_init(&plain[1], CPE_MAX);
	if (i->vendor.n == 0 && cpe_parse(i->cpe, room, &c, NULL) == ERR_OK) {
		cpe_plain(c.at[CPE_VENDOR], &plain[0]);
		cpe_plain(c.at[CPE_PRODUCT], &plain[1]);
		names[0] = buf_slice(&plain[0]);
		names[1] = buf_slice(&plain[1]);
	}
	enum err e = fold(names[0], vendor), also = fold(names[1], product);
	buf_free(&plain[0]);
	buf_free(&plain[1]);
	return e == ERR_OK ? also : e;
}

static enum err tell_ban(struct findings *f, const struct item *i, const struct fact_banned *b, enum confidence confidence, struct why *why)
{
	struct finding found = finding_start(f, FINDING_BANNED, confidence, i);
	found.level = b->level;
	found.use = b->use;
	found.basis = b->basis;
	found.reason = b->note;
	found.from = found.since = b->from;
	found.out_by = b->out_by;
	return finding_tell(f, &found, why);
}

enum err bans_of_item(struct findings *f, const struct item *i, struct why *why)
{
	struct buf vendor, product;
	if (f->bans_n == 0)
		return ERR_OK;
	enum err e = fold_item(i, &vendor, &product);
	if (e != ERR_OK)
		why_set(why, e, "no room for the name of an item");
	for (size_t row = 0; e == ERR_OK && row < f->bans_n; row++) {
		const struct ban *b = &f->bans[row];
		enum confidence confidence;
		if (is_meant(buf_slice(&vendor), buf_slice(&product), b, &confidence) && (b->row.from == FACT_NO_DATE || b->row.from <= f->options.today))
			e = tell_ban(f, i, &b->row, confidence, why);
	}
	buf_free(&vendor);
	buf_free(&product);
	return e;
}

const char *finding_unqualified(const struct fact_provider *p, int64_t day)
{
	if (p->suspended)
		return "its qualification is suspended";
	if (p->from == FACT_NO_DATE || p->until == FACT_NO_DATE)
		return "the register does not say from when to when it is qualified";
	if (p->from > day)
		return "its qualification had not begun on the day";
	return p->until + DAY <= day ? "its qualification had ended on the day" : NULL;
}

// NULL: the provider is in the register and one of its qualifications is valid today.
static const char *unqualified(const struct findings *f, struct slice caretaker)
{
	const char *why = "is not in the register of qualified providers";
	for (size_t i = 0; why != NULL && i < knowledge_providers(f->k); i++) {
		struct fact_provider p = knowledge_provider(f->k, i);
		if (slice_equal(p.name, caretaker) || slice_equal(p.number, caretaker))
			why = finding_unqualified(&p, f->options.today);
	}
	return why;
}

enum err caretaker_of(struct findings *f, const struct item *i, struct slice caretaker, struct why *why)
{
	if (slice_is_text(caretaker, INVENTORY_NOBODY))
		caretaker = (struct slice){0};
	const char *reason = caretaker.n == 0 ? "nobody is named who looks after it" : unqualified(f, caretaker);
	if (reason == NULL)
		return ERR_OK;
	struct finding found = finding_start(f, FINDING_CARETAKER, CONFIDENCE_EXACT, i);
	found.caretaker = caretaker;
	found.reason = slice_text(reason);
	return finding_tell(f, &found, why);
}
