// A home on disk for one of the fixture's members, and its removal.
#ifndef TOCSIN_TEST_HOME_OF_H
#define TOCSIN_TEST_HOME_OF_H

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/keyfile.h"
#include "fixture.h"
#include "platform/platform.h"
#include "sys/clock.h"
#include "test.h"

// "<home>/<name>"; a few static buffers.
static inline const char *home_file(const char *home, const char *name)
{
	static char paths[4][FILE_PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 4];
	snprintf(path, FILE_PATH_MAX, "%s/%s", home, name);
	return path;
}

static inline void home_put(const char *home, const char *name, struct slice content)
{
	struct why why;
	CHECK_SAY(file_write(home_file(home, name), content, FILE_PUBLIC, &why) == ERR_OK, "%s", why.text);
}

// Keys, origin and card of `who`; with the charter when `joined`. Mode 0700, in a static buffer.
static inline const char *home_of(const struct fixture *f, enum fixture_who who, bool joined)
{
	static char homes[4][64];
	static unsigned next;
	char *home = homes[next++ % 4];
	const struct fixture_member *m = &f->member[who];
	snprintf(home, sizeof homes[0], "/tmp/tocsin-home-XXXXXX");
	INVARIANT(mkdtemp(home) != NULL);
	INVARIANT(keyfile_create(home_file(home, "signing.key"), KEYFILE_SIGN, m->signing, NULL) == ERR_OK);
	INVARIANT(keyfile_create(home_file(home, "sealing.key"), KEYFILE_HPKE, m->sealing, NULL) == ERR_OK);
	home_put(home, "origin", f->origin);
	home_put(home, "card", fixture_card(f, who));
	if (joined)
		home_put(home, "charter", buf_slice(&f->leaf[0]));
	return home;
}

static inline int home_remove_one(const char *path, const struct stat *s, int type, struct FTW *walk)
{
	(void)s, (void)type, (void)walk;
	return remove(path);
}

static inline void home_remove(const char *home)
{
	nftw(home, home_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
