#include "frame.h"

/** How long a message with this first byte is; 0 for a sysex message. */
static uint8_t length_of(uint8_t first)
{
    switch (first < 0xf0 ? first & 0xf0 : first) {
    case 0x90: case 0xe0: case 0xf4: case 0xf5: return 3;
    case 0xc0: case 0xd0: return 2;
    case SYSEX_START: return 0;
    default: return 1;
    }
}

bool frame_take(struct frame *frame, uint8_t byte)
{
    if (frame->complete) {
        frame->complete = false;
        frame->length = 0;
    }
    bool in_sysex = frame->length > 0 && frame->bytes[0] == SYSEX_START;
    if (byte < 0x80 || (byte == SYSEX_END && in_sysex)) {
        if (frame->length == 0 || frame->length == FRAME_LIMIT) {
            frame->length = 0;
            return false;
        }
    } else {
        /* Any command ends a message that is not finished. */
        frame->length = 0;
    }
    frame->bytes[frame->length++] = byte;
    uint8_t length = length_of(frame->bytes[0]);
    frame->complete = length == 0 ? byte == SYSEX_END : frame->length == length;
    return frame->complete;
}
