import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownAxis, KnownStrength } from '../known-strengths.ts'
import type { SuiteState } from '../result.ts'
import { knownCaption, markCaption } from './known-caption.ts'
import { lanesOf, plimsollMark } from './lanes.ts'

const axis = (state: SuiteState, change = 0, n = 200): KnownAxis => ({ state, change, ci: [-1, 1], n, unit: 'points' })
const at = (strength: number, robustness: KnownAxis | null, how: KnownStrength['how'] = 'tested'): KnownStrength => ({
  strength,
  how,
  run: 'a1',
  study: 'demo',
  condition: 'diffmean',
  verdict: null,
  axes: { efficacy: axis('works', 0.5), general: axis('holds'), control: null, robustness },
})
const holds = axis('holds')
const broken = axis('broken', -0.36)
const robustness = (known: readonly KnownStrength[]) => lanesOf(known, [0, 4])[3]

describe('lanes', () => {
  it('are hatched where nobody looked, and all along where nothing is known', () => {
    expect(lanesOf([], [0, 4])).toEqual(
      ['efficacy', 'general', 'control', 'robustness'].map(name => ({
        axis: name,
        stretches: [{ from: 0, to: 4, tone: 'undecided' }],
        marks: [],
      })),
    )
  })

  it('hold up to what holds, break on the way to what is broken, and end with the last strength', () => {
    expect(robustness([at(1, holds, 'explored'), at(2, broken)])).toEqual({
      axis: 'robustness',
      stretches: [
        { from: 0, to: 1, tone: 'holds' },
        { from: 1, to: 2, tone: 'broken' },
        { from: 2, to: 4, tone: 'undecided' },
      ],
      marks: [
        { strength: 1, tone: 'holds', how: 'explored' },
        { strength: 2, tone: 'broken', how: 'tested' },
      ],
    })
  })

  it('begin with nothing that works: at 0 there is no effect yet', () => {
    const [efficacy] = lanesOf([at(1, holds), at(2, holds)], [0, 4])
    expect(efficacy?.stretches.map(({ tone }) => tone)).toEqual(['undecided', 'holds', 'undecided'])
  })

  it('believe a test before what was explored at the same strength', () => {
    expect(robustness([at(1, broken, 'explored'), at(1, holds)])?.marks).toEqual([
      { strength: 1, tone: 'holds', how: 'tested' },
    ])
    expect(robustness([at(1, null), at(1, broken, 'explored')])?.marks).toEqual([
      { strength: 1, tone: 'broken', how: 'explored' },
    ])
  })

  it('cover the slider without a gap, whatever is known', () => {
    const state = fc.constantFrom<SuiteState[]>('holds', 'broken', 'undecided', 'cannot-tell')
    const point = fc.record({ strength: fc.double({ min: -3, max: 3, noNaN: true }), state })
    fc.assert(
      fc.property(fc.array(point, { maxLength: 6 }), points => {
        for (const { stretches } of lanesOf(
          points.map(one => at(one.strength, axis(one.state))),
          [-4, 4],
        )) {
          expect([stretches[0]?.from, stretches.at(-1)?.to]).toEqual([-4, 4])
          stretches.slice(1).forEach((stretch, i) => {
            expect(stretch.from).toBe(stretches[i]?.to)
            expect(stretch.tone).not.toBe(stretches[i]?.tone)
          })
        }
      }),
    )
  })
})

describe('the mark', () => {
  it('stands at the last strength before the first that breaks', () => {
    expect(plimsollMark([at(1, holds), at(2, broken), at(3, holds)])).toBe(1)
    expect(plimsollMark([at(1, holds), at(2, axis('undecided'))])).toBe(2)
    expect(plimsollMark([at(1, broken)])).toBe(0)
    expect(plimsollMark([at(-1, holds)])).toBeNull()
    expect(plimsollMark([])).toBeNull()
  })

  it('is said in words', () => {
    expect(markCaption([at(1, holds), at(2, broken)])).toBe('Up to 1 nothing that was looked at is broken.')
    expect(markCaption([at(1, broken)])).toBe('Something was broken at the smallest strength that was looked at.')
    expect(markCaption([])).toBe('Nothing is known of any strength.')
  })
})

describe('the caption', () => {
  it('says what was lost there, and how that is known', () => {
    expect(knownCaption([at(2, axis('broken', -0.357), 'explored')], 2)).toBe(
      'At 2 this vector lost 36 points of robustness (exploratory, 200 answers): broken.',
    )
    expect(knownCaption([at(1, axis('undecided', -0.01, 8))], 1)).toBe(
      'At 1 this vector lost 1 point of robustness (tested in demo, 8 answers): undecided.',
    )
    expect(knownCaption([at(-1.5, axis('holds', 0.02))], -1.5)).toBe(
      'At −1.5 this vector lost nothing of general (tested in demo, 200 answers): nothing that was measured is broken.',
    )
  })

  it('says what is known of the nearest strength where nobody looked', () => {
    expect(knownCaption([at(1, holds), at(2, broken)], 1.7)).toBe(
      'Never measured at 1.7. The nearest: at 2 this vector lost 36 points of robustness (tested in demo, 200 answers): broken.',
    )
  })

  it('says that nothing is known where nothing is', () => {
    expect(knownCaption([], 2)).toBe('Never measured on this model: run a study.')
    expect(knownCaption([], 0)).toBe('At 0 nothing is steered.')
  })
})
