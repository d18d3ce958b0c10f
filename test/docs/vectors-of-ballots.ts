/** Test vectors of an election: its package, certificates, sealed ballots, tallies, shares. */
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { sealBallot } from '../../core/ballot-box/sealed-ballot.ts'
import { openSealedTally } from '../../core/bundle/sealed-tally.ts'
import { tallyJson } from '../../core/election/tally.ts'
import { ed25519Spki, issueCertificate } from '../../core/keys/certificate.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { concatBytes, sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import { boxPublicKey, openBox, sealBox } from '../../core/keys/sealed-box.ts'
import { combineShares } from '../../core/keys/shares.ts'
import { signDocument } from '../../core/keys/signed-document.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { valueOrThrow } from '../../core/result.ts'
import { canonicalJson, type Json } from '../../core/text/canonical-json.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { sealedTally } from '../audit/files.ts'
import { makeStation, type TestDevice, type TestStation } from '../audit/fixtures.ts'
import { bentDefinitions } from './bent-definitions.ts'

/** No text of a screen: the vectors do not change with the words that voters read. */
export const LANGUAGES = [{ language: 'fa', name: 'فارسی', readByNativeSpeaker: true, texts: {} }] as const

const random = () => seededRandom('vectors')

/** A package, and what a verifier says of packages that the same authority signed. */
export function packageVectors({ authority, packageText, electionPackage }: TestStation): Json {
  const packages = bentDefinitions(electionPackage.definition).map(({ why, code, definition }) => ({
    why,
    code,
    text: signDocument('package', definition, [authority]),
  }))
  return {
    authorityKey: toBase64(authority.publicKey),
    text: packageText,
    hash: toBase64(electionPackage.hash),
    packages,
  }
}

/** Certificates read for noon of a polling day. */
export function certificateVectors(station: TestStation): Json {
  const { authority } = station
  const [device] = station.devices as [TestDevice]
  const key = (name: string) => signerFromSeed(sha256(Buffer.from(`vectors: ${name}`))).publicKey
  const order = {
    authority,
    authorityName: 'شورا council.example',
    subject: 'd-01',
    publicKeySpki: ed25519Spki(key('tls')),
    role: 'device',
    keys: { log: toBase64(key('log')), message: toBase64(key('message')) },
    serial: Uint8Array.of(0x80, 1),
    notBefore: new Date('2026-06-19T12:00:00Z'),
    notAfter: new Date('2050-01-01T00:00:00Z'),
  } as const
  const good = issueCertificate(order)
  const flip = (at: number) => good.map((byte, i) => (i === at ? byte ^ 1 : byte))
  const one = (why: string, der: Uint8Array, code: string | null) => ({ why, der: toHex(der), code })
  // What issueCertificate would not make is made of what it does, and signed anew.
  const resigned = (from: string, to: string) => resign(good, from, to, authority)
  const other = signerFromSeed(sha256(Buffer.from('vectors: another authority')))
  return {
    authorityKey: toBase64(authority.publicKey),
    pollingDay: '2026-06-19',
    certificates: [
      one('of a device, as it is in a bundle', device.certificate, null),
      one('valid from the instant asked for, until 2050', good, null),
      one(
        'of an officer: no names for TLS',
        issueCertificate({ ...order, role: 'executive', subject: 's-1/executive', keys: {} }),
        null,
      ),
      one(
        'begins a second later',
        issueCertificate({ ...order, notBefore: new Date('2026-06-19T12:00:01Z') }),
        'certificate.not-yet',
      ),
      one(
        'ended a second before',
        issueCertificate({
          ...order,
          notBefore: new Date('2026-01-01T00:00:00Z'),
          notAfter: new Date('2026-06-19T11:59:59Z'),
        }),
        'certificate.expired',
      ),
      one(
        'of another authority',
        issueCertificate({ ...order, authority: other }),
        'certificate.wrong-authority',
      ),
      one('a byte more', concatBytes(good, Uint8Array.of(0)), 'certificate.malformed'),
      one('a byte less', good.subarray(0, -1), 'certificate.malformed'),
      one('a bit of the outer length', flip(3), 'certificate.malformed'),
      one('a bit of the signature', flip(good.length - 1), 'certificate.wrong-authority'),
      one('a bit of the body', flip(20), 'certificate.wrong-authority'),
      one('another version', resigned('a003020102', 'a003020101'), 'certificate.form'),
      one(
        'role of no form',
        resigned(hexOf('"role":"device"'), hexOf('"role":"devicE"')),
        'certificate.form',
      ),
      one('no keyUsage criticality', resigned('0603551d0f0101ff', '0603551d0f010100'), 'certificate.form'),
      one(
        'a key of small order',
        resigned(hexOf(toBase64(key('log'))), hexOf(toBase64(Uint8Array.of(1, ...new Uint8Array(31))))),
        'certificate.content',
      ),
      one(
        'a key that is not base64',
        resigned(hexOf(toBase64(key('log'))), hexOf(toBase64(key('log')).replace('=', ' '))),
        'certificate.form',
      ),
      one(
        'a control character in the issuer',
        resigned(hexOf('council.example'), hexOf('council\u007fexample')),
        'certificate.content',
      ),
      one('a serial longer than it need be', resigned('0203008001', '0203000000'), 'certificate.form'),
      one('a negative serial', resigned('0203008001', '0203800001'), 'certificate.form'),
      one(
        'an own key of another kind',
        resigned('302a300506032b6570032100', '302a300506032b656e032100'),
        'certificate.form',
      ),
      one(
        'a subject key of small order',
        resigned(`032100${toHex(key('tls'))}`, `03210001${'00'.repeat(31)}`),
        'certificate.content',
      ),
    ],
  }
}

