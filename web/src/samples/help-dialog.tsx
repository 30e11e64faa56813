import type { RefObject } from 'react'

export function HelpDialog({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  const keys = [
    ['j, k', 'next answer, answer before'],
    ['/', 'search'],
    ['v', 'lift the veil of an answer, or put it back'],
    ['1 to 5, 0', 'label, as the buttons below the answer say'],
    ['u', 'take the label away'],
    ['?', 'this'],
  ]
  return (
    <dialog ref={dialog} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl className="facts">
        {keys.map(([key, what]) => (
          <div key={key} className="pair-of-facts">
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
