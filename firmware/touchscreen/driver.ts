/** The touchscreen: asks who is there and whether it is sound, makes it report raw touches, and passes them on. */
import type { Clock, Logger, OpenLine } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import { Line } from '../link/exchange.ts'
import type { LinkFault } from '../link/fault.ts'
import { openTransport } from '../link/fault.ts'
import type { LinkCounters } from '../link/framer.ts'
import { Listeners } from '../link/listeners.ts'
import { Turns } from '../link/turns.ts'
import type { EloPacket, TouchEvent } from './codec.ts'
import {
  acknowledgementOf,
  checksCommands,
  diagnosticsOf,
  eloFormat,
  encodeChecked,
  encodeHardReset,
  encodePacket,
  encodeRawMode,
  identityOf,
  isRawMode,
  modeOf,
  parametersOf,
  touchOf,
} from './codec.ts'

/** A connected touchscreen. */
export interface Touchscreen {
  /** Kind and firmware, for the journal. */
  readonly identity: string
  readonly counters: LinkCounters
  /** Calls back for each contact, movement and release from now on. */
  onTouch(listener: (touch: TouchEvent) => void): void
  /** Asks the controller for its mode: fails if it does not answer, or has lost its mode (its power was away). */
  heartbeat(): Promise<Result<void, LinkFault>>
  /** Calls back once when the line is gone, at once if it already is. */
  onLost(listener: (fault: LinkFault) => void): void
  close(): void
}

/** The handshake's pace, as in the public drivers: a second an answer, three tries. Every command here may be repeated. */
const ANSWER_MS = 1000
const TRIES = 3

/** Failed tests after which touches are not to be trusted. Nothing is kept in NVRAM, and no expansion board is used. */
const HARMLESS_TESTS: readonly string[] = ['NVRAM', 'expansion board', 'reserved']

/**
 * Opens the line and shakes hands: identify, what the controller's own tests found, commands checked, then raw mode with contacts,
 * movements and releases; each is set only where it is not so. One that is mute, or whose commands were not checked, may have taken noise
 * for a command: it begins anew from what it has saved.
 */
export async function connectTouchscreen(parts: {
  readonly open: OpenLine
  readonly clock: Clock
  readonly logger: Logger
}): Promise<Result<Touchscreen, LinkFault>> {
  const { open, clock, logger } = parts
  const opened = await openTransport(open)
  if (!opened.ok) return opened
  const touches = new Listeners<TouchEvent>()
  const line = new Line(opened.value, clock, eloFormat, (packet) => {
    const touch = touchOf(packet)
    if (touch !== undefined) touches.tell(touch)
  })
  const identity = await shakeHands(line)
  if (!identity.ok) {
    line.close()
    return identity
  }
  logger.info({ peripheral: 'touchscreen', identity: identity.value }, 'connected')
  const turns = new Turns()
  return ok({
    identity: identity.value,
    get counters() {
      return line.counters
    },
    onTouch: (listener) => touches.add(listener),
    heartbeat: () => turns.take(() => heartbeat(line)),
    onLost: (listener) => line.onLost(listener),
    close: () => line.close(),
  })
}

/** Who is there, once it is sound and reports as it should. */
async function shakeHands(line: Line<EloPacket>): Promise<Result<string, LinkFault>> {
  const identity = await identify(line)
  if (!identity.ok) return identity
  for (const prepare of [checkSoundness, haveCommandsChecked, makeRaw]) {
    const prepared = await prepare(line)
    if (!prepared.ok) return prepared
  }
  return identity
}

/** Who is there, after a hard reset unless nothing but checked commands has reached it since its last. */
async function identify(line: Line<EloPacket>): Promise<Result<string, LinkFault>> {
  const found = await ask(line, 'i', identityOf)
  if (!found.ok && found.error.is === 'lost') return found
  if (found.ok) {
    const parameters = await askIfKnown(line, 'p', parametersOf)
    if (!parameters.ok) return parameters
    if (parameters.value === undefined || checksCommands(parameters.value)) return found
  }
  line.send(encodeHardReset())
  return ask(line, 'i', identityOf)
}

/** The results of the controller's tests at power-on. Controllers of fewer commands are taken without. */
async function checkSoundness(line: Line<EloPacket>): Promise<Result<void, LinkFault>> {
  const failed = await askIfKnown(line, 'd', diagnosticsOf)
  if (!failed.ok) return failed
  const grave = failed.value?.filter((test) => !HARMLESS_TESTS.includes(test)) ?? []
  return grave.length === 0
    ? ok(undefined)
    : protocolFault(`the touchscreen failed its own test: ${grave.join(', ')}`)
}

