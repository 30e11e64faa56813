/** Logistic regression with a penalty on the weights, solved to its one minimum. */
import { addTo, dot } from './vectors.ts'

export interface Logistic {
  readonly weight: Float64Array
  readonly intercept: number
}

export interface LabelledRow {
  readonly row: ArrayLike<number>
  readonly label: 0 | 1
}

const mostSteps = 100
/** Of the largest entry of the gradient. */
const tolerance = 1e-8

/**
 * Minimises ½‖w‖² + Σ ln(1 + exp(−±(w·x + b))), which is scikit-learn's LogisticRegression with its default C = 1, by Newton
 * steps that are halved until the loss falls.
 */
export function logisticRegression(examples: readonly LabelledRow[]): Logistic {
  const width = examples[0]?.row.length ?? 0
  // The last entry belongs to the intercept, which is not penalised.
  let solution = new Float64Array(width + 1)
  let loss = lossOf(examples, solution)
  for (let step = 0; step < mostSteps; step++) {
    const { gradient, curvature } = derivatives(examples, solution)
    if (gradient.every(value => Math.abs(value) < tolerance)) break
    const direction = solvePositive(curvature, gradient)
    let [share, next, lower] = [1, solution, loss]
    for (; share > 2 ** -20; share /= 2) {
      next = solution.slice()
      addTo(next, direction, -share)
      lower = lossOf(examples, next)
      if (lower < loss) break
    }
    if (!(lower < loss)) break
    solution = next
    loss = lower
  }
  return { weight: solution.subarray(0, width), intercept: solution[width] ?? 0 }
}

/** Whether a row is on the side of label 1. */
export function isAhead({ weight, intercept }: Logistic, row: ArrayLike<number>): boolean {
  return dot(row, weight) + intercept > 0
}

function logitOf(solution: Float64Array, row: ArrayLike<number>): number {
  return dot(row, solution) + solution[row.length]!
}

function lossOf(examples: readonly LabelledRow[], solution: Float64Array): number {
  const weight = solution.subarray(0, -1)
  return examples.reduce((sum, { row, label }) => {
    const margin = (label === 1 ? 1 : -1) * logitOf(solution, row)
    // ln(1 + e^−m), without overflow.
    return sum + Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)))
  }, dot(weight, weight) / 2)
}

function derivatives(examples: readonly LabelledRow[], solution: Float64Array) {
  const size = solution.length
  const gradient = solution.slice()
  gradient[size - 1] = 0
  const curvature = Array.from({ length: size }, (_, i) => {
    const line = new Float64Array(size)
    // A trace on the intercept keeps the matrix positive where all rows are far on one side.
    line[i] = i < size - 1 ? 1 : 1e-12
    return line
  })
  const extended = new Float64Array(size)
  extended[size - 1] = 1
  for (const { row, label } of examples) {
    extended.set(row)
    const chance = 1 / (1 + Math.exp(-logitOf(solution, row)))
    addTo(gradient, extended, chance - label)
    const weight = chance * (1 - chance)
    for (let i = 0; i < size; i++) addTo(curvature[i]!, extended, weight * extended[i]!)
  }
  return { gradient, curvature }
}

/** x of A·x = b for a symmetric positive A, by Cholesky's factors. */
function solvePositive(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length
  const lower = matrix.map(line => line.slice())
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = lower[i]![j]!
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!
      lower[i]![j] = i === j ? Math.sqrt(sum) : sum / lower[j]![j]!
    }
  const found = right.slice()
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) found[i] = found[i]! - lower[i]![k]! * found[k]!
    found[i] = found[i]! / lower[i]![i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) found[i] = found[i]! - lower[k]![i]! * found[k]!
    found[i] = found[i]! / lower[i]![i]!
  }
  return found
}
