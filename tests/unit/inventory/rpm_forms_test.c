#include <signal.h>
#include <sys/wait.h>

#include "inventory/packages.h"
#include "inventory/rpm_form.h"
#include "rpm_forms.h"
#include "rpm_image.h"

#ifdef TOCSIN_TEST_RPM
#include <rpm/header.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmmacro.h>
#include <rpm/rpmts.h>
#endif

#define FILE_MAX (64u << 20)

static const struct rpm_fixture bash = {"bash", "4.4.20", "4.el8", "x86_64", "bash-4.4.20-4.el8.src.rpm", 0, 1600000000};
static const struct rpm_fixture libs = {"openssl-libs", "1.1.1k", "9.el8", "x86_64", "openssl-1.1.1k-9.el8.src.rpm", 1, 1600000100};
static const struct rpm_fixture key = {"gpg-pubkey", "fd431d51", "4ae0493b", NULL, NULL, 0, 1600000200};

// Package n: one of the three, or a kernel of which every third is installed; some of many pages.
static void put_package(struct buf *out, uint32_t n, bool small)
{
	static char name[1001], release[32];
	static const struct rpm_fixture *const fixed[] = {&bash, &libs, &key};
	struct rpm_fixture f = {"kernel-core", "4.18.0", release, "x86_64", NULL, 0, 1600000000};
	buf_clear(out);
	if (n <= 3) {
		rpm_put_header(out, fixed[n - 1]);
		return;
	}
	snprintf(release, sizeof release, "%u.el8", n);
	snprintf(name, sizeof name, "kernel-core");
	if (!small && n % 3 == 0) { // a long list of somebody's
		memset(name, 'x', sizeof name - 1);
		f.arch = name;
	}
	rpm_put_header(out, &f);
}

static void make_bdb(struct buf *file, const struct bdb_layout *l, uint32_t packages, bool small)
{
	struct buf header;
	buf_init(&header, 1u << 16);
	buf_clear(file);
	bdb_start(file, l);
	for (uint32_t i = 1; i <= packages; i++) {
		put_package(&header, i, small);
		bdb_put(file, l, i, buf_slice(&header));
	}
	bdb_end(file, l);
	CHECK(buf_status(file) == ERR_OK);
	buf_free(&header);
}

static void make_ndb(struct buf *file, uint32_t packages, bool small)
{
	struct buf header;
	buf_init(&header, 1u << 16);
	buf_clear(file);
	ndb_start(file);
	for (uint32_t i = 1; i <= packages; i++) {
		put_package(&header, i, small);
		ndb_put(file, (i - 1) * 2, i, buf_slice(&header)); // every second slot is free
	}
	CHECK(buf_status(file) == ERR_OK);
	buf_free(&header);
}

// What came, as a set: each package once and as it was put.
struct taken {
	uint32_t count, wrong;
	bool small;
	bool seen[2000];
};

static enum err take(void *context, uint64_t number, struct slice header, struct why *why)
{
	struct taken *t = context;
	struct buf want;
	(void)why;
	t->count++;
	if (number >= sizeof t->seen || t->seen[number]) {
		t->wrong++;
		return ERR_OK;
	}
	t->seen[number] = true;
	buf_init(&want, 1u << 16);
	put_package(&want, (uint32_t)number, t->small);
	t->wrong += !slice_equal(header, buf_slice(&want));
	buf_free(&want);
	return ERR_OK;
}

typedef enum err form_read(struct slice file, const char *path, rpm_take *take, void *context, struct why *why);

// In memory of its own, so that one byte too many is noticed.
static enum err read_copy(form_read *read, struct slice file, struct taken *t, bool small, struct why *why)
{
	uint8_t *copy = malloc(file.n + 1);
	memcpy(copy, file.p, file.n);
	*t = (struct taken){.small = small};
	enum err e = read(slice_of(copy, file.n), "Packages", take, t, why);
	free(copy);
	return e;
}

