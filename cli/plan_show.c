// What `tocsin report` shows before anything leaves this machine.
#include "label.h"
#include "plan.h"
#include "sys/clock.h"

#define SHOWN_MAX 12 // values of a type, common ones, refusals, that are listed without --all

static size_t limit(const struct plan *p)
{
	return p->o->all ? SIZE_MAX : SHOWN_MAX;
}

static void more(size_t all, size_t shown)
{
	if (all > shown)
		printf("  … and %zu more (--all shows them)\n", all - shown);
}

static void show_content(struct cli *c, const struct plan *p)
{
	const struct report *r = &p->report;
	const enum extract_tlp said = r->extract.meta.tlp;
	struct cli_table t;
	printf("%s\n", cli_dim("To be sealed"));
	cli_table_begin(&t, 2, NULL);
	cli_row(&t, "  title", "%s", r->title);
	if (p->o->source != NULL)
		cli_row(&t, "  read as", "%s", extract_format_name(r->format));
	cli_row(&t, "  kind", "%s", r->kind == RECORD_FLAW ? "a flaw found" : "an attack suffered");
	if (p->unlabelled)
		cli_row(&t, "  marking", "%s (unlabelled: treated as AMBER+STRICT)", tlp_text(r->tlp));
	else if (said != EXTRACT_TLP_NONE && strcmp(extract_tlp_name(said), tlp_text(r->tlp)) != 0)
		cli_row(&t, "  marking", "%s (the source says %s)", tlp_text(r->tlp), extract_tlp_name(said));
	else
		cli_row(&t, "  marking", "%s", tlp_text(r->tlp));
	cli_row(&t, "  for", "%s", label_audience(c, r->team, r->audience));
	if (r->occurred != 0)
		cli_row(&t, "  occurred", "%s", cli_time(r->occurred));
	cli_row(&t, "  from", "%s, %s, %s", c->platform->card.name, c->platform->card.organisation, c->platform->card.country);
	if (r->description.n > 0)
		cli_row(&t, "  description", "%s", label_count(r->description.n, "byte", "bytes"));
	for (unsigned i = 0; i < r->attachments; i++)
		cli_row(&t, i == 0 ? "  attachments" : "", "%s, %s", r->attachment[i].name,
		        label_count(r->attachment[i].bytes.n, "byte", "bytes"));
	cli_row(&t, "  size", "%zu bytes inside, %zu sealed and padded", p->inside, p->envelope.n);
	cli_row(&t, "  sealed to", "%u seats, any %u of them open it with the analyst; quarter %s", platform_charter(c->platform)->n,
	        platform_charter(c->platform)->t, quarter_text(quarter_of(clock_now())).text);
	cli_table_end(&t);
}

static bool is_token(const struct report_token *row)
{
	return !row->common && !row->background;
}

static void show_type(const struct plan *p, enum observable_type type)
{
	size_t all = 0, derived = 0, shown = 0;
	struct cli_table t;
	for (size_t i = 0; i < p->count; i++)
		if (p->rows[i].entry->type == type && is_token(&p->rows[i])) {
			all++;
			derived += p->rows[i].entry->derived;
		}
	if (all == 0)
		return;
	if (derived > 0)
		printf("  %s: %zu, of them %zu derived\n", observable_type_name(type), all, derived);
	else
		printf("  %s: %zu\n", observable_type_name(type), all);
	cli_table_begin(&t, 3, NULL);
	for (size_t i = 0; i < p->count && shown < limit(p); i++) {
		const struct observable_entry *entry = p->rows[i].entry;
		if (entry->type != type || !is_token(&p->rows[i]))
			continue;
		cli_cell(&t, "    %.*s", SLICE_ARGS(slice_part(entry->value, 0, 120)));
		cli_cell(&t, "%.*s", SLICE_ARGS(entry->place));
		cli_cell(&t, "%s", entry->derived ? "derived" : "");
		shown++;
	}
	cli_table_end(&t);
	more(all, shown);
}

static void show_left_out(const struct plan *p)
{
	size_t common = 0, background = 0, shown = 0;
	struct cli_table t;
	for (size_t i = 0; i < p->count; i++) {
		common += p->rows[i].common;
		background += p->rows[i].background && !p->rows[i].common;
	}
	if (background > 0)
		printf("%s\n",
		       cli_dim(label_count(
				   background, "observable is background (the source says: not for detection), no token; --with-background",
				   "observables are background (the source says: not for detection), no tokens; --with-background")));
	if (common == 0)
		return;
	printf("%s\n", cli_dim("Common values, left out"));
	cli_table_begin(&t, 3, NULL);
	for (size_t i = 0; i < p->count && shown < limit(p); i++) {
		if (!p->rows[i].common)
			continue;
		cli_cell(&t, "  %s", observable_type_name(p->rows[i].entry->type));
		cli_cell(&t, "%.*s", SLICE_ARGS(slice_part(p->rows[i].entry->value, 0, 120)));
		cli_cell(&t, "%.*s", SLICE_ARGS(p->rows[i].rule));
		shown++;
	}
	cli_table_end(&t);
	more(common, shown);
}

