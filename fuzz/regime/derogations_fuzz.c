// Any bytes as derogations: refused with a place, or marks that hold on the day.
#include "regime/regime.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char law[] = "tocsin-regime 1\nid r\nversion 2026-11-01\ntitle en T\ntitle fr T\nsource S\nobligation O\nbasis B\nbinds all\n"
	                          "title en T\ntitle fr T\nevidence en E\nevidence fr E\ndefect minor recorded when flaw\n";
	static struct regime *r;
	struct derogations *d = NULL;
	struct why why = {""};
	const int64_t today = 1764547200;
	if (r == NULL && regime_parse(slice_text(law), "law", &r, NULL) != ERR_OK)
		abort();
	enum err e = derogations_parse(slice_of(data, size), "fuzz", &d, &why);
	if (e != ERR_OK) {
		if (d != NULL || why.text[0] == 0)
			abort();
		return 0;
	}
	struct finding f = {.kind = FINDING_FLAW, .item = SLICE_LITERAL("x"), .package = SLICE_LITERAL("y"), .flaw = SLICE_LITERAL("f"),
	                    .machine = SLICE_LITERAL("m")};
	struct defect defect = {.obligation = 0};
	derogations_apply(d, r, &f, today, &defect, 1);
	if (defect.derogated && (defect.derogated_until < today || defect.derogation.n == 0))
		abort();
	for (size_t i = 0; i < derogations_count(d); i++) {
		struct derogation g = derogation_at(d, i);
		if (g.until == FACT_NO_DATE || g.from > g.until || g.reference.n == 0 || g.granted_by.n == 0)
			abort();
	}
	if (derogations_check(d, r, &why) != ERR_OK && why.text[0] == 0)
		abort();
	derogations_free(d);
	return 0;
}
