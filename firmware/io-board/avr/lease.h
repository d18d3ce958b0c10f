/** The host's leave to use the outputs: lent for some seconds at a time, and gone when nobody asks for more. */
#ifndef LEASE_H
#define LEASE_H

#include <stdbool.h>
#include <stdint.h>

enum lease_is { LEASE_NEVER, LEASE_FED, LEASE_LAPSED };

struct lease {
    enum lease_is is;
    uint32_t until;
    /** How often it has lapsed since the start; goes round at 128. */
    uint8_t lapses;
};

void lease_feed(struct lease *lease, uint32_t now, uint8_t seconds);
/** True once, when it has just lapsed. */
bool lease_lapse(struct lease *lease, uint32_t now);

#endif
