// Any bytes: parse as one document and as lines; what parses is walked, and its texts are written and read back.
#include "json/write.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct json *j, struct json_writer *w, const char *name)
{
	struct slice text;
	uint64_t number;
	struct why why;
	char path[JSON_PATH_MAX];
	json_path(j, path);
	if (json_is_object(j)) {
		json_open_object(w, name);
		void *state = NULL;
		for (struct json field; json_next(j, &state, &field);)
			walk(&field, w, field.name);
		json_close(w);
	} else if (json_is_array(j)) {
		json_open_array(w, name);
		for (size_t i = 0; i < json_count(j); i++) {
			struct json item = json_item(j, i);
			walk(&item, w, NULL);
		}
		json_close(w);
	} else if (json_text(j, &text, &why) == ERR_OK) {
		json_put_text(w, name, text);
	} else if (json_number(j, 0, UINT64_MAX, &number, &why) == ERR_OK) {
		json_put_number(w, name, number);
	} else {
		json_put_null(w, name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json root, again;
	struct why why;
	struct json_lines lines = {.rest = slice_of(data, size)};
	for (enum err e; (e = json_lines_next(&lines, &root, &why)) != ERR_ABSENT;)
		if (e == ERR_OK)
			json_free(&root);
	if (json_parse(slice_of(data, size), &root, &why) != ERR_OK)
		return 0;
	struct buf b;
	struct json_writer w;
	buf_init(&b, 16 * size + 1024);
	json_begin(&w, &b, size % 2);
	walk(&root, &w, NULL);
	if (json_end(&w, &why) == ERR_OK) {
		if (json_parse(buf_slice(&b), &again, &why) != ERR_OK)
			abort();
		json_free(&again);
	}
	buf_free(&b);
	json_free(&root);
	return 0;
}
