// security-tracker.debian.org/tracker/data/json: package, then flaw, then release.
#include "feed/ecosystem.h"

static const char *const paths[] = {"*.*"};

static enum err read_release(struct reading *r, const struct json *release, struct fact *f, struct why *why)
{
	struct slice status = text_of(r, release, "status"), fixed = text_of(r, release, "fixed_version");
	struct fact_affected *a = &f->affected;
	struct fact_range below = {.to = fixed, .status = STATUS_AFFECTED, .scheme = VERSION_DEB};
	a->negligible = slice_is_text(text_of(r, release, "urgency"), "unimportant");
	a->fixed = (struct slice){0};
	a->ranges = &below;
	a->ranges_n = 0;
	if (slice_is_text(status, "open")) {
		a->otherwise = STATUS_AFFECTED;
	} else if (slice_is_text(status, "undetermined")) {
		a->otherwise = STATUS_INVESTIGATED;
	} else if (slice_is_text(status, "resolved") && fixed.n > 0 && fixed.n <= VERSION_MAX) {
		a->otherwise = STATUS_UNAFFECTED;
		a->ranges_n = !slice_is_text(fixed, "0"); // "0": this release never had the flaw
		a->fixed = a->ranges_n > 0 ? fixed : (struct slice){0};
	} else {
		return say_refused_at(r, release, why, "a status is open, undetermined, or resolved with a fixed_version");
	}
	return say(r, release, f, why);
}

static enum err take(void *context, struct json_part *part, struct why *why)
{
	struct reading *r = context;
	reading_next(r);
	struct slice package = text_plain(r, part->star[0]), id = text_plain(r, part->star[1]);
	struct json releases = json_find(&part->value, "releases");
	enum err e = say_usual_source(r, SOURCE_DEBIAN, FACT_NO_DATE, why);
	if (e == ERR_OK && (!json_is_object(&releases) || id.n > FEED_ID_MAX))
		return say_refused_at(r, NULL, why, "byte %llu: %.*s: %.*s: no flaw with its releases", (unsigned long long)part->offset,
		                      SLICE_ARGS(text_cut(package, 80)), SLICE_ARGS(text_cut(id, 80)));
	struct fact flaw = {.kind = FACT_FLAW}, f = {.kind = FACT_AFFECTED};
	flaw.flaw = (struct fact_flaw){.id = id, .title = text_title(r, text_of(r, &part->value, "description")),
	                               .published = FACT_NO_DATE, .modified = FACT_NO_DATE};
	if (e == ERR_OK)
		e = say(r, &part->value, &flaw, why);
	void *state = NULL;
	for (struct json release; e == ERR_OK && json_next(&releases, &state, &release);) {
		f.affected = (struct fact_affected){.flaw = id, .names = NAMES_SOURCE, .name = package,
		                                    .ecosystem = ecosystem_of_codename(r, SLICE_LITERAL("debian"), slice_text(release.name))};
		if (f.affected.ecosystem.n == 0)
			e = say_refused_at(r, &release, why, "is no release that is known");
		else
			e = read_release(r, &release, &f, why);
	}
	return e;
}

const struct parts debian_parts = {paths, sizeof paths / sizeof *paths, take};
