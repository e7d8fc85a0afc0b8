#include "match/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/wire.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "sys/file.h"

#define MAGIC "TOCSIN-MATCH-01\n"
#define MAGIC_BYTES 16
#define CHECK_BYTES 16 // proof that the log was written under this pepper
#define START (MAGIC_BYTES + CHECK_BYTES)
#define SUM 8 // bytes of SHA-256 over an entry's body, behind it

static void pepper_check(const uint8_t pepper[static MATCH_PEPPER], uint8_t check[static CHECK_BYTES])
{
	uint8_t mac[32];
	hmac_sha256(slice_of(pepper, MATCH_PEPPER), SLICE_LITERAL("tocsin/v1/matcher-log"), mac);
	memcpy(check, mac, CHECK_BYTES);
}

static enum err start(int fd, const uint8_t check[static CHECK_BYTES], struct why *why)
{
	uint8_t head[START];
	memcpy(head, MAGIC, MAGIC_BYTES);
	memcpy(head + MAGIC_BYTES, check, CHECK_BYTES);
	return file_append(fd, slice_of(head, sizeof head), why);
}

static enum err head_check(struct slice log, const uint8_t check[static CHECK_BYTES], struct why *why)
{
	if (log.n < START || memcmp(log.p, MAGIC, MAGIC_BYTES) != 0)
		return why_set(why, ERR_INPUT, "tokens.log: not a matcher's log of this version");
	if (!secret_equal(log.p + MAGIC_BYTES, check, CHECK_BYTES))
		return why_set(why, ERR_AUTH, "tokens.log: written under another pepper");
	return ERR_OK;
}

// What a file system may leave behind a file that grew when power failed.
static bool is_zero(struct slice s)
{
	return s.n == 0 || (s.p[0] == 0 && memcmp(s.p, s.p + 1, s.n - 1) == 0);
}

// One entry at `at`; *next is behind it, or `at` itself when the rest of the file is too short to hold it.
static enum err entry_read(struct slice log, size_t at, size_t *next, struct match_entry *e, struct why *why)
{
	struct wire w = wire_of(slice_part(log, at, log.n));
	uint32_t length = wire_u32(&w), inverse = wire_u32(&w);
	uint8_t hash[32];
	*next = at;
	if (w.bad || is_zero(slice_part(log, at, log.n)))
		return ERR_OK;
	if (inverse != ~length || length > LOG_BODY_MAX)
		return why_set(why, ERR_AUTH, "tokens.log: no length of an entry at byte %zu", at);
	struct slice body = wire_take(&w, length), sum = wire_take(&w, SUM);
	if (w.bad)
		return ERR_OK;
	sha256(body, hash);
	if (memcmp(hash, sum.p, SUM) != 0)
		return why_set(why, ERR_AUTH, "tokens.log: checksum is false at byte %zu", at);
	size_t end = at + wire_at(&w);
	w = wire_of(body);
	*e = (struct match_entry){.batch = wire_u64(&w)};
	e->handle = wire_u64(&w);
	e->reporter = wire_u64(&w);
	e->seat = wire_u8(&w);
	e->count = wire_u32(&w);
	if (e->count > LOG_TOKENS_MAX)
		return why_set(why, ERR_INPUT, "tokens.log: %u tokens in one entry at byte %zu, at most %d", e->count, at, LOG_TOKENS_MAX);
	e->token = (const uint8_t(*)[LOG_TOKEN])wire_take(&w, (size_t)e->count * LOG_TOKEN).p;
	*next = end;
	return wire_end(&w, "tokens.log entry", why);
}

// Reads all entries; *end is where the next one goes.
static enum err replay(struct slice log, size_t *end, enum err (*each)(void *, const struct match_entry *, struct why *), void *context,
                       struct why *why)
{
	size_t at = START;
	for (size_t next; at < log.n; at = next) {
		struct match_entry e;
		enum err bad = entry_read(log, at, &next, &e, why);
		if (bad == ERR_OK && next == at)
			break;
		if (bad == ERR_OK)
			bad = each(context, &e, why);
		if (bad != ERR_OK)
			return bad;
	}
	*end = at;
	return ERR_OK;
}

