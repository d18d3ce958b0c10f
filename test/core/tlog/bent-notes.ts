/**
 * One cosigned checkpoint and every way in which a line of it can be bent: by the characters, by the fields, and signed as it stands by the
 * right keys though it is no checkpoint. No random numbers: the same table each time.
 */
import { concatBytes, sha256, toBase64 } from '../../../core/keys/hash.ts'
import { ED25519_TYPE, formatVerifierKey, keyId } from '../../../core/tlog/note.ts'
import { bentCharacters, bentLine } from './bent-text.ts'
import {
  bigEndian,
  type Line,
  LOG_LINE,
  lineOf,
  log,
  noteOf,
  ORIGIN,
  plusOrder,
  root,
  SIZE,
  SOUND_NOTE,
  stranger,
  strayBits,
  TEXT,
  TIME,
  WITNESS,
  WITNESS_LINE,
  witness,
} from './cosigned-note.ts'

/** A note and what was done to it; `name` is its own in its table. */
export interface BentNote {
  readonly name: string
  readonly note: string
}

/** Notes that differ and say the same: whoever opens them must get the same checkpoint. */
export function harmlessNotes(): BentNote[] {
  const [byLog = '', byWitness = ''] = SOUND_NOTE.split('\n\n')[1]?.split(/(?<=\n)/) ?? []
  const other = lineOf('other.example', new Uint8Array(68).fill(7))
  return [
    ['signature lines exchanged', `${byWitness}${byLog}`],
    ["the log's line twice", `${byLog}${byLog}${byWitness}`],
    ["the witness's line twice", `${byLog}${byWitness}${byWitness}`],
    ['a line of an unknown key in front', `${other}${byLog}${byWitness}`],
    ['a line of an unknown key behind', `${byLog}${byWitness}${other}`],
  ].map(([name = '', block]) => ({ name, note: `${TEXT}\n${block}` }))
}

/** The tables, by what is bent. No note stands in them twice, whatever ways lead to it, and none that says what the sound one says. */
export function bentNotes(): (readonly [how: string, notes: readonly BentNote[]])[] {
  const seen = new Set([SOUND_NOTE, ...harmlessNotes().map(({ note }) => note)])
  const isNew = ({ note }: BentNote) => {
    const before = seen.size
    return seen.add(note).size > before
  }
  return [
    ['by a character or a line', notesBentByCharacter().filter(isNew)],
    ['by a field of a signature line', notesBentByField().filter(isNew)],
    ['in what was signed', signedButNoCheckpoints().filter(isNew)],
  ]
}

/** Every line bent in each character class, moved, doubled, joined. */
function notesBentByCharacter(): BentNote[] {
  const lines = SOUND_NOTE.split('\n').slice(0, -1)
  const names = ['origin', 'size', 'root', 'blank line', 'signature', 'cosignature']
  const bent = lines.flatMap((_, i) =>
    bentLine(lines, i).map(([what, note]) => ({ name: `${names[i]}: ${what}`, note })),
  )
  const whole: BentNote[] = [
    { name: 'nothing', note: '' },
    { name: 'one newline', note: '\n' },
    { name: 'no text', note: SOUND_NOTE.slice(SOUND_NOTE.indexOf('\n\n') + 1) },
    { name: 'no signatures', note: TEXT },
    { name: 'no signature line', note: `${TEXT}\n` },
    { name: 'cut in the middle', note: SOUND_NOTE.slice(0, SOUND_NOTE.length >> 1) },
    { name: 'twice', note: `${SOUND_NOTE}${SOUND_NOTE}` },
    { name: 'as a text within a note', note: `${SOUND_NOTE}\n${SOUND_NOTE.split('\n\n')[1]}` },
    { name: 'with words behind', note: `${SOUND_NOTE}more` },
    { name: 'with a line behind', note: `${SOUND_NOTE}more\n` },
    { name: 'with a space for its last newline', note: `${SOUND_NOTE.slice(0, -1)} ` },
    { name: 'with a letter for its last newline', note: `${SOUND_NOTE.slice(0, -1)}x` },
    { name: 'too long by one line', note: `${SOUND_NOTE}${lineOf('x', new Uint8Array(250_000))}` },
    { name: 'too long', note: `${SOUND_NOTE}${lineOf('x', new Uint8Array(68)).repeat(3000)}` },
    { name: 'with too many signatures', note: `${SOUND_NOTE}${lineOf('x', new Uint8Array(68)).repeat(63)}` },
  ]
  return [...bent, ...whole]
}

