/**
 * Arrays as numpy writes them: a magic word, a version, the length of a header, the header (a dictionary in Python's
 * writing), then the values. Read are little-endian floats of four and eight bytes, in rows or in columns.
 * Source: the format's description, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { PlimsollError } from '../../errors.ts'

export interface NumberArray {
  readonly shape: readonly number[]
  /** Row-major. */
  readonly values: Float32Array
}

const magic = '\u0093NUMPY'
const header = /^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\), *\} *\n?$/

/**
 * @param name of the array, for messages
 * @throws PlimsollError `invalid-input` for anything that is not such an array, whole
 */
export function readNpy(file: Uint8Array, name: string, where: string): NumberArray {
  const refuse = (found: string, fix = 'Copy or download the file again.'): never => {
    throw new PlimsollError('invalid-input', `The array ${name} cannot be read`, {
      found,
      expected: 'an array of 4- or 8-byte floats as numpy writes it (.npy)',
      where,
      fix,
    })
  }
  const text = (from: number, to: number) => Buffer.from(file.subarray(from, to)).toString('latin1')
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.length < 12 || text(0, 6) !== magic) return refuse('no array of numpy’s')
  // Version 1 has two bytes for the length of the header, later ones four.
  const first = file[6] === 1 ? 10 : 12
  const start = first + (first === 10 ? view.getUint16(8, true) : view.getUint32(8, true))
  const [, type = '', order, sizes = ''] = header.exec(text(first, start)) ?? refuse('a header of another form')
  if (type !== '<f4' && type !== '<f8')
    return refuse(`values of type ${type}`, 'Save it with `.astype("float32")` in numpy.')
  const shape = sizes.split(',').flatMap(size => (size.trim() === '' ? [] : [Number(size)]))
  const count = shape.reduce((product, size) => product * size, 1)
  const bytes = new Uint8Array(file.subarray(start))
  const size = type === '<f4' ? 4 : 8
  if (bytes.length !== count * size) return refuse(`${bytes.length} bytes for ${shape.join(' × ')} values of ${size}`)
  const raw = type === '<f4' ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer)
  return { shape, values: order === 'True' && shape.length > 1 ? byRows(raw, shape, refuse) : Float32Array.from(raw) }
}

function byRows(raw: ArrayLike<number>, shape: readonly number[], refuse: (found: string) => never): Float32Array {
  const [rows = 0, columns = 0, ...more] = shape
  if (more.length > 0) return refuse(`${shape.length} dimensions in columns first`)
  const values = new Float32Array(raw.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) values[i * columns + j] = raw[j * rows + i]!
  return values
}
