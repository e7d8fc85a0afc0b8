// `machine`, `image`, `sbom`, `inventory`: one inspection of one thing.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "inspect.h"
#include "inventory/machine.h"
#include "inventory/sbom.h"
#include "inventory/table.h"
#include "sys/clock.h"

#define OPTIONS \
	"[--data FILE] [--regime NAME|FILE]… [--entity vital|essential|important|administration,…]\n" \
	"    [--role workstation|server|network|industrial|medical|other] [--exposure isolated|internal|internet]\n" \
	"    [--caretaker NAME] [--date DAY] [--extended-support] [--derogations FILE] [--answers FILE] [--before CERTIFICATE]\n" \
	"    [--changed-since FILE] [--lang en|fr] [--json] [--quiet] [--result FILE] [--sarif FILE] [--vex FILE] [--save FILE]"

typedef enum err reader(struct inspection *i, int fd, const char *name, struct why *why);

static enum err read_machine(struct inspection *i, int fd, const char *name, struct why *why)
{
	struct machine_options o = {.running = i->verb == &verb_machine, .taken = (int64_t)clock_now()};
	if (!o.running)
		o.name = slice_text(name);
	return inventory_machine(fd, &o, &i->sink, why);
}

static enum err read_sbom(struct inspection *i, int fd, const char *name, struct why *why)
{
	return inventory_sbom(fd, name, &i->sink, why);
}

// The project's own inventory file, or a table.
static enum err read_inventory(struct inspection *i, int fd, const char *name, struct why *why)
{
	char head[32];
	struct table_options o = {.ecosystem = slice_text(i->ecosystem == NULL ? "" : i->ecosystem), .taken = i->r.today,
	                          .machine = slice_text(strrchr(name, '/') == NULL ? name : strrchr(name, '/') + 1)};
	ssize_t n = pread(fd, head, sizeof head, 0);
	if (n <= 0 || lseek(fd, 0, SEEK_SET) < 0)
		return why_set(why, ERR_INPUT, "%s: %s", name, n == 0 ? "is empty" : strerror(errno));
	if (inventory_is_native(slice_of(head, (size_t)n))) {
		struct buf room;
		buf_init(&room, NATIVE_BYTES_MAX);
		enum err e = inventory_native_file(fd, name, &room, &i->sink, why);
		buf_free(&room);
		return e;
	}
	if (head[0] != '{')
		return inventory_table(fd, name, &o, &i->sink, why);
	enum err e = inventory_wazuh(fd, name, &o, &i->sink, why);
	return e != ERR_INPUT ? e : why_at(why, e, "JSON here is Wazuh's (`tocsin-inspect sbom` is for CycloneDX and SPDX)");
}

// The file is open before the box closes; outputs are written after, so only what is read is hostile.
static int inspect(const struct verb *v, int argc, char **argv, reader *read, int flags)
{
	struct inspection i;
	struct why why = {0};
	const bool machine = v == &verb_machine;
	int status;
	const char *wants = machine ? "no word" : v == &verb_image ? "one DIRECTORY" : "one FILE";
	if (!inspection_begin(&i, v, argc, argv, !machine, wants, &status)) {
		inspection_free(&i);
		return status;
	}
	const char *path = machine ? "/" : argv[0];
	struct stat st;
	int fd = -1;
	enum err e = inspection_open(path, flags, &fd, &st, &why);
	if (e == ERR_OK && flags == 0 && S_ISDIR(st.st_mode))
		e = why_set(&why, ERR_INPUT, "%s: is a directory; `tocsin-inspect fleet` inspects what is in one", path);
	if (e == ERR_OK && v != &verb_machine) // other processes' maps cannot be read from inside the box
		e = inspection_lock(&i, SANDBOX_CORE, path, &why);
	if (e == ERR_OK)
		e = read(&i, fd, path, &why);
	if (fd >= 0)
		close(fd);
	status = e == ERR_OK ? inspection_end(&i) : verb_fail(v, INSPECT_TROUBLE, e, &why);
	inspection_free(&i);
	return status;
}

static int run_machine(int argc, char **argv)
{
	return inspect(&verb_machine, argc, argv, read_machine, O_DIRECTORY);
}

static int run_image(int argc, char **argv)
{
	return inspect(&verb_image, argc, argv, read_machine, O_DIRECTORY);
}

static int run_sbom(int argc, char **argv)
{
	return inspect(&verb_sbom, argc, argv, read_sbom, 0);
}

static int run_inventory(int argc, char **argv)
{
	return inspect(&verb_inventory, argc, argv, read_inventory, 0);
}

const struct verb verb_machine = {"machine", OPTIONS, "this computer", run_machine};
const struct verb verb_image = {"image", OPTIONS " DIRECTORY", "a system unpacked in a directory", run_image};
const struct verb verb_sbom = {"sbom", OPTIONS " FILE", "a CycloneDX or SPDX document", run_sbom};
const struct verb verb_inventory = {"inventory", "[--ecosystem WORD] " OPTIONS " FILE",
                                    "a table of equipment and software, or a saved inventory", run_inventory};
