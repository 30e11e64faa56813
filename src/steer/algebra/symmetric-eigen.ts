/** All eigenvalues of a symmetric matrix and their vectors. */

export interface Eigen {
  /** Descending. */
  readonly values: readonly number[]
  /** Unit vectors at right angles to each other, in the order of the values. */
  readonly vectors: readonly Float64Array[]
}

/** Far more than it takes: each sweep squares what is left beside the diagonal. */
const mostSweeps = 60

/**
 * Cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 4th edition, algorithm 8.5.2): as exact as the numbers
 * are, however close eigenvalues lie to each other, and fast enough for some hundred rows.
 * @param matrix rows of a symmetric matrix; left as it is
 */
export function symmetricEigen(matrix: readonly Float64Array[]): Eigen {
  const n = matrix.length
  const a = matrix.map(row => row.slice())
  // Row i becomes the i-th eigenvector.
  const vectors = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)))
  const size = Math.sqrt(a.reduce((sum, row) => sum + row.reduce((own, value) => own + value * value, 0), 0))
  for (let sweep = 0; sweep < mostSweeps && besideDiagonal(a) > Number.EPSILON * size; sweep++)
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, p, q)
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!)
  return { values: order.map(i => a[i]![i]!), vectors: order.map(i => vectors[i]!) }
}

function besideDiagonal(a: readonly Float64Array[]): number {
  let sum = 0
  for (const [i, row] of a.entries()) for (const [j, value] of row.entries()) if (i !== j) sum += value * value
  return Math.sqrt(sum)
}

/** Makes a[p][q] zero. */
function rotate(a: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const [rowP, rowQ] = [a[p]!, a[q]!]
  const between = rowP[q]!
  if (between === 0) return
  const tau = (rowQ[q]! - rowP[p]!) / (2 * between)
  const tangent = Math.sign(tau || 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau))
  const cosine = 1 / Math.sqrt(1 + tangent * tangent)
  const sine = tangent * cosine
  for (const row of a) turn(row, p, q, cosine, sine)
  turnRows(rowP, rowQ, cosine, sine)
  turnRows(vectors[p]!, vectors[q]!, cosine, sine)
  rowP[q] = 0
  rowQ[p] = 0
}

function turn(row: Float64Array, p: number, q: number, cosine: number, sine: number): void {
  const [x, y] = [row[p]!, row[q]!]
  row[p] = cosine * x - sine * y
  row[q] = sine * x + cosine * y
}

function turnRows(rowP: Float64Array, rowQ: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < rowP.length; i++) {
    const [x, y] = [rowP[i]!, rowQ[i]!]
    rowP[i] = cosine * x - sine * y
    rowQ[i] = sine * x + cosine * y
  }
}
