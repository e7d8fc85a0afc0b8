#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define PACKED_ROOM (128u << 10)

enum packing { PLAIN, GZIP, ZSTANDARD };

struct source {
	int fd;
	enum packing packing;
	const char *path;
	uint8_t *in; // packed bytes [at, n)
	size_t at, n;
	uint64_t taken;
	bool end, within; // of the file; inside a member or frame
	z_stream gz;
	ZSTD_DStream *zst;
};

static const uint8_t gzip_magic[] = {0x1f, 0x8b}, zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd};

static enum packing packing_of(struct slice head)
{
	if (head.n >= sizeof gzip_magic && memcmp(head.p, gzip_magic, sizeof gzip_magic) == 0)
		return GZIP;
	return head.n >= sizeof zstd_magic && memcmp(head.p, zstd_magic, sizeof zstd_magic) == 0 ? ZSTANDARD : PLAIN;
}

bool source_looks_packed(struct slice head)
{
	return packing_of(head) != PLAIN;
}

bool source_looks_foreign(struct slice head)
{
	static const char magic[][SOURCE_MAGIC_MAX] = {{'\xfd', '7', 'z', 'X'}, {'B', 'Z', 'h', '9'}, {'\x04', '"', 'M', '\x18'}};
	for (size_t i = 0; i < sizeof magic / sizeof *magic; i++)
		if (head.n >= SOURCE_MAGIC_MAX && memcmp(head.p, magic[i], SOURCE_MAGIC_MAX) == 0)
			return true;
	return false;
}

static enum err fill(struct source *s, uint8_t *to, size_t room, size_t *got, struct why *why)
{
	ssize_t n;
	do
		n = read(s->fd, to, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return why_set(why, ERR_SYSTEM, "%s: read: %s", s->path, strerror(errno));
	s->taken += (uint64_t)n;
	*got = (size_t)n;
	return ERR_OK;
}

static enum err prepare(struct source *s, struct why *why)
{
	bool ok = true;
	if (s->packing == GZIP)
		ok = inflateInit2(&s->gz, 15 + 16) == Z_OK; // the largest window, gzip wrapping
	if (s->packing == ZSTANDARD) {
		s->zst = ZSTD_createDStream();
		ok = s->zst != NULL && !ZSTD_isError(ZSTD_DCtx_setParameter(s->zst, ZSTD_d_windowLogMax, SOURCE_WINDOW_LOG_MAX));
	}
	return ok ? ERR_OK : why_set(why, ERR_SYSTEM, "%s: no memory to unpack it", s->path);
}

enum err source_open(int fd, const char *path, struct source **out, struct why *why)
{
	struct source *s = calloc(1, sizeof *s);
	if (s == NULL || (s->in = malloc(PACKED_ROOM)) == NULL) {
		free(s);
		close(fd);
		return why_set(why, ERR_SYSTEM, "%s: no memory", path);
	}
	s->fd = fd;
	s->path = path;
	enum err e = ERR_OK;
	for (size_t got = 1; e == ERR_OK && s->n < sizeof zstd_magic && got > 0; s->n += got) // a pipe may give one byte at a time
		e = fill(s, s->in + s->n, PACKED_ROOM - s->n, &got, why);
	if (e == ERR_OK) {
		s->packing = packing_of(slice_of(s->in, s->n));
		e = prepare(s, why);
	}
	if (e == ERR_OK)
		*out = s;
	else
		source_close(s);
	return e;
}

void source_close(struct source *s)
{
	if (s == NULL)
		return;
	if (s->packing == GZIP)
		inflateEnd(&s->gz);
	ZSTD_freeDStream(s->zst);
	close(s->fd);
	free(s->in);
	free(s);
}

bool source_is_packed(const struct source *s)
{
	return s->packing != PLAIN;
}

uint64_t source_taken(const struct source *s)
{
	return s->taken;
}

static enum err damaged(const struct source *s, const char *what, struct why *why)
{
	return why_set(why, ERR_INPUT, "%s: byte %llu: %s", s->path, (unsigned long long)(s->taken - (s->n - s->at)), what);
}

static enum err step_gzip(struct source *s, uint8_t *to, size_t n, size_t *got, struct why *why)
{
	s->gz.next_in = s->in + s->at;
	s->gz.avail_in = (uInt)(s->n - s->at);
	s->gz.next_out = to;
	s->gz.avail_out = (uInt)n;
	s->within = true;
	int r = inflate(&s->gz, Z_NO_FLUSH);
	s->at = s->n - s->gz.avail_in;
	*got = n - s->gz.avail_out;
	if (r == Z_STREAM_END) {
		s->within = false;
		return inflateReset(&s->gz) == Z_OK ? ERR_OK : damaged(s, "zlib failed", why); // another member may follow
	}
	return r == Z_OK || r == Z_BUF_ERROR ? ERR_OK : damaged(s, "no valid gzip", why);
}

static enum err step_zstd(struct source *s, uint8_t *to, size_t n, size_t *got, struct why *why)
{
	ZSTD_inBuffer in = {s->in, s->n, s->at};
	ZSTD_outBuffer out = {to, n, 0};
	size_t r = ZSTD_decompressStream(s->zst, &out, &in);
	if (ZSTD_isError(r))
		return damaged(s, ZSTD_getErrorName(r), why);
	s->within = r != 0;
	s->at = in.pos;
	*got = out.pos;
	return ERR_OK;
}

static enum err read_plain(struct source *s, uint8_t *to, size_t n, size_t *got, struct why *why)
{
	if (s->at == s->n)
		return fill(s, to, n, got, why);
	*got = s->n - s->at < n ? s->n - s->at : n;
	memcpy(to, s->in + s->at, *got);
	s->at += *got;
	return ERR_OK;
}

enum err source_read(struct source *s, uint8_t *to, size_t n, size_t *got, struct why *why)
{
	*got = 0;
	if (s->packing == PLAIN)
		return read_plain(s, to, n, got, why);
	for (bool flushed = false;;) {
		if (s->at == s->n && !s->end) {
			s->at = s->n = 0;
			enum err e = fill(s, s->in, PACKED_ROOM, &s->n, why);
			if (e != ERR_OK)
				return e;
			s->end = s->n == 0;
		}
		if (s->at == s->n && !s->within)
			return ERR_OK;
		enum err e = (s->packing == GZIP ? step_gzip : step_zstd)(s, to, n, got, why);
		if (e != ERR_OK || *got > 0)
			return e;
		if (s->end && flushed)
			return damaged(s, "the file ends in the middle", why);
		flushed = s->end;
	}
}
