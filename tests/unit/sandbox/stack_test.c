// The libraries that work inside the boxes, each in its own: what their next version asks of the kernel shows here first.
#include "test.h"

#include <netdb.h>
#include <openssl/evp.h>
#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/client.h"
#include "http/server.h"
#include "sandbox/sandbox.h"

#define CALLS 20

static char state[] = "/tmp/tocsin-stack-XXXXXX";

static enum err answer_hello(void *context, const struct http_request *r, struct http_answer *a, struct why *why)
{
	(void)context, (void)r, (void)why;
	buf_put_text(&a->body, "hello");
	return ERR_OK;
}

static const struct http_route routes[] = {{"GET", "/hello", 0, answer_hello}, {NULL}};

static bool say(struct why *why)
{
	fprintf(stderr, "%s\n", why->text);
	return false;
}

// The C library's resolver, for libcurl knows "localhost" by itself.
static bool resolve(const char *name)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
	int result = getaddrinfo(name, "443", &hints, &found);
	if (result == 0)
		freeaddrinfo(found);
	return result == 0;
}

// A server and its clients.
static bool use_network(void)
{
	struct sandbox_plan plan = {.kind = SANDBOX_NETWORK};
	struct buf certificate, key, answers[CALLS];
	struct http_call calls[CALLS] = {{0}};
	struct http_server *server;
	struct http_client *client[2];
	struct why why;
	buf_init(&certificate, TLS_PEM_MAX);
	buf_init_secret(&key, TLS_PEM_MAX);
	struct http_peer peer = {.name = "peer", .host = "127.0.0.1"};
	if (http_client_init(&why) != ERR_OK || tls_make("x", &certificate, &key, &why) != ERR_OK ||
		tls_pin(buf_slice(&certificate), peer.pin, &why) != ERR_OK)
		return say(&why);
	struct http_server_plan open = {.host = "127.0.0.1", .routes = routes,
		.certificate = buf_slice(&certificate), .key = buf_slice(&key)};
	if (http_server_open(&open, &server, &why) != ERR_OK || sandbox_enter(&plan, &why) != ERR_OK ||
		http_server_start(server, &why) != ERR_OK)
		return say(&why);
	if (!resolve("localhost"))
		return false;
	peer.port = http_server_port(server);
	if (http_client_new(&peer, &client[0], &why) != ERR_OK)
		return say(&why);
	peer.host = "localhost";
	if (http_client_new(&peer, &client[1], &why) != ERR_OK)
		return say(&why);
	for (unsigned i = 0; i < CALLS; i++) {
		buf_init(&answers[i], 100);
		calls[i] = (struct http_call){.client = client[i % 2], .method = "GET", .path = "/hello", .answer = &answers[i]};
	}
	http_call_all(calls, CALLS);
	for (unsigned i = 0; i < CALLS; i++)
		if (calls[i].result != ERR_OK || !slice_is_text(buf_slice(&answers[i]), "hello"))
			return say(&calls[i].why);
	http_client_free(client[0]);
	http_client_free(client[1]);
	http_server_close(server);
	return true;
}

static bool run_sql(sqlite3 *db, const char *sql)
{
	char *error = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &error) == SQLITE_OK)
		return true;
	fprintf(stderr, "%s: %s\n", sql, error);
	return false;
}

static bool use_core(void)
{
	struct sandbox_plan plan = {.kind = SANDBOX_CORE, .write = {state}};
	struct why why;
	char path[100];
	sqlite3 *db;
	snprintf(path, sizeof path, "%s/db", state);
	if (sandbox_enter(&plan, &why) != ERR_OK)
		return say(&why);
	for (int round = 0; round < 2; round++) {
		const char *mode = round == 0 ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode=DELETE";
		if (sqlite3_open(path, &db) != SQLITE_OK || !run_sql(db, mode) || !run_sql(db, "PRAGMA synchronous=FULL") ||
			!run_sql(db, "CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY, b BLOB)") ||
			!run_sql(db, "BEGIN; INSERT INTO t(b) VALUES(randomblob(100000)); INSERT INTO t(b) SELECT b FROM t; COMMIT") ||
			!run_sql(db, "CREATE INDEX IF NOT EXISTS i ON t(b); SELECT count(*) FROM t ORDER BY b") || !run_sql(db, "VACUUM") ||
			!run_sql(db, "PRAGMA wal_checkpoint(TRUNCATE)") || sqlite3_close(db) != SQLITE_OK)
			return false;
	}
	return true;
}

static bool use_keys(void)
{
	struct sandbox_plan plan = {.kind = SANDBOX_KEYS, .write = {state}};
	struct why why;
	uint8_t pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES], digest[64];
	unsigned n = sizeof digest;
	if (sandbox_enter(&plan, &why) != ERR_OK)
		return say(&why);
	// Started inside, which is later than a program should.
	if (sodium_init() < 0 || crypto_sign_keypair(pk, sk) != 0)
		return false;
	uint8_t *secret = sodium_malloc(64);
	if (secret == NULL)
		return false;
	randombytes_buf(secret, 64);
	sodium_free(secret);
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	bool ok = key != NULL && EVP_Digest("abc", 3, digest, &n, EVP_sha3_256(), NULL) == 1;
	EVP_PKEY_free(key);
	return ok;
}

static void run(bool (*use)(void))
{
	int status = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		_exit(use() ? 0 : 1);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK_SAY(!WIFSIGNALED(status), "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_network(void)
{
	run(use_network);
}

static void test_core(void)
{
	REQUIRE(mkdtemp(state) != NULL);
	run(use_core);
}

static void test_keys(void)
{
	run(use_keys);
	char path[100];
	snprintf(path, sizeof path, "%s/db", state);
	unlink(path);
	CHECK(rmdir(state) == 0); // nothing else was left
}

const struct test tests[] = {
	{"network", test_network},
	{"core", test_core},
	{"keys", test_keys},
	{NULL, NULL},
};
