// What a token says together with the text around it: mail addresses, URLs, file names with more than one part.
#include "scan/inside.h"

#include <stdio.h>

#define LOCAL_MAX 64u                       // characters of the local part of a mail address, RFC 5321 section 4.5.3.1.1
#define LOCAL_BEHIND (6u * (LOCAL_MAX + 1)) // bytes read back for it, all written as \uXXXX, and for what stands before
#define SEEN_MAX (2u * LOCAL_MAX)           // each way of reading gives one text of each length; a hostile set may give more
#define URL_BEHIND SCAN_URL_MAX             // bytes read back for scheme and user name of a URL
#define MARK_MAX 24u                        // bytes of "://[", all written as \uXXXX
#define END_MARKS 6u                        // marks within a URL before which it may be meant to end
#define ENDS_MAX (2 + END_MARKS)            // and at its end, with and without punctuation

// Text of the block as read in one of the ways, with the place of each byte.
struct reading {
	size_t n;
	uint8_t text[URL_BEHIND + SCAN_URL_MAX + 8]; // an escape gives up to three bytes
	uint32_t where[URL_BEHIND + SCAN_URL_MAX + 8];
};

static void read_on(const struct scan *s, struct reading *r, size_t from, size_t to, unsigned how)
{
	for (size_t i = from; i < to && r->n < URL_BEHIND;) {
		struct unit u = read_unit(s->p + i, to - i, how);
		for (unsigned k = 0; k < u.n; k++) {
			r->where[r->n] = (uint32_t)i;
			r->text[r->n++] = u.bytes[k];
		}
		i += u.raw;
	}
	r->where[r->n] = (uint32_t)to;
}

