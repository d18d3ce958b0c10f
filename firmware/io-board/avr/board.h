/** The board, apart from its chip: what it answers, keeps, and does when nobody asks. */
#ifndef BOARD_H
#define BOARD_H

#include "frame.h"
#include "inputs.h"
#include "latch.h"
#include "lease.h"
#include "report.h"

struct outputs {
    bool lamp_is_output;
    bool lamp;
    /** Firmata's mode of the light's pin, 0 while nobody has set it. */
    uint8_t light_mode;
    uint8_t light;
    bool sounding;
    uint32_t silent_at;
};

struct storing {
    uint8_t record[RECORD_LENGTH];
    uint8_t address;
    /** The byte to be stored next; RECORD_LENGTH: nothing is being stored. */
    uint8_t next;
    /** The latch is not yet as the record says. */
    bool due;
};

struct board {
    struct frame frame;
    struct inputs inputs;
    struct latch latch;
    struct lease lease;
    struct outputs outputs;
    struct storing storing;
    uint32_t slips;
    uint8_t memory;
    bool hung;
    /** Ports whose levels the host wants to know of, and analogue channels that it wants sampled; a bit each. */
    uint8_t reported_ports;
    uint8_t sampled;
    uint16_t sampling_ms;
    uint32_t looked_at;
    uint32_t sampled_at;
};

/** @param hung whether the chip's own watchdog ended the last run */
void board_begin(struct board *board, uint32_t now, bool hung);
void board_take(struct board *board, uint32_t now, uint8_t byte);
/** Does what is due. Gives after how many ticks it wants to be called again, unless a pin changes or a byte comes before. */
uint16_t board_run(struct board *board, uint32_t now);

#endif
