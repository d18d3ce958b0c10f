/**
 * The system calls of pseudo-terminals that Node has none of, through koffi. Numbers are those of Linux's asm-generic headers. How the
 * slave is set can be read at the master:
 *
 * ```
 * struct termios2   0 iflag  4 oflag  8 cflag  12 lflag  16 line  17 cc[19]  36 ispeed  40 ospeed
 * ```
 */
import { closeSync, constants, openSync } from 'node:fs'
import koffi from 'koffi'

const TIOCGPTN = 0x8004_5430
const TIOCSPTLCK = 0x4004_5431
const TCGETS2 = 0x802c_542a
const F_DUPFD_CLOEXEC = 1_030
const POLLIN = 0x0001
const POLLHUP = 0x0010

const TERMIOS2 = {
  bytes: 44,
  iflag: 0,
  cflag: 8,
  stop: 17 + 9,
  start: 17 + 8,
  ispeed: 36,
  ospeed: 40,
} as const
const IXON = 0o2000
const CSTOPB = 0o100

const TCSANOW = 0
const TCIFLUSH = 0
const TCOOFF = 0
const TCOON = 1

/** Room for a `struct termios` of any architecture. */
const TERMIOS_BYTES = 256

/** The two ends of a pseudo-terminal: a descriptor here, and a name for whoever opens it as a serial port. */
export interface Terminal {
  readonly master: number
  readonly path: string
}

/** How the program at the slave has set its port. */
export interface PortSettings {
  /** Bits a second that it sends and that it listens at; 0 when it has hung up (B0). */
  readonly sends: number
  readonly listens: number
  /** Of each byte that it sends, with start and stop bits. Pseudo-terminals know no parity and always eight data bits. */
  readonly bitsPerByte: number
  /** The bytes that make it stop sending and go on, if it has asked for that (IXON). */
  readonly flow: { readonly stop: number; readonly start: number } | undefined
}

const load = () => {
  const libc = koffi.load('libc.so.6')
  return {
    ioctl: libc.func('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)'),
    fcntl: libc.func('int fcntl(int fd, int command, int argument)'),
    poll: libc.func('int poll(_Inout_ uint8_t *descriptors, unsigned long count, int timeout)'),
    tcgetattr: libc.func('int tcgetattr(int fd, _Out_ uint8_t *termios)'),
    cfmakeraw: libc.func('void cfmakeraw(_Inout_ uint8_t *termios)'),
    cfsetspeed: libc.func('int cfsetspeed(_Inout_ uint8_t *termios, unsigned int speed)'),
    tcsetattr: libc.func('int tcsetattr(int fd, int when, const uint8_t *termios)'),
    tcflush: libc.func('int tcflush(int fd, int queue)'),
    tcflow: libc.func('int tcflow(int fd, int action)'),
  }
}
let loaded: ReturnType<typeof load> | undefined
const system = () => {
  loaded ??= load()
  return loaded
}

/**
 * A new pseudo-terminal, raw and at that speed before anyone opens it: else the first bytes would be echoed and edited, and a program that
 * sets nothing would find a port at a speed that nobody chose. Throws when the system gives none, or has no such speed.
 */
export function openTerminal(baudRate: number): Terminal {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants
  // Not openpty(3): programs started from here would inherit both ends, and no plug could be pulled any more.
  const master = openSync('/dev/ptmx', O_RDWR | O_NOCTTY | O_NONBLOCK)
  const number = Buffer.alloc(4)
  const { ioctl } = system()
  if (ioctl(master, TIOCGPTN, number) !== 0 || ioctl(master, TIOCSPTLCK, Buffer.alloc(4)) !== 0) {
    closeSync(master)
    throw new Error('the system gives no pseudo-terminal')
  }
  const path = `/dev/pts/${number.readUInt32LE()}`
  withSlave(path, (slave) => setRaw(slave, baudRate))
  return { master, path }
}

function setRaw(slave: number, baudRate: number): void {
  const { tcgetattr, cfmakeraw, cfsetspeed, tcsetattr } = system()
  const termios = Buffer.alloc(TERMIOS_BYTES)
  if (tcgetattr(slave, termios) !== 0) throw new Error('the pseudo-terminal has no settings')
  cfmakeraw(termios)
  if (cfsetspeed(termios, baudRate) !== 0) throw new Error(`there is no serial speed of ${baudRate}`)
  if (tcsetattr(slave, TCSANOW, termios) !== 0) throw new Error('the pseudo-terminal cannot be set raw')
}

/** How the port is set now, or was left by the last who had it open. */
export function portSettings({ master }: Terminal): PortSettings {
  const termios = Buffer.alloc(TERMIOS2.bytes)
  if (system().ioctl(master, TCGETS2, termios) !== 0) throw new Error('the pseudo-terminal has no settings')
  const sends = termios.readUInt32LE(TERMIOS2.ospeed)
  return {
    sends,
    listens: termios.readUInt32LE(TERMIOS2.ispeed) || sends,
    bitsPerByte: (termios.readUInt32LE(TERMIOS2.cflag) & CSTOPB) === 0 ? 10 : 11,
    flow:
      (termios.readUInt32LE(TERMIOS2.iflag) & IXON) === 0
        ? undefined
        : { stop: termios.readUInt8(TERMIOS2.stop), start: termios.readUInt8(TERMIOS2.start) },
  }
}

/** Whether somebody has the port open, or had and left bytes behind. */
export function isInUse({ master }: Terminal): boolean {
  // struct pollfd: fd, events, revents.
  const descriptor = Buffer.alloc(8)
  descriptor.writeInt32LE(master)
  descriptor.writeInt16LE(POLLIN, 4)
  system().poll(descriptor, 1, 0)
  const found = descriptor.readInt16LE(6)
  return (found & POLLHUP) === 0 || (found & POLLIN) !== 0
}

/** The master once more, to be closed by itself. */
export function secondMaster({ master }: Terminal): number {
  const descriptor: number = system().fcntl(master, F_DUPFD_CLOEXEC, 0)
  if (descriptor < 0) throw new Error('the system gives no more descriptors')
  return descriptor
}

/**
 * What the last who had the port open did not read is gone, and an XOFF no longer holds: closing a real port forgets both, a
 * pseudo-terminal keeps them. Where that user has locked the port for good (TIOCEXCL) nobody can open it, and nothing is done.
 */
export function forgetLastUser({ path }: Terminal): void {
  const { tcflush, tcflow } = system()
  try {
    withSlave(path, (slave) => {
      tcflush(slave, TCIFLUSH)
      // TCOON ends an XOFF only behind a TCOOFF.
      tcflow(slave, TCOOFF)
      tcflow(slave, TCOON)
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error
  }
}

function withSlave(path: string, action: (slave: number) => void): void {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants
  const slave = openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK)
  try {
    action(slave)
  } finally {
    closeSync(slave)
  }
}
