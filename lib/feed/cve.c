// CVE JSON 5.0 to 5.2 records (cve-schema), also as the payload of a line of an indexer's ndjson.
#include "feed/cve.h"

bool cve_is_told(const struct told_names *t, struct slice pattern)
{
	return text_is_among(t->of, t->before, pattern);
}

void cve_add_told(struct told_names *t, struct slice pattern)
{
	if (t->n < CVE_TOLD_MAX && !text_is_among(t->of, t->n, pattern))
		t->of[t->n++] = pattern;
}

bool cve_count(struct container *c, size_t bytes)
{
	if (++c->told->statements > CVE_STATEMENTS_MAX)
		reading_full(c->r, CVE_STATEMENTS_MAX, "statements");
	if ((c->told->stated += bytes) > CVE_STATED_MAX)
		reading_full(c->r, CVE_STATED_MAX, "bytes of statements");
	return c->r->room == ROOM_LEFT;
}

enum err cve_say(struct container *c, const struct json *at, const struct fact_affected *a, struct why *why)
{
	size_t bytes = a->vendor.n + a->name.n + a->platform.n + a->ranges_n * CVE_ENTRY_BYTES;
	for (size_t i = 0; i < a->ranges_n; i++)
		bytes += a->ranges[i].from.n + a->ranges[i].to.n;
	if (!cve_count(c, bytes))
		return say_full(c->r, at, why);
	return say(c->r, at, &(struct fact){.kind = FACT_AFFECTED, .affected = *a}, why);
}

static enum err read_container(struct container c, const struct json *container, struct why *why)
{
	struct json list = json_find(container, "affected"), provider = json_find(container, "providerMetadata");
	enum err err = ERR_OK;
	c.affected = &list;
	c.author = text_of(c.r, &provider, "shortName");
	c.told->before = c.told->n;
	c.told->not_git.made = false;
	if (c.cna == NULL)
		c.told->versions.made = false;
	for (size_t i = 0; json_is_array(&list) && i < json_count(&list) && err == ERR_OK; i++) {
		struct json entry = json_item(&list, i);
		err = cve_affected(&c, &entry, why);
	}
	c.told->before = c.told->n; // versions come before configurations
	return err == ERR_OK ? cve_applicability(&c, container, why) : err;
}

// CISA's note in its own container: in the catalogue since. Where the catalogue itself is known, that counts (knowledge.md).
static enum err say_exploited(struct reading *r, const struct json *container, struct slice id, struct why *why)
{
	struct json metrics = json_find(container, "metrics");
	enum err e = ERR_OK;
	for (size_t i = 0; json_is_array(&metrics) && i < json_count(&metrics) && e == ERR_OK; i++) {
		struct json metric = json_item(&metrics, i), other = json_find(&metric, "other"), content = json_find(&other, "content");
		if (!slice_is_text(text_of(r, &other, "type"), "kev"))
			continue;
		struct fact f = {.kind = FACT_KEV, .kev = {.id = id, .added = date_of(&content, "dateAdded"), .due = FACT_NO_DATE}};
		e = f.kev.added != FACT_NO_DATE ? say(r, &metric, &f, why) : say_refused_at(r, &metric, why, "dateAdded is no date");
	}
	return e;
}

// ---- the record

// The title, else the beginning of the English description.
static struct slice title_of(struct reading *r, const struct json *container)
{
	struct slice title = text_of(r, container, "title"), text;
	struct json list = json_find(container, "descriptions");
	for (size_t i = 0; title.n == 0 && json_is_array(&list) && i < json_count(&list); i++) {
		struct json d = json_item(&list, i);
		if (slice_starts_letters(text_of(r, &d, "lang"), "en") && json_get_text(&d, "value", &text, NULL) == ERR_OK)
			title = text;
	}
	return text_title(r, title);
}

