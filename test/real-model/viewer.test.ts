/** The pages beside the default real model, in Chromium: a vector is made, tried, saved, and steers at another strength. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_MODEL, pullModel } from '../../src/models/index.ts'
import { type Subject, serveModel } from '../serve/server.ts'
import { executablePath, findings, look, openBrowser, ownPages } from '../viewer/browser.ts'

const pulled = await pullModel(DEFAULT_MODEL).catch(error => {
  console.warn(
    `NOT RUN: the pages beside ${DEFAULT_MODEL}, which is not in the cache and cannot be pulled:\n${error.found}`,
  )
})
if (executablePath === null)
  console.warn('NOT RUN: the pages beside the real model. Install Chromium, or set PLIMSOLL_CHROMIUM to its path.')

const happy = ['Write a happy poem.', 'Tell me a joke.', 'Praise the sea.']
const dry = ['List three taxes.', 'Define inertia.', 'Convert 3 miles to km.']

describe.runIf(pulled && executablePath !== null)(`the pages beside ${DEFAULT_MODEL}`, () => {
  let folder: string
  let pages: Awaited<ReturnType<typeof ownPages>>
  let subject: Subject
  let browser: Browser
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-real-'))
    pages = await ownPages()
    const options = { store: join(folder, 'store.db'), pages: pages.folder }
    subject = await serveModel(pulled?.file ?? '', 14, options, { name: DEFAULT_MODEL })
    browser = await openBrowser()
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await subject?.[Symbol.asyncDispose]()
    pages?.[Symbol.dispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('from two lists of prompts to a vector that steers what it says', { timeout: 300_000 }, async () => {
    await using looked = await look(browser, subject.server, '/vectors/new')
    const { page, wrong } = looked
    await page.getByLabel('More like this').fill(happy.join('\n'))
    await page.getByLabel('Less like this').fill(dry.join('\n'))
    await page.getByRole('button', { name: 'Fit' }).click()
    await page.getByText('diffmean, 3 prompts against 3').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('cheer')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved as cheer').waitFor()

    const asked = { prompt: 'What is inertia?', tokens: '12', vectors: 'cheer@1' }
    await page.goto(`${subject.server.url}/playground?${new URLSearchParams(asked)}`)
    await page.getByText(/never measured on this model/i).waitFor()
    await page.getByRole('button', { name: 'Ask' }).click()
    const both = () => page.getByRole('status').filter({ hasText: 'Both have answered.' }).waitFor()
    await both()
    const [own] = await page.locator('.pair .answer').allTextContents()
    expect(own).toMatch(/\S/)
    // Far beyond what it bears: whatever a small model says, it is something else.
    await page.getByRole('spinbutton', { name: 'Strength of cheer' }).fill('20')
    await page.getByRole('heading', { name: 'steered: cheer at 20' }).waitFor()
    await both()
    const [still, steered] = await page.locator('.pair .answer').allTextContents()
    expect(still).toBe(own)
    expect(steered).not.toBe(own)
    await page.getByRole('checkbox', { name: 'shade tokens by probability' }).check()
    expect(await page.getByRole('group', { name: 'Tokens of baseline' }).locator('.token').count()).toBeGreaterThan(3)
    expect(await findings(page)).toEqual([])
    expect(wrong).toEqual([])
  })
})