/** Texts that are no checkpoint of that log, with good signatures of log and witness. */
function signedButNoCheckpoints(): BentNote[] {
  const [o, s, r] = [ORIGIN, `${SIZE}`, toBase64(root)]
  const texts: [string, string][] = [
    ['a fourth line', `${o}\n${s}\n${r}\nmore\n`],
    ['an empty fourth line', `${o}\n${s}\n${r}\n\n`],
    ['a line less', `${o}\n${s}\n`],
    ['a blank line within', `${o}\n\n${s}\n${r}\n`],
    ['size and root exchanged', `${o}\n${r}\n${s}\n`],
    ...[
      '',
      '-1',
      '+413',
      '0413',
      ' 413',
      '413 ',
      '4 13',
      '413.0',
      '4.13e2',
      '0x19d',
      '۴۱۳',
      '413n',
      '-0',
    ].map((size): [string, string] => [`size «${size}»`, `${o}\n${size}\n${r}\n`]),
    ['a size that is not safe', `${o}\n${2 ** 53}\n${r}\n`],
    ['a size of 40 digits', `${o}\n${'9'.repeat(40)}\n${r}\n`],
    ['size 0 with entries in the root', `${o}\n0\n${r}\n`],
    ['no root', `${o}\n${s}\n\n`],
    ['a root of 31 bytes', `${o}\n${s}\n${toBase64(root.slice(1))}\n`],
    ['a root of 33 bytes', `${o}\n${s}\n${toBase64(concatBytes(root, root.slice(0, 1)))}\n`],
    ['a root without padding', `${o}\n${s}\n${r.replace('=', '')}\n`],
    ['a root with stray bits', `${o}\n${s}\n${strayBits(r)}\n`],
    [
      'a root in the URL alphabet',
      `${o}\n${s}\n${Buffer.from(root.map(() => 0xfb)).toString('base64url')}=\n`,
    ],
    ['a root with a space', `${o}\n${s}\n${r.slice(0, 9)} ${r.slice(9)}\n`],
    ['a root in hexadecimal', `${o}\n${s}\n${Buffer.from(root).toString('hex')}\n`],
    ...['', 'other.example', `${o}/`, `/${o}`, `${o} `, o.toUpperCase(), `${o}+x`, o.replace('o', 'о')].map(
      (origin): [string, string] => [`origin «${origin}»`, `${origin}\n${s}\n${r}\n`],
    ),
    ['prose', 'something else\n'],
  ]
  return texts.map(([name, text]) => ({ name, note: noteOf({ text }) }))
}

