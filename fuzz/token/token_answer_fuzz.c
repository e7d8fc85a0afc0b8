// A keeper's answer to "evaluate" as a client verifies it. First byte 0: any bytes. Otherwise: seat 1's true answer, changed where the
// input says (offset 2, byte to exclusive-or with 1, …): it counts when and only when nothing was changed.
#include <stdlib.h>

#include "crypto/secret.h"
#include "fixture.h"
#include "token/token.h"

static struct fixture *f;

static struct token_client *client_of(void)
{
	static struct observable name = {.type = OBSERVABLE_DOMAIN}, digest = {.type = OBSERVABLE_SHA256};
	const struct observable *list[] = {&name, &digest, &name};
	struct token_client *client;
	strcpy(name.value, "host.example.org");
	name.n = strlen(name.value);
	memset(digest.value, 'a', 64);
	digest.n = 64;
	if (token_client_new(list, 3, f->governance, &client, NULL) != ERR_OK)
		abort();
	return client;
}

static void answer_of(const struct token_client *client, struct buf *answer)
{
	struct evaluate e;
	struct buf body;
	buf_init(&body, EVALUATE_MAX);
	token_client_ask(client, &body);
	if (evaluate_decode(buf_slice(&body), &e, NULL) != ERR_OK)
		abort();
	for (unsigned class = 0; class < TOKEN_CLASSES; class++)
		if (e.count[class] > 0 && evaluate_answer(&e, class, f->seat[0].token[class],
		                                          governance_token_key(f->governance, class, 1)->share[0], answer, NULL) != ERR_OK)
			abort();
	buf_free(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf answer, honest;
	struct why why;
	if (f == NULL && (f = fixture_new(2, 3)) == NULL)
		abort();
	if (size == 0)
		return 0;
	struct token_client *client = client_of();
	buf_init(&answer, EVALUATED_MAX);
	buf_init(&honest, EVALUATED_MAX);
	answer_of(client, &honest);
	buf_put_slice(&answer, data[0] == 0 ? slice_of(data + 1, size - 1 < EVALUATED_MAX ? size - 1 : EVALUATED_MAX) : buf_slice(&honest));
	for (size_t i = 1; data[0] != 0 && i + 2 < size; i += 3)
		answer.p[(data[i] << 8 | data[i + 1]) % answer.n] ^= data[i + 2];
	bool same = slice_equal(buf_slice(&answer), buf_slice(&honest));
	enum err e = token_client_answer(client, 1, buf_slice(&answer), &why);
	if ((e == ERR_OK) != same || token_client_answers(client) != same || (!same && e != ERR_AUTH && e != ERR_INPUT))
		abort();
	if (same && token_client_answer(client, 1, buf_slice(&answer), &why) != ERR_EXISTS)
		abort();
	buf_free(&answer);
	buf_free(&honest);
	token_client_free(client);
	return 0;
}
