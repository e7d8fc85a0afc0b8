// Following a hub that may lie: what is believed, what is refused, and that a refusal leaves nothing behind.
#include <signal.h>
#include <sys/wait.h>

#include "follower.h"

// --- Cases --------------------------------------------------------------------------------------------------------------------

static void follows(void)
{
	struct follower a;
	struct why why;
	uint64_t time;
	follower_open(&a);
	CHECK(size_now(&a, NULL) == 0);
	CHECK_SAY(follow_all(&a, &why) == ERR_OK, "%s", why.text);
	CHECK(size_now(&a, &time) == a.hub.leaves);
	CHECK(time == FIXTURE_NOW + N - T); // the t-th newest of the times
	CHECK(governance_token_key(follow_governance(a.follow), 0, 0) != NULL);
	hub_activity(&a.hub, 1);
	hub_activity(&a.hub, 2);
	CHECK_SAY(follow_all(&a, &why) == ERR_OK, "%s", why.text);
	CHECK(size_now(&a, NULL) == a.hub.leaves);
	follower_close(&a);
}

static void remembers(void)
{
	struct follower a;
	struct why why;
	follower_open(&a);
	REQUIRE(follow_all(&a, &why) == ERR_OK);
	REQUIRE(follower_reopen(&a));
	CHECK(size_now(&a, NULL) == a.hub.leaves);
	CHECK(credential_check(&a.f->member[FIXTURE_REPORTER].credential, follow_governance(a.follow), ROLE_FILE, FIXTURE_NOW, &why) == ERR_OK);
	follower_close(&a);
}

static void too_few_cosignatures(void)
{
	struct follower a;
	struct why why;
	unsigned refused;
	follower_open(&a);
	CHECK(follow_to(&a, a.hub.leaves, T - 1, FIXTURE_NOW, 100, &refused, &why) == ERR_AUTH);
	CHECK(strstr(why.text, "cosigned by 1 seats, 2 are needed") != NULL);
	CHECK(follow_to(&a, a.hub.leaves, 0, FIXTURE_NOW, 100, &refused, &why) == ERR_AUTH);
	CHECK(size_now(&a, NULL) == 0);
	CHECK(follow_to(&a, a.hub.leaves, T, FIXTURE_NOW, 100, &refused, &why) == ERR_OK);
	follower_close(&a);
}

static void shrinking(void)
{
	struct follower a;
	struct why why;
	unsigned refused;
	follower_open(&a);
	REQUIRE(follow_all(&a, &why) == ERR_OK);
	CHECK(follow_to(&a, a.hub.leaves - 1, N, FIXTURE_NOW + 9, 100, &refused, &why) == ERR_AUTH);
	CHECK_SAY(strstr(why.text, "never shrinks") != NULL, "%s", why.text);
	CHECK(size_now(&a, NULL) == a.hub.leaves);
	follower_close(&a);
}

static void second_history(void)
{
	struct follower a;
	struct why why;
	unsigned refused;
	follower_open(&a);
	hub_activity(&a.hub, 1);
	REQUIRE(follow_all(&a, &why) == ERR_OK);
	// The same size with another last leaf; then a larger tree that grew from that other one.
	a.hub.leaf[a.hub.leaves - 1].p[5] ^= 1;
	CHECK(follow_to(&a, a.hub.leaves, N, FIXTURE_NOW + 9, 100, &refused, &why) == ERR_AUTH);
	CHECK_SAY(strstr(why.text, "two ledgers") != NULL, "%s", why.text);
	hub_activity(&a.hub, 2);
	CHECK(follow_to(&a, a.hub.leaves, N, FIXTURE_NOW + 9, 100, &refused, &why) == ERR_AUTH);
	CHECK_SAY(strstr(why.text, "do not give the cosigned root") != NULL, "%s", why.text);
	CHECK(size_now(&a, NULL) == a.hub.leaves - 1);
	// Back on the first history everything goes on.
	a.hub.leaf[a.hub.leaves - 2].p[5] ^= 1;
	CHECK_SAY(follow_all(&a, &why) == ERR_OK, "%s", why.text);
	follower_close(&a);
}

// Every leaf in turn is changed on its way: the root shows it, and nothing of it stays.
static void changed_leaf(void)
{
	struct follower a;
	struct why why;
	uint64_t from;
	follower_open(&a);
	for (unsigned i = 0; i < a.hub.leaves; i++) {
		struct buf note, answer;
		unsigned refused;
		hub_note(&a.hub, a.hub.leaves, N, FIXTURE_NOW, &note);
		a.hub.leaf[i].p[a.hub.leaf[i].n - 1] ^= 1;
		hub_entries(&a.hub, 0, a.hub.leaves, &answer);
		a.hub.leaf[i].p[a.hub.leaf[i].n - 1] ^= 1;
		CHECK(follow_start(a.follow, buf_slice(&note), &why) == ERR_OK);
		enum err e = follow_entries(a.follow, buf_slice(&answer), &why);
		if (e == ERR_OK)
			e = follow_finish(a.follow, &refused, &why);
		CHECK_SAY(e == ERR_AUTH, "leaf %u: %s", i, err_name(e));
		CHECK(follow_wanted(a.follow, &from) == 0 && from == 0);
		buf_free(&note);
		buf_free(&answer);
	}
	CHECK(size_now(&a, NULL) == 0);
	CHECK(governance_token_key(follow_governance(a.follow), 0, 0) == NULL);
	follower_close(&a);
}

