// Common names of products, whole and in any case, and the words of editions.
#include "product/called.h"

#include "test.h"

static void names(void)
{
	static const struct {
		const char *name, *product; // NULL: not one of these
	} rows[] = {
		{"SQL Server", "mssqlserver"}, {"sql_server", "mssqlserver"}, {"SQL-SERVER", "mssqlserver"}, {" ESXi ", "vmware-esxi"},
		{"CentOS Linux", "centos"}, {"Debian GNU/Linux", "debian"}, {".NET Framework", "dotnetfx"}, {".net", "dotnet"},
		{"Mozilla  Firefox", "firefox"}, {"F5 BIG-IP", "big-ip"}, {"IOS XE", "cisco-ios-xe"}, {"Mac OS X", "macos"},
		{"", NULL}, {" ", NULL}, {"SQL", NULL}, {"SQL Server 2012", NULL}, {"Server", NULL}, {"SQLServer", NULL}, {"IOS", NULL}, {"NET", NULL},
		{"Debian GNU", NULL}, {"Linux", NULL}, {"Exchange Online", NULL}, {"ESX i", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice product = {0};
		bool found = product_called(slice_text(rows[i].name), &product);
		CHECK_SAY(found == (rows[i].product != NULL), "\"%s\"", rows[i].name);
		CHECK_SAY(!found || slice_is_text(product, rows[i].product), "\"%s\": %.*s", rows[i].name, SLICE_ARGS(product));
		CHECK(found || product.n == 0);
	}
}

static void long_name(void)
{
	static char text[8192];
	struct slice product = {0};
	memset(text, 'a', sizeof text - 1);
	CHECK(!product_called(slice_text(text), &product) && product.n == 0);
	CHECK(!product_is_edition(slice_text(text)));
}

static void editions(void)
{
	static const char *const are[] = {"Standard", "DATACENTER", "enterprise", "Server", "Version", "lts"};
	static const char *const not[] = {"", "Standards", "Stan", "ODBC", "driver", "client", "R2", "Standard ", "nano", "11"};
	for (size_t i = 0; i < sizeof are / sizeof *are; i++)
		CHECK_SAY(product_is_edition(slice_text(are[i])), "%s", are[i]);
	for (size_t i = 0; i < sizeof not / sizeof *not; i++)
		CHECK_SAY(!product_is_edition(slice_text(not[i])), "%s", not[i]);
}

const struct test tests[] = {
	{"common names", names},
	{"a name that is too long", long_name},
	{"editions", editions},
	{NULL, NULL},
};
