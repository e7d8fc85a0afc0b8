#include "test.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/client.h"
#include "http/server.h"

#define BODY_MAX 100000
#define PARALLEL 50
#define CUT_AFTER_SECONDS 1
#define CUT_WAIT_MS 10000

static struct http_server *server;
static uint8_t pin[TLS_PIN];
static char failure[WHY_MAX]; // what on_failure was told

static enum err answer_echo(void *context, const struct http_request *r, struct http_answer *a, struct why *why)
{
	(void)context, (void)why;
	buf_put_slice(&a->body, r->body);
	return ERR_OK;
}

static enum err answer_tail(void *context, const struct http_request *r, struct http_answer *a, struct why *why)
{
	(void)context, (void)why;
	const char *from = http_query(r, "from");
	buf_printf(&a->body, "%.*s from=%s peer=%s", SLICE_ARGS(r->tail), from != NULL ? from : "none", r->peer);
	a->type = "text/plain";
	return ERR_OK;
}

// Fails with the cause that the tail names.
static enum err answer_fail(void *context, const struct http_request *r, struct http_answer *a, struct why *why)
{
	(void)context;
	char name[16] = "";
	memcpy(name, r->tail.p, r->tail.n < sizeof name - 1 ? r->tail.n : sizeof name - 1);
	buf_put_text(&a->body, "never sent");
	return why_set(why, err_named(name), "because of %s", name);
}

static void on_failure(void *context, const struct http_request *r, const struct why *why)
{
	(void)context, (void)r;
	snprintf(failure, sizeof failure, "%s", why->text);
}

static const struct http_route routes[] = {
	{"POST", "/echo", BODY_MAX, answer_echo},
	{"GET", "/tail/*", 0, answer_tail},
	{"GET", "/fail/*", 0, answer_fail},
	{NULL},
};

static bool start_server(void)
{
	struct buf certificate, key;
	struct why why = {""};
	buf_init(&certificate, TLS_PEM_MAX);
	buf_init_secret(&key, TLS_PEM_MAX);
	struct http_server_plan plan = {.host = "127.0.0.1", .routes = routes, .timeout_seconds = CUT_AFTER_SECONDS,
		.per_address = 256, .on_failure = on_failure};
	bool ok = CHECK(http_client_init(&why) == ERR_OK) && CHECK(tls_make("test", &certificate, &key, &why) == ERR_OK);
	plan.certificate = buf_slice(&certificate);
	plan.key = buf_slice(&key);
	ok = ok && CHECK_SAY(tls_pin(plan.certificate, pin, &why) == ERR_OK, "%s", why.text) &&
		CHECK_SAY(http_server_open(&plan, &server, &why) == ERR_OK, "%s", why.text) &&
		CHECK_SAY(http_server_start(server, &why) == ERR_OK, "%s", why.text);
	buf_free(&certificate);
	buf_free(&key);
	return ok;
}

static struct http_client *new_client(const uint8_t *with_pin)
{
	struct http_peer peer = {.name = "peer", .host = "127.0.0.1", .port = http_server_port(server), .timeout_ms = 20000};
	struct http_client *c = NULL;
	struct why why;
	memcpy(peer.pin, with_pin, TLS_PIN);
	return CHECK(http_client_new(&peer, &c, &why) == ERR_OK) ? c : NULL;
}

// One exchange; text gets the answer, or the explanation.
static enum err call(struct http_client *c, const char *method, const char *path, struct slice body, char text[WHY_MAX])
{
	struct buf answer;
	buf_init(&answer, 2 * BODY_MAX);
	struct http_call x = {.client = c, .method = method, .path = path, .body = body, .answer = &answer};
	enum err e = http_call(&x);
	if (e == ERR_OK)
		snprintf(text, WHY_MAX, "%.*s", (int)(answer.n < 200 ? answer.n : 200), answer.n > 0 ? (const char *)answer.p : "");
	else
		snprintf(text, WHY_MAX, "%s", x.why.text);
	buf_free(&answer);
	return e;
}

