// The exact checks: what the filter let through is compared with what the set holds.
#include "scan/inside.h"

#include "base/num.h"

static bool is_alnum(uint8_t c)
{
	return is_word(c) && c != '-' && c != '.' && c != '_';
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool same_text(struct slice stored, const uint8_t *text, size_t n)
{
	if (stored.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (stored.p[i] != lower(text[i]))
			return false;
	return true;
}

static void report(struct scan *s, const struct view *v, size_t start, size_t end, uint32_t index, enum observable_type type)
{
	size_t a = v->fixed ? v->fixed_start : view_at(v, start), b = v->fixed ? v->fixed_end : view_at(v, end);
	struct scan_hit hit = {a, b - a, index, type};
	if (!s->stopped && !s->found(s->context, &hit))
		s->stopped = true;
}

void met(struct scan *s, const struct view *v, size_t start, size_t end, uint32_t index)
{
	if (s->now == 0 || !indicator_expired(s->set, index, s->now))
		report(s, v, start, end, index, (enum observable_type)s->set->records[index].type);
}

void met_split(struct scan *s, const struct view *v, size_t start, size_t end)
{
	if (s->split)
		report(s, v, start, end, SCAN_SPLIT, OBSERVABLE_URL);
}

// The host of a URL: is this host it?
static bool is_host(const struct indicator_set *set, uint32_t index, struct slice host, bool six)
{
	struct slice url;
	bool bracketed;
	if (set->records[index].type != OBSERVABLE_URL || !record_value(set, index, &url))
		return false;
	struct slice have = set_url_host(url, &bracketed);
	uint8_t a[16], b[16];
	if (bracketed != six)
		return false;
	if (six)
		return set_ipv6(have, a) && set_ipv6(host, b) && memcmp(a, b, 16) == 0;
	return same_text(have, host.p, host.n);
}

static void check_host(struct scan *s, const struct view *v, size_t start, size_t end)
{
	if (v->fixed || !check_url(s, v, start))
		met_split(s, v, start, end);
}

void check_name(struct scan *s, const struct view *v, uint64_t key, size_t start, size_t end, size_t from)
{
	uint64_t at = UINT64_MAX;
	uint32_t ref;
	bool host = false;
	const struct slice text = slice_of(v->p + from, end - from);
	while (slot_next(s->set, key, &at, &ref)) {
		uint32_t index = (ref & ~SET_HOST) - 1;
		struct slice stored;
		if (index >= s->set->head->count || !record_value(s->set, index, &stored))
			continue;
		if ((ref & SET_HOST) != 0)
			host |= from == start && is_host(s->set, index, text, false);
		else if (!s->files_only && s->set->records[index].type == OBSERVABLE_DOMAIN && same_text(stored, text.p, text.n))
			met(s, v, start, end, index);
		else if (s->set->records[index].type == OBSERVABLE_FILENAME && from == start)
			check_file(s, v, index, start, end);
	}
	if (host && !s->files_only)
		check_host(s, v, start, end);
}

static bool is_net(const struct indicator_set *set, uint32_t index, const uint8_t *ip, size_t bytes, unsigned prefix)
{
	struct slice stored;
	return set->records[index].type == OBSERVABLE_CIDR && record_value(set, index, &stored) && stored.n == bytes + 1 &&
	       stored.p[bytes] == prefix && memcmp(stored.p, ip, bytes) == 0;
}

void check_ipv4(struct scan *s, const struct view *v, uint32_t address, unsigned prefix, size_t start, size_t end)
{
	uint64_t at = UINT64_MAX;
	uint32_t ref, net = prefix < 32 ? address & ~0u << (32 - prefix) : address;
	const uint8_t ip[4] = {(uint8_t)(net >> 24), (uint8_t)(net >> 16), (uint8_t)(net >> 8), (uint8_t)net};
	bool host = false;
	while (slot_next(s->set, key_ipv4(net, prefix), &at, &ref)) {
		uint32_t index = (ref & ~SET_HOST) - 1;
		if (index >= s->set->head->count)
			continue;
		const struct set_record *r = &s->set->records[index];
		if ((ref & SET_HOST) != 0)
			host |= prefix == 32 && is_host(s->set, index, slice_of(v->p + start, end - start), false);
		else if (prefix == 32 ? r->type == OBSERVABLE_IPV4 && r->value == address : is_net(s->set, index, ip, 4, prefix))
			met(s, v, start, end, index);
	}
	if (host)
		check_host(s, v, start, end);
}

static void ipv4_and_nets(struct scan *s, const struct view *v, uint32_t address, size_t start, size_t end)
{
	if (!net_has(s->set, SET_NET_IPV4, address >> 16))
		return;
	check_ipv4(s, v, address, 32, start, end);
	for (uint64_t left = s->set->head->lengths4; left != 0; left &= left - 1)
		check_ipv4(s, v, address, (unsigned)__builtin_ctzll(left), start, end);
}

static void clear_after(uint8_t ip[static 16], unsigned prefix)
{
	for (unsigned i = 0; i < 16; i++)
		if (prefix < 8 * (i + 1))
			ip[i] &= prefix > 8 * i ? (uint8_t)(0xff00u >> (prefix - 8 * i)) : 0;
}

static void ipv6_net(struct scan *s, const struct view *v, const uint8_t ip[static 16], unsigned prefix, size_t start, size_t end)
{
	uint64_t at = UINT64_MAX;
	uint32_t ref;
	uint8_t net[16];
	bool host = false;
	memcpy(net, ip, 16);
	clear_after(net, prefix);
	while (slot_next(s->set, key_ipv6(net, prefix), &at, &ref)) {
		uint32_t index = (ref & ~SET_HOST) - 1;
		struct slice stored;
		if (index >= s->set->head->count || !record_value(s->set, index, &stored))
			continue;
		if ((ref & SET_HOST) != 0)
			host |= prefix == 128 && is_host(s->set, index, slice_of(v->p + start, end - start), true);
		else if (prefix < 128 ? is_net(s->set, index, net, 16, prefix) :
		                        s->set->records[index].type == OBSERVABLE_IPV6 && stored.n == 16 &&
		                            memcmp(stored.p, net, 16) == 0)
			met(s, v, start, end, index);
	}
	if (host)
		check_host(s, v, start, end);
}

// The run without what is glued to it: groups in front that no address has, a ':' of its own at either end, dots behind.
static bool find_ipv6(const struct view *v, size_t *start, size_t *end, uint8_t ip[static 16])
{
	const uint8_t *p = v->p;
	while (*end > *start && (p[*end - 1] == '.' || (p[*end - 1] == ':' && (*end - *start < 2 || p[*end - 2] != ':'))))
		--*end;
	while (*start < *end) {
		size_t colon = *start;
		bool group = true;
		for (; colon < *end && p[colon] != ':'; colon++)
			group &= (p[colon] >= '0' && p[colon] <= '9') || ((p[colon] | 0x20) >= 'a' && (p[colon] | 0x20) <= 'f');
		bool two = colon + 1 < *end && p[colon + 1] == ':';
		if (colon == *end)
			return false;
		if (colon == *start ? two : group && colon - *start <= 4)
			return set_ipv6(slice_of(p + *start, *end - *start), ip);
		*start = two ? colon : colon + 1; // "word::1" is ::1
	}
	return false;
}

// A fingerprint as tools print it: two digits, a colon…
static bool colon_digest(struct scan *s, const struct view *v, size_t start, size_t end)
{
	char digits[64];
	uint8_t bytes[32];
	size_t n = (end - start + 1) / 3;
	if (end - start != 59 && end - start != 95)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (i + 1 < n && v->p[start + 3 * i + 2] != ':')
			return false;
		memcpy(digits + 2 * i, v->p + start + 3 * i, 2);
	}
	if (!hex_decode(slice_of(digits, 2 * n), bytes, n))
		return false;
	uint64_t at = UINT64_MAX;
	uint32_t ref;
	while (slot_next(s->set, key_digest(bytes, n), &at, &ref)) {
		struct slice stored;
		if ((ref & SET_HOST) == 0 && ref - 1 < s->set->head->count && s->set->records[ref - 1].type == OBSERVABLE_CERTIFICATE &&
		    record_value(s->set, ref - 1, &stored) && slice_equal(stored, slice_of(bytes, n)))
			met(s, v, start, end, ref - 1);
	}
	return true;
}

void check_ipv6(struct scan *s, const struct view *v, size_t start, size_t end)
{
	uint8_t ip[16];
	uint32_t address;
	if (((s->has & SET_HAS_CERTIFICATES) != 0 && colon_digest(s, v, start, end)) || !find_ipv6(v, &start, &end, ip))
		return;
	if (set_is_mapped(ip, &address)) {
		ipv4_and_nets(s, v, address, start, end);
		return;
	}
	if (!net_has(s->set, SET_NET_IPV6, (uint32_t)ip[0] << 8 | ip[1]))
		return;
	ipv6_net(s, v, ip, 128, start, end);
	for (unsigned w = 0; w < 2; w++)
		for (uint64_t left = s->set->head->lengths6[w]; left != 0; left &= left - 1)
			ipv6_net(s, v, ip, 64 * w + (unsigned)__builtin_ctzll(left), start, end);
}

bool is_tail_of_ipv6(const struct view *v, size_t start, size_t end)
{
	uint8_t ip[16];
	size_t from = start, to = end;
	for (size_t back = 1; back > 0 && from > 0 && start - from < SCAN_TOKEN_MAX; from -= back)
		back = v->p[from - 1] == ':' ? 1 : letter_before(v->p, from);
	return find_ipv6(v, &from, &to, ip) && from < start;
}

bool digest_at(const struct view *v, size_t start, size_t end, uint8_t bytes[static 64], size_t *n)
{
	*n = (end - start) / 2;
	if ((end - start) % 2 != 0 || (*n != 16 && *n != 20 && *n != 32 && *n != 64) || (start > 0 && is_alnum(v->p[start - 1])) ||
	    (end < v->n && is_alnum(v->p[end])))
		return false;
	pack_digits(v->p + start, *n, bytes);
	return true;
}

void check_digest(struct scan *s, const struct view *v, size_t start, size_t end)
{
	uint8_t bytes[64];
	size_t n;
	if (!digest_at(v, start, end, bytes, &n))
		return;
	uint64_t key = key_digest(bytes, n), at = UINT64_MAX;
	uint32_t ref;
	while (filter_has(s->set, key) && slot_next(s->set, key, &at, &ref)) {
		struct slice stored;
		if ((ref & SET_HOST) == 0 && ref - 1 < s->set->head->count && is_digest(s->set->records[ref - 1].type) &&
		    record_value(s->set, ref - 1, &stored) && slice_equal(stored, slice_of(bytes, n)))
			met(s, v, start, end, ref - 1);
	}
}

void check_token(struct scan *s, const struct view *v, size_t start, size_t end, bool whole_only)
{
	uint32_t address;
	while (end > start && v->p[end - 1] == '.')
		end--;
	struct slice token = slice_of(v->p + start, end - start);
	size_t last = token.n;
	while (last > 0 && token.p[last - 1] != '.')
		last--;
	if (last == 0)
		return;
	if (!v->fixed && !s->files_only && (s->has & SET_HAS_MAIL) != 0)
		check_mail(s, v, start, end);
	if (token.p[last] >= '0' && token.p[last] <= '9') {
		if (!s->files_only && set_ipv4(token, &address) &&
		    !(start > 0 && v->p[start - 1] == ':' && is_tail_of_ipv6(v, start, end)))
			ipv4_and_nets(s, v, address, start, end);
		if ((s->has & SET_HAS_DIGIT_FILES) == 0)
			return;
	}
	uint64_t h = KEY_NAME;
	for (size_t to = token.n, labels = 0;; labels++) {
		size_t from = to;
		while (from > 0 && token.p[from - 1] != '.')
			from--;
		h = key_label(h, token.p + from, to - from);
		if ((labels > 0 || from == 0) && (from == 0 || !whole_only) && filter_has(s->set, h))
			check_name(s, v, h, start, end, start + from);
		if (from == 0)
			return;
		to = from - 1;
	}
}
