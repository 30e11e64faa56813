import { useEffect, useRef, useState } from 'react'
import { go, withQuery } from '../address.ts'
import type { Filters } from './filters.ts'
import { closed } from './open.ts'

/** Milliseconds of quiet after which what was typed is searched for. */
const quiet = 250

/** In prompts and answers, in any case. */
export function Search({ filters, address }: { readonly filters: Filters; readonly address: URL }) {
  const [typed, setTyped] = useState(filters.q ?? '')
  const sent = useRef(filters.q ?? '')
  useEffect(() => {
    // Back and forward change the address from elsewhere.
    if ((filters.q ?? '') === sent.current) return
    sent.current = filters.q ?? ''
    setTyped(sent.current)
  }, [filters.q])
  useEffect(() => {
    if (typed === sent.current) return
    const timer = setTimeout(() => {
      sent.current = typed
      go(withQuery(address, { q: typed, ...closed }), 'replace')
    }, quiet)
    return () => clearTimeout(timer)
  }, [typed, address])
  return (
    <label className="picker">
      search
      <input
        id="search"
        type="search"
        value={typed}
        maxLength={400}
        placeholder="in prompts and answers"
        onChange={event => setTyped(event.target.value)}
      />
    </label>
  )
}
