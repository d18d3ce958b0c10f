/** Bends of what one device exports: files, documents, journal, ballot box. */
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { concatBytes, sha256, toBase64 } from '../../core/keys/hash.ts'
import { signDocument } from '../../core/keys/signed-document.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { leafHash, rootOf } from '../../core/tlog/tree.ts'
import { checkpointNote } from '../audit/files.ts'
import { makeStation, OPENING } from '../audit/fixtures.ts'
import { LANGUAGES } from './vectors-of-ballots.ts'
import type { Bend, Bender } from './vectors-of-bundles.ts'

/** Files missing, doubled, exchanged or not as listed. */
export function ofFiles(b: Bender): Bend[] {
  const [one, two] = ['d-01', 'd-02'] as const
  return [
    b.bend('a file is missing', 'bundle.files', 'd-01/leaves.bin', { 'd-01/leaves.bin': null }),
    b.bend('a file more', 'bundle.files', 'd-02/notes.txt', { 'd-02/notes.txt': '' }),
    b.bend('both tallies', 'bundle.files', 'd-02/sealed-tally.json', {
      'd-02/tally.json': b.file('d-02/sealed-tally.json'),
    }),
    b.bend('no tally', 'bundle.files', 'd-02/tally.json', { 'd-02/sealed-tally.json': null }),
    b.bend('the sheet is missing', 'bundle.files', 'd-01/station-sheet.json', {
      'd-01/station-sheet.json': null,
    }),
    b.bend('the sheet in another bundle too', 'bundle.files', 'd-02/station-sheet.json', {
      'd-02/station-sheet.json': b.file('d-01/station-sheet.json'),
    }),
    b.bend('a file more in the check-in', 'bundle.files', 'check-in/x', { 'check-in/x': '' }),
    b.manifest('a manifest without a file', 'bundle.manifest', 'd-01/manifest.json', 0, (files) => {
      files.delete('leaves.bin')
    }),
    b.manifest('a manifest without tally', 'bundle.manifest', 'd-01/manifest.json', 0, (files) => {
      files.delete('sealed-tally.json')
    }),
    b.bend('the certificate of the neighbour', 'bundle.certificate', 'd-01/device-certificate.der', {
      [`${one}/device-certificate.der`]: b.file(`${two}/device-certificate.der`),
    }),
    b.bend('a bit of the certificate', 'certificate.wrong-authority', 'd-01/device-certificate.der', {
      'd-01/device-certificate.der': b
        .file('d-01/device-certificate.der')
        .map((byte, i) => (i === 60 ? byte ^ 1 : byte)),
    }),
    b.bend('a checkpoint without the line of the centre', 'bundle.changed', 'd-01/checkpoint', {
      'd-01/checkpoint': checkpointNote(b.station, b.device(0), false),
    }),
    b.bend('a hash of an entry', 'bundle.changed', 'd-01/leaves.bin', {
      'd-01/leaves.bin': b.file('d-01/leaves.bin').map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
    }),
  ]
}

/** A signed document in every way that it can be wrong. */
export function ofDocuments(b: Bender): Bend[] {
  const place = 'd-01/manifest.json'
  const message = signerFromSeed(b.device(0).keys.message)
  const text = Buffer.from(b.file(place)).toString()
  const payload = { version: 1, origin: b.device(0).origin, files: [] }
  const sign = (type: string, ...signers: readonly (typeof message)[]) => signDocument(type, payload, signers)
  return [
    b.bend('cut', 'document.syntax', place, { [place]: text.slice(0, -1) }),
    b.bend('a line feed at the end', 'document.not-canonical', place, { [place]: `${text}\n` }),
    b.bend('no signatures', 'document.shape', place, { [place]: '{"payload":{},"type":"manifest"}' }),
    b.bend('another type', 'document.type', place, { [place]: sign('tally', message) }),
    b.bend('two signatures', 'document.signature-count', place, {
      [place]: sign('manifest', message, message),
    }),
    b.bend('the manifest of the neighbour', 'document.wrong-key', place, {
      [place]: b.file('d-02/manifest.json'),
    }),
    b.replace('a size changed', 'document.bad-signature', place, place, '"size":', '"size":1'),
    b.bend('no files listed', 'bundle.manifest', place, { [place]: sign('manifest', message) }),
    b.replace(
      'a letter of the package',
      'document.bad-signature',
      'd-02/package.json',
      'd-02/package.json',
      '"rehearsal":true',
      '"rehearsal":false',
    ),
    b.bend('a package of another authority', 'document.wrong-key', 'd-02/package.json', {
      'd-02/package.json': makeStation('others', { languages: [...LANGUAGES] }).packageText,
    }),
  ]
}

