// Products of the end-of-life data, and the cycle that a version belongs to (the rule is in knowledge.h).
#include "knowledge/layout.h"

#define TOKENS_MAX 48u // of one version or cycle; what comes after does not count

enum token_kind { NUMBER, WORD, MARK };

struct token {
	enum token_kind kind;
	bool apart; // a blank, '-' or other separator before it
	struct slice text;
};

struct tokens { // a row, or a part of one
	const struct token *at;
	size_t n;
};

static bool is_number(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (slice_lower(c) >= 'a' && slice_lower(c) <= 'z') || c >= 0x80;
}

// A code name stands in quotes in labels ("2016 'SQL16' SP3"), or is a place to fill; it is no part of a version.
static size_t skip(struct slice s, size_t i)
{
	static const char place[] = "__CODENAME__";
	size_t quote = slice_find(s, '\'', i + 1);
	if (s.p[i] == '\'' && quote < s.n)
		return quote - i + 1;
	return slice_starts(slice_part(s, i, s.n), place) ? sizeof place - 1 : 1;
}

// The row lies in the room.
static struct tokens split(struct slice s, struct token room[static TOKENS_MAX])
{
	struct tokens t = {room, 0};
	bool apart = false;
	for (size_t i = 0, n; i < s.n && t.n < TOKENS_MAX; i += n) {
		uint8_t c = s.p[i];
		n = 1;
		enum token_kind kind = is_number(c) ? NUMBER : is_letter(c) ? WORD : MARK;
		if (kind == MARK && c != '.' && c != '+') {
			apart = true;
			n = skip(s, i);
			continue;
		}
		while (i + n < s.n && ((kind == NUMBER && is_number(s.p[i + n])) || (kind == WORD && is_letter(s.p[i + n]))))
			n++;
		room[t.n++] = (struct token){kind, apart, slice_of(s.p + i, n)};
		apart = false;
	}
	return t;
}

static bool same(const struct token *a, const struct token *b)
{
	return a->kind == b->kind && slice_same_letters(a->text, b->text);
}

// Does the row of tokens a begin the row b?
static bool begins(const struct tokens *a, const struct tokens *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (i >= b->n || !same(&a->at[i], &b->at[i]))
			return false;
	return a->n > 0;
}

static bool equal(const struct tokens *a, const struct tokens *b)
{
	return a->n == b->n && begins(a, b);
}

static void drop(struct tokens *t, size_t n)
{
	t->at += n;
	t->n -= n;
}

// "Windows Server 2022" of the product windows-server is "2022". A name alone stays.
static void drop_name(struct tokens *t, const struct tokens *name)
{
	if (name->n < t->n && begins(name, t))
		drop(t, name->n);
}

// "v3.20" is 3.20, and "r595" is 595: one letter before a number, where the other side begins with the number.
static void drop_letter(struct tokens *t, const struct tokens *other)
{
	const struct slice first = t->n > 1 ? t->at[0].text : (struct slice){0};
	if (first.n == 1 && other->n > 0 && other->at[0].kind == NUMBER && t->at[0].kind == WORD &&
	    (slice_lower(first.p[0]) == 'v' || slice_lower(first.p[0]) == 'r') && t->at[1].kind == NUMBER && !t->at[1].apart)
		drop(t, 1);
}

// How many tokens of a cycle that begins with a number come before its words ("13.0-sp3": 3); all of them when there are none.
static size_t stem(const struct tokens *cycle)
{
	size_t n = 0;
	if (cycle->n == 0 || cycle->at[0].kind != NUMBER)
		return cycle->n;
	while (n < cycle->n && !(cycle->at[n].kind == WORD && cycle->at[n].apart))
		n++;
	return n;
}

// All tokens of a from `from` on, in this order, somewhere in b from `at` on.
static bool has_words(const struct tokens *a, size_t from, const struct tokens *b, size_t at)
{
	while (from < a->n && at < b->n)
		from += same(&a->at[from], &b->at[at++]);
	return from == a->n;
}

struct asked {
	struct slice text;
	struct tokens version, bare, name, title; // bare: the version without the product's name before it
	struct token rooms[3][TOKENS_MAX];
};

enum fit {
	FIT_NOT, FIT_STEM, FIT_BEGINS_LATEST, FIT_LATEST, FIT_PREFIX, FIT_OPEN, FIT_NUMBERED, FIT_CODENAME, FIT_LABEL, FIT_CYCLE, FIT_TEXT
};
#define FIT(kind, tokens) ((uint32_t)(kind) << 16 | (uint32_t)(tokens))

static uint32_t fit_latest(const struct tokens *latest, const struct tokens *version)
{
	size_t numbers = 0;
	for (size_t i = 0; i < latest->n; i++)
		numbers += latest->at[i].kind == NUMBER;
	if (numbers > 0 && equal(latest, version)) // "unknown" is no version
		return FIT(FIT_LATEST, latest->n);
	return numbers > 1 && begins(latest, version) ? FIT(FIT_BEGINS_LATEST, latest->n) : FIT_NOT;
}

