#include "observable/form.h"

#include <idn2.h>
#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME_MAX_BYTES 253 // RFC 1035 section 2.3.4, without the root label
#define LABEL_MAX 63
#define LOCAL_MAX 64 // RFC 5321 section 4.5.3.1.1

static bool is_ascii(struct slice in)
{
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] >= 0x80)
			return false;
	return true;
}

// IDNA 2008 as UTS 46 non-transitional: U-labels become A-labels. Names that are ASCII already do not pass here: names in use
// break IDNA's hyphen rules (r4---sn-…), and an A-label is compared as it stands.
static enum err to_ascii(struct slice in, char text[static NAME_MAX_BYTES + 2], struct why *why)
{
	char copy[OBSERVABLE_WRITTEN_MAX + 1];
	uint8_t *ascii = NULL;
	snprintf(copy, sizeof copy, "%.*s", SLICE_ARGS(in));
	int rc = idn2_lookup_u8((const uint8_t *)copy, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (rc == IDN2_MALLOC)
		return why_set(why, ERR_SYSTEM, "no memory");
	if (rc != IDN2_OK)
		return why_set(why, ERR_INPUT, "is no international name (IDNA 2008): %s", idn2_strerror(rc));
	size_t n = strlen((const char *)ascii);
	if (n <= NAME_MAX_BYTES + 1)
		memcpy(text, ascii, n + 1);
	idn2_free(ascii);
	return n <= NAME_MAX_BYTES + 1 ? ERR_OK : why_set(why, ERR_INPUT, "%zu bytes, a name has at most %d", n, NAME_MAX_BYTES);
}

static enum err check_label(struct slice label, struct why *why)
{
	if (label.n == 0)
		return why_set(why, ERR_INPUT, "has an empty label");
	if (label.n > LABEL_MAX)
		return why_set(why, ERR_INPUT, "has a label of %zu bytes, the maximum is %d", label.n, LABEL_MAX);
	for (size_t i = 0; i < label.n; i++)
		if (!form_is_alnum(label.p[i]) && label.p[i] != '-' && label.p[i] != '_')
			return why_set(why, ERR_INPUT, "character '%c' cannot stand in a host name", label.p[i]);
	if (label.p[0] == '-' || label.p[label.n - 1] == '-')
		return why_set(why, ERR_INPUT, "has a label that begins or ends with a hyphen");
	return ERR_OK;
}

// A last label that starts with a digit would make the name an address to some readers (0x7f.1, 1.2.3).
static enum err check_name(struct slice in, struct why *why)
{
	size_t labels = 0;
	struct slice label = {0};
	if (in.n > NAME_MAX_BYTES)
		return why_set(why, ERR_INPUT, "%zu bytes, a name has at most %d", in.n, NAME_MAX_BYTES);
	for (size_t from = 0; from <= in.n; from += label.n + 1, labels++) {
		label = slice_part(in, from, slice_find(in, '.', from) - from);
		enum err e = check_label(label, why);
		if (e != ERR_OK)
			return e;
	}
	if (labels < 2)
		return why_set(why, ERR_INPUT, "has one label only");
	if (form_is_digit(label.p[0]))
		return why_set(why, ERR_INPUT, "ends in a label that starts with a digit: an address?");
	return ERR_OK;
}

enum err form_domain(struct slice in, struct observable *out, struct why *why)
{
	char ascii[NAME_MAX_BYTES + 2];
	if (!is_ascii(in)) {
		enum err e = to_ascii(in, ascii, why);
		if (e != ERR_OK)
			return e;
		in = slice_text(ascii);
	}
	if (in.n > 1 && in.p[in.n - 1] == '.')
		in.n--;
	enum err e = check_name(in, why);
	if (e != ERR_OK)
		return e;
	e = form_set(out, OBSERVABLE_DOMAIN, in, why);
	for (size_t i = 0; e == ERR_OK && i < out->n; i++)
		out->value[i] = (char)slice_lower((uint8_t)out->value[i]);
	return e;
}

// The local part is lower-cased too: RFC 5321 would let a server tell cases apart, none that people report does, and reports
// write the same address both ways.
enum err form_mail(struct slice in, struct observable *out, struct why *why)
{
	char text[OBSERVABLE_WRITTEN_MAX + 1];
	size_t at = in.n, n = 0;
	if (slice_starts_letters(in, "mailto:"))
		in = slice_part(in, 7, in.n);
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] == '@') {
			if (n++ > 0)
				return why_set(why, ERR_INPUT, "has more than one @");
			at = i;
		}
	if (n == 0)
		return why_set(why, ERR_INPUT, "has no @");
	if (at == 0 || at > LOCAL_MAX)
		return why_set(why, ERR_INPUT, "%zu bytes before the @, must be 1 to %d", at, LOCAL_MAX);
	for (size_t i = 0; i < at; i++) {
		uint8_t c = in.p[i];
		bool dot = c == '.' && i > 0 && i + 1 < at && in.p[i - 1] != '.';
		if (!form_is_alnum(c) && !dot && (c >= 0x80 || c == 0 || strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL))
			return why_set(why, ERR_INPUT, "character %zu cannot stand before the @ without quotes", i + 1);
		text[i] = (char)slice_lower(c);
	}
	struct observable domain;
	enum err e = form_domain(slice_part(in, at + 1, in.n), &domain, why);
	if (e != ERR_OK)
		return e;
	text[at] = '@';
	memcpy(text + at + 1, domain.value, domain.n);
	return form_set(out, OBSERVABLE_MAIL, slice_of(text, at + 1 + domain.n), why);
}

static struct slice last_label(struct slice name)
{
	size_t from = name.n;
	while (from > 0 && name.p[from - 1] != '.')
		from--;
	return slice_part(name, from, name.n);
}

bool name_has_known_end(struct slice name)
{
	char text[LABEL_MAX + 3];
	const psl_ctx_t *psl = psl_builtin();
	struct slice end = last_label(name);
	INVARIANT(psl != NULL);
	if (end.n == 0 || end.n > LABEL_MAX)
		return false;
	// The second question is for suffixes that only have a wildcard rule ("*.ck").
	snprintf(text, sizeof text, "x.%.*s", SLICE_ARGS(end));
	return psl_is_public_suffix2(psl, text + 2, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) ||
	       psl_is_public_suffix2(psl, text, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
}

bool name_may_be_file(struct slice name)
{
	static const char *const endings[] = {"md", "zip", "mov", "sh", "py", "rs", "pl", "so", "ps", "pm", "cab", "pub", "inc"};
	struct slice end = last_label(name);
	if (slice_find(name, '.', 0) + 1 + end.n != name.n)
		return false;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_is_text(end, endings[i]))
			return true;
	return false;
}

bool name_registered(const struct observable *domain, struct observable *out)
{
	const psl_ctx_t *psl = psl_builtin();
	INVARIANT(psl != NULL);
	const char *registered = psl_registrable_domain(psl, domain->value);
	if (registered == NULL || strcmp(registered, domain->value) == 0)
		return false;
	struct slice value = slice_text(registered);
	return form_set(out, OBSERVABLE_DOMAIN, value, NULL) == ERR_OK;
}
