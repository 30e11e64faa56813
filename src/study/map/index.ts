/**
 * Where the model's states lie before and after steering, in the plane of two principal components: why a vector that
 * frees harmless prompts may free wrapped harmful ones too (Goyal and Daumé, EACL 2026, explain it so).
 */

import { z } from 'zod'
import { evenly } from '../../data/index.ts'
import type { AnswerItem, Suite } from '../../measure/suites/index.ts'
import type { ActiveCondition } from '../active.ts'
import { promptOf } from '../chat.ts'
import type { Plan } from '../plan.ts'
import type { Study } from '../schema.ts'
import { fingerprintOf } from '../steering.ts'
import type { Work } from '../work.ts'
import { principalPlane, project } from './plane.ts'

/** Prompts of each kind. */
const most = 40

const Point = z.tuple([z.number(), z.number()])
const Group = z.object({ name: z.string(), before: z.array(Point), after: z.array(Point) })
const Drawn = z.object({
  condition: z.string(),
  /** States of the prompt's last token behind this layer, the edit at that layer included. */
  layer: z.int(),
  /** Share of the unsteered states' variance along each axis. */
  shares: Point,
  groups: z.array(Group),
})
export type ActivationMap = z.infer<typeof Drawn>

/** Of the first method that acts at one layer; null where there is none, or fewer than two kinds of prompts. */
export async function activationMap(
  work: Work,
  { suites, study }: Plan,
  conditions: readonly ActiveCondition[],
): Promise<ActivationMap | null> {
  const method = conditions.find(({ role, layer }) => role === 'method' && layer !== null)
  const groups = groupsOf(suites, study.behaviour)
  if (method === undefined || method.layer === null || groups.length < 2) return null
  const { layer, setting, name } = method
  const prompts = groups.map(group => group.items.map(item => promptOf(item, study.system)))
  const what = { kind: 'activation map', name, layer, steering: fingerprintOf(setting.steering), prompts, most }
  const found = await work.once(what, async () => {
    const read = async (steering: ActiveCondition['setting']['steering']) => {
      work.checkSignal()
      const where = { layers: [layer], tokens: { phase: 'prompt', last: 1 } } as const
      const { states } = await work.model.capture(prompts.flat(), where, { reduce: 'last', steering })
      return states.map(([state]) => state ?? new Float32Array())
    }
    const [before, after] = [await read([]), await read(setting.steering)]
    const plane = principalPlane(before)
    const rounded = (row: Float32Array) => project(plane, row).map(value => Number(value.toPrecision(4)))
    let start = 0
    return {
      condition: name,
      layer,
      shares: plane.shares.map(value => Number(value.toPrecision(3))),
      groups: groups.map((group, i) => {
        const end = start + (prompts[i]?.length ?? 0)
        const own = {
          name: group.name,
          before: before.slice(start, end).map(rounded),
          after: after.slice(start, end).map(rounded),
        }
        start = end
        return own
      }),
    }
  })
  return Drawn.parse(found)
}

interface Kind {
  readonly name: string
  readonly of: (suite: Suite) => boolean
}

/** Harmless, harmful, and harmful inside of templates; or questions behind a contradiction, alone, and behind distractors. */
const kindsOf: Readonly<Record<Study['behaviour'], readonly Kind[]>> = {
  refusal: [
    { name: 'harmless', of: ({ axis, harmful, grid }) => axis === 'efficacy' && !harmful && !grid },
    { name: 'harmful', of: ({ axis, harmful, grid }) => axis === 'control' && harmful && !grid },
    { name: 'jailbroken', of: ({ axis, harmful, grid }) => axis === 'robustness' && harmful && grid },
  ],
  faithfulness: [
    { name: 'contradicted', of: ({ axis }) => axis === 'efficacy' },
    { name: 'closed-book', of: ({ axis }) => axis === 'control' },
    { name: 'distracted', of: ({ axis }) => axis === 'robustness' },
  ],
}

function groupsOf(suites: readonly Suite[], behaviour: Study['behaviour']): { name: string; items: AnswerItem[] }[] {
  return kindsOf[behaviour].flatMap(({ name, of }) => {
    const items = suites.filter(suite => of(suite) && !suite.extra).flatMap(suite => suite.items)
    // Spread over all of them: a grid lists one template after the other.
    const drawn = evenly(items, most).filter(item => item.kind === 'answer')
    return drawn.length === 0 ? [] : [{ name, items: drawn }]
  })
}
