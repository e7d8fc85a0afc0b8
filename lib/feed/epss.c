// EPSS: the chance that a flaw is exploited in the next thirty days (first.org/epss/data_stats). The line before the head is a comment
// with the model's version and the date.
#include "feed/table.h"

enum { CVE, EPSS, PERCENTILE };

// "0.91963", "1", ".5" in millionths, half up. False: no number from 0 to 1.
static bool millionths(struct slice text, uint32_t *ppm)
{
	size_t dot = slice_find(text, '.', 0);
	uint64_t v = 0, unit = 1000000;
	if (text.n == 0 || text.n > 20 || dot > 1 || (text.n == 1 && dot == 0))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (i == dot)
			continue;
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		unsigned digit = text.p[i] - '0';
		if (i < dot)
			v = digit * unit;
		else if (unit > 1)
			v += digit * (unit /= 10);
		else if (unit == 1)
			v += digit >= 5, unit = 0;
	}
	*ppm = (uint32_t)v;
	return v <= 1000000;
}

static enum err take(struct table *t, struct why *why)
{
	struct fact f = {.kind = FACT_EPSS, .epss = {.id = t->cell[CVE]}};
	reading_next(t->r);
	if (!text_is_cve(f.epss.id))
		return row_refuse(t, f.epss.id, "no CVE identifier", why);
	if (!millionths(t->cell[EPSS], &f.epss.score_ppm))
		return row_refuse(t, t->cell[EPSS], "a score is a number from 0 to 1", why);
	if (!millionths(t->cell[PERCENTILE], &f.epss.percentile_ppm))
		return row_refuse(t, t->cell[PERCENTILE], "a percentile is a number from 0 to 1", why);
	return say(t->r, NULL, &f, why);
}

const struct format epss_format = {.kind = SOURCE_EPSS, .columns = {"cve", "epss", "percentile"}, .needed = 3, .open = true, .take = take};
