import { describe, test } from 'vitest'
import { RELEASED_HEX } from '../../../simulator/peripherals/emulated-io-board.ts'
import { CHIP_CONTRACT } from './chip-contract.ts'

describe('the released firmware, cycle by cycle,', () => {
  test.each(Object.entries(CHIP_CONTRACT))('%s', (_, isKept) => isKept(RELEASED_HEX))
})
