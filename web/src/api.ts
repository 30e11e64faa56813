/** Asks the viewer's API, and believes nothing that its schema does not say. */
import { useEffect, useState } from 'react'
import type { z } from 'zod'
import { Failure, type LabelGiven } from '../../src/serve/viewer/wire.ts'

/** What the server said went wrong, and what to do. */
export class Failed extends Error {
  override readonly name = 'Failed'
  readonly fix: string | undefined
  constructor(message: string, fix?: string) {
    super(message)
    this.fix = fix
  }
}

/** Whatever was thrown, as something to be told. */
export function failedBy(error: unknown): Failed {
  return error instanceof Failed ? error : new Failed(String(error))
}

/** Throws what the server says went wrong, where that is what it says. */
export function throwIfTold(said: unknown): void {
  const { success, data } = Failure.safeParse(said)
  if (success) throw new Failed(data.error.message, data.error.fix)
}

export type Query = Readonly<Record<string, string | null | undefined>>

export function apiPath(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []))
  const text = new URLSearchParams(given).toString()
  return text === '' ? `/api${path}` : `/api${path}?${text}`
}

export async function get<Schema extends z.ZodType>(
  address: string,
  schema: Schema,
  signal?: AbortSignal,
): Promise<z.output<Schema>> {
  const response = await reach(address, signal === undefined ? {} : { signal })
  const body: unknown = await response.json()
  const found = schema.safeParse(body)
  if (found.success) return found.data
  throw new Failed('The server answers otherwise than these pages expect', 'Load the page anew.')
}

export async function giveLabel(run: string, label: LabelGiven): Promise<void> {
  await send('PUT', apiPath(`/runs/${encodeURIComponent(run)}/labels`), label)
}

/** @throws Failed */
export function send(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  address: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  const json = body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return reach(address, { method, ...json, ...(signal !== undefined && { signal }) })
}

/** @throws Failed */
export function upload(address: string, file: Blob): Promise<Response> {
  return reach(address, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: file })
}

async function reach(address: string, init: RequestInit): Promise<Response> {
  const response = await fetch(address, init).catch(error => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Failed('The server does not answer', 'Start it again, as you started it')
  })
  if (response.ok) return response
  throwIfTold(await response.json().catch(() => null))
  throw new Failed(`The server answers with ${response.status}`)
}

export interface Asked<Data> {
  readonly data: Data | null
  readonly failed: Failed | null
}

/**
 * What is at an address of the API; null asks nothing. What was there before stays until the new is there, but not when
 * the address is another.
 *
 * @param every milliseconds after which it is asked again; null: not again
 * @param version asked anew whenever it changes
 */
export function useApi<Schema extends z.ZodType>(
  address: string | null,
  schema: Schema,
  { every = null, version = 0 }: { readonly every?: number | null; readonly version?: number } = {},
): Asked<z.output<Schema>> {
  const [found, setFound] = useState<Asked<z.output<Schema>> & { readonly address: string | null }>({
    address: null,
    data: null,
    failed: null,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is a reason to ask again
  useEffect(() => {
    if (address === null) return
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async () => {
      try {
        const data = await get(address, schema, leaving.signal)
        setFound({ address, data, failed: null })
      } catch (error) {
        if (leaving.signal.aborted) return
        setFound(before => ({
          address,
          data: before.address === address ? before.data : null,
          failed: failedBy(error),
        }))
      }
      if (every !== null && !leaving.signal.aborted) timer = setTimeout(ask, every)
    }
    void ask()
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [address, schema, every, version])
  return found.address === address ? found : { data: null, failed: null }
}
