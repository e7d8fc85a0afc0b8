// A machine and its items, one after the other, become findings.
#include <stdlib.h>

#include "inside.h"

#define DAY 86400

static const char *const kinds[] = {"flaw",    "silenced", "uncomputed", "unsupported", "banned", "restart",
                                    "kernel", "caretaker", "credential", "stale",       "answer"};
_Static_assert(sizeof kinds / sizeof *kinds == FINDING_KINDS, "a name a kind");

const char *finding_kind_name(enum finding_kind k)
{
	return k < FINDING_KINDS ? kinds[k] : "";
}

bool finding_kind_named(struct slice name, enum finding_kind *k)
{
	for (size_t i = 0; i < FINDING_KINDS; i++)
		if (slice_is_text(name, kinds[i])) {
			*k = (enum finding_kind)i;
			return true;
		}
	return false;
}

const char *confidence_name(enum confidence c)
{
	static const char *const names[] = {"doubtful", "alias", "exact"};
	return c <= CONFIDENCE_EXACT ? names[c] : "";
}

struct finding finding_start(const struct findings *f, enum finding_kind kind, enum confidence confidence, const struct item *i)
{
	struct finding found = {.kind = kind,
	                        .confidence = confidence,
	                        .machine = f->machine.name,
	                        .item_kind = ITEM_SYSTEM,
	                        .role = f->machine.role,
	                        .exposure = f->machine.exposure,
	                        .published = FACT_NO_DATE,
	                        .kev_added = FACT_NO_DATE,
	                        .kev_due = FACT_NO_DATE,
	                        .ended = FACT_NO_DATE,
	                        .extended_until = FACT_NO_DATE,
	                        .from = FACT_NO_DATE,
	                        .out_by = FACT_NO_DATE,
	                        .since = FACT_NO_DATE};
	if (i == NULL)
		return found;
	found.item = i->name;
	found.item_kind = i->kind;
	found.version = i->version;
	found.package = i->source.n > 0 ? i->source : i->name;
	found.ecosystem = i->ecosystem;
	found.purl = i->purl;
	found.cpe = i->cpe;
	if (i->role != ROLE_UNKNOWN)
		found.role = i->role;
	if (i->exposure != EXPOSURE_UNKNOWN)
		found.exposure = i->exposure;
	return found;
}

enum err finding_tell(struct findings *f, const struct finding *found, struct why *why)
{
	switch (found->kind) {
	case FINDING_FLAW:
		f->count.flaws++;
		break;
	case FINDING_SILENCED:
		f->count.silenced++;
		break;
	case FINDING_UNCOMPUTED:
		f->count.uncomputed++;
		break;
	default:
		break;
	}
	return f->sink(f->context, found, why);
}

// Copies what the machine says: its slices live only until the reader's next step.
static enum err keep_machine(struct findings *f, const struct machine *m, struct why *why)
{
	struct slice *of[] = {&f->machine.name,        &f->machine.os_id,          &f->machine.os_version,       &f->machine.os_name,  &f->machine.os_codename,
	                      &f->machine.ecosystem,   &f->machine.kernel_running, &f->machine.kernel_installed, &f->machine.caretaker};
	buf_clear(&f->text);
	f->machine = *m;
	if (f->machine.role == ROLE_UNKNOWN)
		f->machine.role = f->options.role;
	if (f->machine.exposure == EXPOSURE_UNKNOWN)
		f->machine.exposure = f->options.exposure;
	if (f->machine.caretaker.n == 0)
		f->machine.caretaker = f->options.caretaker;
	size_t at[sizeof of / sizeof *of];
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		at[i] = f->text.n;
		buf_put_slice(&f->text, *of[i]);
	}
	if (buf_status(&f->text) != ERR_OK)
		return why_set(why, ERR_LIMIT, "the machine's description is too long");
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		*of[i] = slice_part(buf_slice(&f->text), at[i], of[i]->n);
	return ERR_OK;
}

static enum err take_machine(void *context, const struct machine *m, struct why *why)
{
	struct findings *f = context;
	f->count = (struct findings_count){0};
	enum err e = keep_machine(f, m, why);
	if (e == ERR_OK)
		e = support_of_system(f, why);
	if (e != ERR_OK)
		return e;
	const struct machine *my = &f->machine;
	if (my->kernel_installed.n > 0 && my->kernel_running.n > 0 && !slice_equal(my->kernel_installed, my->kernel_running)) {
		struct finding found = finding_start(f, FINDING_KERNEL, CONFIDENCE_EXACT, NULL);
		found.item = SLICE_LITERAL("kernel");
		found.version = my->kernel_running;
		found.fixed = my->kernel_installed;
		e = finding_tell(f, &found, why);
	}
	if (e == ERR_OK && my->updated != INVENTORY_UNKNOWN_DATE && f->options.today - my->updated >= FINDING_STALE_DAYS * DAY) {
		struct finding found = finding_start(f, FINDING_STALE, CONFIDENCE_EXACT, NULL);
		found.item = my->os_name;
		found.since = my->updated;
		e = finding_tell(f, &found, why);
	}
	return e == ERR_OK ? caretaker_of(f, NULL, my->caretaker, why) : e;
}

