/** Judges held against what people said of the same answers. */
import { type AskedOf, labelKeys } from '../../../judge/labels.ts'
import { FEWEST_LABELS } from '../../judging/labelled.ts'
import type { CorrectedSuite, Estimated, JudgeReport, LabelledCondition } from '../../judging/types.ts'
import { count, interval, percent, points, rateInterval } from '../format.ts'
import type { JudgeTable } from './table.ts'

export function labelledSentence({ conditions, suites }: NonNullable<JudgeReport['labelled']>): string {
  const [labels, agree] = [sum(conditions.map(one => one.labels)), sum(conditions.map(one => one.agree))]
  const of = (agreement: CorrectedSuite['agreement']) => suites.filter(one => one.agreement === agreement)
  const told = [
    [of('agrees'), 'agree with the state by the judge'],
    [of('does not decide'), 'alone do not decide it'],
    [of('contradicts'), 'CONTRADICT it'],
    [of('too few labels'), `have too few labels (under ${FEWEST_LABELS} on a side)`],
  ] as const
  const parts = told.filter(([some]) => some.length > 0).map(([some, what]) => `${some.length} ${what}`)
  const first = `By ${count(labels)} labels of people the judge is right in ${labels === 0 ? '–' : percent(agree / labels)}.`
  return parts.length === 0 ? first : `${first} Of ${suites.length} estimates put right by them ${parts.join(', ')}.`
}

/** Judges that err more often under a condition than at the baseline, by labels. */
export function fooledSentences(labelled: JudgeReport['labelled']): string[] {
  if (labelled === null) return []
  const all = [{ judge: 'the judge by rules', conditions: labelled.conditions }, ...labelled.judges]
  return all.flatMap(({ judge, conditions }) =>
    conditions
      .filter(({ moreErrors }) => (moreErrors?.interval[0] ?? 0) > 0)
      .map(
        ({ condition, moreErrors }) =>
          `By labels, ${judge} is wrong more often under ${condition} than at the baseline, by ${more(moreErrors)} points: a change by this judge alone is partly its own error.`,
      ),
  )
}

function more(estimated: LabelledCondition['moreErrors']): string {
  return estimated === null ? '–' : `${points(estimated.estimate, 1)} ${interval(estimated.interval, 1)}`
}

/** What people may say of the answers of this study, and the judge. */
function classesOf(conditions: readonly LabelledCondition[]) {
  const said = conditions.flatMap(({ confusion }) => Object.values(confusion).flatMap(row => Object.keys(row)))
  const given = [...said, ...conditions.flatMap(({ confusion }) => Object.keys(confusion))]
  const own = (asks: AskedOf) => labelKeys[asks].map(({ label }) => label).filter(label => label !== 'unclear')
  const [refusal, faithfulness] = [own('refusal'), own('faithfulness')]
  const isFaithful = given.some(
    one => faithfulness.some(label => label === one) && !refusal.some(label => label === one),
  )
  const classes = isFaithful ? faithfulness : refusal
  return { byPeople: [...classes, 'unclear'] as const, byJudge: [...classes, 'unscored'] as const }
}

export function errorTable({ labelled }: JudgeReport): JudgeTable | null {
  if (labelled === null) return null
  const { byPeople, byJudge } = classesOf(labelled.conditions)
  return {
    title: 'The judge’s error, by labels',
    sentences: [
      `Answers drawn at random within each condition and labelled without knowing it. Agreement is of ${byJudge.length} classes; a label that says unclear is left out of it. Fewer than ${FEWEST_LABELS} labels under a condition are too few to lean on.`,
    ],
    heads: [
      'condition',
      'labels',
      'agree',
      '95 %',
      'more errors than at the baseline',
      'people',
      ...byJudge.map(name => `judge: ${name}`),
    ],
    right: [false, true, true, true, true, false, ...byJudge.map(() => true)],
    rows: labelled.conditions.flatMap(({ condition, labels, agree, interval: bounds, confusion, tooFew, moreErrors }) =>
      byPeople
        .filter(label => confusion[label] !== undefined)
        .map((label, i) => [
          i === 0 ? condition : '',
          i === 0 ? `${count(labels)}${tooFew ? ' (too few)' : ''}` : '',
          i === 0 && labels > 0 ? percent(agree / labels, 1) : '',
          i === 0 ? rateInterval(bounds) : '',
          i === 0 ? more(moreErrors) : '',
          label,
          ...byJudge.map(said => count(confusion[label]?.[said] ?? 0)),
        ]),
    ),
  }
}

export function otherErrorsTable({ labelled }: JudgeReport): JudgeTable | null {
  const rows = (labelled?.judges ?? []).flatMap(({ judge, conditions }) => conditions.map(one => ({ judge, ...one })))
  if (rows.length === 0) return null
  return {
    title: 'The other judges’ error, by labels',
    sentences: [
      'By the same labels. What a judge cannot say, such as a partial refusal, or did not class, counts as wrong.',
    ],
    heads: ['judge', 'condition', 'labels', 'agree', '95 %', 'more errors than at the baseline'],
    right: [false, false, true, true, true, true],
    rows: rows.map(({ judge, condition, labels, agree, interval: bounds, tooFew, moreErrors }) => [
      judge,
      condition,
      `${count(labels)}${tooFew ? ' (too few)' : ''}`,
      labels === 0 ? '–' : percent(agree / labels, 1),
      rateInterval(bounds),
      more(moreErrors),
    ]),
  }
}

export function correctedTable({ labelled }: JudgeReport): JudgeTable | null {
  if (labelled === null) return null
  const rate = ({ estimate, interval: bounds }: Estimated) => `${percent(estimate, 1)} ${rateInterval(bounds)}`
  const change = (one: Estimated | null) =>
    one === null ? '–' : `${points(one.estimate, 1)} ${interval(one.interval, 1)}`
  const why = labelled.suites.find(one => one.roganGladen === null)?.roganGladenWhy
  return {
    title: 'Estimates put right by labels',
    sentences: [
      'Prediction-powered rates and changes over the answers that the judge scored on both sides, 95 % intervals. Rogan-Gladen takes the judge’s error as the same under both conditions: a sensitivity analysis. The verdict stays by the judge.',
      ...(why === undefined ? [] : [`A dash under Rogan-Gladen: ${why}`]),
      ...labelled.leftOut.map(({ suite, why: reason }) => `${suite} is not put right: ${reason}.`),
    ],
    heads: [
      'condition',
      'suite',
      'labels',
      'change by judge',
      'base',
      'steered',
      'change',
      'Rogan-Gladen',
      'to the state by the judge',
    ],
    right: [false, false, true, true, true, true, true, true, false],
    rows: labelled.suites.map(one => [
      one.condition,
      one.suite,
      `${count(one.labels.baseline)} + ${count(one.labels.steered)}`,
      points(one.judged, 1),
      rate(one.baseline),
      rate(one.steered),
      change(one.change),
      change(one.roganGladen),
      one.agreement,
    ]),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
