#include "archive/archive.h"

#include "base/buf.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK (256u << 10)

struct archive_member {
	struct archive *reader;
	const char *file; // what messages call it
	struct archive_limits limit;
	int fd;
	struct stat before;
	bool seeks, directory; // a file; a zip whose directory can be reached
	uint64_t at;           // where a file is read next
	uint64_t taken;        // bytes read from fd
	uint64_t given;        // bytes of members
	uint64_t members;
	int failed;            // errno of a read
	bool ended;            // this member
	struct buf name, all;
	uint8_t block[BLOCK];
};

static la_ssize_t block_read(struct archive *a, void *context, const void **block)
{
	struct archive_member *m = context;
	ssize_t n;
	do
		n = m->seeks ? pread(m->fd, m->block, sizeof m->block, (off_t)m->at) : read(m->fd, m->block, sizeof m->block);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		m->failed = errno;
		archive_set_error(a, errno, "cannot be read: %s", strerror(errno));
		return ARCHIVE_FATAL;
	}
	m->at += (uint64_t)n;
	m->taken += (uint64_t)n;
	*block = m->block;
	return n;
}

static la_int64_t block_skip(struct archive *a, void *context, la_int64_t n)
{
	struct archive_member *m = context;
	(void)a;
	if (!m->seeks)
		return 0; // it reads instead
	uint64_t left = m->at < (uint64_t)m->before.st_size ? (uint64_t)m->before.st_size - m->at : 0;
	if ((uint64_t)n > left)
		n = (la_int64_t)left;
	m->at += (uint64_t)n;
	return n;
}

static la_int64_t block_seek(struct archive *a, void *context, la_int64_t offset, int whence)
{
	struct archive_member *m = context;
	la_int64_t from = whence == SEEK_CUR ? (la_int64_t)m->at : whence == SEEK_END ? (la_int64_t)m->before.st_size : 0, to;
	if (__builtin_add_overflow(from, offset, &to) || to < 0) {
		archive_set_error(a, EINVAL, "points before its start");
		return ARCHIVE_FATAL;
	}
	m->at = (uint64_t)to;
	return to;
}

static enum err damaged(struct archive_member *m, struct why *why)
{
	const char *text = archive_error_string(m->reader);
	int number = archive_errno(m->reader);
	enum err e = m->failed != 0 || number == ENOMEM ? ERR_SYSTEM : ERR_INPUT;
	if (m->name.n == 0)
		return why_set(why, e, "%s: %s", m->file, text != NULL ? text : "damaged");
	return why_set(why, e, "%s: %.*s: %s", m->file, SLICE_ARGS(buf_slice(&m->name)), text != NULL ? text : "damaged");
}

// What has come out so far: of the members, or of the compression round the whole where more of it was passed over than read.
static enum err within(struct archive_member *m, struct why *why)
{
	la_int64_t filtered = archive_filter_count(m->reader) > 1 ? archive_filter_bytes(m->reader, 0) : 0;
	uint64_t out = filtered > 0 && (uint64_t)filtered > m->given ? (uint64_t)filtered : m->given, in = m->taken;
	if (m->seeks && in > (uint64_t)m->before.st_size)
		in = (uint64_t)m->before.st_size; // members of a zip may share their bytes
	if (m->members > m->limit.members)
		return why_set(why, ERR_LIMIT, "%s: more than %llu members", m->file, (unsigned long long)m->limit.members);
	if (out > m->limit.bytes)
		return why_set(why, ERR_LIMIT, "%s: expands to more than %llu bytes", m->file, (unsigned long long)m->limit.bytes);
	if (out > m->limit.free && out / m->limit.ratio > in)
		return why_set(why, ERR_LIMIT, "%s: expands to more than %llu times its size", m->file, (unsigned long long)m->limit.ratio);
	return ERR_OK;
}

struct slice archive_name(const struct archive_member *m)
{
	return buf_slice(&m->name);
}

enum err archive_read(struct archive_member *m, void *p, size_t room, size_t *n, struct why *why)
{
	la_ssize_t got = m->ended || room == 0 ? 0 : archive_read_data(m->reader, p, room);
	if (got < 0)
		return damaged(m, why);
	m->ended = m->ended || (got == 0 && room > 0);
	m->given += (uint64_t)got;
	enum err e = within(m, why);
	if (e == ERR_OK)
		*n = (size_t)got;
	return e;
}

