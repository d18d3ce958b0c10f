/**
 * The Linux kernel reads our virtual touchscreen: Debian's kernel in QEMU, its own `elo` driver on a serial port whose other end is the virtual controller on a
 * pseudo-terminal, and `evtest` to say what came of each touch. Not in CI: it takes a minute and 70 MB of packages. By hand, on Debian 12:
 * ```
 * apt-get install --no-install-recommends qemu-system-x86 busybox-static
 * node test/oracles/qemu/kernel-elo.ts
 * ```
 * Ends with 0 if the kernel knew the controller and saw every place, contact and release as they were touched. docs/evidence/kernel-elo.md keeps the last run.
 */
import { execFileSync, type StdioOptions, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ptyLine } from '../../../simulator/lines/pty.ts'
import { VirtualTouchscreen } from '../../../simulator/peripherals/touchscreen.ts'
import { realClock } from '../../../simulator/real-clock.ts'
import { type GuestFile, initramfs } from './initramfs.ts'

const LONGEST_MS = 240_000
/** Points of the grid that are touched, and between two of them the time that a person takes. */
const TOUCHES = [
  [0, 0],
  [540, 960],
  [1079, 1919],
  [100, 1700],
] as const
const PAUSE_MS = 400
const GRID = { width: 1080, height: 1920 }
const RAW = 4095
const MODULES = ['evdev.ko', 'serport.ko', 'elo.ko'] as const

const INIT = `#!/bin/busybox sh
/bin/busybox mount -t proc none /proc
/bin/busybox mount -t sysfs none /sys
/bin/busybox mount -t devtmpfs none /dev
for module in ${MODULES.join(' ')}; do /bin/busybox insmod /lib/modules/$module; done
/bin/busybox uname -r
/usr/bin/inputattach --elotouch /dev/ttyS1 &
n=0
while [ ! -e /dev/input/event0 ] || ! /bin/busybox grep -q Elo /proc/bus/input/devices; do
  n=$((n + 1)); [ $n -gt 60 ] && echo NO-TOUCHSCREEN; /bin/busybox sleep 1
done
/bin/busybox grep -A 4 -B 1 Elo /proc/bus/input/devices
event=$(/bin/busybox grep -A 4 Elo /proc/bus/input/devices | /bin/busybox grep -o 'event[0-9]*')
/usr/bin/evtest /dev/input/$event
`

/** What the kernel said of one touch: where it was when contact was made, and that it was let go. */
interface Seen {
  readonly x: number
  readonly y: number
}

