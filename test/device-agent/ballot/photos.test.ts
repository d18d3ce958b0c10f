import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256, toBase64, toHex } from '../../../core/keys/hash.ts'
import { readPhotos } from '../../../device-agent/ballot/photos.ts'
import { councilContest, testDefinition } from '../../fixtures/definition.ts'
import { picture } from '../../fixtures/picture.ts'
import { newFolder } from '../store/device.ts'

const KINDS = ['image/webp', 'image/png', 'image/jpeg'] as const
const ENDINGS = ['webp', 'png', 'jpg']
const photos = KINDS.map((type, seed) => picture(type, 300, 400, seed))

/** The first candidates have these photos, the others none. */
function definitionWith(named: readonly Uint8Array[]) {
  const candidates = councilContest.candidates.map((candidate, position) => {
    const photo = named[position]
    return photo === undefined ? candidate : { ...candidate, photo: toBase64(sha256(photo)) }
  })
  return testDefinition({ contests: [{ ...councilContest, candidates }] })
}

/** A home folder with these photos in place, then changed. */
function read(
  named: readonly Uint8Array[],
  change: (folder: string, names: readonly string[]) => void = () => {},
) {
  const home = newFolder()
  const folder = join(home, 'photos')
  mkdirSync(folder)
  const names = named.map((photo, i) => `${toHex(sha256(photo))}.${ENDINGS[i % 3]}`)
  for (const [i, name] of names.entries()) writeFileSync(join(folder, name), named[i] ?? '')
  change(folder, names)
  return readPhotos(home, definitionWith(named))
}

/** How reading ended: the refusal's code, or how many photos there are. */
function outcome(result: ReturnType<typeof read>): string | number {
  return result.ok ? result.value.size : result.error.code
}

describe('the photos of a device', () => {
  test('are read by the hash that the package names, with their kind', () => {
    const result = read(photos)
    if (!result.ok) throw new Error(result.error.what)
    expect([...result.value]).toEqual(
      photos.map((bytes, i) => [toHex(sha256(bytes)), { bytes: Buffer.from(bytes), type: KINDS[i] }]),
    )
  })

  test('need no folder where the package names none', () => {
    expect(outcome(read([], (folder) => rmSync(folder, { recursive: true })))).toBe(0)
  })

  test('are those the package names and no other file', () => {
    const result = read(photos, (folder) => {
      const other = picture('image/png', 10, 10, 9)
      writeFileSync(join(folder, `${toHex(sha256(other))}.png`), other)
      writeFileSync(join(folder, 'face.png'), other)
      writeFileSync(join(folder, 'index.html'), 'hello')
    })
    expect(outcome(result)).toBe(3)
  })

  test('are refused if one is missing', () => {
    expect(outcome(read(photos, (folder, names) => rmSync(join(folder, names[1] ?? ''))))).toBe(
      'photo.missing',
    )
  })

  test('are refused if one shows somebody else', () => {
    const swap = (folder: string, [first = '']: readonly string[]) =>
      writeFileSync(join(folder, first), picture('image/webp', 300, 400, 7))
    expect(outcome(read(photos, swap))).toBe('photo.wrong-hash')
  })

  test('are refused if one is of another kind than its name says, or no picture at all', () => {
    const [, png = new Uint8Array()] = photos
    expect(outcome(read([png]))).toBe('photo.kind')
    expect(outcome(read([Buffer.from('<script>hello</script>')]))).toBe('photo.kind')
  })

  test('are refused if one is larger than a portrait needs', () => {
    expect(outcome(read([picture('image/webp', 601, 400)]))).toBe('photo.dimensions')
    expect(outcome(read([picture('image/webp', 300, 801)]))).toBe('photo.dimensions')
    expect(outcome(read([picture('image/webp', 600, 800)]))).toBe(1)
    expect(outcome(read([new Uint8Array(64 * 1024 + 1)]))).toBe('home.file')
  })

  test('are refused if one is a link, a folder or a pipe', () => {
    const put =
      (make: (file: string) => void) =>
      (folder: string, [first = '']: readonly string[]) => {
        rmSync(join(folder, first))
        make(join(folder, first))
      }
    const [webp = new Uint8Array()] = photos
    const elsewhere = join(newFolder(), 'photo.webp')
    writeFileSync(elsewhere, webp)
    expect(
      outcome(
        read(
          photos,
          put((file) => symlinkSync(elsewhere, file)),
        ),
      ),
    ).toBe('home.file')
    expect(
      outcome(
        read(
          photos,
          put((file) => mkdirSync(file)),
        ),
      ),
    ).toBe('home.file')
    expect(
      outcome(
        read(
          photos,
          put((file) => execFileSync('mkfifo', [file])),
        ),
      ),
    ).toBe('home.file')
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(200)
  })
})
