/** Where the two sides differ on a row, and why as far as it can be told. */
import { judgeNumber } from '../../src/judge/index.ts'
import type { ChoiceItem, Item } from '../../src/measure/suites/index.ts'
import type { AnswerRecord } from '../../src/store/index.ts'
import { bestChoice } from '../../src/study/answer.ts'
import type { HarnessRow } from './harness-row.ts'

export interface OneSide {
  readonly item: Item
  readonly row: HarnessRow
  readonly record: AnswerRecord
  readonly sameTokens: boolean
}

export interface Difference {
  readonly id: string
  readonly harness: string
  readonly plimsoll: string
  /** Whether one of the two is right and the other is not. */
  readonly outcome: 'same' | 'other'
  readonly why: string
}

interface Found {
  readonly right: boolean
  readonly sameOutcome: boolean
  readonly difference: Difference | null
}

/** @param single the same row by Plimsoll on the weights in single precision */
export function differenceOf(side: OneSide, single: OneSide | undefined): Found {
  return side.item.kind === 'problem' ? problem(side, single) : choice(side, single)
}

function choice(side: OneSide, single: OneSide | undefined): Found {
  const { item, row, record } = side
  if (item.kind !== 'choice') throw new Error(`${item.sample} is no question`)
  const theirs = chosenBy(item, row)
  const ours = bestChoice(item, record.likelihoods ?? [])
  const right = ours === item.answer
  const sameOutcome = right === ((row.acc_norm ?? row.acc) === 1)
  if (theirs === ours) return { right, sameOutcome, difference: null }
  const [a, b] = [theirs, ours].map(i => row.logLikelihoods?.[i] ?? Number.NaN)
  const gap = Math.abs((a ?? 0) - (b ?? 0))
  const same =
    single?.item.kind === 'choice' ? bestChoice(single.item, single.record.likelihoods ?? []) === theirs : null
  const told = `to the harness the two are ${gap.toFixed(4)} nats apart`
  return {
    right,
    sameOutcome,
    difference: {
      id: item.sample,
      harness: item.continuations[theirs] ?? '',
      plimsoll: item.continuations[ours] ?? '',
      outcome: sameOutcome ? 'same' : 'other',
      why: why(side, same, told),
    },
  }
}

/** What the harness chooses by what it compares: the sum for letters, by character elsewhere. */
function chosenBy(item: ChoiceItem, { logLikelihoods = [] }: HarnessRow): number {
  return bestChoice(
    item,
    logLikelihoods.map(logLikelihood => ({ logLikelihood, tokens: 1 })),
  )
}

function problem(side: OneSide, single: OneSide | undefined): Found {
  const { item, row, record } = side
  if (item.kind !== 'problem') throw new Error(`${item.sample} is no problem`)
  const theirs = row.text ?? ''
  const right = judgeNumber(record.answer, item.answer).class === 'right'
  const sameOutcome = right === (row.exact_match === 1)
  if (theirs === record.answer) return { right, sameOutcome, difference: null }
  const at = firstDifference(theirs, record.answer)
  const same = single === undefined ? null : single.record.answer === theirs
  return {
    right,
    sameOutcome,
    difference: {
      id: item.sample,
      harness: row.number ?? '',
      plimsoll: judgeNumber(record.answer, item.answer).evidence,
      outcome: sameOutcome ? 'same' : 'other',
      why: why(side, same, `the texts part after ${at} of ${theirs.length} characters`),
    },
  }
}

function why({ row, record, sameTokens }: OneSide, sameInSingle: boolean | null, told: string): string {
  if (row.prompt !== record.rendered) return `another prompt; ${told}`
  if (!sameTokens) return `the tokenizers split the prompt in other ways; ${told}`
  if (sameInSingle === true)
    return `activations rounded for quantised weights: in single precision Plimsoll does as the harness; ${told}`
  if (sameInSingle === false) return `order of sums in single precision, and rounding on top of it; ${told}`
  return `order of sums in single precision; ${told}`
}

function firstDifference(a: string, b: string): number {
  let at = 0
  while (at < Math.min(a.length, b.length) && a[at] === b[at]) at++
  return at
}
