import { createRoot } from 'react-dom/client'
import { OfficersPage } from './officers-page.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('a page without a root')
createRoot(root).render(<OfficersPage />)
