/** A program under a watch, whose loop stands still for some seconds: `node looping.ts <at its start | later> <seconds>`. */
import { watchLoop } from '../../../device-agent/health/loop-watch.ts'

const [when, seconds] = process.argv.slice(2)
const standStill = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(seconds) * 1_000)

watchLoop({ start: 6, still: 2 })
if (when === 'later') setTimeout(standStill, 1_500)
else standStill()
setTimeout(() => process.exit(0), 2_500)
