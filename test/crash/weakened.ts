/** Devices that do not survive every crash, each by one line. */
import type { Replacement } from '../end-to-end/weakened/build.ts'

/** Between the two no key opens any block. */
export const destroysKeyEarly: Replacement = {
  file: 'device-agent/store/device-store.ts',
  line: '    this.#journal.write(events, { ...beside, pools })\n    this.#media.onEach(({ slots }) => slots.destroyPrevious())\n',
  by: '    this.#media.onEach(({ slots }) => slots.destroyPrevious())\n    this.#journal.write(events, { ...beside, pools })\n',
}

/** By what a power cut shows of them. */
export const WEAKENINGS: Readonly<Record<string, Replacement>> = {
  'does not wait for the disk at each commit': {
    file: 'device-agent/store/database.ts',
    line: "['synchronous', 'FULL', 2]",
    by: "['synchronous', 'OFF', 0]",
  },
  'does not sync its new media and the folder in which they stand': {
    file: 'device-agent/durable-file.ts',
    line: '    fsyncSync(opened)\n  } finally {\n    closeSync(opened)\n  }\n}\n',
    by: '  } finally {\n    closeSync(opened)\n  }\n}\n',
  },
  'destroys the key of the old block before the new one is committed': destroysKeyEarly,
  'does not sync what it writes to a slot': {
    file: 'device-agent/store/slots.ts',
    line: '    fdatasyncSync(this.#file)\n',
    by: '',
  },
}
