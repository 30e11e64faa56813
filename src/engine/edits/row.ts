/** Arithmetic on one row of hidden states, in place. Nothing here allocates: it runs for every edited token. */

/** `states[offset …]` += amount · unit */
export function addScaled(states: Float32Array, offset: number, unit: Float32Array, amount: number): void {
  for (let i = 0; i < unit.length; i++) states[offset + i] = states[offset + i]! + amount * unit[i]!
}

/** `addScaled`, and ‖h‖ before it: one pass, since on every layer of every token this is most of what steering costs. */
export function addScaledTo(states: Float32Array, offset: number, unit: Float32Array, amount: number): number {
  const width = unit.length
  let sum = 0
  for (let i = 0, at = offset; i < width; i++, at++) {
    const value = states[at]!
    sum += value * value
    states[at] = value + amount * unit[i]!
  }
  return Math.sqrt(sum)
}

/** h · û */
export function dot(states: Float32Array, offset: number, unit: Float32Array): number {
  let sum = 0
  for (let i = 0; i < unit.length; i++) sum += states[offset + i]! * unit[i]!
  return sum
}

/** ‖h‖ */
export function norm(states: Float32Array, offset: number, width: number): number {
  let sum = 0
  for (let i = 0; i < width; i++) {
    const value = states[offset + i]!
    sum += value * value
  }
  return Math.sqrt(sum)
}

/** Copies the row to the start of `copy` and returns ‖h‖. */
export function copyRow(states: Float32Array, offset: number, width: number, copy: Float32Array): number {
  let sum = 0
  for (let i = 0; i < width; i++) {
    const value = states[offset + i]!
    copy[i] = value
    sum += value * value
  }
  return Math.sqrt(sum)
}

/** ‖h − copy‖, `copy` beginning at `from`; NaN where the row holds something that is no finite number. */
export function distance(states: Float32Array, offset: number, width: number, copy: Float32Array, from = 0): number {
  let sum = 0
  let broken = 0
  for (let i = 0; i < width; i++) {
    const value = states[offset + i]!
    const difference = value - copy[from + i]!
    sum += difference * difference
    // x − x is 0 for every finite x and NaN for the others.
    broken += value - value
  }
  return Math.sqrt(sum) + broken
}

/** A row-major matrix times a row: `into[r]` = Σ_c matrix[r][c] · h[c]. */
export function multiply(
  matrix: { readonly rows: number; readonly columns: number; readonly values: Float32Array },
  states: Float32Array | Float64Array,
  offset: number,
  into: Float64Array,
): void {
  const { rows, columns, values } = matrix
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0
    for (let column = 0; column < columns; column++) sum += values[at++]! * states[offset + column]!
    into[row] = sum
  }
}
