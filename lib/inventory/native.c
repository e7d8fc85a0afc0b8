#include "inventory/native.h"

#include <errno.h>
#include <unistd.h>

#include "base/num.h"

#define FIELDS_MAX 16
#define STEP 65536u

static const char head[] = "tocsin-inventory 1\n";

struct reader {
	struct slice text;
	size_t at;
	uint64_t line; // of the line last split
	const char *name;
	const struct inventory_sink *sink;
	struct why *why;
	struct slice field[FIELDS_MAX];
	size_t fields;
	struct machine machine;
};

static enum err refuse(const struct reader *r, const char *rule)
{
	struct slice shown = r->fields > 0 ? r->field[0] : (struct slice){0};
	int n = shown.n < 20 ? (int)shown.n : 20;
	return why_set(r->why, ERR_INPUT, "%s: line %llu: %.*s: %s", r->name, (unsigned long long)r->line, n, (const char *)shown.p, rule);
}

// Blanks that ASCII does not know are looked for only where a value begins or ends with other bytes than ASCII's.
static bool is_fit(struct slice s)
{
	if (s.n == 0)
		return true;
	uint8_t first = s.p[0], last = s.p[s.n - 1];
	struct slice text;
	const char *rule;
	if (s.n > INVENTORY_TEXT_MAX || first == ' ' || last == ' ')
		return false;
	return ((first | last) & 0x80) == 0 || (inventory_text(s, &text, &rule) && text.n == s.n);
}

// The next line into fields; every line has its end (checked before).
static enum err split(struct reader *r)
{
	const uint8_t *p = r->text.p + r->at, *start = p;
	size_t n = 0;
	r->line++;
	for (;; p++) {
		if (*p > '\n' || (*p != '\t' && *p != '\n'))
			continue;
		if (n == FIELDS_MAX)
			return refuse(r, "too many fields");
		r->field[n] = slice_of(start, (size_t)(p - start));
		if (!is_fit(r->field[n++]))
			return refuse(r, "a value longer than 1024 bytes, or with a blank at its end");
		start = p + 1;
		if (*p == '\n')
			break;
	}
	r->fields = n;
	r->at = (size_t)(start - r->text.p);
	return ERR_OK;
}

static bool date(struct slice text, int64_t *seconds)
{
	uint64_t value;
	if (text.n == 0)
		return true;
	if (text.n != TIME_TEXT - 1 || text.p[10] != 'T' || text.p[text.n - 1] != 'Z' || !time_parse(text, &value))
		return false;
	*seconds = (int64_t)value;
	return true;
}

static bool is_word(const struct reader *r, const char *word, size_t fields)
{
	return r->fields == fields && slice_is_text(r->field[0], word);
}

// One line of the machine. *step: how many kinds of line came or were passed over; they have an order.
static bool machine_line(struct reader *r, unsigned *step, bool *good)
{
	static const struct {
		const char *word;
		size_t fields;
	} kinds[] = {{"taken", 2}, {"updated", 2}, {"name", 2}, {"os", 5}, {"ecosystem", 2}, {"kernel", 3}, {"caretaker", 2}, {"role", 2}, {"exposure", 2}};
	struct machine *m = &r->machine;
	const struct slice *f = r->field;
	unsigned kind = *step;
	while (kind < sizeof kinds / sizeof *kinds && !is_word(r, kinds[kind].word, kinds[kind].fields))
		kind++;
	if (kind == sizeof kinds / sizeof *kinds)
		return false;
	*step = kind + 1;
	*good = f[1].n > 0 || kind == 3 || kind == 5;
	switch (kind) {
	case 0:
		*good &= date(f[1], &m->taken);
		break;
	case 1:
		*good &= date(f[1], &m->updated);
		break;
	case 2:
		m->name = f[1];
		break;
	case 3:
		m->os_id = f[1];
		m->os_version = f[2];
		m->os_codename = f[3];
		m->os_name = f[4];
		break;
	case 4:
		m->ecosystem = f[1];
		break;
	case 5:
		m->kernel_running = f[1];
		m->kernel_installed = f[2];
		break;
	case 6:
		m->caretaker = f[1];
		break;
	case 7:
		*good &= item_role_named(f[1], &m->role);
		break;
	default:
		*good &= item_exposure_named(f[1], &m->exposure);
	}
	return true;
}

