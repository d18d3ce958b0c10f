#include "latch.h"
#include "checksum.h"

#define OPENINGS_MASK 0x0fffffff
#define SUMMED (RECORD_LENGTH - 2)

static bool is_erased(const uint8_t *slot)
{
    for (uint8_t i = 0; i < RECORD_LENGTH; i++)
        if (slot[i] != 0xff) return false;
    return true;
}

static bool is_whole(const uint8_t *slot)
{
    uint16_t sum = checksum(slot, SUMMED);
    return slot[SUMMED] == (sum & 0xff) && slot[SUMMED + 1] == sum >> 8;
}

static void read_slot(struct latch *latch, const uint8_t *slot)
{
    latch->generation = slot[0];
    latch->latched = slot[1];
    latch->openings = 0;
    for (uint8_t i = 4; i > 0; i--) latch->openings = latch->openings << 8 | slot[1 + i];
}

enum memory latch_restore(struct latch *latch, const uint8_t *slots, uint8_t every)
{
    bool found = false, damaged = false;
    latch->openings = 0;
    latch->latched = latch->generation = latch->slot = 0;
    for (uint8_t i = 0; i < SLOTS; i++) {
        const uint8_t *slot = slots + i * RECORD_LENGTH;
        if (is_erased(slot)) continue;
        if (!is_whole(slot)) {
            damaged = true;
            continue;
        }
        /* Generations go round: the later of two is less than half of them ahead. */
        if (found && (int8_t)(slot[0] - latch->generation) < 0) continue;
        read_slot(latch, slot);
        latch->slot = 1 - i;
        found = true;
    }
    if (damaged) latch_open(latch, every);
    return damaged ? MEMORY_DAMAGED : found ? MEMORY_KEPT : MEMORY_NEW;
}

void latch_open(struct latch *latch, uint8_t switches)
{
    latch->latched |= switches;
    for (; switches != 0; switches &= switches - 1) latch->openings = (latch->openings + 1) & OPENINGS_MASK;
}

bool latch_acknowledge(struct latch *latch, uint32_t openings, uint8_t open)
{
    if (openings != latch->openings || (latch->latched & ~open) == 0) return false;
    latch->latched &= open;
    return true;
}

void latch_record(struct latch *latch, uint8_t *record)
{
    latch->generation++;
    latch->slot = 1 - latch->slot;
    record[0] = latch->generation;
    record[1] = latch->latched;
    for (uint8_t i = 0; i < 4; i++) record[2 + i] = latch->openings >> 8 * i;
    uint16_t sum = checksum(record, SUMMED);
    record[SUMMED] = sum;
    record[SUMMED + 1] = sum >> 8;
}
