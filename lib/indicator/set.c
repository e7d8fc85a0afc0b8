#include "indicator/layout.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "sys/file.h"

static const char *const section_names[SET_SECTIONS] = {"filter", "table", "records", "metadata", "text", "networks"};

static enum err check_sections(const struct set_header *h, struct slice bytes, struct why *why)
{
	const uint64_t want[SET_SECTIONS] = {32 * h->blocks, sizeof(struct set_slot) * h->slots,
	                                     sizeof(struct set_record) * (uint64_t)h->count, 0, 0, SET_NETS_COUNT * SET_NET_BYTES};
	for (int i = 0; i < SET_SECTIONS; i++) {
		const struct set_section_row *s = &h->sections[i];
		if (s->offset > bytes.n || s->bytes > bytes.n - s->offset || s->offset % 64 != 0 || s->offset < sizeof *h)
			return why_set(why, ERR_INPUT, "the section \"%s\" lies outside the file", section_names[i]);
		if (want[i] != 0 && s->bytes != want[i])
			return why_set(why, ERR_INPUT, "the section \"%s\" has the wrong size", section_names[i]);
		if (crc32c(0, bytes.p + s->offset, s->bytes) != s->crc)
			return why_set(why, ERR_INPUT, "the section \"%s\" is damaged (checksum)", section_names[i]);
	}
	return ERR_OK;
}

static enum err check(struct slice bytes, struct why *why)
{
	struct set_header h;
	if (bytes.n < sizeof h || memcmp(bytes.p, SET_MAGIC, 8) != 0)
		return why_set(why, ERR_INPUT, "is no indicator set");
	memcpy(&h, bytes.p, sizeof h);
	if (h.version != SET_VERSION)
		return why_set(why, ERR_INPUT, "is an indicator set of version %u; this program reads version %u", h.version,
		               SET_VERSION);
	uint32_t crc = h.crc;
	h.crc = 0;
	if (crc32c(0, &h, sizeof h) != crc)
		return why_set(why, ERR_INPUT, "the header is damaged (checksum)");
	if (h.bytes != bytes.n)
		return why_set(why, ERR_INPUT, "has %zu bytes and should have %llu: truncated?", bytes.n, (unsigned long long)h.bytes);
	if (h.count > INDICATORS_MAX || h.slots == 0 || h.slots > 4ull * INDICATORS_MAX || h.blocks == 0 || h.blocks > INDICATORS_MAX)
		return why_set(why, ERR_INPUT, "has impossible counts in its header");
	if (h.sections[SET_TEXT].bytes > UINT32_MAX || h.sections[SET_METAS].bytes / sizeof(struct set_meta) > UINT32_MAX)
		return why_set(why, ERR_INPUT, "has impossible section sizes in its header");
	return check_sections(&h, bytes, why);
}

static void note_url_lengths(struct indicator_set *s)
{
	for (uint32_t i = 0; i < s->head->count; i++)
		if (s->records[i].type == OBSERVABLE_URL && s->records[i].n <= OBSERVABLE_MAX)
			s->url_lengths[s->records[i].n / 64] |= 1ull << s->records[i].n % 64;
}

enum err indicator_open_bytes(struct slice bytes, struct indicator_set **set, struct why *why)
{
	if ((uintptr_t)bytes.p % 8 != 0)
		return why_set(why, ERR_INPUT, "is not aligned in memory");
	enum err e = check(bytes, why);
	if (e != ERR_OK)
		return e;
	struct indicator_set *s = calloc(1, sizeof *s);
	if (s == NULL)
		return why_set(why, ERR_SYSTEM, "no memory");
	const void *at[SET_SECTIONS];
	s->head = (const void *)bytes.p;
	for (int i = 0; i < SET_SECTIONS; i++)
		at[i] = bytes.p + s->head->sections[i].offset;
	s->filter = at[SET_FILTER];
	s->slots = at[SET_SLOTS];
	s->records = at[SET_RECORDS];
	s->metas = at[SET_METAS];
	s->text = at[SET_TEXT];
	s->nets = at[SET_NETS];
	s->meta_count = (uint32_t)(s->head->sections[SET_METAS].bytes / sizeof(struct set_meta));
	s->text_bytes = (uint32_t)s->head->sections[SET_TEXT].bytes;
	s->bytes = bytes.n;
	if (indicator_count_of(s, OBSERVABLE_URL) > 0)
		note_url_lengths(s);
	*set = s;
	return ERR_OK;
}

