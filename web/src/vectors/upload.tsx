import { type FormEvent, useRef, useState } from 'react'
import { upload } from '../api.ts'
import { Problem } from '../shell/told.tsx'
import { useAction } from '../shell/use-action.ts'

/** A vector from a file, under the file's name unless another is given. */
export function Upload({ onDone }: { readonly onDone: () => void }) {
  const [name, setName] = useState('')
  const [file, setFile] = useState<File | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const { busy, failed, act } = useAction(async (chosen: File) => {
    await upload(`/v1/vectors?${new URLSearchParams({ name })}`, chosen)
    form.current?.reset()
    setFile(null)
    setName('')
    onDone()
  })
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (file !== null) act(file)
  }
  return (
    <form ref={form} className="actions upload" onSubmit={send} aria-label="Upload a vector">
      <label className="small">
        A file of a vector (.safetensors){' '}
        <input
          type="file"
          accept=".safetensors"
          required
          onChange={event => {
            const chosen = event.target.files?.[0] ?? null
            setFile(chosen)
            if (chosen !== null) setName(nameOf(chosen.name))
          }}
        />
      </label>
      {file !== null && (
        <>
          <label className="small">
            Name{' '}
            <input type="text" value={name} maxLength={64} required onChange={event => setName(event.target.value)} />
          </label>
          <button type="submit" disabled={busy}>
            Upload
          </button>
        </>
      )}
      {failed !== null && <Problem failed={failed} />}
    </form>
  )
}

/** What of a file's name requests can say. */
function nameOf(file: string): string {
  const plain = file.replace(/\.[^.]+$/, '').replaceAll(/[^A-Za-z0-9._-]+/g, '-')
  return plain.replace(/^[^A-Za-z0-9]+/, '').slice(0, 64)
}