static void show_refused(const struct plan *p, bool notes)
{
	const struct observable_list *list = &p->report.extract.list;
	size_t all = 0, shown = 0;
	struct cli_table t;
	for (size_t i = 0; i < list->refused; i++)
		all += list->refusals[i].note == notes;
	if (all == 0)
		return;
	printf("%s\n", cli_dim(notes ? "Notes" : "Not understood, no tokens"));
	cli_table_begin(&t, 3, NULL);
	for (size_t i = 0; i < list->refused && shown < limit(p); i++) {
		const struct observable_refusal *r = &list->refusals[i];
		if (r->note != notes)
			continue;
		cli_cell(&t, "  %.*s", SLICE_ARGS(r->place));
		cli_cell(&t, "%.*s", SLICE_ARGS(slice_part(r->value, 0, 60)));
		cli_cell(&t, "%.*s", SLICE_ARGS(r->rule));
		shown++;
	}
	cli_table_end(&t);
	more(all, shown);
	if (!notes && list->refused_more > 0)
		printf("  and %zu more, counted only\n", list->refused_more);
}

void plan_show(struct cli *c, const struct plan *p)
{
	cli_progress_end(c);
	show_content(c, p);
	if (p->o->no_tokens) {
		printf("%s\n", cli_dim("No tokens (--no-tokens): this record meets no other"));
	} else {
		printf("%s\n", cli_dim(label_count(p->tokens, "observable becomes a token", "observables become tokens")));
		for (size_t i = 0; i < OBSERVABLE_TYPES; i++)
			show_type(p, observable_types[i]);
		show_left_out(p);
		if (p->list == NULL)
			printf("%s\n", cli_dim("The ledger names no common-value list: none is applied"));
	}
	show_refused(p, false);
	show_refused(p, true);
	if (p->stale)
		printf("%s\n", cli_bad("The ledger could not be followed just now: sealed to the keys of the last visit"));
}

static void rows_json(struct json_writer *w, const struct plan *p)
{
	json_open_array(w, "observables");
	for (size_t i = 0; i < p->count; i++) {
		const struct report_token *row = &p->rows[i];
		json_open_object(w, NULL);
		json_put_string(w, "type", observable_type_name(row->entry->type));
		json_put_text(w, "value", row->entry->value);
		json_put_text(w, "place", row->entry->place);
		json_put_bool(w, "token", is_token(row) && !p->o->no_tokens);
		json_put_bool(w, "derived", row->entry->derived);
		if (row->common)
			json_put_text(w, "common", row->rule);
		if (row->background)
			json_put_bool(w, "background", true);
		json_close(w);
	}
	json_close(w);
	json_open_array(w, "refused");
	for (size_t i = 0; i < p->report.extract.list.refused; i++) {
		const struct observable_refusal *r = &p->report.extract.list.refusals[i];
		json_open_object(w, NULL);
		json_put_text(w, "place", r->place);
		json_put_text(w, "value", r->value);
		json_put_text(w, "rule", r->rule);
		json_put_bool(w, "note", r->note);
		json_close(w);
	}
	json_close(w);
}

void plan_json(struct cli *c, struct json_writer *w, const struct plan *p)
{
	const struct report *r = &p->report;
	json_put_hex(w, "id", slice_of(p->id, RECORD_ID));
	json_put_string(w, "title", r->title);
	if (p->o->source != NULL)
		json_put_string(w, "format", extract_format_name(r->format));
	json_put_string(w, "kind", label_kind(r->kind));
	json_put_string(w, "tlp", tlp_text(r->tlp));
	json_put_bool(w, "unlabelled", p->unlabelled);
	json_open_array(w, "audience");
	for (unsigned i = 0; i < r->audience; i++)
		json_put_number(w, NULL, r->team[i]);
	json_close(w);
	if (r->occurred != 0)
		json_put_time(w, "occurred", r->occurred);
	json_open_array(w, "attachments");
	for (unsigned i = 0; i < r->attachments; i++) {
		json_open_object(w, NULL);
		json_put_string(w, "name", r->attachment[i].name);
		json_put_number(w, "bytes", r->attachment[i].bytes.n);
		json_close(w);
	}
	json_close(w);
	json_put_number(w, "inside", p->inside);
	json_put_number(w, "sealed", p->envelope.n);
	json_put_number(w, "tokens", p->tokens);
	json_put_number(w, "common_list", p->list_version);
	rows_json(w, p);
	(void)c;
}
