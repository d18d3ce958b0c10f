/**
 * Loaded before a command: every call that changes something on the disk is counted, and before the one of the number `SANDOGH_KILL_AT` the process is
 * killed, as by a power cut; of a file that is being written half is there then. Without the number the calls are told on standard error.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const CHANGING = ['mkdirSync', 'writeFileSync', 'renameSync', 'fsyncSync'] as const
const at = Number(process.env['SANDOGH_KILL_AT'])
const calls: string[] = []

for (const name of CHANGING) {
  const original = fs[name] as (...args: readonly unknown[]) => unknown
  const counted = (...args: readonly unknown[]) => {
    const [path, data, options] = args
    calls.push(name)
    if (calls.length === at) {
      if (name === 'writeFileSync') original(path, Buffer.from(data as string).subarray(0, 100), options)
      process.kill(process.pid, 'SIGKILL')
    }
    return original(...args)
  }
  Object.assign(fs, { [name]: counted })
}
syncBuiltinESMExports()
process.on('exit', () => process.stderr.write(`calls: ${calls.join(', ')}\n`))
