// A fleet is counted as each of its machines by itself would be, whatever is kept, forgotten, or read by which thread. (What cannot be
// read, and what is said of it: fleet_files_test.c.)
#include "fleet_stage.h"

#define MACHINES 400u

static unsigned dice(struct stage *s, unsigned sides)
{
	s->seed = s->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(s->seed >> 33) % sides;
}

static struct slice text_of(char *room, size_t n, const char *format, unsigned a, unsigned b)
{
	#pragma GCC diagnostic push
	#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(room, n, format, a, b);
	#pragma GCC diagnostic pop
	return slice_text(room);
}

static struct item any_item(struct stage *s, char room[static 6 * 64])
{
	struct item i = {.kind = ITEM_PACKAGE, .ecosystem = SLICE_LITERAL("Debian:12"), .since = INVENTORY_UNKNOWN_DATE};
	unsigned package = dice(s, PACKAGES);
	i.name = text_of(room, 64, "p-%02u", package, 0);
	i.version = text_of(room + 64, 64, "1.%u-1", dice(s, 5), 0);
	if (package % 3 == 0) {
		i.source = text_of(room + 128, 64, "s-%u", dice(s, 2) + package / 3 % 2, 0);
		i.source_version = package % 2 == 0 ? i.version : text_of(room + 192, 64, "1.%u-1", dice(s, 5), 0);
	}
	if (dice(s, 5) > 0)
		return i;
	static const struct slice vendors[] = {SLICE_LITERAL("Acme"), SLICE_LITERAL("Evil"), SLICE_LITERAL("Evil Technologies"), {0}};
	static const struct slice names[] = {SLICE_LITERAL("Controller"), SLICE_LITERAL("gun"), SLICE_LITERAL("thing")};
	static const struct slice caretakers[] = {{0}, {0}, SLICE_LITERAL("Good Ltd"), SLICE_LITERAL("Bad Ltd")};
	i.kind = (enum item_kind)dice(s, ITEM_KINDS);
	i.ecosystem = i.source = i.source_version = (struct slice){0};
	i.vendor = vendors[dice(s, 4)];
	i.name = names[dice(s, 3)];
	i.version = text_of(room + 64, 64, "%u.0", 1 + dice(s, 3), 0);
	i.cpe = dice(s, 3) == 0 ? SLICE_LITERAL("cpe:2.3:a:acme:gun:1.0:*:*:*:*:*:*:*") : (struct slice){0};
	i.caretaker = caretakers[dice(s, 4)];
	i.role = dice(s, 2) == 0 ? ROLE_INDUSTRIAL : ROLE_UNKNOWN;
	i.exposure = dice(s, 4) == 0 ? EXPOSURE_INTERNET : EXPOSURE_UNKNOWN;
	i.credentials = (enum item_credentials)dice(s, CREDENTIALS_COUNT);
	return i;
}

static enum err write_machine(struct stage *s, unsigned n, struct buf *out, struct why *why)
{
	struct inventory_writer w;
	char room[6 * 64], name[64];
	inventory_write_init(&w, out);
	struct inventory_sink sink = inventory_write_sink(&w);
	struct machine m = {.name = text_of(name, sizeof name, n % 50 == 49 ? "" : "m-%04u", n, 0), .os_id = SLICE_LITERAL("debian"),
	                    .os_version = dice(s, 4) == 0 ? SLICE_LITERAL("11") : SLICE_LITERAL("12"), .os_name = SLICE_LITERAL("Debian GNU/Linux"),
	                    .ecosystem = SLICE_LITERAL("Debian:12"), .kernel_running = SLICE_LITERAL("6.1.0-1"),
	                    .kernel_installed = dice(s, 5) == 0 ? SLICE_LITERAL("6.1.0-2") : SLICE_LITERAL("6.1.0-1"),
	                    .caretaker = dice(s, 3) == 0 ? SLICE_LITERAL("Good Ltd") : (struct slice){0},
	                    .role = (enum item_role)dice(s, ROLE_NETWORK), .exposure = (enum item_exposure)dice(s, EXPOSURE_COUNT),
	                    .taken = INVENTORY_UNKNOWN_DATE, .updated = told_date(dice(s, 3) == 0 ? "2026-07-01" : "2026-08-31")};
	enum err e = sink.machine(sink.context, &m, why);
	for (unsigned k = dice(s, 60); e == ERR_OK && k > 0; k--) {
		struct item i = any_item(s, room);
		e = sink.item(sink.context, &i, why);
	}
	static const struct slice architectures[] = {SLICE_LITERAL("x86_64"), SLICE_LITERAL("arm64"), {0}};
	struct item driver = {.kind = ITEM_APPLICATION, .vendor = SLICE_LITERAL("Acme"), .name = SLICE_LITERAL("driver"), .version = SLICE_LITERAL("1.0"),
	                      .arch = architectures[n % 3], .since = INVENTORY_UNKNOWN_DATE}; // alike but for what the flaw depends on
	if (e == ERR_OK && n % 4 == 0)
		e = sink.item(sink.context, &driver, why);
	struct restart r = {SLICE_LITERAL("sshd"), SLICE_LITERAL("ssh.service"), SLICE_LITERAL("/lib/x.so"), 12};
	struct refused x = {3, SLICE_LITERAL("a line"), "a rule"};
	if (e == ERR_OK && dice(s, 4) == 0)
		e = sink.restart(sink.context, &r, why);
	if (e == ERR_OK && dice(s, 6) == 0)
		e = sink.refused(sink.context, &x, why);
	return e == ERR_OK ? inventory_write_end(&w, why) : e;
}

