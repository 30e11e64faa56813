/** In what the two sides differ besides their answers. */
import type { Side } from './side.ts'
import type { Difference } from './types.ts'

export function differencesOf(a: Side, b: Side): Difference[] {
  const [one, other] = [factsOf(a), factsOf(b)]
  return Object.keys(one).flatMap(what => {
    const [before = '', after = ''] = [one[what], other[what]]
    return before === after ? [] : [{ what, a: before, b: after }]
  })
}

function factsOf({ result, study, condition }: Side): Record<string, string> {
  const { model, engine, margins } = result
  return {
    study: result.study,
    condition: `${condition.name}: ${condition.description}`,
    vector: condition.vector ?? 'not recorded',
    layer: told(condition.layer),
    strength: told(condition.strength),
    model: model.name,
    'model fingerprint': model.fingerprint,
    quantisation: model.quantisation,
    'system prompt': model.system ?? 'none',
    'llama.cpp release': engine.release,
    'CPU variant': engine.cpu,
    device: engine.device,
    threads: String(engine.threads),
    'plimsoll version': result.tool,
    seed: String(study.seed),
    judge: typeof study.judge === 'string' ? study.judge : JSON.stringify(study.judge),
    margins: `rates ${margins.rates} points, perplexity ${margins.perplexity} %, degenerate ${margins.degenerate} points`,
    'tokens of an answer': String(study.generation.maxTokens),
    slots: String(study.slots),
    chunk: String(study.chunk),
  }
}

function told(value: number | null): string {
  return value === null ? 'none' : String(value)
}
