/** The ATmega328P at 16 MHz. Clauses are those of its data sheet, DS40002061B. */
#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>

#include "chip.h"
#include "hardware.h"
#include "pins.h"

/** 57600 baud at double speed: 16 MHz / 8 / 35, 0.8 % slow. */
#define BAUD_DIVIDER 34
/** Powers of two. */
#define ROOM 128
#define ROOM_MASK (ROOM - 1)

#define RXD_BIT (1 << 0)
#define BUZZER_BIT (1 << 0)
#define LIGHT_BIT (1 << 3)
#define LAMP_BIT (1 << 5)

struct ring {
    volatile uint8_t in;
    volatile uint8_t out;
    uint8_t bytes[ROOM];
};

static struct ring received, sending;
static volatile bool woken;
static uint16_t counted;
static uint32_t ticks;
/** In no section that is cleared at the start. */
static uint8_t reset_cause __attribute__((section(".noinit")));

/** After a reset by the watchdog it runs on, with its shortest time (11.8.2): it is stopped before anything else. */
void stop_watchdog(void) __attribute__((naked, used, section(".init3")));
void stop_watchdog(void)
{
    reset_cause = MCUSR;
    MCUSR = 0;
    wdt_disable();
}

ISR(USART_RX_vect)
{
    /* Of the byte that is read next (20.7.4): no stop bit, so the line is broken or loose. */
    bool broken = UCSR0A & (1 << FE0);
    uint8_t byte = UDR0;
    if (broken) return;
    uint8_t next = (received.in + 1) & ROOM_MASK;
    if (next == received.out) return;
    received.bytes[received.in] = byte;
    received.in = next;
}

ISR(USART_UDRE_vect)
{
    UDR0 = sending.bytes[sending.out];
    sending.out = (sending.out + 1) & ROOM_MASK;
    if (sending.out == sending.in) UCSR0B &= ~(1 << UDRIE0);
}

ISR(PCINT2_vect)
{
    woken = true;
}

ISR(TIMER1_COMPA_vect)
{
    woken = true;
}

bool chip_begin(void)
{
    /* Pull-ups on the switches, the line, and what is not wired, so that no input floats (14.2.6). */
    PORTD = WIRED_PINS | RXD_BIT;
    DDRB = BUZZER_BIT | LIGHT_BIT | LAMP_BIT;
    PORTB = (1 << 1) | (1 << 2) | (1 << 4);
    PORTC = (1 << 3) | (1 << 4) | (1 << 5);
    PCMSK2 = WIRED_PINS;
    PCICR = 1 << PCIE2;

    TCCR1B = (1 << CS12) | (1 << CS10);
    TIMSK1 = 1 << OCIE1A;

    /* Against the supply; 16 MHz / 128 (24.4). */
    ADCSRA = (1 << ADEN) | (1 << ADPS2) | (1 << ADPS1) | (1 << ADPS0);
    DIDR0 = (1 << CHANNEL_BATTERY) | (1 << CHANNEL_SUPPLY) | (1 << CHANNEL_TEMPERATURE);

    UCSR0A = 1 << U2X0;
    UBRR0 = BAUD_DIVIDER;
    UCSR0C = (1 << UCSZ01) | (1 << UCSZ00);
    UCSR0B = (1 << RXCIE0) | (1 << RXEN0) | (1 << TXEN0);
    sei();
    return (reset_cause & (1 << WDRF)) != 0;
}

uint32_t chip_now(void)
{
    uint16_t count = TCNT1;
    ticks += (uint16_t)(count - counted);
    counted = count;
    return ticks;
}

bool chip_received(uint8_t *byte)
{
    if (received.in == received.out) return false;
    *byte = received.bytes[received.out];
    received.out = (received.out + 1) & ROOM_MASK;
    return true;
}

void chip_rouse(void)
{
    woken = false;
}

void chip_alarm(uint16_t wait)
{
    /* One that is set to a count which has just passed would go off four seconds late. */
    OCR1A = TCNT1 + (wait < 2 ? 2 : wait);
    TIFR1 = 1 << OCF1A;
}

bool chip_may_sleep(void)
{
    return !woken && received.in == received.out;
}

uint8_t hardware_levels(void)
{
    return PIND & WIRED_PINS;
}

uint16_t hardware_analogue(uint8_t channel)
{
    ADMUX = (1 << REFS0) | channel;
    ADCSRA |= 1 << ADSC;
    while (ADCSRA & (1 << ADSC)) {}
    return ADC;
}

void hardware_light(uint8_t value)
{
    if (value == 0 || value == 255) {
        TCCR2A = 0;
        TCCR2B = 0;
        if (value == 0) PORTB &= ~LIGHT_BIT;
        else PORTB |= LIGHT_BIT;
        return;
    }
    /* Fast PWM on OC2A, 244 Hz: 16 MHz / 256 / 256. */
    OCR2A = value;
    TCCR2A = (1 << COM2A1) | (1 << WGM21) | (1 << WGM20);
    TCCR2B = (1 << CS22) | (1 << CS21);
}

void hardware_lamp(bool on)
{
    if (on) PORTB |= LAMP_BIT;
    else PORTB &= ~LAMP_BIT;
}

void hardware_buzzer(bool on)
{
    if (on) PORTB |= BUZZER_BIT;
    else PORTB &= ~BUZZER_BIT;
}

void hardware_send(uint8_t byte)
{
    uint8_t next = (sending.in + 1) & ROOM_MASK;
    while (next == sending.out) {}
    sending.bytes[sending.in] = byte;
    cli();
    sending.in = next;
    UCSR0B |= 1 << UDRIE0;
    sei();
}

uint8_t hardware_load(uint8_t address)
{
    return eeprom_read_byte((const uint8_t *)(uint16_t)address);
}

bool hardware_can_store(void)
{
    return eeprom_is_ready();
}

void hardware_store(uint8_t address, uint8_t byte)
{
    eeprom_write_byte((uint8_t *)(uint16_t)address, byte);
}
