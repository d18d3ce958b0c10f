/** What the main loop needs of the chip beside `hardware.h`. */
#ifndef CHIP_H
#define CHIP_H

#include <stdbool.h>
#include <stdint.h>

/** Sets everything up. True if the chip's watchdog ended the last run. */
bool chip_begin(void);
/** Ticks since the start; goes round. To be called at least every four seconds. */
uint32_t chip_now(void);
/** Takes a byte that has come; false if none has. */
bool chip_received(uint8_t *byte);
/** Forgets what has kept the chip awake until now. */
void chip_rouse(void);
/** Wakes the chip after so many ticks. */
void chip_alarm(uint16_t ticks);
/** With interrupts off: since it was roused nothing has come, no pin has changed and the alarm has not gone off. */
bool chip_may_sleep(void);

#endif