/** Sound text under signature lines of which one field is bent. */
function notesBentByField(): BentNote[] {
  const both = (name: string, parts: (line: Line) => Partial<Line>): BentNote[] => [
    { name: `signature ${name}`, note: noteOf({ logLine: { ...LOG_LINE, ...parts(LOG_LINE) } }) },
    {
      name: `cosignature ${name}`,
      note: noteOf({ witnessLine: { ...WITNESS_LINE, ...parts(WITNESS_LINE) } }),
    },
  ]
  const flips = (at: number) => (bytes: Uint8Array) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
  const bending = (bend: Line['bend']) => () => ({ bend })
  const otherKeys: [string, (line: Line) => Partial<Line>][] = [
    ['of a stranger', ({ name }) => ({ signer: stranger, id: keyId(name, 1, stranger.publicKey) })],
    ['of a stranger under the right key ID', () => ({ signer: stranger })],
    [
      'under the ID of the other type',
      ({ name, signer }) => ({ id: keyId(name, name === ORIGIN ? 4 : 1, signer.publicKey) }),
    ],
    ['under the ID of type 2', ({ name, signer }) => ({ id: keyId(name, 2, signer.publicKey) })],
    ['under an ID of zeros', () => ({ id: new Uint8Array(4) })],
    ['under the ID of another name', ({ signer }) => ({ id: keyId('other', 1, signer.publicKey) })],
    ['under another name', () => ({ name: 'other.example' })],
    ['under a longer name', ({ name }) => ({ name: `${name}x` })],
    ['under a name with a plus', ({ name }) => ({ name: `${name}+x` })],
    ['under a name with a space', ({ name }) => ({ name: `${name} x` })],
    ['under no name', () => ({ name: '' })],
  ]
  const signatures: [string, Line['bend']][] = [
    ...[0, 8, 31, 39, 40, 63].map((at): [string, Line['bend']] => [`flipped in byte ${at}`, flips(at)]),
    ['flipped in its last byte', (bytes) => flips(bytes.length - 1)(bytes)],
    ['of zeros', (bytes) => new Uint8Array(bytes.length)],
    ['a byte short', (bytes) => bytes.slice(0, -1)],
    ['a byte short in front', (bytes) => bytes.slice(1)],
    ['a byte more', (bytes) => concatBytes(bytes, Uint8Array.of(0))],
    ['of one byte', (bytes) => bytes.slice(0, 1)],
    ['of no byte', () => new Uint8Array()],
    ['twice', (bytes) => concatBytes(bytes, bytes)],
    ['with its halves exchanged', (bytes) => concatBytes(bytes.slice(-32), bytes.slice(0, -32))],
    ['with S + L for S', (bytes) => concatBytes(bytes.slice(0, -32), plusOrder(bytes.slice(-32)))],
  ]
  const times: BentNote[] = [
    ...Array.from({ length: 8 }, (_, at) => ({
      name: `time flipped in byte ${at}`,
      note: noteOf({ witnessLine: { ...WITNESS_LINE, bend: flips(at) } }),
    })),
    ...[`0${TIME}`, `+${TIME}`, `${TIME}.0`, ` ${TIME}`, `${TIME}000`, '', `${TIME + 1}`].map((text) => ({
      name: `time signed as «${text}»`,
      note: noteOf({ time: { text, bytes: bigEndian(BigInt(TIME)) } }),
    })),
    ...[2n ** 53n, 2n ** 63n, 2n ** 64n - 1n].map((time) => ({
      name: `time ${time}`,
      note: noteOf({ time: { text: `${time}`, bytes: bigEndian(time) } }),
    })),
    ...[0, 4, 7, 9].map((length) => ({
      name: `time in ${length} bytes`,
      note: noteOf({
        time: {
          text: `${TIME}`,
          bytes: concatBytes(new Uint8Array(9), bigEndian(BigInt(TIME))).slice(17 - length),
        },
      }),
    })),
    ...[
      '',
      'cosignature/v1',
      'cosignature/v2\n',
      'Cosignature/v1\n',
      'cosignature/v1\n\n',
      `${ORIGIN}\n`,
    ].map((header) => ({
      name: `cosignature that begins «${header.trimEnd()}» (${header.length})`,
      note: noteOf({ header }),
    })),
  ]
  const elsewhere: BentNote[] = [
    ['of another size', `${ORIGIN}\n${SIZE + 1}\n${toBase64(root)}\n`],
    ['of another root', `${ORIGIN}\n${SIZE}\n${toBase64(sha256(root))}\n`],
    ['of another log', `other.example\n${SIZE}\n${toBase64(root)}\n`],
    ['of the text without its newline', TEXT.slice(0, -1)],
    ['of the text and a blank line', `${TEXT}\n`],
    ['of nothing', ''],
  ].map(([name = '', signed = '']) => ({ name: `signatures ${name}`, note: noteOf({ signed }) }))
  return [
    ...otherKeys.flatMap(([name, parts]) => both(name, parts)),
    ...signatures.flatMap(([name, bend]) => both(name, bending(bend))),
    ...times,
    ...elsewhere,
    ...besideGoodOnes(),
  ]
}

