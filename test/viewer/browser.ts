/** The viewer in a real browser, over a store in which the small study was run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { z } from 'zod'
import { buildPages } from '../../src/serve/viewer/built.ts'
import type { RunningViewer } from '../../src/serve/viewer/start.ts'
import { chromiumArguments, chromiumPath } from '../support/chromium.ts'

export const executablePath = chromiumPath()

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath ?? '', args: [...chromiumArguments] })
}

/** In a folder of their own: another test builds the package meanwhile. */
export async function ownPages(): Promise<{ readonly folder: string } & Disposable> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-web-'))
  await buildPages(folder)
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

export interface Looked extends AsyncDisposable {
  readonly page: Page
  /** What the page asked of any other place, what it complained of, and what it tried to say. */
  readonly wrong: string[]
}

/** A page that keeps what must not happen. */
export async function look(
  browser: Browser,
  { url }: RunningViewer,
  path: string,
  options: BrowserContextOptions = {},
): Promise<Looked> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const wrong: string[] = []
  page.on('request', request => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) wrong.push(`asked for ${request.url()}`)
  })
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text())
  })
  page.on('pageerror', error => wrong.push(String(error)))
  page.on('dialog', async dialog => {
    wrong.push(`said ${dialog.message()}`)
    await dialog.dismiss()
  })
  await page.goto(`${url}${path}`)
  return { page, wrong, [Symbol.asyncDispose]: () => context.close() }
}

const Findings = z.array(z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.string()) }))

/** What axe finds, of whatever weight. */
export async function findings(page: Page) {
  // By the debugger's side door: the policy of the page allows no script that is not its own.
  await page.evaluate(axe.source)
  const found: unknown = await page.evaluate(`axe.run(document, {resultTypes: ['violations']}).then(({violations}) =>
    violations.map(({id, impact, nodes}) => ({id, impact, nodes: nodes.slice(0, 3).map(node => node.html)})))`)
  return Findings.parse(found)
}
