#include "inventory/os.h"

#include "recorder.h"

struct row {
	const char *text;
	enum os_packager packager;
	const char *ecosystem; // NULL: none
	const char *note;      // a part of it, or NULL
};

static const struct row rows[] = {
	{"ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n", OS_DEB, "Debian:12", NULL},
	{"ID=debian\nVERSION_CODENAME=forky\n", OS_DEB, "Debian:14", "no VERSION_ID"},
	{"ID=debian\nVERSION_CODENAME=sid\n", OS_DEB, "Debian:sid", "no VERSION_ID"},
	{"ID=debian\nVERSION_ID='11'\n", OS_DEB, "Debian:11", NULL},
	{"ID=ubuntu\nVERSION_ID=\"22.04\"\n", OS_DEB, "Ubuntu:22.04:LTS", NULL},
	{"ID=ubuntu\nVERSION_ID=\"24.04\"\n", OS_DEB, "Ubuntu:24.04:LTS", NULL},
	{"ID=ubuntu\nVERSION_ID=\"22.10\"\n", OS_DEB, "Ubuntu:22.10", NULL},
	{"ID=ubuntu\nVERSION_ID=\"23.04\"\n", OS_DEB, "Ubuntu:23.04", NULL},
	{"ID=alpine\nVERSION_ID=3.20.1\n", OS_APK, "Alpine:v3.20", NULL},
	{"ID=alpine\nVERSION_ID=3.9\n", OS_APK, "Alpine:v3.9", NULL},
	{"ID=wolfi\nVERSION_ID=20230201\n", OS_APK, "Wolfi", NULL},
	{"ID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.4\"\n", OS_RPM, "AlmaLinux:9", NULL},
	{"ID=\"rocky\"\nVERSION_ID=\"8.10\"\n", OS_RPM, "Rocky Linux:8", NULL},
	{"ID=\"rhel\"\nVERSION_ID=\"9.2\"\n", OS_RPM, "Red Hat:enterprise_linux:9", NULL},
	{"ID=mageia\nVERSION_ID=9\n", OS_RPM, "Mageia:9", NULL},
	{"ID=photon\nVERSION_ID=5.0\n", OS_RPM, "Photon OS:5.0", NULL},
	{"ID=\"opensuse-leap\"\nVERSION_ID=\"15.5\"\nPRETTY_NAME=\"openSUSE Leap 15.5\"\n", OS_RPM, "openSUSE:Leap 15.5", NULL},
	{"ID=opensuse-tumbleweed\nPRETTY_NAME=\"openSUSE Tumbleweed\"\n", OS_RPM, "openSUSE:Tumbleweed", NULL},
	{"ID=sles\nVERSION_ID=15.5\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP5\"\n", OS_RPM, "SUSE:Linux Enterprise Server 15 SP5", NULL},
	// Nothing is guessed.
	{"ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=21\n", OS_DEB, NULL, "a derivative of Ubuntu"},
	{"ID=kali\nID_LIKE=debian\nVERSION_ID=2024.1\n", OS_DEB, NULL, "a derivative of Debian"},
	{"ID=raspbian\nID_LIKE=debian\nVERSION_ID=12\n", OS_DEB, NULL, "a derivative of Debian"},
	{"ID=ol\nID_LIKE=\"fedora rhel\"\nVERSION_ID=9.1\n", OS_RPM, NULL, "a relative of Red Hat"},
	{"ID=fedora\nVERSION_ID=40\n", OS_RPM, NULL, "no word"},
	{"ID=alpine\nVERSION_ID=3.21.0_alpha20240807\n", OS_APK, NULL, "its release"},
	{"ID=alpine\nVERSION_ID=3\n", OS_APK, NULL, "its release"},
	{"ID=alpine\nVERSION_ID=3.\n", OS_APK, NULL, "its release"},
	{"ID=alpine\nVERSION_ID=.3\n", OS_APK, NULL, "its release"},
	{"ID=debian\n", OS_DEB, NULL, "its release"},
	{"ID=debian\nVERSION_ID=12x\nVERSION_CODENAME=bookworm\n", OS_DEB, NULL, "its release"},
	{"ID=debian\nVERSION_CODENAME=bookwurm\n", OS_DEB, NULL, "its release"},
	{"ID=ubuntu\nVERSION_ID=22\n", OS_DEB, NULL, "its release"},
	{"ID=ubuntu\nVERSION_ID=xx.04\n", OS_DEB, NULL, "its release"},
	{"ID=ubuntu\n", OS_DEB, NULL, "its release"},
	{"ID=almalinux\n", OS_RPM, NULL, "its release"},
	{"ID=opensuse-leap\nPRETTY_NAME=Leap\n", OS_RPM, NULL, "its release"},
	{"ID=photon\n", OS_RPM, NULL, "its release"},
	{"ID=debian\nVERSION_ID=12\n", OS_RPM, NULL, "not this distribution's own"},
	{"", OS_DEB, NULL, "no word"},
};

