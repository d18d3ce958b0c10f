/** Hands that do to a bench what a line of text says. A verb that means nothing, or cannot be done now, is told; it never throws. */
import { officerSubject } from '../../core/cards/officer.ts'
import { issueCertificate, type Role } from '../../core/keys/certificate.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { concatBytes, sha256 } from '../../core/keys/hash.ts'
import type { Random } from '../../core/ports.ts'
import { makeCardKey } from '../cards/card-key.ts'
import { type Manner, USUAL_SPEED } from '../cards/contacts.ts'
import { OfficerCard } from '../cards/officer-card.ts'
import { personalise } from '../cards/personalise.ts'
import type { SmartCard } from '../cards/smart-card.ts'
import { T0Contacts } from '../cards/t0-contacts.ts'
import { T1Contacts } from '../cards/t1-contacts.ts'
import { VoterCard } from '../cards/voter-card.ts'
import type { Bench } from './bench.ts'

/** What can be said. */
export const VERBS = `touchscreen  press X Y · down X Y · move X Y · up      (the grid is 1080 by 1920)
             palm X Y (a hand lies there for a second)
             drift RIGHT DOWN (from now on it reports every touch so far beside; 0 0 ends it)
card reader  insert voter|executive|supervisory|spare [t0|t1] [fast] [slow|chatty|mute|nonsense]
             (t0 unless said; fast offers a quicker line, slow thinks for three seconds)
             pull · pull-at BYTE (when so many bytes more have passed between card and reader)
printer      near-end · paper-out · tear-paper · load-paper · open-cover · close-cover
             jam · cutter-jam · clear-jam · overheat · cool-down
I/O board    open-case · close-case · open-box · close-box · cut-seal · mend-seal · drop-slip
             key executive|supervisory on|off · battery MILLIVOLTS · supply MILLIVOLTS · celsius DEGREES
display      look (what is painted) · freeze · thaw
every line   unplug · replug, each with touchscreen|card-reader|printer|io-board|display`

const ROLES = ['executive', 'supervisory', 'spare'] as const
/** SubjectPublicKeyInfo of an uncompressed point of P-256, up to the point (RFC 5480). */
const P256_SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')
const STATION = 'virtual-1'
const VALIDITY_MS = 30 * 24 * 3_600_000
const PIN_LENGTH = 8
const PALM_MS = 1_000
/** Fi 512, Di 8: 62.5 kbit a second at 4 MHz. */
const FAST = 0x94
const SLOW_MS = 3_000

/** A line's plug, in somebody's hand. */
interface Plug {
  /** Throws when it is out. */
  unplug(): void
  /** Throws when it is in. */
  replug(): void
}

/** The lines of a bench, by the names that hands call them. */
type Plugs = Readonly<Record<'touchscreen' | 'card-reader' | 'printer' | 'io-board' | 'display', Plug>>

interface Verb {
  readonly words: RegExp
  /** Gives what is to be said instead of "done", if anything. */
  do(...matched: readonly string[]): unknown
}

/** One pair of hands, with four cards: a blank voter's card and three officers' cards of an invented station. */
export class Hands {
  readonly #bench: Bench
  readonly #plugs: Plugs
  readonly #random: Random
  readonly #cards = new Map<string, { readonly card: SmartCard; readonly pin?: string }>()
  readonly #verbs: readonly Verb[]

