/** Holds a condition's answers against the baseline's, suite by suite. */

import { measureRate, type ReferenceRows } from '../measure/suite.ts'
import { measurePerplexity } from '../measure/suite-perplexity.ts'
import type { Outcome, PairedRow } from '../measure/suite-rows.ts'
import { intactRows } from '../measure/suite-rows.ts'
import type { Suite } from '../measure/suites/index.ts'
import type { SuiteResult } from '../measure/types.ts'
import type { JudgedRecord } from '../store/index.ts'
import { isDegenerate, outcomeOf } from './outcome.ts'
import type { Study } from './schema.ts'

/** Records of one suite by condition, in the order of its items. */
export type Answers = ReadonlyMap<string, readonly JudgedRecord[]>

/** The rows a condition answered, beside the baseline's. */
export function pairedRows(
  suite: Suite,
  baseline: readonly JudgedRecord[],
  steered: readonly JudgedRecord[],
): PairedRow[] {
  return suite.items.flatMap((item, i) => {
    const [before, after] = [baseline[i], steered[i]]
    if (before === undefined || after === undefined) return []
    const { template, prompt } = item.clusters
    return [
      {
        baseline: outcomeOf(suite, item, before),
        steered: outcomeOf(suite, item, after),
        degenerate: { baseline: isDegenerate(before), steered: isDegenerate(after) },
        truncated: after.finish === 'length',
        category: item.category,
        ...(template !== undefined && prompt !== undefined && { cluster: { template, prompt } }),
      },
    ]
  })
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
    const documents = steered.flatMap((record, i) => {
      const [before, after] = [baseline[i]?.likelihoods?.[0], record.likelihoods?.[0]]
      if (before === undefined || after === undefined) return []
      return [{ tokens: before.tokens, baseline: before.logLikelihood, steered: after.logLikelihood }]
    })
    return measurePerplexity({ suite: name, property, documents, margin: margins.perplexity / 100 })
  }
  const rows = pairedRows(suite, baseline, steered)
  return measureRate({
    suite: name,
    property,
    aim: suite.axis === 'efficacy' || suite.extra ? 'gain' : 'keep',
    rows,
    margin: margins.rates / 100,
    ...(suite.chance !== null && { chance: suite.chance }),
    references:
      suite.axis === 'efficacy'
        ? [...references].map(([by, records]) => referenceRows(suite, by, records.slice(0, rows.length)))
        : [],
  })
}

function referenceRows(suite: Suite, name: string, records: readonly JudgedRecord[]): ReferenceRows {
  return {
    name,
    outcomes: suite.items.map((item, i): Outcome => (records[i] ? outcomeOf(suite, item, records[i]) : null)),
  }
}

/** Whether answers still make sense, over all plain prompts: general ability, with a margin of its own. */
export function compareSense(
  suites: readonly (readonly PairedRow[])[],
  { margins }: Pick<Study, 'margins'>,
): SuiteResult {
  return measureRate({
    suite: 'sense',
    property: 'answers make sense',
    aim: 'keep',
    rows: suites.flatMap(intactRows),
    margin: margins.degenerate / 100,
  })
}

export const sensePhrases = {
  more: 'makes sense in {n} in 100 more answers',
  fewer: 'stops making sense in {n} in 100 answers',
}
