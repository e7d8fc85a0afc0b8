// How old the data are, and how old they may be for a certificate.
#include "inspect.h"

#define DAY 86400

// Days that a source may be old: what changes daily a week, what changes by decision longer.
static const int64_t allowed[SOURCE_KINDS] = {
	[SOURCE_CVE] = 7,       [SOURCE_OSV] = 7,        [SOURCE_DEBIAN] = 7,     [SOURCE_CSAF] = 30,
	[SOURCE_OPENVEX] = 365, [SOURCE_KEV] = 7,        [SOURCE_EPSS] = 30,      [SOURCE_EOL] = 31,
	[SOURCE_BANNED] = 92,   [SOURCE_PROVIDERS] = 92, [SOURCE_ALIASES] = 3660, [SOURCE_TABLE] = 31,
};

size_t ages_of(const struct knowledge *k, int64_t today, struct age ages[static AGES_MAX])
{
	size_t n = knowledge_sources(k);
	for (size_t i = 0; i < n; i++) {
		struct knowledge_source s = knowledge_source(k, i);
		int64_t since = s.dated == FACT_NO_DATE ? s.taken : s.dated;
		struct age a = {.source = s, .allowed = allowed[s.kind]};
		a.days = since > today + CLOCK_AHEAD ? -1 : since > today ? 0 : (today - since) / DAY;
		a.stale = a.days < 0 || a.days > a.allowed;
		if (i < AGES_MAX || a.stale) // of more sources than have room none that is stale is hidden
			ages[i < AGES_MAX ? i : AGES_MAX - 1] = a;
	}
	return n < AGES_MAX ? n : AGES_MAX;
}

const char *ages_missing(const struct knowledge *k)
{
	bool has[SOURCE_KINDS] = {0};
	for (size_t i = 0; i < knowledge_sources(k); i++)
		has[knowledge_source(k, i).kind] = true;
	if (!has[SOURCE_CVE] && !has[SOURCE_OSV] && !has[SOURCE_DEBIAN] && !has[SOURCE_TABLE] && !has[SOURCE_CSAF])
		return "no source of flaws (cve, osv, debian, csaf or table)";
	if (!has[SOURCE_KEV])
		return "no list of known exploited flaws (kev)";
	if (!has[SOURCE_EOL])
		return "no end-of-life data (eol)";
	return NULL;
}
