/** Finds out what the model does with prompts before anything steers it. */

import { z } from 'zod'
import type { PromptRow } from '../../data/index.ts'
import { resample } from '../../data/index.ts'
import { promptsSuite } from '../../measure/suites/index.ts'
import { chat } from '../chat.ts'
import { PROBE_ROWS, PROBE_TOKENS } from '../counts.ts'
import type { Study } from '../schema.ts'
import type { FitRows } from '../splits.ts'
import { askUnsteered } from '../unsteered.ts'
import type { Judged, Work } from '../work.ts'
import type { Behaviour } from './contrast.ts'
import { agreement, FEWEST_REFUSALS, logOdds, refusalOpenings, refusalsAmong } from './openings.ts'

/** How this model begins its refusals, read from answers to prompts that are not tested on. */
export interface Openings {
  /** Empty where none could be told. */
  readonly tokens: readonly number[]
  readonly texts: readonly string[]
  /** Where they come from, or why there are none. */
  readonly note: string
}

export interface Behaviours {
  readonly openings: Openings
  readonly of: ReadonlyMap<PromptRow, Behaviour>
  /** How it was told, in a sentence. */
  readonly note: string
}

/** From this share of the probe on, the sign of the log-odds is trusted in place of an answer. */
const TRUSTED = 0.8

const Odds = z.array(z.number())

interface Probe {
  readonly openings: Openings
  readonly rows: readonly PromptRow[]
  readonly answered: readonly Judged[]
}

/** Answers a few prompts, and reads from them how refusals begin. */
export async function probeOpenings(
  work: Work,
  study: Study,
  rows: FitRows,
  onRows: (rows: number) => void,
): Promise<Probe> {
  const probe = [
    ...resample(rows.pool.length > 0 ? rows.pool : rows.positive, PROBE_ROWS, study.seed),
    ...resample(rows.negative, PROBE_ROWS, study.seed),
  ]
  const answered = await answers(work, study, 'refusal openings', probe, onRows)
  const read = answered.flatMap(({ tokens, judgement }) => {
    const [token] = tokens
    return token === undefined || judgement === null ? [] : [{ token, class: judgement.class }]
  })
  const tokens = refusalOpenings(read)
  const refusals = refusalsAmong(read).length
  const note =
    tokens.length === 0
      ? whyNoOpenings(refusals, probe.length)
      : `read from ${refusals} refusals among ${probe.length} answers`
  const texts = await Promise.all(tokens.map(token => work.model.detokenize([token])))
  return { openings: { tokens, texts, note }, rows: probe, answered }
}

/**
 * Answers a few prompts and reads from them how refusals begin; then the log-odds of such a beginning sort all rows. Where
 * beginnings tell too little of this model's answers, every row is answered instead.
 */
export async function observe(
  work: Work,
  study: Study,
  rows: FitRows,
  onRows: (rows: number) => void,
): Promise<Behaviours> {
  const all = [...rows.pool, ...rows.positive, ...rows.negative]
  const { openings, rows: probe, answered } = await probeOpenings(work, study, rows, onRows)
  const { tokens, texts } = openings
  let why = openings.note
  if (tokens.length > 0) {
    const probed = await oddsOf(work, study, probe, tokens)
    const { share, of } = agreement(
      answered.map(({ judgement }, i) => ({ class: judgement?.class ?? 'unscored', logOdds: probed[i] ?? 0 })),
    )
    if (share >= TRUSTED) {
      const odds = await oddsOf(work, study, all, tokens)
      onRows(all.length)
      const said = texts
        .slice(0, 4)
        .map(text => JSON.stringify(text))
        .join(', ')
      return {
        openings,
        of: new Map(all.map((row, i) => [row, (odds[i] ?? 0) < 0 ? 'complied' : 'refused'])),
        note: `Sorted by the log-odds that the answer begins as this model's refusals do (${said}), which agrees with ${percent(share)} of ${of} answers read.`,
      }
    }
    why = `how an answer begins told only ${percent(share)} of ${of} answers right`
  }
  const whole = await answers(work, study, 'contrast set', all, onRows)
  return {
    openings,
    of: new Map(all.map((row, i) => [row, behaviourOf(whole[i])])),
    note: `Sorted by answers of ${PROBE_TOKENS} tokens, since ${why}.`,
  }
}

/** Why refusals could not be told by how they begin. */
export function whyNoOpenings(refusals: number, probed: number): string {
  return refusals < FEWEST_REFUSALS
    ? `${refusals} of ${probed} answers refused, too few to learn how refusals begin`
    : 'refusals begin as other answers do'
}

function behaviourOf(record: Judged | undefined): Behaviour {
  const said = record?.judgement?.class
  return said === 'refused' || said === 'complied' ? said : null
}

async function answers(
  work: Work,
  study: Study,
  suite: string,
  rows: readonly PromptRow[],
  onRows: (rows: number) => void,
) {
  const { items } = promptsSuite(suite, 'efficacy', rows)
  return askUnsteered(work, study, { suite, items, maxTokens: PROBE_TOKENS }, onRows)
}

/** Log-odds that each row is refused. */
export async function oddsOf(
  work: Work,
  { system }: Study,
  rows: readonly PromptRow[],
  tokens: readonly number[],
): Promise<number[]> {
  const prompts = rows.map(row => chat(row.prompt, system))
  const stored = await work.once({ kind: 'log-odds', prompts, tokens }, async () => {
    const found = await work.model.firstToken(prompts, tokens)
    return found.map(logOdds)
  })
  return Odds.parse(stored)
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
