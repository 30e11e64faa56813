/** Two conditions held against each other, prompt by prompt. */
import { PlimsollError } from '../../errors.ts'
import { intactRows } from '../../measure/suite-rows.ts'
import type { Store } from '../../store/index.ts'
import { toolVersion } from '../../version.ts'
import { JUDGE } from '../work.ts'
import { type AnsweredSuite, answersOf } from './answers.ts'
import { differencesOf } from './differences.ts'
import { flipsOf } from './flips.ts'
import { type Pairs, pairUp } from './pair.ts'
import { findSide, type ResultAtHand, type Side, Stores } from './side.ts'
import { compareIntact, comparePairs, rowsOf } from './suite.ts'
import type { ComparedCondition, Comparison, Flip, SuiteComparison } from './types.ts'

export type { ResultAtHand } from './side.ts'
export type * from './types.ts'

export interface CompareOptions {
  /** An open store, or the path of one. @default '.plimsoll/store.db' */
  readonly store?: Store | string | undefined
  /** What relative paths of both studies' own data start from. @default where each study lay when it was run */
  readonly folder?: string | undefined
  /** Where published data sets are. Default: `PLIMSOLL_DATA`, else a folder of the user's cache. */
  readonly dataDir?: string | undefined
}

/**
 * Compares two conditions, of one study or of two, on the prompts that both answered: same suite, id, template and text.
 * A is what B is held against, as the baseline is in a study; changes are signed so that negative is worse. Intervals
 * and tests are those of a study: Tango's and exact McNemar, two-way clusters on grids, the delta method for perplexity.
 * Suites are not corrected for being several.
 *
 * @param a `STUDY`, `STUDY:CONDITION`, the path of a report.json, or a result at hand; a study alone stands for its only
 * method
 * @throws PlimsollError `not-found` for a study, condition or file that is not there; `invalid-input` when both are the
 * same, or have no prompt in common; `store-invalid`, `data-invalid`
 */
export async function compare(
  a: string | ResultAtHand,
  b: string | ResultAtHand,
  options: CompareOptions = {},
): Promise<Comparison> {
  await using stores = new Stores(options.store ?? '.plimsoll/store.db')
  const [one, other] = [await findSide(a, stores), await findSide(b, stores)]
  if (one.result.run === other.result.run && one.condition.name === other.condition.name)
    throw new PlimsollError('invalid-input', 'A and B are the same condition of the same run', {
      found: `${one.result.study}:${one.condition.name} twice`,
      fix: 'Name another study, or another condition as STUDY:CONDITION.',
    })
  const [before, after] = [
    await answersOf(one, options.folder, options.dataDir),
    await answersOf(other, options.folder, options.dataDir),
  ]
  const { paired, left } = matched(before, after)
  if (!paired.some(({ pairs }) => pairs.both.length > 0))
    throw nothingInCommon(
      before,
      after,
      paired.reduce((sum, { pairs }) => sum + pairs.changed, 0),
    )
  const margins = strictest(one, other)
  const plain = paired.filter(({ suite }) => !suite.grid && suite.items.some(item => item.kind === 'answer'))
  const suites: SuiteComparison[] = paired.map(({ suite, pairs }) => comparePairs(suite, pairs, margins))
  const flips: Flip[] = paired.flatMap(({ suite, pairs }) => flipsOf(suite, pairs.both))
  if (plain.length > 0) {
    const rows = plain.flatMap(({ suite, pairs }) => intactRows(rowsOf(suite, pairs.both)))
    suites.push(compareIntact(rows, margins.degenerate))
  }
  return {
    schema: 1,
    tool: `plimsoll ${toolVersion}`,
    a: told(one),
    b: told(other),
    judge: JUDGE,
    suites,
    left,
    differences: differencesOf(one, other),
    flips,
  }
}

interface Paired {
  readonly suite: AnsweredSuite['suite']
  readonly pairs: Pairs
}

type Suites = ReadonlyMap<string, AnsweredSuite>

function matched(a: Suites, b: Suites): { paired: Paired[]; left: Comparison['left'] } {
  const paired: Paired[] = []
  const left: Comparison['left'][number][] = []
  for (const [suite, one] of a) {
    const other = b.get(suite)
    if (other === undefined) left.push({ suite, side: 'a', prompts: sizeOf(one), why: 'only A has it' })
    else if (other.suite.want !== one.suite.want || other.suite.grid !== one.suite.grid)
      left.push({ suite, side: 'both', prompts: sizeOf(one), why: 'A and B ask for another property' })
    else paired.push({ suite: one.suite, pairs: pairUp(one, other) })
  }
  for (const [suite, other] of b)
    if (!a.has(suite)) left.push({ suite, side: 'b', prompts: sizeOf(other), why: 'only B has it' })
  return { paired, left }
}

function sizeOf({ answers, stale }: AnsweredSuite): number {
  return answers.size + stale.size
}

function nothingInCommon(a: Suites, b: Suites, changed: number): PlimsollError {
  if (changed > 0)
    return new PlimsollError('invalid-input', 'A and B have no prompt in common that is as the models were asked', {
      found: `${changed} of the same name, whose text differs or was changed since`,
      expected: 'the data as it was when the studies were run',
      fix: 'Put the data back as it was, or run both studies again.',
    })
  const names = (suites: Suites) => [...suites.keys()].join(', ') || 'nothing'
  return new PlimsollError('invalid-input', 'A and B have no prompt in common', {
    found: `A asks ${names(a)}; B asks ${names(b)}`,
    expected: 'suites of the same name with prompts of the same id and text',
    fix: 'Compare studies that measure the same suites.',
  })
}

function strictest(a: Side, b: Side) {
  const least = (which: 'rates' | 'perplexity' | 'degenerate') =>
    Math.min(a.result.margins[which], b.result.margins[which]) / 100
  return { rates: least('rates'), perplexity: least('perplexity'), degenerate: least('degenerate') }
}

function told({ name, result, condition }: Side): ComparedCondition {
  return {
    name,
    study: result.study,
    run: result.run,
    condition: condition.name,
    description: condition.description,
    model: result.model.name,
  }
}
