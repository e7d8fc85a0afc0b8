// Runs a program on a kernel that lacks one mechanism: without MECHANISM PROGRAM ARGUMENTS…
// A filter answers the mechanism's system call as a kernel would that does not know it; everything else is as it was.
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const struct row {
	const char *mechanism, *call;
	int error;
	unsigned option; // of prctl; 0: any argument
} rows[] = {
	{"landlock", "landlock_create_ruleset", ENOSYS, 0},
	{"landlock-enforcement", "landlock_restrict_self", EPERM, 0},
	{"seccomp", "seccomp", ENOSYS, 0},
	{"seccomp", "prctl", EINVAL, PR_SET_SECCOMP}, // libseccomp's second way
	{"no_new_privs", "prctl", EINVAL, PR_SET_NO_NEW_PRIVS},
	{"not-dumpable", "prctl", EINVAL, PR_SET_DUMPABLE},
	{"capset", "capset", ENOSYS, 0},
	{"limits", "prlimit64", EPERM, 0},
};

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	unsigned added = 0;
	if (argc < 3 || filter == NULL)
		return 125;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		if (strcmp(r->mechanism, argv[1]) != 0)
			continue;
		int call = seccomp_syscall_resolve_name(r->call);
		struct scmp_arg_cmp option = SCMP_A0(SCMP_CMP_EQ, r->option);
		if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((unsigned)r->error), call, r->option != 0, &option) != 0)
			return 125;
		added++;
	}
	if (added == 0 || seccomp_load(filter) != 0) {
		fprintf(stderr, "%s: no such mechanism, or no filter\n", argv[1]);
		return 125;
	}
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 126;
}