static bool is_local(uint8_t c) // RFC 5321 atext, and dots
{
	return is_token(c) || (c > 0x20 && c < 0x7f && strchr("!#$%&'*+/=?^`{|}~", c) != NULL);
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool same_mail(struct slice stored, struct slice local, const uint8_t *domain, size_t n)
{
	if (stored.n != local.n + 1 + n || stored.p[local.n] != '@')
		return false;
	for (size_t i = 0; i < local.n; i++)
		if (stored.p[i] != lower(local.p[i]))
			return false;
	for (size_t i = 0; i < n; i++)
		if (stored.p[local.n + 1 + i] != lower(domain[i]))
			return false;
	return true;
}

static bool is_new(uint32_t *seen, size_t *count, uint32_t index)
{
	for (size_t i = 0; i < *count; i++)
		if (seen[i] == index)
			return false;
	if (*count < SEEN_MAX)
		seen[(*count)++] = index;
	return true;
}

void check_mail(struct scan *s, const struct view *v, size_t start, size_t end)
{
	size_t raw = view_at(v, start), count = 0, at;
	if (start > 0 && v->p[start - 1] == '@')
		at = view_at(v, start - 1);
	else if (start == 0 && raw > 0 && s->p[raw - 1] == '@') // a view begins where escapes can
		at = raw - 1;
	else
		return;
	size_t from = at;
	uint32_t seen[SEEN_MAX];
	const struct slice domain = slice_of(v->p + start, end - start);
	uint64_t key = key_name(domain);
	while (from > 0 && at - from < LOCAL_BEHIND && (is_local(s->p[from - 1]) || s->p[from - 1] >= 0x80 || s->p[from - 1] == '\\'))
		from--;
	for (unsigned letters = 0; letters <= READ_LETTERS; letters += READ_LETTERS) {
		struct reading r = {0};
		read_on(s, &r, from, at, READ_ESCAPES | READ_PERCENT | letters);
		for (size_t i = r.n; i > 0 && r.n - i < LOCAL_MAX && is_local(r.text[i - 1]); i--) {
			uint8_t before = i > 1 ? r.text[i - 2] : 0;
			uint32_t ref;
			uint64_t place = UINT64_MAX, whole;
			const struct slice local = slice_of(r.text + i - 1, r.n - i + 1);
			if (is_word(before) || before == '+')
				continue;
			whole = key_mail(key, local);
			while (filter_has(s->set, whole) && slot_next(s->set, whole, &place, &ref)) {
				struct slice stored;
				if ((ref & SET_HOST) == 0 && ref - 1 < s->set->head->count && s->set->records[ref - 1].type == OBSERVABLE_MAIL &&
				    record_value(s->set, ref - 1, &stored) && same_mail(stored, local, domain.p, domain.n) &&
				    is_new(seen, &count, ref - 1)) {
					struct view whole_text = {.fixed = true, .fixed_start = r.where[i - 1], .fixed_end = view_at(v, end)};
					met(s, &whole_text, 0, 0, ref - 1);
				}
			}
		}
	}
}

// ---- URLs

// Every border of a hostile URL would cost a hash of all before it: only those are hashed where an indicator may end.
static size_t next_length(const struct indicator_set *set, size_t from) // from or more
{
	size_t word = from / 64, words = sizeof set->url_lengths / sizeof *set->url_lengths;
	uint64_t left = word < words ? set->url_lengths[word] >> from % 64 << from % 64 : 0;
	while (left == 0 && ++word < words)
		left = set->url_lengths[word];
	return left != 0 ? 64 * word + (size_t)__builtin_ctzll(left) : SIZE_MAX;
}

static bool is_border(struct slice url, size_t i, bool query) // the path may end before byte i
{
	if (i == url.n)
		return true;
	uint8_t after = url.p[i], before = url.p[i - 1];
	return after == '/' || after == '?' || before == '/' || before == '?' || (query && (after == '&' || before == '&'));
}

static void find_forms(const struct indicator_set *set, struct slice url, url_found *found, void *context)
{
	size_t path = slice_find(url, '/', slice_find(url, ':', 0) + 3), query = slice_find(url, '?', path);
	for (size_t i = next_length(set, path + 1); i <= url.n && i <= OBSERVABLE_MAX; i = next_length(set, i + 1)) {
		if (!is_border(url, i, query < i))
			continue;
		struct slice prefix = slice_part(url, 0, i);
		uint64_t key = key_bytes(KEY_URL, prefix), at = UINT64_MAX;
		uint32_t ref;
		while (filter_has(set, key) && slot_next(set, key, &at, &ref)) {
			struct slice stored;
			if ((ref & SET_HOST) == 0 && ref - 1 < set->head->count && set->records[ref - 1].type == OBSERVABLE_URL &&
			    record_value(set, ref - 1, &stored) && slice_equal(stored, prefix))
				found(context, ref - 1);
		}
	}
}

// As it is; and as an indicator without a scheme would name it, with the port written out or not.
void find_urls(const struct indicator_set *set, struct slice url, url_found *found, void *context)
{
	static const struct {
		const char *scheme, *port;
	} ports[] = {{"http", ":80"}, {"https", ":443"}, {"ftp", ":21"}, {"ws", ":80"}, {"wss", ":443"}};
	char text[OBSERVABLE_URL_FRONT + 16];
	size_t colon = slice_find(url, ':', 0), path = slice_find(url, '/', colon + 3);
	find_forms(set, url, found, context);
	size_t n = (size_t)snprintf(text, sizeof text, "any%.*s", SLICE_ARGS(slice_part(url, colon, url.n)));
	find_forms(set, slice_of(text, n), found, context);
	struct slice host = slice_part(url, colon + 3, path - colon - 3);
	struct slice behind = slice_part(host, host.n > 0 && host.p[0] == '[' ? slice_find(host, ']', 0) : 0, host.n);
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		if (slice_is_text(slice_part(url, 0, colon), ports[i].scheme) && slice_find(behind, ':', 0) == behind.n) {
			n = (size_t)snprintf(text, sizeof text, "any%.*s%s%.*s", SLICE_ARGS(slice_part(url, colon, path - colon)),
			                     ports[i].port,
			                     SLICE_ARGS(slice_part(url, path, url.n)));
			find_forms(set, slice_of(text, n), found, context);
		}
}

// Before the host: a scheme, "://", perhaps a user. Where the scheme begins in r, or r->n.
static size_t scheme_start(const struct scan *s, const struct reading *r, unsigned how)
{
	size_t end = r->n;
	if (end > 0 && r->text[end - 1] == '[')
		end--;
	if (end > 0 && r->text[end - 1] == '@')
		while (end > 0 && !(r->text[end - 1] == '/') && r->text[end - 1] > 0x20 && strchr("\"<>?#\\", r->text[end - 1]) == NULL &&
		       !((how & READ_PERCENT) != 0 && s->p[r->where[end - 1]] == '&'))
			end--;
	if (end < 4 || memcmp(r->text + end - 3, "://", 3) != 0)
		return r->n;
	const uint8_t *p = s->p; // the text of a URL is percent-coded as a whole only when its "://" is
	if ((how & READ_PERCENT) != 0 && p[r->where[end - 3]] != '%' && p[r->where[end - 2]] != '%' && p[r->where[end - 1]] != '%')
		return r->n;
	size_t from = end - 3;
	while (from > 0 && (is_token(r->text[from - 1]) || r->text[from - 1] == '+') && r->text[from - 1] != '_')
		from--;
	while (from < end - 3 && !((r->text[from] | 0x20) >= 'a' && (r->text[from] | 0x20) <= 'z'))
		from++;
	return from < end - 3 ? from : r->n;
}

static bool ends_url(const struct scan *s, size_t i, struct unit u, unsigned how)
{
	uint8_t c = u.bytes[0];
	return c <= 0x20 || c == 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' ||
	       ((how & READ_PERCENT) != 0 && s->p[i] == '&');
}

// Where to begin to read so that the scheme is in it: behind what is part neither of one nor of an escape. A user name holds all.
static size_t before_scheme(const struct scan *s, size_t start, bool user)
{
	size_t back = start;
	while (back > 0 && start - back < URL_BEHIND && s->p[back - 1] > 0x20 && s->p[back - 1] != '"' &&
	       (user || start - back < MARK_MAX || is_token(s->p[back - 1]) || strchr("+\\%", s->p[back - 1]) != NULL))
		back--;
	return back;
}

// On from the host to where a URL can no longer go on, or has SCAN_URL_MAX bytes.
static void read_rest(struct scan *s, struct reading *r, size_t start, size_t most, unsigned how)
{
	size_t i = start;
	while (i < s->n && i < most) {
		struct unit u = read_unit(s->p + i, s->n - i, how & ~READ_LETTERS);
		if (ends_url(s, i, u, how))
			break;
		for (unsigned k = 0; k < u.n; k++) {
			r->where[r->n] = (uint32_t)i;
			r->text[r->n++] = u.bytes[k];
		}
		i += u.raw;
	}
	r->where[r->n] = (uint32_t)i;
	s->work += i - start;
}

// Marks that may belong to the sentence around a URL and not to it.
static size_t likely_ends(const struct reading *r, size_t from, size_t ends[static ENDS_MAX])
{
	size_t count = 0, end = r->n;
	ends[count++] = end;
	while (end > from && strchr(".,;:!?)]'", r->text[end - 1]) != NULL && r->text[end - 1] != 0)
		end--;
	if (end < r->n)
		ends[count++] = end;
	for (size_t i = from, last = count + END_MARKS; i < r->n && count < last; i++)
		switch (r->text[i]) {
		case ',':
			if (r->n - i <= 5 || memcmp(r->text + i + 1, "http", 4) != 0)
				break;
			__attribute__((fallthrough));
		case '\'': case '`': case '|': case '{': case '}': case '^': case 0:
			ends[count++] = i;
		}
	return count;
}

// Two ways of reading, two places where it may end, and user name and host that are both hosts find the same URL.
static void met_url(struct scan *s, size_t colon, size_t start, size_t end, uint32_t index)
{
	const struct view whole = {.fixed = true, .fixed_start = start, .fixed_end = end};
	size_t first = (size_t)key_mix(colon + 1, KEY_URL ^ index) % (URLS_KEPT / URLS_WAYS) * URLS_WAYS;
	size_t to = first + s->url_next++ % URLS_WAYS;
	for (size_t i = first; i < first + URLS_WAYS; i++) {
		if (s->urls[i].block == s->block && s->urls[i].colon == colon && s->urls[i].indicator == index)
			return;
		if (s->urls[i].block != s->block)
			to = i;
	}
	s->urls[to].block = s->block;
	s->urls[to].colon = (uint32_t)colon;
	s->urls[to].indicator = index;
	met(s, &whole, 0, 0, index);
}

struct url_place {
	struct scan *s;
	size_t colon, start, end; // of "://", of the whole
};

static void url_met(void *context, uint32_t index)
{
	const struct url_place *u = context;
	met_url(u->s, u->colon, u->start, u->end, index);
}

// The character that ends before byte i > 0, as it is or escaped; *n: bytes of it. It is what '/', ':', '@', '[' are read from.
static uint8_t char_before(const uint8_t *p, size_t i, size_t *n)
{
	static const size_t lengths[] = {6, 4, 3, 2};
	for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
		if (lengths[k] > i)
			continue;
		struct unit u = read_unit(p + i - lengths[k], lengths[k], READ_ESCAPES | READ_PERCENT);
		*n = lengths[k];
		if (u.n == 1 && u.raw == lengths[k])
			return u.bytes[0];
	}
	*n = 1;
	return p[i - 1];
}

