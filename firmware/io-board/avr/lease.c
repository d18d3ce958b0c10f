#include "lease.h"
#include "hardware.h"

void lease_feed(struct lease *lease, uint32_t now, uint8_t seconds)
{
    lease->is = LEASE_FED;
    lease->until = now + MS_TO_TICKS(1000) * seconds;
}

bool lease_lapse(struct lease *lease, uint32_t now)
{
    if (lease->is != LEASE_FED || (int32_t)(now - lease->until) < 0) return false;
    lease->is = LEASE_LAPSED;
    lease->lapses = (lease->lapses + 1) & 0x7f;
    return true;
}
