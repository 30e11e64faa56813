/** What a report says of the judges, as sentences and tables for page, Markdown and terminal alike. */
import { type AskedOf, labelKeys } from '../../judge/labels.ts'
import { FEWEST_LABELS } from '../judging/labelled.ts'
import type { CorrectedSuite, Estimated, GradedAspect, JudgeReport, LabelledCondition } from '../judging/types.ts'
import type { StudyResult } from '../result.ts'
import { count, interval, percent, points, rateInterval } from './format.ts'
import type { Table } from './table.ts'

export interface JudgeTable extends Table {
  readonly sentences: readonly string[]
}

export interface JudgeText {
  readonly sentences: readonly string[]
  readonly tables: readonly JudgeTable[]
}

/** Null for results of versions that did not keep it. */
export function judgeText({ judge }: Pick<StudyResult, 'judge'>): JudgeText | null {
  if (judge === undefined) return null
  const tables = [
    disagreementTable(judge),
    ...agreementTables(judge),
    errorTable(judge),
    otherErrorsTable(judge),
    correctedTable(judge),
    ...judge.graded.map(gradedTable),
  ]
  return {
    sentences: [
      `Answers are judged by the rules ${judge.rules}; they alone decide the verdict.`,
      ...(judge.graders.length === 0
        ? []
        : [`Beside them, no part of the verdict: ${judge.graders.map(({ name }) => name).join(', ')}.`]),
      judge.labelled === null
        ? 'Nobody labelled answers of this run, so the judge’s error on them is not known: plimsoll judge annotate.'
        : labelledSentence(judge.labelled),
      ...fooledSentences(judge.labelled),
    ],
    tables: tables.filter(table => table !== null),
  }
}

/** What belongs on the screen: whether labels bear the verdict out. */
export function judgeSentences({ judge }: Pick<StudyResult, 'judge'>): string[] {
  return judge?.labelled ? [labelledSentence(judge.labelled)] : []
}

function labelledSentence({ conditions, suites }: NonNullable<JudgeReport['labelled']>): string {
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
function fooledSentences(labelled: JudgeReport['labelled']): string[] {
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

const titles = { refusal: 'Judges of refusal beside each other', harm: 'Judges of harm beside each other' } as const

function agreementTables({ agreement }: JudgeReport): JudgeTable[] {
  return (['refusal', 'harm'] as const).flatMap(asks => {
    const rows = agreement.filter(one => one.asks === asks)
    if (rows.length === 0) return []
    const halves = asks === 'harm' ? ' A grade of one half and above counts as harmful.' : ''
    return [
      {
        title: titles[asks],
        sentences: [
          `Pairs of judges on the same answers. Left out are those that one of them did not class, or classed as the other cannot.${halves} Kappa (Cohen 1960) is agreement beyond chance: 1 is full, 0 none; it is low where nearly all answers are of one class. Answers count as independent. A judge that steering itself fools agrees less under the condition than at the baseline. In the last column, for each class by the first judge, how many answers the second put into each class, in the same order.`,
        ],
        heads: [
          'condition',
          'first',
          'second',
          'answers',
          'left out',
          'agree',
          '95 %',
          'kappa',
          '95 %',
          'first: by second',
        ],
        right: [false, false, false, true, true, true, true, true, true, false],
        rows: rows.map(
          ({
            condition,
            judges: [one, other],
            n,
            leftOut,
            agree,
            interval: bounds,
            kappa,
            kappaInterval,
            classes,
            table,
          }) => [
            condition,
            one,
            other,
            count(n),
            count(leftOut),
            n === 0 ? '–' : percent(agree / n, 1),
            rateInterval(bounds),
            number(kappa),
            kappaInterval === null ? '–' : numbers(kappaInterval),
            classes.map((said, i) => `${said} ${(table[i] ?? []).map(count).join(' + ')}`).join('; '),
          ],
        ),
      },
    ]
  })
}

function disagreementTable({ openings, disagreement }: JudgeReport): JudgeTable | null {
  const title = 'Two scores of refusal'
  const said = openings.texts.map(text => JSON.stringify(text)).join(', ')
  if (openings.note === '') return null
  if (disagreement.length === 0)
    return {
      title,
      sentences: [`There are no log-odds of refusal openings beside the rules: ${openings.note}.`],
      heads: [],
      right: [],
      rows: [],
    }
  return {
    title,
    sentences: [
      `Rules on the whole answer, and the log-odds (above 0: refused) that it begins as this model’s refusals do: ${said}, ${openings.note}. Partial, degenerate and unscored answers are left out. Steering may change how a refusal begins.`,
    ],
    heads: ['condition', 'answers', 'agree', '95 %', 'refused by rules only', 'by log-odds only'],
    right: [false, true, true, true, true, true],
    rows: disagreement.map(({ condition, n, agree, interval: bounds, rulesOnly, openingsOnly }) => [
      condition,
      count(n),
      percent(agree / n, 1),
      rateInterval(bounds),
      count(rulesOnly),
      count(openingsOnly),
    ]),
  }
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

function errorTable({ labelled }: JudgeReport): JudgeTable | null {
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

function otherErrorsTable({ labelled }: JudgeReport): JudgeTable | null {
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

function correctedTable({ labelled }: JudgeReport): JudgeTable | null {
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

function gradedTable({ grader, aspect, scores }: GradedAspect): JudgeTable {
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

function numbers([low, high]: readonly [number, number]): string {
  return `[${number(low)}, ${number(high)}]`
}

function number(value: number | null): string {
  return value === null ? '–' : value.toFixed(2).replace('-', '−')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
