/** All loaders of a run as one: devices shared out, orders given to all, answers gathered. */
import { SIDES } from './centre-processes.ts'
import { Child } from './children.ts'
import { stationsOf } from './election.ts'
import type { Held, Says } from './light-device.ts'
import type { FromLoader, ToLoader } from './loader.ts'

const LOADER = new URL('loader.ts', import.meta.url)
/** A process here can hold 20,000 open files; what it can do in time is fewer. */
const DEVICES_A_LOADER = 8_000
/** Between two turns of a device's own timer: a minute in the whole country, as in service, and less in a part of it, so that as many speak in a second. */
const SHORTEST_TURN_MS = 1_000
const TURN_A_DEVICE_MS = 2
/** Between two turns of the timer of each of so many devices. */
export function turnMs(devices: number): number {
  return Math.max(SHORTEST_TURN_MS, Math.round(devices * TURN_A_DEVICE_MS))
}

/** From so many devices on, each waits for an answer as long as a device in service. */
const FULL_PATIENCE_DEVICES = 1_000
const LEAST_PATIENCE = 0.2
/** Of a loader, MiB. */
const HEAP = 6_144

/** How long a step took for all of them, milliseconds. */
export interface Step {
  readonly ms: number
  readonly refused: readonly string[]
}

/** Devices by their side and loader, stations kept together. */
export function shareOut(
  devices: number,
): readonly { readonly side: number; readonly numbers: readonly number[] }[] {
  const loaders = SIDES * Math.ceil(devices / (SIDES * DEVICES_A_LOADER))
  const shares = Array.from({ length: loaders }, (_, place) => ({
    side: place % SIDES,
    numbers: [] as number[],
  }))
  let number = 0
  for (const [place, { devices: ids }] of stationsOf(devices).entries()) {
    for (const _ of ids) {
      shares[place % loaders]?.numbers.push(number)
      number += 1
    }
  }
  return shares.filter(({ numbers }) => numbers.length > 0)
}

/** The loaders of a run. */
export class Loaders {
  readonly #devices: number
  readonly #shares: ReturnType<typeof shareOut>
  readonly #children: readonly Child<ToLoader, FromLoader>[]
  readonly #news: (FromLoader & { readonly is: 'progress' })[] = []

  constructor(devices: number, out: string) {
    this.#devices = devices
    this.#shares = shareOut(devices)
    this.#children = this.#shares.map(
      (_, place) => new Child<ToLoader, FromLoader>(`loader ${place + 1}`, LOADER, out, 'loaders', HEAP),
    )
    for (const [place, child] of this.#children.entries()) {
      child.hear((message) => {
        if (message.is === 'progress') this.#news[place] = message
      })
    }
  }

  get pids(): readonly number[] {
    return this.#children.map(({ pid }) => pid)
  }

  /** How many devices a side has. */
  onSide(side: number): number {
    return this.#shares.reduce((sum, share) => sum + (share.side === side ? share.numbers.length : 0), 0)
  }

  /** The side of a device. */
  sideOf(number: number): number {
    return this.#shares.find(({ numbers }) => numbers.includes(number))?.side ?? 0
  }

  /** Connected, answered for what was last said, and links lost so far. */
  get progress(): { readonly up: number; readonly answered: number; readonly lost: number } {
    const sum = (of: 'up' | 'answered' | 'lost') =>
      this.#news.reduce((all, news) => all + (news?.[of] ?? 0), 0)
    return { up: sum('up'), answered: sum('answered'), lost: sum('lost') }
  }

  async make(seed: string, file: string): Promise<void> {
    const intervalMs = turnMs(this.#devices)
    const patience = Math.min(1, Math.max(LEAST_PATIENCE, this.#devices / FULL_PATIENCE_DEVICES))
    await this.#each(
      ({ numbers }) => ({ do: 'make', seed, file, numbers, intervalMs, patience }),
      (message) => message.is === 'made' || undefined,
    )
  }

  /** Bare handshakes of all devices. */
  async shakeHands(servers: readonly { readonly host: string; readonly port: number }[]): Promise<Step> {
    return await this.#timed(
      ({ side }) => ({ do: 'shake-hands', host: servers[side]?.host ?? '', port: servers[side]?.port ?? 0 }),
      (message) => (message.is === 'shaken' ? message : undefined),
    )
  }

  /** Connects all. @param urls of each side, steady and flapping */
  async connect(
    urls: readonly { readonly steady: string; readonly flapping: string }[],
    flapping: readonly number[],
  ): Promise<Step> {
    return await this.#timed(
      ({ side }) => ({
        do: 'connect',
        url: urls[side]?.steady ?? '',
        flappingUrl: urls[side]?.flapping ?? '',
        flapping,
      }),
      (message) => (message.is === 'connected' ? message : undefined),
    )
  }

  /** Has all of them say it; resolves when the centre has answered for everything. */
  async say(
    says: Says,
    { spreadMs = 0, doubled = [], silent = [] }: Partial<Omit<ToLoader & { do: 'say' }, 'do' | 'says'>> = {},
  ): Promise<Step> {
    const refused: string[] = []
    const step = await this.#timed(
      () => ({ do: 'say', says, spreadMs, doubled, silent }),
      (message) => {
        if (message.is !== 'said' || message.says !== says) return undefined
        refused.push(...message.refused)
        return message
      },
    )
    return { ...step, refused }
  }

  /** Has all of them send their tallies to nobody who answers. */
  sayUnanswered(): void {
    for (const child of this.#children) child.tell({ do: 'say-unanswered' })
  }

  hush(): void {
    for (const child of this.#children) child.tell({ do: 'hush' })
  }

  /** Has all of them say how they are, or no more. */
  tellHow(on: boolean): void {
    for (const child of this.#children) child.tell({ do: 'tell-how', on })
  }

  forget(): void {
    for (const child of this.#children) child.tell({ do: 'forget' })
  }

  /** What each device holds of the centre. */
  async held(): Promise<readonly Held[]> {
    const parts = await this.#each(
      () => ({ do: 'tell-held' }),
      (message) => (message.is === 'held' ? message.held : undefined),
    )
    return parts.flat()
  }

  async end(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.end()))
  }

  async #timed(
    order: (share: { readonly side: number }) => ToLoader,
    pick: (message: FromLoader) => { readonly began: number; readonly ended: number } | undefined,
  ): Promise<Step> {
    const times = await this.#each(order, pick)
    const began = Math.min(...times.map((time) => time.began))
    return { ms: Math.max(...times.map((time) => time.ended)) - began, refused: [] }
  }

  async #each<T>(
    order: (share: { readonly side: number; readonly numbers: readonly number[] }) => ToLoader,
    pick: (message: FromLoader) => T | undefined,
  ): Promise<readonly T[]> {
    return await Promise.all(
      this.#children.map((child, place) => {
        const share = this.#shares[place]
        if (share === undefined) throw new Error('a loader without devices')
        const answer = child.until(pick)
        child.tell(order(share))
        return answer
      }),
    )
  }
}
