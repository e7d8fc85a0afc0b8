// One value that is already out of its format.
#include "scan/inside.h"

struct values {
	const struct indicator_set *set;
	uint64_t now;
	uint32_t *indicators;
	size_t room, count;
};

static bool put(void *context, const struct scan_hit *hit)
{
	struct values *v = context;
	if (v->count < v->room)
		v->indicators[v->count] = hit->indicator;
	v->count++;
	return true;
}

static void put_url(void *context, uint32_t index)
{
	struct values *v = context;
	const struct scan_hit hit = {.indicator = index};
	for (size_t i = 0; i < v->count && i < v->room; i++)
		if (v->indicators[i] == index)
			return;
	if (v->now == 0 || !indicator_expired(v->set, index, v->now))
		put(v, &hit);
}

// The canonical value is looked up as a line of its own would be: the same checks, no escapes.
size_t scan_value(const struct indicator_set *set, uint64_t now, enum observable_type type, struct slice value,
                  uint32_t *indicators, size_t room)
{
	struct observable o;
	struct values values = {.set = set, .now = now, .indicators = indicators, .room = room};
	if (type == OBSERVABLE_URL) {
		char url[OBSERVABLE_URL_FRONT];
		size_t n = 0;
		if (observable_url_front(slice_trim(value), url, &n, NULL) == ERR_OK)
			find_urls(set, slice_of(url, n), put_url, &values);
		return values.count;
	}
	if (observable_canonical(type, value, &o, NULL) != ERR_OK)
		return 0;
	struct scan s = {.set = set, .found = put, .context = &values, .now = now, .has = set->head->has & ~SET_HAS_MAIL};
	s.p = (const uint8_t *)o.value;
	s.n = s.to = o.n;
	s.final = true;
	const struct view v = view_raw(&s);
	if (o.type == OBSERVABLE_IPV6) {
		check_ipv6(&s, &v, 0, o.n);
	} else if (o.type == OBSERVABLE_DOMAIN || o.type == OBSERVABLE_IPV4) {
		check_token(&s, &v, 0, o.n, false);
	} else if (is_digest(o.type)) {
		check_digest(&s, &v, 0, o.n);
	} else if (o.type == OBSERVABLE_MAIL) {
		check_mail(&s, &v, slice_find(observable_value(&o), '@', 0) + 1, o.n);
	} else if (o.type == OBSERVABLE_FILENAME) {
		struct slice anchor;
		size_t from = set_file_anchor(observable_value(&o), &anchor) ? (size_t)((const char *)anchor.p - o.value) : o.n;
		if (from < o.n)
			check_token(&s, &v, from, from + anchor.n, true);
	}
	return values.count;
}

static bool is_there(void *context, const struct scan_hit *hit)
{
	bool *host = context;
	*host |= hit->indicator == SCAN_SPLIT;
	return true;
}

bool scan_has_host(const struct indicator_set *set, struct slice host)
{
	struct observable o;
	bool there = false;
	struct scan s = {.set = set, .found = is_there, .context = &there, .split = true, .has = set->head->has & ~SET_HAS_MAIL};
	if (observable_canonical(OBSERVABLE_DOMAIN, host, &o, NULL) != ERR_OK &&
	    observable_canonical(OBSERVABLE_IPV6, host, &o, NULL) != ERR_OK &&
	    observable_canonical(OBSERVABLE_IPV4, host, &o, NULL) != ERR_OK)
		return false;
	s.p = (const uint8_t *)o.value;
	s.n = s.to = o.n;
	s.final = true;
	const struct view v = view_raw(&s);
	if (o.type == OBSERVABLE_IPV6)
		check_ipv6(&s, &v, 0, o.n);
	else
		check_token(&s, &v, 0, o.n, true);
	return there;
}
