/**
 * Builds of the device that are weakened on purpose, each by a few lines of its source, each a mistake that somebody once made or easily makes.
 * The adversary test must fail on every one: a test that cannot fail shows nothing.
 */

/** One text of the source and what stands there instead. The text must stand in exactly one file of core or device-agent, once. */
export interface Edit {
  readonly text: string
  readonly instead: string
}

export interface WeakenedBuild {
  /** What was done, and who did it before. */
  readonly story: string
  readonly edits: readonly Edit[]
  /** How many days it takes to catch it. */
  readonly days: number
  /** A part of the line of the verdict by which it is caught. */
  readonly caughtBy: string
}

/** Ballots in a table that keeps the order of insertion. */
const ROW_IDS: Edit = {
  text: '  PRIMARY KEY (batch, sealed)\n) STRICT, WITHOUT ROWID;',
  instead: '  PRIMARY KEY (batch, sealed)\n) STRICT;',
}

/** Nothing is sorted by its bytes any more. */
const UNSORTED: Edit = {
  text: 'return [...ballots].sort((a, b) => Buffer.compare(a, b))',
  instead: 'return [...ballots]',
}

const BATCH = 'const batch = full ? sortBallots(drawn.slice(0, BATCH_SIZE)) : undefined'
const REST = 'const rest = sortBallots(full ? drawn.slice(BATCH_SIZE) : drawn)'
const DRAWN = 'const drawn = full ? shuffle(waiting, random) : waiting'

/** What stays in the pool keeps the order of casting. */
const POOL_IN_ORDER: Edit = {
  text: REST,
  instead: 'const rest = waiting.filter((ballot) => !full || !drawn.slice(0, BATCH_SIZE).includes(ballot))',
}

export const WEAKENED: Readonly<Record<string, WeakenedBuild>> = {
  'row-ids': {
    story: 'Ballots are drawn well but written in the order of casting, into a table with row ids.',
    edits: [
      ROW_IDS,
      UNSORTED,
      POOL_IN_ORDER,
      {
        text: BATCH,
        instead:
          'const batch = full ? waiting.filter((b) => drawn.slice(0, BATCH_SIZE).includes(b)) : undefined',
      },
    ],
    days: 2,
    caughtBy: 'no cards: order of rows',
  },
  'seeded-shuffle': {
    story: 'Brazil, 2012: the shuffle is seeded with the second at which it runs.',
    edits: [
      ROW_IDS,
      UNSORTED,
      {
        text: DRAWN,
        instead: 'const drawn = full ? shuffle(waiting, timeSeeded(Math.floor(Date.now() / 1000))) : waiting',
      },
      {
        text: "import { shuffle } from './draw.ts'",
        instead:
          "import { shuffle } from './draw.ts'\nimport { timeSeeded } from '../../test/adversary/weakened/time-seeded.ts'",
      },
    ],
    days: 2,
    caughtBy: 'shuffle seeded by file time',
  },
  'first-in-first-out': {
    story: 'The pool is a queue: the 32 oldest ballots leave.',
    edits: [POOL_IN_ORDER, { text: DRAWN, instead: 'const drawn = waiting' }],
    days: 2,
    caughtBy: 'age of the ballots that are drawn',
  },
  'pool-in-order': {
    story: 'The pool keeps its ballots in the order of casting, since it is encrypted anyway.',
    edits: [POOL_IN_ORDER],
    days: 3,
    caughtBy: 'day key: place in the pool',
  },
  'kept-slot-keys': {
    story: 'The slot key of the block before is left where it is until it is overwritten.',
    edits: [
      {
        text: 'this.#destroy(this.#current)\n    this.#current = 1 - this.#current',
        instead: 'this.#current = 1 - this.#current',
      },
    ],
    days: 1,
    caughtBy: 'day key: pools beyond the one at rest',
  },
  'one-slot-key': {
    story: 'The slot key is drawn once a day.',
    edits: [
      {
        text: 'const SLOT_KEY_BYTES = 32',
        instead: 'const SLOT_KEY_BYTES = 32\nlet drawnOnce: Uint8Array | undefined',
      },
      {
        text: 'const slotKey = random.bytes(SLOT_KEY_BYTES)',
        instead: 'drawnOnce ??= random.bytes(SLOT_KEY_BYTES)\n  const slotKey = drawnOnce',
      },
    ],
    days: 1,
    caughtBy: 'pool blocks that agree',
  },
  'pausing-seals': {
    story:
      'Whenever the polls pause, what waits in the pool is sealed as a batch of its own, however little it is.',
    edits: [
      {
        text: "if (isLastBatchSealed(day) && entry.type !== 'polls.closed')",
        instead: "if (isLastBatchSealed(day) && entry.type === 'journal.opened')",
      },
      {
        text: 'append(event: JournalEvent): void {',
        instead: `append(event: JournalEvent): void {
    if (event.type === 'polls.paused' && this.#box !== undefined) {
      const { dayKey, pool } = this.#box
      const rest = sortBallots(pool.ballots.flat())
      const batch = this.#nextBatch(rest)
      const empty = { ...pool, ballots: pool.ballots.map(() => []) }
      const events: JournalEvent[] = [event, { type: 'batch.sealed', ...batch.event }]
      if (rest.length > 0) return this.#writeBox({ dayKey, pool: empty }, events, { batches: [batch.rows] })
    }`,
      },
    ],
    days: 1,
    caughtBy: 'ballots put down to fewer than 32 voters',
  },
  'no-secure-delete': {
    story: 'What is deleted in the database stays in its freed pages.',
    edits: [{ text: "['secure_delete', 'ON', 1]", instead: "['secure_delete', 'OFF', 0]" }],
    days: 1,
    caughtBy: 'freed bytes that were not overwritten',
  },
  'outbox-rows': {
    story:
      'Each cast leaves a row for the centre with the hash of the sealed ballot; the next cast deletes it.',
    edits: [
      {
        text: 'export const BATCH_SIZE = 32',
        instead: 'export const BATCH_SIZE = 32\nexport const outbox: Uint8Array[] = []',
      },
      {
        text: 'const waiting = [...(pool.ballots[ballot.style] ?? []), ballot.sealed]',
        instead:
          'const waiting = [...(pool.ballots[ballot.style] ?? []), ballot.sealed]\n  outbox.push(sha256(Uint8Array.of(0), ballot.sealed))',
      },
      {
        text: "INSERT INTO slip (one, state) VALUES (1, 'none');",
        instead:
          "INSERT INTO slip (one, state) VALUES (1, 'none');\nCREATE TABLE outbox (id INTEGER PRIMARY KEY, leaf BLOB NOT NULL) STRICT;",
      },
      {
        text: "import { Slots } from './slots.ts'",
        instead: "import { Slots } from './slots.ts'\nimport { outbox } from '../../core/ballot-box/pool.ts'",
      },
      {
        text: "for (const tag of change.spentTags ?? []) run('INSERT INTO spent (tag) VALUES (?)', tag)",
        instead: `for (const tag of change.spentTags ?? []) run('INSERT INTO spent (tag) VALUES (?)', tag)
        run('DELETE FROM outbox')
        for (const leaf of outbox.splice(0)) run('INSERT INTO outbox (leaf) VALUES (?)', leaf)`,
      },
    ],
    days: 1,
    caughtBy: 'ballots on the disk before their batch',
  },
}
