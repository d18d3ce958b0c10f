/** Links that flap: between some devices and their broker each connection lives for a drawn time and is cut where it happens to be. */
import { connect, createServer } from 'node:net'
import { uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { underParent } from './children.ts'

/** What the process is told: where the links lead, and when they are cut no more. */
export type ToLinks =
  | {
      readonly be: 'flapping'
      readonly seed: string
      readonly brokers: readonly { readonly host: string; readonly port: number }[]
    }
  | { readonly be: 'calm' }

/** What it tells: where each side's links begin. */
export interface FromLinks {
  readonly is: 'ready'
  readonly ports: readonly number[]
}

const SHORTEST_MS = 1_000
const LONGEST_MS = 8_000

let isCalm = false

const tell: (message: FromLinks) => void = underParent<ToLinks, FromLinks>(async (order) => {
  if (order.be === 'calm') {
    isCalm = true
    return
  }
  const { seed, brokers } = order
  const random = seededRandom(`${seed}: links`)
  const ports = await Promise.all(
    brokers.map(
      (broker) =>
        new Promise<number>((resolve) => {
          const server = createServer((near) => {
            const far = connect(broker)
            const cut = () => {
              clearTimeout(life)
              near.destroy()
              far.destroy()
            }
            const life = setTimeout(
              () => {
                if (!isCalm) cut()
              },
              SHORTEST_MS + uniform(LONGEST_MS - SHORTEST_MS, random),
            )
            for (const end of [near, far]) {
              end.on('error', cut)
              end.on('close', cut)
            }
            near.pipe(far)
            far.pipe(near)
          })
          server.listen(0, broker.host, () => {
            const address = server.address()
            resolve(typeof address === 'object' && address !== null ? address.port : 0)
          })
        }),
    ),
  )
  tell({ is: 'ready', ports })
})
