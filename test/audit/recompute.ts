/** Figures of a report computed again by their rules, from nothing but the files that stand beside them. Shares no line with what made them. */

interface Line {
  readonly type: string
  readonly at: string
  readonly [member: string]: unknown
}

const HALF_HOUR = 30 * 60_000

/** A figure as `figures.json` has it. */
export interface Figure {
  readonly id: string
  readonly rule: string
  readonly of: string
  readonly value: unknown
  readonly files: readonly string[]
}

/**
 * What the value of a figure should be.
 * @param texts its files, in their order
 * @returns undefined for a rule that needs more than to count
 */
export function recompute({ rule, of }: Figure, texts: readonly string[]): unknown {
  const lines = () =>
    texts.flatMap((text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line),
    )
  const count = (...types: string[]) => lines().filter(({ type }) => types.includes(type)).length
  const payload = () => JSON.parse(texts[0] ?? '').payload
  switch (rule.replace(/^sum-/, '')) {
    case 'entries':
      return lines().length
    case 'ballots':
      return count('ballot.cast')
    case 'voids':
      return count('slip.voided')
    case 'slips':
      return count('ballot.cast', 'slip.voided')
    case 'batches':
      return count('batch.sealed')
    case 'opened':
    case 'closed':
      return lines().find(({ type }) => type === `polls.${rule}`)?.at
    case 'receipt':
      return texts[0]?.includes('— centre.example/witness ') ? 1 : 0
    case 'totals':
      return payload().files.some(({ name }: { name: string }) => name === 'tally.json')
        ? 'released'
        : 'sealed'
    case 'issued':
      return payload().issued
    case 'returned':
      return payload().returned
    case 'half-hour': {
      const from = Date.parse(of)
      return lines().filter(({ type, at }) => {
        const after = Date.parse(at) - from
        return type === 'ballot.cast' && after >= 0 && after < HALF_HOUR
      }).length
    }
    case 'other-day':
      // Iran's clocks are three and a half hours before UTC.
      return lines().filter(
        ({ type, at }) =>
          type === 'ballot.cast' &&
          new Date(Date.parse(at) + 7 * HALF_HOUR).toISOString().slice(0, 10) !== '2026-06-19',
      ).length
    case 'restarts':
      return Math.max(0, count('device.started') - 1)
    case 'pauses':
      return count('polls.paused')
    case 'outages':
      return count('line.lost')
    case 'printer':
      return count('printer.trouble')
    case 'tampers':
      return count('tamper.opened')
    case 'wrong-pins':
      return count('officer.pin_wrong')
    case 'refused':
      return count('card.refused')
    case 'program':
      return texts.filter((text) => text.includes(`"program":"${Buffer.from(of, 'hex').toString('base64')}"`))
        .length
    default:
      return undefined
  }
}
