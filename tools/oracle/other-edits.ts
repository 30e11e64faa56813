/** Methods of other edits than additions, on the originals' own fixed activations. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { rowEdit } from '../../src/engine/edits/index.ts'
import type { EditVector } from '../../src/engine/types.ts'
import { aceVector } from '../../src/steer/methods/ace.ts'
import { planeOf } from '../../src/steer/methods/angular.ts'
import { bestThreshold, projectedCosine } from '../../src/steer/methods/cast.ts'
import { headAccuracy, headDirection } from '../../src/steer/methods/iti.ts'
import { pcaDirection } from '../../src/steer/methods/pca.ts'
import { run, scratch } from './python.ts'
import { atLeast, atMost, type Comparison, cosine } from './table.ts'

const Vector = z.array(z.number())
const Rows = z.array(Vector)
const Made = z.object({
  versions: z.record(z.string(), z.string()),
  iti: z.object({
    labels: Vector,
    held: Vector,
    heads: z.array(z.object({ rows: Rows, accuracy: z.number(), unit: Vector, deviation: z.number() })),
  }),
  cast: z.object({
    states: z.record(z.string(), Rows),
    directions: z.record(z.string(), Vector),
    similarities: z.record(z.string(), Vector),
    best: z.object({ layer: z.number(), f1: z.number() }),
  }),
  angular: z.object({
    first: Vector,
    second: Vector,
    rows: Rows,
    turned: z.array(z.object({ degrees: z.number(), adaptive: z.boolean(), rows: Rows })),
  }),
  ace: z.object({
    positive: Rows,
    negative: Rows,
    rows: Rows,
    moved: z.array(z.object({ strength: z.number(), rows: Rows })),
  }),
})
type Made = z.infer<typeof Made>

const least = 0.999
const mostApart = 1e-3

export async function otherEdits(options: {
  readonly python: string
  readonly honestLlama: string | undefined
  readonly activationSteering: string | undefined
  readonly angular: string | undefined
}): Promise<Comparison[]> {
  const { python, honestLlama, activationSteering, angular } = options
  if (honestLlama === undefined || activationSteering === undefined || angular === undefined) {
    const original = 'needs `--honest-llama`, `--activation-steering` and `--angular`'
    return [atLeast(least, { what: '`iti`, `cast`, `angular`, `ace`', original, measure: 'cosine', value: null })]
  }
  await using folder = scratch()
  const file = join(folder.path, 'edits.json')
  const clones = ['--honest-llama', honestLlama, '--activation-steering', activationSteering, '--angular', angular]
  await run(python, 'methods/edits.py', [...clones, '--out', file])
  const made = Made.parse(JSON.parse(readFileSync(file, 'utf8')))
  return [...ofHeads(made), ...ofConditions(made), ...ofTurns(made), ...ofAffine(made)]
}

function ofHeads({ iti: { labels, held, heads } }: Made): Comparison[] {
  const compared = heads.map(({ rows, ...told }) => {
    const [all, placed] = [rows.map(row => Float32Array.from(row)), labels.map((label, i) => ({ label, i }))]
    const places = (label: number) => placed.filter(one => one.label === label).map(({ i }) => i)
    const [up, down] = [places(1), places(0)]
    const sides = { positive: up.map(i => all[i]!), negative: down.map(i => all[i]!) }
    const asked = (own: readonly number[]) => new Set(own.flatMap((row, i) => (held.includes(row) ? [i] : [])))
    const { w, deviation } = headDirection(sides)
    const accuracy = headAccuracy(sides, { positive: asked(up), negative: asked(down) })
    return {
      direction: cosine(w, told.unit),
      others: Math.max(Math.abs(deviation / told.deviation - 1), Math.abs(accuracy - told.accuracy)),
    }
  })
  const what = '`iti`'
  const original = 'honest_llama 2c6b217'
  return [
    atLeast(least, {
      what,
      original,
      measure: `least cosine of ${heads.length} heads`,
      value: Math.min(...compared.map(one => one.direction)),
    }),
    atMost(mostApart, {
      what,
      original,
      measure: 'accuracy and deviation, most apart',
      value: Math.max(...compared.map(one => one.others)),
    }),
  ]
}

function ofConditions({ cast: { states, directions, similarities, best } }: Made): Comparison[] {
  const sidesOf = <T>(rows: readonly T[]) => ({
    positive: rows.filter((_, i) => i % 2 === 0),
    negative: rows.filter((_, i) => i % 2 === 1),
  })
  const found = Object.entries(states).map(([layer, rows]) => {
    const { positive, negative } = sidesOf(rows.map(row => [Float32Array.from(row)]))
    const axis = pcaDirection({ target: { positive, negative } }, false)
    const unit = axis.map(value => value / Math.hypot(...axis))
    const told = similarities[layer] ?? []
    const apart = rows.map((row, i) => Math.abs(projectedCosine(row, unit) - (told[i] ?? Number.NaN)))
    const { positive: above, negative: below } = sidesOf(told)
    const f1 = bestThreshold(above, below)?.f1 ?? Number.NaN
    return { layer: Number(layer), direction: cosine(axis, directions[layer] ?? []), apart: Math.max(...apart), f1 }
  })
  const [what, original] = ['`cast`', 'activation-steering 52be602']
  const highest = found.reduce((one, other) => (other.f1 > one.f1 ? other : one))
  return [
    atLeast(least, {
      what,
      original,
      measure: `least cosine of ${found.length} conditions`,
      value: Math.min(...found.map(one => one.direction)),
    }),
    atMost(mostApart, {
      what,
      original,
      measure: 'what a condition measures, most apart',
      value: Math.max(...found.map(one => one.apart)),
    }),
    atMost(mostApart, {
      what,
      original,
      measure: 'F1 of the layer chosen, below that of its grid',
      value: highest.layer === best.layer ? Math.max(0, best.f1 - highest.f1) : Number.NaN,
    }),
  ]
}

function ofTurns({ angular: { first, second, rows, turned } }: Made): Comparison[] {
  const candidates = [second, second.map(value => 3 * value)].map(row => Float32Array.from(row))
  const plane = planeOf(Float32Array.from(first), candidates)
  // A principal component has no sign of its own.
  const sign = Math.sign(plane.second.reduce((sum, value, i) => sum + value * (second[i] ?? 0), 0))
  const directions = { ...plane, scale: Math.PI / 4 }
  const apart = turned.map(({ degrees, adaptive, rows: told }) => {
    const vector: EditVector = { edit: 'rotate', where: {}, directions, ...(adaptive && { only: 'positive' }) }
    return mostBetween(edited(vector, rows, (sign * degrees) / 45), told)
  })
  const measure = `states under ${turned.length} turns, most apart`
  return [
    atMost(mostApart, {
      what: '`angular`',
      original: 'angular-steering 8da12d4',
      measure,
      value: Math.max(...apart),
    }),
  ]
}

function ofAffine({ versions, ace: { positive, negative, rows, moved } }: Made): Comparison[] {
  const of = (side: readonly number[][]) => side.map(row => [Float32Array.from(row)])
  const vector = aceVector({ target: { positive: of(positive), negative: of(negative) } }, 0)
  const apart = moved.map(({ strength, rows: told }) => mostBetween(edited(vector, rows, strength), told))
  return [
    atMost(mostApart, {
      what: '`ace`',
      original: `the formula, numpy ${versions.numpy}`,
      measure: `states at ${moved.length} strengths, most apart`,
      value: Math.max(...apart),
    }),
  ]
}

function edited(vector: EditVector, rows: readonly number[][], strength: number): Float32Array[] {
  return rows.map(row => {
    const state = Float32Array.from(row)
    rowEdit(vector, 0, row.length).apply(state, 0, strength, { layer: 0, position: 0 })
    return state
  })
}

function mostBetween(found: readonly ArrayLike<number>[], told: readonly number[][]): number {
  return Math.max(...told.flatMap((row, i) => row.map((value, k) => Math.abs(value - (found[i]?.[k] ?? Number.NaN)))))
}