  /** @param now in whose neighbourhood the officers' certificates are valid, milliseconds since 1970 */
  constructor(bench: Bench, plugs: Plugs, random: Random, now: number) {
    this.#bench = bench
    this.#plugs = plugs
    this.#random = random
    const voter = new VoterCard({ random })
    const authority = signerFromSeed(random.bytes(32))
    const certify = (role: Role, subject: string, publicKey: Uint8Array) =>
      issueCertificate({
        authority,
        authorityName: 'sandogh.example',
        subject,
        role,
        publicKeySpki: concatBytes(P256_SPKI_PREFIX, publicKey),
        serial: Uint8Array.of(1, ...random.bytes(8)),
        notBefore: new Date(now - VALIDITY_MS),
        notAfter: new Date(now + VALIDITY_MS),
      })
    const cardAuthority = makeCardKey(random).publicKey
    const common = (certificate: Uint8Array) =>
      [
        [0x0201, certificate],
        [0x0301, cardAuthority],
      ] as const
    personalise(voter, new Map(common(certify('voter-card', 'voter-card', voter.publicKey))))
    this.#cards.set('voter', { card: voter })
    for (const role of ROLES) {
      const key = makeCardKey(random)
      const pin = Array.from(random.bytes(PIN_LENGTH), (byte) => byte % 10).join('')
      const card = new OfficerCard({ kind: role, key })
      const certificate = certify(role, officerSubject(STATION, role), key.publicKey)
      const own = [
        [0x0302, Buffer.from(pin)],
        [0x0303, sha256(Buffer.from(STATION))],
      ] as const
      personalise(card, new Map([...common(certificate), ...own]))
      this.#cards.set(role, { pin, card })
    }
    this.#verbs = this.#makeVerbs()
  }

  /** A line for each card, with its PIN. */
  cards(): readonly string[] {
    return [...this.#cards].map(
      ([name, { pin }]) => `card ${name.padEnd(12)} ${pin === undefined ? 'blank, no PIN' : `PIN ${pin}`}`,
    )
  }

  /** Does what a line says; gives "done" once it is, what was looked at, or why it could not be done. */
  async obey(line: string): Promise<string> {
    const text = line.trim().split(/\s+/).join(' ')
    for (const { words, do: act } of this.#verbs) {
      const matched = words.exec(text)
      if (matched === null) continue
      try {
        const said = await act(...matched.slice(1))
        return typeof said === 'string' ? said : 'done'
      } catch (error) {
        if (!(error instanceof Error)) throw error
        return `cannot: ${error.message}`
      }
    }
    return `no such verb: ${JSON.stringify(text.slice(0, 60))}; "help" lists them`
  }

