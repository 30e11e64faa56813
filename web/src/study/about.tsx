import type { StudyView } from '../../../src/serve/viewer/wire.ts'

interface Props {
  readonly about: NonNullable<StudyView['about']>
  /** The resolved study. */
  readonly plan: unknown
}

/** What it ran on, how it was concluded, how to cite it. */
export function About({ about: { facts, methods, bibtex }, plan }: Props) {
  return (
    <>
      <section id="facts" aria-labelledby="facts-title">
        <h2 id="facts-title">What it ran on</h2>
        <dl className="facts">
          {facts.map(([name, value]) => (
            <div key={name} className="pair-of-facts">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <details className="more">
          <summary>The resolved study, as hashed</summary>
          <Scrolled text={JSON.stringify(plan, null, 2) ?? ''} />
        </details>
      </section>
      <section id="methods" className="methods" aria-labelledby="methods-title">
        <h2 id="methods-title">How it was concluded</h2>
        <div className="text">
          {methods.map(paragraph => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </div>
        <h3>How to cite</h3>
        <Scrolled text={bibtex} />
      </section>
    </>
  )
}

function Scrolled({ text }: { readonly text: string }) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by the keyboard too
  return <pre tabIndex={0}>{text}</pre>
}
