/** Four thin lanes under a slider: what is known of its vector, from one end of the slider to the other. */
import type { KnownStrength } from '../../../src/study/known-strengths.ts'
import { markCaption, number } from '../../../src/study/report/known-caption.ts'
import { type Lane, lanesOf, plimsollMark, pointAt, strengthsOf } from '../../../src/study/report/lanes.ts'
import { pc } from '../../../src/study/report/page/mark.ts'
import type { Tone } from '../../../src/study/report/words.ts'

interface Props {
  readonly known: readonly KnownStrength[]
  readonly reach: readonly [number, number]
}

const words: Readonly<Record<Tone, string>> = {
  holds: 'holds',
  broken: 'is broken',
  undecided: 'is not measured or undecided',
}

/** Pixels. */
const thick = 8

export function Lanes({ known, reach }: Props) {
  const lanes = lanesOf(known, reach)
  const mark = plimsollMark(known)
  const x = (strength: number) => pc((strength - reach[0]) / (reach[1] - reach[0]))
  const strengths = strengthsOf(known).filter(strength => strength >= reach[0] && strength <= reach[1])
  return (
    <div className="lanes" role="img" aria-label={labelOf(lanes, known)}>
      <div className="lane-names" aria-hidden="true">
        {lanes.map(({ axis }) => (
          <span key={axis}>{axis}</span>
        ))}
      </div>
      <div className="lane-plot" aria-hidden="true">
        <svg aria-hidden="true" className="mark-line">
          {mark !== null && (
            <svg aria-hidden="true" x={x(mark)} y="9" className="plimsoll">
              <circle r="6" />
              <path d="M-11 0h22" />
            </svg>
          )}
        </svg>
        {lanes.map(lane => (
          <LaneBand key={lane.axis} lane={lane} x={x} />
        ))}
        <svg aria-hidden="true" className="looked">
          {strengths.map(strength => (
            <line
              key={strength}
              className={pointAt(known, strength)?.how === 'tested' ? 'tested' : 'explored'}
              x1={x(strength)}
              x2={x(strength)}
              y1="0"
              y2="100%"
            />
          ))}
        </svg>
        <svg aria-hidden="true" className="lane-scale">
          {[...new Set([reach[0], ...strengths, reach[1]])].map(strength => (
            <text key={strength} x={x(strength)} y="12" textAnchor="middle">
              {number(strength)}
            </text>
          ))}
        </svg>
      </div>
    </div>
  )
}

function LaneBand({
  lane: { axis, stretches, marks },
  x,
}: {
  readonly lane: Lane
  readonly x: (at: number) => string
}) {
  return (
    <svg aria-hidden="true" className="lane" data-axis={axis}>
      {stretches.map(({ from, to, tone }) => (
        <svg
          aria-hidden="true"
          key={from}
          x={x(from)}
          width={`${Number.parseFloat(x(to)) - Number.parseFloat(x(from))}%`}
        >
          <rect className={`stretch is-${tone}`} width="100%" height={thick} y="2" />
        </svg>
      ))}
      {marks.map(({ strength, tone }) => (
        <svg aria-hidden="true" key={strength} x={x(strength)}>
          <rect className="cleared" x="-5" width="10" height={thick} y="2" />
          <rect className={`stretch is-${tone}`} x="-5" width="10" height={thick} y="2" />
        </svg>
      ))}
    </svg>
  )
}

function labelOf(lanes: readonly Lane[], known: readonly KnownStrength[]): string {
  const said = lanes.map(({ axis, stretches }) => {
    const parts = stretches.map(({ from, to, tone }) => `${words[tone]} from ${number(from)} to ${number(to)}`)
    return `${axis} ${parts.join(', ')}`
  })
  return `${said.join('. ')}. ${markCaption(known)}`
}

/** What the lanes are filled with; once on a page. */
export function LanePatterns() {
  return (
    <svg className="patterns" width="0" height="0" aria-hidden="true">
      <pattern id="lane-undecided" width="6" height="6" patternUnits="userSpaceOnUse">
        <path className="p-undecided" d="M-1.5 1.5l3-3M0 6l6-6M4.5 7.5l3-3" />
      </pattern>
      <pattern id="lane-broken" width="5" height="5" patternUnits="userSpaceOnUse">
        <path className="p-broken" d="M0 0l5 5M0 5l5-5" />
      </pattern>
    </svg>
  )
}

/** How the lanes are read. */
export function LaneKey() {
  const swatch = (tone: Tone) => (
    <svg width="24" height="12" aria-hidden="true">
      <rect className={`stretch is-${tone}`} width="24" height={thick} y="2" />
    </svg>
  )
  return (
    <p className="lane-key">
      <span>{swatch('holds')} holds</span>
      <span>{swatch('undecided')} not measured, or undecided</span>
      <span>{swatch('broken')} broken</span>
      <span>
        <svg width="12" height="12" aria-hidden="true">
          <line className="tested" x1="6" x2="6" y1="0" y2="12" />
        </svg>{' '}
        tested
      </span>
      <span>
        <svg width="12" height="12" aria-hidden="true">
          <line className="explored" x1="6" x2="6" y1="0" y2="12" />
        </svg>{' '}
        exploratory: few answers, no verdict
      </span>
      <span>
        <svg className="plimsoll" width="24" height="14" viewBox="-12 -7 24 14" aria-hidden="true">
          <circle r="6" />
          <path d="M-11 0h22" />
        </svg>{' '}
        the last strength where nothing is broken
      </span>
      <span>Between two strengths the worse one counts.</span>
    </p>
  )
}
