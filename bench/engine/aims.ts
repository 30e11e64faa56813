/** What the engine is held to, and whether this run reached it. */
import type { Case } from './cases.ts'
import type { Watched } from './ways.ts'

export interface Aim {
  readonly what: string
  readonly aim: number
  readonly measured: number
  readonly reached: boolean
}

const least = { declined: 0.99, oneLayer: 0.98, everyLayer: 0.95 } as const
const judged: readonly Case[] = ['prefill', 'decode1', 'decode16', 'decode64']
/** Seconds. */
const mostStartUp = 1

export function aimsOf(ratios: Readonly<Record<Case, Readonly<Record<Watched, number>>>>, startUp: number): Aim[] {
  const ofWays = (['declined', 'oneLayer', 'everyLayer'] as const).flatMap(way =>
    judged.map(name => {
      const measured = ratios[name][way]
      return { what: `ratios.${name}.${way}`, aim: least[way], measured, reached: measured >= least[way] }
    }),
  )
  return [...ofWays, { what: 'startUp', aim: mostStartUp, measured: startUp, reached: startUp <= mostStartUp }]
}
