#include "inventory/machine.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "inventory/live.h"
#include "inventory/packages.h"
#include "inventory/root.h"
#include "version/version.h"

#define HOSTNAME_FILE_MAX 4096u
#define NOTE_MAX 160
#define KERNEL_TEXT_MAX (KERNEL_RELEASE_MAX + VERSION_MAX + 2)

struct scan {
	int root;
	const struct machine_options *options;
	const struct inventory_sink *sink;
	struct machine machine;
	struct os_release os;
	enum os_packager packager; // the one whose order the kernel follows
	struct buf release, release_room, hostname;
	struct buf dpkg, stateless, apk;
	bool has_dpkg, has_stateless, has_apk;
	struct rpm_database *rpm;
	const char *rpm_path;
	int64_t dpkg_updated, apk_updated, rpm_updated;
	struct utsname uts;
	char newest[KERNEL_RELEASE_MAX];
	char running_text[KERNEL_TEXT_MAX], newest_text[KERNEL_TEXT_MAX];
	char ecosystem[OS_ECOSYSTEM_MAX];
};

static const struct inventory_sink nobody;

// ERR_OK with *found false where there is no such file.
static enum err read_optional(int root, const char *path, size_t max, struct buf *b, struct stat *info, bool *found, struct why *why)
{
	enum err e = root_read(root, path, max, b, info, why);
	*found = e == ERR_OK;
	return e == ERR_ABSENT ? ERR_OK : e;
}

static enum err read_release(struct scan *s, struct why *why)
{
	static const char *const paths[] = {"etc/os-release", "usr/lib/os-release"};
	bool found = false;
	enum err e = ERR_OK;
	for (size_t i = 0; i < sizeof paths / sizeof *paths && e == ERR_OK && !found; i++)
		e = read_optional(s->root, paths[i], OS_RELEASE_MAX, &s->release, NULL, &found, why);
	if (e != ERR_OK)
		return e;
	char *room = (char *)buf_add(&s->release_room, s->release.n);
	if (room == NULL && s->release.n > 0)
		return why_set(why, buf_status(&s->release_room), "os-release: no memory");
	return os_release_parse(buf_slice(&s->release), room, &s->os, &nobody, why);
}

// The host name of an image: the first line of etc/hostname that is no comment (hostname(5)).
static enum err read_hostname(struct scan *s, struct why *why)
{
	bool found;
	struct slice name = s->options->name;
	enum err e = ERR_OK;
	if (name.n == 0 && s->options->running)
		name = slice_text(s->uts.nodename);
	else if (name.n == 0) {
		e = read_optional(s->root, "etc/hostname", HOSTNAME_FILE_MAX, &s->hostname, NULL, &found, why);
		struct slice text = buf_slice(&s->hostname);
		for (size_t at = 0; e == ERR_OK && at < text.n && name.n == 0;) {
			size_t end = slice_find(text, '\n', at);
			struct slice line = slice_trim(slice_part(text, at, end - at));
			name = line.n > 0 && line.p[0] == '#' ? name : line;
			at = end + 1;
		}
	}
	s->machine.name = name;
	return e;
}

// The newest list of files: dpkg writes one when it unpacks a package.
static enum err newest_list(void *context, int dir, const char *name, struct why *why)
{
	int64_t *newest = context;
	struct stat info;
	size_t n = strlen(name);
	(void)why;
	if (n > 5 && strcmp(name + n - 5, ".list") == 0 && fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_mtime > *newest)
		*newest = info.st_mtime;
	return ERR_OK;
}

static enum err add_stateless(void *context, int dir, const char *name, struct why *why)
{
	struct scan *s = context;
	char path[ROOT_PATH_MAX];
	struct stat info;
	size_t n = strlen(name);
	(void)dir;
	if (n > 8 && strcmp(name + n - 8, ".md5sums") == 0)
		return ERR_OK;
	snprintf(path, sizeof path, "var/lib/dpkg/status.d/%s", name);
	enum err e = root_read(s->root, path, PACKAGES_BYTES_MAX, &s->stateless, &info, why);
	if (e == ERR_OK && info.st_mtime > s->dpkg_updated)
		s->dpkg_updated = info.st_mtime;
	if (e == ERR_ABSENT) // a link that leads nowhere, or gone meanwhile: not a shorter list
		return why_at(why, ERR_INPUT, "var/lib/dpkg/status.d");
	buf_put_text(&s->stateless, "\n\n");
	return e == ERR_OK ? buf_status(&s->stateless) : e;
}

