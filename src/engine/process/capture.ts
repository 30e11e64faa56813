/** Asks the engine process for states, and puts them together as they come. */
import { checkedAdapters, checkedPrompt, checkedText, oneOf } from '../check.ts'
import { checkOptions } from '../check-options.ts'
import { steeringCheck } from '../check-steering.ts'
import type { Capture, CaptureItem, CaptureOptions, Prompt } from '../types.ts'
import { parseWhere, type WhereInput } from '../where.ts'
import { type Asking, complete, isRequest } from './asking.ts'

export async function capture(
  { engine, first }: Asking,
  prompts: readonly (Prompt | CaptureItem)[],
  where: WhereInput,
  options: CaptureOptions,
): Promise<Capture> {
  const parsed = parseWhere(where)
  const checked = steeringCheck()
  const states = prompts.map(() => new Map<number, Float32Array>())
  const positions: (readonly number[] | undefined)[] = new Array(prompts.length)
  let done = 0
  const { layers, width } = await engine.call(
    'capture',
    {
      requests: prompts.map((entry, index) => {
        const request = first + index
        const item: CaptureItem = isRequest(entry) ? entry : { prompt: entry }
        checkOptions('an item of capture', item, `request ${request}`)
        return {
          prompt: checkedPrompt(item.prompt, request),
          continuation:
            item.continuation === undefined
              ? undefined
              : checkedText('continuation', item.continuation, `request ${request}`),
          steering: checked(item.steering ?? options.steering, request),
        }
      }),
      where: parsed,
      adapters: checkedAdapters(options.adapters),
      reduce: oneOf('reduce', options.reduce ?? 'mean', ['none', 'mean', 'last']),
    },
    {
      signal: options.signal,
      first,
      onEvent: event => {
        if (event.kind === 'states') {
          // Every piece goes to its place as it comes: joining 100 MB at the end would block the caller.
          const whole = states[event.index]?.get(event.layer) ?? new Float32Array(event.values)
          whole.set(event.states, event.offset)
          states[event.index]?.set(event.layer, whole)
          return
        }
        positions[event.index] = event.positions
        options.onProgress?.({ stage: 'capture', done: ++done, total: prompts.length })
      },
    },
  )
  return {
    site: parsed.site,
    layers,
    width,
    states: states.map(byLayer => complete(layers.map(layer => byLayer.get(layer)))),
    positions: complete(positions),
  }
}
