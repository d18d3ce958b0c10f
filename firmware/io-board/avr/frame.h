/** Cuts what the host sends into messages of Firmata 2.5. Bytes that belong to no message are thrown away. */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define SYSEX_START 0xf0
#define SYSEX_END 0xf7
#define FRAME_LIMIT 64

struct frame {
    uint8_t bytes[FRAME_LIMIT];
    uint8_t length;
    bool complete;
};

/** Takes one byte; true once `bytes` holds a whole message, until the next byte comes. */
bool frame_take(struct frame *frame, uint8_t byte);

#endif