// The cycle begins the version; or its number does, and words follow that a version of it shows ("8.3.101-CE") or need not show.
static uint32_t fit_prefix(const struct tokens *cycle, const struct tokens *version, const struct tokens *latest)
{
	struct tokens number = {cycle->at, stem(cycle)};
	if (begins(cycle, version))
		return FIT(FIT_PREFIX, cycle->n);
	if (number.n == cycle->n || !begins(&number, version))
		return FIT_NOT;
	if (has_words(cycle, number.n, version, number.n))
		return FIT(FIT_PREFIX, cycle->n);
	bool shown = begins(&number, latest) && has_words(cycle, number.n, latest, number.n);
	if (shown)
		return FIT_NOT;
	return number.n > 1 ? FIT(FIT_PREFIX, number.n) : FIT(FIT_STEM, 1); // "6-sp2" is not all that begins with 6
}

static uint32_t fits_tokens(const struct asked *a, const struct fact_cycle *c, struct tokens version)
{
	struct token rooms[3][TOKENS_MAX];
	struct tokens cycle = split(c->cycle, rooms[0]), label, latest;
	drop_letter(&version, &cycle);
	drop_letter(&cycle, &version);
	if (equal(&cycle, &version))
		return FIT(FIT_CYCLE, 0);
	label = split(c->label, rooms[1]);
	drop_name(&label, &a->title);
	drop_name(&label, &a->name);
	if (equal(&label, &version))
		return FIT(FIT_LABEL, 0);
	latest = split(c->latest, rooms[2]);
	drop_letter(&latest, &version);
	struct tokens number = {cycle.at, stem(&cycle)};
	if (equal(&latest, &version) && begins(&number, &version))
		return FIT(FIT_NUMBERED, number.n);
	if (version.n < cycle.n && begins(&version, &cycle) && cycle.at[version.n].kind == WORD && cycle.at[version.n].apart)
		return FIT(FIT_OPEN, version.n);
	uint32_t fit = fit_prefix(&cycle, &version, &latest);
	return fit != FIT_NOT ? fit : fit_latest(&latest, &version);
}

#define CODENAME_MIN 3u // letters of a code name's first word: "bionic" is Bionic Beaver, "a" nothing

// The code name is the version ("Big Sur"), or its first word is ("bionic"); or it stands before a version of this cycle.
static uint32_t fit_codename(const struct asked *a, const struct fact_cycle *c)
{
	struct token room[TOKENS_MAX];
	struct tokens codename, version = a->bare;
	if (c->codename.n == 0 || version.n == 0 || slice_lower(c->codename.p[0]) != slice_lower(version.at[0].text.p[0]))
		return FIT_NOT;
	codename = split(c->codename, room);
	if (codename.n == 0 || !same(&codename.at[0], &version.at[0]))
		return FIT_NOT;
	if (equal(&codename, &version))
		return FIT(FIT_LABEL, 0);
	if (version.at[0].kind != WORD || version.at[0].text.n < CODENAME_MIN)
		return FIT_NOT;
	if (version.n == 1)
		return FIT(FIT_CODENAME, 0);
	drop(&version, begins(&codename, &version) ? codename.n : 1);
	return fits_tokens(a, c, version);
}

static uint32_t fits(const struct asked *a, const struct fact_cycle *c)
{
	if (slice_same_letters(slice_trim(c->cycle), a->text))
		return FIT(FIT_TEXT, 0);
	uint32_t best = fits_tokens(a, c, a->version), bare = a->bare.n == a->version.n ? best : fits_tokens(a, c, a->bare);
	uint32_t named = fit_codename(a, c);
	best = bare > best ? bare : best;
	return named > best ? named : best;
}

struct slice knowledge_product_name(const struct knowledge *k, uint32_t product)
{
	struct file_product p;
	return KNOWLEDGE_GET(k, SECTION_PRODUCTS, product, &p) ? knowledge_text(k, p.name) : slice_of("", 0);
}

struct slice knowledge_product_title(const struct knowledge *k, uint32_t product)
{
	struct file_product p;
	return KNOWLEDGE_GET(k, SECTION_PRODUCTS, product, &p) ? knowledge_text(k, p.title) : slice_of("", 0);
}

static bool get_product(const struct knowledge *k, uint32_t product, struct file_product *p)
{
	return KNOWLEDGE_GET(k, SECTION_PRODUCTS, product, p) && p->cycle <= k->count[SECTION_CYCLES] &&
	       p->cycles <= k->count[SECTION_CYCLES] - p->cycle;
}

size_t knowledge_cycles(const struct knowledge *k, uint32_t product)
{
	struct file_product p;
	return get_product(k, product, &p) ? p.cycles : 0;
}

static struct fact_day day(const struct file_day *d)
{
	return (struct fact_day){.is = d->is <= DAY_YES ? d->is : DAY_NONE, .day = d->is == DAY_DATE ? d->day : FACT_NO_DATE};
}

