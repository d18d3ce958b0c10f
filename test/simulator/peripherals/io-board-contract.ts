/**
 * What an I/O board does, whatever drives it: the light one in this process, the real firmware in an emulated chip. A firmware that was
 * weakened breaks the promise by its name (test/firmware/io-board/weakened.test.ts).
 */
import { LINE } from './io-board-line.ts'
import { OUTPUTS } from './io-board-outputs.ts'
import { SWITCHES } from './io-board-switches.ts'
import type { Contract } from './io-board-talk.ts'

/** All promises. */
export const CONTRACT: Contract = { ...LINE, ...SWITCHES, ...OUTPUTS }
