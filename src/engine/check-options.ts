/** Keys of what callers give: one that nobody reads is an error, since plain JavaScript writes `max_tokens` and means `maxTokens`. */
import { PlimsollError } from '../errors.ts'
import type { RunOptions } from '../progress.ts'
import { suggest } from '../suggest.ts'
import type {
  CaptureItem,
  CaptureOptions,
  DivergenceItem,
  DivergenceOptions,
  GenerateOptions,
  OpenOptions,
  Request,
  ScoreItem,
  ScoreOptions,
  TrainableSpec,
  TrainingExample,
  TrainingSpec,
  TrainOptions,
} from './types.ts'

/** Every option there is, which the compiler keeps complete. */
type Known<Options> = Readonly<Record<keyof Options, true>>

const every: Known<RunOptions> = { onProgress: true, signal: true, seed: true }
const openModel: Known<OpenOptions> = {
  threads: true,
  engines: true,
  name: true,
  cache: true,
  flashAttention: true,
  batching: true,
  gpuLayers: true,
  fastPath: true,
  unanswered: true,
  signal: true,
}
const everyPrompt: Known<Omit<Request, 'prompt'>> = { steering: true, maxTokens: true, sampling: true, adapters: true }
const request: Known<Request> = { prompt: true, ...everyPrompt }
const generate: Known<GenerateOptions> = {
  ...everyPrompt,
  ...every,
  stop: true,
  slots: true,
  firstTokens: true,
  failures: true,
  onToken: true,
}
const divergence: Known<DivergenceOptions> = { ...every, adapters: true }
const score: Known<ScoreOptions> = { ...divergence, steering: true }
const capture: Known<CaptureOptions> = { ...score, reduce: true }
const scored: Known<ScoreItem> = { prompt: true, continuation: true, steering: true }
const captured: Known<CaptureItem> = scored
const diverging: Known<DivergenceItem> = { prompt: true, continuation: true }
const train: Known<TrainOptions> = {
  ...every,
  validation: true,
  patience: true,
  from: true,
  onCheckpoint: true,
  threads: true,
}
const training: Known<TrainingSpec> = {
  layer: true,
  tokens: true,
  edit: true,
  epochs: true,
  batch: true,
  learningRate: true,
  weightDecay: true,
}
const example: Known<TrainingExample> = { prompt: true, target: true }
type Trained<Kind extends TrainableSpec['kind']> = Known<Extract<TrainableSpec, { readonly kind: Kind }>>
const added: Trained<'add'> = { kind: true, start: true }
const reft: Trained<'reft-r1'> = { ...added, top: true, penalty: true }
const loreft: Trained<'loreft'> = { ...added, rank: true }

const known = {
  openModel,
  generate,
  capture,
  score,
  firstToken: score,
  divergence,
  tokenize: { special: true },
  train,
  'a training': training,
  'an edit add that is trained': added,
  'an edit reft-r1 that is trained': reft,
  'an edit loreft that is trained': loreft,
  'a request': request,
  'an item of capture': captured,
  'an item of score': scored,
  'an item of divergence': diverging,
  'an example of a training': example,
}

/** @throws PlimsollError `invalid-input` naming the key, and the one that may be meant */
export function checkOptions(of: keyof typeof known, options: object, where?: string): void {
  const names = Object.keys(known[of])
  const unknown = Object.keys(options).find(key => !names.includes(key))
  if (unknown === undefined) return
  const meant = suggest(unknown, names)
  throw new PlimsollError('invalid-input', `There is no such option of ${of}`, {
    found: unknown,
    expected: names.join(', '),
    ...(where !== undefined && { where }),
    fix: meant === undefined ? 'Leave it out.' : `Write ${meant}.`,
  })
}
