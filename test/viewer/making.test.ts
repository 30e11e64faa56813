/** What a reader does in the viewer beside a model that is served: starts studies, and makes vectors. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Subject, serveOrganism } from '../serve/server.ts'
import { executablePath, findings, look, openBrowser, ownPages } from './browser.ts'

if (executablePath === null)
  console.warn('NOT RUN: the viewer beside a model. Install Chromium, or set PLIMSOLL_CHROMIUM to its path.')

const small = `name: mine
study: demo
safeguards: false
limit: 8
chunk: 8
fit: { limit: 24 }
select: { layers: [5], strengths: [1], limit: 8, explore: false }
`

describe.skipIf(executablePath === null)('the viewer beside a model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-making-'))
  let pages: Awaited<ReturnType<typeof ownPages>>
  let subject: Subject
  let browser: Browser
  beforeAll(async () => {
    pages = await ownPages()
    subject = await serveOrganism({ store: join(folder, 'store.db'), pages: pages.folder, folder })
    browser = await openBrowser()
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
    await subject?.[Symbol.asyncDispose]()
    pages?.[Symbol.dispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const card = (page: Page, study: string) => page.getByRole('region', { name: new RegExp(`^${study}, run `) })

  test('a study is started from the page, stopped, resumed and watched', { timeout: 600_000 }, async () => {
    await using looked = await look(browser, subject.server, '/')
    const { page, wrong } = looked
    page.setDefaultTimeout(300_000)
    // Nothing is there yet, so the form is.
    await page.getByRole('radio', { name: /^faithfulness / }).check()
    expect(new URL(page.url()).search).toBe('?start=faithfulness')
    await page.getByRole('radio', { name: /^demo/ }).check()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText('demo is starting').waitFor()
    await page.getByRole('button', { name: 'Stop demo' }).click()
    await page.getByText('demo was stopped before it had begun').waitFor()

    await page.getByRole('radio', { name: /^demo/ }).check()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText('demo is starting').waitFor()
    await card(page, 'demo').getByRole('progressbar').waitFor()
    await card(page, 'demo').getByRole('button', { name: 'Stop demo' }).click()
    await card(page, 'demo').getByText('Interrupted').waitFor()
    await card(page, 'demo').getByRole('button', { name: 'Resume demo' }).click()
    await card(page, 'demo').getByText('Running').waitFor()
    // While one runs, no other is offered.
    await page.getByRole('link', { name: 'Start a study' }).waitFor({ state: 'detached' })
    await card(page, 'demo').getByRole('button', { name: 'Stop demo' }).click()
    await card(page, 'demo').getByRole('button', { name: 'Resume demo' }).waitFor()

    await page.getByRole('link', { name: 'Start a study' }).click()
    await page.getByRole('radio', { name: /^A study file/ }).check()
    await page.getByLabel('Study file (YAML)').fill(`${small}judge: ./mine.ts\n`)
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('alert').getByText('judge: ./mine.ts').waitFor()
    await page.getByLabel('Study file (YAML)').fill(`${small}measure: { general: [no/such/set] }\n`)
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('alert').getByText('Found: no/such/set').waitFor()

    await page.getByRole('link', { name: 'Start a study' }).click()
    await page.getByRole('radio', { name: /^A study file/ }).check()
    await page.getByLabel('Study file (YAML)').fill(small)
    await page.getByRole('button', { name: 'Start' }).click()
    await card(page, 'mine').getByText('finished').waitFor()
    await card(page, 'mine').getByRole('link', { name: 'diffmean' }).click()
    await page.locator('.verdict .sentence').waitFor()
    // The browser says of every answer that is a refusal that it was one.
    expect(wrong.filter(said => !said.includes('status of 400'))).toEqual([])
  })

  describe.each([
    { colorScheme: 'light', forcedColors: 'none', width: 1280 },
    { colorScheme: 'dark', forcedColors: 'none', width: 360 },
    { colorScheme: 'light', forcedColors: 'active', width: 360 },
  ] as const)('$colorScheme, $width px, forced colours $forcedColors', ({ colorScheme, forcedColors, width }) => {
    test.each(['/studies?start=own'])('%s is without serious findings, and fits', async path => {
      const options = { colorScheme, forcedColors, viewport: { width, height: 800 } }
      await using looked = await look(browser, subject.server, path, options)
      const { page, wrong } = looked
      await page.locator('section').first().waitFor()
      expect((await findings(page)).filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      expect(wrong).toEqual([])
    })
  })
})
