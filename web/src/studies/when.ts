/** `30 Nov 2026, 00:31`, in the reader's time zone. */
export function when(iso: string): string {
  return new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
}
