#include "metric/metric.h"

#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static struct buf b;

static void check_text(const char *want)
{
	CHECK(buf_status(&b) == ERR_OK);
	CHECK_SAY(slice_is_text(buf_slice(&b), want), "%.*s", SLICE_ARGS(buf_slice(&b)));
	buf_clear(&b);
}

// Text exposition format 0.0.4: escaping in help texts and in label values, no braces without labels.
static void lines(void)
{
	buf_init(&b, METRICS_MAX);
	metric_family(&b, METRIC_COUNTER, "tocsin_a_total", "What it is.");
	check_text("# HELP tocsin_a_total What it is.\n# TYPE tocsin_a_total counter\n");
	metric_family(&b, METRIC_GAUGE, "tocsin_b", "back\\slash \"quote\"\nline");
	check_text("# HELP tocsin_b back\\\\slash \"quote\"\\nline\n# TYPE tocsin_b gauge\n");
	metric_sample(&b, "tocsin_b", 0);
	check_text("tocsin_b 0\n");
	metric_sample(&b, "tocsin_b", UINT64_MAX, {"seat", "1"});
	check_text("tocsin_b{seat=\"1\"} 18446744073709551615\n");
	metric_sample(&b, "tocsin_b", 7, {"seat", "1"}, {"why", "a\\b\"c\nd"});
	check_text("tocsin_b{seat=\"1\",why=\"a\\\\b\\\"c\\nd\"} 7\n");
	metric_one(&b, METRIC_GAUGE, "x", "X.", 3);
	check_text("# HELP x X.\n# TYPE x gauge\nx 3\n");
	buf_free(&b);
}

static void causes(void)
{
	uint64_t counts[METRIC_CAUSES] = {0};
	buf_init(&b, METRICS_MAX);
	metric_causes(&b, "n", "verb", "list", counts);
	check_text("n{verb=\"list\",result=\"ok\"} 0\n");
	counts[ERR_OK] = 5;
	counts[ERR_DENIED] = 2;
	counts[ERR_SYSTEM] = 1;
	metric_causes(&b, "n", "verb", "list", counts);
	check_text("n{verb=\"list\",result=\"ok\"} 5\nn{verb=\"list\",result=\"denied\"} 2\nn{verb=\"list\",result=\"system\"} 1\n");
	buf_free(&b);
}

static void full(void)
{
	buf_init(&b, 10);
	metric_one(&b, METRIC_GAUGE, "x", "X.", 3);
	CHECK(buf_status(&b) == ERR_LIMIT);
	buf_free(&b);
}

// A name is ours, so a bad one is a broken invariant.
static void names(void)
{
	static const char *const bad[] = {"", "A", "1a", "a-b", "a b", "a\n", "a{", "é", "a:b"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int status = 0;
		fflush(NULL);
		pid_t child = fork();
		if (child == 0) {
			close(2);
			buf_init(&b, METRICS_MAX);
			metric_sample(&b, bad[i], 1);
			_exit(0);
		}
		CHECK(waitpid(child, &status, 0) == child);
		CHECK_SAY(WIFSIGNALED(status), "\"%s\" was taken", bad[i]);
	}
}

const struct test tests[] = {
	{"lines", lines},
	{"causes", causes},
	{"full", full},
	{"names", names},
	{NULL, NULL},
};
