// Opening and closing: home, charter, ledger, clients, credential.
#include "platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "crypto/secret.h"
#include "platform/inside.h"
#include "sys/clock.h"

#define LOCK_WAIT_MS 10000 // for another command that uses the home
#define LOCK_POLL_MS 50

const struct charter *platform_charter(const struct platform *p)
{
	return governance_charter(platform_governance(p));
}

struct governance *platform_governance(const struct platform *p)
{
	return p->follow != NULL ? follow_governance(p->follow) : p->visited;
}

// --- Clients ------------------------------------------------------------------------------------------------------------------

// A peer whose address is no address is left out: the others still serve.
static enum err client_make(const char *name, const char *address, const uint8_t pin[static TLS_PIN], struct http_client **client,
                            struct why *why)
{
	struct conf_address a;
	enum err e = conf_address_parse(slice_text(address), 1, &a, why);
	if (e != ERR_OK)
		return e;
	struct http_peer peer = {.name = name, .host = a.host, .port = a.port};
	memcpy(peer.pin, pin, TLS_PIN);
	return http_client_new(&peer, client, why);
}

static enum err clients_make(struct platform *p, struct why *why)
{
	const struct charter *c = platform_charter(p);
	enum err e = client_make("hub", c->hub_address, c->hub_pin, &p->hub, why);
	for (unsigned i = 0; i < c->n && (e == ERR_OK || e == ERR_INPUT); i++) {
		char name[32];
		snprintf(name, sizeof name, "seat %u", i + 1);
		e = client_make(name, c->seats[i].address, c->seats[i].tls_pin, &p->keeper[i], why);
	}
	return e == ERR_INPUT ? ERR_OK : e;
}

enum err client_of(const struct platform *p, unsigned seat, struct http_client **client, struct why *why)
{
	if (seat > platform_charter(p)->n)
		return why_set(why, ERR_INPUT, "there is no seat %u", seat);
	*client = seat == 0 ? p->hub : p->keeper[seat - 1];
	return *client != NULL ? ERR_OK : why_set(why, ERR_AWAY, "%s %u: its address in the charter cannot be used", seat == 0 ? "hub" : "seat", seat);
}

// --- Opening ------------------------------------------------------------------------------------------------------------------

static struct platform *platform_new(const char *home, struct why *why)
{
	struct platform *p = calloc(1, sizeof *p);
	if (p == NULL || strlen(home) >= sizeof p->home) {
		why_set(why, p == NULL ? ERR_SYSTEM : ERR_LIMIT, p == NULL ? "out of memory" : "home: the path is too long");
		free(p);
		return NULL;
	}
	snprintf(p->home, sizeof p->home, "%s", home);
	p->lock = -1;
	buf_init(&p->card_bytes, CARD_MAX);
	buf_init(&p->credential_bytes, CREDENTIAL_MAX);
	return p;
}

static enum err lock_take(struct platform *p, const char *folder, struct why *why)
{
	uint64_t end = clock_monotonic_ms() + LOCK_WAIT_MS;
	for (;;) {
		enum err e = file_lock(folder, &p->lock, why);
		if (e != ERR_EXISTS || clock_monotonic_ms() >= end)
			return e == ERR_EXISTS ? why_set(why, e, "%s: another tocsin command is using this home", p->home) : e;
		nanosleep(&(struct timespec){.tv_nsec = LOCK_POLL_MS * 1000000L}, NULL);
	}
}

static enum err store_take(struct platform *p, struct why *why)
{
	char path[FILE_PATH_MAX];
	enum err e = home_path(p, "store", path, why);
	if (e == ERR_OK)
		e = file_dir(path, FILE_DIR, why);
	if (e == ERR_OK)
		e = lock_take(p, path, why);
	return e == ERR_OK ? store_open(path, STORE_MEMBER, &p->store, why) : e;
}

