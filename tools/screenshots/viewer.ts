/** Pictures of every page of the viewer. The store has to hold a finished study. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { builtPages } from '../../src/serve/viewer/built.ts'
import { startViewer } from '../../src/serve/viewer/start.ts'
import { Studies } from '../../src/serve/viewer/wire.ts'

export async function viewerPictures(store: string, folder: string, browser: Browser): Promise<void> {
  const pages = await builtPages(() => console.log('Building the pages'))
  await using viewer = await startViewer({ store, pages, port: 0 })
  const { runs } = Studies.parse(await (await fetch(`${viewer.url}/api/studies`)).json())
  const run = runs.find(one => one.verdicts.length > 0)
  const method = run?.verdicts[0]?.condition
  if (run === undefined || method === undefined)
    throw new Error('The store has no finished study. Do: plimsoll run demo --store STORE')

  const study = `/studies/${encodeURIComponent(run.study)}`
  const samples = `${study}/${encodeURIComponent(method)}/samples?axis=efficacy&show=gained`
  const shots: readonly Shot[] = [
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

  await takeAll(shots, viewer.url, folder, browser)
}

export interface Shot {
  readonly name: string
  readonly path: string
  /** What has to be there before the picture is taken. */
  readonly ready: string
  readonly before?: (page: Page) => Promise<void>
}

/** In both themes, narrow and wide. */
export async function takeAll(shots: readonly Shot[], url: string, folder: string, browser: Browser): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: width < 720 ? 780 : 900 } })
      const page = await context.newPage()
      for (const { name, path, ready, before } of shots) {
        await page.goto(`${url}${path}`)
        await page.locator(ready).first().waitFor()
        await before?.(page)
        const file = join(folder, `view-${name}-${colorScheme}-${width}.png`)
        await page.screenshot({ path: file })
        console.log(file)
      }
      await context.close()
    }
  }
}
