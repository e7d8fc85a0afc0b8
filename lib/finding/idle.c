// Kernels that stay installed beside the one that runs: package managers keep the last ones, to fall back to.
#include "inside.h"

// Debian, Ubuntu: the release is in the name. rpm: it is the version and the architecture.
static const char *const deb[] = {"linux-image-", "linux-image-unsigned-", "linux-modules-", "linux-modules-extra-"};
static const char *const rpm[] = {"kernel",    "kernel-core",    "kernel-modules",    "kernel-modules-core",    "kernel-modules-extra",
                                  "kernel-rt", "kernel-rt-core", "kernel-rt-modules", "kernel-rt-modules-core", "kernel-uek",
                                  "kernel-uek-core", "kernel-uek-modules"};

static bool begins_with(struct slice s, struct slice start)
{
	return s.n >= start.n && slice_equal(slice_part(s, 0, start.n), start);
}

static bool is_digit_at(struct slice s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

// "6.1.0-21-amd64" of "6.1.0-21-amd64 6.1.90-1", as the inventory has it.
static struct slice release_of(struct slice kernel)
{
	return slice_part(kernel, 0, slice_find(kernel, ' ', 0));
}

static bool is_deb_of(struct slice release, struct slice kernel)
{
	kernel = release_of(kernel);
	return begins_with(release, kernel) && (release.n == kernel.n || release.p[kernel.n] == '-'); // -dbg, -unsigned
}

static bool is_rpm_of(struct slice version, struct slice kernel)
{
	kernel = release_of(kernel);
	return begins_with(kernel, version) && (kernel.n == version.n || kernel.p[version.n] == '.');
}

bool finding_is_idle(const struct machine *m, const struct item *i)
{
	if (m->kernel_running.n == 0 || m->kernel_installed.n == 0 || i->kind != ITEM_PACKAGE)
		return false;
	for (size_t n = 0; n < sizeof deb / sizeof *deb; n++) {
		struct slice prefix = slice_text(deb[n]);
		if (begins_with(i->name, prefix) && is_digit_at(i->name, prefix.n)) {
			struct slice release = slice_part(i->name, prefix.n, i->name.n);
			return !is_deb_of(release, m->kernel_running) && !is_deb_of(release, m->kernel_installed);
		}
	}
	for (size_t n = 0; n < sizeof rpm / sizeof *rpm; n++)
		if (slice_is_text(i->name, rpm[n]) && is_digit_at(i->version, 0))
			return !is_rpm_of(i->version, m->kernel_running) && !is_rpm_of(i->version, m->kernel_installed);
	return false;
}
