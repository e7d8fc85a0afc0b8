// Any bytes as what a client sends, through a socket to a server with the kinds of routes that the daemons have.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server.h"

static enum err echo(void *context, const struct http_request *r, struct http_answer *a, struct why *why)
{
	(void)context, (void)why;
	const char *query = http_query(r, "q"), *header = http_header(r, "X-Any");
	buf_put_slice(&a->body, r->tail);
	buf_put_slice(&a->body, r->body);
	buf_put_text(&a->body, query != NULL ? query : "");
	buf_put_text(&a->body, header != NULL ? header : "");
	INVARIANT(r->body.n <= 1000);
	return ERR_OK;
}

static const struct http_route routes[] = {{"GET", "/a", 0, echo}, {"GET", "/t/*", 0, echo}, {"POST", "/p", 1000, echo}, {NULL}};

static uint16_t start(void)
{
	struct http_server *server;
	struct why why;
	const struct http_server_plan plan = {.host = "127.0.0.1", .plain = true, .routes = routes, .threads = 1};
	if (http_server_open(&plan, &server, &why) != ERR_OK || http_server_start(server, &why) != ERR_OK)
		abort();
	return http_server_port(server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint16_t port;
	char answer[4096];
	if (port == 0)
		port = start();
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct linger at_once = {1, 0};           // no thousands of ports in TIME_WAIT
	struct timeval patience = {.tv_usec = 5000}; // the library keeps a half-closed connection until its timeout
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) != 0 ||
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
		abort();
	ssize_t sent = send(fd, data, size, MSG_NOSIGNAL); // it may be cut before the end
	shutdown(fd, SHUT_WR);
	while (sent >= 0 && recv(fd, answer, sizeof answer, 0) > 0)
		;
	close(fd);
	return 0;
}
