// A directory as the root of a machine of Rocky Linux 9.4, with an empty var/lib/rpm.
#ifndef TOCSIN_TEST_RPM_IMAGE_H
#define TOCSIN_TEST_RPM_IMAGE_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inventory/machine.h"
#include "recorder.h"
#include "rpm_fixture.h"

static char image[64], database[128];

static inline int image_new(void)
{
	strcpy(image, "/tmp/inventory_rpm.XXXXXX");
	if (mkdtemp(image) == NULL)
		return -1;
	int root = open(image, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(mkdirat(root, "var", 0755) == 0 && mkdirat(root, "var/lib", 0755) == 0 && mkdirat(root, "var/lib/rpm", 0755) == 0 && mkdirat(root, "etc", 0755) == 0);
	int fd = openat(root, "etc/os-release", O_WRONLY | O_CREAT, 0644);
	static const char text[] = "ID=\"rocky\"\nVERSION_ID=\"9.4\"\n";
	CHECK(write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1);
	close(fd);
	snprintf(database, sizeof database, "%s/var/lib/rpm/rpmdb.sqlite", image);
	return root;
}

static inline void image_free(int root)
{
	char command[128];
	close(root);
	snprintf(command, sizeof command, "rm -rf '%s'", image);
	CHECK(system(command) == 0);
}

static inline enum err read_image(int root, struct recorder *r, struct why *why)
{
	recorder_init(r);
	struct inventory_sink sink = recorder_sink(r);
	struct machine_options o = {.name = SLICE_LITERAL("m"), .taken = 0};
	return inventory_machine(root, &o, &sink, why);
}

#endif
