// The version entries of a CVE record (cve-schema, "versions.md"): singles, ranges, changes inside ranges, series without end.
#include "feed/cve.h"

#include "base/num.h"

bool status_of(struct slice word, enum fact_status *status)
{
	if (slice_is_text(word, "affected"))
		*status = STATUS_AFFECTED;
	else if (slice_is_text(word, "unaffected"))
		*status = STATUS_UNAFFECTED;
	else if (slice_is_text(word, "unknown"))
		*status = STATUS_UNKNOWN;
	else
		return false;
	return true;
}

static bool is_any(struct slice bound)
{
	return bound.n == 0 || slice_is_text(bound, "*");
}

static bool is_series(struct slice bound)
{
	return bound.n > 2 && slice_ends(bound, ".*");
}

// "5.10", "5.10.*", "0": numbers alone, or no bound.
static bool is_numbers(struct slice bound)
{
	return is_any(bound) || version_is_numbers(is_series(bound) ? slice_part(bound, 0, bound.n - 2) : bound);
}

// "semver" is often written over two numbers or four, which Semantic Versioning refuses. Where no bound has more than numbers their
// order is that of semver. "original_commit_for_fix" is what Linux writes over the releases after the one that has the fix.
static enum version_scheme scheme_for(const struct entries *e, struct slice type, const struct slice *bounds, size_t n)
{
	enum version_scheme scheme = version_scheme_of_type(type);
	if (slice_same_letters(type, SLICE_LITERAL("original_commit_for_fix")))
		scheme = VERSION_SEMVER;
	// "custom" says that there is no order; nothing says that nobody wrote it down. Of dpkg's packages an indexer writes "custom" too,
	// and they have one order alone.
	if (type.n == 0 || (e->scheme == VERSION_DEB && slice_same_letters(type, SLICE_LITERAL("custom"))))
		return e->scheme;
	for (size_t i = 0; i < n && scheme == VERSION_SEMVER; i++)
		if (!is_numbers(bounds[i]))
			return VERSION_SEMVER;
	return scheme == VERSION_SEMVER ? VERSION_NUMBERS : scheme;
}

#define LOST(e, at, why, ...) ((e)->lost = true, (e)->quiet ? ERR_OK : say_refused_at((e)->r, at, why, __VA_ARGS__))

static enum err add(struct entries *e, const struct json *at, const struct fact_range *range, struct why *why)
{
	if (ranges_add(e->r, range))
		return ERR_OK;
	return e->full++ > 0 ? ERR_OK : LOST(e, at, why, "more than %u version entries, the rest is left out", FACT_LIST_MAX);
}

struct change {
	struct slice at;
	enum fact_status status;
};

// In increasing order of `at`, equals as they stand. false: two of them have no order.
static bool sort_changes(struct change *changes, size_t n, enum version_scheme scheme)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0; k--) {
			int order;
			if (version_compare(scheme, changes[k - 1].at, changes[k].at, &order, NULL) != ERR_OK)
				return false;
			if (order <= 0)
				break;
			struct change before = changes[k - 1];
			changes[k - 1] = changes[k];
			changes[k] = before;
		}
	return true;
}

// -1, 0, 1 as `at` lies before the range's start (or on it), inside, or behind its end. Without an order: inside.
static int place_in(const struct fact_range *range, struct slice at)
{
	int order;
	if (!is_any(range->from) && version_compare(range->scheme, at, range->from, &order, NULL) == ERR_OK && order <= 0)
		return -1;
	if (!is_any(range->to) && version_compare(range->scheme, at, range->to, &order, NULL) == ERR_OK &&
	    (order > 0 || (order == 0 && !range->closed)))
		return 1;
	return 0;
}

// [from, to) with changes inside becomes one range for each stretch of one status.
static enum err unroll(struct entries *e, const struct json *at, struct fact_range range, struct change *changes, size_t n, struct why *why)
{
	bool closed = range.closed;
	struct slice to = range.to;
	enum err err = ERR_OK;
	if (!sort_changes(changes, n, range.scheme))
		range.scheme = VERSION_CUSTOM; // no order, so nothing is said of any version
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		int place = place_in(&range, changes[i].at);
		if (place > 0)
			break;
		if (place == 0) {
			range.to = changes[i].at;
			range.closed = false;
			err = add(e, at, &range, why);
			range.from = changes[i].at;
			range.to = to;
			range.closed = closed;
		}
		range.status = changes[i].status;
	}
	return err == ERR_OK ? add(e, at, &range, why) : err;
}

