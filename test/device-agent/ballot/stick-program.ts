/**
 * Reads from a memory stick and writes on it twice, the second time when whoever hung has come back, and says what became of each:
 * `node stick-program.ts <folder of the sources> <stick> <deadline, ms> <until it is back, ms>`.
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'

const [sources = '', stick = '', deadline = '', back = ''] = process.argv.slice(2)
const { MemoryStick }: typeof import('../../../device-agent/ballot/stick.ts') = await import(
  join(sources, 'device-agent/ballot/stick.ts')
)
const memoryStick = new MemoryStick(stick, () => () => {}, Number(deadline))
const begun = performance.now()
const write = () =>
  memoryStick.writeBundle('d-01', new Map([['manifest.json', Buffer.from('{}')]])).then(
    () => 'written',
    (error) => error.constructor.name,
  )

const read = [...(await memoryStick.readSealed(['d-02'])).values()]
const readAfter = performance.now() - begun
const atOnce = await write()
const saidAfter = performance.now() - begun
await new Promise((resolve) => setTimeout(resolve, Number(back)))
writeSync(1, `${JSON.stringify({ read, readAfter, atOnce, saidAfter, later: await write() })}\n`)
