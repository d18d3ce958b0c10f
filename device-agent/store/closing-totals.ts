/** A device's totals as its closing writes them: open, for whoever may have them, and sealed, for the station's reporting device and the trustees. */
import { signTally } from '../../core/bundle/bundle.ts'
import { type SaltedTally, sealTally, stationSheetKey } from '../../core/bundle/sealed-tally.ts'
import { tallyJson } from '../../core/election/tally.ts'
import { fromBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Random, Signer } from '../../core/ports.ts'
import type { ClosingTotals } from './medium.ts'

/** Signs the totals of the journal of that origin; the reporting device keeps the key to those of its station. */
export function closingTotals(
  parts: {
    readonly electionPackage: ElectionPackage
    readonly messageSigner: Signer
    readonly random: Random
  },
  { origin, isReporting }: { readonly origin: string; readonly isReporting: boolean },
  salted: SaltedTally,
  dayKey: Uint8Array,
): ClosingTotals {
  const { electionPackage, messageSigner, random } = parts
  const { definition } = electionPackage
  const sheetKey = stationSheetKey(dayKey)
  const electionKey = fromBase64(definition.constituency.electionKey)
  if (electionKey === undefined) throw new Error('a package without election key')
  return {
    tally: signTally(
      { origin, salt: salted.salt, tally: tallyJson(definition, salted.tally) },
      messageSigner,
    ),
    sealed: sealTally({ ...salted, origin }, { stationKey: sheetKey, electionKey }, messageSigner, random),
    ...(isReporting && { sheetKey }),
  }
}
