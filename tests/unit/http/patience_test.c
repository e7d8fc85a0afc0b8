// Who is cut, who is not, and how much is held for all together.
#include "http/patience.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "test.h"

#define CONNECTIONS 8
#define SOON_MS 700 // several looks

static struct why why;

// Milliseconds until the other end hears that it was cut; UINT64_MAX: not within `ms`.
static uint64_t cut_after(int fd, unsigned ms)
{
	uint64_t from = clock_monotonic_ms();
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char c;
	return poll(&p, 1, (int)ms) == 1 && read(fd, &c, 1) == 0 ? clock_monotonic_ms() - from : UINT64_MAX;
}

static void enter_waiting(struct patient *c)
{
	patience_waiting(c);
}

static void enter_receiving(struct patient *c)
{
	patience_receiving(c);
}

static void enter_steady(struct patient *c)
{
	patience_receiving(c);
	patience_received(c, 10 * PATIENCE_RATE); // as much as is due in ten seconds
}

static void enter_working(struct patient *c)
{
	patience_working(c);
}

static void enter_answering(struct patient *c)
{
	patience_answering(c, 0);
}

static void enter_long_answer(struct patient *c)
{
	patience_answering(c, 10 * PATIENCE_RATE);
}

static const struct {
	const char *name;
	void (*enter)(struct patient *c);
	unsigned seconds; // the timeout
	unsigned others;  // connections at work beside it
	bool cut;         // soon
} rows[] = {
	{"waiting", enter_waiting, 0, 0, true},
	{"waiting, in time", enter_waiting, 1, 0, false},
	{"receiving nothing", enter_receiving, 0, 0, true},
	{"receiving nothing, in time", enter_receiving, 2, 0, false},
	{"receiving at a rate", enter_steady, 0, 0, false},
	{"working", enter_working, 0, 0, false},
	{"working, pressed", enter_working, 0, CONNECTIONS, false},
	{"a short answer not read", enter_answering, 0, 0, true},
	{"a long answer being read", enter_long_answer, 0, 0, false},
	{"a long answer, pressed", enter_long_answer, 0, CONNECTIONS, true}, // 160 KiB within 625 ms
};

static void cuts(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct patience *p;
		struct patient *others[CONNECTIONS];
		int pair[2];
		REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
		REQUIRE(patience_start(rows[i].seconds, CONNECTIONS, &p, &why) == ERR_OK);
		for (unsigned k = 0; k < rows[i].others; k++)
			patience_working(others[k] = patience_add(p, -1));
		struct patient *c = patience_add(p, pair[0]);
		rows[i].enter(c);
		CHECK_SAY((cut_after(pair[1], 2 * SOON_MS) != UINT64_MAX) == rows[i].cut, "%s", rows[i].name);
		patience_remove(c);
		for (unsigned k = 0; k < rows[i].others; k++)
			patience_remove(others[k]);
		patience_stop(p);
		close(pair[0]);
		close(pair[1]);
	}
}

// An idle connection has two timeouts; one second when more than half of all are open.
static void pressed(void)
{
	struct patience *p;
	int pair[2];
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	REQUIRE(patience_start(2, 1, &p, &why) == ERR_OK);
	struct patient *c = patience_add(p, pair[0]);
	uint64_t ms = cut_after(pair[1], 3500);
	CHECK_SAY(ms >= PATIENCE_WAIT_PRESSED_MS - 100 && ms < PATIENCE_WAIT_PRESSED_MS + SOON_MS, "%llu ms", (unsigned long long)ms);
	patience_remove(c);
	patience_stop(p);
	close(pair[0]);
	close(pair[1]);
}

static void held(void)
{
	struct patience *p;
	REQUIRE(patience_start(30, CONNECTIONS, &p, &why) == ERR_OK);
	struct patient *a = patience_add(p, -1), *b = patience_add(p, -1);
	patience_working(a);
	patience_working(b);
	CHECK(patience_hold(a, PATIENCE_HELD_MAX + PATIENCE_FREE)); // all there is
	CHECK(!patience_hold(b, PATIENCE_FREE + 1));
	CHECK(patience_hold(b, PATIENCE_FREE)); // a small question is always heard
	CHECK(patience_hold(a, PATIENCE_HELD_MAX)); // less than before
	CHECK(patience_hold(b, 2 * PATIENCE_FREE));
	CHECK(!patience_hold(a, PATIENCE_HELD_MAX + PATIENCE_FREE)); // and now nothing is held for it
	CHECK(patience_hold(b, PATIENCE_HELD_MAX));
	patience_waiting(b);
	CHECK(patience_hold(a, PATIENCE_HELD_MAX));
	patience_remove(a);
	CHECK(patience_hold(b, PATIENCE_HELD_MAX + PATIENCE_FREE));
	CHECK(!patience_hold(b, PATIENCE_HELD_MAX + PATIENCE_FREE + 1));
	patience_remove(b);
	patience_stop(p);
}

const struct test tests[] = {{"cuts", cuts}, {"pressed", pressed}, {"held", held}, {NULL, NULL}};