static void ecosystems(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct os_release os;
		struct why why;
		char room[512], ecosystem[OS_ECOSYSTEM_MAX] = "";
		const char *note;
		struct inventory_sink none = {0};
		REQUIRE(os_release_parse(slice_text(rows[i].text), room, &os, &none, &why) == ERR_OK);
		bool known = os_ecosystem(&os, rows[i].packager, ecosystem, &note);
		CHECK_SAY(known == (rows[i].ecosystem != NULL), "%s", rows[i].text);
		CHECK_SAY(!known || strcmp(ecosystem, rows[i].ecosystem) == 0, "%s: %s", rows[i].text, ecosystem);
		CHECK_SAY((note == NULL) == (rows[i].note == NULL) && (note == NULL || strstr(note, rows[i].note) != NULL), "%s: %s", rows[i].text,
		          note != NULL ? note : "none");
	}
}

static const struct {
	const char *text, *pretty, *told;
} lines[] = {
	{"PRETTY_NAME=Debian", "Debian", ""},
	{"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"", "Debian GNU/Linux 12 (bookworm)", ""},
	{"PRETTY_NAME='a \"b\" $c \\d'", "a \"b\" $c \\d", ""},
	{"PRETTY_NAME=\"a \\\"b\\\" \\$c \\\\ \\`x\\` \\y\"", "a \"b\" $c \\ `x` \\y", ""},
	{"PRETTY_NAME=a\\ b", "a b", ""},
	{"# comment\n\n  PRETTY_NAME=a  \r\n", "a", ""},
	{"PRETTY_NAME=a\nPRETTY_NAME=b", "b", ""},
	{"PRETTY_NAME=", "", ""},
	{"PRETTY_NAME=\"caf\xc3\xa9\"", "caf\xc3\xa9", ""},
	{"HOME_URL=https://www.debian.org/\nPRETTY_NAME=x", "x", ""},
	{"PRETTY_NAME=a b", "", "refused 1|PRETTY_NAME=a b|a value that needs quotes\n"},
	{"PRETTY_NAME=\"a", "", "refused 1|PRETTY_NAME=\"a|a quote is not closed\n"},
	{"PRETTY_NAME='a", "", "refused 1|PRETTY_NAME='a|a quote is not closed\n"},
	{"PRETTY_NAME=\"a\"b", "", "refused 1|PRETTY_NAME=\"a\"b|text follows a closed quote\n"},
	{"PRETTY_NAME=\"a\"'b'", "", "refused 1|PRETTY_NAME=\"a\"'b'|text follows a closed quote\n"},
	{"PRETTY_NAME=$(id)", "", "refused 1|PRETTY_NAME=$(id)|a value a shell would compute\n"},
	{"PRETTY_NAME=\"`id`\"", "", "refused 1|PRETTY_NAME=\"`id`\"|a value a shell would compute\n"},
	{"PRETTY_NAME=a;id", "", "refused 1|PRETTY_NAME=a;id|a value that needs quotes\n"},
	{"PRETTY_NAME=a\\", "", "refused 1|PRETTY_NAME=a\\|a backslash at the end\n"},
	{"\nPRETTY_NAME", "", "refused 2|PRETTY_NAME|no NAME=value\n"},
	{"PRETTY NAME=a", "", "refused 1|PRETTY NAME=a|no NAME=value\n"},
	{"=a", "", "refused 1|=a|no NAME=value\n"},
	{"1A=a", "", "refused 1|1A=a|no NAME=value\n"},
	{"PRETTY_NAME=\"a\tb\"", "", "refused 1|PRETTY_NAME=\"a?b\"|a value holds a control character\n"},
	{"PRETTY_NAME=\xff", "", "refused 1|PRETTY_NAME=?|a value is not UTF-8\n"},
};

static void quoting(void)
{
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct os_release os;
		struct recorder r;
		struct why why;
		size_t n = strlen(lines[i].text);
		char *text = malloc(n + 1), *room = malloc(n + 1); // so that one byte too many is noticed
		memcpy(text, lines[i].text, n);
		recorder_init(&r);
		struct inventory_sink sink = recorder_sink(&r);
		CHECK(os_release_parse(slice_of(text, n), room, &os, &sink, &why) == ERR_OK);
		CHECK_SAY(slice_is_text(os.pretty, lines[i].pretty), "%s: %.*s", lines[i].text, SLICE_ARGS(os.pretty));
		CHECK_SAY(strcmp(recorder_text(&r), lines[i].told) == 0, "%s: %s", lines[i].text, recorder_text(&r));
		free(text);
		free(room);
		buf_free(&r.text);
	}
}

