/**
 * The program that `DeviceProcess` starts: a ballot device like any other, but that its serial lines lead to the process that started it, which
 * also sees what is painted. It lives no longer than that process.
 */
import { pino } from 'pino'
import type { OpenLine } from '../../core/ports.ts'
import { RefusalError, valueOrThrow } from '../../core/result.ts'
import { type Agent, startAgent } from '../../device-agent/ballot/agent.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { systemClock, systemRandom } from '../../device-agent/system.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import type { DeviceOrders, FromDevice, ToDevice } from './device-process.ts'
import { FarLines } from './line-bridge.ts'

/** Between two looks at the lines. */
const HEALTH_MS = 1_000
