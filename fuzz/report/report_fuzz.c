// Any bytes: refused with a reason, or a report whose encoding decodes to itself; and any bytes as a source.
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(const struct report *r)
{
	static struct report back;
	struct buf one, two;
	buf_init(&one, REPORT_DOCUMENT_MAX);
	buf_init(&two, REPORT_DOCUMENT_MAX);
	report_init(&back);
	if (report_encode(r, &one, NULL) == ERR_OK) {
		enum err e = report_decode(buf_slice(&one), &back, NULL);
		INVARIANT(e == ERR_OK);
		e = report_encode(&back, &two, NULL);
		INVARIANT(e == ERR_OK && slice_equal(buf_slice(&one), buf_slice(&two)));
	}
	report_free(&back);
	buf_free(&one);
	buf_free(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct report r;
	struct why why = {""};
	report_init(&r);
	enum err e = report_decode(slice_of(data, size), &r, &why);
	INVARIANT(e == ERR_OK || why.text[0] != 0);
	if (e == ERR_OK)
		again(&r);
	report_free(&r);
	report_init(&r);
	if (report_from_source(&r, "fuzz", slice_of(data, size), NULL, &why) == ERR_OK && report_address(&r, 1, &why) == ERR_OK)
		again(&r);
	report_free(&r);
	return 0;
}
