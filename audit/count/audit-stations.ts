/** Stations over worker threads, each with one station at a time; what comes out stands in the order of what went in, whoever was done first. */
import { Worker } from 'node:worker_threads'
import { STEP } from '../verify/findings.ts'
import { type AuditSetup, StationAudit, type StationOrder, type StationOutcome } from './station-audit.ts'

/** Starting a thread takes as long as this many small stations. */
const STATIONS_WORTH_A_WORKER = 8

/**
 * Audits all stations.
 * @param workers threads at most; with one, or few stations, all is done in this thread
 * @param done called after each station
 */
export async function auditStations(
  setup: AuditSetup,
  orders: readonly StationOrder[],
  workers: number,
  done: (order: StationOrder, outcome: StationOutcome) => void,
): Promise<readonly StationOutcome[]> {
  const threads = Math.min(workers, Math.floor(orders.length / STATIONS_WORTH_A_WORKER))
  if (threads > 1) return new Crew(setup, orders, done).run(threads)
  const audit = new StationAudit(setup)
  return orders.map((order) => {
    const outcome = audit.audit(order)
    done(order, outcome)
    return outcome
  })
}

class Crew {
  readonly #setup: AuditSetup
  readonly #orders: readonly StationOrder[]
  readonly #done: (order: StationOrder, outcome: StationOutcome) => void
  readonly #outcomes: StationOutcome[] = []
  readonly #end = Promise.withResolvers<readonly StationOutcome[]>()
  readonly #threads = new Set<Worker>()
  #next = 0
  #finished = 0

  constructor(
    setup: AuditSetup,
    orders: readonly StationOrder[],
    done: (order: StationOrder, outcome: StationOutcome) => void,
  ) {
    this.#setup = setup
    this.#orders = orders
    this.#done = done
  }

  async run(threads: number): Promise<readonly StationOutcome[]> {
    for (let i = 0; i < threads; i += 1) this.#start()
    try {
      return await this.#end.promise
    } finally {
      await Promise.all([...this.#threads].map((thread) => thread.terminate()))
    }
  }

  /** A thread that takes one order after another until none is left. */
  #start(): void {
    const thread = new Worker(new URL('./station-worker.ts', import.meta.url), { workerData: this.#setup })
    this.#threads.add(thread)
    let [place, order]: [number, StationOrder | undefined] = [0, undefined]
    const take = () => {
      place = this.#next
      order = this.#orders[place]
      if (order === undefined) return
      this.#next += 1
      thread.postMessage(order)
    }
    thread.on('message', (outcome: StationOutcome) => {
      if (order === undefined) throw new Error('an outcome without an order')
      this.#took(place, order, outcome)
      take()
    })
    thread.on('error', (error) => {
      this.#threads.delete(thread)
      // A thread that had no room for a station says so of it, and another goes on.
      if (order === undefined || !('code' in error) || error.code !== 'ERR_WORKER_OUT_OF_MEMORY') {
        this.#end.reject(error)
        return
      }
      this.#took(place, order, tooLarge(order))
      this.#start()
    })
    take()
  }

  #took(place: number, order: StationOrder, outcome: StationOutcome): void {
    this.#outcomes[place] = outcome
    this.#finished += 1
    this.#done(order, outcome)
    if (this.#finished === this.#orders.length) this.#end.resolve(this.#outcomes)
  }
}

function tooLarge({ station, bundles, crowds }: StationOrder): StationOutcome {
  const [first] = bundles
  const where = station === undefined ? (first?.where ?? 'what was given') : `station ${station}`
  const what = 'its bundles need more memory than there is'
  const next = 'Verify this station alone on a larger machine, and have the devices examined.'
  const refusal = { code: 'station.too-large', where, what, next }
  const spoiled = [...crowds.flat(), ...bundles.map((bundle) => bundle.where)]
  return { findings: [{ step: STEP.station, folder: '', refusal }], spoiled }
}
