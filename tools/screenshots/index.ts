/**
 * Pictures of a report, or of the viewer over a store, in both themes, narrow and wide.
 *
 *   npm run screenshots -- plimsoll-results/demo/report.html pictures/
 *   npm run screenshots -- .plimsoll/store.db docs/images/view/
 *
 * Needs Chromium: /usr/bin/chromium, or the path in PLIMSOLL_CHROMIUM.
 */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { chromiumArguments, chromiumPath } from '../../test/support/chromium.ts'
import { servedPictures } from './served.ts'
import { viewerPictures } from './viewer.ts'

/** Pixels of one picture, and how many pictures at most: the samples go on for long. */
const slice = 1600
const parts = 10

const [source, folder] = process.argv.slice(2)
if (source === undefined || folder === undefined) {
  console.error('Usage: npm run screenshots -- REPORT.html|STORE.db FOLDER')
  process.exit(2)
}
const executablePath = chromiumPath()
if (executablePath === null) {
  console.error('Chromium was not found. Do: install it, or set PLIMSOLL_CHROMIUM to its path.')
  process.exit(1)
}

await mkdir(folder, { recursive: true })
const browser = await chromium.launch({ executablePath, args: [...chromiumArguments] })
try {
  if (source.endsWith('.html')) await reportPictures(source, folder, browser)
  else {
    await viewerPictures(source, folder, browser)
    await servedPictures(source, folder, browser)
  }
} finally {
  await browser.close()
}

async function reportPictures(file: string, to: string, chrome: Browser): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280]) {
      const context = await chrome.newContext({
        colorScheme,
        viewport: { width, height: 900 },
        javaScriptEnabled: false,
      })
      const page = await context.newPage()
      await page.goto(pathToFileURL(resolve(file)).href)
      const name = `report-${colorScheme}-${width}`
      const height = Number(await page.evaluate('document.documentElement.scrollHeight'))
      for (let part = 0; part < Math.min(parts, Math.ceil(height / slice)); part++) {
        const y = part * slice
        const path = join(to, `${name}-${part + 1}.png`)
        await page.screenshot({ path, fullPage: true, clip: { x: 0, y, width, height: Math.min(slice, height - y) } })
        console.log(path)
      }
      await context.close()
    }
  }
}
