import type { Change } from '../../../src/serve/viewer/wire.ts'
import { html } from '../../../src/study/report/html.ts'
import { glyph } from '../../../src/study/report/page/mark.ts'
import type { Look } from '../../../src/study/report/words.ts'
import { Drawn } from '../drawn.tsx'

const looks: Readonly<Record<Change, Look>> = {
  lost: { word: 'lost', shape: 'triangle', tone: 'broken' },
  gained: { word: 'gained', shape: 'disc', tone: 'holds' },
  same: { word: 'same', shape: 'bar', tone: 'undecided' },
  unscored: { word: 'unscored', shape: 'ring', tone: 'undecided' },
}

export function ChangeWord({ change }: { readonly change: Change }) {
  const look = looks[change]
  return <Drawn of={html`<span class="state t-${look.tone}">${glyph(look)}${look.word}</span>`} />
}
