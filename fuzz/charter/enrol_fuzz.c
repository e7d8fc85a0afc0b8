// The three enrolment files that go into a charter: what is accepted is written back to the same bytes.
#include <stdlib.h>

#include "charter/enrol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct hub_enrolment hub;
	struct seat seat;
	struct why why;
	uint8_t officer[SIGN_PUBLIC];
	struct buf b;
	buf_init(&b, size + 1);
	if (hub_enrolment_decode(s, &hub, &why) == ERR_OK) {
		hub_enrolment_encode(&hub, &b);
		INVARIANT(slice_equal(buf_slice(&b), s));
	}
	buf_clear(&b);
	if (seat_enrolment_decode(s, &seat, &why) == ERR_OK) {
		seat_enrolment_encode(&seat, &b);
		INVARIANT(slice_equal(buf_slice(&b), s));
	}
	buf_clear(&b);
	if (officer_enrolment_decode(s, officer, &why) == ERR_OK) {
		officer_enrolment_encode(officer, &b);
		INVARIANT(slice_equal(buf_slice(&b), s));
	}
	buf_free(&b);
	return 0;
}