static void write_fleet(struct stage *s)
{
	struct buf out;
	struct why why = {0};
	char name[64];
	for (unsigned d = 0; d < 3; d++) {
		snprintf(name, sizeof name, "%s/site-%u", s->directory, d);
		CHECK(mkdir(name, 0700) == 0);
	}
	buf_init(&out, 1u << 20);
	for (unsigned n = 0; n < MACHINES; n++) {
		buf_clear(&out);
		CHECK_SAY(write_machine(s, n, &out, &why) == ERR_OK, "%s", why.text);
		snprintf(name, sizeof name, n % 4 == 3 ? "%u.inventory" : "site-%2$u/%1$u.inventory", n, n % 4);
		put_file(s, name, (const char *)out.p, out.n);
	}
	buf_free(&out);
}

// --- The other way: each machine by itself ----------------------------------------------------------------------------------------------

struct alone {
	struct result r; // borrows the law
	struct findings *findings;
	struct inventory_sink to;
	uint64_t refused;
};

static enum err alone_machine(void *context, const struct machine *m, struct why *why)
{
	struct alone *a = context;
	struct machine known = *m;
	known.role = m->role == ROLE_UNKNOWN ? ROLE_WORKSTATION : m->role;
	enum err e = result_machine(&a->r, &known, why);
	return e == ERR_OK ? a->to.machine(a->to.context, m, why) : e;
}

static enum err alone_item(void *context, const struct item *i, struct why *why)
{
	struct alone *a = context;
	return a->to.item(a->to.context, i, why);
}

static enum err alone_restart(void *context, const struct restart *r, struct why *why)
{
	struct alone *a = context;
	return a->to.restart(a->to.context, r, why);
}

static enum err alone_refused(void *context, const struct refused *r, struct why *why)
{
	(void)r;
	(void)why;
	((struct alone *)context)->refused++;
	return ERR_OK;
}

static void count_alone(struct reference *ref, struct alone *a, const char *file, struct slice name)
{
	struct fleet_machine m = {0};
	const struct indicator_value *v = NULL;
	struct findings_count c = findings_counted(a->findings);
	result_end(&a->r);
	snprintf(m.file, sizeof m.file, "%s", file);
	snprintf(m.name, sizeof m.name, "%.*s", SLICE_ARGS(name));
	m.verdict = a->r.verdict;
	const uint64_t known[] = {c.items, c.matched, a->refused, c.flaws, c.silenced, c.uncomputed, a->r.doubtful, 0};
	memcpy(m.number, known, sizeof known);
	for (size_t k = 0; k < DEFECT_CLASSES; k++) {
		m.number[FLEET_WEIGHING + k] = a->r.weighing[k];
		m.number[FLEET_DEROGATED + k] = a->r.derogated[k];
	}
	for (size_t k = 0; k < a->r.findings; k++) {
		const struct finding *f = &a->r.finding[k];
		m.number[FLEET_EXPLOITED] += f->kind == FINDING_FLAW && f->known_exploited && f->confidence != CONFIDENCE_DOUBTFUL;
	}
	fleet_print_line(&ref->lines, &m);
	for (size_t k = 0; k < a->r.points; k++) {
		const struct finding *f = &a->r.finding[a->r.point[k].finding];
		const struct fleet_step step = fleet_step_of(f);
		if (!a->r.point[k].defect.derogated)
			reward(ref, &step, 1, f->known_exploited, a->r.point[k].defect.class);
	}
	size_t n = regime_count_values(a->r.indicators[0], &v);
	for (size_t k = 0; k < n && k < 2; k++) {
		ref->part[k] += v[k].part;
		ref->whole[k] += v[k].whole;
	}
}

