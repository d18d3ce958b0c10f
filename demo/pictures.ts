/** Pictures of what the virtual printers printed, and the key to the folder of outputs. */

import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DroppedSlip } from '../simulator/peripherals/printer.ts'
import { slipPng } from '../simulator/peripherals/slip-png.ts'
import type { VirtualDevice } from './virtual-station.ts'

/**
 * Writes every slip and report as PNG. Slips are named by their pixels' hash and a number among equals: a ballot box has no order.
 * @returns how many slips there are
 */
export function writePictures(out: string, devices: readonly VirtualDevice[]): number {
  const slips = join(out, 'slips')
  const reports = join(out, 'reports')
  mkdirSync(slips, { recursive: true })
  mkdirSync(reports, { recursive: true })
  const seen = new Map<string, number>()
  for (const { id, bench } of devices) {
    const dropped = bench.printer.dropped.filter(({ by }) => by === 'cutter')
    const [zeroReport, ...rest] = dropped
    const results = rest.pop()
    const minutes = rest.pop()
    if (zeroReport === undefined || minutes === undefined || results === undefined)
      throw new Error(`${id} printed no reports`)
    writeFileSync(join(reports, `${id}-zero-report.png`), slipPng(zeroReport))
    writeFileSync(join(reports, `${id}-minutes.png`), slipPng(minutes))
    writeFileSync(join(reports, `${id}-results.png`), slipPng(results))
    for (const slip of rest) {
      const name = pixelsName(slip)
      const number = (seen.get(name) ?? 0) + 1
      seen.set(name, number)
      writeFileSync(join(slips, `slip-${name}-${number}.png`), slipPng(slip))
    }
  }
  return [...seen.values()].reduce((sum, count) => sum + count, 0)
}

function pixelsName({ bitmap }: DroppedSlip): string {
  return hash('sha256', bitmap, 'hex').slice(0, 8)
}
