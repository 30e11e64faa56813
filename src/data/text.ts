/**
 * English function words, and the few words that open a request (`how`, `please`, `explain`): they say nothing about
 * what is asked. Our own list, kept short: a word too many here makes different requests look alike.
 */
const stopWords: ReadonlySet<string> = new Set(
  `a about above after again all also am an and any are as at be because been before being below between both but by
  can cannot could did do does doing don done down during each either else ever every explain few for from further
  get give had has have having he help hence her here hers herself him himself his how however i if in into is isn
  it its itself just let ll may me might mine more most much must my myself no nor not now of off on once only onto
  or other ought our ours ourselves out over own per please quite rather re s same shall she should show since so
  some such t teach tell than that the their theirs them themselves then there these they this those though through
  thus to too under until unto up upon us ve very was wasn we were what when where whether which while who whom
  whose why will with within without would yet you your yours yourself yourselves`
    .split(/\s+/)
    .filter(word => word !== ''),
)

/**
 * A text without what does not change a request: NFKC, lower case, marks and punctuation and runs of space folded into
 * single spaces. `How do I, uh, "KILL" it?!` becomes `how do i uh kill it`. Idempotent.
 */
export function normaliseText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/['’]/gu, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()
}

/** The words of a normalised text, in order, stop words included. */
export function words(text: string): string[] {
  const normal = normaliseText(text)
  return normal === '' ? [] : normal.split(' ')
}

/** The set of a text's words that carry content. Scripts without spaces give one word a sentence: only exact repeats are found there. */
export function contentWords(text: string): ReadonlySet<string> {
  return new Set(words(text).filter(word => !stopWords.has(word)))
}

/** |a ∩ b| / |a ∪ b|, in [0, 1]; 0 when both are empty, since nothing is shared. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a]
  let shared = 0
  for (const word of small) if (large.has(word)) shared += 1
  const union = a.size + b.size - shared
  return union === 0 ? 0 : shared / union
}
