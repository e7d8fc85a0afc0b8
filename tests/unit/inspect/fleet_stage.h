// A fleet in a directory: a law, derogations and a knowledge that have something of everything, and what the inspection of it comes to.
#ifndef TOCSIN_TEST_FLEET_STAGE_H
#define TOCSIN_TEST_FLEET_STAGE_H

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet.h"
#include "knowledge/facts.h"

#define PACKAGES 24u
#define TODAY "2026-09-01"

static const char fleet_law[] =
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
static const char fleet_derogated[] =
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

static inline void know(struct stage *s)
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

static inline void set_up(struct stage *s)
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
	CHECK_SAY(regime_parse(slice_text(fleet_law), "law", &i->r.regime[0], &why) == ERR_OK, "%s", why.text);
	i->r.regimes = 1;
	CHECK_SAY(derogations_parse(slice_text(fleet_derogated), "d", &i->r.derogations, &why) == ERR_OK, "%s", why.text);
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline void tear_down(struct stage *s)
{
	nftw(s->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	result_free(&s->i.r);
	told_free(&s->told);
}

static inline void put_file(const struct stage *s, const char *name, const char *text, size_t n)
{
	char path[FILE_PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", s->directory, name);
	FILE *f = fopen(path, "w");
	CHECK(f != NULL && fwrite(text, 1, n, f) == n && fclose(f) == 0);
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

static inline void reward(struct reference *ref, const struct fleet_step *step, uint64_t defects, uint64_t exploited, enum defect_class worst)
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

struct outcome {
	struct buf json, lines, people;
	struct fleet_todo *todo;
	size_t todos;
	uint64_t machines, unread, part[2], whole[2];
	struct reference rewards;
};

static inline void run_fleet(struct stage *s, unsigned threads, size_t cache, struct outcome *o)
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

static inline void outcome_free(struct outcome *o)
{
	buf_free(&o->json);
	buf_free(&o->lines);
	buf_free(&o->people);
	free(o->todo);
}

static inline bool same_rewards(const struct reference *a, const struct reference *b)
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

#endif
