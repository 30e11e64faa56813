/**
 * Pictures of every page of the viewer, in both themes, narrow and wide.
 *
 *   node tools/viewer-screenshots.ts .plimsoll/store.db pictures/
 *
 * The store has to hold a finished study. Needs Chromium: /usr/bin/chromium, or the path in PLIMSOLL_CHROMIUM.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { builtPages } from '../src/serve/viewer/built.ts'
import { startViewer } from '../src/serve/viewer/start.ts'
import { Studies } from '../src/serve/viewer/wire.ts'
import { chromiumArguments, chromiumPath } from '../test/support/chromium.ts'

const [store, folder] = process.argv.slice(2)
if (store === undefined || folder === undefined) {
  console.error('Usage: node tools/viewer-screenshots.ts STORE FOLDER')
  process.exit(2)
}
const executablePath = chromiumPath()
if (executablePath === null) {
  console.error('Chromium was not found. Do: install it, or set PLIMSOLL_CHROMIUM to its path.')
  process.exit(1)
}

const pages = await builtPages(() => console.log('Building the pages'))
await using viewer = await startViewer({ store, pages, port: 0 })
const { runs } = Studies.parse(await (await fetch(`${viewer.url}/api/studies`)).json())
const run = runs.find(one => one.verdicts.length > 0)
const method = run?.verdicts[0]?.condition
if (run === undefined || method === undefined) {
  console.error('The store has no finished study. Do: plimsoll run demo --store STORE')
  process.exit(1)
}

const study = `/studies/${encodeURIComponent(run.study)}`
const samples = `${study}/${encodeURIComponent(method)}/samples?axis=efficacy&show=gained`
/** Each with what has to be there before the picture is taken. */
const shots: readonly { name: string; path: string; ready: string; before?: (page: Page) => Promise<void> }[] = [
  { name: 'studies', path: '/', ready: '.run' },
  { name: 'study', path: study, ready: '.verdict' },
  { name: 'samples', path: samples, ready: 'a.row' },
  {
    name: 'answer',
    path: samples,
    ready: 'a.row',
    async before(page) {
      await page.keyboard.press('j')
      await page.locator('.answer').first().waitFor()
    },
  },
  {
    name: 'compare',
    path: `/compare?${new URLSearchParams({ a: `${run.run}:prompt`, b: `${run.run}:${method}` })}`,
    ready: '.strip',
  },
]

await mkdir(folder, { recursive: true })
const browser = await chromium.launch({ executablePath, args: [...chromiumArguments] })
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: width < 720 ? 780 : 900 } })
      const page = await context.newPage()
      for (const { name, path, ready, before } of shots) {
        await page.goto(`${viewer.url}${path}`)
        await page.locator(ready).first().waitFor()
        await before?.(page)
        const file = join(folder, `view-${name}-${colorScheme}-${width}.png`)
        await page.screenshot({ path: file })
        console.log(file)
      }
      await context.close()
    }
  }
} finally {
  await browser.close()
}
