/** The bends of the vectors: at least one for every code that files of a station can bring about. */
import { signTally } from '../../core/bundle/bundle.ts'
import { ISSUED_FILE, signIssued } from '../../core/bundle/issued.ts'
import { tallyJson } from '../../core/election/tally.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { ed25519Spki, issueCertificate } from '../../core/keys/certificate.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { signDocument } from '../../core/keys/signed-document.ts'
import { issuedText, sealedTally, stationSheet, tallyDocument } from '../audit/files.ts'
import { makeStation, OPENING, type TestDevice, type TestStation } from '../audit/fixtures.ts'
import { bendLastLine, ofBox, ofDocuments, ofFiles, ofJournal } from './bent-bundles.ts'
import { LANGUAGES } from './vectors-of-ballots.ts'
import { type Bend, Bender, filesOf } from './vectors-of-bundles.ts'

/** Bends of a station of two devices with few ballots. */
export function bendsOfSmall(station: TestStation): readonly Bend[] {
  const b = new Bender(station)
  return [
    ...ofFiles(b),
    ...ofDocuments(b),
    ...ofJournal(b),
    ...ofBox(b),
    ...ofTotals(b),
    ...ofHeads(b),
    ...ofStation(b),
  ]
}

function ofTotals(b: Bender): Bend[] {
  const { station } = b
  const { definition } = station.electionPackage
  const device = b.device(0)
  const message = signerFromSeed(device.keys.message)
  const sealed = { version: 1, origin: device.origin, station: 'AAAA', trustees: 'AAAA' }
  const [place, sheet] = ['d-01/sealed-tally.json', 'd-01/station-sheet.json']
  const journals = station.devices.map(({ origin }) => ({ origin, commitment: toBase64(new Uint8Array(32)) }))
  const both = {
    version: 1,
    station: 's-1',
    journals: journals.toSorted((x, y) => (x.origin < y.origin ? 1 : -1)),
    tally: [],
  }
  const huge = device.tally.map((contest) => ({ ...contest, blank: contest.blank + 9 }))
  return [
    b.lie('a sealed tally of another size', 'tally.sealed', place, 0, {
      'sealed-tally.json': signDocument('sealed-tally', sealed, [message]),
    }),
    b.lie('the sealed tally of another journal', 'bundle.tally', place, 0, {
      'sealed-tally.json': sealedTally(station, { ...device, origin: b.device(1).origin }),
    }),
    b.lie('a sheet with its journals out of order', 'sheet.shape', sheet, 0, {
      'station-sheet.json': signDocument('station-sheet', both, [message]),
    }),
    b.lie('a sheet of the second device', 'bundle.sheet', 'd-02/station-sheet.json', 1, {
      'station-sheet.json': stationSheet(station, {}, signerFromSeed(b.device(1).keys.message)),
    }),
    b.lie('a sheet of another station', 'bundle.sheet', sheet, 0, {
      'station-sheet.json': stationSheet(station, { station: 's-2' }),
    }),
    b.lie('a sheet over other commitments', 'bundle.sheet', sheet, 0, {
      'station-sheet.json': stationSheet(station, { journals }),
    }),
    b.lie('a sheet with no tally of this election', 'tally.shape', sheet, 0, {
      'station-sheet.json': stationSheet(station, { tally: [] }),
    }),
    b.lie('a sheet that no ballots give', 'station.sheet', sheet, 0, {
      'station-sheet.json': stationSheet(station, { tally: tallyJson(definition, huge) }),
    }),
    b.lie('totals of a small device', 'station.small-device', 'd-02/tally.json', 1, {
      'sealed-tally.json': null,
      'tally.json': tallyDocument(station, b.device(1)),
    }),
  ]
}

