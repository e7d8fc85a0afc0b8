// tocsin-bench-inspect: comparisons of versions a second, and what a command costs. ./bench calls it (benchmarks/inspecting.sh).
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "version/version.h"
#ifdef TOCSIN_TEST_DPKG
#define LIBDPKG_VOLATILE_API
#include <dpkg/dpkg.h>
#include <dpkg/dpkg-db.h>
#include <dpkg/error.h>
#include <dpkg/version.h>
#endif
#ifdef TOCSIN_TEST_RPM
#include <rpm/rpmver.h>
#endif

#define RUNS_MAX 1000u
#define SECONDS_EACH 0.25

static double seconds(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "tocsin-bench-inspect: %s\n", what);
	exit(1);
}

// --- Versions ---------------------------------------------------------------------------------------------------------------------------

#define PAIRS 8

// Pairs that are near each other, as a range and an installed version are.
static const struct near {
	enum version_scheme scheme;
	const char *pair[PAIRS][2];
} near[] = {
	{VERSION_DEB,
	 {{"2.36-9+deb12u4", "2.36-9+deb12u7"}, {"1:9.2p1-2+deb12u2", "1:9.2p1-2+deb12u3"}, {"3.0.11-1~deb12u2", "3.0.14-1~deb12u1"},
	  {"6.1.90-1", "6.1.148-1"}, {"7.88.1-10+deb12u5", "7.88.1-10+deb12u12"}, {"1:1.2.13.dfsg-1", "1:1.2.13.dfsg-1"},
	  {"2.9.14+dfsg-1.3~deb12u1", "2.9.14+dfsg-1.3"}, {"252.30-1~deb12u2", "252.33-1~deb12u1"}}},
	{VERSION_RPM,
	 {{"5.14.0-427.13.1.el9_4", "5.14.0-427.18.1.el9_4"}, {"1:3.0.7-27.el9", "1:3.0.7-28.el9_4"}, {"2.34-100.el9_4.2", "2.34-100.el9_4.3"},
	  {"7.76.1-29.el9_4", "7.76.1-29.el9_4.1"}, {"32:9.16.23-18.el9_4.1", "32:9.16.23-18.el9_4.6"}, {"4.18.2-4.el9", "4.18.2-4.el9"},
	  {"3.9.18-3.el9_4.1", "3.9.18-3.el9_4.5"}, {"2.4.57-8.el9", "2.4.57-11.el9_4.1"}}},
	{VERSION_APK,
	 {{"1.36.1-r15", "1.36.1-r19"}, {"3.1.4-r5", "3.1.7-r0"}, {"2.4.58_p1-r0", "2.4.59-r0"}, {"1.2.4_git20230717-r4", "1.2.4_git20230717-r5"},
	  {"8.5.0-r0", "8.9.0-r0"}, {"9.6_p1-r0", "9.6_p1-r1"}, {"3.12.3-r1", "3.12.3-r1"}, {"2.11.7_rc1-r0", "2.11.7-r0"}}},
	{VERSION_SEMVER,
	 {{"4.17.20", "4.17.21"}, {"2.0.0-rc.1", "2.0.0"}, {"1.0.0-alpha.3", "1.0.0-alpha.beta"}, {"10.4.21+build.5", "10.4.21"}, {"0.12.0", "0.12.1"},
	  {"v1.21.3", "v1.21.10"}, {"3.2.1", "3.2.1"}, {"1.2.3-0.20240101000000-abcdefabcdef", "1.2.3"}}},
	{VERSION_PEP440,
	 {{"2.31.0", "2.32.0"}, {"1.0rc1", "1.0"}, {"2024.2.2", "2024.7.4"}, {"4.2.dev3", "4.2"}, {"1.26.18", "1.26.19"}, {"3.4.post1", "3.4"},
	  {"1.0+local.1", "1.0"}, {"42.0.4", "42.0.8"}}},
	{VERSION_MAVEN,
	 {{"2.17.0", "2.17.1"}, {"5.3.26.RELEASE", "5.3.27.RELEASE"}, {"1.0-beta-3", "1.0"}, {"32.1.3-jre", "33.0.0-jre"}, {"9.0.80", "9.0.83"},
	  {"2.15.0-rc1", "2.15.0"}, {"1.78", "1.78"}, {"4.1.100.Final", "4.1.108.Final"}}},
	{VERSION_GEM,
	 {{"7.0.8", "7.0.8.1"}, {"1.15.4", "1.16.2"}, {"3.0.0.pre1", "3.0.0"}, {"2.2.8", "2.2.8.1"}, {"6.4.0", "6.4.2"}, {"5.6.7", "5.6.8"},
	  {"4.3.0.beta", "4.3.0.rc1"}, {"1.0.0", "1.0.0"}}},
	{VERSION_NUMBERS,
	 {{"3.0.11", "3.0.12"}, {"10.0.19045.4291", "10.0.19045.4412"}, {"1.0", "1.0.0"}, {"115.9.1", "115.10.0"}, {"7.2.5", "7.2.7"}, {"16.2", "16.3"},
	  {"8.0.36", "8.0.37"}, {"2.4.58", "2.4.59"}}},
};