static void berkeley(void)
{
	struct buf file;
	struct taken t;
	struct why why = {""};
	buf_init(&file, FILE_MAX);
	for (uint32_t page = 512; page <= 65536; page *= 2)
		for (unsigned how = 0; how < 4; how++) {
			struct bdb_layout l = {page, how & 1, how & 2};
			uint32_t packages = l.here ? 30 : 200;
			if (l.here && page < 2048)
				continue; // a header does not fit
			make_bdb(&file, &l, packages, l.here);
			CHECK(rpm_bdb_is(buf_slice(&file)) && !rpm_ndb_is(buf_slice(&file)) && !rpm_sqlite_is(buf_slice(&file)));
			CHECK_SAY(read_copy(rpm_bdb_read, buf_slice(&file), &t, l.here, &why) == ERR_OK, "%u: %s", page, why.text);
			CHECK_SAY(t.count == packages && t.wrong == 0 && !t.seen[0], "pages of %u, %u: %u packages, %u wrong", page, how, t.count, t.wrong);
		}
	buf_free(&file);
}

// As Berkeley DB makes one: two buckets, of which the page of the first is zeros until something is put there. Of a database that has
// grown no such page is left, and zeros would be packages that are lost.
static void berkeley_unwritten(void)
{
	struct buf file;
	struct taken t;
	buf_init(&file, FILE_MAX);
	for (unsigned order = 0; order < 2; order++) {
		struct bdb_layout l = {512, order, false};
		struct why why = {""};
		make_bdb(&file, &l, 0, true);
		memset(bdb_page(&file, &l, 1), 0, 2 * 512); // record 0 lies there
		CHECK_SAY(read_copy(rpm_bdb_read, buf_slice(&file), &t, true, &why) == ERR_INPUT && strstr(why.text, "page 1: it has the number"), "%s", why.text);
		bdb_u32(&l, file.p + 72, 1);
		CHECK_SAY(read_copy(rpm_bdb_read, buf_slice(&file), &t, true, &why) == ERR_OK && t.count == 0, "%s", why.text);
		bdb_page(&file, &l, 1)[20] = 1; // something was put
		CHECK_SAY(read_copy(rpm_bdb_read, buf_slice(&file), &t, true, &why) == ERR_INPUT && strstr(why.text, "page 1: it has the number"), "%s", why.text);
	}
	buf_free(&file);
}

static void new_database(void)
{
	struct buf file;
	struct taken t;
	struct why why = {""};
	buf_init(&file, FILE_MAX);
	for (uint32_t packages = 0; packages <= 127; packages += 127) {
		make_ndb(&file, packages, false);
		CHECK(rpm_ndb_is(buf_slice(&file)) && !rpm_bdb_is(buf_slice(&file)) && !rpm_sqlite_is(buf_slice(&file)));
		CHECK_SAY(read_copy(rpm_ndb_read, buf_slice(&file), &t, false, &why) == ERR_OK, "%s", why.text);
		CHECK_SAY(t.count == packages && t.wrong == 0, "%u packages, %u wrong", t.count, t.wrong);
	}
	buf_free(&file);
}

struct patch {
	size_t at; // byte
	uint32_t v;
	unsigned bytes;
	const char *why;
};

static void refuse_patches(form_read *read, const struct buf *file, const struct bdb_layout *l, const struct patch *rows, size_t n)
{
	struct taken t;
	uint8_t saved[4];
	for (size_t i = 0; i < n; i++) {
		struct why why = {""};
		uint8_t *p = file->p + rows[i].at;
		memcpy(saved, p, 4);
		if (rows[i].bytes == 4)
			bdb_u32(l, p, rows[i].v);
		else if (rows[i].bytes == 2)
			bdb_u16(l, p, rows[i].v);
		else
			*p = (uint8_t)rows[i].v;
		enum err e = read_copy(read, buf_slice(file), &t, false, &why);
		CHECK_SAY(e == ERR_INPUT && strstr(why.text, rows[i].why) != NULL, "%zu: %s, not %s", i, why.text, rows[i].why);
		memcpy(p, saved, 4);
	}
}

