/** What the board's logic needs of a chip. `hardware.c` is the ATmega328P; the tests on a host bring one of their own. */
#ifndef HARDWARE_H
#define HARDWARE_H

#include <stdbool.h>
#include <stdint.h>

/** Time goes by in ticks of 64 microseconds: 16 MHz by 1024. */
#define MS_TO_TICKS(ms) ((uint32_t)(ms) * 125 / 8)

enum {
    CHANNEL_BATTERY,
    CHANNEL_SUPPLY,
    CHANNEL_TEMPERATURE,
    CHANNELS
};

/** Levels of the pins 2 to 7, in bits 2 to 7: 0 is a switch that is closed to ground. */
uint8_t hardware_levels(void);
/** Of ten bits, against a supply of 5 V. Takes 0.2 ms. */
uint16_t hardware_analogue(uint8_t channel);
/** 0 is off, 255 on, anything between is dimmed. */
void hardware_light(uint8_t value);
void hardware_lamp(bool on);
void hardware_buzzer(bool on);
/** Waits while there is no room. */
void hardware_send(uint8_t byte);
uint8_t hardware_load(uint8_t address);
/** Whether a byte can be stored now; one takes some 3.4 ms. */
bool hardware_can_store(void);
void hardware_store(uint8_t address, uint8_t byte);

#endif