/** A command with a flipped bit is then refused instead of obeyed. */
async function haveCommandsChecked(line: Line<EloPacket>): Promise<Result<void, LinkFault>> {
  const before = await askIfKnown(line, 'p', parametersOf)
  if (!before.ok) return before
  if (before.value === undefined || checksCommands(before.value)) return ok(undefined)
  const set = await tell(line, encodeChecked(before.value))
  if (!set.ok) return set
  const after = await ask(line, 'p', parametersOf)
  if (!after.ok) return after
  return checksCommands(after.value)
    ? ok(undefined)
    : protocolFault('the touchscreen did not take its parameters')
}

async function makeRaw(line: Line<EloPacket>): Promise<Result<void, LinkFault>> {
  const before = await ask(line, 'm', modeOf)
  if (!before.ok) return before
  if (isRawMode(before.value)) return ok(undefined)
  const set = await tell(line, encodeRawMode())
  if (!set.ok) return set
  const after = await ask(line, 'm', modeOf)
  if (!after.ok) return after
  return isRawMode(after.value) ? ok(undefined) : protocolFault('the touchscreen did not take its mode')
}

async function heartbeat(line: Line<EloPacket>): Promise<Result<void, LinkFault>> {
  const { frames } = line.counters
  const mode = await ask(line, 'm', modeOf)
  if (mode.ok)
    return isRawMode(mode.value) ? ok(undefined) : protocolFault('the touchscreen has lost its mode')
  // Packets of a finger show that the line lives, even where they drown the answer.
  return mode.error.is === 'timeout' && line.counters.frames > frames ? ok(undefined) : mode
}

/** A query that every controller answers. */
async function ask<A>(
  line: Line<EloPacket>,
  command: 'i' | 'm' | 'p',
  read: (packet: EloPacket) => A | undefined,
): Promise<Result<A, LinkFault>> {
  const answer = await askIfKnown(line, command, read)
  if (!answer.ok) return answer
  return answer.value === undefined
    ? protocolFault(`the touchscreen does not know "${command}"`)
    : ok(answer.value)
}

/** A query: the answer comes first, its acknowledgement behind it. Undefined from a controller without this command. */
async function askIfKnown<A>(
  line: Line<EloPacket>,
  command: 'i' | 'm' | 'p' | 'd',
  read: (packet: EloPacket) => A | undefined,
): Promise<Result<A | undefined, LinkFault>> {
  let answer: A | undefined
  const result = await acknowledged(line, encodePacket(command), (packet) => {
    answer ??= read(packet)
    return answer !== undefined
  })
  if (!result.ok) return result
  return ok(result.value === 'done' ? answer : undefined)
}

/** A setting, which has no answer but its acknowledgement. */
async function tell(line: Line<EloPacket>, command: Uint8Array): Promise<Result<void, LinkFault>> {
  const result = await acknowledged(line, command, () => true)
  if (!result.ok) return result
  return result.value === 'done' ? ok(undefined) : protocolFault('the touchscreen does not know a setting')
}

/**
 * Waits for the acknowledgement of a command, and repeats it while it is not answered or was damaged on its way. `complete` is shown
 * every packet; an acknowledgement without errors that comes before it holds belongs to an earlier, timed-out try.
 */
async function acknowledged(
  line: Line<EloPacket>,
  command: Uint8Array,
  complete: (packet: EloPacket) => boolean,
): Promise<Result<'done' | 'unknown', LinkFault>> {
  let fault: LinkFault = { is: 'timeout', what: 'the touchscreen does not answer' }
  for (let tries = 0; tries < TRIES; tries += 1) {
    const outcome = await line.exchange<readonly string[]>(command, ANSWER_MS, (packet) => {
      const done = complete(packet)
      const errors = acknowledgementOf(packet)
      if (errors === undefined || (errors.length === 0 && !done)) return undefined
      return { is: 'answer', answer: errors }
    })
    if (outcome.is === 'lost') return fail({ is: 'lost', what: outcome.why })
    if (outcome.is === 'timeout') continue
    if (outcome.answer.length === 0) return ok('done')
    if (outcome.answer[0] === 'illegal command') return ok('unknown')
    fault = { is: 'protocol', what: `the touchscreen reports: ${outcome.answer.join(', ')}` }
  }
  return fail(fault)
}

function protocolFault(what: string): Result<never, LinkFault> {
  return fail({ is: 'protocol', what })
}
