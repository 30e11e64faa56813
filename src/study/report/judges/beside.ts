/** Judges beside each other on the same answers. */
import type { JudgeReport } from '../../judging/types.ts'
import { count, percent, rateInterval } from '../format.ts'
import { type JudgeTable, number, numbers } from './table.ts'

const titles = { refusal: 'Judges of refusal beside each other', harm: 'Judges of harm beside each other' } as const

export function agreementTables({ agreement }: JudgeReport): JudgeTable[] {
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

/** Rules beside the log-odds of refusal openings. */
export function disagreementTable({ openings, disagreement }: JudgeReport): JudgeTable | null {
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
