// Any bytes as os-release: its values are fit, and the ecosystem is text of a bounded length.
#include "fit.h"
#include "inventory/os.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct os_release os;
	struct why why;
	char ecosystem[OS_ECOSYSTEM_MAX];
	const char *note;
	char *room = malloc(size + 1);
	if (room != NULL && os_release_parse(slice_of(data, size), room, &os, &fit_sink, &why) == ERR_OK) {
		fit_texts((struct slice[]){os.id, os.like, os.version_id, os.version, os.pretty, os.codename}, 6);
		for (unsigned p = OS_DEB; p <= OS_APK; p++)
			if (!os_ecosystem(&os, p, ecosystem, &note) ? note == NULL : strlen(ecosystem) >= OS_ECOSYSTEM_MAX)
				abort();
	}
	free(room);
	return 0;
}