struct fact_cycle knowledge_cycle(const struct knowledge *k, uint32_t product, size_t i)
{
	struct file_product p;
	struct file_cycle f;
	if (!get_product(k, product, &p) || i >= p.cycles || !KNOWLEDGE_GET(k, SECTION_CYCLES, p.cycle + i, &f))
		return (struct fact_cycle){.released = FACT_NO_DATE, .latest_released = FACT_NO_DATE};
	return (struct fact_cycle){
		.product = knowledge_text(k, p.name), .cycle = knowledge_text(k, f.cycle), .label = knowledge_text(k, f.label),
		.latest = knowledge_text(k, f.latest), .codename = knowledge_text(k, f.codename), .released = f.released,
		.latest_released = f.latest_released, .eol = day(&f.eol),
		.eoas = day(&f.eoas), .eoes = day(&f.eoes), .discontinued = day(&f.discontinued), .lts = day(&f.lts),
	};
}

// How many tokens the cycle's `latest` has in common with the version, from the beginning.
static size_t common(const struct asked *a, const struct fact_cycle *c)
{
	struct token room[TOKENS_MAX];
	struct tokens latest = split(c->latest, room);
	size_t n = 0;
	while (n < latest.n && n < a->bare.n && same(&latest.at[n], &a->bare.at[n]))
		n++;
	return n;
}

// One number is weak: it must not lead away from a cycle whose own versions look more like this one.
static bool stem_is_right(const struct knowledge *k, uint32_t product, const struct asked *a)
{
	size_t with = 0, without = 0;
	for (size_t i = 0; i < knowledge_cycles(k, product); i++) {
		struct fact_cycle c = knowledge_cycle(k, product, i);
		size_t n = common(a, &c), *most = fits(a, &c) == FIT(FIT_STEM, 1) ? &with : &without;
		*most = n > *most ? n : *most;
	}
	return with >= without;
}

#define FITS_KEPT 512u // of a product's cycles; those of others are looked at twice

size_t knowledge_cycles_of(const struct knowledge *k, uint32_t product, struct slice version, struct fact_cycle *cycles, size_t max)
{
	struct asked a;
	uint32_t fit[FITS_KEPT], best = 0;
	a.text = slice_trim(version);
	size_t n = 0, all = a.text.n > 0 && a.text.n <= FACT_TEXT_MAX ? knowledge_cycles(k, product) : 0;
	a.name = split(knowledge_product_name(k, product), a.rooms[0]);
	a.title = split(knowledge_product_title(k, product), a.rooms[1]);
	a.version = split(slice_part(version, 0, FACT_TEXT_MAX), a.rooms[2]);
	a.bare = a.version;
	drop_name(&a.bare, &a.title);
	drop_name(&a.bare, &a.name);
	for (size_t i = 0; i < all; i++) {
		struct fact_cycle c = knowledge_cycle(k, product, i);
		uint32_t one = fits(&a, &c);
		best = one > best ? one : best;
		if (i < FITS_KEPT)
			fit[i] = one;
	}
	if (best == FIT_NOT || (best == FIT(FIT_STEM, 1) && !stem_is_right(k, product, &a)))
		return 0;
	// Beside a cycle that is the number alone ("11"), those with words after it ("11-ltsc") are meant no less.
	uint32_t beside = best == FIT(FIT_PREFIX, 1) ? FIT(FIT_STEM, 1) : best;
	for (size_t i = 0; i < all; i++) {
		if (i < FITS_KEPT && fit[i] != best && fit[i] != beside)
			continue;
		struct fact_cycle c = knowledge_cycle(k, product, i);
		uint32_t one = i < FITS_KEPT ? fit[i] : fits(&a, &c);
		if (one != best && one != beside)
			continue;
		if (n < max)
			cycles[n] = c;
		n++;
	}
	return n;
}

// How long something lasts, for choosing: without an end, then an unknown end, then by day, then ended on an unknown day.
static int64_t lasts(const struct fact_day *d)
{
	return d->is == DAY_NO ? INT64_MAX : d->is == DAY_NONE ? INT64_MAX - 1 : d->is == DAY_DATE ? d->day : INT64_MIN;
}

#define EDITIONS_MAX 64u // of one build; the largest number known is 7

bool knowledge_cycle_of(const struct knowledge *k, uint32_t product, struct slice version, struct fact_cycle *cycle)
{
	struct fact_cycle all[EDITIONS_MAX];
	size_t n = knowledge_cycles_of(k, product, version, all, EDITIONS_MAX), best = 0;
	for (size_t i = 1; i < n && i < EDITIONS_MAX; i++) {
		int64_t ends = lasts(&all[i].eol), best_ends = lasts(&all[best].eol);
		bool extended = all[i].eoes.is == DAY_DATE && all[best].eoes.is == DAY_DATE && all[i].eoes.day > all[best].eoes.day;
		if (ends > best_ends || (ends == best_ends && extended))
			best = i;
	}
	if (n > 0)
		*cycle = all[best];
	return n > 0;
}
