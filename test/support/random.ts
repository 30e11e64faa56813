/** Seeded random numbers: the same seed gives the same numbers on every machine. */

/** Uniform in [0, 1): mulberry32 by Tommy Ettinger, public domain. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Standard normal, by Box and Muller (1958). */
export function normal(seed: number): () => number {
  const next = uniform(seed)
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

/** A random direction of Euclidean norm 1. */
export function randomUnit(width: number, seed: number): Float32Array {
  const next = normal(seed)
  const values = Float64Array.from({ length: width }, next)
  const length = Math.hypot(...values)
  return Float32Array.from(values, value => value / length)
}
