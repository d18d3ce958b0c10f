/** Before any test: pages are what their sources say. */
import { buildPages } from '../../demo/build-pages.ts'

export async function setup(): Promise<void> {
  await buildPages()
}
