/** Plain data with its arrays of numbers taken out, to be kept as bytes elsewhere: tensors of a file, base64 of a record. */

/**
 * @param put keeps the numbers found at a path such as `directions.14.unit`, and says what stands in their place
 */
export function pack(value: unknown, put: (path: string, values: Float32Array) => unknown, path = ''): unknown {
  if (value instanceof Float32Array) return put(path, value)
  if (Array.isArray(value)) return value.map((inner, i) => pack(inner, put, joined(path, String(i))))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pack(inner, put, joined(path, key))]))
}

/** @param get the numbers that a value stands for; undefined where it stands for nothing but itself */
export function unpack(value: unknown, get: (value: object) => Float32Array | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value
  const numbers = get(value)
  if (numbers !== undefined) return numbers
  if (Array.isArray(value)) return value.map(inner => unpack(inner, get))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpack(inner, get)]))
}

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
