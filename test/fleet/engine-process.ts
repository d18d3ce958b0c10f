/** A collector's engine as a process of its own, which is given messages by its parent: `engine-process.ts <location of the store>`. */
import { valueOrThrow } from '../../core/result.ts'
import { startEngine } from '../../fleet/collector/engine.ts'
import type { Inbound } from '../../fleet/collector/examine.ts'
import { openCentreStore } from '../../fleet/store/store.ts'
import { silentLogger } from './office.ts'
import { deskOn } from './totals.ts'

const store = valueOrThrow(await openCentreStore(process.argv[2] ?? '', 'heads'))
const engine = startEngine(deskOn(store), silentLogger)
process.on('message', ({ id, message }: { readonly id: number; readonly message: Inbound }) => {
  void engine.take(message).then((outcome) => process.send?.({ id, outcome }))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
