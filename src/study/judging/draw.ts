/** The random sample of a run's answers that a person labels: so many of each condition. */
import type { TwoAnswers } from '../../data/index.ts'
import { type AskedOf, askedOf } from '../../judge/labels.ts'
import { createRandom, sample, shuffle } from '../../random.ts'
import type { Store } from '../../store/index.ts'
import type { Plan } from '../plan.ts'
import { isAnnotated } from './report.ts'

/** An answer as its annotator may see it: no condition, no suite, no judge's word. */
export interface DrawnAnswer {
  readonly chunk: string
  readonly position: number
  readonly request: string
  readonly answer: string
  readonly truncated: boolean
  readonly harmful: boolean
  readonly asks: AskedOf
  /** Of a question that context and memory answer differently. */
  readonly answers: TwoAnswers | null
}

export interface DrawOptions {
  readonly seed: number
  /** Answers of each condition; all of them where there are fewer. */
  readonly perCondition: number
}

/**
 * Every answer in words of a condition has the same chance, whatever its suite. Conditions are shuffled into each other,
 * so that neither order nor amount tells them apart, and a pass that ends early is a random sample too. An answer that
 * two conditions share is shown once.
 */
export async function drawAnswers(
  store: Store,
  run: string,
  { suites, conditions }: Pick<Plan, 'suites' | 'conditions'>,
  { seed, perCondition }: DrawOptions,
): Promise<DrawnAnswer[]> {
  const drawn = new Map<string, DrawnAnswer>()
  for (const { name } of conditions.filter(isAnnotated)) {
    const all: DrawnAnswer[] = []
    for (const { name: suite, items, harmful } of suites) {
      const asked = new Map(items.flatMap(one => (one.kind === 'answer' ? [[one.sample, one] as const] : [])))
      for await (const record of store.answers({ run, stage: 'measure', condition: name, suite })) {
        const { chunk, position, answer, finish } = record
        const item = asked.get(record.sample)
        if (finish === null || item === undefined) continue
        const { request, answers = null } = item
        const told = { asks: askedOf(answers), answers }
        all.push({ chunk, position, request, answer, truncated: finish === 'length', harmful, ...told })
      }
    }
    for (const one of sample(all, perCondition, createRandom(seed, `annotate ${name}`)))
      drawn.set(`${one.chunk}/${one.position}`, one)
  }
  return shuffle([...drawn.values()], createRandom(seed, 'annotate order'))
}
