// Any bytes as a knowledge file. The first byte says what to do with the checksums: left as they are, nothing gets past them; put right,
// what is behind them must hold too: for lookups, and for the builder that reads it whole.
#include "base/crc.h"
#include "knowledge/build.h"
#include "knowledge/layout.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_right(uint8_t *p, size_t n)
{
	struct file_header h;
	if (n < sizeof h)
		return;
	memcpy(&h, p, sizeof h);
	memcpy(h.magic, KNOWLEDGE_MAGIC, 8);
	h.version = KNOWLEDGE_VERSION;
	h.bytes = n;
	for (int i = 0; i < SECTIONS; i++)
		if (h.sections[i].offset <= n && h.sections[i].bytes <= n - h.sections[i].offset)
			h.sections[i].crc = crc32c(0, p + h.sections[i].offset, h.sections[i].bytes);
	h.crc = 0;
	h.crc = crc32c(0, &h, sizeof h);
	memcpy(p, &h, sizeof h);
}

static void ask(const struct knowledge *k)
{
	struct knowledge_row row;
	struct fact_cycle cycle;
	struct why why;
	uint32_t found;
	struct knowledge_rows rows = knowledge_affected(k, NAMES_SOURCE, slice_text("Debian:12"), slice_text(""), slice_text("a"));
	for (int i = 0; i < 100 && knowledge_rows_next(&rows, &row); i++)
		(void)knowledge_status(k, &row, slice_text("1.0-1"), &why);
	for (uint32_t i = 0; i < 4; i++) {
		(void)knowledge_flaw(k, i);
		(void)knowledge_source(k, i);
		(void)knowledge_cycle_of(k, i, slice_text("12.5"), &cycle);
		(void)knowledge_banned_row(k, i);
		(void)knowledge_provider(k, i);
	}
	(void)knowledge_flaw_find(k, slice_text("CVE-2026-1"), &found);
	(void)knowledge_product(k, slice_text("debian"), &found);
	struct slice to;
	bool whole;
	struct knowledge_rows same[KNOWLEDGE_NAMESAKES_MAX];
	(void)knowledge_alias(k, slice_text("v"), slice_text("p"), &to, &whole);
	for (size_t i = knowledge_namesakes(k, slice_text("a"), same); i-- > 0;)
		(void)knowledge_rows_next(&same[i], &row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knowledge *k;
	struct knowledge_build *b;
	struct buf out;
	if (size == 0)
		return 0;
	uint8_t *copy = malloc(size);
	INVARIANT(copy != NULL);
	memcpy(copy, data + 1, size - 1);
	if (data[0] != 0)
		put_right(copy, size - 1);
	buf_init(&out, 1u << 26);
	if (knowledge_open_bytes(slice_of(copy, size - 1), &k, NULL) == ERR_OK) {
		ask(k);
		if (knowledge_build_new(k, &b, NULL) == ERR_OK) {
			INVARIANT(knowledge_build_bytes(b, 0, &out, NULL) != ERR_INPUT);
			knowledge_build_free(b);
		}
		knowledge_close(k);
	}
	buf_free(&out);
	free(copy);
	return 0;
}
