#include "observable/form.h"

#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>

#define QUOTE_MAX 80 // bytes of a refused value in an explanation

bool form_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

int form_hex(uint8_t c)
{
	c = slice_lower(c);
	return form_is_digit(c) ? c - '0' : c - 'a' + 10;
}

bool form_is_hex(uint8_t c)
{
	c = slice_lower(c);
	return form_is_digit(c) || (c >= 'a' && c <= 'f');
}

bool form_is_alnum(uint8_t c)
{
	c = slice_lower(c);
	return form_is_digit(c) || (c >= 'a' && c <= 'z');
}

enum err form_set(struct observable *out, enum observable_type type, struct slice value, struct why *why)
{
	if (value.n > OBSERVABLE_MAX)
		return why_set(why, ERR_LIMIT, "%zu bytes, the maximum is %u", value.n, OBSERVABLE_MAX);
	out->type = type;
	out->n = value.n;
	memcpy(out->value, value.p, value.n);
	out->value[value.n] = 0;
	return ERR_OK;
}

// Hexadecimal digits in lower case; colons and spaces between them only where `colons` allows (fingerprints).
static enum err hexadecimal(struct slice in, enum observable_type type, const size_t lengths[static 2], bool colons,
                            struct observable *out, struct why *why)
{
	uint8_t hex[128];
	size_t n = 0;
	for (size_t i = 0; i < in.n; i++) {
		if (colons && (in.p[i] == ':' || in.p[i] == ' ') && n % 2 == 0)
			continue;
		if (!form_is_hex(in.p[i]))
			return why_set(why, ERR_INPUT, "character %zu is no hexadecimal digit", i + 1);
		if (n == sizeof hex)
			return why_set(why, ERR_INPUT, "more than %zu hexadecimal digits", sizeof hex);
		hex[n++] = slice_lower(in.p[i]);
	}
	if (n != lengths[0] && n != lengths[1])
		return why_set(why, ERR_INPUT, "%zu hexadecimal digits, must be %zu", n, lengths[0]);
	return form_set(out, type, slice_of(hex, n), why);
}

static enum err form_md5(struct slice in, struct observable *out, struct why *why)
{
	return hexadecimal(in, OBSERVABLE_MD5, (size_t[2]){32, 32}, false, out, why);
}

static enum err form_sha1(struct slice in, struct observable *out, struct why *why)
{
	return hexadecimal(in, OBSERVABLE_SHA1, (size_t[2]){40, 40}, false, out, why);
}

static enum err form_sha256(struct slice in, struct observable *out, struct why *why)
{
	return hexadecimal(in, OBSERVABLE_SHA256, (size_t[2]){64, 64}, false, out, why);
}

static enum err form_sha512(struct slice in, struct observable *out, struct why *why)
{
	return hexadecimal(in, OBSERVABLE_SHA512, (size_t[2]){128, 128}, false, out, why);
}

static enum err form_certificate(struct slice in, struct observable *out, struct why *why)
{
	return hexadecimal(in, OBSERVABLE_CERTIFICATE, (size_t[2]){40, 64}, true, out, why);
}

static enum err form_asn(struct slice in, struct observable *out, struct why *why)
{
	size_t word = slice_starts_letters(in, "ASN") ? 3 : slice_starts_letters(in, "AS") ? 2 : 0;
	struct slice digits = slice_part(in, word, in.n);
	uint64_t number;
	digits = slice_trim(digits);
	if (!num_parse(digits, 1, UINT32_MAX, &number))
		return why_set(why, ERR_INPUT, "must be AS and a decimal number from 1 to 4294967295 without leading zeros");
	return form_set(out, OBSERVABLE_ASN, digits, why);
}

