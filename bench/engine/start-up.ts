/** Seconds from `openModel` to the first token of an answer: a process is started, the file mapped, its graph probed. */
import { openModel } from '../../src/engine/open.ts'
import { type Median, medianOf } from '../repeat.ts'

export async function startUp(file: string, repetitions: number): Promise<Median> {
  const seconds: number[] = []
  for (let i = 0; i < repetitions; i++) {
    const began = performance.now()
    await using model = await openModel(file)
    await model.generate(['What is the capital of France?'], { maxTokens: 1 })
    seconds.push((performance.now() - began) / 1000)
  }
  return medianOf(seconds)
}
