/**
 * How Debian's Chromium is started as nothing but a display: one window that fills the screen, a profile of its own that is thrown away,
 * no network but this computer, and none of what a browser offers beside its page. What only an administrator can take away stands in
 * `kiosk-policy.json`.
 */

import { GRID } from '../../../ui/screen.ts'

/** Where Debian's package puts it. */
export const CHROMIUM = '/usr/bin/chromium'

/** Behind the address: tells the page that it is all that this screen shows. The server's forwarding keeps it. */
const KIOSK_MARK = '#kiosk'

/** Parts of Chromium that look into the network, speak up, or let somebody do more than look and press. */
const FEATURES_OFF = [
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'InterestFeedContentSuggestions',
  'LensOverlay',
  'MediaRouter',
  'OptimizationHints',
  'OverscrollHistoryNavigation',
  'TouchpadOverscrollHistoryNavigation',
]

/**
 * Arguments of one start.
 * @param profile an empty folder
 * @param address the page, with its token
 */
export function kioskArguments(profile: string, address: string): readonly string[] {
  const { host } = new URL(address)
  return [
    '--kiosk',
    '--window-position=0,0',
    `--window-size=${GRID.width},${GRID.height}`,
    '--incognito',
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--noerrdialogs',
    '--hide-crash-restore-bubble',
    '--hide-scrollbars',
    '--disable-extensions',
    '--disable-default-apps',
    '--disable-sync',
    '--disable-notifications',
    '--disable-print-preview',
    '--disable-speech-api',
    '--disable-breakpad',
    '--deny-permission-prompts',
    '--block-new-web-contents',
    '--password-store=basic',
    `--disable-features=${FEATURES_OFF.join(',')}`,
    // Nothing changes the size of what is seen, and no gesture goes back.
    '--force-device-scale-factor=1',
    '--disable-pinch',
    '--overscroll-history-navigation=0',
    // No name is ever looked up, and everything but the page goes to a port on which nobody listens.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    '--proxy-server=http://127.0.0.1:9',
    `--proxy-bypass-list=<-loopback>;${host}`,
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-domain-reliability',
    '--no-pings',
    `${address}${KIOSK_MARK}`,
  ]
}

/** The few things of this process's surroundings that the browser needs: where the screen is. */
const PASSED_ON = ['PATH', 'LANG', 'DISPLAY', 'XAUTHORITY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR']

/** Surroundings of the browser; whatever it keeps, it keeps in the profile. */
export function kioskEnvironment(profile: string): Readonly<Record<string, string>> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(passed), HOME: profile }
}
