/** Everybody computes with as many threads; Plimsoll may divide its own among several engines. */
export interface Threads {
  readonly threads: number
  readonly engines: number
}

/** As `openModel` takes them: `threads` are those of each engine. @throws RangeError where they cannot be divided */
export function divided({ threads, engines }: Threads): Threads {
  if (threads % engines !== 0) throw new RangeError(`${threads} threads cannot be divided among ${engines} engines`)
  return { engines, threads: threads / engines }
}

export function threadsText({ threads, engines }: Threads): string {
  const all = `${threads} ${threads === 1 ? 'thread' : 'threads'}`
  return engines === 1 ? all : `${all}, Plimsoll’s divided among ${engines} engines`
}
