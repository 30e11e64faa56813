/** The vectors of the server. Those that an address names and only the store has are taken from there. */
import { useEffect, useRef, useState } from 'react'
import { ServedVector, Vectors } from '../../../src/serve/viewer/wire.ts'
import { apiPath, type Failed, failedBy, send, useApi } from '../api.ts'

export interface VectorsState {
  /** Null while they are read. */
  readonly vectors: Vectors | null
  readonly failed: Failed | null
  /** Names that are being taken from the store. */
  readonly taking: ReadonlySet<string>
}

export function useVectors(wanted: readonly string[]): VectorsState {
  const [version, setVersion] = useState(0)
  const { data, failed } = useApi(apiPath('/vectors'), Vectors, { version })
  const [wrong, setWrong] = useState<Failed | null>(null)
  const [taking, setTaking] = useState<ReadonlySet<string>>(new Set())
  const tried = useRef(new Set<string>())
  useEffect(() => {
    if (data === null) return
    const served = new Set(data.served.map(({ name }) => name))
    const stored = new Set(data.stored.map(({ name }) => name))
    for (const name of wanted) {
      if (served.has(name) || !stored.has(name) || tried.current.has(name)) continue
      tried.current.add(name)
      setTaking(all => new Set(all).add(name))
      take(name)
        .catch(error => setWrong(failedBy(error)))
        .finally(() => {
          setTaking(all => new Set([...all].filter(one => one !== name)))
          setVersion(before => before + 1)
        })
    }
  }, [data, wanted])
  return { vectors: data, failed: failed ?? wrong, taking }
}

async function take(name: string): Promise<ServedVector> {
  const response = await send('POST', '/api/vectors', { name })
  return ServedVector.parse(await response.json())
}
