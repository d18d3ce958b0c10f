#include "firmata.h"
#include "hardware.h"
#include "pins.h"

enum { MODE_INPUT = 0x00, MODE_OUTPUT = 0x01, MODE_ANALOGUE = 0x02, MODE_PWM = 0x03, MODE_PULL_UP = 0x0b };

enum {
    MESSAGE_DIGITAL = 0x90, MESSAGE_SAMPLE = 0xc0, MESSAGE_PORT = 0xd0, MESSAGE_ANALOGUE = 0xe0,
    MESSAGE_MODE = 0xf4, MESSAGE_PIN = 0xf5, MESSAGE_VERSION = 0xf9, MESSAGE_RESET = 0xff
};

enum {
    SYSEX_MAPPING = 0x69, SYSEX_MAPPING_IS = 0x6a, SYSEX_CAPABILITIES = 0x6b, SYSEX_CAPABILITIES_ARE = 0x6c,
    SYSEX_PIN = 0x6d, SYSEX_PIN_IS = 0x6e, SYSEX_ANALOGUE = 0x6f, SYSEX_FIRMWARE = 0x79, SYSEX_SAMPLING = 0x7a
};

#define NO_CHANNEL 0x7f
#define END_OF_PIN 0x7f
#define SAMPLING_MS 19
#define SHORTEST_SAMPLING_MS 10

static const char NAME[] = "sandogh-io";
#define VERSION_MAJOR 2
#define VERSION_MINOR 0

/** Modes of a kind of pin, each with its number of bits. */
static const uint8_t SWITCH_MODES[] = { MODE_INPUT, 1, MODE_PULL_UP, 1 };
static const uint8_t LAMP_MODES[] = { MODE_OUTPUT, 1 };
static const uint8_t LIGHT_MODES[] = { MODE_OUTPUT, 1, MODE_PWM, 8 };
static const uint8_t ANALOGUE_MODES[] = { MODE_ANALOGUE, 10 };

static bool is_switch(uint8_t pin)
{
    return pin >= FIRST_PIN && pin < 8;
}

static bool is_analogue(uint8_t pin)
{
    return pin >= FIRST_ANALOGUE && pin < FIRST_ANALOGUE + CHANNELS;
}

static void send(const uint8_t *bytes, uint8_t length)
{
    while (length-- > 0) hardware_send(*bytes++);
}

static void begin_sysex(uint8_t command)
{
    hardware_send(SYSEX_START);
    hardware_send(command);
}

static void send_version(void)
{
    static const uint8_t version[] = { MESSAGE_VERSION, 2, 5 };
    send(version, sizeof version);
}

static void send_firmware(void)
{
    begin_sysex(SYSEX_FIRMWARE);
    hardware_send(VERSION_MAJOR);
    hardware_send(VERSION_MINOR);
    for (const char *letter = NAME; *letter != 0; letter++) {
        hardware_send(*letter & 0x7f);
        hardware_send(0);
    }
    hardware_send(SYSEX_END);
}

static void send_capabilities(void)
{
    begin_sysex(SYSEX_CAPABILITIES_ARE);
    for (uint8_t pin = 0; pin < PINS; pin++) {
        if (is_switch(pin)) send(SWITCH_MODES, sizeof SWITCH_MODES);
        if (pin == LIGHT) send(LIGHT_MODES, sizeof LIGHT_MODES);
        if (pin == LAMP) send(LAMP_MODES, sizeof LAMP_MODES);
        if (is_analogue(pin)) send(ANALOGUE_MODES, sizeof ANALOGUE_MODES);
        hardware_send(END_OF_PIN);
    }
    hardware_send(SYSEX_END);
}

static void send_mapping(void)
{
    begin_sysex(SYSEX_MAPPING_IS);
    for (uint8_t pin = 0; pin < PINS; pin++) hardware_send(is_analogue(pin) ? pin - FIRST_ANALOGUE : NO_CHANNEL);
    hardware_send(SYSEX_END);
}

static void send_pin(const struct board *board, uint8_t pin)
{
    const struct outputs *outputs = &board->outputs;
    uint8_t mode = MODE_INPUT;
    uint8_t value = 0;
    if (pin >= PINS) return;
    if (is_switch(pin)) mode = MODE_PULL_UP, value = 1;
    if (is_analogue(pin)) mode = MODE_ANALOGUE;
    if (pin == LAMP && outputs->lamp_is_output) mode = MODE_OUTPUT, value = outputs->lamp;
    if (pin == LIGHT) {
        mode = outputs->light_mode;
        value = mode == MODE_OUTPUT ? outputs->light != 0 : outputs->light;
    }
    begin_sysex(SYSEX_PIN_IS);
    hardware_send(pin);
    hardware_send(mode);
    hardware_send(value & 0x7f);
    if (value > 0x7f) hardware_send(1);
    hardware_send(SYSEX_END);
}

static void send_port(const struct board *board, uint8_t port)
{
    uint8_t levels = port == 0 ? board->inputs.settled & WIRED_PINS : 0;
    hardware_send(MESSAGE_DIGITAL | port);
    hardware_send(levels & 0x7f);
    hardware_send(levels >> 7);
}

/** A pin that is wired to a switch stays an input, whatever the host wants. */
static void set_mode(struct board *board, uint8_t pin, uint8_t mode)
{
    struct outputs *outputs = &board->outputs;
    if (pin == LAMP) {
        outputs->lamp_is_output = mode == MODE_OUTPUT;
        outputs->lamp = false;
    }
    if (pin == LIGHT) {
        outputs->light_mode = mode == MODE_OUTPUT || mode == MODE_PWM ? mode : MODE_INPUT;
        outputs->light = 0;
    }
}

