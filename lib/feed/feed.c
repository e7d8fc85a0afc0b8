#include "feed/feed.h"

#include "feed/tell.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fnv.h"

#define BLOCK (256u << 10)
#define PATH_TEXT_MAX 8192u
#define DEPTH_MAX 32u // of directories

// One file or directory being read.
struct job {
	struct reading r;
	const char *path;       // of the file
	enum source_kind kind;  // of this file's first feed: all its members are of one kind
	bool cyclonedx;
	uint64_t members;       // of this file, visited
	bool shared;            // another part has some of what there is
	bool own;               // the whole file is this part's
	struct buf whole;       // a record, or the rest of a line
	char place[PATH_TEXT_MAX];
	uint8_t block[BLOCK];
	struct slice head;      // of the member, in block; read already
};

// ---- bytes of a member

// The head first, then what follows. *n == 0: the end.
static enum err next_bytes(struct job *j, struct archive_member *m, struct slice *bytes, struct why *why)
{
	size_t n;
	*bytes = j->head;
	j->head.n = 0;
	if (bytes->n > 0)
		return ERR_OK;
	enum err e = archive_read(m, j->block, sizeof j->block, &n, why);
	*bytes = slice_of(j->block, e == ERR_OK ? n : 0);
	return e;
}

static enum err read_head(struct job *j, struct archive_member *m, struct why *why)
{
	size_t have = 0, n = 1;
	enum err e = ERR_OK;
	while (have < TELL_BYTES && n > 0 && e == ERR_OK) {
		e = archive_read(m, j->block + have, TELL_BYTES - have, &n, why);
		have += e == ERR_OK ? n : 0;
	}
	j->head = slice_of(j->block, have);
	if (have >= 3 && memcmp(j->block, "\xef\xbb\xbf", 3) == 0)
		j->head = slice_part(j->head, 3, have);
	return e;
}

// ---- the shapes. Errors are of the file or of the sink; a record's own are told inside.

static enum err one_record(struct job *j, const struct json *root, struct why *why)
{
	struct why refusal = {""};
	struct reading *r = &j->r;
	enum err e = ERR_INPUT;
	reading_next(r);
	switch (j->kind) {
	case SOURCE_CVE:
		e = cve_record(r, root, &refusal);
		break;
	case SOURCE_OSV:
		e = osv_record(r, root, &refusal);
		break;
	case SOURCE_CSAF:
		e = csaf_record(r, root, &refusal);
		break;
	case SOURCE_OPENVEX:
		e = j->cyclonedx ? cyclonedx_record(r, root, &refusal) : openvex_record(r, root, &refusal);
		break;
	default:
		INVARIANT(!"a kind of records");
	}
	e = say_failed(r, e, &refusal, why);
	return e == ERR_OK ? say_full(r, root, why) : e;
}

static enum err parse_record(struct job *j, struct slice text, struct why *why)
{
	struct why refusal = {""};
	struct json root;
	enum err e = json_parse(text, &root, &refusal);
	if (e == ERR_OK) {
		e = one_record(j, &root, why);
		json_free(&root);
		return e;
	}
	return say_failed(&j->r, e, &refusal, why);
}

static enum err read_document(struct job *j, struct archive_member *m, struct why *why)
{
	struct slice bytes;
	enum err e;
	buf_clear(&j->whole);
	while ((e = next_bytes(j, m, &bytes, why)) == ERR_OK && bytes.n > 0) {
		if (j->whole.n + bytes.n > JSON_BYTES_MAX)
			return say_refused_at(&j->r, NULL, why, "a record of more than %u bytes", JSON_BYTES_MAX);
		buf_put_slice(&j->whole, bytes);
		if (buf_status(&j->whole) != ERR_OK)
			return why_set(why, j->r.stopped = ERR_SYSTEM, "no memory for a record");
	}
	return e == ERR_OK ? parse_record(j, buf_slice(&j->whole), why) : e;
}

struct lines {
	uint64_t line;
	size_t place; // bytes of the file's place, before the line's
	bool over;    // the line is too long: dropped to its end
};

