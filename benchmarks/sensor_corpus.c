// The sensor's corpus and indicators, made from a seed: the same on every machine.
#include "sensor.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t state = 0x9e3779b97f4a7c15ull;
static uint64_t draw(uint64_t n) // xorshift: the same corpus on every machine
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % n;
}

static const char *pick(const char *const *words, size_t n)
{
	return words[draw(n)];
}

static void word(char *out, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	for (size_t i = 0; i < n; i++)
		out[i] = letters[draw(i == 0 ? 26 : 36)];
	out[n] = 0;
}

static void hex(char *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = "0123456789abcdef"[draw(16)];
	out[n] = 0;
}

static const char *const tlds[] = {"com", "net", "org", "ru", "cn", "info", "top", "de", "co.uk", "xyz", "fr", "io"};

static void public_ip(char *out)
{
	sprintf(out, "%u.%u.%u.%u", (unsigned)(20 + draw(150)), (unsigned)draw(256), (unsigned)draw(256), (unsigned)(1 + draw(254)));
}

static void host(char *out)
{
	char a[32], b[16];
	word(a, 6 + draw(10));
	word(b, 2 + draw(4));
	if (draw(3) == 0)
		sprintf(out, "%s.%s.%s", b, a, pick(tlds, 12));
	else
		sprintf(out, "%s.%s", a, pick(tlds, 12));
}

// One indicator's type and value, as a sector's list mixes them.
static const char *indicator(char *value)
{
	unsigned kind = (unsigned)draw(1000);
	char a[160];
	if (kind < 560) {
		host(value);
		return "domain";
	}
	if (kind < 800) {
		public_ip(value);
		return "ipv4";
	}
	if (kind < 930) {
		hex(value, 64);
		return "sha256";
	}
	if (kind < 980) {
		host(a);
		int n = sprintf(value, "http://%s/", a);
		word(value + n, 8);
		return "url";
	}
	if (kind < 985) {
		host(a);
		word(value, 7);
		sprintf(value + 7, "@%s", a);
		return "mail";
	}
	if (kind < 990) {
		sprintf(value, "2a0%u:%x:%x::%x", (unsigned)draw(9), (unsigned)(1 + draw(65535)), (unsigned)(1 + draw(65535)),
		        (unsigned)(1 + draw(65535)));
		return "ipv6";
	}
	if (kind < 993) {
		sprintf(value, "%u.%u.%u.0/24", (unsigned)(20 + draw(150)), (unsigned)draw(256), (unsigned)draw(256));
		return "cidr";
	}
	word(value, 9);
	strcat(value, ".exe");
	return "filename";
}

// Writes the CSV with `count` rows; keeps some values to plant.
void sensor_indicators(const char *path, size_t count, struct sensor_wanted *kept, size_t room)
{
	FILE *f = fopen(path, "w");
	if (f == NULL)
		sensor_fail("cannot write the indicators");
	state = 88172645463325252ull;
	fprintf(f, "type,value,id,source,tlp,pap,confidence,expiry\n");
	for (size_t i = 0; i < count; i++) {
		char value[200];
		const char *type = indicator(value);
		fprintf(f, "%s,%s,event-%zu,feed %zu,amber,green,%zu,2027-%02zu-01T00:00:00Z\n", type, value, i / 50, i / 1000 % 40,
		        50 + i / 100 % 50,
		        1 + i / 1000 % 12);
		if (i < room) {
			kept[i].type = strcmp(type, "cidr") == 0 ? 0 : type[0] == 'i' && type[3] == '6' ? '6' : type[0];
			strcpy(kept[i].value, value);
		}
	}
	fclose(f);
}

const struct sensor_wanted *sensor_planted(const struct sensor_wanted *kept, size_t n, char type)
{
	for (size_t i = draw(n), turn = 0; turn < n; turn++, i = (i + 1) % n)
		if (kept[i].type == type)
			return &kept[i];
	sensor_fail("no such indicator to plant");
}