static void one_alone(const struct stage *s, struct reference *ref, const char *file)
{
	struct alone a = {0};
	struct why why = {0};
	struct buf room;
	char path[FILE_PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", s->directory, file);
	a.r = s->i.r;
	const struct inventory_sink sink = {&a, alone_machine, alone_item, alone_restart, alone_refused, NULL};
	CHECK(findings_new(s->told.k, &s->i.asked, result_take, &a.r, &a.findings, &why) == ERR_OK);
	a.to = findings_inventory(a.findings);
	buf_init(&room, 1u << 20);
	int fd = open(path, O_RDONLY);
	CHECK_SAY(inventory_native_file(fd, file, &room, &sink, &why) == ERR_OK, "%s", why.text);
	close(fd);
	count_alone(ref, &a, file, a.r.subject);
	buf_free(&room);
	findings_free(a.findings);
	regime_count_free(a.r.indicators[0]);
	a.r.regimes = 0; // the stage's
	a.r.derogations = NULL;
	result_free(&a.r);
}

// --- Both ---------------------------------------------------------------------------------------------------------------------------------

static int by_line(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The lines in the order of their bytes. The caller frees.
static char *sorted(struct slice text)
{
	size_t n = 0, room = 1;
	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == '\n';
	char *copy = strndup((const char *)text.p, text.n), **line = calloc(room, sizeof *line), *all = calloc(1, text.n + 1), *save = NULL;
	for (char *at = strtok_r(copy, "\n", &save); at != NULL; at = strtok_r(NULL, "\n", &save))
		line[n++] = at;
	qsort(line, n, sizeof *line, by_line);
	for (size_t i = 0, at = 0; i < n; i++)
		at += (size_t)sprintf(all + at, "%s\n", line[i]);
	free(copy);
	free(line);
	return all;
}

static void as_each_alone(void)
{
	struct stage s;
	struct outcome slow, kept, forgetting;
	struct reference ref = {0};
	char file[64];
	set_up(&s);
	write_fleet(&s);
	buf_init(&ref.lines, OUTPUT_MAX);
	for (unsigned n = 0; n < MACHINES; n++) {
		snprintf(file, sizeof file, n % 4 == 3 ? "%u.inventory" : "site-%2$u/%1$u.inventory", n, n % 4);
		one_alone(&s, &ref, file);
	}
	run_fleet(&s, 1, 0, &slow);
	run_fleet(&s, 1, FLEET_CACHE_BYTES, &kept);
	run_fleet(&s, 3, 64 * 3000, &forgetting); // a few items in each part
	CHECK(slow.machines == MACHINES && kept.machines == MACHINES && forgetting.machines == MACHINES && kept.unread == 0);
	CHECK(slice_equal(buf_slice(&slow.json), buf_slice(&kept.json)));
	CHECK(slice_equal(buf_slice(&slow.json), buf_slice(&forgetting.json)));
	CHECK(slice_equal(buf_slice(&slow.people), buf_slice(&kept.people)));
	CHECK(slice_equal(buf_slice(&slow.lines), buf_slice(&kept.lines)));
	CHECK(slice_equal(buf_slice(&slow.lines), buf_slice(&forgetting.lines))); // in the same order too
	char *want = sorted(buf_slice(&ref.lines)), *got = sorted(buf_slice(&kept.lines));
	CHECK_TEXT(got, want);
	CHECK(same_rewards(&ref, &kept.rewards));
	for (size_t k = 0; k < 2; k++)
		CHECK(kept.part[k] == ref.part[k] && kept.whole[k] == ref.whole[k] && ref.part[k] > 0 && ref.part[k] < ref.whole[k]);
	// The fleet has something of everything, or this would prove little.
	static const char *const seen[] = {"\"refused\"", "\"favourable\"", "\"re-inspection\"", "\"derogated_minor\":2", "\"silenced\":1", "\"doubtful\":1", "\"passed_over\":1",
	                                   "\"known_exploited\":1", "\"uncomputed\":1"};
	for (size_t k = 0; k < sizeof seen / sizeof *seen; k++)
		CHECK_SAY(strstr(want, seen[k]) != NULL, "%s", seen[k]);
	free(want);
	free(got);
	buf_free(&ref.lines);
	outcome_free(&slow);
	outcome_free(&kept);
	outcome_free(&forgetting);
	tear_down(&s);
}

const struct test tests[] = {{"a fleet counts as each machine alone", as_each_alone}, {NULL, NULL}};
