/** How well a model's own log-likelihood tells answers that people call hallucinated from others. */
import type { Model } from '../engine/types.ts'
import { PlimsollError } from '../errors.ts'
import type { HallucinationLabel } from '../judge/hallucinated.ts'
import type { RunOptions } from '../progress.ts'
import { areaUnderCurve, type Interval } from './statistics/index.ts'

export interface LikelihoodCalibration {
  readonly file: string
  readonly model: string
  /** Rows that were scored. */
  readonly hallucinated: number
  readonly others: number
  /** Rows longer than the model's context. */
  readonly tooLong: number
  /**
   * Probability that an answer not called hallucinated has the higher mean log-likelihood per token than one that is;
   * 0.5 tells nothing. With Newcombe's interval, 95 %.
   */
  readonly area: number
  readonly interval: Interval
  /** Mean log-likelihood per token in nats, averaged over rows. */
  readonly means: Readonly<{ hallucinated: number; others: number }>
}

/** Rows scored at a time. */
const PIECE = 8

/** @throws PlimsollError `data-invalid` where rows of a label are missing, `cancelled` */
export async function calibrateLikelihood(
  model: Pick<Model, 'score' | 'info'>,
  { file, rows }: { readonly file: string; readonly rows: readonly HallucinationLabel[] },
  { signal, onProgress }: RunOptions = {},
): Promise<LikelihoodCalibration> {
  const perToken: { readonly hallucinated: boolean; readonly mean: number | null }[] = []
  for (let start = 0; start < rows.length; start += PIECE) {
    const piece = rows.slice(start, start + PIECE)
    const means = await meansOf(model, piece, signal)
    perToken.push(...piece.map(({ hallucinated }, i) => ({ hallucinated, mean: means[i] ?? null })))
    onProgress?.({ stage: 'score', done: perToken.length, total: rows.length })
  }
  const of = (label: boolean) =>
    perToken.flatMap(({ hallucinated, mean }) => (hallucinated === label && mean !== null ? [mean] : []))
  const [bad, good] = [of(true), of(false)]
  if (bad.length === 0 || good.length === 0)
    throw new PlimsollError('data-invalid', 'There are no answers of both labels to tell apart', {
      where: file,
      found: `${bad.length} hallucinated, ${good.length} others that fit into the context`,
      fix: 'Give rows of both labels; with --rows, more of them.',
    })
  const average = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
  return {
    file,
    model: model.info.name,
    hallucinated: bad.length,
    others: good.length,
    tooLong: perToken.filter(({ mean }) => mean === null).length,
    ...areaUnderCurve(good, bad),
    means: { hallucinated: average(bad), others: average(good) },
  }
}

/** Null for what is longer than the context. */
async function meansOf(
  model: Pick<Model, 'score' | 'info'>,
  rows: readonly HallucinationLabel[],
  signal: AbortSignal | undefined,
): Promise<(number | null)[]> {
  const prompt = (text: string) => (model.info.hasChatTemplate ? text : { raw: text })
  try {
    const items = rows.map(({ request, answer }) => ({ prompt: prompt(request), continuation: answer }))
    const scores = await model.score(items, { signal })
    return scores.map(({ logLikelihood, tokens }) => logLikelihood / tokens)
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code !== 'prompt-too-long') throw error
    if (rows.length === 1) return [null]
    // One of them: they are asked about one by one.
    const found: (number | null)[] = []
    for (const row of rows) found.push(...(await meansOf(model, [row], signal)))
    return found
  }
}
