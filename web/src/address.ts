/** The address says what is shown: it is the only state that pages share, and every state of a page is in it. */
import { useSyncExternalStore } from 'react'

const moved = 'plimsoll:moved'

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener)
  window.addEventListener(moved, listener)
  return () => {
    window.removeEventListener('popstate', listener)
    window.removeEventListener(moved, listener)
  }
}

/** Path and query, and follows them. */
export function useAddress(): URL {
  const href = useSyncExternalStore(subscribe, () => location.href)
  return new URL(href)
}

/** @param how `replace` for what is no step of its own, such as each letter of a search */
export function go(href: string, how: 'push' | 'replace' = 'push'): void {
  if (new URL(href, location.href).href === location.href) return
  if (how === 'push') history.pushState(null, '', href)
  else history.replaceState(null, '', href)
  window.dispatchEvent(new Event(moved))
}

/** The address with other values in its query; null takes one away. */
export function withQuery(address: URL, values: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(address.search)
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  return text === '' ? address.pathname : `${address.pathname}?${text}`
}

/** `/studies/demo/x%2Fy/samples` as `['studies', 'demo', 'x/y', 'samples']`. */
export function segments(address: URL): string[] {
  return address.pathname.split('/').filter(Boolean).map(decoded)
}

/** Half an escape stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** `path('studies', 'x/y')` is `/studies/x%2Fy`. */
export function path(...parts: readonly string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`
}

/** Links within the viewer change the address without loading the page anew. */
export function followLinks(): void {
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null
    // What is downloaded is no page.
    if (link?.hasAttribute('download')) return
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    if (!(link instanceof HTMLAnchorElement) || !plain || event.defaultPrevented) return
    const to = new URL(link.href)
    if (to.origin !== location.origin || (to.pathname === location.pathname && to.hash !== '')) return
    event.preventDefault()
    go(to.href)
    if (link.dataset.keep === undefined) {
      window.scrollTo(0, 0)
      document.getElementById('main')?.focus({ preventScroll: true })
    }
  })
}
