import { useRef } from 'react'
import type { KnownStrength } from '../../../src/study/known-strengths.ts'
import { type Reach, reachOf, widened, widest } from './reach.ts'

/** It grows for what the number box or an address says, and does not shrink: what is dragged must not move below the pointer. */
export function useReach(known: readonly KnownStrength[], strength: number): Reach {
  const reach = useRef<Reach>([0, 0])
  reach.current = widened(widest(reachOf(known), reach.current), strength)
  return reach.current
}
