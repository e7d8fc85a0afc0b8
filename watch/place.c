#include "place.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/num.h"
#include "crypto/hash.h"

#define HASH_TEXT 16 // hexadecimal digits

uint64_t place_hash(struct slice head)
{
	uint8_t hash[32];
	uint64_t v = 0;
	sha256(head, hash);
	for (int i = 0; i < 8; i++)
		v = v << 8 | hash[i];
	return v;
}

bool place_begins(const struct place *p, struct slice head)
{
	return p->head > 0 && p->head <= head.n && place_hash(slice_part(head, 0, p->head)) == p->hash;
}

struct place *place_copy(const struct place *p)
{
	struct place *copy = malloc(sizeof *copy);
	char *path = strdup(p->path);
	if (copy == NULL || path == NULL) {
		free(copy);
		free(path);
		return NULL;
	}
	*copy = *p;
	copy->path = path;
	return copy;
}

void place_free(struct place *p)
{
	if (p == NULL)
		return;
	free(p->path);
	free(p);
}

void places_free(struct places *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->place[i].path);
	free(p->place);
	*p = (struct places){0};
}

enum err places_add(struct places *p, const struct place *one, struct why *why)
{
	if (p->n == PLACES_MAX)
		return why_set(why, ERR_LIMIT, "places: more than %u files", PLACES_MAX);
	if (p->n == p->room) {
		size_t room = p->room > 0 ? p->room * 2 : 64;
		struct place *more = realloc(p->place, room * sizeof *more);
		if (more == NULL)
			return why_set(why, ERR_SYSTEM, "places: no memory");
		p->place = more;
		p->room = room;
	}
	struct place *to = &p->place[p->n];
	*to = *one;
	to->path = strdup(one->path);
	if (to->path == NULL)
		return why_set(why, ERR_SYSTEM, "places: no memory");
	p->n++;
	return ERR_OK;
}

static void put_path(struct buf *out, const char *path)
{
	for (; *path != 0; path++) {
		uint8_t c = (uint8_t)*path;
		if (c > 0x20 && c < 0x7f && c != '%')
			buf_put_u8(out, c);
		else
			buf_printf(out, "%%%02x", c);
	}
}

void places_print(const struct places *p, struct buf *out)
{
	buf_printf(out, "tocsin-watch-places 1 %s\n", p->closed ? "closed" : "open");
	if (p->cursor[0] != 0)
		buf_printf(out, "journal %s\n", p->cursor);
	for (size_t i = 0; i < p->n; i++) {
		const struct place *x = &p->place[i];
		buf_printf(out, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %u %016" PRIx64 " ", x->done ? "done" : "file", x->device,
		           x->inode, x->offset, x->line, x->head, x->hash);
		if (x->done)
			buf_printf(out, "%016" PRIx64 " ", x->tail);
		put_path(out, x->path);
		buf_put_u8(out, '\n');
	}
	buf_printf(out, "end %016" PRIx64 "\n", place_hash(buf_slice(out)));
}

static struct slice word(struct slice *rest)
{
	size_t n = slice_find(*rest, ' ', 0);
	struct slice w = slice_part(*rest, 0, n);
	*rest = slice_part(*rest, n + (n < rest->n), rest->n);
	return w;
}

static bool number(struct slice *rest, uint64_t max, uint64_t *v)
{
	return num_parse(word(rest), 0, max, v);
}

static bool hash_of(struct slice text, uint64_t *v)
{
	uint8_t bytes[HASH_TEXT / 2];
	if (!hex_decode(text, bytes, sizeof bytes))
		return false;
	*v = 0;
	for (size_t i = 0; i < sizeof bytes; i++)
		*v = *v << 8 | bytes[i];
	return true;
}

static bool path_of(struct slice text, struct buf *path)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c == '%') {
			if (i + 2 >= text.n || !hex_decode(slice_part(text, i + 1, 2), &c, 1) || c == 0)
				return false;
			i += 2;
		} else if (c <= 0x20 || c >= 0x7f) {
			return false;
		}
		buf_put_u8(path, c);
	}
	buf_put_u8(path, 0);
	return text.n > 0 && buf_status(path) == ERR_OK;
}

static enum err read_file(struct slice rest, bool done, struct places *p, struct why *why)
{
	struct place x = {.done = done};
	struct buf path;
	uint64_t head = 0;
	buf_init(&path, PLACE_PATH_MAX);
	bool ok = number(&rest, UINT64_MAX, &x.device) && number(&rest, UINT64_MAX, &x.inode) &&
	          number(&rest, INT64_MAX, &x.offset) &&
	          number(&rest, INT64_MAX, &x.line) && number(&rest, PLACE_HEAD, &head) && hash_of(word(&rest), &x.hash) &&
	          (!done || hash_of(word(&rest), &x.tail)) && path_of(rest, &path);
	x.head = (unsigned)head;
	x.path = (char *)path.p;
	enum err e = ok ? places_add(p, &x, why) : why_set(why, ERR_INPUT, "no device, inode, offset, line, head, hash%s, path", done ? ", tail" : "");
	buf_free(&path);
	return e;
}

static enum err read_line(struct slice line, struct places *p, struct why *why)
{
	struct slice rest = line, key = word(&rest);
	if (slice_is_text(key, "file") || slice_is_text(key, "done"))
		return read_file(rest, slice_is_text(key, "done"), p, why);
	if (!slice_is_text(key, "journal"))
		return why_set(why, ERR_INPUT, "neither file, done, journal nor end");
	if (rest.n == 0 || rest.n >= sizeof p->cursor || p->cursor[0] != 0)
		return why_set(why, ERR_INPUT, "a cursor of %zu bytes, or a second one", rest.n);
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] <= 0x20 || rest.p[i] >= 0x7f)
			return why_set(why, ERR_INPUT, "a cursor that is not printable");
	memcpy(p->cursor, rest.p, rest.n);
	p->cursor[rest.n] = 0;
	return ERR_OK;
}

static enum err parse(struct slice text, struct places *p, struct why *why)
{
	size_t number_of_line = 1, at = slice_find(text, '\n', 0);
	struct slice head = slice_part(text, 0, at);
	p->closed = slice_is_text(head, "tocsin-watch-places 1 closed");
	if (!p->closed && !slice_is_text(head, "tocsin-watch-places 1 open"))
		return why_set(why, ERR_INPUT, "line 1: no places file of version 1");
	for (at++; at < text.n;) {
		size_t end = slice_find(text, '\n', at);
		struct slice line = slice_part(text, at, end - at);
		number_of_line++;
		if (line.n > 4 && memcmp(line.p, "end ", 4) == 0) {
			uint64_t told;
			if (end + 1 != text.n || !hash_of(slice_part(line, 4, line.n), &told) || told != place_hash(slice_part(text, 0, at)))
				return why_set(why, ERR_INPUT, "line %zu: the hash is not that of the lines before", number_of_line);
			return ERR_OK;
		}
		enum err e = read_line(line, p, why);
		if (e != ERR_OK)
			return why_at(why, e, "line %zu", number_of_line);
		at = end + 1;
	}
	return why_set(why, ERR_INPUT, "line %zu: the file ends without its hash", number_of_line);
}

enum err places_parse(struct slice text, struct places *p, struct why *why)
{
	*p = (struct places){0};
	enum err e = parse(text, p, why);
	if (e != ERR_OK)
		places_free(p);
	return e;
}