static void name_of(char *out, bool hit, const struct sensor_wanted *kept, size_t n)
{
	static const char *const usual[] = {"www.example.com", "ocsp.digicert.com", "update.googleapis.com", "outlook.office365.com",
	                                    "time.windows.com", "cdn.jsdelivr.net", "api.github.com", "static.xx.fbcdn.net"};
	if (hit)
		sprintf(out, "%s%s", draw(2) == 0 ? "www." : "", sensor_planted(kept, n, 'd')->value);
	else if (draw(3) == 0)
		strcpy(out, pick(usual, 8));
	else
		host(out);
}

static void ip_of(char *out, bool hit, const struct sensor_wanted *kept, size_t n)
{
	if (hit)
		strcpy(out, sensor_planted(kept, n, 'i')->value);
	else
		public_ip(out);
}

static void eve(FILE *f, bool hit, const struct sensor_wanted *kept, size_t n)
{
	char name[256], ip[64], sum[80], path[64];
	unsigned kind = (unsigned)draw(100);
	ip_of(ip, hit && kind >= 65 && kind < 92, kept, n);
	name_of(name, hit && kind < 65, kept, n);
	fprintf(f, "{\"timestamp\":\"2026-05-%02uT%02u:%02u:%02u.%06u+0200\",\"flow_id\":%llu,\"in_iface\":\"eth0\",\"event_type\":\"%s\","
	           "\"src_ip\":\"10.%u.%u.%u\",\"src_port\":%u,\"dest_ip\":\"%s\",\"dest_port\":%u,\"proto\":\"%s\"",
	        (unsigned)(1 + draw(30)), (unsigned)draw(24), (unsigned)draw(60), (unsigned)draw(60), (unsigned)draw(1000000),
	        (unsigned long long)draw(1ull << 50),
	        kind < 40 ? "dns" : kind < 52 ? "http" : kind < 65 ? "tls" : kind < 92 ? "flow" : "fileinfo",
	        (unsigned)draw(256), (unsigned)draw(256), (unsigned)draw(256), (unsigned)(1024 + draw(60000)), ip,
	        kind < 40 ? 53u : 443u,
	        kind < 40 ? "UDP" : "TCP");
	word(path, 12);
	hex(sum, 64);
	if (kind < 40)
		fprintf(f, ",\"dns\":{\"type\":\"query\",\"id\":%u,\"rrname\":\"%s\",\"rrtype\":\"A\",\"tx_id\":0,\"opcode\":0}}\n",
		        (unsigned)draw(65536), name);
	else if (kind < 52)
		fprintf(f, ",\"tx_id\":0,\"http\":{\"hostname\":\"%s\",\"url\":\"\\/%s\\/index.php?id=%u\",\"http_user_agent\":\"Mozilla\\/5.0 (Windows NT 10.0; "
		           "Win64; x64)\",\"http_content_type\":\"text\\/html\",\"http_method\":\"GET\",\"protocol\":\"HTTP\\/1.1\",\"status\":200,\"length\":%u}}\n",
		        name, path, (unsigned)draw(100000), (unsigned)draw(100000));
	else if (kind < 65)
		fprintf(f, ",\"tls\":{\"sni\":\"%s\",\"version\":\"TLS 1.3\",\"ja3\":{\"hash\":\"%.32s\"},\"ja3s\":{\"hash\":\"%.32s\"}}}\n", name, sum, sum + 32);
	else if (kind < 92)
		fprintf(f, ",\"app_proto\":\"tls\",\"flow\":{\"pkts_toserver\":%u,\"pkts_toclient\":%u,\"bytes_toserver\":%u,\"bytes_toclient\":%u,"
		           "\"start\":\"2026-05-02T10:%02u:11.123456+0200\",\"end\":\"2026-05-02T10:%02u:31.123456+0200\",\"age\":20,\"state\":\"closed\","
		           "\"reason\":\"timeout\",\"alerted\":false},\"community_id\":\"1:%s=\"}\n",
		        (unsigned)draw(100), (unsigned)draw(100), (unsigned)draw(100000), (unsigned)draw(1000000), (unsigned)draw(60),
		        (unsigned)draw(60), path);
	else
		fprintf(f, ",\"fileinfo\":{\"filename\":\"\\/%s.bin\",\"magic\":\"data\",\"state\":\"CLOSED\",\"sha256\":\"%s\",\"size\":%u}}\n", path,
		        hit ? sensor_planted(kept, n, 's')->value : sum, (unsigned)draw(1000000));
}

