import type { Command } from '@commander-js/extra-typings'
import { Option } from '@commander-js/extra-typings'
import { PlimsollError } from '../../errors.ts'
import { writeVector } from '../../steer/index.ts'
import { examples, outputOf } from '../common.ts'
import { formatOf, readVector } from './open.ts'

export function convertCommand(vector: Command): void {
  vector
    .command('convert <IN> <OUT>')
    .summary('control vectors of llama.cpp both ways, files for lm-evaluation-harness')
    .description(
      'Turn a .safetensors vector into a control vector of llama.cpp (.gguf), or the other way round. llama.cpp adds a control vector to every token, the beginning of sequence among them, from layer 1 on. A .pt file is for lm-evaluation-harness (`--model steered`), which adds the vector of one layer at strength 1, or removes its direction, at every token.',
    )
    .option('--model <NAME|FILE>', 'the model that a .gguf was made for')
    .addOption(
      new Option('--maker <NAME>', 'who made a .gguf: it decides what is written down of where it was read').choices([
        'llama.cpp',
        'repeng',
      ]),
    )
    .addHelpText(
      'after',
      examples(
        'plimsoll vector convert vector.safetensors vector.gguf',
        'plimsoll vector convert happy.gguf happy.safetensors --model mine.gguf --maker repeng',
      ),
    )
    .action(async (from, to, options, command) => {
      const output = outputOf(command)
      const [read, written] = [formatOf(from), formatOf(to)]
      if (read === written)
        throw new PlimsollError('usage', 'Both files are of one format', {
          found: `${from} and ${to}`,
          expected: 'files of two formats: .safetensors, .gguf, .pt',
          fix: 'To copy a file, copy it.',
        })
      const found = await readVector(from, options, output)
      await writeVector(found, to)
      if (output.json) return output.printJson({ file: to, format: written })
      output.print(to)
      if (written === 'gguf') output.note(`Try  llama-cli -m MODEL.gguf --control-vector ${to}`)
      if (written === 'pt') output.note(`Try  lm_eval --model steered --model_args pretrained=MODEL,steer_path=${to}`)
    })
}
