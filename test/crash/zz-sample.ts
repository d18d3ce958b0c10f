import { countCalls, deadMedia, recordTakeover, removeDead, SECOND, SECOND_NAMED, faultyTakeover } from '/tmp/wt/crash8/test/crash/taking-over.ts'
import { judgeTakeoverCuts, takeoverCuts, describeBroken } from '/tmp/wt/crash8/test/crash/power-cuts.ts'
import { refusedTakeover, TAKEOVER_ANSWERS } from '/tmp/wt/crash8/test/crash/refused-takeover.ts'
import { findUnsound } from '/tmp/wt/crash8/test/crash/judge-takeover.ts'
const dead = deadMedia('sample-1', 6)
for (const [name, count] of countCalls(dead, SECOND_NAMED)) for (let n = 1; n <= count; n += 1) {
  const { home, isDone, isKilled, said } = faultyTakeover(dead, ['SIGKILL', name, `${n}`], SECOND_NAMED)
  const u = isKilled ? findUnsound({ dead, home, isDone }) : `not killed ${said}`
  if (u) console.log('kill', name, n, u)
}
console.log('kills done')
let k = 0
for (const a of TAKEOVER_ANSWERS) {
  const count = countCalls(dead, SECOND, [a[1]]).get(a[1]) ?? 0
  for (let n = 1; n <= count; n += 1) { if (k++ % 6 !== 0 && count > 5 && n < count - 2) continue
    const u = refusedTakeover(dead, a, n); if (u) console.log(u) }
  console.log(a.join(), count)
}
const acts = recordTakeover(dead)
const cuts = takeoverCuts(acts).filter((c, i) => i % 5 === 2 || c.gone !== undefined || c.after > 215)
let t = 0
for (const { cut, broken } of judgeTakeoverCuts(dead, acts, cuts)) { t++; if (broken) console.log(describeBroken(cut, broken)) }
console.log('cuts', t)
removeDead(dead)
