// CISA's catalogue of known exploited vulnerabilities (its schema: cisagov/kev-data).
#include "base/crc.h"
#include "feed/reading.h"

#include <math.h>

static const char *const paths[] = {"dateReleased", "vulnerabilities[]"};

// All that the value says, the fields of an object in any order.
static uint32_t digest_of(uint32_t digest, const struct json *v)
{
	struct json field;
	struct slice text;
	double number = 0;
	bool truth = false;
	uint32_t sum = 0;
	void *state = NULL;
	if (json_text(v, &text, NULL) == ERR_OK)
		return crc32c(digest, text.p, text.n + 1); // with the NUL behind it: "a", "b" is not "ab"
	if (json_decimal(v, -HUGE_VAL, HUGE_VAL, &number, NULL) == ERR_OK)
		return crc32c(digest, &number, sizeof number);
	if (json_bool(v, &truth, NULL) == ERR_OK)
		return crc32c(digest, &truth, sizeof truth);
	for (size_t i = 0; json_is_array(v) && i < json_count(v); i++) {
		struct json item = json_item(v, i);
		digest = digest_of(digest, &item);
	}
	while (json_next(v, &state, &field))
		sum += digest_of(crc32c(digest, field.name, strlen(field.name) + 1), &field);
	return json_is_object(v) ? crc32c(digest, &sum, sizeof sum) : digest;
}

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
		.digest = digest_of(0, v),
	};
	if (!text_is_cve(f.kev.id))
		return say_refused_at(r, NULL, why, "byte %llu: cveID is no CVE identifier", (unsigned long long)part->offset);
	if (f.kev.added == FACT_NO_DATE || (f.kev.due == FACT_NO_DATE && json_find(v, "dueDate").value != NULL))
		return say_refused_at(r, NULL, why, "byte %llu: %.*s: %s is no date", (unsigned long long)part->offset, SLICE_ARGS(f.kev.id),
		                      f.kev.added == FACT_NO_DATE ? "dateAdded" : "dueDate");
	return say(r, v, &f, why);
}

const struct parts kev_parts = {paths, sizeof paths / sizeof *paths, take};