enum err indicator_open(const char *path, struct indicator_set **set, struct why *why)
{
	struct slice bytes;
	enum err e = file_map(path, INDICATOR_FILE_MAX, MAP_SHARED | MAP_POPULATE, &bytes, why);
	if (e != ERR_OK)
		return e;
	void *map = (void *)(uintptr_t)bytes.p;
	if (bytes.n < sizeof(struct set_header))
		e = why_set(why, ERR_INPUT, "is no indicator set");
	else
		e = indicator_open_bytes(bytes, set, why);
	if (e != ERR_OK) {
		munmap(map, bytes.n);
		return why_at(why, e, "%s", path);
	}
	(*set)->map = map;
	return ERR_OK;
}

void indicator_close(struct indicator_set *set)
{
	if (set != NULL && set->map != NULL)
		munmap(set->map, set->bytes);
	free(set);
}

uint32_t indicator_count(const struct indicator_set *set)
{
	return set->head->count;
}

uint32_t indicator_count_of(const struct indicator_set *set, enum observable_type type)
{
	return set->head->of[(uint8_t)type];
}

uint64_t indicator_made(const struct indicator_set *set)
{
	return set->head->made;
}

size_t indicator_bytes(const struct indicator_set *set)
{
	return set->bytes;
}

static bool text_at(const struct indicator_set *set, uint32_t at, struct slice *text)
{
	*text = slice_of("", 0);
	if (at == 0)
		return true;
	if (at >= set->text_bytes || set->text[at] > set->text_bytes - at - 1)
		return false;
	*text = slice_of(set->text + at + 1, set->text[at]);
	return true;
}

// The canonical text of a stored address or network.
static bool show_address(const struct set_record *r, struct slice stored, struct observable *out)
{
	char text[INET6_ADDRSTRLEN + 5];
	uint8_t ip[16] = {0};
	bool net = r->type == OBSERVABLE_CIDR;
	size_t n = stored.n - (net ? 1 : 0);
	if (r->type == OBSERVABLE_IPV4) {
		uint32_t address = htonl(r->value);
		memcpy(ip, &address, 4);
		n = 4;
	} else if (stored.n == 0 || (n != 4 && n != 16) || (r->type == OBSERVABLE_IPV6 && n != 16)) {
		return false;
	} else {
		memcpy(ip, stored.p, n);
	}
	inet_ntop(n == 4 ? AF_INET : AF_INET6, ip, text, INET6_ADDRSTRLEN);
	if (net)
		snprintf(text + strlen(text), 5, "/%u", stored.p[n]);
	// inet_ntop writes ::1.2.3.4; the canonical form never does.
	return observable_canonical((enum observable_type)r->type, slice_text(text), out, NULL) == ERR_OK;
}

static bool show_value(const struct indicator_set *set, uint32_t index, struct observable *out)
{
	static const char digits[] = "0123456789abcdef";
	const struct set_record *r = &set->records[index];
	struct slice stored;
	if (!record_value(set, index, &stored) || !observable_type_is(r->type))
		return false;
	if (r->type == OBSERVABLE_IPV4 || r->type == OBSERVABLE_IPV6 || r->type == OBSERVABLE_CIDR)
		return show_address(r, stored, out);
	bool hex = is_digest(r->type);
	if (stored.n > (hex ? OBSERVABLE_MAX / 2 : OBSERVABLE_MAX))
		return false;
	out->type = (enum observable_type)r->type;
	out->n = hex ? 2 * stored.n : stored.n;
	for (size_t i = 0; hex && i < stored.n; i++) {
		out->value[2 * i] = digits[stored.p[i] >> 4];
		out->value[2 * i + 1] = digits[stored.p[i] & 15];
	}
	if (!hex)
		memcpy(out->value, stored.p, stored.n);
	out->value[out->n] = 0;
	return true;
}

bool indicator_get(const struct indicator_set *set, uint32_t index, struct indicator *out)
{
	if (index >= set->head->count || set->records[index].meta >= set->meta_count)
		return false;
	const struct set_record *r = &set->records[index];
	const struct set_meta *m = &set->metas[r->meta];
	struct indicator_meta meta = {.tlp = (enum extract_tlp)m->tlp, .pap = (enum indicator_pap)m->pap,
	                              .confidence = m->confidence, .expiry = m->expiry};
	if (m->tlp > EXTRACT_TLP_RED || m->pap > INDICATOR_PAP_RED || !text_at(set, r->id, &meta.id) ||
	    !text_at(set, m->source, &meta.source) || !show_value(set, index, &out->what))
		return false;
	out->meta = meta;
	return true;
}

bool indicator_expired(const struct indicator_set *set, uint32_t index, uint64_t now)
{
	if (index >= set->head->count || set->records[index].meta >= set->meta_count)
		return true;
	uint64_t expiry = set->metas[set->records[index].meta].expiry;
	return expiry != 0 && now >= expiry;
}

const char *indicator_pap_name(enum indicator_pap pap)
{
	static const char *const names[] = {"", "PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED"};
	return (size_t)pap < sizeof names / sizeof *names ? names[pap] : "";
}
