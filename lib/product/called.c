#include "product/called.h"

#include "product/cpe.h"

#define CALLED_MAX 64 // bytes; no name of the table is as long

static const struct {
	const char *name, *product;
} common[] = {
	{".net", "dotnet"}, {".net_core", "dotnet"}, {"microsoft_.net_core", "dotnet"}, {"asp.net_core", "dotnet"},
	{".net_framework", "dotnetfx"},
	{"apache2", "apache-http-server"}, {"apache_httpd", "apache-http-server"}, {"apache_http", "apache-http-server"},
	{"as/400", "ibm-i"},
	{"bigip", "big-ip"}, {"f5_big_ip", "big-ip"}, {"f5_bigip", "big-ip"},
	{"centos_linux", "centos"},
	{"db2", "ibm-db2"},
	{"debian_gnu/linux", "debian"}, {"debian_linux", "debian"},
	{"docker", "docker-engine"}, {"docker_ce", "docker-engine"},
	{"esxi", "vmware-esxi"}, {"vmware_vsphere_hypervisor", "vmware-esxi"}, {"vmware_esx", "vmware-esxi"},
	{"exchange", "msexchange"}, {"exchange_server", "msexchange"},
	{"google_android", "android"},
	{"ios_xe", "cisco-ios-xe"},
	{"iphone_os", "ios"}, {"apple_iphone_os", "ios"},
	{"java_se", "oracle-jdk"}, {"oracle_java_se", "oracle-jdk"},
	{"mac_os_x", "macos"}, {"apple_mac_os_x", "macos"}, {"os_x", "macos"},
	{"microsoft_internet_explorer", "internet-explorer"},
	{"mozilla_firefox", "firefox"}, {"mozilla_firefox_esr", "firefox"}, {"firefox_esr", "firefox"},
	{"ms_exchange", "msexchange"}, {"ms_office", "office"},
	{"oracle_mysql", "mysql"}, {"oracle_rdbms", "oracle-database"},
	{"palo_alto_pan_os", "pan-os"},
	{"proxmox", "proxmox-ve"}, {"proxmox_virtual_environment", "proxmox-ve"},
	{"rails", "ruby-on-rails"},
	{"redhat_enterprise_linux", "rhel"}, {"red_hat_linux", "rhel"},
	{"red_hat_openshift_container_platform", "red-hat-openshift"}, {"openshift_container_platform", "red-hat-openshift"},
	{"red_hat_jboss_eap", "red-hat-jboss-eap"}, {"jboss_enterprise_application_platform", "red-hat-jboss-eap"},
	{"sql_server", "mssqlserver"}, {"ms_sql_server", "mssqlserver"}, {"ms_sql", "mssqlserver"},
	{"vcenter", "vmware-vcenter"}, {"vcenter_server", "vmware-vcenter"},
};

static const char *const editions[] = {
	"build",      "ce",      "community",  "core",  "cumulative", "datacenter", "developer", "ee",           "edition",
	"education",  "enterprise", "express", "home",  "linux",      "lts",        "plus",      "pro",          "professional",
	"release",    "server",  "software",   "standard", "ultimate", "update",    "version",
};

bool product_called(struct slice name, struct slice *product)
{
	char room[CALLED_MAX];
	struct slice folded;
	bool fits = product_fold(name, room, sizeof room, &folded);
	for (size_t i = 0; fits && i < sizeof common / sizeof *common; i++)
		if (slice_is_text(folded, common[i].name)) {
			*product = slice_text(common[i].product);
			return true;
		}
	return false;
}

bool product_is_edition(struct slice word)
{
	for (size_t i = 0; i < sizeof editions / sizeof *editions; i++)
		if (slice_same_letters(word, slice_text(editions[i])))
			return true;
	return false;
}
