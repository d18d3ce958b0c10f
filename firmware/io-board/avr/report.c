#include "report.h"
#include "checksum.h"
#include "frame.h"

/** F0, the command and the kind before the data; checksum and F7 behind it. */
#define BEFORE 3
#define BEHIND 4

static uint8_t *put(uint8_t *at, uint32_t number, uint8_t count)
{
    for (; count > 0; count--, number >>= 7) *at++ = number & 0x7f;
    return at;
}

uint32_t report_number(const uint8_t *bytes, uint8_t count)
{
    uint32_t number = 0;
    while (count-- > 0) number = number << 7 | bytes[count];
    return number;
}

void report_status(const struct status *status, uint8_t message[STATUS_LENGTH])
{
    uint8_t *at = message;
    *at++ = SYSEX_START;
    *at++ = USER_SYSEX;
    *at++ = TELL_STATUS;
    *at++ = status->number;
    *at++ = status->inputs;
    *at++ = status->latched;
    *at++ = status->state;
    *at++ = status->lapses;
    at = put(at, status->openings, 4);
    at = put(at, status->slips, 3);
    at = put(at, status->battery_mv, 2);
    at = put(at, status->supply_mv, 2);
    at = put(at, status->temperature, 2);
    at = put(at, checksum(message + 1, at - message - 1), 3);
    *at = SYSEX_END;
}

bool report_is_whole(const uint8_t *message, uint8_t length)
{
    if (length < BEFORE + BEHIND) return false;
    return report_number(message + length - BEHIND, 3) == checksum(message + 1, length - 1 - BEHIND);
}
