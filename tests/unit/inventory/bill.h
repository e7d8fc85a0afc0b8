// A sink that writes what it hears, one line each, for the tests of the readers of SBOMs.
#ifndef TOCSIN_TEST_BILL_H
#define TOCSIN_TEST_BILL_H

#include "inventory/sbom.h"

#include <sys/mman.h>
#include <unistd.h>

struct heard {
	struct buf text;
	uint64_t items;
	uint64_t stop; // refuse this item, counted from 1
};

static void put(struct buf *b, const char *name, struct slice value)
{
	if (value.n > 0)
		buf_printf(b, " %s=%.*s", name, SLICE_ARGS(value));
}

static enum err hear_machine(void *context, const struct machine *m, struct why *why)
{
	struct heard *h = context;
	(void)why;
	buf_put_text(&h->text, "machine");
	put(&h->text, "name", m->name);
	put(&h->text, "os", m->os_id);
	put(&h->text, "version", m->os_version);
	put(&h->text, "pretty", m->os_name);
	put(&h->text, "codename", m->os_codename);
	put(&h->text, "ecosystem", m->ecosystem);
	if (m->taken != INVENTORY_UNKNOWN_DATE)
		buf_printf(&h->text, " taken=%lld", (long long)m->taken);
	buf_put_text(&h->text, "\n");
	return ERR_OK;
}

static enum err hear_item(void *context, const struct item *i, struct why *why)
{
	struct heard *h = context;
	if (++h->items == h->stop)
		return why_set(why, ERR_DENIED, "enough");
	buf_printf(&h->text, "%llu %s", (unsigned long long)i->line, item_kind_name(i->kind));
	put(&h->text, "name", i->name);
	put(&h->text, "version", i->version);
	put(&h->text, "in", i->ecosystem);
	put(&h->text, "source", i->source);
	put(&h->text, "source_version", i->source_version);
	put(&h->text, "vendor", i->vendor);
	put(&h->text, "arch", i->arch);
	put(&h->text, "purl", i->purl);
	put(&h->text, "cpe", i->cpe);
	buf_put_text(&h->text, "\n");
	return ERR_OK;
}

static enum err hear_refused(void *context, const struct refused *r, struct why *why)
{
	struct heard *h = context;
	(void)why;
	buf_printf(&h->text, "%llu refused \"%.*s\" %s\n", (unsigned long long)r->line, SLICE_ARGS(r->text), r->why);
	return ERR_OK;
}

static enum err hear_note(void *context, const struct refused *r, struct why *why)
{
	struct heard *h = context;
	(void)why;
	buf_printf(&h->text, "note %s\n", r->why);
	return ERR_OK;
}

static struct inventory_sink sink_of(struct heard *h)
{
	return (struct inventory_sink){.context = h, .machine = hear_machine, .item = hear_item, .refused = hear_refused, .note = hear_note};
}

typedef enum err bill_reader(int fd, const char *name, const struct inventory_sink *sink, struct why *why);

static enum err read_file(bill_reader *read, struct slice text, struct heard *h, struct why *why)
{
	struct inventory_sink sink = sink_of(h);
	int fd = memfd_create("bill", 0);
	buf_init(&h->text, 1 << 20);
	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n)
		abort();
	enum err e = read(fd, "bill", &sink, why);
	close(fd);
	buf_put_u8(&h->text, 0);
	return e;
}

// The same through a pipe that it fits in.
static enum err read_pipe(bill_reader *read_bill, struct slice text, struct heard *h, struct why *why)
{
	struct inventory_sink sink = sink_of(h);
	int ends[2];
	buf_init(&h->text, 1 << 20);
	if (pipe(ends) != 0 || write(ends[1], text.p, text.n) != (ssize_t)text.n)
		abort();
	close(ends[1]);
	enum err e = read_bill(ends[0], "bill", &sink, why);
	close(ends[0]);
	buf_put_u8(&h->text, 0);
	return e;
}

#endif
