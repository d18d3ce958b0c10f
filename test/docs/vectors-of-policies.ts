/** Test vectors of policy files: taken or not, and by whose eyes they are satisfied. */
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256 } from '../../core/keys/hash.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { COSIGNATURE_TYPE, ED25519_TYPE, formatVerifierKey } from '../../core/tlog/note.ts'

const keyOf = (name: string, type: typeof ED25519_TYPE | typeof COSIGNATURE_TYPE) =>
  formatVerifierKey({
    name,
    type,
    publicKey: signerFromSeed(sha256(Buffer.from(`vectors: ${name}`))).publicKey,
  })

const capitals = (vkey: string) => vkey.replace(/\+[0-9a-f]{8}\+/, (id) => id.toUpperCase())

/** `place` is that behind the file's name; `satisfied` and `unsatisfied` are sets of witnesses that have seen. */
export function policyVectors(): Json {
  const [a, b, c] = ['w/a', 'w/b', 'w/c'].map((name) => keyOf(name, COSIGNATURE_TYPE)) as [
    string,
    string,
    string,
  ]
  const log = keyOf('council.example/log', ED25519_TYPE)
  const three = `witness a ${a}\nwitness b ${b} https://b.example/\nwitness c ${c}\n`
  const taken = (
    why: string,
    text: string,
    satisfied: readonly string[][],
    unsatisfied: readonly string[][],
  ) => ({
    why,
    text,
    code: null,
    satisfied,
    unsatisfied,
  })
  const refused = (why: string, text: string, code: string, place = '') => ({ why, text, code, place })
  return [
    taken('nobody is asked for', '# comment\n\nquorum none\n', [[]], []),
    taken(
      'two of three',
      `log ${log}\n${three}group g 2 a b c\nquorum g\n`,
      [
        ['a', 'b'],
        ['a', 'b', 'c'],
      ],
      [['c'], []],
    ),
    taken(
      'groups in one another',
      `${three}group g any b c\ngroup h all a g\nquorum h\n`,
      [['a', 'c']],
      [['a'], ['b', 'c']],
    ),
    taken('tabs and spaces', `\t${three.replaceAll(' ', ' \t ')} quorum\ta \n`, [['a']], [['b']]),
    refused('no line feed at the end', 'quorum none', 'policy.file'),
    refused('no line feed at the end, and a line that is none', 'Quorum a\nquorum none', 'policy.file'),
    refused('no quorum', three, 'policy.file'),
    refused('no quorum, and a line that is none', `${three}Quorum a\n`, 'policy.line', 'line 4'),
    refused('a second quorum', 'quorum none\nquorum none\n', 'policy.line', 'line 2'),
    refused('a carriage return', 'quorum none\r\n', 'policy.line', 'line 1'),
    refused('an unknown word', `${three}Quorum a\n`, 'policy.line', 'line 4'),
    refused('a name that comes later', `group g any a\n${three}quorum g\n`, 'policy.line', 'line 1'),
    refused('a name twice', `${three}witness a ${log}\nquorum a\n`, 'policy.line', 'line 4'),
    refused('a key twice', `${three}witness d ${a}\nquorum a\n`, 'policy.line', 'line 4'),
    refused('the key of a log for a witness', `witness a ${log}\nquorum a\n`, 'policy.line', 'line 1'),
    refused('a key id in capitals', `witness a ${capitals(a)}\nquorum a\n`, 'policy.line', 'line 1'),
    refused('a bent key', `witness a ${a.replace('w/a+', 'w/x+')}\nquorum a\n`, 'policy.line', 'line 1'),
    refused(
      'a member of two groups',
      `${three}group g any a\ngroup h any a\nquorum h\n`,
      'policy.line',
      'line 5',
    ),
    refused('more than there are', `${three}group g 4 a b c\nquorum g\n`, 'policy.line', 'line 4'),
    refused('a leading zero', `${three}group g 02 a b c\nquorum g\n`, 'policy.line', 'line 4'),
    refused('a witness named none', `witness none ${a}\nquorum none\n`, 'policy.line', 'line 1'),
  ]
}
