/** A new device asks the office for its certificates: its keys are made here and stay here, and what asks for them can be carried about. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDeviceKeys, requestEnrolment } from '../../core/enrolment/device-request.ts'
import { ENROLMENT_FILES } from '../../core/enrolment/files.ts'
import { requestTerminal } from '../../core/enrolment/terminal-request.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { drawP256Scalar } from '../../core/keys/p256.ts'
import type { Random } from '../../core/ports.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { cardKeyFile, readCardKey, writeCardKey } from './card-terminal.ts'
import { readConfig, readSeeds, seedsFile, writeSeeds } from './home.ts'

/**
 * Makes the keys of the device that `config.json` names, where it has none yet, and writes its two requests into the home folder. Done again it
 * asks again for the same keys.
 * @returns the requests' files; a refusal `home.file`, or `home.write` where the folder cannot be written
 */
export function requestCertificates(folder: string, random: Random): Result<readonly string[]> {
  const config = readConfig(folder)
  if (!config.ok) return config
  const { device } = config.value
  try {
    if (!existsSync(seedsFile(folder))) writeSeeds(folder, makeDeviceKeys(random))
    const seeds = readSeeds(folder)
    if (!seeds.ok) return seeds
    if (!existsSync(cardKeyFile(folder))) writeCardKey(folder, drawP256Scalar(random))
    const cardKey = readCardKey(folder)
    if (!cardKey.ok) return cardKey
    const requests = [
      [ENROLMENT_FILES.request, requestEnrolment(device, seeds.value)],
      [
        ENROLMENT_FILES.terminalRequest,
        requestTerminal(device, cardKey.value, signerFromSeed(seeds.value.message)),
      ],
    ] as const
    for (const [name, text] of requests) writeFileSync(join(folder, name), text)
    return ok(requests.map(([name]) => join(folder, name)))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return refuse(
      'home.write',
      folder,
      `it cannot be written (${code})`,
      'See that it is there, writable and not full.',
    )
  }
}
