// Values that are canonical as they stand, which is nearly all of a feed: what is accepted here is exactly what
// observable_canonical() would give back unchanged (tests/unit/indicator holds the two against each other).
#include "indicator/building.h"
#include "indicator/layout.h"

static bool is_lower_name(struct slice in)
{
	size_t from = 0, labels = 0;
	if (in.n > 253)
		return false;
	for (size_t i = 0; i <= in.n; i++) {
		uint8_t c = i < in.n ? in.p[i] : '.';
		if (c == '.') {
			if (i == from || i - from > 63 || in.p[from] == '-' || in.p[i - 1] == '-')
				return false;
			if (i == in.n)
				return labels > 0 && (in.p[from] < '0' || in.p[from] > '9');
			labels++;
			from = i + 1;
		} else if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_') {
			return false;
		}
	}
	return false;
}

static bool is_lower_hex(struct slice in, size_t n)
{
	if (in.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!(in.p[i] >= '0' && in.p[i] <= '9') && !(in.p[i] >= 'a' && in.p[i] <= 'f'))
			return false;
	return true;
}

// http and https, a plain host without port, a path without percent codes, dots after a slash or anything that defanging uses.
static bool is_plain_url(struct slice in)
{
	uint32_t address;
	size_t skip = slice_starts(in, "https://") ? 8 : slice_starts(in, "http://") ? 7 : 0;
	size_t slash = slice_find(in, '/', skip);
	struct slice host = slice_part(in, skip, slash - skip);
	if (skip == 0 || slash == in.n || in.n > OBSERVABLE_MAX || (!is_lower_name(host) && !set_ipv4(host, &address)))
		return false;
	for (size_t i = slash; i < in.n; i++) {
		uint8_t c = in.p[i];
		if (c == '.' && in.p[i - 1] == '/')
			return false;
		if (!is_token(c) && c != '/' && c != '?' && c != '=' && c != '&' && c != '~' && c != '+' && c != ',' && c != ';' &&
		    c != '!')
			return false;
	}
	return true;
}

bool build_is_canonical(enum observable_type type, struct slice written)
{
	uint32_t address;
	switch (type) {
	case OBSERVABLE_DOMAIN:
		return is_lower_name(written);
	case OBSERVABLE_IPV4:
		return set_ipv4(written, &address);
	case OBSERVABLE_MD5:
		return is_lower_hex(written, 32);
	case OBSERVABLE_SHA1:
		return is_lower_hex(written, 40);
	case OBSERVABLE_SHA256:
		return is_lower_hex(written, 64);
	case OBSERVABLE_SHA512:
		return is_lower_hex(written, 128);
	case OBSERVABLE_URL:
		return is_plain_url(written);
	default:
		return false;
	}
}
