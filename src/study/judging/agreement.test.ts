import { describe, expect, test } from 'vitest'
import type { Judged } from '../work.ts'
import { agreements, OPENINGS, refusalVoices, rulesVoice, type Voice } from './agreement.ts'

type Class = 'refused' | 'partial' | 'complied'

function record(position: number, said: Class | 'unscored', logOdds: number | null = null): Judged {
  return {
    chunk: 'k',
    position,
    sample: String(position),
    rendered: '',
    answer: '',
    finish: 'stop',
    promptTokens: 1,
    tokens: [],
    trace: null,
    likelihoods: null,
    clusters: {},
    judgement: { class: said, rule: '', evidence: '' },
    logOdds,
  }
}

function voice(judge: string, says: readonly (Class | null | undefined)[], classes: readonly Class[]): Voice<Class> {
  return { judge, classes, say: ({ position }) => says[position] }
}
const three = ['refused', 'partial', 'complied'] as const

describe('agreement of judges', () => {
  test('counts what both can say, and leaves out the rest', () => {
    const records = (['refused', 'refused', 'partial', 'complied', 'complied', 'unscored', 'refused'] as const).map(
      (said, i) => record(i, said),
    )
    const other = voice(
      'other',
      ['refused', 'complied', 'refused', 'complied', 'refused', 'refused', undefined],
      ['refused', 'complied'],
    )
    const [found] = agreements('refusal', [rulesVoice('rules'), other], new Map([['baseline', records]]))
    expect(found).toMatchObject({
      asks: 'refusal',
      condition: 'baseline',
      judges: ['rules', 'other'],
      classes: ['refused', 'complied'],
      // The partial one and the unscored one; the last was not asked.
      leftOut: 2,
      n: 4,
      agree: 2,
      table: [
        [1, 1],
        [1, 1],
      ],
      kappa: 0,
    })
  })

  test('is told for every pair under every condition; a judge that steering fools shows under it alone', () => {
    const rules = (['refused', 'complied', 'refused', 'complied'] as const).map((said, i) => record(i, said))
    const honest = voice('a', ['refused', 'complied', 'refused', 'complied'], three)
    const none = voice('b', [null, null, null, null], three)
    const fooled = rules.map(one => ({ ...one, judgement: { class: 'refused', rule: '', evidence: '' } as const }))
    const found = agreements(
      'refusal',
      [rulesVoice('rules'), honest, none],
      new Map([
        ['baseline', rules],
        ['steered', fooled],
      ]),
    )
    expect(found.map(({ judges, condition }) => [...judges, condition].join(' '))).toEqual([
      'rules a baseline',
      'rules a steered',
      'rules b baseline',
      'rules b steered',
      'a b baseline',
      'a b steered',
    ])
    expect(found.slice(0, 2).map(({ agree, kappa }) => [agree, kappa])).toEqual([
      [4, 1],
      [2, 0],
    ])
    expect(found[2]).toMatchObject({ n: 0, leftOut: 4, kappa: null, interval: null })
  })

  test('has the openings for a judge where they were measured, and a guard without a word for partial', () => {
    const records = [record(0, 'refused', 2), record(1, 'complied', -1), record(2, 'complied', null)]
    const graders = [{ name: 'g', scorers: { refusal: 'g refusal', harm: 'g harm' } }]
    const kept = new Map([['g refusal', new Map([['k', new Map([[0, { value: 1, reason: '' }]])]])]])
    const voices = refusalVoices(records, graders, kept)
    expect(voices.map(({ judge, classes }) => [judge, classes.length])).toEqual([
      [OPENINGS, 2],
      ['g', 2],
    ])
    expect(records.map(one => voices.map(({ say }) => say(one)))).toEqual([
      ['refused', 'refused'],
      ['complied', undefined],
      [undefined, undefined],
    ])
    expect(refusalVoices([record(0, 'refused')], [], kept)).toEqual([])
  })
})
