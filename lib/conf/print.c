#include "conf/conf.h"

static void print_duration(uint64_t seconds, FILE *out)
{
	if (seconds > 0 && seconds % 86400 == 0)
		fprintf(out, "%jud", (uintmax_t)seconds / 86400);
	else
		fprintf(out, "%jus", (uintmax_t)seconds);
}

static void print_value(const struct conf_field *f, const void *member, FILE *out)
{
	const struct conf_address *address = member;
	switch (f->kind) {
	case CONF_TEXT:
	case CONF_PATH:
		fputs(member, out);
		break;
	case CONF_NUMBER:
		fprintf(out, "%ju", (uintmax_t) * (const uint64_t *)member);
		break;
	case CONF_DURATION:
		print_duration(*(const uint64_t *)member, out);
		break;
	case CONF_ADDRESS:
		fprintf(out, strchr(address->host, ':') != NULL ? "[%s]:%u" : "%s:%u", address->host, address->port);
		break;
	case CONF_FLAG:
		fputs(*(const bool *)member ? "yes" : "no", out);
		break;
	}
}

// Optional members that were neither given nor have a default have no line that could be read back.
static bool is_unset(const struct conf_field *f, const void *member)
{
	return !f->required && f->value == NULL && (f->kind == CONF_ADDRESS || f->kind <= CONF_PATH) && *(const char *)member == 0;
}

static bool is_zero_outside(const struct conf_field *f, const void *member)
{
	bool number = f->kind == CONF_NUMBER || f->kind == CONF_DURATION;
	return number && f->value == NULL && *(const uint64_t *)member < f->min;
}

void conf_print(const struct conf_field *table, const void *from, FILE *out)
{
	for (const struct conf_field *f = table; f->name != NULL; f++) {
		const void *member = (const char *)from + f->at;
		if (is_unset(f, member) || is_zero_outside(f, member))
			continue;
		fprintf(out, "%s ", f->name);
		print_value(f, member, out);
		fputc('\n', out);
	}
}

static void print_rule(const struct conf_field *f, FILE *out)
{
	static const char *const kinds[] = {
		[CONF_TEXT] = "text",         [CONF_PATH] = "path",         [CONF_NUMBER] = "number",
		[CONF_ADDRESS] = "host:port", [CONF_DURATION] = "duration", [CONF_FLAG] = "yes | no",
	};
	fprintf(out, ".It Cm %s Ar %s\n%s\n", f->name, kinds[f->kind], f->help);
	if (f->kind == CONF_NUMBER)
		fprintf(out, "From %ju to %ju.\n", (uintmax_t)f->min, (uintmax_t)f->max);
	if (f->kind == CONF_DURATION) {
		fputs("A number and s, m, h or d; from ", out);
		print_duration(f->min, out);
		fputs(" to ", out);
		print_duration(f->max, out);
		fputs(".\n", out);
	}
	if (f->required)
		fputs("Required.\n", out);
	else if (f->value != NULL)
		fprintf(out, "Default: %s.\n", f->value);
}

void conf_manual(const struct conf_field *table, FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (const struct conf_field *f = table; f->name != NULL; f++)
		print_rule(f, out);
	fputs(".El\n", out);
}
