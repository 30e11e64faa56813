/** The browser that looks at pages in tests, where one is installed. */
import { existsSync } from 'node:fs'

/** No sandbox, no GPU, and nothing of its own on the network. */
export const chromiumArguments: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** PLIMSOLL_CHROMIUM, else /usr/bin/chromium; null where there is none. */
export function chromiumPath(): string | null {
  const path = process.env.PLIMSOLL_CHROMIUM ?? '/usr/bin/chromium'
  return existsSync(path) ? path : null
}
