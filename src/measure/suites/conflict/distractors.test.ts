import { describe, expect, it } from 'vitest'
import { type ConflictRow, names } from '../../../data/index.ts'
import { distractorsFor } from './distractors.ts'
import { conflictPrompt } from './prompts.ts'
import { conflictSuite } from './suite.ts'

const capitals = ['Utah', 'Nevada', 'Ohio', 'Texas', 'Maine'].map((state, i) =>
  row(state, `capital${i}`, `false${i}`, `The capital of ${state} is false${i}.`),
)
const songs = ['one', 'two', 'three', 'four', 'five'].map((song, i) =>
  row(`song ${song}`, `singer${i}`, `other${i}`, `Melodies sung by other${i} long ago.`),
)

function row(subject: string, memory: string, context: string, passage: string): ConflictRow {
  return {
    id: subject,
    question: `What of ${subject}?`,
    memory: [memory],
    context: [context],
    passage,
    article: subject,
    said: 'in words',
  }
}

describe('distractors', () => {
  const all = [...capitals, ...songs]
  const found = distractorsFor(all, all, 2, 1)

  it('are of other articles and name no answer; the misleading one is alike, the others are not', () => {
    for (const [i, one] of all.entries()) {
      const { misleading, irrelevant } = found[i] ?? { misleading: '', irrelevant: [] }
      expect(new Set([misleading, ...irrelevant, one.passage]).size).toBe(4)
      for (const passage of [misleading, ...irrelevant])
        expect(names(passage, [...one.memory, ...one.context])).toBe(false)
    }
    expect(found[0]?.misleading).toMatch(/^The capital of/)
    expect(found[0]?.irrelevant[0]).toMatch(/^Melodies/)
    expect(found[9]?.misleading).toMatch(/^Melodies/)
    expect(distractorsFor(all, all, 2, 1)).toEqual(found)
  })

  it('are none where only passages that name an answer are left', () => {
    const [one] = capitals
    if (one === undefined) throw new Error('no row')
    const leaky = [0, 1, 2, 3].map(i => ({ ...row(`x${i}`, 'm', 'c', `Others say capital0 as well, ${i}.`) }))
    expect(distractorsFor([one], [one, ...leaky], 1, 1)).toEqual([undefined])
  })

  it('stand before the question, and the right passage takes every place among them', () => {
    const spec = {
      set: 's',
      name: 'n',
      axis: 'efficacy',
      given: 'contradiction-among-distractors',
      by: 'answer',
      extra: true,
    } as const
    const { items } = conflictSuite(spec, all, found)
    expect(new Set(items.map(({ category }) => category)).size).toBe(3)
    const [first] = items
    if (first?.kind !== 'answer') throw new Error('no answer is asked')
    expect(first.request.startsWith(`${capitals[0]?.passage}\n\n`)).toBe(true)
    expect(first.request.endsWith(conflictPrompt('What of Utah?', []))).toBe(true)
  })
})
