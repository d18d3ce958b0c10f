/** Count and audit of the bench: the real audit, as processes of its own that see the bundles and three trustees' share files. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { toBase64 } from '../../core/keys/hash.ts'
import type { SeenRun } from '../web/messages.ts'

const COMMAND = fileURLToPath(new URL('../../bin/sandogh.js', import.meta.url))
const THRESHOLD = 3
/** An audit of a handful of ballots is a matter of seconds. */
const LONGEST_MS = 120_000

/** What is audited and with what. */
export interface CountOrder {
  readonly bundles: string
  readonly authorityKey: Uint8Array
  readonly shareFiles: readonly string[]
}

/** Verifies without any secret, then, if that holds, opens and recounts with the shares. Gives what each run printed. */
export async function countAndAudit(order: CountOrder): Promise<readonly SeenRun[]> {
  const authority = ['--authority', toBase64(order.authorityKey)]
  const verified = await run(['audit', 'verify', order.bundles, ...authority])
  if (!verified.holds) return [verified]
  const shares = order.shareFiles.slice(-THRESHOLD).flatMap((file) => ['--share', file])
  return [verified, await run(['audit', 'open', ...shares, order.bundles, ...authority])]
}

function run(args: readonly string[]): Promise<SeenRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST_MS,
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
    }
    child.on('error', reject)
    child.on('close', (status) =>
      resolve({ command: `sandogh ${args.join(' ')}`, text: text.trimEnd(), holds: status === 0 }),
    )
  })
}
