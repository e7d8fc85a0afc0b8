// Writes the inventory file (protocol/inventory.md).
#include "inventory/native.h"

#include <stdio.h>

#include "base/num.h"

// To be told behind the line, or behind the machine's; of several the first.
static void keep_odd(struct inventory_writer *w, struct slice text, const char *what)
{
	if (w->odd != NULL)
		return;
	w->odd = what;
	w->odd_n = text.n < sizeof w->odd_text ? text.n : sizeof w->odd_text;
	memcpy(w->odd_text, text.p, w->odd_n);
}

// Ends every line; a value with a tab would begin another field, one with a blank at its end be refused.
static enum err put_line(struct inventory_writer *w, const struct slice *fields, size_t n, struct why *why)
{
	char room[INVENTORY_TEXT_MAX];
	for (size_t i = 0; i < n; i++) {
		struct slice text;
		if (!inventory_mend(fields[i], room, &text))
			keep_odd(w, fields[i], "a value that is no text of at most 1024 bytes: '?' stands for what it was not");
		if (i > 0)
			buf_put_u8(w->out, '\t');
		buf_put_slice(w->out, text);
	}
	buf_put_u8(w->out, '\n');
	w->lines++;
	enum err e = buf_status(w->out);
	return e == ERR_OK ? ERR_OK : why_set(why, e, "inventory file: more than %zu bytes", w->out->max);
}

static enum err tell_odd(struct inventory_writer *w, struct why *why)
{
	struct inventory_sink sink = inventory_write_sink(w);
	const char *what = w->odd;
	w->odd = NULL;
	return what == NULL ? ERR_OK : inventory_note(&sink, 0, slice_of(w->odd_text, w->odd_n), what, why);
}

static bool is_blank(struct slice value)
{
	struct slice text;
	const char *rule;
	return inventory_text(value, &text, &rule) && text.n == 0;
}

// A date as text in `room`; empty when it is not known.
static struct slice date(struct inventory_writer *w, int64_t seconds, char room[static TIME_TEXT])
{
	char text[24];
	if (seconds == INVENTORY_UNKNOWN_DATE)
		return (struct slice){0};
	if (seconds < 0 || seconds >= TIME_YEAR_10000) {
		snprintf(text, sizeof text, "%lld", (long long)seconds);
		keep_odd(w, slice_text(text), "a date, in seconds, before 1970 or after 9999: left out");
		return (struct slice){0};
	}
	time_print((uint64_t)seconds, room);
	return slice_text(room);
}

// A line of the machine, unless all it says is nothing.
static enum err put_known(struct inventory_writer *w, const char *word, const struct slice *values, size_t n, struct why *why)
{
	struct slice fields[6] = {slice_text(word)};
	bool said = false;
	for (size_t i = 0; i < n; i++) {
		fields[i + 1] = values[i];
		said |= !is_blank(values[i]);
	}
	return said ? put_line(w, fields, n + 1, why) : ERR_OK;
}

// Packages of it stand in shorter lines: no other text may take its place.
static struct slice keep_ecosystem(struct inventory_writer *w, struct slice ecosystem)
{
	const char *rule;
	if (!inventory_text(ecosystem, &ecosystem, &rule)) {
		keep_odd(w, ecosystem, "an ecosystem that is no text of at most 1024 bytes: left out");
		ecosystem.n = 0;
	}
	if (ecosystem.n > 0)
		memcpy(w->ecosystem, ecosystem.p, ecosystem.n);
	w->ecosystem_n = ecosystem.n;
	return ecosystem;
}

static enum err put_machine(struct inventory_writer *w, const struct machine *m, struct why *why)
{
	char taken_room[TIME_TEXT], updated_room[TIME_TEXT];
	struct slice taken = date(w, m->taken, taken_room), updated = date(w, m->updated, updated_room), ecosystem = keep_ecosystem(w, m->ecosystem);
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
		{"ecosystem", {ecosystem}, 1},
		{"kernel", {m->kernel_running, m->kernel_installed}, 2},
		{"caretaker", {m->caretaker}, 1},
		{"role", {slice_text(item_role_name(m->role))}, 1},
		{"exposure", {slice_text(item_exposure_name(m->exposure))}, 1},
	};
	struct slice first = slice_text(lines[0].word);
	enum err e = put_line(w, &first, 1, why);
	for (size_t i = 1; i < sizeof lines / sizeof *lines && e == ERR_OK; i++)
		e = put_known(w, lines[i].word, lines[i].values, lines[i].n, why);
	return e == ERR_OK ? tell_odd(w, why) : e;
}

