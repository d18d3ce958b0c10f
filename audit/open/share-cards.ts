/**
 * Trustees' shares from their cards: each puts a card into the reader and types its PIN. What is on the card is the text of a share's file,
 * and is judged as one.
 */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Clock, Logger } from '../../core/ports.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { utf8Text } from '../../core/text/utf8.ts'
import { openCard } from '../../firmware/card-reader/card.ts'
import { type CardReader, connectCardReader } from '../../firmware/card-reader/driver.ts'
import type { GivenShare } from './rebuild-key.ts'

const BAUD = 115_200

const clock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return { cancel: () => clearTimeout(timer) }
  },
}
/** The counting room's screen shows what is asked, and no log. */
const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} }

/** What trustees see and where they type. */
export interface Counter {
  tell(what: string): void
  /** The answer is not shown; undefined where nobody will give one any more. */
  ask(question: string): Promise<string | undefined>
}

/**
 * Reads one share from a card in each of the readers, one after another.
 * @param lines paths of the readers' lines, once for each card
 * @returns a refusal `share.card`
 */
export async function sharesOnCards(lines: readonly string[]): Promise<Result<readonly GivenShare[]>> {
  const { openSerialLine } = await import('../../firmware/link/serial-line.ts')
  const shares: GivenShare[] = []
  const { counter, end } = counterOnScreen()
  try {
    for (const [at, path] of lines.entries()) {
      const open = openSerialLine({ path, baudRate: BAUD, stopBits: 2 })
      const connected = await connectCardReader({ open, clock, logger: silent })
      if (!connected.ok) return refusal(path, `there is no card reader (${connected.error.what})`)
      const share = await shareOnCard(connected.value, `card ${at + 1} of ${lines.length}, ${path}`, counter)
      connected.value.close()
      if (!share.ok) return share
      shares.push(share.value)
    }
    return ok(shares)
  } finally {
    end()
  }
}

/**
 * Asks for a trustee's card and its PIN, and once more after a wrong one, and waits until the card is taken out.
 * @param where how the card is called in what is asked and refused
 */
export async function shareOnCard(
  reader: CardReader,
  where: string,
  counter: Counter,
): Promise<Result<GivenShare>> {
  const movements = new Movements(reader)
  let asked = `${where}: put a trustee's card into the reader and type its PIN: `
  for (;;) {
    const pin = (await counter.ask(asked))?.trim()
    if (pin === undefined) return refusal(where, 'nobody typed a PIN')
    if (!movements.isIn) {
      asked = `${where}: there is no card in the reader; put it in and type its PIN: `
      continue
    }
    if (!/^[0-9]{8}$/.test(pin)) {
      asked = `${where}: a PIN is eight digits; type it again: `
      continue
    }
    const card = await openCard(reader)
    if (!card.ok) return refusal(where, 'the card cannot be read')
    if (card.value.kind !== 'trustee') return refusal(where, "this is no trustee's card")
    const verified = await card.value.verifyPin(pin)
    if (!verified.ok) return refusal(where, 'the card cannot be read')
    if (verified.value === 'dead') return refusal(where, 'the card is dead: five wrong PINs were typed')
    if (verified.value !== 'verified') {
      const { triesLeft } = verified.value
      if (triesLeft === 0) return refusal(where, 'the card is dead: five wrong PINs were typed')
      asked = `${where}: the PIN is wrong, ${triesLeft} ${triesLeft === 1 ? 'try' : 'tries'} left; type it again: `
      continue
    }
    const share = await card.value.readElectionShare()
    const text = share.ok ? utf8Text(share.value) : undefined
    if (text === undefined) return refusal(where, 'there is no share on the card, or it cannot be read')
    counter.tell(`${where}: the share was read; take the card out`)
    // Else the next trustee's PIN would be tried on this one's card.
    await movements.out()
    return ok({ where, text })
  }
}

/** Whether a card is in the reader. */
class Movements {
  isIn = false
  #left: (() => void) | undefined

  constructor(reader: CardReader) {
    reader.onCard((movement) => {
      this.isIn = movement === 'in'
      if (!this.isIn) this.#left?.()
    })
    reader.onLost(() => this.#left?.())
  }

  /** Waits until the card is taken out. */
  out(): Promise<void> {
    return new Promise((resolve) => {
      this.#left = resolve
      if (!this.isIn) resolve()
    })
  }
}

/** Questions go to standard error, answers come from standard input and are not echoed. */
function counterOnScreen(): { readonly counter: Counter; end(): void } {
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() })
  const input = createInterface({ input: process.stdin, output: mute, terminal: process.stdin.isTTY })
  const answers = input[Symbol.asyncIterator]()
  return {
    counter: {
      tell: (what) => void process.stderr.write(`${what}\n`),
      ask: async (question) => {
        process.stderr.write(question)
        const { value, done } = await answers.next()
        process.stderr.write('\n')
        return done === true ? undefined : value
      },
    },
    end: () => input.close(),
  }
}

function refusal(where: string, what: string) {
  return refuse('share.card', where, what, 'Bring the card or the file of another trustee.')
}
