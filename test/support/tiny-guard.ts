/** A tiny model to whose tokenizer `yes` and `no` are one token each, and which writes one of them, as guard models do. */
import { type ModelParts, type TinyOptions, VOCABULARY, writeTinyModel } from './tiny-gguf.ts'

/** In place of merges that nothing else is made of, in the order of the vocabulary. */
const words = { Ġwor: 'no', or: 'ye', '12': 'yes' } as const
const merges: Readonly<Record<string, string>> = { 'o r': 'y e', 'Ġw or': 'n o', '1 2': 'ye s' }

export function writeTinyGuard(file: string, options: TinyOptions = {}): void {
  writeTinyModel(file, {
    contextLength: 2048,
    ...options,
    change: parts => {
      const renamed: Readonly<Record<string, string>> = words
      parts.metadata['tokenizer.ggml.tokens'] = { strings: VOCABULARY.map(piece => renamed[piece] ?? piece) }
      const old = parts.metadata['tokenizer.ggml.merges']
      if (old !== undefined && 'strings' in old)
        parts.metadata['tokenizer.ggml.merges'] = { strings: old.strings.map(merge => merges[merge] ?? merge) }
      preferWords(parts, options.width ?? 48)
      options.change?.(parts)
    },
  })
}

/** Opposite rows of some length: whatever the state, one of the two words is likely. */
function preferWords({ tensors }: ModelParts, width: number): void {
  const matrix = tensors.find(({ name }) => name === 'output.weight')?.data
  if (!(matrix instanceof Float32Array)) throw new Error('no output matrix')
  const start = (piece: keyof typeof words) => VOCABULARY.indexOf(piece) * width
  const [yes, no] = [start('12'), start('Ġwor')]
  for (let i = 0; i < width; i++) {
    matrix[yes + i] = 4 * (matrix[yes + i] ?? 0)
    matrix[no + i] = -(matrix[yes + i] ?? 0)
  }
}
