/** Answers of the unsteered model whose likelihood under steering is measured: written before anything else is asked. */
import { type Item, isOwnAnswer, promptsSuite, type Suite } from '../measure/suites/index.ts'
import type { Plan } from './plan.ts'
import { askUnsteered } from './unsteered.ts'
import type { OnRows, Work } from './work.ts'

/** The plan with these answers in their places; empty ones are left out and counted. Its hash stays: they follow from the model. */
export async function withOwnAnswers(work: Work, plan: Plan, onRows: OnRows): Promise<Plan> {
  const suites: Suite[] = []
  const dropped = [...plan.dropped]
  for (const suite of plan.suites) {
    const items: Item[] = await written(work, plan, suite, onRows)
    suites.push({ ...suite, items })
    const empty = suite.items.length - items.length
    if (empty > 0) dropped.push({ from: suite.name, rows: empty, why: 'answered with nothing' })
  }
  return { ...plan, suites, dropped }
}

async function written(work: Work, { study }: Plan, { name, items }: Suite, onRows: OnRows): Promise<Item[]> {
  const own = items.filter(isOwnAnswer)
  if (own.length === 0) return [...items]
  const asked = promptsSuite(
    name,
    'general',
    own.map(({ sample, answerTo }) => ({ id: sample, prompt: answerTo })),
  )
  const { maxTokens } = study.generation
  const records = await askUnsteered(work, study, { suite: name, items: asked.items, maxTokens }, onRows('fit', name))
  const texts = new Map(records.map(({ sample, answer }) => [sample, answer]))
  return items.flatMap(item => {
    if (!isOwnAnswer(item)) return [item]
    const text = texts.get(item.sample) ?? ''
    return text.trim() === '' ? [] : [{ ...item, text }]
  })
}
