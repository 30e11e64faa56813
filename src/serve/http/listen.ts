/** Starts to listen, or says why that cannot be. */
import type { Server } from 'node:http'
import { PlimsollError } from '../../errors.ts'

export interface Place {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** What cannot listen where, as the error says it. */
  readonly failure: string
  readonly expected: string
}

/**
 * @returns the port
 * @throws PlimsollError `usage` for an address or a port that cannot be had
 */
export function listen(server: Server, { host, port, failure, expected }: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new PlimsollError('usage', failure, {
          found: cause.code === 'EADDRINUSE' ? 'another program that listens there' : cause.message,
          expected,
          fix: 'Give another with --port, or --port 0 for any that is free.',
          cause,
        }),
      ),
    )
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
