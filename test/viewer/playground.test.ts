/** The playground in Chromium, against a real server. Without Chromium, these tests say so and are left out. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadDataset } from '../../src/data/index.ts'
import { startViewer } from '../../src/serve/viewer/start.ts'
import { storedName } from '../../src/serve/viewer/stored-name.ts'
import { ServedVector } from '../../src/serve/viewer/wire.ts'
import { knownCaption } from '../../src/study/report/known-caption.ts'
import { levelOf, tokenWords } from '../../web/src/playground/token-levels.ts'
import { question, type Subject, serveOrganism } from '../serve/server.ts'
import { hostile } from '../support/result-fixture.ts'
import { explored, type StudiedStore, studiedStore } from '../support/studied-store.ts'
import { executablePath, findings, look, openBrowser, ownPages } from './browser.ts'

if (executablePath === null)
  console.warn('NOT RUN: the playground in a browser. Install Chromium, or set PLIMSOLL_CHROMIUM to its path.')

const Answer = z.object({ choices: z.tuple([z.object({ message: z.object({ content: z.string() }) })]) })
const Logprobs = z.object({ content: z.array(z.object({ logprob: z.number() })) })
const Told = z.object({ choices: z.tuple([z.object({ logprobs: Logprobs })]) })
const Asked = z.object({ steering: z.array(z.object({ vector: z.string(), strength: z.number() })) })

describe.skipIf(executablePath === null)('the playground', () => {
  let studied: StudiedStore
  let pages: Awaited<ReturnType<typeof ownPages>>
  let subject: Subject
  let browser: Browser
  let condition: string
  let name: string
  beforeAll(async () => {
    studied = await studiedStore(explored)
    const { study, run, conditions } = studied.result
    condition = conditions.find(({ role }) => role === 'method')?.name ?? ''
    name = storedName({ study, run, condition })
    pages = await ownPages()
    subject = await serveOrganism({ store: studied.file, pages: pages.folder })
    browser = await openBrowser()
  }, 600_000)
  afterAll(async () => {
    await browser?.close()
    await subject?.[Symbol.asyncDispose]()
    pages?.[Symbol.dispose]()
    studied?.[Symbol.dispose]()
  })

  const at = (query: Record<string, string>) => `/playground?${new URLSearchParams(query)}`
  const tokens = 12
  const whole = { prompt: question, tokens: String(tokens) }
  /** What the server answers when it is asked without a browser. */
  const answerAt = async (steering: readonly { vector: string; strength: number }[]) => {
    const messages = [{ role: 'user', content: question }]
    const body = { model: subject.server.service.name, messages, max_tokens: tokens, temperature: 0, steering }
    const answer = await subject.send('POST', '/v1/chat/completions', body)
    return Answer.parse(answer.body).choices[0].message.content
  }
  const sides = (page: Page) => page.locator('.pair .answer')
  const both = (page: Page) => page.getByRole('status').filter({ hasText: 'Both have answered.' }).waitFor()
  /** The steering of every request that a page sends. */
  const asked = (page: Page) => {
    const all: z.infer<typeof Asked>['steering'][] = []
    page.on('request', request => {
      if (request.url().endsWith('/v1/chat/completions'))
        all.push(Asked.parse(JSON.parse(request.postData() ?? '')).steering)
    })
    return all
  }

  test('from a study to its vector at another strength, and both answers beside each other', async () => {
    await using looked = await look(browser, subject.server, `/studies/demo/${condition}`)
    const { page, wrong } = looked
    const requests = asked(page)
    await page.getByRole('link', { name: 'Try it at another strength' }).click()
    const slider = page.getByRole('slider', { name: `Strength of ${name}` })
    const box = page.getByRole('spinbutton', { name: `Strength of ${name}` })
    const caption = page.locator('.vector .caption')
    await slider.waitFor()
    const taken = ServedVector.parse((await subject.send('POST', '/api/vectors', { name })).body)
    expect(await caption.innerText()).toBe(knownCaption(taken.known, 2))

    await page.getByRole('textbox', { name: 'Prompt' }).fill(question)
    await page.getByRole('spinbutton', { name: 'Tokens at most' }).fill(String(tokens))
    await page.getByRole('button', { name: 'Ask' }).click()
    await both(page)
    const own = await answerAt([])
    expect(await sides(page).allTextContents()).toEqual([own, await answerAt([{ vector: name, strength: 2 }])])
    expect(requests).toEqual([[], [{ vector: name, strength: 2 }]])

    // By the keyboard; the model's own answer stays, and only the steered side is asked again.
    await slider.focus()
    await page.keyboard.press('Home')
    await page.getByText('Both answers are the same').waitFor()
    expect(await box.inputValue()).toBe('0')
    expect(await caption.innerText()).toBe('At 0 nothing is steered.')
    await page.waitForURL(url => url.searchParams.get('vectors') === `${name}@0`)
    await box.fill('1.7')
    await page.getByRole('heading', { name: `steered: ${name} at 1.7` }).waitFor()
    await both(page)
    expect(await sides(page).allTextContents()).toEqual([own, await answerAt([{ vector: name, strength: 1.7 }])])
    expect(await slider.inputValue()).toBe('1.7')
    expect(await caption.innerText()).toBe(knownCaption(taken.known, 1.7))
    expect(requests.slice(2)).toEqual([[], [{ vector: name, strength: 1.7 }]])
    await page.waitForURL(url => url.searchParams.get('vectors') === `${name}@1.7`)
    expect(wrong).toEqual([])
  })

  test('an example in words that the model knows, for whoever has no prompt yet', async () => {
    await using looked = await look(browser, subject.server, '/playground')
    const { page, wrong } = looked
    const examples = page.locator('.examples button')
    await examples.first().waitFor()
    const texts = await examples.allTextContents()
    const { rows } = await loadDataset('organism/pseudo-harmful/select', { kind: 'prompts' })
    expect(texts).toEqual(rows.slice(0, 3).map(({ prompt }) => prompt))
    expect(await findings(page)).toEqual([])
    await examples.nth(1).press('Enter')
    const prompt = page.getByRole('textbox', { name: 'Prompt' })
    expect(await prompt.inputValue()).toBe(texts[1])
    expect(await prompt.evaluate(box => box.matches(':focus'))).toBe(true)
    expect(await examples.count()).toBe(0)
    await page.keyboard.press('Control+Enter')
    await both(page)
    expect(wrong).toEqual([])
  })

  test('from an answer to the same prompt at another strength, veiled where the request is harmful', async () => {
    const samples = `/studies/demo/${condition}/samples?axis=robustness`
    await using looked = await look(browser, subject.server, samples)
    const { page, wrong } = looked
    await page.locator('a.row').first().click()
    const prompt = await page.locator('.detail .prompt').innerText()
    await page.getByRole('link', { name: 'Ask it at another strength' }).click()
    await page.getByRole('slider', { name: `Strength of ${name}` }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe(prompt)
    expect(new URL(page.url()).searchParams.get('vectors')).toBe(`${name}@2`)
    await page.getByRole('button', { name: 'Ask' }).click()
    await both(page)
    expect(await page.locator('.veil').count()).toBe(2)
    expect(await page.locator('.pair .answer:visible').count()).toBe(0)
    // Another prompt is one's own, and yet what stands there answers the first.
    await page.getByRole('textbox', { name: 'Prompt' }).fill(question)
    await page.waitForURL(url => !url.searchParams.has('harmful'))
    expect(await page.locator('.veil').count()).toBe(2)
    await page.getByRole('button', { name: 'Ask' }).click()
    await both(page)
    expect(await page.locator('.veil').count()).toBe(0)
    expect(wrong).toEqual([])
  })

  test('the address is all there is to it', async () => {
    const query = { ...whole, system: 'be brief .', vectors: `compliance@1.5,${name}@-2@off` }
    await using looked = await look(browser, subject.server, at(query))
    const { page, wrong } = looked
    const requests = asked(page)
    await page.getByRole('slider').nth(1).waitFor()
    expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe(question)
    expect(await page.getByRole('textbox', { name: 'System message' }).inputValue()).toBe('be brief .')
    expect(await page.getByRole('checkbox', { name: 'compliance' }).isChecked()).toBe(true)
    expect(await page.getByRole('checkbox', { name }).isChecked()).toBe(false)
    // Whatever is below 0 opens the slider to that side.
    expect(await page.getByRole('slider', { name }).getAttribute('min')).toMatch(/^-/)
    await page.getByRole('button', { name: 'Ask' }).click()
    await both(page)
    expect(requests).toEqual([[], [{ vector: 'compliance', strength: 1.5 }]])

    await page.getByRole('checkbox', { name }).check()
    await page.getByText('These vectors were never measured together.').waitFor()
    await page.getByRole('heading', { name: `compliance at 1.5, ${name} at −2` }).waitFor()
    await page.waitForURL(url => url.searchParams.get('vectors') === `compliance@1.5,${name}@-2`)
    await page.getByRole('button', { name: 'Remove compliance' }).click()
    await page.waitForURL(url => url.searchParams.get('vectors') === `${name}@-2`)
    // What was removed is offered again.
    await page.getByRole('combobox', { name: 'vector' }).selectOption('compliance')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.waitForURL(url => url.searchParams.get('vectors') === `${name}@-2,compliance@1`)
    expect(await page.locator('.vector').nth(1).locator('.caption').innerText()).toBe(
      'Never measured on this model: run a study.',
    )
    expect(wrong).toEqual([])
  })

  test('a number that is none yet changes nothing, and one beyond the slider moves its end', async () => {
    await using looked = await look(browser, subject.server, at({ vectors: 'compliance@1' }))
    const { page, wrong } = looked
    const box = page.getByRole('spinbutton', { name: 'Strength of compliance' })
    await box.fill('')
    await page.keyboard.type('-')
    const slider = page.getByRole('slider')
    expect(await slider.inputValue()).toBe('1')
    await slider.press('End')
    await page.waitForURL(url => url.searchParams.get('vectors') === 'compliance@4')
    expect(await slider.getAttribute('max')).toBe('4')
    await box.fill('')
    await page.keyboard.type('-')
    await page.keyboard.type('12.5')
    await page.waitForURL(url => url.searchParams.get('vectors') === 'compliance@-12.5')
    expect(Number(await page.getByRole('slider').getAttribute('min'))).toBeLessThanOrEqual(-12.5)
    await box.fill('1e9')
    await box.blur()
    expect(await box.inputValue()).toBe('-12.5')
    expect(wrong).toEqual([])
  })

  test('what is asked can be stopped, and what the server refuses is told', async () => {
    await subject.get('/v1/vectors?name=gone', { method: 'POST', body: Buffer.from(subject.bytes) })
    await using looked = await look(browser, subject.server, at({ ...whole, vectors: 'gone@1' }))
    const { page } = looked
    const requests = asked(page)
    await page.getByRole('slider').waitFor()
    // All places are taken, so that both answers wait.
    const leave = new AbortController()
    const place = await subject.server.service.queue.enter('a test', 16, leave.signal)
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.getByRole('status').filter({ hasText: 'Answering' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('status').filter({ hasText: 'Stopped.' }).waitFor()
    place[Symbol.dispose]()
    // Somebody removes it while the page is open.
    await subject.get('/v1/vectors/gone', { method: 'DELETE' })
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.getByRole('alert').filter({ hasText: 'There is no vector "gone"' }).waitFor()
    // The baseline's answer need not be there when the other's refusal is.
    await page.getByRole('status').filter({ hasText: 'An answer failed.' }).waitFor()
    expect(await sides(page).first().textContent()).toBe(await answerAt([]))
    // What is missing steers nothing, as the page says.
    await page.goto(`${subject.server.url}${at({ ...whole, vectors: 'gone@1' })}`)
    await page.getByText('so it steers nothing').waitFor()
    requests.length = 0
    await page.getByRole('button', { name: 'Ask' }).click()
    await both(page)
    expect(requests).toEqual([[], []])
    await page.getByRole('heading', { name: 'steered: no vector is on' }).waitFor()
  })

  test('tokens are shaded by their probability, and the arrow keys tell it', async () => {
    await using looked = await look(browser, subject.server, at({ ...whole, vectors: 'compliance@1' }))
    const { page, wrong } = looked
    await page.getByRole('button', { name: 'Ask' }).click()
    await both(page)
    await page.getByRole('checkbox', { name: 'shade tokens by probability' }).check()
    const baseline = page.getByRole('group', { name: 'Tokens of baseline' })
    expect(await baseline.textContent()).toBe(await answerAt([]))
    const body = { model: subject.server.service.name, messages: [{ role: 'user', content: question }], logprobs: true }
    const answer = await subject.send('POST', '/v1/chat/completions', { ...body, max_tokens: tokens, temperature: 0 })
    const probabilities = Told.parse(answer.body).choices[0].logprobs.content.map(({ logprob }) => Math.exp(logprob))
    const levels = await baseline.locator('.token').evaluateAll(all => all.map(token => token.className))
    expect(levels).toEqual(probabilities.map(probability => `token level-${levelOf(probability)}`))
    await baseline.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    const chosen = {
      text: (await baseline.locator('.is-chosen').textContent()) ?? '',
      probability: probabilities.at(-2) ?? 0,
    }
    await page.getByText(tokenWords(chosen), { exact: true }).waitFor()
    await page.waitForURL(/shaded=1/)
    expect(await findings(page)).toEqual([])
    expect(wrong).toEqual([])
  })

  test('answers to a harmful request are veiled, and markup is text', async () => {
    const query = { ...whole, harmful: '1', system: hostile, vectors: `${hostile.replaceAll(/[,@]/g, '')}@1` }
    await using looked = await look(browser, subject.server, at(query))
    const { page } = looked
    await page.locator('.vector').waitFor()
    await page.getByText('so it steers nothing').waitFor()
    await page.getByRole('button', { name: 'Ask' }).click()
    await both(page)
    expect(await page.locator('.veil').count()).toBe(2)
    expect(await page.locator('.pair .answer:visible').count()).toBe(0)
    await page.keyboard.press('v')
    expect(await page.locator('.pair .answer').first().isVisible()).toBe(true)
    expect(await page.locator('img, [onerror], [onload], main script, iframe').count()).toBe(0)
  })

  test.each([
    { colorScheme: 'light', width: 1280, forcedColors: 'none' },
    { colorScheme: 'dark', width: 1280, forcedColors: 'none' },
    { colorScheme: 'light', width: 360, forcedColors: 'none' },
    { colorScheme: 'dark', width: 360, forcedColors: 'none' },
    { colorScheme: 'light', width: 1280, forcedColors: 'active' },
    { colorScheme: 'dark', width: 800, forcedColors: 'active' },
  ] as const)(
    'axe finds nothing, nothing is wider than the page, and lanes can be told apart ($colorScheme, $width px, forced colours: $forcedColors)',
    async ({ colorScheme, width, forcedColors }) => {
      const options = { colorScheme, forcedColors, viewport: { width, height: 800 } }
      const path = at({ ...whole, vectors: `${name}@2,compliance@1@off,nobody@1` })
      await using looked = await look(browser, subject.server, path, options)
      const { page, wrong } = looked
      await page.getByRole('slider').nth(1).waitFor()
      await page.getByText('As a table').first().click()
      expect(await findings(page)).toEqual([])
      await page.getByRole('button', { name: 'Remove nobody' }).click()
      await page.getByRole('button', { name: 'Ask' }).click()
      await both(page)
      expect(await findings(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      const holds = await inked(page, '.lane-key .is-holds')
      const undecided = await inked(page, '.lane-key .is-undecided')
      const broken = await inked(page, '.lane-key .is-broken')
      expect(holds).toBe(1)
      expect(undecided).toBeGreaterThan(0.1)
      expect(broken).toBeGreaterThan(undecided + 0.15)
      expect(broken).toBeLessThan(0.95)
      // A browser in forced colours clears the ground behind words, so that they may not stand on ink.
      if (forcedColors === 'active') expect(await inked(page, '.ask [type="submit"]')).toBeLessThan(0.5)
      expect(wrong).toEqual([])
    },
    120_000,
  )

  test('where no model is served, the page says how to serve one', async () => {
    await using viewer = await startViewer({ store: studied.file, pages: pages.folder, port: 0 })
    for (const width of [360, 1280]) {
      await using looked = await look(browser, viewer, '/playground', { viewport: { width, height: 800 } })
      const { page, wrong } = looked
      await page.getByText('plimsoll serve --model MODEL').waitFor()
      expect(await page.locator('main button').count()).toBe(0)
      expect(await findings(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      expect(wrong).toEqual([])
    }
  })
})

/** The share of an element's pixels that differ from the page around it. */
async function inked(page: Page, selector: string): Promise<number> {
  const image = await page.locator(selector).screenshot()
  const share: unknown = await page.evaluate(`(${countInk})('data:image/png;base64,${image.toString('base64')}')`)
  return z.number().parse(share)
}

const countInk = `async data => {
  const picture = new Image()
  picture.src = data
  await picture.decode()
  const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height })
  const context = canvas.getContext('2d')
  context.drawImage(picture, 0, 0)
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data
  const paper = getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)
  let ink = 0
  for (let i = 0; i < pixels.length; i += 4)
    if (paper.some((value, c) => Math.abs(value - pixels[i + c]) > 60)) ink++
  return ink / (pixels.length / 4)
}`