// Leaves the first line that is not of the machine split.
static enum err read_machine(struct reader *r)
{
	unsigned step = 0;
	bool good = true;
	r->machine = (struct machine){.taken = INVENTORY_UNKNOWN_DATE, .updated = INVENTORY_UNKNOWN_DATE};
	enum err e = split(r);
	while (e == ERR_OK && machine_line(r, &step, &good)) {
		if (!good)
			return refuse(r, "no such date or word, or nothing");
		e = split(r);
	}
	if (e == ERR_OK && r->sink->machine != NULL)
		e = r->sink->machine(r->sink->context, &r->machine, r->why);
	return e;
}

static enum err take_package(struct reader *r)
{
	const struct slice *f = r->field;
	if (f[1].n == 0 || f[2].n == 0)
		return refuse(r, "a package has a name and a version");
	if (r->sink->item == NULL)
		return ERR_OK;
	struct item i = {
		.kind = ITEM_PACKAGE,
		.ecosystem = r->machine.ecosystem,
		.name = f[1],
		.version = f[2],
		.arch = f[3],
		.source = f[4],
		.source_version = f[5],
		.since = INVENTORY_UNKNOWN_DATE,
		.line = r->line,
	};
	return r->sink->item(r->sink->context, &i, r->why);
}

static enum err take_item(struct reader *r)
{
	const struct slice *f = r->field;
	struct item i = {
		.ecosystem = f[2],
		.name = f[3],
		.version = f[4],
		.source = f[5],
		.source_version = f[6],
		.vendor = f[7],
		.arch = f[8],
		.purl = f[9],
		.cpe = f[10],
		.caretaker = f[11],
		.since = INVENTORY_UNKNOWN_DATE,
		.line = r->line,
	};
	if (!item_kind_named(f[1], &i.kind) || !item_role_named(f[12], &i.role) || !item_exposure_named(f[13], &i.exposure) ||
	    !item_credentials_named(f[14], &i.credentials))
		return refuse(r, "no such word for its kind, role, exposure or credentials");
	if (!date(f[15], &i.since))
		return refuse(r, "\"in use since\" is no date as 2026-01-02T03:04:05Z");
	if (i.name.n == 0 && i.purl.n == 0 && i.cpe.n == 0)
		return refuse(r, "an item has a name, a purl or a CPE");
	return r->sink->item != NULL ? r->sink->item(r->sink->context, &i, r->why) : ERR_OK;
}

static enum err take_restart(struct reader *r)
{
	struct restart it = {.process = r->field[1], .unit = r->field[2], .file = r->field[3]};
	if (!num_parse(r->field[4], 0, UINT64_MAX, &it.pid) || it.file.n == 0)
		return refuse(r, "a restart has a file and the number of a process");
	return r->sink->restart != NULL ? r->sink->restart(r->sink->context, &it, r->why) : ERR_OK;
}

static enum err take_refused(struct reader *r, enum err (*told)(void *, const struct refused *, struct why *))
{
	char rule[INVENTORY_TEXT_MAX + 1];
	struct refused it = {.text = r->field[2], .why = rule};
	if (!num_parse(r->field[1], 0, UINT64_MAX, &it.line) || r->field[3].n == 0)
		return refuse(r, "a refusal or a note has a line and a rule");
	memcpy(rule, r->field[3].p, r->field[3].n);
	rule[r->field[3].n] = 0;
	return told != NULL ? told(r->sink->context, &it, r->why) : ERR_OK;
}

static enum err take_line(struct reader *r)
{
	uint8_t kind = r->field[0].n == 1 ? r->field[0].p[0] : 0;
	if (kind == 'p' && r->fields == 6)
		return take_package(r);
	if (kind == 'i' && r->fields == 16)
		return take_item(r);
	if (kind == 'r' && r->fields == 5)
		return take_restart(r);
	if (kind == 'x' && r->fields == 4)
		return take_refused(r, r->sink->refused);
	if (kind == 'n' && r->fields == 4)
		return take_refused(r, r->sink->note);
	return refuse(r, "no such line here, or not with so many fields");
}

