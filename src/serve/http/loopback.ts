/** What can only mean this machine. */

/** Names and addresses that no other machine can reach. */
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i

/** @param host as in an address or a `Host` header, without its port */
export function isLoopback(host: string): boolean {
  return loopback.test(host.includes(':') && !host.startsWith('[') ? `[${host}]` : host)
}

/** The name in a `Host` header, without its port. */
export function hostName(header: string | undefined): string {
  return (header ?? '').replace(/:\d+$/, '')
}
