#include "inputs.h"

void inputs_begin(struct inputs *inputs, uint8_t levels)
{
    inputs->settled = levels;
    inputs->low_bits = inputs->high_bits = 0;
}

uint8_t inputs_look(struct inputs *inputs, uint8_t levels)
{
    uint8_t otherwise = levels ^ inputs->settled;
    uint8_t changed = otherwise & inputs->low_bits & inputs->high_bits;
    inputs->high_bits = (inputs->high_bits ^ inputs->low_bits) & otherwise & ~changed;
    inputs->low_bits = ~inputs->low_bits & otherwise & ~changed;
    inputs->settled ^= changed;
    return changed;
}

bool inputs_unsettled(const struct inputs *inputs, uint8_t levels)
{
    return levels != inputs->settled || inputs->low_bits != 0 || inputs->high_bits != 0;
}
