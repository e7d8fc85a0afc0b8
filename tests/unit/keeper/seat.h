// Seats of the fixture's platform, each with a state directory as tocsin-keeper finds it.
#ifndef TOCSIN_KEEPER_SEAT_H
#define TOCSIN_KEEPER_SEAT_H

#include "test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/keyfile.h"
#include "crypto/secret.h"
#include "fixture.h"
#include "keys.h"
#include "sys/clock.h"
#include "sys/file.h"

#define SEATS 3
#define NEEDED 2

static struct why why;

struct seat_state {
	struct keeper_conf conf;
	struct keys *keys;
};

static inline void seat_must(enum err e)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "seat: %s: %s\n", err_name(e), why.text);
	abort();
}

static inline void seat_key(const struct seat_state *s, const char *name, enum keyfile_type type,
                            const uint8_t secret[static KEYFILE_SECRET])
{
	char path[CONF_TEXT_MAX];
	keeper_path(&s->conf, name, path);
	seat_must(keyfile_create(path, type, secret, &why));
}

static inline void seat_start(struct seat_state *s)
{
	s->keys = calloc(1, sizeof *s->keys);
	INVARIANT(s->keys != NULL);
	s->keys->conf = &s->conf;
	s->keys->secrets = (struct keys_secrets *)secret_new((sizeof *s->keys->secrets + 15) / 16 * 16);
	seat_must(keys_load(s->keys, &why));
}

static inline void seat_stop(struct seat_state *s)
{
	if (s->keys == NULL)
		return;
	secret_free((uint8_t *)s->keys->secrets);
	free(s->keys);
	s->keys = NULL;
}

// As after a restart: what is not on disk is gone.
static inline void seat_restart(struct seat_state *s)
{
	seat_stop(s);
	seat_start(s);
}

// Token shares of epoch 1, as a ceremony would have left them.
static inline void seat_shares(const struct seat_state *s, const struct fixture *f, unsigned index)
{
	struct keys loose = {.conf = &s->conf};
	loose.secrets = (struct keys_secrets *)secret_new((sizeof *loose.secrets + 15) / 16 * 16);
	for (uint8_t class = 0; class < TOKEN_CLASSES; class++) {
		const struct token_key *key = governance_token_key(f->governance, class, 1);
		struct keys_result r = {.class = class, .epoch = 1, .seat = (uint8_t)(index + 1), .t = (uint8_t)key->t,
		                        .n = (uint8_t)key->n};
		memcpy(r.group, key->key, ELEMENT);
		memcpy(r.public, key->share, sizeof r.public);
		seat_must(keys_share_save(&loose, &r, f->seat[index].token[class], &why));
	}
	secret_free((uint8_t *)loose.secrets);
}

// A fresh state directory of seat index + 1; removed by seat_remove().
static inline void seat_make(struct seat_state *s, const struct fixture *f, unsigned index)
{
	char path[CONF_TEXT_MAX], name[32];
	*s = (struct seat_state){0};
	snprintf(s->conf.state, sizeof s->conf.state, "%s/keeper-XXXXXX", getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	INVARIANT(mkdtemp(s->conf.state) != NULL);
	keeper_path(&s->conf, "keys", path);
	seat_must(file_dir(path, FILE_DIR, &why));
	keeper_path(&s->conf, "store", path);
	seat_must(file_dir(path, FILE_DIR, &why));
	keeper_path(&s->conf, "charter", path);
	seat_must(file_create(path, buf_slice(&f->leaf[0]), FILE_PUBLIC, &why));
	seat_key(s, "keys/identity", KEYFILE_SIGN, f->seat[index].identity); // a seed is the first half of the secret key
	seat_key(s, "keys/witness", KEYFILE_SIGN, f->seat[index].witness);
	seat_key(s, "keys/voucher", KEYFILE_SIGN, f->seat[index].voucher);
	seat_key(s, "keys/ceremony", KEYFILE_SCALAR, f->seat[index].ceremony);
	snprintf(name, sizeof name, "keys/quarter-%u", f->quarter);
	seat_key(s, name, KEYFILE_HPKE, f->seat[index].sealing);
	snprintf(name, sizeof name, "keys/quarter-%u", f->quarter - 1);
	seat_key(s, name, KEYFILE_HPKE, f->seat[index].last_sealing);
	seat_shares(s, f, index);
	seat_start(s);
}

static inline void seat_remove(struct seat_state *s)
{
	char command[CONF_TEXT_MAX + 16];
	seat_stop(s);
	snprintf(command, sizeof command, "rm -rf '%s'", s->conf.state);
	INVARIANT(system(command) == 0);
}

#endif
