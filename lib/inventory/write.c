// Writes the inventory file (protocol/inventory.md).
#include "inventory/native.h"

#include "base/num.h"

#define YEAR_10000 253402300800

// Ends every line; a value with a tab would begin another field, so it is refused.
static enum err put_line(struct inventory_writer *w, const struct slice *fields, size_t n, struct why *why)
{
	for (size_t i = 0; i < n; i++) {
		struct slice text;
		const char *rule;
		if (!inventory_text(fields[i], &text, &rule) || text.n != fields[i].n)
			return why_set(why, ERR_INPUT, "inventory file: a value that is not trimmed text: %.*s", fields[i].n < 40 ? (int)fields[i].n : 40,
			               (const char *)fields[i].p);
		if (i > 0)
			buf_put_u8(w->out, '\t');
		buf_put_slice(w->out, fields[i]);
	}
	buf_put_u8(w->out, '\n');
	w->lines++;
	enum err e = buf_status(w->out);
	return e == ERR_OK ? ERR_OK : why_set(why, e, "inventory file: more than %zu bytes", w->out->max);
}

// A date as text in `room`; empty when it is not known.
static bool date(int64_t seconds, char room[static TIME_TEXT], struct slice *text)
{
	*text = (struct slice){0};
	if (seconds == INVENTORY_UNKNOWN_DATE)
		return true;
	if (seconds < 0 || seconds >= YEAR_10000)
		return false;
	time_print((uint64_t)seconds, room);
	*text = slice_text(room);
	return true;
}

// A line of the machine, unless all it says is nothing.
static enum err put_known(struct inventory_writer *w, const char *word, const struct slice *values, size_t n, struct why *why)
{
	struct slice fields[6] = {slice_text(word)};
	size_t said = 0;
	for (size_t i = 0; i < n; i++) {
		fields[i + 1] = values[i];
		said += values[i].n;
	}
	return said > 0 ? put_line(w, fields, n + 1, why) : ERR_OK;
}

static enum err write_machine(void *context, const struct machine *m, struct why *why)
{
	struct inventory_writer *w = context;
	char taken_room[TIME_TEXT], updated_room[TIME_TEXT];
	struct slice taken, updated;
	if (w->lines > 0)
		return why_set(why, ERR_INPUT, "inventory file: a second machine: one machine a file");
	if (!date(m->taken, taken_room, &taken) || !date(m->updated, updated_room, &updated))
		return why_set(why, ERR_INPUT, "inventory file: a date before 1970 or after 9999");
	if (m->ecosystem.n > sizeof w->ecosystem)
		return why_set(why, ERR_INPUT, "inventory file: an ecosystem longer than %zu bytes", sizeof w->ecosystem);
	if (m->ecosystem.n > 0)
		memcpy(w->ecosystem, m->ecosystem.p, m->ecosystem.n);
	w->ecosystem_n = m->ecosystem.n;
	const struct {
		const char *word;
		struct slice values[4];
		size_t n;
	} lines[] = {
		{"tocsin-inventory 1", {{0}}, 0},
		{"taken", {taken}, 1},
		{"updated", {updated}, 1},
		{"name", {m->name}, 1},
		{"os", {m->os_id, m->os_version, m->os_codename, m->os_name}, 4},
		{"ecosystem", {m->ecosystem}, 1},
		{"kernel", {m->kernel_running, m->kernel_installed}, 2},
		{"caretaker", {m->caretaker}, 1},
		{"role", {slice_text(item_role_name(m->role))}, 1},
		{"exposure", {slice_text(item_exposure_name(m->exposure))}, 1},
	};
	struct slice first = slice_text(lines[0].word);
	enum err e = put_line(w, &first, 1, why);
	for (size_t i = 1; i < sizeof lines / sizeof *lines && e == ERR_OK; i++)
		e = put_known(w, lines[i].word, lines[i].values, lines[i].n, why);
	return e;
}

