import { generate } from '../../llama/generate.ts'
import type { LoadedModel } from '../../llama/model.ts'
import type { FlightWriter } from '../flight.ts'
import type { Calls } from '../protocol.ts'
import { prepare, type Tell } from './prepare.ts'

export function runGenerate(
  model: LoadedModel,
  flight: FlightWriter,
  args: Calls['generate']['arguments'],
  tell: Tell<'generate'>,
): null {
  const requests = args.requests.map((request, index) => ({
    ...prepare(model, flight, request, index, request.maxTokens, true),
    maxTokens: request.maxTokens,
  }))
  flight.none()
  generate(model, {
    requests,
    slots: args.slots,
    stop: args.stop,
    ...(args.tokens === 'tell' ? { onToken: (index, token) => tell({ kind: 'token', index, token }) } : {}),
    onStart: index => flight.started(index),
    onDone: (index, generation) => {
      flight.ended(index)
      tell({ kind: 'generation', index, generation })
    },
  })
  return null
}
