/** Whatever the other end of each line may say, as the simulator writes it, whose encoders are not ours. */
import fc from 'fast-check'
import { ccidFrame, NAK_FRAME } from '../../simulator/peripherals/ccid.ts'
import {
  analogueMessage,
  digitalMessage,
  sysexMessage,
  versionMessage,
} from '../../simulator/peripherals/firmata.ts'
import { type Status, statusMessage, USER_SYSEX } from '../../simulator/peripherals/io-board-report.ts'
import {
  automaticStatus,
  type PrinterState,
  realTimeStatus,
} from '../../simulator/peripherals/printer-status.ts'
import { smartSetPacket } from '../../simulator/peripherals/smartset.ts'

const octet = fc.nat(0xff)
const bits = (count: number) => fc.nat(2 ** count - 1)
const sevenBits = (maxLength: number) => fc.array(bits(7), { maxLength })

/** Of a card reader: messages, the plea to say it again, cards that come and go, more time. */
export const readerMessage: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc
    .record({
      type: octet,
      slot: octet,
      sequence: octet,
      parameters: fc.tuple(octet, octet, octet),
      data: fc.uint8Array({ maxLength: 261 }),
    })
    .map(ccidFrame),
  fc.constantFrom(Uint8Array.from(NAK_FRAME), Uint8Array.of(0x50, 0x02), Uint8Array.of(0x50, 0x03)),
  fc.integer({ min: 0x80, max: 0xff }).map((byte) => Uint8Array.of(byte)),
)

/** Of a touch controller. */
export const touchMessage: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.constantFrom(...'ABCDHIJKMOPQSTabcdhijkmopqst'), fc.array(octet, { maxLength: 7 }))
  .map(([letter, data]) => smartSetPacket(letter, data))

/** How a printer may be. */
export const printerState: fc.Arbitrary<PrinterState> = fc.record({
  coverOpen: fc.boolean(),
  paper: fc.constantFrom('enough', 'low', 'out'),
  errors: fc.subarray(['mechanical', 'cutter', 'overheated', 'broken']),
})

/** Of a printer: status asked for and not, proofs, the empty buffer. */
export const printerMessage: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc
    .array(fc.integer({ min: 0x40, max: 0x4f }), { minLength: 4, maxLength: 4 })
    .map((process) => Uint8Array.of(0x37, 0x22, ...process, 0x00)),
  fc.constant(Uint8Array.of(0x37, 0x25, 0x00)),
  printerState.map(automaticStatus),
  fc
    .tuple(printerState, fc.constantFrom(1, 2, 3, 4))
    .map(([state, n]) => Uint8Array.of(realTimeStatus(state, n))),
)

/** What an I/O board may say of itself. */
export const boardStatus: fc.Arbitrary<Status> = fc.record({
  number: bits(7),
  inputs: bits(6),
  latched: bits(5),
  state: bits(7),
  lapses: bits(7),
  openings: bits(28),
  slips: bits(21),
  batteryMv: bits(14),
  supplyMv: bits(14),
  temperature: bits(14),
})

/** Of an I/O board: Firmata's messages, among them one as long as a board's capabilities are, and our own. */
export const boardMessage: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constant(versionMessage()),
  fc.tuple(bits(4), bits(14)).map(([port, levels]) => digitalMessage(port, levels)),
  fc.tuple(bits(4), bits(14)).map(([channel, value]) => analogueMessage(channel, value)),
  fc
    .tuple(
      bits(7).filter((command) => command !== USER_SYSEX),
      sevenBits(60),
    )
    .map(([command, data]) => sysexMessage(command, data)),
  fc.constant(sysexMessage(0x6c, new Array<number>(300).fill(0x7f))),
  boardStatus.map(statusMessage),
)

const revision = fc.oneof(fc.integer({ min: 1 }), fc.constant(Number.MAX_SAFE_INTEGER))
const place = fc.tuple(fc.nat(1079), fc.nat(1919))
/** Of letters of up to three bytes, and of two that JSON escapes; and the longest that there may be. */
const elementId = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'a3-آ\u200c。"\\'), minLength: 1, maxLength: 64 }),
  fc.constant('。'.repeat(64)),
)

/** What a display may say. */
export const displaySaying: fc.Arbitrary<object> = fc.oneof(
  revision.map((painted) => ({ painted })),
  fc.nat().map((showing) => ({ showing })),
  fc.record({ revision, down: place, up: place }).map((touch) => ({ touch })),
  fc.record({ revision, id: elementId }).map((press) => ({ press })),
  fc
    .record({ revision, key: fc.constantFrom('next', 'previous', 'choose') })
    .map((pressed) => ({ switch: pressed })),
)

/** A line of JSON. */
export const jsonLine = (message: object): Uint8Array =>
  Uint8Array.from(Buffer.from(`${JSON.stringify(message)}\n`))

/** Of a display. */
export const displayMessage: fc.Arbitrary<Uint8Array> = displaySaying.map(jsonLine)
