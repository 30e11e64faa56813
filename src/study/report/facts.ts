/** What a study ran on, as names and values. */
import type { StudyResult } from '../result.ts'
import { count, duration } from './format.ts'

/** For page and Markdown alike. */
export function factsOf(result: StudyResult): readonly (readonly [string, string])[] {
  const { model, engine, time, margins, fit } = result
  return [
    ['study', `${result.study}, ${result.title}`],
    ['run', result.run],
    [
      'model',
      `${model.name}: ${model.architecture}, ${model.layers} layers of width ${model.width}, ${model.quantisation}`,
    ],
    ['model fingerprint', model.fingerprint],
    ['system prompt', model.system ?? 'none'],
    ['engine', `llama.cpp ${engine.release}, ${engine.device}, ${engine.cpu}, ${engine.threads} threads`],
    ['time', `${time.started} to ${time.finished} (${duration(time.seconds)}), ${count(result.answers)} answers`],
    [
      'margins',
      `rates ${margins.rates} points, perplexity ${margins.perplexity} %, degenerate answers ${margins.degenerate} points`,
    ],
    ...(fit === null
      ? []
      : [
          [
            'fit',
            `${fit.method}: ${count(fit.positive)} positive and ${count(fit.negative)} negative prompts. ${fit.note}`,
          ] as const,
        ]),
    ['tool', result.tool],
  ]
}
