import { basename } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { PlimsollError } from '../../errors.ts'
import { cosines, layersOf } from '../../steer/index.ts'
import { examples, outputOf } from '../common.ts'
import { columns } from '../terminal/columns.ts'
import { readVector } from './open.ts'

export function compareVectorsCommand(vector: Command): void {
  vector
    .command('compare <A> <FILES...>')
    .summary('cosines of vectors, layer by layer')
    .description(
      'Cosine of one vector with others at each layer where both have a direction: 1 is the same direction, 0 a right angle, −1 the opposite. Two random directions of width d lie within about ±2/√d.',
    )
    .option('--model <NAME|FILE>', 'the model of .gguf files')
    .addHelpText(
      'after',
      examples(
        'plimsoll vector compare compliance.safetensors refusal.safetensors',
        'plimsoll vector compare a.safetensors b.safetensors c.safetensors --json',
      ),
    )
    .action(async (first, files, options, command) => {
      const output = outputOf(command)
      const one = await readVector(first, options, output)
      const others = []
      for (const file of files) others.push({ file, vector: await readVector(file, options, output) })
      const foreign = others.find(({ vector: { provenance } }) => {
        return provenance.model.fingerprint !== one.provenance.model.fingerprint
      })
      if (foreign !== undefined)
        throw new PlimsollError('vector-mismatch', 'The vectors are of different models', {
          found: `${one.provenance.model.name} and ${foreign.vector.provenance.model.name}`,
          where: foreign.file,
          fix: 'Compare vectors of one model: directions of one mean nothing in another.',
        })
      const found = others.map(({ file, vector: other }) => ({ file, cosines: cosines(one, other) }))
      if (output.json) return output.printJson({ file: first, width: one.provenance.model.width, others: found })
      const rows = layersOf([one]).flatMap(layer => {
        const cells = found.map(other => other.cosines.find(entry => entry.layer === layer)?.cosine)
        if (cells.every(cell => cell === undefined)) return []
        return [[layerName(layer), ...cells.map(cell => (cell === undefined ? '' : signed(cell)))]]
      })
      if (rows.length === 0) return output.print('No layer has a direction of both.')
      const table = columns([['layer', ...files], ...rows])
      const short = files.map(file => basename(file))
      const isWide = table.split('\n').some(line => line.length > 80) && new Set(short).size === files.length
      output.print(isWide ? columns([['layer', ...short], ...rows]) : table)
    })
}

export function layerName(layer: number): string {
  return layer < 0 ? 'embedding' : String(layer)
}

export function signed(cosine: number): string {
  return `${cosine < 0 ? '−' : '+'}${Math.abs(cosine).toFixed(3)}`
}
