import { useRef } from 'react'

/** What was there last, while what is asked for now is not there yet; null before the first. */
export function useLast<Value>(value: Value | null): Value | null {
  const last = useRef<Value | null>(null)
  if (value !== null) last.current = value
  return last.current
}