// A reader that knows no machine: a document about a product.
static enum err begin(struct inventory_writer *w, struct why *why)
{
	struct machine nothing = {.taken = INVENTORY_UNKNOWN_DATE, .updated = INVENTORY_UNKNOWN_DATE};
	return w->lines > 0 ? ERR_OK : write_machine(w, &nothing, why);
}

static bool is_plain(const struct inventory_writer *w, const struct item *i)
{
	return i->kind == ITEM_PACKAGE && slice_equal(i->ecosystem, slice_of(w->ecosystem, w->ecosystem_n)) && i->name.n > 0 && i->version.n > 0 &&
	       i->vendor.n == 0 && i->purl.n == 0 && i->cpe.n == 0 && i->caretaker.n == 0 && i->role == ROLE_UNKNOWN &&
	       i->exposure == EXPOSURE_UNKNOWN && i->credentials == CREDENTIALS_UNKNOWN && i->since == INVENTORY_UNKNOWN_DATE;
}

static enum err write_item(void *context, const struct item *i, struct why *why)
{
	struct inventory_writer *w = context;
	char room[TIME_TEXT];
	struct slice since;
	enum err e = begin(w, why);
	if (e != ERR_OK)
		return e;
	if (is_plain(w, i))
		return put_line(w, (struct slice[]){SLICE_LITERAL("p"), i->name, i->version, i->arch, i->source, i->source_version}, 6, why);
	if (!date(i->since, room, &since))
		return why_set(why, ERR_INPUT, "inventory file: a date before 1970 or after 9999");
	const struct slice fields[] = {
		SLICE_LITERAL("i"),
		slice_text(item_kind_name(i->kind)),
		i->ecosystem,
		i->name,
		i->version,
		i->source,
		i->source_version,
		i->vendor,
		i->arch,
		i->purl,
		i->cpe,
		i->caretaker,
		slice_text(item_role_name(i->role)),
		slice_text(item_exposure_name(i->exposure)),
		slice_text(item_credentials_name(i->credentials)),
		since,
	};
	return put_line(w, fields, sizeof fields / sizeof *fields, why);
}

static struct slice number(uint64_t value, char room[static 24])
{
	size_t at = 24;
	do
		room[--at] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	return slice_of(room + at, 24 - at);
}

static enum err write_restart(void *context, const struct restart *r, struct why *why)
{
	struct inventory_writer *w = context;
	char room[24];
	enum err e = begin(w, why);
	return e != ERR_OK ? e : put_line(w, (struct slice[]){SLICE_LITERAL("r"), r->process, r->unit, r->file, number(r->pid, room)}, 5, why);
}

static enum err write_told(struct inventory_writer *w, struct slice kind, const struct refused *r, struct why *why)
{
	char room[24];
	enum err e = begin(w, why);
	return e != ERR_OK ? e : put_line(w, (struct slice[]){kind, number(r->line, room), r->text, slice_text(r->why)}, 4, why);
}

static enum err write_refused(void *context, const struct refused *r, struct why *why)
{
	return write_told(context, SLICE_LITERAL("x"), r, why);
}

static enum err write_note(void *context, const struct refused *r, struct why *why)
{
	return write_told(context, SLICE_LITERAL("n"), r, why);
}

void inventory_write_init(struct inventory_writer *w, struct buf *out)
{
	*w = (struct inventory_writer){.out = out};
}

struct inventory_sink inventory_write_sink(struct inventory_writer *w)
{
	return (struct inventory_sink){
		.context = w,
		.machine = write_machine,
		.item = write_item,
		.restart = write_restart,
		.refused = write_refused,
		.note = write_note,
	};
}

enum err inventory_write_end(struct inventory_writer *w, struct why *why)
{
	char room[24];
	enum err e = begin(w, why);
	struct slice lines = number(w->lines, room);
	return e != ERR_OK ? e : put_line(w, (struct slice[]){SLICE_LITERAL("end"), lines}, 2, why);
}