// CVE-YYYY-NNNN: a year of four digits, then four or more digits, without a leading zero when more than four.
static enum err form_cve(struct slice in, struct observable *out, struct why *why)
{
	uint64_t year;
	char text[40];
	if (!slice_starts_letters(in, "CVE-") || in.n < 13 || in.p[8] != '-' || in.n > 9 + 19)
		return why_set(why, ERR_INPUT, "must be CVE-, a year, - and 4 to 19 digits");
	if (!num_parse(slice_part(in, 4, 4), 1999, 2099, &year))
		return why_set(why, ERR_INPUT, "%.4s is no year from 1999 to 2099", (const char *)in.p + 4);
	for (size_t i = 9; i < in.n; i++)
		if (!form_is_digit(in.p[i]))
			return why_set(why, ERR_INPUT, "character %zu is no digit", i + 1);
	if (in.n > 13 && in.p[9] == '0')
		return why_set(why, ERR_INPUT, "a number of more than four digits has no leading zero");
	int n = snprintf(text, sizeof text, "CVE-%.*s", SLICE_ARGS(slice_part(in, 4, in.n)));
	return form_set(out, OBSERVABLE_CVE, slice_of(text, (size_t)n), why);
}

// Names of mutexes are compared by the kernel byte for byte.
static enum err form_mutex(struct slice in, struct observable *out, struct why *why)
{
	return form_set(out, OBSERVABLE_MUTEX, in, why);
}

// Name or path, as written but for ASCII case: the systems where these names are met compare them so.
static enum err form_filename(struct slice in, struct observable *out, struct why *why)
{
	uint8_t text[OBSERVABLE_WRITTEN_MAX];
	for (size_t i = 0; i < in.n; i++)
		text[i] = slice_lower(in.p[i]);
	return form_set(out, OBSERVABLE_FILENAME, slice_of(text, in.n), why);
}

static const struct {
	const char *written, *root;
} roots[] = {
	// The longer spelling of each first, so that HKLM: is not read as HKLM and ":".
	{"HKEY_LOCAL_MACHINE", "HKEY_LOCAL_MACHINE"},   {"HKEY_CURRENT_USER", "HKEY_CURRENT_USER"},
	{"HKEY_CLASSES_ROOT", "HKEY_CLASSES_ROOT"},     {"HKEY_USERS", "HKEY_USERS"},
	{"HKEY_CURRENT_CONFIG", "HKEY_CURRENT_CONFIG"}, {"HKLM:", "HKEY_LOCAL_MACHINE"},
	{"HKLM", "HKEY_LOCAL_MACHINE"},                 {"HKCU:", "HKEY_CURRENT_USER"},
	{"HKCU", "HKEY_CURRENT_USER"},                  {"HKCR:", "HKEY_CLASSES_ROOT"},
	{"HKCR", "HKEY_CLASSES_ROOT"},                  {"HKU:", "HKEY_USERS"},
	{"HKU", "HKEY_USERS"},                          {"HKCC:", "HKEY_CURRENT_CONFIG"},
	{"HKCC", "HKEY_CURRENT_CONFIG"},                {"REGISTRY\\MACHINE", "HKEY_LOCAL_MACHINE"},
	{"REGISTRY\\USER", "HKEY_USERS"},
};

// Root key in full, then the path in lower case (ASCII), one backslash between parts, none at the end.
static enum err form_registry_key(struct slice in, struct observable *out, struct why *why)
{
	char text[OBSERVABLE_WRITTEN_MAX + 32];
	if (slice_starts_letters(in, "Computer\\"))
		in = slice_part(in, 9, in.n);
	while (in.n > 0 && in.p[0] == '\\')
		in = slice_part(in, 1, in.n);
	for (size_t r = 0; r < sizeof roots / sizeof *roots; r++) {
		size_t length = strlen(roots[r].written);
		if (!slice_starts_letters(in, roots[r].written) || (in.n > length && in.p[length] != '\\'))
			continue;
		size_t n = (size_t)snprintf(text, sizeof text, "%s", roots[r].root), bare = n;
		for (size_t i = length; i < in.n; i++)
			if (in.p[i] != '\\' || text[n - 1] != '\\')
				text[n++] = (char)slice_lower(in.p[i]);
		while (n > bare && (text[n - 1] == '\\' || text[n - 1] == ' '))
			n--;
		if (n == bare)
			return why_set(why, ERR_INPUT, "names a root key and nothing below it");
		return form_set(out, OBSERVABLE_REGISTRY_KEY, slice_of(text, n), why);
	}
	return why_set(why, ERR_INPUT, "does not begin with a root key (HKEY_LOCAL_MACHINE, HKLM, HKCU, …)");
}

