/** Commands run in this process, with all that they write. */
import { vi } from 'vitest'
import { main } from '../../command.ts'

/** @returns the exit code, and what went to standard output and standard error, in its order */
export async function runCommand(...args: readonly string[]): Promise<readonly [number, string]> {
  let text = ''
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((words) => {
      text += words
      return true
    }),
  )
  try {
    return [await main(args), text]
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
