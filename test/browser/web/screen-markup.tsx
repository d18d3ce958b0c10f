/** The HTML of a screen, as the part makes it that draws it on a device. */
import { renderToStaticMarkup } from 'react-dom/server'
import type { Screen } from '../../../ui/screen.ts'
import { ScreenView } from '../../../ui/web/screen-view.tsx'

export function screenMarkup(screen: Screen): string {
  return renderToStaticMarkup(<ScreenView screen={screen} photoAddress={() => ''} />)
}
