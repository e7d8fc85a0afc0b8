// tocsin matches: which sealed records meet. The hub tells what they share by class, never a value; nobody here knows one either.
#include <time.h>

#include "label.h"
#include "list.h"
#include "sys/clock.h"

#define POLL_MS 250
#define SHOWN_MAX 20      // records, and pairs, of a cluster that are shown without --all
#define PAIRS_MAX 2000000u // that one picture may have

// A record of the picture: listed for the team, or met as a neighbour.
struct node {
	struct listed record;
	bool own;       // of the team: its matches were asked
	bool tokens;    // the matcher has some
	struct match_summary summary;
	size_t parent;  // union-find
};

struct pair {
	size_t a, b; // nodes, a < b
	uint32_t shared[MATCH_CLASSES], derived;
};

struct picture {
	struct cli *c;
	uint16_t team;
	struct node *node;
	size_t nodes, nodes_room;
	struct pair *pair;
	size_t pairs, pairs_room;
	size_t *slot, slots; // index + 1 of nodes by id; a power of two
	size_t asked; // node whose matches are being read
	bool all;     // show every record and pair
};

static void picture_free(struct picture *p)
{
	free(p->node);
	free(p->pair);
	free(p->slot);
	*p = (struct picture){.c = p->c, .team = p->team, .all = p->all};
}

static bool grow(void **array, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return true;
	size_t bigger = *room > 0 ? 2 * *room : 64;
	void *p = reallocarray(*array, bigger, size);
	if (p == NULL)
		return false;
	*array = p;
	*room = bigger;
	return true;
}

// The slot of an id, or the free one where it would go. Ids are random: their first bytes are the hash.
static size_t *slot_of(const struct picture *p, const uint8_t id[static RECORD_ID])
{
	size_t at;
	memcpy(&at, id, sizeof at);
	for (;; at++) {
		size_t *slot = &p->slot[at & (p->slots - 1)];
		if (*slot == 0 || memcmp(p->node[*slot - 1].record.header.id, id, RECORD_ID) == 0)
			return slot;
	}
}

static bool more_slots(struct picture *p)
{
	if (2 * (p->nodes + 1) <= p->slots)
		return true;
	size_t slots = p->slots > 0 ? 2 * p->slots : 256, *slot = calloc(slots, sizeof *slot);
	if (slot == NULL)
		return false;
	free(p->slot);
	p->slot = slot;
	p->slots = slots;
	for (size_t i = 0; i < p->nodes; i++)
		*slot_of(p, p->node[i].record.header.id) = i + 1;
	return true;
}

// The node of a record, added when it is new; SIZE_MAX without memory.
static size_t node_of(struct picture *p, const struct listed *l)
{
	if (!more_slots(p) || !grow((void **)&p->node, &p->nodes_room, p->nodes, sizeof *p->node))
		return SIZE_MAX;
	size_t *slot = slot_of(p, l->header.id);
	if (*slot == 0) {
		p->node[p->nodes] = (struct node){.record = *l, .parent = p->nodes};
		*slot = ++p->nodes;
	}
	return *slot - 1;
}

static size_t root_of(struct picture *p, size_t i)
{
	while (p->node[i].parent != i)
		i = p->node[i].parent = p->node[p->node[i].parent].parent;
	return i;
}

static enum err neighbour(void *context, const struct match_answer_neighbour *n, struct why *why)
{
	struct picture *p = context;
	struct listed l;
	enum err e = listed_of(&n->record, &l, why);
	if (e != ERR_OK)
		return e;
	size_t other = node_of(p, &l), a = p->asked < other ? p->asked : other, b = p->asked < other ? other : p->asked;
	if (other == SIZE_MAX || !grow((void **)&p->pair, &p->pairs_room, p->pairs, sizeof *p->pair))
		return why_set(why, ERR_SYSTEM, "out of memory");
	if (p->pairs == PAIRS_MAX)
		return why_set(why, ERR_LIMIT, "more than %u pairs: ask for one record", PAIRS_MAX);
	if (a == b)
		return why_set(why, ERR_AUTH, "hub: a record matches itself");
	p->node[root_of(p, a)].parent = root_of(p, b);
	// The other side tells of the same pair; it was read first.
	if (p->node[other].own && other < p->asked && p->node[other].tokens)
		return ERR_OK;
	struct pair *pair = &p->pair[p->pairs++];
	*pair = (struct pair){.a = a, .b = b, .derived = n->derived};
	memcpy(pair->shared, n->shared, sizeof pair->shared);
	return ERR_OK;
}

