/** What serves, drives and shows a display: the program's own, or that of another folder. */
import { join } from 'node:path'

/** Of the program as it is. */
export const ROOT = join(import.meta.dirname, '../..')

/** The programs on both ends of a display's line. */
export interface DisplayBuild {
  readonly connectDisplay: typeof import('../../device-agent/ballot/display.ts').connectDisplay
  readonly readPageFiles: typeof import('../../device-agent/ballot/page/page-files.ts').readPageFiles
  readonly serveDisplay: typeof import('../../device-agent/ballot/page/display-server.ts').serveDisplay
  readonly startKiosk: typeof import('../../device-agent/ballot/page/kiosk.ts').startKiosk
  /** The folder of the built page. */
  readonly page: string
}

/** The programs as they are. */
export function realDisplay(): Promise<DisplayBuild> {
  return loadDisplay(ROOT)
}

/** The programs of a folder, its page built if it is not. */
export async function loadDisplay(root: string): Promise<DisplayBuild> {
  const module = (path: string) => import(/* @vite-ignore */ join(root, path))
  const { connectDisplay } = await module('device-agent/ballot/display.ts')
  const { readPageFiles } = await module('device-agent/ballot/page/page-files.ts')
  const { serveDisplay } = await module('device-agent/ballot/page/display-server.ts')
  const { startKiosk } = await module('device-agent/ballot/page/kiosk.ts')
  const { buildPages, pagesFolder } = await module('demo/build-pages.ts')
  await buildPages(['ballot'])
  return { connectDisplay, readPageFiles, serveDisplay, startKiosk, page: pagesFolder('ballot') }
}
