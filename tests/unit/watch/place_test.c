// The file of places: what is written is read; what is damaged is refused.
#include "place.h"

#include "test.h"

static void fill(struct places *p)
{
	static const struct place rows[] = {
		{1, 2, 3, 4, 5, 6, (char *)"/var/log/plain.log", false, 0},
		{UINT64_MAX, UINT64_MAX, INT64_MAX, INT64_MAX, PLACE_HEAD, UINT64_MAX, (char *)"/odd %name\n\x01\xff/ü", true, UINT64_MAX},
		{0, 0, 0, 0, 0, 0, (char *)"-", false, 0},
		{1, 2, 3, 4, 5, 6, (char *)"/done", true, 7},
	};
	struct why why;
	*p = (struct places){.closed = true};
	strcpy(p->cursor, "s=ab;i=1");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		REQUIRE(places_add(p, &rows[i], &why) == ERR_OK);
}

static void round_trip(void)
{
	struct places p, q;
	struct buf text;
	struct why why;
	buf_init(&text, PLACE_FILE_MAX);
	fill(&p);
	places_print(&p, &text);
	REQUIRE(places_parse(buf_slice(&text), &q, &why) == ERR_OK);
	CHECK(q.closed && q.n == p.n);
	CHECK_TEXT(q.cursor, p.cursor);
	for (size_t i = 0; i < p.n; i++) {
		CHECK(q.place[i].device == p.place[i].device && q.place[i].inode == p.place[i].inode &&
		      q.place[i].offset == p.place[i].offset);
		CHECK(q.place[i].line == p.place[i].line && q.place[i].head == p.place[i].head && q.place[i].hash == p.place[i].hash);
		CHECK(q.place[i].done == p.place[i].done && q.place[i].tail == p.place[i].tail);
		CHECK_TEXT(q.place[i].path, p.place[i].path);
	}
	places_free(&q);
	for (size_t n = 0; n < text.n; n++) {
		CHECK_SAY(places_parse(slice_part(buf_slice(&text), 0, n), &q, &why) == ERR_INPUT, "cut at %zu", n);
		CHECK(q.n == 0 && q.place == NULL);
	}
	for (size_t i = 0; i < text.n; i++) {
		text.p[i] ^= 0x01;
		CHECK_SAY(places_parse(buf_slice(&text), &q, &why) == ERR_INPUT, "byte %zu changed", i);
		text.p[i] ^= 0x01;
	}
	places_free(&p);
	buf_free(&text);
}

// Lines under a right hash that say nothing sensible.
static void refuses(void)
{
	static const char *const bodies[] = {
		"tocsin-watch-places 2 open\n",
		"tocsin-watch-places 1 ajar\n",
		"tocsin-watch-places 1 open\nfile 1 2 3\n",
		"tocsin-watch-places 1 open\nfile 1 2 3 4 257 0000000000000006 /x\n",
		"tocsin-watch-places 1 open\nfile 1 2 -3 4 5 0000000000000006 /x\n",
		"tocsin-watch-places 1 open\nfile 1 2 3 4 5 06 /x\n",
		"tocsin-watch-places 1 open\nfile 1 2 3 4 5 0000000000000006 \n",
		"tocsin-watch-places 1 open\nfile 1 2 3 4 5 0000000000000006 /a%zz\n",
		"tocsin-watch-places 1 open\nfile 1 2 3 4 5 0000000000000006 /a%00\n",
		"tocsin-watch-places 1 open\nfile 1 2 3 4 5 0000000000000006 /a%4\n",
		"tocsin-watch-places 1 open\nfile 1 2 3 4 5 0000000000000006 /a b\n",
		"tocsin-watch-places 1 open\ndone 1 2 3 4 5 0000000000000006 /x\n",
		"tocsin-watch-places 1 open\ndone 1 2 3 4 5 0000000000000006 07 /x\n",
		"tocsin-watch-places 1 open\ndone 1 2 3 4 5 0000000000000006 0000000000000007\n",
		"tocsin-watch-places 1 open\nfile 1 2 3 4 5 0000000000000006 0000000000000007 /x\n",
		"tocsin-watch-places 1 open\njournal \n",
		"tocsin-watch-places 1 open\njournal a\njournal b\n",
		"tocsin-watch-places 1 open\nfolder x\n",
		"tocsin-watch-places 1 open\n\n",
	};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct places q;
		struct buf text;
		struct why why;
		buf_init(&text, 65536);
		buf_put_text(&text, bodies[i]);
		buf_printf(&text, "end %016llx\n", (unsigned long long)place_hash(buf_slice(&text)));
		CHECK_SAY(places_parse(buf_slice(&text), &q, &why) == ERR_INPUT, "%s", bodies[i]);
		CHECK(strncmp(why.text, "line ", 5) == 0);
		buf_free(&text);
	}
}

static void begins(void)
{
	static const struct {
		const char *was, *is;
		bool same;
	} rows[] = {
		{"abc", "abc", true}, {"abc", "abcd", true}, {"a", "abcd", true},
		{"abc", "ab", false}, {"abc", "", false}, {"abc", "abd", false}, {"abc", "xabc", false}, {"", "", false}, {"", "a", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct place p = {.head = (unsigned)strlen(rows[i].was), .hash = place_hash(slice_text(rows[i].was))};
		CHECK_SAY(place_begins(&p, slice_text(rows[i].is)) == rows[i].same, "%s, %s", rows[i].was, rows[i].is);
	}
}

const struct test tests[] = {{"round trip, every truncation, every byte", round_trip}, {"what is refused", refuses},
                             {"what may be the same log", begins},
                             {NULL, NULL}};
