// Any bytes as a file of answers: refused with its line, or one finding a question with one of the four answers or none.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char law[] = "tocsin-regime 1\nid r\nversion 2026-11-01\ntitle en T\ntitle fr T\nsource S\nobligation O\nbasis B\nbinds all\n"
	                          "title en T\ntitle fr T\nevidence en E\nevidence fr E\nquestion a en A\nquestion a fr A\nquestion b en B\nquestion b fr B\n"
	                          "defect minor recorded when answer a = no\ndefect minor recorded when answer b = no\n";
	struct inspection i = {0};
	struct why why = {""};
	char path[32];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	result_init(&i.r);
	if (regime_parse(slice_text(law), "law", &i.r.regime[0], NULL) != ERR_OK)
		abort();
	i.r.regimes = 1;
	enum err e = answers_take(&i, path, &why);
	if (e != ERR_OK ? strstr(why.text, path) == NULL : i.r.findings != 2)
		abort();
	for (size_t n = 0; n < i.r.findings; n++) {
		const struct finding *f = &i.r.finding[n];
		if (f->kind != FINDING_ANSWER || (f->answer.n > 0 && (!answer_named(f->answer) || f->caretaker.n == 0 || f->since == FACT_NO_DATE)))
			abort();
	}
	result_free(&i.r);
	close(fd);
	return 0;
}
