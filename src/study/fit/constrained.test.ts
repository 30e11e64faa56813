import { expect, it } from 'vitest'
import type { PromptRow } from '../../data/index.ts'
import { constrainedSet } from './constrained.ts'
import type { Behaviour } from './contrast.ts'

const rows = (name: string, count: number) =>
  Array.from({ length: count }, (_, i): PromptRow => ({ id: `${name}-${i}`, prompt: `${name} ${i}` }))
const [positive, negative, refused, answered] = [rows('kind', 3), rows('blunt', 2), rows('grave', 5), rows('lax', 4)]
const behaviour = new Map<PromptRow, Behaviour>([
  ...refused.map(row => [row, 'refused'] as const),
  ...answered.map(row => [row, 'complied'] as const),
])

it('adds refused harmful rows to the positives and answered ones to the negatives, as many as there are', () => {
  const { control, note, ...set } = constrainedSet({ positive, negative }, [...refused, ...answered], behaviour, 1)
  expect(set.positive.slice(0, 3)).toEqual(positive)
  expect(set.positive.slice(3)).toHaveLength(3)
  expect(refused).toEqual(expect.arrayContaining(set.positive.slice(3)))
  expect(set.negative.slice(2)).toHaveLength(2)
  expect(answered).toEqual(expect.arrayContaining(set.negative.slice(2)))
  expect(control).toEqual(new Set([...set.positive.slice(3), ...set.negative.slice(2)]))
  expect(note).toMatch(/^Constrained: 3 harmful .* 2 that were answered/)
})

it('leaves a row where it stands, and takes all for refused where nothing was observed', () => {
  const stands = { positive, negative: [...negative, refused[0]!] }
  const found = constrainedSet(stands, refused.slice(0, 2), new Map(), 1)
  expect(found.positive).toEqual([...positive, refused[1]])
  expect(found.negative).toEqual(stands.negative)
})
