// From feeds to what is known of a flaw: who is exploited, by whichever record names it.
#include "said.h"

#include "knowledge/build.h"

#define KEV(cve) "{\"catalogVersion\":\"1\",\"dateReleased\":\"2026-07-23\",\"vulnerabilities\":[{\"cveID\":\"" cve "\",\"dateAdded\":\"2026-07-01\",\"dueDate\":\"2026-07-22\"}]}"
#define OSV(id, rest) "{\"id\":\"" id "\",\"modified\":\"2024-01-02\"," rest "}"
#define CVE(id, adp) "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\",\"cveMetadata\":{\"cveId\":\"" id "\",\"state\":\"PUBLISHED\"},\"containers\":{\"cna\":{},\"adp\":[" adp "]}}"
#define NOTE "{\"metrics\":[{\"other\":{\"type\":\"kev\",\"content\":{\"dateAdded\":\"2024-02-12\"}}}]}"
#define DAY(month, day) ((month) * 100 + (day))

static enum err take_all(struct knowledge_build *b, const char *text, struct why *why)
{
	static const struct feed_options none = {.dated = FACT_NO_DATE};
	int fd = said_file(text, strlen(text));
	enum err e = feed_read(fd, "t", &none, knowledge_build_take, b, why);
	close(fd);
	return e;
}

static unsigned month_and_day(int64_t date)
{
	char text[TIME_TEXT];
	if (date == FACT_NO_DATE)
		return 0;
	time_print((uint64_t)date, text);
	return (unsigned)(atoi(text + 5) * 100 + atoi(text + 8));
}

static void exploited(void)
{
	static const struct {
		const char *feeds[3], *flaw;
		bool exploited;
		unsigned added, due, epss; // month and day
	} rows[] = {
		{{OSV("DEBIAN-CVE-2024-1000", "\"upstream\":[\"CVE-2024-1000\"]"), KEV("CVE-2024-1000")}, "DEBIAN-CVE-2024-1000", true, DAY(7, 1), DAY(7, 22), 0},
		{{OSV("UBUNTU-CVE-2024-1000", "\"details\":\"\""), KEV("CVE-2024-1000"), "cve,epss,percentile\nCVE-2024-1000,0.5,0.9\n"},
		 "UBUNTU-CVE-2024-1000", true, DAY(7, 1), DAY(7, 22), 500000},
		// of several flaws the worst counts
		{{OSV("USN-1-1", "\"upstream\":[\"CVE-2024-1001\",\"CVE-2024-1000\",\"UBUNTU-CVE-2024-1001\"]"), KEV("CVE-2024-1000"),
		  "cve,epss,percentile\nCVE-2024-1000,0.5,0.9\nCVE-2024-1001,0.25,0.3\n"}, "USN-1-1", true, DAY(7, 1), DAY(7, 22), 500000},
		{{OSV("RHSA-2024:1", "\"related\":[\"CVE-2024-1000\",\"CVE-2024-1001\"]"), KEV("CVE-2024-1001")}, "RHSA-2024:1", true, DAY(7, 1), DAY(7, 22), 0},
		{{OSV("GHSA-1", "\"related\":[\"CVE-2024-1000\"]"), KEV("CVE-2024-1000")}, "GHSA-1", false, 0, 0, 0},
		{{OSV("USN-1-1", "\"upstream\":[\"CVE-2024-1001\"]"), KEV("CVE-2024-1000")}, "USN-1-1", false, 0, 0, 0},
		// a record's own note counts where there is no catalogue
		{{CVE("CVE-2024-1000", NOTE)}, "CVE-2024-1000", true, DAY(2, 12), 0, 0},
		{{CVE("CVE-2024-1000", NOTE), KEV("CVE-2024-1000")}, "CVE-2024-1000", true, DAY(7, 1), DAY(7, 22), 0},
		{{CVE("CVE-2024-1000", NOTE), KEV("CVE-2024-1001")}, "CVE-2024-1000", false, 0, 0, 0},
		{{KEV("CVE-2024-1001"), CVE("CVE-2024-1000", NOTE)}, "CVE-2024-1000", false, 0, 0, 0},
		{{CVE("CVE-2024-1000", "")}, "CVE-2024-1000", false, 0, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct knowledge_build *b;
		struct knowledge *k = NULL;
		struct why why = {""};
		struct buf bytes;
		uint32_t flaw;
		REQUIRE(knowledge_build_new(NULL, &b, &why) == ERR_OK);
		for (size_t f = 0; f < 3 && rows[i].feeds[f] != NULL; f++)
			CHECK_SAY(take_all(b, rows[i].feeds[f], &why) == ERR_OK, "%zu: %s", i, why.text);
		buf_init(&bytes, 16u << 20);
		CHECK_SAY(knowledge_build_bytes(b, 1, &bytes, &why) == ERR_OK && knowledge_open_bytes(buf_slice(&bytes), &k, &why) == ERR_OK, "%zu: %s", i, why.text);
		if (k != NULL && test_check(knowledge_flaw_find(k, slice_text(rows[i].flaw), &flaw), "found", __FILE__, __LINE__, "%zu", i)) {
			struct knowledge_flaw is = knowledge_flaw(k, flaw);
			CHECK_SAY(is.known_exploited == rows[i].exploited, "%zu", i);
			CHECK_SAY(month_and_day(is.kev_added) == rows[i].added && month_and_day(is.kev_due) == rows[i].due, "%zu: %u %u", i,
			          month_and_day(is.kev_added), month_and_day(is.kev_due));
			CHECK_SAY(is.epss_ppm == rows[i].epss, "%zu: %u", i, is.epss_ppm);
		}
		knowledge_close(k);
		buf_free(&bytes);
		knowledge_build_free(b);
	}
}

const struct test tests[] = {{"exploited", exploited}, {NULL, NULL}};
