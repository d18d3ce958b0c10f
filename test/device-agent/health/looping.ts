/** A program whose loop stands still for some seconds under a watch of two: `node looping.ts <seconds>`. */
import { watchLoop } from '../../../device-agent/health/loop-watch.ts'

watchLoop(2)
setTimeout(() => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.argv[2]) * 1_000)
}, 100)
setTimeout(() => process.exit(0), 2_500)
