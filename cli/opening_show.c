// What `tocsin open` tells: who reported, what, and which seat answered how.
#include "label.h"
#include "opening.h"

static void show_seats(const struct opening *o)
{
	for (unsigned i = 0; i < o->envelope.header.n; i++) {
		const struct seat *seat = charter_seat(opening_charter(o), i + 1);
		const char *name = seat != NULL ? seat->name : "";
		if (o->liars >> (i + 1) & 1)
			printf("  seat %u %s: %s\n", i + 1, name, cli_bad("its share is false"));
		else if (o->result[i] == ERR_OK)
			printf("  seat %u %s: %s\n", i + 1, name, cli_good("released its share"));
		else
			printf("  seat %u %s: %s: %s\n", i + 1, name, cli_bad(err_name(o->result[i])), o->why[i].text);
	}
}

static void show_observables(const struct opening *o)
{
	static const char *const heads[] = {"type", "value", "place", ""};
	const struct observable_list *list = &o->report.extract.list;
	struct cli_table t;
	if (list->count == 0)
		return;
	printf("\n");
	cli_table_begin(&t, 4, heads);
	for (size_t i = 0; i < list->count; i++) {
		const struct observable_entry *entry = &list->entries[i];
		cli_cell(&t, "%s", observable_type_name(entry->type));
		cli_cell(&t, "%.*s", SLICE_ARGS(entry->value));
		cli_cell(&t, "%.*s", SLICE_ARGS(entry->place));
		cli_cell(&t, "%s", entry->derived ? "derived" : entry->background ? "background" : "");
	}
	cli_table_end(&t);
}

static void show_compare(const struct opening *o)
{
	if (!o->compare_tried)
		return;
	if (!o->compared)
		printf("\nthe report's tokens could not be compared: %s\n", o->compare_why.text);
	else if (o->missing == 0 && o->extra == 0)
		printf("\n%s: the tokens that were filed are those of this report\n", cli_good("compared"));
	else
		printf("\n%s: %s of this report not filed, %s filed that the report does not have\n", cli_bad("differs"),
		       label_count(o->missing, "token", "tokens"), label_count(o->extra, "token", "tokens"));
}

static void show_description(const struct buf *text)
{
	printf("\n");
	for (size_t i = 0; i < text->n; i++) // UTF-8 without controls but newline and tab: report_decode
		putchar(text->p[i]);
	printf("%s", text->n > 0 && text->p[text->n - 1] == '\n' ? "" : "\n");
}

static bool label_repeats(const struct opening *o)
{
	const struct label *l = &o->envelope.header.label;
	const struct report *r = &o->report;
	return l->kind == r->kind && l->tlp == r->tlp && l->audience == r->audience &&
	       memcmp(l->team, r->team, r->audience * sizeof *r->team) == 0;
}

void opening_show(struct opening *o)
{
	struct cli *c = o->c;
	const struct report *r = &o->report;
	const struct label *l = &o->envelope.header.label;
	struct cli_table t;
	cli_progress_end(c);
	printf("Opened with %u of %u shares; the request is leaf %llu of the ledger\n", o->shares, o->envelope.header.n,
	       (unsigned long long)o->index);
	show_seats(o);
	printf("\n");
	cli_table_begin(&t, 2, NULL);
	cli_row(&t, "reporter", "%s, %s, %s (%s)", o->reporter.name, o->reporter.organisation, o->reporter.country,
	        o->reporter.sector);
	cli_row(&t, "accredited", "%s", o->standing == ERR_OK ? cli_good("yes") : cli_bad(o->standing_why.text));
	if (o->complained)
		cli_row(&t, "", "the hub was told: a second analyst's word lowers the limit of the seat that vouched for it");
	cli_row(&t, "title", "%s", r->title);
	cli_row(&t, "kind", "%s", label_kind(l->kind));
	cli_row(&t, "marking", "%s", tlp_text(l->tlp));
	cli_row(&t, "for", "%s", label_audience(c, l->team, l->audience));
	if (r->occurred != 0)
		cli_row(&t, "occurred", "%s", cli_time(r->occurred));
	for (unsigned i = 0; i < o->content.attachments; i++)
		cli_row(&t, i == 0 ? "attachments" : "", "%s, %s", o->content.attachment[i].name,
		        label_count(o->content.attachment[i].bytes.n, "byte", "bytes"));
	cli_row(&t, "kept in", "%s", o->out != NULL ? o->out : o->folder);
	cli_table_end(&t);
	if (!label_repeats(o))
		printf("%s\n", cli_bad("The document's own kind, marking or teams differ from the label above, which is what counts"));
	if (r->description.n > 0)
		show_description(&r->description);
	show_observables(o);
	show_compare(o);
}

