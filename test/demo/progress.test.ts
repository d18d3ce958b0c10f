import { expect, test } from 'vitest'
import { Progress } from '../../demo/progress.ts'

/** What 365 voters leave on a terminal or in a pipe. */
function writtenTo(isTTY: boolean): string {
  let written = ''
  const write = (text: string) => {
    written += text
    return true
  }
  const progress = new Progress({ isTTY, write })
  for (let done = 1; done <= 365; done += 1) progress.bar(done, 365, 'votes')
  return written
}

test('where the output is no terminal each quarter of the voters is a plain line', () => {
  expect(writtenTo(false)).toBe('   92/365 votes\n   183/365 votes\n   274/365 votes\n   365/365 votes\n')
})

test('on a terminal one bar grows in its place', () => {
  const bars = writtenTo(true).split('\r').slice(1)
  expect(bars).toHaveLength(365)
  expect(bars.at(-1)).toBe(`   ${'█'.repeat(40)} 365/365 votes\n`)
  expect(bars.filter((bar) => bar.includes('\n'))).toHaveLength(1)
})
