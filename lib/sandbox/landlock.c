#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/lock.h"

#define ABI_FLOOR 2 // what a stock Debian 12 kernel has

// Rights that the headers of Debian 12 do not name yet (kernel documentation, userspace-api/landlock.rst).
#define RIGHT_TRUNCATE (1ULL << 14)   // ABI 3
#define RIGHT_IOCTL_DEV (1ULL << 15)  // ABI 5
#define RIGHT_BIND_TCP (1ULL << 0)    // ABI 4
#define RIGHT_CONNECT_TCP (1ULL << 1) // ABI 4
#define SCOPE_ABSTRACT_UNIX (1ULL << 0) // ABI 6
#define SCOPE_SIGNAL (1ULL << 1)        // ABI 6
#define RULE_NET_PORT 2
#define PORT_DNS 53

struct ruleset {
	uint64_t paths, ports, scoped;
};
struct port_rule {
	uint64_t allowed, port;
};

#define RIGHTS_FILE_READ LANDLOCK_ACCESS_FS_READ_FILE
#define RIGHTS_FILE_WRITE (RIGHTS_FILE_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | RIGHT_TRUNCATE)
#define RIGHTS_DIR_READ (RIGHTS_FILE_READ | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHTS_DIR_WRITE (RIGHTS_DIR_READ | RIGHTS_FILE_WRITE | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR)

// What the resolver of the C library reads; those that are missing are left out.
static const char *const resolver[] = {"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf"};

int sandbox_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return abi > 0 ? (int)abi : 0;
}

static struct ruleset handled(const struct sandbox_plan *plan, int abi)
{
	struct ruleset r = {.paths = (1ULL << 14) - 1}; // all of ABI 2
	if (abi >= 3)
		r.paths |= RIGHT_TRUNCATE;
	if (abi >= 4)
		r.ports = RIGHT_BIND_TCP;
	if (abi >= 4 && (plan->kind != SANDBOX_NETWORK || plan->connect[0] != 0))
		r.ports |= RIGHT_CONNECT_TCP;
	if (abi >= 5)
		r.paths |= RIGHT_IOCTL_DEV;
	if (abi >= 6)
		r.scoped = SCOPE_ABSTRACT_UNIX | (plan->kind != SANDBOX_PARENT ? SCOPE_SIGNAL : 0);
	return r;
}

// The kernel takes as much of the structure as it knows, and refuses bytes that are not zero beyond.
static size_t size_for(int abi)
{
	return abi >= 6 ? sizeof(struct ruleset) : abi >= 4 ? offsetof(struct ruleset, scoped) : sizeof(uint64_t);
}

static enum err allow_path(int ruleset, uint64_t known, const char *path, bool write, struct why *why)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return why_set(why, errno == ENOENT ? ERR_ABSENT : ERR_SYSTEM, "%s: open: %s", path, strerror(errno));
	struct stat st;
	enum err e = ERR_OK;
	if (fstat(fd, &st) != 0)
		e = why_set(why, ERR_SYSTEM, "%s: fstat: %s", path, strerror(errno));
	else {
		uint64_t rights = write ? RIGHTS_DIR_WRITE : RIGHTS_DIR_READ;
		if (!S_ISDIR(st.st_mode))
			rights = write ? RIGHTS_FILE_WRITE : RIGHTS_FILE_READ;
		struct landlock_path_beneath_attr rule = {.allowed_access = rights & known, .parent_fd = fd};
		if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
			e = why_set(why, ERR_SYSTEM, "Landlock: %s: %s", path, strerror(errno));
	}
	close(fd);
	return e;
}

static enum err allow_port(int ruleset, unsigned short port, struct why *why)
{
	struct port_rule rule = {RIGHT_CONNECT_TCP, port};
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0) != 0)
		return why_set(why, ERR_SYSTEM, "Landlock: port %u: %s", port, strerror(errno));
	return ERR_OK;
}

static enum err allow_all(int ruleset, const struct sandbox_plan *plan, const struct ruleset *r, struct why *why)
{
	enum err e = ERR_OK;
	for (const char *const *p = plan->read; *p != NULL && e == ERR_OK; p++)
		e = allow_path(ruleset, r->paths, *p, false, why);
	for (const char *const *p = plan->write; *p != NULL && e == ERR_OK; p++)
		e = allow_path(ruleset, r->paths, *p, true, why);
	if (plan->kind != SANDBOX_NETWORK)
		return e;
	for (size_t i = 0; i < sizeof resolver / sizeof *resolver && e == ERR_OK; i++)
		if (access(resolver[i], R_OK) == 0)
			e = allow_path(ruleset, r->paths, resolver[i], false, why);
	if ((r->ports & RIGHT_CONNECT_TCP) == 0 || e != ERR_OK)
		return e;
	for (const unsigned short *port = plan->connect; *port != 0 && e == ERR_OK; port++)
		e = allow_port(ruleset, *port, why);
	return e == ERR_OK ? allow_port(ruleset, PORT_DNS, why) : e; // answers too long for UDP
}

enum err lock_paths(const struct sandbox_plan *plan, struct why *why)
{
	int abi = sandbox_landlock_abi();
	if (abi < ABI_FLOOR)
		return why_set(why, ERR_SYSTEM, "Landlock: ABI %d: at least %d is needed (Linux 5.19 with lsm=landlock)", abi, ABI_FLOOR);
	struct ruleset r = handled(plan, abi);
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &r, size_for(abi), 0);
	if (ruleset < 0)
		return why_set(why, ERR_SYSTEM, "Landlock: %s", strerror(errno));
	enum err e = allow_all(ruleset, plan, &r, why);
	if (e == ERR_OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		e = why_set(why, ERR_SYSTEM, "Landlock: %s", strerror(errno));
	close(ruleset);
	return e;
}
