import { expect, it } from 'vitest'
import { falseAlarm, findings } from './evidence.ts'
import { attackDays, freshSeed } from './parts.ts'

const DAYS = 5
const seed = process.env['SEED'] ?? freshSeed()

it(`nobody who takes the disk puts the ballots of a closed day back in order or reads one (SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const evidence = await attackDays({ seed, days: DAYS, processes: 2 })
  const leaks = findings(evidence).filter(({ passes }) => !passes)
  expect(leaks).toEqual([])
  expect(evidence.days).toBe(DAYS)
  expect(falseAlarm(evidence)).toBeLessThan(1e-6)
})