const hexOf = (text: string) => Buffer.from(text).toString('hex')

/** A certificate with bytes of its body replaced by as many others, signed anew. */
function resign(der: Uint8Array, from: string, to: string, authority: TestStation['authority']): Uint8Array {
  const body = toHex(der.subarray(4, -74))
  if (body.split(from).length !== 2 || from.length !== to.length) throw new Error(`not once: ${from}`)
  const bent = Buffer.from(body.replace(from, to), 'hex')
  return concatBytes(der.subarray(0, 4), bent, der.subarray(-74, -64), authority.sign(bent))
}

/** Ballots sealed for one journal, legal and faulty. */
export function ballotVectors(station: TestStation): Json {
  const { electionPackage, shares, packageText } = station
  const { definition, hash: packageHash } = electionPackage
  const [device, neighbour] = station.devices as [TestDevice, TestDevice]
  const secretKey = valueOrThrow(combineShares(shares.slice(0, 3)))
  const electionKey = boxPublicKey(secretKey)
  const draw = random()
  const place = { definition, packageHash, origin: device.origin }
  const plainOf = (sealed: Uint8Array) => {
    const plain = openBox(sealed, electionKey, secretKey)
    if (plain === undefined) throw new Error('a ballot of the vectors does not open')
    return plain
  }
  const sealed = (style: string, ballot: Parameters<typeof sealBallot>[2], at = place) =>
    sealBallot(at, style, ballot, draw)
  const legal = sealed('both', [[0, 2], [1]])
  const bent = (change: (plain: Uint8Array) => void) => {
    const plain = plainOf(legal)
    change(plain)
    return sealBox(plain, electionKey, draw)
  }
  const set = (at: number, ...bytes: readonly number[]) => bent((plain) => plain.set(bytes, at))
  const one = (why: string, box: Uint8Array, code: string | null) => ({
    why,
    sealed: toBase64(box),
    plaintext: code === 'ballot.does-not-open' ? null : toHex(plainOf(box)),
    code,
  })
  return {
    package: packageText,
    packageHash: toBase64(packageHash),
    origin: device.origin,
    secretKey: toHex(secretKey),
    ballots: [
      one('two candidates of the council, one of the village', legal, null),
      one('blank in both', sealed('both', [[], []]), null),
      one('a list and a candidate beside it', sealed('both', [[2, 5], [0]]), null),
      one('the style of one contest', sealed('city', [[3]]), null),
      one(
        'a bit of the box',
        legal.map((byte, i) => (i === 50 ? byte ^ 1 : byte)),
        'ballot.does-not-open',
      ),
      one('a byte less inside', sealBox(plainOf(legal).subarray(0, -1), electionKey, draw), 'ballot.size'),
      one('version 2', set(0, 2), 'ballot.version'),
      one('style number 2', set(49, 2), 'ballot.style'),
      one(
        'of the neighbour',
        sealed('both', [[0], [0]], { ...place, origin: neighbour.origin }),
        'ballot.context',
      ),
      one('another id', set(33, 1, 2, 3), 'ballot.context'),
      one('another style than it was sealed for', set(49, 1), 'ballot.context'),
      one('marker blank with choices', set(50, 0), 'ballot.rules'),
      one('marker 2', set(50, 2), 'ballot.rules'),
      one('options descend', set(51, 0, 2, 0, 0), 'ballot.rules'),
      one('an option twice', set(51, 0, 0, 0, 0), 'ballot.rules'),
      one('an option behind an empty place', set(51, 0, 0, 0xff, 0xff, 0, 2), 'ballot.rules'),
      one('an option that is none', set(51, 0, 6, 0xff, 0xff), 'ballot.rules'),
      one('a candidate beside their list', set(51, 0, 0, 0, 5), 'ballot.rules'),
      one('a list of two and two candidates, of three', set(51, 0, 2, 0, 3, 0, 5), 'ballot.rules'),
    ],
  }
}

