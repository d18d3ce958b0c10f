/** A process with thousands of light devices, which does with them what the run tells. */
import { connect, type TLSSocket } from 'node:tls'
import { certificatePem, ed25519PrivateKeyPem } from '../../core/keys/certificate.ts'
import type { Logger } from '../../core/ports.ts'
import { programHash } from '../../device-agent/program-files.ts'
import { slotMs } from '../../device-agent/sync/slot.ts'
import { systemClock } from '../../device-agent/system.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { underParent } from './children.ts'
import { type CountryDevice, CountryFile } from './country-file.ts'
import { officeOf, openCountryPackage } from './election.ts'
import { type Held, LightDevice, type Says } from './light-device.ts'

/** What a loader is told. */
export type ToLoader =
  | {
      readonly do: 'make'
      readonly seed: string
      readonly file: string
      readonly numbers: readonly number[]
      readonly intervalMs: number
      readonly patience: number
    }
  /** Bare handshakes with a server that does nothing else. */
  | { readonly do: 'shake-hands'; readonly host: string; readonly port: number }
  /** `flapping`: devices whose link leads to `flappingUrl`. */
  | {
      readonly do: 'connect'
      readonly url: string
      readonly flappingUrl: string
      readonly flapping: readonly number[]
    }
  /**
   * Journals some at a time, as they come in slots; tallies all at once, or each in its own slot of `spreadMs`. `doubled`: devices that
   * lose the first answer of each kind. `silent`: devices that say nothing this time.
   */
  | {
      readonly do: 'say'
      readonly says: Says
      readonly spreadMs: number
      readonly doubled: readonly number[]
      readonly silent: readonly number[]
    }
  /** Their tallies, and nobody waits for answers until they are hushed. */
  | { readonly do: 'say-unanswered' }
  | { readonly do: 'hush' }
  /** How each is, at each turn of its timer from now on, or no more. */
  | { readonly do: 'tell-how'; readonly on: boolean }
  | { readonly do: 'forget' }
  | { readonly do: 'tell-held' }

/** What a loader tells; moments are milliseconds since 1970, with fractions. */
export type FromLoader =
  | { readonly is: 'made' }
  | { readonly is: 'shaken'; readonly began: number; readonly ended: number }
  | { readonly is: 'connected'; readonly began: number; readonly ended: number }
  | { readonly is: 'progress'; readonly up: number; readonly answered: number; readonly lost: number }
  | {
      readonly is: 'said'
      readonly says: Says
      readonly began: number
      readonly ended: number
      /** Devices whose tally was refused. */
      readonly refused: readonly string[]
    }
  | { readonly is: 'held'; readonly held: readonly Held[] }

/** Connections or journals of a loader at a time: who is called by everybody at once has no time for anybody. */
const WINDOW = 64
const NEWS_MS = 250

let devices: readonly LightDevice[] = []
let made: readonly CountryDevice[] = []
let random = seededRandom('')
let up = 0
let answered = 0
let lost = 0
let onUp: (device: LightDevice) => void = () => {}
let parts: { readonly seed: string; readonly name: string; readonly ca: string } | undefined
const logger: Logger = { info: () => {}, warn: () => {}, error: () => {} }

const tell: (message: FromLoader) => void = underParent<ToLoader, FromLoader>(async (order) => {
  switch (order.do) {
    case 'make':
      make(order)
      return tell({ is: 'made' })
    case 'shake-hands':
      return tell({ is: 'shaken', ...(await timed(() => shakeHands(order.host, order.port))) })
    case 'connect':
      return tell({ is: 'connected', ...(await timed(() => connectAll(order))) })
    case 'say':
      return await say(order)
    case 'say-unanswered':
      for (const device of devices) device.sayUnanswered()
      return
    case 'hush':
      for (const device of devices) device.hush()
      return
    case 'tell-how':
      for (const device of devices) device.tellHow(order.on)
      return
    case 'forget':
      answered = 0
      for (const device of devices) device.forget()
      return
    case 'tell-held':
      return tell({ is: 'held', held: devices.map(({ held }) => held) })
  }
})
setInterval(() => tell({ is: 'progress', up, answered, lost }), NEWS_MS).unref()

