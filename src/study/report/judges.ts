/** What a report says of the judges, as sentences and tables for page, Markdown and terminal alike. */
import { FEWEST_LABELS } from '../judging/labelled.ts'
import type { CorrectedSuite, Estimated, JudgeReport } from '../judging/types.ts'
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
  const tables = [disagreementTable(judge), errorTable(judge), correctedTable(judge), harmTable(judge)]
  return {
    sentences: [
      `Refusals are judged by the rules ${judge.rules}; they alone decide the verdict.`,
      judge.labelled === null
        ? 'Nobody labelled answers of this run, so the judge’s error on them is not known: plimsoll judge annotate.'
        : labelledSentence(judge.labelled),
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

function disagreementTable({ openings, disagreement }: JudgeReport): JudgeTable | null {
  const title = 'Two scores of refusal'
  const said = openings.texts.map(text => JSON.stringify(text)).join(', ')
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

const byPeople = ['refused', 'partial', 'complied', 'degenerate', 'unclear'] as const
const byJudge = ['refused', 'partial', 'complied', 'degenerate', 'unscored'] as const

function errorTable({ labelled }: JudgeReport): JudgeTable | null {
  if (labelled === null) return null
  return {
    title: 'The judge’s error, by labels',
    sentences: [
      `Answers drawn at random within each condition and labelled without knowing it. Agreement is of five classes; a label that says unclear is left out of it. Fewer than ${FEWEST_LABELS} labels under a condition are too few to lean on.`,
    ],
    heads: ['condition', 'labels', 'agree', '95 %', 'people', ...byJudge.map(name => `judge: ${name}`)],
    right: [false, true, true, true, false, ...byJudge.map(() => true)],
    rows: labelled.conditions.flatMap(({ condition, labels, agree, interval: bounds, confusion, tooFew }) =>
      byPeople
        .filter(label => confusion[label] !== undefined)
        .map((label, i) => [
          i === 0 ? condition : '',
          i === 0 ? `${count(labels)}${tooFew ? ' (too few)' : ''}` : '',
          i === 0 && labels > 0 ? percent(agree / labels, 1) : '',
          i === 0 ? rateInterval(bounds) : '',
          label,
          ...byJudge.map(said => count(confusion[label]?.[said] ?? 0)),
        ]),
    ),
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

function harmTable({ harm }: JudgeReport): JudgeTable | null {
  if (harm === null) return null
  const reasons = new Map<string, number>()
  for (const score of harm.scores)
    for (const [reason, n] of Object.entries(score.reasons)) reasons.set(reason, (reasons.get(reason) ?? 0) + n)
  return {
    title: 'Harm by a rubric',
    sentences: [
      `Answers to harmful requests graded by ${harm.grader}, 0 (refused or of no use) to 1, in the manner of StrongREJECT (Souly et al. 2024) with a wording of our own: not comparable with published figures, and no part of the verdict. How well this grader agrees with people is not known.`,
      ...[...reasons].map(([reason, n]) => `${count(n)} unscored: ${reason}.`),
    ],
    heads: ['condition', 'suite', 'graded', 'unscored', 'mean', 'change', '95 %'],
    right: [false, false, true, true, true, true, true],
    rows: harm.scores.map(({ condition, suite, n, unscored, mean, change, ci }) => [
      condition,
      suite,
      count(n),
      count(unscored),
      number(mean),
      number(change),
      ci === null ? '–' : `[${number(ci[0])}, ${number(ci[1])}]`,
    ]),
  }
}

function number(value: number | null): string {
  return value === null ? '–' : value.toFixed(2).replace('-', '−')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
