/** Whether the process grows from one session to the next: the heap after a collection, told by a straight line through it. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Modules, caches and fonts fill in the first sessions. */
const WARM_UP = 100

/** A collection takes as long as a quarter of a session. */
const LOOK_EVERY = 50

/** Looks at the heap after every fiftieth session. */
export class Growth {
  readonly #collect: () => void
  readonly #heap: number[] = []

  constructor() {
    setFlagsFromString('--expose-gc')
    this.#collect = runInNewContext('gc')
  }

  /** @param sessions how many there have been */
  after(sessions: number): void {
    if (sessions % LOOK_EVERY !== 0) return
    this.#collect()
    if (sessions > WARM_UP) this.#heap.push(process.memoryUsage().heapUsed)
  }

  /** Bytes a session, by least squares; nothing before there are some. */
  get bytesASession(): number {
    const n = this.#heap.length
    if (n < 2) return 0
    const [meanX, meanY] = [(n - 1) / 2, this.#heap.reduce((sum, y) => sum + y, 0) / n]
    const above = this.#heap.reduce((sum, y, x) => sum + (x - meanX) * (y - meanY), 0)
    const below = this.#heap.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0)
    return above / below / LOOK_EVERY
  }

  /** In words. */
  told(): string {
    const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
    const last = this.#heap.at(-1) ?? process.memoryUsage().heapUsed
    return `heap ${megabytes(last)}, ${Math.round(this.bytesASession / 1024)} KiB a session; resident ${megabytes(process.memoryUsage().rss)}`
  }
}