// Six packages in pages of 512 bytes: buckets on 1 to 4, values from 5 on; the last one's is a chain.
static void berkeley_refused(void)
{
	struct buf file;
	buf_init(&file, FILE_MAX);
	for (unsigned order = 0; order < 2; order++) {
		struct bdb_layout l = {512, order, false};
		make_bdb(&file, &l, 6, false);
		uint32_t page = 1;
		while (bdb_get16(&l, bdb_page(&file, &l, page) + 20) < 2 || page == 1 + bdb_bucket((uint8_t[4]){0})) // one with a package first
			page++;
		size_t at = (size_t)page * 512, last = bdb_get16(&l, file.p + at + BDB_HEADER + 2);
		size_t value = at + last, keys = at + bdb_get16(&l, file.p + at + BDB_HEADER), over = file.n - 2 * 512;
		const struct patch rows[] = {
			{12, 0x00053162, 4, "no hash database"}, {16, 7, 4, "version 7"}, {16, 11, 4, "version 11"}, {20, 0, 4, "size of pages"},
			{20, 256, 4, "size of pages"}, {20, 513, 4, "size of pages"}, {20, 131072, 4, "size of pages"}, {20, 1024, 4, "cut off"},
			{24, 1, 1, "encrypted"}, {25, 9, 1, "its kind"}, {26, 1, 1, "checksummed"}, {32, UINT32_MAX, 4, "cut off"},
			{32, (uint32_t)(file.n / 512), 4, "cut off"}, {32, 2, 4, "more buckets than pages"}, {72, UINT32_MAX, 4, "more buckets"},
			{96, 0, 4, "a page 0"}, {96, UINT32_MAX, 4, "a page 4294967295"}, {96, 2, 4, "used twice"}, {100, 3, 4, "used twice"}, {96, 5, 4, "no page of a bucket"},
			{at + 8, 77, 4, "the number of another"}, {at + 25, 7, 1, "no page of a bucket"}, {at + 25, 5, 1, "no page of a bucket"},
			{at + 20, 1, 2, "number of its entries"}, {at + 20, 65534, 2, "number of its entries"}, {at + 20, 240, 2, "an entry outside"},
			{at + 16, page, 4, "used twice"}, {at + 16, 5, 4, "damaged"}, {at + 16, 9999, 4, "a page 9999"},
			{at + BDB_HEADER, 512, 2, "an entry outside"}, {at + BDB_HEADER, 0, 2, "an entry outside"}, {at + BDB_HEADER + 2, 511, 2, "an entry outside"},
			{keys, 3, 1, "a key that is no number"}, {at + BDB_HEADER, 506, 2, "a key that is no number"},
			{value, 2, 1, "a value of another kind"}, {value, 4, 1, "a value of another kind"}, {value + 4, 0, 4, "ends before its length"},
			{value + 4, 9999, 4, "a page 9999"}, {value + 4, page, 4, "used twice"}, {value + 8, 1, 4, "no part of that value"},
			{value + 8, UINT32_MAX, 4, "ends before its length"}, {value + 8, 0, 4, "no part of that value"},
			{over + 16, (uint32_t)(over / 512), 4, "used twice"}, {over + 16, 1, 4, "damaged"}, {over + 16, 0, 4, "ends before its length"}, {over + 25, 13, 1, "no part of that value"},
			{over + 22, 487, 2, "no part of that value"}, {over + 22, 65535, 2, "no part of that value"}, {over + 22, 0, 2, "ends before its length"},
		};
		refuse_patches(rpm_bdb_read, &file, &l, rows, sizeof rows / sizeof *rows);
	}
	buf_free(&file);
}

