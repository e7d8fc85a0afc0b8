#include "tally.h"

#include <stdlib.h>

#include "crypto/hash.h"
#include "when.h"

#define TALLY_SLOTS (1u << 18) // over twice TALLY_ROWS_MAX: a free one is never far

struct row {
	uint64_t key, count, first, last;
	uint64_t *host; // hashes, TALLY_HOSTS_MAX of them once there are two
	uint64_t one;
	unsigned hosts; // TALLY_HOSTS_MAX: that many or more
	enum observable_type type;
	char *value;
};

struct tally {
	struct row *rows;
	size_t n, room;
	uint32_t *slot; // row + 1
	uint64_t total, others;
};

// Rows and windows are told apart by it alone: a log line that met another's number would hide a sighting, so it is keyed. The
// low bit keeps 0 for "none".
static uint64_t key_of(const struct sighting *s)
{
	return hash_keyed(s->what->what.type, observable_value(&s->what->what)) | 1;
}

struct tally *tally_new(void)
{
	struct tally *t = calloc(1, sizeof *t);
	if (t != NULL && (t->slot = calloc(TALLY_SLOTS, sizeof *t->slot)) == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->rows[i].host);
		free(t->rows[i].value);
	}
	free(t->rows);
	free(t->slot);
	free(t);
}

static struct row *row_new(struct tally *t, uint32_t *slot, const struct sighting *s, uint64_t key)
{
	if (t->n == TALLY_ROWS_MAX)
		return NULL;
	if (t->n == t->room) {
		size_t room = t->room > 0 ? t->room * 2 : 256;
		struct row *rows = realloc(t->rows, room * sizeof *rows);
		if (rows == NULL)
			return NULL;
		t->rows = rows;
		t->room = room;
	}
	char *value = strdup(s->what->what.value);
	if (value == NULL)
		return NULL;
	t->rows[t->n] = (struct row){.key = key, .first = UINT64_MAX, .type = s->what->what.type, .value = value};
	*slot = (uint32_t)++t->n;
	return &t->rows[t->n - 1];
}

static struct row *row_of(struct tally *t, const struct sighting *s)
{
	uint64_t key = key_of(s);
	for (size_t i = (key >> 1) % TALLY_SLOTS;; i = (i + 1) % TALLY_SLOTS) {
		if (t->slot[i] == 0)
			return row_new(t, &t->slot[i], s, key);
		if (t->rows[t->slot[i] - 1].key == key)
			return &t->rows[t->slot[i] - 1];
	}
}

static void add_host(struct row *r, uint64_t h)
{
	if (r->hosts == 0) {
		r->one = h;
		r->hosts = 1;
		return;
	}
	if (r->hosts == TALLY_HOSTS_MAX || (r->hosts == 1 && r->one == h))
		return;
	if (r->host == NULL && (r->host = calloc(TALLY_HOSTS_MAX, sizeof *r->host)) == NULL)
		return;
	r->host[0] = r->one;
	for (unsigned i = 0; i < r->hosts; i++)
		if (r->host[i] == h)
			return;
	r->host[r->hosts++] = h;
}

void tally_add(struct tally *t, const struct sighting *s)
{
	uint64_t at = sighting_time(s);
	struct row *r = row_of(t, s);
	t->total++;
	if (r == NULL) {
		t->others++;
		return;
	}
	r->count++;
	r->first = at < r->first ? at : r->first;
	r->last = at > r->last ? at : r->last;
	add_host(r, hash_keyed(0, sighting_host(s)));
}

uint64_t tally_count(const struct tally *t)
{
	return t->total;
}

static int by_count(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->type != y->type ? (x->type < y->type ? -1 : 1) : strcmp(x->value, y->value);
}

