/** An edit in a low-rank subspace, as LoReFT trains it. [arXiv 2404.03592, pyreft] */
import { PlimsollError } from '../../errors.ts'
import type { DenseMatrix } from '../steering-types.ts'
import { checkMatrix, checkValues, layerName, type RowEdit } from './edit.ts'
import { dot, multiply } from './row.ts'

/** Rᵢ·Rⱼ may differ from 1 or 0 by this much. */
const tolerance = 1e-2
const orthonormal = new WeakSet<Float32Array>()

/**
 * h + α·Rᵀ(W·h + b − R·h)
 * @throws PlimsollError `vector-mismatch` for other shapes, `invalid-input` where R's rows are not orthonormal
 */
export function lowRank(
  {
    project,
    weight,
    bias,
  }: { readonly project: DenseMatrix; readonly weight: DenseMatrix; readonly bias: Float32Array },
  width: number,
  layer: number,
): RowEdit {
  const rank = project.rows
  checkMatrix(project, rank, width, 'projection', layer)
  checkMatrix(weight, rank, width, 'weight', layer)
  checkValues(bias, rank, 'bias', layer)
  checkOrthonormal(project, layer)
  const wanted = new Float64Array(rank)
  const present = new Float64Array(rank)
  return {
    apply: (states, offset, strength) => {
      multiply(weight, states, offset, wanted)
      multiply(project, states, offset, present)
      for (let row = 0; row < rank; row++) {
        const change = strength * (wanted[row]! + bias[row]! - present[row]!)
        const start = row * width
        for (let i = 0; i < width; i++) states[offset + i] = states[offset + i]! + change * project.values[start + i]!
      }
    },
  }
}

function checkOrthonormal({ rows, columns, values }: DenseMatrix, layer: number): void {
  if (orthonormal.has(values)) return
  const row = (i: number) => values.subarray(i * columns, (i + 1) * columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      const product = dot(values, i * columns, row(j))
      if (Math.abs(product - (i === j ? 1 : 0)) <= tolerance) continue
      throw new PlimsollError(
        'invalid-input',
        `The projection of ${layerName(layer)} has rows that are not orthonormal`,
        {
          found: `row ${i} · row ${j} = ${product.toPrecision(3)}`,
          expected: i === j ? '1' : '0',
          fix: 'Orthonormalise R, as its training does after every step.',
        },
      )
    }
  }
  orthonormal.add(values)
}