// What a reader told before it knew the machine comes behind it.
static enum err write_machine(void *context, const struct machine *m, struct why *why)
{
	struct inventory_writer *w = context;
	struct buf before;
	if (w->machine)
		return why_set(why, ERR_INPUT, "inventory file: a second machine: one machine a file");
	w->machine = true;
	buf_init(&before, w->out->max);
	buf_put_slice(&before, slice_part(buf_slice(w->out), w->start, w->out->n));
	enum err e = buf_status(&before);
	if (e != ERR_OK)
		return why_set(why, e, "inventory file: no memory");
	w->out->n = w->start;
	e = put_machine(w, m, why);
	buf_put_slice(w->out, buf_slice(&before));
	buf_free(&before);
	if (e == ERR_OK && (e = buf_status(w->out)) != ERR_OK)
		return why_set(why, e, "inventory file: more than %zu bytes", w->out->max);
	return e;
}

// A reader that knows no machine: a document about a product.
static enum err begin(struct inventory_writer *w, struct why *why)
{
	struct machine nothing = {.taken = INVENTORY_UNKNOWN_DATE, .updated = INVENTORY_UNKNOWN_DATE};
	return w->machine ? ERR_OK : write_machine(w, &nothing, why);
}

static bool is_plain(const struct inventory_writer *w, const struct item *i)
{
	return i->kind == ITEM_PACKAGE && slice_equal(i->ecosystem, slice_of(w->ecosystem, w->ecosystem_n)) && !is_blank(i->name) &&
	       !is_blank(i->version) && i->vendor.n == 0 && i->purl.n == 0 && i->cpe.n == 0 && i->caretaker.n == 0 && i->role == ROLE_UNKNOWN &&
	       i->exposure == EXPOSURE_UNKNOWN && i->credentials == CREDENTIALS_UNKNOWN && i->since == INVENTORY_UNKNOWN_DATE;
}

static enum err put_item(struct inventory_writer *w, const struct item *i, struct why *why)
{
	char room[TIME_TEXT];
	if (is_plain(w, i))
		return put_line(w, (struct slice[]){SLICE_LITERAL("p"), i->name, i->version, i->arch, i->source, i->source_version}, 6, why);
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
		date(w, i->since, room),
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

static enum err write_told(struct inventory_writer *w, struct slice kind, const struct refused *r, struct why *why)
{
	char room[24];
	struct slice rule = slice_text(r->why);
	enum err e = put_line(w, (struct slice[]){kind, number(r->line, room), r->text, is_blank(rule) ? SLICE_LITERAL("not said why") : rule}, 4, why);
	return e == ERR_OK ? tell_odd(w, why) : e;
}

static enum err write_item(void *context, const struct item *i, struct why *why)
{
	struct inventory_writer *w = context;
	struct refused nameless = {.line = i->line, .text = i->version, .why = "no name, no purl and no CPE"};
	enum err e = begin(w, why);
	if (e == ERR_OK && is_blank(i->name) && is_blank(i->purl) && is_blank(i->cpe))
		return write_told(w, SLICE_LITERAL("x"), &nameless, why);
	if (e == ERR_OK)
		e = put_item(w, i, why);
	return e == ERR_OK ? tell_odd(w, why) : e;
}

static enum err write_restart(void *context, const struct restart *r, struct why *why)
{
	struct inventory_writer *w = context;
	char room[24];
	struct slice file = is_blank(r->file) ? SLICE_LITERAL("?") : r->file;
	enum err e = begin(w, why);
	if (e == ERR_OK)
		e = put_line(w, (struct slice[]){SLICE_LITERAL("r"), r->process, r->unit, file, number(r->pid, room)}, 5, why);
	return e == ERR_OK ? tell_odd(w, why) : e;
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
	*w = (struct inventory_writer){.out = out, .start = out->n};
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