static enum err ranged(struct entries *e, const struct json *v, struct fact_range range, struct why *why)
{
	struct json list = json_find(v, "changes");
	struct change changes[CVE_CHANGES_MAX];
	size_t n = json_is_array(&list) ? json_count(&list) : 0;
	if (n > CVE_CHANGES_MAX)
		return LOST(e, &list, why, "more than %u changes in one range", CVE_CHANGES_MAX);
	for (size_t i = 0; i < n; i++) {
		struct json change = json_item(&list, i);
		changes[i].at = text_of(e->r, &change, "at");
		if (changes[i].at.n == 0 || changes[i].at.n > FACT_TEXT_MAX || !status_of(text_of(e->r, &change, "status"), &changes[i].status))
			return LOST(e, &change, why, "a change has `at`, of at most %u bytes, and a status", FACT_TEXT_MAX);
	}
	return unroll(e, v, range, changes, n, why);
}

// ">= 1.2, < 1.5" in place of a version: some records write it so, and there is no type that would order it, unless the package's
// collection does.
static bool is_comparison(const struct entries *e, struct slice text, struct fact_range *range)
{
	*range = (struct fact_range){.status = range->status, .scheme = e->scheme};
	for (size_t at = 0, end; at < text.n; at = end + 1) {
		end = slice_find(text, ',', at);
		struct slice part = slice_trim(slice_part(text, at, end - at));
		size_t signs = 0;
		while (signs < part.n && (part.p[signs] == '<' || part.p[signs] == '>' || part.p[signs] == '='))
			signs++;
		struct slice sign = slice_part(part, 0, signs), version = slice_trim(slice_part(part, signs, part.n));
		if (version.n == 0)
			return false;
		if (slice_is_text(sign, "<") || slice_is_text(sign, "<="))
			range->to = version, range->closed = signs == 2;
		else if (slice_is_text(sign, ">="))
			range->from = version;
		else
			return false;
	}
	return range->from.n > 0 || range->to.n > 0;
}

// A text that is no single version ("1.0 and earlier", "all versions"): it equals no version anybody has, and says something all the
// same.
static bool is_prose(struct slice text)
{
	return slice_find(text, ' ', 0) < text.n || slice_find(text, '<', 0) < text.n || slice_find(text, '>', 0) < text.n ||
	       slice_find(text, '*', 0) < text.n || text_says_nothing(text) || slice_same_letters(text, SLICE_LITERAL("all")) ||
	       slice_same_letters(text, SLICE_LITERAL("unspecified"));
}

static enum err single(struct entries *e, const struct json *v, struct fact_range range, struct slice type, struct why *why)
{
	struct slice text = range.from;
	struct fact_range comparison = range;
	if (slice_is_text(text, "*")) // all versions
		return add(e, v, &(struct fact_range){.status = range.status}, why);
	if (is_comparison(e, text, &comparison))
		return add(e, v, &comparison, why);
	if (is_prose(text))
		e->lost |= range.status != STATUS_UNAFFECTED;
	range.single = true;
	range.scheme = scheme_for(e, type, &text, 1);
	return add(e, v, &range, why);
}

enum err cve_version(struct entries *e, const struct json *v, struct why *why)
{
	struct reading *r = e->r;
	struct fact_range range = {.from = text_of(r, v, "version")};
	struct slice type = text_of(r, v, "versionType"), below = text_of(r, v, "lessThan"), up_to = text_of(r, v, "lessThanOrEqual");
	if (range.from.n == 0 && below.n == 0 && up_to.n == 0)
		return LOST(e, v, why, "an entry without version");
	if (!status_of(text_of(r, v, "status"), &range.status))
		return LOST(e, v, why, "a status is affected, unaffected or unknown");
	range.to = below.n > 0 ? below : up_to;
	range.closed = below.n == 0;
	if (range.from.n > FACT_TEXT_MAX || range.to.n > FACT_TEXT_MAX)
		return LOST(e, v, why, "a version of more than %u bytes", FACT_TEXT_MAX);
	if (range.to.n == 0) {
		range.closed = false;
		return single(e, v, range, type, why);
	}
	const struct slice bounds[] = {range.from, range.to};
	range.scheme = scheme_for(e, type, bounds, 2);
	// A range that ends where it begins holds nothing: which versions it means is not said. ("custom" says of none anyway.)
	e->lost |= range.scheme != VERSION_CUSTOM && !range.closed && !is_any(range.to) && slice_equal(range.from, range.to);
	range.closed = range.closed && !is_any(range.to) && !is_series(range.to); // "2.*" is the end of the 2 series: no version is it
	if (slice_is_text(range.from, "0") || slice_same_letters(range.from, SLICE_LITERAL("unspecified")) || is_any(range.from))
		range.from = (struct slice){0};
	if (is_any(range.to))
		range.to = (struct slice){0};
	return ranged(e, v, range, why);
}
