#include "observable/form.h"

// What people write in place of a character so that nothing becomes a link. Case is ignored.
static const struct {
	const char *written;
	const char *meant; // shorter than written: the text only shrinks
} defangs[] = {
	{"[.]", "."},   {"(.)", "."},   {"{.}", "."},   {"[dot]", "."}, {"(dot)", "."}, {"{dot}", "."}, {"\\.", "."},
	{"[:]", ":"},   {"(:)", ":"},   {"{:}", ":"},   {"[://]", "://"}, {"(://)", "://"}, {"[:/]", ":/"}, {"[@]", "@"},
	{"(@)", "@"},   {"{@}", "@"},   {"[at]", "@"},  {"(at)", "@"},  {"{at}", "@"},
};

static size_t hit_at(struct slice rest)
{
	size_t count = sizeof defangs / sizeof *defangs;
	if (rest.p[0] != '[' && rest.p[0] != '(' && rest.p[0] != '{' && rest.p[0] != '\\')
		return count;
	for (size_t i = 0; i < count; i++)
		if (slice_starts_letters(rest, defangs[i].written))
			return i;
	return count;
}

// One pass that leaves nothing to undo: what a rule gave is read again together with the one character before it, since every
// rule that could contain it ("[[.]]") has it right after its first character.
static size_t undo(char *text, size_t n)
{
	size_t to = 0;
	for (size_t i = 0; i < n;) {
		size_t hit = hit_at(slice_of(text + i, n - i));
		if (hit == sizeof defangs / sizeof *defangs) {
			text[to++] = text[i++];
			continue;
		}
		size_t length = strlen(defangs[hit].meant);
		i += strlen(defangs[hit].written) - length;
		memcpy(text + i, defangs[hit].meant, length);
		if (to > 0)
			text[--i] = text[--to];
	}
	return to;
}

// hxxp, hXXps, htxp…, h**p(s) and fxp(s) before a colon, at the start only.
static void scheme(char *text, size_t n)
{
	struct slice in = slice_of(text, n);
	if (n > 5 && slice_lower(in.p[0]) == 'h' && slice_lower(in.p[3]) == 'p') {
		size_t colon = slice_lower(in.p[4]) == 's' ? 5 : 4;
		bool hidden = true;
		for (size_t i = 1; i <= 2; i++)
			hidden &= in.p[i] == '*' || slice_lower(in.p[i]) == 'x' || slice_lower(in.p[i]) == 't';
		if (hidden && text[colon] == ':')
			memcpy(text + 1, "tt", 2);
	}
	if (slice_starts_letters(in, "fxp:") || slice_starts_letters(in, "fxps:"))
		text[1] = 't';
}

size_t observable_refang(char *text, size_t n)
{
	n = undo(text, n);
	scheme(text, n);
	return n;
}
