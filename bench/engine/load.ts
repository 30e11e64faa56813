/** Opens a model in this process: what is measured are microseconds a layer, which a message to another process would hide. */
import { factsOf, type ModelFacts } from '../../src/engine/facts.ts'
import { readHeader } from '../../src/engine/header.ts'
import { LoadedModel } from '../../src/engine/llama/model.ts'

export async function loadHere(
  file: string,
  name: string,
  threads: number,
): Promise<{ readonly model: LoadedModel; readonly facts: ModelFacts }> {
  const facts = factsOf(await readHeader(file))
  const options = { file, name, fingerprint: '', threads, cache: 'f16', flashAttention: 'auto', facts } as const
  return { model: new LoadedModel({ ...options, gpuLayers: 0, fastPath: 'off' }, () => false), facts }
}

/** Bytes of weights that one token reads: every block, and the output matrix, which may be the embedding's. */
export function weightBytesOf(facts: ModelFacts): number {
  return facts.layerBytes.reduce((sum, bytes) => sum + bytes, facts.outputBytes)
}
