/** How unexpected a token of an answer was. */

/** As it came: what several tokens make together (a character of three bytes) has the text of the last. */
export interface AnswerToken {
  readonly text: string
  /** That the model chose it, at this point, as it was steered; null where the server did not say. */
  readonly probability: number | null
}

/** From expected to hardly ever: the least probability of each. */
const levels = [0.9, 0.5, 0.1, 0] as const

/** 0 (expected) to 3 (below 10 %). */
export function levelOf(probability: number): number {
  return levels.findIndex(least => probability >= least)
}

export const levelWords = ['90 % and more', '50 to 90 %', '10 to 50 %', 'below 10 %'] as const

/** `“teapot”: 42 %`, with what cannot be seen written out. */
export function tokenWords({ text, probability }: AnswerToken): string {
  const seen = text.replaceAll('\n', '⏎').replaceAll('\t', '⇥')
  return `“${seen}”: ${probability === null ? 'not told' : percent(probability)}`
}

function percent(probability: number): string {
  const share = 100 * probability
  if (share < 0.1) return 'below 0.1 %'
  return `${share < 10 ? share.toFixed(1) : Math.min(99.9, share).toFixed(share > 99 ? 1 : 0)} %`
}
