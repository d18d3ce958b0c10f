/** Devices that do not survive every crash, each by one line. */
import type { Replacement } from '../end-to-end/weakened/build.ts'
import type { Fate } from './disk.ts'
import type { OneMedium } from './strace.ts'

/** Between the two no key opens any block. */
export const destroysKeyEarly: Replacement = {
  file: 'device-agent/store/device-store.ts',
  line: '    this.#journal.write(events, { ...beside, pools })\n    this.#media.onEach(({ slots }) => slots.destroyPrevious())\n',
  by: '    this.#media.onEach(({ slots }) => slots.destroyPrevious())\n    this.#journal.write(events, { ...beside, pools })\n',
}

/** Between the two no key opens any block of a medium that catches up. */
export const destroysKeyCatchingUp: Replacement = {
  file: 'device-agent/store/device-store.ts',
  line: '      bringUp(medium, whole, sealOnMedium(medium, box.pool, parts))\n      medium.slots.destroyPrevious()\n',
  by: '      const block = sealOnMedium(medium, box.pool, parts)\n      medium.slots.destroyPrevious()\n      bringUp(medium, whole, block)\n',
}

/** A medium that catches up takes the new key where the old one may stand. */
export const overwritesKeyCatchingUp: Replacement = {
  file: 'device-agent/store/device-store.ts',
  line: '      recoverFromMedium(medium, parts)\n      bringUp(',
  by: '      bringUp(',
}

/** Who repeats such a set-up is told that there is one. */
export const namesSecondFirst: Replacement = {
  file: 'device-agent/ballot/setup.ts',
  line: '      renameSync(parts[0], first)\n      sync(dirname(first))\n    }\n    place = parts[1]\n    nameSecond(home)\n',
  by: '      nameSecond(home)\n    }\n    renameSync(parts[0], first)\n    sync(dirname(first))\n',
}

/** What the disk answers to a sync of a slot is not looked at. */
export const deafToSync: Replacement = {
  file: 'device-agent/store/slots.ts',
  line: '    fdatasyncSync(this.#file)\n',
  by: '    try {\n      fdatasyncSync(this.#file)\n    } catch {}\n',
}

/** What is sealed says nothing of what is counted. */
export const sealsBlanks: Replacement = {
  file: 'device-agent/store/device-store.ts',
  line: 'style, ballot, random),',
  by: 'style, ballot.map(() => []), random),',
}

/** Who asks for the room of a day is told that it is there. */
export const deafToFullDisk: Replacement = {
  file: 'device-agent/store/space.ts',
  line: "    if (storageFault(error) !== 'full') throw error\n    return false\n",
  by: "    return storageFault(error) === 'full'\n",
}

/** Of no folder anything is synced but what SQLite does itself. */
export const namesUnsynced: Replacement = {
  file: 'device-agent/durable-file.ts',
  line: '    fsyncSync(opened)\n  } finally {\n    closeSync(opened)\n  }\n}\n\n/** Writes all',
  by: "    const { fstatSync } = process.getBuiltinModule('node:fs')\n    if (!fstatSync(opened).isDirectory()) fsyncSync(opened)\n  } finally {\n    closeSync(opened)\n  }\n}\n\n/** Writes all",
}

/** What is left behind shows it to no start, or not to one after a power cut. */
export const UNMARKED: Readonly<Record<string, Replacement>> = {
  'marks no medium that was left behind': {
    file: 'device-agent/store/media.ts',
    line: "    if (why === 'missing' || why === 'silent') return\n",
    by: '    if (why.length > 0) return\n',
  },
  'does not wait for the disk when it marks one': {
    file: 'device-agent/store/left-behind-worker.ts',
    line: '    replaceFile(path, Buffer.from(text))\n',
    by: "    const { renameSync, writeFileSync } = process.getBuiltinModule('node:fs')\n    const part = path + '.part'\n    writeFileSync(part, text)\n    renameSync(part, path)\n",
  },
}

/** Which medium is written to: the second has a thread of its own. */
const asksForThread = (file: string, first: string): Replacement => ({
  file,
  line: first,
  by: `import { isMainThread } from 'node:worker_threads'\n${first}`,
})
const notSyncedWhere = (condition: string): readonly Replacement[] => [
  asksForThread('device-agent/store/database.ts', "import Database from 'better-sqlite3'\n"),
  {
    file: 'device-agent/store/database.ts',
    line: "['synchronous', 'FULL', 2]",
    by: `['synchronous', ...(${condition} ? (['OFF', 0] as const) : (['FULL', 2] as const))]`,
  },
]
const slotsNotSyncedWhere = (condition: string): readonly Replacement[] => [
  asksForThread('device-agent/store/slots.ts', "import type { Random } from '../../core/ports.ts'\n"),
  {
    file: 'device-agent/store/slots.ts',
    line: '    fdatasyncSync(this.#file)\n',
    by: `    if (!(${condition})) fdatasyncSync(this.#file)\n`,
  },
]

/** A device, and the power cuts that show what it is. */
interface Weakening {
  readonly by: readonly Replacement[]
  /** The medium without which; undefined where both are there. */
  readonly gone?: OneMedium
  readonly fate: Fate
  /** What is found broken first. */
  readonly breaks: RegExp
}

/** What it had acknowledged first is gone. */
const FORGETS_OPENING = /medium gone: it knows \{"polls":"closed".* and had acknowledged \{"polls":"open"/
const cannotOpenPool = (folder: string) => new RegExp(`${folder}, table pool: .* cannot be opened`)

/** By what a power cut shows of them. */
export const WEAKENINGS: Readonly<Record<string, Weakening>> = {
  'does not wait for the first disk at each commit': {
    by: notSyncedWhere('isMainThread'),
    gone: 'second',
    fate: 'lost',
    breaks: FORGETS_OPENING,
  },
  'does not wait for the second disk at each commit': {
    by: notSyncedWhere('!isMainThread'),
    gone: 'first',
    fate: 'lost',
    breaks: FORGETS_OPENING,
  },
  'does not sync what it writes to a slot of the first medium': {
    by: slotsNotSyncedWhere('isMainThread'),
    gone: 'second',
    fate: 'lost',
    breaks: cannotOpenPool('medium-a'),
  },
  'does not sync what it writes to a slot of the second medium': {
    by: slotsNotSyncedWhere('!isMainThread'),
    gone: 'first',
    fate: 'lost',
    breaks: cannotOpenPool('medium-b'),
  },
  'does not sync the folders in which its new media and their files stand': {
    by: [namesUnsynced],
    fate: 'lost',
    breaks: /medium-a\/ballots\.db: there is no ballot database here/,
  },
  'destroys the key of the old block before the new one is committed': {
    by: [destroysKeyEarly],
    gone: 'second',
    fate: 'kept',
    breaks: cannotOpenPool('medium-a'),
  },
}
