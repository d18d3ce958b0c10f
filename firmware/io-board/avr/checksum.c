#include "checksum.h"

uint16_t checksum(const uint8_t *bytes, uint8_t length)
{
    uint16_t sum = 0xffff;
    while (length-- > 0) {
        sum ^= (uint16_t)*bytes++ << 8;
        for (uint8_t bit = 0; bit < 8; bit++)
            sum = sum & 0x8000 ? (uint16_t)(sum << 1) ^ 0x1021 : (uint16_t)(sum << 1);
    }
    return sum;
}
