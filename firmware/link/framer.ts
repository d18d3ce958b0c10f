/**
 * From a stream of bytes to frames. A line may split, join, drop and flip bytes, so a frame is only what its format accepts whole;
 * everything else is thrown away one byte at a time and counted. After a bad checksum exactly ONE byte is dropped and the rest
 * is looked at again, because the start of the next good frame may lie inside what looked like a frame.
 */

/** What a format says of the bytes at hand, which begin at the place being looked at and are never empty. */
export type Scan<F> =
  | { readonly is: 'frame'; readonly frame: F; readonly length: number }
  | { readonly is: 'incomplete' }
  | { readonly is: 'noise' }
  | { readonly is: 'bad-checksum' }

/** How the frames of one protocol look. */
export interface FrameFormat<F> {
  /** Bytes of the longest frame; never is more than this kept. */
  readonly maxLength: number
  /** Looks at the first bytes, at most `maxLength` of them. What it keeps it must copy: the buffer is used again. */
  scan(bytes: Uint8Array): Scan<F>
}

/** What has passed over a line, for health. */
export interface LinkCounters {
  readonly frames: number
  /** Bytes that belonged to no frame. */
  readonly discardedBytes: number
  readonly badChecksums: number
  /** Deadlines of exchanges that passed without an answer. */
  readonly timeouts: number
}

/** Cuts one line's bytes into frames, in a buffer that never grows. */
export class Framer<F> {
  readonly #format: FrameFormat<F>
  readonly #buffer: Uint8Array
  #filled = 0
  #frames = 0
  #discardedBytes = 0
  #badChecksums = 0

  constructor(format: FrameFormat<F>) {
    this.#format = format
    this.#buffer = new Uint8Array(format.maxLength)
  }

  /** Frames, discarded bytes and bad checksums so far. */
  get counters(): Omit<LinkCounters, 'timeouts'> {
    return {
      frames: this.#frames,
      discardedBytes: this.#discardedBytes,
      badChecksums: this.#badChecksums,
    }
  }

  /** Whether a frame has begun that is not yet complete. */
  get waiting(): boolean {
    return this.#filled > 0
  }

  /** Takes the next bytes, however they were cut, and gives the frames that they complete, in order. Never throws. */
  push(chunk: Uint8Array): F[] {
    const frames: F[] = []
    let taken = 0
    while (taken < chunk.length) {
      const piece = chunk.subarray(taken, taken + this.#buffer.length - this.#filled)
      this.#buffer.set(piece, this.#filled)
      this.#filled += piece.length
      taken += piece.length
      this.#drain(frames)
    }
    return frames
  }

  /**
   * Nothing has come for so long that what has begun will not be completed: it was noise that looked like a start. Its first byte is
   * thrown away, and what stands behind it is looked at again, until nothing waits any more. Gives the frames that were hidden there.
   */
  giveUpWaiting(): F[] {
    const frames: F[] = []
    while (this.#filled > 0) {
      this.#discardedBytes += 1
      this.#buffer.copyWithin(0, 1, this.#filled)
      this.#filled -= 1
      this.#drain(frames)
    }
    return frames
  }

  /** Takes frames from the front until one is incomplete; leaves room for at least one byte. */
  #drain(frames: F[]): void {
    let start = 0
    while (start < this.#filled) {
      const scan = this.#format.scan(this.#buffer.subarray(start, this.#filled))
      const full = start === 0 && this.#filled === this.#buffer.length
      if (scan.is === 'incomplete' && !full) break
      if (scan.is === 'frame') {
        frames.push(scan.frame)
        this.#frames += 1
        start += scan.length
      } else {
        if (scan.is === 'bad-checksum') this.#badChecksums += 1
        this.#discardedBytes += 1
        start += 1
      }
    }
    this.#buffer.copyWithin(0, start, this.#filled)
    this.#filled -= start
  }
}
