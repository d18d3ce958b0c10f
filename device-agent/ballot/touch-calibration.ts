/**
 * What a technician's calibration leaves in the device's home: a document signed by the device's own message key.
 *
 * ```
 * {"at":"2026-06-18T09:12:40Z","device":"…","mapping":{"x0":…,"xx":…,"xy":…,"y0":…,"yx":…,"yy":…},"residuals":[9 numbers],"version":1}
 * ```
 * The mapping's numbers are whole millionths (of a grid unit, or of a grid unit per raw unit), a residual is in whole tenths of a grid
 * unit.
 */
import { z } from 'zod'
import { openDocument, signDocument } from '../../core/keys/signed-document.ts'
import type { Signer } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import {
  type Fit,
  misfitOf,
  type TouchEdges,
  type TouchMapping,
} from '../../firmware/touchscreen/calibration.ts'
import { TARGETS } from '../../firmware/touchscreen/nine-points.ts'

const TYPE = 'touch-calibration'
const MILLION = 1_000_000
const TENTHS = 10

/** No panel has more grid units to a raw one than a few; the constants are a few screens at most. */
const factor = z
  .int()
  .min(-100 * MILLION)
  .max(100 * MILLION)
const constant = z
  .int()
  .min(-100_000 * MILLION)
  .max(100_000 * MILLION)

const shape = z.strictObject({
  version: z.literal(1),
  device: z.string().min(1).max(64),
  at: z.iso.datetime({ precision: 0 }),
  mapping: z.strictObject({
    xx: factor,
    xy: factor,
    x0: constant,
    yx: factor,
    yy: factor,
    y0: constant,
  }),
  residuals: z.array(z.int().min(0).max(10_000)).length(TARGETS.length),
})

/** The document of a calibration that was just made. */
export function touchCalibrationDocument(device: string, atMs: number, fit: Fit, signer: Signer): string {
  const { xx, xy, x0, yx, yy, y0 } = fit.mapping
  const millionths = (value: number) => Math.round(value * MILLION)
  const mapping = {
    xx: millionths(xx),
    xy: millionths(xy),
    x0: millionths(x0),
    yx: millionths(yx),
    yy: millionths(yy),
    y0: millionths(y0),
  }
  const at = `${new Date(atMs).toISOString().slice(0, 19)}Z`
  const residuals = fit.residuals.map((residual) => Math.round(residual * TENTHS))
  return signDocument(TYPE, { version: 1, device, at, mapping, residuals }, [signer])
}

/**
 * The mapping of a calibration. Refusal `home.touch-calibration` if it is not signed by this device's message key, names another device,
 * or is not what a panel that was built in so can have.
 * @param expected whose it must be, and how the panel was built in
 */
export function openTouchCalibration(
  text: string,
  expected: {
    readonly device: string
    readonly key: Uint8Array
    readonly edges: TouchEdges
    readonly where: string
  },
): Result<TouchMapping> {
  const { device, key, edges, where } = expected
  const opened = openDocument(text, { type: TYPE, keys: [key], where })
  if (!opened.ok) return misfit(where, opened.error.what)
  const parsed = shape.safeParse(opened.value.payload)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return misfit(where, `${issue?.path.join('.')}: ${issue?.message}`)
  }
  if (parsed.data.device !== device)
    return misfit(where, `this is the calibration of device ${parsed.data.device}`)
  const { xx, xy, x0, yx, yy, y0 } = parsed.data.mapping
  const mapping = {
    xx: xx / MILLION,
    xy: xy / MILLION,
    x0: x0 / MILLION,
    yx: yx / MILLION,
    yy: yy / MILLION,
    y0: y0 / MILLION,
  }
  const wrong = misfitOf(mapping, edges)
  return wrong === undefined
    ? ok(mapping)
    : misfit(where, `its mapping does not fit the panel that config.json describes (${wrong.is})`)
}

function misfit(where: string, what: string) {
  return refuse(
    'home.touch-calibration',
    where,
    what,
    'Have a technician calibrate the touchscreen again: "sandogh device calibrate".',
  )
}
