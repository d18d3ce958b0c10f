/** Debian's Chromium for tests, by playwright. */
import { type Browser, chromium } from 'playwright-core'

/** Where Debian puts it. */
export const CHROMIUM_PATH = '/usr/bin/chromium'

/** A browser without window. Nothing in it looks for a network. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM_PATH,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
