import 'virtual:report.css'
import './viewer.css'
import './playground/playground.css'
import './vectors/vectors.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { followLinks } from './address.ts'
import { App } from './app.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no place for the viewer')
followLinks()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
