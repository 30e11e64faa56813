/** A seeded source of random numbers. The same seed and stream give the same numbers on every machine and release. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number
  /** A uniform whole number in [0, n), without modulo bias; n in [1, 2³²]. */
  int(n: number): number
}

/**
 * xoshiro128** (Blackman and Vigna 2018, period 2¹²⁸ − 1), its state filled by splitmix32 from the seed.
 * `stream` names what the numbers are for, so that two uses of one seed do not share them.
 */
export function createRandom(seed: number, stream = ''): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed has to be a whole number, got ${seed}`)
  const fill = splitmix32(fnv1a(`${seed}\u0000${stream}`))
  let [a, b, c, d] = [fill(), fill(), fill(), fill() | 1]

  function bits(): number {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }

  return {
    next: () => bits() / 2 ** 32,
    int(n) {
      if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
        throw new RangeError(`expected a whole number in [1, 2³²], got ${n}`)
      const limit = Math.floor(2 ** 32 / n) * n
      for (;;) {
        const value = bits()
        if (value < limit) return value % n
      }
    },
  }
}

/** A shuffled copy (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i -= 1) {
    const j = random.int(i + 1)
    ;[out[i], out[j]] = [out[j]!, out[i]!]
  }
  return out
}

/** `n` items drawn without replacement, in random order; all of them where there are no more than `n`. */
export function sample<T>(items: readonly T[], n: number, random: Random): T[] {
  return shuffle(items, random).slice(0, n)
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k))
}

/** 32-bit finaliser of a Weyl sequence (Steele, Lea and Flood 2014, in its 32-bit form). */
function splitmix32(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return (z ^ (z >>> 15)) | 0
  }
}

/** 32-bit FNV-1a over UTF-16 code units. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}
