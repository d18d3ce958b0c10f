/** The far end of a serial line, as a virtual peripheral sees it. The same on an in-process line and on a pseudo-terminal. */
export interface PeripheralLine {
  /** Takes the listener for bytes that the device sent. Once. */
  onData(listener: (bytes: Uint8Array) => void): void
  /** Sends bytes to the device. They vanish when nobody has the line open or the plug is out. */
  write(bytes: Uint8Array): void
  /** Takes the listener for the device opening the line, which resets a board with a bootloader. Once. */
  onOpen(listener: () => void): void
}

/** A line whose plug somebody can pull. */
export interface PluggableLine extends PeripheralLine {
  /** Pulls the plug. Throws when it is out already. */
  unplug(): void
}
