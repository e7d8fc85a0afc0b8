// The n-th allocation fails, for every n until none does: an error of the system or of a limit, nothing leaked (LeakSanitizer), and what
// was asked works when it is asked again.
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "follower.h"
#include "knowledge/build.h"
#include "match/match.h"
#include "memory.h"
#include "observable/extract.h"
#include "role/channel.h"
#include "role/frame.h"
#include "sealing.h"
#include "token/token.h"

#define MOST 3000 // allocations of one case: more is a loop that never ends

static struct fixture *f;

// How one attempt ended. Where a piece of memory is small and bounded (what is hashed or signed), or where memory would no longer be what is
// on disk (the index after its log), its absence is an INVARIANT: the process stops before it has answered, and starts again from its disk.
// A null pointer that is followed, a leak, or an error that blames the input is none of that.
enum outcome { UNTOUCHED = 40, SURVIVED, STOPPED, BROKEN }; // exit statuses that no sanitizer has
#define ORDERLY "broken invariant: "
#define SAYS_MAX 4096

static void child(unsigned n, enum err (*once)(unsigned), int out)
{
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	setvbuf(stdout, NULL, _IONBF, 0);
	memory_fail_at(n);
	enum err e = once(n);
	bool hit = memory_failed();
	if (e != ERR_OK && !(hit && (e == ERR_SYSTEM || e == ERR_LIMIT)))
		printf("is false: that it ends well or without memory; it ends as %s\n", err_name(e));
	exit(hit ? SURVIVED : UNTOUCHED); // and LeakSanitizer looks
}

static enum outcome attempt(unsigned n, enum err (*once)(unsigned), char says[static SAYS_MAX])
{
	int ends[2], status;
	size_t got = 0;
	INVARIANT(pipe(ends) == 0);
	fflush(stdout);
	pid_t pid = fork();
	INVARIANT(pid >= 0);
	if (pid == 0)
		child(n, once, ends[1]);
	close(ends[1]);
	for (ssize_t more; got < SAYS_MAX - 1 && (more = read(ends[0], says + got, SAYS_MAX - 1 - got)) > 0;)
		got += (size_t)more;
	says[got] = 0;
	close(ends[0]);
	INVARIANT(waitpid(pid, &status, 0) == pid);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(says, ORDERLY) != NULL)
		return STOPPED;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
	bool fine = (code == UNTOUCHED || code == SURVIVED) && strstr(says, "is false") == NULL;
	return fine ? (enum outcome)code : BROKEN;
}

// Runs `once` with every allocation failed in turn, each in a process of its own; `after`, when there is one, looks at what is left on disk.
static void each(const char *name, enum err (*once)(unsigned), enum err (*after)(unsigned))
{
	static char says[SAYS_MAX];
	unsigned n = 0, stopped = 0;
	for (enum outcome o = SURVIVED; o != UNTOUCHED; stopped += o == STOPPED) {
		o = attempt(++n, once, says);
		CHECK_SAY(o != BROKEN, "%s, allocation %u: %s", name, n, says);
		if (after != NULL)
			CHECK_SAY(attempt(0, after, says) == UNTOUCHED, "%s, after allocation %u failed: %s", name, n, says);
		REQUIRE(n < MOST && o != BROKEN);
	}
	printf("     %s: %u allocations, %u of them stop the process by an INVARIANT\n", name, n - 1, stopped);
	CHECK_SAY(n > 2, "%s: the wrapper is not linked", name);
}

// --- Governance ---------------------------------------------------------------------------------------------------------------

struct replay {
	struct governance *g;
	unsigned next; // leaf to be applied
};

static enum err replay_rest(struct replay *r)
{
	enum err e = ERR_OK;
	for (; e == ERR_OK && r->next < f->leaves; r->next += e == ERR_OK)
		e = governance_apply(r->g, r->next, buf_slice(&f->leaf[r->next]), NULL);
	return e;
}

