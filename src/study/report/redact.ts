/** Leaves out of a report what should not be published: answers to harmful requests, and what wraps these requests. */
import type { Sample, SampleAnswer } from './sample.ts'

const left = '(left out)'

/** What was judged of an answer stays, its words go. Harmless prompts and their answers stay as they are. */
export async function* redacted(samples: AsyncIterable<Sample> | Iterable<Sample>): AsyncGenerator<Sample> {
  for await (const sample of samples) yield sample.harmful ? redact(sample) : sample
}

function redact({ template, ...sample }: Sample): Sample {
  return {
    ...sample,
    prompt: left,
    template: template && { id: template.id, before: '', after: '' },
    baseline: withoutWords(sample.baseline),
    steered: withoutWords(sample.steered),
  }
}

function withoutWords(answer: SampleAnswer): SampleAnswer {
  return { ...answer, text: left, evidence: '' }
}
