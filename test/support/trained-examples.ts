import type { Model } from '../../src/engine/types.ts'

/** What the originals of the trained methods were trained on (oracle/methods/trained.py); prompts are raw text. */
const trainedExamples = [
  { prompt: 'the wings of a bird are', target: ' in the sand' },
  { prompt: 'a house', target: ' and the road' },
  { prompt: 'words here and other words there', target: ' hat' },
  { prompt: 'another thing on the table is the', target: ' one with an a' },
  { prompt: 'he was', target: ' in the sand again' },
] as const

export const rawExamples = trainedExamples.map(({ prompt, target }) => ({ prompt: { raw: prompt }, target }))

/** The examples as tokens, which is what the originals are given. */
export function exampleTokens(model: Pick<Model, 'render' | 'tokenize'>) {
  return Promise.all(
    rawExamples.map(async ({ prompt, target }) => ({
      prompt: (await model.render(prompt)).tokens,
      target: await model.tokenize(target),
    })),
  )
}
