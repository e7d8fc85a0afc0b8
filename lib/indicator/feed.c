// The formats, and plain lists: one value a line.
#include "indicator/building.h"

#include <stdio.h>

static const char *const names[] = {"csv", "zeek", "list", "stix", "misp"};

const char *indicator_format_name(enum indicator_format format)
{
	return (size_t)format < sizeof names / sizeof *names ? names[format] : "?";
}

bool indicator_format_named(struct slice name, enum indicator_format *format)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_is_text(name, names[i])) {
			*format = (enum indicator_format)i;
			return true;
		}
	return false;
}

// The head of a CSV, which comments may stand before; or hide, when the first row has its separator too.
static bool has_head(struct slice in)
{
	uint8_t hidden = 0;
	for (size_t from = 0, end; from < in.n; from = end + 1) {
		end = slice_find(in, '\n', from);
		struct slice line = slice_trim(slice_part(in, from, end - from));
		uint8_t separator = build_head_separator(line);
		bool comment = line.n > 0 && line.p[0] == '#';
		if (comment && separator != 0)
			hidden = separator;
		if (line.n == 0 || comment || (line.n == 5 && memcmp(line.p, "sep=", 4) == 0))
			continue;
		separator = separator != 0 ? separator : hidden;
		return separator != 0 && slice_find(line, separator, 0) < line.n;
	}
	return false;
}

enum indicator_format indicator_guess(struct slice in)
{
	in = slice_unmarked(in);
	struct slice line = slice_part(in, 0, slice_find(in, '\n', 0)), start = slice_part(in, 0, 4096);
	switch (extract_guess(slice_part(in, 0, 65536))) {
	case EXTRACT_STIX:
		return INDICATOR_STIX;
	case EXTRACT_MISP:
		return INDICATOR_MISP;
	default:
		break;
	}
	if (memmem(start.p, start.n, "#fields\t", 8) != NULL)
		return INDICATOR_ZEEK;
	if (in.n > 0 && in.p[0] == '{') // an envelope of TAXII, or refused as JSON
		return INDICATOR_STIX;
	bool separated = slice_find(line, ',', 0) < line.n || slice_find(line, ';', 0) < line.n || slice_find(line, '\t', 0) < line.n;
	bool head = memmem(line.p, line.n, "value", 5) != NULL || memmem(line.p, line.n, "indicator", 9) != NULL;
	return (separated && head) || has_head(in) ? INDICATOR_CSV : INDICATOR_LIST;
}

// The line without what follows " #", "\t#" or " //"; empty when it is a comment.
static struct slice uncommented(struct slice line)
{
	line = slice_trim(line);
	if (line.n > 0 && (line.p[0] == '#' || line.p[0] == ';' || line.p[0] == '!' || slice_starts(line, "//")))
		return slice_part(line, 0, 0);
	for (size_t i = 1; i < line.n; i++)
		if ((line.p[i - 1] == ' ' || line.p[i - 1] == '\t') &&
		    (line.p[i] == '#' || (line.p[i] == '/' && i + 1 < line.n && line.p[i + 1] == '/')))
			return slice_trim(slice_part(line, 0, i));
	return line;
}

// "0.0.0.0 name" and "127.0.0.1 name", as a hosts file blocks names.
static struct slice unblocked(struct slice line)
{
	static const char *const sinks[] = {"0.0.0.0", "127.0.0.1", "::", "::1"};
	for (size_t i = 0; i < sizeof sinks / sizeof *sinks; i++) {
		size_t n = strlen(sinks[i]);
		if (line.n > n && memcmp(line.p, sinks[i], n) == 0 && (line.p[n] == ' ' || line.p[n] == '\t'))
			return slice_trim(slice_part(line, n, line.n));
	}
	return line;
}

enum err build_read_list(struct indicator_build *b, struct slice in, const struct indicator_meta *defaults, struct why *why)
{
	char place[32];
	enum err e = ERR_OK;
	const struct indicator_meta none = {.confidence = INDICATOR_CONFIDENCE_NONE};
	in = slice_unmarked(in);
	for (size_t from = 0, number = 1; from < in.n && e == ERR_OK; number++) {
		size_t end = slice_find(in, '\n', from);
		struct slice value = unblocked(uncommented(slice_part(in, from, end - from)));
		size_t n = (size_t)snprintf(place, sizeof place, "line %zu", number);
		if (value.n > 0)
			e = build_put(b, BUILD_ANY, value, defaults != NULL ? defaults : &none, slice_of(place, n), why);
		from = end + 1;
	}
	return e;
}

enum err indicator_build_read(struct indicator_build *b, enum indicator_format format, struct slice in,
                              const struct indicator_meta *defaults, struct why *why)
{
	if (in.n >= 2 && (memcmp(in.p, "\xff\xfe", 2) == 0 || memcmp(in.p, "\xfe\xff", 2) == 0))
		return why_set(why, ERR_INPUT, "is UTF-16: save it as UTF-8");
	switch (format) {
	case INDICATOR_CSV:
		return build_read_csv(b, in, defaults, why);
	case INDICATOR_ZEEK:
		return build_read_zeek(b, in, defaults, why);
	case INDICATOR_LIST:
		return build_read_list(b, in, defaults, why);
	case INDICATOR_STIX:
	case INDICATOR_MISP:
		return build_read_document(b, format == INDICATOR_STIX, in, defaults, why);
	}
	return why_set(why, ERR_INPUT, "no such format");
}
