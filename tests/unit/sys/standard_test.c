// sys/standard: nothing is opened in the place of a closed standard descriptor, and what could not be printed is no success.
#include "sys/standard.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

// The status with which a child ends that has these descriptors (bits) closed, standard input and error always, and prints.
static int child(unsigned closed, bool print, int status)
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		for (int fd = 0; fd < 3; fd++)
			if (fd != STDOUT_FILENO || (closed >> fd & 1) != 0)
				close(fd);
		standard_hold();
		for (int fd = 0; fd < 3; fd++) // what is held can be neither read nor written
			if (fd != STDOUT_FILENO && (fcntl(fd, F_GETFL) & O_ACCMODE) != (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY))
				_exit(99);
		if (open("/dev/null", O_RDWR) < 3)
			_exit(98);
		if (print)
			printf("printed\n");
		_exit(standard_written("test", status));
	}
	int ended = -1;
	return waitpid(pid, &ended, 0) == pid && WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
}

static void closed(void)
{
	static const struct {
		unsigned closed;
		bool print;
		int status, want;
	} rows[] = {
		{0, false, 0, 0}, {0, false, 2, 2}, {1u << STDOUT_FILENO, false, 0, 0}, {1u << STDOUT_FILENO, true, 0, 1},
		{1u << STDOUT_FILENO, true, 20, 1}, {7, true, 0, 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int ended = child(rows[i].closed, rows[i].print, rows[i].status);
		CHECK_SAY(ended == rows[i].want, "row %zu: %d", i, ended);
	}
}

const struct test tests[] = {{"closed descriptors", closed}, {NULL, NULL}};
