// Which field met, per format; and nothing wrong at any length of the line.
#include "fields.h"

#include "test.h"
#include "when.h"

#define NOW_MS 1774656000000ull // 2026-03-28

static const char zeek_http[] = "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\thost\turi\tsubject";

// `met` stands once in the line.
static const struct row {
	const char *header, *line, *met, *field, *format, *time, *source;
	enum fields_side side;
} rows[] = {
	{NULL, "{\"timestamp\":\"2026-01-02T03:04:05.5+0000\",\"event_type\":\"tls\",\"src_ip\":\"192.0.2.7\",\"tls\":{\"sni\":\"a.evil.example\"}}",
	 "evil", "tls.sni", "suricata.eve", "2026-01-02T03:04:05.500Z", "192.0.2.7", FIELDS_DESTINATION},
	{NULL, "{\"event_type\":\"dns\",\"dns\":{\"answers\":[{\"rrname\":\"x\"},{\"rrname\":\"y\",\"rdata\":\"198.51.100.1\"}]},\"src_ip\":\"::1\"}",
	 "198.51", "dns.answers.rdata", "suricata.eve", NULL, "::1", FIELDS_NO_SIDE},
	{NULL, "{\"event_type\":\"alert\",\"src_ip\":\"198.51.100.1\",\"a\":[1,[2,{\"b\":\"c\"}],\"met\"],\"d\":\"e\"}", "met", "a",
	 "suricata.eve",
	 NULL, "198.51.100.1", FIELDS_NO_SIDE},
	{NULL, "{\"event_type\":\"alert\",\"src_ip\":\"198.51.100.1\"}", "198.51", "src_ip", "suricata.eve", NULL, "198.51.100.1",
	 FIELDS_SOURCE},
	{NULL, "{\"event_type\":\"alert\",\"a\\\"b\":\"x\\\"y met\",\"src_ip\":\"192.0.2.1\"}", "met", "a\\\"b", "suricata.eve", NULL,
	 "192.0.2.1",
	 FIELDS_NO_SIDE},
	{NULL, "{\"x\":{\"met.example\":1}}", "met", "x.met.example", "json", NULL, NULL, FIELDS_NO_SIDE},
	{NULL, "{\"x\":17,\"y\":met}", "met", "y", "json", NULL, NULL, FIELDS_NO_SIDE},
	{NULL, "{\"half\":{\"line\":\"met and no en", "met", "half.line", "json", NULL, NULL, FIELDS_NO_SIDE},
	{NULL, "{]}]}}\"met\":\"x\"", "met", "json", "json", NULL, NULL, FIELDS_NO_SIDE},
	{NULL, "{\"ts\":1426050255.4,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.1\",\"host\":\"evil.example\",\"uri\":\"/x\"}", "evil",
	 "host", "zeek.json",
	 "2015-03-11T05:04:15.400Z", "10.0.0.1", FIELDS_DESTINATION},
	{zeek_http, "1426050255.4\tC1\t10.0.0.1\t1\t10.0.0.2\t80\tevil.example\t/x\t-", "evil", "host", "zeek.tsv",
	 "2015-03-11T05:04:15.400Z",
	 "10.0.0.1", FIELDS_DESTINATION},
	{zeek_http, "1426050255.4\tC1\t10.0.0.1\t1\t198.51.100.1\t80\t-\t-\t-", "198.51", "id.resp_h", "zeek.tsv",
	 "2015-03-11T05:04:15.400Z",
	 "10.0.0.1", FIELDS_DESTINATION},
	{zeek_http, "1426050255.4\tC1\t10.0.0.1\t1\t2\t80\t-\t-\ts\ttoo\tmany\tmet", "met", "zeek", "zeek.tsv",
	 "2015-03-11T05:04:15.400Z",
	 "10.0.0.1", FIELDS_NO_SIDE},
	{NULL, "198.51.100.1 - bob [17/May/2015:10:05:43 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\"", "198.51", "client", "web",
	 "2015-05-17T10:05:43.000Z", "198.51.100.1", FIELDS_SOURCE},
	{NULL, "10.0.0.1 - - [17/May/2015:10:05:43 +0000] \"GET /\\\" HTTP/1.1\" 200 5 \"http://evil.example/\" \"x\"", "evil",
	 "referer", "web",
	 "2015-05-17T10:05:43.000Z", "10.0.0.1", FIELDS_NO_SIDE},
	{NULL, "10.0.0.1 - - [17/May/2015:10:05:43 +0000] \"GET /\" 200 5 \"-\" \"evil.example/1.0\"", "evil", "user_agent", "web",
	 "2015-05-17T10:05:43.000Z", "10.0.0.1", FIELDS_NO_SIDE},
	{NULL, "www.example:80 10.0.0.1 - - [17/May/2015:10:05:43 +0000] \"GET /met\" 200 5", "met", "request", "web",
	 "2015-05-17T10:05:43.000Z",
	 "10.0.0.1", FIELDS_NO_SIDE},
	{NULL, "1426050255.419    882 10.1.2.3 TCP_TUNNEL/200 39 CONNECT evil.example:443 - HIER_DIRECT/198.51.100.8 -", "evil",
	 "url", "squid",
	 "2015-03-11T05:04:15.419Z", "10.1.2.3", FIELDS_DESTINATION},
	{NULL, "1426050255.419 1 10.1.2.3 TCP_MISS/200 39 GET http://a/ - HIER_DIRECT/198.51.100.8 text/html", "198.51", "peer",
	 "squid",
	 "2015-03-11T05:04:15.419Z", "10.1.2.3", FIELDS_DESTINATION},
	{NULL, "17-May-2015 10:05:43.123 queries: info: client @0x7f00 10.0.0.5#53 (q.example): query: evil.example IN A + (10.0.0.1)", "evil",
	 "dns.question", "bind", "2015-05-17T10:05:43.123Z", "10.0.0.5", FIELDS_DESTINATION},
	{NULL, "Mar 27 13:06:56 ns named[7]: client 10.0.0.5#53 (q.example): query: evil.example IN A + (10.0.0.1)", "evil",
	 "dns.question", "bind",
	 "2026-03-27T13:06:56.000Z", "10.0.0.5", FIELDS_DESTINATION},
	{NULL, "Mar 27 13:06:56 gate sshd[7]: Failed password for root from 198.51.100.1 port 22 ssh2", "198.51", "from", "syslog",
	 "2026-03-27T13:06:56.000Z", "198.51.100.1", FIELDS_SOURCE},
	{NULL, "Mar 27 13:06:56 gate kernel: IN=eth0 SRC=10.0.0.1 DST=198.51.100.1 LEN=40", "198.51", "DST", "syslog",
	 "2026-03-27T13:06:56.000Z",
	 "10.0.0.1", FIELDS_DESTINATION},
	{NULL, "Mar 27 13:06:56 gate app: saw evil.example again", "evil", "message", "syslog", "2026-03-27T13:06:56.000Z", NULL,
	 FIELDS_NO_SIDE},
	{NULL, "<34>1 2026-01-02T03:04:05.003Z gate app 77 - - url=\"http://evil.example/\"", "evil", "url", "syslog",
	 "2026-01-02T03:04:05.003Z",
	 NULL, FIELDS_DESTINATION},
	{NULL, "Mar 27 13:06:56 mx postfix/smtpd[7]: ABC: client=evil.example[10.0.0.9], sasl_username=x", "evil", "client.name",
	 "postfix",
	 "2026-03-27T13:06:56.000Z", "10.0.0.9", FIELDS_NO_SIDE},
	{NULL, "Mar 27 13:06:56 mx postfix/qmgr[7]: ABC: from=<boss@evil.example>, size=1", "boss", "from", "postfix",
	 "2026-03-27T13:06:56.000Z", NULL,
	 FIELDS_SOURCE},
	{NULL, "2026-01-02 03:04:05 something evil.example", "evil", "text", "text", "2026-01-02T03:04:05.000Z", NULL,
	 FIELDS_NO_SIDE},
	{NULL, "2026/01/02 03:04:05 [error] 12#0: *7 open() \"/srv/evil.example\" failed", "evil", "text", "text", "2026-01-02T03:04:05.000Z",
	 NULL, FIELDS_NO_SIDE},
	{NULL, "[Fri Jan 02 03:04:05.123456 2026] [core:error] [client 198.51.100.1:55] AH01630", "198.51", "text", "text",
	 "2026-01-02T03:04:05.123Z", NULL, FIELDS_NO_SIDE},
	{NULL, "02-Jan-2026 03:04:05.123 CQ 192.0.2.7:53 -> 192.0.2.53:0 UDP 40b evil.example/IN/A", "evil", "text", "text",
	 "2026-01-02T03:04:05.123Z", NULL, FIELDS_NO_SIDE},
	{NULL, "[1767323045] unbound[123:0] info: 192.0.2.7 evil.example. A IN", "evil", "text", "text", "2026-01-02T03:04:05.000Z", NULL,
	 FIELDS_NO_SIDE},
	{NULL, "[1767323045123] evil.example", "evil", "text", "text", NULL, NULL, FIELDS_NO_SIDE},
	{NULL, "type=EXECVE msg=audit(1767323045.678:99): a1=\"evil.example\"", "evil", "text", "text", "2026-01-02T03:04:05.678Z", NULL,
	 FIELDS_NO_SIDE},
	{NULL, "time=\"2026-01-02T03:04:05Z\" level=info msg=\"dial evil.example\"", "evil", "text", "text", "2026-01-02T03:04:05.000Z", NULL,
	 FIELDS_NO_SIDE},
	{NULL, "ts=2026-01-02T03:04:05.5Z addr=evil.example", "evil", "text", "text", "2026-01-02T03:04:05.500Z", NULL, FIELDS_NO_SIDE},
	{NULL, "Mar 27 13:06:56 mx postfix/smtpd[7]: connect from x.example[198.51.100.1]", "198.51", "from", "postfix",
	 "2026-03-27T13:06:56.000Z", "198.51.100.1", FIELDS_SOURCE},
	{NULL, "Mar 27 13:06:56 mx postfix/smtpd[7]: connect from evil.example[198.51.100.1]", "evil", "from.name", "postfix",
	 "2026-03-27T13:06:56.000Z", "198.51.100.1", FIELDS_NO_SIDE},
	{NULL, "Mar 27 13:06:56 fw CEF:0|V|P|1|1|x|5|src=192.0.2.7 dst=198.51.100.1", "198.51", "dst", "syslog", "2026-03-27T13:06:56.000Z",
	 "192.0.2.7", FIELDS_DESTINATION},
	{NULL, "Mar 27 13:06:56 fw LEEF:1.0|V|P|1|1|src=192.0.2.7\tdst=198.51.100.1", "198.51", "dst", "syslog", "2026-03-27T13:06:56.000Z",
	 "192.0.2.7", FIELDS_DESTINATION},
	{NULL, "Mar 27 13:06:56 fw LEEF:2.0|V|P|1|1|^|src=192.0.2.7^dst=198.51.100.1", "198.51", "dst", "syslog",
	 "2026-03-27T13:06:56.000Z", "192.0.2.7", FIELDS_DESTINATION},
	{NULL, "{\"eventTime\":\"2026-01-02T03:04:05Z\",\"sourceIPAddress\":\"198.51.100.1\"}", "198.51", "sourceIPAddress", "json",
	 "2026-01-02T03:04:05.000Z", "198.51.100.1", FIELDS_SOURCE},
	{NULL, "{\"Records\":[{\"eventTime\":\"2026-01-02T03:04:05Z\",\"sourceIPAddress\":\"10.0.0.1\"},{\"sourceIPAddress\":\"198.51.100.1\"}]}",
	 "198.51", "Records.sourceIPAddress", "json", NULL, NULL, FIELDS_NO_SIDE}, // of several events none speaks for the others
	{NULL, "{\"sourceIPs\":[\"198.51.100.1\",\"10.0.0.1\"],\"requestReceivedTimestamp\":\"2026-01-02T03:04:05.6Z\"}", "198.51", "sourceIPs",
	 "json", "2026-01-02T03:04:05.600Z", "198.51.100.1", FIELDS_SOURCE},
	{NULL, "{\"winlog\":{\"event_data\":{\"SourceIp\":\"10.0.0.1\",\"DestinationIp\":\"198.51.100.1\"}}}", "198.51",
	 "winlog.event_data.DestinationIp", "json", NULL, "10.0.0.1", FIELDS_DESTINATION},
	{NULL, "evil.example", "evil", "text", "text", NULL, NULL, FIELDS_NO_SIDE},
	{NULL, "\xff\xfe evil [[[ \"\" =", "evil", "text", "text", NULL, NULL, FIELDS_NO_SIDE},
};

