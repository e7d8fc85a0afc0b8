// The result as one JSON document: protocol/inspection.md, "Result".
#include "inspect.h"
#include "json/write.h"

static void put_slice(struct json_writer *w, const char *name, struct slice text)
{
	if (text.n > 0)
		json_put_text(w, name, text);
}

static void put_time(struct json_writer *w, const char *name, int64_t seconds)
{
	if (seconds != FACT_NO_DATE && seconds >= 0)
		json_put_time(w, name, (uint64_t)seconds);
}

static void put_word(struct json_writer *w, const char *name, const char *word)
{
	if (word[0] != 0)
		json_put_string(w, name, word);
}

static void put_flag(struct json_writer *w, const char *name, bool truth)
{
	if (truth)
		json_put_bool(w, name, true);
}

static void put_titles(struct json_writer *w, const char *name, const struct slice title[static LANGUAGES])
{
	json_open_object(w, name);
	json_put_text(w, "en", title[LANGUAGE_EN]);
	json_put_text(w, "fr", title[LANGUAGE_FR]);
	json_close(w);
}

static void put_flaw(struct json_writer *w, const struct finding *f)
{
	if (f->flaw.n == 0)
		return;
	json_put_text(w, "flaw", f->flaw);
	put_slice(w, "title", f->title);
	put_slice(w, "source", f->source);
	put_slice(w, "author", f->author);
	if (f->score10 > 0)
		json_put_number(w, "score10", f->score10);
	if (f->epss_ppm > 0)
		json_put_number(w, "epss_ppm", f->epss_ppm);
	put_flag(w, "known_exploited", f->known_exploited);
	put_flag(w, "ransomware", f->ransomware);
	put_flag(w, "negligible", f->negligible);
	put_time(w, "published", f->published);
	put_time(w, "kev_added", f->kev_added);
	put_time(w, "kev_due", f->kev_due);
}

static void put_finding(struct json_writer *w, const struct finding *f)
{
	json_open_object(w, NULL);
	json_put_string(w, "kind", finding_kind_name(f->kind));
	json_put_string(w, "confidence", confidence_name(f->confidence));
	put_slice(w, "machine", f->machine);
	put_slice(w, "item", f->item);
	put_slice(w, "version", f->version);
	if (!slice_equal(f->package, f->item))
		put_slice(w, "package", f->package);
	put_slice(w, "ecosystem", f->ecosystem);
	put_slice(w, "purl", f->purl);
	put_slice(w, "cpe", f->cpe);
	put_word(w, "role", item_role_name(f->role));
	put_word(w, "exposure", item_exposure_name(f->exposure));
	put_flaw(w, f);
	put_slice(w, "fixed", f->fixed);
	put_slice(w, "reason", f->reason);
	put_slice(w, "product", f->product);
	put_slice(w, "cycle", f->cycle);
	put_slice(w, "latest", f->latest);
	put_time(w, "ended", f->ended);
	put_flag(w, "soon", f->soon);
	put_time(w, "extended_until", f->extended_until);
	put_slice(w, "level", f->level);
	put_slice(w, "use", f->use);
	put_slice(w, "basis", f->basis);
	put_time(w, "from", f->from);
	put_time(w, "out_by", f->out_by);
	put_slice(w, "caretaker", f->caretaker);
	put_slice(w, "question", f->question);
	put_slice(w, "answer", f->answer);
	put_time(w, "since", f->since);
	json_close(w);
}

static void put_counts(struct json_writer *w, const struct result *r)
{
	json_open_object(w, "counts");
	json_put_number(w, "machines", r->machines);
	json_put_number(w, "items", r->count.items);
	json_put_number(w, "matched", r->count.matched);
	json_put_number(w, "passed_over", r->count.refused);
	json_put_number(w, "flaws", r->count.flaws);
	json_put_number(w, "silenced", r->count.silenced);
	json_put_number(w, "uncomputed", r->count.uncomputed);
	json_put_number(w, "doubtful", r->doubtful);
	for (int c = DEFECT_CLASSES; c-- > 0;)
		json_put_number(w, defect_class_name((enum defect_class)c), r->weighing[c]);
	json_put_number(w, "unanswered", result_unanswered(r));
	json_put_number(w, "derogated", r->derogated[DEFECT_MINOR] + r->derogated[DEFECT_MAJOR] + r->derogated[DEFECT_CRITICAL]);
	json_close(w);
}