static enum err open_dpkg(struct scan *s, struct why *why)
{
	struct stat info = {0};
	enum err e = read_optional(s->root, "var/lib/dpkg/status", PACKAGES_BYTES_MAX, &s->dpkg, &info, &s->has_dpkg, why);
	if (e == ERR_OK && s->has_dpkg) {
		enum err listed = root_list(s->root, "var/lib/dpkg/info", newest_list, &s->dpkg_updated, why);
		if (listed != ERR_OK || s->dpkg_updated == INVENTORY_UNKNOWN_DATE)
			s->dpkg_updated = info.st_mtime;
	}
	if (e == ERR_OK) {
		e = root_list(s->root, "var/lib/dpkg/status.d", add_stateless, s, why);
		s->has_stateless = s->stateless.n > 0;
		e = e == ERR_ABSENT ? ERR_OK : e;
	}
	return e;
}

static enum err open_apk(struct scan *s, struct why *why)
{
	static const char *const paths[] = {"lib/apk/db/installed", "usr/lib/apk/db/installed"};
	struct stat info = {0};
	enum err e = ERR_OK;
	for (size_t i = 0; i < sizeof paths / sizeof *paths && e == ERR_OK && !s->has_apk; i++)
		e = read_optional(s->root, paths[i], PACKAGES_BYTES_MAX, &s->apk, &info, &s->has_apk, why);
	if (s->has_apk)
		s->apk_updated = info.st_mtime;
	return e;
}

static enum err count_item(void *context, const struct item *i, struct why *why)
{
	(void)i, (void)why;
	++*(uint64_t *)context;
	return ERR_OK;
}

static enum err count_refused(void *context, const struct refused *r, struct why *why)
{
	(void)r, (void)why;
	++*(uint64_t *)context;
	return ERR_OK;
}

// In the order of rpm's own preference for a form; either directory may be a link to the other.
static const char *const rpm_paths[] = {
	"usr/lib/sysimage/rpm/rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite",      "usr/lib/sysimage/rpm/Packages.db",
	"var/lib/rpm/Packages.db",           "usr/lib/sysimage/rpm/Packages", "var/lib/rpm/Packages",
};
#define RPM_PATHS (sizeof rpm_paths / sizeof *rpm_paths)

// The first that has packages. An empty one is rpm as a tool, on a system of another packager, or left of another form.
static enum err open_rpm(struct scan *s, struct why *why)
{
	for (size_t i = 0; i < RPM_PATHS; i++) {
		struct rpm_database *db = NULL;
		uint64_t count = 0;
		struct inventory_sink counter = {.context = &count, .item = count_item, .refused = count_refused};
		enum err e = rpm_open(s->root, rpm_paths[i], &db, why);
		if (e == ERR_ABSENT)
			continue;
		if (e == ERR_OK)
			e = rpm_read(db, (struct slice){0}, &counter, &s->rpm_updated, why);
		if (e == ERR_OK && (count > 0 || (s->rpm == NULL && !s->has_dpkg && !s->has_stateless && !s->has_apk))) {
			rpm_close(s->rpm);
			s->rpm = db;
			s->rpm_path = rpm_paths[i];
		} else
			rpm_close(db);
		if (e != ERR_OK || count > 0)
			return e;
	}
	return ERR_OK;
}

static enum err open_databases(struct scan *s, struct why *why)
{
	enum err e = open_dpkg(s, why);
	if (e == ERR_OK)
		e = open_apk(s, why);
	if (e == ERR_OK)
		e = open_rpm(s, why);
	if (e != ERR_OK)
		return e;
	bool deb = s->has_dpkg || s->has_stateless;
	if (!deb && !s->has_apk && s->rpm == NULL)
		return why_set(why, ERR_ABSENT, "no package database below this root: neither dpkg's (var/lib/dpkg/status), nor apk's "
		                                "(lib/apk/db/installed), nor rpm's (rpmdb.sqlite, Packages.db or Packages in var/lib/rpm or usr/lib/sysimage/rpm)");
	s->packager = deb ? OS_DEB : s->rpm != NULL ? OS_RPM : OS_APK;
	s->machine.updated = deb ? s->dpkg_updated : s->rpm != NULL ? s->rpm_updated : s->apk_updated;
	return ERR_OK;
}

// The version of the package that holds the kernel image of a release.
struct image {
	char name[KERNEL_RELEASE_MAX + 16];
	char version[VERSION_MAX];
};

