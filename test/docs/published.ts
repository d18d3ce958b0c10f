/** Vectors as they are published: `docs/vectors/*.json`. After a change that is meant: `npx vitest run test/docs -u`. */
import { join } from 'node:path'
import { expect } from 'vitest'
import { ROOT } from '../structure/repository.ts'

/** The vectors, once they are what is published. */
export async function published<T>(name: string, vectors: unknown): Promise<T> {
  const text = `${linesOf(vectors)}\n`
  await expect(text).toMatchFileSnapshot(join(ROOT, 'docs/vectors', `${name}.json`))
  return JSON.parse(text) as T
}

/** As JSON with a line for each item of a list and each member that is no list. */
function linesOf(value: unknown): string {
  if (Array.isArray(value)) return `[\n${value.map((item) => JSON.stringify(item)).join(',\n')}\n]`
  const members = Object.entries(value as object).map(
    ([name, member]) =>
      `${JSON.stringify(name)}:${Array.isArray(member) ? linesOf(member) : JSON.stringify(member)}`,
  )
  return `{\n${members.join(',\n')}\n}`
}
