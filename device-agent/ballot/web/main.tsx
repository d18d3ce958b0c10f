import { createRoot } from 'react-dom/client'
import { type Screen, USUAL_LOOK } from '../../../ui/screen.ts'
import { ScreenView } from '../../../ui/web/screen-view.tsx'

const screen: Screen = { name: 'x', language: 'fa', direction: 'rtl', look: USUAL_LOOK, elements: [] }
createRoot(document.body).render(<ScreenView screen={screen} photoAddress={(photo) => `/photo/${photo}`} />)