static void products(void)
{
	static const char *const names[][3] = {
		{"amzn", "Amazon Linux 2", "amazon-linux"}, {"ol", "Oracle Linux Server 8.9", "oracle-linux"}, {"opensuse-leap", "openSUSE Leap 15.5", "opensuse"},
		{"photon", "VMware Photon OS/Linux", "vmware-photon"}, {"sle-micro", "SUSE Linux Enterprise Micro 5.2", "suse-linux-micro"},
		{"sl-micro", "SUSE Linux Micro 6.0", "suse-linux-micro"}, {"centos", "CentOS Stream 9", "centos-stream"}, {"centos", "CentOS Linux 8", "centos"},
		{"centos", "CentOS", "centos"}, {"centos", "", "centos"}, {"fedora", "CentOS Stream 9", "fedora"}, {"rhel", "", "rhel"}, {"sles", "", "sles"},
		{"sles_sap", "", "sles_sap"}, {"opensuse-tumbleweed", "", "opensuse-tumbleweed"}, {"amzn2", "", "amzn2"}, {"", "", ""},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice got = os_product(slice_text(names[i][0]), slice_text(names[i][1]));
		CHECK_SAY(slice_is_text(got, names[i][2]), "%s: %.*s", names[i][1], SLICE_ARGS(got));
	}
}

static void too_long(void)
{
	static char text[OS_RELEASE_MAX + 1], room[OS_RELEASE_MAX + 1];
	struct os_release os;
	struct why why;
	struct inventory_sink none = {0};
	memset(text, '\n', sizeof text);
	CHECK(os_release_parse(slice_of(text, sizeof text), room, &os, &none, &why) == ERR_LIMIT);
	CHECK(os_release_parse(slice_of(text, sizeof text - 1), room, &os, &none, &why) == ERR_OK && slice_is_text(os.id, "linux"));
}

const struct test tests[] = {
	{"the words of OSV", ecosystems},
	{"quotes", quoting},
	{"endoflife.date's names", products},
	{"a maximum", too_long},
	{NULL, NULL},
};
