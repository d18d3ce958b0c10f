/**
 * A disk that has lost its power: what was synced is there; of what was written since, each sector may be there or not, whatever the order in
 * which it was written, and so may each name that was made, changed or removed since its folder's last sync (POSIX promises no more;
 * Pillai and others, "All File Systems Are Not Created Equal", OSDI 2014).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Random } from '../../core/ports.ts'

/** Something that was done, paths as in the home folder (itself is the empty path); or a step of the day that was acknowledged. */
export type Act =
  | { readonly is: 'made' | 'folder-made' | 'removed' | 'synced'; readonly path: string }
  | { readonly is: 'renamed'; readonly from: string; readonly to: string }
  | { readonly is: 'written'; readonly path: string; readonly at: number; readonly bytes: Uint8Array }
  | { readonly is: 'cut'; readonly path: string; readonly to: number }
  | { readonly is: 'done' }

/**
 * What becomes of that which was not synced: all there, all lost, each sector and name by lot, all there but a last write that is torn, or of each
 * file and folder all or nothing by lot, so that a whole commit survives beside a slot that does not, and the other way round.
 */
export const FATES = ['kept', 'lost', 'by-lot', 'torn', 'whole-by-lot'] as const
export type Fate = (typeof FATES)[number]

/** What a disk writes whole or not at all. */
const SECTOR = 512

type Change =
  | { readonly is: 'written'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly is: 'cut'; readonly to: number }

/** Bytes as they were at the last sync, and what was changed since. */
class File {
  #bytes: Buffer = Buffer.alloc(0)
  #since: Change[] = []

  change(change: Change): void {
    this.#since.push(change)
  }

  sync(): void {
    this.#bytes = this.#since.reduce(changed, this.#bytes)
    this.#since = []
  }

  leave(path: string, fate: Fate, random: Random): void {
    writeFileSync(path, this.#after(fate, random))
  }

  #after(fate: Fate, random: Random): Buffer {
    if (isAllLost(fate, random)) return this.#bytes
    const sectors = this.#since.flatMap(sectorsOf)
    if (fate === 'by-lot') {
      const lots = random.bytes(sectors.length)
      return sectors.filter((_, i) => (lots[i] ?? 0) < 128).reduce(changed, this.#bytes)
    }
    const last = this.#since.slice(-1).flatMap(sectorsOf).length
    const missing = fate === 'torn' && last > 0 ? 1 + ((random.bytes(1)[0] ?? 0) % last) : 0
    return sectors.slice(0, sectors.length - missing).reduce(changed, this.#bytes)
  }
}

/** Whether nothing is left of what was done to one file or folder since its last sync. */
function isAllLost(fate: Fate, random: Random): boolean {
  return fate === 'lost' || (fate === 'whole-by-lot' && (random.bytes(1)[0] ?? 0) < 128)
}

type Names = Map<string, File | Folder>

/** Names as they were at the last sync, and what was done to them since. */
class Folder {
  readonly now: Names = new Map()
  #synced: Names = new Map()
  #since: ((names: Names) => void)[] = []

  change(change: (names: Names) => void): void {
    change(this.now)
    this.#since.push(change)
  }

  sync(): void {
    this.#synced = new Map(this.now)
    this.#since = []
  }

  leave(path: string, fate: Fate, random: Random): void {
    mkdirSync(path, { recursive: true })
    const isLost = isAllLost(fate, random)
    const lots = random.bytes(this.#since.length)
    const names = new Map(this.#synced)
    for (const [i, change] of this.#since.entries())
      if (!isLost && (fate !== 'by-lot' || (lots[i] ?? 0) < 128)) change(names)
    for (const [name, child] of names) child.leave(join(path, name), fate, random)
  }
}

/** A home folder's disk while a recording is played. */
export class Disk {
  readonly #home = new Folder()

  /** One on which those of these folders that are in a home, and their files, lie already and are safe. */
  static holding(home: string, folders: readonly string[]): Disk {
    const disk = new Disk()
    for (const folder of folders.filter((name) => existsSync(join(home, name)))) {
      disk.play({ is: 'folder-made', path: folder })
      for (const name of readdirSync(join(home, folder))) {
        const path = join(folder, name)
        disk.play({ is: 'made', path })
        disk.play({ is: 'written', path, at: 0, bytes: readFileSync(join(home, path)) })
        disk.play({ is: 'synced', path })
      }
      disk.play({ is: 'synced', path: folder })
    }
    disk.play({ is: 'synced', path: '' })
    return disk
  }

  /** Plays one act. */
  play(act: Act): void {
    switch (act.is) {
      case 'made':
      case 'folder-made': {
        const [parent, name] = this.#parent(act.path)
        const child = parent.now.get(name) ?? (act.is === 'made' ? new File() : new Folder())
        parent.change((names) => names.set(name, child))
        break
      }
      case 'removed': {
        const [parent, name] = this.#parent(act.path)
        parent.change((names) => names.delete(name))
        break
      }
      case 'renamed': {
        const [parent, from] = this.#parent(act.from)
        const [target, to] = this.#parent(act.to)
        const child = parent.now.get(from)
        if (parent !== target || child === undefined) throw new Error('a name moves from folder to folder')
        parent.change((names) => {
          names.delete(from)
          names.set(to, child)
        })
        break
      }
      case 'written':
      case 'cut': {
        const file = this.#find(act.path)
        if (!(file instanceof File)) throw new Error(`${act.path} is written to and was not made`)
        file.change(act)
        break
      }
      case 'synced':
        this.#find(act.path).sync()
    }
  }

  /** Writes what a power cut leaves now. */
  leave(folder: string, fate: Fate, random: Random): void {
    this.#home.leave(folder, fate, random)
  }

  #find(path: string): File | Folder {
    if (path === '') return this.#home
    const [parent, name] = this.#parent(path)
    const child = parent.now.get(name)
    if (child === undefined) throw new Error(`the recording speaks of ${path} before it is made`)
    return child
  }

  #parent(path: string): [Folder, string] {
    const folder = this.#find(path.includes('/') ? dirname(path) : '')
    if (!(folder instanceof Folder)) throw new Error(`${path} is in a file`)
    return [folder, basename(path)]
  }
}

function sectorsOf(change: Change): Change[] {
  if (change.is === 'cut') return [change]
  const sectors: Change[] = []
  for (let from = 0; from < change.bytes.length; ) {
    const to = Math.min(change.bytes.length, from + SECTOR - ((change.at + from) % SECTOR))
    sectors.push({ is: 'written', at: change.at + from, bytes: change.bytes.subarray(from, to) })
    from = to
  }
  return sectors
}

function changed(bytes: Buffer, change: Change): Buffer {
  if (change.is === 'cut') {
    const cut = Buffer.alloc(change.to)
    bytes.copy(cut)
    return cut
  }
  const end = Math.max(bytes.length, change.at + change.bytes.length)
  const grown = Buffer.alloc(end)
  bytes.copy(grown)
  grown.set(change.bytes, change.at)
  return grown
}