/** Journal, leaf hashes and checkpoint. */
export function ofJournal(b: Bender): Bend[] {
  const { entries, origin, keys } = b.device(0)
  const path = 'd-01/journal.jsonl'
  const at = (event: JournalEvent, seq: number) => encodeEntry(event, seq, OPENING + 60_000 * seq)
  const withEntry = (seq: number, entry: Uint8Array | string) => entries.with(seq, Buffer.from(entry))
  const text = (seq: number) => Buffer.from(entries[seq] ?? '').toString()
  const log = signerFromSeed(keys.log)
  const head = (size: number, name = origin) =>
    signCheckpoint({ origin: name, size, root: rootOf(entries.slice(0, size).map(leafHash)) }, log)
  const stranger = signerFromSeed(sha256(Buffer.from('vectors: stranger')))
  const last = entries.length
  return [
    b.bend('the last line feed is missing', 'journal.line', `${path} entry ${last - 1}`, {
      [path]: b.file(path).subarray(0, -1),
    }),
    b.bend('a line of 4,097 bytes', 'journal.line', `${path} entry ${last}`, {
      [path]: concatBytes(b.file(path), Buffer.from(`${' '.repeat(4097)}\n`)),
    }),
    b.replace('a count', 'bundle.entry', `${path} entry 4`, path, '"count":2', '"count":3'),
    b.bend('an entry less', 'bundle.entry', `${path} entry ${last - 1}`, {
      [path]: Buffer.concat(entries.slice(0, -1).flatMap((entry) => [entry, Buffer.from('\n')])),
    }),
    b.lie('half a hash', 'leaves.size', 'd-01/leaves.bin', 0, {
      'leaves.bin': b.file('d-01/leaves.bin').subarray(0, -16),
    }),
    b.lie('a checkpoint of another key', 'note.unsigned', 'd-01/checkpoint', 0, {
      checkpoint: signCheckpoint({ origin, size: last, root: rootOf(entries.map(leafHash)) }, stranger),
    }),
    b.lie('a checkpoint without line feed', 'note.malformed', 'd-01/checkpoint', 0, {
      checkpoint: head(last).slice(0, -1),
    }),
    b.lie('a line of the centre bent', 'note.bad-signature', 'd-01/checkpoint', 0, {
      checkpoint: bendLastLine(checkpointNote(b.station, b.device(0), true)),
    }),
    b.lie('a checkpoint of before', 'bundle.checkpoint', 'd-01/checkpoint', 0, {
      checkpoint: head(last - 1),
    }),
    b.journal('no UTF-8', 'journal.entry-text', `${path} entry 1`, 0, withEntry(1, Uint8Array.of(0xff))),
    b.journal('no JSON', 'json.syntax', `${path} entry 1`, 0, withEntry(1, '{')),
    b.journal('a space', 'json.not-canonical', `${path} entry 1`, 0, withEntry(1, ` ${text(1)}`)),
    b.journal('an array', 'journal.entry-shape', `${path} entry 1`, 0, withEntry(1, '[]')),
    b.journal(
      'a minute 60',
      'journal.entry-shape',
      `${path} entry 1`,
      0,
      withEntry(1, text(1).replace(/T..:..:/, 'T04:60:')),
    ),
    b.journal('a number twice', 'journal.entry-seq', `${path} entry 2`, 0, withEntry(2, text(1))),
    b.journal(
      'an unknown event',
      'journal.entry-type',
      `${path} entry 1`,
      0,
      withEntry(1, text(1).replace('report.printed', 'constructor')),
    ),
    b.journal(
      'a member more',
      'journal.entry-members',
      `${path} entry 1`,
      0,
      withEntry(1, text(1).replace('"at"', '"a":0,"at"')),
    ),
    b.journal('an entry that comes too late', 'journal.order', `${path} entry ${last}`, 0, [
      ...entries,
      at({ type: 'ballot.cast', count: 4 }, last),
    ]),
    b.journal('no entries', 'journal.empty', path, 0, []),
    b.journal('polls never closed', 'bundle.unfinished', path, 0, entries.slice(0, 4)),
    b.journal('the journal of the neighbour', 'bundle.binding', `${path} entry 0`, 0, b.device(1).entries),
    b.journal(
      'another package',
      'bundle.binding',
      `${path} entry 0`,
      0,
      withEntry(
        0,
        text(0).replace(toBase64(b.station.electionPackage.hash), toBase64(sha256(Uint8Array.of(9)))),
      ),
    ),
  ]
}

/** The note with a character of its last signature changed. */
export function bendLastLine(note: string): string {
  const at = note.length - 20
  return `${note.slice(0, at)}${note[at] === 'A' ? 'B' : 'A'}${note.slice(at + 1)}`
}

/** Sealed ballots and spent tags. */
export function ofBox(b: Bender): Bend[] {
  const [batches, tags] = ['d-01/batches.jsonl', 'd-01/spent-tags.json']
  const text = Buffer.from(b.file(batches)).toString()
  const list = JSON.parse(Buffer.from(b.file(tags)).toString()) as string[]
  const lists = (value: unknown) => JSON.stringify(value)
  return [
    b.bend('the last line does not end', 'batches.line', batches, { [batches]: text.slice(0, -1) }),
    b.bend('an empty line', 'json.syntax', `${batches} line 2`, { [batches]: `${text}\n` }),
    b.bend('a ballot not in base64', 'batches.shape', `${batches} line 1`, {
      [batches]: text.replace('"sealed":["', '"sealed":["A'),
    }),
    b.bend('no JSON, then a line that does not end', 'json.syntax', `${batches} line 1`, {
      [batches]: `\n${text.slice(0, -1)}`,
    }),
    b.bend('a batch twice', 'batches.shape', `${batches} line 2`, { [batches]: text + text }),
    b.bend('a batch that no entry seals', 'batch.differs', `${batches} batch 2`, {
      [batches]: `${text}{"batch":2,"sealed":[]}\n`,
    }),
    b.bend('no batch', 'batch.differs', `${batches} batch 1`, { [batches]: '' }),
    b.bend('the batch of the neighbour', 'batch.differs', `${batches} batch 1`, {
      [batches]: b.file('d-02/batches.jsonl'),
    }),
    b.bend('a space in the list', 'json.not-canonical', tags, {
      [tags]: JSON.stringify(list).replace(',', ', '),
    }),
    b.lie('tags out of order', 'spent-tags.shape', tags, 0, { 'spent-tags.json': lists(list.toReversed()) }),
    b.lie('a tag less', 'bundle.spent', tags, 0, { 'spent-tags.json': lists(list.slice(1)) }),
    b.lie('another tag', 'bundle.spent', tags, 0, {
      'spent-tags.json': lists([...list.slice(0, -1), toBase64(new Uint8Array(32).fill(0xff))]),
    }),
  ]
}
