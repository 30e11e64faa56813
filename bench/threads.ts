/** Everybody computes with as many threads; Plimsoll may divide its own among several engines. */
export interface Threads {
  readonly threads: number
  readonly engines: number
}

/** As `openModel` takes them: `threads` are those of each engine. */
export function divided({ threads, engines }: Threads): Threads {
  return { engines, threads: Math.max(1, Math.floor(threads / engines)) }
}

export function threadsText({ threads, engines }: Threads): string {
  const all = `${threads} ${threads === 1 ? 'thread' : 'threads'}`
  return engines === 1 ? all : `${all}, Plimsoll’s divided among ${engines} engines`
}
