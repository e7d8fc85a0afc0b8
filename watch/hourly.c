#include "hourly.h"

#include <stdlib.h>

#include "crypto/hash.h"
#include "json/json.h"
#include "when.h"

#define SLOTS (1u << 19) // over twice HOURLY_MAX: a free one is never far

void hourly_init(struct hourly *h)
{
	*h = (struct hourly){0};
}

void hourly_free(struct hourly *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->row[i].value);
	free(h->row);
	free(h->slot);
	free(h->told);
	*h = (struct hourly){0};
}

// True when this event was met before. The first told_room * 3/4 ids are remembered, then the table grows.
static bool told_before(struct hourly *h, struct slice id)
{
	uint64_t key = hash_keyed(0, id) | 1;
	if (h->told_n * 4 >= h->told_room * 3) {
		size_t room = h->told_room > 0 ? h->told_room * 2 : 4096;
		uint64_t *more = calloc(room, sizeof *more);
		if (more == NULL)
			return false; // counted twice rather than not at all
		for (size_t i = 0; i < h->told_room; i++) {
			size_t at = (size_t)(h->told[i] >> 8) & (room - 1);
			while (h->told[i] != 0 && more[at] != 0)
				at = (at + 1) & (room - 1);
			if (h->told[i] != 0)
				more[at] = h->told[i];
		}
		free(h->told);
		h->told = more;
		h->told_room = room;
	}
	for (size_t at = (size_t)(key >> 8) & (h->told_room - 1);; at = (at + 1) & (h->told_room - 1)) {
		if (h->told[at] == key)
			return true;
		if (h->told[at] == 0) {
			h->told[at] = key;
			h->told_n++;
			return false;
		}
	}
}

static enum err row_of(struct hourly *h, uint64_t hour, const struct observable *o, struct hourly_row **row, struct why *why)
{
	uint64_t key = hash_keyed(hour ^ o->type, observable_value(o)); // rows are compared
	if (h->slot == NULL && (h->slot = calloc(SLOTS, sizeof *h->slot)) == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	size_t at = (size_t)key % SLOTS;
	for (; h->slot[at] != 0; at = (at + 1) % SLOTS) {
		struct hourly_row *r = &h->row[h->slot[at] - 1];
		if (r->hour == hour && r->type == o->type && strcmp(r->value, o->value) == 0) {
			*row = r;
			return ERR_OK;
		}
	}
	if (h->n == HOURLY_MAX)
		return why_set(why, ERR_LIMIT, "more than %u pairs of indicator and hour", HOURLY_MAX);
	if (h->n == h->room) {
		size_t room = h->room > 0 ? h->room * 2 : 256;
		struct hourly_row *more = realloc(h->row, room * sizeof *more);
		if (more == NULL)
			return why_set(why, ERR_SYSTEM, "no memory");
		h->row = more;
		h->room = room;
	}
	char *value = strdup(o->value);
	if (value == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	h->row[h->n] = (struct hourly_row){.hour = hour, .type = o->type, .value = value};
	*row = &h->row[h->n++];
	h->slot[at] = (uint32_t)h->n;
	return ERR_OK;
}

static enum err read_sighting(struct hourly *h, const struct json *root, struct why *why)
{
	struct json tocsin, threat, what, event;
	struct slice time, type, name, id = {0};
	struct observable o;
	struct hourly_row *row = NULL;
	enum observable_type t;
	uint64_t ms, repeats = 0;
	enum err e = json_get_text(root, "@timestamp", &time, why);
	if (e == ERR_OK)
		e = json_get_object(root, "tocsin", &tocsin, why);
	if (e == ERR_OK)
		e = json_get_text(&tocsin, "type", &type, why);
	if (e == ERR_OK)
		e = json_get_object(root, "threat", &threat, why);
	if (e == ERR_OK)
		e = json_get_object(&threat, "indicator", &what, why);
	if (e == ERR_OK)
		e = json_get_text(&what, "name", &name, why);
	if (e == ERR_OK)
		e = json_get_object(root, "event", &event, why);
	if (e == ERR_OK)
		e = json_opt_text(&event, "id", &id, why);
	if (e == ERR_OK)
		e = json_opt_number(&tocsin, "repeats", 1, UINT64_MAX / 2, &repeats, why);
	if (e != ERR_OK)
		return e;
	if (!when_iso(time, &ms) || !observable_type_named(type, &t))
		return why_set(why, ERR_INPUT, "no time, or a type that is none");
	// "any://" is how a set writes a URL without scheme; a report needs one.
	bool any = t == OBSERVABLE_URL && name.n > 6 && memcmp(name.p, "any://", 6) == 0;
	char http[OBSERVABLE_MAX + 8];
	if (any && name.n < sizeof http - 2) {
		memcpy(http, "http://", 7);
		memcpy(http + 7, name.p + 6, name.n - 6);
		name = slice_of(http, name.n + 1);
	}
	e = observable_canonical(t, name, &o, why);
	if (e != ERR_OK)
		return e;
	bool before = id.n > 0 && told_before(h, id);
	if (before && repeats == 0)
		return ERR_OK;
	e = row_of(h, ms / 3600000 * 3600, &o, &row, why);
	if (e == ERR_OK) {
		uint64_t more = repeats + (before ? 0 : 1); // told again with its repeats: the first one is counted already
		row->count += more;
		h->sightings += more;
	}
	return e;
}

enum err hourly_add(struct hourly *h, struct slice line, struct why *why)
{
	struct json root;
	enum err e = json_parse(line, &root, why);
	if (e == ERR_OK) {
		e = read_sighting(h, &root, why);
		json_free(&root);
	}
	h->refused += e == ERR_INPUT || e == ERR_LIMIT;
	return e;
}

static int by_hour(const void *a, const void *b)
{
	const struct hourly_row *x = a, *y = b;
	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	return x->type != y->type ? (x->type < y->type ? -1 : 1) : strcmp(x->value, y->value);
}

void hourly_sort(struct hourly *h)
{
	if (h->n > 0)
		qsort(h->row, h->n, sizeof *h->row, by_hour);
}

void hourly_csv(const struct hourly *h, size_t from, size_t to, struct buf *out)
{
	buf_put_text(out, "type,value,sightings\r\n");
	for (size_t i = from; i < to; i++) {
		const struct hourly_row *r = &h->row[i];
		buf_printf(out, "%s,\"", observable_type_name(r->type));
		for (const char *p = r->value; *p != 0; p++)
			buf_printf(out, *p == '"' ? "\"\"" : "%c", *p);
		buf_printf(out, "\",%llu\r\n", (unsigned long long)r->count);
	}
}