static enum err find_image(void *context, const struct item *i, struct why *why)
{
	struct image *image = context;
	(void)why;
	if (slice_is_text(i->name, image->name) && i->version.n < sizeof image->version) {
		memcpy(image->version, i->version.p, i->version.n);
		image->version[i->version.n] = 0;
	}
	return ERR_OK;
}

// Debian replaces an image without a new release: its version is in uname -v, "… Debian 6.1.76-1 (2024-02-01)". Then both texts
// have the package's version too.
static enum err compare_builds(struct scan *s, struct why *why)
{
	static const char mark[] = " Debian ";
	struct image image = {.version = ""};
	struct inventory_sink sink = {.context = &image, .item = find_image};
	const char *at = strstr(s->uts.version, mark);
	if (at == NULL || !s->has_dpkg || strcmp(s->newest, s->uts.release) != 0)
		return ERR_OK;
	struct slice built = slice_text(at + sizeof mark - 1);
	built.n = slice_find(built, ' ', 0);
	snprintf(image.name, sizeof image.name, "linux-image-%s", s->uts.release);
	enum err e = dpkg_read(buf_slice(&s->dpkg), false, (struct slice){0}, &sink, why);
	int order = 0;
	struct why unused;
	if (e == ERR_OK && image.version[0] != 0 && version_compare(VERSION_DEB, built, slice_text(image.version), &order, &unused) == ERR_OK &&
	    order < 0) {
		snprintf(s->running_text, sizeof s->running_text, "%s %.*s", s->uts.release, SLICE_ARGS(built));
		snprintf(s->newest_text, sizeof s->newest_text, "%s %s", s->newest, image.version);
	}
	return e;
}

static enum err read_kernels(struct scan *s, struct why *why)
{
	struct slice running = slice_text(s->options->running ? s->uts.release : "");
	enum err e = kernel_newest(s->root, s->packager, running, s->newest, why);
	if (e == ERR_OK && s->options->running)
		e = compare_builds(s, why);
	s->machine.kernel_running = s->running_text[0] != 0 ? slice_text(s->running_text) : running;
	s->machine.kernel_installed = slice_text(s->newest_text[0] != 0 ? s->newest_text : s->newest);
	return e;
}

static enum err tell_release(struct scan *s, struct why *why)
{
	struct os_release again;
	if (s->release.n == 0)
		return inventory_note(s->sink, 0, SLICE_LITERAL("etc/os-release"), "absent or empty: the distribution is not known", why);
	return os_release_parse(buf_slice(&s->release), (char *)s->release_room.p, &again, s->sink, why);
}

static enum err stop_at_name(void *context, int dir, const char *name, struct why *why)
{
	(void)context, (void)dir;
	return why_set(why, ERR_EXISTS, "%s", name);
}

// dpkg keeps what it did not yet write into the status file in updates/.
static enum err tell_work(struct scan *s, struct why *why)
{
	struct why unused;
	bool locked = root_is_locked(s->root, "var/lib/dpkg/lock") || root_is_locked(s->root, "var/lib/dpkg/lock-frontend");
	bool pending = root_list(s->root, "var/lib/dpkg/updates", stop_at_name, NULL, &unused) == ERR_EXISTS;
	if (pending)
		return inventory_note(s->sink, 0, SLICE_LITERAL("var/lib/dpkg/updates"),
		                      "dpkg is at work or was interrupted (then: dpkg --configure -a): the list may be older than the machine", why);
	return locked ? inventory_note(s->sink, 0, SLICE_LITERAL("var/lib/dpkg/lock"), "apt or dpkg is at work: the list may change at once", why)
	              : ERR_OK;
}

// The ecosystem of one packager's packages, told where there is none.
static enum err ecosystem_of(struct scan *s, enum os_packager packager, struct slice *ecosystem, struct why *why)
{
	const char *note;
	*ecosystem = os_ecosystem(&s->os, packager, s->ecosystem, &note) ? slice_text(s->ecosystem) : (struct slice){0};
	return note == NULL || s->release.n == 0 ? ERR_OK : inventory_note(s->sink, 0, s->os.id, note, why);
}

// Which of two rpm uses, its settings alone say.
static enum err tell_other_rpm(struct scan *s, struct why *why)
{
	struct stat own, other;
	enum err e = ERR_OK;
	if (root_stat(s->root, s->rpm_path, &own, NULL) != ERR_OK)
		return ERR_OK;
	for (size_t i = 0; i < RPM_PATHS && e == ERR_OK; i++)
		if (root_stat(s->root, rpm_paths[i], &other, NULL) == ERR_OK && (own.st_dev != other.st_dev || own.st_ino != other.st_ino))
			e = inventory_note(s->sink, 0, slice_text(rpm_paths[i]), "another database of rpm's: the newest form that has packages is read", why);
	return e;
}

