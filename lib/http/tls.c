#include "http/tls.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "sys/clock.h"
#include "sys/file.h"

#define YEARS_VALID 20 // the date is not looked at by pinning clients; others should not stumble over it
#define DAY 86400
#define SERIAL 16 // bytes; RFC 5280 section 4.1.2.2: positive, at most 20

static enum err refused(struct why *why, const char *call, int result)
{
	return why_set(why, ERR_SYSTEM, "tls: %s: %s", call, gnutls_strerror(result));
}

static void put_datum(struct buf *b, gnutls_datum_t *d)
{
	buf_put(b, d->data, d->size);
	gnutls_memset(d->data, 0, d->size);
	gnutls_free(d->data);
	d->data = NULL;
}

static int fill(gnutls_x509_crt_t c, gnutls_x509_privkey_t key, const char *name)
{
	uint8_t serial[SERIAL];
	time_t now = (time_t)clock_now();
	int result = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial);
	serial[0] = (serial[0] & 0x7f) | 0x40;
	if (result >= 0)
		result = gnutls_x509_crt_set_version(c, 3);
	if (result >= 0)
		result = gnutls_x509_crt_set_serial(c, serial, sizeof serial);
	if (result >= 0)
		result = gnutls_x509_crt_set_activation_time(c, now - DAY);
	if (result >= 0)
		result = gnutls_x509_crt_set_expiration_time(c, now + (time_t)YEARS_VALID * 365 * DAY);
	if (result >= 0)
		result = gnutls_x509_crt_set_dn_by_oid(c, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
	if (result >= 0)
		result = gnutls_x509_crt_set_subject_alt_name(c, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), GNUTLS_FSAN_SET);
	if (result >= 0)
		result = gnutls_x509_crt_set_basic_constraints(c, 0, -1);
	if (result >= 0)
		result = gnutls_x509_crt_set_key_usage(c, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (result >= 0)
		result = gnutls_x509_crt_set_key(c, key);
	if (result >= 0)
		result = gnutls_x509_crt_sign2(c, c, key, GNUTLS_DIG_SHA256, 0);
	return result;
}

static int make(const char *name, gnutls_x509_privkey_t key, gnutls_x509_crt_t c, gnutls_datum_t pems[2])
{
	int result = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (result >= 0)
		result = fill(c, key, name);
	if (result >= 0)
		result = gnutls_x509_crt_export2(c, GNUTLS_X509_FMT_PEM, &pems[0]);
	if (result >= 0)
		result = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pems[1]);
	return result;
}

enum err tls_make(const char *name, struct buf *certificate, struct buf *key_pem, struct why *why)
{
	INVARIANT(key_pem->secret);
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t c = NULL;
	gnutls_datum_t pems[2] = {{NULL, 0}, {NULL, 0}};
	int result = gnutls_x509_privkey_init(&key);
	if (result >= 0)
		result = gnutls_x509_crt_init(&c);
	if (result >= 0)
		result = make(name, key, c, pems);
	if (pems[0].data != NULL)
		put_datum(certificate, &pems[0]);
	if (pems[1].data != NULL)
		put_datum(key_pem, &pems[1]);
	if (c != NULL)
		gnutls_x509_crt_deinit(c);
	if (key != NULL)
		gnutls_x509_privkey_deinit(key); // wipes
	if (result < 0)
		return refused(why, "certificate", result);
	if (buf_status(certificate) != ERR_OK || buf_status(key_pem) != ERR_OK)
		return why_set(why, ERR_LIMIT, "tls: no room for the key pair");
	return ERR_OK;
}

enum err tls_read_files(const char *certificate_path, const char *key_path, struct buf *certificate, struct buf *key, struct why *why)
{
	enum err e = file_read(certificate_path, TLS_PEM_MAX, certificate, why);
	return e == ERR_OK ? file_read_secret(key_path, TLS_PEM_MAX, key, why) : e;
}

enum err tls_make_files(const char *name, const char *certificate_path, const char *key_path, uint8_t pin[static TLS_PIN],
                        struct why *why)
{
	struct buf certificate, key;
	if (file_has(certificate_path))
		return why_set(why, ERR_EXISTS, "%s: there already", certificate_path);
	buf_init(&certificate, TLS_PEM_MAX);
	buf_init_secret(&key, TLS_PEM_MAX);
	enum err e = tls_make(name, &certificate, &key, why);
	if (e == ERR_OK)
		e = file_create(key_path, buf_slice(&key), FILE_SECRET, why);
	if (e == ERR_OK)
		e = file_create(certificate_path, buf_slice(&certificate), FILE_PUBLIC, why);
	if (e == ERR_OK)
		e = tls_pin(buf_slice(&certificate), pin, why);
	buf_free(&certificate);
	buf_free(&key);
	return e;
}

static int pin_of(gnutls_x509_crt_t c, const gnutls_datum_t *pem, uint8_t pin[static TLS_PIN])
{
	gnutls_pubkey_t key = NULL;
	gnutls_datum_t der = {NULL, 0};
	int result = gnutls_x509_crt_import(c, pem, GNUTLS_X509_FMT_PEM);
	if (result >= 0)
		result = gnutls_pubkey_init(&key);
	if (result >= 0)
		result = gnutls_pubkey_import_x509(key, c, 0);
	if (result >= 0)
		result = gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der);
	if (result >= 0)
		result = gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, pin);
	gnutls_free(der.data);
	if (key != NULL)
		gnutls_pubkey_deinit(key);
	return result;
}

enum err tls_pin(struct slice certificate, uint8_t pin[static TLS_PIN], struct why *why)
{
	if (certificate.n > TLS_PEM_MAX)
		return why_set(why, ERR_LIMIT, "certificate: %zu bytes: at most %d", certificate.n, TLS_PEM_MAX);
	gnutls_x509_crt_t c;
	uint8_t made[TLS_PIN];
	int result = gnutls_x509_crt_init(&c);
	if (result < 0)
		return refused(why, "certificate", result);
	gnutls_datum_t pem = {(unsigned char *)certificate.p, (unsigned)certificate.n};
	result = pin_of(c, &pem, made);
	gnutls_x509_crt_deinit(c);
	if (result < 0)
		return why_set(why, ERR_INPUT, "certificate: %s", gnutls_strerror(result));
	memcpy(pin, made, TLS_PIN);
	return ERR_OK;
}
