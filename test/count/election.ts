/** An election of the size of Tehran's, for counting alone: its keys are bytes that seal nothing. */
import { toBase64 } from '../../core/keys/hash.ts'
import { tehranDefinition } from '../../demo/elections/tehran-invented.ts'

const key = (byte: number) => new Uint8Array(32).fill(byte)

export const TEHRAN = tehranDefinition({
  ceremony: {
    electionKey: toBase64(key(1)),
    shares: [],
    shareHashes: [2, 3, 4].map((byte) => toBase64(key(byte))),
    threshold: 2,
  },
  executive: key(5),
  supervisory: key(6),
  witness: { name: 'centre', key: key(7) },
})
