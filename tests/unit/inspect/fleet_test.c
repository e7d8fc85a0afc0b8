// A fleet is counted as each of its machines by itself would be, whatever is kept, forgotten, or read by which thread; and what cannot be
// read stops nothing.
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet.h"
#include "knowledge/facts.h"

#define MACHINES 400u
#define PACKAGES 24u
#define TODAY "2026-09-01"

static const char law[] =
	"tocsin-regime 1\nid test\nversion 2026-01-01\ntitle en T\ntitle fr T\nsource S\n"
	"obligation U\n\tbasis B\n\tbinds all\n\ttitle en T\n\ttitle fr T\n\tevidence en E\n\tevidence fr E\n"
	"\tdefect critical within 0 days when flaw and known-exploited and exposure = internet\n"
	"\tdefect major within 2 months when flaw and fix = available and age > 1 month and not negligible\n"
	"\tdefect minor recorded when flaw\n"
	"\tdefect major within 30 days when unsupported and not soon\n"
	"\tdefect minor recorded when unsupported\n"
	"\tdefect minor recorded when kernel\n"
	"\tdefect minor recorded when restart\n"
	"\tdefect minor recorded when stale\n"
	"obligation O\n\tbasis B\n\tbinds all\n\ttitle en T\n\ttitle fr T\n\tevidence en E\n\tevidence fr E\n"
	"\tdefect critical within 0 days when credential and role = industrial\n"
	"\tdefect minor recorded when credential\n"
	"\tdefect major within 2 months when caretaker\n"
	"\tdefect critical within 0 days when banned\n"
	"\tdefect major within 10 days when flaw and score >= 9.0 and role = server\n"
	"indicator I-1\n\tbasis B\n\ttitle en T\n\ttitle fr T\n\tevidence en E\n\tevidence fr E\n"
	"\tcounts machines where role = server\n\thaving flaw and fix = available\n"
	"indicator I-2\n\tbasis B\n\ttitle en T\n\ttitle fr T\n\tevidence en E\n\tevidence fr E\n"
	"\tcounts machines\n\thaving unsupported and not soon\n\thaving credential and role = industrial\n";
static const char derogated[] =
	"tocsin-derogations 1\n"
	"derogation A\nobligation test U\nitem p-03\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	"derogation B\nobligation test U\nmachine m-0007\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	"derogation C\nobligation test U\nmachine m-0011\nitem p-05\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	"derogation D\nobligation test O\nmachine m-0011\nflaw CVE-2026-1007\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	"derogation E\nobligation test U\nflaw CVE-2026-1012\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	"derogation H\nobligation test U\nmachine m-0217\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	"derogation I\nobligation test U\nmachine m-0218\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	"derogation J\nobligation test U\nmachine m-0214\nitem s-0\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	"derogation K\nobligation test U\nmachine m-0215\nitem s-3\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	"derogation L\nobligation test U\nmachine m-0216\nitem s-0\ngranted-by G\nreason R\nuntil 2027-01-01\n"
	"derogation F\nobligation test U\nmachine m-0012\ngranted-by G\nreason R\nuntil 2026-01-01\n"
	"derogation G\nobligation test U\nmachine m-0013\nitem s-1\ngranted-by G\nreason R\nuntil 2027-01-01\n";

struct stage {
	char directory[64];
	struct told told;
	struct inspection i;
	uint64_t seed;
};

static unsigned dice(struct stage *s, unsigned sides)
{
	s->seed = s->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(s->seed >> 33) % sides;
}

