import { writeFileSync } from 'node:fs'
import { writeSafetensors } from '../../src/steer/formats/safetensors.ts'
import { normal } from './random.ts'

/** Writes a sparse autoencoder of 64 latents in Gemma Scope's form, its numbers drawn. */
export function writeRandomAutoencoder(file: string, width: number): void {
  const [latents, next] = [64, normal(3)]
  const random = (...shape: number[]) => {
    const size = shape.reduce((product, one) => product * one, 1)
    return { shape, values: Float32Array.from({ length: size }, next) }
  }
  const tensors = new Map([
    ['W_enc', random(width, latents)],
    ['b_enc', random(latents)],
    ['W_dec', random(latents, width)],
    ['b_dec', random(width)],
    ['threshold', { shape: [latents], values: new Float32Array(latents).fill(0.5) }],
  ])
  writeFileSync(file, writeSafetensors({ tensors, metadata: {} }))
}
