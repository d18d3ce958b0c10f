/**
 * The board's own sysex messages, number 01 of those that Firmata leaves to users. Numbers have seven bits a byte, low ones first.
 *
 *   F0 01 kind | data | checksum, three bytes | F7      the checksum is over 01, kind and data: see checksum.h
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdint.h>

#define USER_SYSEX 0x01

/** Host to board; each begins with a number that its answer repeats, 1 to 127. */
enum {
    ASK_STATUS = 0x01,      /* number */
    ASK_FEED = 0x02,        /* number, seconds: 1 to 127 */
    ASK_BEEP = 0x03,        /* number, milliseconds: two bytes */
    ASK_ACKNOWLEDGE = 0x04  /* number, openings: four bytes */
};

/** Board to host: the answer to each, and told with number 0 when something changed. */
enum { TELL_STATUS = 0x41 };

/** Bits of `state`. */
enum {
    STATE_FED = 1 << 0,       /* the host's lease runs */
    STATE_LAPSED = 1 << 1,    /* it has run out: outputs are off until it is fed again */
    STATE_HUNG = 1 << 2,      /* the chip's own watchdog ended the firmware's last run */
    STATE_NEW = 1 << 3,       /* no latch was ever stored on this board */
    STATE_DAMAGED = 1 << 4,   /* what was stored could not be read */
    STATE_SOUNDING = 1 << 5,  /* the buzzer sounds */
    STATE_LIT = 1 << 6        /* the lamp is lit */
};

struct status {
    uint8_t number;
    /** Bits 0 and 1 keys turned, 2 to 4 tamper switches open, 5 a slip before the sensor. */
    uint8_t inputs;
    /** Bits 2 to 4, as in `inputs`. */
    uint8_t latched;
    uint8_t state;
    uint8_t lapses;
    uint32_t openings;
    uint32_t slips;
    uint16_t battery_mv;
    uint16_t supply_mv;
    /** Tenths of a degree Celsius above -100. */
    uint16_t temperature;
};

#define STATUS_LENGTH 25

/** Writes the whole message. */
void report_status(const struct status *status, uint8_t message[STATUS_LENGTH]);
/** Whether a user's sysex message of the host is whole: its checksum is right. Data is what lies between kind and checksum. */
bool report_is_whole(const uint8_t *message, uint8_t length);
/** Reads a number of so many bytes. */
uint32_t report_number(const uint8_t *bytes, uint8_t count);

#endif
