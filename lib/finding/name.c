// Which product of the end-of-life data an item is, and which of its cycles, by the names that people write into tables.
#include <string.h>

#include "inside.h"
#include "product/called.h"
#include "product/cpe.h"

#define ROOM (3 * INVENTORY_TEXT_MAX) // vendor, name and version
#define CYCLES_MAX 64u                // of one version

struct sought {
	const struct knowledge *k;
	struct slice vendor, version;
	uint32_t product;
	struct fact_cycle cycle;
	enum confidence confidence;
};

static bool is_blank(uint8_t c)
{
	return c == ' ';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static void put(char room[static ROOM], struct slice *text, struct slice more)
{
	if (more.n == 0 || text->n + more.n + 1 > ROOM)
		return;
	if (text->n > 0)
		room[text->n++] = ' ';
	memcpy(room + text->n, more.p, more.n);
	*text = slice_of(room, text->n + more.n);
}

static struct slice joined(char room[static ROOM], struct slice a, struct slice b)
{
	struct slice text = slice_of(room, 0);
	put(room, &text, a);
	put(room, &text, b);
	return text;
}

static bool is_between(uint8_t c)
{
	return is_blank(c) || c == '-' || c == '_';
}

// The next word between blanks and hyphens; what stands in parentheses ("(buster)", "(64-bit)") is left out.
static bool next_word(struct slice *rest, struct slice *word)
{
	size_t from = 0, to;
	while (from < rest->n && (is_between(rest->p[from]) || rest->p[from] == '('))
		from = rest->p[from] == '(' ? slice_find(*rest, ')', from) + 1 : from + 1;
	for (to = from; to < rest->n && !is_between(rest->p[to]);)
		to++;
	*word = slice_part(*rest, from, to - from);
	*rest = slice_part(*rest, to, rest->n);
	return word->n > 0;
}

// "2012", "R2", "SP4", "v14.1.0", "8u202": at most two letters before a digit.
static bool is_version_word(struct slice word)
{
	size_t n = 0;
	while (n < 2 && n < word.n && is_letter(word.p[n]))
		n++;
	return n < word.n && is_digit(word.p[n]);
}

static bool has_word(struct slice text, struct slice word)
{
	struct slice one;
	while (next_word(&text, &one))
		if (slice_same_letters(one, word))
			return true;
	return false;
}

// Nothing in it but numbers, editions, and words of the cycle itself: then nothing else can be meant ("12 ODBC driver" can).
static bool says_no_more(struct slice rest, const struct fact_cycle *c)
{
	struct slice word;
	while (next_word(&rest, &word))
		if (!is_version_word(word) && !product_is_edition(word) &&
		    !(c != NULL && (has_word(c->cycle, word) || has_word(c->label, word) || has_word(c->codename, word))))
			return false;
	return true;
}

// Without editions and parentheses.
static struct slice plain(char room[static ROOM], struct slice rest)
{
	struct slice text = slice_of(room, 0), word;
	while (next_word(&rest, &word))
		if (!product_is_edition(word))
			put(room, &text, word);
	return text;
}

// "12 SP4" is 12.4, where cycles are written so.
static struct slice dotted(char room[static ROOM], struct slice text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n && n < ROOM; i++) {
		bool pack = i + 3 < text.n && is_blank(text.p[i]) && is_digit(text.p[i + 3]) &&
		            slice_starts_letters(slice_part(text, i + 1, 2), "sp");
		room[n++] = pack ? '.' : (char)text.p[i];
		i += pack ? 2 : 0;
	}
	return slice_of(room, n);
}

enum tells { TELLS_NOTHING, TELLS_THIS, TELLS_ANOTHER };

// What the text tells of the cycle that was found.
static enum tells tells(const struct sought *s, struct slice text)
{
	struct fact_cycle of[CYCLES_MAX];
	size_t n = knowledge_cycles_of(s->k, s->product, text, of, CYCLES_MAX);
	for (size_t i = 0; i < n && i < CYCLES_MAX; i++)
		if (slice_equal(of[i].cycle, s->cycle.cycle))
			return TELLS_THIS;
	return n == 0 ? TELLS_NOTHING : TELLS_ANOTHER;
}

static bool take(struct sought *s, struct slice text)
{
	return text.n > 0 && knowledge_cycle_of(s->k, s->product, text, &s->cycle);
}

static bool begins(struct slice text, struct slice with)
{
	return slice_same_letters(slice_part(text, 0, with.n), with) && (text.n == with.n || !is_digit(text.p[with.n]));
}

