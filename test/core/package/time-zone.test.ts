import { expect, test } from 'vitest'
import { parseDefinition } from '../../../core/election/definition.ts'
import { checkTimeZone } from '../../../core/package/time-zone.ts'
import { ok, valueOrThrow } from '../../../core/result.ts'
import { buildPackage } from '../../../provisioning/package/build-package.ts'
import { makeStation } from '../../audit/fixtures.ts'

const station = makeStation('time zone', { casts: [1] })
const inZone = (timeZone: string) => ({ ...station.electionPackage.definition, timeZone })
const codeOf = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? null : result.error?.code)

test('a time zone that no database has is of the right form for a verifier, and is not packed', () => {
  for (const zone of ['Asia/Tehran', 'asia/tehran', 'Etc/GMT+5', '+03:30']) {
    const definition = valueOrThrow(parseDefinition(inZone(zone), 'x'))
    expect(codeOf(checkTimeZone(definition, 'x')), zone).toBe(null)
  }
  for (const zone of ['Asia/Atlantis', '+99:99', '/']) {
    const definition = valueOrThrow(parseDefinition(inZone(zone), 'x'))
    expect(codeOf(checkTimeZone(definition, 'x')), zone).toBe('package.time-zone')
    expect(codeOf(buildPackage(inZone(zone), () => ok(undefined), station.authority, 'x')), zone).toBe(
      'package.time-zone',
    )
  }
})

test('a text that can be no time zone is no definition', () => {
  for (const zone of ['', 'Asia/Tehran ', 'آسیا', 'a'.repeat(65)])
    expect(codeOf(parseDefinition(inZone(zone), 'x')), zone).toBe('package.shape')
})
