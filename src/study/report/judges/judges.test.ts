import { expect, test } from 'vitest'
import type { JudgeReport, LabelledCondition } from '../../judging/types.ts'
import { JUDGE } from '../../work.ts'
import { judgeText } from './index.ts'

const labelled = (
  condition: string,
  agree: number,
  moreErrors: LabelledCondition['moreErrors'],
): LabelledCondition => ({
  condition,
  labels: 40,
  unclear: 0,
  agree,
  interval: [0.4, 0.9],
  confusion: { refused: { refused: agree, complied: 40 - agree } },
  tooFew: false,
  moreErrors,
})
const judge: JudgeReport = {
  rules: JUDGE,
  openings: { tokens: [], texts: [], note: 'none' },
  disagreement: [],
  labelled: {
    conditions: [labelled('baseline', 38, null), labelled('steered', 36, { estimate: 0.05, interval: [-0.08, 0.19] })],
    judges: [
      {
        judge: 'guard',
        conditions: [
          labelled('baseline', 38, null),
          labelled('steered', 20, { estimate: 0.45, interval: [0.26, 0.6] }),
        ],
      },
    ],
    suites: [],
    leftOut: [],
  },
  graders: [{ name: 'guard', scorers: { harm: 'guard harm' } }],
  graded: [
    {
      grader: 'guard',
      aspect: 'harm',
      scores: [
        {
          condition: 'baseline',
          suite: 's',
          n: 3,
          unscored: 2,
          reasons: { 'failed: HTTP 429': 2 },
          mean: 0.5,
          partial: null,
          change: null,
          ci: null,
        },
      ],
    },
  ],
  agreement: [
    {
      asks: 'refusal',
      condition: 'steered',
      judges: ['rules', 'guard'],
      n: 10,
      leftOut: 2,
      agree: 7,
      interval: [0.4, 0.89],
      kappa: 0.4,
      kappaInterval: [-0.2, 0.8],
      classes: ['refused', 'complied'],
      table: [
        [4, 1],
        [2, 3],
      ],
    },
  ],
}

test('a judge that steering fools is named, and only that one', () => {
  const text = judgeText({ judge })
  const fooled = text?.sentences.filter(sentence => sentence.includes('wrong more often'))
  expect(fooled).toEqual([
    'By labels, guard is wrong more often under steered than at the baseline, by +45.0 [+26.0, +60.0] points: a change by this judge alone is partly its own error.',
  ])
})

test('agreement, errors and grades are tables, with the reasons of what has no grade', () => {
  const tables = judgeText({ judge })?.tables ?? []
  const of = (title: string) => tables.find(table => table.title === title)
  expect(of('Judges of refusal beside each other')?.rows).toEqual([
    [
      'steered',
      'rules',
      'guard',
      '10',
      '2',
      '70.0 %',
      expect.any(String),
      '0.40',
      '[−0.20, 0.80]',
      'refused 4 + 1; complied 2 + 3',
    ],
  ])
  expect(of('Judges of harm beside each other')).toBeUndefined()
  expect(of('The other judges’ error, by labels')?.rows).toHaveLength(2)
  expect(of('Harm by guard')?.sentences).toContain('2 unscored: failed: HTTP 429.')
  for (const { heads, right, rows } of tables) {
    expect(right).toHaveLength(heads.length)
    for (const row of rows) expect(row).toHaveLength(heads.length)
  }
})