static enum err read_all(int fd, size_t size, uint64_t *behind, const uint8_t check[static CHECK_BYTES],
                         enum err (*each)(void *, const struct match_entry *, struct why *), void *context, struct why *why)
{
	size_t end = size;
	void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return why_set(why, ERR_SYSTEM, "tokens.log: mmap: %s", strerror(errno));
	struct slice log = slice_of(map, size);
	enum err e = head_check(log, check, why);
	if (e == ERR_OK)
		e = replay(log, &end, each, context, why);
	munmap(map, size);
	if (e == ERR_OK && end < size && (ftruncate(fd, (off_t)end) != 0 || fdatasync(fd) != 0))
		return why_set(why, ERR_SYSTEM, "tokens.log: cutting a torn entry at byte %zu: %s", end, strerror(errno));
	*behind = end;
	return e;
}

enum err match_log_open(const char *directory, const uint8_t pepper[static MATCH_PEPPER], int *fd, uint64_t *end,
                        enum err (*each)(void *, const struct match_entry *, struct why *), void *context, struct why *why)
{
	char path[FILE_PATH_MAX];
	uint8_t check[CHECK_BYTES];
	struct stat st;
	uint64_t behind = START;
	int log = -1;
	enum err e = file_path(path, directory, "tokens.log", why);
	if (e == ERR_OK)
		e = file_append_open(path, FILE_SECRET, &log, why);
	if (e != ERR_OK)
		return e;
	pepper_check(pepper, check);
	if (fstat(log, &st) != 0)
		e = why_set(why, ERR_SYSTEM, "%s: fstat: %s", path, strerror(errno));
	else if (st.st_size < START && (ftruncate(log, 0) != 0 || (e = start(log, check, why)) != ERR_OK))
		e = e != ERR_OK ? e : why_set(why, ERR_SYSTEM, "%s: ftruncate: %s", path, strerror(errno));
	else if (st.st_size >= START)
		e = read_all(log, (size_t)st.st_size, &behind, check, each, context, why);
	if (e == ERR_OK) {
		*fd = log;
		*end = behind;
	} else {
		close(log);
	}
	return e;
}

static enum err mend(int fd, uint64_t end, struct why *why)
{
	struct stat st;
	if (fstat(fd, &st) != 0 || ((uint64_t)st.st_size != end && (ftruncate(fd, (off_t)end) != 0 || fdatasync(fd) != 0)))
		return why_set(why, ERR_SYSTEM, "tokens.log: cutting back to byte %llu: %s", (unsigned long long)end, strerror(errno));
	return ERR_OK;
}

enum err match_log_append(int fd, uint64_t *end, const struct match_entry *e, struct why *why)
{
	struct buf b, entry;
	uint8_t hash[32];
	buf_init(&b, LOG_BODY_MAX);
	buf_init(&entry, LOG_BODY_MAX + 8 + SUM);
	buf_put_u64(&b, e->batch);
	buf_put_u64(&b, e->handle);
	buf_put_u64(&b, e->reporter);
	buf_put_u8(&b, e->seat);
	buf_put_u32(&b, e->count);
	buf_put(&b, e->token, (size_t)e->count * LOG_TOKEN);
	sha256(buf_slice(&b), hash);
	buf_put_u32(&entry, (uint32_t)b.n);
	buf_put_u32(&entry, ~(uint32_t)b.n);
	buf_put_slice(&entry, buf_slice(&b));
	buf_put(&entry, hash, SUM);
	enum err bad = buf_status(&b) != ERR_OK ? buf_status(&b) : buf_status(&entry);
	bad = bad != ERR_OK ? why_set(why, bad, "tokens.log: no room for an entry of %u tokens", e->count) : mend(fd, *end, why);
	if (bad == ERR_OK)
		bad = file_append(fd, buf_slice(&entry), why);
	if (bad == ERR_OK)
		*end += entry.n;
	buf_free(&b);
	buf_free(&entry);
	return bad;
}

