/** How long a plan will take, from a short measured warm-up: laptops differ three-fold at the same clock. */
import type { Model } from '../engine/types.ts'
import type { RunOptions } from '../progress.ts'
import { chat } from './chat.ts'
import type { Plan } from './plan.ts'

export interface Estimate {
  readonly seconds: number
  readonly tokensPerSecond: number
}

/** Long enough to fill the slots a few times over on a slow machine. */
const WARM_UP_SECONDS = 2
/** Tokens of a warm-up answer. */
const WARM_UP_TOKENS = 24
/** Answers that end by themselves use about this share of the tokens they may have. */
const USED = 0.8
/** A row that is only scored costs about as much as this many generated tokens. */
const SCORED = 8

/** Generates for about two seconds and scales up. Nothing is stored. */
export async function estimate(model: Model, plan: Plan, options: RunOptions = {}): Promise<Estimate> {
  const { study, suites, counts } = plan
  const requests = suites.flatMap(suite => suite.items.flatMap(item => (item.kind === 'answer' ? [item.request] : [])))
  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1000
  let tokens = 0
  // Calls as large as the study's, so that every engine has its share.
  for (let next = 0; elapsed() < WARM_UP_SECONDS && next < requests.length; next += study.chunk) {
    const prompts = requests.slice(next, next + study.chunk).map(request => chat(request, study.system))
    const answers = await model.generate(prompts, {
      slots: study.slots,
      maxTokens: WARM_UP_TOKENS,
      signal: options.signal,
    })
    tokens += answers.reduce((sum, answer) => sum + answer.tokens.length, 0)
  }
  const tokensPerSecond = tokens / Math.max(elapsed(), 1e-3)
  const wanted = counts.reduce(
    (sum, { rows, maxTokens }) => sum + rows * (maxTokens === 0 ? SCORED : maxTokens * USED),
    0,
  )
  return { seconds: tokensPerSecond > 0 ? wanted / tokensPerSecond : 0, tokensPerSecond }
}