static void read_row(const struct row *r, size_t n, struct fields *f, struct fields_place *p, size_t count)
{
	struct fields_header h;
	char *exact = malloc(n > 0 ? n : 1); // exactly sized: a read past the end is seen
	memcpy(exact, r->line, n);
	fields_header_init(&h);
	if (r->header != NULL)
		fields_header_line(&h, slice_text(r->header));
	fields_read(slice_of(exact, n), &h, false, NOW_MS, f, p, count);
	if (n == strlen(r->line)) {
		char time[WHEN_TEXT] = "";
		if (f->time_ms != WHEN_UNKNOWN)
			when_print(f->time_ms, time);
		CHECK_TEXT(time, r->time != NULL ? r->time : "");
		CHECK_SAY(slice_is_text(f->source, r->source != NULL ? r->source : ""), "%s: source %.*s", r->line,
		          SLICE_ARGS(f->source));
	}
	fields_header_free(&h);
	free(exact);
}

static void names_the_field(void)
{
	setenv("TZ", "UTC", 1);
	when_init();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct fields f;
		struct fields_place p = {.offset = (size_t)(strstr(r->line, r->met) - r->line)};
		read_row(r, strlen(r->line), &f, &p, 1);
		CHECK_TEXT(p.name, r->field);
		CHECK_TEXT(fields_format_name(f.format), r->format);
		CHECK_SAY(p.side == r->side, "%s: side %d", r->line, p.side);
	}
}