// One component of a CPE name or of vendor:product: lower case, quoting backslashes taken off, spaces as '_'.
static enum err component(struct slice in, const char *what, char *text, size_t *n, struct why *why)
{
	size_t start = *n;
	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];
		if (c == '\\' && i + 1 < in.n)
			c = in.p[++i];
		if (c == ' ')
			c = '_';
		if (c <= 0x20 || c >= 0x7f || strchr(":\\*?", c) != NULL)
			return why_set(why, ERR_INPUT, "character %zu of the %s cannot stand in it", i + 1, what);
		text[(*n)++] = (char)slice_lower(c);
	}
	if (*n == start || (*n == start + 1 && text[start] == '-'))
		return why_set(why, ERR_INPUT, "has no %s", what);
	return ERR_OK;
}

// vendor:product out of those words, a CPE 2.3 name (NISTIR 7695, section 6.2) or a CPE 2.2 URI without percent-encoding.
// Version, edition and language are no part of the form: whoever is concerned compares versions in the clear.
static enum err form_product(struct slice in, struct observable *out, struct why *why)
{
	struct slice parts[3] = {{0}};
	char text[OBSERVABLE_WRITTEN_MAX + 1];
	size_t count = 0, n = 0;
	bool cpe = slice_starts_letters(in, "cpe:");
	size_t skip = slice_starts_letters(in, "cpe:2.3:") ? 8 : slice_starts_letters(in, "cpe:/") ? 5 : 0;
	if (cpe && (skip == 0 || in.n < skip + 2 || strchr("aohAOH", in.p[skip]) == NULL || in.p[skip + 1] != ':'))
		return why_set(why, ERR_INPUT, "must be a CPE 2.3 name, a CPE URI or vendor:product");
	if (cpe)
		in = slice_part(in, skip + 2, in.n);
	if (slice_find(in, '%', 0) < in.n)
		return why_set(why, ERR_INPUT, "percent-encoding is not understood here");
	for (size_t i = 0, from = 0; i <= in.n && count < 3; i++) {
		if (i < in.n && in.p[i] == '\\')
			i++;
		else if (i == in.n || in.p[i] == ':') {
			parts[count++] = slice_trim(slice_part(in, from, i - from));
			from = i + 1;
		}
	}
	if (count < 2 || (!cpe && count != 2))
		return why_set(why, ERR_INPUT, "must be vendor:product");
	enum err e = component(parts[0], "vendor", text, &n, why);
	if (e != ERR_OK)
		return e;
	if (n == 3 && memcmp(text, "cpe", 3) == 0)
		return why_set(why, ERR_INPUT, "a vendor named cpe would read as a CPE name");
	text[n++] = ':';
	e = component(parts[1], "product", text, &n, why);
	return e == ERR_OK ? form_set(out, OBSERVABLE_PRODUCT, slice_of(text, n), why) : e;
}

// The table of types: everything else about a type is found through it.
static const struct form {
	enum observable_type type;
	const char *name;
	bool defanged; // defanging is undone before the form is applied
	enum err (*form)(struct slice in, struct observable *out, struct why *why);
} forms[OBSERVABLE_TYPES] = {
	{OBSERVABLE_IPV4, "ipv4", true, form_ipv4},
	{OBSERVABLE_IPV6, "ipv6", true, form_ipv6},
	{OBSERVABLE_CIDR, "cidr", true, form_cidr},
	{OBSERVABLE_ASN, "asn", false, form_asn},
	{OBSERVABLE_DOMAIN, "domain", true, form_domain},
	{OBSERVABLE_MAIL, "mail", true, form_mail},
	{OBSERVABLE_MD5, "md5", false, form_md5},
	{OBSERVABLE_SHA1, "sha1", false, form_sha1},
	{OBSERVABLE_SHA256, "sha256", false, form_sha256},
	{OBSERVABLE_SHA512, "sha512", false, form_sha512},
	{OBSERVABLE_CERTIFICATE, "certificate", false, form_certificate},
	{OBSERVABLE_URL, "url", false, form_url}, // undone inside, after percent-decoding
	{OBSERVABLE_MUTEX, "mutex", false, form_mutex},
	{OBSERVABLE_FILENAME, "filename", false, form_filename},
	{OBSERVABLE_WALLET, "wallet", false, form_wallet},
	{OBSERVABLE_CVE, "cve", false, form_cve},
	{OBSERVABLE_REGISTRY_KEY, "registry-key", false, form_registry_key},
	{OBSERVABLE_PRODUCT, "product", false, form_product},
};