void print_json_law(struct json_writer *w, const struct result *r)
{
	json_open_array(w, "regimes");
	for (size_t i = 0; i < r->regimes; i++) {
		const struct slice titles[LANGUAGES] = {regime_title(r->regime[i], LANGUAGE_EN), regime_title(r->regime[i], LANGUAGE_FR)};
		json_open_object(w, NULL);
		json_put_text(w, "id", regime_id(r->regime[i]));
		json_put_text(w, "version", regime_version(r->regime[i]));
		put_titles(w, "title", titles);
		json_put_hex(w, "sha256", slice_of(regime_hash(r->regime[i]), 32));
		json_close(w);
	}
	json_close(w);
	json_open_array(w, "indicators");
	for (size_t i = 0; i < r->regimes; i++) {
		const struct indicator_value *v = NULL;
		size_t n = r->indicators[i] == NULL ? 0 : regime_count_values(r->indicators[i], &v);
		for (size_t k = 0; k < n; k++) {
			json_open_object(w, NULL);
			json_put_text(w, "regime", regime_id(r->regime[i]));
			json_put_text(w, "id", v[k].id);
			put_titles(w, "title", v[k].title);
			json_put_number(w, "part", v[k].part);
			json_put_number(w, "whole", v[k].whole);
			json_close(w);
		}
	}
	json_close(w);
}

void print_json_knowledge(struct json_writer *w, const struct result *r)
{
	struct age ages[AGES_MAX];
	size_t n = ages_of(r->knowledge, r->today, ages);
	const char *missing = ages_missing(r->knowledge);
	json_open_object(w, "knowledge");
	put_time(w, "made", knowledge_made(r->knowledge));
	if (missing != NULL)
		json_put_string(w, "missing", missing);
	json_open_array(w, "sources");
	for (size_t i = 0; i < n; i++) {
		json_open_object(w, NULL);
		json_put_string(w, "kind", source_kind_name(ages[i].source.kind));
		json_put_text(w, "name", ages[i].source.name);
		put_slice(w, "author", ages[i].source.author);
		put_time(w, "dated", ages[i].source.dated);
		json_put_number(w, "may_be_days", (uint64_t)ages[i].allowed);
		json_put_bool(w, "stale", ages[i].stale);
		json_put_number(w, "records", ages[i].source.records);
		json_close(w);
	}
	json_close(w);
	json_close(w);
}

static void put_defects(struct json_writer *w, const struct result *r)
{
	json_open_array(w, "defects");
	for (size_t i = 0; i < r->points; i++) {
		const struct point *p = &r->point[i];
		struct obligation o = regime_obligation(r->regime[p->regime], p->defect.obligation);
		json_open_object(w, NULL);
		json_put_hex(w, "key", slice_of(p->key, POINT_KEY));
		json_put_text(w, "regime", regime_id(r->regime[p->regime]));
		json_put_text(w, "obligation", o.id);
		json_put_text(w, "basis", o.basis);
		put_titles(w, "title", o.title);
		json_put_string(w, "class", defect_class_name(p->defect.class));
		put_time(w, "due", p->defect.due);
		if (p->defect.derogated) {
			json_put_text(w, "derogation", p->defect.derogation);
			put_time(w, "derogated_until", p->defect.derogated_until);
		}
		json_put_number(w, "finding", p->finding);
		json_close(w);
	}
	json_close(w);
}

enum err print_json(const struct inspection *i, struct buf *out, struct why *why)
{
	const struct result *r = &i->r;
	struct json_writer w;
	json_begin(&w, out, true);
	json_open_object(&w, NULL);
	json_put_number(&w, "tocsin-inspection", 1);
	json_put_string(&w, "verdict", verdict_name(r->verdict));
	put_time(&w, "date", r->today);
	put_slice(&w, "only_points_of", r->only_of);
	put_flag(&w, "changes_only", r->changed_since != NULL);
	json_open_object(&w, "subject");
	put_slice(&w, "name", r->subject);
	put_slice(&w, "system", r->subject_os);
	json_close(&w);
	json_put_number(&w, "entity", r->entity);
	put_counts(&w, r);
	print_json_law(&w, r);
	print_json_knowledge(&w, r);
	put_defects(&w, r);
	json_open_array(&w, "findings");
	for (size_t n = 0; n < r->findings; n++)
		put_finding(&w, &r->finding[n]);
	json_close(&w);
	json_close(&w);
	return json_end(&w, why);
}
