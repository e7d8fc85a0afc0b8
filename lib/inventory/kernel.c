#include "inventory/live.h"

#include <stdio.h>

#include "inventory/packages.h"
#include "inventory/root.h"
#include "version/version.h"

struct search {
	enum version_scheme scheme;
	struct slice flavour; // empty: any
	int root;
	const char *folder;
	bool modules; // directories of lib/modules, not images
	char *newest;
};

// "amd64" of 6.1.0-18-amd64, "lts" of 6.6.31-0-lts, "x86_64+rt" of 5.14.0-427.el9.x86_64+rt: what follows the last number.
static struct slice flavour_of(struct slice release)
{
	for (size_t i = 0; i + 1 < release.n; i++) {
		uint8_t c = release.p[i + 1] | 0x20;
		bool candidate = release.p[i] == '-' && slice_compare(slice_part(release, i + 1, 2), SLICE_LITERAL("rc")) != 0;
		if ((candidate && c >= 'a' && c <= 'z') || release.p[i] == '+')
			return slice_part(release, i + 1, release.n);
	}
	return (struct slice){0};
}

static bool is_older(enum version_scheme scheme, struct slice a, struct slice b)
{
	int order = 0;
	struct why why;
	return version_compare(scheme, a, b, &order, &why) == ERR_OK && order < 0;
}

// Rescue images, and what is left of another one.
static bool is_release(struct slice s)
{
	const char *text = (const char *)s.p;
	return package_is_word(s) && s.n < KERNEL_RELEASE_MAX && s.p[0] >= '0' && s.p[0] <= '9' &&
	       strstr(text, "-rescue-") == NULL && strstr(text, ".dpkg-") == NULL && !slice_ends(s, ".old") && !slice_ends(s, ".bak") &&
	       !slice_ends(s, ".img") && !slice_ends(s, ".hmac");
}

static enum err take_name(void *context, int dir, const char *name, struct why *why)
{
	struct search *s = context;
	static const char prefix[] = "vmlinuz-";
	(void)dir, (void)why;
	if (!s->modules && strncmp(name, prefix, sizeof prefix - 1) != 0)
		return ERR_OK;
	struct slice release = slice_text(s->modules ? name : name + sizeof prefix - 1);
	if (!is_release(release) || (s->flavour.n > 0 && !slice_equal(flavour_of(release), s->flavour)))
		return ERR_OK;
	if (s->modules) { // a directory that a removed kernel left behind has no list of modules
		char path[KERNEL_RELEASE_MAX + 40];
		snprintf(path, sizeof path, "%s/%s/modules.order", s->folder, name);
		if (!root_has(s->root, path))
			return ERR_OK;
	}
	if (s->newest[0] == 0 || is_older(s->scheme, slice_text(s->newest), release))
		strcpy(s->newest, (const char *)release.p);
	return ERR_OK;
}

static enum err look(struct search *s, struct why *why)
{
	static const char *const folders[] = {"boot", "lib/modules", "usr/lib/modules"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders && s->newest[0] == 0; i++) {
		s->modules = i > 0;
		s->folder = folders[i];
		enum err e = root_list(s->root, folders[i], take_name, s, why);
		if (e != ERR_OK && e != ERR_ABSENT && e != ERR_DENIED)
			return e;
	}
	return ERR_OK;
}

enum err kernel_newest(int root, enum os_packager packager, struct slice running, char newest[static KERNEL_RELEASE_MAX], struct why *why)
{
	struct search s = {.scheme = packager == OS_DEB ? VERSION_DEB : VERSION_RPM, .flavour = flavour_of(running), .root = root, .newest = newest};
	newest[0] = 0;
	enum err e = look(&s, why);
	if (e == ERR_OK && newest[0] == 0 && s.flavour.n > 0) {
		s.flavour = (struct slice){0};
		e = look(&s, why);
	}
	if (e == ERR_OK && newest[0] != 0 && running.n > 0 && running.n < KERNEL_RELEASE_MAX && is_older(s.scheme, slice_text(newest), running)) {
		memcpy(newest, running.p, running.n);
		newest[running.n] = 0;
	}
	return e;
}
