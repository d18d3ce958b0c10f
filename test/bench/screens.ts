/** What screens cost: `npm run bench -- screens`. */
import { type Frames, measureFrames } from './frames.ts'
import { measureSearch } from './search.ts'
import { measureStart } from './start.ts'
import { machine, quantile, table } from './table.ts'

/** Prints all measurements. */
export async function main(): Promise<void> {
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say(`${machine()}\n`)
  say('## From a touch packet to a painted frame, a whole device before Debian’s Chromium\n')
  say(framesTable(await measureFrames()))
  say('## Search in 2,722 names\n')
  say(searchTable(measureSearch()))
  say('## A device’s program: from its start to the first screen, on pseudo-terminals\n')
  say(startTable(await measureStart()))
}

function framesTable({ presses, floor, scripting, styleAndLayout }: Frames): string {
  const row = (what: string, values: readonly number[]) => [
    what,
    ms(quantile(values, 0.5)),
    ms(quantile(values, 0.95)),
    (quantile(values, 0.5) / quantile(floor, 0.5)).toFixed(2),
  ]
  return table(
    ['', 'median', '95 %', 'ratio of medians'],
    [
      row('floor: two frames of the browser', floor),
      row(
        `a press’s last packet to the next screen painted (${presses.length} presses; 10.4 ms of the packet counted in)`,
        presses,
      ),
      [`of it the page’s script, a screen`, ms(scripting), '', ''],
      [`of it style and layout, a screen`, ms(styleAndLayout), '', ''],
    ],
  )
}

function searchTable({ first, typed, idle }: ReturnType<typeof measureSearch>): string {
  return table(
    ['', 'median', '95 %', 'ratio of medians'],
    [
      ['floor: the screen before a card', ms(quantile(idle, 0.5)), ms(quantile(idle, 0.95)), '1.00'],
      [
        'the screen after a letter',
        ms(quantile(typed, 0.5)),
        ms(quantile(typed, 0.95)),
        (quantile(typed, 0.5) / quantile(idle, 0.5)).toFixed(1),
      ],
      ['the first search of a device that was just started', ms(first), '', ''],
    ],
  )
}

function startTable({ bare, start, rssMib }: Awaited<ReturnType<typeof measureStart>>): string {
  return table(
    ['', 'time', 'ratio', 'resident memory'],
    [
      ['floor: Node that says its version', ms(bare), '1.0', ''],
      [
        'the program, until its first screen is painted',
        ms(start),
        (start / bare).toFixed(1),
        `${rssMib} MiB`,
      ],
    ],
  )
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`
}
