// The lists an authority or an organisation keeps itself (protocol/feeds.md): banned equipment, qualified providers, aliases.
#include "base/num.h"
#include "feed/ecosystem.h"
#include "feed/table.h"

#include "product/cpe.h"
#include "product/purl.h"

static bool is_among(struct slice word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_is_text(word, *words))
			return true;
	return false;
}

// ---- banned and high-risk equipment

enum { B_VENDOR, B_LEVEL, B_PRODUCT, B_USE, B_BASIS, B_NOTE, B_FROM, B_OUT_BY };

static enum err take_banned(struct table *t, struct why *why)
{
	static const char *const levels[] = {"banned", "restricted", NULL}, *const uses[] = {"core", "access", "management", "any", NULL};
	struct slice *c = t->cell;
	struct fact f = {.kind = FACT_BANNED};
	f.banned = (struct fact_banned){.vendor = c[B_VENDOR], .product = c[B_PRODUCT], .level = c[B_LEVEL], .basis = c[B_BASIS],
	                                .use = c[B_USE].n > 0 ? c[B_USE] : SLICE_LITERAL("any"), .note = c[B_NOTE]};
	reading_next(t->r);
	if (f.banned.vendor.n == 0)
		return row_refuse(t, c[B_PRODUCT], "a row names a vendor", why);
	if (!is_among(f.banned.level, levels))
		return row_refuse(t, f.banned.level, "a level is banned or restricted", why);
	if (!is_among(f.banned.use, uses))
		return row_refuse(t, f.banned.use, "a use is core, access, management or any", why);
	if (!row_date(c[B_FROM], &f.banned.from))
		return row_refuse(t, c[B_FROM], "no date: write 2026-01-31", why);
	if (!row_date(c[B_OUT_BY], &f.banned.out_by))
		return row_refuse(t, c[B_OUT_BY], "no date: write 2026-01-31", why);
	return say(t->r, NULL, &f, why);
}

const struct format banned_format = {
	.kind = SOURCE_BANNED,
	.may_be_empty = true,
	.columns = {"vendor", "level", "product", "use", "basis", "note", "from", "out_by"},
	.needed = 2,
	.take = take_banned,
};

// ---- qualified providers

enum { P_NAME, P_QUALIFICATION, P_NUMBER, P_ACTIVITIES, P_LEVEL, P_BASIS, P_FROM, P_UNTIL, P_SUSPENDED, P_KEY };

static enum err take_provider(struct table *t, struct why *why)
{
	static const char *const truths[] = {"yes", "no", "", NULL};
	struct slice *c = t->cell;
	struct fact f = {.kind = FACT_PROVIDER};
	f.provider = (struct fact_provider){.name = c[P_NAME], .number = c[P_NUMBER], .qualification = c[P_QUALIFICATION],
	                                    .activities = c[P_ACTIVITIES], .level = c[P_LEVEL], .basis = c[P_BASIS],
	                                    .suspended = slice_is_text(c[P_SUSPENDED], "yes"), .key = c[P_KEY]};
	uint8_t key[32];
	reading_next(t->r);
	if (f.provider.name.n == 0)
		return row_refuse(t, c[P_NUMBER], "a row names a provider", why);
	if (!row_date(c[P_FROM], &f.provider.from))
		return row_refuse(t, c[P_FROM], "no date: write 2026-01-31", why);
	if (!row_date(c[P_UNTIL], &f.provider.until))
		return row_refuse(t, c[P_UNTIL], "no date: write 2026-01-31", why);
	if (f.provider.from != FACT_NO_DATE && f.provider.until != FACT_NO_DATE && f.provider.until < f.provider.from)
		return row_refuse(t, c[P_UNTIL], "ends before it begins", why);
	if (!is_among(c[P_SUSPENDED], truths))
		return row_refuse(t, c[P_SUSPENDED], "suspended is yes or no", why);
	if (c[P_KEY].n > 0 && (c[P_KEY].n != 2 * sizeof key || !hex_decode(c[P_KEY], key, sizeof key)))
		return row_refuse(t, c[P_KEY], "a key is an Ed25519 public key of 64 hexadecimal digits", why);
	return say(t->r, NULL, &f, why);
}

const struct format providers_format = {
	.kind = SOURCE_PROVIDERS,
	.may_be_empty = true,
	.columns = {"name", "qualification", "number", "activities", "level", "basis", "from", "until", "suspended", "key"},
	.needed = 2,
	.take = take_provider,
};

// ---- aliases

enum { A_VENDOR, A_PRODUCT, A_TO };

static bool is_eol(struct slice to)
{
	return to.n > 4 && slice_starts(to, "eol:");
}

// What is pointed at, as the knowledge writes it: without a version.
static enum err canonical(struct table *t, struct slice *to, struct why *why)
{
	char room[PURL_MAX > CPE_MAX ? PURL_MAX : CPE_MAX];
	struct buf out;
	struct cpe cpe;
	struct purl purl;
	bool is_cpe = slice_starts_letters(*to, "cpe:");
	enum err e = is_cpe ? cpe_parse(*to, room, &cpe, why) : purl_parse(*to, room, &purl, why);
	if (e != ERR_OK)
		return e;
	if (is_cpe && !cpe_names_product(&cpe))
		return why_set(why, ERR_INPUT, "names no product");
	buf_init(&out, FACT_TEXT_MAX);
	if (is_cpe) {
		cpe_product(&cpe, &out);
	} else {
		purl.version = purl.subpath = (struct slice){0};
		purl.qualifiers = 0;
		purl_print(&purl, &out);
	}
	e = buf_status(&out);
	if (e == ERR_OK)
		*to = reading_print(t->r, "%.*s", SLICE_ARGS(buf_slice(&out)));
	else
		why_set(why, e, "longer than %u bytes", FACT_TEXT_MAX);
	buf_free(&out);
	return e;
}

static enum err take_alias(struct table *t, struct why *why)
{
	struct fact f = {.kind = FACT_ALIAS, .alias = {t->cell[A_VENDOR], t->cell[A_PRODUCT], t->cell[A_TO]}};
	struct why refusal = {""};
	reading_next(t->r);
	if (f.alias.vendor.n == 0 && f.alias.product.n == 0)
		return row_refuse(t, f.alias.to, "a row names a vendor or a product", why);
	if (!is_eol(f.alias.to) && !slice_starts_letters(f.alias.to, "cpe:") && !slice_starts_letters(f.alias.to, "pkg:"))
		return row_refuse(t, f.alias.to, "points at cpe:…, pkg:… or eol:…", why);
	if (!is_eol(f.alias.to) && canonical(t, &f.alias.to, &refusal) != ERR_OK)
		return row_refuse(t, f.alias.to, refusal.text, why);
	return say(t->r, NULL, &f, why);
}

const struct format aliases_format = {
	.kind = SOURCE_ALIASES,
	.may_be_empty = true,
	.columns = {"vendor", "product", "to"},
	.needed = 3,
	.take = take_alias,
};