enum err archive_all(struct archive_member *m, size_t max, struct slice *bytes, struct why *why)
{
	uint8_t block[16384];
	buf_free(&m->all);
	buf_init(&m->all, max);
	for (size_t n = 1; n > 0;) {
		enum err e = archive_read(m, block, sizeof block, &n, why);
		if (e != ERR_OK)
			return e;
		buf_put(&m->all, block, n);
		e = buf_status(&m->all);
		if (e != ERR_OK)
			return why_set(why, e, "%s: %.*s: %s %zu bytes", m->file, SLICE_ARGS(buf_slice(&m->name)),
			               e == ERR_LIMIT ? "more than" : "no memory for", max);
	}
	*bytes = buf_slice(&m->all);
	return ERR_OK;
}

// The file's own name: "epss.csv.gz" holds "epss.csv".
static void own_name(struct archive_member *m)
{
	static const char *const endings[] = {".gz", ".zst", ".xz", ".bz2"};
	struct slice name = slice_text(m->file);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t n = strlen(endings[i]);
		if (archive_filter_count(m->reader) > 1 && name.n > n && memcmp(name.p + name.n - n, endings[i], n) == 0) {
			name.n -= n;
			break;
		}
	}
	buf_put_slice(&m->name, name);
}

static enum err name_of(struct archive_member *m, struct archive_entry *entry, struct why *why)
{
	buf_clear(&m->name);
	const char *inside = archive_entry_pathname(entry);
	if (inside == NULL)
		inside = archive_entry_pathname_utf8(entry); // where the locale is no UTF-8
	if (archive_format(m->reader) == ARCHIVE_FORMAT_RAW)
		own_name(m);
	else if (inside == NULL)
		buf_printf(&m->name, "member %llu", (unsigned long long)m->members);
	else
		buf_put_text(&m->name, inside);
	enum err e = buf_status(&m->name);
	buf_put_u8(&m->name, 0); // something to point at, when it is empty
	if (e != ERR_OK || buf_status(&m->name) != ERR_OK) {
		buf_clear(&m->name);
		return why_set(why, ERR_LIMIT, "%s: member %llu: a name of more than %u bytes", m->file, (unsigned long long)m->members,
		               ARCHIVE_NAME_MAX);
	}
	m->name.n--;
	size_t bad; // what is before the last '?' has been looked at
	for (size_t at = 0; !slice_is_utf8(slice_part(buf_slice(&m->name), at, m->name.n), &bad); at += bad + 1)
		m->name.p[at + bad] = '?';
	return ERR_OK;
}