// Truncated at every byte, asked about every byte: an answer for each, none beyond the line.
static void survives_half_lines(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t n = 0; n < strlen(rows[i].line); n++) {
			struct fields f;
			struct fields_place p[64] = {{0}};
			size_t count = n < 64 ? n : 64;
			for (size_t k = 0; k < count; k++)
				p[k].offset = n * k / count;
			read_row(&rows[i], n, &f, p, count);
			for (size_t k = 0; k < count; k++)
				CHECK(p[k].name[0] != 0);
		}
}

static void puts_urls_together(void)
{
	static const struct {
		const char *line, *plain, *with_port;
	} urls[] = {
		{"{\"event_type\":\"http\",\"http\":{\"hostname\":\"a.example\",\"url\":\"/x?y\"}}", "http://a.example/x?y", NULL},
		{"{\"event_type\":\"http\",\"dest_port\":8080,\"http\":{\"hostname\":\"a.example\",\"url\":\"\\/x\"}}",
		 "http://a.example/x",
		 "http://a.example:8080/x"},
		{"{\"event_type\":\"http\",\"dest_port\":80,\"http\":{\"hostname\":\"a.example:81\",\"url\":\"/x\"}}",
		 "http://a.example:81/x", NULL},
		{"{\"event_type\":\"http\",\"http\":{\"hostname\":\"p\",\"url\":\"http://a.example/x\"}}", NULL, NULL},
		{"{\"event_type\":\"http\",\"dest_port\":8080,\"http\":{\"hostname\":\"\\u0061.ex\\u0061mple\",\"url\":\"\\u002Fx\\u003fy=\\\"\\\\\\/\"}}",
		 "http://a.example/x?y=\"\\/", "http://a.example:8080/x?y=\"\\/"},
		{"{\"event_type\":\"http\",\"http\":{\"hostname\":\"a.example\",\"url\":\"/\\u00fc\\u20ac\\ud83d\\ude00\\t\\b\\f\\n\\r\"}}",
		 "http://a.example/\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\t\b\f\n\r", NULL},
		{"{\"event_type\":\"http\",\"http\":{\"hostname\":\"a.example\",\"url\":\"/\\ud83d\\u0041\\udc00\\u12\\x\\u00zz\"}}",
		 "http://a.example/\\ud83dA\\udc00\\u12\\x\\u00zz", NULL},
		{"{\"event_type\":\"http\",\"http\":{\"hostname\":\"a.example\",\"url\":\"\\u0068ttp:\\/\\/b.example\\/x\"}}",
		 NULL, NULL},
		{"{\"event_type\":\"http\",\"http\":{\"hostname\":\"a.example\"}}", NULL, NULL},
		{"{\"event_type\":\"http\",\"http\":{\"url\":\"/x\"}}", NULL, NULL},
		{"{\"host\":\"gate\",\"message\":\"/x\"}", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct fields f;
		struct fields_header h;
		char url[FIELDS_URL_MAX];
		size_t n;
		fields_header_init(&h);
		fields_read(slice_text(urls[i].line), &h, false, NOW_MS, &f, NULL, 0);
		for (int port = 0; port < 2; port++) {
			const char *want = port ? urls[i].with_port : urls[i].plain;
			bool made = fields_url(&f, port == 1, url, &n);
			CHECK_SAY(made == (want != NULL), "%s", urls[i].line);
			CHECK_SAY(!made || want == NULL || slice_is_text(slice_of(url, n), want), "%s: %.*s", urls[i].line, (int)n, url);
		}
		fields_header_free(&h);
	}
}

const struct test tests[] = {{"every format names the field, the time and the source", names_the_field},
                             {"half lines of every length", survives_half_lines},
                             {"host and path make a URL", puts_urls_together},
                             {NULL, NULL}};