static volatile int heard; // so that no comparison is left out

static void ours(enum version_scheme s, const char *const pair[static 2])
{
	int order = 0;
	if (version_compare(s, slice_text(pair[0]), slice_text(pair[1]), &order, NULL) != ERR_OK)
		fail(pair[0]);
	heard += order;
}

#ifdef TOCSIN_TEST_DPKG
static void by_dpkg(enum version_scheme s, const char *const pair[static 2])
{
	struct dpkg_version a = DPKG_VERSION_INIT, b = DPKG_VERSION_INIT;
	struct dpkg_error err = DPKG_ERROR_INIT;
	(void)s;
	if (parseversion(&a, pair[0], &err) != 0 || parseversion(&b, pair[1], &err) != 0)
		fail(pair[0]);
	heard += dpkg_version_compare(&a, &b);
}
#endif

#ifdef TOCSIN_TEST_RPM
static void by_rpm(enum version_scheme s, const char *const pair[static 2])
{
	rpmver a = rpmverParse(pair[0]), b = rpmverParse(pair[1]);
	(void)s;
	heard += rpmverCmp(a, b);
	rpmverFree(a);
	rpmverFree(b);
}
#endif

// Millions of comparisons a second of CPU, texts parsed each time.
static double rate(const struct near *n, void (*compare)(enum version_scheme s, const char *const pair[static 2]))
{
	size_t done = 0;
	double begun = seconds(CLOCK_PROCESS_CPUTIME_ID), now;
	do {
		for (size_t turn = 0; turn < 1000; turn++)
			for (size_t i = 0; i < PAIRS; i++)
				compare(n->scheme, n->pair[i]);
		done += 1000 * PAIRS;
	} while ((now = seconds(CLOCK_PROCESS_CPUTIME_ID)) < begun + SECONDS_EACH);
	return (double)done / (now - begun) / 1e6;
}

static void versions(void)
{
	for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
		double other = 0, mine = rate(&near[i], ours);
		const char *whose = "";
#ifdef TOCSIN_TEST_DPKG
		if (near[i].scheme == VERSION_DEB) {
			other = rate(&near[i], by_dpkg);
			whose = "libdpkg";
		}
#endif
#ifdef TOCSIN_TEST_RPM
		if (near[i].scheme == VERSION_RPM) {
			other = rate(&near[i], by_rpm);
			whose = "librpm";
		}
#endif
		printf("inspection, versions\t%s, comparisons of texts\t%.4g\tM/s\t%s\t%.4g\t%s\n", version_scheme_name(near[i].scheme), mine,
		       other > 0 ? "beside" : "", other, whose);
	}
}

// --- What a command costs ---------------------------------------------------------------------------------------------------------------

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

struct cost {
	double wall, cpu; // seconds
	long peak;        // KiB
	int status;
};

static double of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static struct cost run(char **argv)
{
	struct cost c = {0};
	struct rusage used;
	int status = 0;
	double begun = seconds(CLOCK_MONOTONIC);
	pid_t pid = fork();
	if (pid == 0) {
		int nothing = open("/dev/null", O_WRONLY);
		dup2(nothing, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (wait4(pid, &status, 0, &used) < 0)
		if (errno != EINTR)
			fail("a command cannot be waited for");
	c.wall = seconds(CLOCK_MONOTONIC) - begun;
	c.cpu = of(used.ru_utime) + of(used.ru_stime);
	c.peak = used.ru_maxrss;
	c.status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
	return c;
}

// "wall cpu peak status": medians in seconds, MiB.
static void cost(unsigned runs, char **argv)
{
	double wall[RUNS_MAX], cpu[RUNS_MAX];
	long peak = 0;
	int status = 0;
	for (unsigned i = 0; i < runs; i++) {
		struct cost c = run(argv);
		wall[i] = c.wall;
		cpu[i] = c.cpu;
		peak = c.peak > peak ? c.peak : peak;
		status = c.status;
	}
	qsort(wall, runs, sizeof *wall, ascending);
	qsort(cpu, runs, sizeof *cpu, ascending);
	printf("%.4f %.4f %.1f %d\n", wall[runs / 2], cpu[runs / 2], (double)peak / 1024, status);
}

int main(int argc, char **argv)
{
	unsigned long runs = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (argc == 2 && strcmp(argv[1], "versions") == 0) {
		versions();
	} else if (argc > 3 && strcmp(argv[1], "cost") == 0 && runs > 0 && runs <= RUNS_MAX) {
		cost((unsigned)runs, argv + 3);
	} else {
		fputs("usage: tocsin-bench-inspect versions\n"
		      "       tocsin-bench-inspect cost RUNS COMMAND…\n",
		      stderr);
		return 2;
	}
	return 0;
}