static bool ends_mark(const uint8_t *p, size_t i) // "://", in any of the ways
{
	static const uint8_t mark[] = {'/', '/', ':'};
	size_t n;
	for (size_t k = 0; k < sizeof mark; i -= n, k++)
		if (i == 0 || char_before(p, i, &n) != mark[k])
			return false;
	return true;
}

enum before { BEFORE_NOTHING, BEFORE_USER, BEFORE_MARK, BEFORE_URL, BEFORE_SAME };

// May the host be one of a URL? Without decoding: a line of hosts would be read back once for each. BEFORE_MARK: "://" stands
// before it; BEFORE_URL: a user name and "://"; BEFORE_USER: what may be a user name, and no "://" before that.
// BEFORE_SAME: it is in one URL with s->user_last, or in none with it.
static enum before look_back(struct scan *s, size_t start)
{
	const uint8_t *p = s->p;
	size_t n, i = start;
	bool plain = true; // nothing that may end a user name in one way of reading and not in another
	uint8_t c = i > 0 ? char_before(p, i, &n) : 0;
	if (c == '[') {
		i -= n;
		c = i > 0 ? char_before(p, i, &n) : 0;
	}
	if (c != '@')
		return c == '/' && ends_mark(p, i) ? BEFORE_MARK : BEFORE_NOTHING;
	for (; i > 0 && start - i < URL_BEHIND; i--, s->work++) {
		if (s->user_last.block == s->block && s->user_last.start == i && (plain || !s->user_last.any))
			return BEFORE_SAME;
		c = p[i - 1];
		if ((c == '/' || (c | 0x20) == 'f') && ends_mark(p, i))
			return BEFORE_URL;
		if (c <= 0x20 || strchr("\"<>?#/", c) != NULL)
			return BEFORE_USER;
		plain = plain && c != '\\' && c != '%' && c != '&';
	}
	return BEFORE_USER;
}

