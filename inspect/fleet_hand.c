// One thread of a fleet's inspection: files become machines, machines numbers.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet.h"
#include "inventory/sbom.h"
#include "inventory/table.h"

#define MARKS_MAX (RESULT_REGIMES_MAX * REGIME_INDICATORS_MAX)
#define KEY_MAX (16 * INVENTORY_TEXT_MAX)
#define LINES_MAX (64u << 20) // bytes of the lines of one batch: a table may hold a million machines

struct fleet_hand {
	struct fleet *f;
	struct findings *findings;
	struct inventory_sink source;                     // what findings are made by
	struct regime_count *scratch[RESULT_REGIMES_MAX]; // which indicators an effect counts for
	struct regime_count *count[RESULT_REGIMES_MAX];   // of whole machines
	struct buf room, key, lines;
	bool wants_lines;
	enum err stopped;      // what the work cannot go on with, told apart from a file that cannot be read
	uint64_t done;         // machines

	// The effect in the making.
	uint32_t number[FLEET_NUMBERS];
	struct making {
		struct fleet_step step;
		struct fleet_part part;
	} making[STEP_KINDS]; // of one item, or of one machine without its items, there is one thing to do of a kind
	struct fleet_part parts[STEP_KINDS];
	uint16_t marks[MARKS_MAX];
	size_t marks_n;

	// The machine in hand.
	bool open;
	uint64_t passed_over;
	struct fleet_machine machine;
	enum item_role role;
	enum item_exposure exposure;
	uint8_t marked[MARKS_MAX];
	size_t derogation, derogations; // those that name it: the first, how many

	struct fleet_sum sum;
};

// --- An effect -----------------------------------------------------------------------------------------------------------------

static void part_of(struct fleet_hand *h, const struct finding *f, const struct defect *d)
{
	struct making *m = &h->making[step_kind_of(f)];
	const struct fleet_step step = fleet_step_of(f);
	const struct fleet_part one = {d->due == FACT_NO_DATE ? INT64_MAX : d->due, 0, 1, f->known_exploited, d->class};
	struct slice to = step.to;
	if (m->part.defects == 0) {
		*m = (struct making){step, one};
		return;
	}
	m->step.to = step_higher(m->step.to, to, f->ecosystem);
	m->part.defects++;
	m->part.exploited += one.exploited;
	m->part.due = one.due < m->part.due ? one.due : m->part.due;
	m->part.worst = one.worst > m->part.worst ? one.worst : m->part.worst;
}

static enum err take(void *context, const struct finding *f, struct why *why)
{
	struct fleet_hand *h = context;
	const struct result *r = &h->f->i->r;
	struct defect defects[DEFECTS_OF_ONE_MAX];
	(void)why;
	if (r->changed_since != NULL && result_is_unchanged(r, f))
		return ERR_OK;
	h->number[FLEET_DOUBTFUL] += f->confidence == CONFIDENCE_DOUBTFUL;
	h->number[FLEET_EXPLOITED] += f->kind == FINDING_FLAW && f->known_exploited && f->confidence != CONFIDENCE_DOUBTFUL;
	for (size_t i = 0; i < r->regimes; i++) {
		regime_count_finding(h->scratch[i], f, r->today);
		size_t n = regime_judge(r->regime[i], f, r->entity, r->today, defects);
		if (n > 0 && r->derogations != NULL)
			derogations_apply(r->derogations, r->regime[i], f, r->today, defects, n);
		for (size_t k = 0; k < n; k++) {
			h->number[(defects[k].derogated ? FLEET_DEROGATED : FLEET_WEIGHING) + defects[k].class]++;
			if (!defects[k].derogated)
				part_of(h, f, &defects[k]);
		}
	}
	return ERR_OK;
}

