import type { Result } from '../../core/result.ts'
import { refuse } from '../../core/result.ts'
import type { CentreStore, OpeningCheck } from './store.ts'
export async function openPostgresStore(url: string, _check: OpeningCheck): Promise<Result<CentreStore>> {
  return refuse('store.open', url, 'not yet', 'wait')
}
