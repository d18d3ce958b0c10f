/**
 * How the board is wired. Inputs have their pull-up on and switches close to ground.
 *
 *    2  PD2  in   executive officer's key     0: turned            8  PB0  out  buzzer    1: sounds
 *    3  PD3  in   supervisory officer's key   0: turned           11  PB3  out  light     1: on, dimmed by timer 2
 *    4  PD4  in   case                        1: open             13  PB5  out  lamp      1: lit
 *    5  PD5  in   ballot box                  1: open             14  PC0  in   battery, a third of it
 *    6  PD6  in   seal loop                   1: cut              15  PC1  in   supply, a third of it
 *    7  PD7  in   slip sensor                 0: a slip is there  16  PC2  in   temperature, TMP36
 */
#ifndef PINS_H
#define PINS_H

#define PINS 20
#define PORTS 3
#define FIRST_PIN 2
#define LIGHT 11
#define LAMP 13
#define FIRST_ANALOGUE 14

/** Bits of the pins 2 to 7 in port 0. */
#define WIRED_PINS 0xfc
#define TAMPER_PINS 0x70
#define SLIP_PIN 0x80

/** Battery and supply come through resistors, 1 to 2: 15 V at most. */
#define DIVIDER 3

#define LONGEST_BEEP_MS 5000

#endif
