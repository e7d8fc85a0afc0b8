// The names under which MISP, STIX and spreadsheets speak of the same things.
#include "observable/form.h"
#include "observable/reading.h"

static const struct {
	const char *name;
	unsigned kind;
} kinds[] = {
	{"ip", KIND_ADDRESS}, {"ip-src", KIND_ADDRESS}, {"ip-dst", KIND_ADDRESS}, {"ip_address", KIND_ADDRESS},
	{"ip address", KIND_ADDRESS}, {"ipaddress", KIND_ADDRESS}, {"ips", KIND_ADDRESS}, {"c2 ip", KIND_ADDRESS},
	{"ipv4", KIND_ADDRESS}, {"ipv4-addr", KIND_ADDRESS}, {"ipv6", KIND_ADDRESS}, {"ipv6-addr", KIND_ADDRESS},
	{"ip-src/ip-dst", KIND_ADDRESS}, {"dst_ip", KIND_ADDRESS}, {"src_ip", KIND_ADDRESS}, {"dest_ip", KIND_ADDRESS},
	{"destination ip", KIND_ADDRESS}, {"source ip", KIND_ADDRESS}, {"ip:port", KIND_ADDRESS},
	{"cidr", OBSERVABLE_CIDR}, {"netblock", OBSERVABLE_CIDR}, {"network", KIND_ADDRESS}, {"subnet", OBSERVABLE_CIDR},
	{"as", OBSERVABLE_ASN}, {"asn", OBSERVABLE_ASN}, {"autonomous-system", OBSERVABLE_ASN},
	{"domain", KIND_HOST}, {"domains", KIND_HOST}, {"domain-name", KIND_HOST}, {"domain name", KIND_HOST}, {"fqdn", KIND_HOST},
	{"hostname", KIND_HOST}, {"hostnames", KIND_HOST}, {"host", KIND_HOST}, {"c2", KIND_HOST}, {"ioc_domain", KIND_HOST},
	{"hostname|port", KIND_HOST}, {"domain|ip", KIND_HOST}, {"ip-dst|port", KIND_ADDRESS}, {"ip-src|port", KIND_ADDRESS},
	{"url", OBSERVABLE_URL}, {"urls", OBSERVABLE_URL}, {"uri", OBSERVABLE_URL},
	{"email", OBSERVABLE_MAIL}, {"mail", OBSERVABLE_MAIL}, {"email-addr", OBSERVABLE_MAIL}, {"email address", OBSERVABLE_MAIL},
	{"email-src", OBSERVABLE_MAIL}, {"email-dst", OBSERVABLE_MAIL}, {"email-reply-to", OBSERVABLE_MAIL},
	{"whois-registrant-email", OBSERVABLE_MAIL}, {"target-email", OBSERVABLE_MAIL}, {"sender", OBSERVABLE_MAIL},
	{"hash", KIND_HASH}, {"hashes", KIND_HASH}, {"file hash", KIND_HASH}, {"file_hash", KIND_HASH}, {"filehash", KIND_HASH},
	{"md5", OBSERVABLE_MD5}, {"filehash-md5", OBSERVABLE_MD5}, {"md5 hash", OBSERVABLE_MD5}, {"md5_hash", OBSERVABLE_MD5},
	{"hash_md5", OBSERVABLE_MD5}, {"sha1", OBSERVABLE_SHA1}, {"sha-1", OBSERVABLE_SHA1}, {"filehash-sha1", OBSERVABLE_SHA1},
	{"sha1_hash", OBSERVABLE_SHA1}, {"sha256", OBSERVABLE_SHA256}, {"sha-256", OBSERVABLE_SHA256},
	{"filehash-sha256", OBSERVABLE_SHA256}, {"sha256_hash", OBSERVABLE_SHA256}, {"hash_sha256", OBSERVABLE_SHA256},
	{"sha512", OBSERVABLE_SHA512}, {"sha-512", OBSERVABLE_SHA512}, {"sha512_hash", OBSERVABLE_SHA512},
	{"certificate", OBSERVABLE_CERTIFICATE}, {"x509-fingerprint-sha1", OBSERVABLE_CERTIFICATE},
	{"x509-fingerprint-sha256", OBSERVABLE_CERTIFICATE}, {"thumbprint", OBSERVABLE_CERTIFICATE},
	{"mutex", OBSERVABLE_MUTEX}, {"filename", OBSERVABLE_FILENAME}, {"file name", OBSERVABLE_FILENAME},
	{"file_name", OBSERVABLE_FILENAME}, {"file", OBSERVABLE_FILENAME}, {"filepath", OBSERVABLE_FILENAME},
	{"wallet", OBSERVABLE_WALLET}, {"btc", OBSERVABLE_WALLET}, {"bitcoin", OBSERVABLE_WALLET}, {"eth", OBSERVABLE_WALLET},
	{"cve", OBSERVABLE_CVE}, {"vulnerability", OBSERVABLE_CVE}, {"cve id", OBSERVABLE_CVE}, {"cve_id", OBSERVABLE_CVE},
	{"regkey", OBSERVABLE_REGISTRY_KEY}, {"registry-key", OBSERVABLE_REGISTRY_KEY}, {"registry key", OBSERVABLE_REGISTRY_KEY},
	{"windows-registry-key", OBSERVABLE_REGISTRY_KEY}, {"registry", OBSERVABLE_REGISTRY_KEY},
	{"product", OBSERVABLE_PRODUCT}, {"cpe", OBSERVABLE_PRODUCT}, {"software", OBSERVABLE_PRODUCT},
};

static bool same(struct slice a, const char *b)
{
	return slice_same_letters(a, slice_text(b));
}

bool kind_named(struct slice name, unsigned *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (same(name, kinds[i].name)) {
			*kind = kinds[i].kind;
			return true;
		}
	return false;
}

bool kind_of_hash(struct slice algorithm, unsigned *kind)
{
	static const struct {
		const char *name;
		unsigned kind;
	} rows[] = {{"MD5", OBSERVABLE_MD5},         {"SHA-1", OBSERVABLE_SHA1},     {"SHA1", OBSERVABLE_SHA1},
	            {"SHA-256", OBSERVABLE_SHA256},  {"SHA256", OBSERVABLE_SHA256},  {"SHA-512", OBSERVABLE_SHA512},
	            {"SHA512", OBSERVABLE_SHA512}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (same(algorithm, rows[i].name)) {
			*kind = rows[i].kind;
			return true;
		}
	return false;
}