static enum err charter_take(struct platform *p, struct why *why)
{
	char path[FILE_PATH_MAX];
	struct buf charter;
	buf_init(&charter, DOCUMENT_MAX);
	enum err e = home_path(p, "charter", path, why);
	if (e == ERR_OK)
		e = file_read(path, DOCUMENT_MAX, &charter, why);
	if (e == ERR_ABSENT)
		e = why_set(why, ERR_ABSENT, "%s: no platform joined yet; run `tocsin join CHARTER`", p->home);
	if (e == ERR_OK)
		e = store_take(p, why);
	if (e == ERR_OK && (e = follow_open(p->store, buf_slice(&charter), &p->follow, why)) != ERR_OK)
		why_at(why, e, "%s: charter and store", p->home);
	if (e == ERR_OK)
		e = clients_make(p, why);
	buf_free(&charter);
	return e;
}

static enum err holds(struct platform *p, struct why *why)
{
	enum err e = credential_check(&p->credential, platform_governance(p), 0, clock_now(), why);
	p->accredited = e == ERR_OK;
	return e;
}

// The stored ledger may be older than the credential, and the credential older than a new batch: so, in turn, the credential as it is,
// a newer ledger, a newer credential.
static enum err member_take(struct platform *p, struct why *why)
{
	enum err e = platform_credential(p, false, why);
	if (e != ERR_OK || holds(p, why) == ERR_OK)
		return e;
	e = platform_sync(p, why);
	if (e == ERR_OK && holds(p, why) == ERR_OK)
		return ERR_OK;
	struct why first = *why;
	if (platform_credential(p, true, why) == ERR_OK && platform_sync(p, why) == ERR_OK)
		return holds(p, why);
	*why = first;
	return e != ERR_OK ? e : ERR_DENIED;
}

enum err platform_open(const char *home, enum platform_need need, struct platform **out, struct why *why)
{
	struct platform *p = platform_new(home, why);
	if (p == NULL)
		return ERR_SYSTEM;
	enum err e = home_read(p, why);
	if (e == ERR_OK && need >= PLATFORM_CHARTER)
		e = charter_take(p, why);
	if (e == ERR_OK && need >= PLATFORM_MEMBER)
		e = member_take(p, why);
	if (e == ERR_OK)
		*out = p;
	else
		platform_close(p);
	return e;
}

enum err platform_visit(const char *charter_path, struct platform **out, struct why *why)
{
	struct buf charter;
	struct platform *p = platform_new("", why);
	if (p == NULL)
		return ERR_SYSTEM;
	buf_init(&charter, DOCUMENT_MAX);
	enum err e = file_read(charter_path, DOCUMENT_MAX, &charter, why);
	if (e == ERR_OK)
		e = (p->visited = governance_new()) == NULL ? why_set(why, ERR_SYSTEM, "out of memory")
		                                            : governance_pin(p->visited, buf_slice(&charter), why);
	if (e == ERR_INPUT)
		why_at(why, e, "%s", charter_path);
	if (e == ERR_OK)
		e = clients_make(p, why);
	buf_free(&charter);
	if (e == ERR_OK)
		*out = p;
	else
		platform_close(p);
	return e;
}

void platform_close(struct platform *p)
{
	if (p == NULL)
		return;
	follow_close(p->follow);
	governance_free(p->visited);
	store_close(p->store);
	http_client_free(p->hub);
	for (unsigned i = 0; i < SEATS_MAX; i++)
		http_client_free(p->keeper[i]);
	if (p->lock >= 0)
		close(p->lock);
	secret_free(p->signing_sk);
	secret_free(p->sealing_sk);
	buf_free(&p->card_bytes);
	buf_free(&p->credential_bytes);
	free(p);
}

// --- Credential ---------------------------------------------------------------------------------------------------------------