// The indicators that count a machine for what was found since the last effect_start().
static void marks_of(struct fleet_hand *h)
{
	h->marks_n = 0;
	for (size_t i = 0; i < h->f->i->r.regimes; i++) {
		const struct indicator_value *v = NULL;
		size_t n = regime_count_values(h->scratch[i], &v);
		for (size_t k = 0; k < n; k++)
			if (regime_count_has(h->scratch[i], k))
				h->marks[h->marks_n++] = (uint16_t)(i << 8 | k);
	}
}

static void effect_start(struct fleet_hand *h)
{
	memset(h->number, 0, sizeof h->number);
	memset(h->making, 0, sizeof h->making);
	for (size_t i = 0; i < h->f->i->r.regimes; i++)
		regime_count_machine(h->scratch[i], h->role, h->exposure);
}

static enum err effect_end(struct fleet_hand *h, struct findings_count before, struct fleet_effect *effect, struct why *why)
{
	struct findings_count after = findings_counted(h->findings);
	enum err e = ERR_OK;
	h->number[FLEET_ITEMS] = (uint32_t)(after.items - before.items);
	h->number[FLEET_MATCHED] = (uint32_t)(after.matched - before.matched);
	h->number[FLEET_FLAWS] = (uint32_t)(after.flaws - before.flaws);
	h->number[FLEET_SILENCED] = (uint32_t)(after.silenced - before.silenced);
	h->number[FLEET_UNCOMPUTED] = (uint32_t)(after.uncomputed - before.uncomputed);
	*effect = (struct fleet_effect){.parts = h->parts, .marks = h->marks};
	for (size_t k = 0; e == ERR_OK && k < STEP_KINDS; k++) {
		struct making *m = &h->making[k];
		if (m->part.defects == 0)
			continue;
		e = fleet_steps_number(h->f->steps, &m->step, &m->part.step, why);
		h->parts[effect->parts_n++] = m->part;
	}
	marks_of(h);
	effect->marks_n = (uint32_t)h->marks_n;
	memcpy(effect->number, h->number, sizeof effect->number);
	return e;
}

static enum err apply(struct fleet_hand *h, const struct fleet_effect *effect, struct why *why)
{
	enum err e = ERR_OK;
	for (size_t i = 0; i < FLEET_NUMBERS; i++)
		h->machine.number[i] += effect->number[i];
	for (size_t i = 0; e == ERR_OK && i < effect->parts_n; i++)
		e = fleet_steps_add(&h->sum.steps, &effect->parts[i], why);
	for (size_t i = 0; i < effect->marks_n; i++)
		h->marked[(size_t)(effect->marks[i] >> 8) * REGIME_INDICATORS_MAX + (effect->marks[i] & 0xff)] = 1;
	return e;
}

// --- A machine -----------------------------------------------------------------------------------------------------------------

static void machine_counts(struct fleet_hand *h)
{
	for (size_t i = 0; i < h->f->i->r.regimes; i++) {
		const struct indicator_value *v = NULL;
		size_t n = regime_count_values(h->count[i], &v);
		regime_count_machine(h->count[i], h->role, h->exposure);
		for (size_t k = 0; k < n; k++)
			if (h->marked[i * REGIME_INDICATORS_MAX + k])
				regime_count_known(h->count[i], k);
	}
}

// The machine in hand ends; with its file, if that cannot be read to its end, it is as if it had not been there.
static enum err machine_end(struct fleet_hand *h, bool counts, struct why *why)
{
	struct fleet_machine *m = &h->machine;
	if (!h->open)
		return ERR_OK;
	h->open = false;
	fleet_steps_machine(&h->sum.steps, counts);
	if (!counts)
		return ERR_OK;
	m->number[FLEET_PASSED_OVER] = h->passed_over;
	h->passed_over = 0;
	m->verdict = regime_verdict(&m->number[FLEET_WEIGHING]);
	h->done++;
	h->sum.machines++;
	h->sum.verdicts[m->verdict]++;
	for (size_t i = 0; i < FLEET_NUMBERS; i++)
		h->sum.number[i] += m->number[i];
	machine_counts(h);
	if (h->wants_lines)
		fleet_print_line(&h->lines, m);
	return fleet_sum_worst(&h->sum, m, why);
}

