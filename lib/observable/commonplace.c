#include "observable/commonplace.h"

#include "crypto/hash.h"
#include "observable/form.h"

#include <stdlib.h>

#define HEADER "tocsin-common-values 1 "
#define PREFIXES 129

enum kind { HOST = 1, DOMAIN, VALUE, NETWORK4, NETWORK6 };

// A rule as it is searched: the kind, for VALUE the type, for a network the prefix, and the bytes.
struct rule {
	uint8_t kind, detail;
	uint8_t ip[16]; // of a network
	struct slice value;
	struct slice line;
	size_t number;
};

struct commonplace {
	uint8_t *text;
	struct rule *rules; // sorted
	size_t count, room;
	struct slice version;
	uint8_t hash[32];
	bool prefixes[2][PREFIXES]; // which prefix lengths occur: only these are looked up
};

static int order(const void *left, const void *right)
{
	const struct rule *a = left, *b = right;
	int difference = a->kind != b->kind ? a->kind - b->kind : a->detail - b->detail;
	if (difference == 0)
		difference = memcmp(a->ip, b->ip, sizeof a->ip);
	return difference != 0 ? difference : slice_compare(a->value, b->value);
}

static enum err add(struct commonplace *list, struct rule rule, struct why *why)
{
	if (list->count == COMMONPLACE_RULES_MAX)
		return why_set(why, ERR_LIMIT, "more than %u rules", COMMONPLACE_RULES_MAX);
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 256 : 2 * list->room;
		struct rule *rules = reallocarray(list->rules, room, sizeof *rules);
		if (rules == NULL)
			return why_set(why, ERR_SYSTEM, "no memory for %zu rules", room);
		list->rules = rules;
		list->room = room;
	}
	list->rules[list->count++] = rule;
	return ERR_OK;
}

// The value must be what observable_canonical gives for it, so that a rule cannot silently cover nothing.
static enum err canonical(enum observable_type type, struct slice value, struct observable *o, struct why *why)
{
	enum err e = observable_canonical(type, value, o, why);
	if (e == ERR_OK && !slice_equal(observable_value(o), value))
		return why_set(why, ERR_INPUT, "\"%.*s\" must be written %s", SLICE_ARGS(slice_part(value, 0, 80)), o->value);
	return e;
}

static enum err network(struct commonplace *list, struct rule rule, struct why *why)
{
	struct observable o;
	unsigned bytes, prefix;
	enum err e = observable_canonical(OBSERVABLE_CIDR, rule.value, &o, why);
	if (e != ERR_OK)
		return e;
	address_bytes(&o, rule.ip, &bytes, &prefix);
	// A network of one address is canonically that address; in a rule it may keep its /32 or /128.
	if (o.type == OBSERVABLE_CIDR && !slice_equal(observable_value(&o), rule.value))
		return why_set(why, ERR_INPUT, "\"%.*s\" must be written %s", SLICE_ARGS(slice_part(rule.value, 0, 80)), o.value);
	rule.kind = bytes == 4 ? NETWORK4 : NETWORK6;
	rule.detail = (uint8_t)prefix;
	rule.value = (struct slice){0};
	list->prefixes[bytes == 16][prefix] = true;
	return add(list, rule, why);
}

static enum err parse_rule(struct commonplace *list, struct slice line, size_t number, struct why *why)
{
	size_t space = slice_find(line, ' ', 0);
	struct slice kind = slice_part(line, 0, space);
	struct rule rule = {.value = slice_trim(slice_part(line, space, line.n)), .line = line, .number = number};
	struct observable o;
	enum observable_type type = OBSERVABLE_DOMAIN;
	if (slice_is_text(kind, "cidr"))
		return network(list, rule, why);
	rule.kind = slice_is_text(kind, "host") ? HOST : slice_is_text(kind, "domain") ? DOMAIN : VALUE;
	if (rule.kind == VALUE) {
		if (!slice_is_text(kind, "value"))
			return why_set(why, ERR_INPUT, "\"%.*s\" is no kind of rule (cidr, domain, host, value)",
			               SLICE_ARGS(slice_part(kind, 0, 40)));
		space = slice_find(rule.value, ' ', 0);
		struct slice name = slice_part(rule.value, 0, space);
		if (!observable_type_named(name, &type))
			return why_set(why, ERR_INPUT, "\"%.*s\" is no type", SLICE_ARGS(slice_part(name, 0, 40)));
		rule.value = slice_trim(slice_part(rule.value, space, rule.value.n));
		rule.detail = (uint8_t)type;
	}
	enum err e = canonical(type, rule.value, &o, why);
	if (e == ERR_OK && o.type != type)
		return why_set(why, ERR_INPUT, "\"%.*s\" is of type %s", SLICE_ARGS(slice_part(rule.value, 0, 80)),
		               observable_type_name(o.type));
	return e == ERR_OK ? add(list, rule, why) : e;
}

