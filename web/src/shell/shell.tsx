import type { ReactNode } from 'react'
import { segments, useAddress } from '../address.ts'
import { ThemeSwitch } from './theme-switch.tsx'

export function Shell({ children }: { readonly children: ReactNode }) {
  const [first = 'studies'] = segments(useAddress())
  const link = (href: string, name: string, text: string) => (
    <a href={href} aria-current={first === name ? 'page' : undefined}>
      {text}
    </a>
  )
  return (
    <>
      <a className="skip" href="#main">
        To the content
      </a>
      <header>
        <div className="brand">
          <svg width="28" height="20" viewBox="-14 -10 28 20" aria-hidden="true">
            <circle r="7" fill="none" stroke="currentColor" strokeWidth="2" />
            <path d="M-13 0h26" stroke="currentColor" strokeWidth="2" />
          </svg>
          Plimsoll
        </div>
        <nav className="pages" aria-label="Pages">
          {link('/studies', 'studies', 'Studies')}
          {link('/compare', 'compare', 'Compare')}
          {link('/playground', 'playground', 'Playground')}
          {link('/vectors', 'vectors', 'Vectors')}
        </nav>
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  )
}
