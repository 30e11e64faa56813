/** What a contract is held against: an engine under test, the oracle, and the tiny models both of them open. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import type { DirectionVector, Model, OpenOptions, Steering, Token } from '../../../src/engine/types.ts'
import { Where } from '../../../src/engine/where.ts'
import { PlimsollError } from '../../../src/errors.ts'
import { openReference, type ReferenceModel } from '../../reference/model.ts'
import { randomUnit } from '../../support/random.ts'
import { type TinyOptions, writeTinyModel } from '../../support/tiny-gguf.ts'

export type Open = (file: string, options?: OpenOptions) => Promise<Model>

/** An engine under test and the oracle on the same file. */
export interface Pair {
  readonly file: string
  readonly model: Model
  readonly reference: ReferenceModel
}

/** Opens tiny models once each, and closes all of them in the end. */
export class Subject implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'plimsoll-engine-'))
  /** Of what is computed twice in other batches, on models whose states and logits are of the order of 10. */
  readonly tolerance: number
  readonly #open: Open
  /** What all models of this subject have in common. */
  readonly #common: TinyOptions
  readonly #pairs = new Map<string, Promise<Pair>>()

  constructor(open: Open, common: TinyOptions = {}, tolerance = 1e-4) {
    this.tolerance = tolerance
    this.#open = open
    this.#common = common
  }

  /** Opens a file of this folder anew; the caller disposes of it. */
  open(file: string): Promise<Model> {
    return this.#open(file)
  }

  write(name: string, options: TinyOptions = {}): string {
    const file = join(this.folder, name)
    writeTinyModel(file, { ...this.#common, ...options })
    return file
  }

  pair(options: TinyOptions = {}): Promise<Pair> {
    const key = JSON.stringify(options)
    const known = this.#pairs.get(key)
    if (known !== undefined) return known
    const file = this.write(`tiny-${this.#pairs.size}.gguf`, options)
    const opened = Promise.all([this.#open(file), openReference(file)]).then(([model, reference]) => ({
      file,
      model,
      reference,
    }))
    this.#pairs.set(key, opened)
    return opened
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pair of await Promise.allSettled(this.#pairs.values())) {
      if (pair.status === 'fulfilled') await pair.value.model[Symbol.asyncDispose]()
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The width of the tiny models' default, and a scale that moves their states by about a third. */
export const WIDTH = 48
const SCALE = 5

/** A random vector. */
export function vector(
  edit: DirectionVector['edit'],
  where: z.input<typeof Where> = {},
  { seed = 1, width = WIDTH, scale = SCALE }: { seed?: number; width?: number; scale?: number } = {},
): DirectionVector {
  return { edit, where: Where.parse(where), directions: { unit: randomUnit(width, seed), scale } }
}

/** One term at a strength. */
export function steer(
  edit: DirectionVector['edit'],
  where?: z.input<typeof Where>,
  options: { seed?: number; strength?: number } = {},
): Steering {
  const { strength = 1, ...rest } = options
  return [{ vector: vector(edit, where, rest), strength }]
}

/** Every way to place an edit, on a model of `layers` blocks. */
export function placements(layers: number): { readonly name: string; readonly where: z.input<typeof Where> }[] {
  const last = layers - 1
  const at: { name: string; where: z.input<typeof Where> }[] = [
    { name: 'embedding', where: { site: 'embedding' } },
    { name: 'first layer', where: { layers: [0] } },
    { name: 'middle layer', where: { layers: [Math.floor(layers / 2)] } },
    { name: 'last layer', where: { layers: [last] } },
    { name: 'every layer', where: { layers: 'all' } },
  ]
  const on: { name: string; tokens: z.input<typeof Where>['tokens'] }[] = [
    { name: 'every token', tokens: { phase: 'all' } },
    { name: 'the prompt', tokens: { phase: 'prompt' } },
    { name: 'generated tokens', tokens: { phase: 'generated' } },
    { name: 'the template suffix', tokens: { part: 'template-suffix' } },
    { name: 'the last 2 of the prompt', tokens: { phase: 'prompt', last: 2 } },
    { name: 'the first 3', tokens: { first: 3 } },
  ]
  return at.flatMap(place =>
    on.map(({ name, tokens }) => ({ name: `${place.name}, ${name}`, where: { ...place.where, tokens } })),
  )
}

export const PROMPTS = [
  'hello there',
  'What and who is in the world?',
  'then',
  'a long and winding answer, the other one',
  'sand on the wing 12',
  'say it again, and again, and again',
]

/** The code of the PlimsollError that a promise fails with; `none` when it does not fail. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    if (error instanceof PlimsollError) return error.code
    throw error
  }
  return 'none'
}

export async function collect(stream: AsyncIterable<Token>): Promise<Token[]> {
  const tokens: Token[] = []
  for await (const token of stream) tokens.push(token)
  return tokens
}

/** The largest difference of two rows. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!)
    if (!(difference <= largest)) largest = difference
  }
  return largest
}