static void new_refused(void)
{
	struct buf file;
	buf_init(&file, FILE_MAX);
	make_ndb(&file, 5, false);
	const struct patch rows[] = {
		{0, 0, 4, "no ndb database"}, {4, 1, 4, "version 1"}, {12, 0, 4, "cut off"}, {12, 1000, 4, "cut off"}, {12, UINT32_MAX, 4, "cut off"},
		{12, 2, 4, "cut off"}, {32, 0, 4, "no slot"}, {48, 0, 4, "no slot"}, {36, 0, 4, "package 0"}, {36, 9, 4, "no package, or another"},
		{40, 1, 4, "from 1 to"}, {40, UINT32_MAX, 4, "from 4294967295"}, {40, 257, 4, "no package"}, {44, 0, 4, "lies in"}, {44, 1, 4, "lies in"},
		{44, UINT32_MAX, 4, "lies in"}, {44, 2, 4, "no package, or another"}, {68 + 4, 256, 4, "two packages in one place"},
		{NDB_SLOTS, 0, 4, "no package"}, {NDB_SLOTS + 4, 2, 4, "another"}, {NDB_SLOTS + 8, 1, 4, "Adler-32"}, {NDB_SLOTS + 12, 1, 4, "no package"},
		{NDB_SLOTS + 100, 1, 4, "Adler-32"}, {file.n - 12, 1, 4, "Adler-32"}, {file.n - 8, 1, 4, "no package"}, {file.n - 4, 1, 4, "no package"},
	};
	refuse_patches(rpm_ndb_read, &file, &little, rows, sizeof rows / sizeof *rows);
	// A length that head and tail agree on, but not the place.
	struct taken t;
	struct why why = {""};
	bdb_u32(&little, file.p + file.n - 8, 5);
	size_t head = (size_t)bdb_get16(&little, file.p + 32 + 16 * 8 + 8) * 16;
	bdb_u32(&little, file.p + head + 12, 5);
	CHECK_SAY(read_copy(rpm_ndb_read, buf_slice(&file), &t, false, &why) == ERR_INPUT && strstr(why.text, "not that of its place") != NULL, "%s", why.text);
	buf_free(&file);
}

// Cut at every byte; every bit turned. ndb says of every bit of a package whether it is whole, Berkeley DB of its own pages only.
static void damaged(void)
{
	struct buf file;
	struct taken t;
	struct why why = {""};
	buf_init(&file, FILE_MAX);
	struct bdb_layout l = {512, false, false};
	for (unsigned form = 0; form < 2; form++) {
		form_read *read = form == 0 ? rpm_bdb_read : rpm_ndb_read;
		if (form == 0)
			make_bdb(&file, &l, 4, true);
		else
			make_ndb(&file, 4, true);
		for (size_t n = 0; n < file.n; n++)
			CHECK_SAY(read_copy(read, slice_part(buf_slice(&file), 0, n), &t, true, &why) == ERR_INPUT, "%zu of %zu bytes", n, file.n);
		for (size_t i = 0; i < file.n * 8; i++) {
			file.p[i / 8] ^= (uint8_t)(1u << i % 8);
			enum err e = read_copy(read, buf_slice(&file), &t, true, &why);
			CHECK_SAY(e == ERR_OK || e == ERR_INPUT, "%s", err_name(e));
			CHECK_SAY(form == 0 || i / 8 < NDB_SLOTS || e == ERR_INPUT, "bit %zu", i);
			file.p[i / 8] ^= (uint8_t)(1u << i % 8);
		}
	}
	buf_free(&file);
}

