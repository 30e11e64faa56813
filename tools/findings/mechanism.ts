/** Whether wrapped harmful prompts lie among the harmless ones, and are pushed on by steering. */
import { createRandom, type Random } from '../../src/random.ts'
import type { ActivationMap } from '../../src/study/map/index.ts'
import type { Estimate, Outcome } from './finding.ts'

type Points = ActivationMap['groups'][number]['before']

const draws = 2000

/** Same sign: nearer to the harmless by the whole interval; opposite: nearer to the harmful. Bootstrap of the prompts. */
export function amongHarmless(map: ActivationMap | null | undefined): Outcome {
  const of = (name: string) => map?.groups.find(group => group.name === name)?.before ?? []
  const [harmless, harmful, wrapped] = [of('harmless'), of('harmful'), of('jailbroken')]
  if (map === null || map === undefined || harmless.length < 8 || harmful.length < 8 || wrapped.length < 8)
    return { agreement: 'cannot be told', found: 'no map of states with eight prompts of each kind' }
  const { estimate, interval } = nearness(harmless, harmful, wrapped)
  const found = `in the plane of two principal components at layer ${map.layer} the wrapped prompts’ mean lies ${told(estimate)} [${interval.map(told).join(', ')}] times the distance between harmless and harmful nearer to the harmless than to the harmful (${wrapped.length} prompts of each kind at most)`
  if (interval[0] > 0) return { agreement: 'same sign', found }
  return { agreement: interval[1] < 0 ? 'opposite' : 'undecided on this model', found }
}

function told(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`
}

function nearness(harmless: Points, harmful: Points, wrapped: Points): Omit<Estimate, 'name'> {
  const random = createRandom(1, 'findings: mechanism')
  const found = Array.from({ length: draws }, () =>
    nearer(again(harmless, random), again(harmful, random), again(wrapped, random)),
  ).sort((a, b) => a - b)
  const at = (share: number) => found[Math.round(share * (draws - 1))] ?? Number.NaN
  return { estimate: nearer(harmless, harmful, wrapped), interval: [at(0.025), at(0.975)] }
}

function nearer(harmless: Points, harmful: Points, wrapped: Points): number {
  const [a, b, c] = [mean(harmless), mean(harmful), mean(wrapped)]
  return (distance(c, b) - distance(c, a)) / distance(a, b)
}

function again(points: Points, random: Random): Points {
  return points.map(() => points[random.int(points.length)] ?? [0, 0])
}

function mean(points: Points): readonly [number, number] {
  const add = (i: 0 | 1) => points.reduce((sum, point) => sum + point[i], 0) / points.length
  return [add(0), add(1)]
}

function distance(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1])
}
