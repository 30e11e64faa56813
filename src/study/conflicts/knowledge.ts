/** Which questions the model knows: what it does not know is set aside before anything is fitted or measured. */
import type { Dropped, PromptRow } from '../../data/index.ts'
import { PlimsollError } from '../../errors.ts'
import type { AnswerItem, ChoiceItem, Question, Suite } from '../../measure/suites/index.ts'
import { bestChoice } from '../answer.ts'
import { countAnswers, outlookOf } from '../counts.ts'
import type { Plan } from '../plan.ts'
import type { FitRows, SelectRows } from '../split-rows.ts'
import { askUnsteered } from '../unsteered.ts'
import type { OnRows, Work } from '../work.ts'
import { askedOf, KNOWLEDGE_TOKENS, type Knowledge, questionsOf } from './asked.ts'

/**
 * Asks the unsteered model every question in another prompt than any that is measured, and cuts the plan to those it
 * answers as memory does. A plan without such questions stays as it is.
 * @throws PlimsollError `invalid-input` where too little is left to fit or to select on
 */
export async function keepKnown(
  work: Work,
  plan: Plan,
  onRows: OnRows,
): Promise<{ readonly plan: Plan; readonly knowledge: readonly Knowledge[] | null }> {
  const questions = questionsOf(plan)
  if (questions.size === 0) return { plan, knowledge: null }
  const known = new Set<string>()
  const knowledge: Knowledge[] = []
  for (const [suite, own] of questions) {
    const items = own.map(itemOf)
    const asked = { suite, items, maxTokens: KNOWLEDGE_TOKENS }
    const records = await askUnsteered(work, plan.study, asked, onRows('fit', suite))
    const found = records.filter(({ judgement, likelihoods }, i) => {
      const item = items[i]
      if (item?.kind !== 'choice') return judgement?.class === 'memory'
      return likelihoods !== null && bestChoice(item, likelihoods) === item.answer
    })
    for (const { sample } of found) known.add(sample)
    const [first] = own
    if (first !== undefined) knowledge.push({ set: first.set, by: first.by, asked: own.length, known: found.length })
  }
  return { plan: cutTo(plan, known, knowledge), knowledge }
}

function itemOf({ key, by, request, answers }: Question): AnswerItem | ChoiceItem {
  const shared = { sample: key, clusters: {}, request } as const
  if (by === 'answer') return { kind: 'answer', ...shared, answers }
  const [context = '', memory = ''] = [answers.context[0], answers.memory[0]]
  return { kind: 'choice', ...shared, continuations: [context, memory], answer: 1, by: 'text' }
}

/** The plan with the rows of known questions only. Its hash stays: what the model knows follows from the model. */
function cutTo(plan: Plan, known: ReadonlySet<string>, knowledge: readonly Knowledge[]): Plan {
  const { study, conditions } = plan
  const isKnown = ({ question }: Pick<PromptRow, 'question'>) => question === undefined || known.has(question)
  const cut = (all: readonly Suite[]) => all.map(suite => askedOf(suite, known))
  const fit: FitRows = {
    ...plan.fit,
    positive: plan.fit.positive.filter(isKnown),
    negative: plan.fit.negative.filter(isKnown),
    ...(plan.fit.control && {
      control: {
        positive: plan.fit.control.positive.filter(isKnown),
        negative: plan.fit.control.negative.filter(isKnown),
      },
    }),
  }
  const select: SelectRows = {
    ...plan.select,
    target: plan.select.target.filter(isKnown).slice(0, plan.select.most),
    control: plan.select.control.filter(isKnown).slice(0, plan.select.most),
  }
  for (const [where, rows] of [
    ['fit.pool', fit.positive],
    ['select.on', select.target],
    ['select.on', select.control],
  ] as const)
    if (rows.length === 0)
      throw new PlimsollError('invalid-input', `The model knows the answer to no question of ${where}`, {
        found: knowledge.map(({ set, asked, known: of }) => `${set}: ${of} of ${asked} known`).join(', '),
        expected: 'questions that the unsteered model answers from memory',
        fix: 'Name easier questions or more of them, or take a larger model.',
      })
  const [suites, explored] = [cut(plan.suites), cut(plan.explored)]
  const counts = countAnswers(study, { fit, select, suites, explored, conditions })
  return {
    ...plan,
    fit,
    select,
    suites,
    explored,
    counts,
    answers: counts.reduce((sum, count) => sum + count.rows, 0),
    outlook: suites.filter(suite => !suite.extra).map(suite => outlookOf(suite, study)),
    dropped: [...plan.dropped, ...unknownRows(knowledge)],
  }
}

function unknownRows(knowledge: readonly Knowledge[]): Dropped[] {
  return knowledge.flatMap(({ set, by, asked, known }) =>
    asked === known
      ? []
      : [
          {
            from: set,
            rows: asked - known,
            why: `set aside of ${asked} asked: ${by === 'answer' ? 'the model does not give memory’s answer' : 'the model does not find memory’s answer the likelier'} under another prompt`,
          },
        ],
  )
}
