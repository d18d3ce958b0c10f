/**
 * A technician's calibration on the device's own display and touchscreen, while its program is not running: nine points, a fit, and a signed
 * file that takes the place of the one before in one step.
 */
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import type { Clock, Logger, OpenLine } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import { type LinkFault, openTransport } from '../../firmware/link/fault.ts'
import { connectTouchscreen, type Touchscreen } from '../../firmware/touchscreen/driver.ts'
import type { GestureEvent } from '../../firmware/touchscreen/gesture.ts'
import { FIRST_POINT, type NinePoints, stepNinePoints } from '../../firmware/touchscreen/nine-points.ts'
import { Touches } from '../../firmware/touchscreen/touches.ts'
import { stringsIn } from '../../ui/strings.ts'
import { replaceFile } from '../durable-file.ts'
import { Display } from './display.ts'
import { type ProvisionedHome, touchCalibrationFile } from './home.ts'
import { calibrationScreen } from './screens/calibration.ts'
import { touchCalibrationDocument } from './touch-calibration.ts'

/** How long the last screen is left to be read before its line is given up. */
const READ_MS = 5_000

/** What a calibration works with. */
export interface CalibrationParts {
  readonly home: ProvisionedHome
  readonly lines: { readonly touchscreen: OpenLine; readonly display: OpenLine }
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Runs the nine points and writes `touch-calibration.json`.
 * @returns the file; or `calibration.line` if a line cannot be opened or is lost, `calibration.refused` with the reason, and
 *   `calibration.write` if the file cannot be written. Whatever is refused has changed nothing; only where the disk failed at the very
 *   last may the file be the new one.
 */
export async function calibrate(parts: CalibrationParts): Promise<Result<string>> {
  const { lines, clock } = parts
  const touchscreen = await connectTouchscreen({ ...parts, open: lines.touchscreen })
  if (!touchscreen.ok) return lineFault('touchscreen', touchscreen.error)
  const opened = await openTransport(lines.display)
  if (!opened.ok) {
    touchscreen.value.close()
    return lineFault('display', opened.error)
  }
  // Only the touchscreen is asked: nothing else presses here.
  const display = new Display(opened.value, clock, { pointer: false, keyboard: false })
  try {
    const end = await ninePoints(touchscreen.value, display, parts)
    if (!end.ok) return end
    const outcome = conclude(end.value, parts)
    // What could not be written is not shown as done.
    if (outcome.ok || outcome.error.code !== 'calibration.write') {
      show(display, end.value, parts)
      await new Promise<void>((resolve) => clock.after(READ_MS, resolve))
    }
    return outcome
  } finally {
    touchscreen.value.close()
    display.close()
  }
}

/** From the first cross to the fit, or to the reason why there is none. */
function ninePoints(
  touchscreen: Touchscreen,
  display: Display,
  parts: CalibrationParts,
): Promise<Result<NinePoints>> {
  const edges = parts.home.config.calibration
  const { promise, resolve } = Promise.withResolvers<Result<NinePoints>>()
  let state = FIRST_POINT
  /** The screen on which the finger went down. */
  let seen: number | undefined
  const step = (input: Parameters<typeof stepNinePoints>[1]) => {
    state = stepNinePoints(state, input, edges)
    if (state.is === 'point') show(display, state, parts)
    else resolve(ok(state))
  }
  const told = (event: GestureEvent) => {
    if (state.is !== 'point') return
    if (event.is === 'down') seen = display.painted()?.revision
    if (event.is === 'up' && seen !== undefined && seen === display.painted()?.revision)
      step({ is: 'touched', from: event.from, at: event.at })
    if (event.is === 'cancelled') step({ is: 'doubtful' })
  }
  const touches = new Touches(parts.clock, told)
  touchscreen.onTouch((touch) => touches.take(touch))
  touchscreen.onLost((fault) => resolve(lineFault('touchscreen', fault)))
  display.onLost((fault) => resolve(lineFault('display', fault)))
  show(display, state, parts)
  return promise.finally(() => touches.reset())
}

function show(display: Display, state: NinePoints, { home }: CalibrationParts): void {
  display.show(calibrationScreen(state, home.electionPackage.definition, 'fa'))
}

/** Signs and writes what was found, or says why it is not taken. */
function conclude(end: NinePoints, { home, clock }: CalibrationParts): Result<string> {
  const file = touchCalibrationFile(home.folder)
  if (end.is !== 'done') {
    const { why, refusedHint, mirroredHint } = stringsIn('en').calibration
    const what = end.is === 'refused' ? why[end.why] : 'it was not finished'
    const mirrored = end.is === 'refused' && end.why === 'mirrored'
    return refuse(
      'calibration.refused',
      home.config.lines.touchscreen,
      what,
      mirrored ? mirroredHint : refusedHint,
    )
  }
  const { device } = home.config
  const text = touchCalibrationDocument(device, clock.now(), end.fit, signerFromSeed(home.seeds.message))
  try {
    replaceFile(file, Buffer.from(text))
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    return refuse(
      'calibration.write',
      file,
      `it cannot be written (${error.message})`,
      'See that the disk is there, writable and not full, then calibrate again before the device is started.',
    )
  }
  return ok(file)
}

function lineFault(line: 'touchscreen' | 'display', fault: LinkFault): Result<never> {
  return refuse(
    'calibration.line',
    line,
    fault.what,
    "Stop the device's program if it runs, check cable and power, then calibrate again. Nothing was changed.",
  )
}
