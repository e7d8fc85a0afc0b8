// Any bytes as facts. What is taken is put and taken again, the same; and a builder takes all of it.
#include "knowledge/build.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(const struct fact *f)
{
	struct buf one, two;
	struct fact_room *room = fact_room_new();
	struct fact got;
	buf_init(&one, 64u << 20);
	buf_init(&two, 64u << 20);
	fact_put(&one, f);
	struct slice in = buf_slice(&one);
	if (buf_status(&one) == ERR_OK) { // a title may have been cut: from then on it stays
		INVARIANT(fact_take(&in, room, &got, NULL) == ERR_OK && in.n == 0);
		fact_put(&two, &got);
		INVARIANT(slice_equal(buf_slice(&one), buf_slice(&two)));
	}
	fact_room_free(room);
	buf_free(&one);
	buf_free(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct fact_room *room = fact_room_new();
	struct knowledge_build *b = NULL;
	struct fact f;
	struct buf out;
	buf_init(&out, 1u << 26);
	INVARIANT(room != NULL && knowledge_build_new(NULL, &b, NULL) == ERR_OK);
	while (fact_take(&in, room, &f, NULL) == ERR_OK) {
		again(&f);
		enum err e = knowledge_build_take(b, &f, NULL);
		INVARIANT(e == ERR_OK || e == ERR_LIMIT || e == ERR_INPUT);
	}
	struct knowledge *k;
	if (knowledge_build_bytes(b, 0, &out, NULL) == ERR_OK) {
		INVARIANT(knowledge_open_bytes(buf_slice(&out), &k, NULL) == ERR_OK);
		knowledge_close(k);
	}
	knowledge_build_free(b);
	fact_room_free(room);
	buf_free(&out);
	return 0;
}