static void test_table(void)
{
	static const struct {
		const char *method, *path;
		size_t body;
		enum err e;
		const char *text; // in the answer or the explanation
	} rows[] = {
		{"POST", "/echo", 3, ERR_OK, "xxx"},
		{"POST", "/echo", 0, ERR_OK, ""},
		{"POST", "/echo", BODY_MAX, ERR_OK, "xxx"},
		{"GET", "/tail/a/b?from=7", 0, ERR_OK, "a/b from=7 peer=127.0.0.1"},
		{"GET", "/tail/a%20b", 0, ERR_OK, "a b from=none"},
		{"POST", "/echo", BODY_MAX + 1, ERR_LIMIT, "limit: body over"},
		{"POST", "/echo", 20 * BODY_MAX, ERR_LIMIT, "limit: body over"},
		{"POST", "/tail/x", 1, ERR_INPUT, "input: method"},
		{"GET", "/echo", 0, ERR_INPUT, "input: method"},
		{"DELETE", "/echo", 0, ERR_INPUT, "input: method"},
		{"GET", "/", 0, ERR_ABSENT, "absent: no such path"},
		{"GET", "/echo/", 0, ERR_ABSENT, "absent"},
		{"GET", "/tail", 0, ERR_ABSENT, "absent"},
		{"GET", "/tail/", 0, ERR_ABSENT, "absent"},
		{"GET", "/tail/a%0ab", 0, ERR_ABSENT, "absent"},
		{"GET", "/tail/a%00b", 0, ERR_INPUT, "input: malformed"},
		{"GET", "/fail/input", 0, ERR_INPUT, "input: because of input"},
		{"GET", "/fail/limit", 0, ERR_LIMIT, "limit: because"},
		{"GET", "/fail/auth", 0, ERR_AUTH, "auth: because"},
		{"GET", "/fail/denied", 0, ERR_DENIED, "denied: because"},
		{"GET", "/fail/absent", 0, ERR_ABSENT, "absent: because"},
		{"GET", "/fail/exists", 0, ERR_EXISTS, "exists: because"},
		{"GET", "/fail/away", 0, ERR_AWAY, "away: because"},
		{"GET", "/fail/system", 0, ERR_SYSTEM, "system: internal failure"},
	};
	static uint8_t body[20 * BODY_MAX];
	struct http_client *c = new_client(pin);
	REQUIRE(c != NULL);
	memset(body, 'x', sizeof body);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[WHY_MAX];
		enum err e = call(c, rows[i].method, rows[i].path, slice_of(body, rows[i].body), text);
		CHECK_SAY(e == rows[i].e, "%s %s: %s: %s", rows[i].method, rows[i].path, err_name(e), text);
		CHECK_SAY(strstr(text, rows[i].text) != NULL, "%s %s: %s", rows[i].method, rows[i].path, text);
	}
	CHECK_TEXT(failure, "because of system"); // told here, and not to the client
	http_client_free(c);
}

static void test_pin(void)
{
	uint8_t wrong[TLS_PIN];
	char text[WHY_MAX];
	for (unsigned bit = 0; bit < 8; bit += 7) {
		memcpy(wrong, pin, TLS_PIN);
		wrong[bit * 4] ^= (uint8_t)(1u << bit);
		struct http_client *c = new_client(wrong);
		REQUIRE(c != NULL);
		CHECK(call(c, "GET", "/tail/x", slice_of(NULL, 0), text) == ERR_AUTH);
		CHECK_SAY(strstr(text, "does not hold the pinned key") != NULL, "%s", text);
		http_client_free(c);
	}
}

static void test_answer_limit(void)
{
	struct http_client *c = new_client(pin);
	struct buf answer;
	REQUIRE(c != NULL);
	buf_init(&answer, 10);
	struct http_call x = {.client = c, .method = "POST", .path = "/echo", .body = SLICE_LITERAL("12345678901"),
		.answer = &answer};
	CHECK(http_call(&x) == ERR_LIMIT);
	CHECK(answer.n == 0);
	buf_clear(&answer);
	x.body = SLICE_LITERAL("1234567890");
	CHECK(http_call(&x) == ERR_OK);
	CHECK(slice_is_text(buf_slice(&answer), "1234567890"));
	buf_free(&answer);
	http_client_free(c);
}

static void test_nobody(void)
{
	struct http_peer peer = {.name = "nobody", .host = "127.0.0.1", .port = 1};
	struct http_client *c;
	struct why why;
	char text[WHY_MAX];
	REQUIRE(http_client_new(&peer, &c, &why) == ERR_OK);
	CHECK(call(c, "GET", "/", slice_of(NULL, 0), text) == ERR_AWAY);
	CHECK_SAY(strncmp(text, "nobody 127.0.0.1:1: ", 20) == 0, "%s", text);
	http_client_free(c);
	const char *bad[] = {"", "a b", "a/b", "a@b", "a?b", "[::1]", "a\nb"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		peer.host = bad[i];
		CHECK_SAY(http_client_new(&peer, &c, &why) == ERR_INPUT, "%s", bad[i]);
	}
}

static size_t drop(char *p, size_t one, size_t n, void *context)
{
	(void)p, (void)context;
	return one * n;
}

// A client that offers at most this version of TLS.
static CURLcode call_with(long version)
{
	char url[64];
	CURL *h = curl_easy_init();
	snprintf(url, sizeof url, "https://127.0.0.1:%u/tail/x", http_server_port(server));
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(h, CURLOPT_SSLVERSION, version);
	CURLcode result = curl_easy_perform(h);
	curl_easy_cleanup(h);
	return result;
}

