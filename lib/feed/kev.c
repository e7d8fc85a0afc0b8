// CISA's catalogue of known exploited vulnerabilities (its schema: cisagov/kev-data).
#include "feed/reading.h"

static const char *const paths[] = {"dateReleased", "vulnerabilities[]"};

static enum err take(void *context, struct json_part *part, struct why *why)
{
	struct reading *r = context;
	const struct json *v = &part->value;
	struct slice text;
	reading_next(r);
	if (part->part == 0) {
		if (json_text(v, &text, NULL) == ERR_OK)
			r->stated = date_of_text(text);
		return ERR_OK;
	}
	enum err e = say_usual_source(r, SOURCE_KEV, r->stated, why);
	if (e != ERR_OK)
		return e;
	struct fact f = {.kind = FACT_KEV};
	f.kev = (struct fact_kev){
		.id = text_of(r, v, "cveID"),
		.vendor = text_of(r, v, "vendorProject"),
		.product = text_of(r, v, "product"),
		.name = text_title(r, text_of(r, v, "vulnerabilityName")),
		.added = date_of(v, "dateAdded"),
		.due = date_of(v, "dueDate"),
		.ransomware = slice_is_text(text_of(r, v, "knownRansomwareCampaignUse"), "Known"),
	};
	if (!text_is_cve(f.kev.id))
		return say_refused_at(r, NULL, why, "byte %llu: cveID is no CVE identifier", (unsigned long long)part->offset);
	if (f.kev.added == FACT_NO_DATE || (f.kev.due == FACT_NO_DATE && json_find(v, "dueDate").value != NULL))
		return say_refused_at(r, NULL, why, "byte %llu: %.*s: %s is no date", (unsigned long long)part->offset, SLICE_ARGS(f.kev.id),
		                      f.kev.added == FACT_NO_DATE ? "dateAdded" : "dueDate");
	return say(r, v, &f, why);
}

const struct parts kev_parts = {paths, sizeof paths / sizeof *paths, take};
