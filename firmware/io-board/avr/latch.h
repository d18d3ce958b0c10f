/**
 * What no restart forgets: which tamper switches have been open since somebody last acknowledged it, and how often any opened, ever.
 *
 * It is kept in two slots of EEPROM, written in turn, so that a write which power cuts short leaves the other. Such a slot, and every
 * other that is neither whole nor as it left the factory, counts as tampering. What power takes before a first byte is written is lost.
 *
 *   generation | latched | openings, four bytes, low first | checksum of these six, two bytes, low first
 */
#ifndef LATCH_H
#define LATCH_H

#include <stdbool.h>
#include <stdint.h>

#define RECORD_LENGTH 8
#define SLOTS 2

struct latch {
    uint32_t openings;
    uint8_t latched;
    uint8_t generation;
    /** Where the next record goes. */
    uint8_t slot;
};

enum memory { MEMORY_KEPT, MEMORY_NEW, MEMORY_DAMAGED };

/** Reads both slots. Damaged, all of `every` is latched and each of it counted as an opening. */
enum memory latch_restore(struct latch *latch, const uint8_t *slots, uint8_t every);
/** These switches have just opened. */
void latch_open(struct latch *latch, uint8_t switches);
/**
 * Somebody knows of so many openings. If that is all of them, the switches that are closed are latched no more.
 * @return whether the latch changed
 */
bool latch_acknowledge(struct latch *latch, uint32_t openings, uint8_t open);
/** Writes the record for the next slot, and turns to the other. */
void latch_record(struct latch *latch, uint8_t *record);

#endif
