/** A study file to begin with: what most people change, and the rest as comments with its defaults. */
import { stringify } from 'yaml'

export function starterFile({ study, model }: { readonly study: string; readonly model: string }): string {
  const value = (text: string) => stringify(text).trim()
  return `# plimsoll run FILE --plan says what this would do, and for how long; plimsoll run FILE does it, or goes on where it stopped.
# Whatever is left out comes from the built-in study. Every key: docs/studies.md
version: 1
# What results are filed under (else the file's name), and the heading of the report.
# name: mine
# title: Compliance on my model
study: ${value(study)}
model: ${value(model)}

# What is done to the model. \`paper\` stands for five methods, each unconstrained and constrained; plimsoll methods lists all.
conditions: [diffmean]
# conditions:
#   - { method: partial-or, parameters: { lambda: 0.8 } }
#   - { method: pca, layer: 12, strength: 2 }
#   - { name: shipped, vector: ./compliance.safetensors, strength: 1.5 }

# System prompt under which everything is measured, the baseline included.
# system: You are a helpful assistant.

# Layer and strength are chosen on a split of the data that is not tested.
# select: { layers: 5, strengths: [0.5, 1, 2, 3, 4], rule: target-minus-control }

# Your own rows to fit on, all of them and no others: prompts that are answered (or should be), and prompts that are refused.
# fit: { positive: { file: data/answer.csv }, negative: { file: data/refuse.csv } }

# What is asked. A list replaces the built-in study's; own data is { file: data/mine.csv, columns: { prompt: question } }.
# measure:
#   efficacy: [{ prompts: { file: data/mine.csv } }]
#   general: [{ choice: english/choice/test }, { perplexity: english/prose/test }]

# What may be lost: points of a rate, per cent of perplexity, points of answers without sense.
# margins: { rates: 5, perplexity: 5, degenerate: 2 }

# Tokens of an answer, and the seed of splits and draws.
# generation: { maxTokens: 256 }
# seed: 1
`
}
