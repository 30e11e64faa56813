/**
 * Pictures of a report, in both themes, narrow and wide.
 *
 *   node tools/screenshots.ts plimsoll-results/demo/report.html pictures/
 *
 * Needs Chromium: /usr/bin/chromium, or the path in PLIMSOLL_CHROMIUM.
 */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { chromiumArguments, chromiumPath } from '../test/support/chromium.ts'

/** Pixels of one picture, and how many pictures at most: the samples go on for long. */
const slice = 1600
const parts = 10

const [report, folder] = process.argv.slice(2)
if (report === undefined || folder === undefined) {
  console.error('Usage: node tools/screenshots.ts REPORT.html FOLDER')
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
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280]) {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: 900 },
        javaScriptEnabled: false,
      })
      const page = await context.newPage()
      await page.goto(pathToFileURL(resolve(report)).href)
      const name = `report-${colorScheme}-${width}`
      const height = Number(await page.evaluate('document.documentElement.scrollHeight'))
      for (let part = 0; part < Math.min(parts, Math.ceil(height / slice)); part++) {
        const y = part * slice
        const path = join(folder, `${name}-${part + 1}.png`)
        await page.screenshot({ path, fullPage: true, clip: { x: 0, y, width, height: Math.min(slice, height - y) } })
        console.log(path)
      }
      await context.close()
    }
  }
} finally {
  await browser.close()
}