// --- Beside the writer --------------------------------------------------------------------------------------------------------

#define COPY_ROOM (4u << 20) // bytes collected for one append

static enum err map_log(const char *directory, struct slice *log, struct why *why)
{
	char path[FILE_PATH_MAX];
	struct stat st;
	enum err e = file_path(path, directory, "tokens.log", why);
	if (e != ERR_OK)
		return e;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return why_set(why, errno == ENOENT ? ERR_ABSENT : ERR_SYSTEM, "%s: open: %s", path, strerror(errno));
	void *map = MAP_FAILED;
	if (fstat(fd, &st) == 0 && st.st_size >= START)
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	else
		e = why_set(why, ERR_INPUT, "%s: no log of the matcher", path);
	if (e == ERR_OK && map == MAP_FAILED)
		e = why_set(why, ERR_SYSTEM, "%s: mmap: %s", path, strerror(errno));
	else if (e == ERR_OK)
		*log = slice_of(map, (size_t)st.st_size);
	close(fd);
	return e;
}

enum err match_log_read(const char *directory, const uint8_t *pepper,
                        enum err (*each)(void *, const struct match_entry *, struct why *), void *context, struct why *why)
{
	struct slice log;
	uint8_t check[CHECK_BYTES];
	size_t end;
	enum err e = map_log(directory, &log, why);
	if (e != ERR_OK)
		return e;
	memcpy(check, log.p + MAGIC_BYTES, CHECK_BYTES);
	if (pepper != NULL)
		pepper_check(pepper, check);
	e = head_check(log, check, why);
	if (e == ERR_OK)
		e = replay(log, &end, each, context, why);
	munmap((void *)(uintptr_t)log.p, log.n);
	return e;
}

static enum err copy_flush(int fd, struct buf *b, struct why *why)
{
	enum err e = buf_status(b) != ERR_OK ? why_set(why, ERR_SYSTEM, "tokens.log: out of memory") : ERR_OK;
	if (e == ERR_OK && b->n > 0)
		e = file_append(fd, buf_slice(b), why);
	buf_clear(b);
	return e;
}

static enum err copy_entries(struct slice log, int fd, uint64_t last, uint64_t *entries, struct why *why)
{
	struct buf b;
	struct match_entry entry;
	enum err e = ERR_OK;
	uint64_t n = 0;
	buf_init(&b, COPY_ROOM + LOG_BODY_MAX + 8 + SUM);
	buf_put_slice(&b, slice_part(log, 0, START));
	for (size_t at = START, next; at < log.n && e == ERR_OK; at = next) {
		e = entry_read(log, at, &next, &entry, why);
		if (e != ERR_OK || next == at)
			break;
		if (entry.batch > last)
			continue;
		buf_put_slice(&b, slice_part(log, at, next - at));
		n++;
		if (b.n >= COPY_ROOM)
			e = copy_flush(fd, &b, why);
	}
	if (e == ERR_OK)
		e = copy_flush(fd, &b, why);
	if (e == ERR_OK)
		*entries = n;
	buf_free(&b);
	return e;
}

enum err match_log_copy(const char *directory, const char *to, uint64_t last, uint64_t *entries, struct why *why)
{
	char path[FILE_PATH_MAX];
	struct slice log;
	int fd = -1;
	*entries = 0;
	enum err e = map_log(directory, &log, why);
	if (e == ERR_ABSENT)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	e = head_check(log, log.p + MAGIC_BYTES, why);
	if (e == ERR_OK)
		e = file_path(path, to, "tokens.log", why);
	if (e == ERR_OK && file_has(path))
		e = why_set(why, ERR_EXISTS, "%s: there already", path);
	if (e == ERR_OK)
		e = file_append_open(path, FILE_SECRET, &fd, why);
	if (e == ERR_OK)
		e = copy_entries(log, fd, last, entries, why);
	if (fd >= 0)
		close(fd);
	munmap((void *)(uintptr_t)log.p, log.n);
	return e;
}