static void put_file(int root, const char *path, struct slice bytes)
{
	int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	CHECK(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
	close(fd);
}

#define MACHINE "machine m|rocky|9.4|Rocky Linux:9\n"
#define BASH "item package|Rocky Linux:9|bash|4.4.20-4.el8|||x86_64\n"
#define LIBS "item package|Rocky Linux:9|openssl-libs|1:1.1.1k-9.el8|openssl|1:1.1.1k-9.el8|x86_64\n"
#define KERNEL(n) "item package|Rocky Linux:9|kernel-core|4.18.0-" n ".el8|||x86_64\n"

static void expect(int root, const char *text, const char *note)
{
	struct recorder r;
	struct why why = {""};
	CHECK_SAY(read_image(root, &r, &why) == ERR_OK, "%s", why.text);
	CHECK_TEXT(recorder_text(&r), text);
	CHECK(note == NULL || strstr(recorder_text(&r), note) != NULL);
	buf_free(&r.text);
}

// Where they lie, which one is read, keys left out, several kernels, links inside the image and out of it.
static void images(void)
{
	struct buf bdb, ndb, empty;
	struct bdb_layout l = {4096, true, false};
	struct recorder r;
	struct why why = {""};
	struct buf *const all[] = {&bdb, &ndb, &empty};
	for (size_t i = 0; i < 3; i++)
		buf_init(all[i], FILE_MAX);
	make_ndb(&ndb, 5, true);
	make_bdb(&bdb, &l, 2, true);
	make_bdb(&empty, &l, 0, true);
	int root = image_new();
	put_file(root, "var/lib/rpm/Packages", buf_slice(&bdb));
	CHECK(read_image(root, &r, &why) == ERR_OK && r.items == 2 && r.notes == 0 && r.machine.updated == 1600000100);
	buf_free(&r.text);
	put_file(root, "var/lib/rpm/Packages.db", buf_slice(&ndb)); // both
	expect(root, MACHINE "note 0|var/lib/rpm/Packages|another database of rpm's: the newest form that has packages is read\n" BASH LIBS KERNEL("4") KERNEL("5"), NULL);
	CHECK(unlinkat(root, "var/lib/rpm/Packages", 0) == 0);
	sqlite3 *db = rpm_create(database); // without packages: passed over, and told
	sqlite3_close(db);
	expect(root, MACHINE "note 0|var/lib/rpm/rpmdb.sqlite|another database of rpm's: the newest form that has packages is read\n" BASH LIBS KERNEL("4") KERNEL("5"), NULL);
	CHECK(unlink(database) == 0);
	// Both folders, one a link to the other, as SUSE and Fedora have it.
	CHECK(mkdirat(root, "usr", 0755) == 0 && mkdirat(root, "usr/lib", 0755) == 0 && mkdirat(root, "usr/lib/sysimage", 0755) == 0);
	CHECK(renameat(root, "var/lib/rpm", root, "usr/lib/sysimage/rpm") == 0 && symlinkat("../../usr/lib/sysimage/rpm", root, "var/lib/rpm") == 0);
	expect(root, MACHINE BASH LIBS KERNEL("4") KERNEL("5"), NULL);
	// A link out of the image stays inside: there is nothing.
	CHECK(unlinkat(root, "usr/lib/sysimage/rpm/Packages.db", 0) == 0);
	char outside[128];
	snprintf(outside, sizeof outside, "%s.outside", image);
	put_file(AT_FDCWD, outside, buf_slice(&ndb));
	CHECK(symlinkat(outside, root, "usr/lib/sysimage/rpm/Packages.db") == 0);
	CHECK(read_image(root, &r, &why) == ERR_ABSENT && strstr(why.text, "Packages.db or Packages") != NULL);
	buf_free(&r.text);
	CHECK(unlink(outside) == 0 && unlinkat(root, "usr/lib/sysimage/rpm/Packages.db", 0) == 0);
	// Empty ones: of a machine whose packages are dpkg's, no word; of any other, an empty list.
	put_file(root, "var/lib/rpm/Packages", buf_slice(&empty));
	expect(root, MACHINE, NULL);
	CHECK(mkdirat(root, "var/lib/dpkg", 0755) == 0);
	put_file(root, "var/lib/dpkg/status", SLICE_LITERAL("Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n"));
	CHECK_SAY(read_image(root, &r, &why) == ERR_OK && r.items == 1, "%s", why.text);
	buf_free(&r.text);
	image_free(root);
	for (size_t i = 0; i < 3; i++)
		buf_free(all[i]);
}

// Another process at work, with rpm's lock: what is damaged is not told as damage. Then the same without the lock.
static void while_written(void)
{
	struct buf file;
	struct bdb_layout l = {512, false, false};
	struct recorder r;
	struct why why = {""};
	int ready[2], root = image_new();
	char byte;
	buf_init(&file, FILE_MAX);
	make_bdb(&file, &l, 100, false);
	put_file(root, "var/lib/rpm/Packages", slice_part(buf_slice(&file), 0, file.n / 2));
	CHECK(read_image(root, &r, &why) == ERR_INPUT && strstr(why.text, "cut off") != NULL);
	buf_free(&r.text);
	REQUIRE(pipe(ready) == 0);
	pid_t child = fork();
	if (child == 0) {
		struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		int fd = openat(root, "var/lib/rpm/.rpm.lock", O_RDWR | O_CREAT, 0644);
		bool ok = fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0 && write(ready[1], "x", 1) == 1;
		fd = openat(root, "var/lib/rpm/Packages", O_WRONLY);
		for (size_t part = 1; ok; part = part % 64 + 1) // forwards again and again: half of it is another time's
			ok = pwrite(fd, file.p, file.n * part / 64, 0) > 0 && (part != 64 || ftruncate(fd, (off_t)file.n / 2) == 0);
		_exit(1);
	}
	REQUIRE(read(ready[0], &byte, 1) == 1);
	unsigned whole = 0;
	for (unsigned i = 0; i < 50; i++) {
		enum err e = read_image(root, &r, &why);
		CHECK_SAY(e == ERR_AWAY || (e == ERR_OK && r.items + r.refusals == 99), "%s: %s", err_name(e), why.text);
		whole += e == ERR_OK;
		buf_free(&r.text);
	}
	kill(child, SIGKILL);
	CHECK(waitpid(child, NULL, 0) == child);
	close(ready[0]), close(ready[1]);
	printf("  %u of 50 readings while it was written\n", whole);
	buf_free(&file);
	image_free(root);
}

#ifdef TOCSIN_TEST_RPM
// What librpm reads of that folder, as `take` takes it.
static bool ask_librpm(const char *folder, struct buf *out)
{
	rpmDefineMacro(NULL, "_db_backend bdb_ro", 0);
	char macro[256];
	snprintf(macro, sizeof macro, "_dbpath %s", folder);
	rpmDefineMacro(NULL, macro, 0);
	rpmts ts = rpmtsCreate();
	rpmtsSetVSFlags(ts, RPMVSF_MASK_NODIGESTS | RPMVSF_MASK_NOSIGNATURES | RPMVSF_NOHDRCHK);
	rpmdbMatchIterator mi = rpmtsInitIterator(ts, RPMDBI_PACKAGES, NULL, 0);
	Header h;
	while (mi != NULL && (h = rpmdbNextIterator(mi)) != NULL) {
		char *evr = headerGetAsString(h, RPMTAG_EVR);
		buf_printf(out, "%u %s %s\n", headerGetInstance(h), headerGetString(h, RPMTAG_NAME), evr);
		free(evr);
	}
	bool ok = mi != NULL;
	rpmdbFreeIterator(mi);
	rpmtsFree(ts);
	return ok;
}

static enum err write_line(void *context, const struct item *i, struct why *why)
{
	(void)why;
	buf_printf(context, "%llu %.*s %.*s\n", (unsigned long long)i->line, SLICE_ARGS(i->name), SLICE_ARGS(i->version));
	return ERR_OK;
}

// librpm follows the buckets in the same order. The keys, which it tells, are left out.
static void agree(int root, const char *what, uint32_t packages)
{
	struct buf own, theirs;
	struct rpm_database *db;
	struct why why = {""};
	char folder[128];
	buf_init(&own, FILE_MAX);
	buf_init(&theirs, FILE_MAX);
	snprintf(folder, sizeof folder, "%s/var/lib/rpm", image);
	struct inventory_sink sink = {.context = &own, .item = write_line};
	CHECK(ask_librpm(folder, &theirs));
	CHECK_SAY(rpm_open(root, "var/lib/rpm/Packages", &db, &why) == ERR_OK && rpm_read(db, (struct slice){0}, &sink, NULL, &why) == ERR_OK, "%s: %s", what, why.text);
	rpm_close(db);
	buf_put_u8(&own, 0), buf_put_u8(&theirs, 0);
	char *key_line = strstr((char *)theirs.p, "3 gpg-pubkey"), *rest = key_line != NULL ? strchr(key_line, '\n') + 1 : NULL;
	CHECK_SAY(rest != NULL, "%s: librpm has not the key", what);
	if (rest != NULL)
		memmove(key_line, rest, strlen(rest) + 1);
	uint32_t lines = 0;
	for (const uint8_t *p = own.p; *p != 0; p++)
		lines += *p == '\n';
	CHECK_SAY(strcmp((char *)own.p, (char *)theirs.p) == 0 && lines == packages - 1, "%s: %u lines", what, lines);
	buf_free(&own);
	buf_free(&theirs);
}

// How many packages are read; -1: it is refused.
static int packages_of(int root)
{
	struct rpm_database *db = NULL;
	struct buf lines;
	struct why why;
	int n = -1;
	buf_init(&lines, FILE_MAX);
	struct inventory_sink sink = {.context = &lines, .item = write_line};
	if (rpm_open(root, "var/lib/rpm/Packages", &db, &why) == ERR_OK && rpm_read(db, (struct slice){0}, &sink, NULL, &why) == ERR_OK)
		n = 0;
	for (size_t i = 0; n >= 0 && i < lines.n; i++)
		n += lines.p[i] == '\n';
	rpm_close(db);
	buf_free(&lines);
	return n;
}

// Through Berkeley DB's own program, which does not know rpm: a database with splits of its making.
static bool load(const char *path, const struct bdb_layout *l, uint32_t packages)
{
	char command[512];
	struct buf header, hex;
	snprintf(command, sizeof command, "db5.3_load -c db_pagesize=%u -c db_lorder=%d -t hash '%s'", l->page, l->big_endian ? 4321 : 1234, path);
	FILE *f = popen(command, "w");
	if (f == NULL)
		return false;
	buf_init(&header, 1u << 16);
	buf_init(&hex, 1u << 18);
	fprintf(f, "VERSION=3\nformat=bytevalue\ntype=hash\nHEADER=END\n");
	if (packages > 0) // record 0 comes with the first one
		fprintf(f, " 00000000\n %s\n", l->big_endian ? "000003e8" : "e8030000");
	for (uint32_t i = 1; i <= packages; i++) {
		uint8_t number[4];
		put_package(&header, i, false);
		bdb_u32(l, number, i);
		buf_clear(&hex);
		buf_put_hex(&hex, slice_of(number, 4));
		buf_put_text(&hex, "\n ");
		buf_put_hex(&hex, buf_slice(&header));
		fprintf(f, " %.*s\n", SLICE_ARGS(buf_slice(&hex)));
	}
	fprintf(f, "DATA=END\n");
	buf_free(&header);
	buf_free(&hex);
	return pclose(f) == 0;
}
#endif

static void as_librpm_says(void)
{
#ifndef TOCSIN_TEST_RPM
	test_skip("librpm-dev is not installed: nobody to agree with");
#else
	static const struct bdb_layout layouts[] = {{512, false, false}, {4096, true, false}, {16384, false, true}, {4096, false, false}};
	struct buf file;
	int root = image_new();
	char path[128];
	bool loads = system("command -v db5.3_load >/dev/null") == 0;
	buf_init(&file, FILE_MAX);
	rpmlogSetMask(RPMLOG_UPTO(RPMLOG_ERR)); // it misses the indices
	snprintf(path, sizeof path, "%s/var/lib/rpm/Packages", image);
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
		make_bdb(&file, &layouts[i], 60, layouts[i].here);
		put_file(root, "var/lib/rpm/Packages", buf_slice(&file));
		agree(root, "by hand", 60);
		for (uint32_t n = 0; loads && n < 3; n++) { // none: as `rpm --initdb` leaves it
			CHECK(unlink(path) == 0 && load(path, &layouts[i], n));
			CHECK_SAY(packages_of(root) == (int)n, "%u packages by db5.3_load: %d", n, packages_of(root));
		}
		CHECK(!loads || (unlink(path) == 0 && load(path, &layouts[i], 500)));
		if (loads)
			agree(root, "by db5.3_load", 500);
	}
	rpmFreeMacros(NULL);
	buf_free(&file);
	image_free(root);
	if (!loads)
		test_skip("db5.3-util is not installed: no database of Berkeley DB's own making");
#endif
}

const struct test tests[] = {
	{"Berkeley DB: page sizes, byte orders, values on their page and elsewhere", berkeley},
	{"Berkeley DB: pages that were never written", berkeley_unwritten},
	{"ndb", new_database},
	{"Berkeley DB: refused", berkeley_refused},
	{"ndb: refused", new_refused},
	{"both cut and changed at every place", damaged},
	{"images: places, links, two forms", images},
	{"while it is written", while_written},
	{"Berkeley DB: as librpm says", as_librpm_says},
	{NULL, NULL},
};
