// The verbs below `tocsin officer`.
#ifndef TOCSIN_CLI_OFFICER_H
#define TOCSIN_CLI_OFFICER_H

#include "cli.h"

extern const struct verb officer_init, officer_show, officer_sign, officer_merge;
extern const struct verb officer_charter;   // officer_charter.c
extern const struct verb officer_accredit;  // officer_accredit.c
extern const struct verb officer_suspend, officer_expel, officer_restore, officer_team, officer_common_list; // officer_draft.c
extern const struct verb officer_order_ceremony, officer_resume;
extern const struct verb officer_publish;   // officer_publish.c

#endif
