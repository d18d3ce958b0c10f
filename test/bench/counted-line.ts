/** A line whose bytes are counted, both ways. */
import type { OpenLine } from '../../core/ports.ts'

/** The line as it is; what passes over it is added to `count`. */
export function counting(open: OpenLine, count: { bytes: number }): OpenLine {
  return async () => {
    const transport = await open()
    return {
      listen: (receive, lost) =>
        transport.listen((chunk) => {
          count.bytes += chunk.length
          receive(chunk)
        }, lost),
      write: (bytes) => {
        count.bytes += bytes.length
        transport.write(bytes)
      },
      close: () => transport.close(),
    }
  }
}
