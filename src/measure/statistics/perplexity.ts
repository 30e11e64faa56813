import { PlimsollError } from '../../errors.ts'
import { openUnit } from './check.ts'
import { tQuantile, tTail } from './student-t.ts'
import type { Interval } from './types.ts'

/** Log-likelihoods of one document under two conditions, in nats, over the same tokens. */
export interface DocumentScore {
  readonly tokens: number
  readonly baseline: number
  readonly steered: number
}

export interface PerplexityChange {
  /** Corpus perplexity exp(−Σ log-likelihood / Σ tokens). */
  readonly baseline: number
  readonly steered: number
  /** (baseline − steered)/baseline: negative is worse; a fraction, below 1. */
  readonly change: number
  readonly interval: Interval
  readonly documents: number
  /** Standard error of the change of the mean negative log-likelihood, in nats a token. */
  readonly error: number
  /** One-sided p-value against "the true change is `line` or below". */
  above(line: number): number
}

/**
 * Paired change of corpus perplexity, with an interval by the delta method clustered by document.
 *
 * With Δ the change of the mean negative log-likelihood a token, the change is 1 − exp Δ. Δ is a ratio Σ dᵢ / Σ tᵢ over
 * documents (dᵢ the rise of the negative log-likelihood, tᵢ the tokens), with variance
 * Σ (dᵢ − Δ tᵢ)² / (Σ tᵢ)² · G/(G − 1) and Student's t with G − 1 degrees of freedom (Cochran 1977, Sampling
 * Techniques, 6.4); its bounds are carried over by 1 − exp. Chosen over a bootstrap because it needs no seed, keeps the
 * bounds below 1, and does not become too narrow with the few documents that a quick study has.
 *
 * @throws PlimsollError `invalid-input` with fewer than two documents, or values that are not finite
 */
export function perplexityChange(documents: readonly DocumentScore[], level = 0.95): PerplexityChange {
  openUnit('level', level)
  const n = documents.length
  if (n < 2) {
    throw new PlimsollError('invalid-input', 'A change of perplexity needs two documents at least', {
      found: String(n),
      expected: 'two or more',
    })
  }
  for (const [i, { tokens, baseline, steered }] of documents.entries()) {
    if (tokens > 0 && Number.isFinite(tokens + baseline + steered)) continue
    throw new PlimsollError('invalid-input', 'A document cannot be scored', {
      found: `document ${i}: ${tokens} tokens, log-likelihoods ${baseline} and ${steered}`,
      expected: 'one token or more, and finite log-likelihoods',
      fix: 'Leave the document out.',
    })
  }
  const sum = (of: (document: DocumentScore) => number) => documents.reduce((total, d) => total + of(d), 0)
  const tokens = sum(d => d.tokens)
  const rise = sum(d => d.baseline - d.steered) / tokens
  const squares = sum(d => (d.baseline - d.steered - rise * d.tokens) ** 2)
  const error = Math.sqrt((squares / (tokens * tokens)) * (n / (n - 1)))
  const half = error === 0 ? 0 : tQuantile(0.5 + level / 2, n - 1) * error
  return {
    baseline: Math.exp(-sum(d => d.baseline) / tokens),
    steered: Math.exp(-sum(d => d.steered) / tokens),
    change: -Math.expm1(rise),
    interval: [-Math.expm1(rise + half), -Math.expm1(rise - half)],
    documents: n,
    error,
    above(line) {
      const distance = Math.log1p(-line) - rise
      if (error === 0) return distance > 0 ? 0 : 1
      return tTail(distance / error, n - 1)
    },
  }
}
