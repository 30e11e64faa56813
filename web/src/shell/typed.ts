/** Whether a key is meant for a field, a dialog or the browser. */
export function isTyped(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true
  const at = event.target
  if (!(at instanceof HTMLElement)) return false
  if (at instanceof HTMLInputElement) return at.type !== 'radio' && at.type !== 'checkbox'
  return at instanceof HTMLSelectElement || at instanceof HTMLTextAreaElement || at.closest('dialog[open]') !== null
}