// After the failure the same leaf is accepted, and all after it: the failure has changed nothing.
static enum err governance_once(unsigned nth)
{
	struct replay r = {.g = governance_new()};
	(void)nth;
	if (r.g == NULL)
		return ERR_SYSTEM;
	enum err e = governance_pin(r.g, buf_slice(&f->leaf[0]), NULL);
	if (e == ERR_OK)
		e = replay_rest(&r);
	if (e != ERR_OK) {
		struct governance *g = r.g;
		if (governance_charter(g) == NULL)
			CHECK(governance_pin(g, buf_slice(&f->leaf[0]), NULL) == ERR_OK);
		CHECK_SAY(replay_rest(&r) == ERR_OK, "leaf %u is refused after an allocation failed for it", r.next);
	}
	CHECK(r.next == f->leaves && governance_token_key(r.g, 0, 0) != NULL && governance_quarter_key(r.g, 1, f->quarter) != NULL);
	governance_free(r.g);
	return e;
}

static void governance(void)
{
	each("governance", governance_once, NULL);
}

// --- Records and batches --------------------------------------------------------------------------------------------------------

static enum err seal_once(unsigned nth)
{
	static struct content c;
	struct sealed s;
	(void)nth;
	content_make(f, &c);
	buf_init(&s.envelope, RECORD_MAX);
	enum err e = record_seal(&c, &label, f->governance, FIXTURE_NOW, reporter_sk(f), &s.envelope, s.id, s.batch_sk, NULL);
	CHECK(e == ERR_OK || s.envelope.n == 0);
	buf_free(&s.envelope);
	return e;
}

struct envelope_shares {
	struct envelope envelope;
	struct share shares[SEATS_MAX];
	unsigned count;
};

static struct envelope_shares sealed_record;

static enum err open_once(unsigned nth)
{
	struct envelope_shares *x = &sealed_record;
	(void)nth;
	enum err e = open_with(f, &x->envelope, x->shares, x->count);
	if (e == ERR_OK)
		CHECK(opened.attachments == 2 && slice_is_text(opened.document, "{\"a\":1}"));
	else
		CHECK(plain.n == 0);
	buf_free(&plain);
	return e;
}

static void record(void)
{
	struct sealed s;
	struct envelope_shares *x = &sealed_record;
	each("record_seal", seal_once, NULL);
	REQUIRE(seal(f, &s));
	REQUIRE(envelope_decode(buf_slice(&s.envelope), &x->envelope, NULL) == ERR_OK);
	x->count = seats_open(f, &x->envelope, 7 << 1, x->shares);
	each("record_open", open_once, NULL);
	buf_free(&s.envelope);
}

static const uint8_t record_id[RECORD_ID] = "0123456789abcde";

static struct buf sealed_batch;

static enum err batch_once(unsigned nth)
{
	(void)nth;
	static struct batch got;
	uint8_t pk[SIGN_PUBLIC];
	memcpy(pk, reporter_sk(f) + SIGN_SEED, sizeof pk);
	enum err e = batch_open(buf_slice(&sealed_batch), record_id, pk, f->matcher, f->origin, &got, NULL);
	CHECK(e != ERR_OK || got.count == 3);
	return e;
}

static void batch(void)
{
	struct token tokens[3] = {0};
	for (uint8_t i = 0; i < 3; i++)
		tokens[i] = (struct token){.flags = TOKEN_REAL, .epoch = 1, .id = {i}};
	buf_init(&sealed_batch, BATCH_SEALED_MAX);
	REQUIRE(batch_seal(record_id, 1, tokens, 3, reporter_sk(f), f->charter.matcher_key, f->origin, &sealed_batch) == ERR_OK);
	each("batch_open", batch_once, NULL);
	buf_free(&sealed_batch);
}

// --- Following: on disk it is before the new checkpoint, or after it ----------------------------------------------------------

static char folder[64];

static void folder_make(void)
{
	strcpy(folder, "/tmp/tocsin-memory-XXXXXX");
	INVARIANT(mkdtemp(folder) != NULL);
}

static void folder_remove(void)
{
	DIR *d = opendir(folder);
	for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;)
		if (entry->d_name[0] != '.')
			CHECK(unlinkat(dirfd(d), entry->d_name, 0) == 0);
	if (d != NULL)
		closedir(d);
	CHECK(rmdir(folder) == 0);
}

