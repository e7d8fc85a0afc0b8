#include "observable/extract.h"

#include "observable/form.h"
#include "observable/reading.h"

#include <stdio.h>

void extract_init(struct extract *x)
{
	*x = (struct extract){0};
	observable_list_init(&x->list);
}

void extract_free(struct extract *x)
{
	observable_list_free(&x->list);
}

enum err put_note(struct extract *x, struct slice place, struct slice value, const char *rule, struct why *why)
{
	return observable_list_refuse(&x->list, true, place, value, rule, why);
}

enum err put_refusal(struct extract *x, struct slice place, struct slice value, const char *rule, struct why *why)
{
	return observable_list_refuse(&x->list, false, place, value, rule, why);
}

static size_t hex_digits(struct slice in)
{
	size_t n = 0;
	while (n < in.n && form_is_hex(in.p[n]))
		n++;
	return n == in.n ? n : 0;
}

// The address type that this writing can only be.
static enum observable_type address_type(struct slice in)
{
	if (slice_find(in, '/', 0) < in.n)
		return OBSERVABLE_CIDR;
	size_t colon = slice_find(in, ':', 0);
	return slice_find(in, ':', colon + 1) < in.n ? OBSERVABLE_IPV6 : OBSERVABLE_IPV4;
}

static bool is_address(struct slice in)
{
	size_t digits = 0;
	while (digits < in.n && (form_is_digit(in.p[digits]) || in.p[digits] == '.' || in.p[digits] == '/'))
		digits++;
	return digits == in.n || address_type(in) == OBSERVABLE_IPV6;
}

static enum err take(unsigned kind, struct slice written, struct observable *o, struct why *why)
{
	char text[OBSERVABLE_WRITTEN_MAX];
	written = slice_trim(written);
	struct slice plain = written;
	if (written.n <= sizeof text && written.n > 0) {
		memcpy(text, written.p, written.n);
		plain = slice_of(text, observable_refang(text, written.n));
	}
	switch (kind) {
	case KIND_ANY:
		return observable_guess(written, o, why);
	case KIND_ADDRESS:
		return observable_canonical(address_type(plain), written, o, why);
	case KIND_HOST:
		return observable_canonical(is_address(plain) ? address_type(plain) : OBSERVABLE_DOMAIN, written, o, why);
	case KIND_HASH:
		switch (hex_digits(written)) {
		case 32:
			return observable_canonical(OBSERVABLE_MD5, written, o, why);
		case 40:
			return observable_canonical(OBSERVABLE_SHA1, written, o, why);
		case 64:
			return observable_canonical(OBSERVABLE_SHA256, written, o, why);
		case 128:
			return observable_canonical(OBSERVABLE_SHA512, written, o, why);
		}
		return why_set(why, ERR_INPUT, "is no hash of 32, 40, 64 or 128 hexadecimal digits");
	}
	return observable_canonical((enum observable_type)kind, written, o, why);
}

bool value_fits(unsigned kind, struct slice written)
{
	struct observable o;
	return take(kind, written, &o, NULL) == ERR_OK;
}

// "host/path", "host:port", "1.2.3.4|80" and a URL in a host's place: the host alone.
static bool take_host(unsigned kind, struct slice written, struct observable *o)
{
	char text[OBSERVABLE_WRITTEN_MAX];
	if (kind != OBSERVABLE_URL && kind != KIND_HOST && kind != KIND_ADDRESS && kind != OBSERVABLE_DOMAIN &&
	    kind != OBSERVABLE_IPV4)
		return false;
	written = slice_trim(written);
	if (written.n == 0 || written.n > sizeof text)
		return false;
	memcpy(text, written.p, written.n);
	struct slice plain = slice_of(text, observable_refang(text, written.n));
	if (memmem(plain.p, plain.n, "://", 3) != NULL)
		return kind != OBSERVABLE_URL && observable_canonical(OBSERVABLE_URL, plain, o, NULL) == ERR_OK;
	if (kind == KIND_ADDRESS && address_type(plain) != OBSERVABLE_IPV4)
		return false;
	size_t end = 0;
	while (end < plain.n && strchr("/:?#|", plain.p[end]) == NULL)
		end++;
	return (end < plain.n || kind == OBSERVABLE_URL || kind == OBSERVABLE_DOMAIN) &&
	       take(KIND_HOST, slice_part(plain, 0, end), o, NULL) == ERR_OK;
}