static void write_pin(struct board *board, uint8_t pin, bool on)
{
    struct outputs *outputs = &board->outputs;
    if (board->lease.is == LEASE_LAPSED) return;
    if (pin == LAMP && outputs->lamp_is_output) outputs->lamp = on;
    if (pin == LIGHT && outputs->light_mode == MODE_OUTPUT) outputs->light = on ? 255 : 0;
}

static void write_analogue(struct board *board, uint8_t pin, uint16_t value)
{
    if (board->lease.is == LEASE_LAPSED || pin != LIGHT || board->outputs.light_mode != MODE_PWM) return;
    board->outputs.light = value > 255 ? 255 : value;
}

/** Our own messages. One that is not whole is not answered: the host asks again. */
static void obey_ours(struct board *board, uint32_t now)
{
    const uint8_t *message = board->frame.bytes;
    uint8_t length = board->frame.length;
    if (!report_is_whole(message, length)) return;
    const uint8_t *data = message + 3;
    uint8_t size = length - 7;
    if (size == 0 || data[0] == 0) return;
    switch (message[2]) {
    case ASK_STATUS:
        if (size != 1) return;
        break;
    case ASK_FEED:
        if (size != 2 || data[1] == 0) return;
        board_feed(board, now, data[1]);
        break;
    case ASK_BEEP:
        if (size != 3) return;
        board_beep(board, now, report_number(data + 1, 2));
        break;
    case ASK_ACKNOWLEDGE:
        if (size != 5) return;
        board_acknowledge(board, report_number(data + 1, 4));
        break;
    default:
        return;
    }
    board_tell(board, data[0]);
}

static void obey_sysex(struct board *board, uint32_t now)
{
    const uint8_t *message = board->frame.bytes;
    const uint8_t *data = message + 2;
    /* F0, command and F7. */
    if (board->frame.length < 3) return;
    uint8_t size = board->frame.length - 3;
    switch (message[1]) {
    case SYSEX_FIRMWARE: send_firmware(); break;
    case SYSEX_CAPABILITIES: send_capabilities(); break;
    case SYSEX_MAPPING: send_mapping(); break;
    case SYSEX_PIN:
        if (size == 1) send_pin(board, data[0]);
        break;
    case SYSEX_ANALOGUE:
        if (size >= 2) write_analogue(board, data[0], size > 3 ? 255 : report_number(data + 1, size - 1));
        break;
    case SYSEX_SAMPLING:
        if (size != 2) break;
        board->sampling_ms = report_number(data, 2);
        if (board->sampling_ms < SHORTEST_SAMPLING_MS) board->sampling_ms = SHORTEST_SAMPLING_MS;
        break;
    case USER_SYSEX: obey_ours(board, now); break;
    }
}

void firmata_obey(struct board *board, uint32_t now)
{
    const uint8_t *message = board->frame.bytes;
    uint8_t kind = message[0] < SYSEX_START ? message[0] & 0xf0 : message[0];
    uint8_t channel = message[0] & 0x0f;
    switch (kind) {
    case MESSAGE_VERSION: send_version(); return;
    case MESSAGE_RESET: firmata_reset(board); return;
    case SYSEX_START: obey_sysex(board, now); break;
    case MESSAGE_MODE: set_mode(board, message[1], message[2]); break;
    case MESSAGE_PIN: write_pin(board, message[1], message[2] != 0); break;
    case MESSAGE_DIGITAL:
        for (uint8_t bit = 0; bit < 8; bit++)
            write_pin(board, channel * 8 + bit, (report_number(message + 1, 2) >> bit) & 1);
        break;
    case MESSAGE_ANALOGUE: write_analogue(board, channel, report_number(message + 1, 2)); break;
    case MESSAGE_SAMPLE:
        if (channel >= CHANNELS) return;
        board->sampled &= ~(1 << channel);
        if (message[1] != 0) board->sampled |= 1 << channel;
        break;
    case MESSAGE_PORT:
        if (channel >= PORTS) return;
        board->reported_ports &= ~(1 << channel);
        if (message[1] == 0) return;
        board->reported_ports |= 1 << channel;
        send_port(board, channel);
        return;
    default: return;
    }
    board_show(board);
}

void firmata_reset(struct board *board)
{
    struct outputs *outputs = &board->outputs;
    outputs->lamp_is_output = outputs->lamp = outputs->sounding = false;
    outputs->light_mode = outputs->light = 0;
    board->reported_ports = board->sampled = 0;
    board->sampling_ms = SAMPLING_MS;
    hardware_buzzer(false);
    board_show(board);
}

void firmata_greet(void)
{
    send_version();
    send_firmware();
}

void firmata_report_ports(const struct board *board)
{
    /* Only port 0 has inputs that change. */
    if (board->reported_ports & 1) send_port(board, 0);
}

void firmata_report_samples(const struct board *board)
{
    for (uint8_t channel = 0; channel < CHANNELS; channel++) {
        if ((board->sampled & 1 << channel) == 0) continue;
        uint16_t value = hardware_analogue(channel);
        hardware_send(MESSAGE_ANALOGUE | channel);
        hardware_send(value & 0x7f);
        hardware_send(value >> 7);
    }
}
