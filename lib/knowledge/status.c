// What a row's entries say of a version: CVE record format 5, versions.md; OSV's events arrive as the same ranges.
#include "knowledge/layout.h"

enum holds { NO, YES, UNSURE };

static bool no_lower_bound(struct slice from)
{
	return from.n == 0 || slice_is_text(from, "0");
}

static bool no_upper_bound(struct slice to)
{
	return to.n == 0 || slice_is_text(to, "*");
}

static enum holds compare(enum version_scheme s, struct slice a, struct slice b, int *order, struct why *why)
{
	return version_compare(s, a, b, order, why) == ERR_OK ? YES : UNSURE;
}

// "2.*" as an upper bound is the end of the 2 series, not a pattern: below it is what begins with "2." and what is older than 2.
static enum holds below_series(const struct fact_range *r, struct slice version, struct why *why)
{
	static const char *const tails[] = {"", ".0", ".0.0"}; // semver has three numbers, always
	struct slice series = slice_part(r->to, 0, r->to.n - 2);
	char text[VERSION_MAX + 8];
	int order;
	if (slice_equal(slice_part(version, 0, series.n), series) && (version.n == series.n || version.p[series.n] == '.'))
		return YES;
	if (series.n > VERSION_MAX)
		return UNSURE;
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		size_t n = strlen(tails[i]);
		memcpy(text, series.p, series.n);
		memcpy(text + series.n, tails[i], n);
		if (compare(r->scheme, version, slice_of(text, series.n + n), &order, why) == YES)
			return order < 0 ? YES : NO;
	}
	return UNSURE;
}

static enum holds above_from(const struct fact_range *r, struct slice version, struct why *why)
{
	int order;
	if (no_lower_bound(r->from) || slice_equal(r->from, version))
		return YES;
	return compare(r->scheme, version, r->from, &order, why) == UNSURE ? UNSURE : order >= 0 ? YES : NO;
}

static enum holds below_to(const struct fact_range *r, struct slice version, struct why *why)
{
	int order;
	if (no_upper_bound(r->to))
		return YES;
	if (slice_equal(r->to, version))
		return r->closed ? YES : NO;
	if (r->to.n > 2 && slice_ends(r->to, ".*"))
		return below_series(r, version, why);
	enum holds h = compare(r->scheme, version, r->to, &order, why);
	return h == UNSURE ? UNSURE : order < 0 || (order == 0 && r->closed) ? YES : NO;
}

// A list of single versions names exact ones: what cannot be compared with one is not it.
static enum holds is_single(const struct fact_range *r, struct slice version)
{
	// Without an order 11.0 is 11 all the same, and 12L 12l; but nobody is cleared so.
	bool accuses = r->scheme == VERSION_CUSTOM && r->status == STATUS_AFFECTED;
	int order;
	if (slice_equal(r->from, version))
		return YES;
	if (accuses && slice_same_letters(r->from, version))
		return YES;
	return compare(accuses ? VERSION_NUMBERS : r->scheme, version, r->from, &order, NULL) == YES && order == 0 ? YES : NO;
}

// A range holds its own ends, whether or not they can be compared with each other.
static bool is_end(const struct fact_range *r, struct slice version)
{
	return slice_equal(r->from, version) || (r->closed && slice_equal(r->to, version));
}

static enum holds holds(const struct fact_range *r, struct slice version, struct why *why)
{
	if (r->single)
		return is_single(r, version);
	enum holds from = above_from(r, version, why);
	if (from == NO)
		return NO;
	enum holds to = below_to(r, version, from == UNSURE ? NULL : why);
	if (to == NO)
		return NO;
	return (from == YES && to == YES) || is_end(r, version) ? YES : UNSURE;
}

static void tell(const struct fact_range *r, struct slice version, struct why *why)
{
	struct why reason = {{0}};
	(void)holds(r, version, &reason);
	if (r->scheme == VERSION_CUSTOM)
		(void)why_set(&reason, ERR_INPUT, "its versionType has no order");
	(void)why_set(why, ERR_INPUT, "%.*s to %.*s: %s", r->from.n == 0 ? 1 : (int)slice_part(r->from, 0, 80).n,
	              r->from.n == 0 ? "0" : (const char *)r->from.p, r->to.n == 0 ? 1 : (int)slice_part(r->to, 0, 80).n,
	              r->to.n == 0 ? "*" : (const char *)r->to.p, reason.text);
}

enum fact_status knowledge_status(const struct knowledge *k, const struct knowledge_row *row, struct slice version, struct why *why)
{
	struct fact_range unsure = {0};
	enum fact_status status = row->otherwise, said[2] = {STATUS_UNKNOWN, STATUS_UNKNOWN};
	size_t doubts = 0; // entries that might hold it; two are kept apart when they differ
	if (why != NULL)
		why->text[0] = 0;
	for (size_t i = 0; i < row->ranges; i++) {
		struct fact_range r = knowledge_range(k, row, i);
		enum holds h = holds(&r, version, NULL);
		if (h == YES) {
			status = r.status;
			break;
		}
		if (h == UNSURE && doubts == 0)
			unsure = r;
		if (h == UNSURE && (doubts == 0 || said[0] != r.status) && doubts < 2)
			said[doubts++] = r.status;
	}
	if (doubts == 0 || (doubts == 1 && said[0] == status))
		return status;
	if (why != NULL)
		tell(&unsure, version, why);
	return STATUS_UNKNOWN;
}
