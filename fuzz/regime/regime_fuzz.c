// Any bytes as a regime: refused with a place, or a law that judges every kind of finding within its bounds.
#include "regime/regime.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t days[] = {FACT_NO_DATE, INT64_MAX, 0, 1764547200, 1798761600, 253402300799};

static void judge(const struct regime *r, struct regime_count *count, size_t seed)
{
	struct defect defects[DEFECTS_OF_ONE_MAX];
	struct finding f = {.kind = seed % FINDING_KINDS, .confidence = seed % 3, .since = days[seed % 6], .score10 = seed % 101,
	                    .role = seed % ROLE_COUNT, .exposure = seed % EXPOSURE_COUNT, .kev_due = days[seed / 6 % 6],
	                    .out_by = days[seed / 6 % 6], .extended_until = days[seed / 6 % 6], .known_exploited = seed & 1,
	                    .soon = seed & 2, .question = SLICE_LITERAL("q"), .answer = SLICE_LITERAL("no"), .level = SLICE_LITERAL("banned")};
	int64_t today = seed & 1 ? 1764600000 : 253402300799;
	size_t n = regime_judge(r, &f, (unsigned)seed % 16, today, defects);
	if (n > DEFECTS_OF_ONE_MAX || (n > 0 && f.confidence == CONFIDENCE_DOUBTFUL))
		abort();
	for (size_t i = 0; i < n; i++)
		if (defects[i].obligation >= regime_obligations(r) || defects[i].class >= DEFECT_CLASSES || defects[i].due > days[5] ||
		    (i > 0 && defects[i].obligation <= defects[i - 1].obligation))
			abort();
	regime_count_machine(count, f.role, f.exposure);
	regime_count_finding(count, &f, today);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct regime *r = NULL;
	struct regime_count *count = NULL;
	struct why why = {""};
	enum err e = regime_parse(slice_of(data, size), "fuzz", &r, &why);
	if (e != ERR_OK) {
		if (r != NULL || why.text[0] == 0)
			abort();
		return 0;
	}
	if (regime_count_new(r, &count, NULL) == ERR_OK)
		for (size_t seed = 0; seed < 132; seed++)
			judge(r, count, seed);
	regime_count_free(count);
	regime_free(r);
	return 0;
}
