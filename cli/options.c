// Options of verbs: taken out of the arguments wherever they stand.
#include "cli.h"

static const struct cli_option *find(const struct cli_option *table, const char *name, size_t n)
{
	for (const struct cli_option *o = table; o->to != NULL; o++)
		if (o->name != NULL && strlen(o->name) == n && memcmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_option *table, char letter)
{
	for (const struct cli_option *o = table; o->to != NULL; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static bool give(struct cli *c, const struct cli_option *o, const char *shown, const char *value)
{
	struct cli_list *list = o->to;
	switch (o->kind) {
	case CLI_FLAG:
		*(bool *)o->to = true;
		return true;
	case CLI_TEXT:
		*(const char **)o->to = value;
		return true;
	case CLI_NUMBER:
		if (num_parse(slice_text(value), 0, INT64_MAX, o->to))
			return true;
		cli_usage(c, "%s: \"%s\" is not a number from 0 to %lld", shown, value, (long long)INT64_MAX);
		return false;
	case CLI_LIST:
		if (list->n < CLI_LIST_MAX) {
			list->word[list->n++] = value;
			return true;
		}
		cli_usage(c, "%s: more than %d words", shown, CLI_LIST_MAX);
		return false;
	}
	return false;
}

// The option at argv[*at], with the words that belong to it; *at is left on the last of them.
static bool take(struct cli *c, const struct cli_option *table, int *at)
{
	const char *shown = c->argv[*at], *value = NULL;
	const struct cli_option *o;
	if (shown[1] == '-') {
		size_t n = strcspn(shown + 2, "=");
		o = find(table, shown + 2, n);
		if (shown[2 + n] == '=')
			value = shown + 3 + n;
	} else {
		o = find_letter(table, shown[1]);
		if (shown[2] != 0)
			value = shown + 2;
	}
	if (o == NULL) {
		cli_usage(c, "no option %s", shown);
		return false;
	}
	if (o->kind == CLI_FLAG) {
		if (value == NULL)
			return give(c, o, shown, NULL);
		cli_usage(c, "%s takes no value", shown);
		return false;
	}
	unsigned words = o->kind == CLI_LIST && o->words > 1 ? o->words : 1;
	for (unsigned i = 0; i < words; i++) {
		if (value == NULL && *at + 1 >= c->argc) {
			cli_usage(c, "%s wants %u more word%s", shown, words - i, words - i > 1 ? "s" : "");
			return false;
		}
		if (!give(c, o, shown, value != NULL ? value : c->argv[++*at]))
			return false;
		value = NULL;
	}
	return true;
}

bool cli_options(struct cli *c, const struct cli_option *table)
{
	const char *home = NULL;
	const struct cli_option general[] = {{0, "json", CLI_FLAG, &c->json, 0}, {0, "home", CLI_TEXT, &home, 0}, {0}};
	int kept = 0;
	bool over = false;
	for (int i = 0; i < c->argc; i++) {
		const char *word = c->argv[i];
		if (over || word[0] != '-' || word[1] == 0) {
			c->argv[kept++] = c->argv[i];
		} else if (strcmp(word, "--") == 0) {
			over = true;
		} else {
			bool shared = word[1] == '-' && find(general, word + 2, strcspn(word + 2, "=")) != NULL;
			if (!take(c, shared ? general : table, &i))
				return false;
		}
	}
	c->argc = kept;
	if (home != NULL && (size_t)snprintf(c->home, sizeof c->home, "%s", home) >= sizeof c->home) {
		cli_usage(c, "--home: a path of %zu bytes", strlen(home));
		return false;
	}
	return true;
}
