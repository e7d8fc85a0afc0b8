// Is it still supported by its editor? Against the end-of-life data: by identifier, by what a table says, by name.
#include "inside.h"
#include "inventory/os.h"

#define DAY 86400

// True: the day has come. For a plain yes or no, that.
static bool is_past(const struct fact_day *d, int64_t today)
{
	return d->is == DAY_YES || (d->is == DAY_DATE && d->day <= today);
}

static int64_t day_of(const struct fact_day *d)
{
	return d->is == DAY_DATE ? d->day : FACT_NO_DATE;
}

// Debian's long-term support is for everybody: what runs it is supported until its end, without a contract.
static bool has_public_support(const struct findings *f, uint32_t product)
{
	uint32_t debian;
	return knowledge_product(f->k, SLICE_LITERAL("debian"), &debian) && product == debian;
}

// The end that counts: that of paid support for an organisation that has the contract. "yes" is an end without a day, or that there
// never was such support; then the other end's day says more.
static const struct fact_day *end_of(const struct findings *f, uint32_t product, const struct fact_cycle *c)
{
	bool ends = is_past(&c->eol, f->options.today) || c->eol.is == DAY_DATE;
	bool paid = (f->options.extended_support || has_public_support(f, product)) && (c->eoes.is == DAY_DATE || c->eoes.is == DAY_NO);
	return ends && paid ? &c->eoes : &c->eol;
}

static enum err tell(struct findings *f, const struct item *i, uint32_t product, const struct fact_cycle *c, enum confidence confidence,
                     struct why *why)
{
	// Hardware has no end of life, it is discontinued; only the end of its support counts.
	const struct fact_day *end = end_of(f, product, c);
	bool ended = is_past(end, f->options.today);
	bool soon = !ended && end->is == DAY_DATE && end->day - f->options.today <= FINDING_SOON_DAYS * DAY;
	if (!ended && !soon)
		return ERR_OK;
	struct finding found = finding_start(f, FINDING_UNSUPPORTED, confidence, i);
	if (i == NULL) {
		found.item = f->machine.os_name.n > 0 ? f->machine.os_name : f->machine.os_id;
		found.version = f->machine.os_version;
	}
	found.product = knowledge_product_title(f->k, product);
	found.cycle = c->cycle;
	found.latest = c->latest;
	found.ended = found.since = day_of(end);
	found.soon = soon;
	found.extended_until = day_of(&c->eoes);
	return finding_tell(f, &found, why);
}

static enum err support_of(struct findings *f, const struct item *i, uint32_t product, struct slice version, enum confidence confidence,
                           struct why *why)
{
	struct fact_cycle cycle;
	if (version.n == 0 || !knowledge_cycle_of(f->k, product, version, &cycle))
		return ERR_OK; // no cycle is known for it: nothing is said, nothing is guessed
	return tell(f, i, product, &cycle, confidence, why);
}

enum err support_of_system(struct findings *f, struct why *why)
{
	uint32_t product = 0;
	if (f->machine.os_id.n == 0 || !knowledge_product(f->k, os_product(f->machine.os_id, f->machine.os_name), &product))
		return ERR_OK;
	return support_of(f, NULL, product, f->machine.os_version, CONFIDENCE_EXACT, why);
}

enum err support_of_item(struct findings *f, const struct item *i, struct why *why)
{
	uint32_t product = 0;
	struct fact_cycle cycle;
	enum confidence confidence;
	struct slice to, version = i->version;
	bool whole;
	if ((i->cpe.n > 0 && knowledge_product(f->k, i->cpe, &product)) || (i->purl.n > 0 && knowledge_product(f->k, i->purl, &product)))
		return support_of(f, i, product, version, CONFIDENCE_EXACT, why);
	if (i->kind == ITEM_LIBRARY || (i->ecosystem.n > 0 && i->source.n == 0))
		return ERR_OK; // a library's bare name is nobody's in particular; a row that calls its package otherwise names a product
	bool told = knowledge_alias(f->k, i->vendor, i->name, &to, &whole) && to.n > 4 && slice_starts(to, "eol:") &&
	            knowledge_product(f->k, slice_part(to, 4, to.n - 4), &product);
	if (told && !whole)
		return support_of(f, i, product, version, CONFIDENCE_ALIAS, why);
	uint32_t of_table = product;
	if (cycle_by_name(f, i, &product, &cycle, &confidence))
		return tell(f, i, product, &cycle, confidence, why);
	return told ? support_of(f, i, of_table, version, CONFIDENCE_DOUBTFUL, why) : ERR_OK;
}