static enum err parse_header(struct commonplace *list, struct slice line, struct why *why)
{
	size_t n = sizeof HEADER - 1;
	if (line.n <= n || memcmp(line.p, HEADER, n) != 0)
		return why_set(why, ERR_INPUT, "must be \"" HEADER "VERSION\"");
	list->version = slice_part(line, n, line.n);
	if (list->version.n > COMMONPLACE_VERSION_MAX)
		return why_set(why, ERR_LIMIT, "a version of %zu bytes, the maximum is %d", list->version.n, COMMONPLACE_VERSION_MAX);
	for (size_t i = 0; i < list->version.n; i++)
		if (list->version.p[i] <= 0x20 || list->version.p[i] >= 0x7f)
			return why_set(why, ERR_INPUT, "the version has character 0x%02x", list->version.p[i]);
	return ERR_OK;
}

static enum err parse(struct commonplace *list, struct slice text, struct why *why)
{
	enum err e = ERR_OK;
	size_t number = 0;
	while (text.n > 0 && e == ERR_OK) {
		size_t end = slice_find(text, '\n', 0);
		struct slice line = slice_part(text, 0, end);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		text = slice_part(text, end + 1, text.n);
		if (++number == 1)
			e = parse_header(list, line, why);
		else if (slice_trim(line).n > 0 && line.p[0] != '#')
			e = parse_rule(list, slice_trim(line), number, why);
		if (e != ERR_OK)
			return why_at(why, e, "line %zu", number);
	}
	if (number == 0)
		return why_set(why, ERR_INPUT, "line 1: the header is missing");
	if (list->count > 0)
		qsort(list->rules, list->count, sizeof *list->rules, order);
	for (size_t i = 1; i < list->count; i++)
		if (order(&list->rules[i - 1], &list->rules[i]) == 0)
			return why_set(why, ERR_INPUT, "line %zu: \"%.*s\" stands on line %zu already",
			               list->rules[i].number > list->rules[i - 1].number ? list->rules[i].number : list->rules[i - 1].number,
			               SLICE_ARGS(slice_part(list->rules[i].line, 0, 80)),
			               list->rules[i].number > list->rules[i - 1].number ? list->rules[i - 1].number : list->rules[i].number);
	return ERR_OK;
}

enum err commonplace_load(struct slice text, struct commonplace **out, struct why *why)
{
	if (text.n > COMMONPLACE_BYTES_MAX)
		return why_set(why, ERR_LIMIT, "%zu bytes, the maximum is %u", text.n, COMMONPLACE_BYTES_MAX);
	struct commonplace *list = calloc(1, sizeof *list);
	if (list == NULL || (list->text = malloc(text.n + 1)) == NULL) {
		free(list);
		return why_set(why, ERR_SYSTEM, "no memory");
	}
	if (text.n > 0)
		memcpy(list->text, text.p, text.n);
	sha256(text, list->hash);
	enum err e = parse(list, slice_of(list->text, text.n), why);
	if (e == ERR_OK)
		*out = list;
	else
		commonplace_free(list);
	return e;
}

void commonplace_free(struct commonplace *list)
{
	if (list == NULL)
		return;
	free(list->rules);
	free(list->text);
	free(list);
}

struct slice commonplace_version(const struct commonplace *list)
{
	return list->version;
}

const uint8_t *commonplace_hash(const struct commonplace *list)
{
	return list->hash;
}

size_t commonplace_count(const struct commonplace *list)
{
	return list->count;
}

static bool find(const struct commonplace *list, struct rule key, struct slice *line)
{
	const struct rule *hit = list->count > 0 ? bsearch(&key, list->rules, list->count, sizeof key, order) : NULL;
	if (hit != NULL && line != NULL)
		*line = hit->line;
	return hit != NULL;
}

static bool in_network(const struct commonplace *list, const struct observable *o, struct slice *line)
{
	uint8_t ip[16];
	unsigned bytes, prefix;
	address_bytes(o, ip, &bytes, &prefix);
	for (unsigned length = prefix; length > 0; length--) {
		// The address loses its last bit at each step: bit number `length` and beyond are cleared.
		if (length < bytes * 8)
			ip[length / 8] &= (uint8_t)(0xff00u >> length % 8);
		if (!list->prefixes[bytes == 16][length])
			continue;
		struct rule key = {.kind = bytes == 4 ? NETWORK4 : NETWORK6, .detail = (uint8_t)length};
		memcpy(key.ip, ip, sizeof key.ip);
		if (find(list, key, line))
			return true;
	}
	return false;
}

static bool is_name(const struct commonplace *list, struct slice name, struct slice *line)
{
	if (find(list, (struct rule){.kind = HOST, .value = name}, line))
		return true;
	while (name.n > 0) {
		if (find(list, (struct rule){.kind = DOMAIN, .value = name}, line))
			return true;
		name = slice_part(name, slice_find(name, '.', 0) + 1, name.n);
	}
	return false;
}

bool commonplace_has(const struct commonplace *list, const struct observable *o, struct slice *rule)
{
	struct slice value = observable_value(o);
	if (find(list, (struct rule){.kind = VALUE, .detail = (uint8_t)o->type, .value = value}, rule))
		return true;
	if (o->type == OBSERVABLE_IPV4 || o->type == OBSERVABLE_IPV6 || o->type == OBSERVABLE_CIDR)
		return in_network(list, o, rule);
	return o->type == OBSERVABLE_DOMAIN && is_name(list, value, rule);
}
