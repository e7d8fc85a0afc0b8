// A frame reader fed in two pieces, as a role that was taken over would.
#include <stdlib.h>

#include "role/frame.h"

#define MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct frame_reader r;
	struct why why;
	size_t cut = 1 + data[0] % size;
	frame_reader_init(&r, MAX);
	for (size_t at = 1, used = 0; at < size; at += used) {
		struct frame f;
		bool complete;
		struct slice piece = slice_of(data + at, (at < cut ? cut : size) - at);
		if (frame_take(&r, piece, &used, &complete, &f, &why) != ERR_OK)
			break;
		if (used == 0 || used > piece.n || (complete && (f.payload.n > MAX || f.kind == 0)))
			abort();
		if (complete && f.kind == FRAME_ERROR && frame_refusal(f.payload, &why) == ERR_OK)
			abort();
	}
	frame_reader_done(&r);
	return 0;
}
