/** Firmata 2.5 (github.com/firmata/protocol, protocol.md) as far as this board has something for it. */
#ifndef FIRMATA_H
#define FIRMATA_H

#include "board.h"

/** Version and firmware, which a board says by itself when it starts. */
void firmata_greet(void);
/** As after a start: nothing is reported, outputs are off. Latch and lease stay. */
void firmata_reset(struct board *board);
/** Does what the complete message in `frame` says. */
void firmata_obey(struct board *board, uint32_t now);
/** Tells the levels of all ports that the host wants to know of. */
void firmata_report_ports(const struct board *board);
void firmata_report_samples(const struct board *board);

/** What messages want of the board. */
void board_tell(const struct board *board, uint8_t number);
void board_feed(struct board *board, uint32_t now, uint8_t seconds);
void board_beep(struct board *board, uint32_t now, uint16_t ms);
void board_acknowledge(struct board *board, uint32_t openings);
/** Outputs as they are to be, if the host may use them. */
void board_show(const struct board *board);

#endif
