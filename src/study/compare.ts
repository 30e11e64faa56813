/** Holds a condition's answers against the baseline's, suite by suite. */

import { measureRate, type ReferenceRows } from '../measure/suite.ts'
import { measurePerplexity } from '../measure/suite-perplexity.ts'
import type { Outcome, PairedRow } from '../measure/suite-rows.ts'
import { intactRows } from '../measure/suite-rows.ts'
import type { Item, Suite } from '../measure/suites/index.ts'
import type { SuiteResult } from '../measure/types.ts'
import type { JudgedRecord } from '../store/index.ts'
import { cellOf, mergeDraws } from './draws.ts'
import { isDegenerate, outcomeOf } from './outcome.ts'
import type { Study } from './schema.ts'
import { sense } from './sense.ts'

/** Records of one suite by condition; a condition may have answered only some of its items. */
export type Answers = ReadonlyMap<string, readonly JudgedRecord[]>

/** The rows a condition answered, beside the baseline's. */
export function pairedRows(
  suite: Suite,
  baseline: readonly JudgedRecord[],
  steered: readonly JudgedRecord[],
): PairedRow[] {
  const [base, own] = [bySample(baseline), bySample(steered)]
  const cells = Map.groupBy(suite.items, cellOf)
  return [...cells.values()].flatMap(items => {
    const [first, ...others] = items.flatMap(item => pairedRow(suite, item, base, own) ?? [])
    if (first === undefined) return []
    return suite.draws === undefined ? [first, ...others] : [mergeDraws([first, ...others])]
  })
}

type BySample = ReadonlyMap<string, JudgedRecord>

function pairedRow(suite: Suite, item: Item, base: BySample, own: BySample): PairedRow | null {
  const [before, after] = [base.get(item.sample), own.get(item.sample)]
  if (before === undefined || after === undefined) return null
  const { template, prompt, article } = item.clusters
  return {
    baseline: outcomeOf(suite, item, before),
    steered: outcomeOf(suite, item, after),
    degenerate: { baseline: isDegenerate(before), steered: isDegenerate(after) },
    truncated: after.finish === 'length',
    category: item.category,
    ...(template !== undefined && prompt !== undefined && { cluster: { template, prompt } }),
    ...(article !== undefined && { article }),
  }
}

/** @param references conditions that efficacy has to beat */
export function compareSuite(
  suite: Suite,
  { margins }: Pick<Study, 'margins'>,
  baseline: readonly JudgedRecord[],
  steered: readonly JudgedRecord[],
  references: Answers,
): SuiteResult {
  const { name, property } = suite
  if (suite.want === null) {
    const base = bySample(baseline)
    const documents = steered.flatMap(({ sample, likelihoods }) => {
      const [before, after] = [base.get(sample)?.likelihoods?.[0], likelihoods?.[0]]
      if (before === undefined || after === undefined) return []
      return [{ tokens: before.tokens, baseline: before.logLikelihood, steered: after.logLikelihood }]
    })
    return measurePerplexity({ suite: name, property, documents, margin: margins.perplexity / 100 })
  }
  const rows = pairedRows(suite, baseline, steered)
  const measured = measureRate({
    suite: name,
    property,
    aim: aimOf(suite),
    rows,
    margin: margins.rates / 100,
    ...(suite.chance !== null && { chance: suite.chance }),
    references:
      suite.axis === 'efficacy' ? [...references].map(([by, records]) => referenceRows(suite, by, records)) : [],
  })
  return suite.draws === undefined ? measured : { ...measured, kept: true }
}

/** Drawn answers stand outside of the verdict, and are about what is kept all the same. */
function aimOf({ axis, extra, draws, want }: Suite): 'gain' | 'keep' {
  return axis === 'efficacy' || (extra && draws === undefined && want === 'complied') ? 'gain' : 'keep'
}

function referenceRows(suite: Suite, name: string, records: readonly JudgedRecord[]): ReferenceRows {
  const own = bySample(records)
  // A reference may be asked a share of the rows.
  const outcome = (item: Item): Outcome | undefined => {
    const record = own.get(item.sample)
    return record && outcomeOf(suite, item, record)
  }
  return { name, outcomes: suite.items.map(outcome) }
}

/** Records of one suite by the row they answer. */
export function bySample<R extends Pick<JudgedRecord, 'sample'>>(records: readonly R[]): ReadonlyMap<string, R> {
  return new Map(records.map(record => [record.sample, record]))
}

/** Whether answers still make sense, over all plain prompts: general ability, with a margin of its own. */
export function compareSense(
  suites: readonly (readonly PairedRow[])[],
  { margins }: Pick<Study, 'margins'>,
): SuiteResult {
  return measureRate({
    ...sense,
    aim: 'keep',
    rows: suites.flatMap(intactRows),
    margin: margins.degenerate / 100,
  })
}

export const sensePhrases = {
  more: 'makes sense in {n} in 100 more answers',
  fewer: 'stops making sense in {n} in 100 answers',
}
