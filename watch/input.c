#include "input.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "log/log.h"
#include "source.h"
#include "sys/clock.h"

struct input {
	struct input_how how;
	pthread_t thread;
	int over; // atomic
	struct held_set *held;
	struct lines *lines;
	struct teller teller;
};

static bool met(void *context, const struct line *line, const struct scan_hit *hits, size_t count)
{
	struct input *in = context;
	return tell_line(&in->teller, line, hits, count);
}

static void comment(void *context, struct slice text)
{
	struct input *in = context;
	fields_header_line(&in->teller.header, text);
}

// A new set comes into force between two lines, as with files.
static enum err take_set(struct input *in, struct why *why)
{
	struct lines *old = in->lines, *lines;
	if (old != NULL && (shared_is_current(in->how.set, in->held) || lines_rest(old) > 0 || lines_start(old) != lines_offset(old)))
		return ERR_OK;
	struct held_set *fresh = shared_take(in->how.set);
	const struct lines_calls calls = {met, comment, in};
	enum err e = lines_new(fresh->set, in->how.scan, clock_now(), &calls, &lines, why);
	if (e != ERR_OK) {
		shared_drop(in->how.set, fresh);
		return e;
	}
	lines_begin(lines, old != NULL ? lines_offset(old) : 0, old != NULL ? lines_number(old) : 0);
	lines_comments(lines, in->teller.header.zeek);
	lines_free(old);
	shared_drop(in->how.set, in->held);
	in->lines = lines;
	in->held = fresh;
	in->teller.set = fresh->set;
	return ERR_OK;
}

static enum err read_all(struct input *in, struct source *source, struct why *why)
{
	bool going = true, first = true;
	for (size_t n, got = 1; going && got > 0; first = false) {
		enum err e = take_set(in, why);
		if (e != ERR_OK)
			return e;
		uint8_t *to = lines_room(in->lines, &n);
		e = source_read(source, to, n, &got, why);
		if (e != ERR_OK)
			return e;
		if (first && got > 0)
			lines_comments(in->lines, *to == '#');
		in->teller.now = clock_now();
		lines_now(in->lines, in->teller.now);
		going = got == 0 || (lines_put(in->lines, got) && output_flush(in->how.output));
	}
	return ERR_OK;
}

static void *work(void *context)
{
	struct input *in = context;
	struct source *source = NULL;
	struct why why;
	enum err e = source_open(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0), "-", &source, &why);
	if (e == ERR_OK)
		e = read_all(in, source, &why);
	if (e != ERR_OK)
		log_line(LOG_ERROR, "input-unreadable", log_failure(e, &why));
	if (in->lines != NULL && !(lines_end(in->lines) && output_flush(in->how.output)))
		log_line(LOG_ERROR, "input-not-told", log_value("why", "the output cannot be written"));
	source_close(source);
	__atomic_store_n(&in->over, 1, __ATOMIC_RELEASE);
	return NULL;
}

enum err input_start(const struct input_how *how, struct input **out, struct why *why)
{
	struct input *in = calloc(1, sizeof *in);
	if (in == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	in->how = *how;
	in->teller = (struct teller){.output = how->output, .path = "-"};
	fields_header_init(&in->teller.header);
	if (pthread_create(&in->thread, NULL, work, in) != 0) {
		free(in);
		return why_set(why, ERR_SYSTEM, "no thread to be had");
	}
	*out = in;
	return ERR_OK;
}

bool input_is_over(struct input *in)
{
	return __atomic_load_n(&in->over, __ATOMIC_ACQUIRE) != 0;
}

void input_free(struct input *in)
{
	if (in == NULL)
		return;
	pthread_join(in->thread, NULL);
	lines_free(in->lines);
	shared_drop(in->how.set, in->held);
	fields_header_free(&in->teller.header);
	free(in);
}
