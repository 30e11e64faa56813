import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../../errors.ts'
import { directionAt, layersOf, orthogonalTo, sum, type Term, type Vector, writeVector } from '../../steer/index.ts'
import { examples, outputOf } from '../common.ts'
import { prose } from '../terminal/prose.ts'
import { formatOf, readVector } from './open.ts'

export function combineCommand(vector: Command): void {
  vector
    .command('combine <TERMS...>')
    .summary('sums, multiples, what is at right angles to others')
    .description(
      'Add vectors of one model: FILE as it is, FILE*1.5 half as strong again, FILE*-1 turned round. The result keeps where each came from.',
    )
    .option('--orthogonal-to <FILES...>', 'then leave out what lies along these, layer by layer')
    .requiredOption('-o, --output <FILE>', 'where to write it (.safetensors, or .gguf for llama.cpp)')
    .addHelpText(
      'after',
      examples(
        'plimsoll vector combine a.safetensors "b.safetensors*-0.5" -o c.safetensors',
        'plimsoll vector combine a.safetensors --orthogonal-to refusal.safetensors -o safer.safetensors',
      ),
    )
    .action(async (written, options, command) => {
      const output = outputOf(command)
      // Refused before anything is read.
      formatOf(options.output)
      const terms: Term[] = []
      for (const one of written) {
        const { file, factor } = termOf(one)
        terms.push({ vector: await readVector(file, {}, output), factor })
      }
      const others = []
      for (const file of options.orthogonalTo ?? []) others.push(await readVector(file, {}, output))
      const [only] = terms
      const added = only !== undefined && terms.length === 1 && only.factor === 1 ? only.vector : sum(terms)
      const made = others.length === 0 ? added : orthogonalTo(added, others)
      await writeVector(made, options.output)
      const layers = layersOf([made])
      const left = others.length === 0 ? undefined : layers.map(layer => ({ layer, share: leftAt(made, added, layer) }))
      if (output.json) return output.printJson({ file: options.output, layers, left, provenance: made.provenance })
      output.print(
        `${options.output}: ${written.join(' + ')}, ${layers.length === 1 ? 'layer' : 'layers'} ${layers.join(', ')}`,
      )
      if (left !== undefined) {
        const shares = left.map(({ layer, share }) => `${(100 * share).toPrecision(3)} % at layer ${layer}`)
        output.print(prose(`Left of its length: ${shares.join(', ')}`, 2))
      }
    })
}

/** Length of what is at right angles to others, as a share of what it was before. */
function leftAt(made: Vector, added: Vector, layer: number): number {
  return (directionAt(made, layer)?.scale ?? 0) / (directionAt(added, layer)?.scale ?? 1)
}

/** `FILE`, `FILE*2`, `FILE×2`; vectors of studies have such signs in their names, as in `diffmean@5×2.safetensors`. */
function termOf(written: string): { readonly file: string; readonly factor: number } {
  if (/\.(?:safetensors|gguf)$/i.test(written)) return { file: written, factor: 1 }
  const [, file = written, number = '1'] = /^(.+)[*×]([^*×]*)$/.exec(written) ?? []
  const factor = Number(number)
  if (number.trim() !== '' && Number.isFinite(factor) && factor !== 0) return { file, factor }
  throw new PlimsollError('usage', 'A term is a file, or a file times a number that is not 0', {
    found: written,
    expected: 'FILE.safetensors, or FILE.safetensors*-0.5',
    fix: 'Correct the number, or the name of the file.',
  })
}
