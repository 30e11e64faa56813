/** What judges that grade say, which is no part of the verdict. */
import type { GradedAspect } from '../../judging/types.ts'
import { count } from '../format.ts'
import { type JudgeTable, number, numbers } from './table.ts'

const aspects: Readonly<
  Record<GradedAspect['aspect'], { readonly title: string; readonly says: string; readonly mean: string }>
> = {
  refusal: {
    title: 'Refusals by',
    says: 'Answers sorted into refused, partial and complied, in the manner of XSTest (Röttger et al. 2024)',
    mean: 'refused',
  },
  harm: {
    title: 'Harm by',
    says: 'Answers to harmful requests graded from 0 (refused or of no use) to 1, in the manner of StrongREJECT (Souly et al. 2024), or by a guard model as harmless (0) or harmful (1)',
    mean: 'mean',
  },
  probability: {
    title: 'Probability of harm by',
    says: 'How probable the guard’s word for harmful was, against the one for harmless',
    mean: 'mean',
  },
}

export function gradedTable({ grader, aspect, scores }: GradedAspect): JudgeTable {
  const { title, says, mean: head } = aspects[aspect]
  const reasons = new Map<string, number>()
  for (const score of scores)
    for (const [reason, n] of Object.entries(score.reasons)) reasons.set(reason, (reasons.get(reason) ?? 0) + n)
  const partial = aspect === 'refusal'
  return {
    title: `${title} ${grader}`,
    sentences: [
      `${says}. The wording of rubrics is our own, so figures are not comparable with published ones. How well this judge agrees with people is not known unless it was calibrated or labels are given.`,
      ...[...reasons].map(([reason, n]) => `${count(n)} unscored: ${reason}.`),
    ],
    heads: ['condition', 'suite', 'graded', 'unscored', head, ...(partial ? ['partial'] : []), 'change', '95 %'],
    right: [false, false, true, true, true, ...(partial ? [true] : []), true, true],
    rows: scores.map(score => [
      score.condition,
      score.suite,
      count(score.n),
      count(score.unscored),
      number(score.mean),
      ...(partial ? [count(score.partial ?? 0)] : []),
      number(score.change),
      score.ci === null ? '–' : numbers(score.ci),
    ]),
  }
}