static void another_platform(void)
{
	struct follower a;
	struct why why;
	struct buf answer, note;
	follower_open(&a);
	hub_activity(&a.hub, 1);
	struct buf kept = a.hub.leaf[0];
	a.hub.leaf[0] = a.hub.leaf[1];
	hub_note(&a.hub, a.hub.leaves, N, FIXTURE_NOW, &note);
	hub_entries(&a.hub, 0, a.hub.leaves, &answer);
	a.hub.leaf[0] = kept;
	CHECK(follow_start(a.follow, buf_slice(&note), &why) == ERR_OK);
	CHECK(follow_entries(a.follow, buf_slice(&answer), &why) == ERR_AUTH);
	CHECK_SAY(strstr(why.text, "not the pinned charter") != NULL, "%s", why.text);
	buf_free(&answer);
	buf_free(&note);
	follower_close(&a);
}

static void withheld(void)
{
	static const struct {
		const char *name;
		uint32_t count, leaves;
		uint8_t tail;
		enum err want;
	} rows[] = {
		{"nothing", 0, 0, 0, ERR_INPUT},
		{"fewer than it says", 3, 2, 0, ERR_INPUT},
		{"more than it says", 2, 3, 0, ERR_INPUT},
		{"more than the tree", UINT32_MAX, 0, 0, ERR_LIMIT},
		{"bytes behind", 2, 2, 1, ERR_INPUT},
	};
	struct follower a;
	struct why why;
	follower_open(&a);
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf note, answer;
		uint64_t from;
		hub_note(&a.hub, a.hub.leaves, N, FIXTURE_NOW, &note);
		buf_init(&answer, HUB_ENTRIES_BYTES);
		buf_put_u32(&answer, rows[i].count);
		for (unsigned k = 0; k < rows[i].leaves; k++)
			buf_put_vec16(&answer, buf_slice(&a.hub.leaf[k]));
		buf_put_zeros(&answer, rows[i].tail);
		CHECK(follow_start(a.follow, buf_slice(&note), &why) == ERR_OK);
		enum err e = follow_entries(a.follow, buf_slice(&answer), &why);
		CHECK_SAY(e == rows[i].want, "%s: %s", rows[i].name, err_name(e));
		CHECK_SAY(follow_wanted(a.follow, &from) == 0 && from == 0, "%s", rows[i].name);
		buf_free(&note);
		buf_free(&answer);
	}
	// More leaves than the checkpoint has.
	struct buf note, answer;
	hub_activity(&a.hub, 1);
	hub_note(&a.hub, a.hub.leaves - 1, N, FIXTURE_NOW, &note);
	hub_entries(&a.hub, 0, a.hub.leaves, &answer);
	CHECK(follow_start(a.follow, buf_slice(&note), &why) == ERR_OK);
	CHECK(follow_entries(a.follow, buf_slice(&answer), &why) == ERR_INPUT);
	buf_free(&note);
	buf_free(&answer);
	CHECK(follow_all(&a, &why) == ERR_OK);
	follower_close(&a);
}

// A finish before all leaves are there is a cosigned root that is not reached.
static void finished_early(void)
{
	struct follower a;
	struct why why;
	struct buf note, answer;
	unsigned refused;
	follower_open(&a);
	hub_note(&a.hub, a.hub.leaves, N, FIXTURE_NOW, &note);
	hub_entries(&a.hub, 0, 3, &answer);
	CHECK(follow_start(a.follow, buf_slice(&note), &why) == ERR_OK);
	CHECK(follow_entries(a.follow, buf_slice(&answer), &why) == ERR_OK);
	CHECK(follow_finish(a.follow, &refused, &why) == ERR_AUTH);
	CHECK(size_now(&a, NULL) == 0);
	buf_free(&note);
	buf_free(&answer);
	follower_close(&a);
}

