import fs, { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { removeFile, removeFolder, replaceFile } from '../../device-agent/durable-file.ts'
import { newFolder } from './store/device.ts'

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

describe('a file that is replaced', () => {
  test('is whole where the system takes three bytes at a time, and nobody else reads it', () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, 'the old one')
    const real = fs.writeSync as (file: number, bytes: Uint8Array, from: number, length?: number) => number
    vi.spyOn(fs, 'writeSync').mockImplementation(((descriptor: number, bytes: Uint8Array, from: number) =>
      real(descriptor, bytes, from, Math.min(3, bytes.length - from))) as never)
    syncBuiltinESMExports()
    replaceFile(file, Buffer.from('the new one, which is longer'))
    expect(readFileSync(file, 'utf8')).toBe('the new one, which is longer')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(file, '..'))).toEqual(['file'])
  })

  test('is on the disk before it takes the name, and the name before anyone is told', () => {
    const folder = newFolder()
    const file = join(folder, 'file')
    const done: string[] = []
    const { fsyncSync, renameSync, fstatSync } = fs
    vi.spyOn(fs, 'fsyncSync').mockImplementation((descriptor) => {
      done.push(fstatSync(descriptor).isDirectory() ? 'folder synced' : 'file synced')
      fsyncSync(descriptor)
    })
    vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      done.push('renamed')
      renameSync(from, to)
    })
    syncBuiltinESMExports()
    replaceFile(file, Buffer.from('new'))
    expect(done).toEqual(['file synced', 'renamed', 'folder synced'])
  })

  test('is the old one where the new one cannot be written', () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, 'the old one')
    mkdirSync(`${file}.part`)
    expect(() => replaceFile(file, Buffer.from('new'))).toThrow('EISDIR')
    expect(readFileSync(file, 'utf8')).toBe('the old one')
  })
})

describe('what is removed', () => {
  test('is gone, and stays so where it was not there', () => {
    const folder = join(newFolder(), 'folder')
    mkdirSync(folder)
    for (const name of ['one', 'two']) writeFileSync(join(folder, name), name)
    removeFile(join(folder, 'one'))
    removeFile(join(folder, 'one'))
    expect(readdirSync(folder)).toEqual(['two'])
    removeFolder(folder)
    removeFolder(folder)
    expect(existsSync(folder)).toBe(false)
  })

  test('or the error says by name why it is not', () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'inner'))
    expect(() => removeFile(join(folder, 'inner'))).toThrow(/^(EISDIR|EPERM)/)
    expect(() => removeFolder(folder)).toThrow(/^(EISDIR|EPERM)/)
  })
})