static enum err end_line(struct job *j, struct lines *l, struct why *why)
{
	struct slice text = slice_trim(buf_slice(&j->whole));
	enum err e = ERR_OK;
	l->line++;
	snprintf(j->place + l->place, sizeof j->place - l->place, ": line %llu", (unsigned long long)l->line);
	if (l->over)
		e = say_refused_at(&j->r, NULL, why, "longer than %u bytes", FEED_LINE_MAX);
	else if (text.n > 0)
		e = parse_record(j, text, why);
	l->over = false;
	buf_clear(&j->whole);
	return e;
}

static enum err read_lines(struct job *j, struct archive_member *m, struct why *why)
{
	struct lines l = {.place = strlen(j->place)};
	struct slice bytes;
	enum err e;
	buf_clear(&j->whole);
	while ((e = next_bytes(j, m, &bytes, why)) == ERR_OK && bytes.n > 0) {
		for (size_t at = 0, end; at < bytes.n && e == ERR_OK; at = end + 1) {
			end = slice_find(bytes, '\n', at);
			l.over |= j->whole.n + (end - at) > FEED_LINE_MAX;
			if (!l.over)
				buf_put_slice(&j->whole, slice_part(bytes, at, end - at));
			if (buf_status(&j->whole) != ERR_OK)
				return why_set(why, j->r.stopped = ERR_SYSTEM, "no memory for a line");
			if (end < bytes.n)
				e = end_line(j, &l, why);
		}
		if (e != ERR_OK)
			return e;
	}
	return e == ERR_OK && (j->whole.n > 0 || l.over) ? end_line(j, &l, why) : e;
}

static enum err take_item(void *context, struct json_part *part, struct why *why)
{
	return one_record(context, &part->value, why);
}

// What ends a document before its end. Half of a feed must not take the place of all that its source said: that ends everything.
static enum err ended(struct job *j, enum source_kind kind, enum err e, const struct why *refusal, struct why *why)
{
	if (e != ERR_OK && source_is_whole(kind) && j->r.stopped == ERR_OK && j->r.said && j->r.kind == kind) {
		j->r.stopped = e;
		return why_set(why, e, "%s: %s", j->place, refusal->text);
	}
	return say_failed(&j->r, e, refusal, why);
}

// A feed that takes the place of all that its source said has something to say: an empty one is a fault of whoever made or fetched it.
static enum err want_entries(const struct job *j, uint64_t before, struct why *refusal)
{
	const char *first = j->r.first;
	return j->r.taken > before ? ERR_OK : why_set(refusal, ERR_INPUT, "holds no entry that can be taken%s%s", first[0] != 0 ? ": " : "", first);
}

static enum err read_stream(struct job *j, struct archive_member *m, const struct parts *parts, enum source_kind kind, struct why *why)
{
	void *context = kind == 0 ? (void *)j : &j->r;
	struct why refusal = {""};
	struct json_stream *s;
	struct slice bytes;
	uint64_t before = j->r.taken;
	enum err e = json_stream_new(parts->paths, parts->n, parts->take, context, &s, why), file = ERR_OK;
	if (e != ERR_OK)
		return e;
	reading_next(&j->r);
	j->r.stated = FACT_NO_DATE;
	while (e == ERR_OK && (file = next_bytes(j, m, &bytes, &refusal)) == ERR_OK && bytes.n > 0)
		e = json_stream_put(s, bytes, &refusal);
	if (e == ERR_OK && file == ERR_OK)
		e = json_stream_end(s, &refusal);
	json_stream_free(s);
	if (e == ERR_OK && file == ERR_OK && kind != 0)
		e = want_entries(j, before, &refusal);
	if (e == ERR_OK && file == ERR_OK)
		return ERR_OK;
	if (e == ERR_OK && kind == 0) // the file is damaged, not the document
		return why_set(why, file, "%s", refusal.text);
	return ended(j, kind, e != ERR_OK ? e : file, &refusal, why);
}