// The derogations that name this machine.
static void find_derogations(struct fleet_hand *h, struct slice name)
{
	const struct derogation *of = h->f->of_machines;
	size_t low = 0, high = h->f->of_machines_n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (slice_compare(of[middle].machine, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	h->derogation = low;
	h->derogations = 0;
	while (name.n > 0 && low + h->derogations < h->f->of_machines_n && slice_equal(of[low + h->derogations].machine, name))
		h->derogations++;
}

static enum err on_machine(void *context, const struct machine *m, struct why *why)
{
	struct fleet_hand *h = context;
	const struct finding_options *o = &h->f->i->asked;
	enum err e = machine_end(h, true, why);
	if (e != ERR_OK)
		return h->stopped = e;
	memset(h->machine.number, 0, sizeof h->machine.number);
	memset(h->marked, 0, sizeof h->marked);
	size_t n = m->name.n < INVENTORY_TEXT_MAX ? m->name.n : INVENTORY_TEXT_MAX;
	if (n > 0)
		memcpy(h->machine.name, m->name.p, n);
	h->machine.name[n] = 0;
	h->role = m->role != ROLE_UNKNOWN ? m->role : o->role;
	h->exposure = m->exposure != EXPOSURE_UNKNOWN ? m->exposure : o->exposure;
	find_derogations(h, m->name);
	h->open = true;
	effect_start(h);
	struct fleet_effect effect;
	e = h->source.machine(h->source.context, m, why);
	if (e == ERR_OK)
		e = effect_end(h, (struct findings_count){0}, &effect, why);
	return h->stopped = e == ERR_OK ? apply(h, &effect, why) : e;
}

// --- Items ---------------------------------------------------------------------------------------------------------------------

// Does a derogation name this machine and perhaps this item, or is it a kernel that this machine keeps? Then its effect is this
// machine's alone.
static bool is_apart(const struct fleet_hand *h, const struct item *i)
{
	if (findings_is_idle(h->findings, i))
		return true;
	for (size_t n = 0; n < h->derogations; n++) {
		struct slice item = h->f->of_machines[h->derogation + n].item;
		if (item.n == 0 || slice_equal(item, i->name) || slice_equal(item, i->source))
			return true;
	}
	return false;
}

// All of an item, and of its machine, that its findings and their judgement depend on.
static struct slice key_of(struct fleet_hand *h, const struct item *i)
{
	const struct slice texts[] = {i->ecosystem, i->name, i->version, i->source, i->source_version,
	                              i->vendor,    i->arch, i->purl,    i->cpe,    i->caretaker};
	const uint8_t words[] = {(uint8_t)h->role, (uint8_t)h->exposure,    (uint8_t)i->kind,
	                         (uint8_t)i->role, (uint8_t)i->exposure, (uint8_t)i->credentials};
	size_t n = sizeof words;
	for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
		n += 2 + texts[k].n;
	buf_clear(&h->key);
	uint8_t *to = buf_add(&h->key, n);
	INVARIANT(to != NULL);
	memcpy(to, words, sizeof words);
	to += sizeof words;
	for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
		*to++ = (uint8_t)(texts[k].n >> 8);
		*to++ = (uint8_t)texts[k].n;
		if (texts[k].n > 0)
			memcpy(to, texts[k].p, texts[k].n);
		to += texts[k].n;
	}
	return buf_slice(&h->key);
}

static enum err work_out(struct fleet_hand *h, const struct item *i, struct fleet_effect *effect, struct why *why)
{
	struct findings_count before = findings_counted(h->findings);
	effect_start(h);
	enum err e = h->source.item(h->source.context, i, why);
	return e == ERR_OK ? effect_end(h, before, effect, why) : e;
}

// A reader that knows no machine: a document about a product.
static enum err some_machine(struct fleet_hand *h, struct why *why)
{
	const struct machine nobody = {.taken = INVENTORY_UNKNOWN_DATE, .updated = INVENTORY_UNKNOWN_DATE};
	return h->open ? ERR_OK : on_machine(h, &nobody, why);
}

static enum err on_item(void *context, const struct item *i, struct why *why)
{
	struct fleet_hand *h = context;
	struct fleet_effect effect;
	uint64_t place = 0;
	enum err e = some_machine(h, why);
	if (e != ERR_OK)
		return e;
	if (h->f->cache == NULL || is_apart(h, i)) {
		e = work_out(h, i, &effect, why);
		return h->stopped = e == ERR_OK ? apply(h, &effect, why) : e;
	}
	struct slice key = key_of(h, i);
	if (fleet_cache_find(h->f->cache, key, &place, &effect)) {
		e = apply(h, &effect, why);
		fleet_cache_leave(h->f->cache, place);
		return h->stopped = e;
	}
	e = work_out(h, i, &effect, why);
	if (e == ERR_OK) {
		fleet_cache_put(h->f->cache, key, place, &effect);
		e = apply(h, &effect, why);
	}
	return h->stopped = e;
}

static enum err on_restart(void *context, const struct restart *r, struct why *why)
{
	struct fleet_hand *h = context;
	enum err e = some_machine(h, why);
	if (e != ERR_OK)
		return e;
	struct findings_count before = findings_counted(h->findings);
	effect_start(h);
	struct fleet_effect effect;
	e = h->source.restart(h->source.context, r, why);
	if (e == ERR_OK)
		e = effect_end(h, before, &effect, why);
	return h->stopped = e == ERR_OK ? apply(h, &effect, why) : e;
}

static enum err on_refused(void *context, const struct refused *r, struct why *why)
{
	struct fleet_hand *h = context;
	(void)r;
	(void)why;
	h->passed_over++; // perhaps before the machine is known
	return ERR_OK;
}

// --- Files ---------------------------------------------------------------------------------------------------------------------

// JSON, plain or compressed (gzip, zstd, xz), or another form of a document, and no table.
static bool is_document(struct slice head)
{
	static const char *const begins[] = {"{", "[", "<", "SPDXVersion:", "\xef\xbb\xbf{", "\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd\x37zXZ"};
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (head.n >= strlen(begins[i]) && memcmp(head.p, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

// CycloneDX or SPDX; what is neither may be Wazuh's.
static enum err read_document(const struct fleet_hand *h, int fd, const char *file, const struct table_options *o,
                              const struct inventory_sink *sink, struct why *why)
{
	struct why other = {0};
	enum err e = inventory_sbom(fd, file, sink, why);
	if (e != ERR_INPUT || h->open || lseek(fd, 0, SEEK_SET) < 0)
		return e;
	return inventory_wazuh(fd, file, o, sink, &other) == ERR_OK ? ERR_OK : e;
}

static enum err read_file(struct fleet_hand *h, int fd, const char *file, struct why *why)
{
	const struct inspection *i = h->f->i;
	const struct inventory_sink sink = {h, on_machine, on_item, on_restart, on_refused, NULL};
	const struct table_options o = {.ecosystem = slice_text(i->ecosystem == NULL ? "" : i->ecosystem), .taken = i->r.today};
	static pthread_mutex_t large = PTHREAD_MUTEX_INITIALIZER;
	struct stat st;
	char head[32];
	ssize_t n = pread(fd, head, sizeof head, 0);
	if (n <= 0 || fstat(fd, &st) != 0)
		return why_set(why, n == 0 ? ERR_INPUT : ERR_SYSTEM, "%s", n == 0 ? "is empty" : strerror(errno));
	const struct slice start = slice_of(head, (size_t)n);
	if (is_document(start))
		return read_document(h, fd, file, &o, &sink, why);
	if (!inventory_is_native(start))
		return inventory_table(fd, file, &o, &sink, why);
	if (st.st_size < (off_t)h->room.max)
		return inventory_native_file(fd, file, &h->room, &sink, why);
	struct buf room;
	buf_init(&room, NATIVE_BYTES_MAX + 1);
	pthread_mutex_lock(&large);
	enum err e = inventory_native_file(fd, file, &room, &sink, why);
	buf_free(&room);
	pthread_mutex_unlock(&large);
	return e;
}

enum err fleet_hand_file(struct fleet_hand *h, int fd, const char *file, struct why *why)
{
	struct why reason = {0};
	strcpy(h->machine.file, file);
	uint64_t before = h->done;
	h->passed_over = 0;
	enum err e = read_file(h, fd, file, &reason);
	close(fd);
	if (h->stopped == ERR_OK && e == ERR_OK && !h->open && h->done == before)
		e = why_set(&reason, ERR_INPUT, "%s: no machine and no item", file);
	if (h->stopped == ERR_OK)
		h->stopped = machine_end(h, e == ERR_OK, &reason);
	if (h->stopped != ERR_OK) {
		*why = reason;
		return h->stopped;
	}
	return e == ERR_OK ? ERR_OK : fleet_hand_unread(h, file, &reason, why);
}

enum err fleet_hand_unread(struct fleet_hand *h, const char *file, const struct why *reason, struct why *why)
{
	struct why bare = *reason; // the file is named beside it
	size_t n = strlen(file);
	if (strncmp(reason->text, file, n) == 0 && strncmp(reason->text + n, ": ", 2) == 0)
		strcpy(bare.text, reason->text + n + 2);
	if (h->wants_lines)
		fleet_print_unread(&h->lines, file, &bare);
	return fleet_sum_unread(&h->sum, file, &bare, why);
}

struct buf *fleet_hand_lines(struct fleet_hand *h)
{
	return &h->lines;
}

uint64_t fleet_hand_machines(const struct fleet_hand *h)
{
	return h->done;
}

// --- The hand ------------------------------------------------------------------------------------------------------------------

enum err fleet_hand_new(struct fleet *f, bool lines, struct fleet_hand **out, struct why *why)
{
	struct inspection *i = f->i;
	struct finding_options o = i->asked;
	struct fleet_hand *h = calloc(1, sizeof *h);
	if (h == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	h->f = f;
	h->wants_lines = lines;
	buf_init(&h->room, FLEET_ROOM);
	buf_init(&h->key, KEY_MAX);
	buf_init(&h->lines, LINES_MAX);
	o.once = true; // what is seen again was kept here
	enum err e = findings_new(i->knowledge, &o, take, h, &h->findings, why);
	for (size_t n = 0; e == ERR_OK && n < i->r.regimes; n++) {
		e = regime_count_new(i->r.regime[n], &h->scratch[n], why);
		if (e == ERR_OK)
			e = regime_count_new(i->r.regime[n], &h->count[n], why);
	}
	if (e != ERR_OK) {
		fleet_hand_free(h);
		return e;
	}
	h->source = findings_inventory(h->findings);
	*out = h;
	return ERR_OK;
}

void fleet_hand_free(struct fleet_hand *h)
{
	if (h == NULL)
		return;
	for (size_t n = 0; n < RESULT_REGIMES_MAX; n++) {
		regime_count_free(h->scratch[n]);
		regime_count_free(h->count[n]);
	}
	findings_free(h->findings);
	buf_free(&h->room);
	buf_free(&h->key);
	buf_free(&h->lines);
	fleet_sum_free(&h->sum);
	free(h);
}

enum err fleet_hand_end(struct fleet_hand *h, struct why *why)
{
	struct result *r = &h->f->i->r;
	for (size_t n = 0; n < r->regimes; n++) {
		enum err e = r->indicators[n] != NULL ? ERR_OK : regime_count_new(r->regime[n], &r->indicators[n], why);
		if (e != ERR_OK)
			return e;
		regime_count_add(r->indicators[n], h->count[n]);
	}
	return fleet_sum_add(&h->f->sum, &h->sum, why);
}