// Whether the next member is found without a byte of this one being expanded: not behind a compression, nor where a zip is read without
// its directory.
static bool skips(const struct archive_member *m)
{
	bool zip = (archive_format(m->reader) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
	return archive_filter_count(m->reader) == 1 && (!zip || m->directory);
}

// Past what is left of this member. What has to come out for it is counted.
static enum err pass_over(struct archive_member *m, struct why *why)
{
	const void *block;
	size_t n = 0;
	la_int64_t offset;
	if (skips(m))
		return archive_read_data_skip(m->reader) >= ARCHIVE_WARN ? ERR_OK : damaged(m, why);
	while (!m->ended) {
		int status = archive_read_data_block(m->reader, &block, &n, &offset);
		m->ended = status == ARCHIVE_EOF;
		if (status != ARCHIVE_EOF && status != ARCHIVE_OK && status != ARCHIVE_WARN)
			return damaged(m, why);
		m->given += m->ended ? 0 : n;
		enum err e = within(m, why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err visit_one(struct archive_member *m, struct archive_entry *entry, archive_visit *visit, void *context,
                          struct why *why)
{
	m->members++;
	m->ended = false;
	enum err e = within(m, why);
	if (e == ERR_OK)
		e = name_of(m, entry, why);
	if (e != ERR_OK)
		return e;
	if (archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == NULL)
		e = visit(context, m, why);
	return e != ERR_OK ? e : pass_over(m, why);
}

static enum err empty_one(struct archive_member *m, archive_visit *visit, void *context, struct why *why)
{
	m->ended = true;
	buf_clear(&m->name);
	own_name(m);
	return visit(context, m, why);
}

static enum err changed(struct archive_member *m, struct why *why)
{
	struct stat now;
	if (!m->seeks)
		return ERR_OK;
	if (fstat(m->fd, &now) != 0)
		return why_set(why, ERR_SYSTEM, "%s: %s", m->file, strerror(errno));
	if (now.st_size != m->before.st_size || now.st_mtim.tv_sec != m->before.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != m->before.st_mtim.tv_nsec)
		return why_set(why, ERR_AWAY, "%s: changed while it was read", m->file);
	return ERR_OK;
}

static enum err walk(struct archive_member *m, archive_visit *visit, void *context, struct why *why)
{
	struct archive_entry *entry;
	for (;;) {
		buf_clear(&m->name);
		int status = archive_read_next_header(m->reader, &entry);
		if (status == ARCHIVE_EOF)
			break;
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
			return damaged(m, why);
		enum err e = visit_one(m, entry, visit, context, why);
		if (e != ERR_OK)
			return e;
	}
	enum err e = ERR_OK;
	if (archive_format(m->reader) == ARCHIVE_FORMAT_EMPTY)
		e = empty_one(m, visit, context, why);
	return e != ERR_OK ? e : changed(m, why);
}

// A zip is read from its directory at the end where that can be reached; but only what starts as one is taken for one.
static bool starts_as_zip(const struct archive_member *m)
{
	char start[4];
	return m->seeks && pread(m->fd, start, sizeof start, 0) == sizeof start &&
	       (memcmp(start, "PK\3\4", 4) == 0 || memcmp(start, "PK\5\6", 4) == 0);
}

// Anything but ARCHIVE_OK here is a libarchive built without a library, that would start a program instead.
static bool speaks(struct archive_member *m)
{
	struct archive *a = m->reader;
	return archive_read_support_filter_gzip(a) == ARCHIVE_OK && archive_read_support_filter_zstd(a) == ARCHIVE_OK &&
	       archive_read_support_filter_xz(a) == ARCHIVE_OK && archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
	       archive_read_support_format_tar(a) == ARCHIVE_OK && archive_read_support_format_zip_streamable(a) == ARCHIVE_OK &&
	       (!m->directory || archive_read_support_format_zip_seekable(a) == ARCHIVE_OK) &&
	       archive_read_support_format_raw(a) == ARCHIVE_OK && archive_read_support_format_empty(a) == ARCHIVE_OK;
}

static enum err open_it(struct archive_member *m, struct why *why)
{
	if (fstat(m->fd, &m->before) != 0)
		return why_set(why, ERR_SYSTEM, "%s: %s", m->file, strerror(errno));
	m->seeks = S_ISREG(m->before.st_mode);
	m->directory = starts_as_zip(m);
	m->reader = archive_read_new();
	if (m->reader == NULL || !speaks(m))
		return why_set(why, ERR_SYSTEM, "%s: libarchive cannot be used", m->file);
	archive_read_set_read_callback(m->reader, block_read);
	archive_read_set_skip_callback(m->reader, block_skip);
	if (m->seeks)
		archive_read_set_seek_callback(m->reader, block_seek);
	archive_read_set_callback_data(m->reader, m);
	if (archive_read_open1(m->reader) != ARCHIVE_OK)
		return damaged(m, why);
	if (archive_filter_count(m->reader) > 2) // the compression and the file itself
		return why_set(why, ERR_INPUT, "%s: compressed more than once", m->file);
	return ERR_OK;
}

enum err archive_walk_within(int fd, const char *name, const struct archive_limits *limits, archive_visit *visit, void *context,
                             struct why *why)
{
	struct archive_member *m = calloc(1, sizeof *m);
	if (m == NULL)
		return why_set(why, ERR_SYSTEM, "%s: no memory", name);
	m->file = name;
	m->fd = fd;
	m->limit = *limits;
	buf_init(&m->name, ARCHIVE_NAME_MAX + 1);
	buf_init(&m->all, 0);
	enum err e = open_it(m, why);
	if (e == ERR_OK)
		e = walk(m, visit, context, why);
	archive_read_free(m->reader);
	buf_free(&m->name);
	buf_free(&m->all);
	free(m);
	return e;
}

enum err archive_walk(int fd, const char *name, archive_visit *visit, void *context, struct why *why)
{
	static const struct archive_limits limits = {ARCHIVE_MEMBERS_MAX, ARCHIVE_BYTES_MAX, ARCHIVE_RATIO_MAX, ARCHIVE_RATIO_FREE};
	return archive_walk_within(fd, name, &limits, visit, context, why);
}
