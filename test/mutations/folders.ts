/** A station's folders in memory, as mutations change them and verifiers are given them. */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StationSigners } from './resigned.ts'

/** What stands under a name: a file's bytes, or something that is no file. */
export type Content =
  | Uint8Array
  | { readonly is: 'folder' }
  | { readonly is: 'pipe' }
  | { readonly is: 'link'; readonly to: string }

/** Files by folder and name. */
export type Folders = ReadonlyMap<string, ReadonlyMap<string, Content>>

/** A station before anything is done to it, and what its mutations draw from. */
export interface Original {
  readonly name: string
  /** The election authority's key, base64. */
  readonly authorityKey: string
  readonly folders: Folders
  /** Folders of the same devices as they were exported earlier, where there are such. */
  readonly earlier: Folders
  /** A whole bundle of the same authority and another election. */
  readonly foreign: ReadonlyMap<string, Content>
  /** Stations whose devices, or check-in, signed something else; by what they lie about. */
  readonly lies: readonly Lie[]
  /** Whoever signs, where their keys are known. */
  readonly signers?: StationSigners
}

/** A station that lies, all signatures in order. */
export interface Lie {
  readonly about: string
  readonly folders: Folders
  readonly places: readonly string[]
}

/** Reads bundles from a disk. */
export function readFolders(path: string): Folders {
  return new Map(
    readdirSync(path).map((folder) => {
      const names = readdirSync(join(path, folder))
      return [folder, new Map(names.map((name) => [name, readFileSync(join(path, folder, name))]))]
    }),
  )
}

/** Writes folders into one that is new. */
export function writeFolders(path: string, folders: Folders): void {
  mkdirSync(path)
  for (const [folder, files] of folders) {
    mkdirSync(join(path, folder))
    for (const [name, content] of files) writeContent(join(path, folder, name), content)
  }
}

function writeContent(path: string, content: Content): void {
  if (content instanceof Uint8Array) writeFileSync(path, content)
  else if (content.is === 'folder') mkdirSync(path)
  else if (content.is === 'link') symlinkSync(content.to, path)
  else execFileSync('mkfifo', [path])
}

/** Takes what was written away. */
export function removeFolders(path: string): void {
  rmSync(path, { recursive: true })
}

/** The folders with one file changed, or taken away. */
export function withFile(
  folders: Folders,
  folder: string,
  name: string,
  content: Content | undefined,
): Folders {
  const files = new Map(folders.get(folder))
  if (content === undefined) files.delete(name)
  else files.set(name, content)
  return new Map([...folders, [folder, files]])
}

/** What folders mean: their files, whatever the folders are called and in whatever order they stand. */
export function meaningOf(folders: Folders): string {
  const meanings = [...folders.values()].map((files) => {
    const lines = [...files].map(([name, content]) => {
      const bytes = content instanceof Uint8Array ? content : JSON.stringify(content)
      return `${name} ${createHash('sha256').update(bytes).digest('hex')}`
    })
    return lines.sort().join('\n')
  })
  return meanings.sort().join('\n\n')
}
