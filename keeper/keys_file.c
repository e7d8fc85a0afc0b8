// Vouchers and releases: the voucher key, the aliases of a month, the sealing keys of quarters, the identity key.
#include <stdio.h>

#include "base/num.h"
#include "base/wire.h"
#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "filing/release.h"
#include "filing/voucher.h"
#include "keys.h"
#include "log/log.h"
#include "sys/clock.h"
#include "sys/file.h"

// --- Aliases --------------------------------------------------------------------------------------------------------------

// yyyymm.
static unsigned month_of(uint64_t seconds)
{
	char text[TIME_TEXT];
	uint64_t year = 0, month = 0;
	time_print(seconds, text);
	unsigned zero = text[5] == '0'; // num_parse takes none in front
	INVARIANT(num_parse(slice_of(text, 4), 1970, 9999, &year));
	INVARIANT(num_parse(slice_of(text + 5 + zero, 2 - zero), 1, 12, &month));
	return (unsigned)(year * 100 + month);
}

static unsigned month_before(unsigned month)
{
	return month % 100 == 1 ? month - 100 + 11 : month - 1;
}

static enum err alias_forget_one(void *keys, const char *name, struct why *why)
{
	const struct keys *k = keys;
	uint64_t month;
	char path[CONF_TEXT_MAX];
	if (!num_parse(slice_text(name + strlen("alias-")), 197001, 999912, &month) || month >= month_before(month_of(clock_now())))
		return ERR_OK;
	keys_path(k, name, path);
	return file_remove(path, why);
}

void keys_alias_forget(struct keys *k)
{
	struct why why;
	enum err e = keys_each_file(k, "alias-", alias_forget_one, k, &why);
	if (e != ERR_OK)
		log_line(LOG_WARNING, "alias-not-forgotten", log_failure(e, &why));
}

static enum err alias_load(struct keys *k, unsigned month, struct why *why)
{
	char name[KEYS_NAME_MAX], path[CONF_TEXT_MAX];
	if (k->alias_month == month)
		return ERR_OK;
	snprintf(name, sizeof name, "alias-%u", month);
	keys_path(k, name, path);
	k->alias_month = 0;
	enum err e = keyfile_read(path, KEYFILE_RANDOM, k->secrets->alias, why);
	if (e == ERR_ABSENT) {
		random_bytes(k->secrets->alias, sizeof k->secrets->alias);
		e = keyfile_create(path, KEYFILE_RANDOM, k->secrets->alias, why);
		keys_alias_forget(k);
	}
	if (e == ERR_OK)
		k->alias_month = month;
	return e;
}

// --- Voucher --------------------------------------------------------------------------------------------------------------

static enum err check_time(uint64_t time, struct why *why)
{
	uint64_t now = clock_now();
	if ((time > now ? time - now : now - time) > VOUCHER_AGE_MAX)
		return why_set(why, ERR_DENIED, "voucher: for another time than now");
	return ERR_OK;
}

enum err keys_vouch(void *keys, struct slice payload, struct buf *reply, struct why *why)
{
	struct keys *k = keys;
	struct wire w = wire_of(payload);
	struct voucher v = {.seat = wire_u8(&w)};
	uint8_t signing[SIGN_PUBLIC], out[VOUCHER_BYTES];
	v.kind = (enum filing_kind)wire_u8(&w);
	v.time = wire_u64(&w);
	wire_copy(&w, signing, sizeof signing);
	wire_copy(&w, v.filing, sizeof v.filing);
	enum err e = wire_end(&w, "voucher", why);
	if (e == ERR_OK)
		e = check_time(v.time, why);
	if (e == ERR_OK)
		e = alias_load(k, month_of(v.time), why);
	if (e != ERR_OK)
		return e;
	alias_of(k->secrets->alias, signing, v.alias);
	voucher_sign(&v, k->secrets->voucher, keys_origin(k));
	voucher_encode(&v, out);
	buf_put(reply, out, sizeof out);
	return ERR_OK;
}

// --- Release --------------------------------------------------------------------------------------------------------------

static enum err quarter_load(const struct keys *k, uint16_t quarter, uint8_t sk[static HPKE_SECRET], struct why *why)
{
	char name[KEYS_NAME_MAX], path[CONF_TEXT_MAX];
	snprintf(name, sizeof name, "quarter-%u", quarter);
	keys_path(k, name, path);
	enum err e = keyfile_read(path, KEYFILE_HPKE, sk, why);
	if (e == ERR_ABSENT)
		return why_set(why, e, "this keeper has no sealing key of quarter %s (any more)", quarter_text(quarter).text);
	return e;
}

