// Any bytes as a line of a log: every place gets a name, what is borrowed lies in the line, the URL has its bound. The first byte
// chooses a header of Zeek or the journal.
#include <stdlib.h>

#include "fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void within(struct slice part, struct slice line)
{
	if (part.n > 0 && (part.p < line.p || part.p + part.n > line.p + line.n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields f;
	struct fields_header h;
	struct fields_place p[32] = {{0}};
	char url[FIELDS_URL_MAX];
	size_t n;
	if (size < 2)
		return 0;
	struct slice line = slice_of(data + 1, size - 1);
	fields_header_init(&h);
	if (data[0] & 1)
		fields_header_line(&h, SLICE_LITERAL("#fields\tts\tid.orig_h\tid.resp_h\thost\turi"));
	if (data[0] & 2)
		fields_header_line(&h, line);
	for (size_t i = 0; i < 32; i++)
		p[i].offset = line.n * i / 32;
	fields_read(line, &h, (data[0] & 4) != 0, 1774656000000, &f, p, 32);
	for (size_t i = 0; i < 32; i++)
		if (p[i].name[0] == 0 && memchr(line.p, 0, line.n) == NULL)
			abort(); // names may come from the input, NULs and all
	within(f.source, line);
	within(f.destination, line);
	within(f.host, line);
	within(f.url_host, line);
	within(f.url_path, line);
	for (int port = 0; port < 2; port++)
		if (fields_url(&f, port == 1, url, &n) && n > sizeof url)
			abort();
	fields_header_free(&h);
	return 0;
}
