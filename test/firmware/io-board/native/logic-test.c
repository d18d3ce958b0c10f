/** The firmware's logic on this computer, over hardware that is a few variables. */
#include <string.h>

#include "board.h"
#include "check.h"
#include "checksum.h"
#include "hardware.h"
#include "pins.h"

#define CLOSED 0x8c

static uint8_t eeprom[SLOTS * RECORD_LENGTH];
/** Bytes that may still be stored before the power goes. */
static int power;
static uint8_t levels;
static bool lamp;
static uint8_t sent[4096];
static size_t sent_length;

uint8_t hardware_levels(void) { return levels; }
uint16_t hardware_analogue(uint8_t channel) { return channel * 100; }
void hardware_light(uint8_t value) { (void)value; }
void hardware_lamp(bool on) { lamp = on; }
void hardware_buzzer(bool on) { (void)on; }
void hardware_send(uint8_t byte) { if (sent_length < sizeof sent) sent[sent_length++] = byte; }
uint8_t hardware_load(uint8_t address) { return eeprom[address]; }
bool hardware_can_store(void) { return true; }
void hardware_store(uint8_t address, uint8_t byte)
{
    /* Where power fails in the middle of a byte, the byte is erased and not written. */
    if (power > 0) eeprom[address] = byte;
    if (power == 0) eeprom[address] = 0xff;
    if (power >= 0) power--;
}

static struct board start(void)
{
    struct board board;
    memset(&board, 0, sizeof board);
    board_begin(&board, 0, false);
    return board;
}

static void run(struct board *board, uint32_t *now, uint32_t ticks)
{
    for (uint32_t until = *now + ticks; *now < until; (*now)++) board_run(board, *now);
}

static void checksum_is_the_published_one(void)
{
    CHECK(checksum((const uint8_t *)"123456789", 9) == 0x29b1);
}

static void debounce_wants_four_looks_in_a_row_for_each_bit_by_itself(void)
{
    for (unsigned pattern = 0; pattern < 1 << 12; pattern++) {
        struct inputs inputs;
        inputs_begin(&inputs, 0);
        uint8_t expected = 0;
        unsigned found = 0;
        for (unsigned look = 0; look < 12; look++) {
            uint8_t level = pattern >> look & 1;
            found = level != expected ? found + 1 : 0;
            if (found == 4) expected = level, found = 0;
            /* The neighbour is held open from the start: four looks, whatever the first does. */
            inputs_look(&inputs, level | 2);
            CHECK((inputs.settled & 1) == expected);
            CHECK((inputs.settled & 2) == (look >= 3 ? 2 : 0));
        }
        CHECK(inputs_unsettled(&inputs, inputs.settled) == (found != 0));
    }
}

static void a_record_survives_any_number_of_restarts_and_generations(void)
{
    uint8_t slots[SLOTS * RECORD_LENGTH];
    struct latch latch;
    memset(slots, 0xff, sizeof slots);
    CHECK(latch_restore(&latch, slots, TAMPER_PINS) == MEMORY_NEW);
    CHECK(latch.latched == 0 && latch.openings == 0);
    for (uint32_t i = 1; i <= 1000; i++) {
        latch_open(&latch, 0x10);
        uint8_t slot = latch.slot;
        latch_record(&latch, slots + slot * RECORD_LENGTH);
        struct latch again;
        CHECK(latch_restore(&again, slots, TAMPER_PINS) == MEMORY_KEPT);
        CHECK(again.openings == i && again.latched == 0x10 && again.slot == 1 - slot);
        latch = again;
    }
}

static void a_bit_that_turns_in_a_record_is_tampering(void)
{
    for (unsigned bit = 0; bit < 8 * RECORD_LENGTH; bit++) {
        uint8_t slots[SLOTS * RECORD_LENGTH];
        struct latch latch;
        memset(slots, 0xff, sizeof slots);
        latch_restore(&latch, slots, TAMPER_PINS);
        latch_record(&latch, slots);
        slots[bit / 8] ^= 1 << bit % 8;
        CHECK(latch_restore(&latch, slots, TAMPER_PINS) == MEMORY_DAMAGED);
        CHECK(latch.latched == TAMPER_PINS && latch.openings == 3);
    }
}

