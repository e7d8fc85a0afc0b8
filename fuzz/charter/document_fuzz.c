// A leaf of the ledger: document, then its body. What is accepted is written back to the same bytes.
#include <stdlib.h>

#include "charter/governance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BODY(name, type)                                                                                                         \
	static enum err name##_again(struct slice body, struct buf *b)                                                               \
	{                                                                                                                            \
		struct type v;                                                                                                           \
		struct why why;                                                                                                          \
		enum err e = name##_decode(body, &v, &why);                                                                              \
		if (e == ERR_OK)                                                                                                         \
			name##_encode(&v, b);                                                                                                \
		return e;                                                                                                                \
	}
BODY(charter, charter)
BODY(quarter_key, quarter_key)
BODY(token_key, token_key)
BODY(accreditation, accreditation)
BODY(standing, standing)
BODY(common_list, common_list)
BODY(team, team)
BODY(ceremony_order, ceremony_order)
BODY(resume, resume)

static enum err (*const again[])(struct slice body, struct buf *b) = {
	NULL,           charter_again,     quarter_key_again, token_key_again,      accreditation_again,
	standing_again, common_list_again, team_again,        ceremony_order_again, resume_again,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document d;
	struct why why;
	struct governance *g = governance_new();
	if (governance_apply(g, 0, slice_of(data, size), &why) == ERR_OK && governance_charter(g) == NULL)
		abort();
	governance_free(g);
	if (document_decode(slice_of(data, size), &d, &why) != ERR_OK)
		return 0;
	struct buf b;
	buf_init(&b, DOCUMENT_MAX);
	document_encode(&d, &b);
	if (!slice_equal(buf_slice(&b), slice_of(data, size)))
		abort();
	buf_clear(&b);
	if (again[d.type](d.body, &b) == ERR_OK && !slice_equal(buf_slice(&b), d.body))
		abort();
	buf_free(&b);
	return 0;
}
