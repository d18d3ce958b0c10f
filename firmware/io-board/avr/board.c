#include "board.h"
#include "firmata.h"
#include "hardware.h"
#include "pins.h"

/** The chip's own watchdog wants to be fed within two seconds. */
#define REST_TICKS MS_TO_TICKS(1000)
#define STORE_TICKS MS_TO_TICKS(4)

static uint8_t tamper_open(const struct board *board)
{
    return board->inputs.settled & TAMPER_PINS;
}

/** A record that has begun to be stored is stored whole; what the latch has become meanwhile goes to the other slot. */
static void run_storing(struct board *board)
{
    struct storing *storing = &board->storing;
    if (storing->next == RECORD_LENGTH) {
        if (!storing->due) return;
        storing->due = false;
        storing->address = board->latch.slot * RECORD_LENGTH;
        storing->next = 0;
        latch_record(&board->latch, storing->record);
    }
    while (storing->next < RECORD_LENGTH && hardware_can_store()) {
        hardware_store(storing->address + storing->next, storing->record[storing->next]);
        storing->next++;
    }
}

static bool may_use_outputs(const struct board *board)
{
    return board->lease.is != LEASE_LAPSED;
}

static bool is_lit(const struct board *board)
{
    const struct outputs *outputs = &board->outputs;
    return may_use_outputs(board) && outputs->lamp_is_output && outputs->lamp;
}

static void be_silent(struct board *board)
{
    board->outputs.sounding = false;
    hardware_buzzer(false);
}

void board_begin(struct board *board, uint32_t now, bool hung)
{
    uint8_t slots[SLOTS * RECORD_LENGTH];
    for (uint8_t i = 0; i < sizeof slots; i++) slots[i] = hardware_load(i);
    board->hung = hung;
    board->storing.next = RECORD_LENGTH;
    inputs_begin(&board->inputs, hardware_levels());
    board->memory = latch_restore(&board->latch, slots, TAMPER_PINS);
    uint8_t unknown = tamper_open(board) & ~board->latch.latched;
    latch_open(&board->latch, unknown);
    board->storing.due = unknown != 0 || board->memory == MEMORY_DAMAGED;
    board->looked_at = board->sampled_at = now;
    firmata_reset(board);
    firmata_greet();
    board_tell(board, 0);
}

void board_tell(const struct board *board, uint8_t number)
{
    const struct inputs *inputs = &board->inputs;
    uint16_t sensor_mv = (uint32_t)hardware_analogue(CHANNEL_TEMPERATURE) * 5000 / 1024;
    struct status status = {
        .number = number,
        /* Keys and the slip sensor close to ground when there is something; tamper switches when all is well. */
        .inputs = ((inputs->settled ^ ~TAMPER_PINS) & WIRED_PINS) >> FIRST_PIN,
        .latched = board->latch.latched >> FIRST_PIN,
        .state = (board->lease.is == LEASE_FED ? STATE_FED : 0) |
            (board->lease.is == LEASE_LAPSED ? STATE_LAPSED : 0) |
            (board->hung ? STATE_HUNG : 0) |
            (board->memory == MEMORY_NEW ? STATE_NEW : 0) |
            (board->memory == MEMORY_DAMAGED ? STATE_DAMAGED : 0) |
            (board->outputs.sounding ? STATE_SOUNDING : 0) |
            (is_lit(board) ? STATE_LIT : 0),
        .lapses = board->lease.lapses,
        .openings = board->latch.openings,
        .slips = board->slips,
        .battery_mv = (uint32_t)hardware_analogue(CHANNEL_BATTERY) * (5000 * DIVIDER / 8) / 128,
        .supply_mv = (uint32_t)hardware_analogue(CHANNEL_SUPPLY) * (5000 * DIVIDER / 8) / 128,
        /* TMP36: 500 mV at 0 degrees, 10 mV a degree. */
        .temperature = sensor_mv + 500,
    };
    uint8_t message[STATUS_LENGTH];
    report_status(&status, message);
    for (uint8_t i = 0; i < STATUS_LENGTH; i++) hardware_send(message[i]);
}

void board_feed(struct board *board, uint32_t now, uint8_t seconds)
{
    lease_feed(&board->lease, now, seconds);
}

void board_beep(struct board *board, uint32_t now, uint16_t ms)
{
    if (ms > LONGEST_BEEP_MS) ms = LONGEST_BEEP_MS;
    if (ms == 0 || !may_use_outputs(board)) return;
    board->outputs.sounding = true;
    board->outputs.silent_at = now + MS_TO_TICKS(ms);
    hardware_buzzer(true);
}

void board_acknowledge(struct board *board, uint32_t openings)
{
    if (latch_acknowledge(&board->latch, openings, tamper_open(board))) board->storing.due = true;
}

void board_show(const struct board *board)
{
    const struct outputs *outputs = &board->outputs;
    hardware_lamp(is_lit(board));
    hardware_light(may_use_outputs(board) && outputs->light_mode != 0 ? outputs->light : 0);
}

void board_take(struct board *board, uint32_t now, uint8_t byte)
{
    if (frame_take(&board->frame, byte)) firmata_obey(board, now);
}

/** One look at the switches, if one is due; true if any of them counts otherwise now. */
static bool look(struct board *board, uint32_t now)
{
    uint8_t levels = hardware_levels();
    if (!inputs_unsettled(&board->inputs, levels)) return false;
    if (now - board->looked_at < MS_TO_TICKS(LOOK_MS)) return false;
    board->looked_at = now;
    uint8_t changed = inputs_look(&board->inputs, levels) & WIRED_PINS;
    if (changed == 0) return false;
    uint8_t opened = changed & tamper_open(board);
    if (opened != 0) {
        latch_open(&board->latch, opened);
        board->storing.due = true;
    }
    if (changed & ~board->inputs.settled & SLIP_PIN) board->slips = (board->slips + 1) & 0x1fffff;
    return true;
}

uint16_t board_run(struct board *board, uint32_t now)
{
    uint32_t rest = REST_TICKS;
    bool told = look(board, now);
    if (told) firmata_report_ports(board);
    if (lease_lapse(&board->lease, now)) {
        /* Nobody may come back and find them on: what the host had set is forgotten. */
        board->outputs.lamp = false;
        board->outputs.light = 0;
        be_silent(board);
        board_show(board);
        told = true;
    }
    if (board->outputs.sounding && (int32_t)(now - board->outputs.silent_at) >= 0) be_silent(board);
    if (told) board_tell(board, 0);
    run_storing(board);
    if (board->sampled != 0) {
        uint32_t every = MS_TO_TICKS(board->sampling_ms);
        if (now - board->sampled_at >= every) {
            board->sampled_at = now;
            firmata_report_samples(board);
        }
        uint32_t left = every - (now - board->sampled_at);
        if (left < rest) rest = left;
    }
    if (board->outputs.sounding && board->outputs.silent_at - now < rest) rest = board->outputs.silent_at - now;
    if (board->lease.is == LEASE_FED && board->lease.until - now < rest) rest = board->lease.until - now;
    if (board->storing.next < RECORD_LENGTH && STORE_TICKS < rest) rest = STORE_TICKS;
    if (inputs_unsettled(&board->inputs, hardware_levels()) && MS_TO_TICKS(LOOK_MS) < rest) rest = MS_TO_TICKS(LOOK_MS);
    return rest;
}
