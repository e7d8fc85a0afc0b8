// A sink for fuzz entries: stops the process when a reader hands out what no sink may be given (inventory.h).
#ifndef TOCSIN_FUZZ_FIT_H
#define TOCSIN_FUZZ_FIT_H

#include "inventory/inventory.h"

#include <stdlib.h>

static inline void fit_texts(const struct slice *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct slice text;
		const char *rule;
		if (!inventory_text(texts[i], &text, &rule) || text.n != texts[i].n)
			abort();
	}
}

static inline enum err fit_item(void *context, const struct item *i, struct why *why)
{
	(void)context, (void)why;
	fit_texts((struct slice[]){i->ecosystem, i->name, i->version, i->source, i->source_version, i->vendor, i->arch, i->purl, i->cpe, i->caretaker}, 10);
	if ((i->name.n == 0 && i->purl.n == 0 && i->cpe.n == 0) || i->kind >= ITEM_KINDS || i->role >= ROLE_COUNT || i->exposure >= EXPOSURE_COUNT)
		abort();
	return ERR_OK;
}

static inline enum err fit_machine(void *context, const struct machine *m, struct why *why)
{
	(void)context, (void)why;
	fit_texts((struct slice[]){m->name, m->os_id, m->os_version, m->os_name, m->os_codename, m->ecosystem, m->caretaker}, 7);
	return ERR_OK;
}

static inline enum err fit_refused(void *context, const struct refused *r, struct why *why)
{
	(void)context, (void)why;
	fit_texts(&r->text, 1);
	if (r->why == NULL || r->why[0] == 0)
		abort();
	return ERR_OK;
}

static const struct inventory_sink fit_sink = {.machine = fit_machine, .item = fit_item, .refused = fit_refused, .note = fit_refused};

#endif
