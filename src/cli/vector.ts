import type { Command } from '@commander-js/extra-typings'
import { examples } from './common.ts'
import { combineCommand } from './vector/combine.ts'
import { compareVectorsCommand } from './vector/compare.ts'
import { convertCommand } from './vector/convert.ts'
import { showCommand } from './vector/show.ts'
import { traceCommand } from './vector/trace.ts'

export function vectorCommand(program: Command): void {
  const vector = program
    .command('vector')
    .summary('show | convert | compare | combine | trace')
    .helpCommand(false)
    .description(
      'Steering vectors as files: what they are, other formats, how alike they are, sums of them, what one did to an answer.',
    )
    .addHelpText(
      'after',
      examples('plimsoll vector show vector.safetensors', 'plimsoll vector convert vector.safetensors vector.gguf'),
    )
  showCommand(vector)
  convertCommand(vector)
  compareVectorsCommand(vector)
  combineCommand(vector)
  traceCommand(vector)
}
