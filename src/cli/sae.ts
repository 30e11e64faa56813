import type { Command } from '@commander-js/extra-typings'
import { examples } from './common.ts'
import { trainCommand } from './sae/train.ts'

export function saeCommand(program: Command): void {
  const sae = program
    .command('sae')
    .summary('Sparse autoencoders: train')
    .helpCommand(false)
    .description('Sparse autoencoders of hidden states, for methods that steer by their latents (`sta`).')
    .addHelpText(
      'after',
      examples(
        'plimsoll sae train --model organism --prompts organism/harmless/fit --layer 5',
        'plimsoll fit --method sta --parameter autoencoder=sae.safetensors --layer 5 --positive a.txt --negative b.txt',
      ),
    )
  trainCommand(sae)
}
