// A sink that writes down what it hears, one line each, so that a table says what is expected:
//   machine name|os_id|os_version|ecosystem        item kind|ecosystem|name|version|source|source_version|arch[ by caretaker]
//   refused line|text|rule                         note line|text|rule            restart process|unit|file
#ifndef TOCSIN_TEST_RECORDER_H
#define TOCSIN_TEST_RECORDER_H

#include "inventory/inventory.h"
#include "test.h"

struct recorder {
	struct buf text;
	unsigned machines, items, refusals, notes, restarts;
	struct machine machine;  // its slices are gone; numbers and enumerations stay
	unsigned stop_after;     // items after which the sink says ERR_AWAY; 0: never
	bool brief;              // items are counted only
};

static inline enum err recorder_machine(void *context, const struct machine *m, struct why *why)
{
	struct recorder *r = context;
	(void)why;
	r->machines++;
	r->machine = *m;
	buf_printf(&r->text, "machine %.*s|%.*s|%.*s|%.*s\n", SLICE_ARGS(m->name), SLICE_ARGS(m->os_id), SLICE_ARGS(m->os_version),
	           SLICE_ARGS(m->ecosystem));
	return ERR_OK;
}

static inline enum err recorder_item(void *context, const struct item *i, struct why *why)
{
	struct recorder *r = context;
	if (++r->items == r->stop_after)
		return why_set(why, ERR_AWAY, "enough");
	if (!r->brief)
		buf_printf(&r->text, "item %s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s%s%.*s\n", item_kind_name(i->kind), SLICE_ARGS(i->ecosystem),
		           SLICE_ARGS(i->name), SLICE_ARGS(i->version), SLICE_ARGS(i->source), SLICE_ARGS(i->source_version), SLICE_ARGS(i->arch),
		           i->caretaker.n > 0 ? " by " : "", SLICE_ARGS(i->caretaker));
	return ERR_OK;
}

static inline enum err recorder_restart(void *context, const struct restart *r, struct why *why)
{
	struct recorder *to = context;
	(void)why;
	to->restarts++;
	buf_printf(&to->text, "restart %.*s|%.*s|%.*s\n", SLICE_ARGS(r->process), SLICE_ARGS(r->unit), SLICE_ARGS(r->file));
	return ERR_OK;
}

static inline enum err recorder_refused(void *context, const struct refused *r, struct why *why)
{
	struct recorder *to = context;
	(void)why;
	to->refusals++;
	buf_printf(&to->text, "refused %llu|%.*s|%s\n", (unsigned long long)r->line, SLICE_ARGS(r->text), r->why);
	return ERR_OK;
}

static inline enum err recorder_note(void *context, const struct refused *r, struct why *why)
{
	struct recorder *to = context;
	(void)why;
	to->notes++;
	buf_printf(&to->text, "note %llu|%.*s|%s\n", (unsigned long long)r->line, SLICE_ARGS(r->text), r->why);
	return ERR_OK;
}

static inline void recorder_init(struct recorder *r)
{
	*r = (struct recorder){0};
	buf_init(&r->text, 64u << 20);
}

static inline struct inventory_sink recorder_sink(struct recorder *r)
{
	return (struct inventory_sink){
		.context = r,
		.machine = recorder_machine,
		.item = recorder_item,
		.restart = recorder_restart,
		.refused = recorder_refused,
		.note = recorder_note,
	};
}

static inline const char *recorder_text(struct recorder *r)
{
	buf_put_u8(&r->text, 0);
	r->text.n--;
	return (const char *)r->text.p;
}

#endif
