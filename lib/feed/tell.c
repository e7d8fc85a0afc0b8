#include "feed/tell.h"

#define DEPTH_MAX 64u

// The first name that only one format has, at that depth, decides. Depth 1: members of the document.
static const struct {
	unsigned depth;
	const char *name;
	enum source_kind kind;
} names[] = {
	{1, "dataType", SOURCE_CVE},        {1, "dataVersion", SOURCE_CVE},   {1, "cveMetadata", SOURCE_CVE},
	{1, "containers", SOURCE_CVE},      {1, "payload", SOURCE_CVE},       {1, "affected", SOURCE_OSV},
	{1, "aliases", SOURCE_OSV},         {1, "modified", SOURCE_OSV},      {1, "withdrawn", SOURCE_OSV},
	{1, "published", SOURCE_OSV},       {1, "details", SOURCE_OSV},       {1, "database_specific", SOURCE_OSV},
	{1, "document", SOURCE_CSAF},       {1, "product_tree", SOURCE_CSAF}, {1, "bomFormat", SOURCE_OPENVEX},
	{1, "specVersion", SOURCE_OPENVEX}, {1, "@context", SOURCE_OPENVEX},  {1, "statements", SOURCE_OPENVEX},
	{1, "catalogVersion", SOURCE_KEV},  {1, "dateReleased", SOURCE_KEV},  {3, "cveID", SOURCE_KEV},
	{1, "generated_at", SOURCE_EOL},    {1, "result", SOURCE_EOL},        {1, "products", SOURCE_EOL},
	{3, "releases", SOURCE_DEBIAN},     {3, "scope", SOURCE_DEBIAN},      {3, "urgency", SOURCE_DEBIAN},
};

struct scan {
	struct slice text;
	size_t at;
	unsigned depth, base; // base: 1 inside an array of records
	uint64_t objects;     // a bit for each open container
	struct told told;
	bool indexed;
};

static void take_name(struct scan *s, struct slice name)
{
	for (size_t i = 0; i < sizeof names / sizeof *names && s->told.kind == 0; i++)
		if (names[i].depth + s->base == s->depth && slice_is_text(name, names[i].name)) {
			s->told.kind = names[i].kind;
			s->told.cyclonedx = slice_is_text(name, "bomFormat") || slice_is_text(name, "specVersion");
			s->indexed = slice_is_text(name, "payload");
		}
}

// A string from its quote on; a member's name when a colon follows. False: it does not end here.
static bool take_string(struct scan *s)
{
	size_t start = ++s->at;
	while (s->at < s->text.n && s->text.p[s->at] != '"')
		s->at += s->text.p[s->at] == '\\' ? 2 : 1;
	if (s->at >= s->text.n)
		return false;
	struct slice string = slice_part(s->text, start, s->at - start);
	size_t next = s->at + 1;
	while (next < s->text.n && strchr(" \t\r\n", s->text.p[next]) != NULL && s->text.p[next] != 0)
		next++;
	if (next < s->text.n && s->text.p[next] == ':' && (s->objects >> (s->depth - 1) & 1))
		take_name(s, string);
	return true;
}

// Until a name decides and the first document is over, or the bytes are. True: a second document follows the first.
static bool scan_documents(struct scan *s)
{
	bool over = false;
	for (; s->at < s->text.n; s->at++) {
		uint8_t c = s->text.p[s->at];
		if (over && (c == '{' || c == '['))
			return true;
		if (c == '{' || c == '[') {
			if (s->depth == DEPTH_MAX)
				return false;
			s->objects = (s->objects & ~(1ull << s->depth)) | (uint64_t)(c == '{') << s->depth;
			s->depth++;
		} else if (c == '}' || c == ']') {
			s->depth -= s->depth > 0;
			over = s->depth == 0;
		} else if (c == '"' && (s->depth == 0 || !take_string(s))) {
			return false;
		}
	}
	return false;
}

static struct told tell_json(struct slice head)
{
	struct scan s = {.text = head, .base = head.p[0] == '['};
	bool lines = scan_documents(&s);
	bool one_line = slice_find(head, '\n', 0) == head.n;
	bool small = s.told.kind == SOURCE_CVE || s.told.kind == SOURCE_OSV; // records that come as lines
	switch (s.told.kind) {
	case SOURCE_KEV:
	case SOURCE_EOL:
	case SOURCE_DEBIAN:
		s.told.shape = s.base == 0 ? SHAPE_STREAM : SHAPE_NONE;
		break;
	case SOURCE_CVE:
	case SOURCE_OSV:
	case SOURCE_CSAF:
	case SOURCE_OPENVEX:
		s.told.shape = s.base == 1                                        ? SHAPE_ARRAY
		               : s.indexed || lines || (small && one_line) ? SHAPE_LINES
		                                                                  : SHAPE_RECORD;
		break;
	default:
		s.told.shape = SHAPE_NONE;
	}
	return s.told;
}

static bool is_row(struct slice line)
{
	size_t bad;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < 0x20 && line.p[i] != '\t' && line.p[i] != '\r')
			return false;
	bool separated = slice_find(line, ',', 0) < line.n || slice_find(line, '\t', 0) < line.n || slice_find(line, ';', 0) < line.n;
	return separated && slice_is_utf8(line, &bad);
}

struct told tell(struct slice head)
{
	if (slice_starts(head, "\xef\xbb\xbf"))
		head = slice_part(head, 3, head.n);
	while (head.n > 0 && strchr(" \t\r\n", head.p[0]) != NULL && head.p[0] != 0)
		head = slice_part(head, 1, head.n);
	if (head.n > 0 && (head.p[0] == '{' || head.p[0] == '['))
		return tell_json(head);
	// Blank and comment lines may come first; a comment alone is no table.
	for (size_t at = 0, end; at < head.n; at = end + 1) {
		end = slice_find(head, '\n', at);
		struct slice line = slice_part(head, at, end - at);
		if (slice_trim(line).n > 0 && line.p[0] != '#')
			return (struct told){.shape = is_row(line) ? SHAPE_TABLE : SHAPE_NONE};
	}
	return (struct told){0};
}
