#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_ROOM 256 // bytes of the first allocation

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void buf_init_secret(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max, .secret = true};
}

void buf_free(struct buf *b)
{
	if (b->secret && b->p != NULL)
		explicit_bzero(b->p, b->room);
	free(b->p);
	*b = (struct buf){.max = b->max, .secret = b->secret};
}

void buf_clear(struct buf *b)
{
	if (b->secret && b->p != NULL)
		explicit_bzero(b->p, b->n);
	b->n = 0;
	b->status = ERR_OK;
}

struct slice buf_slice(const struct buf *b)
{
	return slice_of(b->p, b->n);
}

enum err buf_status(const struct buf *b)
{
	return b->status;
}

static bool grow(struct buf *b, size_t need)
{
	size_t room = b->room != 0 ? b->room : FIRST_ROOM;
	while (room < need)
		room *= 2;
	if (room > b->max)
		room = b->max;
	uint8_t *p = malloc(room);
	if (p == NULL) {
		b->status = ERR_SYSTEM;
		return false;
	}
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	if (b->secret && b->p != NULL)
		explicit_bzero(b->p, b->room);
	free(b->p);
	b->p = p;
	b->room = room;
	return true;
}

uint8_t *buf_add(struct buf *b, size_t n)
{
	if (b->status != ERR_OK)
		return NULL;
	if (n > b->max - b->n) {
		b->status = ERR_LIMIT;
		return NULL;
	}
	if ((b->p == NULL || b->n + n > b->room) && !grow(b, b->n + n))
		return NULL;
	b->n += n;
	return b->p + b->n - n;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	uint8_t *to = buf_add(b, n);
	if (to != NULL && n > 0)
		memcpy(to, p, n);
}

void buf_put_slice(struct buf *b, struct slice s)
{
	buf_put(b, s.p, s.n);
}

void buf_put_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

static void put_number(struct buf *b, uint64_t v, size_t bytes)
{
	uint8_t *to = buf_add(b, bytes);
	for (size_t i = 0; to != NULL && i < bytes; i++)
		to[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
}

void buf_put_u8(struct buf *b, uint8_t v)
{
	put_number(b, v, 1);
}

void buf_put_u16(struct buf *b, uint16_t v)
{
	put_number(b, v, 2);
}

void buf_put_u32(struct buf *b, uint32_t v)
{
	put_number(b, v, 4);
}

void buf_put_u64(struct buf *b, uint64_t v)
{
	put_number(b, v, 8);
}

static void put_vec(struct buf *b, struct slice s, size_t length_bytes)
{
	if (s.n >> (8 * length_bytes) != 0) {
		if (b->status == ERR_OK)
			b->status = ERR_LIMIT;
		return;
	}
	put_number(b, s.n, length_bytes);
	buf_put_slice(b, s);
}

void buf_put_vec8(struct buf *b, struct slice s)
{
	put_vec(b, s, 1);
}

void buf_put_vec16(struct buf *b, struct slice s)
{
	put_vec(b, s, 2);
}

void buf_put_vec32(struct buf *b, struct slice s)
{
	put_vec(b, s, 4);
}

void buf_put_zeros(struct buf *b, size_t n)
{
	uint8_t *to = buf_add(b, n);
	if (to != NULL)
		memset(to, 0, n);
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int n = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	uint8_t *to = n < 0 ? NULL : buf_add(b, (size_t)n + 1);
	if (to != NULL) {
		vsnprintf((char *)to, (size_t)n + 1, format, again);
		b->n--;
	}
	va_end(again);
}

void buf_put_hex(struct buf *b, struct slice s)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < s.n; i++) {
		buf_put_u8(b, (uint8_t)digits[s.p[i] >> 4]);
		buf_put_u8(b, (uint8_t)digits[s.p[i] & 15]);
	}
}

void buf_put_base64(struct buf *b, struct slice s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		uint32_t v = (uint32_t)s.p[i] << 16 | (left > 1 ? (uint32_t)s.p[i + 1] << 8 : 0) | (left > 2 ? s.p[i + 2] : 0);
		buf_put_u8(b, (uint8_t)digits[v >> 18]);
		buf_put_u8(b, (uint8_t)digits[v >> 12 & 63]);
		buf_put_u8(b, left > 1 ? (uint8_t)digits[v >> 6 & 63] : '=');
		buf_put_u8(b, left > 2 ? (uint8_t)digits[v & 63] : '=');
	}
}
