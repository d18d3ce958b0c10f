/** Switches bounce: a level counts once four looks in a row, 5 ms apart, have found it. */
#ifndef INPUTS_H
#define INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#define LOOK_MS 5

struct inputs {
    /** Levels that count, a bit each. */
    uint8_t settled;
    /** How often in a row each bit was found otherwise: a counter of two bits, its bits apart. */
    uint8_t low_bits;
    uint8_t high_bits;
};

void inputs_begin(struct inputs *inputs, uint8_t levels);
/** Takes one look and gives the bits that have just changed. */
uint8_t inputs_look(struct inputs *inputs, uint8_t levels);
/** Whether some level is found otherwise than it counts: it must be looked at again. */
bool inputs_unsettled(const struct inputs *inputs, uint8_t levels);

#endif
