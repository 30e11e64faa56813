import { PlimsollError } from '../../../errors.ts'
import { editOf } from '../../../gradient/edits/index.ts'
import { largestStep, type TrainingSequence, train } from '../../../gradient/train.ts'
import { type CaptureRequest, capture } from '../../llama/capture.ts'
import type { LoadedModel } from '../../llama/model.ts'
import { EMBEDDING } from '../../place.ts'
import { layoutOf, partsAfter } from '../../positions.ts'
import { selectedPositions, selectTokens } from '../../select.ts'
import { placesOf } from '../../sites.ts'
import { checkTrainingMemory } from '../../training-memory.ts'
import type { FlightWriter } from '../flight.ts'
import type { Calls } from '../protocol.ts'
import { ofRequest, oneByOne, prepare, type Tell } from './prepare.ts'

const everyToken = { phase: 'all', beginning: 'keep' } as const

export function runTrain(
  model: LoadedModel,
  flight: FlightWriter,
  args: Calls['train']['arguments'],
  tell: Tell<'train'>,
): Calls['train']['result'] {
  const { source, layer, edit: spec, settings, threads, from } = args
  const edit = editOf(spec)
  const places = placesOf(
    layer === EMBEDDING ? { site: 'embedding', layers: 'all' } : { site: 'residual', layers: [layer] },
    model.info,
  )
  const prepared = prepareExamples(model, flight, args)
  const of = <T>(use: 'train' | 'validate', all: readonly T[]) => all.filter((_, i) => args.examples[i]?.use === use)
  // Before the states are read: what cannot be trained is told at once.
  const sizes = prepared.map(({ tokens, targets }) => ({ tokens, targets: targets.length }))
  const step = largestStep(of('train', sizes), of('validate', sizes), settings.batch)
  checkTrainingMemory(source, layer, step, sizes, model.mapped)
  using machine = model.tail(source, layer, threads)
  const sequences = readSequences(model, flight, prepared, places, tell)
  const trained = train(
    machine.tail,
    edit,
    { training: of('train', sequences), validation: of('validate', sequences) },
    settings,
    {
      onStep: (done, total, loss) => tell({ kind: 'step', done, total, loss }),
      onCheckpoint: checkpoint => tell({ kind: 'checkpoint', checkpoint }),
    },
    from,
  )
  edit.parameters.set(trained.parameters)
  const strengths = Float64Array.from(sequences, sequence => edit.strengthOn(sequence))
  return { ...trained, parameters: edit.result?.() ?? trained.parameters, strengths, bytes: machine.tail.bytes }
}

interface PreparedExample extends Pick<TrainingSequence, 'rows' | 'targets'> {
  readonly request: CaptureRequest
  /** Of prompt and target. */
  readonly tokens: number
}

function prepareExamples(
  model: LoadedModel,
  flight: FlightWriter,
  { examples, tokens: where }: Calls['train']['arguments'],
): PreparedExample[] {
  return examples.map(({ prompt, target }, index) => {
    const continuation = model.vocabulary.tokenize(target, { addSpecial: false, parseSpecial: false })
    if (continuation.length === 0) throw emptyTarget(flight.first + index)
    const { rendered } = prepare(model, flight, { prompt }, index, continuation.length, true)
    const layout = layoutOf(rendered, true)
    const selection = selectTokens(everyToken, layout)
    const edited = ofRequest(flight.first + index, () => selectTokens(where, layout))
    const tokens = rendered.tokens.length + continuation.length
    return {
      request: { rendered, continuation, selection, steering: null },
      rows: selectedPositions(edited, tokens, partsAfter(rendered, continuation)),
      targets: Array.from(continuation, (token, i) => ({ row: rendered.tokens.length + i - 1, target: token })),
      tokens,
    }
  })
}

/** States of the layer under every token of every example; nothing below it depends on what is trained. */
function readSequences(
  model: LoadedModel,
  flight: FlightWriter,
  prepared: readonly PreparedExample[],
  places: ReturnType<typeof placesOf>,
  tell: Tell<'train'>,
): TrainingSequence[] {
  const states: Float32Array[] = []
  oneByOne(flight, prepared.length, next =>
    capture(
      model,
      prepared.map(({ request }) => request),
      places,
      'none',
      [],
      captured => {
        states[captured.index] = captured.states
      },
      index => {
        next(index + 1)
        tell({ kind: 'read', done: index + 1 })
      },
    ),
  )
  return prepared.map(({ rows, targets }, i) => ({
    states: states[i] ?? new Float32Array(),
    width: model.info.width,
    rows,
    targets,
  }))
}

function emptyTarget(index: number): PlimsollError {
  return new PlimsollError('invalid-input', 'An example has no target', {
    found: 'an empty text',
    expected: 'the answer that the example is to make likely',
    where: `example ${index}`,
    fix: 'Leave the example out, or give its answer.',
  })
}