static enum err ask(struct picture *p, size_t i)
{
	struct buf body, answer;
	struct match_summary summary = {0};
	buf_init(&body, 64);
	buf_init(&answer, hub_question(HUB_MATCHES)->answer_max);
	p->asked = i;
	hub_record_ask(p->team, p->node[i].record.header.id, &body);
	enum err e = platform_ask_hub(p->c->platform, HUB_MATCHES, buf_slice(&body), &answer, &p->c->why);
	if (e == ERR_OK)
		e = hub_matches_answer_each(buf_slice(&answer), &summary, neighbour, p, &p->c->why);
	if (e == ERR_OK) {
		p->node[i].tokens = true;
		p->node[i].summary = summary;
	}
	buf_free(&body);
	buf_free(&answer);
	return e == ERR_ABSENT ? ERR_OK : e; // no tokens were filed with it
}

// All records of the team, or the one with this id.
static enum err draw(struct picture *p, const uint8_t *id)
{
	struct listed *list = NULL;
	size_t count = 0;
	bool found = id == NULL;
	enum err e = listed_all(p->c, p->team, &list, &count);
	for (size_t i = 0; e == ERR_OK && i < count; i++)
		if (id == NULL || memcmp(list[i].header.id, id, RECORD_ID) == 0) {
			size_t at = node_of(p, &list[i]);
			if (at == SIZE_MAX)
				e = why_set(&p->c->why, ERR_SYSTEM, "out of memory");
			else
				p->node[at].own = found = true;
		}
	free(list);
	if (e == ERR_OK && !found)
		e = why_set(&p->c->why, ERR_ABSENT, "record %s is not among those for %s", cli_hex(id, RECORD_ID),
		            label_team(p->c, p->team));
	for (size_t i = 0, own = p->nodes; e == ERR_OK && i < own; i++) {
		cli_progress(p->c, "matches of record %zu of %zu", i + 1, own);
		e = ask(p, i);
	}
	return e;
}

static enum err draw_until(struct picture *p, const uint8_t *id, uint64_t wait_s)
{
	uint64_t end = clock_monotonic_ms() + wait_s * 1000;
	for (;;) {
		enum err e = draw(p, id);
		bool again = clock_monotonic_ms() < end;
		if ((e != ERR_OK && e != ERR_ABSENT) || p->pairs > 0 || !again)
			return e;
		picture_free(p);
		cli_progress(p->c, "no match yet");
		nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
	}
}

// --- Clusters --------------------------------------------------------------------------------------------

struct cluster {
	size_t root, records;
	uint64_t newest; // minute
	uint32_t least, most, common;
	uint32_t shared[MATCH_CLASSES], derived; // the most that two of it share
	size_t pairs;
};

