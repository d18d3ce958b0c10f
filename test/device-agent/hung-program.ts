/** A program that asks a medium which does not answer, and then ends by itself: `hung-program.ts <root of the build> <folder of the medium>`. */
import { join } from 'node:path'

const [root = '', folder = ''] = process.argv.slice(2)
const { probeMedia }: typeof import('../../device-agent/store/probe.ts') = await import(
  join(root, 'device-agent/store/probe.ts')
)
process.stdout.write(JSON.stringify(probeMedia([folder], 1_000)))
process.exit(2)
