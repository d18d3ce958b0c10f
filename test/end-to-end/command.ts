/** The command as it is installed, run as a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Path of the command. */
export const SANDOGH = fileURLToPath(new URL('../../bin/sandogh.js', import.meta.url))

/** Runs the command to its end, while whatever else lives in this process goes on. Throws with what it said if it fails. */
export function sandogh(...args: readonly string[]): Promise<string> {
  return ended(0, args)
}

/** The same for an audit that is given a part of what the package has. */
export function sandoghOfPart(...args: readonly string[]): Promise<string> {
  return ended(3, args)
}

async function ended(expected: number, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [SANDOGH, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
    })
  }
  const [status] = await once(child, 'close')
  if (status !== expected)
    throw new Error(`sandogh ${args.slice(0, 2).join(' ')}: ${said.stdout}${said.stderr}`)
  return said.stdout
}