static void zeek(FILE *f, bool hit, const struct sensor_wanted *kept, size_t n)
{
	char ip[64], uid[32];
	ip_of(ip, hit, kept, n);
	word(uid, 17);
	fprintf(f, "%u.%06u\tC%s\t10.%u.%u.%u\t%u\t%s\t%u\ttcp\tssl\t%u.%06u\t%u\t%u\tSF\tT\tF\t0\tShADadFf\t%u\t%u\t%u\t%u\t-\n",
	        1777000000u + (unsigned)draw(1000000), (unsigned)draw(1000000), uid, (unsigned)draw(256), (unsigned)draw(256),
	        (unsigned)draw(256),
	        (unsigned)(1024 + draw(60000)), ip, 443u, (unsigned)draw(100), (unsigned)draw(1000000), (unsigned)draw(100000),
	        (unsigned)draw(100000), (unsigned)draw(100), (unsigned)draw(10000), (unsigned)draw(100), (unsigned)draw(10000));
}

static void web(FILE *f, bool hit, const struct sensor_wanted *kept, size_t n)
{
	char ip[64], path[64], name[256];
	ip_of(ip, false, kept, n);
	word(path, 10);
	host(name);
	fprintf(f, "%s - - [%02u/May/2026:%02u:%02u:%02u +0200] \"GET /%s/style.css?v=1.%u HTTP/1.1\" 200 %u \"%s%s%s\" \"Mozilla/5.0 (X11; Linux x86_64; "
	           "rv:128.0) Gecko/20100101 Firefox/128.0\"\n",
	        ip, (unsigned)(1 + draw(30)), (unsigned)draw(24), (unsigned)draw(60), (unsigned)draw(60), path, (unsigned)draw(100),
	        (unsigned)draw(100000), hit ? sensor_planted(kept, n, 'u')->value : "https://", hit ? "?utm=1" : name,
	        hit ? "" : "/page.html");
}

static void named(FILE *f, bool hit, const struct sensor_wanted *kept, size_t n)
{
	char name[256];
	name_of(name, hit, kept, n);
	fprintf(f, "%02u-May-2026 %02u:%02u:%02u.%03u queries: info: client @0x7f%08x 10.%u.%u.%u#%u (%s): query: %s IN A +E(0)K (10.0.0.53)\n",
	        (unsigned)(1 + draw(30)), (unsigned)draw(24), (unsigned)draw(60), (unsigned)draw(60), (unsigned)draw(1000),
	        (unsigned)draw(1u << 31), (unsigned)draw(256), (unsigned)draw(256), (unsigned)draw(256),
	        (unsigned)(1024 + draw(60000)), name, name);
}

// By bytes: half Suricata EVE, a third Zeek, the rest nginx and DNS.
size_t sensor_corpus(const char *path, size_t bytes, const struct sensor_wanted *kept, size_t n)
{
	FILE *f = fopen(path, "w");
	size_t hits = 0;
	if (f == NULL)
		sensor_fail("cannot write the corpus");
	setvbuf(f, NULL, _IOFBF, 1 << 20);
	state = 362436069ull;
	while ((size_t)ftell(f) < bytes)
		for (unsigned i = 0; i < 500; i++) {
			bool hit = draw(1000) == 0;
			unsigned k = (unsigned)draw(1000);
			hits += hit;
			if (k < 330)
				eve(f, hit, kept, n);
			else if (k < 800)
				zeek(f, hit, kept, n);
			else if (k < 900)
				web(f, hit, kept, n);
			else
				named(f, hit, kept, n);
		}
	fclose(f);
	return hits;
}
