/** What lets one kind of secret out, each by a line that somebody might write. The scanner must catch every one. */
import type { Edit } from './builds.ts'

/** A build that tells by when it speaks, not by what it says. */
export interface TellingBuild {
  readonly story: string
  readonly edits: readonly Edit[]
}

export interface LeakingBuild extends TellingBuild {
  /** The scanner's word for it, and where it finds it. */
  readonly kind: string
  readonly where: string
}

/** One more line in the program log at each cast; `fields` is source, in which `effect.ballot`, `contest` and `digits` can be named. */
function logged(fields: string): readonly Edit[] {
  return [
    {
      text: '      performer: performers.session,',
      instead: `      performer: new Proxy(performers.session, {
        get: (real, name) => {
          if (name !== 'perform') return typeof real[name] === 'function' ? real[name].bind(real) : real[name]
          return (effect) => {
            const contest = this.#sessions.contests[0]
            const options = (effect.ballot?.[0] ?? []).map((position) => contest?.candidates[position])
            if (effect.do === 'record') parts.logger.info(${fields}, 'cast')
            return real.perform(effect)
          }
        },
      }),`,
    },
  ]
}

/** Whatever was put into `globalThis.leak`, in each message from a device. */
const IN_MESSAGES: Edit = {
  text: "client.publish(topicOf(election, deviceId, 'up', kind), Buffer.from(payload), { qos: 1 }, (error) => {",
  instead: `const leaked = JSON.stringify({ health: 'ok', trace: (globalThis as { leak?: string }).leak ?? '' })
      client.publish(topicOf(election, deviceId, 'up', 'status'), Buffer.from(leaked), { qos: 1 }, (error) => {
        if (error) throw error
      })
      client.publish(topicOf(election, deviceId, 'up', kind), Buffer.from(payload), { qos: 1 }, (error) => {`,
}

const keep = (what: string) => `Object.assign(globalThis, { leak: ${what} })`

const ALPHABET = "'۰۱۲۳۴۵۶۷۸۹'"
const persian = (digits: string) => `${digits}.replace(/[0-9]/g, (digit) => ${ALPHABET}[Number(digit)] ?? '')`

const RECORD: Edit['text'] = 'const { style, nonce } = this.#claim()'
const PREPARED: Edit['text'] = 'this.#writeBox({ dayKey, pool: emptyPool(definition) }, [], {})'

export const LEAKS: Readonly<Record<string, LeakingBuild>> = {
  'log-code': {
    story: 'the program log says which codes were cast, in Persian digits',
    edits: logged(`{ typed: ${persian("options.map((option) => option?.code).join(' ')")} }`),
    kind: 'code',
    where: 'program.log',
  },
  'log-name': {
    story: 'the program log says who was chosen',
    edits: logged("{ chosen: options.map((option) => option?.name.fa).join('، ') }"),
    kind: 'name',
    where: 'program.log',
  },
  'log-choice': {
    story: 'the program log holds the ballot as the program does',
    edits: logged('{ ballot: effect.ballot }'),
    kind: 'choice',
    where: 'program.log',
  },
  'log-national-number': {
    story: 'the program log says who voted',
    edits: logged(`{ voter: ${persian("'0012345679'")} }`),
    kind: 'national number',
    where: 'program.log',
  },
  'log-pin': {
    story: 'the program log says what an officer typed',
    edits: [
      {
        text: '    this.#pollsWork.perform(effect).then(',
        instead: `    if ('pin' in effect) this.#parts.logger.info({ entered: ${persian('effect.pin')} }, 'officer')
    this.#pollsWork.perform(effect).then(`,
      },
    ],
    kind: 'PIN',
    where: 'program.log',
  },
  'centre-log-nonce': {
    story: 'the centre’s log says what it could not read, in hexadecimal: here a nonce that a device sent',
    edits: [
      IN_MESSAGES,
      { text: RECORD, instead: `${RECORD}\n    ${keep("Buffer.from(nonce).toString('latin1')")}` },
      {
        text: 'const inbox = openInbox(client, election,',
        instead: 'const inbox = openInbox(Object.assign(client, { logger }), election,',
      },
      {
        text: '    if (isClosed) return\n    const message: Unhandled',
        instead: `    if (isClosed) return\n    if (String(payload).includes('"trace"')) (client as unknown as { logger: Logger }).logger.warn({ payload: Buffer.from(JSON.parse(String(payload)).trace, 'latin1').toString('hex') }, 'unknown')\n    const message: Unhandled`,
      },
    ],
    kind: 'nonce',
    where: 'program.log',
  },
  'message-nonce': {
    story: 'a message of health carries the nonce of the authorization, base64url',
    edits: [
      IN_MESSAGES,
      { text: RECORD, instead: `${RECORD}\n    ${keep("Buffer.from(nonce).toString('base64url')")}` },
    ],
    kind: 'nonce',
    where: 'messages.jsonl',
  },
  'message-day-key': {
    story: 'a message of health carries the day key as a decimal number, its bytes little-endian',
    edits: [
      IN_MESSAGES,
      {
        text: PREPARED,
        instead: `${PREPARED}\n    ${keep("BigInt('0x' + Buffer.from(dayKey).reverse().toString('hex')).toString()")}`,
      },
    ],
    kind: 'key',
    where: 'messages.jsonl',
  },
  'bundle-id': {
    story: 'the bundle names the ids of its ballots beside the batches',
    edits: [
      {
        text: 'const id = random.bytes(ID_BYTES)',
        instead:
          "const id = random.bytes(ID_BYTES)\n  const { ids = [] } = globalThis as { ids?: string[] }\n  Object.assign(globalThis, { ids: [...ids, Buffer.from(id).toString('base64')] })",
      },
      {
        text: 'canonicalJson({ batch, sealed: ballots.map(toBase64) })',
        instead:
          'canonicalJson({ batch, ids: (globalThis as { ids?: string[] }).ids ?? [], sealed: ballots.map(toBase64) })',
      },
    ],
    kind: 'ballot id',
    where: 'bundles/',
  },
}

/** Builds with several of them: no two that are in one change the same line, or would be caught as the same kind of secret in the same place. */
export const LEAKING_BUILDS: readonly (readonly string[])[] = [
  ['log-code', 'message-nonce'],
  ['log-name', 'log-pin', 'message-day-key'],
  ['log-choice', 'bundle-id'],
  ['log-national-number', 'centre-log-nonce'],
]

/** What only the times, lengths and number of messages give away. */
export const TRAFFIC_LEAKS: Readonly<Record<string, TellingBuild>> = {
  'telling-timer': {
    story:
      'the timer of the sync waits a second longer for each place in the list of the option that was chosen last',
    edits: [
      {
        text: 'const contests = contestsOfStyle(definition, style)\n    const { dayKey, pool } = this.#unlocked()',
        instead: `${keep('1 + (ballot[0]?.[0] ?? 0)')}
    const contests = contestsOfStyle(definition, style)
    const { dayKey, pool } = this.#unlocked()`,
      },
      {
        text: 'timer = clock.after(options.intervalMs(), turn)\n    hasResent = false',
        instead: `const { leak = 0 } = globalThis as { leak?: number }
    timer = clock.after(options.intervalMs() + 1000 * leak, turn)
    hasResent = false`,
      },
    ],
  },
}
