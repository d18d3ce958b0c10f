/** A program whose second medium hangs at its mark, and that lets go of it and then ends by itself: `hung-mark-program.ts <root of the build> <folder of the medium>`. */
import { join } from 'node:path'

/** A thread that is let go of has ended by then. */
const AWHILE_MS = 1_000

const [root = '', folder = ''] = process.argv.slice(2)
const { DEADLINES, WorkerMedium }: typeof import('../../device-agent/store/worker-medium.ts') = await import(
  join(root, 'device-agent/store/worker-medium.ts')
)
const medium = new WorkerMedium(folder, DEADLINES)
const code = errorOf(() => medium.leftBehind.mark({ origin: 'of a test', size: 7 }))
medium.close()
await new Promise((resolve) => setTimeout(resolve, AWHILE_MS))
process.stdout.write(JSON.stringify([{ is: code }]))
process.exit(2)

function errorOf(does: () => void): string {
  try {
    does()
    return 'done'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}