function ofHeads(b: Bender): Bend[] {
  const path = 'd-01/cosigned.json'
  const text = Buffer.from(b.file(path)).toString()
  const { certificates, notes } = JSON.parse(text) as { certificates: string[]; notes: string[] }
  const withNotes = (list: readonly string[]) => JSON.stringify({ certificates, notes: list, version: 1 })
  const own = b.device(0)
  const otherEnd = own.entries.with(
    -1,
    encodeEntry({ type: 'report.printed', report: 'totals' }, own.entries.length - 1, OPENING),
  )
  return [
    b.bend('another version', 'cosigned.shape', path, { [path]: text.replace('"version":1', '"version":2') }),
    b.bend('an empty certificate', 'cosigned.shape', path, {
      [path]: text.replace(certificates[0] ?? '', ''),
    }),
    b.bend('a certificate not in base64', 'cosigned.shape', `${path} certificate 0`, {
      [path]: text.replace(certificates[0] ?? '', 'AB=='),
    }),
    b.bend('notes out of order', 'cosigned.order', `${path} note 1`, {
      [path]: withNotes(notes.toReversed()),
    }),
    b.bend('a note that is none', 'note.malformed', `${path} note 0`, { [path]: withNotes(['a note']) }),
    b.bend('a size with a leading zero', 'checkpoint.malformed', `${path} note 0`, {
      [path]: withNotes([(notes[0] ?? '').replace('\n3\n', '\n03\n')]),
    }),
    b.bend('a head that nobody cosigned', 'cosigned.no-cosignature', `${path} note 0`, {
      [path]: withNotes([b.head(0, 3)]),
    }),
    b.bend('a certificate cut', 'certificate.malformed', `${path} certificate 0`, {
      [path]: text.replace(certificates[0] ?? '', 'AA=='),
    }),
    b.cosigned(
      'no certificate of the neighbour',
      'witness.journal',
      `${path} note 0`,
      0,
      [b.head(1, 3, 0)],
      [],
    ),
    b.cosigned(
      'another certificate of this device',
      'witness.id-twice',
      `${path} certificate 0`,
      0,
      [],
      [secondCertificate(b, b.device(0))],
    ),
    b.bend('a bent signature of the journal itself', 'witness.signature', `${path} note 0`, {
      [path]: withNotes([bendFirstLine(notes[0] ?? '')]),
    }),
    b.bend('a bent cosignature', 'witness.cosignature', `${path} note 0`, {
      [path]: withNotes([bendLastLine(notes[0] ?? '')]),
    }),
    b.cosigned(
      'a head of the neighbour that this device did not cosign',
      'witness.cosignature',
      `${path} note 0`,
      0,
      [b.head(1, 3, 1)],
    ),
    b.journal('a device that was set back', 'witness.rolled-back', 'd-01', 0, own.entries.slice(0, -1)),
    b.journal('a device that signed two journals', 'witness.fork', 'd-01/cosigned.json note 1', 0, otherEnd),
  ]
}

/** A second certificate of the same device and keys. */
function secondCertificate({ station: { authority } }: Bender, { id, keys }: TestDevice): Uint8Array {
  const keyOf = (seed: Uint8Array) => signerFromSeed(seed).publicKey
  return issueCertificate({
    authority,
    authorityName: 'council.example',
    subject: id,
    publicKeySpki: ed25519Spki(keyOf(keys.tls)),
    role: 'device',
    keys: { log: toBase64(keyOf(keys.log)), message: toBase64(keyOf(keys.message)) },
    serial: Uint8Array.of(2),
    notBefore: new Date('2026-06-01T00:00:00Z'),
    notAfter: new Date('2026-07-01T00:00:00Z'),
  })
}

/** The note with a character of its first signature changed. */
function bendFirstLine(note: string): string {
  const end = note.indexOf('\n', note.indexOf('\n\n') + 2)
  return `${bendLastLine(note.slice(0, end + 1))}${note.slice(end + 1)}`
}

