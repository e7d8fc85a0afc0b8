#include "report/text.h"

#include "record/record.h"

enum err text_check(const char *what, struct slice text, bool lines, struct why *why)
{
	size_t bad = 0;
	if (!slice_is_utf8(text, &bad))
		return why_set(why, ERR_INPUT, "%s: byte %zu is not UTF-8", what, bad + 1);
	for (size_t i = 0; i < text.n; i++)
		if (slice_control(text, i) != 0 && !(lines && (text.p[i] == '\n' || text.p[i] == '\t')))
			return why_set(why, ERR_INPUT, "%s: byte %zu is a control character (0x%02x)%s", what, i + 1, text.p[i],
			               lines ? "; only newline and tab may stand there" : "");
	return ERR_OK;
}

enum err text_check_name(struct slice name, struct why *why)
{
	if (name.n == 0 || name.n > ATTACHMENT_NAME_MAX)
		return why_set(why, ERR_INPUT, "attachment: a name of %zu bytes, must be 1 to %d", name.n, ATTACHMENT_NAME_MAX);
	if (slice_find(name, '/', 0) < name.n || slice_find(name, '\\', 0) < name.n || slice_is_text(name, ".") ||
	    slice_is_text(name, ".."))
		return why_set(why, ERR_INPUT, "attachment: \"%.*s\" is a path, not a name", SLICE_ARGS(slice_part(name, 0, TEXT_SHOWN)));
	return text_check("attachment's name", name, false, why);
}