enum err put_value(struct extract *x, unsigned kind, bool background, struct slice written, struct slice place, struct why *why)
{
	struct observable o;
	struct why rule = {""};
	enum err e = take(kind, written, &o, &rule);
	if (e == ERR_SYSTEM) {
		if (why != NULL)
			*why = rule;
		return e;
	}
	if (e == ERR_OK)
		return observable_list_add(&x->list, &o, background, written, place, why);
	if (!take_host(kind, written, &o))
		return put_refusal(x, place, written, rule.text, why);
	char text[WHY_MAX];
	snprintf(text, sizeof text, "taken as %s: %s", observable_type_name(o.type), rule.text);
	e = put_note(x, place, written, text, why);
	return e == ERR_OK ? observable_list_add(&x->list, &o, background, written, place, why) : e;
}

void meta_title(struct extract_meta *meta, struct slice title)
{
	title = slice_trim(title);
	if (meta->title[0] != 0)
		return;
	size_t n = title.n < EXTRACT_TITLE_MAX ? title.n : EXTRACT_TITLE_MAX;
	while (n < title.n && n > 0 && (title.p[n] & 0xc0) == 0x80)
		n--;
	for (size_t i = 0; i < n; i++)
		meta->title[i] = title.p[i] < 0x20 || title.p[i] == 0x7f ? ' ' : (char)title.p[i];
	meta->title[n] = 0;
}

void meta_tlp(struct extract_meta *meta, enum extract_tlp tlp)
{
	if (tlp > meta->tlp)
		meta->tlp = tlp;
}

static const struct {
	const char *name;
	enum extract_tlp tlp;
} tlps[] = {
	{"clear", EXTRACT_TLP_CLEAR},   {"white", EXTRACT_TLP_CLEAR},
	{"green", EXTRACT_TLP_GREEN},   {"amber+strict", EXTRACT_TLP_AMBER_STRICT},
	{"amber", EXTRACT_TLP_AMBER},   {"red", EXTRACT_TLP_RED},
};

enum extract_tlp tlp_named(struct slice name)
{
	for (size_t i = 0; i < sizeof tlps / sizeof *tlps; i++)
		if (slice_same_letters(name, slice_text(tlps[i].name)))
			return tlps[i].tlp;
	return EXTRACT_TLP_NONE;
}

const char *extract_tlp_name(enum extract_tlp tlp)
{
	static const char *const names[] = {"", "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"};
	return (size_t)tlp < sizeof names / sizeof *names ? names[tlp] : "";
}

const char *extract_format_name(enum extract_format format)
{
	static const char *const names[] = {"text", "csv", "misp", "stix"};
	return (size_t)format < sizeof names / sizeof *names ? names[format] : "?";
}

enum err extract_any(struct slice in, enum extract_format format, struct extract *x, struct why *why)
{
	switch (format) {
	case EXTRACT_TEXT:
		return extract_text(in, x, why);
	case EXTRACT_CSV:
		return extract_csv(in, x, why);
	case EXTRACT_MISP:
		return extract_misp(in, x, why);
	case EXTRACT_STIX:
		return extract_stix(in, x, why);
	}
	return why_set(why, ERR_INPUT, "no such format");
}

// A first line with a separator and a known column name is CSV.
static bool looks_csv(struct slice in)
{
	struct slice line = slice_part(in, 0, slice_find(in, '\n', 0));
	unsigned kind;
	bool separated = false, known = false;
	for (size_t i = 0, from = 0; i <= line.n; i++)
		if (i == line.n || strchr(",;\t|", line.p[i]) != NULL) {
			struct slice cell = slice_trim(slice_part(line, from, i - from));
			if (cell.n >= 2 && cell.p[0] == '"' && cell.p[cell.n - 1] == '"')
				cell = slice_part(cell, 1, cell.n - 2);
			known |= kind_named(cell, &kind) || slice_is_text(cell, "value") || slice_is_text(cell, "indicator");
			separated |= i < line.n;
			from = i + 1;
		}
	return separated && known;
}

enum extract_format extract_guess(struct slice in)
{
	in = slice_trim(slice_unmarked(in));
	if (in.n > 0 && (in.p[0] == '{' || in.p[0] == '[')) {
		struct slice head = slice_part(in, 0, 4096);
		if (memmem(head.p, head.n, "\"spec_version\"", 14) != NULL || memmem(head.p, head.n, "\"bundle\"", 8) != NULL)
			return EXTRACT_STIX;
		if (memmem(head.p, head.n, "\"Event\"", 7) != NULL || memmem(head.p, head.n, "\"response\"", 10) != NULL ||
		    memmem(head.p, head.n, "\"Attribute\"", 11) != NULL || memmem(head.p, head.n, "\"info\"", 6) != NULL)
			return EXTRACT_MISP;
	}
	return looks_csv(in) ? EXTRACT_CSV : EXTRACT_TEXT;
}
