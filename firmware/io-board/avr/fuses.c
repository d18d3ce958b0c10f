/** Fuses and lock bits, for a programmer that reads them from the .elf file. Clauses are those of the data sheet, DS40002061B. */
#include <avr/io.h>

FUSES = {
    /* Full swing crystal, and 65 ms until it runs with power that rises slowly (9.4); not by 8. */
    .low = FUSE_CKSEL3,
    /* The latch survives a new firmware; no boot loader. */
    .high = FUSE_SPIEN & FUSE_EESAVE,
    /* 4.3 V: 16 MHz wants 3.8 V (29.3), and an EEPROM that is written with less is damaged (8.4.2). */
    .extended = FUSE_BODLEVEL0 & FUSE_BODLEVEL1,
};

/** Nothing is read or written but by erasing the whole chip first (28.1). */
LOCKBITS = LB_MODE_3;
