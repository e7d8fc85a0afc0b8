#include "metric/metric.h"

static bool is_name(const char *name)
{
	if (*name >= '0' && *name <= '9')
		return false;
	size_t n = 0;
	for (; name[n] != 0; n++)
		if (!((name[n] >= 'a' && name[n] <= 'z') || (name[n] >= '0' && name[n] <= '9') || name[n] == '_'))
			return false;
	return n > 0;
}

// Backslash and newline are escaped everywhere, a quote inside of quotes only.
static void put_escaped(struct buf *b, const char *text, bool quoted)
{
	for (; *text != 0; text++) {
		if (*text == '\n')
			buf_put_text(b, "\\n");
		else if (*text == '\\' || (quoted && *text == '"'))
			buf_printf(b, "\\%c", *text);
		else
			buf_put_u8(b, (uint8_t)*text);
	}
}

void metric_family(struct buf *b, enum metric_kind kind, const char *name, const char *help)
{
	INVARIANT(is_name(name));
	buf_printf(b, "# HELP %s ", name);
	put_escaped(b, help, false);
	buf_printf(b, "\n# TYPE %s %s\n", name, kind == METRIC_COUNTER ? "counter" : "gauge");
}

void metric_put(struct buf *b, const char *name, uint64_t value, const struct metric_label *labels)
{
	INVARIANT(is_name(name));
	buf_put_text(b, name);
	for (const struct metric_label *l = labels; l->name != NULL; l++) {
		INVARIANT(is_name(l->name));
		buf_printf(b, "%s%s=\"", l == labels ? "{" : ",", l->name);
		put_escaped(b, l->value, true);
		buf_put_u8(b, '"');
	}
	buf_printf(b, "%s %llu\n", labels->name != NULL ? "}" : "", (unsigned long long)value);
}

void metric_one(struct buf *b, enum metric_kind kind, const char *name, const char *help, uint64_t value)
{
	metric_family(b, kind, name, help);
	metric_sample(b, name, value);
}

void metric_causes(struct buf *b, const char *name, const char *label, const char *value, const uint64_t counts[static METRIC_CAUSES])
{
	for (unsigned i = 0; i < METRIC_CAUSES; i++)
		if (counts[i] > 0 || i == ERR_OK)
			metric_sample(b, name, counts[i], {label, value}, {"result", err_name((enum err)i)});
}
