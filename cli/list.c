// tocsin list: what is addressed to a team.
#include "label.h"
#include "list.h"

struct taking {
	struct listed **list;
	size_t *count;
	size_t room;
	uint64_t newest;
	uint32_t added;
};

enum err listed_of(const struct record_summary *s, struct listed *l, struct why *why)
{
	*l = (struct listed){.sequence = s->sequence, .minute = s->minute, .leaf = s->leaf, .size = s->size, .seat = s->seat};
	return header_decode(s->hdr0, &l->header, why);
}

static enum err take(void *context, const struct record_summary *s, struct why *why)
{
	struct taking *t = context;
	if (*t->count == t->room) {
		size_t room = t->room > 0 ? 2 * t->room : 64;
		struct listed *bigger = reallocarray(*t->list, room, sizeof *bigger);
		if (bigger == NULL)
			return why_set(why, ERR_SYSTEM, "out of memory");
		*t->list = bigger;
		t->room = room;
	}
	if (s->sequence <= t->newest)
		return why_set(why, ERR_AUTH, "hub: its list is not in order");
	t->newest = s->sequence;
	t->added++;
	return listed_of(s, &(*t->list)[(*t->count)++], why);
}

enum err listed_all(struct cli *c, uint16_t team, struct listed **list, size_t *count)
{
	struct taking t = {.list = list, .count = count};
	enum err e;
	*list = NULL;
	*count = 0;
	do {
		struct buf body, answer;
		buf_init(&body, 16);
		buf_init(&answer, hub_question(HUB_LIST)->answer_max);
		hub_list_ask(team, t.newest, &body);
		t.added = 0;
		cli_progress(c, "listing, %zu records so far", *count);
		e = platform_ask_hub(c->platform, HUB_LIST, buf_slice(&body), &answer, &c->why);
		if (e == ERR_OK)
			e = hub_summary_each(buf_slice(&answer), take, &t, &c->why);
		buf_free(&body);
		buf_free(&answer);
	} while (e == ERR_OK && t.added == HUB_LIST_MAX);
	return e;
}

void listed_json(const struct cli *c, struct json_writer *w, const struct listed *l)
{
	label_json(c, w, &l->header);
	json_put_number(w, "sequence", l->sequence);
	json_put_time(w, "time", l->minute * 60);
	json_put_number(w, "leaf", l->leaf);
	json_put_number(w, "bytes", l->size);
	json_put_number(w, "seat", l->seat);
	json_put_string(w, "quarter", quarter_text(l->header.quarter).text);
}

static int show_json(struct cli *c, uint16_t team, const struct listed *list, size_t count)
{
	struct json_writer w;
	struct buf out;
	cli_json_begin(&w, &out);
	json_open_object(&w, NULL);
	json_put_number(&w, "team", team);
	json_open_array(&w, "records");
	for (size_t i = 0; i < count; i++) {
		json_open_object(&w, NULL);
		listed_json(c, &w, &list[i]);
		json_close(&w);
	}
	json_close(&w);
	json_close(&w);
	return cli_json_end(c, &w, &out);
}

static int show(struct cli *c, uint16_t team, const struct listed *list, size_t count)
{
	static const char *const heads[] = {"record", "accepted", "kind", "marking", "for", "bytes", "relay"};
	struct cli_table t;
	if (c->json)
		return show_json(c, team, list, count);
	cli_progress_end(c);
	printf("%s for %s\n", label_count(count, "record", "records"), label_team(c, team));
	if (count == 0)
		return CLI_OK;
	cli_table_begin(&t, 7, heads);
	for (size_t i = count; i-- > 0;) {
		const struct label *l = &list[i].header.label;
		cli_cell(&t, "%s", cli_hex(list[i].header.id, RECORD_ID));
		cli_cell(&t, "%s", cli_time(list[i].minute * 60));
		cli_cell(&t, "%s", label_kind(l->kind));
		cli_cell(&t, "%s", tlp_text(l->tlp));
		cli_cell(&t, "%s", label_audience(c, l->team, l->audience));
		cli_cell(&t, "%llu", (unsigned long long)list[i].size);
		cli_cell(&t, "seat %u", list[i].seat);
	}
	cli_table_end(&t);
	return CLI_OK;
}

static int run(struct cli *c)
{
	uint64_t given = 0;
	uint16_t team = 0;
	struct listed *list = NULL;
	size_t count = 0;
	const struct cli_option table[] = {{0, "team", CLI_NUMBER, &given, 0}, {0}};
	if (!cli_options(c, table))
		return CLI_USAGE;
	if (c->argc != 0)
		return cli_usage(c, "no argument is wanted");
	enum err e = cli_open(c, PLATFORM_MEMBER);
	if (e == ERR_OK)
		e = cli_follow(c);
	if (e == ERR_OK)
		e = label_own_team(c, given, &team);
	if (e == ERR_OK)
		e = listed_all(c, team, &list, &count);
	int status = e == ERR_OK ? show(c, team, list, count) : cli_fail(c, e);
	free(list);
	return status;
}

const struct verb verb_list = {"list", "[--team N]", "records addressed to a team", run};