static void seats_json(const struct opening *o, struct json_writer *w)
{
	json_open_array(w, "seats");
	for (unsigned i = 0; i < o->envelope.header.n; i++) {
		json_open_object(w, NULL);
		json_put_number(w, "seat", i + 1);
		json_put_string(w, "result", o->liars >> (i + 1) & 1 ? "false" : err_name(o->result[i]));
		if (o->result[i] != ERR_OK)
			json_put_string(w, "why", o->why[i].text);
		json_close(w);
	}
	json_close(w);
}

static void reporter_json(const struct opening *o, struct json_writer *w)
{
	uint8_t id[CARD_ID];
	card_id(o->content.card, id);
	json_open_object(w, "reporter");
	json_put_hex(w, "card", slice_of(id, CARD_ID));
	json_put_string(w, "name", o->reporter.name);
	json_put_string(w, "organisation", o->reporter.organisation);
	json_put_string(w, "country", o->reporter.country);
	json_put_string(w, "sector", o->reporter.sector);
	json_put_bool(w, "accredited", o->standing == ERR_OK);
	if (o->standing != ERR_OK)
		json_put_string(w, "why", o->standing_why.text);
	json_put_bool(w, "complained", o->complained);
	json_close(w);
}

int opening_show_json(struct opening *o)
{
	struct json_writer w;
	struct buf out;
	cli_json_begin(&w, &out);
	json_open_object(&w, NULL);
	label_json(o->c, &w, &o->envelope.header);
	json_put_number(&w, "leaf", o->index);
	seats_json(o, &w);
	reporter_json(o, &w);
	json_put_string(&w, "title", o->report.title);
	if (o->report.description.n > 0)
		json_put_text(&w, "description", buf_slice(&o->report.description));
	if (o->report.occurred != 0)
		json_put_time(&w, "occurred", o->report.occurred);
	json_put_bool(&w, "label_repeats", label_repeats(o));
	json_open_array(&w, "observables");
	for (size_t i = 0; i < o->report.extract.list.count; i++) {
		const struct observable_entry *entry = &o->report.extract.list.entries[i];
		json_open_object(&w, NULL);
		json_put_string(&w, "type", observable_type_name(entry->type));
		json_put_text(&w, "value", entry->value);
		json_put_bool(&w, "derived", entry->derived);
		json_put_bool(&w, "background", entry->background);
		json_close(&w);
	}
	json_close(&w);
	json_open_array(&w, "attachments");
	for (unsigned i = 0; i < o->content.attachments; i++) {
		json_open_object(&w, NULL);
		json_put_string(&w, "name", o->content.attachment[i].name);
		json_put_number(&w, "bytes", o->content.attachment[i].bytes.n);
		json_close(&w);
	}
	json_close(&w);
	json_put_string(&w, "folder", o->out != NULL ? o->out : o->folder);
	if (o->compared) {
		json_put_number(&w, "tokens_missing", o->missing);
		json_put_number(&w, "tokens_extra", o->extra);
	} else if (o->compare_tried) {
		json_put_string(&w, "compare_why", o->compare_why.text);
	}
	json_close(&w);
	return cli_json_end(o->c, &w, &out);
}

int opening_fail(struct opening *o, enum err e)
{
	cli_progress_end(o->c);
	for (unsigned i = 0; i < o->envelope.header.n; i++)
		if (o->result[i] != ERR_OK)
			fprintf(stderr, "  seat %u: %s: %s\n", i + 1, err_name(o->result[i]), o->why[i].text);
		else
			fprintf(stderr, "  seat %u: released its share\n", i + 1);
	if (o->complained)
		fprintf(stderr, "  the hub was told: a second analyst's word lowers the limit of the seat that vouched for this record\n");
	return cli_fail(o->c, e);
}