// A document that breaks a rule is part of the tree and without effect; the hub is found out.
static void refused_document(void)
{
	struct follower a;
	struct why why = {""};
	struct standing s = {.action = STANDING_EXPEL, .issued = FIXTURE_NOW - 60};
	struct buf body, leaf;
	unsigned refused = 0;
	uint64_t until;
	follower_open(&a);
	memcpy(s.card, a.f->member[FIXTURE_REPORTER].id, CARD_ID);
	buf_init(&body, DOCUMENT_MAX);
	buf_init(&leaf, DOCUMENT_MAX);
	standing_encode(&s, &body);
	fixture_sign(a.f, DOCUMENT_STANDING, buf_slice(&body), fixture_seats(T - 1), 0, &leaf); // one officer too few
	hub_add(&a.hub, buf_slice(&leaf));
	CHECK(follow_to(&a, a.hub.leaves, N, FIXTURE_NOW, 100, &refused, &why) == ERR_OK);
	CHECK(refused == 1);
	CHECK_SAY(why.text[0] != 0, "the last refusal is told");
	CHECK(size_now(&a, NULL) == a.hub.leaves);
	CHECK(governance_standing(follow_governance(a.follow), s.card, FIXTURE_NOW, &until) == MEMBER_GOOD);
	REQUIRE(follower_reopen(&a));
	CHECK(governance_standing(follow_governance(a.follow), s.card, FIXTURE_NOW, &until) == MEMBER_GOOD);
	buf_free(&body);
	buf_free(&leaf);
	follower_close(&a);
}

// The first charter's seats cosigned what brought the second one, with other keys: it was verified when it was written.
static void another_charter(void)
{
	struct follower a;
	struct why why;
	struct charter c;
	struct document first;
	struct buf body, leaf;
	uint64_t time = 0;
	follower_open(&a);
	c = a.f->charter;
	REQUIRE(document_decode(buf_slice(&a.f->leaf[0]), &first, &why) == ERR_OK);
	charter_fingerprint(first.body, c.previous);
	c.number = 2;
	c.issued = FIXTURE_NOW;
	for (unsigned i = 0; i < N; i++)
		memset(c.seats[i].witness, (int)(0x60 + i), SIGN_PUBLIC);
	buf_init(&body, CHARTER_MAX);
	buf_init(&leaf, DOCUMENT_MAX);
	charter_encode(&c, &body);
	fixture_sign(a.f, DOCUMENT_CHARTER, buf_slice(&body), fixture_seats(T), 0, &leaf);
	hub_add(&a.hub, buf_slice(&leaf));
	CHECK_SAY(follow_all(&a, &why) == ERR_OK, "%s", why.text);
	for (unsigned again = 0; again < 2; again++) {
		CHECK(governance_charter(follow_governance(a.follow))->number == 2);
		CHECK(size_now(&a, &time) == a.hub.leaves && time == FIXTURE_NOW + N - T);
		REQUIRE(follower_reopen(&a));
	}
	CHECK(follow_all(&a, &why) == ERR_AUTH); // by the keys of the seats that were
	buf_free(&body);
	buf_free(&leaf);
	follower_close(&a);
}

static void times_only_advance(void)
{
	struct follower a;
	struct why why;
	unsigned refused;
	uint64_t time;
	follower_open(&a);
	REQUIRE(follow_all(&a, &why) == ERR_OK);
	CHECK(follow_to(&a, a.hub.leaves, N, FIXTURE_NOW + 100, 100, &refused, &why) == ERR_OK);
	CHECK(size_now(&a, &time) == a.hub.leaves && time == FIXTURE_NOW + 100 + N - T);
	// An older note of the same tree is true, but nothing to remember.
	CHECK(follow_to(&a, a.hub.leaves, N, FIXTURE_NOW, 100, &refused, &why) == ERR_OK);
	CHECK(size_now(&a, &time) == a.hub.leaves && time == FIXTURE_NOW + 100 + N - T);
	follower_close(&a);
}

// Killed with half of the leaves written: the next start knows nothing of them, and follows again.
static void killed_in_the_middle(void)
{
	struct follower a;
	struct why why;
	int status;
	follower_open(&a);
	follow_close(a.follow);
	store_close(a.store);
	a.follow = NULL;
	a.store = NULL;
	pid_t child = fork();
	REQUIRE(child >= 0);
	if (child == 0) {
		struct buf note, answer;
		hub_note(&a.hub, a.hub.leaves, N, FIXTURE_NOW, &note);
		hub_entries(&a.hub, 0, a.hub.leaves / 2, &answer);
		bool there = follower_reopen(&a) && follow_start(a.follow, buf_slice(&note), &why) == ERR_OK &&
		             follow_entries(a.follow, buf_slice(&answer), &why) == ERR_OK;
		if (there)
			raise(SIGKILL);
		_exit(1);
	}
	REQUIRE(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	REQUIRE(follower_reopen(&a));
	CHECK(size_now(&a, NULL) == 0);
	CHECK_SAY(follow_all(&a, &why) == ERR_OK, "%s", why.text);
	follower_close(&a);
}

const struct test tests[] = {
	{"follows and goes on", follows},
	{"remembers across a start", remembers},
	{"too few cosignatures", too_few_cosignatures},
	{"a shrinking ledger", shrinking},
	{"a second history", second_history},
	{"any changed leaf", changed_leaf},
	{"another platform's leaf 0", another_platform},
	{"withheld and malformed entries", withheld},
	{"finished early", finished_early},
	{"a refused document is counted", refused_document},
	{"another charter", another_charter},
	{"times only advance", times_only_advance},
	{"killed in the middle", killed_in_the_middle},
	{NULL, NULL},
};
