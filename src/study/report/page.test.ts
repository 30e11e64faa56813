/** The page as a browser sees it. Chromium is looked for; without it, these tests say so and are left out. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { chromiumArguments, chromiumPath } from '../../../test/support/chromium.ts'
import { resultFixture, samplesFixture } from '../../../test/support/result-fixture.ts'
import { writeReport } from './write.ts'

const executablePath = chromiumPath()
if (executablePath === null) {
  console.warn('NOT TESTED: report.html in a browser. Install Chromium, or set PLIMSOLL_CHROMIUM to its path.')
}

let folder: string
/** The page with everything, and one with fewer samples: axe looks at every element. */
let url: string
let smallUrl: string
let source: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-page-'))
  const result = resultFixture()
  const [path] = await writeReport(result, samplesFixture(result), join(folder, 'all'))
  url = pathToFileURL(path!).href
  source = await readFile(path!, 'utf8')
  const fewer = resultFixture(['over', 'undecided', 'cannot-tell'])
  const samples = [...samplesFixture(fewer)].filter((_, i) => i % 48 > 43)
  const [small] = await writeReport(fewer, samples, join(folder, 'small'))
  smallUrl = pathToFileURL(small!).href
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('the page has no script, and its policy allows none', () => {
  expect(/<script/i.test(source)).toBe(false)
  expect(/ style="/.test(source)).toBe(false)
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(source) ?? []
  const parts = policy.replaceAll('&#39;', "'").split('; ')
  expect(parts[0]).toBe("default-src 'none'")
  expect(parts[1]).toMatch(/^style-src 'sha256-[\w+/=]{44}'$/)
  expect(parts.slice(2)).toEqual(['img-src data:', "base-uri 'none'", "form-action 'none'"])
})

describe.skipIf(executablePath === null)('in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...chromiumArguments] })
  })
  afterAll(async () => {
    await browser.close()
  })

  async function look<T>(options: BrowserContextOptions, at: (page: Page) => Promise<T>, address = url): Promise<T> {
    const context = await browser.newContext(options)
    try {
      const page = await context.newPage()
      await page.goto(address)
      return await at(page)
    } finally {
      await context.close()
    }
  }

  const Findings = z.array(z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.string()) }))
  async function findings(page: Page) {
    await page.evaluate(axe.source)
    const found: unknown = await page.evaluate(`axe.run(document, {resultTypes: ['violations']}).then(({violations}) =>
      violations.map(({id, impact, nodes}) => ({id, impact, nodes: nodes.slice(0, 3).map(node => node.html)})))`)
    return Findings.parse(found)
  }

  // axe looks at some thousand elements: seconds on a quiet machine, minutes on a busy one.
  test.each([
    { colorScheme: 'light', width: 1280 },
    { colorScheme: 'dark', width: 1280 },
    { colorScheme: 'light', width: 360 },
    { colorScheme: 'dark', width: 360 },
  ] as const)(
    'axe finds nothing ($colorScheme, $width px)',
    async ({ colorScheme, width }) => {
      const found = await look(
        { colorScheme, viewport: { width, height: 900 } },
        async page => {
          // What stands in closed details has to be right, too.
          await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true')
          return findings(page)
        },
        smallUrl,
      )
      expect(found).toEqual([])
    },
    300_000,
  )

  test('the page says the same with and without scripts', async () => {
    const read = (javaScriptEnabled: boolean) =>
      look({ javaScriptEnabled }, page => page.evaluate('document.body.innerText'))
    const without = await read(false)
    expect(String(without).length).toBeGreaterThan(10_000)
    expect((await read(true)) === without).toBe(true)
  })

  test.each([360, 720, 1280])('nothing scrolls sideways at %i px', async width => {
    const measured = await look({ viewport: { width, height: 900 }, javaScriptEnabled: false }, page =>
      page.evaluate('[document.documentElement.scrollWidth, document.documentElement.clientWidth]'),
    )
    expect(measured).toEqual([width, width])
  })

  test('nothing is asked of the network, and nothing is refused by the policy', async () => {
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      const requests: string[] = []
      const complaints: string[] = []
      page.on('request', request => requests.push(request.url()))
      page.on('console', message => complaints.push(message.text()))
      page.on('dialog', dialog => {
        complaints.push(dialog.message())
        void dialog.dismiss()
      })
      await page.goto(url, { waitUntil: 'networkidle' })
      expect(requests.filter(asked => asked !== url && !asked.startsWith('data:'))).toEqual([])
      expect(complaints).toEqual([])
    } finally {
      await context.close()
    }
  })

  test('text of others makes no element and no attribute', async () => {
    const made = await look({}, page =>
      page.evaluate(
        `[...document.querySelectorAll('script, img, iframe, object, embed, b b, [onerror], [onload], [onclick]')].map(e => e.outerHTML)`,
      ),
    )
    expect(made).toEqual([])
  })

  test('what complies with a harmful request is veiled until it is opened, without scripts', async () => {
    await look({ javaScriptEnabled: false }, async page => {
      const sample = page.locator('#samples-0 .on-robustness .sample.is-lost').first()
      const complied = sample.locator('.answer', { hasText: 'Take the loaf from the oven' })
      expect(await sample.locator('.answer', { hasText: 'I am sorry' }).isVisible()).toBe(true)
      expect(await complied.isVisible()).toBe(false)
      expect(await sample.getByText('“Of course.”').isVisible()).toBe(false)
      await sample.locator('.veil > summary').click()
      expect(await complied.isVisible()).toBe(true)
    })
  })

  test('every answer to a harmful request that is no refusal stands behind a veil', async () => {
    const bare = await look({}, page =>
      page.evaluate(
        `[...document.querySelectorAll('.on-robustness .answer, .on-control .answer')].filter(a => !a.closest('.veil') && !a.closest('.pair > div').querySelector('.judged b').textContent.includes('refused')).length`,
      ),
    )
    expect(bare).toBe(0)
  })

  test('theme and filters work without scripts', async () => {
    await look({ javaScriptEnabled: false, colorScheme: 'light' }, async page => {
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      expect(await background()).toBe('rgb(251, 250, 247)')
      await page.getByRole('radio', { name: 'Dark' }).check({ force: true })
      expect(await background()).toBe('rgb(14, 23, 32)')

      expect(await page.locator('#samples-0').isVisible()).toBe(true)
      expect(await page.locator('#samples-1').isVisible()).toBe(false)
      await page.locator('#condition-1').check({ force: true })
      expect(await page.locator('#samples-0').isVisible()).toBe(false)
      await page.locator('#show-gained').check({ force: true })
      expect(await page.locator('#samples-1 .sample.is-lost').first().isVisible()).toBe(false)
      expect(await page.locator('#samples-1 .sample.is-gained').first().isVisible()).toBe(true)
      await page.locator('#axis-control').check({ force: true })
      expect(await page.locator('#samples-1 .on-efficacy').first().isVisible()).toBe(false)
    })
  })

  test('forced colours and print keep every mark', async () => {
    await look({ forcedColors: 'active' }, async page => {
      expect(await page.locator('.iv svg .mark').first().isVisible()).toBe(true)
    })
    await look({ colorScheme: 'dark' }, async page => {
      await page.emulateMedia({ media: 'print' })
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(251, 250, 247)')
      expect(await page.locator('.iv svg .mark').first().isVisible()).toBe(true)
      expect(await page.locator('.theme').isVisible()).toBe(false)
    })
  })
})
