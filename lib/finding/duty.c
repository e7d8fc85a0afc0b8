// Two duties that no flaw database knows: not to run what is banned, and to have somebody qualified look after it.
#include "inside.h"
#include "product/cpe.h"

#define DAY 86400
#define FOLD_MAX (4 * INVENTORY_TEXT_MAX)

static bool begins(struct slice text, struct slice with)
{
	return with.n > 0 && text.n > with.n && memcmp(text.p, with.p, with.n) == 0 && text.p[with.n] == '_';
}

struct folded {
	struct buf vendor, product;
};

static void fold(struct folded *f, struct slice vendor, struct slice product)
{
	buf_init(&f->vendor, FOLD_MAX);
	buf_init(&f->product, FOLD_MAX);
	product_fold(vendor, &f->vendor);
	product_fold(product, &f->product);
}

static void unfold(struct folded *f)
{
	buf_free(&f->vendor);
	buf_free(&f->product);
}

// How sure it is that a line of the list means this item; false: it does not.
static bool is_meant(const struct folded *item, const struct fact_banned *b, enum confidence *confidence)
{
	struct folded line;
	fold(&line, b->vendor, b->product);
	struct slice vendor = buf_slice(&item->vendor), product = buf_slice(&item->product), listed = buf_slice(&line.vendor);
	bool same = slice_equal(vendor, listed);
	bool alike = same || begins(vendor, listed) || begins(listed, vendor); // "huawei" and "huawei_technologies"
	bool whole = b->product.n == 0 || slice_equal(product, buf_slice(&line.product));
	bool part = whole || begins(product, buf_slice(&line.product)); // a model of a named family
	*confidence = same && whole ? CONFIDENCE_ALIAS : CONFIDENCE_DOUBTFUL;
	unfold(&line);
	return alike && part;
}

// The item's name as people write it; of one that has a CPE alone, what that says.
static void fold_item(struct folded *f, const struct item *i)
{
	char room[CPE_MAX];
	struct cpe c;
	if (i->vendor.n > 0 || cpe_parse(i->cpe, room, &c, NULL) != ERR_OK) {
		fold(f, i->vendor, i->name);
		return;
	}
	struct buf vendor, product;
	buf_init(&vendor, CPE_MAX);
	buf_init(&product, CPE_MAX);
	cpe_plain(c.at[CPE_VENDOR], &vendor);
	cpe_plain(c.at[CPE_PRODUCT], &product);
	fold(f, buf_slice(&vendor), buf_slice(&product));
	buf_free(&vendor);
	buf_free(&product);
}

enum err bans_of_item(struct findings *f, const struct item *i, struct why *why)
{
	struct folded item;
	enum err e = ERR_OK;
	size_t n = knowledge_banned(f->k);
	if (n == 0)
		return ERR_OK;
	fold_item(&item, i);
	for (size_t row = 0; e == ERR_OK && row < n; row++) {
		struct fact_banned b = knowledge_banned_row(f->k, row);
		enum confidence confidence;
		if (!is_meant(&item, &b, &confidence) || (b.from != FACT_NO_DATE && b.from > f->options.today))
			continue;
		struct finding found = finding_start(f, FINDING_BANNED, confidence, i);
		found.level = b.level;
		found.use = b.use;
		found.basis = b.basis;
		found.reason = b.note;
		found.from = found.since = b.from;
		found.out_by = b.out_by;
		e = finding_tell(f, &found, why);
	}
	unfold(&item);
	return e;
}

// NULL: the provider is in the register and its qualification is valid today.
static const char *unqualified(const struct findings *f, struct slice caretaker)
{
	const char *why = "is not in the register of qualified providers";
	for (size_t i = 0; i < knowledge_providers(f->k); i++) {
		struct fact_provider p = knowledge_provider(f->k, i);
		if (!slice_equal(p.name, caretaker) && !slice_equal(p.number, caretaker))
			continue;
		if (p.suspended)
			why = "its qualification is suspended";
		else if (p.from != FACT_NO_DATE && p.from > f->options.today)
			why = "its qualification has not begun";
		else if (p.until != FACT_NO_DATE && p.until + DAY <= f->options.today) // its last day counts
			why = "its qualification has expired";
		else
			return NULL;
	}
	return why;
}

enum err caretaker_of(struct findings *f, const struct item *i, struct slice caretaker, struct why *why)
{
	const char *reason = caretaker.n == 0 ? "nobody is named who looks after it" : unqualified(f, caretaker);
	if (reason == NULL)
		return ERR_OK;
	struct finding found = finding_start(f, FINDING_CARETAKER, CONFIDENCE_EXACT, i);
	found.caretaker = caretaker;
	found.reason = slice_text(reason);
	return finding_tell(f, &found, why);
}
