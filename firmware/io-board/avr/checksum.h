/** CRC-16/IBM-3740: polynomial 0x1021, begun with 0xFFFF, nothing reflected. "123456789" gives 0x29B1. */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <stdint.h>

uint16_t checksum(const uint8_t *bytes, uint8_t length);

#endif
