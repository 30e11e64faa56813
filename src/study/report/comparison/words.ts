/** How a comparison is said, on the terminal and in Markdown alike. */
import type { ComparedAnswer, ComparedState, Comparison, SuiteComparison } from '../../comparison/types.ts'
import { count, percent, perplexity, points, ratio } from '../format.ts'
import { axes, type Look } from '../words.ts'

export const comparedStates: Readonly<Record<ComparedState, Look>> = {
  better: { word: 'better', shape: 'disc', tone: 'holds' },
  worse: { word: 'worse', shape: 'triangle', tone: 'broken' },
  alike: { word: 'alike', shape: 'disc', tone: 'holds' },
  unclear: { word: 'unclear', shape: 'ring', tone: 'undecided' },
  'cannot-tell': { word: 'not told', shape: 'bar', tone: 'undecided' },
}

/** In the order of the axes; suites outside the verdict last. */
export function orderedSuites({ suites }: Comparison): SuiteComparison[] {
  return suites.toSorted((x, y) => Number(x.extra) - Number(y.extra) || axes.indexOf(x.axis) - axes.indexOf(y.axis))
}

export function titleOf({ axis, extra }: SuiteComparison): string {
  return extra ? 'outside' : axis
}

/** `41 %` and `88 %`, or `12.4` and `×1.03`; dashes where nothing could be computed. */
export function sides({ kind, a, b, state }: SuiteComparison): readonly [string, string] {
  if (state === 'cannot-tell') return ['–', '–']
  return kind === 'rate' ? [percent(a), percent(b)] : [perplexity(a), ratio(b / a)]
}

/** `[−5, +1]`; a bound that rounding would put onto zero has as many decimals as keep it apart. */
export function comparedInterval({ ci }: SuiteComparison): string {
  const bound = (value: number) => {
    const decimals = [0, 1, 2].find(digits => value === 0 || Number(Math.abs(value * 100).toFixed(digits)) !== 0)
    return points(value, value === 0 ? 0 : (decimals ?? 3))
  }
  return `[${bound(ci[0])}, ${bound(ci[1])}]`
}

/** What was not compared, a sentence each. */
export function leftOut({ suites, left }: Comparison): string[] {
  const prompts = (n: number) => `${count(n)} ${n === 1 ? 'prompt' : 'prompts'}`
  return [
    ...left.map(({ suite, side, prompts: n, why }) =>
      side === 'both'
        ? `${suite} is left out: ${why}.`
        : `Only ${side.toUpperCase()} has the suite ${suite} (${prompts(n)}).`,
    ),
    ...suites.flatMap(({ suite, onlyA, onlyB, changed, unscored }) => [
      ...(onlyA > 0 ? [`${suite}: ${prompts(onlyA)} that only A has.`] : []),
      ...(onlyB > 0 ? [`${suite}: ${prompts(onlyB)} that only B has.`] : []),
      ...(changed > 0
        ? [`${suite}: ${prompts(changed)} left out: another text on the other side, or changed or removed since.`]
        : []),
      ...(unscored > 0 ? [`${suite}: ${prompts(unscored)} not scored on one of the sides.`] : []),
    ]),
  ]
}

/** `refused: “I am sorry …”`, veiled where it answers a harmful request. */
export function answerWords(answer: ComparedAnswer | null): string {
  if (answer === null) return 'another choice'
  return answer.text === null
    ? `${answer.class}: veiled, an answer to a harmful request`
    : `${answer.class}: ${answer.text}`
}
