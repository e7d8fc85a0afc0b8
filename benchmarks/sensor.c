// The sensor's figures: a mixed corpus and indicators made from a seed, then compiling, opening and scanning, beside the tools
// that people use today, on the same files in the page cache. Prints rows as benchmarks/bench.h describes.
//   tocsin-bench-sensor DIRECTORY [MIB]        the figures
//   tocsin-bench-sensor DIRECTORY scan SET FILE… one file scanned with one set, in processor time
#include "indicator/build.h"
#include "scan/scan.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RUNS 5
#define BUFFER (256u << 10)

static clockid_t clock_used = CLOCK_MONOTONIC;
static double seconds(void)
{
	struct timespec t;
	clock_gettime(clock_used, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "tocsin-bench-sensor: %s\n", what);
	exit(1);
}

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

struct wanted {
	char type, value[200];
};

// Writes the CSV with `count` rows; keeps some values to plant.
static void make_indicators(const char *path, size_t count, struct wanted *kept, size_t room)
{
	FILE *f = fopen(path, "w");
	if (f == NULL)
		fail("cannot write the indicators");
	state = 88172645463325252ull;
	fprintf(f, "type,value,id,source,tlp,pap,confidence,expiry\n");
	for (size_t i = 0; i < count; i++) {
		char value[200];
		const char *type = indicator(value);
		fprintf(f, "%s,%s,event-%zu,feed %zu,amber,green,%zu,2027-%02zu-01T00:00:00Z\n", type, value, i / 50, i / 1000 % 40, 50 + i / 100 % 50,
		        1 + i / 1000 % 12);
		if (i < room) {
			kept[i].type = strcmp(type, "cidr") == 0 ? 0 : type[0] == 'i' && type[3] == '6' ? '6' : type[0];
			strcpy(kept[i].value, value);
		}
	}
	fclose(f);
}

static const struct wanted *planted(const struct wanted *kept, size_t n, char type)
{
	for (size_t i = draw(n), turn = 0; turn < n; turn++, i = (i + 1) % n)
		if (kept[i].type == type)
			return &kept[i];
	fail("no such indicator to plant");
}

static void name_of(char *out, bool hit, const struct wanted *kept, size_t n)
{
	static const char *const usual[] = {"www.example.com", "ocsp.digicert.com", "update.googleapis.com", "outlook.office365.com",
	                                    "time.windows.com", "cdn.jsdelivr.net", "api.github.com", "static.xx.fbcdn.net"};
	if (hit)
		sprintf(out, "%s%s", draw(2) == 0 ? "www." : "", planted(kept, n, 'd')->value);
	else if (draw(3) == 0)
		strcpy(out, pick(usual, 8));
	else
		host(out);
}

static void ip_of(char *out, bool hit, const struct wanted *kept, size_t n)
{
	if (hit)
		strcpy(out, planted(kept, n, 'i')->value);
	else
		public_ip(out);
}

static void eve(FILE *f, bool hit, const struct wanted *kept, size_t n)
{
	char name[256], ip[64], sum[80], path[64];
	unsigned kind = (unsigned)draw(100);
	ip_of(ip, hit && kind >= 65 && kind < 92, kept, n);
	name_of(name, hit && kind < 65, kept, n);
	fprintf(f, "{\"timestamp\":\"2026-05-%02uT%02u:%02u:%02u.%06u+0200\",\"flow_id\":%llu,\"in_iface\":\"eth0\",\"event_type\":\"%s\","
	           "\"src_ip\":\"10.%u.%u.%u\",\"src_port\":%u,\"dest_ip\":\"%s\",\"dest_port\":%u,\"proto\":\"%s\"",
	        (unsigned)(1 + draw(30)), (unsigned)draw(24), (unsigned)draw(60), (unsigned)draw(60), (unsigned)draw(1000000),
	        (unsigned long long)draw(1ull << 50), kind < 40 ? "dns" : kind < 52 ? "http" : kind < 65 ? "tls" : kind < 92 ? "flow" : "fileinfo",
	        (unsigned)draw(256), (unsigned)draw(256), (unsigned)draw(256), (unsigned)(1024 + draw(60000)), ip, kind < 40 ? 53u : 443u,
	        kind < 40 ? "UDP" : "TCP");
	word(path, 12);
	hex(sum, 64);
	if (kind < 40)
		fprintf(f, ",\"dns\":{\"type\":\"query\",\"id\":%u,\"rrname\":\"%s\",\"rrtype\":\"A\",\"tx_id\":0,\"opcode\":0}}\n", (unsigned)draw(65536), name);
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
		        (unsigned)draw(100), (unsigned)draw(100), (unsigned)draw(100000), (unsigned)draw(1000000), (unsigned)draw(60), (unsigned)draw(60), path);
	else
		fprintf(f, ",\"fileinfo\":{\"filename\":\"\\/%s.bin\",\"magic\":\"data\",\"state\":\"CLOSED\",\"sha256\":\"%s\",\"size\":%u}}\n", path,
		        hit ? planted(kept, n, 's')->value : sum, (unsigned)draw(1000000));
}

