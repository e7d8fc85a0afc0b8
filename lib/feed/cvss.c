// The base score of CVSS 3.0 and 3.1 (CVSS v3.1 specification, section 7.1), of the vector alone: temporal and environmental metrics
// that a vector may carry do not change it.
#include "feed/cve.h"

enum metric { AV, AC, PR, UI, S, C, I, A, METRICS };

static const char *const metric_names[METRICS] = {"AV", "AC", "PR", "UI", "S", "C", "I", "A"};

// The letters of each metric's values and their weights (section 7.4). PR: where the scope is unchanged.
static const struct {
	const char *letters;
	double weight[4];
} values[METRICS] = {
	[AV] = {"NALP", {0.85, 0.62, 0.55, 0.2}},
	[AC] = {"LH", {0.77, 0.44}},
	[PR] = {"NLH", {0.85, 0.62, 0.27}},
	[UI] = {"NR", {0.85, 0.62}},
	[S] = {"UC", {0, 0}},
	[C] = {"HLN", {0.56, 0.22, 0}},
	[I] = {"HLN", {0.56, 0.22, 0}},
	[A] = {"HLN", {0.56, 0.22, 0}},
};

// Which of a metric's values "AV:N" names; each metric stands once. Names that are not of the base group are passed over.
static bool read_metric(struct slice part, int of[METRICS])
{
	size_t colon = slice_find(part, ':', 0);
	if (colon == part.n || colon + 2 != part.n)
		return false;
	for (int m = 0; m < METRICS; m++) {
		const char *letter = strchr(values[m].letters, part.p[colon + 1]);
		if (!slice_is_text(slice_part(part, 0, colon), metric_names[m]))
			continue;
		if (of[m] >= 0 || part.p[colon + 1] == 0 || letter == NULL)
			return false;
		of[m] = (int)(letter - values[m].letters);
	}
	return true;
}

static bool read_vector(struct slice vector, int of[METRICS])
{
	for (int m = 0; m < METRICS; m++)
		of[m] = -1;
	if (vector.n < 9 || (!slice_starts(vector, "CVSS:3.0/") && !slice_starts(vector, "CVSS:3.1/")))
		return false;
	for (size_t at = 9, end; at <= vector.n; at = end + 1) {
		end = slice_find(vector, '/', at);
		if (!read_metric(slice_part(vector, at, end - at), of))
			return false;
	}
	for (int m = 0; m < METRICS; m++)
		if (of[m] < 0)
			return false;
	return true;
}

// Section 7, "Roundup", with the integer form of appendix A: the same on every machine.
static uint8_t round_up(double score)
{
	unsigned v = (unsigned)(score * 100000 + 0.5);
	return (uint8_t)(v % 10000 == 0 ? v / 10000 : v / 10000 + 1);
}

static double power15(double x)
{
	double x3 = x * x * x, x5 = x3 * x * x;
	return x5 * x5 * x5;
}

bool cvss3_score(struct slice vector, uint8_t *score10)
{
	int of[METRICS];
	double w[METRICS];
	if (!read_vector(vector, of))
		return false;
	for (int m = 0; m < METRICS; m++)
		w[m] = values[m].weight[of[m]];
	bool changed = of[S] == 1;
	if (changed && of[PR] > 0)
		w[PR] = of[PR] == 1 ? 0.68 : 0.5;
	double iss = 1 - (1 - w[C]) * (1 - w[I]) * (1 - w[A]);
	double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * power15(iss - 0.02) : 6.42 * iss;
	double exploitability = 8.22 * w[AV] * w[AC] * w[PR] * w[UI];
	double score = changed ? 1.08 * (impact + exploitability) : impact + exploitability;
	*score10 = impact <= 0 ? 0 : round_up(score < 10 ? score : 10);
	return true;
}

// ---- the scores of a CVE record

static bool score_of(const struct json *metric, const char *name, uint8_t *score10)
{
	struct json cvss = json_find(metric, name), score = json_find(&cvss, "baseScore");
	double value;
	if (json_decimal(&score, 0, 10, &value, NULL) != ERR_OK)
		return false;
	*score10 = (uint8_t)(value * 10 + 0.5);
	return true;
}

bool cve_score(const struct json *container, struct fact_flaw *flaw)
{
	static const struct {
		const char *name;
		uint8_t cvss;
	} order[] = {{"cvssV4_0", 4}, {"cvssV3_1", 3}, {"cvssV3_0", 3}, {"cvssV2_0", 2}};
	struct json metrics = json_find(container, "metrics");
	size_t n = json_is_array(&metrics) ? json_count(&metrics) : 0;
	for (size_t o = 0; o < sizeof order / sizeof *order; o++)
		for (size_t i = 0; i < n; i++) {
			struct json metric = json_item(&metrics, i);
			if (score_of(&metric, order[o].name, &flaw->score10)) {
				flaw->cvss = order[o].cvss;
				return true;
			}
		}
	return false;
}
