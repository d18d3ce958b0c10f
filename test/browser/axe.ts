/** axe-core on a page: what of it keeps somebody with assistive technology out. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Rules that the page breaks, each with the elements, empty if it breaks none. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  // By the debugger, past the page's policy.
  await page.evaluate(SOURCE)
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; nodes: { html: string }[] }[]
  }
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