static void test_versions(void)
{
	CHECK(call_with(CURL_SSLVERSION_MAX_TLSv1_3) == CURLE_OK);
	CHECK(call_with(CURL_SSLVERSION_MAX_TLSv1_2) == CURLE_SSL_CONNECT_ERROR);
	CHECK(call_with(CURL_SSLVERSION_MAX_TLSv1_1) == CURLE_SSL_CONNECT_ERROR);
}

static void test_parallel(void)
{
	struct http_client *c = new_client(pin);
	struct http_call calls[PARALLEL] = {{0}};
	struct buf answers[PARALLEL];
	char paths[PARALLEL][32], want[64];
	REQUIRE(c != NULL);
	for (int round = 0; round < 2; round++) { // the second on the connections of the first
		for (unsigned i = 0; i < PARALLEL; i++) {
			snprintf(paths[i], sizeof paths[i], "/tail/%u", i);
			buf_init(&answers[i], 1000);
			calls[i] = (struct http_call){.client = c, .method = "GET", .path = paths[i], .answer = &answers[i]};
		}
		http_call_all(calls, PARALLEL);
		for (unsigned i = 0; i < PARALLEL; i++) {
			snprintf(want, sizeof want, "%u from=none peer=127.0.0.1", i);
			CHECK_SAY(calls[i].result == ERR_OK, "%u: %s", i, calls[i].why.text);
			CHECK(slice_is_text(buf_slice(&answers[i]), want));
			buf_free(&answers[i]);
		}
	}
	http_client_free(c);
}