static struct finding of_hit(struct findings *f, const struct item *i, const struct subject *s, const struct hit *h, struct why *reason)
{
	struct finding found = finding_start(f, h->kind, h->confidence, i);
	struct knowledge_flaw flaw = knowledge_flaw(f->k, h->row.flaw);
	struct knowledge_source source = knowledge_source(f->k, h->row.source);
	found.flaw = flaw.id;
	found.title = flaw.title;
	found.source = source.name;
	found.author = source.author;
	found.fixed = h->fixed;
	found.negligible = h->row.negligible;
	found.score10 = flaw.score10;
	found.epss_ppm = flaw.epss_ppm;
	found.known_exploited = flaw.known_exploited;
	found.ransomware = flaw.ransomware;
	found.published = flaw.published;
	found.kev_added = flaw.kev_added;
	found.kev_due = flaw.kev_due;
	found.kev_digest = flaw.kev_digest;
	found.since = flaw.published;
	if (h->kind == FINDING_SILENCED)
		found.reason = h->row.justification;
	if (h->kind == FINDING_UNCOMPUTED) {
		struct slice version = subject_version(s, &h->row);
		if (version.n == 0)
			found.reason = SLICE_LITERAL("its version is not known");
		else if (h->investigated)
			found.reason = SLICE_LITERAL("its author has not said yet whether it is affected");
		else if (knowledge_status(f->k, &h->row, version, reason) == STATUS_UNKNOWN && reason->text[0] != 0)
			found.reason = slice_text(reason->text);
		else
			found.reason = SLICE_LITERAL("the record does not say");
	}
	return found;
}

bool findings_is_idle(const struct findings *f, const struct item *i)
{
	return finding_is_idle(&f->machine, i);
}

static void silence_idle(struct finding *found)
{
	found->kind = FINDING_SILENCED;
	found->author = SLICE_LITERAL("tocsin-inspect");
	found->reason = SLICE_LITERAL("an older kernel, which neither runs nor starts next");
}

static enum err flaws_of_item(struct findings *f, const struct item *i, struct why *why)
{
	struct subject s = {i->ecosystem, i->name, i->version, i->source, i->source_version, i->vendor, i->cpe, i->arch,
	                    is_distributed(i), is_alone(i)};
	if (s.distributed)
		s.arch = (struct slice){0};
	const struct hits *hits = NULL;
	enum err e = cache_hits(f->cache, f->k, &s, &hits, why);
	bool idle = e == ERR_OK && hits->n > 0 && finding_is_idle(&f->machine, i);
	for (size_t n = 0; e == ERR_OK && n < hits->n; n++) {
		struct why reason = {0};
		struct finding found = of_hit(f, i, &s, &hits->of[n], &reason);
		if (idle && found.kind != FINDING_SILENCED)
			silence_idle(&found);
		e = finding_tell(f, &found, why);
	}
	f->count.matched += e == ERR_OK && hits->n > 0;
	return e;
}

static enum err take_item(void *context, const struct item *i, struct why *why)
{
	struct findings *f = context;
	f->count.items++;
	enum err e = flaws_of_item(f, i, why);
	if (e == ERR_OK && !is_distributed(i))
		e = support_of_item(f, i, why);
	if (e == ERR_OK && (i->vendor.n > 0 || i->cpe.n > 0))
		e = bans_of_item(f, i, why);
	if (e == ERR_OK && i->caretaker.n > 0)
		e = caretaker_of(f, i, i->caretaker, why);
	if (e == ERR_OK && i->credentials == CREDENTIALS_DEFAULT) {
		struct finding found = finding_start(f, FINDING_CREDENTIAL, CONFIDENCE_EXACT, i);
		e = finding_tell(f, &found, why);
	}
	return e;
}

static enum err take_restart(void *context, const struct restart *r, struct why *why)
{
	struct findings *f = context;
	struct finding found = finding_start(f, FINDING_RESTART, CONFIDENCE_EXACT, NULL);
	found.item = r->unit.n > 0 ? r->unit : r->process;
	found.package = r->file;
	return finding_tell(f, &found, why);
}

static enum err take_refused(void *context, const struct refused *r, struct why *why)
{
	(void)r;
	(void)why;
	((struct findings *)context)->count.refused++;
	return ERR_OK;
}

enum err findings_new(const struct knowledge *k, const struct finding_options *o, finding_sink *sink, void *context, struct findings **out,
                      struct why *why)
{
	struct findings *f = calloc(1, sizeof *f);
	if (f != NULL)
		f->cache = cache_new(o->once);
	if (f == NULL || f->cache == NULL) {
		free(f);
		return why_set(why, ERR_SYSTEM, "no memory");
	}
	f->k = k;
	f->options = *o;
	f->sink = sink;
	f->context = context;
	f->machine.role = o->role;
	f->machine.exposure = o->exposure;
	f->machine.caretaker = o->caretaker;
	f->machine.taken = f->machine.updated = INVENTORY_UNKNOWN_DATE;
	buf_init(&f->text, 16 * INVENTORY_TEXT_MAX);
	enum err e = bans_fold(f, why);
	if (e == ERR_OK)
		*out = f;
	else
		findings_free(f);
	return e;
}

struct inventory_sink findings_inventory(struct findings *f)
{
	return (struct inventory_sink){f, take_machine, take_item, take_restart, take_refused, NULL};
}

void findings_free(struct findings *f)
{
	if (f == NULL)
		return;
	cache_free(f->cache);
	bans_free(f);
	buf_free(&f->text);
	free(f);
}

struct findings_count findings_counted(const struct findings *f)
{
	return f->count;
}
