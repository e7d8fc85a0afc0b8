// Setting up a hub: keys, enrolment, and a charter that is this hub's.
#include "test.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "charter/enrol.h"
#include "crypto/secret.h"
#include "fixture.h"
#include "hub.h"
#include "sys/file.h"

static struct hub_conf conf;
static char other_device[64];

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st, (void)flag, (void)at;
	return remove(path);
}

static bool start(void)
{
	struct stat one, other;
	conf = (struct hub_conf){.advertise = "hub.example:8443"};
	strcpy(conf.state, "/tmp/tocsin-init-XXXXXX");
	strcpy(other_device, "/dev/shm/tocsin-init-XXXXXX");
	if (mkdtemp(conf.state) == NULL || mkdtemp(other_device) == NULL || stat(conf.state, &one) != 0 || stat(other_device, &other) != 0 ||
	    one.st_dev == other.st_dev) {
		test_skip("there is one device only, and the pepper wants its own");
		return false;
	}
	snprintf(conf.pepper, sizeof conf.pepper, "%s/pepper", other_device);
	return crypto_init() == ERR_OK;
}

static void stop(void)
{
	CHECK(nftw(conf.state, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
	CHECK(nftw(other_device, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

static void keys_are_made_once(void)
{
	static const char *const secrets[] = {"keys/ledger.key", "keys/hub.key", "matcher/matcher.key", "tls.key"};
	char path[CONF_TEXT_MAX];
	struct buf enrolment;
	struct hub_enrolment h;
	struct stat st;
	struct why why;
	if (!start())
		return;
	CHECK(hub_init(&conf) == 0);
	for (unsigned i = 0; i < 4; i++) {
		hub_path(&conf, secrets[i], path);
		CHECK_SAY(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "%s", path);
	}
	CHECK(stat(conf.pepper, &st) == 0 && (st.st_mode & 0777) == 0600);
	buf_init(&enrolment, ENROL_MAX);
	hub_path(&conf, "hub.enrol", path);
	REQUIRE(file_read(path, ENROL_MAX, &enrolment, &why) == ERR_OK);
	CHECK_SAY(hub_enrolment_decode(buf_slice(&enrolment), &h, &why) == ERR_OK, "%s", why.text);
	CHECK_TEXT(h.address, "hub.example:8443");
	CHECK(hub_init(&conf) != 0); // keys that exist are never replaced
	buf_free(&enrolment);
	stop();
}

static void pepper_lies_apart(void)
{
	struct why why;
	if (!start())
		return;
	CHECK(hub_pepper_apart(&conf, &why) == ERR_OK);
	snprintf(conf.pepper, sizeof conf.pepper, "%.400s/pepper", conf.state);
	CHECK(hub_pepper_apart(&conf, &why) == ERR_DENIED && strstr(why.text, "same device") != NULL);
	CHECK(hub_init(&conf) != 0);
	strcpy(conf.pepper, "/nonexistent/pepper");
	CHECK(hub_pepper_apart(&conf, &why) == ERR_ABSENT);
	stop();
}

// One key after the other is the hub's own; only with all of them is the charter taken.
static void charter_names_our_keys(void)
{
	char path[CONF_TEXT_MAX], from[CONF_TEXT_MAX];
	struct buf enrolment;
	struct hub_enrolment h;
	struct why why;
	static struct charter now;
	if (!start())
		return;
	struct fixture *f = fixture_new(2, 3);
	struct charter *c = &f->charter;
	CHECK(hub_init(&conf) == 0);
	buf_init(&enrolment, ENROL_MAX);
	hub_path(&conf, "hub.enrol", path);
	REQUIRE(file_read(path, ENROL_MAX, &enrolment, &why) == ERR_OK && hub_enrolment_decode(buf_slice(&enrolment), &h, &why) == ERR_OK);
	for (unsigned step = 0; step <= 4; step++) {
		struct buf body, leaf;
		if (step == 1)
			memcpy(c->ledger_key, h.ledger_key, SIGN_PUBLIC);
		if (step == 2)
			memcpy(c->hub_key, h.hub_key, SIGN_PUBLIC);
		if (step == 3)
			memcpy(c->matcher_key, h.matcher_key, HPKE_PUBLIC);
		if (step == 4)
			memcpy(c->hub_pin, h.hub_pin, sizeof h.hub_pin);
		buf_init(&body, CHARTER_MAX);
		buf_init(&leaf, DOCUMENT_MAX);
		charter_encode(c, &body);
		fixture_sign(f, DOCUMENT_CHARTER, buf_slice(&body), fixture_seats(3), 0, &leaf);
		hub_path(&conf, "draft", from);
		CHECK(file_write(from, buf_slice(&leaf), FILE_PUBLIC, &why) == ERR_OK);
		hub_path(&conf, "charter", path);
		CHECK_SAY((hub_install_charter(&conf, from) == 0) == (step == 4) && file_has(path) == (step == 4), "step %u", step);
		buf_free(&body);
		buf_free(&leaf);
	}
	CHECK(hub_charter_now(&conf, &now, &why) == ERR_OK && now.number == 1);
	buf_free(&enrolment);
	fixture_free(f);
	stop();
}

const struct test tests[] = {
	{"keys_are_made_once", keys_are_made_once},
	{"pepper_lies_apart", pepper_lies_apart},
	{"charter_names_our_keys", charter_names_our_keys},
	{NULL, NULL},
};
