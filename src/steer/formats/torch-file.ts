/**
 * Named tensors and numbers as torch.save writes them: a ZIP file without compression whose `data.pkl` is a pickle of
 * protocol 2 (Python's pickletools) and whose `data/N` are the tensors' bytes. Only what `torch.load(weights_only=True)`
 * allows is used.
 */
import { crc32 } from 'node:zlib'

export type TorchValue = string | number | null | Float32Array | { readonly [key: string]: TorchValue }

const folder = 'archive'

export function torchFile(value: { readonly [key: string]: TorchValue }): Uint8Array {
  const storages: Float32Array[] = []
  const pickled = Buffer.concat([Buffer.from([0x80, 2]), pickle(value, storages), Buffer.from('.')])
  return zip([
    [`${folder}/data.pkl`, pickled],
    [`${folder}/byteorder`, Buffer.from('little')],
    ...storages.map((values, i) => [`${folder}/data/${i}`, littleEndian(values)] as const),
    [`${folder}/version`, Buffer.from('3\n')],
  ])
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, 4 * i)
  return bytes
}

/** Opcodes by their letters: X text, G double, N none, } ( u a dictionary, c a global, R a call, Q a persistent id. */
function pickle(value: TorchValue, storages: Float32Array[]): Buffer {
  if (value === null) return Buffer.from('N')
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9)
    bytes.write('G')
    bytes.writeDoubleBE(value, 1)
    return bytes
  }
  if (value instanceof Float32Array) return tensor(value, storages.push(value) - 1)
  const entries = Object.entries(value).flatMap(([key, inner]) => [text(key), pickle(inner, storages)])
  return Buffer.concat([Buffer.from('}('), ...entries, Buffer.from('u')])
}

/** torch._utils._rebuild_tensor_v2(storage, 0, (n,), (1,), False, OrderedDict()) */
function tensor(values: Float32Array, storage: number): Buffer {
  return Buffer.concat([
    Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n(('),
    text('storage'),
    Buffer.from('ctorch\nFloatStorage\n'),
    text(String(storage)),
    text('cpu'),
    integer(values.length),
    Buffer.from('tQ'),
    integer(0),
    integer(values.length),
    Buffer.from([0x85]),
    integer(1),
    Buffer.from([0x85, 0x89]),
    Buffer.from('ccollections\nOrderedDict\n)RtR'),
  ])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  const head = Buffer.alloc(5)
  head.write('X')
  head.writeUInt32LE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.write('J')
  bytes.writeInt32LE(value, 1)
  return bytes
}

/** Local headers, a directory, its end (PKWARE's APPNOTE 6.3, stored entries). torch asks for data on 64-byte bounds. */
function zip(entries: readonly (readonly [name: string, content: Uint8Array])[]): Uint8Array {
  const written: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of entries) {
    const bytes = Buffer.from(name)
    const padding = (aligned - ((offset + 30 + bytes.length + 4) % aligned)) % aligned
    // A field of our own that says nothing: it moves the content to its bound.
    const extra = Buffer.alloc(4 + padding)
    extra.writeUInt16LE(0x4246, 0)
    extra.writeUInt16LE(padding, 2)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt32LE(crc32(content), 10)
    shared.writeUInt32LE(content.length, 14)
    shared.writeUInt32LE(content.length, 18)
    shared.writeUInt16LE(bytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, bytes, extra])
    local.writeUInt16LE(extra.length, 28)
    const central = Buffer.alloc(46)
    central.write('PK\x01\x02', 'latin1')
    central.writeUInt16LE(20, 4)
    shared.copy(central, 6)
    central.writeUInt32LE(offset, 42)
    directory.push(central, bytes)
    written.push(local, Buffer.from(content))
    offset += local.length + content.length
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...written, ...directory, end])
}

const aligned = 64
