/** What leads from a typed code to what a voter sees, what is printed and what is recorded: the program's own, or that of another folder. */
import { join } from 'node:path'
import { type BoothBuild, boothBuild } from '../device-agent/ballot/booth.ts'

/** The programs on that way; the page and the line to it are a display's (`test/browser/display-build.ts`). */
export interface CodesBuild {
  readonly booth: BoothBuild
  readonly slipForm: typeof import('../../ui/paper/slip.ts').slipForm
  readonly slipDocument: typeof import('../../ui/paper/document.ts').slipDocument
  readonly sealBallot: typeof import('../../core/ballot-box/sealed-ballot.ts').sealBallot
}

/** The programs of a folder. */
export async function loadCodes(root: string): Promise<CodesBuild> {
  const module = (path: string) => import(/* @vite-ignore */ join(root, path))
  const { slipForm } = await module('ui/paper/slip.ts')
  const { slipDocument } = await module('ui/paper/document.ts')
  const { sealBallot } = await module('core/ballot-box/sealed-ballot.ts')
  return { booth: await boothBuild(root), slipForm, slipDocument, sealBallot }
}
