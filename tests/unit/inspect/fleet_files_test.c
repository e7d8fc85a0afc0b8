// What of a fleet cannot be read is told and stops nothing; the worst are named; what is open is said beside the verdict.
#include "fleet_stage.h"

#define NATIVE "tocsin-inventory 1\nname\tx\necosystem\tDebian:12\np\tp-01\t1.0-1\tall\t\t\n"
static const struct {
	const char *name, *text, *said; // said: NULL: it is read
} files[] = {
	{"good", NATIVE "end\t4\n", NULL},
	{"cut", NATIVE, "no end line: the file was cut"},
	{"late", NATIVE "q\tnothing\nend\t5\n", "line 5: q: no such line here"},
	{"count", NATIVE "end\t9\n", "line 5: end: another number of lines"},
	{"empty", "", "is empty"},
	{"head", "tocsin-inventory 1\nend\t1\n", NULL},
	{"note.txt", "some words\n", ""},
	{"broken.json", "{\"bomFormat\": \"CycloneDX\", ", ""},
	{"other.json", "{\"a\": 1}", ""},
	{"two.csv", "machine;package;version;ecosystem\na;p-01;1.0-1;Debian:12\nb;p-02;1.0-1;Debian:12\n;;;\n", NULL},
	{"bill.json", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\"components\":[{\"type\":\"library\",\"name\":\"left\",\"version\":\"1\","
	 "\"purl\":\"pkg:npm/left@1\"}]}", NULL},
	{"wazuh.json", "{\"items\":[{\"data\":{\"package\":{\"name\":\"left\",\"version\":\"1\"}}}]}", NULL},
	{"list.xml", "<bom/>", "XML: what is read is"},
	{"odd\x1b[31m\xff name", "", "is empty"},
	{".hidden", "some words\n", NULL},
};

static void what_cannot_be_read(void)
{
	struct stage s;
	struct outcome o;
	char path[FILE_PATH_MAX], said[512];
	unsigned unread = 0;
	set_up(&s);
	for (size_t n = 0; n < sizeof files / sizeof *files; n++) {
		put_file(&s, files[n].name, files[n].text, strlen(files[n].text));
		unread += files[n].said != NULL;
	}
	snprintf(path, sizeof path, "%s/link", s.directory);
	CHECK(symlink("good", path) == 0);
	snprintf(path, sizeof path, "%s/pipe", s.directory);
	CHECK(mkfifo(path, 0600) == 0);
	size_t n = (size_t)snprintf(path, sizeof path, "%s", s.directory);
	for (unsigned k = 0; k < FLEET_DEPTH_MAX; k++) {
		n += (size_t)snprintf(path + n, sizeof path - n, "/d");
		CHECK(mkdir(path, 0700) == 0);
	}
	run_fleet(&s, 2, FLEET_CACHE_BYTES, &o);
	buf_put_u8(&o.lines, 0);
	const char *lines = (const char *)o.lines.p;
	CHECK_SAY(o.machines == 6, "%llu", (unsigned long long)o.machines); // good, head, two.csv twice, bill.json, wazuh.json
	CHECK_SAY(o.unread == unread + 3, "%llu", (unsigned long long)o.unread);
	for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
		if (files[k].said == NULL || (unsigned char)files[k].name[3] < 0x20)
			continue;
		snprintf(said, sizeof said, "{\"file\":\"%s\",\"not_read\":\"", files[k].name);
		const char *at = strstr(lines, said);
		CHECK_SAY(at != NULL && strncmp(at + strlen(said), files[k].said, strlen(files[k].said)) == 0, "%s: %.200s", files[k].name, at == NULL ? "" : at);
	}
	static const char *const others[] = {"{\"file\":\"link\",\"not_read\":\"a symbolic link", "{\"file\":\"pipe\",\"not_read\":\"is no file",
	                                     "d/d\",\"not_read\":\"directories are more than 16 deep", "{\"file\":\"odd?[31m? name\",\"not_read\":\"is empty",
	                                     "{\"file\":\"good\",\"machine\":\"x\",\"verdict\":"};
	for (size_t k = 0; k < sizeof others / sizeof *others; k++)
		CHECK_SAY(strstr(lines, others[k]) != NULL, "%s", others[k]);
	CHECK(strstr(lines, "hidden") == NULL);
	buf_put_u8(&o.people, 0);
	CHECK(strchr((const char *)o.people.p, 0x1b) == NULL);
	outcome_free(&o);
	tear_down(&s);
}

// A machine that is broken off leaves nothing behind: neither counts nor steps nor indicators.
static void nothing_by_halves(void)
{
	struct stage s;
	struct outcome with, without;
	set_up(&s);
	put_file(&s, "good", NATIVE "end\t4\n", strlen(NATIVE "end\t4\n"));
	run_fleet(&s, 1, FLEET_CACHE_BYTES, &without);
	static const char text[] = "tocsin-inventory 1\nname\ty\nos\tdebian\t11\t\tDebian\necosystem\tDebian:12\nrole\tserver\np\tp-07\t1.0-1\tall\t\t\nq\nend\t7\n";
	put_file(&s, "bad", text, sizeof text - 1);
	run_fleet(&s, 1, FLEET_CACHE_BYTES, &with);
	CHECK(with.machines == 1 && with.unread == 1 && without.unread == 0 && without.machines == 1);
	CHECK(with.todos == without.todos && same_rewards(&with.rewards, &without.rewards));
	for (size_t k = 0; k < 2; k++)
		CHECK(with.part[k] == without.part[k] && with.whole[k] == without.whole[k]);
	outcome_free(&with);
	outcome_free(&without);
	tear_down(&s);
}

// One table for more machines than are named, and steps that differ by kind.
static void the_worst_are_named(void)
{
	struct stage s;
	struct outcome o;
	struct buf text;
	set_up(&s);
	buf_init(&text, 1u << 20);
	buf_put_text(&text, "machine;package;version;ecosystem\n");
	for (unsigned m = 0; m < 100; m++)
		for (unsigned p = 0; p <= m % 20; p++)
			buf_printf(&text, "w-%03u;p-%02u;1.0-1;Debian:12\n", m, p);
	put_file(&s, "table.csv", (const char *)text.p, text.n);
	run_fleet(&s, 2, FLEET_CACHE_BYTES, &o);
	buf_put_u8(&o.json, 0);
	unsigned named = 0;
	const char *worst = strstr((const char *)o.json.p, "\"worst\": [");
	for (const char *at = worst; at != NULL && (at = strstr(at + 1, "\"machine\": \"w-")) != NULL;)
		named++;
	CHECK_SAY(o.machines == 100 && named == FLEET_WORST, "%u", named);
	CHECK(worst != NULL && strstr(worst, "w-019") != NULL && strstr(worst, "w-019") < strstr(worst, "w-039"));
	buf_free(&text);
	outcome_free(&o);
	tear_down(&s);
}

const struct test tests[] = {
	{"what cannot be read is told and stops nothing", what_cannot_be_read},
	{"a machine broken off leaves nothing", nothing_by_halves},
	{"the worst machines are named, in order", the_worst_are_named},
	{NULL, NULL},
};