static void zeek(FILE *f, bool hit, const struct wanted *kept, size_t n)
{
	char ip[64], uid[32];
	ip_of(ip, hit, kept, n);
	word(uid, 17);
	fprintf(f, "%u.%06u\tC%s\t10.%u.%u.%u\t%u\t%s\t%u\ttcp\tssl\t%u.%06u\t%u\t%u\tSF\tT\tF\t0\tShADadFf\t%u\t%u\t%u\t%u\t-\n",
	        1777000000u + (unsigned)draw(1000000), (unsigned)draw(1000000), uid, (unsigned)draw(256), (unsigned)draw(256), (unsigned)draw(256),
	        (unsigned)(1024 + draw(60000)), ip, 443u, (unsigned)draw(100), (unsigned)draw(1000000), (unsigned)draw(100000),
	        (unsigned)draw(100000), (unsigned)draw(100), (unsigned)draw(10000), (unsigned)draw(100), (unsigned)draw(10000));
}

static void web(FILE *f, bool hit, const struct wanted *kept, size_t n)
{
	char ip[64], path[64], name[256];
	ip_of(ip, false, kept, n);
	word(path, 10);
	host(name);
	fprintf(f, "%s - - [%02u/May/2026:%02u:%02u:%02u +0200] \"GET /%s/style.css?v=1.%u HTTP/1.1\" 200 %u \"%s%s%s\" \"Mozilla/5.0 (X11; Linux x86_64; "
	           "rv:128.0) Gecko/20100101 Firefox/128.0\"\n",
	        ip, (unsigned)(1 + draw(30)), (unsigned)draw(24), (unsigned)draw(60), (unsigned)draw(60), path, (unsigned)draw(100),
	        (unsigned)draw(100000), hit ? planted(kept, n, 'u')->value : "https://", hit ? "?utm=1" : name, hit ? "" : "/page.html");
}

static void named(FILE *f, bool hit, const struct wanted *kept, size_t n)
{
	char name[256];
	name_of(name, hit, kept, n);
	fprintf(f, "%02u-May-2026 %02u:%02u:%02u.%03u queries: info: client @0x7f%08x 10.%u.%u.%u#%u (%s): query: %s IN A +E(0)K (10.0.0.53)\n",
	        (unsigned)(1 + draw(30)), (unsigned)draw(24), (unsigned)draw(60), (unsigned)draw(60), (unsigned)draw(1000),
	        (unsigned)draw(1u << 31), (unsigned)draw(256), (unsigned)draw(256), (unsigned)draw(256), (unsigned)(1024 + draw(60000)), name, name);
}

