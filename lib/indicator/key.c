#include "indicator/layout.h"

#include <arpa/inet.h>

uint64_t key_name(struct slice name)
{
	uint64_t h = KEY_NAME;
	for (size_t end = name.n;;) {
		size_t from = end;
		while (from > 0 && name.p[from - 1] != '.')
			from--;
		h = key_label(h, name.p + from, end - from);
		if (from == 0)
			return h;
		end = from - 1;
	}
}

uint64_t key_bytes(uint64_t salt, struct slice s)
{
	uint64_t h = salt ^ key_mix(s.n, KEY_STEP), w;
	size_t i = 0;
	for (; i + 8 <= s.n; i += 8) {
		memcpy(&w, s.p + i, 8);
		h = key_mix(h ^ w, KEY_STEP);
	}
	w = 0;
	for (; i < s.n; i++)
		w = w << 8 | s.p[i];
	return key_mix(h ^ w, KEY_NAME);
}

uint64_t key_ipv6(const uint8_t ip[static 16], unsigned prefix)
{
	uint64_t w[2];
	memcpy(w, ip, 16);
	return key_mix(key_mix(KEY_IPV6 ^ w[0], KEY_STEP + prefix) ^ w[1], KEY_STEP);
}

uint64_t key_digest(const uint8_t *p, size_t n)
{
	return key_bytes(KEY_DIGEST, slice_of(p, n));
}

uint64_t key_mail(uint64_t domain, struct slice local)
{
	uint8_t low[64];
	size_t n = local.n < sizeof low ? local.n : sizeof low;
	for (size_t i = 0; i < n; i++)
		low[i] = local.p[i] >= 'A' && local.p[i] <= 'Z' ? local.p[i] + 32 : local.p[i];
	return key_bytes(KEY_MAIL ^ domain, slice_of(low, n));
}

struct slice set_url_host(struct slice url, bool *ipv6)
{
	size_t start = slice_find(url, ':', 0) + 3, end = slice_find(url, '/', start);
	struct slice host = slice_part(url, start, end - start);
	*ipv6 = host.n > 0 && host.p[0] == '[';
	if (*ipv6)
		return slice_part(host, 1, slice_find(host, ']', 0) - 1);
	return slice_part(host, 0, slice_find(host, ':', 0));
}

bool set_file_anchor(struct slice name, struct slice *anchor)
{
	for (size_t end = name.n; end > 0;) {
		size_t from = end;
		while (from > 0 && is_token(name.p[from - 1]))
			from--;
		size_t dot = slice_find(slice_part(name, 0, end), '.', from);
		if (end > from && name.p[end - 1] != '.' && dot < end) {
			*anchor = slice_part(name, from, end - from);
			return true;
		}
		end = from < end ? from : end - 1;
	}
	return false;
}

bool set_ipv4(struct slice text, uint32_t *address)
{
	uint32_t ip = 0, octet = 0;
	unsigned digits = 0, dots = 0;
	if (text.n < 7 || text.n > 15)
		return false;
	for (size_t i = 0; i <= text.n; i++) {
		if (i == text.n || text.p[i] == '.') {
			if (digits == 0 || octet > 255 || (digits > 1 && text.p[i - digits] == '0'))
				return false;
			ip = ip << 8 | octet;
			dots += i < text.n;
			octet = digits = 0;
		} else if (text.p[i] < '0' || text.p[i] > '9' || ++digits > 3) {
			return false;
		} else {
			octet = octet * 10 + (text.p[i] - '0');
		}
	}
	if (dots != 3)
		return false;
	*address = ip;
	return true;
}

bool set_ipv6(struct slice text, uint8_t ip[static 16])
{
	char copy[INET6_ADDRSTRLEN];
	if (text.n < 2 || text.n >= sizeof copy || memchr(text.p, 0, text.n) != NULL)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = 0;
	return inet_pton(AF_INET6, copy, ip) == 1;
}

bool set_is_mapped(const uint8_t ip[static 16], uint32_t *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; // RFC 4291 section 2.5.5.2
	if (memcmp(ip, mapped, sizeof mapped) != 0)
		return false;
	*address = (uint32_t)ip[12] << 24 | (uint32_t)ip[13] << 16 | (uint32_t)ip[14] << 8 | ip[15];
	return true;
}
