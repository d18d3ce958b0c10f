/** A kiosk in a process of its own, which a test may kill: `node kiosk-process.ts <browser>`. Says `shown` once the page is there. */

import { valueOrThrow } from '../../core/result.ts'
import { pagesFolder } from '../../demo/build-pages.ts'
import { startKiosk } from '../../device-agent/ballot/page/kiosk.ts'
import { readPageFiles } from '../../device-agent/ballot/page/page-files.ts'
import { systemClock, systemRandom } from '../../device-agent/system.ts'

const [browser = ''] = process.argv.slice(2)
const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const kiosk = await startKiosk({
  page: valueOrThrow(readPageFiles(pagesFolder('ballot'))),
  photos: new Map(),
  random: systemRandom,
  clock: systemClock,
  logger: quiet,
  browser,
})
await kiosk.open()
process.stdout.write('shown\n')
