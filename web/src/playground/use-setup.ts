/** The setup of the playground: at once on the page, and after a moment in the address. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { go } from '../address.ts'
import { keptPath, type Setup, setupOf } from './setup.ts'

/** Milliseconds without a change: browsers take few changes of an address a second, and a slider makes many. */
const rest = 150

export interface SetupState {
  readonly setup: Setup
  /** Whether all of it is in the address. */
  readonly kept: boolean
  readonly change: (values: Partial<Setup>) => void
}

export function useSetup(address: URL): SetupState {
  const [setup, setSetup] = useState(() => setupOf(address))
  const written = useRef(address.search)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  // A link, or the way back: the address was changed by another.
  useEffect(() => {
    if (address.search === written.current) return
    written.current = address.search
    clearTimeout(timer.current)
    setSetup(setupOf(address))
  }, [address])
  useEffect(() => () => clearTimeout(timer.current), [])
  const latest = useRef(setup)
  latest.current = setup
  const change = useCallback((values: Partial<Setup>) => {
    const before = latest.current
    // What is veiled are answers to the request that a study asked, and not to another.
    const own = values.prompt !== undefined && values.prompt.trim() !== before.prompt.trim()
    const next = { ...before, ...(own && { harmful: false }), ...values }
    latest.current = next
    setSetup(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      const { path } = keptPath(next)
      written.current = new URL(path, location.href).search
      go(path, 'replace')
    }, rest)
  }, [])
  return { setup, kept: keptPath(setup).whole, change }
}
