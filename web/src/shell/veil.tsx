import { useEffect, useRef } from 'react'
import { isTyped } from './typed.ts'

/** Hides an answer to a harmful request until somebody asks for it; `v` lifts it and puts it back. */
export function Veil({ children }: { readonly children: React.ReactNode }) {
  const details = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'v' || isTyped(event) || details.current === null) return
      details.current.open = !details.current.open
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return (
    <details className="veil" ref={details}>
      <summary>
        <span>Veiled: answer to a harmful request</span>
      </summary>
      {children}
    </details>
  )
}