static enum err read_table(struct job *j, struct archive_member *m, struct why *why)
{
	struct why refusal = {""};
	struct table *t;
	struct slice bytes;
	uint64_t before = j->r.taken;
	enum err e = table_new(&j->r, &t, why), file = ERR_OK;
	if (e != ERR_OK)
		return e;
	while (e == ERR_OK && (file = next_bytes(j, m, &bytes, &refusal)) == ERR_OK && bytes.n > 0)
		e = table_put(t, bytes, &refusal);
	if (e == ERR_OK && file == ERR_OK)
		e = table_end(t, &refusal);
	if (e == ERR_OK && file == ERR_OK && !table_lists_nothing(t))
		e = want_entries(j, before, &refusal);
	enum source_kind kind = table_kind(t);
	table_free(t);
	j->kind = kind != 0 ? kind : j->kind; // its head said it
	if (e == ERR_OK && file != ERR_OK && kind == 0)
		return why_set(why, file, "%s", refusal.text);
	return ended(j, kind, e != ERR_OK ? e : file, &refusal, why);
}

static enum err read_shape(struct job *j, struct archive_member *m, const struct told *told, struct why *why)
{
	static const char *const items[] = {"[]"};
	static const struct parts array = {items, 1, take_item};
	const struct parts *parts = told->kind == SOURCE_KEV ? &kev_parts : told->kind == SOURCE_EOL ? &eol_parts : &debian_parts;
	switch (told->shape) {
	case SHAPE_RECORD:
		return read_document(j, m, why);
	case SHAPE_LINES:
		return read_lines(j, m, why);
	case SHAPE_ARRAY:
		return read_stream(j, m, &array, 0, why);
	case SHAPE_STREAM:
		return read_stream(j, m, parts, told->kind, why);
	default:
		return read_table(j, m, why);
	}
}

// ---- files and directories

static void set_place(struct job *j, struct slice member)
{
	struct slice path = slice_text(j->path);
	bool alone = member.n <= path.n && memcmp(path.p, member.p, member.n) == 0;
	if (alone)
		snprintf(j->place, sizeof j->place, "%s", j->path);
	else
		snprintf(j->place, sizeof j->place, "%s: %.*s", j->path, SLICE_ARGS(text_cut(member, PATH_TEXT_MAX / 2)));
	j->r.place = j->place;
}

// "begins with \"%PDF-1.4\"": for a person who gave the wrong file.
static enum err refuse_unknown(struct job *j, struct slice head, struct why *why)
{
	struct slice cut = slice_part(head, 0, 40);
	return say_refused_at(&j->r, NULL, why, head.n == 0 ? "is empty%.*s" : "is no feed that is known: begins with \"%.*s\"", SLICE_ARGS(cut));
}

static enum err visit(void *context, struct archive_member *m, struct why *why)
{
	struct job *j = context;
	const struct feed_options *o = j->r.options;
	if (o->parts > 1 && !j->own && j->members++ % o->parts != o->part) {
		j->shared = true;
		return ERR_OK;
	}
	enum source_kind wanted = j->kind != 0 ? j->kind : j->r.options->kind;
	set_place(j, archive_name(m));
	enum err e = read_head(j, m, why);
	if (e != ERR_OK)
		return e;
	struct told told = tell(j->head);
	if (told.shape == SHAPE_NONE)
		return refuse_unknown(j, j->head, why);
	if (told.kind != 0 && wanted != 0 && told.kind != wanted)
		return say_refused_at(&j->r, NULL, why, "is a feed of the kind %s among those of the kind %s", source_kind_name(told.kind),
		                      source_kind_name(wanted));
	j->r.wanted = wanted;
	j->kind = told.kind != 0 ? told.kind : j->kind;
	j->cyclonedx = told.cyclonedx;
	return read_shape(j, m, &told, why);
}

static enum err read_file(struct job *j, int fd, const char *path, struct why *why)
{
	j->path = path;
	j->kind = 0;
	j->members = 0;
	return archive_walk(fd, path, visit, j, why);
}

static struct job *job_new(const struct feed_options *options, fact_sink *sink, void *context, struct why *why)
{
	struct job *j = calloc(1, sizeof *j);
	if (j == NULL || reading_init(&j->r, options, sink, context, why) != ERR_OK) {
		free(j);
		why_set(why, ERR_SYSTEM, "no memory to read a feed");
		return NULL;
	}
	buf_init(&j->whole, JSON_BYTES_MAX);
	return j;
}