// Opens the store of the folder, follows all there is, closes. With nth, a leaf more each time, so that there is always something to follow.
static enum err follow_once(unsigned nth)
{
	struct follower a = {.f = f};
	struct buf note, answer;
	struct why cause;
	unsigned refused = 0;
	memory_fail_at(0);
	clock_set(FIXTURE_NOW);
	hub_open(&a.hub, f);
	for (unsigned i = 0; i < nth && i < LEAVES_MAX / 2; i++)
		hub_activity(&a.hub, 1);
	snprintf(a.folder, sizeof a.folder, "%s", folder);
	if (!follower_reopen(&a))
		return ERR_AUTH;
	uint64_t before = store_frontier(a.store)->size, size = a.hub.leaves < before ? before : a.hub.leaves;
	while (a.hub.leaves < size)
		hub_activity(&a.hub, 1);
	hub_note(&a.hub, size, N, FIXTURE_NOW, &note);
	hub_entries(&a.hub, before, size, &answer);
	memory_fail_at(nth);
	enum err e = follow_start(a.follow, buf_slice(&note), &cause);
	if (e == ERR_OK && before < size)
		e = follow_entries(a.follow, buf_slice(&answer), &cause);
	if (e == ERR_OK)
		e = follow_finish(a.follow, &refused, &cause);
	bool hit = memory_failed();
	CHECK(refused == 0 && store_frontier(a.store)->size == (e == ERR_OK ? size : before));
	CHECK_SAY(e == ERR_OK || hit, "%s", cause.text);
	buf_free(&note);
	buf_free(&answer);
	follow_close(a.follow);
	store_close(a.store);
	hub_close(&a.hub);
	return e;
}

static void follow(void)
{
	folder_make();
	each("follow", follow_once, follow_once);
	folder_remove();
}

// --- The index: a batch is in it whole, or not at all -----------------------------------------------------------------------------

#define TOKENS 200

static const uint8_t pepper[MATCH_PEPPER] = "pepper";

static enum err index_add(struct match *m, unsigned number)
{
	static struct match_token tokens[TOKENS];
	for (unsigned i = 0; i < TOKENS; i++)
		memcpy(tokens[i].id, (unsigned[]){number, i}, 2 * sizeof i);
	return match_add(m, number, 1000 + number, number, 1, tokens, TOKENS, NULL);
}

static enum err match_once(unsigned nth)
{
	struct match *m = NULL;
	memory_fail_at(0);
	enum err e = match_open(folder, pepper, 1000, &m, NULL);
	CHECK(e == ERR_OK);
	struct match_size before = match_size(m);
	memory_fail_at(nth);
	e = index_add(m, nth);
	memory_failed(); // child() asks again
	CHECK(match_size(m).postings == before.postings + (e == ERR_OK ? TOKENS : 0));
	if (e != ERR_OK) { // core sends it again
		CHECK(index_add(m, nth) == ERR_OK);
		CHECK(match_size(m).postings == before.postings + TOKENS && match_size(m).records == before.records + 1);
	}
	match_close(m);
	return e;
}

static enum err match_after(unsigned nth)
{
	struct match *m = NULL;
	(void)nth;
	enum err e = match_open(folder, pepper, 1000, &m, NULL);
	CHECK(e == ERR_OK && match_size(m).postings % TOKENS == 0 && match_size(m).postings == match_size(m).records * TOKENS);
	match_close(m);
	return e;
}

static void match(void)
{
	folder_make();
	each("match_add", match_once, match_after);
	folder_remove();
}

// --- A hostile file -------------------------------------------------------------------------------------------------------------

static const char misp_event[] =
	"{\"Event\":{\"info\":\"Test\",\"date\":\"2026-01-02\",\"Attribute\":["
	"{\"type\":\"domain\",\"value\":\"evil.first.test\"},{\"type\":\"ip-dst\",\"value\":\"198.18.0.7\"},"
	"{\"type\":\"url\",\"value\":\"http://bad.second.test/a?b=c\"},{\"type\":\"no-such-type\",\"value\":\"x\"},"
	"{\"type\":\"sha256\",\"value\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]}}";

static enum err misp_once(unsigned nth)
{
	static struct extract x;
	(void)nth;
	extract_init(&x);
	enum err e = extract_misp(slice_text(misp_event), &x, NULL);
	extract_free(&x);
	return e;
}

