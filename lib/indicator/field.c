// What a feed's cells say: types under their many names, markings, times.
#include "indicator/building.h"
#include "indicator/layout.h"

#include "base/num.h"

static bool same(struct slice a, const char *b)
{
	return slice_same_letters(a, slice_text(b));
}

static const struct {
	const char *name;
	unsigned kind;
} kinds[] = {
	{"domain", OBSERVABLE_DOMAIN}, {"hostname", OBSERVABLE_DOMAIN}, {"domain-name", OBSERVABLE_DOMAIN}, {"host", BUILD_ANY},
	{"fqdn", OBSERVABLE_DOMAIN}, {"ipv4", BUILD_ADDRESS}, {"ipv6", BUILD_ADDRESS}, {"ip", BUILD_ADDRESS},
	{"ip-src", BUILD_ADDRESS},
	{"ip-dst", BUILD_ADDRESS}, {"ipv4-addr", BUILD_ADDRESS}, {"ipv6-addr", BUILD_ADDRESS}, {"cidr", BUILD_ADDRESS},
	{"subnet", BUILD_ADDRESS}, {"network", BUILD_ADDRESS}, {"url", OBSERVABLE_URL}, {"uri", OBSERVABLE_URL},
	{"mail", OBSERVABLE_MAIL}, {"email-reply-to", OBSERVABLE_MAIL},
	{"email", OBSERVABLE_MAIL}, {"email-addr", OBSERVABLE_MAIL}, {"email-src", OBSERVABLE_MAIL}, {"email-dst", OBSERVABLE_MAIL},
	{"md5", OBSERVABLE_MD5}, {"sha1", OBSERVABLE_SHA1}, {"sha-1", OBSERVABLE_SHA1}, {"sha256", OBSERVABLE_SHA256},
	{"sha-256", OBSERVABLE_SHA256}, {"sha512", OBSERVABLE_SHA512}, {"sha-512", OBSERVABLE_SHA512}, {"hash", BUILD_DIGEST},
	{"filehash-md5", OBSERVABLE_MD5}, {"filehash-sha1", OBSERVABLE_SHA1}, {"filehash-sha256", OBSERVABLE_SHA256},
	{"certificate", OBSERVABLE_CERTIFICATE}, {"x509-fingerprint-sha1", OBSERVABLE_CERTIFICATE},
	{"x509-fingerprint-sha256", OBSERVABLE_CERTIFICATE}, {"filename", OBSERVABLE_FILENAME}, {"file", OBSERVABLE_FILENAME},
	{"any", BUILD_ANY}, {"other", BUILD_ANY},
	// Zeek's Intel::Type
	{"Intel::ADDR", BUILD_ADDRESS}, {"Intel::SUBNET", BUILD_ADDRESS}, {"Intel::URL", OBSERVABLE_URL},
	{"Intel::EMAIL", OBSERVABLE_MAIL}, {"Intel::DOMAIN", OBSERVABLE_DOMAIN}, {"Intel::FILE_HASH", BUILD_DIGEST},
	{"Intel::FILE_NAME", OBSERVABLE_FILENAME}, {"Intel::CERT_HASH", OBSERVABLE_CERTIFICATE},
};

unsigned build_kind_named(struct slice name)
{
	enum observable_type type;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (same(name, kinds[i].name))
			return kinds[i].kind;
	return observable_type_named(name, &type) ? (unsigned)type : BUILD_UNKNOWN;
}

static unsigned digest_of(size_t n)
{
	return n == 32 ? OBSERVABLE_MD5 : n == 40 ? OBSERVABLE_SHA1 : n == 64 ? OBSERVABLE_SHA256 : n == 128 ? OBSERVABLE_SHA512 : 0;
}

static unsigned address_of(struct slice plain)
{
	if (slice_find(plain, '/', 0) < plain.n)
		return OBSERVABLE_CIDR;
	return slice_find(plain, ':', slice_find(plain, ':', 0) + 1) < plain.n ? OBSERVABLE_IPV6 : OBSERVABLE_IPV4;
}

bool build_is_network(struct slice plain)
{
	struct observable o;
	uint64_t bits;
	size_t slash = slice_find(plain, '/', 0);
	struct slice address = slice_part(plain, 0, slash);
	return slash < plain.n && num_parse(slice_part(plain, slash + 1, plain.n), 0, 128, &bits) &&
	       (observable_canonical(OBSERVABLE_IPV4, address, &o, NULL) == ERR_OK ||
	        observable_canonical(OBSERVABLE_IPV6, address, &o, NULL) == ERR_OK);
}

