// Agreement with dpkg: its library on a million generated pairs and on real versions, the program itself on ten thousand.
#include "order.h"

#ifndef TOCSIN_TEST_DPKG
static void library(void)
{
	test_skip("libdpkg-dev was not here when the build was configured");
}

const struct test tests[] = {
	{"libdpkg agrees", library},
	{NULL, NULL},
};
#else

#define LIBDPKG_VOLATILE_API
#include <dpkg/dpkg.h>
#include <dpkg/dpkg-db.h>
#include <dpkg/error.h>
#include <dpkg/version.h>
#include <spawn.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#define LIBRARY_PAIRS 1000000
#ifdef TOCSIN_SANITIZED // a millisecond for each pair is paid once, on the release build
#define PROGRAM_PAIRS 500
#else
#define PROGRAM_PAIRS 10000
#endif

static const char *const pieces[] = {
	"0", "1", "2", "9", "10", "00", "01", "a", "b", "Z", "~", "~", "~~", "+", ".", "-", "-0", "-1", ":", "0:", "1:", "2:1",
	"~rc1", "+b1", "+deb12u1", ".0", "dfsg", "99999999999999999999",
};
#define PIECES (sizeof pieces / sizeof pieces[0])

enum verdict { REFUSED, ACCEPTED, UNCERTAIN };

// dpkg's parser stops at the first oddity, and "does not start with digit" (which deb-version(7) only advises) hides what
// follows. It reads the epoch with strtol, so it takes a sign, which the manual does not.
static enum verdict dpkg_parse(const char *text, struct dpkg_version *v)
{
	struct dpkg_error err = DPKG_ERROR_INIT;
	enum verdict verdict = ACCEPTED;
	if (parseversion(v, text, &err) != 0)
		verdict = err.type == DPKG_MSG_WARN && strstr(err.str, "start with digit") != NULL ? UNCERTAIN : REFUSED;
	dpkg_error_destroy(&err);
	return verdict == ACCEPTED && (text[0] == '+' || text[0] == '-') ? UNCERTAIN : verdict;
}

// False when the pair was not compared, because a side was refused.
static bool agree(const char *a, const char *b, int *order)
{
	struct dpkg_version va, vb;
	struct why why = {""};
	enum verdict da = dpkg_parse(a, &va), db = dpkg_parse(b, &vb);
	enum err ea = version_check(VERSION_DEB, slice_text(a), &why), eb = version_check(VERSION_DEB, slice_text(b), &why);
	CHECK_SAY(da == UNCERTAIN || (da == ACCEPTED) == (ea == ERR_OK), "\"%s\": dpkg %d, %s", a, da, why.text);
	CHECK_SAY(db == UNCERTAIN || (db == ACCEPTED) == (eb == ERR_OK), "\"%s\": dpkg %d, %s", b, db, why.text);
	if (ea != ERR_OK || eb != ERR_OK)
		return false;
	if (version_compare(VERSION_DEB, slice_text(a), slice_text(b), order, &why) != ERR_OK)
		abort();
	*order = (*order > 0) - (*order < 0);
	int want = dpkg_version_compare(&va, &vb);
	want = (want > 0) - (want < 0);
	CHECK_SAY(*order == want, "\"%s\" \"%s\": got %d, dpkg says %d", a, b, *order, want);
	return true;
}

static void library(void)
{
	unsigned seen[3] = {0}, refused = 0;
	for (unsigned compared = 0; compared < LIBRARY_PAIRS;) {
		char t[2][ORDER_TEXT];
		int order;
		order_neighbours(t, 2, pieces, PIECES);
		if (agree(t[0], t[1], &order)) {
			seen[order + 1]++;
			compared++;
		} else {
			refused++;
		}
		if (compared % 1024 == 0)
			nffreeall();
	}
	nffreeall();
	bool all_branches = seen[0] > 100000 && seen[1] > 100000 && seen[2] > 100000 && refused > 100000;
	CHECK_SAY(all_branches, "%u %u %u, %u refused", seen[0], seen[1], seen[2], refused);
}

// The exit status of `dpkg --compare-versions a RELATION b`.
static int program_says(const char *a, const char *relation, const char *b)
{
	posix_spawn_file_actions_t quiet;
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	const char *arguments[] = {"dpkg", "--compare-versions", "--", a, relation, b, NULL};
	pid_t child;
	int status = -1;
	if (posix_spawnp(&child, "dpkg", &quiet, NULL, (char *const *)arguments, environ) == 0)
		waitpid(child, &status, 0);
	posix_spawn_file_actions_destroy(&quiet);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void program(void)
{
	static const char *const relations[] = {"lt", "eq", "gt"};
	if (program_says("1", "eq", "1") != 0) {
		test_skip("no dpkg on this machine");
		return;
	}
	for (unsigned compared = 0; compared < PROGRAM_PAIRS;) {
		char t[2][ORDER_TEXT];
		order_neighbours(t, 2, pieces, PIECES);
		int order = order_of(VERSION_DEB, t[0], t[1]);
		if (order == NO_ORDER)
			continue;
		compared++;
		CHECK_SAY(program_says(t[0], relations[order + 1], t[1]) == 0, "\"%s\" \"%s\": got %s", t[0], t[1], relations[order + 1]);
	}
}

// The versions in the given columns (from 0) of a table with tabs, its first line left out; "" and "0"-like words too.
static size_t read_columns(const char *path, unsigned columns, char **versions, size_t n, size_t max)
{
	size_t size;
	char *bytes = (char *)test_read(path, &size), *lines = bytes;
	strsep(&lines, "\n");
	for (char *line; (line = strsep(&lines, "\n")) != NULL;) {
		char *field;
		for (unsigned i = 0; (field = strsep(&line, "\t")) != NULL; i++)
			if ((columns >> i & 1) != 0 && field[0] != 0 && n < max)
				versions[n++] = strdup(field);
	}
	free(bytes);
	return n;
}

// Every real version against those after it in the tables.
static void real_versions(void)
{
	enum { ROOM = 8192, NEAR = 200 };
	char **versions = calloc(ROOM, sizeof *versions);
	size_t n = 0;
	const char *path = test_data("products/inventory-debian12-dpkg.tsv");
	if (path != NULL)
		n = read_columns(path, 1u << 1 | 1u << 4, versions, n, ROOM);
	if (path != NULL && (path = test_data("products/debian12-affected.tsv")) != NULL)
		n = read_columns(path, 1u << 3 | 1u << 4, versions, n, ROOM);
	unsigned compared = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n && j <= i + NEAR; j++) {
			int order;
			bool both = agree(versions[i], versions[j], &order);
			CHECK_SAY(both, "\"%s\" \"%s\"", versions[i], versions[j]);
			CHECK(i != j || order == 0);
			compared += both;
		}
	CHECK_SAY(path == NULL || compared > 100000, "%u", compared);
	nffreeall();
	for (size_t i = 0; i < n; i++)
		free(versions[i]);
	free(versions);
}

const struct test tests[] = {
	{"libdpkg agrees", library},
	{"dpkg --compare-versions agrees", program},
	{"real versions: libdpkg agrees", real_versions},
	{NULL, NULL},
};
#endif