static void misp(void)
{
	each("extract_misp", misp_once, NULL);
}

// --- A knowledge that is made of facts, brought up to date, and read ----------------------------------------------------------

static enum err take_all(struct knowledge_build *b, enum err e)
{
	const struct slice names[] = {SLICE_LITERAL("alias:kasten"), SLICE_LITERAL("cpe:/a:acme:box")};
	const struct fact_range r[] = {{.from = SLICE_LITERAL("1.0"), .to = SLICE_LITERAL("2.0"), .status = STATUS_AFFECTED, .scheme = VERSION_NUMBERS},
	                               {.from = SLICE_LITERAL("3.0"), .single = true, .status = STATUS_AFFECTED, .scheme = VERSION_NUMBERS}};
	const struct fact facts[] = {
		{.kind = FACT_SOURCE, .source = {SOURCE_CVE, SLICE_LITERAL("CVE"), SLICE_LITERAL("MITRE"), 0, false}},
		{.kind = FACT_FLAW, .flaw = {.id = SLICE_LITERAL("GHSA-1"), .title = SLICE_LITERAL("a title"), .aliases = &SLICE_LITERAL("CVE-2026-1"), .aliases_n = 1}},
		{.kind = FACT_AFFECTED, .affected = {.flaw = SLICE_LITERAL("GHSA-1"), .names = NAMES_PRODUCT, .vendor = SLICE_LITERAL("acme"),
			.name = SLICE_LITERAL("box"), .ranges = r, .ranges_n = 2, .platform = SLICE_LITERAL("iOS")}},
		{.kind = FACT_AFFECTED, .affected = {.flaw = SLICE_LITERAL("CVE-2026-2"), .names = NAMES_CPE, .name = SLICE_LITERAL("cpe:2.3:a:acme:box:*:*:*:*:*:*:*:*"),
			.ranges = r, .ranges_n = 1}},
		{.kind = FACT_SOURCE, .source = {SOURCE_EOL, SLICE_LITERAL("eol"), SLICE_LITERAL("eol"), 0, true}},
		{.kind = FACT_PRODUCT, .product = {SLICE_LITERAL("box"), SLICE_LITERAL("The Box"), SLICE_LITERAL("app"), names, 2}},
		{.kind = FACT_CYCLE, .cycle = {.product = SLICE_LITERAL("box"), .cycle = SLICE_LITERAL("1"), .label = SLICE_LITERAL("one")}},
		{.kind = FACT_SOURCE, .source = {SOURCE_KEV, SLICE_LITERAL("KEV"), SLICE_LITERAL("CISA"), 0, true}},
		{.kind = FACT_KEV, .kev = {.id = SLICE_LITERAL("CVE-2026-1"), .vendor = SLICE_LITERAL("v"), .product = SLICE_LITERAL("p")}},
		{.kind = FACT_SOURCE, .source = {SOURCE_EPSS, SLICE_LITERAL("EPSS"), SLICE_LITERAL("FIRST"), 0, true}},
		{.kind = FACT_EPSS, .epss = {SLICE_LITERAL("CVE-2026-1"), 1, 2}},
		{.kind = FACT_SOURCE, .source = {SOURCE_BANNED, SLICE_LITERAL("banned"), SLICE_LITERAL("us"), 0, true}},
		{.kind = FACT_BANNED, .banned = {.vendor = SLICE_LITERAL("Huawei"), .level = SLICE_LITERAL("banned")}},
		{.kind = FACT_SOURCE, .source = {SOURCE_PROVIDERS, SLICE_LITERAL("providers"), SLICE_LITERAL("us"), 0, true}},
		{.kind = FACT_PROVIDER, .provider = {.name = SLICE_LITERAL("Good"), .number = SLICE_LITERAL("1"), .qualification = SLICE_LITERAL("PASSI")}},
		{.kind = FACT_SOURCE, .source = {SOURCE_ALIASES, SLICE_LITERAL("table"), SLICE_LITERAL("us"), 0, true}},
		{.kind = FACT_ALIAS, .alias = {SLICE_LITERAL("Acme"), SLICE_LITERAL("Kasten"), SLICE_LITERAL("eol:box")}},
	};
	for (size_t i = 0; e == ERR_OK && i < sizeof facts / sizeof *facts; i++)
		e = knowledge_build_take(b, &facts[i], NULL);
	return e;
}