// One look at all bytes. The offset of the first that no inventory file has, or n.
static size_t bad_byte(struct slice s)
{
	enum { CONTROL = 1, LATIN = 2, HIGH = 4 };
	static const uint8_t kinds[256] = {
		[0 ... 8] = CONTROL, [11 ... 31] = CONTROL, [127] = CONTROL, [128 ... 193] = HIGH, [0xc2] = LATIN, [195 ... 255] = HIGH,
	};
	uint8_t seen = 0;
	size_t bad;
	for (size_t i = 0; i < s.n; i++)
		seen |= kinds[s.p[i]];
	if (seen == 0)
		return s.n;
	if (!slice_is_utf8(s, &bad))
		return bad;
	for (size_t i = 0; i < s.n; i++) // C1 controls are U+0080 to U+009F: c2, then below a0
		if (kinds[s.p[i]] == CONTROL || (s.p[i] == 0xc2 && s.p[i + 1] < 0xa0))
			return i;
	return s.n;
}

static uint64_t line_at(struct slice s, size_t at)
{
	uint64_t line = 1;
	for (size_t i = 0; i < at; i++)
		line += s.p[i] == '\n';
	return line;
}

// Before anything is told: first line, last line, no byte that does not belong. *lines: how many stand before the last one.
static enum err check_whole(const struct reader *r, uint64_t *lines)
{
	struct slice s = r->text;
	size_t end = s.n > 0 ? s.n - 1 : 0;
	if (s.n > NATIVE_BYTES_MAX)
		return why_set(r->why, ERR_LIMIT, "%s: %zu bytes: at most %u", r->name, s.n, NATIVE_BYTES_MAX);
	if (!inventory_is_native(s))
		return why_set(r->why, ERR_INPUT, "%s: line 1: not \"tocsin-inventory 1\"", r->name);
	while (end > 0 && s.p[end - 1] != '\n')
		end--;
	struct slice last = slice_part(s, end, s.n - 1 - end);
	if (s.p[s.n - 1] != '\n' || last.n < 5 || memcmp(last.p, "end\t", 4) != 0 ||
	    !num_parse(slice_part(last, 4, last.n), 1, INVENTORY_ITEMS_MAX + 16, lines))
		return why_set(r->why, ERR_INPUT, "%s: no end line: the file was cut", r->name);
	size_t bad = bad_byte(s);
	return bad == s.n ? ERR_OK
	                  : why_set(r->why, ERR_INPUT, "%s: line %llu: a control character, or not UTF-8", r->name,
	                            (unsigned long long)line_at(s, bad));
}

bool inventory_is_native(struct slice beginning)
{
	return slice_starts(beginning, head);
}

enum err inventory_native(struct slice text, const char *name, const struct inventory_sink *sink, struct why *why)
{
	struct reader r = {.text = text, .at = sizeof head - 1, .line = 1, .name = name, .sink = sink, .why = why};
	uint64_t lines = 0;
	enum err e = check_whole(&r, &lines);
	if (e == ERR_OK)
		e = read_machine(&r);
	while (e == ERR_OK && r.at < text.n) {
		e = take_line(&r);
		if (e == ERR_OK)
			e = split(&r);
	}
	if (e == ERR_OK && r.line != lines + 1) {
		r.fields = 1;
		e = refuse(&r, "another number of lines: some are missing, or were added");
	}
	return e;
}

enum err inventory_native_file(int fd, const char *name, struct buf *room, const struct inventory_sink *sink, struct why *why)
{
	for (buf_clear(room);;) {
		size_t left = room->max - room->n, want = left < STEP ? left : STEP;
		uint8_t *to = want > 0 ? buf_add(room, want) : NULL;
		if (to == NULL)
			return why_set(why, want > 0 ? buf_status(room) : ERR_LIMIT, "%s: %zu bytes or more", name, room->max);
		ssize_t n = read(fd, to, want);
		room->n -= want - (n > 0 ? (size_t)n : 0);
		if (n < 0 && errno != EINTR)
			return why_set(why, ERR_SYSTEM, "%s: %s", name, strerror(errno));
		if (n == 0)
			return inventory_native(buf_slice(room), name, sink, why);
	}
}
