/** What the original makes of the same logits and scores (oracle/methods/refusal_direction.py). */
import { expect, it } from 'vitest'
import fixtures from './fixtures.json' with { type: 'json' }
import { divergence, induces, leavesAlone, refusalScore, sourceLayers } from './score.ts'

function logProbabilities(logits: readonly number[]): number[] {
  const highest = Math.max(...logits)
  const total = highest + Math.log(logits.reduce((sum, one) => sum + Math.exp(one - highest), 0))
  return logits.map(one => one - total)
}
const [before, after] = [fixtures.logits.before.map(logProbabilities), fixtures.logits.after.map(logProbabilities)]

it('scores a refusal by the log-odds of its openings, as the original does', () => {
  const found = before.map(row => refusalScore(fixtures.refusing.map(token => row[token] ?? 0)))
  expect(found).toHaveLength(fixtures.scores.length)
  for (const [i, score] of fixtures.scores.entries()) expect(found[i]).toBeCloseTo(score, 6)
  // All but certain of a refusal, and of anything else.
  expect(Math.max(...fixtures.scores)).toBeGreaterThan(1)
  expect(Math.min(...fixtures.scores)).toBeLessThan(-15)
})

it('is a number where rounding leaves nothing for all other tokens', () => {
  expect(refusalScore([Math.log(0.75), Math.log(0.25) + 1e-12])).toBeCloseTo(Math.log(1e8), 6)
})

it('measures what ablation changes by the divergence, as the original does', () => {
  for (const [i, kl] of fixtures.divergences.entries())
    expect(divergence(before[i] ?? [], after[i] ?? [])).toBeCloseTo(kl, 6)
  expect(divergence(before[0] ?? [], before[0] ?? [])).toBe(0)
})

it('leaves out the candidates that the original leaves out', () => {
  // The original counts block inputs: its l is what stands behind our layer l − 1.
  const allowed = sourceLayers(fixtures.layers).map(layer => layer + 1)
  const dropped = fixtures.candidates.map(
    candidate =>
      !(induces(candidate) && leavesAlone(candidate) && (candidate.layer === 0 || allowed.includes(candidate.layer))),
  )
  expect(dropped).toEqual(fixtures.dropped)
  expect(new Set(fixtures.dropped).size).toBe(2)
})

it('leaves out what is no number', () => {
  expect(induces({ induced: Number.NaN }) || leavesAlone({ kl: Number.NaN })).toBe(false)
})

it('allows no layer of a model of one or two blocks', () => {
  expect(sourceLayers(30).at(-1)).toBe(22)
  expect([sourceLayers(1), sourceLayers(2)]).toEqual([[], []])
})
