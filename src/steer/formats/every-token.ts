import type { Where } from '../../engine/where.ts'

/** Whether a clause means every token; of the beginning of sequence it may say either. */
export function meansEveryToken({ phase, beginning: _, ...narrowing }: Where['tokens']): boolean {
  const isNothing = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0)
  return phase === 'all' && Object.values(narrowing).every(isNothing)
}
