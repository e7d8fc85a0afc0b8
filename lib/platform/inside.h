// Inside of platform: what its files share. For lib/platform only.
#ifndef TOCSIN_PLATFORM_INSIDE_H
#define TOCSIN_PLATFORM_INSIDE_H

#include "platform/platform.h"

// A file of the home.
MUST_USE enum err home_path(const struct platform *p, const char *name, char path[static FILE_PATH_MAX], struct why *why);
// That the home is a directory that nobody else can read; the keys and the card in it.
MUST_USE enum err home_read(struct platform *p, struct why *why);
// A frame with this member's signature. ERR_ABSENT without a credential.
MUST_USE enum err ask_make(struct platform *p, uint8_t to, const char *verb, const uint8_t nonce[static 16], struct slice body,
                           struct buf *frame, struct why *why);
// The seats in random order; returns how many there are.
unsigned seats_shuffle(const struct platform *p, unsigned seats[static SEATS_MAX]);
// The client of a seat, or of the hub (0). ERR_AWAY: its address cannot be used; ERR_INPUT: no such seat.
MUST_USE enum err client_of(const struct platform *p, unsigned seat, struct http_client **client, struct why *why);

#endif
