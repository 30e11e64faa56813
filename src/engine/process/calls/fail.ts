import koffi from 'koffi'

/** Native code that fails on purpose: how crashes are tested for real. */
export function fail(how: 'abort' | 'segmentation-fault'): null {
  const program = koffi.load(null)
  if (how === 'abort') program.func('void abort()')()
  // Writing to address 8 is a segmentation fault on every platform there is.
  else koffi.encode(8n, 'int', 1)
  return null
}
