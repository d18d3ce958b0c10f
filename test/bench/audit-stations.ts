/** The stations of the country that the audit is measured on, written by as many threads as there are cores. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Country, type CountryWishes, makeCountry } from '../audit/country.ts'

/** Where a station's files lie. */
export interface WrittenStation {
  /** Of its devices and its check-in. */
  readonly folders: readonly string[]
  /** Of its devices. */
  readonly bundles: readonly string[]
}

interface Order {
  readonly wishes: CountryWishes
  readonly folder: string
  /** Of so many threads it is this one. */
  readonly share: readonly [thread: number, threads: number]
}

/** Writes all stations into a folder. */
export async function writeStations(
  wishes: CountryWishes,
  folder: string,
): Promise<{ readonly country: Country; readonly stations: readonly WrittenStation[] }> {
  const threads = availableParallelism()
  await Promise.all(
    Array.from({ length: threads }, async (_, thread) => {
      const order: Order = { wishes, folder, share: [thread, threads] }
      const worker = new Worker(new URL(import.meta.url), { workerData: order })
      await new Promise((done, failed) => worker.once('message', done).once('error', failed))
      await worker.terminate()
    }),
  )
  const country = makeCountry(wishes)
  const stations = country.electionPackage.definition.stations.map(({ id, devices }) => {
    const bundles = devices.map((device) => join(folder, device))
    return { bundles, folders: [...bundles, join(folder, `${id}-check-in`)] }
  })
  return { country, stations }
}

function write({ wishes, folder, share: [thread, threads] }: Order): void {
  const country = makeCountry(wishes)
  for (let number = thread; number < wishes.stations; number += threads) {
    for (const [name, files] of country.station(number)) {
      mkdirSync(join(folder, name))
      for (const [file, bytes] of files) writeFileSync(join(folder, name, file), bytes)
    }
  }
}

if (!isMainThread && parentPort !== null) {
  write(workerData as Order)
  parentPort.postMessage('written')
}
