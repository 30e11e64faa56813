/** Reads each prompt once for all methods of a study: its states depend on no other prompt. */
import type { Capture, CaptureItem, Model, Prompt } from '../../engine/types.ts'
import type { FitModel } from '../../steer/index.ts'

/** What was read of one prompt. */
interface Read extends Pick<Capture, 'site' | 'layers' | 'width'> {
  readonly states: Capture['states'][number]
  readonly positions: Capture['positions'][number]
}

/** The model, with what it captured kept for as long as it is held on to. */
export function rememberStates(model: Model): FitModel {
  const known = new Map<string, Read>()
  return {
    info: model.info,
    generate: (prompts, options) => model.generate(prompts, options),
    train: (examples, spec, options) => model.train(examples, spec, options),
    capture: async (prompts, where, options = {}) => {
      const { reduce, steering } = options
      const keys = prompts.map(prompt => JSON.stringify([where, reduce, steering, prompt]))
      const missing = new Map<string, Prompt | CaptureItem>()
      for (const [i, key] of keys.entries()) if (!known.has(key)) missing.set(key, prompts[i]!)
      if (missing.size > 0) {
        const { states, positions, ...place } = await model.capture([...missing.values()], where, options)
        for (const [i, key] of [...missing.keys()].entries())
          known.set(key, { ...place, states: states[i] ?? [], positions: positions[i] ?? [] })
      }
      const read = keys.flatMap(key => known.get(key) ?? [])
      const [first] = read
      // Nothing asked: the model itself says what that is, or that the clause is none.
      if (first === undefined) return await model.capture(prompts, where, options)
      const { site, layers, width } = first
      return {
        site,
        layers,
        width,
        states: read.map(({ states }) => states),
        positions: read.map(one => one.positions),
      }
    },
  }
}