// A value of no stated type. A name with a path or a port is a URL without a scheme, never its host: the host may be anybody's.
static unsigned any_of(struct slice plain, struct why *why)
{
	struct observable o;
	if (memmem(plain.p, plain.n, "://", 3) != NULL)
		return OBSERVABLE_URL;
	if (build_is_network(plain)) // of one address too, which the guess below calls an address; or refused with what is wrong
		return OBSERVABLE_CIDR;
	if (observable_guess(plain, &o, why) == ERR_OK)
		return o.type;
	size_t end = 0;
	while (end < plain.n && plain.p[end] != '/' && plain.p[end] != ':' && plain.p[end] != '?')
		end++;
	if (end < plain.n && slice_find(plain, '@', 0) == plain.n && observable_guess(slice_part(plain, 0, end), &o, NULL) == ERR_OK)
		return OBSERVABLE_URL;
	return BUILD_UNKNOWN;
}

// The type that a value of a wider kind can only have; tells why there is none.
static __attribute__((noinline)) unsigned exact_kind(struct indicator_build *b, unsigned kind, struct slice written, struct slice place)
{
	char text[OBSERVABLE_WRITTEN_MAX];
	struct why guess = {""}, rule;
	struct slice plain = written;
	if (written.n <= sizeof text && written.n > 0) {
		memcpy(text, written.p, written.n);
		plain = slice_of(text, observable_refang(text, written.n));
	}
	if (kind == BUILD_ADDRESS)
		return address_of(plain);
	unsigned type = kind == BUILD_DIGEST ? digest_of(plain.n) : any_of(plain, &guess);
	why_set(&rule, ERR_INPUT, "no type is sure (a CSV can say it: type,value): %s", guess.text);
	if (type == BUILD_UNKNOWN)
		build_tell(b, INDICATOR_REFUSED, place, written,
		           kind == BUILD_DIGEST ? "is no hash of 32, 40, 64 or 128 hexadecimal digits" : rule.text);
	return type;
}

enum err build_put(struct indicator_build *b, unsigned kind, struct slice written, const struct indicator_meta *meta,
                   struct slice place, struct why *why)
{
	written = slice_trim(written);
	if (kind == BUILD_UNKNOWN)
		build_tell(b, INDICATOR_REFUSED, place, written, "this type is not known");
	if (kind == BUILD_ADDRESS && build_is_canonical(OBSERVABLE_IPV4, written))
		kind = OBSERVABLE_IPV4;
	else if (kind >= BUILD_ADDRESS)
		kind = exact_kind(b, kind, written, place);
	return kind == BUILD_UNKNOWN ? ERR_OK : indicator_build_add(b, (enum observable_type)kind, written, meta, place, why);
}

static bool nothing(struct slice text)
{
	return text.n == 0 || (text.n == 1 && text.p[0] == '-');
}

static struct slice after(struct slice text, const char *prefix)
{
	return slice_part(text, slice_starts_letters(text, prefix) ? strlen(prefix) : 0, text.n);
}

bool build_tlp(struct slice text, struct indicator_meta *meta, const char **rule)
{
	static const struct {
		const char *name;
		enum extract_tlp tlp;
	} rows[] = {{"clear", EXTRACT_TLP_CLEAR}, {"white", EXTRACT_TLP_CLEAR}, {"green", EXTRACT_TLP_GREEN},
	            {"amber", EXTRACT_TLP_AMBER},
	            {"amber+strict", EXTRACT_TLP_AMBER_STRICT}, {"red", EXTRACT_TLP_RED}};
	if (nothing(text))
		return true;
	text = after(text, "tlp:");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (same(text, rows[i].name)) {
			meta->tlp = rows[i].tlp;
			return true;
		}
	*rule = "the TLP is none of clear, green, amber, amber+strict, red";
	return false;
}

bool build_pap(struct slice text, struct indicator_meta *meta, const char **rule)
{
	static const char *const rows[] = {"", "clear", "green", "amber", "red"};
	if (nothing(text))
		return true;
	text = after(text, "pap:");
	if (same(text, "white"))
		text = slice_text("clear");
	for (unsigned i = 1; i < sizeof rows / sizeof *rows; i++)
		if (same(text, rows[i])) {
			meta->pap = (enum indicator_pap)i;
			return true;
		}
	*rule = "the PAP is none of clear, green, amber, red";
	return false;
}

bool build_confidence(struct slice text, struct indicator_meta *meta, const char **rule)
{
	uint64_t number;
	if (nothing(text))
		return true;
	*rule = "the confidence is no number from 0 to 100";
	if (!num_parse(text, 0, 100, &number))
		return false;
	meta->confidence = (uint8_t)number;
	return true;
}

bool build_expiry(struct slice text, struct indicator_meta *meta, const char **rule)
{
	if (nothing(text))
		return true;
	*rule = "the expiry is neither RFC 3339 nor seconds since 1970";
	return num_parse(text, 1, 253402300799, &meta->expiry) || time_parse(text, &meta->expiry);
}