const enum observable_type observable_types[OBSERVABLE_TYPES] = {
	OBSERVABLE_IPV4,   OBSERVABLE_IPV6,   OBSERVABLE_CIDR,        OBSERVABLE_ASN,   OBSERVABLE_DOMAIN,   OBSERVABLE_MAIL,
	OBSERVABLE_MD5,    OBSERVABLE_SHA1,   OBSERVABLE_SHA256,      OBSERVABLE_SHA512, OBSERVABLE_CERTIFICATE, OBSERVABLE_URL,
	OBSERVABLE_MUTEX,  OBSERVABLE_FILENAME, OBSERVABLE_WALLET,    OBSERVABLE_CVE,   OBSERVABLE_REGISTRY_KEY, OBSERVABLE_PRODUCT,
};

static const struct form *form_of(unsigned code)
{
	for (size_t i = 0; i < OBSERVABLE_TYPES; i++)
		if ((unsigned)forms[i].type == code)
			return &forms[i];
	return NULL;
}

const char *observable_type_name(enum observable_type type)
{
	const struct form *f = form_of(type);
	return f != NULL ? f->name : "?";
}

bool observable_type_named(struct slice name, enum observable_type *type)
{
	for (size_t i = 0; i < OBSERVABLE_TYPES; i++)
		if (slice_is_text(name, forms[i].name)) {
			*type = forms[i].type;
			return true;
		}
	return false;
}

bool observable_type_is(uint8_t code)
{
	return form_of(code) != NULL;
}

static enum err apply(const struct form *f, struct slice in, struct observable *out, struct why *why)
{
	size_t bad;
	if (in.n == 0)
		return why_set(why, ERR_INPUT, "is empty");
	if (in.n > OBSERVABLE_WRITTEN_MAX)
		return why_set(why, ERR_LIMIT, "%zu bytes as written, the maximum is %u", in.n, OBSERVABLE_WRITTEN_MAX);
	if (!slice_is_utf8(in, &bad))
		return why_set(why, ERR_INPUT, "is not UTF-8 at byte %zu", bad + 1);
	for (size_t i = 0; i < in.n; i++)
		if (slice_control(in, i) > 0)
			return why_set(why, ERR_INPUT, "has a control character at byte %zu", i + 1);
	if (!f->defanged)
		return f->form(in, out, why);
	char text[OBSERVABLE_WRITTEN_MAX];
	memcpy(text, in.p, in.n);
	return f->form(slice_trim(slice_of(text, observable_refang(text, in.n))), out, why);
}

enum err observable_canonical(enum observable_type type, struct slice written, struct observable *out, struct why *why)
{
	const struct form *f = form_of(type);
	INVARIANT(f != NULL);
	written = slice_trim(written);
	struct why inner = {""};
	enum err e = apply(f, written, out, &inner);
	if (e == ERR_OK)
		return ERR_OK;
	struct slice shown = slice_part(written, 0, QUOTE_MAX);
	return why_set(why, e, "%s \"%.*s%s\": %s", f->name, SLICE_ARGS(shown), shown.n < written.n ? "…" : "", inner.text);
}