struct release_frame {
	uint16_t quarter;
	uint8_t aad[SHARE_AAD], sealed[RECORD_SHARE], request[32], analyst[HPKE_PUBLIC];
};

static enum err open_share(const struct keys *k, const struct release_frame *f, uint8_t scalar[static SCALAR], struct why *why)
{
	uint8_t sk[HPKE_SECRET], room[RECORD_INFO_MAX];
	enum err e = quarter_load(k, f->quarter, sk, why);
	if (e == ERR_OK) {
		e = hpke_open(sk, share_info(keys_origin(k), room), slice_of(f->aad, SHARE_AAD), slice_of(f->sealed, RECORD_SHARE),
		              scalar);
		if (e != ERR_OK || !scalar_is_canonical(scalar))
			e = why_set(why, ERR_AUTH, "share does not open: the header, the commitment or the share was changed");
	}
	secret_wipe(sk, sizeof sk);
	return e;
}

static enum err reseal(const struct keys *k, const struct release_frame *f, const uint8_t scalar[static SCALAR],
                       struct buf *reply,
                       struct why *why)
{
	struct released r = {.seat = f->aad[SHARE_AAD - 1]};
	uint8_t aad[RELEASED_AAD], room[RECORD_INFO_MAX], out[RELEASED_BYTES];
	memcpy(r.request, f->request, sizeof r.request);
	released_aad(r.request, r.seat, aad);
	if (hpke_seal(f->analyst, released_info(keys_origin(k), room), slice_of(aad, sizeof aad), slice_of(scalar, SCALAR),
	              r.sealed) != ERR_OK)
		return why_set(why, ERR_INPUT, "the analyst's sealing key is malformed");
	released_sign(&r, k->secrets->identity, keys_origin(k));
	released_encode(&r, out);
	buf_put(reply, out, sizeof out);
	return ERR_OK;
}

enum err keys_release(void *keys, struct slice payload, struct buf *reply, struct why *why)
{
	struct keys *k = keys;
	struct release_frame f;
	uint8_t scalar[SCALAR];
	struct wire w = wire_of(payload);
	f.quarter = wire_u16(&w);
	wire_copy(&w, f.aad, sizeof f.aad);
	wire_copy(&w, f.sealed, sizeof f.sealed);
	wire_copy(&w, f.request, sizeof f.request);
	wire_copy(&w, f.analyst, sizeof f.analyst);
	enum err e = wire_end(&w, "release", why);
	if (e == ERR_OK)
		e = open_share(k, &f, scalar, why);
	if (e == ERR_OK)
		e = reseal(k, &f, scalar, reply, why);
	secret_wipe(scalar, sizeof scalar);
	return e;
}

// --- The end of a quarter ---------------------------------------------------------------------------------------------------

struct forgotten {
	const struct keys *k;
	uint16_t before; // quarters
};

static enum err forget_one(void *forgotten, const char *name, struct why *why)
{
	const struct forgotten *f = forgotten;
	uint64_t quarter;
	char path[CONF_TEXT_MAX];
	if (!num_parse(slice_text(name + strlen("quarter-")), 0, QUARTER_MAX, &quarter) || quarter >= f->before)
		return ERR_OK;
	keys_path(f->k, name, path);
	enum err e = file_remove(path, why);
	if (e == ERR_OK)
		log_line(LOG_INFO, "quarter-destroyed", log_value("quarter", "%s", quarter_text((uint16_t)quarter).text));
	return e;
}

enum err keys_forget(void *keys, struct slice payload, struct buf *reply, struct why *why)
{
	struct wire w = wire_of(payload);
	struct forgotten f = {.k = keys, .before = wire_u16(&w)};
	(void)reply;
	enum err e = wire_end(&w, "forget", why);
	if (e != ERR_OK)
		return e;
	// What can still be sealed to, and what was within the least retention there is, core cannot have destroyed.
	if (f.before >= quarter_of(clock_now()))
		return why_set(why, ERR_DENIED, "forget: quarter %s has not been over for a quarter", quarter_text(f.before).text);
	return keys_each_file(f.k, "quarter-", forget_one, &f, why);
}
