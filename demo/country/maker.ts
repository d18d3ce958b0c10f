/** A process that makes devices of a country and their days, one after another, and writes them into the country's file. */
import { rmSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { programHash } from '../../device-agent/program-files.ts'
import { underParent } from './children.ts'
import { CountryFile } from './country-file.ts'
import { deviceId, openCountryPackage, signerOf } from './election.ts'
import { sealFast } from './fast-sealing.ts'
import { type MadeDevice, makeDevice } from './one-day.ts'

/** What a maker is told. */
export interface MakerOrders {
  readonly file: string
  readonly seed: string
  /** Where the devices' media lie for the time of their days; in memory. Taken away in the end. */
  readonly folder: string
  /** Numbers of the devices to be made: from the first on, in steps. */
  readonly first: number
  readonly step: number
  readonly devices: number
}

/** What a maker tells. */
export type FromMaker = { readonly is: 'made'; readonly devices: number } | { readonly is: 'done' }

/** Devices a transaction. */
const TOGETHER = 50

const tell: (message: FromMaker) => void = underParent<MakerOrders, FromMaker>(
  async ({ file: path, seed, folder, first, step, devices }) => {
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
    sealFast()
    const file = CountryFile.open(path)
    const making = {
      seed,
      electionPackage: openCountryPackage(seed, file.packageText),
      authorityKey: signerOf(seed, 'authority').publicKey,
      program: programHash(),
      folder,
    }
    let made: MadeDevice[] = []
    const keep = async () => {
      file.add(made)
      tell({ is: 'made', devices: made.length })
      made = []
      // Whether its parent is still there shows between two turns.
      await nextTurn()
    }
    for (let number = first; number < devices; number += step) {
      made.push(makeDevice(making, number, deviceId(number)))
      if (made.length === TOGETHER) await keep()
    }
    await keep()
    file.close()
    tell({ is: 'done' })
  },
)
