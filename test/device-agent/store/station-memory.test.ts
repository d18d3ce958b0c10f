/** What a device remembers of its neighbours: on every medium, through kill -9 and power cuts, and against whoever writes into the table. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeRefusal, valueOrThrow } from '../../../core/result.ts'
import { encodeHeads, parseHeads, type StationHead } from '../../../device-agent/witness/station-heads.ts'
import { realBuild } from '../../attacks/weakened/weaken.ts'
import { beginOn, imageOf, newFolder, resumeOn } from './device.ts'
import { learned, neighbour, seen } from './heads.ts'
import { runSql } from './sqlite-client.ts'
import { device } from './voting.ts'

const build = await realBuild()

const damaged = { type: 'officer.card_damaged', role: 'executive' } as const

describe('what is kept', () => {
  test('is on both media when keep returns, and the same after a power cut', () => {
    const { folders, store } = beginOn(build, 2, 'both media')
    store.append(damaged)
    store.station.keep([learned(3), seen(store, 2)])
    store.station.keep([])
    store.station.keep([learned(4)])
    const images = folders.map(imageOf)
    store.close()
    for (const from of [images, images.toReversed(), ...images.map((image) => [image])]) {
      const { station: memory, ...again } = valueOrThrow(resumeOn(build, from.map(imageOf)))
      expect(memory.neighbours.get(neighbour.id)?.size, from.join()).toBe(4)
      expect(memory.cosignedSizes).toEqual([2])
      expect(memory.cosigned.notes).toHaveLength(3)
      expect(again).toBeDefined()
    }
  })

  test('on the first medium when the power was cut before the second had it is taken up from either order', () => {
    const { folders, store } = beginOn(build, 2, 'between media')
    store.station.keep([learned(3)])
    const before = folders.map(imageOf)
    store.station.keep([learned(4)])
    const after = folders.map(imageOf)
    store.close()
    for (const from of [
      [after[0], before[1]],
      [before[0], after[1]],
    ] as string[][]) {
      const again = valueOrThrow(resumeOn(build, from))
      expect(again.station.neighbours.get(neighbour.id)?.size).toBe(4)
      again.close()
    }
  })

  test('survives kill -9 right after keep returned, before any card was written', () => {
    const folder = newFolder()
    const killed = spawnSync(process.execPath, [join(import.meta.dirname, 'killed-memory.ts'), folder])
    expect([killed.signal, killed.stderr.toString()]).toEqual(['SIGKILL', ''])
    const again = valueOrThrow(resumeOn(build, [folder]))
    expect(again.station.neighbours.get(neighbour.id)?.size).toBe(4)
    again.close()
  })
})

describe('with plain sqlite3', () => {
  let folder = ''
  const rows: Buffer[] = []
  let triggers: readonly { readonly name: string; readonly sql: string }[] = []

  beforeAll(() => {
    const { folders, store } = beginOn(build, 1, 'plain sqlite3')
    store.append(damaged)
    store.station.keep([learned(3), seen(store, 2)])
    store.close()
    folder = folders[0] ?? ''
    const database = new Database(join(folder, 'ballots.db'), { readonly: true })
    rows.push(...(database.prepare('SELECT head FROM heads ORDER BY number').pluck().all() as Buffer[]))
    triggers = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all() as never
    database.close()
  })

  /** What the device says when it starts with the disk on which that was done. */
  function startAfter(statement: string): string {
    const copy = imageOf(folder)
    const dropped = triggers.map(({ name }) => `DROP TRIGGER ${name};`).join('\n')
    runSql(
      join(copy, 'ballots.db'),
      `${dropped}\n${statement};\n${triggers.map(({ sql }) => `${sql};`).join('\n')}\n`,
    )
    const again = resumeOn(build, [copy])
    if (!again.ok) return describeRefusal(again.error)
    again.value.close()
    return 'starts'
  }

  const hex = (bytes: Uint8Array) => `x'${Buffer.from(bytes).toString('hex')}'`
  const put = (number: number, head: Uint8Array) =>
    `UPDATE heads SET head = ${hex(head)} WHERE number = ${number}`
  const add = (head: Uint8Array) => `INSERT INTO heads (head) VALUES (${hex(head)})`
  const headOf = (row: number) => parseHeads(rows[row] as Buffer).heads[0] as StationHead
  const bent = (text: string) =>
    text.replace(/(.)(.{5})\n$/, (_, a, rest) => `${a === 'A' ? 'B' : 'A'}${rest}\n`)

  test('nothing done starts', () => {
    expect(startAfter('SELECT 1')).toBe('starts')
  })

  test('a row changed in any byte is refused, and the table is named', () => {
    for (const [index, row] of rows.entries()) {
      for (let at = 0; at < row.length; at += 37) {
        const changed = Buffer.from(row)
        changed[at] = (changed[at] ?? 0) ^ 1
        const kept = parseHeads(row).heads[0]
        expect(startAfter(put(index + 1, changed)), `row ${index + 1} byte ${at} of ${kept?.note}`).toContain(
          'table heads',
        )
      }
    }
  })

  test.each([
    [
      "a neighbour's head of another size",
      () => put(1, encodeHeads([{ ...learned(4), note: headOf(0).note.replace('\n3\n', '\n4\n') }])),
    ],
    [
      "a neighbour's head without this device's cosignature",
      () =>
        put(
          1,
          encodeHeads([
            { ...headOf(0), note: headOf(0).note.split('\n').slice(0, 5).join('\n').concat('\n') },
          ]),
        ),
    ],
    [
      "this device's cosignature bent",
      () => put(1, encodeHeads([{ ...headOf(0), note: bent(headOf(0).note) }])),
    ],
    [
      "the neighbour's cosignature bent",
      () => put(2, encodeHeads([{ ...headOf(1), note: bent(headOf(1).note) }])),
    ],
    [
      "another device's certificate",
      () => put(1, encodeHeads([{ ...headOf(0), certificate: device.certificate }])),
    ],
    [
      'an own head that is not of this journal',
      () => put(2, encodeHeads([{ ...headOf(1), note: headOf(1).note.replace('\n2\n', '\n1\n') }])),
    ],
    [
      "a neighbour's head added that nobody here cosigned",
      () =>
        add(
          encodeHeads([
            { ...learned(4), note: learned(4).note.split('\n').slice(0, 5).join('\n').concat('\n') },
          ]),
        ),
    ],
    [
      'an own head added that nobody cosigned',
      () =>
        add(
          encodeHeads([
            { ...headOf(1), note: headOf(1).note.split('\n').slice(0, 5).join('\n').concat('\n') },
          ]),
        ),
    ],
    ['no head at all', () => add(Buffer.from('{}'))],
    ['an empty row', () => add(new Uint8Array(0))],
    ['a row of two heads', () => add(encodeHeads([headOf(0), headOf(1)]))],
  ] as const)('%s is refused, and the table is named', (_, statement) => {
    expect(startAfter(statement())).toContain('table heads')
  })

  test('a row deleted is not seen here: the neighbour has the head, and the card or its bundle tells', () => {
    expect(startAfter('DELETE FROM heads WHERE number = 2')).toBe('starts')
    expect(startAfter('DELETE FROM heads')).toBe('starts')
  })

  test("a neighbour's head deleted is missed where an own one carries its cosignature", () => {
    expect(startAfter('DELETE FROM heads WHERE number = 1')).toContain('table heads')
  })
})
