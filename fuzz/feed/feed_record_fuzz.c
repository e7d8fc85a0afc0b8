// Any bytes as records of each format, past the telling: one document, one record. Facts must be such that their readers may rely on.
#include "feed/reading.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err take(void *context, const struct fact *f, struct why *why)
{
	size_t *facts = context;
	++*facts;
	if (fact_check(f, why) != ERR_OK)
		abort();
	return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	typedef enum err record(struct reading *, const struct json *, struct why *);
	static record *const records[] = {cve_record, osv_record, csaf_record, openvex_record, cyclonedx_record};
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	struct json root;
	struct why why;
	if (json_parse(slice_of(data, size), &root, &why) != ERR_OK)
		return 0;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		struct reading r;
		size_t facts = 0;
		if (reading_init(&r, &none, take, &facts, &why) != ERR_OK)
			abort();
		enum err e = records[i](&r, &root, &why);
		if (e != ERR_OK && e != ERR_INPUT && e != ERR_LIMIT && e != ERR_SYSTEM)
			abort();
		reading_done(&r);
	}
	json_free(&root);
	return 0;
}
