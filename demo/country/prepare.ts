/** Makes the country, or takes the one that an earlier run made. */
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child } from './children.ts'
import { CountryFile, type CountryKey, codeVersion } from './country-file.ts'
import { countryPackage } from './election.ts'
import type { FromMaker, MakerOrders } from './maker.ts'
import type { Telling } from './telling.ts'

const MAKER = new URL('maker.ts', import.meta.url)
const MAKERS = 2
/** A file system in memory, where there is one. */
const IN_MEMORY = '/dev/shm'
const NEWS_MS = 5_000

/** The country's file in that folder, whole. */
export async function prepareCountry(out: string, key: CountryKey, telling: Telling): Promise<CountryFile> {
  const path = join(out, 'country.db')
  const version = codeVersion()
  const found = CountryFile.find(path, key, version)
  if (found !== undefined) {
    telling.detail(`${key.devices} devices, made by an earlier run of this seed and code: ${path}`)
    return found
  }
  const began = performance.now()
  const file = CountryFile.create(path, key, version, countryPackage(key.seed, key.devices))
  telling.detail(`package signed after ${telling.seconds(began)}`)
  let made = 0
  const news = setInterval(() => {
    const rate = made / ((performance.now() - began) / 1_000)
    telling.detail(`${made} of ${key.devices} devices made, ${rate.toFixed(0)} a second`)
  }, NEWS_MS)
  const makers = Array.from({ length: MAKERS }, (_, number) => {
    const maker = new Child<MakerOrders, FromMaker>(`maker ${number + 1}`, MAKER, out, 'makers')
    maker.hear((message) => {
      if (message.is === 'made') made += message.devices
    })
    const folder = mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'sandogh-country-'))
    maker.tell({ file: path, seed: key.seed, folder, first: number, step: MAKERS, devices: key.devices })
    return maker
  })
  try {
    await Promise.all(makers.map((maker) => maker.until((message) => message.is === 'done' || undefined)))
  } finally {
    clearInterval(news)
    for (const maker of makers) await maker.end()
  }
  file.finish()
  const rate = key.devices / ((performance.now() - began) / 1_000)
  telling.detail(`${file.count()} devices made in ${telling.seconds(began)}, ${rate.toFixed(0)} a second`)
  return file
}
