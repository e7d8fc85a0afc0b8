// Standard input, output and error: the first and the last thing that the main() of a program sees to.
#ifndef TOCSIN_SYS_STANDARD_H
#define TOCSIN_SYS_STANDARD_H

// First: opens what is closed of the three, so that it can still not be read, or written. A file that came to lie there would be given
// what is told.
void standard_hold(void);
// Last: the exit status, or 1 after saying that what was printed could not be written.
int standard_written(const char *program, int status);

#endif