static void find_in_reading(struct scan *s, const struct reading *r, size_t from)
{
	size_t ends[ENDS_MAX], colon = slice_find(slice_of(r->text, r->n), ':', from), count = likely_ends(r, from, ends);
	for (size_t i = 0; i < count; i++) {
		char url[OBSERVABLE_URL_FRONT];
		size_t n = 0;
		struct url_place place = {s, r->where[colon], r->where[from], r->where[ends[i]]};
		s->work += ends[i] - from;
		if (observable_url_front(slice_of(r->text + from, ends[i] - from), url, &n, NULL) == ERR_OK)
			find_urls(s->set, slice_of(url, n), url_met, &place);
	}
}

bool check_url(struct scan *s, const struct view *v, size_t start)
{
	static const unsigned ways[] = {READ_ESCAPES, READ_ESCAPES | READ_PERCENT, READ_ESCAPES | READ_LETTERS};
	struct reading r;
	size_t raw = view_at(v, start);
	bool any = false;
	enum before before = look_back(s, raw);
	if (before == BEFORE_SAME)
		any = s->user_last.any;
	bool url = before == BEFORE_MARK || before == BEFORE_URL;
	size_t back = url ? before_scheme(s, raw, before == BEFORE_URL) : raw;
	for (size_t w = 0; w < sizeof ways / sizeof *ways && url; w++) {
		r.n = 0;
		read_on(s, &r, back, raw, ways[w]);
		s->work += raw - back;
		size_t from = scheme_start(s, &r, ways[w]);
		if (from == r.n)
			continue;
		any = true;
		uint32_t at = r.where[from], colon = r.where[slice_find(slice_of(r.text, r.n), ':', from)];
		bool percent = (ways[w] & READ_PERCENT) != 0;
		if (s->url_last[percent].block == s->block && s->url_last[percent].from == at && s->url_last[percent].colon == colon)
			continue;
		s->url_last[percent].block = s->block;
		s->url_last[percent].from = at;
		s->url_last[percent].colon = colon;
		read_rest(s, &r, raw, at + SCAN_URL_MAX, ways[w]);
		find_in_reading(s, &r, from);
	}
	if (any || before == BEFORE_USER || before == BEFORE_SAME) {
		s->user_last.block = s->block;
		s->user_last.start = (uint32_t)raw;
		s->user_last.any = any;
	}
	return any;
}

