#include "observable/list.h"

#include <stdlib.h>

#define CHUNK (64u << 10) // bytes of text allocated at a time
#define FIRST_SLOTS 64u   // power of two
#define VALUE_SHOWN 300   // bytes of a refused value that are kept

struct observable_text {
	struct observable_text *next;
	size_t used, room;
	uint8_t bytes[];
};

void observable_list_init(struct observable_list *list)
{
	*list = (struct observable_list){0};
}

void observable_list_free(struct observable_list *list)
{
	for (struct observable_text *t = list->text, *next; t != NULL; t = next) {
		next = t->next;
		free(t);
	}
	free(list->entries);
	free(list->refusals);
	free(list->slot);
	observable_list_init(list);
}

struct slice observable_list_keep(struct observable_list *list, struct slice text)
{
	struct observable_text *t = list->text;
	if (text.n == 0)
		return SLICE_LITERAL("");
	if (t == NULL || t->room - t->used < text.n) {
		size_t room = text.n > CHUNK ? text.n : CHUNK;
		if (room > OBSERVABLE_LIST_BYTES - list->text_bytes || (t = malloc(sizeof *t + room)) == NULL)
			return (struct slice){0};
		*t = (struct observable_text){.next = list->text, .room = room};
		list->text = t;
		list->text_bytes += room;
	}
	uint8_t *copy = t->bytes + t->used;
	memcpy(copy, text.p, text.n);
	t->used += text.n;
	return slice_of(copy, text.n);
}

static size_t hash(enum observable_type type, struct slice value)
{
	uint64_t h = 14695981039346656037u ^ (uint64_t)type; // FNV-1a; the list is short enough that collisions cost little
	for (size_t i = 0; i < value.n; i++)
		h = (h ^ value.p[i]) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

// The slot of this value, or the free slot where it would go. Slots hold index + 1.
static uint32_t *slot_of(const struct observable_list *list, enum observable_type type, struct slice value)
{
	for (size_t i = hash(type, value);; i++) {
		uint32_t *slot = &list->slot[i & (list->slots - 1)];
		if (*slot == 0)
			return slot;
		const struct observable_entry *e = &list->entries[*slot - 1];
		if (e->type == type && slice_equal(e->value, value))
			return slot;
	}
}

// An array with room for one more.
static bool more(void **array, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return true;
	size_t bigger = *room == 0 ? FIRST_SLOTS : 2 * *room;
	void *p = reallocarray(*array, bigger, size);
	if (p == NULL)
		return false;
	*array = p;
	*room = bigger;
	return true;
}

static bool more_slots(struct observable_list *list)
{
	if (2 * (list->count + 1) <= list->slots)
		return true;
	size_t slots = list->slots == 0 ? 2 * FIRST_SLOTS : 2 * list->slots;
	uint32_t *slot = calloc(slots, sizeof *slot);
	if (slot == NULL)
		return false;
	free(list->slot);
	list->slot = slot;
	list->slots = slots;
	for (size_t i = 0; i < list->count; i++)
		*slot_of(list, list->entries[i].type, list->entries[i].value) = (uint32_t)i + 1;
	return true;
}

static enum err add(struct observable_list *list, const struct observable *o, struct observable_entry entry, struct why *why)
{
	struct slice value = observable_value(o);
	uint32_t *slot = list->slots > 0 ? slot_of(list, o->type, value) : NULL;
	if (slot != NULL && *slot != 0) {
		struct observable_entry *known = &list->entries[*slot - 1];
		if (entry.derived)
			return ERR_OK;
		known->background = entry.background && (known->background || known->derived);
		known->derived = false;
		known->times++;
		return ERR_OK;
	}
	if (list->count == OBSERVABLES_MAX)
		return why_set(why, ERR_LIMIT, "more than %u observables: split the report", OBSERVABLES_MAX);
	if (!more((void **)&list->entries, &list->entries_room, list->count, sizeof *list->entries) || !more_slots(list))
		return why_set(why, ERR_SYSTEM, "no memory for %zu observables", list->count);
	entry.type = o->type;
	entry.value = observable_list_keep(list, value);
	entry.written = observable_list_keep(list, entry.written);
	entry.place = observable_list_keep(list, entry.place);
	if (entry.value.p == NULL || entry.written.p == NULL || entry.place.p == NULL)
		return why_set(why, ERR_LIMIT, "more than %u bytes of observables", OBSERVABLE_LIST_BYTES);
	*slot_of(list, entry.type, entry.value) = (uint32_t)list->count + 1;
	list->entries[list->count++] = entry;
	return ERR_OK;
}

enum err observable_list_add(struct observable_list *list, const struct observable *o, bool background, struct slice written,
                             struct slice place, struct why *why)
{
	struct observable_entry entry = {.background = background, .times = 1, .written = written, .place = place};
	return add(list, o, entry, why);
}

static enum err derive_one(struct observable_list *list, size_t i, struct why *why)
{
	struct observable o, derived[OBSERVABLE_DERIVED_MAX];
	struct observable_entry from = list->entries[i];
	o.type = from.type;
	o.n = from.value.n;
	memcpy(o.value, from.value.p, o.n);
	o.value[o.n] = 0;
	size_t count = observable_derive(&o, derived);
	for (size_t d = 0; d < count; d++) {
		struct observable_entry entry = {
			.derived = true, .background = from.background, .written = from.value, .place = from.place};
		enum err e = add(list, &derived[d], entry, why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err observable_list_derive(struct observable_list *list, struct why *why)
{
	for (size_t i = 0, direct = list->count; i < direct; i++) {
		enum err e = list->entries[i].derived ? ERR_OK : derive_one(list, i, why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err observable_list_refuse(struct observable_list *list, bool note, struct slice place, struct slice value,
                                const char *rule, struct why *why)
{
	if (list->refused == OBSERVABLE_REFUSALS_MAX) {
		list->refused_more++;
		return ERR_OK;
	}
	if (!more((void **)&list->refusals, &list->refusals_room, list->refused, sizeof *list->refusals))
		return why_set(why, ERR_SYSTEM, "no memory for %zu refusals", list->refused);
	size_t shown = value.n < VALUE_SHOWN ? value.n : VALUE_SHOWN;
	while (shown < value.n && shown > 0 && (value.p[shown] & 0xc0) == 0x80)
		shown--; // not inside a character
	struct observable_refusal r = {.note = note,
	                               .place = observable_list_keep(list, place),
	                               .value = observable_list_keep(list, slice_part(value, 0, shown)),
	                               .rule = observable_list_keep(list, slice_text(rule))};
	if (r.place.p == NULL || r.value.p == NULL || r.rule.p == NULL)
		return why_set(why, ERR_LIMIT, "more than %u bytes of refusals", OBSERVABLE_LIST_BYTES);
	list->refusals[list->refused++] = r;
	return ERR_OK;
}

const struct observable_entry *observable_list_find(const struct observable_list *list, enum observable_type type,
                                                    struct slice value)
{
	uint32_t slot = list->slots > 0 ? *slot_of(list, type, value) : 0;
	return slot != 0 ? &list->entries[slot - 1] : NULL;
}