// A peer that connects and then says nothing, or half a record, is cut.
static void test_slow(void)
{
	const char *said[] = {"", "\x16\x03\x01\x02"};
	for (size_t i = 0; i < 2; i++) {
		struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(http_server_port(server)),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		REQUIRE(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
		CHECK(send(fd, said[i], strlen(said[i]), MSG_NOSIGNAL) == (ssize_t)strlen(said[i]));
		struct pollfd p = {.fd = fd, .events = POLLIN};
		CHECK_SAY(poll(&p, 1, CUT_WAIT_MS) == 1, "not cut in %d ms", CUT_WAIT_MS);
		close(fd);
	}
}

static void test_pair(void)
{
	struct buf one[2], two[2];
	struct why why;
	struct http_server *s;
	for (int i = 0; i < 2; i++) {
		buf_init_secret(&one[i], TLS_PEM_MAX);
		buf_init_secret(&two[i], TLS_PEM_MAX);
	}
	REQUIRE(tls_make("a", &one[0], &one[1], &why) == ERR_OK && tls_make("b", &two[0], &two[1], &why) == ERR_OK);
	struct http_server_plan plan = {.host = "127.0.0.1", .routes = routes,
		.certificate = buf_slice(&one[0]), .key = buf_slice(&two[1])};
	CHECK(http_server_open(&plan, &s, &why) == ERR_INPUT); // the key of another certificate
	plan.key = SLICE_LITERAL("none");
	CHECK(http_server_open(&plan, &s, &why) == ERR_INPUT);
	plan.key = buf_slice(&one[1]);
	plan.host = "not numeric";
	CHECK(http_server_open(&plan, &s, &why) == ERR_INPUT);
	plan.host = "127.0.0.1";
	plan.port = http_server_port(server);
	CHECK(http_server_open(&plan, &s, &why) == ERR_SYSTEM); // taken
	uint8_t unused[TLS_PIN];
	size_t end = slice_find(buf_slice(&one[0]), '-', 40); // the library looks at no more of the last line than its first word
	for (size_t n = 0; n < end; n += 7)
		CHECK(tls_pin(slice_part(buf_slice(&one[0]), 0, n), unused, &why) == ERR_INPUT);
	for (int i = 0; i < 2; i++) {
		buf_free(&one[i]);
		buf_free(&two[i]);
	}
}

static void test_files(void)
{
	char dir[] = "/tmp/tocsin-http-XXXXXX", certificate[64], key[64], command[160];
	uint8_t made[TLS_PIN];
	struct why why;
	struct stat st;
	REQUIRE(mkdtemp(dir) != NULL);
	snprintf(certificate, sizeof certificate, "%s/c.pem", dir);
	snprintf(key, sizeof key, "%s/k.pem", dir);
	CHECK(tls_make_files("x", certificate, key, made, &why) == ERR_OK);
	CHECK(stat(key, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(tls_make_files("x", certificate, key, made, &why) == ERR_EXISTS);
	CHECK(unlink(certificate) == 0);
	CHECK(tls_make_files("x", certificate, key, made, &why) == ERR_EXISTS);
	// The pin as OpenSSL computes it from the key.
	snprintf(command, sizeof command, "openssl pkey -in %s -pubout -outform DER | sha256sum", key);
	CHECK(unlink(key) == 0);
	CHECK(tls_make_files("x", certificate, key, made, &why) == ERR_OK);
	FILE *f = popen(command, "r");
	char digits[65] = "";
	uint8_t got[TLS_PIN];
	size_t n = 0;
	unsigned char *pem = test_read(certificate, &n);
	CHECK(f != NULL && fread(digits, 1, 64, f) == 64);
	CHECK(pem != NULL && tls_pin(slice_of(pem, n), got, &why) == ERR_OK);
	CHECK_BYTES(made, got, TLS_PIN);
	for (size_t i = 0; i < TLS_PIN; i++) {
		char two[3];
		snprintf(two, sizeof two, "%02x", got[i]);
		CHECK(memcmp(two, digits + 2 * i, 2) == 0);
	}
	free(pem);
	if (f != NULL)
		pclose(f);
	unlink(certificate);
	unlink(key);
	rmdir(dir);
}

static void test_encode(void)
{
	struct buf b;
	buf_init(&b, 100);
	http_encode(&b, SLICE_LITERAL("aZ0-._~/ ?&%\xc3\0x"));
	CHECK(slice_is_text(buf_slice(&b), "aZ0-._~%2F%20%3F%26%25%C3%00x"));
	buf_free(&b);
}

static void test_start(void)
{
	REQUIRE(start_server());
}

static void test_close(void)
{
	http_server_close(server);
	http_server_close(NULL);
}

// Without TLS: for this machine alone.
static void test_plain(void)
{
	static const struct {
		const char *host;
		bool loopback;
	} rows[] = {{"127.0.0.1", true},  {"127.255.3.4", true}, {"::1", true},        {"localhost", true},  {"0.0.0.0", false},   {"128.0.0.1", false},
	            {"10.0.0.1", false},  {"126.0.0.1", false},  {"::", false},        {"::2", false},       {"::ffff:127.0.0.1", false},
	            {"fe80::1", false},   {"", false},           {"127.1", false},     {"127.0.0.1.example", false}, {"localhost.example", false}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct http_server_plan plan = {.host = rows[i].host, .plain = true, .routes = routes};
		struct http_server *plain = NULL;
		struct why why = {""};
		CHECK_SAY(http_is_loopback(rows[i].host) == rows[i].loopback, "%s", rows[i].host);
		enum err e = rows[i].loopback && strcmp(rows[i].host, "::1") == 0 ? ERR_OK : http_server_open(&plan, &plain, &why);
		CHECK_SAY((e == ERR_OK) == rows[i].loopback && (e == ERR_OK || e == ERR_INPUT), "%s: %s", rows[i].host, why.text);
		http_server_close(plain);
	}
}

static size_t take(char *p, size_t size, size_t n, void *text)
{
	snprintf(text, 64, "%.*s", (int)(size * n < 60 ? size * n : 60), p);
	return size * n;
}

static void test_plain_answers(void)
{
	const struct http_server_plan plan = {.host = "127.0.0.1", .plain = true, .routes = routes};
	struct http_server *plain = NULL;
	struct why why = {""};
	uint64_t answers[HTTP_CLASSES];
	char url[64], text[64] = "";
	REQUIRE(http_server_open(&plan, &plain, &why) == ERR_OK && http_server_start(plain, &why) == ERR_OK);
	static const char *const paths[] = {"tail/x", "tail/y", "nowhere", "fail/denied", "fail/system"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		CURL *c = curl_easy_init();
		snprintf(url, sizeof url, "http://127.0.0.1:%u/%s", http_server_port(plain), paths[i]);
		CHECK(curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK && curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
		      curl_easy_setopt(c, CURLOPT_WRITEDATA, text) == CURLE_OK && curl_easy_perform(c) == CURLE_OK);
		curl_easy_cleanup(c);
		if (i == 0)
			CHECK_TEXT(text, "x from=none peer=127.0.0.1");
	}
	http_server_answers(plain, answers);
	CHECK(answers[2] == 2 && answers[4] == 2 && answers[5] == 1 && answers[0] + answers[1] + answers[3] == 0);
	http_server_close(plain);
}

const struct test tests[] = {
	{"start", test_start},
	{"table", test_table},
	{"pin", test_pin},
	{"answer_limit", test_answer_limit},
	{"nobody", test_nobody},
	{"versions", test_versions},
	{"parallel", test_parallel},
	{"slow", test_slow},
	{"pair", test_pair},
	{"files", test_files},
	{"encode", test_encode},
	{"plain", test_plain},
	{"plain_answers", test_plain_answers},
	{"close", test_close},
	{NULL, NULL},
};
