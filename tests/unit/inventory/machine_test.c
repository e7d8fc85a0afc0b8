#include "inventory/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inventory/live.h"
#include "inventory/root.h"
#include "recorder.h"

static char image[64];

// An empty directory that is a root; files are put into it by path.
static int image_new(void)
{
	strcpy(image, "/tmp/inventory_image.XXXXXX");
	return mkdtemp(image) != NULL ? open(image, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

static void image_free(int root)
{
	char command[128];
	close(root);
	snprintf(command, sizeof command, "rm -rf '%s'", image);
	CHECK(system(command) == 0);
}

static void put(int root, const char *path, const char *text)
{
	char folder[256];
	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
		(void)mkdirat(root, folder, 0755);
	}
	int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

#define DEBIAN "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
#define STATUS "Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2+b7\nSource: bash (5.2.15-2)\nArchitecture: amd64\n\n"

static enum err read_root(int root, bool running, struct recorder *r, struct why *why)
{
	recorder_init(r);
	struct inventory_sink sink = recorder_sink(r);
	struct machine_options o = {.running = running, .taken = 1700000000, .role = ROLE_SERVER};
	return inventory_machine(root, &o, &sink, why);
}

static void debian_image(void)
{
	int root = image_new();
	struct recorder r;
	struct why why = {""};
	REQUIRE(root >= 0);
	put(root, "etc/os-release", DEBIAN);
	put(root, "etc/hostname", "# name\nweb-1\n");
	put(root, "var/lib/dpkg/status", STATUS);
	put(root, "boot/vmlinuz-6.1.0-9-amd64", "");
	put(root, "boot/vmlinuz-6.1.0-18-amd64", "");
	put(root, "boot/vmlinuz-6.1.0-18-amd64.old", "");
	CHECK_SAY(read_root(root, false, &r, &why) == ERR_OK, "%s", why.text);
	CHECK_TEXT(recorder_text(&r), "machine web-1|debian|12|Debian:12\nitem package|Debian:12|bash|5.2.15-2+b7|bash|5.2.15-2|amd64\n");
	CHECK(r.machine.taken == 1700000000 && r.machine.updated > 1700000000 && r.machine.role == ROLE_SERVER);
	CHECK(r.machine.kernel_running.n == 0 && r.machine.kernel_installed.n == strlen("6.1.0-18-amd64"));
	buf_free(&r.text);
	// A clock that was wrong, and a name that is no text: told, and the rest as before.
	struct timespec odd[2] = {{.tv_sec = -86400}, {.tv_sec = -86400}};
	CHECK(utimensat(root, "var/lib/dpkg/status", odd, 0) == 0);
	put(root, "etc/hostname", "w\teb\xff\n");
	CHECK(read_root(root, false, &r, &why) == ERR_OK && r.machine.updated == INVENTORY_UNKNOWN_DATE);
	CHECK_TEXT(recorder_text(&r), "machine w?eb?|debian|12|Debian:12\n"
	                              "note 0|w?eb?|the machine's name is no text of at most 1024 bytes: '?' stands for what it was not\n"
	                              "note 0|-86400|the package manager's last change, in seconds, is before 1970 or after 9999: not known\n"
	                              "item package|Debian:12|bash|5.2.15-2+b7|bash|5.2.15-2|amd64\n");
	buf_free(&r.text);
	// The lists of files say when something was unpacked, whenever the status file was touched.
	put(root, "var/lib/dpkg/info/bash.list", "/bin/bash\n");
	struct timespec times[2] = {{.tv_sec = 1600000000}, {.tv_sec = 1600000000}};
	CHECK(utimensat(root, "var/lib/dpkg/info/bash.list", times, 0) == 0);
	CHECK(read_root(root, false, &r, &why) == ERR_OK && r.machine.updated == 1600000000);
	buf_free(&r.text);
	image_free(root);
}

static void other_images(void)
{
	struct recorder r;
	struct why why = {""};
	int root = image_new();
	put(root, "usr/lib/os-release", "ID=alpine\nVERSION_ID=3.20.1\nrubbish\n");
	put(root, "lib/apk/db/installed", "P:libssl3\nV:3.3.1-r0\nA:x86_64\no:openssl\n\n");
	CHECK(read_root(root, false, &r, &why) == ERR_OK);
	CHECK_TEXT(recorder_text(&r), "machine |alpine|3.20.1|Alpine:v3.20\nrefused 3|rubbish|no NAME=value\n"
	                              "item package|Alpine:v3.20|libssl3|3.3.1-r0|openssl||x86_64\n");
	buf_free(&r.text);
	image_free(root);

	root = image_new();
	put(root, "etc/os-release", DEBIAN);
	put(root, "var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all");
	put(root, "var/lib/dpkg/status.d/tzdata.md5sums", "00  usr/share/x\n");
	CHECK(read_root(root, false, &r, &why) == ERR_OK);
	CHECK_TEXT(recorder_text(&r), "machine |debian|12|Debian:12\nitem package|Debian:12|tzdata|2024a-0+deb12u1|||all\n");
	buf_free(&r.text);
	image_free(root);

	root = image_new(); // no os-release: packages are told, of no ecosystem
	put(root, "var/lib/dpkg/status", STATUS);
	CHECK(read_root(root, false, &r, &why) == ERR_OK);
	CHECK_TEXT(recorder_text(&r), "machine |||\nnote 0|etc/os-release|absent or empty: the distribution is not known\n"
	                              "item package||bash|5.2.15-2+b7|bash|5.2.15-2|amd64\n");
	buf_free(&r.text);
	put(root, "etc/os-release", "ID=kali\nID_LIKE=debian\n");
	CHECK(read_root(root, false, &r, &why) == ERR_OK && strstr(recorder_text(&r), "note 0|kali|a derivative of Debian") != NULL);
	buf_free(&r.text);
	image_free(root);
}

// Where systems keep their files: merged into usr, linked with absolute paths, without dpkg.
static void layouts(void)
{
#define APK "P:libssl3\nV:3.3.1-r0\nA:x86_64\no:openssl\n\n"
	static const struct {
		const char *what, *files[3][2], *links[3][2], *want;
	} rows[] = {
		{"apk 3 in usr", {{"usr/lib/os-release", "ID=alpine\nVERSION_ID=3.23.0\n"}, {"usr/lib/apk/db/installed", APK}}, {{NULL}},
		 "machine |alpine|3.23.0|Alpine:v3.23\nitem package|Alpine:v3.23|libssl3|3.3.1-r0|openssl||x86_64\n"},
		{"apk, lib merged into usr", {{"usr/lib/os-release", "ID=alpine\nVERSION_ID=3.23.0\n"}, {"usr/lib/apk/db/installed", APK}},
		 {{"usr/lib", "lib"}, {"../usr/lib/os-release", "etc/os-release"}},
		 "machine |alpine|3.23.0|Alpine:v3.23\nitem package|Alpine:v3.23|libssl3|3.3.1-r0|openssl||x86_64\n"},
		{"Alpine edge", {{"etc/os-release", "ID=alpine\nVERSION_ID=3.24.0_alpha20260127\nPRETTY_NAME=\"Alpine Linux edge\"\n"}, {"lib/apk/db/installed", APK}}, {{NULL}},
		 "machine |alpine|3.24.0_alpha20260127|\nnote 0|alpine|its release (VERSION_ID) is none that OSV can have a word for: its packages have no ecosystem\n"
		 "item package||libssl3|3.3.1-r0|openssl||x86_64\n"},
		{"Ubuntu, an absolute link", {{"usr/lib/os-release", "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\nVERSION_CODENAME=noble\n"},
		 {"var/lib/dpkg/status", STATUS}}, {{"/usr/lib/os-release", "etc/os-release"}},
		 "machine |ubuntu|24.04|Ubuntu:24.04:LTS\nitem package|Ubuntu:24.04:LTS|bash|5.2.15-2+b7|bash|5.2.15-2|amd64\n"},
		{"a link that leads nowhere", {{"usr/lib/os-release", DEBIAN}, {"var/lib/dpkg/status", STATUS}}, {{"/run/os-release", "etc/os-release"}},
		 "machine |debian|12|Debian:12\nitem package|Debian:12|bash|5.2.15-2+b7|bash|5.2.15-2|amd64\n"},
		{"distroless", {{"usr/lib/os-release", DEBIAN}, {"var/lib/dpkg/status.d/libc6", "Package: libc6\nSource: glibc\nVersion: 2.36-9+deb12u4\nArchitecture: amd64\n"},
		 {"var/lib/dpkg/status.d/libc6.md5sums", "00  lib/x\n"}}, {{"../usr/lib/os-release", "etc/os-release"}},
		 "machine |debian|12|Debian:12\nitem package|Debian:12|libc6|2.36-9+deb12u4|glibc||amd64\n"},
		{"dpkg beside what has no dpkg", {{"etc/os-release", DEBIAN}, {"var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\n"}, {"var/lib/dpkg/status", STATUS}}, {{NULL}},
		 "machine |debian|12|Debian:12\nitem package|Debian:12|bash|5.2.15-2+b7|bash|5.2.15-2|amd64\nitem package|Debian:12|a|1|||\n"},
		{"states", {{"etc/os-release", DEBIAN}, {"var/lib/dpkg/status", "Package: a\nStatus: install ok triggers-pending\nVersion: 1\n\n"
		 "Package: b\nStatus: install reinstreq half-installed\nVersion: 2\n\nPackage: c\nStatus: deinstall ok config-files\nVersion: 3\n\n"
		 "Package: d\nStatus: install reinstreq half-installed\n"}}, {{NULL}},
		 "machine |debian|12|Debian:12\nitem package|Debian:12|a|1|||\nnote 5|b|half-installed: taken as installed, but its files may be missing\n"
		 "item package|Debian:12|b|2|||\nrefused 13|d|no Version, or not of ASCII without blanks\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct recorder r;
		struct why why = {""};
		int root = image_new();
		for (size_t f = 0; f < 3 && rows[i].files[f][0] != NULL; f++)
			put(root, rows[i].files[f][0], rows[i].files[f][1]);
		(void)mkdirat(root, "etc", 0755);
		for (size_t l = 0; l < 3 && rows[i].links[l][0] != NULL; l++)
			CHECK(symlinkat(rows[i].links[l][0], root, rows[i].links[l][1]) == 0);
		CHECK_SAY(read_root(root, false, &r, &why) == ERR_OK, "%s: %s", rows[i].what, why.text);
		CHECK_SAY(strcmp(recorder_text(&r), rows[i].want) == 0, "%s: %s", rows[i].what, recorder_text(&r));
		buf_free(&r.text);
		image_free(root);
	}
}

static void work_in_progress(void)
{
	struct recorder r;
	struct why why = {""};
	int root = image_new();
	put(root, "etc/os-release", DEBIAN);
	put(root, "var/lib/dpkg/status", STATUS);
	put(root, "var/lib/dpkg/lock", "");
	CHECK(read_root(root, false, &r, &why) == ERR_OK && r.notes == 0 && r.items == 1);
	buf_free(&r.text);
	// A lock of another process is seen; one's own never is.
	int tell[2], held[2];
	char byte = 0;
	REQUIRE(pipe(tell) == 0 && pipe(held) == 0);
	pid_t child = fork();
	if (child == 0) {
		struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		int fd = openat(root, "var/lib/dpkg/lock", O_RDWR);
		byte = fcntl(fd, F_SETLK, &lock) == 0;
		close(tell[1]);
		_exit(write(held[1], &byte, 1) != 1 || read(tell[0], &byte, 1) != 0);
	}
	CHECK(read(held[0], &byte, 1) == 1 && byte == 1);
	CHECK(read_root(root, false, &r, &why) == ERR_OK && r.notes == 1 && r.items == 1);
	CHECK(strstr(recorder_text(&r), "apt or dpkg is at work") != NULL);
	buf_free(&r.text);
	close(tell[0]), close(tell[1]), close(held[0]), close(held[1]);
	CHECK(waitpid(child, NULL, 0) == child);
	put(root, "var/lib/dpkg/updates/0001", "Package: bash\n");
	CHECK(read_root(root, false, &r, &why) == ERR_OK && strstr(recorder_text(&r), "dpkg --configure -a") != NULL);
	buf_free(&r.text);
	image_free(root);
}

// Links of an image are followed inside it; what they mean outside is never opened.
static void hostile_images(void)
{
	struct recorder r;
	struct why why = {""};
	int root = image_new();
	put(root, "etc/os-release", DEBIAN);
	put(root, "var/lib/dpkg/info/x", "");
	REQUIRE(symlinkat("/var/lib/dpkg/status", root, "var/lib/dpkg/status") == 0); // itself, inside; a real file outside
	CHECK_SAY(read_root(root, false, &r, &why) == ERR_INPUT, "%s", why.text);
	CHECK(r.items == 0 && r.machines == 0 && strstr(why.text, "var/lib/dpkg/status") != NULL);
	buf_free(&r.text);
	REQUIRE(unlinkat(root, "var/lib/dpkg/status", 0) == 0);
	REQUIRE(symlinkat("../../../../../../../../etc/passwd", root, "var/lib/dpkg/status") == 0);
	CHECK_SAY(read_root(root, false, &r, &why) == ERR_ABSENT, "%s", why.text);
	buf_free(&r.text);
	put(root, "etc/passwd", STATUS); // now it is there, inside
	CHECK_SAY(read_root(root, false, &r, &why) == ERR_OK && r.items == 1, "%s", why.text);
	buf_free(&r.text);
	REQUIRE(unlinkat(root, "var/lib/dpkg/status", 0) == 0 && mkfifoat(root, "var/lib/dpkg/status", 0644) == 0);
	CHECK_SAY(read_root(root, false, &r, &why) == ERR_INPUT, "%s", why.text); // nobody waits for a writer
	buf_free(&r.text);
	REQUIRE(unlinkat(root, "var/lib/dpkg/status", 0) == 0 && mkdirat(root, "var/lib/dpkg/status", 0755) == 0);
	CHECK_SAY(read_root(root, false, &r, &why) == ERR_INPUT, "%s", why.text);
	buf_free(&r.text);
	REQUIRE(unlinkat(root, "var/lib/dpkg/status", AT_REMOVEDIR) == 0);
	CHECK(symlinkat("/etc", root, "var/lib/dpkg/status.d") == 0); // a folder of the image: os-release and passwd
	CHECK_SAY(read_root(root, false, &r, &why) == ERR_OK, "%s", why.text);
	CHECK_SAY(r.items == 1 && r.refusals > 0, "%s", recorder_text(&r));
	buf_free(&r.text);
	put(root, "etc/os-release", "");
	int fd = openat(root, "etc/os-release", O_WRONLY);
	CHECK(ftruncate(fd, OS_RELEASE_MAX + 1) == 0);
	close(fd);
	CHECK(read_root(root, false, &r, &why) == ERR_LIMIT);
	buf_free(&r.text);
	image_free(root);
}

static void empty_root(void)
{
	struct recorder r;
	struct why why = {""};
	int root = image_new();
	CHECK(read_root(root, false, &r, &why) == ERR_ABSENT && r.machines == 0);
	CHECK(strstr(why.text, "var/lib/dpkg/status") != NULL);
	buf_free(&r.text);
	image_free(root);
}

// A writer that never rests: either one state of the file, or a clear word.
static void a_file_that_changes(void)
{
	int root = image_new();
	struct why why = {""};
	struct buf b;
	buf_init(&b, 1u << 24);
	put(root, "f", "");
	pid_t child = fork();
	if (child == 0) {
		int fd = openat(root, "f", O_WRONLY);
		static char block[65536];
		for (;;) {
			for (unsigned i = 0; i < 64; i++)
				(void)!write(fd, memset(block, 'a' + (int)(i % 26), sizeof block), sizeof block);
			(void)!ftruncate(fd, 0);
			lseek(fd, 0, SEEK_SET);
		}
	}
	for (unsigned i = 0; i < 50; i++) {
		buf_clear(&b);
		enum err e = root_read(root, "f", 1u << 23, &b, NULL, &why);
		CHECK_SAY(e == ERR_OK || e == ERR_AWAY, "%s", why.text);
	}
	kill(child, SIGKILL);
	CHECK(waitpid(child, NULL, 0) == child);
	CHECK(root_read(root, "f", 1u << 23, &b, NULL, &why) == ERR_OK);
	buf_free(&b);
	image_free(root);
}

static const struct {
	const char *files[5];
	enum os_packager packager;
	const char *running, *newest;
} kernels[] = {
	{{"boot/vmlinuz-6.1.0-9-amd64", "boot/vmlinuz-6.1.0-18-amd64"}, OS_DEB, "6.1.0-9-amd64", "6.1.0-18-amd64"},
	{{"boot/vmlinuz-6.1.0-18-amd64"}, OS_DEB, "6.1.0-18-amd64", "6.1.0-18-amd64"},
	{{"boot/vmlinuz-6.1.0-18-cloud-amd64", "boot/vmlinuz-6.1.0-20-amd64"}, OS_DEB, "6.1.0-18-cloud-amd64", "6.1.0-18-cloud-amd64"},
	{{"boot/vmlinuz-6.1.0-18-amd64"}, OS_DEB, "6.18.44-own", "6.18.44-own"},          // newer than what is installed
	{{"boot/vmlinuz-6.1.0-18-amd64"}, OS_DEB, "5.10.0-own", "6.1.0-18-amd64"},        // no flavour in common: of all
	{{"boot/vmlinuz-6.9.0-rc3-amd64", "boot/vmlinuz-6.8.0-1-amd64"}, OS_DEB, "6.8.0-1-amd64", "6.9.0-rc3-amd64"},
	{{"boot/vmlinuz-5.14.0-427.13.1.el9_4.x86_64", "boot/vmlinuz-5.14.0-70.el9.x86_64", "boot/vmlinuz-0-rescue-0123abcd"}, OS_RPM,
	 "5.14.0-70.el9.x86_64", "5.14.0-427.13.1.el9_4.x86_64"},
	{{"boot/vmlinuz-lts", "lib/modules/6.6.31-0-lts/modules.order", "lib/modules/6.6.9-0-lts/modules.order"}, OS_APK, "6.6.9-0-lts", "6.6.31-0-lts"},
	{{"lib/modules/6.6.31-0-lts/left-behind", "lib/modules/6.6.9-0-lts/modules.order"}, OS_APK, "6.6.9-0-lts", "6.6.9-0-lts"},
	{{"boot/vmlinuz-6.1.0-9-amd64", "boot/vmlinuz-6.1.0-18-amd64"}, OS_DEB, "", "6.1.0-18-amd64"},
	{{"boot/config-6.1.0-18-amd64", "boot/vmlinuz", "boot/vmlinuz-6.1.0-7-amd64.dpkg-tmp"}, OS_DEB, "6.1.0-1-amd64", ""},
	{{"etc/x"}, OS_DEB, "6.1.0-1-amd64", ""},
};

static void newest_kernels(void)
{
	for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
		int root = image_new();
		char newest[KERNEL_RELEASE_MAX];
		struct why why;
		for (size_t f = 0; kernels[i].files[f] != NULL; f++)
			put(root, kernels[i].files[f], "");
		CHECK(kernel_newest(root, kernels[i].packager, slice_text(kernels[i].running), newest, &why) == ERR_OK);
		CHECK_TEXT(newest, kernels[i].newest);
		image_free(root);
	}
}

// What an image says of its kernels is looked at inside it, and never waited for.
static void hostile_kernels(void)
{
	char newest[KERNEL_RELEASE_MAX], outside[] = "/tmp/inventory_outside.XXXXXX", up[128];
	struct why why;
	REQUIRE(mkdtemp(outside) != NULL);
	int root = image_new(), other = open(outside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	REQUIRE(root >= 0 && other >= 0);
	put(other, "modules.order", "");
	REQUIRE(mkdirat(root, "lib", 0755) == 0 && mkdirat(root, "lib/modules", 0755) == 0 && mkdirat(root, "lib/modules/6.1.5-amd64", 0755) == 0);
	snprintf(up, sizeof up, "../../../../../../../..%s", outside);
	REQUIRE(symlinkat(outside, root, "lib/modules/6.1.1-amd64") == 0 && symlinkat(up, root, "lib/modules/6.1.2-amd64") == 0);
	REQUIRE(symlinkat("6.1.3-amd64", root, "lib/modules/6.1.3-amd64") == 0); // itself
	put(root, "lib/modules/6.1.4-amd64/modules.order/x", "");
	REQUIRE(mkfifoat(root, "lib/modules/6.1.5-amd64/modules.order", 0644) == 0);
	put(root, "lib/modules/6.1.6-amd64 /modules.order", ""); // names that no kernel has
	put(root, "lib/modules/6.1.6\n-amd64/modules.order", "");
	put(root, "boot/vmlinuz-6.1.7\t-amd64", "");
	put(root, "boot/vmlinuz-6.1.7\xff-amd64", "");
	CHECK(kernel_newest(root, OS_DEB, slice_text(""), newest, &why) == ERR_OK);
	CHECK_TEXT(newest, "");
	put(root, "opt/modules.order", "");
	REQUIRE(symlinkat("/opt", root, "lib/modules/6.0.1-amd64") == 0); // a folder of the image's
	CHECK(kernel_newest(root, OS_DEB, slice_text(""), newest, &why) == ERR_OK);
	CHECK_TEXT(newest, "6.0.1-amd64");
	unlinkat(other, "modules.order", 0);
	close(other);
	rmdir(outside);
	image_free(root);
}

static void restarts(void)
{
	static const char maps[] = "55d0c8a00000-55d0c8a2f000 r--p 00000000 fe:01 1234                       /usr/sbin/sshd (deleted)\n"
	                           "55d0c8a2f000-55d0c8b00000 r-xp 0002f000 fe:01 1234                       /usr/sbin/sshd (deleted)\n"
	                           "7f0000000000-7f0000001000 r-xp 00000000 fe:01 99                         /usr/lib/x y/libcrypto.so.3 (deleted)\n"
	                           "7f0000001000-7f0000002000 r--p 00001000 fe:01 99                         /usr/lib/locale/archive (deleted)\n"
	                           "7f0000002000-7f0000003000 r-xp 00000000 00:01 5                          /memfd:jit (deleted)\n"
	                           "7f0000003000-7f0000004000 rwxs 00000000 00:01 5                          /dev/zero (deleted)\n"
	                           "7f0000003000-7f0000004000 rwxs 00000000 00:01 5                          /SYSV00000000 (deleted)\n"
	                           "7f0000003000-7f0000004000 rwxp 00000000 00:01 5                          /tmp/ffi (deleted)\n"
	                           "7f0000004000-7f0000005000 r-xp 00000000 fe:01 7                          /usr/lib/libc.so.6\n"
	                           "7f0000005000-7f0000006000 r-xp 00000000 00:00 0 \n"
	                           "7ffd00000000-7ffd00001000 r-xp 00000000 00:00 0                          [vdso]\n"
	                           " (deleted)\n(deleted)\nrubbish x (deleted)\n";
	int root = image_new();
	struct recorder r;
	struct why why = {""};
	uint64_t unread = 7;
	recorder_init(&r);
	struct inventory_sink sink = recorder_sink(&r);
	put(root, "proc/812/maps", maps);
	put(root, "proc/812/comm", "sshd\n");
	put(root, "proc/812/cgroup", "0::/system.slice/ssh.service\n");
	put(root, "proc/900/maps", "1-2 r-xp 0 0:0 3 /opt/a (deleted)\n");
	put(root, "proc/900/comm", "\xff\n");
	put(root, "proc/900/cgroup", "9:name=systemd:/user.slice/user@1000.service/app.slice/x.service\n0::/user.slice/session-1.scope\n");
	put(root, "proc/901/comm", "gone\n");
	put(root, "proc/902/maps", "1-2 r-xp 0 0:0 3 /opt/a\tb (deleted)\n");
	put(root, "proc/902/comm", "o\x01" "d\n");
	put(root, "proc/self/maps", maps);
	CHECK_SAY(restart_scan(root, &sink, &unread, &why) == ERR_OK, "%s", why.text);
	CHECK(unread == 0 && r.restarts == 4);
	const char *text = recorder_text(&r);
	CHECK_SAY(strstr(text, "restart sshd|ssh.service|/usr/sbin/sshd\nrestart sshd|ssh.service|/usr/lib/x y/libcrypto.so.3\n") != NULL, "%s", text);
	CHECK_SAY(strstr(text, "restart ?|x.service|/opt/a\nnote 0|/opt/a|the file of a process") != NULL, "%s", text);
	CHECK_SAY(strstr(text, "restart o?d||/opt/a?b\nnote 0|/opt/a?b|the file of a process") != NULL, "%s", text);
	buf_free(&r.text);
	image_free(root);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// Lines of a text, sorted, into one text.
static void sort_lines(struct buf *b)
{
	size_t n = 0;
	static char *lines[20000];
	char *copy = strndup((const char *)b->p, b->n), *rest = copy;
	for (char *line; (line = strsep(&rest, "\n")) != NULL && n < 20000;)
		lines[n++] = line;
	qsort(lines, n, sizeof *lines, compare);
	buf_clear(b);
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s\n", lines[i]);
	free(copy);
}

static enum err print_item(void *context, const struct item *i, struct why *why)
{
	struct slice source = i->source.n > 0 ? i->source : i->name, version = i->source_version.n > 0 ? i->source_version : i->version;
	(void)why;
	buf_printf(context, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", SLICE_ARGS(i->name), SLICE_ARGS(i->version), SLICE_ARGS(i->arch), SLICE_ARGS(source),
	           SLICE_ARGS(version));
	return ERR_OK;
}

static enum err no_refusal(void *context, const struct refused *r, struct why *why)
{
	(void)context, (void)why;
	CHECK_SAY(false, "%llu: %.*s: %s", (unsigned long long)r->line, SLICE_ARGS(r->text), r->why);
	return ERR_OK;
}

static void ask_dpkg(struct buf *theirs)
{
	static const char command[] = "dpkg-query -W -f "
	                              "'${db:Status-Status} ${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\t${source:Version}\\n' "
	                              "2>/dev/null | sed -n 's/^installed //p'";
	char block[65536];
	FILE *f = popen(command, "r");
	CHECK(f != NULL);
	buf_init(theirs, 1u << 24);
	for (size_t n; f != NULL && (n = fread(block, 1, sizeof block, f)) > 0;)
		buf_put(theirs, block, n);
	pclose(f);
	sort_lines(theirs);
}

// dpkg itself and the reader agree on every package of this machine. Asked again where something was installed meanwhile.
static void this_machine(void)
{
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct machine_options o = {.running = true, .taken = 1700000000};
	for (bool settled = false; !settled;) {
		struct buf before, after, ours;
		struct inventory_sink sink = {.context = &ours, .item = print_item, .refused = no_refusal};
		struct why why = {""};
		ask_dpkg(&before);
		buf_init(&ours, 1u << 24);
		enum err e = inventory_machine(root, &o, &sink, &why);
		ask_dpkg(&after);
		sort_lines(&ours);
		settled = slice_equal(buf_slice(&before), buf_slice(&after));
		if (settled && before.n <= 1)
			test_skip("no dpkg on this machine");
		else if (settled && CHECK_SAY(e == ERR_OK, "%s", why.text) && CHECK(slice_equal(buf_slice(&after), buf_slice(&ours))))
			printf("  %zu bytes of packages agree\n", ours.n);
		buf_free(&before);
		buf_free(&after);
		buf_free(&ours);
	}
	close(root);
}

static void this_machine_lives(void)
{
	struct recorder r;
	struct why why = {""};
	struct utsname uts;
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e = read_root(root, true, &r, &why);
	close(root);
	if (e == ERR_ABSENT) {
		test_skip("no package database on this machine");
		buf_free(&r.text);
		return;
	}
	CHECK_SAY(e == ERR_OK, "%s", why.text);
	REQUIRE(uname(&uts) == 0);
	CHECK(r.machines == 1 && r.items > 0 && r.machine.kernel_running.n >= strlen(uts.release) && r.machine.updated != INVENTORY_UNKNOWN_DATE);
	printf("  %u packages, %u refused, %u notes, %u restarts\n", r.items, r.refusals, r.notes, r.restarts);
	buf_free(&r.text);
}

const struct test tests[] = {
	{"an image of Debian", debian_image},
	{"images of Alpine, without dpkg, of nobody, of a derivative", other_images},
	{"where systems keep their files", layouts},
	{"dpkg at work", work_in_progress},
	{"links, pipes and folders where files should be", hostile_images},
	{"nothing", empty_root},
	{"a file that changes while it is read", a_file_that_changes},
	{"kernels", newest_kernels},
	{"kernels of a hostile image", hostile_kernels},
	{"services that need a restart", restarts},
	{"this machine, as dpkg-query says", this_machine},
	{"this machine, running", this_machine_lives},
	{NULL, NULL},
};
