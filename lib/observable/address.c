#include "observable/form.h"

#include "base/num.h"

#include <arpa/inet.h>
#include <stdio.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; // ::ffff:0:0/96, RFC 4291 section 2.5.5.2

enum err address_ipv4(struct slice in, uint8_t ip[static 4], struct why *why)
{
	uint8_t octets[4];
	for (size_t i = 0, from = 0; i < 4; i++) {
		size_t end = slice_find(in, '.', from);
		struct slice part = slice_part(in, from, end - from);
		uint64_t value;
		if ((end == in.n) != (i == 3))
			return why_set(why, ERR_INPUT, "must have four octets");
		if (part.n > 1 && part.p[0] == '0' && part.n <= 4)
			return why_set(why, ERR_INPUT, "octet %zu has a leading zero: decimal or octal?", i + 1);
		if (!num_parse(part, 0, 255, &value))
			return why_set(why, ERR_INPUT, "octet %zu is no number from 0 to 255", i + 1);
		octets[i] = (uint8_t)value;
		from = end + 1;
	}
	memcpy(ip, octets, 4);
	return ERR_OK;
}

enum err address_ipv6(struct slice in, uint8_t ip[static 16], struct why *why)
{
	char text[INET6_ADDRSTRLEN + 1];
	if (in.n >= 2 && in.p[0] == '[' && in.p[in.n - 1] == ']')
		in = slice_part(in, 1, in.n - 2);
	if (slice_find(in, '%', 0) < in.n)
		return why_set(why, ERR_INPUT, "has a zone, which means something on one machine only");
	if (in.n >= sizeof text)
		return why_set(why, ERR_INPUT, "is no IPv6 address");
	snprintf(text, sizeof text, "%.*s", SLICE_ARGS(in));
	uint8_t bytes[16];
	if (strlen(text) != in.n || inet_pton(AF_INET6, text, bytes) != 1)
		return why_set(why, ERR_INPUT, "is no IPv6 address");
	memcpy(ip, bytes, 16);
	return ERR_OK;
}

static size_t print4(const uint8_t ip[static 4], char *text, size_t room)
{
	return (size_t)snprintf(text, room, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
}

// RFC 5952 section 4: lower case, no leading zeros, the first longest run of two or more zero groups as "::". Never the mixed
// form of section 5: mapped addresses are written as IPv4.
static size_t print6(const uint8_t ip[static 16], char *text, size_t room)
{
	unsigned group[8], best = 8, length = 1;
	for (unsigned i = 0; i < 8; i++)
		group[i] = (unsigned)ip[2 * i] << 8 | ip[2 * i + 1];
	for (unsigned i = 0; i < 8; i++) {
		unsigned run = 0;
		while (i + run < 8 && group[i + run] == 0)
			run++;
		if (run > length) {
			best = i;
			length = run;
		}
	}
	size_t n = 0;
	for (unsigned i = 0; i < 8;) {
		if (i == best) {
			n += (size_t)snprintf(text + n, room - n, "::");
			i += length;
		} else {
			bool joined = i == 0 || (best < 8 && i == best + length); // nothing, or "::", stands before it
			n += (size_t)snprintf(text + n, room - n, "%s%x", joined ? "" : ":", group[i]);
			i++;
		}
	}
	return n;
}

enum err form_ipv4(struct slice in, struct observable *out, struct why *why)
{
	uint8_t ip[4];
	char text[INET6_ADDRSTRLEN];
	enum err e = address_ipv4(in, ip, why);
	return e == ERR_OK ? form_set(out, OBSERVABLE_IPV4, slice_of(text, print4(ip, text, sizeof text)), why) : e;
}

static enum err set_ipv6(const uint8_t ip[static 16], struct observable *out, struct why *why)
{
	char text[INET6_ADDRSTRLEN];
	if (memcmp(ip, mapped, sizeof mapped) == 0)
		return form_set(out, OBSERVABLE_IPV4, slice_of(text, print4(ip + 12, text, sizeof text)), why);
	return form_set(out, OBSERVABLE_IPV6, slice_of(text, print6(ip, text, sizeof text)), why);
}

enum err form_ipv6(struct slice in, struct observable *out, struct why *why)
{
	uint8_t ip[16];
	enum err e = address_ipv6(in, ip, why);
	return e == ERR_OK ? set_ipv6(ip, out, why) : e;
}

// Clears the bits after the prefix; true when some were set.
static bool clear_host(uint8_t *ip, unsigned bytes, unsigned prefix)
{
	bool set = false;
	for (unsigned i = 0; i < bytes; i++) {
		unsigned keep = prefix >= 8 * (i + 1) ? 8 : prefix > 8 * i ? prefix - 8 * i : 0;
		uint8_t mask = (uint8_t)(0xff00u >> keep);
		set |= (ip[i] & ~mask & 0xff) != 0;
		ip[i] &= mask;
	}
	return set;
}

enum err form_cidr(struct slice in, struct observable *out, struct why *why)
{
	size_t slash = slice_find(in, '/', 0);
	struct slice address = slice_part(in, 0, slash);
	bool six = slice_find(address, ':', 0) < address.n;
	uint8_t ip[16];
	uint64_t prefix;
	enum err e = six ? address_ipv6(address, ip, why) : address_ipv4(address, ip, why);
	if (e != ERR_OK)
		return e;
	if (!num_parse(slice_part(in, slash + 1, in.n), 1, six ? 128 : 32, &prefix))
		return why_set(why, ERR_INPUT, "must end in / and a prefix length from 1 to %d", six ? 128 : 32);
	if (six && prefix >= 96 && memcmp(ip, mapped, sizeof mapped) == 0) {
		memmove(ip, ip + 12, 4);
		six = false;
		prefix -= 96;
		if (prefix == 0)
			return why_set(why, ERR_INPUT, "is the whole of IPv4");
	}
	if (six && prefix == 128)
		return set_ipv6(ip, out, why);
	bool set = clear_host(ip, six ? 16 : 4, (unsigned)prefix);
	char text[INET6_ADDRSTRLEN + 4];
	size_t n = six ? print6(ip, text, sizeof text) : print4(ip, text, sizeof text);
	if (!six && prefix == 32)
		return form_set(out, OBSERVABLE_IPV4, slice_of(text, n), why);
	n += (size_t)snprintf(text + n, sizeof text - n, "/%u", (unsigned)prefix);
	if (set)
		return why_set(why, ERR_INPUT, "has bits set after the prefix; the network would be %s", text);
	return form_set(out, OBSERVABLE_CIDR, slice_of(text, n), why);
}

void address_bytes(const struct observable *o, uint8_t ip[static 16], unsigned *bytes, unsigned *prefix)
{
	struct slice text = observable_value(o);
	size_t slash = slice_find(text, '/', 0);
	struct slice address = slice_part(text, 0, slash);
	uint64_t length = 0;
	bool six = slice_find(address, ':', 0) < address.n;
	memset(ip, 0, 16);
	enum err e = six ? address_ipv6(address, ip, NULL) : address_ipv4(address, ip, NULL);
	INVARIANT(e == ERR_OK);
	*bytes = six ? 16 : 4;
	*prefix = *bytes * 8;
	if (slash < text.n && num_parse(slice_part(text, slash + 1, text.n), 0, *prefix, &length))
		*prefix = (unsigned)length;
}