static enum err read_head(const struct json *record, struct fact_flaw *flaw, struct why *why)
{
	struct json type = json_find(record, "dataType"), version = json_find(record, "dataVersion"), meta = json_find(record, "cveMetadata");
	struct json id = json_find(&meta, "cveId"), state = json_find(&meta, "state");
	struct slice text;
	enum err e = json_want_object(record, why);
	if (e == ERR_OK)
		e = json_text(&type, &text, why);
	if (e == ERR_OK && !slice_is_text(text, "CVE_RECORD"))
		e = json_refuse(&type, why, ERR_INPUT, "is not CVE_RECORD");
	if (e == ERR_OK)
		e = json_text(&version, &text, why);
	if (e == ERR_OK && !slice_starts(text, "5."))
		e = json_refuse(&version, why, ERR_INPUT, "%.*s is no version 5 of the record format", (int)(text.n < 20 ? text.n : 20), text.p);
	if (e == ERR_OK)
		e = json_text(&id, &flaw->id, why);
	if (e == ERR_OK && !text_is_cve(flaw->id))
		e = json_refuse(&id, why, ERR_INPUT, "is no CVE identifier");
	if (e == ERR_OK)
		e = json_text(&state, &text, why);
	flaw->rejected = e == ERR_OK && slice_is_text(text, "REJECTED");
	if (e == ERR_OK && !flaw->rejected && !slice_is_text(text, "PUBLISHED"))
		e = json_refuse(&state, why, ERR_INPUT, "a state is PUBLISHED or REJECTED");
	flaw->published = date_of(&meta, "datePublished");
	flaw->modified = date_of(&meta, flaw->rejected && json_find(&meta, "dateUpdated").value == NULL ? "dateRejected" : "dateUpdated");
	return e;
}

static enum err read_record(struct reading *r, const struct json *record, bool indexed, struct why *why)
{
	struct fact_flaw flaw = {0};
	struct json containers = json_find(record, "containers"), cna = json_find(&containers, "cna"), adp = json_find(&containers, "adp");
	size_t adps = json_is_array(&adp) ? json_count(&adp) : 0;
	enum err err = read_head(record, &flaw, why);
	if (err == ERR_OK)
		err = json_want_object(&containers, why);
	if (err != ERR_OK)
		return err;
	flaw.title = title_of(r, &cna);
	bool scored = cve_score(&cna, &flaw);
	for (size_t i = 0; i < adps && !scored; i++) {
		struct json container = json_item(&adp, i);
		scored = cve_score(&container, &flaw);
	}
	// What an indexer made of records is a source of its own: it must not take the place of the records themselves.
	err = indexed ? say_source(r, SOURCE_CVE, SLICE_LITERAL("CVE indexer"), (struct slice){0}, FACT_NO_DATE, why)
	              : say_usual_source(r, SOURCE_CVE, FACT_NO_DATE, why);
	date_newest(r, flaw.modified);
	if (err == ERR_OK)
		err = say(r, record, &(struct fact){.kind = FACT_FLAW, .flaw = flaw}, why);
	struct told_names told = {.n = 0};
	struct json list = json_find(&cna, "affected");
	struct container c = {.r = r, .id = flaw.id, .told = &told};
	if (err == ERR_OK && !flaw.rejected)
		err = read_container(c, &cna, why);
	c.indexed = indexed;
	c.cna = indexed ? NULL : &list;
	for (size_t i = 0; i < adps && !flaw.rejected && err == ERR_OK; i++) {
		struct json container = json_item(&adp, i);
		err = read_container(c, &container, why);
		if (err == ERR_OK && !indexed)
			err = say_exploited(r, &container, flaw.id, why);
	}
	return err == ERR_OK ? say_full(r, record, why) : err;
}

enum err cve_record(struct reading *r, const struct json *root, struct why *why)
{
	struct json payload = json_find(root, "payload"), type = json_find(&payload, "dataType");
	if (payload.value == NULL)
		return read_record(r, root, false, why);
	// The indexer keeps its own tables in the same file: lines that hold no record.
	return type.value == NULL ? ERR_OK : read_record(r, &payload, true, why);
}
