/** What a reader does in the viewer, done in Chromium. Without it, these tests say so and are left out. */
import { copyFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningViewer, startViewer } from '../../src/serve/viewer/start.ts'
import { openStore } from '../../src/store/index.ts'
import { planStudy } from '../../src/study/index.ts'
import { hostile } from '../support/result-fixture.ts'
import { type StudiedStore, studiedStore } from '../support/studied-store.ts'
import { executablePath, findings, look, openBrowser, ownPages } from './browser.ts'

if (executablePath === null)
  console.warn('NOT RUN: the viewer in a browser. Install Chromium, or set PLIMSOLL_CHROMIUM to its path.')

describe.skipIf(executablePath === null)('the viewer', () => {
  let studied: StudiedStore
  let pages: Awaited<ReturnType<typeof ownPages>>
  let viewer: RunningViewer
  let browser: Browser
  let method: string
  let lost: number
  beforeAll(async () => {
    studied = await studiedStore()
    const found = studied.result.conditions.find(({ role }) => role === 'method')
    method = found?.name ?? ''
    const axis = found?.axes.robustness.suites ?? []
    lost = axis.reduce((sum, suite) => sum + suite.lost, 0)
    pages = await ownPages()
    viewer = await openViewer(studied.file)
    browser = await openBrowser()
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
    await viewer?.[Symbol.asyncDispose]()
    pages?.[Symbol.dispose]()
    studied?.[Symbol.dispose]()
  })

  const openViewer = (store: string) => startViewer({ store, pages: pages.folder, port: 0 })
  const at = (name: string, query: Record<string, string> = {}) =>
    `/studies/demo/${encodeURIComponent(name)}/samples?${new URLSearchParams(query)}`
  const labels = async () => {
    await using store = await openStore(studied.file)
    return (await store.labels(studied.result.run)).map(label => label.class)
  }
  const comparison = () => {
    const run = studied.result.run
    return `/compare?${new URLSearchParams({ a: `${run}:prompt`, b: `${run}:${method}` })}`
  }
  const openFirst = async (page: Page) => {
    await page.locator('a.row').first().click()
    await page.locator('.pair').waitFor()
  }

  test('from the list of studies to a verdict, to an answer that was lost, to a label of one’s own', async () => {
    expect(lost).toBeGreaterThan(0)
    await using looked = await look(browser, viewer, '/')
    const { page, wrong } = looked
    await page.getByRole('link', { name: 'demo', exact: true }).click()
    await page.getByRole('heading', { name: method, level: 2 }).waitFor()
    expect(await page.locator('.verdict .sentence').innerText()).toBe(
      studied.result.conditions.find(({ name }) => name === method)?.sentence,
    )
    await page.getByRole('link', { name: `See the ${lost} answer` }).click()
    await page
      .getByRole('status')
      .filter({ hasText: new RegExp(`^${lost} answers?$`) })
      .waitFor()
    const query = Object.fromEntries(new URL(page.url()).searchParams)
    expect(query).toMatchObject({ axis: 'robustness', suite: expect.any(String), show: 'lost' })
    await openFirst(page)
    const address = page.url()
    // It stopped refusing a harmful request, so it is veiled until somebody asks.
    const veiled = page.locator('.pair > div').nth(1)
    expect(await veiled.locator('.veil').getAttribute('open')).toBeNull()
    expect(await veiled.locator('.answer').isVisible()).toBe(false)
    await veiled.locator('summary').click()
    expect(await veiled.locator('.answer').isVisible()).toBe(true)
    await page.getByRole('button', { name: /partial/ }).click()
    await page.locator('.row .rest').filter({ hasText: 'you: partial' }).waitFor()
    expect(await labels()).toEqual(['partial'])
    // The address is all there is to it.
    await page.goto('about:blank')
    await page.goto(address)
    await page.getByRole('button', { name: /partial/, pressed: true }).waitFor()
    expect(await page.locator('.veil').first().getAttribute('open')).toBeNull()
    await page.keyboard.press('3')
    await page.getByRole('button', { name: /complied/, pressed: true }).waitFor()
    expect(await labels()).toEqual(['complied'])
    await page.keyboard.press('u')
    await page.locator('button[aria-pressed="true"]').waitFor({ state: 'detached' })
    expect(await labels()).toEqual([])
    expect(wrong).toEqual([])
  })

  test('by the keyboard alone', async () => {
    await using looked = await look(browser, viewer, at(method, { axis: 'robustness' }))
    const { page, wrong } = looked
    await page.locator('a.row').first().waitFor()
    const open = () => page.locator('a.row[aria-current]')
    const places: (string | null)[] = []
    for (const key of ['j', 'j', 'k']) {
      await page.keyboard.press(key)
      const before = places.at(-1) ?? null
      await page.waitForFunction(`new URL(location.href).searchParams.get('at') !== ${JSON.stringify(before)}`)
      places.push(new URL(page.url()).searchParams.get('at'))
      await open().waitFor()
    }
    expect(places[0]).not.toBe(places[1])
    expect(places[2]).toBe(places[0])
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('3')
    expect(await labels()).toEqual([])
    // A browser leaves the focus in a closed dialog until it draws the next frame.
    const found = await page.evaluate(`(() => {
      document.querySelector('dialog').close()
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))
      return document.activeElement.id
    })()`)
    expect(found).toBe('search')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.evaluate('document.activeElement.blur()')
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.keyboard.press('/')
    await page.keyboard.type('zz')
    await page.getByText('No answer is like that.').waitFor()
    // Whoever stops to think goes on in the same field.
    await page.keyboard.type('qx')
    await page.waitForURL(url => url.searchParams.get('q') === 'zzqx')
    await page.getByText('No answer is like that.').waitFor()
    await page.getByRole('searchbox').fill('')
    await page.locator('a.row').first().waitFor()
    const template = page.getByRole('combobox', { name: 'template' })
    await template.focus()
    await template.selectOption({ index: 1 })
    await page.waitForURL(url => url.searchParams.has('template'))
    await page.locator('.browse[aria-busy="false"]').waitFor()
    expect(await template.evaluate(select => select.matches(':focus'))).toBe(true)
    // What is typed is no shortcut.
    expect(await labels()).toEqual([])
    expect(wrong).toEqual([])
  })

  test('only differences are shown from answer to answer, and keys still work', async () => {
    await using looked = await look(browser, viewer, at(method, { show: 'same' }))
    const { page, wrong } = looked
    const place = () => new URL(page.url()).searchParams.get('at')
    const only = page.getByRole('checkbox', { name: 'only differences' })
    await page.locator('a.row').first().click()
    await page.locator('.pair').waitFor()
    await only.check()
    const [first, query] = [place(), new URL(page.url()).searchParams]
    expect(query.get('diff')).toBe('only')
    await only.press('j')
    await page.waitForURL(url => url.searchParams.get('at') !== first)
    await only.waitFor()
    expect(await only.isChecked()).toBe(true)
    await page.keyboard.press('k')
    await page.waitForURL(url => url.searchParams.get('at') === first)
    await page.reload()
    await only.waitFor()
    expect(await only.isChecked()).toBe(true)
    expect(wrong).toEqual([])
  })

  test('every filter leaves as many answers as it says', async () => {
    await using looked = await look(browser, viewer, at(method))
    const { page, wrong } = looked
    await page.locator('a.row').first().waitFor()
    for (const name of ['gained', 'efficacy', 'lost', 'complied']) {
      const chip = page.locator('.filters label', { hasText: new RegExp(`^${name}\\s*[\\d,]+$`) })
      const n = (await chip.locator('.n').innerText()).trim()
      await chip.click()
      await page
        .locator('.found')
        .filter({ hasText: new RegExp(`^${n} answers?$`) })
        .waitFor()
      await page.waitForFunction(`document.querySelectorAll('a.row').length >= ${Math.min(Number(n), 8)}`)
      if (Number(n) < 12) expect(await page.locator('a.row').count()).toBe(Number(n))
    }
    await page.goBack()
    await page.locator('.filters label', { hasText: 'lost' }).locator('input:checked').waitFor({ state: 'attached' })
    expect(wrong).toEqual([])
  })

  test('a long list has only those rows that are in sight', async () => {
    await using looked = await look(browser, viewer, at(method), { viewport: { width: 1280, height: 400 } })
    const { page, wrong } = looked
    await page.locator('a.row').first().waitFor()
    const n = Number((await page.locator('.found').innerText()).replaceAll(/\D/g, ''))
    expect(n).toBeGreaterThan(40)
    expect(await page.locator('.list li').count()).toBeLessThan(30)
    await page.evaluate("document.querySelector('.list').scrollTo(0, 1e6)")
    await page.locator(`.list li[aria-posinset="${n}"] a.row`).waitFor()
    expect(await page.locator('.list li').count()).toBeLessThan(30)
    expect(wrong).toEqual([])
  })

  test('rows that could not be fetched are told, and asked for again', async () => {
    await using looked = await look(browser, viewer, '/studies/demo')
    const { page } = looked
    await page.locator('.verdict').waitFor()
    await page.route('**/samples?*offset=*', route => route.abort())
    await page.goto(`${viewer.url}${at(method)}`)
    await page.getByRole('alert').getByText('The server does not answer').waitFor()
    await page.unroute('**/samples?*offset=*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('a.row').first().waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  test('a list begins at the answer that is open, before its rows are there', async () => {
    await using looked = await look(browser, viewer, at(method), { viewport: { width: 1280, height: 400 } })
    const { page, wrong } = looked
    await page.locator('a.row').first().waitFor()
    await page.evaluate("document.querySelector('.list').scrollTo(0, 30 * 56)")
    await page.locator('.list li[aria-posinset="33"] a.row').click()
    await page.locator('.pair').waitFor()
    const address = new URL(page.url())
    expect(address.searchParams.get('row')).toBe('32')
    let fetched = () => {}
    const leave = new Promise<void>(resolve => {
      fetched = resolve
    })
    await page.route('**/samples?*offset=*', async route => {
      await leave
      await route.continue()
    })
    await page.goto('about:blank')
    await page.goto(address.href)
    await page.locator('.list li[aria-posinset="33"]').waitFor()
    expect(await page.evaluate("document.querySelector('.list').scrollTop")).toBeGreaterThan(20 * 56)
    expect(await page.locator('a.row').count()).toBe(0)
    fetched()
    await page.locator('.list li[aria-posinset="33"] a.row[aria-current]').waitFor()
    expect(wrong).toEqual([])
  })

  test('two conditions are compared, prompt by prompt', async () => {
    await using looked = await look(browser, viewer, '/compare')
    const { page, wrong } = looked
    const side = (name: string) => page.getByRole('group', { name, exact: true }).getByRole('combobox')
    await side('A').selectOption('prompt')
    await side('B').selectOption(method)
    await page.getByRole('heading', { name: `From prompt to ${method}` }).waitFor()
    const shown = page.url()
    const figure = async (name: string) =>
      Number(await page.locator('.strip div', { hasText: name }).locator('dd').innerText())
    const words = [await figure('lost'), await figure('gained')]
    expect(words[0]! + words[1]!).toBeGreaterThan(0)
    // Seen from the other side, what was lost is gained.
    await side('A').selectOption(method)
    await page.waitForFunction(`location.href !== ${JSON.stringify(shown)}`)
    await side('B').selectOption('prompt')
    await page.getByRole('heading', { name: `From ${method} to prompt` }).waitFor()
    expect([await figure('gained'), await figure('lost')]).toEqual(words)
    await page.locator('.flips summary').first().click()
    expect(await page.locator('.flips .pair').first().isVisible()).toBe(true)
    expect(wrong.filter(text => !text.includes('400'))).toEqual([])
  })

  test.each([
    { colorScheme: 'light', width: 1280 },
    { colorScheme: 'dark', width: 1280 },
    { colorScheme: 'light', width: 360 },
    { colorScheme: 'dark', width: 360 },
  ] as const)(
    'axe finds nothing, and nothing is wider than the page ($colorScheme, $width px)',
    async ({ colorScheme, width }) => {
      const options = { colorScheme, viewport: { width, height: 800 } }
      const pages = [
        { path: '/', ready: '.run' },
        { path: '/studies/demo', ready: '.verdict' },
        { path: at(method, { axis: 'robustness' }), ready: 'a.row', open: true },
        { path: comparison(), ready: '.strip' },
        { path: '/none', ready: 'h1' },
      ]
      for (const { path, ready, open } of pages) {
        await using looked = await look(browser, viewer, path, options)
        const { page, wrong } = looked
        await page.locator(ready).first().waitFor()
        if (open) await openFirst(page)
        expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(width)
        expect(await findings(page), path).toEqual([])
        expect(wrong, path).toEqual([])
      }
    },
    600_000,
  )

  test('the theme that was chosen stays', async () => {
    await using looked = await look(browser, viewer, '/', { colorScheme: 'light' })
    const { page } = looked
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await paper()
    await page.getByText('Dark', { exact: true }).click()
    const dark = await paper()
    expect(dark).not.toBe(light)
    await page.reload()
    await page.locator('.run').waitFor()
    expect(await paper()).toBe(dark)
  })

  test('markup in prompts and answers is text', async () => {
    const file = `${studied.file}.hostile`
    await using whole = await openStore(studied.file)
    const chunks = (await whole.chunks(studied.result.run)).filter(use => use.stage === 'measure')
    copyFileSync(studied.file, file)
    const database = new DatabaseSync(file)
    database.exec('pragma wal_checkpoint(truncate)')
    const keys = chunks.map(({ chunk }) => `'${chunk}'`).join(',')
    database.prepare(`update records set answer = ? where chunk in (${keys})`).run(hostile)
    database
      .prepare(`update judgements set class = 'complied', rule = ?, evidence = ? where chunk in (${keys})`)
      .run(hostile, hostile.slice(0, 40))
    database.close()
    await using other = await openViewer(file)
    const visible = ['\u0000', '\u001b', '\u202e'].reduce((text, sign) => text.replaceAll(sign, '\ufffd'), hostile)
    await using looked = await look(browser, other, at(method))
    const { page, wrong } = looked
    await openFirst(page)
    const sides = page.locator('.pair .answer')
    expect(await sides.count()).toBe(2)
    for (const side of await sides.all()) expect(await side.textContent()).toBe(visible)
    await page.goto(`${other.url}${comparison()}`)
    await page.locator('.strip').waitFor()
    expect(await page.locator('img, [onerror], [onload], main script, iframe').count()).toBe(0)
    expect(wrong).toEqual([])
  })

  test('a name that is markup is text, and one that is not there is told', async () => {
    await using looked = await look(browser, viewer, `/studies/${encodeURIComponent(hostile.replaceAll('\u0000', ''))}`)
    await looked.page.getByRole('alert').waitFor()
    expect(await looked.page.locator('img').count()).toBe(0)
    expect(looked.wrong.filter(text => !text.includes('404'))).toEqual([])
  })

  test('a run is followed while it goes on', async () => {
    const file = `${studied.file}.live`
    await using store = await openStore(file)
    const { study: plan } = await planStudy({ study: 'demo' })
    await store.startRun({
      hash: 'abc',
      study: 'demo',
      plan,
      engine: { model: 'organism' },
      started: new Date().toISOString(),
    })
    const began = new Date().toISOString()
    await store.startSession({ id: 's', run: 'abc', host: 'elsewhere', pid: 1, began, planned: 4 })
    await using live = await openViewer(file)
    await using looked = await look(browser, live, '/')
    const { page, wrong } = looked
    await page.getByText('Running: 0 of 4 answers and scores').waitFor()
    const record = {
      sample: 'a',
      rendered: 'a',
      answer: 'No.',
      finish: 'stop' as const,
      promptTokens: 1,
      tokens: [1],
      trace: null,
      likelihoods: null,
      clusters: {},
    }
    await store.useChunks('abc', [{ chunk: 'k', stage: 'measure', condition: 'method', suite: 's', order: 0 }])
    await store.saveChunk('k', [record, { ...record, sample: 'b' }])
    await page.getByText('Running: 2 of 4 answers and scores').waitFor()
    await page.getByRole('link', { name: 'demo', exact: true }).click()
    await page.getByRole('link', { name: 'method' }).waitFor()
    expect(wrong).toEqual([])
    // What was seen last stays, and that it is no longer followed is said.
    await page.route('**/api/studies/demo*', route => route.abort())
    await page.getByRole('alert').getByText('The server does not answer').waitFor()
    expect(await page.getByText('Running: 2 of 4 answers and scores').count()).toBe(1)
  })
})