  #insert(name: string, protocol = ' t0', fast?: string, manner?: string): void {
    const card = this.#card(name)
    const speed = fast === undefined ? USUAL_SPEED : FAST
    const behaves = this.#manner(manner)
    const contacts =
      protocol === ' t1'
        ? new T1Contacts(card, { manner: behaves, speed })
        : new T0Contacts(card, behaves, speed)
    this.#bench.reader.insertCard(card, contacts)
  }

  #manner(name: string | undefined): Manner {
    switch (name) {
      case ' slow':
        return { is: 'slow', ms: SLOW_MS }
      case ' chatty':
        return { is: 'chatty' }
      case ' mute':
        return { is: 'mute' }
      case ' nonsense':
        return { is: 'nonsense', draw: (length) => this.#random.bytes(length) }
      default:
        return { is: 'prompt' }
    }
  }

  #makeVerbs(): readonly Verb[] {
    const { touchscreen, reader, printer, board, display } = this.#bench
    const point = (x = '', y = '') => [Number(x), Number(y)] as const
    return [
      { words: /^press (\d+) (\d+)$/, do: (x, y) => this.#press(...point(x, y)) },
      { words: /^down (\d+) (\d+)$/, do: (x, y) => touchscreen.down(...point(x, y)) },
      { words: /^move (\d+) (\d+)$/, do: (x, y) => touchscreen.move(...point(x, y)) },
      { words: /^up$/, do: () => touchscreen.up() },
      { words: /^palm (\d+) (\d+)$/, do: (x, y) => touchscreen.palm(...point(x, y), PALM_MS) },
      { words: /^drift (-?\d+) (-?\d+)$/, do: (x, y) => touchscreen.drift(...point(x, y)) },
      {
        words: /^insert (\S+)( t[01])?( fast)?( (?:slow|chatty|mute|nonsense))?$/,
        do: (name = '', protocol, fast, manner) => this.#insert(name, protocol, fast, manner),
      },
      { words: /^pull$/, do: () => reader.pullCard() },
      { words: /^pull-at (\d+)$/, do: (byte) => reader.pullAtByte(Number(byte)) },
      { words: /^near-end$/, do: () => printer.nearEnd() },
      { words: /^paper-out$/, do: () => printer.paperOut() },
      { words: /^tear-paper$/, do: () => printer.tearPaper() },
      { words: /^load-paper$/, do: () => printer.loadPaper() },
      { words: /^open-cover$/, do: () => printer.openCover() },
      { words: /^close-cover$/, do: () => printer.closeCover() },
      { words: /^jam$/, do: () => printer.jam() },
      { words: /^cutter-jam$/, do: () => printer.cutterJam() },
      { words: /^clear-jam$/, do: () => printer.clearJam() },
      { words: /^overheat$/, do: () => printer.overheat() },
      { words: /^cool-down$/, do: () => printer.coolDown() },
      { words: /^open-case$/, do: () => board.openCase() },
      { words: /^close-case$/, do: () => board.closeCase() },
      { words: /^open-box$/, do: () => board.openBox() },
      { words: /^close-box$/, do: () => board.closeBox() },
      { words: /^cut-seal$/, do: () => board.cutSeal() },
      { words: /^mend-seal$/, do: () => board.mendSeal() },
      { words: /^drop-slip$/, do: () => board.passSlip() },
      { words: /^block-slot$/, do: () => board.blockSlot(true) },
      { words: /^free-slot$/, do: () => board.blockSlot(false) },
      { words: /^battery (\d+)$/, do: (mv) => board.measure({ batteryMv: Number(mv) }) },
      { words: /^supply (\d+)$/, do: (mv) => board.measure({ supplyMv: Number(mv) }) },
      { words: /^celsius (-?\d+)$/, do: (celsius) => board.measure({ celsius: Number(celsius) }) },
      {
        words: /^key (executive|supervisory) (on|off)$/,
        do: (key, way) => board.turnKey(key === 'executive' ? key : 'supervisory', way === 'on'),
      },
      { words: /^look$/, do: () => this.#look() },
      { words: /^freeze$/, do: () => display.freeze() },
      { words: /^thaw$/, do: () => display.thaw() },
      { words: /^unplug (\S+)$/, do: (name = '') => this.#plug(name).unplug() },
      { words: /^replug (\S+)$/, do: (name = '') => this.#plug(name).replug() },
    ]
  }

  #press(x: number, y: number): void {
    const { touchscreen } = this.#bench
    // Down throws at once where it cannot be; what follows takes its time.
    touchscreen.down(x, y)
    void touchscreen.up()
  }

  #plug(name: string): Plug {
    const found = Object.entries(this.#plugs).find(([known]) => known === name)
    if (found === undefined)
      throw new Error(`there is no such line; there are ${Object.keys(this.#plugs).join(', ')}`)
    return found[1]
  }

  #card(name: string): SmartCard {
    const found = this.#cards.get(name)
    if (found === undefined)
      throw new Error(`there is no such card; there are ${[...this.#cards.keys()].join(', ')}`)
    return found.card
  }

  /** The screen as somebody with good eyes reads it. */
  #look(): string {
    const screen = this.#bench.display.current()
    if (screen === undefined) return 'nothing is painted'
    const lines = screen.elements.map(({ id, role, name, rect }) => {
      const [x, y] = [rect.x + rect.width / 2, rect.y + rect.height / 2].map(Math.round)
      const how = role === 'button' ? `press ${x} ${y}` : ''
      return `  ${how.padEnd(16)}${id}: ${name}`
    })
    return [`${screen.name} (revision ${screen.revision})`, ...lines].join('\n')
  }
}
