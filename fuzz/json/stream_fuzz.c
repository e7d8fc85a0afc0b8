// Any bytes, whole and in pieces: read alike (of a refused document one part more may have come out). What is read as a stream is accepted by the tree reader too, unless it is over what
// only one of them counts, and the other way round.
#include "json/stream.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	size_t parts, names;
};

static enum err take(void *context, struct json_part *part, struct why *why)
{
	struct seen *seen = context;
	char path[JSON_PATH_MAX];
	(void)why;
	seen->parts += part->part + 1;
	for (size_t i = 0; i < JSON_STREAM_STARS_MAX; i++)
		seen->names += part->star[i].n;
	json_path(&part->value, path);
	seen->names += json_count(&part->value);
	return ERR_OK;
}

static enum err run(struct json_stream *s, struct slice text, size_t step)
{
	struct why why;
	json_stream_again(s);
	for (size_t at = 0; at < text.n; at += step)
		if (json_stream_put(s, slice_part(text, at, step), &why) != ERR_OK)
			break;
	return json_stream_end(s, &why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"a", "b[]", "*.*", "c[].*[].d", "[]", "e.f.g"};
	struct json_stream *s;
	struct json root;
	struct why why;
	struct seen seen = {0}, again = {0}, *now = &seen;
	if (json_stream_new(paths, sizeof paths / sizeof *paths, take, now, &s, &why) != ERR_OK)
		abort();
	enum err whole = run(s, slice_of(data, size), size + 1);
	again = seen;
	seen = (struct seen){0};
	if (run(s, slice_of(data, size), 1 + size % 5) != whole)
		abort();
	if (whole == ERR_OK && (seen.parts != again.parts || seen.names != again.names))
		abort();
	json_stream_free(s);
	if (json_parse(slice_of(data, size), &root, &why) == ERR_OK) {
		json_free(&root);
		if (whole == ERR_INPUT)
			abort();
	}
	return 0;
}