// ---- file names

static bool reads_as(const struct reading *r, size_t at, struct slice want)
{
	for (size_t i = 0; i < want.n; i++)
		if (at + i >= r->n || lower(r->text[at + i]) != want.p[i])
			return false;
	return true;
}

// The part of the name before and after its anchor, as the text around it is read in one way.
static bool is_around(struct scan *s, size_t start, size_t end, struct slice before, struct slice behind, unsigned how)
{
	struct reading r = {0};
	size_t back = start, on = end;
	while (back > 0 && start - back < SCAN_URL_MAX / 2 && s->p[back - 1] != '\n')
		back--;
	while (on < s->n && on - end < 6 * behind.n + 32 && on - end < SCAN_URL_MAX / 2 && s->p[on] != '\n')
		on++;
	read_on(s, &r, back, start, how);
	if (r.n < before.n || !reads_as(&r, r.n - before.n, before) || (r.n > before.n && is_word(r.text[r.n - before.n - 1])))
		return false;
	r.n = 0;
	read_on(s, &r, end, on, how);
	size_t next = behind.n;
	while (next < r.n && r.text[next] == '.')
		next++; // the end of a sentence
	if (!reads_as(&r, 0, behind))
		return false;
	if (how == 0 && next < r.n) // an escape may go on with the word
		r.text[next] = read_unit(r.text + next, r.n - next, READ_ESCAPES | READ_PERCENT).bytes[0];
	return next == r.n || !is_word(r.text[next]);
}

void check_file(struct scan *s, const struct view *v, uint32_t index, size_t start, size_t end)
{
	struct slice name, anchor;
	if (v->fixed || !record_value(s->set, index, &name) || !set_file_anchor(name, &anchor) || anchor.n != end - start)
		return;
	for (size_t i = 0; i < anchor.n; i++)
		if (anchor.p[i] != lower(v->p[start + i]))
			return;
	struct slice before = slice_part(name, 0, (size_t)(anchor.p - name.p));
	struct slice behind = slice_part(name, before.n + anchor.n, name.n);
	static const unsigned ways[] = {0, READ_ESCAPES | READ_PERCENT, READ_ESCAPES | READ_PERCENT | READ_LETTERS};
	for (size_t w = slice_find(name, '\\', 0) == name.n; w < sizeof ways / sizeof *ways; w++) // as it stands: paths only
		if (!(v->letters && w == 1) && is_around(s, view_at(v, start), view_at(v, end), before, behind, ways[w])) {
			struct view whole = {.fixed = true, .fixed_start = view_at(v, start) - (w == 0 ? before.n : 0),
			                     .fixed_end = view_at(v, end) + (w == 0 ? behind.n : 0)};
			met(s, &whole, 0, 0, index);
			return;
		}
}
