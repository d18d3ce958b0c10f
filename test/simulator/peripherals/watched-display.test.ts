import { expect, test } from 'vitest'
import { WatchedDisplay } from '../../../simulator/peripherals/watched-display.ts'

const bytes = (text: string) => Buffer.from(text, 'utf8')
const screen = (revision: number, name = 'voter.idle') => ({
  screen: {
    revision,
    name,
    direction: 'rtl',
    language: 'fa',
    look: { textLevel: 2, contrast: 'light' },
    elements: [],
  },
})
const line = (message: unknown) => bytes(`${JSON.stringify(message)}\n`)

test('a screen that was sent is not seen before the display says that it is painted', async () => {
  const watched = new WatchedDisplay()
  watched.sent(line(screen(1)))
  const seen = watched.waitFor(({ name }) => name === 'voter.idle')
  expect(watched.current()).toBeUndefined()
  watched.answered(line({ painted: 1 }))
  expect((await seen).revision).toBe(1)
  expect(watched.current()).toMatchObject({ revision: 1, look: { textLevel: 2 } })
})

test('the screen before is seen until the next one is painted, however its bytes are cut', () => {
  const watched = new WatchedDisplay()
  const all = Buffer.concat([line(screen(1)), line(screen(2, 'voter.reading'))])
  for (const byte of all) watched.sent(Uint8Array.of(byte))
  watched.answered(bytes('{"pain'))
  watched.answered(bytes('ted":1}\n'))
  expect(watched.current()?.name).toBe('voter.idle')
  watched.answered(line({ painted: 2 }))
  expect(watched.current()?.name).toBe('voter.reading')
})

test('what is not known to be painted is not seen: other revisions, other answers, a line that went', () => {
  const watched = new WatchedDisplay()
  const changes: unknown[] = []
  watched.onChange((now) => changes.push(now?.revision))
  watched.sent(line(screen(3)))
  for (const answer of [{ painted: 2 }, { showing: 3 }, { touch: { revision: 3 } }, 'painted', null, 3])
    watched.answered(line(answer))
  watched.answered(bytes('no JSON\n'))
  expect(watched.current()).toBeUndefined()
  watched.answered(line({ painted: 3 }))
  watched.reset()
  expect(watched.current()).toBeUndefined()
  // What was sent on the line before is not painted on this one.
  watched.answered(line({ painted: 3 }))
  expect(changes).toEqual([3, undefined])
})