/** A tally, its commitment, and it sealed. */
export function tallyVectors(station: TestStation): Json {
  const { definition } = station.electionPackage
  const [device] = station.devices as [TestDevice]
  const { origin, salt, tally, keys } = device
  const messageKey = signerFromSeed(keys.message).publicKey
  const text = Buffer.from(sealedTally(station, device)).toString()
  const secretKey = valueOrThrow(combineShares(station.shares.slice(0, 3)))
  const { trustees } = valueOrThrow(openSealedTally(text, { definition, messageKey }, 'sealed-tally.json'))
  const plain = openBox(trustees, boxPublicKey(secretKey), secretKey)
  if (plain === undefined) throw new Error('the sealed tally of the vectors does not open')
  return {
    origin,
    messageKey: toBase64(messageKey),
    tally: canonicalJson(tallyJson(definition, tally)),
    salt: toHex(salt),
    commitment: toBase64(commitTally(definition, tally, salt)),
    sealed: text,
    secretKey: toHex(secretKey),
    stationKey: toHex(station.stationKey),
    plaintext: toHex(plain),
  }
}

/** The shares of the election key as files, and what comes of some of them. */
export function shareVectors(station: TestStation): Json {
  const { shares, electionPackage, packageText } = station
  const files = shares.map((share) => shareFile(share, electionPackage))
  const [one = '', two = '', three = '', four = '', five = ''] = files
  const wrong = shareFile(
    (shares[1] ?? new Uint8Array()).map((byte, i) => (i === 7 ? byte ^ 1 : byte)),
    electionPackage,
  )
  const other = one.replace('rehearsal-1405', 'rehearsal-1406')
  return {
    package: packageText,
    files,
    secretKey: toHex(valueOrThrow(combineShares(shares.slice(0, 3)))),
    given: [
      { why: 'the first three', shares: [one, two, three], code: null },
      { why: 'any three', shares: [five, two, four], code: null },
      { why: 'all, of which the first three are taken', shares: [five, four, three, two, one], code: null },
      { why: 'two', shares: [one, two], code: 'share.too-few' },
      { why: 'one twice', shares: [one, two, two], code: 'share.twice' },
      { why: 'one bent', shares: [one, wrong, three], code: 'share.wrong' },
      {
        why: 'one under another number',
        shares: [one.replace('"index":1', '"index":2'), two, three],
        code: 'share.wrong',
      },
      { why: 'one of another election', shares: [two, three, other], code: 'share.other-election' },
      { why: 'a line feed at the end', shares: [`${one}\n`, two, three], code: 'share.form' },
    ],
  }
}

/** The station of the vectors: two devices, few ballots. */
export function vectorStation(): TestStation {
  return makeStation('vectors', { casts: [3, 2], languages: [...LANGUAGES] })
}