/** Good signatures of log and witness, and one line more that spoils the note. */
function besideGoodOnes(): BentNote[] {
  const good68 = toBase64(new Uint8Array(68).fill(9))
  const lines: [string, string][] = [
    ['a wrong line of the log', lineOf(ORIGIN, concatBytes(LOG_LINE.id, new Uint8Array(64))).trimEnd()],
    [
      'a wrong line of the witness',
      lineOf(WITNESS, concatBytes(WITNESS_LINE.id, new Uint8Array(72))).trimEnd(),
    ],
    ['prose', 'something else'],
    ['a hyphen for the dash', `- x ${good68}`],
    ['two dashes', `—— x ${good68}`],
    ['no space behind the dash', `—x ${good68}`],
    ['two spaces behind the dash', `—  x ${good68}`],
    ['a no-break space behind the dash', `—\u00a0x ${good68}`],
    ['two spaces before the signature', `— x  ${good68}`],
    ['words behind the signature', `— x ${good68} more`],
    ['no signature', '— x'],
    ['an empty signature', '— x '],
    ['a key ID alone', `— x ${toBase64(new Uint8Array(4))}`],
    ['no base64', '— x !!!!'],
    ['no padding', `— x ${good68.replace('=', '')}`],
    ['stray bits', `— x ${strayBits(good68)}`],
    ['the URL alphabet', `— x ${Buffer.from(new Uint8Array(68).fill(0xfb)).toString('base64url')}=`],
    ['a plus in the name', `— x+y ${good68}`],
    ['a lone surrogate', `— \ud800 ${good68}`],
    ['a blank line', ''],
  ]
  return lines.flatMap(([name, line]) => [
    { name: `beside good ones ${name}, behind`, note: `${SOUND_NOTE}${line}\n` },
    { name: `beside good ones ${name}, in front`, note: SOUND_NOTE.replace('\n\n', `\n\n${line}\n`) },
  ])
}

/** Verifier keys that are not the log's, each bent from it. */
export function bentVerifierKeys(): { readonly name: string; readonly key: string }[] {
  const logKey = { name: ORIGIN, type: ED25519_TYPE, publicKey: log.publicKey } as const
  const sound = formatVerifierKey(logKey)
  const [name = '', id = '', ...rest] = sound.split('+')
  const key = rest.join('+')
  const moved: [string, string][] = [
    ['nothing', ''],
    ['no name', `+${id}+${key}`],
    ['no key ID', `${name}+${key}`],
    ['no key', `${name}+${id}+`],
    ['another order', `${id}+${name}+${key}`],
    ['a key ID in capitals', `${name}+${id.toUpperCase()}+${key}`],
    ['a key ID of 3 bytes', `${name}+${id.slice(2)}+${key}`],
    ['a fourth part', `${sound}+x`],
    ['another type', `${name}+${id}+${toBase64(concatBytes(Uint8Array.of(2), log.publicKey))}`],
    ['no type', `${name}+${id}+${toBase64(log.publicKey)}`],
    ['a key of 31 bytes', `${name}+${id}+${toBase64(concatBytes(Uint8Array.of(1), log.publicKey.slice(1)))}`],
    ['another key', `${name}+${id}+${toBase64(concatBytes(Uint8Array.of(1), witness.publicKey))}`],
    ['a newline behind', `${sound}\n`],
    ['too long', `${'x'.repeat(2000)}+${id}+${key}`],
    ['too long, with its own ID', formatVerifierKey({ ...logKey, name: 'x'.repeat(2000) })],
  ]
  const characters = bentCharacters(sound)
  return [...moved, ...characters]
    .filter(([, bent]) => bent !== sound)
    .map(([what, bent]) => ({ name: what, key: bent }))
}
