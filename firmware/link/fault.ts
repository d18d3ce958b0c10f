/** Why there is no peripheral at the end of a line, and the one place where opening a line becomes a value. */
import type { OpenLine, Transport } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'

/**
 * What went wrong with a line: it could not be opened; the peripheral gave no answer by its deadline; the line is gone; the
 * peripheral answered something that the protocol does not allow there. `what` is for the log and the technician.
 */
export interface LinkFault {
  readonly is: 'cannot-open' | 'timeout' | 'lost' | 'protocol'
  readonly what: string
}

/** Opens a fresh line; a rejection becomes a fault. */
export async function openTransport(open: OpenLine): Promise<Result<Transport, LinkFault>> {
  try {
    return ok(await open())
  } catch (error) {
    return fail({ is: 'cannot-open', what: error instanceof Error ? error.message : String(error) })
  }
}
