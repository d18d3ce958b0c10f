import { createRoot } from 'react-dom/client'
import { BenchPage } from './bench-page.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('a page without a root')
createRoot(root).render(<BenchPage />)
