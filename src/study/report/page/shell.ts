/** A page that is one file, without script or network. */
import { createHash } from 'node:crypto'
import { type Html, html, trusted } from '../html.ts'
import { styleSheet } from './style.ts'

export interface Page {
  readonly title: string
  /** How many conditions have samples: each gets a filter. */
  readonly conditions: number
  /** Where the link goes that is first on the page. */
  readonly skip: string
  readonly body: Html
  readonly footer: Html
}

export function shell({ title, conditions, skip, body, footer }: Page): string {
  const style = styleSheet(conditions)
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">${skip}</a>
${top()}
<main id="main">
${body}
</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`
  return page.markup
}

/** The Plimsoll mark, and the switch of the theme. */
function top(): Html {
  const themes = [
    ['auto', 'Auto'],
    ['light', 'Light'],
    ['dark', 'Dark'],
  ] as const
  return html`<header><div class="brand"><svg width="28" height="20" viewBox="-14 -10 28 20" aria-hidden="true"><circle r="7" fill="none" stroke="currentColor" stroke-width="2"/><path d="M-13 0h26" stroke="currentColor" stroke-width="2"/></svg>Plimsoll</div>
<fieldset class="theme"><legend class="only-read">Theme</legend>${themes.map(([id, text]) => html`<label><input type="radio" name="theme" id="theme-${id}"${id === 'auto' && html` checked`}>${text}</label>`)}</fieldset></header>`
}