// By bytes: half Suricata EVE, a third Zeek, the rest nginx and DNS.
static size_t make_corpus(const char *path, size_t bytes, const struct wanted *kept, size_t n)
{
	FILE *f = fopen(path, "w");
	size_t hits = 0;
	if (f == NULL)
		fail("cannot write the corpus");
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

static bool count_hit(void *context, const struct scan_hit *hit)
{
	(void)hit;
	++*(size_t *)context;
	return true;
}

struct part {
	const struct indicator_set *set;
	const char *path;
	off_t from, to; // at line ends
	size_t hits, bytes;
	enum scan_path way;
};

static void *scan_part(void *p)
{
	struct part *part = p;
	struct scan *scan;
	struct why why;
	uint8_t *buffer = malloc(BUFFER);
	int fd = open(part->path, O_RDONLY | O_CLOEXEC);
	if (buffer == NULL || fd < 0 || scan_new(part->set, part->way, count_hit, &part->hits, &scan, &why) != ERR_OK)
		fail("cannot scan");
	size_t kept = 0;
	part->bytes = part->hits = 0;
	for (off_t at = part->from; at < part->to;) {
		size_t want = BUFFER - kept < (size_t)(part->to - at) ? BUFFER - kept : (size_t)(part->to - at);
		ssize_t got = pread(fd, buffer + kept, want, at);
		if (got <= 0)
			break;
		at += got;
		part->bytes += (size_t)got;
		size_t n = kept + (size_t)got, done = scan_block(scan, buffer, n, at == part->to);
		kept = n - done;
		memmove(buffer, buffer + done, kept);
	}
	scan_free(scan);
	close(fd);
	free(buffer);
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static off_t size_of(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? st.st_size : 0;
}

// The start of the first line at or after the middle.
static off_t middle(const char *path)
{
	char text[65536];
	off_t at = size_of(path) / 2;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? pread(fd, text, sizeof text, at) : -1;
	char *line = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;
	if (fd >= 0)
		close(fd);
	return line == NULL ? size_of(path) : at + (line - text) + 1;
}

// Bytes per second, median of RUNS.
static double rate(const struct indicator_set *set, const char *path, unsigned cores, enum scan_path way, size_t *hits)
{
	double took[RUNS];
	off_t cut = middle(path), size = size_of(path);
	for (unsigned r = 0; r < RUNS; r++) {
		struct part parts[2] = {{.set = set, .path = path, .to = cores == 2 ? cut : size, .way = way},
		                        {.set = set, .path = path, .from = cut, .to = size, .way = way}};
		pthread_t thread;
		double start = seconds();
		if (cores == 2 && pthread_create(&thread, NULL, scan_part, &parts[1]) != 0)
			fail("cannot start a thread");
		scan_part(&parts[0]);
		if (cores == 2)
			pthread_join(thread, NULL);
		took[r] = seconds() - start;
		*hits = parts[0].hits + parts[1].hits;
	}
	qsort(took, RUNS, sizeof *took, by_size);
	return (double)size / took[RUNS / 2];
}

static double command_rate(const char *command, const char *path, size_t bytes)
{
	char line[8192];
	snprintf(line, sizeof line, "head -c %zu '%s' > '%s.part'; cat '%s.part' > /dev/null", bytes, path, path, path);
	if (system(line) != 0)
		return 0;
	double start = seconds();
	int rc = system(command);
	return rc == -1 || rc > 256 ? 0 : (double)bytes / (seconds() - start);
}

static char title[64];
static void row(const char *what, double figure, const char *unit, const char *rule, double limit, const char *note)
{
	printf("%s\t%s\t%.6g\t%s\t%s\t%.6g\t%s\n", title, what, figure, unit, rule, limit, note);
	fflush(stdout);
}

static struct indicator_set *compile(const char *csv, const char *path, double *took, double *open_took)
{
	struct indicator_build *b;
	struct indicator_set *set;
	struct why why;
	int fd = open(csv, O_RDONLY | O_CLOEXEC);
	size_t n = (size_t)size_of(csv);
	double start = seconds();
	void *map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED || indicator_build_new(NULL, NULL, NULL, &b, &why) != ERR_OK ||
	    indicator_build_read(b, INDICATOR_CSV, slice_of(map, n), NULL, &why) != ERR_OK ||
	    indicator_build_write(b, 1, path, &why) != ERR_OK)
		fail("cannot compile");
	*took = seconds() - start;
	indicator_build_free(b);
	munmap(map, n);
	close(fd);
	start = seconds();
	if (indicator_open(path, &set, &why) != ERR_OK)
		fail(why.text);
	*open_took = seconds() - start;
	return set;
}

static void figures(const char *directory, size_t count, const struct wanted *kept, size_t kept_n, const char *corpus)
{
	char csv[1024], path[1024], command[4096], what[64];
	double took, open_took;
	size_t hits;
	snprintf(csv, sizeof csv, "%s/indicators-%zu.csv", directory, count);
	snprintf(path, sizeof path, "%s/indicators-%zu.set", directory, count);
	make_indicators(csv, count, (struct wanted *)kept, 0);
	struct indicator_set *set = compile(csv, path, &took, &open_took);
	bool million = count == 1000000;
	(void)kept_n;
	snprintf(title, sizeof title, "sensor, %zu indicators", count);
	snprintf(what, sizeof what, "compile %zu indicators from CSV", count);
	row(what, took, "s", million ? "<=" : "", 1, "");
	row("open the set", open_took * 1000, "ms", million ? "<=" : "", 50, "checksums of the whole file included");
	row("set file, an indicator, all metadata included", (double)indicator_bytes(set) / indicator_count(set), "bytes", "", 0, "");
	static const enum scan_path ways[] = {SCAN_BEST, SCAN_AVX2, SCAN_PORTABLE};
	static const char *const said[] = {"scan, one core", "scan, one core, AVX2", "scan, one core, portable"};
	double best = 0;
	for (size_t i = 0; i < 3; i++) {
		struct scan *scan;
		if (scan_new(set, ways[i], count_hit, &hits, &scan, NULL) != ERR_OK)
			continue;
		scan_free(scan);
		double r = rate(set, corpus, 1, ways[i], &hits) / 1e9;
		snprintf(command, sizeof command, "%zu hits; median of %d", hits, RUNS);
		best = i == 0 ? r : best;
		snprintf(what, sizeof what, "%s, %zu indicators", said[i], count);
		row(what, r, "GB/s", i == 0 && count <= 1000000 ? ">=" : "", million ? 1.0 : 1.3, command);
	}
	row("scan, two cores, against one", rate(set, corpus, 2, SCAN_BEST, &hits) / 1e9 / best, "times", ">=", 1.8, "");
	if (count <= 1000000) {
		size_t part = million ? 4u << 20 : 16u << 20;
		snprintf(command, sizeof command, "cut -d, -f2 '%s' | tail -n +2 > '%s.list'; LC_ALL=C grep -c -F -f '%s.list' '%s.part' > /dev/null", csv, csv, csv, corpus);
		row("grep -F -f", command_rate(command, corpus, part) / 1e9, "GB/s", "beside", best, million ? "4 MiB of it" : "16 MiB of it");
		if (system("command -v rg > /dev/null 2>&1") == 0 && !million) {
			snprintf(command, sizeof command, "rg -a -j1 -c -F -f '%s.list' '%s.part' > /dev/null", csv, corpus);
			row("rg -F -f", command_rate(command, corpus, part) / 1e9, "GB/s", "beside", best, "16 MiB of it");
		}
	}
	indicator_close(set);
}

int main(int argc, char **argv)
{
	static struct wanted kept[9000];
	char corpus[1024], command[2048];
	if (argc < 2)
		fail("usage: tocsin-bench-sensor DIRECTORY [MIB]");
	if (argc > 4 && strcmp(argv[2], "scan") == 0) {
		struct indicator_set *set;
		struct why why;
		size_t hits;
		if (indicator_open(argv[3], &set, &why) != ERR_OK)
			fail(why.text);
		clock_used = CLOCK_THREAD_CPUTIME_ID; // comparable on a machine that others use too
		for (int i = 4; i < argc; i++) {
			static const enum scan_path ways[] = {SCAN_AVX512, SCAN_AVX2, SCAN_PORTABLE};
			for (size_t w = 0; w < 3; w++) {
				struct scan *scan;
				if (scan_new(set, ways[w], count_hit, &hits, &scan, NULL) != ERR_OK)
					continue;
				scan_free(scan);
				double r = rate(set, argv[i], 1, ways[w], &hits);
				printf("%s\t%s\t%.3f GB/s\t%zu hits\n", argv[i], scan_path_name(ways[w]), r / 1e9, hits);
			}
		}
		return 0;
	}
	size_t mib = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 1024;
	snprintf(corpus, sizeof corpus, "%s/corpus.log", argv[1]);
	snprintf(command, sizeof command, "%s/kept.csv", argv[1]);
	make_indicators(command, 9000, kept, 9000);
	strcpy(title, "sensor");
	row("lines planted", (double)make_corpus(corpus, mib << 20, kept, 9000), "lines", "", 0, "0.1 % of the lines");
	snprintf(command, sizeof command, "cat '%s' > /dev/null", corpus);
	if (system(command) != 0)
		fail("cannot read the corpus");
	snprintf(command, sizeof command, "wc -l '%s' > /dev/null", corpus);
	double start = seconds();
	if (system(command) != 0)
		fail("cannot count the lines");
	row("wc -l", (double)size_of(corpus) / (seconds() - start) / 1e9, "GB/s", "", 0, "");
	figures(argv[1], 10000, kept, 9000, corpus);
	figures(argv[1], 1000000, kept, 9000, corpus);
	if (argc > 3)
		figures(argv[1], 10000000, kept, 9000, corpus);
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return 0;
}
