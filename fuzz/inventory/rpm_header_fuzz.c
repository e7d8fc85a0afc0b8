// Any bytes as a header of rpm, and as the write-ahead log of its database: texts are fit, and parts of what was given.
#include "fit.h"
#include "inventory/packages.h"
#include "inventory/rpm_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpm_header h;
	const char *rule;
	struct why why;
	if (rpm_header_parse(slice_of(data, size), &h, &rule)) {
		struct item i = {.name = h.name, .version = h.release};
		fit_texts((struct slice[]){h.name, h.version, h.release, h.arch, h.sourcerpm, h.vendor, h.module}, 7);
		if (rpm_source(h.sourcerpm, &i) && i.source_version.n == 0 && i.source.n > 0)
			abort();
	}
	struct buf b;
	buf_init(&b, 1u << 20);
	if (rpm_log_apply(&b, slice_of(data, size), 1u << 20, &why) == ERR_OK && b.n > 1u << 20)
		abort();
	buf_free(&b);
	return 0;
}