static enum err build_once(const struct knowledge *before, struct buf *out)
{
	struct knowledge_build *b = NULL;
	enum err e = knowledge_build_new(before, &b, NULL);
	e = take_all(b, e);
	if (e == ERR_OK)
		e = knowledge_build_bytes(b, 0, out, NULL);
	const struct knowledge_change *changes;
	CHECK(b == NULL || knowledge_build_changes(b, &changes) <= 7);
	knowledge_build_free(b);
	return e;
}

static enum err knowledge_once(unsigned nth)
{
	struct knowledge *k = NULL;
	struct buf one, two;
	(void)nth;
	buf_init(&one, 1 << 20);
	buf_init(&two, 1 << 20);
	enum err e = build_once(NULL, &one);
	if (e == ERR_OK)
		e = knowledge_open_bytes(buf_slice(&one), &k, NULL);
	if (e == ERR_OK)
		e = build_once(k, &two);
	CHECK(e != ERR_OK || slice_equal(buf_slice(&one), buf_slice(&two)));
	knowledge_close(k);
	buf_free(&one);
	buf_free(&two);
	return e;
}

static void knowledge(void)
{
	each("knowledge_build", knowledge_once, NULL);
}

static void begin(void)
{
	REQUIRE(crypto_init() == ERR_OK);
	f = fixture_new(T, N);
}

static void end(void)
{
	buf_free(&plain);
	fixture_free(f);
}

// --- Questions between roles ------------------------------------------------------------------------------------------------------

static enum err echo(void *context, struct slice payload, struct buf *reply, struct why *refused)
{
	(void)context;
	(void)refused;
	buf_put_u32(reply, (uint32_t)payload.n);
	return ERR_OK;
}

// One question may be refused or its asker cut off; the role goes on.
static enum err serve_once(unsigned nth)
{
	enum { BYTES = 60000, KIND = 1, QUESTIONS = 2 };
	static const uint8_t heads[QUESTIONS][FRAME_HEAD] = {{0, 0, BYTES >> 8, BYTES & 255, 0, KIND, 0, 0, 0, 0, 0, 0, 0, 1},
	                                                     {0, 0, 0, 0, 0, KIND, 0, 0, 0, 0, 0, 0, 0, 2}};
	static const struct channel_question questions[] = {{KIND, BYTES, NULL, echo, NULL}, {0}};
	static uint8_t bytes[QUESTIONS * FRAME_HEAD + BYTES];
	int ends[2];
	struct why said;
	struct frame_reader r;
	struct frame answer = {0};
	bool refused = false;
	(void)nth;
	memcpy(bytes, heads[0], FRAME_HEAD);
	memcpy(bytes + FRAME_HEAD + BYTES, heads[1], FRAME_HEAD);
	INVARIANT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	INVARIANT(send(ends[0], bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes && shutdown(ends[0], SHUT_WR) == 0);
	const struct channel_link link = {ends[1], "tester", BYTES};
	const struct channel_server server = {.questions = questions, .links = &link, .count = 1, .stop = -1};
	enum err e = channel_serve(&server, &said);
	CHECK_SAY(e == ERR_OK, "the role ends: %s", said.text);
	frame_reader_init(&r, BYTES);
	for (uint64_t id = 1; id <= QUESTIONS && e == ERR_OK; id++) {
		e = frame_receive(ends[0], &r, 0, &answer, &said);
		refused |= e != ERR_OK || answer.kind == FRAME_ERROR;
		CHECK(e == ERR_AWAY || answer.id == id);
	}
	frame_reader_done(&r);
	close(ends[0]);
	close(ends[1]);
	return refused ? ERR_SYSTEM : ERR_OK;
}

static void serve(void)
{
	each("serve", serve_once, NULL);
}

const struct test tests[] = {
	{"begin", begin}, {"governance", governance}, {"record", record}, {"batch", batch}, {"follow", follow}, {"match", match},
	{"misp", misp},   {"knowledge", knowledge}, {"serve", serve}, {"end", end}, {NULL, NULL},
};