static enum err tell_packages(struct scan *s, struct why *why)
{
	struct slice ecosystem;
	enum err e = ERR_OK;
	if (s->has_dpkg || s->has_stateless) {
		e = ecosystem_of(s, OS_DEB, &ecosystem, why);
		if (e == ERR_OK)
			e = tell_work(s, why);
		if (e == ERR_OK)
			e = dpkg_read(buf_slice(&s->dpkg), false, ecosystem, s->sink, why);
		if (e == ERR_OK)
			e = dpkg_read(buf_slice(&s->stateless), true, ecosystem, s->sink, why);
	}
	if (e == ERR_OK && s->has_apk) {
		e = ecosystem_of(s, OS_APK, &ecosystem, why);
		if (e == ERR_OK)
			e = apk_read(buf_slice(&s->apk), ecosystem, s->sink, why);
	}
	if (e == ERR_OK && s->rpm != NULL) {
		e = ecosystem_of(s, OS_RPM, &ecosystem, why);
		if (e == ERR_OK && (root_is_locked(s->root, "usr/lib/sysimage/rpm/.rpm.lock") || root_is_locked(s->root, "var/lib/rpm/.rpm.lock")))
			e = inventory_note(s->sink, 0, SLICE_LITERAL(".rpm.lock"), "rpm is at work: the list may change at once", why);
		if (e == ERR_OK)
			e = tell_other_rpm(s, why);
		if (e == ERR_OK)
			e = rpm_read(s->rpm, ecosystem, s->sink, NULL, why);
	}
	return e;
}

static enum err tell_restarts(struct scan *s, struct why *why)
{
	uint64_t unread = 0;
	char text[NOTE_MAX];
	enum err e = restart_scan(s->root, s->sink, &unread, why);
	if (e == ERR_ABSENT)
		return inventory_note(s->sink, 0, SLICE_LITERAL("proc"), "absent: processes that need a restart are not looked for", why);
	snprintf(text, sizeof text, "%llu processes", (unsigned long long)unread);
	return e != ERR_OK || unread == 0 ? e : inventory_note(s->sink, 0, slice_text(text), "not ours to look at: run as root to know whether they need a restart", why);
}

static enum err run(struct scan *s, struct why *why)
{
	const char *note;
	enum err e = read_release(s, why);
	if (e == ERR_OK)
		e = read_hostname(s, why);
	if (e == ERR_OK)
		e = open_databases(s, why);
	if (e == ERR_OK)
		e = read_kernels(s, why);
	if (e != ERR_OK)
		return e;
	s->machine.os_id = s->release.n > 0 ? s->os.id : (struct slice){0};
	s->machine.os_version = s->os.version_id;
	s->machine.os_name = s->os.pretty;
	s->machine.os_codename = s->os.codename;
	if (os_ecosystem(&s->os, s->packager, s->ecosystem, &note))
		s->machine.ecosystem = slice_text(s->ecosystem);
	e = inventory_begin(s->sink, &s->machine, why);
	if (e == ERR_OK)
		e = tell_release(s, why);
	if (e == ERR_OK)
		e = tell_packages(s, why);
	return e == ERR_OK && s->options->running ? tell_restarts(s, why) : e;
}

enum err inventory_machine(int root_fd, const struct machine_options *o, const struct inventory_sink *sink, struct why *why)
{
	struct scan s = {.root = root_fd, .options = o, .sink = sink};
	s.machine = (struct machine){.caretaker = o->caretaker, .role = o->role, .exposure = o->exposure, .taken = o->taken};
	s.dpkg_updated = s.apk_updated = s.rpm_updated = INVENTORY_UNKNOWN_DATE;
	struct buf *const small[] = {&s.release, &s.release_room, &s.hostname}, *const large[] = {&s.dpkg, &s.stateless, &s.apk};
	for (size_t i = 0; i < 3; i++) {
		buf_init(small[i], OS_RELEASE_MAX + 1);
		buf_init(large[i], PACKAGES_BYTES_MAX + 1);
	}
	enum err e = o->running && uname(&s.uts) != 0 ? why_set(why, ERR_SYSTEM, "uname failed") : run(&s, why);
	for (size_t i = 0; i < 3; i++) {
		buf_free(small[i]);
		buf_free(large[i]);
	}
	rpm_close(s.rpm);
	return e;
}
