#include "tell.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "when.h"

#define PLACES 256u      // hits of one reading of the line; those beyond are told by another
#define TEXT_ONLY 65536u // bytes of a line beyond which its hash covers the front only
#define BUFFER_MAX ((size_t)64 << 20) // bytes: the end of all windows at once fits

struct output {
	pthread_mutex_t lock;
	int fd;
	struct output_how how;
	struct buf buffer;
	struct tally *tally;
	struct flood *flood;
	bool broken;
	uint64_t count;
};

enum err output_new(int fd, const struct output_how *how, struct output **out, struct why *why)
{
	struct output *o = calloc(1, sizeof *o);
	if (o == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	pthread_mutex_init(&o->lock, NULL);
	o->fd = fd;
	o->how = *how;
	buf_init(&o->buffer, BUFFER_MAX);
	if (how->summary)
		o->tally = tally_new();
	if (how->window_ms > 0)
		o->flood = flood_new(how->window_ms);
	if ((how->summary && o->tally == NULL) || (how->window_ms > 0 && o->flood == NULL)) {
		output_free(o);
		return why_set(why, ERR_SYSTEM, "no memory");
	}
	*out = o;
	return ERR_OK;
}

void output_free(struct output *o)
{
	if (o == NULL)
		return;
	tally_free(o->tally);
	flood_free(o->flood);
	buf_free(&o->buffer);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

static void drain(struct output *o)
{
	struct slice rest = buf_slice(&o->buffer);
	if (buf_status(&o->buffer) != ERR_OK)
		__atomic_store_n(&o->broken, true, __ATOMIC_RELAXED); // no memory: something would be missing
	while (rest.n > 0 && !o->broken) {
		ssize_t n = write(o->fd, rest.p, rest.n);
		if (n > 0)
			rest = slice_part(rest, (size_t)n, rest.n);
		else if (errno != EINTR)
			__atomic_store_n(&o->broken, true, __ATOMIC_RELAXED);
	}
	buf_clear(&o->buffer);
}

static void print(struct output *o, const struct sighting *s)
{
	size_t from = o->buffer.n;
	if (o->flood != NULL) {
		if (!flood_pass(o->flood, s, &o->buffer))
			return;
		from = o->buffer.n;
	}
	if (o->how.text)
		sighting_text(s, o->how.colour, &o->buffer);
	else
		sighting_json(s, &o->buffer);
	if (o->flood != NULL)
		flood_keep(o->flood, slice_part(buf_slice(&o->buffer), from, o->buffer.n));
}

void output_sighting(struct output *o, const struct sighting *s)
{
	pthread_mutex_lock(&o->lock);
	__atomic_fetch_add(&o->count, 1, __ATOMIC_RELAXED); // the progress bar reads it
	if (o->tally != NULL)
		tally_add(o->tally, s);
	if (!o->how.quiet && !o->broken)
		print(o, s);
	if (o->buffer.n > OUTPUT_BUFFER)
		drain(o);
	pthread_mutex_unlock(&o->lock);
}

bool output_flush(struct output *o)
{
	pthread_mutex_lock(&o->lock);
	if (o->buffer.n > 0)
		drain(o);
	bool whole = !o->broken;
	pthread_mutex_unlock(&o->lock);
	return whole;
}

static bool is_synced(int fd)
{
	return fdatasync(fd) == 0 || errno == EINVAL || errno == EROFS; // EINVAL: a pipe, a terminal
}

bool output_sync(struct output *o)
{
	return output_flush(o) && is_synced(o->fd);
}

void output_tick(struct output *o, uint64_t read_ms)
{
	pthread_mutex_lock(&o->lock);
	if (o->flood != NULL)
		flood_end(o->flood, read_ms, &o->buffer);
	drain(o);
	pthread_mutex_unlock(&o->lock);
}

bool output_is_broken(const struct output *o)
{
	return __atomic_load_n(&o->broken, __ATOMIC_RELAXED);
}

uint64_t output_count(const struct output *o)
{
	return __atomic_load_n(&o->count, __ATOMIC_RELAXED);
}

void output_reopen(struct output *o, int fd)
{
	pthread_mutex_lock(&o->lock);
	drain(o);
	if (!is_synced(o->fd))
		__atomic_store_n(&o->broken, true, __ATOMIC_RELAXED); // places would be ahead of what the disk has
	close(o->fd);
	o->fd = fd;
	pthread_mutex_unlock(&o->lock);
}

void output_summary(struct output *o, FILE *to)
{
	if (o->tally != NULL)
		tally_print(o->tally, to);
}

// --- One line ----------------------------------------------------------------------------------------------------------------

struct telling {
	struct teller *t;
	const struct line *line;
	struct fields *fields;
	uint64_t read_ms;
	uint8_t line_hash[32]; // of its text: once, not for each hit
};

static void tell(const struct telling *x, uint32_t index, struct slice value, const struct fields_place *place, const char *field)
{
	struct indicator what;
	if (!indicator_get(x->t->set, index, &what))
		return; // a damaged set
	struct sighting s = {
		.what = &what, .value = value, .field = field, .side = place->side, .fields = x->fields, .path = x->t->path,
		.line = x->t->journal ? 0 : x->line->number, .offset = x->line->start,
		.column = x->line->at - x->line->start + place->offset + 1, .read_ms = x->read_ms,
		.duplicate = x->line->start < x->t->replayed_to,
	};
	sighting_identify(&s, slice_of(x->line_hash, sizeof x->line_hash));
	output_sighting(x->t->output, &s);
}

// Host and path stand apart: the URL they make, without and with its port, each indicator once.
static void tell_url(const struct telling *x, const struct fields_place *place)
{
	char url[FIELDS_URL_MAX];
	uint32_t met[2 * SCAN_VALUE_MAX];
	size_t n, count = 0;
	for (int port = 0; port < 2; port++) {
		if (!fields_url(x->fields, port == 1, url, &n))
			continue;
		size_t more = scan_value(x->t->set, x->t->now, OBSERVABLE_URL, slice_of(url, n), met + count, SCAN_VALUE_MAX);
		more = more < SCAN_VALUE_MAX ? more : SCAN_VALUE_MAX; // of a hostile set
		for (size_t i = 0; i < more; i++) {
			bool before = false;
			for (size_t k = 0; k < count && !before; k++)
				before = met[k] == met[count + i];
			if (!before)
				tell(x, met[count + i], slice_of(url, n), place, x->fields->url_name);
		}
		count += more;
	}
}

static void tell_some(struct telling *x, const struct scan_hit *hits, size_t count, bool *url_told)
{
	struct fields_place places[PLACES];
	struct slice text = x->line->text;
	for (size_t i = 0; i < count; i++)
		places[i] = (struct fields_place){.offset = hits[i].offset};
	if (x->line->whole) {
		fields_read(text, &x->t->header, x->t->journal, x->read_ms, x->fields, places, count);
	} else {
		*x->fields = (struct fields){.format = FIELDS_TEXT, .time_ms = WHEN_UNKNOWN};
		for (size_t i = 0; i < count; i++)
			memcpy(places[i].name, "text", sizeof "text");
	}
	if (x->t->at_ms > 0)
		x->fields->time_ms = x->t->at_ms;
	for (size_t i = 0; i < count; i++) {
		if (hits[i].indicator != SCAN_SPLIT) {
			tell(x, hits[i].indicator, slice_part(text, hits[i].offset, hits[i].length), &places[i], places[i].name);
		} else if (!*url_told && text.p + hits[i].offset == x->fields->url_host.p) {
			*url_told = true;
			tell_url(x, &places[i]);
		}
	}
}

bool tell_line(struct teller *t, const struct line *line, const struct scan_hit *hits, size_t count)
{
	struct fields fields;
	struct telling x = {t, line, &fields, when_now(), {0}};
	bool url_told = false;
	sha256(slice_part(line->text, 0, TEXT_ONLY), x.line_hash);
	for (size_t i = 0; i < count && !output_is_broken(t->output); i += PLACES)
		tell_some(&x, hits + i, count - i < PLACES ? count - i : PLACES, &url_told);
	return !output_is_broken(t->output);
}