// A bare value is tried as the types whose writing cannot be mistaken for another's.
static enum observable_type only_type(struct slice in)
{
	bool hex = true;
	for (size_t i = 0; i < in.n; i++)
		hex &= form_is_hex(in.p[i]);
	if (hex && in.n == 32)
		return OBSERVABLE_MD5;
	if (hex && in.n == 40)
		return OBSERVABLE_SHA1;
	if (hex && in.n == 64)
		return OBSERVABLE_SHA256;
	if (hex && in.n == 128)
		return OBSERVABLE_SHA512;
	if (slice_starts_letters(in, "CVE-"))
		return OBSERVABLE_CVE;
	if (slice_starts_letters(in, "cpe:"))
		return OBSERVABLE_PRODUCT;
	if (slice_starts_letters(in, "HKEY_") || slice_starts_letters(in, "HKLM") || slice_starts_letters(in, "HKCU") ||
	    slice_starts_letters(in, "HKCR"))
		return OBSERVABLE_REGISTRY_KEY;
	if (slice_starts_letters(in, "AS") && in.n > 2 && form_is_digit(in.p[2]) && slice_find(in, '.', 0) == in.n)
		return OBSERVABLE_ASN;
	if (memmem(in.p, in.n, "://", 3) != NULL)
		return OBSERVABLE_URL;
	if (slice_find(in, '@', 0) < in.n)
		return OBSERVABLE_MAIL;
	bool colons = slice_find(in, ':', slice_find(in, ':', 0) + 1) < in.n, dotted = true, dots = false;
	for (size_t i = 0; i < in.n; i++) {
		dotted &= form_is_digit(in.p[i]) || in.p[i] == '.' || in.p[i] == '/';
		dots |= in.p[i] == '.';
	}
	if ((colons || (dotted && dots)) && slice_find(in, '/', 0) < in.n)
		return OBSERVABLE_CIDR;
	return colons ? OBSERVABLE_IPV6 : dotted && dots ? OBSERVABLE_IPV4 : OBSERVABLE_DOMAIN;
}

enum err observable_guess(struct slice written, struct observable *out, struct why *why)
{
	char text[OBSERVABLE_WRITTEN_MAX];
	written = slice_trim(written);
	if (written.n == 0 || written.n > sizeof text)
		return why_set(why, ERR_INPUT, "%s", written.n == 0 ? "an empty value has no type" : "too long to have a type");
	memcpy(text, written.p, written.n);
	struct slice in = slice_of(text, observable_refang(text, written.n));
	bool defanged = in.n != written.n;
	enum observable_type type = only_type(in);
	if (type != OBSERVABLE_DOMAIN)
		return observable_canonical(type, written, out, why);
	if (observable_canonical(OBSERVABLE_WALLET, written, out, NULL) == ERR_OK)
		return ERR_OK;
	struct observable name;
	enum err e = observable_canonical(OBSERVABLE_DOMAIN, written, &name, why);
	if (e != ERR_OK)
		return e;
	if (!name_has_known_end(observable_value(&name)))
		return why_set(why, ERR_INPUT, "\"%s\": no known type; its last label is no public suffix", name.value);
	if (!defanged && name_may_be_file(observable_value(&name)))
		return why_set(why, ERR_INPUT, "\"%s\": could be a domain or a file name", name.value);
	*out = name;
	return ERR_OK;
}

size_t observable_derive(const struct observable *o, struct observable derived[static OBSERVABLE_DERIVED_MAX])
{
	const struct observable *host = o;
	size_t n = 0;
	struct why why;
	if (o->type == OBSERVABLE_URL) {
		bool ipv6;
		struct slice text = url_host(observable_value(o), &ipv6);
		enum observable_type type = ipv6 ? OBSERVABLE_IPV6 : OBSERVABLE_DOMAIN;
		if (observable_canonical(type, text, &derived[n], &why) != ERR_OK &&
		    observable_canonical(OBSERVABLE_IPV4, text, &derived[n], &why) != ERR_OK)
			return 0;
		host = &derived[n++];
	} else if (o->type == OBSERVABLE_MAIL) {
		struct slice mail = observable_value(o);
		if (observable_canonical(OBSERVABLE_DOMAIN, slice_part(mail, slice_find(mail, '@', 0) + 1, mail.n), &derived[n], &why) !=
		    ERR_OK)
			return 0;
		host = &derived[n++];
	}
	if (host->type == OBSERVABLE_DOMAIN && name_registered(host, &derived[n]))
		n++;
	return n;
}
