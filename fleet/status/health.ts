/** Devices that want somebody, by what they said last of themselves and by how long ago that was. Those that are closed are done. */
import { type DeviceStatus, parseStatus } from '../../core/messages/status.ts'
import { clockOffset } from '../collector/own-clock.ts'
import { SILENT_MS } from '../collector/silence.ts'
import type { HeldStatus } from '../store/store.ts'
import { shownLine } from './shown-line.ts'

/** Queues of brokers and the second that either clock cuts off are far below it. */
const CLOCK_OFF_S = 60
/** Enough for an hour or two. */
const FEW_BALLOTS = 200
/** A line on which so much went wrong of one kind is getting worse; now and then a byte is lost on any. */
const MANY_FAULTS = 64

/** What a device said, and what of it wants somebody. */
export interface DeviceHealth {
  readonly device: string
  /** Seconds since 1970. */
  readonly receivedAt: number
  /** Ballots so far, in round numbers. */
  readonly casts: number
  readonly troubles: readonly string[]
}

/**
 * @param done devices that closed for good
 * @param meant the hash of the only program that is to run, if it is known
 */
export function healthOf(
  statuses: readonly HeldStatus[],
  done: ReadonlySet<string>,
  nowS: number,
  meant: string | undefined,
): readonly DeviceHealth[] {
  const offsetS = offsetOf(statuses)
  return statuses
    .filter(({ device }) => !done.has(device))
    .map(({ device, receivedAt, document }) => {
      const status = parseStatus(Buffer.from(document), `status of ${device}`)
      const silent = nowS - receivedAt > SILENT_MS / 1000 ? [`silent for ${span(nowS - receivedAt)}`] : []
      if (!status.ok)
        return { device, receivedAt, casts: 0, troubles: [...silent, 'its status cannot be read'] }
      const troubles = [...silent, ...troublesIn(status.value, receivedAt + offsetS, meant)]
      return { device, receivedAt, casts: status.value.casts, troubles }
    })
}

/** By how much most devices' clocks are ahead of those of the collectors, seconds; 0 if they agree. */
function offsetOf(statuses: readonly HeldStatus[]): number {
  const aheadMs = statuses.flatMap(({ device, receivedAt, document }) => {
    const status = parseStatus(Buffer.from(document), `status of ${device}`)
    return status.ok ? [Date.parse(status.value.at) - receivedAt * 1000] : []
  })
  return Math.round(clockOffset(aheadMs) / 1000)
}

/** What is wrong with the centre's own clocks, said once and of no device; nothing if nothing is. */
export function clocksText(statuses: readonly HeldStatus[], nowS: number): string {
  const offsetS = offsetOf(statuses)
  const early = statuses.filter(({ receivedAt }) => receivedAt > nowS + CLOCK_OFF_S).length
  const than = offsetS > 0 ? 'behind' : 'ahead of'
  return [
    offsetS === 0
      ? ''
      : `CLOCK  the centre is ${span(Math.abs(offsetS))} ${than} most devices: look at the clocks of its collectors\n`,
    early === 0
      ? ''
      : `CLOCK  ${early} devices were heard at times still to come: look at the clocks of the collectors and of this computer\n`,
  ].join('')
}

/** @param receivedAt by a clock that is right */
function troublesIn(status: DeviceStatus, receivedAt: number, meant: string | undefined): readonly string[] {
  const { media, power, temperature, room, paper, clock, program, lines } = status
  const lost = (['a', 'b'] as const).filter((name) => media[name] === 'lost')
  const ahead = Math.round(Date.parse(status.at) / 1000) - receivedAt
  const found = [
    lost.length > 0 && `votes are on one medium: ${lost.join(' and ')} is lost`,
    clock === 'outside' && 'its clock does not stand on the polling day',
    Math.abs(ahead) > CLOCK_OFF_S &&
      `its clock is ${span(Math.abs(ahead))} ${ahead > 0 ? 'ahead' : 'behind'}`,
    power !== 'mains' && (power === 'battery' ? 'on battery' : 'its battery is nearly empty'),
    room < FEW_BALLOTS && `storage for about ${room} more ballots`,
    paper === 'low' && 'paper is low',
    temperature !== 'fine' && `too ${temperature}`,
    meant !== undefined && program !== meant && `runs another program: ${program}`,
    ...Object.entries(lines).map(([name, line]) => lineTrouble(name, line)),
  ]
  return found.filter((what) => what !== false)
}

function lineTrouble(name: string, line: DeviceStatus['lines']['printer']): string | false {
  const { state, discardedBytes, badChecksums, timeouts, reconnects } = line
  if (state === 'ready' && Math.max(discardedBytes, badChecksums, timeouts, reconnects) < MANY_FAULTS)
    return false
  const counters = `${discardedBytes} bytes discarded, ${badChecksums} bad checksums, ${timeouts} timeouts`
  return `${name}: ${state}, ${counters}, ${reconnects} times connected again, or more`
}

/** Seconds in words, in the largest unit of which there are two. */
function span(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} minutes`
  return seconds < 2 * 86_400 ? `${Math.floor(seconds / 3600)} hours` : `${Math.floor(seconds / 86_400)} days`
}

/** A line for each device that wants somebody, then the sum; nothing if none said how it is. */
export function healthText(health: readonly DeviceHealth[]): string {
  if (health.length === 0) return ''
  const wanting = health.filter(({ troubles }) => troubles.length > 0)
  const lines = wanting.map(({ device, troubles }) => shownLine(`LOOK  ${device}: ${troubles.join('; ')}`))
  const casts = health.reduce((sum, device) => sum + device.casts, 0)
  lines.push(
    `${health.length} open devices said how they are, with some ${casts} ballots; ${wanting.length} of them want somebody`,
  )
  return `${lines.join('\n')}\n`
}
