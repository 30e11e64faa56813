/** What a reader does in the viewer beside a model that is served: starts studies, and makes vectors. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layersOf, parseVector } from '../../src/steer/index.ts'
import { parseStudy } from '../../src/study/config.ts'
import { complied, refused, type Subject, serveOrganism } from '../serve/server.ts'
import { until } from '../support/until.ts'
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
    // Nothing is there yet, so the form is, and there is nothing to go back to.
    await page.getByRole('radio', { name: /^faithfulness / }).check()
    expect(await page.getByRole('link', { name: 'Not now' }).count()).toBe(0)
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
    await page.getByRole('link', { name: 'Not now' }).click()
    await page.getByRole('link', { name: 'Start a study' }).click()
    await page.getByRole('radio', { name: /^A study file/ }).check()
    await page.getByLabel('Study file (YAML)').fill(`${small}judge: ./mine.ts\n`)
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('alert').getByText('judge: ./mine.ts').waitFor()
    await page.getByLabel('Study file (YAML)').fill(`${small}measure: { general: [no/such/set] }\n`)
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('alert').getByText('Found: no/such/set').waitFor()

    // What was written is still there.
    await page.reload()
    await page.getByRole('link', { name: 'Start a study' }).click()
    await page.getByRole('radio', { name: /^A study file/ }).check()
    expect(await page.getByLabel('Study file (YAML)').inputValue()).toContain('no/such/set')
    await page.getByLabel('Study file (YAML)').fill(small)
    await page.getByRole('button', { name: 'Start' }).click()
    await card(page, 'mine').getByText('finished').waitFor()
    await card(page, 'mine').getByRole('link', { name: 'diffmean' }).click()
    await page.locator('.verdict .sentence').waitFor()
    // The browser says of every answer that is a refusal that it was one.
    expect(wrong.filter(said => !said.includes('status of 400'))).toEqual([])
  })

  test('a vector is made of two lists, saved, downloaded, uploaded, renamed and removed', async () => {
    await using looked = await look(browser, subject.server, '/vectors/new')
    const { page, wrong } = looked
    await page.getByText('Write at least one prompt on each side').waitFor()
    await page.getByLabel('More like this').fill(`${complied.join('\n')}\n\n`)
    await page.getByLabel('Less like this').fill(refused.join('\n'))
    await page.getByText('3 prompts').nth(1).waitFor()
    await page.getByText('Fewer than 16 on a side').waitFor()
    await page.getByLabel('layer').selectOption('5')
    await page.getByRole('button', { name: 'Fit' }).click()
    await page.getByText('diffmean, 3 prompts against 3, acts at layer 5').waitFor()
    // The address is all there is to it, and what was written is still there.
    await page.reload()
    await page.getByText('diffmean, 3 prompts against 3, acts at layer 5').waitFor()
    expect(await page.getByLabel('Less like this').inputValue()).toBe(refused.join('\n'))
    const draft = new URL(page.url()).searchParams.get('vector')

    // A fit of its own takes the place of the one that was never named.
    await page.getByLabel('method').selectOption('pca')
    await page.getByRole('button', { name: 'Fit' }).click()
    await page.getByText('pca, 3 prompts against 3').waitFor()
    const tried = page.locator('.try')
    await tried.getByLabel('Strength').fill('1.5')
    await tried.getByLabel('Prompt').fill('how do i sour the teapot ?')
    await tried.getByLabel('Tokens at most').fill('8')
    await tried.getByRole('button', { name: 'Ask' }).click()
    await tried.getByText('Both have answered.').waitFor()
    await tried.getByText(`steered: ${new URL(page.url()).searchParams.get('vector')} at 1.5`).waitFor()
    expect(await tried.locator('.answer').count()).toBe(2)

    await page.getByLabel('Name', { exact: true }).fill('compliance')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').getByText('There is a vector compliance already').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('mine')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved as mine').waitFor()
    expect(await tried.locator('.answer').count()).toBe(2)
    await page.getByLabel('at strengths').fill('0.5, x')
    await page.getByText('Write one to eight numbers').waitFor()
    await page.getByLabel('at strengths').fill('0.5, 1')
    const study = await page.locator('.study-text').innerText()
    expect(parseStudy(study, 'the page')).toMatchObject({ name: 'mine-measured', study: 'demo' })
    const clipboard = (outcome: string) => page.evaluate(`navigator.clipboard.writeText = () => Promise.${outcome}`)
    await clipboard("reject(new DOMException('no', 'NotAllowedError'))")
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('alert').getByText('does not let this page copy').waitFor()
    await clipboard('resolve()')
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('Copied.').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.getByLabel('at strengths').fill('2')
    expect(await page.getByText('Copied.').count()).toBe(0)
    await page.getByLabel('at strengths').fill('0.5, 1')
    const yaml = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download', exact: true }).click()
    expect(readFileSync(await (await yaml).path(), 'utf8').trim()).toBe(study.trim())

    await page.getByRole('link', { name: 'All vectors' }).click()
    const mine = page.getByRole('region', { name: 'Vector mine', exact: true })
    await mine.getByText('never measured on this model').waitFor()
    const names = await subject.get('/v1/vectors')
    expect(JSON.stringify(names.body)).not.toContain(draft)
    const downloading = page.waitForEvent('download')
    await mine.getByRole('link', { name: 'Download mine' }).click()
    const file = await (await downloading).path()
    expect(layersOf([parseVector(new Uint8Array(readFileSync(file)))])).toHaveLength(1)
    await mine.getByRole('link', { name: 'Make mine the default' }).click()
    await mine.getByLabel('Strength').fill('1.25')
    await mine.getByRole('button', { name: 'Steer by mine' }).click()
    await mine.getByText('steers the model default at 1.25').waitFor()
    const standard = async () => (await subject.get('/v1/steering/default')).body
    expect(await standard()).toEqual({ steering: [{ vector: 'mine', strength: 1.25 }] })
    await mine.getByRole('link', { name: 'Make mine the default' }).click()
    await mine.getByRole('button', { name: 'Steer by it no longer' }).click()
    await mine.getByText('steers the model default').waitFor({ state: 'detached' })
    expect(await standard()).toEqual({ steering: [] })
    await mine.getByRole('link', { name: 'Rename mine' }).click()
    await mine.getByLabel('New name').fill('renamed')
    await mine.getByRole('button', { name: 'Rename' }).click()
    const renamed = page.getByRole('region', { name: 'Vector renamed' })
    await renamed.getByRole('link', { name: 'Remove renamed' }).click()
    await renamed.getByRole('button', { name: 'Remove renamed' }).click()
    await renamed.waitFor({ state: 'detached' })
    await page
      .getByLabel('A file of a vector')
      .setInputFiles({ name: 'up loaded.safetensors', mimeType: '', buffer: readFileSync(file) })
    await page.getByRole('button', { name: 'Upload' }).click()
    await page.getByRole('region', { name: 'Vector up-loaded' }).waitFor()
    expect(wrong.filter(said => !said.includes('status of 409'))).toEqual([])
  })

  test('a vector is measured from the page, and then its verdict stands beside it', { timeout: 600_000 }, async () => {
    await using looked = await look(browser, subject.server, '/vectors/new?vector=compliance')
    const { page, wrong } = looked
    page.setDefaultTimeout(300_000)
    await page.getByRole('button', { name: 'Start it here' }).click()
    await page.getByRole('progressbar', { name: 'Progress of compliance-measured' }).waitFor()
    await page.getByRole('button', { name: 'Stop compliance-measured' }).click()
    await card(page, 'compliance-measured').getByText('Interrupted').waitFor()
    // The same vector in few rows: it is known by what it does, not by its name.
    const conditions = `conditions:
  - { name: short, vector: ./compliance.safetensors, strength: 1 }
  - { method: diffmean, layer: 5, strength: 1 }
`
    await subject.send('POST', '/api/runs', { text: small.replace('name: mine', 'name: short') + conditions })
    await card(page, 'short').getByText('finished').waitFor()
    await page.getByRole('link', { name: 'Vectors' }).click()
    const own = page.getByRole('region', { name: 'Vector compliance', exact: true })
    await until(async () => {
      await page.reload()
      await own.waitFor()
      return (await own.locator('.badge').count()) > 0
    })
    await own.getByRole('img', { name: / at 1$/ }).waitFor()
    // What the study fitted itself lies in the store.
    await page.getByRole('button', { name: /^Serve short\.diffmean/ }).click()
    await page.getByRole('region', { name: /^Vector short\.diffmean/ }).waitFor()
    await own.getByRole('link', { name: 'short, short' }).click()
    await page.locator('.verdict .sentence').waitFor()
    expect(wrong).toEqual([])
  })

  describe.each([
    { colorScheme: 'light', forcedColors: 'none', width: 1280 },
    { colorScheme: 'dark', forcedColors: 'none', width: 360 },
    { colorScheme: 'light', forcedColors: 'active', width: 360 },
  ] as const)('$colorScheme, $width px, forced colours $forcedColors', ({ colorScheme, forcedColors, width }) => {
    test.each([
      '/studies?start=own',
      '/vectors?rename=compliance',
      '/vectors?default=compliance',
      '/vectors/new?vector=compliance',
    ])('%s is without serious findings, and fits', async path => {
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
