/** What stands in the rows of the tables, read back: nothing is believed that its schema does not say. */
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { sites } from '../engine/where.ts'
import type { Tables } from './schema.ts'
import type { JudgedRecord, RunRow } from './types.ts'

const Finish = z.enum(['stop', 'length']).nullable()
export const Stage = z.enum(['fit', 'select', 'measure'])
const Clusters = z.record(z.string(), z.string())
const Likelihoods = z.array(z.object({ logLikelihood: z.number().nullable(), tokens: z.number() })).transform(all =>
  // JSON has no −∞: a text the model gives no chance at all is written as null.
  all.map(one => ({ logLikelihood: one.logLikelihood ?? Number.NEGATIVE_INFINITY, tokens: one.tokens })),
)
const Trace = z.object({
  layers: z.array(
    z.object({
      site: z.enum(sites).default('residual'),
      layer: z.number(),
      tokens: z.number(),
      relativeChange: z.number().nullable(),
    }),
  ),
  gates: z.array(z.object({ term: z.number(), value: z.number(), open: z.boolean() })).exactOptional(),
  promptTokens: z.number(),
  generatedTokens: z.number(),
})
const Judged = z.object({
  class: z.enum([
    'refused',
    'partial',
    'complied',
    'context',
    'memory',
    'both',
    'neither',
    'right',
    'wrong',
    'degenerate',
    'unscored',
  ]),
  rule: z.string(),
  evidence: z.string(),
})

export const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text))
export const text = (value: unknown): string => JSON.stringify(value ?? null)

type RecordRow = Selectable<Tables['records']> & { class: string | null; rule: string | null; evidence: string | null }

export function toRecord(row: RecordRow): JudgedRecord {
  return {
    chunk: row.chunk,
    position: row.position,
    sample: row.sample,
    rendered: row.rendered,
    answer: row.answer,
    finish: Finish.parse(row.finish),
    promptTokens: row.prompt_tokens,
    tokens: z.array(z.number()).parse(json(row.tokens)),
    trace: Trace.nullable().parse(json(row.trace)),
    likelihoods: Likelihoods.nullable().parse(json(row.likelihoods)),
    clusters: Clusters.parse(json(row.clusters)),
    judgement: row.class === null ? null : Judged.parse(row),
  }
}

export function toRun(row: Selectable<Tables['runs']>): RunRow {
  return { ...row, plan: json(row.plan), engine: json(row.engine), result: json(row.result) }
}