// A feed of which nothing could be taken is no feed: the first refusal says why. Where another part may have taken something, what was
// refused here is told.
static enum err job_end(struct job *j, const char *path, enum err e, struct why *why)
{
	if (e == ERR_OK)
		e = say_newest(&j->r, why);
	if (e == ERR_OK && !j->r.said && j->shared)
		e = tell_pending(&j->r, why);
	else if (e == ERR_OK && !j->r.said)
		e = j->r.pending.n > 0 ? why_set(why, ERR_INPUT, "%.*s", SLICE_ARGS(pending_first(&j->r)))
		                       : why_set(why, ERR_INPUT, "%s: holds no feed", path);
	buf_free(&j->whole);
	reading_done(&j->r);
	free(j);
	return e;
}

enum err feed_read(int fd, const char *path, const struct feed_options *options, fact_sink *sink, void *context, struct why *why)
{
	struct job *j = job_new(options, sink, context, why);
	if (j == NULL)
		return ERR_SYSTEM;
	return job_end(j, path, read_file(j, fd, path, why), why);
}

static enum err read_directory(struct job *j, const char *path, unsigned depth, struct why *why);

// Files of a directory are shared out by a hash of their paths (FNV-1a): whatever else comes and goes there meanwhile, each has its part.
static bool is_anothers(const struct feed_options *o, const char *path)
{
	return o->parts > 1 && (fnv1a(slice_text(path)) >> 32) % o->parts != o->part;
}

// A damaged file is told and passed over, like a damaged record: the other files do not suffer.
static enum err read_entry(struct job *j, const char *path, unsigned depth, struct why *why)
{
	struct stat st;
	struct why refusal = {""};
	if (is_anothers(j->r.options, path) && lstat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		j->shared = true;
		return ERR_OK;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	bool opened = fd >= 0 && fstat(fd, &st) == 0;
	enum err e = ERR_OK;
	j->r.place = path;
	if (!opened && errno != ELOOP)
		e = say_refused_at(&j->r, NULL, why, "cannot be opened: %s", strerror(errno));
	else if (opened && S_ISDIR(st.st_mode))
		e = read_directory(j, path, depth + 1, why);
	else if (opened && S_ISREG(st.st_mode)) {
		e = read_file(j, fd, path, &refusal);
		j->r.place = path;
		if (e != ERR_OK && j->r.stopped == ERR_OK && e != ERR_SYSTEM)
			e = say_refused(&j->r, &refusal, why);
		else if (e != ERR_OK)
			why_set(why, e, "%s", refusal.text);
	}
	if (fd >= 0)
		close(fd);
	return e;
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum err read_directory(struct job *j, const char *path, unsigned depth, struct why *why)
{
	struct dirent **entries;
	char name[PATH_MAX];
	if (depth > DEPTH_MAX)
		return say_refused_at(&j->r, NULL, why, "more than %u directories inside each other", DEPTH_MAX);
	int n = scandir(path, &entries, visible, by_bytes);
	if (n < 0)
		return depth == 0 ? why_set(why, errno == ENOENT ? ERR_ABSENT : ERR_SYSTEM, "%s: %s", path, strerror(errno))
		                  : say_refused_at(&j->r, NULL, why, "cannot be read: %s", strerror(errno));
	enum err e = ERR_OK;
	for (int i = 0; i < n; i++) {
		bool fits = snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name) < (int)sizeof name;
		j->r.place = path;
		if (e == ERR_OK && fits)
			e = read_entry(j, name, depth, why);
		else if (e == ERR_OK)
			e = say_refused_at(&j->r, NULL, why, "\"%.80s\": a path of more than %d bytes", entries[i]->d_name, PATH_MAX - 1);
		free(entries[i]);
	}
	free(entries);
	return e;
}

enum err feed_read_directory(const char *path, const struct feed_options *options, fact_sink *sink, void *context, struct why *why)
{
	struct job *j = job_new(options, sink, context, why);
	if (j == NULL)
		return ERR_SYSTEM;
	j->own = true;
	return job_end(j, path, read_directory(j, path, 0, why), why);
}
