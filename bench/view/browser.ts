/** The list of a large study in Chromium: how long until its first answers stand there, and how it scrolls. */
import { type Browser, chromium } from 'playwright-core'
import { z } from 'zod'
import { chromiumArguments, chromiumPath } from '../../test/support/chromium.ts'

export interface Scrolled {
  /** Milliseconds from the address to the first answers. */
  readonly opened: number
  /** Frames drawn in each second that the list moved. */
  readonly framesPerSecond: number
  /** Part of the frames that came more than half a frame late. */
  readonly late: number
  /** Milliseconds from one frame to the next, at the most. */
  readonly longest: number
}

const seconds = 5
/** Pixels a frame: some 3,600 a second, a hard turn of the wheel that never rests. */
const stride = 60
/** One and a half frames of a screen that draws 60 a second. */
const lateAfter = 25

/** Null without Chromium. */
export async function scrolled(address: string): Promise<Scrolled | null> {
  const executablePath = chromiumPath()
  if (executablePath === null) return null
  const browser = await chromium.launch({ executablePath, args: [...chromiumArguments] })
  try {
    return await scrolledIn(browser, address)
  } finally {
    await browser.close()
  }
}

async function scrolledIn(browser: Browser, address: string): Promise<Scrolled> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  const began = performance.now()
  await page.goto(address)
  await page.locator('.list a').first().waitFor({ timeout: 60_000 })
  const opened = performance.now() - began
  // As text: the page's policy lets no script in, and the types of a browser are not known here.
  const found: unknown = await page.evaluate(`new Promise(done => {
    const list = document.querySelector('.list')
    const times = []
    const step = time => {
      times.push(time)
      list.scrollTop += ${stride}
      if (time - times[0] < ${1000 * seconds}) requestAnimationFrame(step)
      else done({ times, moved: list.scrollTop })
    }
    requestAnimationFrame(step)
  })`)
  const { times, moved } = z.object({ times: z.array(z.number()), moved: z.number() }).parse(found)
  if (moved < stride) throw new Error('The list did not move')
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time))
  return {
    opened,
    framesPerSecond: (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0),
    late: gaps.filter(gap => gap > lateAfter).length / gaps.length,
    longest: Math.max(...gaps),
  }
}