static enum err credential_of(struct slice bytes, const uint8_t id[static CARD_ID], const uint8_t signing[static SIGN_PUBLIC],
                              struct credential *c, struct why *why)
{
	enum err e = credential_decode(bytes, c, why);
	if (e == ERR_OK && (memcmp(c->item.card, id, CARD_ID) != 0 || memcmp(c->item.signing, signing, SIGN_PUBLIC) != 0))
		e = why_set(why, ERR_AUTH, "credential: it is another card's");
	return e;
}

static enum err credential_take(struct platform *p, struct slice bytes, struct why *why)
{
	struct credential c;
	enum err e = credential_of(bytes, p->card_id, p->card.signing, &c, why);
	if (e != ERR_OK)
		return e;
	buf_clear(&p->credential_bytes);
	buf_put_slice(&p->credential_bytes, bytes);
	p->credential = c;
	return buf_status(&p->credential_bytes);
}

static enum err credential_read(struct platform *p, const char *path, struct why *why)
{
	struct buf b;
	buf_init(&b, CREDENTIAL_MAX);
	enum err e = file_read(path, CREDENTIAL_MAX, &b, why);
	if (e == ERR_OK && (e = credential_take(p, buf_slice(&b), why)) != ERR_OK)
		why_at(why, e, "%s", path);
	buf_free(&b);
	return e;
}

enum err platform_credential_at(struct platform *p, unsigned seat, const uint8_t id[static CARD_ID],
                                const uint8_t signing[static SIGN_PUBLIC], struct credential *credential, struct buf *bytes,
                                struct why *why)
{
	char path[sizeof "/v1/credential/" + 2 * CARD_ID];
	struct credential got;
	struct buf b;
	int at = snprintf(path, sizeof path, "/v1/credential/");
	for (unsigned i = 0; i < CARD_ID; i++)
		at += snprintf(path + at, sizeof path - (size_t)at, "%02x", id[i]);
	buf_init(&b, CREDENTIAL_MAX);
	enum err e = platform_call(p, seat, "GET", path, (struct slice){0}, &b, why);
	if (e == ERR_OK)
		e = credential_of(buf_slice(&b), id, signing, &got, why);
	if (e == ERR_OK) {
		*credential = got;
		if (bytes != NULL)
			buf_put_slice(bytes, buf_slice(&b));
		e = bytes != NULL ? buf_status(bytes) : ERR_OK;
	}
	buf_free(&b);
	return e;
}

// The first keeper that has one serves: a false one shows when it is checked against the ledger.
static enum err credential_fetch(struct platform *p, struct why *why)
{
	unsigned seats[SEATS_MAX], n = seats_shuffle(p, seats);
	enum err e = ERR_AWAY, worst = ERR_AWAY;
	for (unsigned i = 0; i < n; i++) {
		struct credential c;
		struct buf b;
		struct why one;
		buf_init(&b, CREDENTIAL_MAX);
		e = platform_credential_at(p, seats[i], p->card_id, p->card.signing, &c, &b, &one);
		if (e == ERR_OK)
			e = credential_take(p, buf_slice(&b), &one);
		buf_free(&b);
		if (e == ERR_OK)
			return e;
		if (i == 0 || e != ERR_AWAY) {
			worst = e;
			if (why != NULL)
				*why = one;
		}
	}
	return worst == ERR_ABSENT ? why_set(why, worst, "no keeper has a credential for this card yet: it waits for its accreditation") : worst;
}

enum err platform_credential(struct platform *p, bool anew, struct why *why)
{
	char path[FILE_PATH_MAX];
	enum err e = home_path(p, "credential", path, why);
	if (e == ERR_OK && !anew && p->credential_bytes.n > 0)
		return ERR_OK;
	if (e == ERR_OK && !anew && credential_read(p, path, why) == ERR_OK)
		return ERR_OK;
	if (e == ERR_OK)
		e = credential_fetch(p, why);
	return e == ERR_OK ? file_write(path, buf_slice(&p->credential_bytes), FILE_PUBLIC, why) : e;
}