static int by_newest(const void *a, const void *b)
{
	const struct cluster *x = a, *y = b;
	return x->newest != y->newest ? (x->newest < y->newest ? 1 : -1) : (x->root < y->root ? -1 : x->root > y->root);
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void cluster_pair(struct cluster *k, const struct pair *pair)
{
	for (unsigned i = 0; i < MATCH_CLASSES; i++)
		k->shared[i] = larger(k->shared[i], pair->shared[i]);
	k->derived = larger(k->derived, pair->derived);
	k->pairs++;
}

static void cluster_node(struct cluster *k, const struct node *n)
{
	k->records++;
	k->newest = n->record.minute > k->newest ? n->record.minute : k->newest;
	k->least = larger(k->least, n->summary.reporters_least);
	k->most = larger(k->most, n->summary.reporters_most);
	k->common = larger(k->common, n->summary.common);
}

// Those of at least two records, the newest first; the caller frees.
static struct cluster *clusters_of(struct picture *p, size_t *count)
{
	size_t *place = calloc(p->nodes + 1, sizeof *place); // by root: index + 1
	struct cluster *list = calloc(p->nodes + 1, sizeof *list);
	*count = 0;
	for (size_t i = 0; place != NULL && list != NULL && i < p->nodes; i++) {
		size_t root = root_of(p, i);
		if (place[root] == 0) {
			place[root] = ++*count;
			list[*count - 1].root = root;
		}
		cluster_node(&list[place[root] - 1], &p->node[i]);
	}
	for (size_t i = 0; place != NULL && list != NULL && i < p->pairs; i++)
		cluster_pair(&list[place[root_of(p, p->pair[i].a)] - 1], &p->pair[i]);
	size_t kept = 0;
	for (size_t i = 0; list != NULL && i < *count; i++)
		if (list[i].records > 1)
			list[kept++] = list[i];
	*count = kept;
	if (list != NULL && kept > 0)
		qsort(list, kept, sizeof *list, by_newest);
	free(place);
	return list;
}

// --- Output ----------------------------------------------------------------------------------------------

static const char *reporters(uint32_t least, uint32_t most)
{
	static char text[64];
	if (least == most)
		snprintf(text, sizeof text, "%s", label_count(most, "reporter", "reporters"));
	else
		snprintf(text, sizeof text, "at least %u, at most %s", least, label_count(most, "reporter", "reporters"));
	return text;
}

static void show_cluster(struct picture *p, const struct cluster *k)
{
	static const char *const heads[] = {"  record", "accepted", "kind", "marking", "for", ""};
	struct cli_table t;
	printf("%s by %s share %s%s\n", cli_good(label_count(k->records, "report", "reports")), reporters(k->least, k->most),
	       k->pairs > 1 ? "up to " : "", label_shared(k->shared, k->derived));
	cli_table_begin(&t, 6, heads);
	for (size_t i = 0, shown = 0; i < p->nodes && (p->all || shown < SHOWN_MAX); i++) {
		const struct node *n = &p->node[i];
		const struct label *l = &n->record.header.label;
		if (root_of(p, i) != k->root)
			continue;
		shown++;
		cli_cell(&t, "  %s", cli_hex(n->record.header.id, RECORD_ID));
		cli_cell(&t, "%s", cli_time(n->record.minute * 60));
		cli_cell(&t, "%s", label_kind(l->kind));
		cli_cell(&t, "%s", tlp_text(l->tlp));
		cli_cell(&t, "%s", label_audience(p->c, l->team, l->audience));
		cli_cell(&t, "%s", n->own ? "" : "not for this team");
	}
	cli_table_end(&t);
	size_t pairs = 0;
	for (size_t i = 0; i < p->pairs && (p->all || pairs < SHOWN_MAX); i++)
		if (root_of(p, p->pair[i].a) == k->root && ++pairs > 0)
			printf("    %.8s … and %.8s … share %s\n", cli_hex(p->node[p->pair[i].a].record.header.id, RECORD_ID),
			       cli_hex(p->node[p->pair[i].b].record.header.id, RECORD_ID),
			       label_shared(p->pair[i].shared, p->pair[i].derived));
	if (!p->all && (k->records > SHOWN_MAX || k->pairs > SHOWN_MAX))
		printf("    … of %zu records and %zu pairs, the first %d and the strongest %d (--all shows them)\n", k->records, k->pairs,
		       SHOWN_MAX, SHOWN_MAX);
	if (k->common > 0)
		printf("    %s that too many reporters have: common, no match\n", label_count(k->common, "token", "tokens"));
	printf("\n");
}

static void show_rest(const struct picture *p, const struct cluster *list, size_t count)
{
	size_t alone = 0, bare = 0, inside = 0;
	for (size_t i = 0; i < count; i++)
		inside += list[i].records;
	for (size_t i = 0; i < p->nodes; i++)
		bare += p->node[i].own && !p->node[i].tokens;
	alone = p->nodes - inside;
	if (alone > 0)
		printf("%s meet%s no other%s", label_count(alone, "report", "reports"), alone == 1 ? "s" : "", bare > 0 ? "" : "\n");
	if (alone > 0 && bare > 0)
		printf(" (%zu without tokens)\n", bare);
	if (p->nodes == 0)
		printf("no records for %s\n", label_team(p->c, p->team));
}

static void shared_json(struct json_writer *w, const uint32_t shared[static MATCH_CLASSES], uint32_t derived)
{
	static const char *const names[] = {"address", "name", "digest", "other"};
	json_open_object(w, "shared");
	for (unsigned i = 0; i < MATCH_CLASSES; i++)
		json_put_number(w, names[i], shared[i]);
	json_put_number(w, "derived", derived);
	json_close(w);
}

static void node_json(const struct picture *p, struct json_writer *w, const struct node *n)
{
	json_open_object(w, NULL);
	listed_json(p->c, w, &n->record);
	json_put_bool(w, "own", n->own);
	if (n->own) {
		json_put_number(w, "tokens", n->summary.tokens);
		json_put_number(w, "common", n->summary.common);
		json_put_number(w, "neighbours", n->summary.neighbours);
		json_put_number(w, "reporters_least", n->summary.reporters_least);
		json_put_number(w, "reporters_most", n->summary.reporters_most);
	}
	json_close(w);
}

static int show_json(struct picture *p, const struct cluster *list, size_t count)
{
	struct json_writer w;
	struct buf out;
	cli_json_begin(&w, &out);
	json_open_object(&w, NULL);
	json_put_number(&w, "team", p->team);
	json_open_array(&w, "records");
	for (size_t i = 0; i < p->nodes; i++)
		node_json(p, &w, &p->node[i]);
	json_close(&w);
	json_open_array(&w, "pairs");
	for (size_t i = 0; i < p->pairs; i++) {
		json_open_object(&w, NULL);
		json_put_hex(&w, "a", slice_of(p->node[p->pair[i].a].record.header.id, RECORD_ID));
		json_put_hex(&w, "b", slice_of(p->node[p->pair[i].b].record.header.id, RECORD_ID));
		shared_json(&w, p->pair[i].shared, p->pair[i].derived);
		json_close(&w);
	}
	json_close(&w);
	json_open_array(&w, "clusters");
	for (size_t k = 0; k < count; k++) {
		json_open_object(&w, NULL);
		json_put_number(&w, "reporters_least", list[k].least);
		json_put_number(&w, "reporters_most", list[k].most);
		json_open_array(&w, "records");
		for (size_t i = 0; i < p->nodes; i++)
			if (root_of(p, i) == list[k].root)
				json_put_hex(&w, NULL, slice_of(p->node[i].record.header.id, RECORD_ID));
		json_close(&w);
		json_close(&w);
	}
	json_close(&w);
	json_close(&w);
	return cli_json_end(p->c, &w, &out);
}

static uint64_t strength(const struct pair *pair)
{
	uint64_t n = pair->derived;
	for (unsigned i = 0; i < MATCH_CLASSES; i++)
		n += pair->shared[i];
	return n;
}

static int by_strength(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	uint64_t one = strength(x), two = strength(y);
	if (one != two)
		return one < two ? 1 : -1;
	return x->a != y->a ? (x->a < y->a ? -1 : 1) : (x->b > y->b) - (x->b < y->b);
}

static int show(struct picture *p)
{
	size_t count = 0;
	if (p->pairs > 0)
		qsort(p->pair, p->pairs, sizeof *p->pair, by_strength);
	struct cluster *list = clusters_of(p, &count);
	int status = CLI_OK;
	if (list == NULL)
		return cli_fail(p->c, why_set(&p->c->why, ERR_SYSTEM, "out of memory"));
	cli_progress_end(p->c);
	if (p->c->json) {
		status = show_json(p, list, count);
	} else {
		for (size_t i = 0; i < count; i++)
			show_cluster(p, &list[i]);
		show_rest(p, list, count);
	}
	free(list);
	return status;
}

static int run(struct cli *c)
{
	struct picture p = {.c = c};
	uint64_t given = 0, wait_s = 0;
	uint8_t id[RECORD_ID];
	const struct cli_option table[] = {
		{0, "team", CLI_NUMBER, &given, 0}, {0, "wait", CLI_NUMBER, &wait_s, 0}, {0, "all", CLI_FLAG, &p.all, 0}, {0}};
	if (!cli_options(c, table))
		return CLI_USAGE;
	if (c->argc > 1)
		return cli_usage(c, "one record, or none for all");
	if (wait_s > 86400)
		return cli_usage(c, "--wait %llu: at most 86400 seconds", (unsigned long long)wait_s);
	enum err e = c->argc == 1 ? cli_id(c, c->argv[0], "record", id, sizeof id) : ERR_OK;
	if (e == ERR_OK)
		e = cli_open(c, PLATFORM_MEMBER);
	if (e == ERR_OK)
		e = cli_follow(c);
	if (e == ERR_OK)
		e = label_own_team(c, given, &p.team);
	if (e == ERR_OK)
		e = draw_until(&p, c->argc == 1 ? id : NULL, wait_s);
	int status = e == ERR_OK ? show(&p) : cli_fail(c, e);
	picture_free(&p);
	return status;
}

const struct verb verb_matches = {"matches", "[ID] [--team N] [--wait SECONDS] [--all]",
                                  "which records of a team meet, and what they share", run};
