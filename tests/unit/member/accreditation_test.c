#include "fixture.h"
#include "test.h"

static void smoke(void)
{
	struct fixture *f = fixture_new(5, 7);
	struct why why = {""};
	for (unsigned i = 0; i < FIXTURE_MEMBERS; i++)
		CHECK_SAY(credential_check(&f->member[i].credential, f->governance, 0, FIXTURE_NOW, &why) == ERR_OK, "%s", why.text);
	fixture_free(f);
}

const struct test tests[] = {{"smoke", smoke}, {NULL, NULL}};
