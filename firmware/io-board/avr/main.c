/** Sleeps until something is due, a pin changes or a byte comes. */
#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "board.h"
#include "chip.h"

static struct board board;

int main(void)
{
    bool hung = chip_begin();
    board_begin(&board, chip_now(), hung);
    set_sleep_mode(SLEEP_MODE_IDLE);
    wdt_enable(WDTO_2S);
    for (;;) {
        /* Before anything is looked at: what changes from here on keeps the chip awake. */
        chip_rouse();
        /* One byte a round: whoever talks without pause hinders nothing that is due. */
        uint8_t byte;
        if (chip_received(&byte)) board_take(&board, chip_now(), byte);
        chip_alarm(board_run(&board, chip_now()));
        wdt_reset();
        cli();
        /* The instruction after SEI is still carried out before any interrupt: none is missed between looking and sleeping. */
        if (chip_may_sleep()) {
            sleep_enable();
            sei();
            sleep_cpu();
            sleep_disable();
        }
        sei();
    }
}
