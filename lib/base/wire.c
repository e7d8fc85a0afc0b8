#include "base/wire.h"

struct wire wire_of(struct slice s)
{
	return (struct wire){.start = s.p, .rest = s};
}

void wire_fail(struct wire *w)
{
	w->bad = true;
}

struct slice wire_take(struct wire *w, size_t n)
{
	if (w->bad || n > w->rest.n) {
		w->bad = true;
		return slice_of(NULL, 0);
	}
	struct slice taken = slice_of(w->rest.p, n);
	w->rest.p += n;
	w->rest.n -= n;
	return taken;
}

void wire_copy(struct wire *w, void *to, size_t n)
{
	struct slice s = wire_take(w, n);
	if (s.p != NULL)
		memcpy(to, s.p, n);
	else
		memset(to, 0, n);
}

static uint64_t number(struct wire *w, size_t bytes)
{
	struct slice s = wire_take(w, bytes);
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

uint8_t wire_u8(struct wire *w)
{
	return (uint8_t)number(w, 1);
}

uint16_t wire_u16(struct wire *w)
{
	return (uint16_t)number(w, 2);
}

uint32_t wire_u32(struct wire *w)
{
	return (uint32_t)number(w, 4);
}

uint64_t wire_u64(struct wire *w)
{
	return number(w, 8);
}

struct slice wire_vec8(struct wire *w)
{
	return wire_take(w, number(w, 1));
}

struct slice wire_vec16(struct wire *w)
{
	return wire_take(w, number(w, 2));
}

struct slice wire_vec32(struct wire *w)
{
	return wire_take(w, number(w, 4));
}

size_t wire_at(const struct wire *w)
{
	return w->start == NULL ? 0 : (size_t)(w->rest.p - w->start);
}

enum err wire_end(const struct wire *w, const char *what, struct why *why)
{
	if (w->bad)
		return why_set(why, ERR_INPUT, "%s: cut short or refused at byte %zu", what, wire_at(w));
	if (w->rest.n != 0)
		return why_set(why, ERR_INPUT, "%s: %zu bytes too many at byte %zu", what, w->rest.n, wire_at(w));
	return ERR_OK;
}
