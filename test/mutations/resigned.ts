/**
 * Lies: one file is changed as in any other mutation, and then everything that says so is signed anew by whoever has to, with their own keys. What is
 * left to find out is what it says. Of some lies nobody can know (a device may keep to itself what it saw of a neighbour): those may hold, if
 * all verifiers say so.
 */
import type { BundleFile } from '../../core/bundle/bundle.ts'
import { formatJournal, formatLeaves, signManifest } from '../../core/bundle/bundle.ts'
import { signDocument } from '../../core/keys/signed-document.ts'
import type { Signer } from '../../core/ports.ts'
import { canonicalJson, type Json } from '../../core/text/canonical-json.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { leafHash, rootOf } from '../../core/tlog/tree.ts'
import { byteMutations } from './bytes.ts'
import { fieldMutations } from './fields.ts'
import { type Content, type Folders, withFile } from './folders.ts'
import { bundlesIn, bytesOf, type Mutate, type Place } from './mutation.ts'
import { rowMutations } from './rows.ts'

/** A device's keys, and the name of its journal. */
export interface DeviceSigners {
  readonly origin: string
  readonly log: Signer
  readonly message: Signer
}

/** All who sign something of a station. */
export interface StationSigners {
  readonly authority: Signer
  /** Of the check-in, in the order in which they sign. */
  readonly officers: readonly Signer[]
  /** By their folder. */
  readonly devices: ReadonlyMap<string, DeviceSigners>
}

type Files = ReadonlyMap<string, Content>

/** Before the body of a certificate stand 4 bytes, behind it 74, the last 64 of them the signature. */
const DER_HEAD = 4
const DER_TAIL = 74

function signedAnew(mutate: Mutate): Mutate {
  return (original, draw) => {
    const { signers, folders } = original
    const mutated = mutate(original, draw)
    const place = mutated && changedIn(folders, mutated.folders)
    if (signers === undefined || mutated === undefined || place === undefined) return undefined
    const signed = withFile(mutated.folders, place.folder, place.name, signFile(place, signers))
    const everywhere = place.name === 'package.json' && draw.below(2) === 0
    const bundles = everywhere ? bundlesIn(folders) : [place.folder]
    const lie = new Map(signed)
    for (const folder of bundles) {
      const files = new Map(signed.get(folder))
      if (everywhere) files.set(place.name, bytesOf(signed.get(place.folder)?.get(place.name)))
      const device = signers.devices.get(folder)
      lie.set(folder, device === undefined ? files : listed(files, place, device))
    }
    return {
      folders: lie,
      what: `${mutated.what}, signed anew${everywhere ? ', in all bundles' : ''}`,
      places: [...folders.keys(), 'station '],
      mayHold: true,
    }
  }
}

function changedIn(before: Folders, after: Folders): Place | undefined {
  for (const [folder, files] of after) {
    for (const [name, bytes] of files)
      if (bytes instanceof Uint8Array && bytes !== before.get(folder)?.get(name))
        return { folder, name, bytes }
  }
  return undefined
}

/** The file with its own signatures, where it has some and can still be read. */
function signFile(
  { folder, name, bytes }: Place,
  { authority, officers, devices }: StationSigners,
): Uint8Array {
  if (name === 'package.json') return signJson(bytes, [authority])
  if (name === 'issued.json') return signJson(bytes, officers)
  if (name === 'device-certificate.der') return signCertificate(bytes, authority)
  const device = devices.get(folder)
  return device && name.endsWith('.json') ? signJson(bytes, [device.message]) : bytes
}

function signJson(bytes: Uint8Array, signers: readonly Signer[]): Uint8Array {
  try {
    const { payload, type } = JSON.parse(Buffer.from(bytes).toString()) as { payload: Json; type: string }
    return Buffer.from(signDocument(type, payload, signers))
  } catch {
    return bytes
  }
}

function signCertificate(bytes: Uint8Array, authority: Signer): Uint8Array {
  if (bytes.length < DER_HEAD + DER_TAIL) return bytes
  const signature = authority.sign(bytes.subarray(DER_HEAD, bytes.length - DER_TAIL))
  return new Uint8Array(Buffer.concat([bytes.subarray(0, bytes.length - signature.length), signature]))
}

/** The bundle with its journal's leaves and checkpoint, if that was changed, and its manifest, unless that was. */
function listed(files: Files, { name, bytes }: Place, { origin, log, message }: DeviceSigners): Files {
  if (name === 'manifest.json') return files
  const all = new Map([...files, ...(name === 'journal.jsonl' ? journalFiles(bytes, origin, log) : [])])
  const content = [...all].filter(([file]) => file !== 'manifest.json')
  const read = new Map(content.map(([file, its]) => [file as BundleFile, bytesOf(its)]))
  return new Map([...all, ['manifest.json', Buffer.from(signManifest(origin, read, message))]])
}

function journalFiles(journal: Uint8Array, origin: string, log: Signer): readonly [string, Uint8Array][] {
  const entries = renumbered(Buffer.from(journal).toString('latin1').split('\n').slice(0, -1))
  const leaves = entries.map(leafHash)
  const checkpoint = signCheckpoint({ origin, size: entries.length, root: rootOf(leaves) }, log)
  return [
    // What stands behind the last line feed stays.
    ['journal.jsonl', journal.at(-1) === 0x0a ? formatJournal(entries) : journal],
    ['leaves.bin', formatLeaves(leaves)],
    ['checkpoint', Buffer.from(checkpoint)],
  ]
}

/** Entries that can be read, in the places where they stand now. */
function renumbered(lines: readonly string[]): readonly Uint8Array[] {
  return lines.map((line, seq) => {
    const bytes = Buffer.from(line, 'latin1')
    try {
      const entry = JSON.parse(bytes.toString()) as { readonly seq?: unknown }
      return typeof entry.seq === 'number' && canonicalJson(entry as Json) === bytes.toString()
        ? Buffer.from(canonicalJson({ ...entry, seq } as Json))
        : bytes
    } catch {
      return bytes
    }
  })
}

export const resignedMutations: readonly Mutate[] = [
  ...byteMutations,
  ...rowMutations,
  // More often, since they tell most.
  ...fieldMutations,
  ...fieldMutations,
  ...fieldMutations,
  ...fieldMutations,
].map(signedAnew)