static void an_opening_whose_record_has_begun_is_never_forgotten_wherever_power_fails(void)
{
    /* A first opening is stored whole and acknowledged; power fails at each byte of what the second one stores. */
    for (int fails_at = 0; fails_at <= RECORD_LENGTH; fails_at++) {
        uint32_t now = 0;
        memset(eeprom, 0xff, sizeof eeprom);
        power = 1000;
        levels = CLOSED;
        struct board board = start();
        board.latch.openings = 100;
        levels = CLOSED | 0x10;
        run(&board, &now, 2000);
        levels = CLOSED;
        run(&board, &now, 2000);
        board.storing.due = latch_acknowledge(&board.latch, 101, 0);
        CHECK(board.storing.due && board.latch.latched == 0);
        run(&board, &now, 2000);
        power = fails_at;
        levels = CLOSED | 0x20;
        run(&board, &now, 2000);
        power = 1000;
        levels = CLOSED;
        board = start();
        CHECK(board.latch.latched & 0x20);
        CHECK(board.latch.openings >= 102);
    }
}

static void an_opening_while_another_is_stored_is_stored_too(void)
{
    uint32_t now = 0;
    memset(eeprom, 0xff, sizeof eeprom);
    power = 1000;
    levels = CLOSED;
    struct board board = start();
    board.storing.due = true;
    levels = CLOSED | 0x70;
    run(&board, &now, 2000);
    board = start();
    CHECK(board.latch.latched == 0x70 && board.latch.openings == 3);
}

static void the_lease_lapses_once_and_not_before_also_where_time_goes_round(void)
{
    for (uint32_t start_at = 0xfffe0000; start_at != 0x20000; start_at += 0x10000) {
        struct lease lease = { 0 };
        CHECK(!lease_lapse(&lease, start_at));
        lease_feed(&lease, start_at, 2);
        CHECK(!lease_lapse(&lease, start_at + MS_TO_TICKS(1999)));
        CHECK(lease_lapse(&lease, start_at + MS_TO_TICKS(2001)));
        CHECK(!lease_lapse(&lease, start_at + MS_TO_TICKS(9000)));
        CHECK(lease.is == LEASE_LAPSED && lease.lapses == 1);
    }
}

static void any_bytes_leave_the_board_whole(void)
{
    uint32_t now = 0, noise = 1;
    memset(eeprom, 0xff, sizeof eeprom);
    power = 1000;
    levels = CLOSED;
    struct board board = start();
    for (long i = 0; i < 2000000; i++) {
        noise = noise * 1664525 + 1013904223;
        uint8_t byte = noise >> 24;
        /* Near to messages: commands that exist, and small numbers. */
        static const uint8_t commands[] = { 0xf0, 0xf7, 0x90, 0xc0, 0xd0, 0xe0, 0xf4, 0xf5, 0xf9, 0x01, 0x6b, 0x6d, 0x6f, 0x7a };
        if (noise & 0x8000) byte = commands[byte % sizeof commands];
        board_take(&board, now, byte);
        CHECK(board.frame.length <= FRAME_LIMIT);
        if (i % 64 == 0) board_run(&board, now++);
    }
    board_take(&board, now, SYSEX_START);
    for (int i = 0; i < 300; i++) board_take(&board, now, 1);
    CHECK(board.latch.openings == 0 && board.latch.latched == 0);
    sent_length = 0;
    board_take(&board, now, 0xf9);
    CHECK(sent_length >= 3 && sent[sent_length - 3] == 0xf9 && sent[sent_length - 1] == 5);
}

#define TEST(name) { name(); puts(#name); }

int main(void)
{
    TEST(checksum_is_the_published_one);
    TEST(debounce_wants_four_looks_in_a_row_for_each_bit_by_itself);
    TEST(a_record_survives_any_number_of_restarts_and_generations);
    TEST(a_bit_that_turns_in_a_record_is_tampering);
    TEST(an_opening_whose_record_has_begun_is_never_forgotten_wherever_power_fails);
    TEST(an_opening_while_another_is_stored_is_stored_too);
    TEST(the_lease_lapses_once_and_not_before_also_where_time_goes_round);
    TEST(any_bytes_leave_the_board_whole);
    return 0;
}
