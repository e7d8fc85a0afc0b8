// The result for other tools: SARIF 2.1.0 (OASIS), one result a defect; and a CycloneDX 1.6 VEX document, one vulnerability a
// flaw.
#include <stdio.h>

#include "inspect.h"
#include "json/write.h"

#define SCHEMA_SARIF "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#define SENTENCE_MAX 1024

static const char *level_of(enum defect_class c)
{
	return c == DEFECT_CRITICAL ? "error" : c == DEFECT_MAJOR ? "warning" : "note";
}

static void put_text_object(struct json_writer *w, const char *name, struct slice text)
{
	json_open_object(w, name);
	json_put_text(w, "text", text);
	json_close(w);
}

static void put_rules(struct json_writer *w, const struct inspection *i)
{
	json_open_array(w, "rules");
	for (size_t r = 0; r < i->r.regimes; r++)
		for (size_t n = 0; n < regime_obligations(i->r.regime[r]); n++) {
			struct obligation o = regime_obligation(i->r.regime[r], n);
			json_open_object(w, NULL);
			json_put_text(w, "id", o.id);
			put_text_object(w, "shortDescription", o.title[i->lang]);
			put_text_object(w, "fullDescription", o.basis);
			json_close(w);
		}
	json_close(w);
}

static void put_result(struct json_writer *w, const struct inspection *i, const struct point *p)
{
	const struct finding *f = &i->r.finding[p->finding];
	struct obligation o = regime_obligation(i->r.regime[p->regime], p->defect.obligation);
	char sentence[SENTENCE_MAX], hex[2 * POINT_KEY + 1];
	int n = snprintf(sentence, sizeof sentence, "%.*s %.*s: %s%s%.*s%s%.*s", SLICE_ARGS(f->item), SLICE_ARGS(f->version),
	                 finding_kind_name(f->kind), f->flaw.n > 0 ? " " : "", SLICE_ARGS(f->flaw),
	                 f->fixed.n > 0 ? "; fixed in " : "", SLICE_ARGS(f->fixed));
	size_t length = n < 0 ? 0 : n < SENTENCE_MAX ? (size_t)n : SENTENCE_MAX - 1, bad;
	while (!slice_is_utf8(slice_of(sentence, length), &bad)) // a character that was cut
		length = bad;
	for (size_t k = 0; k < POINT_KEY; k++)
		snprintf(hex + 2 * k, 3, "%02x", p->key[k]);
	json_open_object(w, NULL);
	json_put_text(w, "ruleId", o.id);
	json_put_string(w, "level", level_of(p->defect.class));
	put_text_object(w, "message", slice_of(sentence, length));
	json_open_array(w, "locations");
	json_open_object(w, NULL);
	json_open_array(w, "logicalLocations");
	json_open_object(w, NULL);
	json_put_text(w, "name", f->item.n > 0 ? f->item : f->question);
	json_put_text(w, "fullyQualifiedName", f->purl.n > 0 ? f->purl : f->item.n > 0 ? f->item : f->question);
	json_put_string(w, "kind", "package");
	json_close(w);
	json_close(w);
	json_close(w);
	json_close(w);
	json_open_object(w, "partialFingerprints");
	json_put_string(w, "tocsinPoint/v1", hex);
	json_close(w);
	if (p->defect.derogated) {
		json_open_array(w, "suppressions");
		json_open_object(w, NULL);
		json_put_string(w, "kind", "external");
		json_put_string(w, "status", "accepted");
		json_put_text(w, "justification", p->defect.derogation);
		json_close(w);
		json_close(w);
	}
	json_close(w);
}

enum err print_sarif(const struct inspection *i, struct buf *out, struct why *why)
{
	struct json_writer w;
	json_begin(&w, out, true);
	json_open_object(&w, NULL);
	json_put_string(&w, "$schema", SCHEMA_SARIF);
	json_put_string(&w, "version", "2.1.0");
	json_open_array(&w, "runs");
	json_open_object(&w, NULL);
	json_open_object(&w, "tool");
	json_open_object(&w, "driver");
	json_put_string(&w, "name", "tocsin-inspect");
	json_put_string(&w, "version", TOCSIN_VERSION);
	put_rules(&w, i);
	json_close(&w);
	json_close(&w);
	json_open_array(&w, "results");
	for (size_t n = 0; n < i->r.points; n++)
		put_result(&w, i, &i->r.point[n]);
	json_close(&w);
	json_close(&w);
	json_close(&w);
	json_close(&w);
	return json_end(&w, why);
}

// --- VEX -----------------------------------------------------------------------------------------------------------------------

static const char *state_of(const struct finding *f)
{
	return f->kind == FINDING_FLAW ? "exploitable" : f->kind == FINDING_SILENCED ? "not_affected" : "in_triage";
}

static void put_ref(struct json_writer *w, const struct result *r, const struct finding *f)
{
	char ref[64];
	snprintf(ref, sizeof ref, "finding-%zu", (size_t)(f - r->finding));
	json_open_array(w, "affects");
	json_open_object(w, NULL);
	if (f->purl.n > 0)
		json_put_text(w, "ref", f->purl);
	else
		json_put_string(w, "ref", ref);
	json_open_array(w, "versions");
	json_open_object(w, NULL);
	json_put_text(w, "version", f->version);
	json_put_string(w, "status", f->kind == FINDING_FLAW ? "affected" : f->kind == FINDING_SILENCED ? "unaffected" : "unknown");
	json_close(w);
	json_close(w);
	json_close(w);
	json_close(w);
}

enum err print_vex(const struct inspection *i, struct buf *out, struct why *why)
{
	const struct result *r = &i->r;
	struct json_writer w;
	json_begin(&w, out, true);
	json_open_object(&w, NULL);
	json_put_string(&w, "bomFormat", "CycloneDX");
	json_put_string(&w, "specVersion", "1.6");
	json_put_number(&w, "version", 1);
	json_open_object(&w, "metadata");
	if (r->today >= 0)
		json_put_time(&w, "timestamp", (uint64_t)r->today);
	json_close(&w);
	json_open_array(&w, "vulnerabilities");
	for (size_t n = 0; n < r->findings; n++) {
		const struct finding *f = &r->finding[n];
		if (f->flaw.n == 0 || f->confidence == CONFIDENCE_DOUBTFUL)
			continue;
		json_open_object(&w, NULL);
		json_put_text(&w, "id", f->flaw);
		if (f->title.n > 0)
			json_put_text(&w, "description", f->title);
		if (f->fixed.n > 0) {
			char advice[INVENTORY_TEXT_MAX + 64];
			int length = snprintf(advice, sizeof advice, "update %.*s to %.*s", SLICE_ARGS(f->package), SLICE_ARGS(f->fixed));
			json_put_text(&w, "recommendation", slice_of(advice, length < (int)sizeof advice ? (size_t)length : 0));
		}
		json_open_object(&w, "analysis");
		json_put_string(&w, "state", state_of(f));
		if (f->reason.n > 0)
			json_put_text(&w, "detail", f->reason);
		json_close(&w);
		put_ref(&w, r, f);
		json_close(&w);
	}
	json_close(&w);
	json_close(&w);
	return json_end(&w, why);
}