static void know(struct stage *s)
{
	struct told *t = &s->told;
	char id[32], name[32], fixed[32];
	*t = told_new();
	tell_source(t, SOURCE_DEBIAN, "tracker", "Debian", "2026-08-30", true);
	for (unsigned f = 0; f < 120; f++) {
		snprintf(id, sizeof id, "CVE-2026-1%03u", f);
		snprintf(name, sizeof name, f % 6 == 0 ? "s-%u" : "p-%02u", f % 6 == 0 ? f / 6 % 4 : f % PACKAGES);
		snprintf(fixed, sizeof fixed, "1.%u-1", 1 + f % 7);
		tell_flaw(t, id, "a title", 40 + f % 60, f % 3 == 0 ? "2026-08-28" : "2026-03-01", "");
		tell_affected(t, id, NAMES_SOURCE, "Debian:12", name, f % 11 == 0 ? VERSION_CUSTOM : VERSION_DEB, "0", f % 5 == 0 ? "*" : fixed);
	}
	tell_source(t, SOURCE_OPENVEX, "vex", "Somebody", "2026-08-30", true);
	tell_silent(t, "CVE-2026-1020", NAMES_SOURCE, "Debian:12", "p-20", "", "component_not_present");
	tell_source(t, SOURCE_CVE, "cve", "CVE", "2026-08-30", false);
	tell_flaw(t, "CVE-2026-2000", "a title", 98, "2026-05-01", "");
	struct fact_range r = told_range("0", "3.0", VERSION_NUMBERS, STATUS_AFFECTED);
	tell_ranges(t, "CVE-2026-2000", NAMES_PRODUCT, "", "Acme", "Controller", STATUS_UNAFFECTED, &r, 1);
	tell_ranges(t, "CVE-2026-2000", NAMES_CPE, "", "", "cpe:2.3:a:acme:gun:*:*:*:*:*:*:*:*", STATUS_UNAFFECTED, &r, 1);
	tell(t, &(struct fact){.kind = FACT_AFFECTED, .affected = {.flaw = slice_text("CVE-2026-2000"), .names = NAMES_PRODUCT, .vendor = slice_text("Acme"),
		.name = slice_text("driver"), .platform = slice_text("x64-based Systems"), .ranges = &r, .ranges_n = 1, .otherwise = STATUS_UNAFFECTED}});
	tell_source(t, SOURCE_KEV, "kev", "CISA", "2026-08-30", true);
	tell_kev(t, "CVE-2026-1007", "2026-08-01", "2026-08-20", true);
	tell_kev(t, "CVE-2026-1014", "2026-08-01", "2026-10-20", false);
	tell_kev(t, "CVE-2026-2000", "2026-08-01", "2026-10-20", false);
	tell_source(t, SOURCE_EOL, "eol", "eol", "2026-08-30", true);
	tell_product(t, "debian", "Debian", NULL);
	tell_cycle(t, "debian", "12", "12", "12.9", "2026-10-01", "");
	tell_cycle(t, "debian", "11", "11", "11.9", "2024-10-01", "");
	tell_product(t, "gun", "Gun", (const char *const[]){"cpe:cpe:2.3:a:acme:gun", NULL});
	tell_cycle(t, "gun", "1", "1", "1.9", "2025-01-01", "");
	tell_source(t, SOURCE_BANNED, "banned", "Authority", "2026-08-30", true);
	tell_banned(t, "Evil", "", "banned", "2026-01-01", "2026-02-01");
	tell_banned(t, "Acme", "Controller", "restricted", "2026-01-01", "2027-02-01");
	tell_source(t, SOURCE_PROVIDERS, "providers", "Authority", "2026-08-30", true);
	tell_provider(t, "Good Ltd", "Q", "2026-01-01", "2027-01-01", false);
	told_knowledge(t);
}