// What follows the product in the name, and the version. They say the same, or belong together ("10" and "22H2"), or one of them says it.
static bool find_cycle(struct sought *s, struct slice rest)
{
	char rooms[4][ROOM];
	if (rest.n == 0) // the name is the product's and no more
		return take(s, s->version) || take(s, dotted(rooms[0], s->version));
	struct slice bare = plain(rooms[0], rest), version = s->version, both = joined(rooms[2], bare, version);
	bool more = !says_no_more(rest, NULL);
	const struct slice alone[] = {rest, bare}, texts[] = {joined(rooms[1], rest, version), both, more ? (struct slice){0} : version,
	                                                      rest, bare, dotted(rooms[3], both)};
	bool found = begins(version, bare) && !more && take(s, version);
	for (size_t i = 0; i < sizeof alone / sizeof *alone && !found; i++)
		found = take(s, alone[i]) && (version.n == 0 || tells(s, version) == TELLS_THIS);
	if (!found && take(s, version))
		found = tells(s, rest) == TELLS_THIS || tells(s, bare) == TELLS_THIS;
	for (size_t i = 0; i < sizeof texts / sizeof *texts && !found; i++)
		found = take(s, texts[i]);
	if (!found)
		return false;
	enum tells by_name = tells(s, rest), by_version = tells(s, version);
	if (by_name == TELLS_NOTHING)
		by_name = tells(s, bare);
	bool against = by_name == TELLS_ANOTHER && by_version == TELLS_THIS && !begins(version, bare);
	if (!says_no_more(rest, &s->cycle) || by_version == TELLS_ANOTHER || against)
		s->confidence = CONFIDENCE_DOUBTFUL;
	return true;
}

static struct slice fold(char room[static ROOM], struct slice text)
{
	struct slice folded;
	return product_fold(text, room, ROOM, &folded) ? folded : slice_of(room, 0);
}

// Without the blanks between words: "palo_alto_networks" is "paloaltonetworks".
static struct slice squeeze(char room[static ROOM], struct slice text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n && n < ROOM; i++)
		if (!is_between(text.p[i]))
			room[n++] = (char)text.p[i];
	return slice_of(room, n);
}

// Found by a name without its maker ("IOS" of "Apple iOS"): the vendor told must be that maker. Cisco has an IOS too.
static bool is_makers(const struct sought *s, struct slice name)
{
	char rooms[5][ROOM];
	struct slice title = fold(rooms[0], knowledge_product_title(s->k, s->product)), vendor = fold(rooms[1], s->vendor);
	struct slice folded = fold(rooms[2], name);
	if (vendor.n == 0 || title.n < folded.n + 2 || !slice_equal(slice_part(title, title.n - folded.n, title.n), folded))
		return true;
	struct slice maker = squeeze(rooms[3], slice_part(title, 0, title.n - folded.n - 1));
	struct slice squeezed = squeeze(rooms[4], vendor), first = slice_part(vendor, 0, slice_find(vendor, '_', 0));
	bool says_maker = maker.n > 0 && squeezed.n > 0 && memmem(squeezed.p, squeezed.n, maker.p, maker.n) != NULL;
	return says_maker || (maker.n >= first.n && slice_equal(slice_part(maker, 0, first.n), first)) ||
	       has_word(slice_part(title, 0, title.n - folded.n - 1), first);
}

// As the data has it, as people call it, or as the data has it without blanks ("openSUSE Leap", "Node JS").
static bool find_product(struct sought *s, struct slice name)
{
	char room[ROOM];
	struct slice product;
	if (knowledge_product(s->k, name, &s->product) || (product_called(name, &product) && knowledge_product(s->k, product, &s->product)))
		return true;
	struct slice squeezed = squeeze(room, name);
	return squeezed.n < name.n && knowledge_product(s->k, squeezed, &s->product);
}

// The longest product that begins the text, behind its first `from` bytes, and of which a cycle follows.
static bool find_words(struct sought *s, struct slice text, size_t from)
{
	for (size_t at = text.n; at-- > from + 1;) {
		bool banner = text.p[at] == '/' && at + 1 < text.n && is_digit(text.p[at + 1]); // "nginx/1.18.0"
		struct slice name = slice_trim(slice_part(text, 0, at));
		if ((!is_blank(text.p[at]) && !banner) || name.n == 0 || !find_product(s, name))
			continue;
		s->confidence = is_makers(s, name) ? CONFIDENCE_ALIAS : CONFIDENCE_DOUBTFUL;
		if (find_cycle(s, slice_part(text, at + 1, text.n)))
			return true;
	}
	return false;
}

bool cycle_by_name(const struct findings *f, const struct item *i, uint32_t *product, struct fact_cycle *cycle, enum confidence *confidence)
{
	char rooms[3][ROOM];
	struct sought s = {.k = f->k, .vendor = i->vendor, .version = i->version, .confidence = CONFIDENCE_ALIAS};
	struct slice full = i->vendor.n > 0 ? joined(rooms[0], i->vendor, i->name) : (struct slice){0}, less = {0};
	if (i->vendor.n > 0 && i->name.n > i->vendor.n + 1 && is_blank(i->name.p[i->vendor.n]) &&
	    slice_same_letters(slice_part(i->name, 0, i->vendor.n), i->vendor))
		less = slice_part(i->name, i->vendor.n + 1, i->name.n);
	const struct slice names[] = {full, i->name, less};
	bool found = false, known = false;
	for (size_t n = 0; n < sizeof names / sizeof *names && !known; n++)
		if (names[n].n > 0 && find_product(&s, names[n])) {
			known = true;
			s.confidence = is_makers(&s, names[n]) ? CONFIDENCE_ALIAS : CONFIDENCE_DOUBTFUL;
			found = s.version.n > 0 && find_cycle(&s, (struct slice){0});
		}
	for (size_t n = 0; n < sizeof names / sizeof *names && !known && !found; n++)
		found = names[n].n > 0 && find_words(&s, names[n], n == 0 ? i->vendor.n : 0);
	if (found) {
		*product = s.product;
		*cycle = s.cycle;
		*confidence = s.confidence;
	}
	return found;
}
