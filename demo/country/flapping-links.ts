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
      /** How long a connection lives at most; at least an eighth of it. */
      readonly longestMs: number
      readonly brokers: readonly { readonly host: string; readonly port: number }[]
    }
  | { readonly be: 'calm' }

/** What it tells: where each side's links begin. */
export interface FromLinks {
  readonly is: 'ready'
  readonly ports: readonly number[]
}

let isCalm = false

const tell: (message: FromLinks) => void = underParent<ToLinks, FromLinks>(async (order) => {
  if (order.be === 'calm') {
    isCalm = true
    return
  }
  const { seed, longestMs, brokers } = order
  const shortestMs = Math.round(longestMs / 8)
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
              shortestMs + uniform(longestMs - shortestMs, random),
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