static void set_up(struct stage *s)
{
	struct why why = {0};
	*s = (struct stage){.directory = "/tmp/tocsin-fleet-XXXXXX", .seed = 7};
	CHECK(mkdtemp(s->directory) != NULL);
	know(s);
	struct inspection *i = &s->i;
	result_init(&i->r);
	i->knowledge = s->told.k;
	i->r.knowledge = s->told.k;
	i->r.today = i->asked.today = told_date(TODAY);
	i->asked.role = ROLE_WORKSTATION;
	i->asked.caretaker = slice_text("Nobody Ltd");
	CHECK_SAY(regime_parse(slice_text(law), "law", &i->r.regime[0], &why) == ERR_OK, "%s", why.text);
	i->r.regimes = 1;
	CHECK_SAY(derogations_parse(slice_text(derogated), "d", &i->r.derogations, &why) == ERR_OK, "%s", why.text);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void tear_down(struct stage *s)
{
	nftw(s->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	result_free(&s->i.r);
	told_free(&s->told);
}

static void put_file(const struct stage *s, const char *name, const char *text, size_t n)
{
	char path[FILE_PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", s->directory, name);
	FILE *f = fopen(path, "w");
	CHECK(f != NULL && fwrite(text, 1, n, f) == n && fclose(f) == 0);
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

struct reward { // of a step without its version
	enum step_kind kind;
	char name[64];
	uint64_t defects, exploited;
	enum defect_class worst;
};

struct reference {
	struct buf lines;
	struct reward reward[256];
	size_t rewards;
	uint64_t part[2], whole[2];
};

static void reward(struct reference *ref, const struct fleet_step *step, uint64_t defects, uint64_t exploited, enum defect_class worst)
{
	char name[64];
	size_t n = 0;
	snprintf(name, sizeof name, "%.*s", SLICE_ARGS(step->name));
	while (n < ref->rewards && (ref->reward[n].kind != step->kind || strcmp(ref->reward[n].name, name) != 0))
		n++;
	CHECK(n < 256);
	struct reward *w = &ref->reward[n];
	if (n == ref->rewards) {
		*w = (struct reward){.kind = step->kind, .worst = worst};
		strcpy(w->name, name);
		ref->rewards++;
	}
	w->defects += defects;
	w->exploited += exploited;
	w->worst = worst > w->worst ? worst : w->worst;
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

struct outcome {
	struct buf json, lines, people;
	struct fleet_todo *todo;
	size_t todos;
	uint64_t machines, unread, part[2], whole[2];
	struct reference rewards;
};

static void run_fleet(struct stage *s, unsigned threads, size_t cache, struct outcome *o)
{
	struct fleet f;
	struct why why = {0};
	struct result *r = &s->i.r;
	char path[FILE_PATH_MAX] = "/tmp/tocsin-fleet-lines-XXXXXX";
	const struct indicator_value *v = NULL;
	struct fleet_step_count others;
	int root = open(s->directory, O_RDONLY | O_DIRECTORY), lines = mkstemp(path);
	memset(o, 0, sizeof *o);
	buf_init(&o->json, OUTPUT_MAX);
	buf_init(&o->lines, OUTPUT_MAX);
	buf_init(&o->people, OUTPUT_MAX);
	regime_count_free(r->indicators[0]);
	r->indicators[0] = NULL;
	CHECK_SAY(fleet_inspect(&f, &s->i, root, "fleet", threads, cache, lines, &why) == ERR_OK, "%s", why.text);
	CHECK(file_read(path, OUTPUT_MAX, &o->lines, &why) == ERR_OK);
	CHECK_SAY(fleet_print_json(&f, "fleet", &o->json, &why) == ERR_OK, "%s", why.text);
	CHECK_SAY(fleet_print_people(&f, "fleet", &o->people, &why) == ERR_OK, "%s", why.text);
	o->machines = f.sum.machines;
	o->unread = f.sum.unread;
	size_t n = regime_count_values(r->indicators[0], &v);
	for (size_t k = 0; k < n && k < 2; k++) {
		o->part[k] = v[k].part;
		o->whole[k] = v[k].whole;
	}
	CHECK(fleet_steps_list(f.steps, &f.sum.steps, &o->todo, &o->todos, &others, &why) == ERR_OK && others.machines == 0);
	for (size_t k = 0; k < o->todos; k++)
		reward(&o->rewards, &o->todo[k].step, o->todo[k].count.defects, o->todo[k].count.exploited, o->todo[k].count.worst);
	fleet_free(&f);
	close(root);
	close(lines);
	unlink(path);
}

static void outcome_free(struct outcome *o)
{
	buf_free(&o->json);
	buf_free(&o->lines);
	buf_free(&o->people);
	free(o->todo);
}

static bool same_rewards(const struct reference *a, const struct reference *b)
{
	bool same = a->rewards == b->rewards;
	for (size_t n = 0; same && n < a->rewards; n++) {
		size_t k = 0;
		while (k < b->rewards && (a->reward[n].kind != b->reward[k].kind || strcmp(a->reward[n].name, b->reward[k].name) != 0))
			k++;
		const struct reward *x = &a->reward[n], *y = &b->reward[k];
		same = k < b->rewards && x->defects == y->defects && x->exploited == y->exploited && x->worst == y->worst;
		CHECK_SAY(same, "%u %s: %llu %llu", x->kind, x->name, (unsigned long long)x->defects, k < b->rewards ? (unsigned long long)y->defects : 0);
	}
	return same;
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

#define NATIVE "tocsin-inventory 1\nname\tx\necosystem\tDebian:12\np\tp-01\t1.0-1\tall\t\t\n"
static const struct {
	const char *name, *text, *said; // said: NULL: it is read
} files[] = {
	{"good", NATIVE "end\t4\n", NULL},
	{"cut", NATIVE, "no end line: the file was cut"},
	{"late", NATIVE "q\tnothing\nend\t5\n", "line 5: q: no such line here"},
	{"count", NATIVE "end\t9\n", "line 5: end: another number of lines"},
	{"empty", "", "is empty"},
	{"head", "tocsin-inventory 1\nend\t1\n", NULL},
	{"note.txt", "some words\n", ""},
	{"broken.json", "{\"bomFormat\": \"CycloneDX\", ", ""},
	{"other.json", "{\"a\": 1}", ""},
	{"two.csv", "machine;package;version;ecosystem\na;p-01;1.0-1;Debian:12\nb;p-02;1.0-1;Debian:12\n;;;\n", NULL},
	{"bill.json", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\"components\":[{\"type\":\"library\",\"name\":\"left\",\"version\":\"1\","
	 "\"purl\":\"pkg:npm/left@1\"}]}", NULL},
	{"odd\x1b[31m\xff name", "", "is empty"},
	{".hidden", "some words\n", NULL},
};

static void what_cannot_be_read(void)
{
	struct stage s;
	struct outcome o;
	char path[FILE_PATH_MAX], said[512];
	unsigned unread = 0;
	set_up(&s);
	for (size_t n = 0; n < sizeof files / sizeof *files; n++) {
		put_file(&s, files[n].name, files[n].text, strlen(files[n].text));
		unread += files[n].said != NULL;
	}
	snprintf(path, sizeof path, "%s/link", s.directory);
	CHECK(symlink("good", path) == 0);
	snprintf(path, sizeof path, "%s/pipe", s.directory);
	CHECK(mkfifo(path, 0600) == 0);
	size_t n = (size_t)snprintf(path, sizeof path, "%s", s.directory);
	for (unsigned k = 0; k < FLEET_DEPTH_MAX; k++) {
		n += (size_t)snprintf(path + n, sizeof path - n, "/d");
		CHECK(mkdir(path, 0700) == 0);
	}
	run_fleet(&s, 2, FLEET_CACHE_BYTES, &o);
	buf_put_u8(&o.lines, 0);
	const char *lines = (const char *)o.lines.p;
	CHECK_SAY(o.machines == 5, "%llu", (unsigned long long)o.machines); // good, head, two.csv twice, bill.json
	CHECK_SAY(o.unread == unread + 3, "%llu", (unsigned long long)o.unread);
	for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
		if (files[k].said == NULL || (unsigned char)files[k].name[3] < 0x20)
			continue;
		snprintf(said, sizeof said, "{\"file\":\"%s\",\"not_read\":\"", files[k].name);
		const char *at = strstr(lines, said);
		CHECK_SAY(at != NULL && strncmp(at + strlen(said), files[k].said, strlen(files[k].said)) == 0, "%s: %.200s", files[k].name, at == NULL ? "" : at);
	}
	static const char *const others[] = {"{\"file\":\"link\",\"not_read\":\"a symbolic link", "{\"file\":\"pipe\",\"not_read\":\"is no file",
	                                     "d/d\",\"not_read\":\"directories are more than 16 deep", "{\"file\":\"odd?[31m? name\",\"not_read\":\"is empty",
	                                     "{\"file\":\"good\",\"machine\":\"x\",\"verdict\":"};
	for (size_t k = 0; k < sizeof others / sizeof *others; k++)
		CHECK_SAY(strstr(lines, others[k]) != NULL, "%s", others[k]);
	CHECK(strstr(lines, "hidden") == NULL);
	buf_put_u8(&o.people, 0);
	CHECK(strchr((const char *)o.people.p, 0x1b) == NULL);
	outcome_free(&o);
	tear_down(&s);
}

// A machine that is broken off leaves nothing behind: neither counts nor steps nor indicators.
static void nothing_by_halves(void)
{
	struct stage s;
	struct outcome with, without;
	set_up(&s);
	put_file(&s, "good", NATIVE "end\t4\n", strlen(NATIVE "end\t4\n"));
	run_fleet(&s, 1, FLEET_CACHE_BYTES, &without);
	static const char text[] = "tocsin-inventory 1\nname\ty\nos\tdebian\t11\t\tDebian\necosystem\tDebian:12\nrole\tserver\np\tp-07\t1.0-1\tall\t\t\nq\nend\t7\n";
	put_file(&s, "bad", text, sizeof text - 1);
	run_fleet(&s, 1, FLEET_CACHE_BYTES, &with);
	CHECK(with.machines == 1 && with.unread == 1 && without.unread == 0 && without.machines == 1);
	CHECK(with.todos == without.todos && same_rewards(&with.rewards, &without.rewards));
	for (size_t k = 0; k < 2; k++)
		CHECK(with.part[k] == without.part[k] && with.whole[k] == without.whole[k]);
	outcome_free(&with);
	outcome_free(&without);
	tear_down(&s);
}

// One table for more machines than are named, and steps that differ by kind.
static void the_worst_are_named(void)
{
	struct stage s;
	struct outcome o;
	struct buf text;
	set_up(&s);
	buf_init(&text, 1u << 20);
	buf_put_text(&text, "machine;package;version;ecosystem\n");
	for (unsigned m = 0; m < 100; m++)
		for (unsigned p = 0; p <= m % 20; p++)
			buf_printf(&text, "w-%03u;p-%02u;1.0-1;Debian:12\n", m, p);
	put_file(&s, "table.csv", (const char *)text.p, text.n);
	run_fleet(&s, 2, FLEET_CACHE_BYTES, &o);
	buf_put_u8(&o.json, 0);
	unsigned named = 0;
	const char *worst = strstr((const char *)o.json.p, "\"worst\": [");
	for (const char *at = worst; at != NULL && (at = strstr(at + 1, "\"machine\": \"w-")) != NULL;)
		named++;
	CHECK_SAY(o.machines == 100 && named == FLEET_WORST, "%u", named);
	CHECK(worst != NULL && strstr(worst, "w-019") != NULL && strstr(worst, "w-019") < strstr(worst, "w-039"));
	buf_free(&text);
	outcome_free(&o);
	tear_down(&s);
}

const struct test tests[] = {
	{"a fleet counts as each machine alone", as_each_alone},
	{"what cannot be read is told and stops nothing", what_cannot_be_read},
	{"a machine broken off leaves nothing", nothing_by_halves},
	{"the worst machines are named, in order", the_worst_are_named},
	{NULL, NULL},
};