void tally_print(struct tally *t, FILE *out)
{
	if (t->n > 0)
		qsort(t->rows, t->n, sizeof *t->rows, by_count);
	memset(t->slot, 0, TALLY_SLOTS * sizeof *t->slot); // the rows have moved: nothing is added after this
	fprintf(out, "%8s  %-24s  %-24s  %5s  %-8s  %s\n", "count", "first", "last", "hosts", "type", "indicator");
	for (size_t i = 0; i < t->n; i++) {
		const struct row *r = &t->rows[i];
		char first[WHEN_TEXT], last[WHEN_TEXT];
		when_print(r->first, first);
		when_print(r->last, last);
		fprintf(out, "%8llu  %-24s  %-24s  %4u%c  %-8s  %s\n", (unsigned long long)r->count, first, last, r->hosts,
		        r->hosts == TALLY_HOSTS_MAX ? '+' : ' ', observable_type_name(r->type), r->value);
	}
	if (t->others > 0)
		fprintf(out, "%8llu  of further indicators\n", (unsigned long long)t->others);
	fprintf(out, "%8llu  sightings of %zu indicators\n", (unsigned long long)t->total, t->n);
}

// --- Floods ------------------------------------------------------------------------------------------------------------------

struct window {
	uint64_t key; // 0: free
	uint64_t began, last, opened; // event times; and when it was read
	uint64_t repeats;
	char *text; // of the first sighting, as printed
	size_t n;
};

#define FLOOD_WAYS 8u

// Sets of eight windows: a full set ends its oldest one early.
struct flood {
	uint64_t window_ms;
	struct window *kept; // that flood_keep() is about
	struct window windows[FLOOD_ROWS_MAX];
};

struct flood *flood_new(uint64_t window_ms)
{
	struct flood *f = calloc(1, sizeof *f);
	if (f != NULL)
		f->window_ms = window_ms;
	return f;
}

void flood_free(struct flood *f)
{
	for (size_t i = 0; f != NULL && i < FLOOD_ROWS_MAX; i++)
		free(f->windows[i].text);
	free(f);
}

// Text that ends with "}}\n" is JSON, whose last object is `tocsin`.
static void end(struct window *w, struct buf *out)
{
	char until[WHEN_TEXT];
	if (w->repeats > 0 && w->text != NULL) {
		bool json = w->n > 3 && memcmp(w->text + w->n - 3, "}}\n", 3) == 0 && w->text[0] == '{';
		when_print(w->last, until);
		buf_put(out, w->text, w->n - (json ? 3 : 1));
		if (json)
			buf_printf(out, ",\"repeats\":%llu,\"until\":\"%s\"}}\n", (unsigned long long)w->repeats, until);
		else
			buf_printf(out, " … %llu more until %s\n", (unsigned long long)w->repeats, until);
	}
	free(w->text);
	*w = (struct window){0};
}

bool flood_pass(struct flood *f, const struct sighting *s, struct buf *out)
{
	uint64_t key = hash_keyed(key_of(s), sighting_host(s)) | 1, at = sighting_time(s);
	struct window *set = &f->windows[(key >> 1) % (FLOOD_ROWS_MAX / FLOOD_WAYS) * FLOOD_WAYS], *to = set;
	for (unsigned i = 0; i < FLOOD_WAYS; i++) {
		struct window *w = &set[i];
		if (w->key == key && at + f->window_ms >= w->began && at < w->began + f->window_ms) {
			w->repeats++;
			w->last = at > w->last ? at : w->last;
			return false;
		}
		if (w->key == key) {
			to = w;
			break;
		}
		if (to->key != 0 && (w->key == 0 || w->opened < to->opened))
			to = w;
	}
	end(to, out);
	*to = (struct window){.key = key, .began = at, .last = at, .opened = s->read_ms};
	f->kept = to;
	return true;
}

void flood_keep(struct flood *f, struct slice printed)
{
	f->kept->text = malloc(printed.n > 0 ? printed.n : 1);
	if (f->kept->text == NULL)
		return;
	memcpy(f->kept->text, printed.p, printed.n);
	f->kept->n = printed.n;
}

void flood_end(struct flood *f, uint64_t read_ms, struct buf *out)
{
	for (size_t i = 0; i < FLOOD_ROWS_MAX; i++) {
		struct window *w = &f->windows[i];
		if (w->key != 0 && (read_ms == UINT64_MAX || w->opened + f->window_ms <= read_ms))
			end(w, out);
	}
}
