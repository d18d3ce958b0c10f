/** Runs a command of the command line in this process and keeps what it writes. */
import { vi } from 'vitest'

export interface Run {
  readonly exitCode: number
  readonly out: string
  readonly err: string
}

/** Runs `main` with these arguments. */
export async function run(
  main: (args: readonly string[]) => Promise<number>,
  ...args: readonly string[]
): Promise<Run> {
  const written = { out: '', err: '' }
  const keep = (stream: keyof typeof written) => (chunk: string | Uint8Array) => {
    written[stream] += String(chunk)
    return true
  }
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(keep('out'))
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(keep('err'))
  try {
    const exitCode = await main(args)
    return { exitCode, ...written }
  } finally {
    out.mockRestore()
    err.mockRestore()
  }
}
