/** What the thread of a medium does (`worker-medium.ts`): an order comes in, the step is done, its answer goes out. */
import { systemRandom } from '../system.ts'
import { absentMedium, type StoreMedium } from './media.ts'
import { Medium } from './medium.ts'
import type { MediumThread, StepAnswer, StepOrder } from './worker-medium.ts'

/** Serves a medium until it is closed or nobody waits for it any more. */
export function serveMedium(
  { port, signal }: Pick<MediumThread, 'port' | 'signal'>,
  medium: StoreMedium,
): void {
  const isLeft = () => Atomics.load(signal, 1) === 1
  const end = () => {
    medium.close()
    port.close()
  }
  port.on('message', (order: StepOrder) => {
    // What was not begun in time is not begun at all.
    if (isLeft()) return end()
    const answer = answerTo(order, medium)
    if (isLeft()) return end()
    port.postMessage(answer)
    Atomics.add(signal, 0, 1)
    Atomics.notify(signal, 0)
    if (order.step === 'close') port.close()
  })
}

/** The medium in a folder; one that cannot be opened says so when it is asked for its records. */
export function openMedium(folder: string): StoreMedium {
  const opened = Medium.open(folder, systemRandom)
  return opened.ok ? opened.value : absentMedium(folder, opened.error)
}

function answerTo({ step, args }: StepOrder, medium: StoreMedium): StepAnswer {
  const [part, name = step] = step.split('.')
  const isPart = part === 'slots' || part === 'space' || part === 'distrust' || part === 'leftBehind'
  const of = isPart ? medium[part] : medium
  const does = of[name as keyof typeof of] as (...values: readonly unknown[]) => unknown
  try {
    return { value: does.apply(of, [...args]) }
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string }
    return { error: { message, code } }
  }
}
