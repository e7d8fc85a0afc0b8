// tocsin-watch: the verbs, their options, and what they share.
#ifndef TOCSIN_WATCH_WATCH_H
#define TOCSIN_WATCH_WATCH_H

#include <stdio.h>

#include "indicator/indicator.h"
#include "verb/verb.h"

// Exit status. hunt and run are like grep: did anything meet?
enum { WATCH_OK = 0, WATCH_MET = 0, WATCH_NOTHING = 1, WATCH_FAILED = 1, WATCH_TROUBLE = 2, WATCH_USAGE = 2 };

extern const struct verb verb_compile, verb_show, verb_hunt, verb_run, verb_key, verb_sign, verb_update, verb_send;

#endif
