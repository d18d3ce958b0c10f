/** A memory stick in a thread of its own, which hangs at the first file that it reads there: strace(1) holds the call. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Replacement, weakenedSources } from '../../end-to-end/weakened/build.ts'
import { describeWith, STRACE } from '../../oracles/needs.ts'
import { newFolder } from '../store/device.ts'

const ROOT = join(import.meta.dirname, '../../..')
const SILENT_MS = 8_000
const DEADLINE_MS = 2_000

interface Said {
  readonly read: readonly string[]
  readonly readAfter: number
  readonly atOnce: string
  readonly saidAfter: number
  readonly later: string
}

/** What a program of these sources finds on a stick with a neighbour's tally, whose reading takes so long. */
function found(sources: string, silentMs: number): Said {
  const stick = newFolder()
  mkdirSync(join(stick, 'd-02'))
  const file = join(stick, 'd-02', 'sealed-tally.json')
  writeFileSync(file, 'sealed')
  const held = [
    '-e',
    'trace=openat',
    '-e',
    `inject=openat:delay_enter=${silentMs * 1_000}:when=1`,
    '-P',
    file,
  ]
  const program = [join(import.meta.dirname, 'stick-program.ts'), sources, stick]
  const times = [String(DEADLINE_MS), String(SILENT_MS)]
  const command = ['-f', '-qq', '-o', '/dev/null', ...held, process.execPath, ...program, ...times]
  return JSON.parse(execFileSync('strace', command, { encoding: 'utf8' }))
}

/** Sends the next thread whether the last one has come back or not. */
const again: Replacement = {
  file: 'device-agent/ballot/stick.ts',
  line: 'if (this.#isThreadAway) throw this.#silent()',
  by: '',
}

describeWith([STRACE], 'a memory stick', () => {
  test('that answers is read and written', () => {
    expect(found(ROOT, 0)).toMatchObject({ read: ['sealed'], atOnce: 'written', later: 'written' })
  })

  test('that does not is as empty in time, is left alone while it hangs, and taken again once it answers', () => {
    const { readAfter, saidAfter, ...said } = found(ROOT, SILENT_MS)
    expect(said).toEqual({ read: [], atOnce: 'StickError', later: 'written' })
    expect(readAfter).toBeLessThan(SILENT_MS)
    expect(saidAfter - readAfter).toBeLessThan(DEADLINE_MS / 4)
  })

  test('gets one thread after the other where nobody asks whether the last one is back', () => {
    expect(found(weakenedSources(again), SILENT_MS).atOnce).toBe('written')
  })
})
