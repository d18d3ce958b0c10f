/** How measurements are printed: the machine once, then tables in Markdown, to be pasted into docs/performance.md. */
import { cpus, loadavg, totalmem } from 'node:os'

/** One line about the machine, and who else is on it. */
export function machine(): string {
  const { length } = cpus()
  const cores = ['no core', 'one core', 'two cores'][length] ?? `${length} cores`
  const memory = Math.round(totalmem() / 2 ** 30)
  const load = loadavg().map((average) => average.toFixed(1))
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${cores}, shared; ${memory} GiB; Node ${process.versions.node}; load ${load.join(' ')}`
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  return `${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}`
}

/** The value below which that share of the measurements lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
