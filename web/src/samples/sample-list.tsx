/** A list of any length: only the rows in sight are there, each as high as every other. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Open } from './open.ts'
import { RowLink } from './row-link.tsx'
import type { Rows } from './use-rows.ts'

/** Pixels; the style sheet says the same. */
const height = 56
/** Rows beyond the edges that are there too. */
const beyond = 8

interface Props {
  readonly rows: Rows
  readonly open: Open | null
  readonly address: URL
}

export function SampleList({ rows, open, address }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const [sight, setSight] = useState({ top: 0, height: 800 })
  const look = () => {
    const { scrollTop, clientHeight } = box.current ?? { scrollTop: 0, clientHeight: 800 }
    setSight(before =>
      before.top === scrollTop && before.height === clientHeight ? before : { top: scrollTop, height: clientHeight },
    )
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads the box, and goes to what is open only at first
  useLayoutEffect(() => {
    if (box.current === null) return
    // What is open may stand beyond what is fetched first.
    if (open?.row != null) box.current.scrollTop = open.row * height
    look()
    const observer = new ResizeObserver(look)
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  const from = Math.max(0, Math.floor(sight.top / height) - beyond)
  const to = Math.min(rows.n, Math.ceil((sight.top + sight.height) / height) + beyond)
  useEffect(() => rows.want(from, to))
  const at = rows.find(open)
  useEffect(() => {
    const list = box.current
    if (at === -1 || list === null) return
    if (at * height < list.scrollTop) list.scrollTop = at * height
    else if ((at + 1) * height > list.scrollTop + list.clientHeight)
      list.scrollTop = (at + 1) * height - list.clientHeight
  }, [at])
  return (
    <div className="list" ref={box} onScroll={look}>
      <ul aria-label="Answers" style={{ height: rows.n * height }}>
        {Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i).map(index => (
          <li key={index} style={{ top: index * height }} aria-setsize={rows.n} aria-posinset={index + 1}>
            <RowLink row={rows.at(index)} index={index} isOpen={index === at} address={address} />
          </li>
        ))}
      </ul>
    </div>
  )
}