function make({ seed, file: path, numbers, intervalMs, patience }: ToLoader & { do: 'make' }): void {
  const file = CountryFile.open(path)
  const { centreName, messageKey, tls } = officeOf(seed)
  const { ca } = tls
  random = seededRandom(`${seed}: loader of ${numbers[0]}`)
  parts = { seed, name: centreName, ca }
  made = file.devices(numbers)
  const shared = {
    electionPackage: openCountryPackage(seed, file.packageText),
    centreMessageKey: messageKey,
    ca,
    servername: centreName,
    clock: systemClock,
    random,
    logger,
    intervalMs,
    patience,
    program: programHash(),
    entriesOf: (number: number) => file.entries(number),
    changed: (device: LightDevice, isUp: boolean) => {
      up += isUp ? 1 : -1
      if (isUp) onUp(device)
      else lost += 1
    },
  }
  devices = made.map((device) => new LightDevice(device, shared))
}

/** Opens a connection for each device, some at a time, and lets go of all of them when all are open. */
async function shakeHands(host: string, port: number): Promise<void> {
  if (parts === undefined) throw new Error('handshakes before there are devices')
  const { name: servername, ca } = parts
  const open: TLSSocket[] = []
  await inWindow(made, ({ tlsSeed, certificate }, next) => {
    const identity = { key: ed25519PrivateKeyPem(tlsSeed), cert: certificatePem(certificate), ca }
    const socket = connect({ host, port, servername, ...identity })
    // In TLS 1.3 a client is done before the server has seen its certificate: a byte says that it has.
    socket.once('data', next)
    socket.on('error', (error) => {
      throw error
    })
    open.push(socket)
  })
  for (const socket of open) socket.destroy()
}

async function connectAll({ url, flappingUrl, flapping }: ToLoader & { do: 'connect' }): Promise<void> {
  const flap = new Set(flapping)
  const waiting = new Map<LightDevice, () => void>()
  onUp = (device) => {
    waiting.get(device)?.()
    waiting.delete(device)
  }
  await inWindow(devices, (device, next) => {
    waiting.set(device, next)
    device.connect(flap.has(device.number) ? flappingUrl : url)
  })
}

async function say({ says, spreadMs, doubled, silent }: ToLoader & { do: 'say' }): Promise<void> {
  answered = 0
  const [twice, notNow] = [new Set(doubled), new Set(silent)]
  const refused: string[] = []
  const sayOne = async (device: LightDevice) => {
    if (notNow.has(device.number)) {
      answered += 1
      return
    }
    if (spreadMs > 0) await new Promise((resolve) => setTimeout(resolve, slotIn(spreadMs, device)))
    if (twice.has(device.number)) {
      if (device.held.receipts.length === 0) device.loseAnswer('receipt')
      if (says === 'tally') device.loseAnswer('answer')
    }
    if ((await device.say(says)) === 'tally-refused') refused.push(device.deviceId)
    answered += 1
  }
  const times = await timed(() =>
    says === 'journal'
      ? inWindow(devices, (device, next) => void sayOne(device).then(next))
      : Promise.all(devices.map(sayOne)),
  )
  tell({ is: 'progress', up, answered, lost })
  tell({ is: 'said', says, ...times, refused })
}

/** As the device's own program finds it: behind half a window of closings, which have come already. */
function slotIn(spreadMs: number, { deviceId }: LightDevice): number {
  return slotMs(parts?.seed ?? '', deviceId, 'tally', 2 * spreadMs) - spreadMs
}

async function timed(
  work: () => Promise<unknown>,
): Promise<{ readonly began: number; readonly ended: number }> {
  const began = performance.timeOrigin + performance.now()
  await work()
  return { began, ended: performance.timeOrigin + performance.now() }
}

/** Begins with each item, a few at a time; resolves when each has called back. */
function inWindow<T>(items: readonly T[], begin: (item: T, next: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    let begun = 0
    let open = items.length
    const next = () => {
      open -= 1
      if (open === 0) resolve()
      else more()
    }
    const more = () => {
      const item = items[begun]
      if (item === undefined) return
      begun += 1
      begin(item, next)
    }
    if (items.length === 0) resolve()
    for (let i = 0; i < WINDOW; i += 1) more()
  })
}