/** Runs it; gives the exit code. */
async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-kernel-elo-'))
  try {
    const kernel = prepare(folder)
    const line = ptyLine({ clock: realClock, baudRate: 9_600, paced: false })
    const touchscreen = new VirtualTouchscreen({ line, clock: realClock })
    const said = await boot(folder, kernel, line.path, async () => {
      for (const [x, y] of TOUCHES) {
        await touchscreen.press(x, y)
        await pause(PAUSE_MS)
      }
      await pause(2 * PAUSE_MS)
    })
    line.unplug()
    const seen = readEvents(said)
    const wanted = TOUCHES.map(([x, y]) => ({
      x: Math.round(((x + 0.5) / GRID.width) * RAW),
      y: Math.round(((y + 0.5) / GRID.height) * RAW),
    }))
    process.stdout.write(`\nsent    ${JSON.stringify(wanted)}\nkernel  ${JSON.stringify(seen)}\n`)
    const same = JSON.stringify(seen) === JSON.stringify(wanted)
    process.stdout.write(same ? 'the kernel saw every touch where it was\n' : 'THEY DIFFER\n')
    return same ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Fetches Debian's kernel and the two programs, and packs them; gives the kernel's path. */
function prepare(folder: string): string {
  const image = execFileSync('apt-cache', ['depends', 'linux-image-amd64']).toString()
  const kernelPackage = /Depends: (linux-image-\S+)/.exec(image)?.[1]
  if (kernelPackage === undefined) throw new Error('apt-cache knows no linux-image-amd64')
  const stdio: StdioOptions = ['ignore', 'ignore', 'inherit']
  const quiet = { cwd: folder, stdio }
  execFileSync('apt-get', ['download', '-qq', kernelPackage, 'inputattach', 'evtest'], quiet)
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    execFileSync('dpkg-deb', ['-x', file, 'root'], quiet)
  }
  const root = join(folder, 'root')
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const place = (end: string) => {
    const path = found.find((known) => known.endsWith(end))
    if (path === undefined) throw new Error(`no ${end} in Debian's packages`)
    return join(root, path)
  }
  const programs = ['inputattach', 'evtest'].map((name) => place(`/bin/${name}`))
  const libraries = new Set(programs.flatMap(librariesOf))
  const files: GuestFile[] = [
    { path: 'init', contents: Buffer.from(INIT), executable: true },
    { path: 'bin/busybox', contents: { of: '/bin/busybox' }, executable: true },
    ...programs.map(
      (of): GuestFile => ({
        path: `usr/bin/${of.split('/').at(-1)}`,
        contents: { of },
        executable: true,
      }),
    ),
    ...[...libraries].map((of): GuestFile => ({ path: of.slice(1), contents: { of }, executable: true })),
    ...MODULES.map(
      (name): GuestFile => ({
        path: `lib/modules/${name}`,
        contents: { of: place(`/${name}`) },
        executable: false,
      }),
    ),
  ]
  writeFileSync(join(folder, 'initramfs'), initramfs(files, ['proc', 'sys', 'dev']))
  return place(`/vmlinuz-${kernelPackage.replace('linux-image-', '')}`)
}

/** The shared libraries of a program, as the loader of this machine finds them. */
function librariesOf(program: string): readonly string[] {
  return [
    ...execFileSync('ldd', [program])
      .toString()
      .matchAll(/(\/\S+) \(0x/g),
  ].flatMap(([, path]) => path ?? [])
}

/** Boots the guest, touches once `evtest` listens, and gives what the guest's console said. */
async function boot(
  folder: string,
  kernel: string,
  path: string,
  touch: () => Promise<void>,
): Promise<string> {
  const given = [
    '-kernel',
    kernel,
    '-initrd',
    join(folder, 'initramfs'),
    '-append',
    'console=ttyS0 quiet panic=-1',
  ]
  const machine = ['-nodefaults', '-no-reboot', '-m', '512', '-display', 'none']
  // The first port is the console, the second the touchscreen's.
  const ports = ['-serial', 'stdio', '-chardev', `serial,id=elo,path=${path}`, '-serial', 'chardev:elo']
  const guest = spawn('qemu-system-x86_64', [...machine, ...given, ...ports], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  const limit = setTimeout(() => reject(new Error('the guest took too long')), LONGEST_MS)
  let said = ''
  guest.stdout.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk)
    said += chunk.toString()
    if (said.includes('interrupt to exit')) resolve()
    if (said.includes('NO-TOUCHSCREEN')) reject(new Error('the kernel found no touchscreen'))
  })
  guest.on('exit', () => reject(new Error('the guest ended')))
  try {
    await ready
    await touch()
    return said
  } finally {
    clearTimeout(limit)
    guest.kill()
  }
}

/** Contacts with their places, from the lines of `evtest`; a contact that was not let go counts as none. */
function readEvents(said: string): readonly Seen[] {
  const seen: Seen[] = []
  let place = { x: 0, y: 0 }
  for (const [, name, value] of said.matchAll(/\((ABS_X|ABS_Y|BTN_TOUCH)\), value (\d+)/g)) {
    if (name === 'ABS_X') place = { ...place, x: Number(value) }
    if (name === 'ABS_Y') place = { ...place, y: Number(value) }
    if (name === 'BTN_TOUCH' && value === '0') seen.push(place)
  }
  return seen
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => realClock.after(ms, resolve))
}

process.exitCode = await main()