function ofStation(b: Bender): Bend[] {
  const { station } = b
  const issued = `check-in/${ISSUED_FILE}`
  const counts = { packageHash: station.electionPackage.hash, station: 's-1', issued: 6, returned: 1 }
  const again = { claimedBy: toBase64(sha256()), cards: 1 }
  const sign = (parts: Partial<typeof counts>) => signIssued({ ...counts, ...parts }, station)
  const negative = signDocument(
    'issued',
    { version: 1, package: toBase64(counts.packageHash), station: 's-1', issued: -1, returned: 0 },
    [station.executive, station.supervisory],
  )
  const other = filesOf(
    makeStation('vectors', { casts: [3, 2], election: 'other-1405', languages: [...LANGUAGES] }),
  )
  const ofOther = b.folder('d-02').map(([path]) => [path, other.get(path) ?? null])
  return [
    b.bend(
      'no bundle of the second device',
      'station.device-missing',
      'station s-1',
      Object.fromEntries(b.folder('d-02').map(([path]) => [path, null])),
    ),
    b.bend(
      'a bundle twice',
      'station.twice',
      'd-03',
      Object.fromEntries(b.folder('d-01').map(([path, bytes]) => [path.replace('d-01', 'd-03'), bytes])),
    ),
    b.bend('a bundle of another election', 'input.other-package', 'd-02', Object.fromEntries(ofOther)),
    b.bend('one authorization more', 'station.issued', 'station s-1', {
      [issued]: issuedText(station, { issued: 7, returned: 1 }),
    }),
    b.bend('cut', 'station.issued', issued, { [issued]: b.file(issued).subarray(1) }),
    b.bend('of another station', 'station.issued', issued, { [issued]: sign({ station: 's-2' }) }),
    b.bend('of another package', 'station.issued', issued, { [issued]: sign({ packageHash: sha256() }) }),
    b.bend('a negative count', 'issued.shape', issued, { [issued]: negative }),
    b.bend('a card given again, and no device is dead', 'station.issued', 'station s-1', {
      [issued]: issuedText(station, { issued: 6, returned: 1, again: [again] }),
    }),
    b.bend('cards given again twice for one journal', 'issued.shape', issued, {
      [issued]: issuedText(station, { issued: 6, returned: 1, again: [again, again] }),
    }),
    b.bend('signed by one officer for both', 'document.wrong-key', issued, {
      [issued]: signIssued(counts, { executive: station.executive, supervisory: station.executive }),
    }),
    b.replace('a digit', 'document.bad-signature', issued, issued, '"issued":6', '"issued":5'),
    b.bend('a second count of the station', 'station.issued', `check-in-2/${ISSUED_FILE}`, {
      [`check-in-2/${ISSUED_FILE}`]: b.file(issued),
    }),
  ]
}

/** Bends of a station of one device with 32 ballots or more. */
export function bendsOfLarge(station: TestStation): readonly Bend[] {
  const b = new Bender(station)
  const { definition } = station.electionPackage
  const device = b.device(0)
  const message = signerFromSeed(device.keys.message)
  const place = 'd-01/tally.json'
  const tally = (parts: Partial<Parameters<typeof signTally>[0]>) =>
    signTally(
      { origin: device.origin, salt: device.salt, tally: tallyJson(definition, device.tally), ...parts },
      message,
    )
  const moved = device.tally.map((contest) => ({
    ...contest,
    valid: contest.valid + 1,
    blank: contest.blank - 1,
  }))
  return [
    b.lie('a salt of 31 bytes', 'tally.document', place, 0, {
      'tally.json': tally({ salt: device.salt.subarray(1) }),
    }),
    b.lie('of another journal', 'bundle.tally', place, 0, {
      'tally.json': tally({ origin: `${device.origin.slice(0, -1)}x` }),
    }),
    b.lie('a contest missing', 'tally.shape', place, 0, { 'tally.json': tally({ tally: [] }) }),
    b.lie('not the one committed to', 'bundle.tally', place, 0, {
      'tally.json': tally({ tally: tallyJson(definition, moved) }),
    }),
    b.lie('a sheet though no device is small', 'station.sheet', 'd-01/station-sheet.json', 0, {
      'station-sheet.json': stationSheet(station),
    }),
  ]
}
